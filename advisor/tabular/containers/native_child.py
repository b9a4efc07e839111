"""The child that reads Parquet and DuckDB: `python -m advisor.tabular.containers.native_child`.

Their libraries are no Python: a file that was crafted for it, or damaged in a rare place, ends the
process that reads it, which no exception tells. Here that process is not ours. Requests are a line
of JSON and perhaps the content of a file; answers are JSON, or tables in Arrow's own format.
"""

import io
import json
import os
import struct
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from advisor.plugin import MIB, Cause, Child, ChildDied, Death, Limits, python_command, serve

LIMITS = Limits(seconds=120.0, memory=8 * 1024 * MIB, output=1024 * MIB)
LARGEST = 4 * 1024 * MIB  # bytes of a file that the child writes
_LONGEST = MIB  # bytes of a cell
_LENGTH = struct.Struct(">Q")
_FINE, _WRONG = b"\0", b"\1"
_TOO_MUCH = (Cause.TIMEOUT, Cause.MEMORY, Cause.OUTPUT)


class BrokenError(Exception):
    """What is wrong with a file, as its reader says it; the first line is enough."""


# ── the parent's side ───────────────────────────────────────────────────────────────────────────


def parquet_names(paths: Sequence[Path], *, hive: bool) -> list[str]:
    """The columns of the table whose parts *paths* are; *hive* takes them from folders too.

    This and the others raise BrokenError where a file cannot be read.
    """
    names: list[str] = json.loads(_ask("parquet_names", paths=paths, hive=hive))
    return names


def parquet_alike(paths: Sequence[Path]) -> bool:
    """Whether these Parquet files have the same columns."""
    alike: bool = json.loads(_ask("parquet_alike", paths=paths))
    return alike


def parquet_frame(
    paths: Sequence[Path], columns: Sequence[str], rows: int | None, *, hive: bool
) -> pl.DataFrame:
    """The *columns* of a table; its first *rows* alone where they are given."""
    return _frame(_ask("parquet_frame", paths=paths, columns=columns, rows=rows, hive=hive))


def parquet_contents(contents: Sequence[bytes]) -> list[pl.DataFrame]:
    """The tables whose files have these *contents*."""
    return [_frame(one) for one in _parts(_ask("parquet_contents", _joined(contents)))]


def duckdb_tables(path: Path) -> list[tuple[str, str, list[str]]]:
    """The schema, name and columns of each table and view of a DuckDB file."""
    found = json.loads(_ask("duckdb_tables", paths=[path]))
    return [(schema, name, columns) for schema, name, columns in found]


def duckdb_frame(path: Path, query: str, scratch: Path) -> pl.DataFrame:
    """What *query* gives of a DuckDB file, on its way in the folder *scratch*."""
    return _frame(_ask("duckdb_frame", paths=[path], query=query, scratch=str(scratch)))


def _frame(content: bytes) -> pl.DataFrame:
    return pl.read_ipc_stream(content)


def _joined(parts: Iterable[bytes]) -> bytes:
    return b"".join(_LENGTH.pack(len(one)) + one for one in parts)


def _parts(packed: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(packed):
        begin = at + _LENGTH.size
        at = begin + _LENGTH.unpack_from(packed, at)[0]
        parts.append(packed[begin:at])
    return parts


class _Reader:
    """The child of this process, started when it is first asked and again after it died."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._child: Child | None = None
        self.ended_by: dict[str, Death] = {}  # files that were too much: all their tables are

    def ask(self, message: bytes) -> bytes:
        """The answer of the child. Raises ChildDied where it ended instead."""
        with self._guard:
            if self._child is not None and self._child.ended:  # at rest: no fault of this file
                self._child.close()
                self._child = None
            if self._child is None:
                # Else the lines of a backtrace hide what it died of.
                env = {**os.environ, "RUST_BACKTRACE": "0"}
                self._child = Child(python_command("-P", "-m", __name__), LIMITS, env=env)
            try:
                return self._child.ask(message)
            except BaseException:
                self._child.close()
                self._child = None
                raise


@cache
def _reader(_: int) -> _Reader:
    # By the number of the process, as a fork must not talk with the child of the other.
    return _Reader()


def _ask(do: str, content: bytes = b"", paths: Sequence[Path] = (), **options: Any) -> bytes:
    places = [str(path.absolute()) for path in paths]
    asked = {"do": do, "paths": places, **options}
    reader = _reader(os.getpid())
    for death in filter(None, map(reader.ended_by.get, places)):
        raise BrokenError(f"reading it was stopped: {death.text}")
    try:
        answer = reader.ask(json.dumps(asked).encode() + b"\n" + content)
    except ChildDied as died:
        if died.death.cause in _TOO_MUCH:
            reader.ended_by.update(dict.fromkeys(places, died.death))
        raise BrokenError(f"reading it was stopped: {died.death.text}") from None
    if answer.startswith(_WRONG):
        raise BrokenError(answer[1:].decode())
    return answer[1:]


# ── the child's side ────────────────────────────────────────────────────────────────────────────


def answer(message: bytes) -> bytes:
    """The answer to one request: what was asked for, or why it cannot be read."""
    line, _, content = message.partition(b"\n")
    asked = json.loads(line)
    do, paths = asked.pop("do"), asked.pop("paths")
    try:
        return _FINE + _ANSWERS[do](content or paths, **asked)
    except pl.exceptions.PanicException:  # what it says is for its authors, with numbers of tasks
        return _WRONG + b"its content is damaged"
    except _damages() as error:
        return _WRONG + (str(error).strip() or type(error).__name__).encode()


def _damages() -> tuple[type[Exception], ...]:
    """What reading a damaged file raises."""
    duckdb = sys.modules.get("duckdb")
    of_duckdb = () if duckdb is None else (duckdb.Error,)
    return (pl.exceptions.PolarsError, OSError, ValueError, *of_duckdb)


def _scan(paths: list[str], *, hive: bool) -> pl.LazyFrame:
    if len(paths) == 1 and not hive:
        return pl.scan_parquet(paths[0], hive_partitioning=False, glob=False)
    return pl.scan_parquet(
        paths, hive_partitioning=hive, missing_columns="insert", extra_columns="ignore"
    )


def _parquet_names(paths: list[str], *, hive: bool) -> bytes:
    return json.dumps(_scan(paths, hive=hive).collect_schema().names()).encode()


def _parquet_alike(paths: Sequence[str]) -> bytes:
    return json.dumps(len({tuple(pl.read_parquet_schema(path)) for path in paths}) == 1).encode()


def _parquet_frame(
    paths: list[str], columns: Sequence[str], rows: int | None, *, hive: bool
) -> bytes:
    found = _scan(paths, hive=hive).select(columns)
    return _packed((found if rows is None else found.head(rows)).collect(engine="in-memory"))


def _parquet_contents(packed: bytes) -> bytes:
    frames = (pl.read_parquet(one, hive_partitioning=False) for one in _parts(packed))
    return _joined(map(_packed, frames))


def _packed(frame: pl.DataFrame) -> bytes:
    lengths = frame.select(cs.string().str.len_bytes().max(), cs.binary().bin.size().max())
    if any(longest and longest > _LONGEST for row in lengths.rows() for longest in row):
        raise ValueError(f"a cell has more than {_LONGEST // MIB} MiB")
    stream = io.BytesIO()
    frame.write_ipc_stream(stream)
    return stream.getvalue()


def _duckdb(path: str, folder: str = "") -> Any:
    """A connection whose views can read no other file, but write to *folder*."""
    import duckdb

    settings = (
        "autoinstall_known_extensions",
        "autoload_known_extensions",
        "python_enable_replacements",  # a view could name what is a variable here
    )
    db = duckdb.connect(path, read_only=True, config=dict.fromkeys(settings, "false"))
    db.execute("SET memory_limit = '4GiB'")
    db.execute("SET temp_directory = ''")  # else beside the file of the user
    if folder:
        place = folder.replace("'", "''")
        db.execute(f"SET allowed_directories = ['{place}']")
    db.execute("SET enable_external_access = false")
    db.execute("SET lock_configuration = true")
    return closing(db)


def _duckdb_tables(paths: Sequence[str]) -> bytes:
    query = (
        "SELECT table_schema, table_name, list(column_name ORDER BY ordinal_position) "
        "FROM information_schema.columns WHERE table_catalog = current_database() "
        "AND table_schema NOT IN ('information_schema', 'pg_catalog') "
        "GROUP BY ALL ORDER BY ALL"
    )
    with _duckdb(paths[0]) as db:
        return json.dumps(db.execute(query).fetchall()).encode()


def _duckdb_frame(paths: Sequence[str], query: str, scratch: str) -> bytes:
    written = Path(scratch) / "table.parquet"
    place = str(written).replace("'", "''")
    with _duckdb(paths[0], scratch) as db:
        try:
            db.execute(f"COPY ({query}) TO '{place}' (FORMAT parquet)")
        except _damages():
            if written.exists() and written.stat().st_size > LARGEST // 2:
                raise ValueError("a view of it gives more than 4 GiB") from None
            raise
    return _packed(pl.read_parquet(written, hive_partitioning=False))


_ANSWERS: Mapping[str, Callable[..., bytes]] = {
    "parquet_names": _parquet_names,
    "parquet_alike": _parquet_alike,
    "parquet_frame": _parquet_frame,
    "parquet_contents": _parquet_contents,
    "duckdb_tables": _duckdb_tables,
    "duckdb_frame": _duckdb_frame,
}

if __name__ == "__main__":
    if sys.platform != "win32":  # a view without an end would fill the disk
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    serve(answer, LIMITS.seconds)
