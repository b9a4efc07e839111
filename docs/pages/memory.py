"""The page that shows what memory is worth, from the kept results of `docs.memory`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs.pages.markdown import page, table

RESULTS = Path(__file__).parents[1] / "memory.json"


def render() -> str:
    """docs/memory-proof.md."""
    return page("Are the calls right?", _lines(json.loads(RESULTS.read_text("utf-8"))))


def _lines(found: dict[str, Any]) -> Iterator[str]:
    works, said = found["works"], found["said"]
    calls, plain, soon = found["calls"], found["plain"], found["soon"]
    yield f"""\
{found["shops"]} shops with known truth (`tests/memory`, seed {found["seed"]}) are run every week
for six months. Their rates have a season and promotions that all subjects share; each subject
wanders about its own mean, so that what is extreme comes back by itself; causes come over subjects,
and one of three leaves again; a click's sales arrive up to six days late. A third of the sellers
act every week and note the day exactly; a third act in 7 of 10 weeks, up to three days late, and
note 9 of 10; a third act in 4 of 10 weeks, on at most two subjects, and note 7 of 10 with a day
that is up to three off. An action on a lever works, does nothing or harms, with chances that the
shops of an agency share. The world imports nothing of the plan or of the verdicts.

The estimator and this world were settled while looking at shops of seed 1; nothing was changed
after these shops were seen.

Of {found["actions"]:,} actions {found["marked"]:,} were marked as done: {works["works"]:,} worked,
{works["nothing"]:,} did nothing, {works["harms"]:,} harmed.
"""
    yield ""
    yield "## Calls"
    yield ""
    yield from table(
        ("", "Calls", "Right direction", "Of those that did nothing, ever called helped"),
        (
            (name, f"{one['number']:,}", f"{one['right']:.1%}", f"{one['null_helped']:.1%}")
            for name, one in (("advisor done", calls), ("10% more or less than before", plain))
        ),
    )
    yield f"""\
The second row calls every action whose metric rose or fell by 10% from the 28 days before to the
28 days after, as a log without untouched subjects would. No difference was found for
{said["no-difference"]:,}, and {said["cannot-tell"]:,} could not be told. Of {soon["number"]:,}
actions that a test with known variances would tell 80% of the time after four weeks,
{soon["soon"]:.1%} were called within four weeks, and {soon["ever"]:.1%} at all.
"""
    yield ""
    yield "## Money"
    yield ""
    told = found["gained"]
    yield f"""\
{told["inside"]:.1%} of {told["number"]:,} intervals of what an action brought held the truth, as
8 of 10 should. Stated on average were ${told["stated"]:,.0f} in 30 days, true were
${told["true"]:,.0f}.
"""
    yield ""
    yield "## Findings that come and go"
    yield ""
    flicker = found["flicker"]
    yield f"""\
A finding opens where its rule surely fires, and closes where it is surely clear. So
{flicker["kept_again"]:,} findings opened again after they had been gone; by whether the rule fires
in that week it would have been {flicker["again"]:,}.
"""
    yield ""
    yield "## What memory brings"
    yield ""
    yield "Profit of a shop in six months, beyond what it would have been if nothing had been done:"
    yield ""
    own, ahead = found["profit"], found["ahead"]
    yield from table(
        ("Followed", "Brought", "The history brings more"),
        (
            (
                said_of,
                f"${own[name]['mean']:,.0f} ± {own[name]['error']:,.0f}",
                "–"
                if name not in ahead
                else f"{_money(ahead[name]['mean'])} ± {ahead[name]['error']:,.0f}",
            )
            for name, said_of in (
                ("HISTORY", "the plan with its history"),
                ("OWN", "without, but not what was done in the last four weeks"),
                ("NONE", "without"),
            )
        ),
    )
    yield """\
± is one standard error. Without a history, the same action is done again while its result is not
there yet; a seller who remembers his own last four weeks does as well. `python -m docs.memory`
makes the shops again."""


def _money(amount: float) -> str:
    return f"{'−' if amount < 0 else ''}${abs(amount):,.0f}"
