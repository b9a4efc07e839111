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
from datetime import date, timedelta

import polars as pl

from advisor.model import frozen
from advisor.stats.trends import Trend, middle_slope, pairs_of, trend

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
    """*days* are settled: `day`, `value`; *left_out* of the newest are not. *points* (`at` in days
    of the epoch, `value`, a logarithm without its weekday's part) are days or weeks, by *step*;
    *trend* is theirs, None where they are too few. *pattern* has `weekday` (1 is Monday) and
    `factor`, empty where there are too few days to tell."""

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


@frozen
class Growth:
    """A ratio less 1 for each so many days: 0.05 is 5 % more."""

    value: float
    low: float
    high: float


def history(days: pl.DataFrame, *, matures: int, today: date, last: date | None = None) -> History:
    """The history of *days* (`day`, `value`, each day once), up to *last* if it is given.

    *matures* of the newest days are left out, whichever files they are from; a day of *today* or
    later is a part of a day. Not more than LONGEST_DAYS are looked at.
    """
    known = days.select("day", pl.col("value").cast(pl.Float64)).drop_nulls().sort("day")
    full = known.filter(pl.col("day") < today)
    newest = full["day"].max()
    if not isinstance(newest, date):
        return _of(full, 0)
    end = newest - timedelta(days=matures)
    wanted = full if last is None else full.filter(pl.col("day") <= last)
    end = end if last is None else min(end, last)
    settled = wanted.filter(pl.col("day") <= end)
    long_ago = pl.col("day") > end - timedelta(days=LONGEST_DAYS)
    return _of(settled.filter(long_ago), wanted.height - settled.height)


def growth(told: Trend | None, per: float = MONTH) -> Growth | None:
    """The growth for each *per* units of the points' `at`."""
    if told is None:
        return None
    value, low, high = (
        _less_one(slope * per) for slope in (told.slope.value, told.slope.low, told.slope.high)
    )
    return Growth(value, low, high)


def months(days: pl.DataFrame) -> pl.DataFrame:
    """The calendar months of *days* (`day`, `value`): `month` (its first day), how many `days` are
    known, their `value`, whether they are all of the month (`whole`), and the `change` of a day's
    worth since the month before, where four weeks and more of both are known."""
    month = pl.col("day").dt.truncate("1mo").alias("month")
    sums = (
        days.group_by(month, maintain_order=True)
        .agg(pl.len().cast(pl.Int64).alias("days"), pl.col("value").sum())
        .sort("month")
        .with_columns((pl.col("days") == pl.col("month").dt.month_end().dt.day()).alias("whole"))
    )
    worth = pl.col("value") / pl.col("days")
    follows = pl.col("month").dt.offset_by("-1mo") == pl.col("month").shift(1)
    long = pl.col("days") >= MONTH_DAYS
    both = follows & long & long.shift(1) & (worth.shift(1) > 0)
    return sums.with_columns(pl.when(both).then(worth / worth.shift(1) - 1).alias("change"))


def weekday_medians(points: pl.DataFrame) -> pl.DataFrame:
    """What each `weekday` adds to the `value` of *points*, whose `at` is the day of the epoch:
    its `effect`, a median after the slope between days of the same weekday. The effects of a week
    have the median 0. Empty where there are fewer than PATTERN_DAYS."""
    pairs = pairs_of(points).filter(pl.col("gap") % WEEK == 0)
    slope = middle_slope(pairs)
    if points.height < PATTERN_DAYS or slope is None:
        return pl.DataFrame(schema={"weekday": pl.Int64, "effect": pl.Float64})
    rest = points.select(
        _weekday(pl.col("at")).alias("weekday"),
        (pl.col("value") - slope * (pl.col("at") - pl.col("at").min())).alias("rest"),
    )
    each = rest.group_by("weekday").agg(pl.col("rest").median().alias("effect"))
    centred = pl.col("effect") - pl.col("effect").median()
    return each.select("weekday", centred.alias("effect")).sort("weekday")


def _of(days: pl.DataFrame, left_out: int) -> History:
    at = pl.col("day").to_physical().cast(pl.Int64).alias("at")
    zero = days.select((pl.col("value") <= 0).mean()).item() if days.height else 0.0
    logs = days.select(at, pl.col("value").clip(lower_bound=0.0).log().alias("value"))
    if zero > ZERO_DAYS:
        pattern, step, points = _shares(days), WEEK, _weeks(days)
    else:
        effects = weekday_medians(logs)
        pattern = effects.select("weekday", pl.col("effect").exp().alias("factor"))
        step, points = 1, without(logs, effects)
    taken_out = pattern.height if step == 1 else 0
    told = trend(points, taken_out=taken_out) if _enough(days) else None
    return History(days, left_out, step, pattern, points, told)


def _enough(days: pl.DataFrame) -> bool:
    first, last = days["day"].min(), days["day"].max()
    if not isinstance(first, date) or not isinstance(last, date):
        return False
    return days.height >= max(LEAST_DAYS, DENSE * ((last - first).days + 1))


def without(points: pl.DataFrame, effects: pl.DataFrame) -> pl.DataFrame:
    """*points* less the effect of their weekday."""
    if effects.is_empty():
        return points
    joined = points.with_columns(_weekday(pl.col("at")).alias("weekday")).join(
        effects, on="weekday", how="left", maintain_order="left"
    )
    rest = pl.col("value") - pl.col("effect").fill_null(0.0)
    return joined.select("at", rest.round(9))  # what rounding leaves behind breaks no tie


def _weekday(at: pl.Expr) -> pl.Expr:
    """1 is Monday; the day 0 of the epoch was a Thursday."""
    return ((at + 3) % WEEK + 1).cast(pl.Int64)


def _weeks(days: pl.DataFrame) -> pl.DataFrame:
    """Weeks of which every day is known, counted back from the last day; `at` is their middle."""
    at = pl.col("day").to_physical().cast(pl.Int64)
    back = ((at.max() - at) // WEEK).alias("back")
    return (
        days.with_columns(back)
        .group_by("back", maintain_order=True)
        .agg(at.mean().alias("at"), pl.col("value").sum(), pl.len().alias("days"))
        .filter(pl.col("days") == WEEK)
        .select("at", pl.col("value").clip(lower_bound=0.0).log())
        .sort("at")
    )


def _shares(days: pl.DataFrame) -> pl.DataFrame:
    """What a weekday has of the total of its week, times seven."""
    if days.height < PATTERN_DAYS:
        return pl.DataFrame(schema={"weekday": pl.Int64, "factor": pl.Float64})
    weekday = pl.col("day").dt.weekday().cast(pl.Int64).alias("weekday")
    each = days.group_by(weekday, maintain_order=True).agg(pl.col("value").mean().alias("factor"))
    return each.with_columns((pl.col("factor") / pl.col("factor").mean()).fill_nan(1.0)).sort(
        "weekday"
    )


def _less_one(logarithm: float) -> float:
    """exp(logarithm) - 1, which may be infinite."""
    return math.inf if logarithm > 700 else math.expm1(logarithm)
