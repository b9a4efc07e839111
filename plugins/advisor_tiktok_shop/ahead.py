"""Where readings lead: the median slope of a few of them, carried on for four weeks."""

from datetime import date, timedelta

import polars as pl

AHEAD = 28  # days
LOOK_BACK = 56  # days whose readings count
LEAST, LEAST_DAYS = 3, 7  # readings, and the days they span


def ahead(readings: pl.DataFrame, today: date, least: int = LEAST) -> float | None:
    """The value 28 days after the newest of *readings* (`from`, `value`), by the median of the
    slopes between all pairs (Theil 1950, Sen 1968); None with fewer than *least* readings, or
    fewer days between the first and the last of them than a week."""
    known = readings.filter(
        pl.col("from").is_between(today - timedelta(days=LOOK_BACK), today)
        & pl.col("value").is_not_null()
    ).select(at=pl.col("from").to_physical().cast(pl.Float64), value=pl.col("value"))
    if known.height < least:
        return None
    first, last = known.select(pl.col("at").min(), pl.col("at").max().alias("last")).row(0)
    if last - first < LEAST_DAYS:
        return None
    pairs = known.join(known, how="cross", suffix="_then").filter(pl.col("at") > pl.col("at_then"))
    slope = (pl.col("value") - pl.col("value_then")) / (pl.col("at") - pl.col("at_then"))
    newest = known.sort("at").select(pl.col("value").last()).item()
    return float(newest + AHEAD * pairs.select(slope.median()).item())
