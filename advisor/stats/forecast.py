"""What the days of a period will come to if a shop's history goes on as it is.

The level and the slope of the history's logarithms are taken on, each weekday with its factor. An
exponential of a mean is less than a mean, because days vary: the mean of what the history's days
were over their curve makes up for it (Duan's smearing, 1983). The range has three parts: the
slope's own uncertainty times how far ahead the period is, that of the level, and the chance of the
days that are still to come. Neighbouring days go together, so both of the latter are wider by
(1 + r) / (1 - r).
"""

import math
from datetime import date, timedelta

import polars as pl

from advisor.model import Period, frozen
from advisor.stats.daily_series import History
from advisor.stats.trend import CONFIDENCE, Trend, quantile

RANGE = 0.8
QUARTER = 3  # months


@frozen
class Projection:
    """What *period* comes to: *known* in the days that the history has, the rest projected.

    *low* and *high* hold it in RANGE of the cases. *level* is what it would come to if the days
    stayed as those at the end of the history are; with *grown*, multiply the projected part.
    """

    period: Period
    known: float
    known_days: int
    low: float
    mid: float
    high: float
    level: float


def quarter_of(day: date) -> Period:
    """The calendar quarter that *day* is in."""
    first = date(day.year, (day.month - 1) // QUARTER * QUARTER + 1, 1)
    following = (first + timedelta(days=31 * QUARTER)).replace(day=1)
    return Period(first, following - timedelta(days=1))


def next_target(last: date) -> Period:
    """The quarter to set a target for when the history ends on *last*: the running one while half
    of its days are ahead, else the next one."""
    running = quarter_of(last + timedelta(days=1))
    ahead = (running.last - last).days
    return running if 2 * ahead >= running.days else quarter_of(running.last + timedelta(days=1))


def project(history: History, period: Period) -> Projection | None:
    """*period* projected from *history*; None where it has no trend (too few days)."""
    told, last = history.trend, history.last
    if told is None or last is None:
        return None
    inside = pl.col("day").is_between(period.first, period.last)
    known = history.days.filter(inside)
    all_days = pl.date_range(period.first, period.last, eager=True).alias("day").to_frame()
    ahead = all_days.join(known, on="day", how="anti")
    curve = _curve(history, told)
    expected = curve.of(ahead)
    level = curve.of(ahead, at=_epoch(last))
    total, share = float(expected.sum()), float((expected**2).sum())
    sure = float(known["value"].sum())
    if not math.isfinite(total):
        return None
    spread = curve.error(ahead, expected, share / total**2) if total > 0 else 0.0
    wide = math.exp(quantile(RANGE) * spread)
    return Projection(
        period=period,
        known=sure,
        known_days=known.height,
        low=sure + total / wide,
        mid=sure + total,
        high=sure + total * wide,
        level=sure + float(level.sum()),
    )


def trend_line(history: History) -> tuple[float, ...]:
    """The trend of each of *history*'s days, for a weekday of average strength; empty without a
    trend."""
    told = history.trend
    if told is None or history.days.is_empty():
        return ()
    curve = _curve(history, told)
    at = history.days["day"].to_physical().cast(pl.Float64)
    factors = history.pattern["factor"] if history.step == 1 else ()
    average = sum(factors) / len(factors) if len(factors) else 1.0
    return tuple(((curve.start + told.slope.value * at).exp() * average).to_list())


@frozen(eq=False)
class _Curve:
    """The history's days as an exponential: start x exp(slope x at) x the weekday's factor."""

    start: float
    trend: Trend
    pattern: pl.DataFrame
    centre: float  # the middle of the history's points
    variation: float  # of a point over its curve, squared
    step: int  # days of a point

    def of(self, days: pl.DataFrame, at: float | None = None) -> pl.Series:
        """What each of *days* comes to; with *at* as if it were then."""
        named = days.with_columns(pl.col("day").dt.weekday().cast(pl.Int64).alias("weekday"))
        factor = named.join(self.pattern, on="weekday", how="left", maintain_order="left")[
            "factor"
        ].fill_null(1.0)
        when = days["day"].to_physical().cast(pl.Float64) if at is None else pl.Series([at])
        return factor * (self.start + self.trend.slope.value * when).exp()

    def error(self, days: pl.DataFrame, expected: pl.Series, share: float) -> float:
        """The standard error of the logarithm of the total of *days*; *share* is the sum of the
        squared shares of the days in it."""
        slope = self.trend.slope
        if not (math.isfinite(slope.low) and math.isfinite(slope.high)):
            return math.inf
        when = days["day"].to_physical().cast(pl.Float64)
        middle = float((when * expected).sum()) / float(expected.sum())
        steep = (slope.high - slope.low) / (2 * quantile(CONFIDENCE)) * (middle - self.centre)
        r = self.trend.correlation
        chance = self.variation * (1 + r) / (1 - r) * (1 / self.trend.points + self.step * share)
        return math.sqrt(steep**2 + chance)


def _curve(history: History, told: Trend) -> _Curve:
    """The curve of *history*, in money of a day."""
    points = history.points
    rest = points["value"] - told.slope.value * points["at"]
    start = float(rest.median())  # type: ignore[arg-type]
    over = (rest - start).exp()
    smeared = float(over.mean())  # type: ignore[arg-type]
    variation = float(over.var() or 0.0) / smeared**2  # type: ignore[arg-type]
    return _Curve(
        start=start + math.log(smeared / history.step),
        trend=told,
        pattern=history.pattern,
        centre=float(points["at"].mean()),  # type: ignore[arg-type]
        variation=variation,
        step=history.step,
    )


def _epoch(day: date) -> float:
    return float((day - date(1970, 1, 1)).days)
