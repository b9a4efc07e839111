"""The page that shows what following the plan brings, from the kept results of `docs.proof`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs.pages.markdown import page, table
from tests.corpus.reach import interval

ENOUGH = 400  # findings that tell how often a range holds
RESULTS = Path(__file__).parents[1] / "proof.json"
REACH = Path(__file__).parents[1] / "reach.json"


def render() -> str:
    """docs/plan-proof.md."""
    worth = json.loads(REACH.read_text("utf-8"))["worth"]
    found = json.loads(RESULTS.read_text("utf-8"))
    return page("Does following the plan pay?", _lines(found), _by_rule(worth))


def _by_rule(found: dict[str, Any]) -> Iterator[str]:
    """How often the range of each rule's worth held the truth."""
    yield ""
    yield "## Each rule by itself"
    yield ""
    yield f"""\
In the shops of [power.md](power.md), each with one problem at 1.5 to 3 times its edge and a sample
between small and large (`tests/corpus/worth.py`, seed {found["seed"]}, {found["date"]}; no formula
was chosen on these shops): how often the range of one finding held the true worth, which follows
from the planted rates.
"""
    yield ""
    told = {rule: one for rule, one in found["rules"].items() if one["findings"] >= ENOUGH}
    yield from table(
        ("Rule", "findings", "inside", "95 % interval"),
        (
            (f"`{rule}`", f"{one['findings']:,}", _percent(one), _interval(one))
            for rule, one in sorted(told.items())
        ),
    )
    few = [
        f"`{r}` ({one['findings']})" for r, one in sorted(found["rules"].items()) if r not in told
    ]
    if few:
        yield ""
        yield f"""\
Nothing is claimed of {", ".join(few)}: too few of their findings have a price. What they speak of
mostly lies within its target range, and only what is outside of it by chance is worth anything.
"""


def _percent(one: dict[str, int]) -> str:
    return f"{one['inside'] / one['findings']:.1%}"


def _interval(one: dict[str, int]) -> str:
    low, high = interval(one["inside"], one["findings"])
    return f"{low:.1%} to {high:.1%}"


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"""\
{found["shops"]} shops were made up whose truth is known (`tests/proof`): products, videos that show
them, ads for them, with every rate drawn within its usual band. Then one to five causes were drawn
upon each, {found["causes"]} on average, several at once and overlapping: an opening that few
follow, a page that few buy from (which harms every video and ad of that product too), a video that
has no call to action, an expensive audience, and videos with low engagement, which costs nothing.
Counts were drawn day by day for eight weeks, with the season of the week and days that vary more
than chance. Files made of them were diagnosed as any shop's are.

What an action brings is drawn too: two of three attempts succeed and go some of the way back to
what the rate was (a beta distribution around two thirds); the others do next to nothing; bidding
less makes impressions cheaper and fewer. Each shop's luck is drawn once, so all ways to choose
meet the same. The world imports nothing of the plan, and an action of which the world knows no
effect brings nothing.
"""
    yield ""
    yield "## What the first action brings"
    yield ""
    yield f"Profit of a shop in 30 days: ${found['profit']:,.0f}."
    yield ""
    yield from table(
        ("What is done first", "Gain in 30 days", "For an hour of work", "Less than the plan's"),
        (
            (
                row["strategy"],
                f"${row['gain']:,.0f} ± {row['error']:,.0f}",
                f"${row['per_hour']:,.0f}",
                "–"
                if row["behind"] == 0
                else f"${row['behind']:,.0f} ± {row['behind_error']:,.0f}",
            )
            for row in found["strategies"]
        ),
    )
    told = found["intervals"]
    yield f"""\
± is one standard error. The largest symptom is the finding whose value lies farthest from its band;
from its top, the guide is followed as it goes through its metrics.

## Whether the money holds true

An action's worth is what reaching its target brings; the chance of getting there is printed apart.
Of {told["number"]:,} stated intervals, which should hold the true value 80% of the time,
{told["inside"]:.1%} did. Stated on average were {told["stated"] / told["number"]:,.0f}, true were
{told["true"] / told["number"]:,.0f}.

`python -m docs.measure` makes the shops again.
"""
