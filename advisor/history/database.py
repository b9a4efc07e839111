"""One connection, to SQLite or PostgreSQL, with the little that the store asks of it."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import polars as pl

from advisor.errors import AdvisorError
from advisor.history.frames import OF_RUNS, frame_of, with_days
from advisor.history.migrations import IDS, MIGRATIONS
from advisor.model import HISTORY_ID

Row = tuple[Any, ...]
_SECONDS = 30.0  # to wait for another run that writes
_LOCK = HISTORY_ID  # of PostgreSQL, held while the tables are made
_NEWER = "it was written by a newer version of shop-advisor"


class Database(Protocol):
    """Statements have `?` for each value."""

    where: str

    @property
    def version(self) -> int:
        """The version of its tables, 0 where there are none. Raises AdvisorError where it is no
        history, or of a later version."""

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Row]:
        """The rows that *query* gives."""

    def many(self, statement: str, rows: Iterable[Row]) -> None:
        """Run `INSERT INTO … VALUES` or the like for each of *rows*; its tuple of `?` comes last
        but for what ON CONFLICT says."""

    def of_runs(self, table: str, runs: Sequence[int]) -> pl.DataFrame:
        """The rows of *runs* in a *table* of OF_RUNS, with `shop` and the number of their `run`."""
        columns = [name for name in OF_RUNS[table] if name != "shop"]
        names = ", ".join(f"t.{name}" for name in columns)
        query = (
            f"SELECT r.id, r.shop, {names} FROM advisor_{table} t "  # noqa: S608 (our own words)
            f"JOIN advisor_run r ON r.id = t.run WHERE t.run IN ({', '.join('?' * len(runs))})"
        )
        rows = self.rows(query, runs) if runs else []
        schema = {"run": pl.Int64(), "shop": pl.String(), **OF_RUNS[table]}
        return with_days(frame_of(rows, schema), schema)

    def transaction(self) -> Any:
        """All that is done inside is kept, or nothing of it."""

    def migrate(self) -> None:
        """Bring the tables to the newest version; inside a transaction."""

    def close(self) -> None:
        """Close the connection."""


class SqliteDatabase(Database):
    """A file, or memory where there is no *path*. It is opened to read unless *write*, which makes
    it where there is none."""

    def __init__(self, path: Path | None, *, write: bool) -> None:
        self.where = str(path)
        mode = "rwc" if write else "ro"
        address = f"file:{quote(str(path.absolute()))}?mode={mode}" if path else ":memory:"
        with self._errors():
            self._connection = sqlite3.connect(
                address, uri=True, timeout=_SECONDS, isolation_level=None
            )

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Row]:
        with self._errors():
            return self._connection.execute(query, values).fetchall()

    def many(self, statement: str, rows: Iterable[Row]) -> None:
        with self._errors():
            self._connection.executemany(statement, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.rows("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self.rows("COMMIT")

    @property
    def version(self) -> int:
        mark, version = (
            int(self.rows(f"PRAGMA {name}")[0][0]) for name in ("application_id", "user_version")
        )
        if mark != HISTORY_ID:
            if mark or self.rows("SELECT 1 FROM sqlite_master LIMIT 1"):
                raise AdvisorError("this is not a history of shop-advisor", where=self.where)
            return 0
        if version > len(MIGRATIONS):
            raise AdvisorError(_NEWER, where=self.where, hint="update shop-advisor")
        return version

    def migrate(self) -> None:
        version = self.version
        for statement in _statements(version, "sqlite"):
            self.rows(statement)
        if version < len(MIGRATIONS):
            self.rows(f"PRAGMA application_id = {HISTORY_ID}")
            self.rows(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise AdvisorError(f"the history cannot be used: {error}", where=self.where) from None


class PostgresDatabase(Database):
    """A database on a server, through pg8000."""

    _MOST = 30_000  # values in one statement; the protocol counts them in 16 bits

    def __init__(self, url: str) -> None:
        from advisor.tabular import address_of, connect_postgres

        address = address_of(url)
        self.where = address.name
        self._connection = connect_postgres(address)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Row]:
        from advisor.tabular import server_error

        named = {f"v{place}": value for place, value in enumerate(values)}
        parts = query.split("?")
        statement = "".join(f"{part}:v{place}" for place, part in enumerate(parts[:-1])) + parts[-1]
        try:
            return [tuple(row) for row in self._connection.run(statement, **named) or ()]
        except Exception as error:  # noqa: BLE001 (sockets and the driver raise many kinds)
            raise server_error(self.where, "does not answer", error) from None

    def many(self, statement: str, rows: Iterable[Row]) -> None:
        given = list(rows)
        if not given:
            return
        place = f"({', '.join('?' * len(given[0]))})"
        step = max(self._MOST // len(given[0]), 1)
        for start in range(0, len(given), step):
            part = given[start : start + step]
            places = ", ".join([place] * len(part))
            self.rows(statement.replace(place, places), [value for row in part for value in row])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.rows("BEGIN")
        try:
            yield
        except BaseException:
            self.rows("ROLLBACK")
            raise
        self.rows("COMMIT")

    @property
    def version(self) -> int:
        if self.rows("SELECT to_regclass('advisor_version')") == [(None,)]:
            return 0
        version = int(self.rows("SELECT max(version) FROM advisor_version")[0][0])
        if version > len(MIGRATIONS):
            raise AdvisorError(_NEWER, where=self.where, hint="update shop-advisor")
        return version

    def migrate(self) -> None:
        self.rows("SELECT pg_advisory_xact_lock(?)", (_LOCK,))
        version = self.version
        for statement in _statements(version, "postgres"):
            self.rows(statement)
        if version < len(MIGRATIONS):
            self.rows("CREATE TABLE IF NOT EXISTS advisor_version (version BIGINT NOT NULL)")
            self.rows("INSERT INTO advisor_version VALUES (?)", (len(MIGRATIONS),))

    def close(self) -> None:
        self._connection.close()


def _statements(version: int, dialect: str) -> Iterator[str]:
    """What brings tables of *version* to the newest one."""
    for migration in MIGRATIONS[version:]:
        for statement in migration:
            yield statement.replace("{id}", IDS[dialect])
