"""What the documentation takes from the data is what the data say."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from docs import generate
from tests.docs.blocks import ROOT, blocks


@pytest.fixture(scope="module")
def generated() -> Mapping[Path, str]:
    return generate.generated()


@pytest.mark.parametrize("path", generate.FILES, ids=lambda path: path.name)
def test_a_generated_file_is_up_to_date(generated: Mapping[Path, str], path: Path) -> None:
    assert path.read_text(encoding="utf-8") == generated[path]


def test_each_rule_has_its_page_and_no_other_file_is_generated(
    generated: Mapping[Path, str],
) -> None:
    pages = generate.rule_pages()
    assert set(generated) == {*generate.FILES, *pages}
    assert len(pages) > 100
    assert [one for one in pages if one.read_text(encoding="utf-8") != generated[one]] == []


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")

    assert [p.name for p in (ROOT / "docs").glob("*.md") if f"({p.name})" not in index] == [
        "README.md"
    ]


@pytest.mark.parametrize("word", ["diagnose", "pytest"])
def test_the_readme_sets_up_in_one_line_that_a_shell_understands(word: str) -> None:
    commands = [b.text for b in blocks("sh", "text") if b.page == "README.md" and word in b.text]
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    checked = subprocess.run([bash, "-n", "-c", commands[0]], capture_output=True, check=False)

    assert checked.returncode == 0
    assert commands[0].count("\n") == 1
    assert commands[0].startswith("python3 -m venv .venv && ")
    assert " && .venv/bin/advisor engine install && " in commands[0]
    assert len(commands[0]) <= 171  # with its line break
