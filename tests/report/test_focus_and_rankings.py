"""The proposed goal and the best and worst of each kind, as readers see them."""

from collections.abc import Sequence
from io import StringIO

import attrs
import pytest
from rich.console import Console

import advisor_report_plan
from advisor.plugin.hookspecs import Templates
from advisor.report.formats import make_environment, render, render_appendix
from advisor.report.terminal import print_terminal
from tests.report import documents

PROPOSED = attrs.evolve(documents.small(), focus=documents.focus())


@pytest.mark.parametrize("format_", ["md", "html"])
def test_a_proposed_goal_stands_before_the_actions(
    format_: str, bundled: Sequence[Templates]
) -> None:
    formats = advisor_report_plan.advisor_report_formats()
    text, without = (
        str(render(document, (format_,), bundled, formats)[f"plan.{format_}"])
        for document in (PROPOSED, documents.small())
    )

    assert text.index("No goal is set; the weakest is") < text.index(
        "Run them beside the current one for 7 days."
    )
    assert "No goal is set" not in without


def test_a_proposed_goal_is_on_the_screen_before_the_plan() -> None:
    screen = StringIO()
    print_terminal(PROPOSED, Console(file=screen, width=200))

    lines = screen.getvalue().splitlines()
    assert lines[3].startswith("No goal is set; the weakest is improve ad efficiency")


def test_a_ranking_shows_the_rate_beside_what_was_measured(bundled: Sequence[Templates]) -> None:
    text = render_appendix(documents.small(), make_environment(bundled, "md"))

    assert "### Videos by CTR (per view)\n\nAverage of 12: 2 %\n" in text
    assert "| Best | Serum in 10 seconds | 3.3 % | 7.5 % | 40 |" in text
    assert "| Worst | Serum in 10 seconds again | 3.3 % | 7.5 % | – |" in text
    assert "None of 12 clearly differs from the average, 2 %." in text
