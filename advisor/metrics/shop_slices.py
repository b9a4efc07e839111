"""What each of several shops has of the frames of all of them."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import Measured
from advisor.model import frozen
from advisor.stats import has_one_value

Span = tuple[int, int]
"""Where the rows of a shop begin, and how many they are."""


@frozen(eq=False)
class ShopFrames:
    """The *rows* of counts of one shop, and what was *measured* of them."""

    rows: tuple[CountedRows, ...]
    measured: Mapping[str, Measured]


class ShopSlices:
    """What each of several shops has of the frames of all of them. It is cut out anew for whoever
    asks: hundreds of columns of a few rows each take more memory than what is in them."""

    def __init__(
        self,
        shops: Sequence[str],
        rows: tuple[CountedRows, ...],
        measured: Mapping[str, Measured],
    ) -> None:
        """*rows* and what was *measured* of them, of all *shops*."""
        self._alone = ShopFrames(rows, measured) if len(shops) == 1 else None
        if self._alone is None:
            self._rows = [(one, *_with_spans(one.frame)) for one in rows]
            self._measured = {k: (one, *_with_spans(one.frame)) for k, one in measured.items()}

    def of(self, shop: str) -> ShopFrames:
        """What *shop* has."""
        if self._alone is not None:
            return self._alone
        rows = {
            id(one): attrs.evolve(one, frame=frame.slice(*spans[shop]))
            for one, frame, spans in self._rows
            if shop in spans
        }
        measured = {
            kind: attrs.evolve(
                one,
                frame=frame.slice(*spans[shop]),
                source=tuple(rows[id(source)] for source in one.source if id(source) in rows),
            )
            for kind, (one, frame, spans) in self._measured.items()
            if shop in spans
        }
        return ShopFrames(tuple(rows.values()), measured)


def shop_spans(frame: pl.DataFrame) -> Mapping[str, Span]:
    """The stretch of rows of each shop of *frame*."""
    shops = frame["shop"]
    if has_one_value(shops):
        return {shops[0]: (0, len(shops))}
    spans: dict[str, Span] = {}
    start = 0
    for length, shop in shops.rle().struct.unnest().iter_rows():
        spans[shop] = (start, length)
        start += length
    return spans


def _with_spans(frame: pl.DataFrame) -> tuple[pl.DataFrame, Mapping[str, Span]]:
    """*frame* with the rows of each shop in one piece, and where they are."""
    spans = shop_spans(frame)
    if sum(length for _, length in spans.values()) < frame.height:
        frame = frame.sort("shop", maintain_order=True)
        spans = shop_spans(frame)
    return frame.rechunk(), spans
