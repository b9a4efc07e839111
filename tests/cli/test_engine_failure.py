"""A rules engine that dies costs every command that judges one line, and exit code 4."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from advisor.cli import main
from advisor.judge.engine import _engine, choose
from advisor.judge.engine.durable import available, library
from tests.cli.conftest import Run
from tests.cli.exports import PROFILE, shop_folder
from tests.cli.test_diagnose import OWN_RULE
from tests.cli.test_rules import CASES

pytestmark = [
    pytest.mark.skipif(available() is not None, reason=str(available())),
    pytest.mark.skipif(os.name != "posix", reason="signals are POSIX"),
]

LINE = (
    "Failed: the rules engine durable_rules failed: it was killed by SIGKILL; "
    "the reference engine took over, which finds the same"
)
COMMANDS = {
    "diagnose": "diagnose SHOP",
    "diagnose --quiet": "diagnose SHOP --quiet",
    "diagnose --format": "diagnose SHOP --format json",
    "diagnose shops": "diagnose SHOPS",
    "explain a rule": "explain weak-hook SHOP",
    "explain a subject": "explain weak-hook SHOP --subject 31",
    "explain an action": "explain 1 SHOP",
    "why-not": "why-not weak-hook SHOP",
    "why-not a subject": "why-not weak-hook SHOP --subject 32",
    "simulate": "simulate SHOP --set ad.ctr=2%",
    "simulate --json": "simulate SHOP --set ad.ctr=2% --json",
    "rules test": "rules test RULES",
}


@pytest.fixture
def dead() -> Iterator[None]:
    """The engine of this process, killed after it was started."""
    _engine.cache_clear()
    choose()
    library().ready()
    pid = library().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    yield
    library().close()  # whoever did not use it did not notice
    _engine.cache_clear()


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """A shop, a folder of two shops, and one of rules with their cases."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "spends.toml").write_text(OWN_RULE, encoding="utf-8")
    (rules / "spends.cases.toml").write_text(CASES, encoding="utf-8")
    for name in ("one", "two"):
        shop_folder(tmp_path / "shops" / name, profile=PROFILE.replace("corner", name))
    shop = shop_folder(tmp_path / "corner")
    return {"SHOP": str(shop), "SHOPS": str(tmp_path / "shops"), "RULES": str(rules)}


@pytest.mark.usefixtures("dead")
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_one_line_and_exit_code_4(words: str, run: Run, places: dict[str, str]) -> None:
    result = run(*(places.get(word, word) for word in words.split()))

    assert (result.exit_code, result.stderr.splitlines()) == (4, [LINE])


@pytest.mark.usefixtures("dead")
def test_an_exit_code_that_was_asked_for_comes_first(run: Run, places: dict[str, str]) -> None:
    result = run("diagnose", places["SHOP"], "--fail-on", "low")

    assert (result.exit_code, result.stderr.splitlines()) == (1, [LINE])


@pytest.mark.usefixtures("dead")
@pytest.mark.parametrize("words", ["explain weak-hook", "rules list", "metrics list"])
def test_what_does_not_judge_does_not_notice(words: str, run: Run) -> None:
    result = run(*words.split())

    assert (result.exit_code, result.stderr) == (0, "")


def test_every_command_that_judges_the_files_of_a_shop_is_here() -> None:
    context = click.Context(main)
    options = {
        name: {option.name for option in command.get_params(context)}
        for name, command in main.commands.items()
    }
    judging = {name for name, known in options.items() if {"paths", "rules", "goal"} <= known}

    assert judging == {words.split()[0] for words in COMMANDS.values()} - {"rules"}
