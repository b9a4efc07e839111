"""The store holds whole runs, in both databases alike."""

import multiprocessing
import os
import signal
import sqlite3
import sys
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import attrs
import pytest

from advisor.errors import AdvisorError
from advisor.history import DoneRow, PastQuestion, Run, State, Store, read_past, runs_of
from advisor.history.migrations import MIGRATIONS
from advisor.history.store import write_runs
from advisor.model import HISTORY_ID
from tests.history.runs import finding, run
from tests.postgres import Server

DAYS = [date(2026, 9, 7) + timedelta(weeks=week) for week in range(3)]
FORK = multiprocessing.get_context("spawn")


def keep(store: Store, one: Run) -> None:
    store.record(runs_of([one]))


def ask(store: Store, day: date, *, chosen: bool = False, last: date | None = None) -> PastQuestion:
    return PastQuestion("corner", store, day, chosen, last)


def test_a_run_comes_back_as_it_went_in(store: Store) -> None:
    given = run(DAYS[0], finding("a"), finding("b", State.UNSURE, value=None, low=None, high=None))
    keep(store, given)

    (line,) = store.runs("corner")

    assert (line.info, line.findings, line.actions) == (given.info, 1, 1)
    loaded = store.load(line)
    assert attrs.evolve(loaded, kpis=()) == attrs.evolve(given, kpis=())
    assert sorted(loaded.kpis, key=lambda k: k.day) == sorted(given.kpis, key=lambda k: k.day)


def test_a_store_that_is_not_there_has_no_runs_and_is_not_made_by_looking(tmp_path: Path) -> None:
    store = Store(tmp_path / "history.db")

    assert store.runs() == []
    assert read_past([ask(store, DAYS[0])]).runs == {}
    assert list(tmp_path.iterdir()) == []


def test_the_newest_run_of_an_earlier_day_is_the_past(store: Store) -> None:
    for day, name in zip(DAYS, "abc", strict=True):
        keep(store, run(day, finding(name)))
    keep(store, run(DAYS[1], finding("later-that-day")))
    keep(store, run(DAYS[1], finding("a-month"), chosen=True))
    keep(store, run(DAYS[1], finding("elsewhere"), shop="another"))

    past = read_past([ask(store, DAYS[2])])

    assert past.runs["corner"].day == DAYS[1]
    assert past.findings["id"].to_list() == ["id-later-that-day"]
    assert read_past([ask(store, DAYS[0])]).runs == {}
    assert read_past([ask(store, DAYS[2], chosen=True)]).findings["id"].to_list() == ["id-a-month"]
    before = read_past([ask(store, DAYS[2], last=DAYS[0])])
    assert before.findings["id"].to_list() == ["id-a"]


def test_shops_of_one_database_are_asked_for_together(store: Store) -> None:
    for shop in ("a", "b"):
        keep(store, run(DAYS[0], finding(shop), shop=shop))

    questions = [PastQuestion(shop, store, DAYS[1], chosen=False, last=None) for shop in "abc"]
    past = read_past(questions)

    assert set(past.runs) == {"a", "b"}
    assert past.findings.select("shop", "id").rows() == [("a", "id-a"), ("b", "id-b")]


def test_a_day_of_a_kpi_is_kept_once_with_its_newest_value(store: Store) -> None:
    first, second = run(DAYS[0]), run(DAYS[1])
    keep(store, first)
    keep(store, second)

    kept = [store.load(line).kpis for line in store.runs()]

    days = [row.day for rows in kept for row in rows]
    assert len(days) == len(set(days)) == 35


def test_runs_are_forgotten_with_their_rows(store: Store) -> None:
    for day in DAYS:
        keep(store, run(day, finding("a")))

    assert store.forget(shop="another") == 0
    assert store.forget(shop="corner", before=DAYS[1]) == 1
    assert [line.info.day for line in store.runs()] == [DAYS[2], DAYS[1]]
    assert store.forget(run=store.runs()[0].id) == 1
    assert store.forget() == 1
    with store.reading() as database:
        for table in ("run", "finding", "action", "kpi", "ruleset"):
            assert database.rows(f"SELECT count(*) FROM advisor_{table}") == [(0,)]


def test_an_unfinished_run_leaves_nothing(store: Store) -> None:
    keep(store, run(DAYS[0], finding("a")))

    def fails() -> None:
        with store.writing() as database:
            write_runs(database, runs_of([run(DAYS[1], finding("b"))]))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()

    assert [line.info.day for line in store.runs()] == [DAYS[0]]


def _write_and_die(store: Store, one: Run) -> None:
    with store.writing() as database:
        write_runs(database, runs_of([one]))
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("before", [0, 1])
def test_a_process_that_is_killed_while_it_writes_leaves_nothing(store: Store, before: int) -> None:
    for day in DAYS[:before]:
        keep(store, run(day, finding("a")))
    child = FORK.Process(target=_write_and_die, args=(store, run(DAYS[1], finding("b"))))
    child.start()
    child.join(60)

    assert child.exitcode == -signal.SIGKILL
    assert [line.info.day for line in store.runs()] == DAYS[:before]
    keep(store, run(DAYS[2], finding("c")))
    assert len(store.runs()) == before + 1


def test_two_runs_at_once_are_both_kept(store: Store) -> None:
    runs = [run(day, *(finding(str(i)) for i in range(200))) for day in DAYS]
    children = [FORK.Process(target=keep, args=(store, one)) for one in runs]
    for child in children:
        child.start()
    for child in children:
        child.join(60)

    assert [line.info.day for line in store.runs()] == DAYS[::-1]
    assert {line.findings for line in store.runs()} == {200}


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE visits (url TEXT)")
    before = path.read_bytes()

    for act in (Store(path).runs, partial(keep, Store(path), run(DAYS[0]))):
        with pytest.raises(AdvisorError) as caught:
            act()
        assert str(path) in str(caught.value)

    assert path.read_bytes() == before


def test_a_newer_store_is_not_touched(store: Store) -> None:
    keep(store, run(DAYS[0]))
    with store.writing() as database:
        newer = len(MIGRATIONS) + 1
        if store.file is not None:
            database.rows(f"PRAGMA user_version = {newer}")
        else:
            database.rows("INSERT INTO advisor_version VALUES (?)", (newer,))

    with pytest.raises(AdvisorError):
        keep(store, run(DAYS[1]))
    with pytest.raises(AdvisorError):
        store.runs()


def test_a_broken_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(b"SQLite format 3\x00" + b"x" * 5000)

    with pytest.raises(AdvisorError):
        Store(path).runs()


def test_what_cannot_be_stored_is_one_line(store: Store) -> None:
    with pytest.raises(AdvisorError):
        keep(store, run(DAYS[0], attrs.evolve(finding("a"), name="\ud800")))
    assert store.runs() == []


def test_no_password_is_told(running: Server) -> None:
    store = Store(url=running.url(password="other-s3cret"))

    with pytest.raises(AdvisorError) as caught:
        store.runs()

    assert "s3cret" not in str(caught.value) + repr(store)


@pytest.mark.slow
def test_five_years_of_weekly_runs_take_less_than_50_megabytes(tmp_path: Path) -> None:
    store = Store(tmp_path / "history.db")
    rules = {f"guide/rule-{number}": "12345678" for number in range(120)}
    inputs = tuple(f"{number:016}" for number in range(20))
    # 200 subjects, each with one finding on average, and names as long as captions are.
    rows = [
        attrs.evolve(finding(f"{number:019}"), name="A caption of a video " * 4)
        for number in range(200)
    ]
    for week in range(260):
        day = date(2021, 1, 4) + timedelta(weeks=week)
        keep(store, run(day, *rows, rules=rules, inputs=inputs))

    assert store.file is not None
    assert store.file.stat().st_size < 50e6


def test_a_store_of_the_first_version_is_brought_to_the_newest(tmp_path: Path) -> None:
    store = Store(tmp_path / "history.db")
    assert store.file is not None
    with closing(sqlite3.connect(store.file)) as db, db:
        for statement in MIGRATIONS[0]:
            db.execute(statement.replace("{id}", "INTEGER PRIMARY KEY"))
        db.execute(f"PRAGMA application_id = {HISTORY_ID}")
        db.execute("PRAGMA user_version = 1")
        db.execute("INSERT INTO advisor_ruleset VALUES ('r', '{}')")
        db.execute(
            "INSERT INTO advisor_run VALUES "
            "(1, 'corner', '2026-09-07', NULL, NULL, 0, '0.1.0', 'r', 'c', '[]', 'USD', 'd')"
        )
        db.execute(
            "INSERT INTO advisor_action VALUES "
            "(1, 'a', 1, 'guide/x', 'hook', 'Do it', NULL, NULL, NULL, NULL, NULL, 0.5, '[]')"
        )

    (line,) = store.runs()

    assert line.info.day == DAYS[0]
    assert store.load(line).actions[0].kind == ""
    with store.reading() as database:
        assert database.version == len(MIGRATIONS)


def noticed(day: date, noticed: date | None, *subjects: str) -> DoneRow:
    return DoneRow(
        action="act-1",
        day=day,
        due=day + timedelta(days=30),
        planned=DAYS[0],
        rule="guide/weak-hook",
        lever="creative.hook",
        what="Test hooks",
        kind="ad",
        subjects=subjects,
        note="",
        metric="ctr",
        now=None,
        target=None,
        low=None,
        mid=None,
        high=None,
        money="",
        currency=None,
        noticed=noticed,
    )


def record(store: Store, day: date, *done: DoneRow) -> None:
    keep(store, attrs.evolve(run(day, finding("a")), noticed=done))


def test_one_change_has_one_mark_and_that_by_hand_holds(store: Store) -> None:
    seen = noticed(DAYS[0], DAYS[1], "a")
    record(store, DAYS[1], seen, noticed(DAYS[0], DAYS[1], "b"))
    record(store, DAYS[2], noticed(DAYS[0] + timedelta(days=1), DAYS[2], "a"))
    assert [mark.done.subjects for mark in store.marks("corner")] == [("a",), ("b",)]

    by_hand = noticed(DAYS[0], None, "a", "c")
    assert store.mark("corner", by_hand)
    record(store, DAYS[2], seen)

    assert {mark.done.subjects: mark.done.noticed for mark in store.marks("corner")} == {
        ("b",): DAYS[1],
        ("a", "c"): None,
    }


def test_what_was_noticed_and_taken_back_is_not_noticed_again(store: Store) -> None:
    seen = noticed(DAYS[0], DAYS[1], "a")
    record(store, DAYS[1], seen)
    (mark,) = store.marks("corner")
    assert store.unmark("corner", mark.number)
    assert not store.unmark("corner", mark.number)

    record(store, DAYS[2], seen)
    assert store.marks("corner") == []

    assert store.mark("corner", attrs.evolve(seen, noticed=None))
    assert len(store.marks("corner")) == 1


def test_the_run_that_notices_knows_it_on_later_days_alone(store: Store) -> None:
    record(store, DAYS[1], noticed(DAYS[0], DAYS[1], "a"))

    assert read_past([ask(store, DAYS[1])]).marks["corner"] == []
    assert len(read_past([ask(store, DAYS[2])]).marks["corner"]) == 1
