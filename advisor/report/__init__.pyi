from .environment import (
    template_texts,
)
from .escape import (
    clean,
    json_text,
    shorten,
)
from .formats import (
    format_names,
    make_environment,
    render,
    render_template,
)
from .index import (
    INDEX_TEMPLATE,
    ORDER,
    PROCESS,
    PROGRAM,
    SETTINGS,
    UNREADABLE,
    FailedShop,
    Index,
    Lesson,
    Maker,
    Pattern,
    RolledUp,
    ShopLine,
    ShopSummary,
    make_index,
    render_index,
    summarize,
)
from .json_ import (
    write_json,
)
from .markdown import (
    PLAN_TEMPLATE,
)
from .own_templates import (
    render_shop,
    render_with_own,
)
from .terminal import (
    print_terminal,
)
from .views import (
    counted,
    left_out,
)
from .workbook import render_index_workbook

__all__ = [
    "INDEX_TEMPLATE",
    "ORDER",
    "PLAN_TEMPLATE",
    "PROCESS",
    "PROGRAM",
    "SETTINGS",
    "UNREADABLE",
    "FailedShop",
    "Index",
    "Lesson",
    "Maker",
    "Pattern",
    "RolledUp",
    "ShopLine",
    "ShopSummary",
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
    "render_index_workbook",
    "render_shop",
    "render_template",
    "render_with_own",
    "shorten",
    "summarize",
    "template_texts",
    "write_json",
]
