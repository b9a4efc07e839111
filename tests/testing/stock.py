"""An honest provider of its own kind of file, and the words it uses; tests spoil it."""

from collections.abc import Callable, Mapping, Sequence

import attrs
import polars as pl

from advisor import (
    Column,
    Grain,
    KindInfo,
    Match,
    Provider,
    ReadContext,
    Reading,
    Source,
    Table,
    VocabularyFile,
    hookimpl,
    vocabulary_file,
)
from advisor.errors import AdvisorError
from advisor.testing import Sample

WORDS = """
[[count]]
id    = "delivered"
title = "parcels delivered"

[[count]]
id    = "delivered_late"
title = "parcels delivered late"

[[metric]]
id          = "late_share"
title       = "late parcels"
kind        = "proportion"
unit        = "share"
numerator   = ["delivered_late"]
denominator = ["delivered"]
better      = "lower"
definition  = "Parcels delivered late / parcels delivered."
"""
HEADER = ["Parcel SKU", "Parcel name", "Parcels delivered", "Parcels late", "Driver's mail"]
ROWS = [
    ["A-1", "Curling iron", "120", "6", "ann@example.com"],
    ["A-2", "Brush", "80", "", "bob@example.com"],
    ["A-3", "Serum, 30 ml", "40", "1", "ann@example.com"],
]
SAMPLE = Sample(
    "stock.csv",
    "\n".join(",".join(f'"{cell}"' for cell in row) for row in [HEADER, *ROWS]).encode(),
    kind="parcels",
    totals={"delivered": 240, "delivered_late": 7},
)


class Words:
    """The plugin that brings the words."""

    @hookimpl
    def advisor_vocabulary(self) -> Sequence[VocabularyFile]:
        return [vocabulary_file(WORDS, where="vocabulary.toml")]


WORDS_PLUGIN = Words()


def as_it_is(reading: Reading) -> Reading:
    return reading


@attrs.frozen
class Stock:
    """Reads the table of HEADER."""

    name: str = "parcels"
    kinds: Mapping[str, KindInfo] = {
        "parcels": KindInfo(
            "Stock", "Warehouse > Stock", ("product",), ("delivered", "delivered_late")
        )
    }
    twist: Callable[[Reading], Reading] = as_it_is
    strength: int = 5

    def recognise(self, source: Source) -> Sequence[Match]:
        for grid in source.grids:
            if grid.head and list(grid.head[0]) == HEADER:
                return [Match("parcels", self.strength, grid=grid.name)]
        return []

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        rows = source.grids[0].body(0, range(4))
        if rows.height == 0:
            raise AdvisorError("there are no rows in it", where=source.file.name)
        frame = rows.select(
            pl.col("c0").fill_null("?").alias("key"),
            pl.col("c1").alias("name"),
            pl.lit(None, pl.Date).alias("from"),
            pl.lit(None, pl.Date).alias("to"),
            pl.lit(None, pl.String).alias("currency"),
            pl.col("c2").cast(pl.Float64, strict=False).alias("delivered"),
            pl.col("c3").cast(pl.Float64, strict=False).alias("delivered_late"),
            "_row",
        )
        made = Reading(
            file=source.file,
            provider=self.name,
            kind="parcels",
            title="Stock",
            tables=(Table("product", "parcels", Grain.PERIOD, frame),),
            rows=frame.height,
            columns=tuple(Column(header, "") for header in HEADER),
        )
        return self.twist(made)


def with_frame(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[Reading], Reading]:
    """A twist that changes the frame of the only table."""

    def twist(reading: Reading) -> Reading:
        (table,) = reading.tables
        return attrs.evolve(reading, tables=(attrs.evolve(table, frame=change(table.frame)),))

    return twist


HONEST: Provider = Stock()
