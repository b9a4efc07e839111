"""What the page on experiments prints is what its commands print."""

import re
import shlex
from itertools import pairwise

import pytest
from click.testing import CliRunner

from advisor.cli import main
from tests.docs.blocks import ROOT, Block, blocks

BLOCKS = [block for block in blocks("sh", "text") if block.page == "experiments.md"]
SHOWN = [
    (asked, answer)
    for asked, answer in pairwise(BLOCKS)
    if (asked.language, answer.language) == ("sh", "text")
]


def test_the_page_shows_what_its_commands_answer() -> None:
    assert len(SHOWN) >= 5


@pytest.mark.parametrize(("asked", "answer"), SHOWN, ids=[str(asked) for asked, _ in SHOWN])
def test_a_command_answers_what_is_shown(
    asked: Block, answer: Block, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    _, *words = shlex.split(asked.text)
    result = CliRunner().invoke(main, words, catch_exceptions=False)

    assert result.exit_code == 0
    assert re.sub(r"\n\nBeware: .*", "", result.stdout.rstrip("\n")) == answer.text.rstrip("\n")
