"""The page on themes: its templates print, and it names every block and every filter."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from advisor.model import ENGLISH
from advisor.plugin.hookspecs import Templates
from advisor.plugin.loading import load_plugins
from advisor.report.formats import make_environment, render_markdown
from advisor.report.views import filters
from tests.docs.blocks import ROOT, Block, blocks
from tests.report import documents

PAGE = (ROOT / "docs" / "write-a-theme.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def bundled() -> Sequence[Templates]:
    return load_plugins().templates()


@pytest.mark.parametrize("block", list(blocks("jinja")), ids=str)
def test_a_template_of_the_page_prints(
    block: Block, bundled: Sequence[Templates], tmp_path: Path
) -> None:
    (tmp_path / block.about).write_text(block.text, encoding="utf-8")
    glow = Templates("glow", tmp_path, {"stars": lambda rank: "★" * max(1, 4 - rank)})
    document = documents.small()
    told = render_markdown(document, make_environment([glow, *bundled], "md"))

    assert block.about == "plan.md.j2"
    assert document.plan[0].do in told


def test_the_page_names_every_block_in_its_order(bundled: Sequence[Templates]) -> None:
    environment = make_environment(bundled, "md")
    assert environment.loader
    source, _, _ = environment.loader.get_source(environment, "plan.md.j2")
    sentence = PAGE[PAGE.index("The blocks of `plan.md.j2` are") : PAGE.index("in this order")]

    assert re.findall(r"`([a-z_]+)`", sentence) == re.findall(r"{% block ([a-z_]+)", source)


def test_the_page_names_every_filter() -> None:
    table = PAGE[PAGE.index("| Filter |") : PAGE.index("## What it cannot do")]

    assert set(re.findall(r"\\\| (\w+)", table)) - {"length"} == set(filters(ENGLISH))
