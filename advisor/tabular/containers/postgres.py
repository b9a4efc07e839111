"""PostgreSQL through the same door as files: a URL in place of a path.

Passwords stay in here: no message, note or output ever has the URL in it.
"""

import hashlib
import os
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import attrs
import polars as pl

from advisor.errors import AdvisorError
from advisor.model import Container, File, frozen
from advisor.tabular.containers.databases import name_in_sql
from advisor.tabular.containers.tables import TableGrid

if TYPE_CHECKING:
    import ssl

_PORT = 5432
_SECONDS = 20  # for the server to answer
_LOOK = "write it as postgresql://user@host:5432/database, the password in PGPASSWORD"


@frozen(eq=False)
class PostgresSource:
    """A database; see advisor.model.source.Source."""

    file: File
    container: Container
    grids: tuple[TableGrid, ...]


@frozen
class Address:
    """Where a database is. *host* is a name, or the folder of a socket."""

    host: str
    port: int
    database: str
    user: str
    password: str | None = attrs.field(repr=False)
    encrypted: str | None = None  # libpq's sslmode, where one was given

    @property
    def name(self) -> str:
        """What it is called wherever people can read it."""
        return f"database {self.database} on {self.host}"


def address_of(url: str) -> Address:
    """The parts of a URL; raises AdvisorError, without the URL, where it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AdvisorError("the address of the database is not valid", hint=_LOOK) from None
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    found = {
        "host": unquote(parts.hostname or "") or options.get("host", ""),
        "database": unquote(parts.path.strip("/")) or options.get("dbname", ""),
        "user": unquote(parts.username or "") or options.get("user", os.environ.get("PGUSER", "")),
    }
    lacks = [name for name, value in found.items() if not value]
    if lacks:
        text = f"the address of the database has no {' and no '.join(lacks)}"
        raise AdvisorError(text, hint=_LOOK)
    given = unquote(parts.password or "") or options.get("password")
    if port is None:
        port = int(options["port"]) if options.get("port", "").isdigit() else _PORT
    return Address(
        **found,
        port=port,
        password=given or os.environ.get("PGPASSWORD"),
        encrypted=options.get("sslmode"),
    )


def connect_postgres(address: Address) -> Any:
    """A connection to the server (`pg8000.native.Connection`).

    Raises AdvisorError where it cannot be reached, or the package is not installed.
    """
    try:
        from pg8000.native import Connection
    except ImportError:
        raise AdvisorError(
            "PostgreSQL needs one package more",
            where=address.name,
            hint="pip install 'shop-advisor[postgres]'",
        ) from None
    socket = f"{address.host}/.s.PGSQL.{address.port}" if address.host[:1] == "/" else None
    try:
        return Connection(
            address.user,
            host=address.host,
            port=address.port,
            unix_sock=socket,
            database=address.database,
            password=address.password,
            timeout=_SECONDS,
            ssl_context=_context(address.encrypted),
            application_name="shop-advisor",
        )
    except Exception as error:  # noqa: BLE001 (sockets and the driver raise many kinds)
        raise server_error(address.name, "cannot be reached", error) from None


def server_error(where: str, what: str, error: Exception) -> AdvisorError:
    """The error of a server as one line, without the URL."""
    said = error.args[0] if error.args else ""
    line = str(said.get("M", "")) if isinstance(said, dict) else type(error).__name__
    if isinstance(error.__cause__, OSError):
        line = (error.__cause__.strerror or str(error.__cause__)).lower()
    return AdvisorError(
        f"it {what}: {line}", where=where, hint="check host, port, user and password"
    )


def open_postgres(url: str) -> PostgresSource:
    """Every table and view of the database at *url*, named with its schema.

    Raises AdvisorError where it cannot be reached, or the package is not installed.
    """
    address = address_of(url)
    database = _Database(address)
    query = (
        "SELECT table_schema, table_name, array_agg(column_name::text ORDER BY ordinal_position) "
        "FROM information_schema.columns "
        "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    )
    grids = tuple(
        TableGrid(f"{schema}.{table}", _Table(database, (schema, table), columns))
        for schema, table, columns in database.run(query)
    )
    where = f"{address.host}:{address.port}/{address.database}"
    sha256 = hashlib.sha256(where.encode()).hexdigest()
    return PostgresSource(File(Path(), address.name, 0, sha256), Container.TABLES, grids)


class _Database:
    """A connection that changes nothing, closed with the last table that uses it."""

    def __init__(self, address: Address) -> None:
        self._where = address.name
        self._connection = connect_postgres(address)
        weakref.finalize(self, self._connection.close)
        self.run("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")

    def run(self, query: str, **options: Any) -> Any:
        """The rows that *query* gives; raises AdvisorError where it fails."""
        try:
            return self._connection.run(query, **options)
        except Exception as error:  # noqa: BLE001
            raise server_error(self._where, "does not answer", error) from None


def _context(mode: str | None) -> "ssl.SSLContext | None":
    if mode in (None, "disable", "allow", "prefer"):
        return None
    import ssl  # takes longer to load than a small file to read

    context = ssl.create_default_context()
    if mode == "require":  # encrypted, whoever answers: what libpq means by it
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@frozen(eq=False)
class _Table:
    database: _Database
    name: tuple[str, str]
    columns: Sequence[str]

    def frame(self, columns: Sequence[str], rows: int | None = None) -> pl.DataFrame:
        cells = ", ".join(map(name_in_sql, columns))
        table = ".".join(map(name_in_sql, self.name))
        limit = "" if rows is None else f" LIMIT {rows}"
        query = f"SELECT {cells} FROM {table}{limit}"  # noqa: S608 (quoted)
        with tempfile.TemporaryFile(prefix="shop-advisor-") as copy:
            self.database.run(f"COPY ({query}) TO STDOUT (FORMAT csv)", stream=copy)
            if not copy.tell():
                return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
            copy.seek(0)
            return pl.read_csv(copy, has_header=False, schema=dict.fromkeys(columns, pl.String))
