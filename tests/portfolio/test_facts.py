"""Facts of many shops: read once, again only where files changed, and the same as the files."""

import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from advisor.diagnosis import Shop
from advisor.errors import AdvisorError
from advisor.ingest import Gathered
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
from advisor.portfolio.facts import ShopFacts, stable_blocks
from advisor.portfolio.worker import facts_request
from tests.cli.exports import TODAY, shop_folder
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
    assert len(list((tmp_path / "facts" / "shops").iterdir())) == 2


def test_what_other_plugins_read_is_read_again(
    shops: list[Path], engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, facts = tmp_path / "out", Facts(tmp_path / "facts")
    for versions, before in (("agency 1", 0), ("agency 1", 1), ("agency 2", 0)):
        for room in ("run", "facts"):
            monkeypatch.setattr(
                f"advisor.portfolio.{room}.installed_versions", lambda v=versions: v
            )
        assert run_portfolio(shops[:1], out, OPTIONS, engine=engine).before == before
        assert gather_shops(shops[:1], facts, OPTIONS, engine=engine).read == 1 - before


def test_only_blocks_that_nothing_names_are_removed(
    shops: list[Path], engine: LocalEngine, tmp_path: Path
) -> None:
    foreign = [
        tmp_path / "facts" / name for name in ("sales/2026-11.parquet", "shops/mine.parquet")
    ]
    for path in foreign:
        path.parent.mkdir(parents=True)
        path.touch()
    facts = Facts(tmp_path / "facts")
    before: set[Path] = set()
    for changed in (1, 2):
        os.utime(shops[0] / "ads.csv", (changed, changed))
        gather_shops(shops[:1], facts, OPTIONS, engine=engine)
        blocks = {*(tmp_path / "facts").glob("*/0*.parquet")}
        assert blocks and not blocks & before
        before = blocks
    assert all(path.exists() for path in foreign)


def test_a_run_reads_again_only_the_shop_that_changed(
    shops: list[Path], engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run_portfolio([shops[0], shops[2]], out, OPTIONS, engine=engine)
    os.utime(shops[0] / "ads.csv", (1, 1))
    read: list[str] = []

    def open_and_note(
        folders: Iterable[Path], request: Request, resolver: Resolver
    ) -> Iterator[Shop | Failure]:
        chosen = list(folders)
        read.extend(folder.name for folder in chosen)
        return open_folders(chosen, request, resolver)

    monkeypatch.setattr("advisor.portfolio.worker.open_folders", open_and_note)
    assert run_portfolio([shops[0], shops[2]], out, OPTIONS, engine=engine).before == 0
    assert read == ["ash"]


def test_a_new_shop_does_not_move_the_others() -> None:
    first = stable_blocks("bdfh", {}, 2)
    assert first == {"00000": ["b", "d"], "00001": ["f", "h"]}
    before = {name: block for block, names in first.items() for name in names}
    assert stable_blocks("abdfh", before, 2) == {**first, "00002": ["a"]}
    assert stable_blocks("abdf", before, 2) == {"00000": ["b", "d"], "00001": ["f", "a"]}


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
    document, _, _ = report_of(tmp_path / "out", "ash", load_plugins())
    assert document.plan
    with pytest.raises(AdvisorError, match="holds no facts"):
        Facts(f"{bucket}/nothing").index()


def test_the_mutes_of_an_agency_hold_for_facts_of_its_shops(tmp_path: Path) -> None:
    (tmp_path / "agency.toml").write_text("[[mute]]\nrule = 'low-roas'\nreason = 'by contract'\n")
    facts = ShopFacts("luna", "", "[shop]\nname = 'Luna'\n", Gathered(()))

    found = facts_request(Request((), date(2026, 6, 1)), facts, tmp_path / "luna").settings

    assert [one.reason for one in found.mute] == ["by contract"]
    assert (found.shop.id, found.shop.name) == ("luna", "Luna")
