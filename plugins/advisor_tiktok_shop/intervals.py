"""Intervals of the Partner API: days where they are days, and means told from sums."""

import attrs
import polars as pl

from advisor import Grain, Reading, Table


def intervals(reading: Reading) -> Reading:
    """*reading* by day where every interval is one day.

    A daily mean (`avg_…`) is the count itself on one day; over several it is no count of theirs
    and is taken as missing.
    """
    means = {
        column.means
        for column in reading.columns
        if ".avg_" in f".{column.header}" or "daily_avg_" in column.header
    }
    tables = tuple(_table(table, means) for table in reading.tables)
    return attrs.evolve(reading, tables=tables)


def _table(table: Table, means: set[str]) -> Table:
    one_day = (pl.col("from") == pl.col("to")).fill_null(value=False)
    if table.frame.height and table.frame.select(one_day.all()).item():
        return attrs.evolve(table, grain=Grain.DAY)
    only_days = [pl.when(one_day).then(pl.col(c)).alias(c) for c in table.counts if c in means]
    return attrs.evolve(table, frame=table.frame.with_columns(only_days))


def live_minutes(reading: Reading) -> Reading:
    """*reading* of one LIVE by minute, each dated by its day."""
    day = pl.from_epoch(pl.col("by.minute").cast(pl.Int64, strict=False), time_unit="s")
    ends = (day.cast(pl.Date).alias("from"), day.cast(pl.Date).alias("to"))
    tables = tuple(
        attrs.evolve(table, grain=Grain.DAY, frame=table.frame.with_columns(ends))
        for table in reading.tables
    )
    return attrs.evolve(reading, tables=tables)
