"""The plan as an account book: a format, two blocks of the Markdown plan, and a filter."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

import attrs

from advisor import ReportFormat, Templates, hookimpl

if TYPE_CHECKING:
    import jinja2


@attrs.frozen
class Ledger:
    """A line for each thing to do."""

    name: str = "ledger"
    suffix: str = "txt"

    def render(self, document: Mapping[str, object], environment: "jinja2.Environment") -> str:
        from advisor import render_template  # only when a report is printed

        return render_template(environment, "ledger.txt.j2", document)


def dotted(text: str, width: int = 60) -> str:
    """*text* followed by dots up to *width*, as an account book has it."""
    line = text if len(text) <= width - 4 else f"{text[: width - 5].rstrip()}…"
    return f"{line} {'.' * (width - len(line) - 1)}"


@hookimpl
def advisor_report_formats() -> Sequence[ReportFormat]:
    return (Ledger(),)


@hookimpl
def advisor_templates() -> Sequence[Templates]:
    return (Templates("ledger", files(__name__) / "templates", {"dotted": dotted}),)
