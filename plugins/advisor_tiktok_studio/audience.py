"""What these files only imply: whose account it is, segments, and ids that are in links."""

from datetime import date

import attrs
import polars as pl

from advisor import Grain, Period, Reading, Table

_VIDEO_ID = r"/(?:video|photo)/(\d+)"
ACCOUNT = "TikTok account"
NOT_YET = "viewers not counted yet"


def the_account(reading: Reading) -> Reading:
    """*reading* with a name for its one subject; the files do not say which account it is."""
    name = pl.lit(ACCOUNT).alias("name")
    tables = (attrs.evolve(t, frame=t.frame.with_columns(name)) for t in reading.tables)
    return attrs.evolve(reading, tables=tuple(tables))


def gender_segments(reading: Reading) -> Reading:
    """*reading* with segments named by what they divide: `gender:Female`."""
    key = (pl.lit("gender:") + pl.col("key")).alias("key")
    tables = (attrs.evolve(t, frame=t.frame.with_columns(key)) for t in reading.tables)
    return attrs.evolve(reading, tables=tuple(tables))


def ids_from_links(reading: Reading) -> Reading:
    """*reading* with videos named by the id in their link; without one, by the link itself."""
    found = pl.coalesce(pl.col("key").str.extract(_VIDEO_ID), "key")
    tables = tuple(
        attrs.evolve(t, frame=t.frame.with_columns(found.alias("key"))) for t in reading.tables
    )
    return attrs.evolve(reading, tables=tables)


def counted_days(reading: Reading) -> Reading:
    """*reading*, of the account, without days whose viewers are not counted yet.

    The zeros that such a day prints beside them say nothing.
    """
    return _without(the_account(reading), pl.col("viewers").is_null(), NOT_YET)


def _without(reading: Reading, wrong: pl.Expr, reason: str) -> Reading:
    tables: list[Table] = []
    dropped = 0
    for table in reading.tables:
        kept = table.frame.filter(~wrong)
        dropped += table.frame.height - kept.height
        tables.append(attrs.evolve(table, frame=kept))
    if not dropped:
        return reading
    left_out = {**reading.left_out, reason: reading.left_out.get(reason, 0) + dropped}
    rows = reading.rows - dropped
    return attrs.evolve(
        reading, tables=tuple(tables), rows=rows, left_out=left_out, period=_days(reading, tables)
    )


def _days(reading: Reading, tables: list[Table]) -> Period | None:
    """The days that are left in *tables*; of tables without days, what the file says."""
    days = [t.frame["from"] for t in tables if t.grain is Grain.DAY and t.frame.height]
    ends = pl.concat(days).drop_nulls() if days else pl.Series(dtype=pl.Date)
    first, last = ends.min(), ends.max()
    if isinstance(first, date) and isinstance(last, date):
        return Period(first, last)
    return reading.period
