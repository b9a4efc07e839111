"""The bundled look: the plan and the index of many shops as Markdown, and the plan as HTML."""

from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

import attrs

from advisor import ReportFormat, Templates, hookimpl
from advisor_report_plan import charts
from advisor_report_plan.places import link, workplace

if TYPE_CHECKING:
    import jinja2

FILTERS: Mapping[str, Callable[..., object]] = {
    **charts.FILTERS,
    "link": link,
    "workplace": workplace,
}


@attrs.frozen
class HtmlPlan:
    """The plan as one HTML page that needs nothing else: no scripts, no fonts, no network."""

    name: str = "html"
    suffix: str = "html"

    def render(self, document: Mapping[str, object], environment: "jinja2.Environment") -> str:
        from advisor import render_template

        return render_template(environment, "plan.html.j2", document)


@hookimpl
def advisor_templates() -> Sequence[Templates]:
    return (Templates("plan", files(__name__).joinpath("templates"), FILTERS, compiled=True),)


@hookimpl
def advisor_report_formats() -> Sequence[ReportFormat]:
    return (HtmlPlan(),)
