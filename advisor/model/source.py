"""A file opened far enough to say what it is: its grids of text.

Whatever the container (CSV, TSV, XLSX, JSON, JSON lines), a file is a few grids: rows of text
cells. JSON records are flattened to rows whose header is the dotted path of each value.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import attrs

from advisor.model.reading import File
from advisor.model.record import frozen

if TYPE_CHECKING:
    import polars as pl

HEAD_ROWS = 40  # no header was ever seen below the 12th row


class Container(StrEnum):
    """What a file is on the outside."""

    TEXT = "csv"  # any delimiter
    XLSX = "xlsx"
    JSON = "json"
    JSON_LINES = "jsonl"
    TABLES = "tables"  # a database, or Parquet: cells have types


class Grid(Protocol):
    """One table of text cells. `name` is the sheet, the path of the JSON list, the table of a
    database, or empty; no two grids of a source have the same."""

    @property
    def name(self) -> str: ...

    @property
    def head(self) -> Sequence[Sequence[str]]:
        """The first HEAD_ROWS rows; missing cells are empty text."""
        ...

    def body(
        self, after: int, columns: Sequence[int], numbers: Collection[int] = ()
    ) -> "pl.DataFrame":
        """Every row after row *after* (0-based): the chosen columns as text, null where empty,
        named `c<index>`, and `_row` (UInt32, 1-based row of the file).

        Of *numbers*, those columns whose every cell is a plain number or says "missing" may come
        as Float64: a large file is then parsed once.
        """
        ...


class Source(Protocol):
    """A file and its grids; opened once, offered to every provider."""

    @property
    def file(self) -> File: ...

    @property
    def container(self) -> Container: ...

    @property
    def grids(self) -> Sequence[Grid]: ...


@frozen(eq=False)
class OneGrid:
    """A source as if it had one grid only."""

    file: File
    container: Container
    grids: tuple[Grid, ...]


def one_grid(source: Source, grid: Grid, *, name: str | None = None) -> OneGrid:
    """*source* with *grid* alone; *name* is what its file is called instead."""
    file = source.file if name is None else attrs.evolve(source.file, name=name)
    return OneGrid(file, source.container, (grid,))
