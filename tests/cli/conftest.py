from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from advisor.cli import main
from tests.cli.exports import TODAY, shop_folder

Run = Callable[..., Result]

_DATED = ("diagnose", "gather", "inspect", "explain", "why-not", "simulate")


@pytest.fixture
def run() -> Run:
    """Runs `advisor`, on a fixed day where the command has one; an unexpected error is raised."""

    def call(*args: object, stdin: bytes | str | None = None) -> Result:
        words = [str(arg) for arg in args]
        if words[0] in _DATED and "--today" not in words:
            words += ["--today", TODAY]
        return CliRunner().invoke(main, words, input=stdin, catch_exceptions=False)

    return call


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A shop with a weak hook."""
    return shop_folder(tmp_path / "corner")
