"""A shop's results are those of its own run, whichever shops are beside it."""

from pathlib import Path
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from advisor.plugin import load_plugins
from advisor.portfolio import Dataset, LocalEngine, Options, Worker, run_portfolio
from advisor.portfolio.dataset import TABLES
from tests.benchmarks.shops import TODAY, write_shops


def tables(out: Path) -> dict[str, pl.DataFrame]:
    """The tables, shop by shop; rows of a shop stay in their order."""
    key = {"shops": "folder"}
    frames = {
        name: Dataset(out).table(name).collect().sort(key.get(name, "shop"), maintain_order=True)
        for name in TABLES
    }
    return {**frames, "shops": frames["shops"].drop("facts")}  # which depends on the blocks


@pytest.mark.slow
def test_any_cut_and_order_of_mixed_shops_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Five countries and currencies, three sizes, two niches, own targets, windows of seven lengths.
    shops = write_shops(tmp_path / "shops", 7)
    engine, options = LocalEngine(Worker(load_plugins())), Options(today=TODAY)
    monkeypatch.setattr("advisor.portfolio.pool.BLOCK", 1)
    run_portfolio(shops, tmp_path / "alone", options, engine=engine)
    alone = tables(tmp_path / "alone")
    assert alone["findings"].height
    for most in (3, 7):
        Random(most).shuffle(shops)
        monkeypatch.setattr("advisor.portfolio.pool.BLOCK", most)
        out = tmp_path / f"blocks of {most}"
        run_portfolio(shops, out, options, engine=engine)
        for name, frame in tables(out).items():
            assert_frame_equal(frame, alone[name])
