"""What was read, without mail addresses, telephone numbers and postal addresses."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import attrs
import polars as pl

from advisor.ingest.result import Unread
from advisor.model import PERHAPS, Column, File, Note, Reading, mask_personal


def without_personal(readings: Sequence[Reading]) -> list[Reading]:
    """*readings* whose texts are masked (see advisor.model.personal)."""
    frames = [table.frame for one in readings for table in one.tables]
    frames += [links.frame for one in readings for links in one.links]
    mask = _masked if _perhaps([column for frame in frames for column in _texts(frame)]) else _same
    return [
        attrs.evolve(
            reading,
            file=_file(reading.file),
            title=mask_personal(reading.title),
            tables=tuple(attrs.evolve(table, frame=mask(table.frame)) for table in reading.tables),
            links=tuple(attrs.evolve(links, frame=mask(links.frame)) for links in reading.links),
            columns=tuple(map(_without_personal, reading.columns)),
            notes=notes_without_personal(reading.notes),
        )
        for reading in readings
    ]


def _without_personal(column: Column) -> Column:
    header = _masked_header(column.header)
    return column if header == column.header else attrs.evolve(column, header=header)


_masked_header = lru_cache(maxsize=1 << 10)(mask_personal)  # those of exports are always the same


def notes_without_personal(notes: Iterable[Note]) -> tuple[Note, ...]:
    """*notes* whose texts are masked: they may quote cells; and the names of their files."""
    return tuple(
        attrs.evolve(note, text=mask_personal(note.text), file=mask_personal(note.file))
        for note in notes
    )


def unread_without_personal(unread: Iterable[Unread]) -> tuple[Unread, ...]:
    """*unread* whose reasons are masked: they may quote headers; and the names of the files."""
    return tuple(
        attrs.evolve(one, file=_file(one.file), reason=mask_personal(one.reason)) for one in unread
    )


def _file(file: File) -> File:
    """*file*, whose name was read by whoever reads days in it, under one that may be told."""
    return attrs.evolve(file, name=mask_personal(file.name))


def _texts(frame: pl.DataFrame) -> list[pl.Series]:
    return [column for column in frame.get_columns() if column.dtype == pl.String]


def _perhaps(columns: Sequence[pl.Series]) -> bool:
    """Whether any cell may hold something personal: nearly always none does."""
    if not columns:
        return False
    # Cells repeat, and finding the different ones is faster than searching them all.
    cells = pl.LazyFrame({"t": pl.concat(columns, rechunk=False)})
    held = cells.select(pl.col("t").unique().str.contains(PERHAPS).any())
    return bool(held.collect(engine="in-memory").item())


def _same(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


def _masked(frame: pl.DataFrame) -> pl.DataFrame:
    found = [column for column in _texts(frame) if _perhaps([column])]
    return frame.with_columns(map(_masked_texts, found)) if found else frame


def _masked_texts(texts: pl.Series) -> pl.Series:
    """A column with what is personal masked; each different text is looked at once."""
    old = texts.unique().drop_nulls()
    old = old.filter(old.str.contains(PERHAPS))
    return texts.replace(old, pl.Series([mask_personal(text) for text in old], dtype=pl.String))
