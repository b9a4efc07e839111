"""Runs are kept beside the advisor.toml, listed, copied and deleted."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from advisor.history import Store
from tests.cli.conftest import Run
from tests.cli.exports import PROFILE, TODAY, WEAK, shop_folder

LATER = "2026-11-09"


@pytest.fixture(autouse=True)
def keep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADVISOR_HISTORY")


def days(shop: Path) -> list[str]:
    return [str(line.info.day) for line in Store(shop / "history.db").runs()]


def test_each_run_is_kept_and_never_read_as_an_export(run: Run, shop: Path) -> None:
    run("diagnose", shop)
    result = run("diagnose", shop, "--today", LATER, "--format", "json")

    document = json.loads(result.stdout)
    assert days(shop) == [LATER, TODAY]
    assert [one["file"] for one in document["inputs"]] == ["ads.csv"]


def test_a_history_that_is_named_is_said_not_to_be_an_export(run: Run, shop: Path) -> None:
    run("diagnose", shop)

    result = run("inspect", shop / "history.db", shop / "ads.csv")

    assert "history of runs" in result.stdout


@pytest.mark.parametrize("name", ["history.db-journal", "history.db"])
def test_what_a_killed_run_left_is_no_export(run: Run, shop: Path, name: str) -> None:
    (shop / name).write_bytes(b"" if name == "history.db" else b"journal")

    result = run("diagnose", shop, "--format", "json")

    assert [one["file"] for one in json.loads(result.stdout)["inputs"]] == ["ads.csv"]
    assert days(shop) == [TODAY] if name == "history.db" else True


def test_the_same_day_gives_the_same_bytes_whatever_ran_before(run: Run, shop: Path) -> None:
    run("diagnose", shop, "--today", "2026-10-26", "-q")
    plans = [run("diagnose", shop, "--format", "json").stdout for _ in range(3)]
    run("diagnose", shop, "--today", LATER, "-q")
    plans.append(run("diagnose", shop, "--format", "json").stdout)

    assert len(set(plans)) == 1


@pytest.mark.parametrize("how", ["option", "setting", "variable"])
def test_keeping_runs_can_be_turned_off(
    run: Run, shop: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    words: list[str] = []
    if how == "option":
        words = ["--no-history"]
    elif how == "setting":
        (shop / "advisor.toml").write_text(f"{PROFILE}\n[history]\nenabled = false\n")
    else:
        monkeypatch.setenv("ADVISOR_HISTORY", "off")

    assert run("diagnose", shop, *words).exit_code == 0
    assert not (shop / "history.db").exists()


def test_facts_and_standard_input_are_not_kept(run: Run, shop: Path, tmp_path: Path) -> None:
    config, facts = shop / "advisor.toml", tmp_path / "shop.facts"
    run("gather", shop, "-o", facts)
    run("diagnose", facts, "--config", config, "-o", tmp_path / "a")
    run("diagnose", "-", "--config", config, "-o", tmp_path / "b", stdin=WEAK.encode())

    assert not (shop / "history.db").exists()


def test_without_a_profile_nothing_is_kept(run: Run, shop: Path) -> None:
    (shop / "advisor.toml").unlink()
    run("diagnose", shop)

    assert not (shop / "history.db").exists()


def test_a_history_that_cannot_be_written_is_said_once_and_the_plan_is_made(
    run: Run, shop: Path
) -> None:
    (shop / "history.db").mkdir()

    result = run("diagnose", shop)

    assert result.exit_code == 0
    assert result.stderr.count("history") >= 1
    assert len(result.stderr.splitlines()) == 1
    assert (shop / "plan.md").is_file()


def test_a_database_of_somebody_else_is_left_alone(run: Run, shop: Path) -> None:
    with closing(sqlite3.connect(shop / "history.db")) as db:
        db.execute("CREATE TABLE visits (url TEXT)")

    result = run("diagnose", shop)

    assert result.exit_code == 0
    assert "not a history" in result.stderr


def test_each_shop_of_a_folder_has_its_own_history(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        shop_folder(tmp_path / "shops" / name)
    for day in (TODAY, LATER):
        assert run("diagnose", tmp_path / "shops", "--today", day, "-q").exit_code == 0

    assert days(tmp_path / "shops" / "a") == days(tmp_path / "shops" / "b") == [LATER, TODAY]


def test_runs_are_listed_copied_and_deleted(run: Run, shop: Path, tmp_path: Path) -> None:
    assert "No runs yet" in run("history", shop).stdout
    for day in (TODAY, LATER):
        run("diagnose", shop, "--today", day, "-q")
    listed = run("history", "list", shop).stdout
    assert listed == run("history", shop).stdout
    assert listed.index(LATER) < listed.index(TODAY)

    exported = tmp_path / "runs.jsonl"
    assert run("history", "export", shop, "-o", exported).exit_code == 0
    assert exported.read_text() == run("history", "export", shop).stdout
    assert len(exported.read_text().splitlines()) == 2

    assert run("history", "forget", shop).exit_code == 2
    assert run("history", "forget", shop, "--run", "77").exit_code == 2
    assert run("history", "forget", shop, "--before", LATER).exit_code == 0
    assert days(shop) == [LATER]
    assert run("history", "import", shop, exported).stdout == "1 added, 1 already there\n"
    assert days(shop) == [LATER, TODAY]
    assert run("history", "forget", shop, "--all").exit_code == 0
    assert days(shop) == []


def test_a_folder_without_a_profile_has_no_history(run: Run, tmp_path: Path) -> None:
    result = run("history", tmp_path)

    assert result.exit_code == 2
    assert "advisor.toml" in result.stderr


def test_the_address_of_a_history_is_not_shown(run: Run, shop: Path) -> None:
    text = f'{PROFILE}\n[history]\nurl = "postgresql://me:pa55@127.0.0.1:1/db"\n'
    (shop / "advisor.toml").write_text(text)

    shown = run("config", "explain", "history.url", "--config", shop / "advisor.toml")
    plan = run("diagnose", shop)

    assert shown.exit_code == plan.exit_code == 0
    for text in (shown.stdout, plan.stdout, plan.stderr, (shop / "plan.json").read_text()):
        assert "pa55" not in text
    assert len(plan.stderr.splitlines()) == 1


def test_an_address_of_another_database_is_refused_without_printing_it(
    run: Run, shop: Path
) -> None:
    (shop / "advisor.toml").write_text(f'{PROFILE}\n[history]\nurl = "mysql://me:pa55@h/db"\n')

    result = run("diagnose", shop)

    assert result.exit_code == 2
    assert "history.url" in result.stderr
    assert "pa55" not in result.stderr
