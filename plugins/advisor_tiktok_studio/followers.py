"""Followers: the day's change, and growth over a window."""

from collections.abc import Sequence

import attrs
import polars as pl

from advisor.evidence import byar
from advisor.hookspecs import Derived
from advisor.reading import Period, Reading
from advisor_tiktok_studio.audience import ACCOUNT, the_account

FAMILY = "studio-followers"
DAYS = 30  # growth is scaled to as many days


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


def follower_growth(readings: Sequence[Reading], window: Period | None) -> Derived | None:
    """Net new followers in *window* / followers at its start, per 30 days, with 95 % limits.

    Gains come by chance like events, so their limits are Poisson's; losses are taken as they are.
    Without a window all days count. None without a history of followers.
    """
    frames = [
        table.frame.select("key", "from", "followers", "follower_change")
        for reading in readings
        for table in reading.tables
        if table.family == FAMILY and "follower_change" in table.frame.columns
    ]
    if not frames:
        return None
    # Of two downloads of one day either will do: the followers of a past day do not change.
    # The first day of a download has no change, so it must not stand for the day.
    known_days = pl.concat(frames).drop_nulls("follower_change")
    days = known_days.unique(("key", "from"), keep="last", maintain_order=True).sort("from")
    if window is not None:
        days = days.filter(pl.col("from").is_between(window.first, window.last))
    change = pl.col("follower_change")
    start = pl.col("followers").first() - change.first()
    sums = days.group_by("key", maintain_order=True).agg(
        start.alias("start"),
        pl.len().alias("days"),
        change.clip(lower_bound=0).sum().alias("gains"),
        change.clip(upper_bound=0).sum().neg().alias("losses"),
    )
    known = sums.filter(pl.col("start") > 0)
    if known.is_empty():
        return None
    low, high = byar(pl.col("gains"))
    return Derived(
        "account",
        known.select(
            pl.lit("").alias("shop"),
            "key",
            pl.lit(ACCOUNT).alias("name"),
            pl.col("start").alias("follower_growth.n"),
            *(
                ((gains - pl.col("losses")) / pl.col("start") * DAYS / pl.col("days")).alias(name)
                for name, gains in (
                    ("follower_growth", pl.col("gains")),
                    ("follower_growth.lo", low),
                    ("follower_growth.hi", high),
                )
            ),
        ),
    )
