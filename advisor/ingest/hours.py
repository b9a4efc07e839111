"""Hours become days once all files are there: a day may have its first hours in one file and the
others in the next."""

import polars as pl

from advisor.ingest.deduplicate import ALSO, same_days
from advisor.ingest.time_zones import HOUR

_BY_HOUR = "by._hour"
_OWN = "_own_file"


def without_hours(frame: pl.DataFrame, ranks: pl.DataFrame) -> pl.DataFrame:
    """*frame* with days instead of hours. Of two files with the same hour one is believed. The
    rows of a day whose hours come from several files are as if from the first of them, until
    `of_own_files`."""
    if HOUR not in frame.columns:
        return frame
    hourly = frame[HOUR].is_not_null()
    if frame["_file"].n_unique() == frame["shop"].n_unique() or not hourly.any():
        return frame.drop(HOUR)
    text = pl.col(HOUR).dt.to_string("%Y-%m-%d %H:%M").alias(_BY_HOUR)
    hours = same_days(frame.filter(hourly).with_columns(text).drop(HOUR), ranks).frame
    hours = hours.drop(_BY_HOUR, *(name for name in ALSO if name in hours.columns))
    day = ["shop", "key", "from", *(n for n in hours.columns if n.startswith("by."))]
    first = pl.col("_file").min().over(day)
    hours = hours.with_columns(pl.col("_file").alias(_OWN), first.alias("_file"))
    return pl.concat([frame.filter(~hourly).drop(HOUR), hours], how="diagonal")


def of_own_files(frame: pl.DataFrame) -> pl.DataFrame:
    """*frame* with each row of the file that it is in."""
    if _OWN not in frame.columns:
        return frame
    return frame.with_columns(pl.coalesce(_OWN, "_file").alias("_file")).drop(_OWN)
