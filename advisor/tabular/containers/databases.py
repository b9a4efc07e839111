"""Databases and Parquet as grids: every table is one, read only where somebody knows it."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import polars as pl

from advisor.errors import AdvisorError
from advisor.model import define, files_named, frozen, scratch_folder
from advisor.tabular.containers import native_child
from advisor.tabular.containers.tables import TableGrid

SQLITE = b"SQLite format 3\x00"
PARQUET = b"PAR1"
DUCKDB = b"DUCK"  # after a checksum of 8 bytes
T = TypeVar("T")

_BATCH = 100_000
_AGAIN = "copy or export it again"
_NO_TEXT = "a name in it is damaged"
_TOO_MUCH = "a view or a computed column in it does not end"
_LEAST_SIZE = 2**30  # what a file of any size may give, in bytes
_LEAST_STEPS = 5 * 10**8  # and take, in steps of SQLite: 5 to 20 s
_STEPS = 1_000_000  # between two looks
_MOST_TABLES = 1_000  # each is opened by itself, which reads all their names again
_LONGEST = 16 * 2**20  # bytes of a cell
_CELL = 16  # bytes that Polars needs for one that is empty


def name_in_sql(name: str) -> str:
    """A name in SQL, whatever it is made of."""
    return '"' + name.replace('"', '""') + '"'


@frozen(eq=False)
class _Sqlite:
    path: Path
    where: str
    table: str
    columns: Sequence[str]
    budget: "_Budget"  # of all tables together

    def frame(self, columns: Sequence[str], rows: int | None = None) -> pl.DataFrame:
        cells = ", ".join(f"CAST({name_in_sql(column)} AS TEXT)" for column in columns)
        query = f"SELECT {cells} FROM {name_in_sql(self.table)}"  # noqa: S608 (quoted)
        schema = dict.fromkeys(columns, pl.String)

        def fetched(db: Any) -> pl.DataFrame:
            return _fetched(db.execute(query), schema, rows, self.budget)

        self.budget.given = 0
        return _sqlite(self.path, self.where, self.budget, fetched)


class _TooMuchError(Exception):
    """A view or a computed column gives more than a file of its size can hold."""


@define
class _Budget:
    """How much a table of an SQLite file may give, and how many steps all of them may still take:
    a view of a few bytes can go on forever.

    It is counted in bytes and in steps of SQLite, never in time, so that the same file is read,
    or left out, on every machine.
    """

    size: int
    steps: int
    given: int = 0

    @classmethod
    def of(cls, path: Path) -> "_Budget":
        size = path.stat().st_size
        return cls(max(_LEAST_SIZE, 20 * size), max(_LEAST_STEPS, 100 * size))

    def take(self, size: int) -> None:
        self.given += size
        if self.given > self.size:
            raise _TooMuchError

    def step(self) -> bool:
        self.steps -= _STEPS
        return self.steps < 0

    def text(self, data: bytes) -> str:
        self.take(len(data))
        return data.decode(errors="replace")


def _fetched(
    cursor: Any, schema: dict[str, Any], rows: int | None, budget: _Budget
) -> pl.DataFrame:
    frames = [pl.DataFrame(schema=schema)]
    while batch := cursor.fetchmany(_BATCH if rows is None else rows):
        budget.take(_CELL * len(batch) * len(schema))
        frames.append(pl.DataFrame(batch, schema=schema, orient="row"))
        if rows is not None:
            break
    return pl.concat(frames)


def _sqlite(path: Path, where: str, budget: _Budget, ask: Callable[[Any], T]) -> T:
    import sqlite3

    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as db:
            db.text_factory = budget.text
            db.set_progress_handler(budget.step, _STEPS)
            db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
            return ask(db)
    except _TooMuchError:
        raise _broken(where, ValueError(_TOO_MUCH)) from None
    except sqlite3.Error as error:
        raise _broken(where, ValueError(_TOO_MUCH) if budget.steps < 0 else error) from None
    except ValueError:  # of SQLite's own message, which names what is no text
        raise _broken(where, ValueError(_NO_TEXT)) from None


def sqlite_grids(path: Path, where: str) -> list[TableGrid]:
    """Every table and view of an SQLite file. Raises AdvisorError where it is broken."""
    try:
        budget = _Budget.of(path)
    except OSError as error:
        raise _broken(where, error) from None

    def tables(db: Any) -> list[tuple[str, list[str]]]:
        query = (
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
            "AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        names = [name for (name,) in db.execute(query)]
        if len(names) > _MOST_TABLES:
            return [(name, []) for name in names]
        return [
            (name, [row[1] for row in db.execute(f"PRAGMA table_info({name_in_sql(name)})")])
            for name in names
        ]

    found = _sqlite(path, where, budget, tables)
    _check_tables(len(found), where)
    return [
        TableGrid(name, _Sqlite(path, where, name, columns, budget))
        for name, columns in found
        if columns
    ]


@frozen(eq=False)
class _Duck:
    path: Path
    where: str
    table: str  # as it stands in SQL
    columns: Sequence[str]

    def frame(self, columns: Sequence[str], rows: int | None = None) -> pl.DataFrame:
        cells = ", ".join(name_in_sql(column) for column in columns)
        limit = "" if rows is None else f" LIMIT {rows}"
        query = f"SELECT {cells} FROM {self.table}{limit}"  # noqa: S608 (quoted)
        with tempfile.TemporaryDirectory(dir=scratch_folder()) as folder, _native(self.where):
            return native_child.duckdb_frame(self.path, query, Path(folder))


def duckdb_grids(path: Path, where: str) -> list[TableGrid]:
    """Every table and view of a DuckDB file, named with its schema.

    Raises AdvisorError where the file is broken or in use, or the package is not installed.
    """
    if find_spec("duckdb") is None:
        raise AdvisorError(
            "this is a DuckDB database, which needs one package more",
            where=where,
            hint="pip install 'shop-advisor[duckdb]'",
        )
    with _native(where):
        found = native_child.duckdb_tables(path)
    _check_tables(len(found), where)
    return [
        TableGrid(
            f"{schema}.{table}",
            _Duck(path, where, f"{name_in_sql(schema)}.{name_in_sql(table)}", columns),
        )
        for schema, table, columns in found
    ]


@frozen(eq=False)
class _Parquet:
    where: str
    parts: Sequence[Path]
    hive: bool

    @property
    def columns(self) -> Sequence[str]:
        with _native(self.where):
            return native_child.parquet_names(self.parts, hive=self.hive)

    def frame(self, columns: Sequence[str], rows: int | None = None) -> pl.DataFrame:
        with _native(self.where):
            return native_child.parquet_frame(self.parts, columns, rows, hive=self.hive)


def parquet_grids(path: Path, where: str) -> list[TableGrid]:
    """A Parquet file, or a folder of the parts of one table, as one grid named after it."""
    parts, hive = [path], False
    if path.is_dir():
        parts = files_named(path, ".parquet")
        hive = any("=" in part for part in parts[0].relative_to(path).parts)
    table = _Parquet(where, parts, hive)
    if not table.columns:
        return []
    return [TableGrid(path.stem, table)]


def _check_tables(number: int, where: str) -> None:
    if number > _MOST_TABLES:
        raise _broken(where, ValueError(f"it has more than {_MOST_TABLES:,} tables"))


@contextmanager
def _native(where: str) -> Iterator[None]:
    try:
        yield
    except native_child.BrokenError as error:
        raise _broken(where, error) from None


def _broken(where: str, error: Exception) -> AdvisorError:
    line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return AdvisorError(f"it cannot be read as a database: {line}", where=where, hint=_AGAIN)
