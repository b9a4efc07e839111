"""What is exported is imported again, and nothing twice."""

from datetime import date, timedelta
from pathlib import Path

import attrs
import pytest

from advisor.errors import AdvisorError
from advisor.history import State, Store, export_lines, import_lines, run_line, runs_of
from tests.history.runs import finding, run

DAYS = [date(2026, 9, 7) + timedelta(weeks=week) for week in range(3)]


def test_an_export_is_imported_whole_and_once(store: Store, tmp_path: Path) -> None:
    for day in DAYS:
        store.record(runs_of([run(day, finding("a"), finding("b", State.MISSING, value=None))]))
    lines = list(export_lines(store))
    other = Store(tmp_path / "other.db")

    assert import_lines(other, lines, where="x") == (3, 0)
    assert import_lines(other, lines, where="x") == (0, 3)
    assert list(export_lines(other)) == lines
    assert import_lines(store, lines, where="x") == (0, 3)


GOOD = run_line(run(DAYS[0], finding("a")))


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        "[]",
        "{}",
        '{"history": 2, "run": {}}',
        '{"history": 1, "run": {"info": 3}}',
        '{"history": 1}',
        GOOD.replace('"fires"', '"burns"'),
        GOOD.replace("2026-09-07", "2026-13-07"),
        GOOD.replace('"worse":-1', '"worse":1e999'),
        "[" * 100_000,
    ],
)
def test_a_line_of_something_else_is_an_error_with_its_number(tmp_path: Path, line: str) -> None:
    store = Store(tmp_path / "history.db")

    with pytest.raises(AdvisorError) as caught:
        import_lines(store, ["", GOOD, line], where="runs.jsonl")

    assert "runs.jsonl, line 3" in str(caught.value)
    assert store.runs() == []


def test_numbers_that_no_database_holds_are_one_line(tmp_path: Path) -> None:
    store = Store(tmp_path / "history.db")
    huge = attrs.evolve(run(DAYS[0]), findings=(finding("a", worse=10**30),))

    with pytest.raises(AdvisorError):
        import_lines(store, [run_line(huge)], where="x")

    assert store.runs() == []
