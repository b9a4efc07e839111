"""docs/architecture.md: its words are the folders' names, and its paths are there."""

import re

from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ROOMS = PAGE.partition("## The rooms")[2].partition("\n## ")[0]
CHANGES = PAGE.partition("## Where to change what")[2].partition("\n## ")[0]
SHELVES = ("advisor/", "plugins/", "rules/", "report_templates/", "tests/")
# In a section on one room a path may begin with the room.
BASES = (ROOT, ROOT / "advisor")


def paths(text: str) -> list[str]:
    """Every path in backticks."""
    return [
        p for p in re.findall(r"`([\w./-]+)`", text) if "/" in p or p.endswith((".py", ".toml"))
    ]


def test_every_path_is_there() -> None:
    missing = [
        path
        for path in paths(PAGE)
        if path != "advisor.toml" and not any((base / path).exists() for base in BASES)
    ]

    assert missing == []


def test_every_room_has_its_line() -> None:
    named = {path.strip("/") for path in re.findall(r"^\| `([\w./]+)`", ROOMS, re.MULTILINE)}
    there = {
        entry.name
        for entry in (ROOT / "advisor").iterdir()
        if (entry.is_dir() and (entry / "__init__.py").exists())
        or (entry.suffix == ".py" and entry.stem != "__init__")
    }

    assert named == there


def test_every_change_names_a_place_and_a_check() -> None:
    rows = [line.split(" | ") for line in CHANGES.splitlines() if line.startswith("| ")][2:]

    assert len(rows) >= 5
    for _, place, check in rows:
        assert [path for path in paths(place) if path.startswith(SHELVES)], place
        for path in re.findall(r"tests/[\w/.]+", check):
            assert (ROOT / path).exists(), path


def test_every_collect_names_its_engine() -> None:
    # Polars takes its streaming engine otherwise: 0.2 ms more for each small frame.
    folders = (ROOT / "advisor", ROOT / "plugins")
    sources = [path for folder in folders for path in folder.rglob("*.py")]
    bare = [
        str(path.relative_to(ROOT))
        for path in sources
        if ".collect()" in path.read_text(encoding="utf-8")
    ]

    assert bare == []
