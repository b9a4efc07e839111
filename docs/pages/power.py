"""docs/power.md: how strong a problem must be to be found, from the numbers in docs/power.toml."""

import json
from collections.abc import Mapping, Sequence
from math import comb
from pathlib import Path
from typing import Any

from advisor.model import parse_toml
from docs.pages.markdown import page, table
from tests.corpus.reach import interval

DATA = Path(__file__).parents[1] / "power.toml"
REACH = Path(__file__).parents[1] / "reach.json"
ENOUGH = 0.9

_INTRO = """\
Rules are tried on thousands of simulated shops. **Healthy shops** of every size, trade and a
handful of currencies have every rate within its band, drawn up to its edges, and what real shops
have beside it: few events or millions, days that vary more than chance, weeks with a shape, baskets
of all prices, files without days. Whatever a rule says of one of them is a false alarm. **Sick
shops** are the same with one thing wrong, that which a rule looks for, at a known strength and
sample. How both are made is in `tests/corpus`; `python -m docs.measure` tries it all again.
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
_SELDOM = """\
Power is that of one finding alone among all that is asked of the shop, on average: where it is
small, what was planted is too small to be seen beside the days as they vary. That is so of what
must be shown to be *flat*, within 10 %, while traffic varies by half from day to day. Of a slope of
the whole history it is not known.
"""
_GIVEN = """\
¹ What the plugin would compute ({names}) was given, not computed from counts.
"""


def render() -> str:
    """The page."""
    data = parse_toml(DATA.read_text(encoding="utf-8"), where=DATA.name)
    reach = json.loads(REACH.read_text(encoding="utf-8"))
    parts = (_any_size(reach["reach"]), _other(reach["healthy"]), _healthy(data["healthy"]))
    return page("What the rules find", _INTRO, *parts, _sick(data))


def _any_size(found: Mapping[str, Any]) -> Sequence[str]:
    """What was found of all that was planted, in shops of any size."""
    cases, strong, one = found["cases"], found["strong"], found["one"]
    rows = [
        ("every rule's problem, 2 to 4 times beyond its edge", cases, found["found"]),
        (
            f"of these with a power of 0.9 beforehand ({_percent(1 - strong / cases)} left out)",
            strong,
            found["strong_found"],
        ),
        ("a tired ad: the plan's first action", one["shops"], one["tired"]),
        ("a LIVE that half as many enter, or fewer", one["shops"], one["entry"]),
        ("samples unanswered", one["shops"], one["samples"]),
    ]
    told = ((what, f"{n:,}", _percent(share), _range(share, n)) for what, n, share in rows)
    seldom = [
        (
            f"`{rule}`",
            _percent(one["found"]),
            "not known" if one["power"] is None else _percent(one["power"]),
        )
        for rule, one in found["rules"].items()
        if one["found"] < ENOUGH
    ]
    intro = (
        f"{found['shops']} shops for each rule (seed {found['seed']}, {found['date']}), from small "
        "to large: 30,000 to 3 million impressions or views, 1,500 to 150,000 clicks or visitors, "
        "60 to 15,000 orders in four weeks. Power is computed from the planted rates and counts, "
        "before anything is judged (`tests/corpus/reach.py`)."
    )
    return [
        "## Shops of any size",
        "",
        intro,
        "",
        *table(("What is planted", "shops", "found", "95 % interval"), told),
        "",
        *(
            (_SELDOM, *table(("Found less than nine times of ten", "found", "power"), seldom), "")
            if seldom
            else ()
        ),
    ]


def _other(found: Mapping[str, Any]) -> Sequence[str]:
    """What healthy shops heard of a calm nature, of a wild one and with new ads."""
    names = {
        "calm": "days as below",
        "wild": "and heavy-tailed order values, promotions of up to four times the traffic, "
        "a fifth of the last two days' ad sales not attributed yet, ads that have ended, a fifth "
        "of the ads there for reach by their name",
        "new": "and a fifth of the ads and campaigns in their first week",
    }
    rows = (
        (
            names[name],
            f"{one['shops']:,}",
            str(one["alarmed"]),
            _percent(_upper(one["alarmed"], one["shops"])),
        )
        for name, one in ((name, found[name]) for name in names if name in found)
    )
    return [
        "## Healthy shops that hear anything",
        "",
        (
            "All actions counted, what is worth a check not. Nothing was tuned on these shops "
            f"(seed {found['seed']}, {found['date']})."
        ),
        "",
        *table(("Nature", "shops", "with an action", "upper limit (one-sided 95 %)"), rows),
        "",
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _range(share: float, of: int) -> str:
    low, high = interval(round(share * of), of)
    return f"{100 * low:.1f}–{100 * high:.1f} %"


def _upper(hits: int, of: int) -> float:
    """The share of which so few *hits* or fewer would be seen one time in twenty (Clopper and
    Pearson, 1934)."""
    low, high = hits / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        seen = sum(comb(of, k) * middle**k * (1 - middle) ** (of - k) for k in range(hits + 1))
        low, high = (middle, high) if seen > 0.05 else (low, middle)
    return high


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
