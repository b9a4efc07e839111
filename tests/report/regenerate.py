"""Writes the golden reports anew: `python -m tests.report.regenerate`; review them as a diff."""

from collections.abc import Mapping
from pathlib import Path

import advisor_report_plan
from advisor.report.formats import make_environment, render
from advisor.report.index import make_index, render_index, summarize
from tests.report import documents

GOLDEN = Path(__file__).parent / "golden"


def golden_files() -> Mapping[str, str]:
    """The reports as they are made now, by file name."""
    themes = advisor_report_plan.advisor_templates()
    made = render(documents.small(), ("md", "json", "csv"), themes)
    files = {name: str(text) for name, text in made.items()}
    index = make_index(
        [summarize(one) for one in (documents.quiet(), documents.small())],
        version="0.1.0",
        today="2025-11-23",
    )
    return {**files, **render_index(index, make_environment(themes, "md"))}


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, text in golden_files().items():
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")
