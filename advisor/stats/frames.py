"""Parts of frames, and what columns tell without a query."""

from collections.abc import Sequence
from typing import Any

import polars as pl

_ROOM = 2**63  # of a 64-bit integer


def partitions(frame: pl.DataFrame, by: Sequence[str]) -> dict[tuple[object, ...], pl.DataFrame]:
    """The parts of *frame* by their values of *by*, in the order of their first rows. Polars makes
    this dictionary by a query for each part."""
    parts = frame.partition_by(by, maintain_order=True)
    return {tuple(part[name][0] for name in by): part for part in parts}


def has_one_value(column: pl.Series) -> bool:
    """Whether all of *column* are the same, as its shop nearly always is; counting the different
    ones takes three times as long."""
    if not len(column) or column.null_count():
        return 0 < column.null_count() == len(column)
    return bool((column == column[0]).all())


def places_by_day(days: pl.Series, ids: pl.Series) -> pl.Series | None:
    """A number for each row that grows with its day, and within a day with its id; None where an id
    is no number, a day is missing, or no integer has room for both."""
    number, day = ids.cast(pl.Int64, strict=False), days.to_physical().cast(pl.Int64)
    ends: tuple[Any, ...] = (number.min(), number.max(), day.min(), day.max())
    if number.null_count() or day.null_count() or None in ends:
        return None
    least, most, first, last = ends
    span = most - least + 1
    if span * (last - first + 1) >= _ROOM:
        return None
    places: pl.Series = (day - first) * span + (number - least)
    return places


def rises(places: pl.Series) -> bool:
    """Whether each of *places* is larger than the one before it."""
    return bool((places.slice(1) > places.slice(0, max(len(places) - 1, 0))).all())
