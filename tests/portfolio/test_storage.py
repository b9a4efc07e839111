"""Results on a store like S3: as in a folder, resumable, and those of one run for readers."""

import json
import re
import sys
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from advisor.errors import AdvisorError
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
from advisor.portfolio.dataset import TABLES
from advisor.portfolio.storage import Storage, open_storage
from tests.cli.conftest import Run, run
from tests.cli.exports import PROFILE, ads_file, shop_folder
from tests.portfolio.bucket import bucket

__all__ = ["bucket", "run"]
DAYS = ("2026-11-02", "2026-11-09")
NAMES = ("ash", "birch", "cedar")


@pytest.fixture
def shops(tmp_path: Path) -> Path:
    for name in NAMES:
        shop_folder(tmp_path / "shops" / name, profile=PROFILE.replace("corner", name))
    return tmp_path / "shops"


@pytest.mark.slow
def test_results_on_a_store_are_those_in_a_folder(
    run: Run, shops: Path, tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ADVISOR_HISTORY")
    places = (f"{bucket}/agency/results", str(tmp_path / "results"))
    said: dict[str, list[str]] = {}
    given = ("--plans", "ash,birch", "--format", "json", "--jobs", "1")
    for place in places:
        for name in NAMES:
            ads_file(shops / name, weak=True)
        lines = said.setdefault(place, [])
        for day in DAYS:
            result = run("portfolio", shops, "-o", place, *given, "--today", day)
            assert result.exit_code == 0, result.stderr
            if day == DAYS[0]:
                done = run("done", "1", "--on", day, "--shop", f"{place}/ash")
                lines.append(done.stdout)
                for name in NAMES:
                    ads_file(shops / name, weak=name == "cedar")
        for words in (
            ("diff", f"{place}/ash"),
            ("diff", f"{place}/cedar"),
            ("playbook", f"{place}/ash"),
            ("done", "--list", "--shop", f"{place}/ash"),
            ("history", f"{place}/birch"),
            ("report", place, "--shop", "birch", "--format", "json"),
            ("report", place, "--shop", "cedar"),
        ):
            told = run(*words)
            assert told.exit_code == 0, told.stderr
            lines.append(told.stdout)
    assert said[places[0]] == said[places[1]]
    assert "solved" in said[places[0]][1].lower()
    for table in TABLES:
        frames = [Dataset(place).table(table).collect() for place in places]
        assert_frame_equal(*(f.drop("facts", strict=False) for f in frames))
    stored, here = (Dataset(place) for place in places)
    index = stored.manifest()["index"]
    lines = json.loads(stored.storage.read(f"{index}/index.json"))["shops"]
    assert [one["id"] for one in lines] == [
        one["id"] for one in json.loads(here.storage.read("index.json"))["shops"]
    ]
    links = {one["id"]: one["folder"] for one in lines}
    assert links["cedar"] == ""
    plan = links["ash"].removeprefix("../../")
    assert stored.storage.read(f"{plan}/plan.json") == here.storage.read("plans/ash/plan.json")


@pytest.mark.slow
def test_a_run_goes_on_where_another_was_stopped(
    shops: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = LocalEngine(Worker(load_plugins()))
    out, folders = f"{bucket}/results", sorted(shops.iterdir())
    monkeypatch.setattr("advisor.portfolio.pool.BLOCK", 1)
    run_portfolio(folders, out, Options(today=DAYS[0]), engine=engine)
    before = {name: Dataset(out).table(name).collect() for name in TABLES}

    def stop(done: int, of: int, text: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    later = Options(today=DAYS[1])
    with pytest.raises(KeyboardInterrupt):
        run_portfolio(folders, out, later, engine=engine, progress=stop)
    for name, frame in before.items():  # readers see the run before, whole
        assert_frame_equal(Dataset(out).table(name).collect(), frame)
    assert run_portfolio(folders, out, later, engine=engine).before == 2
    assert Dataset(out).manifest()["options"]["today"] == DAYS[1]
    assert run_portfolio(folders, out, later, engine=engine).before == 3


@pytest.mark.slow
def test_of_two_runs_at_once_the_one_that_ends_last_says_so(shops: Path, bucket: str) -> None:
    engine = LocalEngine(Worker(load_plugins()))
    out, folders = f"{bucket}/results", sorted(shops.iterdir())
    later = Options(today=DAYS[1])

    def meanwhile(*_: object) -> dict[str, str]:
        run_portfolio(folders[:2], out, Options(today=DAYS[0]), engine=engine)
        return {}

    with pytest.raises(AdvisorError, match="another run into it has ended"):
        run_portfolio(folders, out, later, reports=meanwhile, engine=engine)
    assert Dataset(out).table("shops").collect()["folder"].to_list() == list(NAMES[:2])
    assert run_portfolio(folders, out, later, engine=engine).before == 3

    facts = Facts(f"{bucket}/facts")
    gather_shops(folders[:1], facts, later, engine=engine)
    version = facts.version()
    gather_shops(folders, facts, later, engine=engine)
    with pytest.raises(AdvisorError, match="other facts were written"):
        facts.finish(facts.index().head(1), (), version)


@pytest.mark.slow
def test_what_a_store_refuses_is_told(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AdvisorError, match="holds no finished portfolio run"):
        Dataset(f"{bucket}/nothing").manifest()
    with pytest.raises(AdvisorError, match="bucket does not exist"):
        open_storage("s3://no-such-bucket/results").names("blocks")
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(AdvisorError, match="a store needs obstore"):
        open_storage(f"{bucket}/results").check()


def test_what_cannot_lie_on_a_store_is_told_before_anything_is_done(
    run: Run, shops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (
        ("diagnose", shops, "-o", "s3://bucket/plans"),
        ("gather", shops / "ash", "-o", "s3://bucket/ash.facts"),
        ("report", "s3://bucket/results", "--shop", "ash", "--format", "md", "--format", "json"),
        ("portfolio", "index", "s3://bucket/results"),
    ):
        result = run(*words)
        assert result.exit_code == 2
        assert "Traceback" not in result.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["shops"]


@pytest.fixture(params=["folder", pytest.param("store", marks=pytest.mark.slow)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return open_storage(tmp_path / "results")
    return open_storage(request.getfixturevalue("bucket") + "/my results")


def test_folders_and_stores_do_the_same(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    storage.write({"a.json": "1", "b/c.json": b"2", "b/é d.json": b"3", "bc/e.json": b"4"})
    storage.write_tables({"b/t.parquet": pl.DataFrame({"n": [1]})})
    assert storage.names("b") == ["c.json", "t.parquet", "é d.json"]
    assert storage.names("nothing") == []
    assert storage.read("b/é d.json") == b"3"
    assert storage.read_all(["a.json", "z.json"]) == {"a.json": b"1"}
    assert pl.scan_parquet(storage.at("b/t.parquet")).collect()["n"].to_list() == [1]
    with pytest.raises(FileNotFoundError):
        storage.read("z.json")
    versions = [storage.version(name) for name in ("b/c.json", "new.json")]
    for name, version in zip(("b/c.json", "new.json"), versions, strict=True):
        assert storage.replace(name, b"22", version)
        # A folder is locked by who writes into it; in a store the second one is told.
        assert storage.replace(name, b"33", version) != storage.address.startswith("s3:")
        assert storage.read(name) == (b"22" if storage.address.startswith("s3:") else b"33")
    ours = re.compile(r"c\.json|t\.parquet")
    storage.clean("b", ours, {"c.json"}.__contains__)
    # What another run on another machine has just written stays for a day.
    young = ["t.parquet"] if storage.address.startswith("s3:") else []
    assert storage.names("b") == ["c.json", *young, "é d.json"]
    monkeypatch.setattr("advisor.portfolio.storage._FORGOTTEN", timedelta(minutes=-1))
    storage.clean("b", ours, {"c.json"}.__contains__)
    assert storage.names("b") == ["c.json", "é d.json"]
    assert storage.names("bc") == ["e.json"]
