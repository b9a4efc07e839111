"""`rules test --update` rewrites expected sentences, and nothing else."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_diagnose import OWN_RULE

CASES = """
# what it costs
["an ad that costs"]
subject = { name = "Spring haul", spend = 10 }
business = { size = "small", currency = "USD" }
outcome = "fires"
finding = "Spring haul costs $12"

["an ad for nothing"]
subject = { spend = 5 }
outcome = "clear"
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "spends.toml").write_text(OWN_RULE, encoding="utf-8")
    (folder / "spends.cases.toml").write_text(CASES, encoding="utf-8")
    return folder


def test_the_command_rewrites_sentences_and_never_outcomes(run: Run, pack: Path) -> None:
    done = run("rules", "test", pack, "--update")

    written = (pack / "spends.cases.toml").read_text(encoding="utf-8")
    assert written == CASES.replace("$12", "$10")
    lines = done.stdout.splitlines()
    assert f"Updated: {pack / 'spends.cases.toml'}: 1 sentence" in lines
    assert "ok    mine/spends  fires           an ad that costs" in lines
    assert "      expected clear, found fires" in lines
    assert done.exit_code == 1


def test_where_all_holds_nothing_is_written(run: Run, pack: Path) -> None:
    path = pack / "spends.cases.toml"
    text = CASES.replace("$12", "$10").replace("spend = 5", "spend = 0")
    path.write_text(text, encoding="utf-8")
    before = path.stat().st_mtime_ns

    done = run("rules", "test", pack, "--update")

    assert done.exit_code == 0
    assert "Updated" not in done.stdout
    assert path.stat().st_mtime_ns == before


def test_without_a_folder_it_says_what_to_name(run: Run) -> None:
    done = run("rules", "test", "--update")

    assert done.exit_code == 2
    assert "--update: name the folders whose case files it may rewrite" in done.stderr
