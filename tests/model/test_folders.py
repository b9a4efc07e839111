"""Folders are walked without recursion: however deep, they cost a line and no traceback."""

import os
import subprocess
from pathlib import Path

from advisor.model.folders import DEEPEST, files_named, walk

ROOT = Path(__file__).parents[2]


def test_folders_far_below_cost_nothing(tmp_path: Path) -> None:
    (tmp_path / "b.parquet").touch()
    (tmp_path / "a.csv").touch()
    (tmp_path / "up").symlink_to(".")
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        for level in range(1900):  # deeper than any path may be long
            Path("day=1").mkdir()
            os.chdir("day=1")
            if level == 1:
                Path("c.parquet").touch()
    finally:
        os.chdir(here)
    found = list(walk(tmp_path))
    assert found[0] == (str(tmp_path), ["a.csv", "b.parquet"])
    assert len(found) == DEEPEST + 1
    named = files_named(tmp_path, ".parquet")
    assert [path.name for path in named] == ["b.parquet", "c.parquet"]
    subprocess.run(["rm", "-rf", str(tmp_path / "day=1")], check=True)


def test_nothing_walks_a_folder_in_a_way_that_has_no_end() -> None:
    sources = [path for top in ("advisor", "plugins") for path in (ROOT / top).glob("**/*.py")]
    # Authors' own packages are trusted.
    texts = {p: p.read_text(encoding="utf-8") for p in sources if "testing" not in p.parts}
    endless = [str(p) for p, text in texts.items() if ".rglob(" in text or "os.walk(" in text]
    assert len(texts) > 200
    assert endless == []
