"""What each of several shops has of the frames of all of them."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import Measured


class ShopSlices:
    """What each of several shops has of the frames of all of them."""

    def __init__(
        self,
        shops: Sequence[str],
        rows: tuple[CountedRows, ...],
        measured: Mapping[str, Measured],
    ) -> None:
        """*rows* and what was *measured* of them, of all *shops*."""
        self._alone = len(shops) == 1
        self._whole = rows, measured
        if self._alone:
            return
        self._rows = [(one, _by_shop(one.frame)) for one in rows]
        self._measured = {kind: (one, _by_shop(one.frame)) for kind, one in measured.items()}
        self._sources: dict[tuple[str, int], CountedRows] = {}
        self._of_shop: dict[str, Mapping[str, Measured]] = {}

    def rows(self, shop: str) -> tuple[CountedRows, ...]:
        """The rows of counts of *shop*."""
        if self._alone:
            return self._whole[0]
        return tuple(
            self._source(shop, one, frames[shop]) for one, frames in self._rows if shop in frames
        )

    def measured(self, shop: str) -> Mapping[str, Measured]:
        """The measured subjects of *shop*."""
        if self._alone:
            return self._whole[1]
        if shop in self._of_shop:
            return self._of_shop[shop]
        frames = {id(one): of for one, of in self._rows}
        self._of_shop[shop] = {
            kind: attrs.evolve(
                one,
                frame=of[shop],
                source=tuple(
                    self._source(shop, rows, frames[id(rows)][shop])
                    for rows in one.source
                    if shop in frames[id(rows)]
                ),
            )
            for kind, (one, of) in self._measured.items()
            if shop in of
        }
        return self._of_shop[shop]

    def _source(self, shop: str, rows: CountedRows, frame: pl.DataFrame) -> CountedRows:
        asked = shop, id(rows)
        if asked not in self._sources:
            self._sources[asked] = attrs.evolve(rows, frame=frame)
        return self._sources[asked]


def _by_shop(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    parts = frame.partition_by("shop", as_dict=True, maintain_order=True)
    return {str(shop): part for (shop,), part in parts.items()}
