"""What is absurd in a folder is one clear line, and what lies beside it is read."""

import os
import zipfile
from datetime import date
from pathlib import Path

import pytest

from advisor.errors import AdvisorError, Mistakes
from advisor.ingest.facts import read_facts
from advisor.ingest.gathering import gather
from advisor.ingest.result import Gathered
from advisor.model import ENGLISH, Unit, parse_toml, read_settings
from advisor.plugin import load_plugins
from advisor.plugin.hookspecs import ReadContext
from tests.shapes._xlsx import workbook

_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
REGISTRY = load_plugins()
TODAY = ReadContext(today=date(2026, 11, 22))
HEADER = "Ad ID,Ad name,By Day,Cost,Impressions,Clicks (destination)\n"
ROW = "1870000000000011,{},2026-11-0{},{},9000,130\n"


def _gather(folder: Path) -> Gathered:
    (folder / "good.csv").write_text(HEADER + ROW.format("Hat", 1, 100), encoding="utf-8")
    found = gather([folder], REGISTRY.providers(), TODAY)
    assert not found.faults
    assert any(one.file.name == "good.csv" for one in found.readings)
    return found


@pytest.mark.parametrize("number", ["1e30", "1E16", "9" * 5000, "inf", "-NaN", "1e999999999"])
def test_a_number_too_large_to_be_meant_is_not_known(tmp_path: Path, number: str) -> None:
    rows = ROW.format("Hat", 2, number) + ROW.format("Hat", 3, "5.5")
    (tmp_path / "odd.csv").write_text(HEADER + rows, encoding="utf-8")
    odd = next(one for one in _gather(tmp_path).readings if one.file.name == "odd.csv")
    assert odd.tables[0].frame["spend"].to_list() == [None, 5.5]
    (note,) = (note for note in odd.notes if note.code == "unreadable-cell")
    assert "row 2" in note.text
    assert len(note.text) < 250


def test_a_cell_of_any_length_is_a_cell(tmp_path: Path) -> None:
    long = ROW.format("x" * 200_000, 2, 5)
    (tmp_path / "long.csv").write_text(HEADER + long + ROW.format("Hat", 3, 5), encoding="utf-8")
    found = {one.file.name: one.rows for one in _gather(tmp_path).readings}
    assert found["long.csv"] == 2


def test_a_broken_sheet_is_a_line_and_the_other_sheet_is_read(tmp_path: Path) -> None:
    cells = [HEADER.strip().split(","), ROW.format("Hat", 2, 7).strip().split(",")]
    path = tmp_path / "two.xlsx"
    _with_broken_sheet(path, workbook(cells))
    found = _gather(tmp_path)
    assert {one.file.name for one in found.readings} == {"good.csv", "two.xlsx"}
    (unread,) = found.unread
    assert "the sheet 'Broken' is broken" in str(unread)


def _with_broken_sheet(path: Path, data: bytes) -> None:
    old = path.with_suffix(".old")
    old.write_bytes(data)
    extra = {
        "xl/workbook.xml": (b"</sheets>", b'<sheet name="Broken" sheetId="9" r:id="rId9"/>'),
        "xl/_rels/workbook.xml.rels": (
            b"</Relationships>",
            f'<Relationship Id="rId9" Type="{_REL}" Target="worksheets/sheet9.xml"/>'.encode(),
        ),
    }
    with zipfile.ZipFile(old) as archive, zipfile.ZipFile(path, "w") as out:
        for info in archive.infolist():
            content = archive.read(info)
            if info.filename in extra:
                end, more = extra[info.filename]
                content = content.replace(end, more + end)
            out.writestr(info.filename, content)
        out.writestr(
            "xl/worksheets/sheet9.xml", '<worksheet><sheetData><row r="1"><c r="A1"><v>1</c></row>'
        )
    old.unlink()


def test_folders_nested_without_end_are_left(tmp_path: Path) -> None:
    (tmp_path / "/".join(["deep"] * 100)).mkdir(parents=True)
    (note,) = (note for note in _gather(tmp_path).notes if note.code == "unreadable")
    assert note.text == "its folders are nested more than 64 levels deep and weren't read"


def test_a_file_name_that_is_no_utf_8_is_shown_as_it_can_be(tmp_path: Path) -> None:
    place = os.path.join(os.fsencode(tmp_path), b"\xff\xfe.csv")  # noqa: PTH118 (bytes)
    with open(place, "wb") as stream:  # noqa: PTH123
        stream.write((HEADER + ROW.format("Hat", 4, 3)).encode())
    names = {one.file.name for one in _gather(tmp_path).readings}
    assert names == {"good.csv", "\ufffd\ufffd.csv"}


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("x = " + "[" * 1000 + "]" * 1000, "nested too deeply"),
        (".".join("a" * 900) + " = 1", "nested too deeply"),
        (".".join("a" * 9000) + " = 1", "nested too deeply"),
        ("x = " + "9" * 5000, "too many digits"),
        ("[shop]\nmargin = " + "9" * 400, "found one of 400 digits"),
    ],
)
def test_absurd_settings_are_mistakes(tmp_path: Path, text: str, mistake: str) -> None:
    (tmp_path / "advisor.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Mistakes, match=mistake):
        read_settings(tmp_path / "advisor.toml")


def test_a_usual_depth_is_none_too_many() -> None:
    assert parse_toml("a.b.c.d = [[1]]", where="x") == {"a": {"b": {"c": {"d": [[1]]}}}}


def test_any_float_can_be_printed() -> None:
    assert ENGLISH.number(1e300, Unit.NUMBER).startswith("1,000,000")


def test_facts_have_the_limits_of_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "shop.facts"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", "{}")
        archive.writestr("frames/00000.parquet", bytes(1 << 26))
    with pytest.raises(AdvisorError, match=r"unpacks to [\d,]+ times its size"):
        read_facts(path)
