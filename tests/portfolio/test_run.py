"""A portfolio run: the same results as single runs, whole or not at all, and resumable."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from advisor.diagnosis import Diagnosis, diagnose
from advisor.document import Document, compose_document
from advisor.errors import AdvisorError
from advisor.model import Request, read_settings
from advisor.plugin import load_plugins
from advisor.portfolio import (
    Dataset,
    Filter,
    LocalEngine,
    Options,
    PlanLink,
    Plans,
    ProcessEngine,
    Worker,
    failed_shops,
    make_index,
    report_of,
    run_portfolio,
    worst_shops,
)
from advisor.portfolio.dataset import TABLES
from advisor.report import Index
from tests.cli.conftest import Run, run
from tests.cli.exports import PROFILE, TODAY, ad_days, shop_folder
from tests.shapes import ads_manager

__all__ = ["run"]
DAY = date.fromisoformat(TODAY)
OPTIONS = Options(today=TODAY)
NAMES = ("ash", "birch", "cedar")


@pytest.fixture
def shops(tmp_path: Path) -> list[Path]:
    """Three small shops, one of which has nothing to fix."""
    folder = tmp_path / "shops"
    made = [shop_folder(folder / name, weak=name != "birch") for name in NAMES]
    for one in made:
        profile = one / "advisor.toml"
        profile.write_text(profile.read_text().replace("corner", one.name), encoding="utf-8")
    return made


def frames(out: Path) -> dict[str, pl.DataFrame]:
    whole = {name: Dataset(out).table(name).collect() for name in TABLES}
    return {**whole, "shops": whole["shops"].drop("facts")}  # which depends on the blocks


def index_of(out: Path) -> Index:
    dataset = Dataset(out)
    return make_index(dataset, load_plugins(), DAY, plans={})[0]


def single(folder: Path) -> pl.DataFrame:
    request = Request((str(folder),), DAY, read_settings(folder / "advisor.toml"))
    from advisor.diagnosis import diagnose_block, open_shop
    from advisor.knowledge import Resolver

    resolver = Resolver(load_plugins())
    return diagnose_block([open_shop(request, resolver)], resolver).findings


def test_a_shop_in_a_portfolio_has_the_findings_of_its_own_run(
    shops: Sequence[Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(2))
    found = frames(out)
    assert found["shops"]["folder"].to_list() == list(NAMES)
    for folder in shops:
        own = found["findings"].filter(pl.col("shop") == folder.name)
        assert_frame_equal(own, single(folder))


@pytest.mark.slow
def test_one_or_two_processes_give_the_same(shops: Sequence[Path], tmp_path: Path) -> None:
    run_portfolio(shops, tmp_path / "one", OPTIONS, engine=ProcessEngine(1))
    run_portfolio(shops, tmp_path / "two", OPTIONS, engine=ProcessEngine(2))
    one, two = frames(tmp_path / "one"), frames(tmp_path / "two")
    for name in TABLES:
        assert_frame_equal(one[name], two[name])


def test_a_bad_shop_costs_itself_and_one_line(shops: list[Path], tmp_path: Path) -> None:
    (shops[0] / "advisor.toml").write_text("[shop", encoding="utf-8")
    (shops[1] / "ads.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    out = tmp_path / "out"
    run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(1))
    index = index_of(out)
    assert [one.id for one in index.failed] == ["ash", "birch"]
    assert [one.id for one in index.shops] == ["cedar"]
    profile = shops[1] / "advisor.toml"
    owned = profile.read_text(encoding="utf-8").replace("[shop]", '[shop]\nowner = "Ana"')
    profile.write_text(owned, encoding="utf-8")
    assert [one.id for one in failed_shops(Dataset(out), Filter(owner="Ana"))] == ["birch"]


def test_a_report_is_made_without_the_exports(shops: list[Path], tmp_path: Path) -> None:
    registry = load_plugins()
    request = Request((str(shops[0]),), DAY, read_settings(shops[0] / "advisor.toml"))
    expected = compose_document(diagnose(request, registry))
    out = tmp_path / "out"
    run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(1))
    shutil.rmtree(shops[0].parent)
    report = report_of(out, "ash", registry)
    assert report.document.plan == expected.plan
    assert report.document.findings == expected.findings
    assert report.request.settings.shop.id == "ash"


@pytest.mark.slow
def test_without_facts_a_report_says_what_is_missing(shops: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_portfolio(shops, out, Options(today=TODAY, facts=False), engine=ProcessEngine(1))
    with pytest.raises(AdvisorError, match="facts were not kept"):
        report_of(out, "ash", load_plugins())


def test_what_has_not_changed_is_not_done_again(shops: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(1)).before == 0
    assert run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(1)).before == 3
    os.utime(shops[1] / "ads.csv", (1, 1))
    # The block of the third shop is kept.
    assert run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(1)).before == 1
    assert (
        run_portfolio(shops, out, Options(today="2026-11-03"), engine=ProcessEngine(1)).before == 0
    )


@pytest.mark.slow
def test_a_shop_that_left_is_gone_from_the_results(shops: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(1))
    run_portfolio(shops[:2], out, OPTIONS, engine=ProcessEngine(1))
    assert frames(out)["shops"]["folder"].to_list() == list(NAMES[:2])
    names = {path.stem for path in (out / "blocks").iterdir()}
    assert names == set(Dataset(out).manifest()["blocks"])


@pytest.mark.slow
def test_a_damaged_block_is_done_again(shops: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(1))
    expected = frames(out)
    block, *_ = Dataset(out).manifest()["blocks"]
    (out / "findings" / f"{block}.parquet").write_bytes(b"torn")
    assert run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(1)).before == 1
    assert_frame_equal(frames(out)["findings"], expected["findings"])


@pytest.mark.slow
def test_what_a_killed_run_was_about_to_write_is_no_block(
    shops: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(1))
    staged = out / "blocks" / ".advisor-writing-0123456789abcdef"
    staged.mkdir()
    for block in (out / "blocks").glob("*.json"):
        block.rename(staged / block.name)
    assert Dataset(out).storage.names("blocks") == []

    result = run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(1))

    assert result.before == 0
    assert {*Dataset(out).done_blocks()} == {*Dataset(out).manifest()["blocks"]}


def test_the_worst_shops_come_first(shops: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(1))
    assert "birch" not in worst_shops(Dataset(out), 2)
    index = index_of(out)
    assert [one.id for one in index.shops][:2] == list(worst_shops(Dataset(out), 2))


@pytest.mark.slow
def test_plans_are_written_for_those_that_are_asked_for(shops: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_portfolio(
        shops,
        out,
        OPTIONS,
        plans=Plans(choose=lambda _: ["cedar"], formats=("md",)),
        engine=ProcessEngine(1),
    )
    assert [one.name for one in (out / "plans").iterdir()] == ["cedar"]
    assert (out / "plans" / "cedar" / "plan.md").is_file()


@pytest.mark.slow
def test_plans_are_those_of_the_last_run_alone(shops: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    engine = LocalEngine(Worker(load_plugins()))
    made: list[Mapping[str, PlanLink]] = []

    def note(_: Dataset, links: Mapping[str, PlanLink]) -> Mapping[str, str]:
        made.append(links)
        return {"index.md": str(len(made))}

    def plans(*names: str, formats: Sequence[str] = ("json", "html")) -> set[str]:
        chosen = Plans(choose=lambda _: names, formats=tuple(formats))
        run_portfolio(shops, out, OPTIONS, plans=chosen, reports=note, engine=engine)
        assert made[-1] == {
            name: PlanLink(f"plans/{name}", page="html" in formats) for name in names
        }
        top = out / "plans"
        files = [path for path in top.rglob("*") if path.is_file()]
        return {path.relative_to(top).as_posix() for path in files if path.suffix != ".csv"}

    assert plans("ash", "cedar") == {
        f"{n}/plan.{s}" for n in ("ash", "cedar") for s in ("json", "html")
    }
    (out / "plans" / "ash" / "mine.txt").touch()
    written = (out / "plans" / "cedar" / "plan.html").stat()
    assert plans("cedar") == {"ash/mine.txt", "cedar/plan.json", "cedar/plan.html"}
    assert (out / "plans" / "cedar" / "plan.html").stat() == written  # made of the same as before
    assert plans("cedar", formats=("json",)) == {"ash/mine.txt", "cedar/plan.json"}


@pytest.mark.slow
def test_a_shop_that_ends_its_process_is_found_and_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A site module that ends the worker when it reads one certain shop: a crash in a library.
    hooks = tmp_path / "site"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(
        "import os, sys\n"
        "def audit(event, args):\n"
        "    if event == 'open' and 'crash' in str(args[0]) and str(args[0]).endswith('.csv'):\n"
        "        os._exit(139)\n"
        "sys.addaudithook(audit)\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(hooks), *filter(None, sys.path)]))
    monkeypatch.setattr("advisor.portfolio.pool.LEAST_BLOCKS", 1)
    folder = tmp_path / "shops"
    shops = [shop_folder(folder / name) for name in ("ash", "crash", "elm")]
    for one in shops:
        profile = one / "advisor.toml"
        profile.write_text(profile.read_text().replace("corner", one.name), encoding="utf-8")
    out = tmp_path / "out"
    run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(1))
    rows = frames(out)["shops"].select("folder", "problem").sort("folder")
    assert rows["folder"].to_list() == ["ash", "crash", "elm"]
    assert [bool(problem) for problem in rows["problem"]] == [False, True, False]
    assert "its process ended" in rows["problem"][1]


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_and_ends_like_an_unbroken_one(tmp_path: Path) -> None:
    folder = tmp_path / "shops"
    for number in range(12):
        one = shop_folder(folder / f"shop-{number:02}")
        profile = one / "advisor.toml"
        profile.write_text(profile.read_text().replace("corner", one.name), encoding="utf-8")
    shops = sorted(folder.iterdir())
    run_portfolio(shops, tmp_path / "whole", OPTIONS, engine=ProcessEngine(2))
    out = tmp_path / "out"
    command = [sys.executable, "-P", "-m", "advisor.cli", "portfolio", str(folder)]
    command += ["-o", str(out), "--today", TODAY, "--plans", "none", "--quiet"]
    for seconds in (2.0, 3.0, 4.0):
        with subprocess.Popen(command, start_new_session=True) as process:
            time.sleep(seconds)
            os.killpg(process.pid, signal.SIGKILL)
        assert not (out / "manifest.json").exists() or json.loads(
            (out / "manifest.json").read_text()
        )
    run_portfolio(shops, out, OPTIONS, engine=ProcessEngine(2))
    for name, frame in frames(tmp_path / "whole").items():
        assert_frame_equal(frames(out)[name], frame)


@pytest.mark.slow
def test_benchmarks_of_a_portfolio_are_targets_of_the_next_run(tmp_path: Path, run: Run) -> None:
    for number in range(20):
        name = f"shop-{number:02}"
        profile = PROFILE.replace("corner", name) + 'niche = "fashion-beauty"\nregion = "US"\n'
        folder = shop_folder(tmp_path / "shops" / name, weak=number % 2 == 0, profile=profile)
        days = ad_days(weak=number % 2 == 0)
        varied = [{**day, "clicks": (30 if number % 2 == 0 else 200) + number} for day in days]
        (folder / "ads.csv").write_bytes(ads_manager.daily_csv(varied))
    shops, first, second = tmp_path / "shops", tmp_path / "first", tmp_path / "second"
    given = ("--plans", "none", "--today", TODAY, "--no-history")
    assert run("portfolio", shops, "-o", first, *given).exit_code == 0
    bands = tmp_path / "agency" / "bands.toml"
    assert run("portfolio", "bands", first, "-o", bands).exit_code == 0
    named = ("--plans", "shop-00", "--format", "json", "--rules", bands.parent)
    assert run("portfolio", shops, "-o", second, *given, *named).exit_code == 0
    plan = (second / "plans" / "shop-00" / "plan.json").read_text(encoding="utf-8")
    assert "your portfolio (small shops, fashion and beauty, US)" in plan
    before, after = frames(first)["kpis"], frames(second)["kpis"]
    assert_frame_equal(
        before.select("shop", "metric", "value"), after.select("shop", "metric", "value")
    )
    assert not before.equals(after)


@pytest.mark.parametrize("alone", [False, True])
def test_a_shop_whose_document_fails_is_in_the_tables_once(
    shops: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, alone: bool
) -> None:
    failed: list[str] = []

    def fails(diagnosis: Diagnosis, *rest: Any) -> Document:
        if diagnosis.id == "birch" and (alone or not failed):
            failed.append(diagnosis.id)
            raise ValueError("too much beside it")
        return compose_document(diagnosis, *rest)

    engine = LocalEngine(Worker(load_plugins()))
    run_portfolio(shops, tmp_path / "well", OPTIONS, engine=engine)
    monkeypatch.setattr("advisor.pipeline.compose_document", fails)
    plans = Plans(frozenset(NAMES), formats=("json",))
    run_portfolio(shops, tmp_path / "out", OPTIONS, plans=plans, engine=engine)
    problem = frames(tmp_path / "out")["shops"].filter(folder="birch")["problem"]
    assert [one is not None for one in problem] == [alone]
    for name, well in frames(tmp_path / "well").items():
        if name != "shops":
            assert_frame_equal(frames(tmp_path / "out")[name], well)


def test_a_run_in_which_no_shop_has_a_plan_ends_as_a_mistake(
    shops: list[Path], tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = LocalEngine(Worker(load_plugins()))
    monkeypatch.setattr("advisor.cli.portfolio.working", lambda *_: nullcontext(engine))
    for content, code in (("a,b\n1,2\n", 3), ("", 2)):
        for shop in shops:
            (shop / "ads.csv").write_text(content, encoding="utf-8")
            if not content:
                (shop / "advisor.toml").write_text("[shop", encoding="utf-8")
        result = run("portfolio", shops[0].parent, "-o", tmp_path / "out", "--today", TODAY)
        assert result.exit_code == code
        assert "No plan for ash" in result.stdout


def test_files_of_others_beside_the_results_stay(
    shops: list[Path], tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for out in (".", "shops", "shops/ash", "shops/ash/results"):
        for words in (("portfolio", "shops", "--today", TODAY), ("gather", "shops")):
            result = run(*words, "-o", out, "--jobs", "1")
            assert result.exit_code == 2
            assert "would be mixed" in result.stderr
    names = ("findings/mine.parquet", "shops/x/a.csv", "blocks/x.json", "history/2025/a.csv")
    mine = [tmp_path / "out" / name for name in (*names, "plans/ash/notes.txt")]
    for path in mine:
        path.parent.mkdir(parents=True)
        path.touch()
    engine = LocalEngine(Worker(load_plugins()))
    for day in (TODAY, "2026-11-09"):
        run_portfolio(shops, "out", Options(today=day, partition=day), engine=engine)
    assert all(path.exists() for path in mine)
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "manifest.json").write_text('{"name": "My app"}', encoding="utf-8")
    with pytest.raises(AdvisorError, match=r"manifest\.json that no run"):
        run_portfolio(shops, "web", OPTIONS, engine=engine)
