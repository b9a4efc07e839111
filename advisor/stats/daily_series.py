"""The history of a daily total: its days that are settled, its pattern of the week, its growth and
its months.

Growth is a ratio, so it is the slope of the logarithm: 5 % more a month, whatever the currency and
the weekday. Of each weekday its own median is taken out first (after the slope between days of the
same weekday, Hirsch, Slack and Smith 1982), where there are two weeks at least. Where more than one
day in ten is 0, there is no logarithm to work with: then whole weeks are taken instead of days,
and they have no weekdays.

The newest days are provisional: platforms count late, and attribute an order to a click of days
before. How many of them are left out is said by whoever knows the count.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from advisor.model import frozen
from advisor.stats.frames import partitions
from advisor.stats.trend import Points, Trend, middle_slopes, pairs_of, trend_of, trends

MONTH = 30  # days that growth is given for
WEEK = 7
MONTH_DAYS = 28  # known of a month, to compare it: four of each weekday
PATTERN_DAYS = 14  # two of each weekday: with fewer a pattern is one week's chance
LEAST_DAYS = 56  # eight weeks: a slope of less says more about its weeks than about a trend
LONGEST_DAYS = 364  # what was a year ago says little of what comes
DENSE = 0.8  # of the days between the first and the last are known; else it is no daily series
ZERO_DAYS = 0.1  # of the days; with more of them, weeks are taken


@frozen(eq=False)
class History:
    """The history of one series, see Histories."""

    days: pl.DataFrame
    left_out: int
    step: int
    pattern: pl.DataFrame
    points: pl.DataFrame
    trend: Trend | None

    @property
    def first(self) -> date | None:
        first = self.days["day"].min()
        return first if isinstance(first, date) else None

    @property
    def last(self) -> date | None:
        last = self.days["day"].max()
        return last if isinstance(last, date) else None


@frozen(eq=False)
class Histories:
    """The histories of many series, told apart by the columns *by*.

    *days* are settled: `day`, `value`; `left_out` of the newest are not, as *facts* say. *points*
    (`at` in days of the epoch, `value`, a logarithm without its weekday's part) are days or weeks,
    by `step` in *facts*; *trends* are theirs (see stats.trend), none where they are too few.
    *patterns* have `weekday` (1 is Monday) and `factor`; none where there are too few days to tell.
    """

    by: tuple[str, ...]
    days: pl.DataFrame
    facts: pl.DataFrame
    patterns: pl.DataFrame
    points: pl.DataFrame
    trends: pl.DataFrame

    def of(self, series: tuple[object, ...]) -> History:
        """The history of one of them."""
        days, patterns, points = (
            _values_of(parts.get(series, whole.clear()), self.by)
            for whole, parts in zip(
                (self.days, self.patterns, self.points), self._parts, strict=True
            )
        )
        facts, trend = (rows.get(series) for rows in self._rows)
        left_out, step = (facts["left_out"], facts["step"]) if facts else (0, 1)
        return History(days, left_out, step, patterns, points, trend_of(trend) if trend else None)

    @cached_property
    def _parts(self) -> Sequence[Mapping[tuple[object, ...], pl.DataFrame]]:
        frames = (self.days, self.patterns, self.points)
        return [partitions(frame, self.by) for frame in frames]

    @cached_property
    def _rows(self) -> Sequence[Mapping[tuple[object, ...], Mapping[str, Any]]]:
        return [
            {tuple(row[name] for name in self.by): row for row in frame.iter_rows(named=True)}
            for frame in (self.facts, self.trends)
        ]


def _values_of(part: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    return part[[column for column in part.columns if column not in by]]


@frozen
class Growth:
    """A ratio less 1 for each so many days: 0.05 is 5 % more."""

    value: float
    low: float
    high: float


def history(days: pl.DataFrame, *, matures: int, today: date, last: date | None = None) -> History:
    """The history of one series (`day`, `value`, each day once); see histories."""
    series = days.lazy().select(
        "day",
        "value",
        pl.lit(0).alias("series"),
        pl.lit(matures).alias("matures"),
        pl.lit(last, pl.Date).alias("last"),
    )
    return histories(series, ("series",), today=today).of((0,))


def histories(days: Points, by: Sequence[str], *, today: date) -> Histories:
    """The histories of the series of *days* (`day`, `value`, each day once, and what *by* names),
    up to the day `last` where it is not null.

    `matures` of a series' newest days are left out, whichever files they are from; a day of *today*
    or later is a part of a day. Not more than LONGEST_DAYS are looked at.
    """
    named = tuple(by)
    day, value, last = pl.col("day"), pl.col("value"), pl.col("last")
    end = day.max().over(by) - pl.duration(days=pl.col("matures").cast(pl.Int64))
    settled = day <= pl.col("end")
    kept = settled & (day > pl.col("end") - pl.duration(days=LONGEST_DAYS))
    known = (
        days.lazy()
        .select(*by, "day", value.cast(pl.Float64), "matures", "last")
        .drop_nulls("value")
        .sort(*by, "day")
        .filter(day < today)
        .with_columns(pl.min_horizontal(end, last).alias("end"))
        .filter((day <= last).fill_null(value=True))
        .with_columns(settled.alias("settled"), kept.alias("kept"))
        .collect(engine="in-memory")
    )
    own = day.filter("kept")
    count = own.len()
    dense = count >= DENSE * ((own.max() - own.min()).dt.total_days() + 1)
    weekly = ((value.filter("kept") <= 0).mean() > ZERO_DAYS).fill_null(value=False)
    facts = known.group_by(named).agg(
        (~pl.col("settled")).sum().cast(pl.Int64).alias("left_out"),
        pl.when(weekly).then(WEEK).otherwise(1).cast(pl.Int64).alias("step"),
        ((count >= LEAST_DAYS) & dense).fill_null(value=False).alias("enough"),
    )
    shaped = (
        known.lazy()
        .filter("kept")
        .select(*named, "day", "value", _epoch_day().alias("at"), _logarithm().alias("log"))
        .join(facts.lazy(), on=named, how="left", nulls_equal=True, maintain_order="left")
        .collect(engine="in-memory")
    )
    by_day, by_week = (shaped.lazy().filter(pl.col("step") == step) for step in (1, WEEK))
    logs = by_day.select(*named, "at", pl.col("log").alias("value"))
    effects = weekday_medians(logs, named).collect(engine="in-memory")
    taken_out = effects.lazy().group_by(named).len("taken_out")
    columns = [*named, "at", "value"]
    parts = [without(logs, effects, named)]
    patterns = [effects.lazy().select(*named, "weekday", pl.col("effect").exp().alias("factor"))]
    if WEEK in facts["step"]:
        parts.append(_weeks(by_week, named))
        patterns.append(_shares(by_week, named))
    points = (
        pl.concat(parts)
        .join(facts.lazy(), on=named, how="left", nulls_equal=True, maintain_order="left")
        .join(taken_out, on=named, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(pl.col("taken_out").fill_null(0).cast(pl.Int64))
        .collect(engine="in-memory")
    )
    return Histories(
        by=named,
        days=shaped[[*named, "day", "value"]],
        facts=facts,
        patterns=pl.concat(patterns).collect(engine="in-memory"),
        points=points[columns],
        trends=trends(points.lazy().filter("enough"), named),
    )


def growth(told: Trend | None, per: float = MONTH) -> Growth | None:
    """The growth for each *per* units of the points' `at`."""
    if told is None:
        return None
    value, low, high = (
        _less_one(slope * per) for slope in (told.slope.value, told.slope.low, told.slope.high)
    )
    return Growth(value, low, high)


def with_growth(trends: Points, name: str, per: float = MONTH) -> pl.LazyFrame:
    """*trends* (see stats.trend) with the growth for each *per* units of the points' `at` as
    *name*, and its limits as `.lo` and `.hi`."""
    slopes = {"slope": name, "slope_low": f"{name}.lo", "slope_high": f"{name}.hi"}
    return trends.lazy().with_columns(
        ((pl.col(slope) * per).exp() - 1).alias(column) for slope, column in slopes.items()
    )


def months(days: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The calendar months of each series of *days* (`day`, `value`): `month` (its first day), how
    many `days` are known, their `value`, whether they are all of the month (`whole`), and the
    `change` of a day's worth since the month before, where four weeks and more of both are known.
    """
    month = pl.col("month")
    worth = pl.col("value") / pl.col("days")
    before = worth.shift(1).over(by)
    follows = month.dt.offset_by("-1mo") == month.shift(1).over(by)
    long = pl.col("days") >= MONTH_DAYS
    both = follows & long & long.shift(1).over(by) & (before > 0)
    return (
        days.lazy()
        .group_by(*by, pl.col("day").dt.truncate("1mo").alias("month"), maintain_order=True)
        .agg(pl.len().cast(pl.Int64).alias("days"), pl.col("value").sum())
        .sort(*by, "month")
        .with_columns((pl.col("days") == month.dt.month_end().dt.day()).alias("whole"))
        .with_columns(pl.when(both).then(worth / before - 1).alias("change"))
        .collect(engine="in-memory")
    )


def weekday_medians(points: Points, by: Sequence[str]) -> pl.LazyFrame:
    """What each `weekday` adds to the `value` of *points* of a series, whose `at` is the day of the
    epoch: its `effect`, a median after the slope between days of the same weekday. The effects of a
    week have the median 0. None for a series of fewer than PATTERN_DAYS."""
    at, weekday = pl.col("at"), pl.col("weekday")
    long = points.lazy().filter(pl.len().over(by) >= PATTERN_DAYS)
    named = long.select(*by, "at", "value", _weekday(at).alias("weekday"))
    slopes = middle_slopes(pairs_of(named, (*by, "weekday")), by)
    rest = pl.col("value") - pl.col("slope") * (at - at.min().over(by))
    centred = pl.col("effect") - pl.col("effect").median().over(by)
    return (
        named.join(slopes, on=by, how="inner", nulls_equal=True)
        .with_columns(rest.alias("rest"))
        .group_by(*by, weekday)
        .agg(pl.col("rest").median().alias("effect"))
        .select(*by, weekday, centred.alias("effect"))
        .sort(*by, weekday)
    )


def without(points: Points, effects: Points, by: Sequence[str]) -> pl.LazyFrame:
    """*points* less the effect of their weekday, where their series has one."""
    # What rounding leaves behind breaks no tie; without a pattern there is nothing to round.
    rest = (pl.col("value") - pl.col("effect").fill_null(0.0)).round(9)
    found = pl.col("effect").is_not_null().any().over(by)
    return (
        points.lazy()
        .with_columns(_weekday(pl.col("at")).alias("weekday"))
        .join(
            effects.lazy(),
            on=[*by, "weekday"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        .select(
            *by,
            pl.col("at").cast(pl.Float64),
            pl.when(found).then(rest).otherwise("value").alias("value"),
        )
    )


def _weekday(at: pl.Expr) -> pl.Expr:
    """1 is Monday; the day 0 of the epoch was a Thursday."""
    return ((at + 3) % WEEK + 1).cast(pl.Int64)


def _epoch_day() -> pl.Expr:
    return pl.col("day").to_physical().cast(pl.Int64)


def _logarithm() -> pl.Expr:
    return pl.col("value").clip(lower_bound=0.0).log()


def _weeks(days: pl.LazyFrame, by: Sequence[str]) -> pl.LazyFrame:
    """Weeks of which every day is known, counted back from the last day of a series; `at` is their
    middle."""
    at = pl.col("at")
    return (
        days.with_columns(_epoch_day().alias("at"))
        .with_columns(((at.max().over(by) - at) // WEEK).alias("back"))
        .group_by(*by, "back", maintain_order=True)
        .agg(at.mean(), pl.col("value").sum(), pl.len().alias("days"))
        .filter(pl.col("days") == WEEK)
        .select(*by, at.cast(pl.Float64), _logarithm())
        .sort(*by, "at")
    )


def _shares(days: pl.LazyFrame, by: Sequence[str]) -> pl.LazyFrame:
    """What a weekday of a series has of the total of its week, times seven."""
    weekday = pl.col("day").dt.weekday().cast(pl.Int64).alias("weekday")
    factor = pl.col("factor") / pl.col("factor").mean().over(by)
    return (
        days.filter(pl.len().over(by) >= PATTERN_DAYS)
        .group_by(*by, weekday, maintain_order=True)
        .agg(pl.col("value").mean().alias("factor"))
        .sort(*by, "weekday")
        .select(*by, "weekday", factor.fill_nan(1.0))
    )


def _less_one(logarithm: float) -> float:
    """exp(logarithm) - 1, which may be infinite."""
    return math.inf if logarithm > 700 else math.expm1(logarithm)
