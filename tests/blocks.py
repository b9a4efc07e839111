"""Combined counts from the short tables of tests."""

from collections.abc import Iterable
from datetime import date

import attrs
import polars as pl

from advisor import Derived, derive
from advisor.model.reading import Period, Reading, Table
from advisor.testing import Block, counts_of


def block(
    *readings: Reading,
    window: Period | None = None,
    today: date | None = None,
    shop: str = "shop",
    region: str | None = None,
) -> Block:
    """The combined counts of one shop; tables may lack names, currencies and rows."""
    return counts_of(tuple(_whole(readings)), window=window, today=today, shop=shop, region=region)


def _whole(readings: Iterable[Reading]) -> Iterable[Reading]:
    for number, reading in enumerate(readings):
        tables = tuple(_filled(table) for table in reading.tables)
        # Two readings of a test may have one name; they are two files all the same.
        file = attrs.evolve(reading.file, sha256=f"{reading.file.sha256} {number}")
        yield attrs.evolve(reading, file=file, tables=tables)


def _filled(table: Table) -> Table:
    frame = table.frame
    lacking = {
        "name": pl.col("key"),
        "from": pl.lit(None, pl.Date),
        "to": pl.lit(None, pl.Date),
        "currency": pl.lit(None, pl.String),
        "_row": pl.int_range(1, pl.len() + 1, dtype=pl.UInt32),
    }
    return attrs.evolve(
        table,
        frame=frame.with_columns(
            **{name: value for name, value in lacking.items() if name not in frame.columns}
        ).with_columns(
            pl.col("_row").cast(pl.UInt32),
            pl.col("currency").cast(pl.String),
            *(pl.col(count).cast(pl.Float64) for count in table.counts),
        ),
    )


def derived_of(frames: Iterable[tuple[str, pl.LazyFrame]]) -> Derived | None:
    """What a plugin computes of the one kind that it computes anything of; None for nothing."""
    return next(iter(derive(frames)), None)
