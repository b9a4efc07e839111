"""Places of marks in the page's pictures: numbers only, from 0 to 100 of the room that they have.

Pictures are plain SVG in the templates: no library that draws SVG without scripts leaves the text
outside of it, where it wraps on a phone, follows dark mode and is read aloud.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Part = Mapping[str, Any]
Marks = dict[str, Any]

_DAYS = 91  # of sales that a picture shows: thirteen weeks
_LEAST = 7  # days that make a line
_ROOM = 0.08  # of the height, above and below a line


def top_worth(actions: Iterable[Part]) -> float:
    """The largest amount that an action may be worth: the end of the scale of all of them."""
    return max((action["gain"]["high"] for action in actions if action["gain"]), default=0.0)


def worth(gain: Part, top: float) -> Marks:
    """Where an amount and its likely range lie on a scale that ends at *top*."""
    low, mid, high = (_share(gain[name], top) for name in ("low", "mid", "high"))
    return {"low": low, "mid": mid, "wide": _round(high - low)}


def days(course: Part) -> Marks:
    """Columns of the newest days of *course*, and its trend above them."""
    series = course["series"][-_DAYS:]
    trend = course["trend"][-len(series) :] if course["trend"] else []
    values = [point["value"] for point in series]
    top = max((value for value in values if value is not None), default=0.0)
    slot = 100 / max(len(series), 1)
    columns = [
        {
            "day": point["day"],
            "value": point["value"],
            "x": _round(at * slot + 0.1 * slot),
            "wide": _round(0.8 * slot),
            "high": _share(point["value"] or 0.0, top),
        }
        for at, point in enumerate(series)
    ]
    line = " ".join(
        f"{_round((at + 0.5) * slot)},{_round(100 - _share(point['value'], top))}"
        for at, point in enumerate(trend)
        if point["value"] is not None
    )
    return {"columns": columns, "line": line, "top": top}


def weekdays(course: Part) -> list[float]:
    """What Monday to Sunday bring, of the strongest of them."""
    top = max(course["weekdays"], default=0.0)
    return [_share(factor, top) for factor in course["weekdays"]]


def line(kpi: Part) -> Marks:
    """The days of *kpi* as lines, broken where a day is not known, and its target as a stripe;
    without lines where the days are too few."""
    known = [point["value"] for point in kpi["series"] if point["value"] is not None]
    band = kpi["band"] or {"low": None, "high": None}
    edges = [edge for edge in (band["low"], band["high"]) if edge is not None]
    if len(known) < _LEAST:
        return {"lines": [], "band": None}
    low, high = min((*known, *edges)), max((*known, *edges))
    room = (high - low) * _ROOM or abs(high) or 1.0
    low, high = low - room, high + room

    def y(value: float) -> float:
        return _round(100 - 100 * (value - low) / (high - low))

    step = 100 / max(len(kpi["series"]) - 1, 1)
    lines: list[list[str]] = [[]]
    for at, point in enumerate(kpi["series"]):
        if point["value"] is None:
            lines.append([])
        else:
            lines[-1].append(f"{_round(at * step)},{y(point['value'])}")
    stripe = None
    if edges:
        above = y(band["high"]) if band["high"] is not None else 0.0
        below = y(band["low"]) if band["low"] is not None else 100.0
        stripe = {"y": above, "high": max(_round(below - above), 2.0)}
    return {"lines": [" ".join(part) for part in lines if len(part) > 1], "band": stripe}


def bullet(kpi: Part) -> Marks | None:
    """Where *kpi* and its target lie on a scale from 0; None without both."""
    band, value = kpi["band"], kpi["value"]
    if not band or value is None:
        return None
    edges = [edge for edge in (band["low"], band["high"]) if edge is not None]
    top = 1.25 * max((value, *edges), default=0.0)
    if top <= 0 or min((value, *edges)) < 0:
        return None
    low = _share(band["low"] or 0.0, top)
    high = 100.0 if band["high"] is None else _share(band["high"], top)
    return {"value": _share(value, top), "low": low, "wide": max(_round(high - low), 1.0)}


def funnel(steps: Sequence[Part]) -> list[float]:
    """How wide each step is, by the logarithm of its count: else all but the first are a hair."""
    logs = [math.log10(1 + max(step["value"], 0.0)) for step in steps]
    top = max(logs, default=0.0)
    return [_share(log, top) for log in logs]


def change(one: Part) -> list[Marks]:
    """The steps from a total before to a total now, as bars that start where the last one ended."""
    total = one["total"]
    names = zip(one["steps"], total["steps"], total["step_texts"], strict=True)
    moves = [{"title": title, "value": value, "text": text} for title, value, text in names]
    if round(total["other"], 2):
        moves.append({"title": None, "value": total["other"], "text": total["other_text"]})
    return _falls(one["then"], moves, one["now"])


def payout(reconciliations: Iterable[Part]) -> list[Marks]:
    """The way of the money from GMV to the payout, where settlements were read; else empty."""
    found = {one["id"]: one for one in reconciliations}
    settled, gmv = found.get("revenue-to-settlement"), found.get("gmv-to-settlement")
    if settled is None or len(settled["parts"]) < 2:
        return []
    first, *fees = settled["parts"]
    moves = [{"title": fee["title"], "value": fee["value"], "text": fee["text"]} for fee in fees]
    if round(settled["rest"], 2):
        moves.append({"title": None, "value": settled["rest"], "text": settled["rest_text"]})
    of_same_days = gmv is not None and (gmv["first"], gmv["last"]) == (
        settled["first"],
        settled["last"],
    )
    whole = gmv["total"] if gmv is not None and of_same_days else first
    bars = _falls(first["value"], moves, settled["total"]["value"], top=whole["value"])
    for bar, amount in ((bars[0], first), (bars[-1], settled["total"])):
        bar |= {"title": amount["title"], "text": amount["text"]}
    if whole is not first:
        full = {"title": whole["title"], "text": whole["text"], "kind": "total"}
        bars.insert(
            0,
            {**full, "x": 0.0, "wide": _share(whole["value"], max(whole["value"], first["value"]))},
        )
    return bars


def _falls(start: float, moves: Sequence[Marks], end: float, *, top: float = 0.0) -> list[Marks]:
    """Bars of a waterfall: the *start*, each move from where the one before ended, the *end*. The
    scale reaches to *top* at least."""
    at, spans = start, [(0.0, start)]
    for move in moves:
        spans.append((at, at + move["value"]))
        at += move["value"]
    spans.append((0.0, end))
    low = min(0.0, *(edge for span in spans for edge in span))
    high = max(0.0, top, *(edge for span in spans for edge in span)) - low
    kinds = ["total", *("up" if move["value"] >= 0 else "down" for move in moves), "total"]
    return [
        {
            **move,
            "kind": kind,
            "x": _share(min(span) - low, high),
            "wide": max(_share(abs(span[1] - span[0]), high), 0.4),
        }
        for move, kind, span in zip([{}, *moves, {}], kinds, spans, strict=True)
    ]


def _share(value: float, top: float) -> float:
    """*value* as a part of *top*, from 0 to 100."""
    return _round(min(max(100 * value / top, 0.0), 100.0)) if top > 0 else 0.0


def _round(value: float) -> float:
    return round(value, 2)


FILTERS: Mapping[str, Callable[..., object]] = {
    "bullet": bullet,
    "change": change,
    "days": days,
    "funnel": funnel,
    "line": line,
    "payout": payout,
    "top_worth": top_worth,
    "weekdays": weekdays,
    "worth": worth,
}
