"""Numbers of every estimator for fixed inputs: `python -m tests.stats.known` writes them anew.

Simulations, and the limits that other libraries find, allow a number to be a little off: these do
not. A difference is to be understood before it is written down.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import polars as pl

from advisor.model.reading import Period
from advisor.stats import intervals
from advisor.stats.daily_series import growth, history, months, weekday_medians
from advisor.stats.differences import BeforeAfter, difference, parallel, pooled
from advisor.stats.forecast import project, trend_line
from advisor.stats.sample_size import detectable, sizes
from advisor.stats.shrinkage import shrunk
from advisor.stats.trend import trend
from tests.series import FIRST, WEEK, by_day
from tests.stats.test_decomposition import chain, shares
from tests.stats.test_sample_size import MONEY, RATES, SHARES
from tests.stats.test_shrinkage import AOV, CTR, ORDER_RATE, ROAS, measured

KNOWN = Path(__file__).with_name("known.json")
LATER = date(2030, 1, 1)


def noise(many: int, turn: float = 1.0) -> np.ndarray:
    """Numbers from -1 to 1 that follow no line and no week."""
    made: np.ndarray = np.sin(turn * (np.arange(many) + 1.0) ** 2)
    return made


def differences() -> Iterator[tuple[str, object]]:
    untouched = [
        BeforeAfter(0.3 * a, 0.02 + 0.01 * abs(b), 0.3 * a + 0.2 * b, 0.03 + 0.01 * abs(a))
        for a, b in zip(noise(9), noise(9, 1.7), strict=True)
    ]
    treated = [BeforeAfter(-0.9, 0.05, 0.1, 0.04), BeforeAfter(-0.2, 0.02, 0.15, 0.06)]
    for slope in (-1, 0, 1):
        found = difference(treated, untouched, slope=slope)
        assert found is not None
        yield f"slope {slope}", attrs.asdict(found)
    assert found is not None
    yield "brought", found.brought(100.0, 0.1)
    yield (
        "far out",
        attrs.asdict(
            difference([attrs.evolve(treated[0], before=-4.0)], untouched, alpha=0.2) or treated[0]
        ),
    )
    yield "pooled", pooled([(one.after, one.after_variance) for one in untouched])
    moved = [parallel([attrs.evolve(treated[1], after=at / 100)], untouched) for at in range(100)]
    yield "parallel", moved.index(False)  # the first that is apart


def series() -> Iterator[tuple[str, object]]:
    at = np.arange(120)
    values = 900 * 1.05 ** (at / 30) * np.exp(WEEK[at % 7] + 0.2 * noise(120))
    gaps = by_day(np.where(at % 11 == 3, 0.0, values)).filter(pl.col("day").dt.day() != 17)
    few = by_day(np.where(noise(120) > 0.3, values, 0.0))
    for name, days in (("full", by_day(values)), ("gaps", gaps), ("few", few)):
        known = history(days, matures=2, today=LATER)
        told = growth(known.trend)
        yield f"{name} growth", attrs.asdict(told) if told else None
        yield f"{name} trend", attrs.asdict(known.trend) if known.trend else None
        for first, length in ((118, 90), (90, 60), (140, 30)):
            start = FIRST + timedelta(days=first)
            found = project(known, Period(start, start + timedelta(days=length - 1)))
            yield f"{name} {first}", attrs.asdict(found) if found else None
        yield f"{name} line", list(trend_line(known))[::17]
        one = days.with_columns(series=pl.lit("a"))
        yield f"{name} months", rows(months(one, ("series",)))
        part = one.select("series", (pl.col("day") - FIRST).dt.total_days().alias("at"), "value")
        yield f"{name} week", rows(weekday_medians(part.lazy(), ("series",)).collect())


def trends() -> Iterator[tuple[str, object]]:
    for name, values in (
        ("plain", [round(v, 2) for v in 3 * noise(30) + np.arange(30) / 9]),
        ("ties", [float(round(v)) for v in 2 * noise(40) + np.arange(40) / 20]),
    ):
        found = trend(pl.DataFrame({"at": range(len(values)), "value": values}))
        yield name, attrs.asdict(found) if found else None


def rates() -> Iterator[tuple[str, object]]:
    counts: Sequence[tuple[float, float]] = [
        (float(3 + 7 * n), 100.0 + 90.0 * n + 40 * (n % 3)) for n in range(9)
    ] + [(0.0, 60.0), (90.0, 300.0)]
    for metric in (ORDER_RATE, CTR, ROAS, AOV):
        found = shrunk(measured(metric, counts), metric)
        yield metric.id, rows(found.select(pl.col(r"^.*\.shrunk.*$")))


def needed() -> Iterator[tuple[str, object]]:
    for name, chance in (("shares", SHARES), ("rates", RATES), ("money", MONEY)):
        yield f"{name} sizes", sizes(chance, 0.02, 0.03)
        yield f"{name} less", sizes(chance, 0.4, 0.3)
        yield f"{name} third", sizes(chance, 0.02, 0.03, share=0.3)
        for events in (300.0, 40_000.0):
            yield f"{name} {events:g}", detectable(chance, 0.05, events)


def parts() -> Iterator[tuple[str, object]]:
    now, then = (140_000.0, 0.014, 0.03, 42.0), (100_000.0, 0.02, 0.04, 40.0)
    near = tuple(1.000001 * value for value in then)
    for method in ("lmdi", "shapley"):
        yield method, shares(now, then, method)
        yield f"{method} near", shares(near, then, method)
    both: list[tuple[tuple[float, ...], tuple[float, ...]]] = [
        ((140.0, 30.0, 900.0), (100.0, 40.0, 800.0)),
        ((50.0, 0.0, 0.0), (60.0, 6.0, 90.0)),
    ]
    for mix in (False, True):
        yield f"mix {mix}", rows(chain(both, mix=mix))


def limits() -> Iterator[tuple[str, object]]:
    frame = pl.DataFrame(
        {"x": [0.0, 3.0, 40.0], "n": [50.0, 60.0, 900.0], "edge": [0.01, 0.04, 0.05]}
    )
    x, n, edge = pl.col("x"), pl.col("n"), pl.col("edge")
    low, high = intervals.wilson(x, n)
    under, over = intervals.byar(x)
    least, most = intervals.lognormal(n, edge)
    yield "limits", rows(
        frame.select(
            low=low, high=high, under=under, over=over, least=least, most=most,
            z=intervals.wilson_z(x, n, edge), rate=intervals.byar_z(x, n * edge),
            t=intervals.student(n * edge, x + 3), tail=intervals.upper_tail(x / 10),
            spread=intervals.value_spread(n * n, n / 9, x, n),
        )
    )  # fmt: skip


def rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.to_dicts()


def everything() -> Mapping[str, object]:
    """All numbers, as JSON has them."""
    made = {
        f"{of.__name__}: {name}": value
        for of in (differences, series, trends, rates, needed, parts, limits)
        for name, value in of()
    }
    whole: Mapping[str, object] = json.loads(json.dumps(made, default=str))
    return whole


if __name__ == "__main__":
    KNOWN.write_text(json.dumps(everything(), indent=1) + "\n", encoding="utf-8")
