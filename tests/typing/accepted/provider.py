"""A source that is no table: a provider of its own, and one that is described."""

from collections.abc import Mapping, Sequence
from datetime import date

import attrs
import polars as pl

from advisor import (
    AdvisorError,
    File,
    Grain,
    KindInfo,
    Match,
    Note,
    Period,
    Provider,
    ReadContext,
    Reading,
    Source,
    Table,
    hookimpl,
)

DAY = KindInfo("A till's day", "The till > Print day", ("shop",), ("gmv", "orders"))


@attrs.frozen
class Till:
    """Reads what a till prints."""

    name: str = "till"

    @property
    def kinds(self) -> Mapping[str, KindInfo]:
        return {"till-day": DAY}

    def recognise(self, source: Source) -> Sequence[Match]:
        grids = [grid for grid in source.grids if grid.head and "TILL" in grid.head[0]]
        return [Match("till-day", strength=3, grid=grid.name) for grid in grids]

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        if match.kind not in self.kinds:
            raise AdvisorError("no such kind", where=source.file.name, hint="ask the till's maker")
        day: date = context.today
        frame = pl.DataFrame({"key": ["till"], "name": ["Till"], "from": [day], "to": [day]})
        return Reading(
            file=source.file,
            provider=self.name,
            kind=match.kind,
            title=DAY.title,
            tables=(Table("shop", "till", Grain.DAY, frame),),
            rows=frame.height,
            left_out={"total row": 1},
            period=Period(day, day),
            currency=context.currency,
            notes=(Note("till", "printed, not exported", source.file.name),),
        )


@hookimpl
def advisor_metric_providers() -> Sequence[Provider]:
    from advisor.tabular.kinds import load_kinds
    from advisor.tabular.reader import TabularProvider

    described = TabularProvider("stock", load_kinds(__name__), not_additive=("followers",))
    return (Till(), described)


def size(file: File) -> int:
    return file.size
