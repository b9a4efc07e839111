"""The history of a portfolio says what the histories of its shops would say."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import attrs
import polars as pl
import pytest

from advisor.history import Store
from advisor.plugin import load_plugins
from advisor.portfolio import (
    Dataset,
    Facts,
    LocalEngine,
    Options,
    Worker,
    gather_shops,
    run_portfolio,
)
from advisor.portfolio.history import History, clean_history, keep_list, lists_of
from advisor.portfolio.storage import open_storage
from tests.cli.conftest import Run, run
from tests.cli.exports import PROFILE, ads_file, shop_folder
from tests.cli.test_done import DONE, export, lists
from tests.portfolio.bucket import bucket
from tests.postgres import programs, server

__all__ = ["bucket", "run"]
DAYS = ("2026-11-02", "2026-11-09")


def _shop(folder: Path) -> Path:
    return shop_folder(folder, profile=PROFILE.replace("corner", folder.name))


@pytest.fixture
def shops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two shops with the same weak hook."""
    monkeypatch.delenv("ADVISOR_HISTORY")
    for name in ("ash", "birch"):
        _shop(tmp_path / "shops" / name)
    return tmp_path / "shops"


@pytest.mark.slow
def test_a_portfolio_has_the_history_that_each_shop_alone_has(
    run: Run, shops: Path, tmp_path: Path
) -> None:
    alone = _shop(tmp_path / "alone" / "ash")
    out = tmp_path / "out"
    for day in DAYS:
        run("portfolio", shops, "-o", out, "--plans", "all", "--format", "json", "--today", day)
        run("diagnose", alone, "--today", day, "-o", tmp_path / "plan", "--format", "json")
        if day == DAYS[0]:
            for place in (out / "ash", alone):
                assert run("done", "1", "--on", "2026-11-02", "--shop", place).exit_code == 0
            for folder in (shops / "ash", shops / "birch", alone):
                ads_file(folder, weak=False)
    expected = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert json.loads((out / "plans" / "ash" / "plan.json").read_text("utf-8")) == expected
    assert expected["since"]["solved"] == 2
    assert expected["done"]
    assert run("diff", out / "ash").stdout == run("diff", alone).stdout
    assert run("history", out / "ash").stdout.count("2026-11-") == 2
    document = json.loads(run("report", out, "--shop", "ash", "--format", "json").stdout)
    assert document["since"] == expected["since"]


def test_results_of_a_former_version_keep_their_history(tmp_path: Path) -> None:
    storage = open_storage(tmp_path)
    old = {"fingerprint": "f", "folders": ["ash"], "files": [], "plans": ["ash"], "formats": []}
    storage.write({"blocks/00000.json": json.dumps({**old, "failures": []})})
    storage.write({"manifest.json": json.dumps({"schema_version": 2})})
    names = [f"history/2026-11-{day}/00000-run.parquet" for day in ("02", "09")]
    storage.write(dict.fromkeys(names, ""))
    assert not Dataset(tmp_path).done_blocks()
    lists = lists_of(storage)
    assert lists == {"2026-11-02": None, "2026-11-09": None}
    # The second is replaced by a run of this version, which is killed before it counts.
    new = keep_list(storage, "2026-11-09", ["00000-5f2e"])
    assert new is None
    storage.write({"history/2026-11-09/00000-5f2e-run.parquet": ""})
    new = keep_list(storage, "2026-11-09", ["00000-5f2e"])
    clean_history(storage, {**lists, "2026-11-09": new})
    assert storage.names("history") == [
        "2026-11-02/00000-run.parquet",
        "2026-11-09/00000-5f2e-run.parquet",
        f"2026-11-09/{new}.json",
    ]


def test_a_shop_of_the_results_is_muted_in_its_own_settings(
    run: Run, shops: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run("portfolio", shops, "-o", out, "--plans", "none", "--today", DAYS[0], "--jobs", "1")
    assert run("mute", "1", "--reason", "known", "--shop", out / "birch").exit_code == 0
    assert "[[mute]]" in (shops / "birch" / "advisor.toml").read_text(encoding="utf-8")
    assert "[[mute]]" not in (shops / "ash" / "advisor.toml").read_text(encoding="utf-8")
    result = run("diff", out / "birhc")
    assert result.exit_code == 2
    assert "did you mean 'birch'?" in result.stderr


@pytest.mark.parametrize("place", ["folder", pytest.param("store", marks=pytest.mark.slow)])
def test_a_shop_whose_settings_are_elsewhere_is_muted_in_the_results(
    run: Run, shops: Path, tmp_path: Path, request: pytest.FixtureRequest, place: str
) -> None:
    top = request.getfixturevalue("bucket") if place == "store" else str(tmp_path)
    facts, out = Facts(f"{top}/facts"), f"{top}/out"
    engine = LocalEngine(Worker(load_plugins()))
    options = Options(today=DAYS[0], history=True, partition=DAYS[0])
    gather_shops(sorted(shops.iterdir()), facts, options, engine=engine)
    shutil.rmtree(shops)
    run_portfolio(facts, out, options, engine=engine)
    findings = Dataset(out).table("findings").collect().filter(shop="birch")
    for rule in findings["rule"].unique():
        told = run("mute", rule, "--reason", "known", "--shop", f"{out}/birch")
        assert "in the results" in told.stdout
    later = attrs.evolve(options, today=DAYS[1], partition=DAYS[1])
    run_portfolio(facts, out, later, engine=engine)
    found = Dataset(out).table("findings").collect()["shop"].unique().to_list()
    assert found == ["ash"]
    document = json.loads(run("report", out, "--shop", "birch", "--format", "json").stdout)
    assert not document["findings"]
    assert {one["reason"] for one in document["suppressed"]} == {"known"}


def test_a_change_is_noticed_when_all_shops_are_done(run: Run, shops: Path, tmp_path: Path) -> None:
    shutil.rmtree(shops / "ash")
    shop, out = shops / "birch", tmp_path / "out"
    given = ("portfolio", shops, "-o", out, "--format", "json", "--jobs", "1", "--today")
    lists(shop, "")
    export(shop, DONE - timedelta(days=1), lift=1, untouched=0)
    assert run(*given, DONE, "--plans", "none").exit_code == 0
    lists(shop, "2026-10-03,1,Autumn,budget,20,60,\n")
    later, last = DONE + timedelta(days=7), DONE + timedelta(days=8)
    assert run(*given, later, "--plans", "all").exit_code == 0

    (mark,) = Store(partitions=History(open_storage(out))).marks("birch")
    assert (mark.done.rule, mark.done.noticed) == ("operator/budget-below-bids", later)
    plan = out / "plans" / "birch" / "plan.json"
    assert json.loads(plan.read_text("utf-8"))["done"] == []
    again = run(*given, later, "--plans", "none").stdout
    assert "1 of them done before" in again
    assert run(*given, last, "--plans", "all").exit_code == 0
    (done,) = json.loads(plan.read_text("utf-8"))["done"]
    assert "Noticed in your files." in done["text"]
    assert run("done", "--undo", mark.number, "--shop", out / "birch").exit_code == 0
    assert run(*given, last, "--plans", "all").exit_code == 0
    assert json.loads(plan.read_text("utf-8"))["done"] == []


def _move_to_other_blocks(out: Path, patch: pytest.MonkeyPatch) -> None:
    """Makes the next run cut the shops into blocks anew, of one shop each."""
    shutil.rmtree(out / "blocks")
    patch.setattr("advisor.portfolio.pool.SMALL_BLOCK", 1)
    patch.setattr("advisor.portfolio.pool.BLOCK", 1)


@pytest.mark.slow
def test_a_shop_that_moves_to_another_block_keeps_its_history(
    run: Run, shops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    given = ("portfolio", shops, "-o", out, "--plans", "all", "--format", "json", "--jobs", "1")
    monkeypatch.setattr("advisor.portfolio.pool.LEAST_BLOCKS", 1)
    assert run(*given, "--today", DAYS[0]).exit_code == 0
    assert len(list((out / "blocks").iterdir())) == 1
    _move_to_other_blocks(out, monkeypatch)
    ads_file(shops / "birch", weak=False)
    assert run(*given, "--today", DAYS[1]).exit_code == 0
    assert len(list((out / "blocks").iterdir())) == 2
    since = json.loads((out / "plans" / "birch" / "plan.json").read_text("utf-8"))["since"]
    assert since["solved"] == 2
    assert run("history", out / "birch").stdout.count("2026-11-") == 2


@pytest.mark.slow
def test_a_shop_may_keep_its_history_in_a_database(
    run: Run, shops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = programs()
    if home is None:
        pytest.skip("there is no PostgreSQL")
    with server(home) as postgres:
        profile = shops / "ash" / "advisor.toml"
        text = profile.read_text(encoding="utf-8")
        profile.write_text(f'{text}\n[history]\nurl = "{postgres.url()}"\n', encoding="utf-8")
        out = tmp_path / "out"
        given = ("portfolio", shops, "-o", out, "--plans", "all", "--format", "json")
        assert run(*given, "--jobs", "1", "--today", DAYS[0]).exit_code == 0
        for name in ("ash", "birch"):
            assert run("done", "1", "--on", DAYS[0], "--shop", out / name).exit_code == 0
        _move_to_other_blocks(out, monkeypatch)
        for name in ("ash", "birch"):
            ads_file(shops / name, weak=False)
        assert run(*given, "--jobs", "1", "--today", DAYS[1]).exit_code == 0
        for name in ("ash", "birch"):
            plan = json.loads((out / "plans" / name / "plan.json").read_text("utf-8"))
            assert plan["since"]["solved"] == 2
        kept = {n: Store(url=postgres.url()).runs(n) for n in ("ash", "birch")}
        for name in ("ash", "birch"):
            place = out / name
            assert DAYS[0] in run("done", "--list", "--shop", place).stdout
            assert "2 solved" in run("diff", place).stdout
            assert "No results yet" in run("playbook", place).stdout
            muting = ("mute", "guide/weak-hook", "--reason", "known", "--shop", place)
            assert run(*muting).exit_code == 0
            assert "[[mute]]" in (shops / name / "advisor.toml").read_text(encoding="utf-8")
    assert [str(one.info.day) for one in kept["ash"]] == [*reversed(DAYS)]
    assert not kept["birch"]
    partitions = [pl.read_parquet(path)["shop"] for path in out.glob("history/*/*-run.parquet")]
    assert {shop for one in partitions for shop in one} == {"birch"}
