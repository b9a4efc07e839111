"""The history of a portfolio: a folder of Parquet files for each run, in blocks of shops.

```text
OUT/history/
  2026-11-02/00003-5f2e…-run.parquet   a row a run of a shop; likewise -finding, -action, -kpi …
  2026-11-02/5f2e….json                which blocks of this run count: the manifest names it
  marks/done.parquet                   actions that were done; look.parquet what was said of them
```

The columns are those of a shop's own history.db. A run of the same day and period replaces the one
before it. Questions are put in SQL, to a database in memory that holds the rows of the shops that
are asked about.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

import polars as pl

from advisor.errors import AdvisorError
from advisor.history import Run, SqliteDatabase, write_run
from advisor.model import frozen
from advisor.portfolio.dataset import DIGEST, Dataset, number_of
from advisor.portfolio.storage import Storage
from advisor.stats import partitions

RUN, MARKS, HISTORY = "run", "marks", "history"
Lists = Mapping[str, str | None]
"""The list of each partition that counts; None where all that is in it does."""
_OF_RUNS = ("finding", "action", "kpi")
_BESIDE = ("ruleset", "look")  # of which what is there first stays
_MARKS = ("done", "look")
_NO_RUNS = {"id": pl.Int64, "shop": pl.String, "day": pl.String, "file": pl.String}


@frozen
class History:
    """The history in *storage*, of *shops* (of all, without them); *block* is where they are most
    likely to be found."""

    storage: Storage
    shops: frozenset[str] | None = None
    block: str = ""

    @property
    def exists(self) -> bool:
        """Whether there was a run."""
        return bool(lists_of(self.storage))

    def open(self) -> SqliteDatabase:
        """A database with the rows of the shops."""
        return _Database(self)


def lists_of(storage: Storage) -> Lists:
    """The list of each partition that counts: by the manifest, which is of this version; where
    there is none, or one of another, all that is there."""
    manifest = Dataset(storage.address).former()
    if manifest:
        lists: Lists = manifest[HISTORY]
        return lists
    return dict.fromkeys(_partitions(storage))


def keep_list(storage: Storage, partition: str, files: Sequence[str]) -> str | None:
    """Writes which of the *files* of a run are in its partition; gives the name of the list, and
    None where nothing is."""
    there = set(storage.names(f"{HISTORY}/{partition}"))
    kept = [file for file in files if f"{file}-{RUN}.parquet" in there]
    if not kept:
        return None
    text = json.dumps(kept)
    name = hashlib.sha256(text.encode()).hexdigest()[:DIGEST]
    storage.write({f"{HISTORY}/{partition}/{name}.json": text})
    return name


def clean_history(storage: Storage, lists: Lists) -> None:
    """Removes what no list of a run names."""
    for partition in _partitions(storage):
        name = lists.get(partition, "")
        if name is None:
            continue
        kept = {*_listed(storage, partition, name)} if name else set()
        counts = partial(_is_listed, name=f"{name}.json", blocks=kept)
        storage.clean(f"{HISTORY}/{partition}", counts)


def _is_listed(file: str, *, name: str, blocks: Collection[str]) -> bool:
    """Whether *file* of a partition is its list of this *name*, or of one of the *blocks*."""
    return file == name or file.rpartition("-")[0] in blocks


def _partitions(storage: Storage) -> list[str]:
    found = {name.partition("/")[0] for name in storage.names(HISTORY) if "/" in name}
    return sorted(found - {MARKS})


def _listed(storage: Storage, partition: str, name: str | None) -> list[str]:
    """The blocks of a partition that count."""
    if name is None:
        suffix = f"-{RUN}.parquet"
        names = storage.names(f"{HISTORY}/{partition}")
        return [one.removesuffix(suffix) for one in names if one.endswith(suffix)]
    try:
        found: list[str] = json.loads(storage.read(f"{HISTORY}/{partition}/{name}.json"))
    except (OSError, ValueError) as error:
        where = storage.at(HISTORY)
        raise AdvisorError(f"the history cannot be used: {error}", where=where) from None
    return found


def write_partition(storage: Storage, partition: str, block: str, runs: Sequence[Run]) -> None:
    """Keeps the *runs* of a block of shops."""
    database = SqliteDatabase(None, write=True)
    with database.transaction():
        database.migrate()
        for run in runs:
            write_run(database, run)
    tables = (RUN, *_OF_RUNS, *_BESIDE)
    _write(storage, partition, {f"{block}-{name}": _table(database, name) for name in tables})
    database.close()


class _Database(SqliteDatabase):
    """The history in memory; what a transaction changes of marks is written back."""

    def __init__(self, history: History) -> None:
        super().__init__(None, write=True)
        self.where = history.storage.at(HISTORY)
        self._storage = history.storage
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
        _write(self._storage, MARKS, {name: _table(self, name) for name in _MARKS})

    def _load(self, history: History) -> None:
        marks = set(self._storage.names(f"{HISTORY}/{MARKS}"))
        for name in _MARKS:
            if f"{name}.parquet" in marks:
                self._insert(name, _read(self._storage, f"{MARKS}/{name}"))
        files = [
            f"{partition}/{block}"
            for partition, listed in sorted(lists_of(self._storage).items())
            for block in sorted(_listed(self._storage, partition, listed))
        ]
        number = number_of(history.block)
        own = [file for file in files if number_of(file.rpartition("/")[2]) == number]
        runs = _runs(self._storage, own, history.shops)
        if history.shops is None or history.shops - set(runs["shop"]):
            rest = [file for file in files if file not in own]
            others = _runs(self._storage, rest, history.shops)
            runs = pl.concat([runs, others], how="diagonal_relaxed")
        numbered = runs.sort("day", "file", "id").with_row_index("number", offset=1)
        renamed = numbered.drop("id", "file").rename({"number": "id"})
        self._insert(RUN, renamed)
        for (file,), part in partitions(numbered, ["file"]).items():
            numbers = part.select(pl.col("id").alias(RUN), pl.col("number").cast(pl.Int64))
            for name in _OF_RUNS:
                rows = _read(self._storage, f"{file}-{name}")
                if rows.height:
                    rows = rows.join(numbers, on=RUN).drop(RUN).rename({"number": RUN})
                    self._insert(name, rows)
            for name in _BESIDE:
                self._insert(name, _read(self._storage, f"{file}-{name}"))

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


def _write(storage: Storage, folder: str, tables: Mapping[str, pl.DataFrame]) -> None:
    storage.write_tables(
        {f"{HISTORY}/{folder}/{name}.parquet": frame for name, frame in tables.items()}
    )


def _runs(storage: Storage, files: Collection[str], shops: frozenset[str] | None) -> pl.DataFrame:
    """The rows of runs in *files*, with the file that each is in."""
    parts = [pl.DataFrame(schema=_NO_RUNS)]
    for file in files:
        frame = _read(storage, f"{file}-{RUN}")
        if shops is not None:
            frame = frame.filter(pl.col("shop").is_in(shops))
        parts.append(frame.with_columns(pl.lit(file).alias("file")))
    return pl.concat(parts, how="diagonal_relaxed")


def _read(storage: Storage, name: str) -> pl.DataFrame:
    place = storage.at(f"{HISTORY}/{name}.parquet")
    try:
        return pl.read_parquet(place, glob=False, hive_partitioning=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).partition("\n")[0]
        raise AdvisorError(f"the history cannot be used: {reason}", where=place) from None
