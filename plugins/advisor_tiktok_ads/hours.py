"""Hourly rows belong to days. The hour stays beside a row: two hours of the same counts are not one
row given twice, and days of another time zone can be put together from them."""

import attrs
import polars as pl

from advisor import Grain, Period, Reading, Table

_HOUR = "by.hour"


def hours_to_days(reading: Reading) -> Reading:
    """*reading* with each hourly row on its day; the rows of a day stay apart."""
    if not any(_HOUR in table.frame.columns for table in reading.tables):
        return reading
    tables = tuple(_by_day(table) for table in reading.tables)
    days = [day for table in tables for day in table.frame["from"].drop_nulls().unique()]
    return attrs.evolve(
        reading, tables=tables, period=Period(min(days), max(days)) if days else None
    )


def _by_day(table: Table) -> Table:
    # The API writes 2021-09-15 05:00:00; loaders drop the zero of the hour, never of the day.
    text = pl.col(_HOUR)
    day = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    hour = text.str.extract(r"^.{10}[ T](\d{1,2})").cast(pl.Int64, strict=False)
    start = day.cast(pl.Datetime("ms")) + pl.duration(hours=hour)
    frame = table.frame.with_columns(day.alias("from"), day.alias("to"), start.alias("_hour")).drop(
        _HOUR
    )
    return attrs.evolve(table, frame=frame, grain=Grain.DAY)
