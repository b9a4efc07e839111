"""The first commands of the page on rules, one after the other, as a new author types them."""

import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from advisor.cli import main
from tests.docs.blocks import ROOT, blocks

ANSWERS = "product\nctor=low\n\n\n\n"
CASES = Path("my-rules/our-low-ctor.cases.toml")
EXAMPLE = 'name = "Example product"'
COUNTS = ("product_clicks = 6_000, sku_orders = 60", "product_clicks = 6_000, sku_orders = 240")
COMMANDS = [
    line
    for block in list(blocks("sh"))
    if block.page == "write-a-rule.md" and "advisor" in block.text and "python" not in block.text
    for line in block.text.splitlines()
    if line.startswith("advisor ")
]


def test_a_new_author_gets_from_nothing_to_a_rule_that_judges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "examples" / "luna-beauty", tmp_path / "exports")
    monkeypatch.chdir(tmp_path)
    told: dict[str, str] = {}
    for line in COMMANDS:
        _, *words = shlex.split(line, comments=True)
        done = CliRunner().invoke(main, words, input=ANSWERS, catch_exceptions=False)
        assert done.exit_code == 0, f"{line}\n{done.output}"
        told[" ".join(words[:2]) if words[0] == "rules" else words[0]] = done.output
        if words[:2] == ["rules", "new"]:
            fill_in()

    assert list(told) == ["rules new", "rules test", "diagnose", "explain"]
    assert "2 cases, none failed" in told["rules test"]
    assert "my-rules/our-low-ctor" in told["explain"]


def fill_in() -> None:
    """Gives the new cases counts, as the page says."""
    text = CASES.read_text(encoding="utf-8")
    for counts in COUNTS:
        text = text.replace(f"{EXAMPLE} }}", f"{EXAMPLE}, {counts} }}", 1)
    CASES.write_text(text, encoding="utf-8")
