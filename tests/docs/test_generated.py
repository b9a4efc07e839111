"""What the documentation takes from the data is what the data say."""

import shutil
import subprocess

import pytest

from docs import generate
from tests.docs.blocks import ROOT, blocks


def test_every_generated_file_is_up_to_date_and_no_other_says_that_it_is_generated() -> None:
    texts = generate.generated()
    pages = generate.written()

    assert generate.differing(texts) == []
    assert set(texts) == {*pages, generate.PLAN, generate.README}
    assert len(pages) > 100


@pytest.mark.parametrize("name", ["metrics", "exports"])
def test_a_reference_is_split_into_pages_that_load_fast(name: str) -> None:
    pages = [generate.DOCS / f"{name}.md", *(generate.DOCS / name).glob("*.md")]

    assert [p.name for p in pages if p.stat().st_size > 60_000] == []
    assert len(pages) > 3


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
