"""Rows of GMV Max in a report of classic ads: they hold cost, orders and revenue, and no clicks.

Their revenue counts organic orders too, so none of it may become a ROAS, a CPC or a CPP.
"""

from collections.abc import Iterator

import attrs
import polars as pl

from advisor import Note, Reading, Table, lazy_ngettext

FAMILY = "gmv-max"
AS = {"spend": "gmv_max_cost", "purchases": "gmv_max_orders", "ad_revenue": "gmv_max_revenue"}
"""Counts of a classic ad, and what the same column holds in a row of GMV Max."""
_SHOWN = ("impressions", "clicks")


def apart(reading: Reading) -> Reading:
    """*reading* with the rows of GMV Max in tables and counts of their own, and a note.

    A subject is one of GMV Max where it spent money and no row of it has an impression or a click.
    """
    tables = [made for table in reading.tables for made in _split(table)]
    moved = sum(t.frame["key"].n_unique() for t in tables if t.family == FAMILY)
    if not moved:
        return reading
    text = lazy_ngettext(
        "{n} row group with spend but no impressions is GMV Max; its cost, orders and revenue are "
        "kept apart from other ads",
        "{n} row groups with spend but no impressions are GMV Max; their cost, orders and revenue "
        "are kept apart from other ads",
        moved,
    )
    note = Note("gmv-max-rows", text, reading.file.name)
    return attrs.evolve(reading, tables=tuple(tables), notes=(*reading.notes, note))


def _split(table: Table) -> Iterator[Table]:
    counts = [name for name in AS if name in table.counts]
    if "spend" not in counts:
        yield table
        return
    if not _may_be_gmv_max(table.frame):
        yield table
        return
    frame = table.frame.with_columns(_is_gmv_max(table.frame).alias("_gmv"))
    theirs = frame.filter("_gmv").drop("_gmv")
    if theirs.is_empty():
        yield table
        return
    ours = frame.filter(~pl.col("_gmv")).drop("_gmv")
    if ours.height:
        yield attrs.evolve(table, frame=ours)
    others = [name for name in table.counts if name not in (*counts, "running")]
    kept = theirs.drop(others).rename({name: AS[name] for name in counts})
    yield attrs.evolve(table, family=FAMILY, frame=kept)


def _may_be_gmv_max(frame: pl.DataFrame) -> bool:
    """Whether a row spent money and showed nothing: where none did, no subject can have."""
    shown = _shown(frame)
    if not shown:
        return False
    unseen = (pl.col("spend") > 0) & (pl.sum_horizontal(shown) == 0)
    return bool(frame.select(unseen.any()).item())


def _is_gmv_max(frame: pl.DataFrame) -> pl.Expr:
    spent = pl.col("spend").sum().over("key") > 0
    return spent & (pl.sum_horizontal(_shown(frame)).sum().over("key") == 0)


def _shown(frame: pl.DataFrame) -> list[pl.Expr]:
    return [pl.col(name).fill_null(0.0) for name in _SHOWN if name in frame.columns]
