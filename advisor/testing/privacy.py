"""Whether a reading holds what is nobody's business: people's addresses and numbers."""

import re
from collections.abc import Iterator, Sequence

import polars as pl

from advisor.testing.samples import Part, grid_rows

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_PHONE = re.compile(r"\(?\+\d[\d\s().-]{7,}\d")
_SHOWN = 60


def personal_breaks(part: Part, personal: Sequence[str]) -> Iterator[str]:
    """Where the reading holds a cell of its file that is a mail address or a telephone number, or
    one of the *personal* texts."""
    held = dict(_texts(part))
    cells = _cells(part)
    found = {cell for cell in cells if _MAIL.fullmatch(cell) or _PHONE.fullmatch(cell)}
    for text in sorted({*found, *filter(None, personal)}):
        for place, texts in held.items():
            if any(text in one for one in texts):
                yield f"{place} holds {text[:_SHOWN]!r}"
    unseen = [text for text in personal if not any(text in cell for cell in cells)]
    if part.grid is not None:
        yield from (f"{text!r} is called personal and is not in the file" for text in unseen)


def _cells(part: Part) -> set[str]:
    if part.grid is None:
        return set()
    rows = grid_rows(part.grid).drop("_row")
    below = {cell for name in rows.columns for cell in rows[name].drop_nulls().to_list()}
    return below | {cell for row in part.grid.head for cell in row}


def _texts(part: Part) -> Iterator[tuple[str, list[str]]]:
    """Every text of the reading, by where it is."""
    reading = part.reading
    for table in reading.tables:
        for name in table.frame.select(pl.col(pl.String)).columns:
            texts = table.frame[name].drop_nulls().unique().to_list()
            yield f"column {name!r} of every {table.subject}", texts
    for links in reading.links:
        for name in links.frame.columns:
            yield f"link {links.relation}", links.frame[name].drop_nulls().to_list()
    yield "a note", [note.text for note in reading.notes]
    yield "the list of columns", [column.header for column in reading.columns]
