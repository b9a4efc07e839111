"""Shops that share a PostgreSQL database, from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from advisor.cli import main
from advisor.history import Store
from tests.cli.exports import PROFILE, shop_folder
from tests.history.conftest import fresh
from tests.postgres import Server


def run(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_runs_of_several_shops_and_of_facts_are_kept_apart_in_one_database(
    running: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ADVISOR_HISTORY")
    url = fresh(running)
    for name in ("a", "b"):
        profile = PROFILE.replace("corner", name) + f'\n[history]\nurl = "{url}"\n'
        shop_folder(tmp_path / "shops" / name, profile=profile)
    shops, facts = tmp_path / "shops", tmp_path / "shop.facts"
    run("diagnose", shops, "--today", "2026-11-02", "-q")
    run("gather", shops / "a", "-o", facts, "--today", "2026-11-09")

    config = shops / "a" / "advisor.toml"
    words = (facts, "--config", config, "--today", "2026-11-09", "--format", "json")
    since = json.loads(run("diagnose", *words))["since"]

    assert since["day"] == "2026-11-02"
    assert since["new"] == 0
    assert [str(line.info.day) for line in Store(url=url).runs("a")] == ["2026-11-09", "2026-11-02"]
    assert [str(line.info.day) for line in Store(url=url).runs("b")] == ["2026-11-02"]
    assert list(shops.rglob("history.db")) == []
    assert "2026-11-09" in run("history", shops / "a")
    assert "2026-11-09" not in run("history", shops / "b")
