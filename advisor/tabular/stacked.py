"""Columns of many files below each other, so that a step is one query for all of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum, auto
from typing import TypeVar

import polars as pl

T = TypeVar("T")
R = TypeVar("R")

_TOGETHER = 1 << 19  # cells that are worked on in one query


class Place(IntEnum):
    """The steps of reading, in the order in which a file takes them."""

    REREAD = auto()
    KNOWN = auto()
    IDS = auto()
    RUINED = auto()
    PLAIN_DAYS = auto()
    DURATIONS = auto()
    AMOUNTS = auto()
    VALUES = auto()
    SPELLINGS = auto()
    MONTHS = auto()
    FIELDS = auto()
    DATES = auto()
    DECIMALS = auto()


def batches(columns: Sequence[pl.Series]) -> Iterator[Sequence[pl.Series]]:
    """*columns* in parts of at most so many cells, or of one column."""
    first = cells = 0
    for at, column in enumerate(columns):
        if cells and cells + len(column) > _TOGETHER:
            yield columns[first:at]
            first, cells = at, 0
        cells += len(column)
    if first < len(columns):
        yield columns[first:]


def each(frame: pl.DataFrame, columns: Sequence[pl.Series]) -> list[pl.DataFrame]:
    """The part of *frame*, which was made of *columns* below each other, that belongs to each."""
    found: list[pl.DataFrame] = []
    start = 0
    for column in columns:
        found.append(frame.slice(start, len(column)))
        start += len(column)
    return found


def each_cell(columns: Sequence[pl.Series], made: Mapping[str, pl.Expr]) -> list[pl.DataFrame]:
    """What *made* makes of the cells `t` of each of *columns*, which are of one type."""
    parts = list(batches(columns))
    frames = collected(
        pl.LazyFrame([below_each_other(part)]).select(
            expression.alias(name) for name, expression in made.items()
        )
        for part in parts
    )
    return [one for frame, part in zip(frames, parts, strict=True) for one in each(frame, part)]


def collected(frames: Iterable[pl.LazyFrame]) -> list[pl.DataFrame]:
    """*frames*, collected together."""
    waiting = list(frames)
    if len(waiting) == 1:
        return [waiting[0].collect(engine="in-memory")]
    return pl.collect_all(waiting, engine="in-memory")


def below_each_other(columns: Sequence[pl.Series]) -> pl.Series:
    """`t`, the cells of *columns*."""
    return (pl.concat(columns, rechunk=True) if len(columns) > 1 else columns[0]).alias("t")


def numbered(columns: Sequence[pl.Series]) -> pl.Series:
    """`column`, the number of the column of each cell of *columns* below each other."""
    numbers = [
        pl.Series([at], dtype=pl.UInt32).new_from_index(0, len(column))
        for at, column in enumerate(columns)
    ]
    return pl.concat(numbers, rechunk=True).alias("column")


def shared(asked: Sequence[Sequence[T]], answers: Sequence[R]) -> list[list[R]]:
    """*answers* to all things that were *asked*, for each that asked."""
    rest = iter(answers)
    return [[next(rest) for _ in things] for things in asked]


def flat(asked: Iterable[Sequence[T]]) -> list[T]:
    """All things that were *asked*."""
    return [thing for things in asked for thing in things]
