"""docs/power.md: how strong a problem must be to be found, from the numbers in docs/power.toml."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor.model import parse_toml
from docs.pages.markdown import page, table

DATA = Path(__file__).parents[1] / "power.toml"
ENOUGH = 0.9

_INTRO = """\
Rules are tried on thousands of simulated shops. **Healthy shops** of every size, trade and a
handful of currencies have every rate within its band, drawn up to its edges, and what real shops
have beside it: few events or millions, days that vary more than chance, weeks with a shape, baskets
of all prices, files without days. Whatever a rule says of one of them is a false alarm. **Sick
shops** are the same with one thing wrong, that which a rule looks for, at a known strength and
sample. How both are made is in `tests/corpus`; `python -m docs.power --renew` tries it all again.
"""
_SICK = """\
Strength says how far beyond its edge a metric lies: at 2 × a CTR that should be 1 % is 0.5 %, and
sales that may fall by 10 % fall to half of that. The number is the smallest sample of those tried
({samples}) at which {share} of {shops} shops were found, each beside seven healthy
subjects and all other rules; *any* means that the amount of data does not matter, because the rule
speaks of a fact, and – that no sample tried was enough. Days vary in these shops as in the healthy
ones, so that what is small stays hidden however much there is of it: that views or sales are *flat*
takes calmer days than most of these have. A stronger problem may be found less often than a weaker
one where another rule takes its place.
"""
_GIVEN = """\
¹ What the plugin would compute ({names}) was given, not computed from counts.
"""


def render() -> str:
    """The page."""
    data = parse_toml(DATA.read_text(encoding="utf-8"), where=DATA.name)
    return page("What the rules find", _INTRO, _healthy(data["healthy"]), _sick(data))


def _healthy(healthy: Mapping[str, Any]) -> Sequence[str]:
    from tests.corpus.exceptions import MAY_SPEAK

    shops, alarmed = int(healthy["shops"]), int(healthy["alarmed"])
    told = (
        f"Of {shops:,} healthy shops {alarmed} heard any alarm from all rules together: "
        f"{_per_thousand(alarmed, shops)} of 1,000. The limit is 10."
    )
    lines = [
        "## Healthy shops",
        "",
        told,
        "",
    ]
    if healthy["rules"]:
        rows = (
            (f"`{rule}`", _per_thousand(count, shops)) for rule, count in healthy["rules"].items()
        )
        lines += [*table(("False alarms of", "in 1,000 shops"), rows), ""]
    lines += [
        f"Not counted: `{rule}` spoke in {_per_thousand(count, shops)} of 1,000, because "
        f"{MAY_SPEAK[rule]}."
        for rule, count in healthy["spoke"].items()
    ]
    return lines


def _sick(data: Mapping[str, Any]) -> Sequence[str]:
    from tests.corpus.exceptions import UNCOVERED

    strengths, samples = data["strengths"], data["samples"]
    names = sorted({f"`{name}`" for rule in data["rule"] for name in rule["given"]})
    intro = _SICK.format(
        samples=", ".join(f"{n:,}" for n in samples), share="nine in ten", shops=data["shops"]
    )
    rows = [
        (
            f"`{rule['id']}`{'¹' if rule['given'] else ''}",
            *(_least(row, samples, rule["unit"]) for row in rule["found"]),
            rule["unit"] or "",
        )
        for rule in sorted(data["rule"], key=lambda rule: str(rule["id"]))
    ]
    heads = ("Rule", *(f"{s:g} ×" for s in strengths), "of")
    lines = ["", "## Sick shops", "", intro, *table(heads, rows), ""]
    if names:
        lines += [_GIVEN.format(names=", ".join(names)), ""]
    lines += [f"- `{rule}` is not tried: {why}" for rule, why in UNCOVERED.items()]
    return lines


def _least(shares: Sequence[float], samples: Sequence[int], unit: str) -> str:
    if not unit:
        return "any" if min(shares) >= ENOUGH else "–"
    found = (n for n, share in zip(samples, shares, strict=True) if share >= ENOUGH)
    return next((f"{n:,}" for n in found), "–")


def _per_thousand(count: int, of: int) -> str:
    return f"{1000 * count / of:.1f}".removesuffix(".0")
