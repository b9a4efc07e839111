"""Tests that are started, shown in the plan, and read when their days are over."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from advisor.history import Store, export_lines, import_lines
from tests.cli.conftest import Run
from tests.cli.exports import FINE, LAST, TODAY, WEAK, shop_folder

FIRST = LAST - timedelta(days=13)
DESIGN = ("--metric", "ctr", "--subject-a", WEAK, "--subject-b", FINE, "--on", FIRST)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.delenv("ADVISOR_HISTORY")
    return shop_folder(tmp_path / "corner")


def start(run: Run, shop: Path, days: int) -> Any:
    return run("experiment", "start", "Hooks", *DESIGN, "--days", days, "--shop", shop)


def experiments(run: Run, shop: Path) -> Any:
    made = run("diagnose", shop, "--today", TODAY, "--format", "json")
    return json.loads(made.stdout)["experiments"]


def test_a_test_that_runs_is_in_the_plan_and_not_read_too_early(run: Run, shop: Path) -> None:
    assert start(run, shop, 60).exit_code == 0
    due = FIRST + timedelta(days=60)

    (shown,) = experiments(run, shop)
    read = run("experiment", "read", shop, "--test", "Hooks", "--today", TODAY)

    assert (shown["name"], shown["due"], shown["ready"]) == ("Hooks", due.isoformat(), False)
    assert read.exit_code == 0
    assert "planned" in read.stdout
    (test,) = Store(shop / "history.db").experiments("corner")
    assert test.ended is None


def test_a_test_that_is_over_is_read_once_and_leaves_the_plan(run: Run, shop: Path) -> None:
    start(run, shop, 14)

    (shown,) = experiments(run, shop)
    read = run("experiment", "read", shop, "--test", "Hooks", "--today", TODAY)

    assert shown["ready"]
    assert read.exit_code == 0
    assert f"{FINE}: better" in run("experiment", "list", "--shop", shop).stdout
    later = run("diagnose", shop, "--today", "2026-11-03", "--format", "json")
    assert json.loads(later.stdout)["experiments"] == []


def test_mistakes_are_one_line(run: Run, shop: Path) -> None:
    assert "No test was started" in run("experiment", "list", "--shop", shop).stdout
    start(run, shop, 14)
    read = ("experiment", "read", shop)

    assert start(run, shop, 14).exit_code == 2
    for words in (
        (*read, "--test", "Hook"),
        (*read, "--test", "Hooks", "--metric", "ctr"),
        (*read, "--test", "Hooks", "--today", FIRST),
        ("experiment", "read", "--test", "Hooks"),
        read,
        ("experiment", "list", "--forget", "Hook", "--shop", shop),
    ):
        result = run(*words)
        assert result.exit_code == 2
        assert "Traceback" not in result.stderr
    assert run("experiment", "list", "--forget", "Hooks", "--shop", shop).exit_code == 0
    assert Store(shop / "history.db").experiments("corner") == []


def test_tests_move_with_an_export(run: Run, shop: Path, tmp_path: Path) -> None:
    start(run, shop, 14)
    run("diagnose", shop, "--today", TODAY, "-q")
    store, other = Store(shop / "history.db"), Store(tmp_path / "other.db")

    import_lines(other, export_lines(store), where="x")

    assert other.experiments("corner") == store.experiments("corner")
