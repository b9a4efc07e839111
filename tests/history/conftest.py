"""A store of each kind, and runs to keep in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor.history import Store
from tests.postgres import Server, programs, server


@pytest.fixture(scope="session")
def running() -> Iterator[Server]:
    pytest.importorskip("pg8000")
    home = programs()
    if home is None:
        pytest.skip("no PostgreSQL server is installed here: initdb was not found")
    with server(home) as one:
        yield one


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store."""
    if request.param == "sqlite":
        return Store(tmp_path / "history.db")
    return Store(url=fresh(request.getfixturevalue("running")))


def fresh(running: Server) -> str:
    """The address of the server's database, emptied."""
    from contextlib import closing

    from pg8000.native import Connection

    from tests.postgres import PASSWORD

    socket = str(running.folder / ".s.PGSQL.5432")
    connection = Connection("loader", password=PASSWORD, unix_sock=socket, database="postgres")
    with closing(connection) as db:
        db.run("DROP SCHEMA public CASCADE")
        db.run("CREATE SCHEMA public")
    return running.url()
