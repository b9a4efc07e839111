"""Followers: the day's change, and growth over a window."""

from collections.abc import Iterator

import attrs
import polars as pl

from advisor import Counts, Reading
from advisor.stats import Z, byar, middle_slopes, neighbours, pairs_of, weekday_medians, without
from advisor_tiktok_studio.audience import ACCOUNT, the_account

FAMILY = "studio-followers"
_KEY = ("shop", "key")
DAYS = 30  # growth is scaled to as many days
STEADY_DAYS = 14  # of daily counts; fewer are little more than one week
WALK = 1.2  # a slope of a walk varies by so much more than the mean of its steps


def with_change(reading: Reading) -> Reading:
    """*reading* with `follower_change`: followers of a day less those of the day before.

    The printed difference stands in the row of the day before, so it is not used. After a gap, and
    on the first day, the change is not known.
    """
    tables = tuple(
        attrs.evolve(table, frame=_changed(table.frame))
        if table.family == FAMILY and "followers" in table.frame.columns
        else table
        for table in reading.tables
    )
    return the_account(attrs.evolve(reading, tables=tables))


def _changed(frame: pl.DataFrame) -> pl.DataFrame:
    day, followers = pl.col("from"), pl.col("followers")
    next_day = (day - day.shift(1)).over("key") == pl.duration(days=1)
    step = (followers - followers.shift(1)).over("key")
    return (
        frame.sort("key", "from", maintain_order=True)
        .with_columns(pl.when(next_day).then(step).alias("follower_change"))
        .sort("_row")
    )


def follower_growth(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """Net new followers in the window / followers at its start, per 30 days, with 95 % limits.

    From STEADY_DAYS days on the pace is the robust slope of the followers (Theil-Sen), which one
    day's spike hardly moves. What is left of it wanders as the days' changes add up, so its limits
    come from how much these vary, and not from the order of the counts. On fewer days the change is
    taken as it is: gains come by chance like events, so their limits are Poisson's; losses are
    taken as they are. Without a window all days count. None without a history of followers.
    """
    days = counts.days("account", ("followers", "follower_change"), families=(FAMILY,))
    change = pl.col("follower_change")
    start = pl.col("followers").first() - change.first()
    if days.is_empty():
        return
    sums = (
        days.lazy()
        .group_by(_KEY, maintain_order=True)
        .agg(
            start.alias("start"),
            pl.len().alias("days"),
            change.clip(lower_bound=0).sum().alias("gains"),
            change.clip(upper_bound=0).sum().neg().alias("losses"),
        )
    )
    known = sums.filter(pl.col("start") > 0)
    low, high = byar(pl.col("gains"))
    paces = known.select(
        *_KEY,
        "start",
        *(
            ((gains - pl.col("losses")) / pl.col("days")).alias(name)
            for name, gains in (("pace", pl.col("gains")), ("low", low), ("high", high))
        ),
    )
    limits = paces.join(steady_paces(days), on=_KEY, how="left", maintain_order="left")
    yield (
        "account",
        limits.select(
            *_KEY,
            pl.lit(ACCOUNT).alias("name"),
            pl.col("start").alias("follower_growth.n"),
            *(
                (pl.coalesce(better, plain) / pl.col("start") * DAYS).alias(name)
                for name, better, plain in (
                    ("follower_growth", "steady", "pace"),
                    ("follower_growth.lo", "steady_low", "low"),
                    ("follower_growth.hi", "steady_high", "high"),
                )
            ),
        ),
    )


def steady_paces(days: pl.DataFrame) -> pl.LazyFrame:
    """Followers that each account won a day, by the robust slope of its *days* (`from`,
    `followers`, `follower_change`): `steady`, with 95 % limits `steady_low` and `steady_high`. None
    of an account with fewer than STEADY_DAYS days.

    A sum of n changes of variance v wanders: the slope of such a walk has the variance 6 v / 5 n
    (Durlauf and Phillips 1988, for least squares; the median of slopes is no better). Neighbouring
    changes that go together widen it by (1 + r) / (1 - r), and they are never taken to vary less
    than events by chance do.
    """
    at = pl.col("from").to_physical().cast(pl.Int64).alias("at")
    change, r = pl.col("follower_change"), pl.col("correlation")
    long = days.lazy().filter(pl.len().over(_KEY) >= STEADY_DAYS)
    slopes = middle_slopes(pairs_of(long.select(*_KEY, at, value="followers"), _KEY), _KEY)
    steps = long.select(*_KEY, at, value=change)
    changes = without(steps, weekday_medians(steps, _KEY), _KEY)
    flat = steps.select(_KEY).unique().with_columns(slope=0.0)
    together = neighbours(changes, flat, _KEY)
    varies = changes.group_by(_KEY).agg(pl.col("value").var().fill_null(0.0).alias("variance"))
    chance = long.group_by(_KEY).agg(change.abs().mean().alias("chance"), pl.len().alias("days"))
    variance = pl.max_horizontal("variance", "chance")
    wide = Z * (WALK * variance * (1 + r) / (1 - r) / pl.col("days")).sqrt()
    told = slopes
    for other in (together, varies, chance):
        told = told.join(other, on=_KEY, how="left")
    steady = pl.col("slope")
    return told.select(
        *_KEY,
        steady.alias("steady"),
        (steady - wide).alias("steady_low"),
        (steady + wide).alias("steady_high"),
    )
