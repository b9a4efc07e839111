"""Where readings lead: the median slope of a few of them, carried on for four weeks."""

from datetime import date, timedelta

import polars as pl

AHEAD = 28  # days
LOOK_BACK = 56  # days whose readings count
LEAST, LEAST_DAYS = 3, 7  # readings, and the days they span


def ahead(readings: pl.LazyFrame, today: date, least: int = LEAST) -> pl.LazyFrame:
    """`shop` and `ahead`: the value 28 days after the newest of the shop's *readings* (`shop`,
    `from`, `value`), by the median of the slopes between all pairs (Theil 1950, Sen 1968); none
    with fewer than *least* readings, or fewer days between the first and the last than a week."""
    at = pl.col("at")
    known = (
        readings.filter(
            pl.col("from").is_between(today - timedelta(days=LOOK_BACK), today)
            & pl.col("value").is_not_null()
        )
        .select("shop", pl.col("from").to_physical().cast(pl.Float64).alias("at"), "value")
        .sort("shop", "at", "value")
        .filter(pl.len().over("shop") >= least)
        .filter((at.max() - at.min()).over("shop") >= LEAST_DAYS)
    )
    pairs = known.join(known, on="shop", suffix="_then").filter(at > pl.col("at_then"))
    slope = (pl.col("value") - pl.col("value_then")) / (at - pl.col("at_then"))
    slopes = pairs.group_by("shop").agg(slope.median().alias("slope"))
    newest = known.unique("shop", keep="last", maintain_order=True)
    led = pl.col("value") + AHEAD * pl.col("slope")
    return newest.join(slopes, on="shop", maintain_order="left").select("shop", led.alias("ahead"))


def recent(newest: pl.LazyFrame, today: date) -> pl.LazyFrame:
    """The rows of *newest* (`from`) that are not older than eight weeks: others say nothing of
    *today*."""
    return newest.filter((pl.lit(today) - pl.col("from")).dt.total_days() <= LOOK_BACK)
