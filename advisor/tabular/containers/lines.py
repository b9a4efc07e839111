"""Sheets whose names stand below each other, with their values beside them, as grids of rows."""

import functools
import re
import weakref
from collections.abc import Collection, Sequence

import polars as pl

from advisor.model import HEAD_ROWS, Grid, define
from advisor.tabular.cells import tidied
from advisor.tabular.words import words

_MOST = 500  # lines; a longer sheet is a table of rows
_VALUE = re.compile(r"^[^\w]{0,3}\(?[A-Za-z]{0,3}\.?\s?[-−+(]?[0-9][0-9.,\s]*\)?\s?%?$")


@define(eq=False)
class LinesGrid:
    """The grid of another whose first text in each line is a name: a row for each column of
    values. Row numbers are those of the columns."""

    name: str
    remarks: Sequence[tuple[str, str]]
    _cells: Sequence[Sequence[str]]

    @functools.cached_property
    def _values(self) -> list[int]:
        """The columns that have values."""
        width = max(map(len, self._cells), default=0)
        return [
            at
            for at in range(1, width)
            if any(at < len(line) and _VALUE.match(line[at]) for line in self._cells)
        ]

    @functools.cached_property
    def _rows(self) -> list[list[str]]:
        """The names, then the values of each column."""
        first = min(self._values, default=0)
        named: list[tuple[str, Sequence[str]]] = []
        for line in self._cells:
            label = next((cell for cell in line[:first] if cell), "")
            beside = [line[at] if at < len(line) else "" for at in self._values]
            if label or any(cell not in ("", *words().missing) for cell in beside):
                named.append((label, beside))
        names = [name for name, _ in named]
        return [names, *(list(row) for row in zip(*(values for _, values in named), strict=True))]

    @property
    def head(self) -> Sequence[Sequence[str]]:
        return self._rows[:HEAD_ROWS]

    def body(
        self,
        after: int,
        columns: Sequence[int],
        numbers: Collection[int] = (),  # noqa: ARG002
    ) -> pl.DataFrame:
        rows = self._rows[after + 1 :]
        cells = {f"c{at}": [row[at] if at < len(row) else None for row in rows] for at in columns}
        frame = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
        numbered = pl.Series("_row", [at + 1 for at in self._values[after:]], pl.UInt32)
        return pl.DataFrame([numbered, *tidied(frame).get_columns()])


_MADE: "weakref.WeakKeyDictionary[Grid, LinesGrid | None]" = weakref.WeakKeyDictionary()


def lines_of(grid: Grid) -> Grid | None:
    """*grid* with a row for each of its columns of values; None where it has too many lines."""
    if grid not in _MADE:
        _MADE[grid] = _made(grid)
    return _MADE[grid]


def _made(grid: Grid) -> LinesGrid | None:
    head = grid.head
    width = max(map(len, head), default=0)
    if len(head) < 2 or width < 2:
        return None
    rest = grid.body(0, range(width))
    if rest.height > _MOST:
        return None
    below = [["" if cell is None else str(cell) for cell in row] for _, *row in rest.iter_rows()]
    made = LinesGrid(grid.name, getattr(grid, "remarks", ()), [list(head[0]), *below])
    return made if made.head[1:] else None
