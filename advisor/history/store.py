"""Reading and writing the store."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

import attrs
import polars as pl

from advisor.history.database import Database, PostgresDatabase, Row, SqliteDatabase
from advisor.history.frames import RUN_COLUMNS, Runs, stored_values
from advisor.history.migrations import MIGRATIONS
from advisor.history.records import (
    ActionRow,
    DoneRow,
    ExperimentRow,
    FindingRow,
    KpiRow,
    LeverRow,
    Run,
    RunInfo,
    RunLine,
    State,
    Verdict,
    VerdictRow,
)
from advisor.model import frozen

T = TypeVar("T")

NEWEST = len(MIGRATIONS)  # version of the tables
SAME = timedelta(days=28)  # between changes on the way to one end: as long as one is watched
DONE_COLUMNS = tuple(field.name for field in attrs.fields(DoneRow))
EXPERIMENT_COLUMNS = tuple(field.name for field in attrs.fields(ExperimentRow))
VERDICT_COLUMNS = tuple(field.name for field in attrs.fields(VerdictRow))


@frozen
class Mark:
    """An action that was done, with its *number* in the store, and each of the *looks* that runs
    took at it, the first one first."""

    number: int
    done: DoneRow
    looks: tuple[VerdictRow, ...] = ()

    @property
    def verdict(self) -> VerdictRow | None:
        """What is said of it: the first call stands, with the numbers of the last look."""
        if not self.looks:
            return None
        last = next((one for one in reversed(self.looks) if one.days), self.looks[-1])
        first = next((one for one in self.looks if one.verdict is not Verdict.TOO_EARLY), last)
        return attrs.evolve(last, day=first.day, verdict=first.verdict, because=first.because)

    def looked_at(self, look: VerdictRow | None) -> "Mark":
        """It with one more look."""
        return self if look is None else attrs.evolve(self, looks=(*self.looks, look))

    @property
    def seen(self) -> int:
        """How many days after it were looked at so far."""
        return max((one.days for one in self.looks), default=0)


class Partitions(Protocol):
    """The history of many shops that is no database by itself; it can be compared and hashed."""

    @property
    def exists(self) -> bool:
        """Whether there is anything to read."""

    def open(self) -> Database:
        """A database that holds it."""


@frozen
class Store:
    """Where a shop's history is: the *file* of one shop, the *url* of a database of many, or
    *partitions*."""

    file: Path | None = None
    url: str | None = attrs.field(default=None, repr=False)
    partitions: Partitions | None = None

    @property
    def exists(self) -> bool:
        """Whether there is anything to read; a database on a server is asked only when it is
        opened."""
        if self.partitions is not None:
            return self.partitions.exists
        if self.file is None:
            return True
        return self.file.is_file() and self.file.stat().st_size > 0

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A connection that only reads."""
        with self._opened(write=False) as database:
            yield database

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """A connection in a transaction, with tables of the newest version."""
        with self._opened(write=True) as database, database.transaction():
            database.migrate()
            yield database

    @contextmanager
    def _opened(self, *, write: bool) -> Iterator[Database]:
        database: Database
        if self.partitions is not None:
            database = self.partitions.open()
        elif self.file is not None:
            database = SqliteDatabase(self.file, write=write)
        else:
            database = PostgresDatabase(self.url or "")
        try:
            yield database
        finally:
            database.close()

    def read(self, ask: Callable[[Database], T], empty: T) -> T:
        """What *ask* gives of the store; *empty* where there is no store yet. A store of an older
        version is brought to the newest first."""
        if not self.exists:
            return empty
        with self.reading() as database:
            version = database.version
            if version == NEWEST:
                return ask(database)
        if not version:
            return empty
        with self.writing() as database:
            return ask(database)

    # ── actions that were done ──────────────────────────────────────────────────────────────────
    def mark(self, shop: str, done: DoneRow) -> bool:
        """Keep that an action was done; False where the same was marked before. What was only
        noticed of it gives way."""
        with self.writing() as database:
            for number, noticed in _same(database, shop, done):
                if noticed:
                    _delete_mark(database, number)
            return write_done(database, shop, done) is not None

    def unmark(self, shop: str, number: int) -> bool:
        """Forget a mark, and what was said of it. One that was noticed is not noticed again."""
        with self.writing() as database:
            query = "SELECT noticed FROM advisor_done WHERE shop = ? AND id = ? AND undone = 0"
            found = database.rows(query, (shop, number))
            if found and found[0][0] is None:
                _delete_mark(database, number)
            elif found:
                database.rows("UPDATE advisor_done SET undone = 1 WHERE id = ?", (number,))
                database.rows("DELETE FROM advisor_look WHERE done = ?", (number,))
            return bool(found)

    def marks(self, shop: str) -> list[Mark]:
        """What was done, oldest first."""
        return self.marks_by_shop([shop]).get(shop, [])

    def marks_by_shop(self, shops: Sequence[str]) -> Mapping[str, list[Mark]]:
        """What was done in each of *shops*, oldest first."""
        return self.read(lambda database: marks_of(database, shops), {})

    def levers(self) -> list[LeverRow]:
        """How the actions in this store ended, by lever."""
        return self.read(levers_of, [])

    # ── tests ───────────────────────────────────────────────────────────────────────────────────
    def start(self, shop: str, experiment: ExperimentRow) -> bool:
        """Keep that a test began; False where there is one of its name."""
        with self.writing() as database:
            return write_experiment(database, shop, experiment)

    def experiments(self, shop: str) -> list[ExperimentRow]:
        """The tests of *shop*, by their start."""
        return self.read(lambda database: experiments_of(database, [shop]).get(shop, []), [])

    def end(self, shop: str, name: str, day: date, result: str) -> None:
        """Keep what a test said; what it said first stays."""
        with self.writing() as database:
            database.rows(
                "UPDATE advisor_experiment SET ended = ?, result = ? "
                "WHERE shop = ? AND name = ? AND ended IS NULL",
                (day.isoformat(), result, shop, name),
            )

    def drop(self, shop: str, name: str) -> bool:
        """Forget a test; False where there is none of its name."""
        with self.writing() as database:
            query = "DELETE FROM advisor_experiment WHERE shop = ? AND name = ? RETURNING name"
            return bool(database.rows(query, (shop, name)))

    # ── runs ────────────────────────────────────────────────────────────────────────────────────
    def record(self, runs: Runs) -> None:
        """Keep *runs*, all of them or none."""
        with self.writing() as database:
            write_runs(database, runs)

    def runs(self, shop: str | None = None) -> list[RunLine]:
        """The runs of *shop*, or of all, newest day first."""
        return self.read(lambda database: list(_run_lines(database, shop)), [])

    def load(self, line: RunLine) -> Run:
        """A run with its rows. Its KPIs are those that no later run has replaced."""
        with self.reading() as database:
            return load_run(database, line)

    def forget(
        self, *, shop: str | None = None, before: date | None = None, run: int | None = None
    ) -> int:
        """Delete the runs of *shop*, of the days *before* one, or the one with the number *run*.
        Gives how many there were."""
        if not self.exists:
            return 0
        with self.writing() as database:
            asked = {"shop": shop, "day": before and before.isoformat(), "id": run}
            signs = {"shop": "=", "day": "<", "id": "="}
            given = {name: value for name, value in asked.items() if value is not None}
            where = " AND ".join(f"{name} {signs[name]} ?" for name in given) or "1 = 1"
            values = tuple(given.values())
            gone = f"SELECT id FROM advisor_run WHERE {where}"  # noqa: S608 (our own words)
            many = len(database.rows(gone, values))
            for table in ("finding", "action", "kpi"):
                database.rows(
                    f"DELETE FROM advisor_{table} WHERE run IN ({gone})",  # noqa: S608
                    values,
                )
            database.rows(f"DELETE FROM advisor_run WHERE {where}", values)  # noqa: S608
            database.rows(
                "DELETE FROM advisor_ruleset WHERE digest NOT IN (SELECT ruleset FROM advisor_run)"
            )
            return many


def write_runs(database: Database, runs: Runs) -> None:
    """Insert *runs* with their rows; inside a transaction."""
    tables = runs.tables()
    _write(database, "ruleset", tables["ruleset"], "ON CONFLICT DO NOTHING")
    rows = tables["run"]
    place = f"({', '.join('?' * rows.width)})"
    statement = _insert("run", rows.columns).replace(place, ", ".join([place] * rows.height))
    values = [value for row in rows.iter_rows() for value in row]
    numbers: dict[str, int] = dict(database.rows(f"{statement} RETURNING shop, id", values))
    newest = (
        "ON CONFLICT (shop, metric, day) DO UPDATE SET run = excluded.run, value = excluded.value"
    )
    for name, frame in runs.rows(numbers).items():
        _write(database, name, frame, newest if name == "kpi" else "")
    _write(database, "look", tables["look"], "ON CONFLICT DO NOTHING")
    _notice(database, tables["done"])


def notice_marks(store: Store, rows: pl.DataFrame) -> None:
    """Keep marks of changes that were noticed (DONE), where they have none."""
    with store.writing() as database:
        _notice(database, rows)


def _notice(database: Database, rows: pl.DataFrame) -> None:
    for shop, *row in rows.iter_rows():
        done = as_done(tuple(row))
        if not _same(database, shop, done):
            write_done(database, shop, done)


def _write(database: Database, table: str, frame: pl.DataFrame, conflict: str = "") -> None:
    database.many(f"{_insert(table, frame.columns)} {conflict}", frame.iter_rows())


def _same(database: Database, shop: str, done: DoneRow) -> list[tuple[int, bool]]:
    """The marks of the same change as *done*: of its action, on one of its subjects, near its day;
    their numbers, and whether they were noticed."""
    query = (
        "SELECT id, subjects, noticed FROM advisor_done "
        "WHERE shop = ? AND action = ? AND day >= ? AND day <= ?"
    )
    days = ((done.day - SAME).isoformat(), (done.day + SAME).isoformat())
    return [
        (number, noticed is not None)
        for number, subjects, noticed in database.rows(query, (shop, done.action, *days))
        if set(json.loads(subjects)) & set(done.subjects)
    ]


def _delete_mark(database: Database, number: int) -> None:
    database.rows("DELETE FROM advisor_done WHERE id = ?", (number,))
    database.rows("DELETE FROM advisor_look WHERE done = ?", (number,))


def load_run(database: Database, line: RunLine) -> Run:
    """The rows of a run."""
    frames = {name: database.of_runs(name, [line.id]) for name in ("finding", "action", "kpi")}
    kpis = frames["kpi"].sort("metric", "day").drop("run", "shop")
    return Run(
        info=line.info,
        findings=tuple(map(as_finding, _rows(frames["finding"].sort("id")))),
        actions=tuple(map(as_action, _rows(frames["action"].sort("rank")))),
        kpis=tuple(KpiRow(*row) for row in kpis.iter_rows()),
    )


def _rows(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    return frame.drop("run", "shop").iter_rows(named=True)


def write_done(database: Database, shop: str, done: DoneRow) -> int | None:
    """Insert a mark; its number, or None where the same is there."""
    query = f"{_insert('done', ('shop', *DONE_COLUMNS))} ON CONFLICT DO NOTHING RETURNING id"
    found = database.rows(query, (shop, *stored_values(done)))
    return found[0][0] if found else None


def write_experiment(database: Database, shop: str, row: ExperimentRow) -> bool:
    """Insert a test; False where there is one of its name."""
    columns = ("shop", *EXPERIMENT_COLUMNS)
    query = f"{_insert('experiment', columns)} ON CONFLICT DO NOTHING RETURNING name"
    return bool(database.rows(query, (shop, *stored_values(row))))


def experiments_of(database: Database, shops: Sequence[str]) -> dict[str, list[ExperimentRow]]:
    """The tests of each of *shops*, by their start."""
    many, columns = ", ".join("?" * len(shops)), ", ".join(EXPERIMENT_COLUMNS)
    query = (
        f"SELECT shop, {columns} FROM advisor_experiment "  # noqa: S608 (our own words)
        f"WHERE shop IN ({many}) ORDER BY shop, start, name"
    )
    found: dict[str, list[ExperimentRow]] = {}
    for shop, *row in database.rows(query, shops):
        found.setdefault(shop, []).append(as_experiment(tuple(row)))
    return found


def write_verdict(database: Database, number: int, verdict: VerdictRow) -> None:
    """Insert what was said of a mark; what was said first stays."""
    query = f"{_insert('look', ('done', *VERDICT_COLUMNS))} ON CONFLICT DO NOTHING"
    database.rows(query, (number, *stored_values(verdict)))


def marks_of(database: Database, shops: Sequence[str]) -> dict[str, list[Mark]]:
    """What was done in each of *shops*, oldest first."""
    many = ", ".join("?" * len(shops))
    done = ", ".join(f"d.{name}" for name in DONE_COLUMNS)
    said = ", ".join(f"v.{name}" for name in VERDICT_COLUMNS)
    query = (
        f"SELECT d.shop, d.id, {done}, {said} FROM advisor_done d "  # noqa: S608 (our own words)
        f"LEFT JOIN advisor_look v ON v.done = d.id WHERE d.undone = 0 AND d.shop IN ({many}) "
        "ORDER BY d.shop, d.day, d.id, v.day, v.days"
    )
    found: dict[str, dict[int, Mark]] = {}
    end = len(DONE_COLUMNS)
    for shop, number, *row in database.rows(query, shops):
        looks = () if row[end] is None else (as_verdict(tuple(row[end:])),)
        marks = found.setdefault(shop, {})
        if number not in marks:
            marks[number] = Mark(number, as_done(tuple(row[:end])))
        marks[number] = attrs.evolve(marks[number], looks=(*marks[number].looks, *looks))
    return {shop: list(marks.values()) for shop, marks in found.items()}


def levers_of(database: Database, before: date | None = None) -> list[LeverRow]:
    """How actions of all shops ended, by lever, niche and size; *before* a day, where one is
    given."""
    day = "9999" if before is None else before.isoformat()
    query = (
        "SELECT d.lever, d.niche, d.size, v.verdict, count(*) FROM advisor_done d "
        "JOIN advisor_look v ON v.done = d.id AND v.days = (SELECT min(f.days) FROM advisor_look f "
        "WHERE f.done = d.id AND f.verdict <> ?) WHERE v.day < ? "
        "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )
    counted: dict[tuple[str, str, str], dict[str, int]] = {}
    for lever, niche, size, verdict, many in database.rows(query, (Verdict.TOO_EARLY.value, day)):
        counted.setdefault((lever, niche, size), {})[verdict] = int(many)
    rows = (
        LeverRow(
            lever,
            many.get(Verdict.HELPED.value, 0),
            many.get(Verdict.NO_DIFFERENCE.value, 0),
            many.get(Verdict.HURT.value, 0),
            niche,
            size,
        )
        for (lever, niche, size), many in counted.items()
    )
    return [row for row in rows if row.called]


def has_run(database: Database, runs: Runs) -> bool:
    """Whether the same run is there; *runs* is one."""
    ((shop, digest),) = runs.tables()["run"].select("shop", "digest").iter_rows()
    query = "SELECT 1 FROM advisor_run WHERE shop = ? AND digest = ?"
    return bool(database.rows(query, (shop, digest)))


def _run_lines(database: Database, shop: str | None) -> Iterator[RunLine]:
    columns = ", ".join(f"r.{name}" for name in ("id", *RUN_COLUMNS))
    query = (
        f"SELECT {columns}, s.rules "  # noqa: S608 (our own words)
        "FROM advisor_run r JOIN advisor_ruleset s ON s.digest = r.ruleset"
    )
    where, values = ("", ()) if shop is None else (" WHERE r.shop = ?", (shop,))
    for row in database.rows(f"{query}{where} ORDER BY r.day DESC, r.id DESC", values):
        yield as_run_line(row)


def as_run_line(row: Row) -> RunLine:
    """A row of the id and RUN_COLUMNS of a run, and its rules."""
    number, *values, rules = row
    named: Mapping[str, Any] = dict(zip(RUN_COLUMNS, values, strict=True))
    info = RunInfo(
        shop=named["shop"],
        day=date.fromisoformat(named["day"]),
        first=_day(named["first"]),
        last=_day(named["last"]),
        chosen=bool(named["chosen"]),
        version=named["version"],
        rules=_rules(rules),
        config=named["config"],
        inputs=tuple(json.loads(named["inputs"])),
        currency=named["currency"],
    )
    return RunLine(number, info, named["findings"], named["actions"])


@lru_cache(maxsize=8)
def _rules(text: str) -> Mapping[str, str]:
    """The hashes of rules, which are the same in most runs."""
    found: Mapping[str, str] = json.loads(text)
    return found


def as_finding(row: Mapping[str, Any]) -> FindingRow:
    """A row of FINDINGS."""
    return FindingRow(**{**row, "state": State(row["state"])})


def as_action(row: Mapping[str, Any]) -> ActionRow:
    """A row of ACTIONS."""
    return ActionRow(**{**row, "findings": tuple(json.loads(row["findings"]))})


def as_done(row: Row) -> DoneRow:
    """A row of DONE_COLUMNS."""
    named: dict[str, Any] = dict(zip(DONE_COLUMNS, row, strict=True))
    named |= {name: _day(named[name]) for name in ("day", "due", "planned", "noticed")}
    return DoneRow(**{**named, "subjects": tuple(json.loads(named["subjects"]))})


def as_verdict(row: Row) -> VerdictRow:
    """A row of VERDICT_COLUMNS."""
    named: dict[str, Any] = dict(zip(VERDICT_COLUMNS, row, strict=True))
    named["day"] = date.fromisoformat(named["day"])
    named["verdict"] = Verdict(named["verdict"])
    return VerdictRow(**{**named, "others": tuple(json.loads(named["others"]))})


def as_experiment(row: Row) -> ExperimentRow:
    """A row of EXPERIMENT_COLUMNS."""
    named: dict[str, Any] = dict(zip(EXPERIMENT_COLUMNS, row, strict=True))
    named |= {name: _day(named[name]) for name in ("start", "due", "ended")}
    return ExperimentRow(**{**named, "versions": tuple(json.loads(named["versions"]))})


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _insert(table: str, columns: Sequence[str]) -> str:
    places = ", ".join("?" * len(columns))
    return f"INSERT INTO advisor_{table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
