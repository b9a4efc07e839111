"""Facts of many shops: read once, again only where files changed, and the same as the files."""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from advisor.diagnosis import Shop
from advisor.errors import AdvisorError
from advisor.knowledge import Resolver
from advisor.model import Request
from advisor.pipeline import open_folders
from advisor.plugin import Failure, load_plugins
from advisor.portfolio import (
    Dataset,
    Facts,
    LocalEngine,
    Options,
    Worker,
    gather_shops,
    report_of,
    run_portfolio,
)
from advisor.portfolio.dataset import TABLES
from advisor.portfolio.facts import stable_blocks
from advisor.portfolio.source import of_folders
from tests.cli.exports import TODAY, ads_file, shop_folder
from tests.portfolio.bucket import bucket

__all__ = ["bucket"]

OPTIONS = Options(today=TODAY)


@pytest.fixture
def shops(tmp_path: Path) -> list[Path]:
    """Three shops, one of which has a file that nobody can read."""
    made = [shop_folder(tmp_path / "shops" / name) for name in ("ash", "birch", "cedar")]
    for one in made:
        profile = one / "advisor.toml"
        profile.write_text(profile.read_text().replace("corner", one.name), encoding="utf-8")
    (made[1] / "ads.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    return LocalEngine(Worker(load_plugins()))


def tables(out: Path) -> dict[str, pl.DataFrame]:
    whole = {name: Dataset(out).table(name).collect() for name in TABLES}
    return {**whole, "shops": whole["shops"].drop("facts")}  # which depends on the blocks


def test_facts_give_what_the_files_give(
    shops: list[Path], engine: LocalEngine, tmp_path: Path
) -> None:
    facts = Facts(tmp_path / "facts")
    gathering = gather_shops(shops, facts, OPTIONS, engine=engine)
    assert [one.id for one in gathering.failed] == ["birch"]
    run_portfolio(shops, tmp_path / "files", OPTIONS, engine=engine)
    run_portfolio(facts, tmp_path / "out", OPTIONS, engine=engine)
    for name, frame in tables(tmp_path / "files").items():
        assert_frame_equal(tables(tmp_path / "out")[name], frame)


def test_only_what_changed_is_read_again(
    shops: list[Path], engine: LocalEngine, tmp_path: Path
) -> None:
    facts = Facts(tmp_path / "facts")
    gather_shops(shops[:1], facts, OPTIONS, engine=engine)
    assert gather_shops(shops[:1], facts, OPTIONS, engine=engine).read == 0
    assert gather_shops([shops[0], shops[2]], facts, OPTIONS, engine=engine).read == 1
    os.utime(shops[0] / "ads.csv", (1, 1))
    assert gather_shops([shops[0], shops[2]], facts, OPTIONS, engine=engine).read == 1
    assert facts.index()["folder"].to_list() == ["ash", "cedar"]
    # Our own outputs beside the exports are none of them; a file of such a name may be one.
    (shops[0] / "history.db").touch()
    (shops[0] / "plan.md").write_text("# Plan\nMade by shop-advisor\n", encoding="utf-8")
    assert gather_shops([shops[0], shops[2]], facts, OPTIONS, engine=engine).read == 0
    (shops[0] / "plan.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert gather_shops([shops[0], shops[2]], facts, OPTIONS, engine=engine).read == 1
    # The block of each shop, and what was read of the changed one before: a run may be reading it.
    assert len(list((tmp_path / "facts" / "shops").iterdir())) == 3


def test_what_other_plugins_read_is_read_again(
    shops: list[Path], engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, facts = tmp_path / "out", Facts(tmp_path / "facts")
    for versions, before in (("agency 1", 0), ("agency 1", 1), ("agency 2", 0)):
        for room in ("blocks", "facts"):
            monkeypatch.setattr(
                f"advisor.portfolio.{room}.installed_versions", lambda v=versions: v
            )
        assert run_portfolio(shops[:1], out, OPTIONS, engine=engine).before == before
        assert gather_shops(shops[:1], facts, OPTIONS, engine=engine).read == 1 - before


def test_only_blocks_that_nothing_has_named_of_late_are_removed(
    shops: list[Path], engine: LocalEngine, tmp_path: Path
) -> None:
    foreign = [
        tmp_path / "facts" / name for name in ("sales/2026-11.parquet", "shops/mine.parquet")
    ]
    for path in foreign:
        path.parent.mkdir(parents=True)
        path.touch()
    facts = Facts(tmp_path / "facts")
    states: list[set[Path]] = []
    for changed in (1, 2, 3):
        os.utime(shops[0] / "ads.csv", (changed, changed))
        gather_shops(shops[:1], facts, OPTIONS, engine=engine)
        states.append({*(tmp_path / "facts").glob("*/0*.parquet")})
    assert states[0] < states[1]  # a run may be reading the state before
    assert not states[0] & states[2]
    assert all(path.exists() for path in foreign)


def test_a_run_reads_again_only_the_shop_that_changed(
    shops: list[Path], engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run_portfolio([shops[0], shops[2]], out, OPTIONS, engine=engine)
    os.utime(shops[0] / "ads.csv", (1, 1))
    read: list[str] = []

    def open_and_note(
        folders: Iterable[Path], request: Request, resolver: Resolver, *rest: Any
    ) -> Iterator[Shop | Failure]:
        chosen = list(folders)
        read.extend(folder.name for folder in chosen)
        return open_folders(chosen, request, resolver, *rest)

    monkeypatch.setattr("advisor.portfolio.worker.open_folders", open_and_note)
    assert run_portfolio([shops[0], shops[2]], out, OPTIONS, engine=engine).before == 0
    assert read == ["ash"]


def test_a_new_shop_does_not_move_the_others() -> None:
    first = stable_blocks("bdfh", {}, 2)
    assert first == {"00000": ["b", "d"], "00001": ["f", "h"]}
    before = {name: block for block, names in first.items() for name in names}
    assert stable_blocks("abdfh", before, 2) == {**first, "00002": ["a"]}
    assert stable_blocks("abdf", before, 2) == {"00000": ["b", "d"], "00001": ["a", "f"]}


def test_new_shops_that_are_alike_come_into_one_block(shops: list[Path], tmp_path: Path) -> None:
    for shop, region in zip(shops, ("US", "ID", "US"), strict=True):
        (shop / "advisor.toml").write_text(f'[shop]\nregion = "{region}"\n', encoding="utf-8")
    source = of_folders(shops, Facts(tmp_path / "facts"), keeps=False)
    blocks = stable_blocks([*source.shops], {}, 2, source.alike)
    assert blocks == {"00000": ["ash", "birch"], "00001": ["cedar"]}
    (shops[1] / "advisor.toml").write_text("[shop\n", encoding="utf-8")
    assert stable_blocks([*source.shops], {}, 1, source.alike)["00000"] == ["birch"]
    (shops[2] / "advisor.toml").write_text('[shop]\nregion = "ID"\n', encoding="utf-8")
    assert stable_blocks([*source.shops], {}, 2, source.alike)["00000"] == ["birch", "cedar"]


@pytest.mark.parametrize("done", [(1,), (0, 2), (2,), (3,), (1, 3)])
def test_a_run_that_was_stopped_goes_on_with_the_blocks_that_it_would_have_had(
    done: Sequence[int],
) -> None:
    alike = {name: str("abcdefg".index(name) % 2) for name in "abcdefg"}.__getitem__
    whole = stable_blocks("abcdefg", {}, 2, alike)
    before = {name: f"{number:05}" for number in done for name in whole[f"{number:05}"]}
    assert stable_blocks("abcdefg", before, 2, alike) == whole


def test_damaged_facts_are_told(shops: list[Path], engine: LocalEngine, tmp_path: Path) -> None:
    facts = Facts(tmp_path / "facts")
    gather_shops(shops[:1], facts, OPTIONS, engine=engine)
    for path in (tmp_path / "facts" / "tables").iterdir():
        path.write_bytes(b"torn")
    run_portfolio(facts, tmp_path / "out", OPTIONS, engine=engine)
    (problem,) = tables(tmp_path / "out")["shops"]["problem"]
    assert "damaged facts" in problem
    with pytest.raises(AdvisorError, match="holds no facts"):
        Facts(tmp_path / "nothing").index()


@pytest.mark.slow
def test_facts_may_lie_on_a_store(
    shops: list[Path], engine: LocalEngine, tmp_path: Path, bucket: str
) -> None:
    facts = Facts(f"{bucket}/facts")
    assert gather_shops(shops, facts, OPTIONS, engine=engine).read == 3
    os.utime(shops[0] / "ads.csv", (1, 1))
    assert gather_shops([shops[0], shops[2]], facts, OPTIONS, engine=engine).read == 1
    run_portfolio(facts, tmp_path / "out", OPTIONS, engine=engine)
    run_portfolio([shops[0], shops[2]], tmp_path / "files", OPTIONS, engine=engine)
    assert_frame_equal(tables(tmp_path / "out")["findings"], tables(tmp_path / "files")["findings"])
    assert report_of(tmp_path / "out", "ash", load_plugins()).document.plan
    with pytest.raises(AdvisorError, match="holds no facts"):
        Facts(f"{bucket}/nothing").index()


AGENCY = "[[mute]]\nrule = '*'\nreason = 'by contract'\nforce = true\n"


def test_what_an_agency_mutes_is_muted_in_a_run_of_facts_alone(
    shops: list[Path], engine: LocalEngine, tmp_path: Path
) -> None:
    facts, out = Facts(tmp_path / "facts"), tmp_path / "out"
    for said, muted in ((AGENCY, True), ("", False), (AGENCY, True)):
        (tmp_path / "shops" / "agency.toml").write_text(said, encoding="utf-8")
        gather_shops(shops[:1], facts, OPTIONS, engine=engine)
        run_portfolio(facts, out, OPTIONS, engine=engine)
        assert tables(out)["findings"].is_empty() == muted
    shutil.rmtree(tmp_path / "shops")
    run_portfolio(facts, out, OPTIONS, engine=engine)
    assert tables(out)["findings"].is_empty()
    assert not report_of(out, "ash", load_plugins()).document.findings


def test_an_agency_file_that_cannot_be_used_is_told_once(
    shops: list[Path], engine: LocalEngine, tmp_path: Path
) -> None:
    (tmp_path / "shops" / "agency.toml").write_text("[[mutes]]\n", encoding="utf-8")
    with pytest.raises(AdvisorError, match="did you mean 'mute'"):
        run_portfolio(shops, tmp_path / "out", OPTIONS, engine=engine)


def test_a_report_is_of_the_facts_of_its_run(
    shops: list[Path], engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    facts, out = Facts("facts"), tmp_path / "out"
    gather_shops(shops[:1], facts, OPTIONS, engine=engine)
    run_portfolio(facts, "out", OPTIONS, engine=engine)
    expected = report_of(out, "ash", load_plugins()).document
    monkeypatch.chdir("/")  # facts are found from the results
    for again in (1, 2):
        ads_file(shops[0], weak=False)
        os.utime(shops[0] / "ads.csv", (again, again))
        gather_shops(shops[:1], Facts(tmp_path / "facts"), OPTIONS, engine=engine)
        if again == 1:
            assert report_of(out, "ash", load_plugins()).document == expected
    with pytest.raises(AdvisorError, match="have been read again since"):
        report_of(out, "ash", load_plugins())


def test_rules_that_shops_share_are_part_of_what_results_depend_on(
    shops: list[Path], engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, out = tmp_path / "rules", tmp_path / "out"
    rules.mkdir()
    monkeypatch.setenv("ADVISOR_ALLOW_PATHS", str(rules))
    with (shops[0] / "advisor.toml").open("a", encoding="utf-8") as profile:
        profile.write('\n[rules]\npaths = ["../../rules"]\n')
    assert run_portfolio(shops[:1], out, OPTIONS, engine=engine).before == 0
    assert run_portfolio(shops[:1], out, OPTIONS, engine=engine).before == 1
    (rules / "bands.toml").write_text('id = "own"\ntitle = "Own"\n', encoding="utf-8")
    assert run_portfolio(shops[:1], out, OPTIONS, engine=engine).before == 0
