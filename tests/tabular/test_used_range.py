"""A sheet's used range is bounded before it is loaded."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.model import File
from advisor.tabular import open_source
from advisor.tabular.containers.used_range import bounded
from advisor.tabular.containers.workbook import SheetGrid
from tests.shapes._xlsx import workbook

STRAY = ("XFD1048576", "AJ1048576", "ALL3000", "ZZ99999")


def _sheet(cells: str) -> bytes:
    packed = io.BytesIO()
    table = io.BytesIO(workbook([["Date", "Cost"], ["2026-09-01", 5]]))
    with zipfile.ZipFile(table) as old, zipfile.ZipFile(packed, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename.startswith("xl/worksheets/"):
                data = data.replace(b"</sheetData>", cells.encode() + b"</sheetData>")
            new.writestr(info.filename, data)
    return packed.getvalue()


def _open(path: Path, data: bytes) -> SheetGrid:
    path.write_bytes(data)
    (grid,) = open_source(File(path, path.name, len(data), "0" * 64)).grids
    assert isinstance(grid, SheetGrid)
    return grid


@pytest.mark.parametrize("at", STRAY)
@pytest.mark.parametrize("mark", ["c", "x:c"])
def test_a_stray_cell_is_cut_off_and_told(tmp_path: Path, at: str, mark: str) -> None:
    row = at.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    cell = f'<row r="{row}"><{mark} t="str" r = "{at}"><v>x</v></{mark}></row>'
    grid = _open(tmp_path / "a.xlsx", _sheet(cell))
    far = at != "ALL3000"  # small enough to be loaded
    assert len(grid.body(0, [0, 1])) == (1 if far else 2999)
    assert [text for _, text in grid.remarks] == (
        [f"1 cell is far from the table ({at}); it is skipped"] if far else []
    )


def test_a_cell_in_the_wrong_row_is_seen_too(tmp_path: Path) -> None:
    cell = '<row r="3"><c r="XFD1048576" t="str"><v>x</v></c></row>'
    grid = _open(tmp_path / "a.xlsx", _sheet(cell))
    assert len(grid.body(0, [0, 1])) == 1
    assert grid.remarks


def test_formatted_cells_without_values_cost_nothing(tmp_path: Path) -> None:
    cells = '<row r="1048576"><c r="AJ1048576" s="1"/></row><row r="900000" s="2"/>'
    path = tmp_path / "a.xlsx"
    grid = _open(path, _sheet(cells))
    assert len(grid.body(0, [0, 1])) == 1
    with zipfile.ZipFile(path) as archive:
        assert bounded(path, archive.infolist()) is None


def test_cells_that_are_everywhere_are_no_table(tmp_path: Path) -> None:
    rows = range(1, 1_048_576, 9_000)
    cells = "".join(f'<row r="{r}"><c r="CV{r}" t="str"><v>x</v></c></row>' for r in rows)
    with pytest.raises(AdvisorError, match="too far apart to be a table; delete the cells"):
        _open(tmp_path / "a.xlsx", _sheet(cells))


def _elsewhere(data: bytes, place: str, times: int = 1) -> bytes:
    """The workbook with its sheet in another part, named *times*."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        for info in old.infolist():
            content, name = old.read(info), info.filename
            if name.startswith("xl/worksheets/"):
                name = place
            if name == "xl/_rels/workbook.xml.rels":
                target = place.removeprefix("xl/").encode()
                content = re.sub(rb'"[^"]*worksheets/[^"]*"', b'"' + target + b'"', content)
            if name == "xl/workbook.xml":
                content = re.sub(rb"<sheet [^>]*>", lambda found: found[0] * times, content)
            new.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize("place", ["xl/other/sheet1.xml", "xl/sheet.bin", "xl/Worksheets.d/A.XML"])
def test_a_sheet_may_lie_anywhere_in_a_workbook(tmp_path: Path, place: str) -> None:
    cell = '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>'
    grid = _open(tmp_path / "a.xlsx", _elsewhere(_sheet(cell), place))
    assert len(grid.body(0, [0, 1])) == 1
    assert grid.remarks


def test_sheets_that_are_one_part_are_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match="the workbook is broken"):
        _open(tmp_path / "a.xlsx", _elsewhere(_sheet(""), "xl/worksheets/sheet1.xml", times=2))


@pytest.mark.parametrize(
    "place",
    [
        'r="XFD0001048576"',
        'r="xfd1048576"',
        'r="ZZZZ4294967290"',
        'x=">" r="XFD1048576"',
        'r="A1" r="XFD1048576"',
    ],
)
def test_a_place_in_an_odd_spelling_is_no_place(tmp_path: Path, place: str) -> None:
    cell = f'<row r="3"><c {place} t="str"><v>x</v></c></row>'
    with pytest.raises(AdvisorError, match="the workbook is broken"):
        _open(tmp_path / "a.xlsx", _sheet(cell))


def test_a_cell_with_any_prefix_is_a_cell(tmp_path: Path) -> None:
    cell = '<row r="3"><a-b:c r="XFD1048576" t="str"><v>x</v></a-b:c></row>'
    grid = _open(tmp_path / "a.xlsx", _sheet(cell))
    assert len(grid.body(0, [0, 1])) == 1
