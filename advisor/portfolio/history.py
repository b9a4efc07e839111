"""The history of a portfolio: a folder of Parquet files for each run, in blocks of shops.

```text
OUT/history/
  2026-11-02/00003-5f2e…-run.parquet   a row a run of a shop; likewise -finding, -action, -kpi …
  2026-11-02/5f2e….json                which blocks of this run count: the manifest names it
  marks/done.parquet                   actions that were done; look.parquet what was said of them
```

The columns are those of a shop's own history.db. A run of the same day and period replaces the one
before it. What is asked of marks is asked in SQL, of a database in memory; the rows of runs are
read as they are needed.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any

import polars as pl

from advisor.errors import AdvisorError
from advisor.history import (
    OF_RUNS,
    Row,
    Runs,
    SqliteDatabase,
    Store,
    merge_runs,
    notice_marks,
    with_days,
)
from advisor.model import frozen
from advisor.portfolio.dataset import DIGEST, NAME, Dataset, number_of
from advisor.portfolio.storage import Storage
from advisor.stats import partitions

RUN, DONE, LOOK, MARKS, HISTORY = "run", "done", "look", "marks", "history"
Lists = Mapping[str, str | None]
"""The list of each partition that counts; None where all that is in it does."""
_OF_RUN = re.compile(rf"{NAME}-[a-z]+\.parquet|[0-9a-f]{{{DIGEST}}}\.json")
_MARKS = (DONE, LOOK, "experiment")
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
        """A database with the runs of the shops, and all marks."""
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
        storage.clean(f"{HISTORY}/{partition}", _OF_RUN, counts)


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


def write_partition(storage: Storage, partition: str, block: str, runs: Sequence[Runs]) -> None:
    """Keeps the *runs* of a block of shops. What they noticed is marked when all blocks are done
    (`keep_noticed`)."""
    whole = merge_runs(runs)
    tables = dict(whole.tables())
    tables[RUN] = tables[RUN].with_row_index("id", offset=1).cast({"id": pl.Int64})
    tables |= whole.rows(dict(tables[RUN].select("shop", "id").iter_rows()))
    kept = {name: one for name, one in tables.items() if one.height or name not in _MARKS}
    _write(storage, partition, {f"{block}-{name}": frame for name, frame in kept.items()})


def keep_noticed(storage: Storage, partition: str, files: Sequence[str]) -> None:
    """Marks what the *files* of a run have noticed."""
    there = set(storage.names(f"{HISTORY}/{partition}"))
    named = [f"{file}-{DONE}" for file in files if f"{file}-{DONE}.parquet" in there]
    if named:
        rows = pl.concat([_read(storage, f"{partition}/{name}") for name in named])
        notice_marks(Store(partitions=History(storage, frozenset())), rows)


def stamp_of_marks(storage: Storage, today: str) -> str:
    """What a run of *today* may know of what was done."""
    stamp = hashlib.sha256()
    for name, rows in _marks(storage):
        known = rows
        if name == DONE:
            known = rows.filter(pl.col("noticed").is_null() | (pl.col("noticed") < today))
        if name == LOOK:
            known = rows.filter(pl.col("day") < today)
        stamp.update("".join(map(repr, known.iter_rows())).encode())
    return stamp.hexdigest()


def _marks(storage: Storage) -> Iterator[tuple[str, pl.DataFrame]]:
    there = set(storage.names(f"{HISTORY}/{MARKS}"))
    for name in _MARKS:
        if f"{name}.parquet" in there:
            yield name, _read(storage, f"{MARKS}/{name}")


class _Database(SqliteDatabase):
    """The history in memory, without the rows of its runs; what a transaction changes of marks is
    written back."""

    def __init__(self, history: History) -> None:
        super().__init__(None, write=True)
        self.where = history.storage.at(HISTORY)
        self._history, self._storage, self._has_runs = history, history.storage, True
        self._blocks = [
            (partition, block)
            for partition, listed in sorted(lists_of(self._storage).items())
            for block in sorted(_listed(self._storage, partition, listed))
        ]
        with super().transaction():
            self.migrate()
            self._load_marks()
        self._has_runs = False

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Row]:
        # Runs are read where they are first asked for: marks are asked for more often.
        if "advisor_run " in query and not self._has_runs:
            self._has_runs = True
            self._insert(RUN, self._numbered.drop("id", "file").rename({"number": "id"}))
            for file in self._numbered["file"].unique(maintain_order=True):
                self._insert("ruleset", _read(self._storage, f"{file}-ruleset"))
        return super().rows(query, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        number = "SELECT count(*) FROM advisor_run "
        runs = self.rows(number)
        with super().transaction():
            yield
            if self.rows(number) != runs:
                hint = "each run is a folder in it"
                raise AdvisorError("a portfolio adds its runs itself", where=self.where, hint=hint)
        _write(self._storage, MARKS, {name: _table(self, name) for name in _MARKS})

    def of_runs(self, table: str, runs: Sequence[int]) -> pl.DataFrame:
        # A later run has the newer value of a day of a KPI.
        is_kpi = table == "kpi"
        number = pl.col("number")
        asked = self._numbered if is_kpi else self._numbered.filter(number.is_in(list(runs)))
        schema = OF_RUNS[table]
        parts = [pl.DataFrame(schema={RUN: pl.Int64, **schema})]
        for (file,), part in partitions(asked, ["file"]).items():
            numbers = part.select(pl.col("id").alias(RUN), "shop", pl.col("number").cast(pl.Int64))
            own = [name for name in schema if name != "shop"]
            rows = _read(self._storage, f"{file}-{table}").select(RUN, *own)
            renamed = rows.join(numbers, on=RUN).drop(RUN).rename({"number": RUN})
            parts.append(with_days(renamed, schema).select(RUN, *schema))
        found = pl.concat(parts)
        if is_kpi:
            newest = found.sort(RUN).unique(("shop", "metric", "day"), keep="last")
            return newest.filter(pl.col(RUN).is_in(list(runs)))
        return found

    @cached_property
    def _numbered(self) -> pl.DataFrame:
        """The rows of runs, each with its `number` and its `file`."""
        shops, number = self._history.shops, number_of(self._history.block)
        files = [f"{partition}/{block}" for partition, block in self._blocks]
        own = [file for file in files if number_of(file.rpartition("/")[2]) == number]
        runs = _runs(self._storage, own, shops)
        if shops is None or shops - set(runs["shop"]):
            rest = [file for file in files if file not in own]
            runs = pl.concat([runs, _runs(self._storage, rest, shops)], how="diagonal_relaxed")
        return runs.sort("day", "file", "id").with_row_index("number", offset=1)

    def _load_marks(self) -> None:
        for name, rows in _marks(self._storage):
            self._insert(name, rows)
        there = {
            partition: set(self._storage.names(f"{HISTORY}/{partition}"))
            for partition, _ in self._blocks
        }
        for partition, block in self._blocks:
            if f"{block}-{LOOK}.parquet" in there[partition]:
                self._insert(LOOK, _read(self._storage, f"{partition}/{block}-{LOOK}"))

    def _insert(self, name: str, frame: pl.DataFrame) -> None:
        """Insert rows; what is there first stays."""
        places, columns = ", ".join("?" * frame.width), ", ".join(frame.columns)
        statement = f"INSERT OR IGNORE INTO advisor_{name} ({columns}) VALUES ({places})"  # noqa: S608
        self.many(statement, frame.iter_rows())


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
