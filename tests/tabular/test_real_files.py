"""The real exports, where they are at hand: every file opens, and its cells come out whole."""

from pathlib import Path

import pytest

from advisor.model.reading import File
from advisor.tabular.containers.open import open_source
from advisor.tabular.header_text import header_text

FOLDER = Path(__file__).parents[3] / "shared" / "real-exports"
FILES = sorted(path for path in FOLDER.glob("*") if path.suffix != ".md")


@pytest.mark.skipif(not FILES, reason="the real exports are not at hand")
def test_the_real_exports_are_many() -> None:
    assert len(FILES) > 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_file_opens_and_every_row_of_it_has_a_number(path: Path) -> None:
    source = open_source(File(path, path.name, path.stat().st_size, ""))

    assert source.grids
    for grid in source.grids:
        width = max(map(len, grid.head))
        body = grid.body(0, range(width))
        assert body["_row"].to_list() == list(range(2, body.height + 2))
        shown = [list(row[:width]) + [""] * (width - len(row)) for row in grid.head[1:]]
        found = body.head(len(shown)).fill_null("").drop("_row").rows()
        assert [list(row) for row in found] == shown
        assert any(header_text(cell).key for row in grid.head for cell in row)
