"""History tables keep every version of a campaign or ad; only the newest says how it is."""

import attrs
import polars as pl

from advisor import Reading, Table

_AT = "by.updated_at"
OLDER = "older version"


def newest_versions(reading: Reading) -> Reading:
    """*reading* with the newest row of each key; the others are left out as older versions."""
    tables = tuple(_newest(table) for table in reading.tables)
    older = sum(t.frame.height for t in reading.tables) - sum(t.frame.height for t in tables)
    if not older:
        return attrs.evolve(reading, tables=tables)
    return attrs.evolve(
        reading,
        tables=tables,
        rows=reading.rows - older,
        left_out={**reading.left_out, OLDER: older},
    )


def _newest(table: Table) -> Table:
    moment = (
        pl.col(_AT)
        .str.replace("T", " ", literal=True)
        .str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False)
    )
    frame = (
        table.frame.with_columns(moment.alias(_AT))
        .sort(_AT, "_row", nulls_last=False)
        .unique("key", keep="last", maintain_order=True)
        .with_columns(pl.col(_AT).dt.date().alias("to"))
        .drop(_AT)
    )
    return attrs.evolve(table, frame=frame)
