"""Loaders put a report's `metrics` and `dimensions`, or a whole record, into a table as text: each
cell holds a JSON object. Here its values are columns of their own, named as in pages of the API."""

import functools
import json
from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs
import polars as pl

from advisor import Container, Grid, OneGrid, Source
from advisor.tabular import read_json

_PACKED = ("metrics", "dimensions")
_WRAPPERS = ("_airbyte_data",)  # hold the whole record: its fields need no name in front
_JSON = frozenset((*_PACKED, *_WRAPPERS))
_DEEPEST = 4  # levels of objects in a cell
_NAMED = "c"  # columns of a body are c0, c1 …


@attrs.define(eq=False)
class UnpackedGrid:
    """A grid whose columns of JSON objects are columns of their values, after the others."""

    _grid: Grid
    _row: int
    _packed: Mapping[int, str]

    @property
    def name(self) -> str:
        """That of the packed grid."""
        return self._grid.name

    @functools.cached_property
    def _paths(self) -> Sequence[tuple[int, tuple[str, ...]]]:
        """Column and path of each value, as far as the head shows them."""
        rows = self._grid.head[self._row + 1 :]
        found: dict[tuple[int, tuple[str, ...]], None] = {}
        for at in self._packed:
            for row in rows:
                found.update(dict.fromkeys((at, key) for key in _object(_cell(row, at))))
        return tuple(found)

    @functools.cached_property
    def head(self) -> Sequence[Sequence[str]]:
        """The head of the packed grid, each row with the values of its objects."""
        width = max((len(row) for row in self._grid.head), default=0)
        rows: list[Sequence[str]] = []
        for number, row in enumerate(self._grid.head):
            padded = [*row, *[""] * (width - len(row))]
            if number < self._row:
                rows.append(padded)
            elif number == self._row:
                names = [_header(self._packed[at], path) for at, path in self._paths]
                rows.append([*self._others(padded), *names])
            else:
                objects = {at: _object(_cell(row, at)) for at in self._packed}
                values = [objects[at].get(path, "") for at, path in self._paths]
                rows.append([*self._others(padded), *values])
        return rows

    def _others(self, row: Sequence[str]) -> list[str]:
        return ["" if at in self._packed else cell for at, cell in enumerate(row)]

    def body(
        self, after: int, columns: Sequence[int], numbers: Collection[int] = ()
    ) -> pl.DataFrame:
        """The rows of the packed grid, with the values that are asked for."""
        width = len(self.head[self._row]) - len(self._paths)
        inner = {at: self._paths[at - width] for at in columns if at >= width}
        plain = [at for at in columns if at < width]
        needed = sorted({*plain, *(at for at, _ in inner.values())})
        packed = self._grid.body(after, needed, {at for at in numbers if at in plain})
        values = packed.with_columns(
            pl.col(f"{_NAMED}{source}")
            .str.json_path_match("$" + "".join(f"[{json.dumps(key)}]" for key in path))
            .str.strip_chars()
            .replace(("", "null"), None)
            .alias(f"{_NAMED}{at}")
            for at, (source, path) in inner.items()
        )
        return values.select("_row", *(f"{_NAMED}{at}" for at in columns))


def unpacked(source: Source) -> Source:
    """*source* with the values of its JSON columns as columns, where a grid has any."""
    if source.container not in (Container.TEXT, Container.TABLES, Container.XLSX):
        return source
    grids = tuple(_unpack(grid) for grid in source.grids)
    if grids == tuple(source.grids):
        return source
    return OneGrid(source.file, source.container, grids)


def _unpack(grid: Grid) -> Grid:
    for number, row in enumerate(grid.head[:-1]):
        if _JSON.isdisjoint(map(str.lower, map(str.strip, row))):
            continue
        named = {at: cell.strip().lower() for at, cell in enumerate(row)}
        packed = {at: name for at, name in named.items() if name in _JSON}
        below = grid.head[number + 1]
        if packed and all(_object(_cell(below, at)) for at in packed):
            return UnpackedGrid(grid, number, packed)
    return grid


def _cell(row: Sequence[str], at: int) -> str:
    return row[at] if at < len(row) else ""


def _header(packed: str, path: Sequence[str]) -> str:
    return ".".join(path if packed in _WRAPPERS else (packed, *path))


def _object(cell: str) -> Mapping[tuple[str, ...], str]:
    """The values of a JSON object as text, by their paths; empty where the cell holds none."""
    if not cell.startswith("{"):
        return {}
    try:
        found = read_json(cell)
    except (json.JSONDecodeError, RecursionError):
        return {}
    return dict(_values(found, ()))


def _values(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict) and len(path) < _DEEPEST:
        for key, inner in value.items():
            yield from _values(inner, (*path, str(key)))
    elif not isinstance(value, dict | list):
        yield path, "" if value is None else str(value)
