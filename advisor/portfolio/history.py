"""The history of a portfolio: a folder of Parquet files for each run, in blocks of shops.

```text
OUT/history/
  2026-11-02/00003-run.parquet     a row a run of a shop; likewise -finding, -action, -kpi …
  marks/done.parquet               actions that were done; look.parquet what was said of them
```

The columns are those of a shop's own history.db. A run of the same day and period replaces the one
before it. Questions are put in SQL, to a database in memory that holds the rows of the shops that
are asked about.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from advisor.errors import AdvisorError
from advisor.history import Run, SqliteDatabase, write_run
from advisor.ingest import write_outputs
from advisor.model import frozen
from advisor.portfolio.facts import parquet_bytes

RUN, MARKS = "run", "marks"
_OF_RUNS = ("finding", "action", "kpi")
_BESIDE = ("ruleset", "look")  # of which what is there first stays
_MARKS = ("done", "look")
_NO_RUNS = {"id": pl.Int64, "shop": pl.String, "day": pl.String, "file": pl.String}


@frozen
class History:
    """The history in *folder*, of *shops* (of all, without them); *block* is where they are most
    likely to be found."""

    folder: Path
    shops: frozenset[str] | None = None
    block: str = ""

    @property
    def exists(self) -> bool:
        """Whether there was a run."""
        return self.folder.is_dir()

    def open(self) -> SqliteDatabase:
        """A database with the rows of the shops."""
        return _Database(self)


def write_partition(folder: Path, partition: str, block: str, runs: Sequence[Run]) -> None:
    """Keeps the *runs* of a block of shops."""
    database = SqliteDatabase(None, write=True)
    with database.transaction():
        database.migrate()
        for run in runs:
            write_run(database, run)
    tables = (RUN, *_OF_RUNS, *_BESIDE)
    _write(folder / partition, {f"{block}-{name}": _table(database, name) for name in tables})
    database.close()


class _Database(SqliteDatabase):
    """The history in memory; what a transaction changes of marks is written back."""

    def __init__(self, history: History) -> None:
        super().__init__(None, write=True)
        self.where = str(history.folder)
        self._folder = history.folder
        with super().transaction():
            self.migrate()
            self._load(history)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        runs = len(self.rows("SELECT id FROM advisor_run"))
        with super().transaction():
            yield
            if len(self.rows("SELECT id FROM advisor_run")) != runs:
                hint = "each run is a folder in it"
                raise AdvisorError("a portfolio adds its runs itself", where=self.where, hint=hint)
        _write(self._folder / MARKS, {name: _table(self, name) for name in _MARKS})

    def _load(self, history: History) -> None:
        for name in _MARKS:
            path = self._folder / MARKS / f"{name}.parquet"
            if path.is_file():
                self._insert(name, _read(path))
        files = sorted(self._folder.glob(f"*/*-{RUN}.parquet"))
        own = [path for path in files if path.name == f"{history.block}-{RUN}.parquet"]
        runs = _runs(own, history.shops)
        if history.shops is None or history.shops - set(runs["shop"]):
            others = _runs([path for path in files if path not in own], history.shops)
            runs = pl.concat([runs, others], how="diagonal_relaxed")
        numbered = runs.sort("day", "file", "id").with_row_index("number", offset=1)
        renamed = numbered.drop("id", "file").rename({"number": "id"})
        self._insert(RUN, renamed)
        for (file,), part in numbered.partition_by(
            "file", as_dict=True, maintain_order=True
        ).items():
            place = Path(str(file))
            numbers = part.select(pl.col("id").alias(RUN), pl.col("number").cast(pl.Int64))
            for name in _OF_RUNS:
                rows = _read(_beside(place, name))
                if rows.height:
                    rows = rows.join(numbers, on=RUN).drop(RUN).rename({"number": RUN})
                    self._insert(name, rows)
            for name in _BESIDE:
                self._insert(name, _read(_beside(place, name)))

    def _insert(self, name: str, frame: pl.DataFrame) -> None:
        if not frame.height:
            return
        # A later run has the newer value of a day; of an action the first verdict stays.
        verb = "IGNORE" if name in _BESIDE else "REPLACE"
        places = ", ".join("?" * frame.width)
        columns = ", ".join(frame.columns)
        statement = f"INSERT OR {verb} INTO advisor_{name} ({columns}) VALUES ({places})"  # noqa: S608
        self.many(statement, frame.rows())


def _table(database: SqliteDatabase, name: str) -> pl.DataFrame:
    """All rows of a table."""
    columns = [str(row[1]) for row in database.rows(f"PRAGMA table_info(advisor_{name})")]
    rows = database.rows(f"SELECT {', '.join(columns)} FROM advisor_{name}")  # noqa: S608
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)


def _write(folder: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    write_outputs(
        {folder / f"{name}.parquet": parquet_bytes(frame) for name, frame in tables.items()}
    )


def _runs(files: Collection[Path], shops: frozenset[str] | None) -> pl.DataFrame:
    """The rows of runs in *files*, with the file that each is in."""
    parts = [pl.DataFrame(schema=_NO_RUNS)]
    for path in files:
        frame = _read(path)
        if shops is not None:
            frame = frame.filter(pl.col("shop").is_in(shops))
        parts.append(frame.with_columns(pl.lit(str(path)).alias("file")))
    return pl.concat(parts, how="diagonal_relaxed")


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, glob=False, hive_partitioning=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).partition("\n")[0]
        raise AdvisorError(f"the history cannot be used: {reason}", where=str(path)) from None


def _beside(path: Path, name: str) -> Path:
    return path.with_name(path.name.replace(f"-{RUN}.", f"-{name}."))
