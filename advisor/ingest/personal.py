"""What was read, without mail addresses, telephone numbers and postal addresses."""

from collections.abc import Iterable

import attrs
import polars as pl

from advisor.ingest.result import Unread
from advisor.model import PERHAPS, Note, Reading, mask_personal


def without_personal(readings: Iterable[Reading]) -> list[Reading]:
    """*readings* whose texts are masked (see advisor.model.personal)."""
    return [
        attrs.evolve(
            reading,
            title=mask_personal(reading.title),
            tables=tuple(
                attrs.evolve(table, frame=_masked(table.frame)) for table in reading.tables
            ),
            links=tuple(attrs.evolve(links, frame=_masked(links.frame)) for links in reading.links),
            columns=tuple(
                attrs.evolve(column, header=mask_personal(column.header))
                for column in reading.columns
            ),
            notes=notes_without_personal(reading.notes),
        )
        for reading in readings
    ]


def notes_without_personal(notes: Iterable[Note]) -> tuple[Note, ...]:
    """*notes* whose texts are masked: they may quote cells."""
    return tuple(attrs.evolve(note, text=mask_personal(note.text)) for note in notes)


def unread_without_personal(unread: Iterable[Unread]) -> tuple[Unread, ...]:
    """*unread* whose reasons are masked: they may quote headers."""
    return tuple(attrs.evolve(one, reason=mask_personal(one.reason)) for one in unread)


def _masked(frame: pl.DataFrame) -> pl.DataFrame:
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if not texts:
        return frame
    # Cells repeat, and finding the different ones is faster than searching them all.
    perhaps = pl.col(texts).unique().str.contains(PERHAPS).any()
    held = frame.select(perhaps).row(0, named=True)
    found = [name for name, holds in held.items() if holds]
    return frame.with_columns(_masked_texts(frame[name]) for name in found) if found else frame


def _masked_texts(texts: pl.Series) -> pl.Series:
    """A column with what is personal masked; each different text is looked at once."""
    old = texts.unique().drop_nulls()
    old = old.filter(old.str.contains(PERHAPS))
    return texts.replace(old, pl.Series([mask_personal(text) for text in old], dtype=pl.String))
