"""Tables whose cells have types (of a database, of Parquet) as grids of text.

A column of JSON objects, as loaders write them, becomes one column for each value in it, named by
its path: `metrics` becomes `metrics.spend`, `metrics.clicks` …
"""

import functools
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

import polars as pl

from advisor.model import HEAD_ROWS, define, frozen
from advisor.tabular.cells import tidied
from advisor.tabular.json_text import read_json
from advisor.tabular.words import words

_SAMPLE = 500  # rows in which the keys of JSON objects are looked for
_WRAPPERS = ("_airbyte_data",)  # columns that hold the whole record of a loader
_DEEPEST = 4  # levels of objects in a cell


class TypedTable(Protocol):
    """A table somewhere else; what is asked of it is all that is read."""

    @property
    def columns(self) -> Sequence[str]: ...

    def frame(self, columns: Sequence[str], rows: int | None = None) -> pl.DataFrame:
        """The chosen columns of all rows, or of the first few."""
        ...


@frozen
class _Place:
    """Where the cells of a column of the grid are: a column of the table, and a path in it."""

    header: str
    column: str
    path: tuple[str, ...] = ()


@define(eq=False)
class TableGrid:
    """A table as a grid: row 1 is its header."""

    name: str
    _table: TypedTable

    @functools.cached_property
    def _sample(self) -> pl.DataFrame:
        return _flat(self._table.frame(self._table.columns, _SAMPLE))

    @functools.cached_property
    def _places(self) -> Sequence[_Place]:
        return [
            place
            for column, dtype in self._sample.schema.items()
            if not dtype.is_nested() and dtype != pl.Binary
            for place in _places(column, self._sample[column])
        ]

    @functools.cached_property
    def head(self) -> Sequence[Sequence[str]]:
        rows = _text(_chosen(self._sample.head(HEAD_ROWS - 1), self._places)).fill_null("").rows()
        return [[place.header for place in self._places], *([*row] for row in rows)]

    def body(
        self, after: int, columns: Sequence[int], numbers: Collection[int] = ()
    ) -> pl.DataFrame:
        wanted = [at for at in columns if at < len(self._places)]
        places = [self._places[at] for at in wanted]
        names = dict.fromkeys(place.column.split("\0")[0] for place in places)
        # A table without one column still has its rows.
        asked = list(names) or list(self._table.columns[:1])
        frame = _chosen(_flat(self._table.frame(asked)), places)
        frame.columns = [f"c{at}" for at in wanted]
        chosen = frame.select(_numeric(frame[f"c{at}"]) for at in wanted if at in numbers)
        body = tidied(frame.pipe(_text).with_columns(chosen))
        absent = [pl.lit(None, pl.String).alias(f"c{at}") for at in columns if at not in wanted]
        return (
            body.with_columns(absent)
            .select(f"c{at}" for at in columns)
            .slice(after)
            .with_row_index("_row", offset=after + 2)
        )


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with the fields of its structs as columns, named by their paths."""
    for _ in range(_DEEPEST):
        structs = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Struct)]
        if not structs:
            break
        frame = frame.unnest(structs, separator="\0")
    return frame


def _places(column: str, sample: pl.Series) -> Iterator[_Place]:
    header = column.replace("\0", ".")
    keys = _keys(sample) if sample.dtype == pl.String else {}
    if not keys:
        yield _Place(header, column)
    for path in keys:
        dotted = ".".join(path)
        wrapped = column.casefold() in _WRAPPERS
        yield _Place(dotted if wrapped else f"{header}.{dotted}", column, path)


def _keys(sample: pl.Series) -> Mapping[tuple[str, ...], None]:
    """The paths of all values in cells that are JSON objects; none where one cell is not."""
    cells = sample.drop_nulls()
    if not len(cells) or not cells.str.starts_with("{").all():
        return {}
    found: dict[tuple[str, ...], None] = {}
    for cell in cells.unique(maintain_order=True):
        try:
            record = read_json(cell)
        except (ValueError, RecursionError):
            return {}
        found |= dict.fromkeys(_paths(record, ()))
    return found


def _paths(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict) and len(path) < _DEEPEST:
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif path:
        yield path


def _chosen(frame: pl.DataFrame, places: Sequence[_Place]) -> pl.DataFrame:
    return frame.select(_cell(place).alias(str(at)) for at, place in enumerate(places))


def _cell(place: _Place) -> pl.Expr:
    column = pl.col(place.column)
    if not place.path:
        return column
    keys = "".join(f"[{json.dumps(key, ensure_ascii=False)}]" for key in place.path)
    found = column.str.json_path_match(f"${keys}")
    return pl.when(found != "null").then(found)


def _text(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.col(name).dt.to_string("%Y-%m-%d %H:%M:%S")
        if isinstance(dtype, pl.Datetime)
        else pl.col(name).cast(pl.String, strict=False)
        for name, dtype in frame.schema.items()
    )


def _numeric(column: pl.Series) -> pl.Series:
    """A column as numbers where each cell is one or says "missing", else as it is: in a table a dot
    is never a thousand."""
    if column.dtype.is_numeric():
        return column.cast(pl.Float64)
    if column.dtype != pl.String:
        return column
    known = column.set(column.is_in([*words().missing, ""]).fill_null(value=False), None)
    values = known.cast(pl.Float64, strict=False)
    return values if values.null_count() == known.null_count() else column
