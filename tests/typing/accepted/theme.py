"""A look: a format, templates, and a filter."""

from collections.abc import Mapping, Sequence
from importlib.resources import files

import attrs
import jinja2

from advisor import ReportFormat, Templates, hookimpl, render_template


@attrs.frozen
class Slides:
    """One slide for each action."""

    name: str = "slides"
    suffix: str = "html"

    def render(self, document: Mapping[str, object], environment: jinja2.Environment) -> str:
        return render_template(environment, "slides.html.j2", document)


def stars(rank: int, most: int = 3) -> str:
    return "*" * max(0, most + 1 - rank)


@hookimpl
def advisor_report_formats() -> Sequence[ReportFormat]:
    return (Slides(),)


@hookimpl
def advisor_templates() -> list[Templates]:
    folder = files(__name__) / "templates"
    return [Templates("slides", folder, {"stars": stars}), Templates("plain", folder)]
