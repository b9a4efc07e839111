"""Print a document."""

from advisor.report.escape import clean, json_text, shorten
from advisor.report.formats import (
    FailedShop,
    Index,
    format_names,
    make_environment,
    make_index,
    print_terminal,
    render,
    render_index,
    render_template,
)
from advisor.report.index import INDEX_TEMPLATE
from advisor.report.json_ import write_json
from advisor.report.markdown import PLAN_TEMPLATE
from advisor.report.views import counted, left_out

__all__ = [
    "INDEX_TEMPLATE",
    "PLAN_TEMPLATE",
    "FailedShop",
    "Index",
    "clean",
    "counted",
    "format_names",
    "json_text",
    "left_out",
    "make_environment",
    "make_index",
    "print_terminal",
    "render",
    "render_index",
    "render_template",
    "shorten",
    "write_json",
]
