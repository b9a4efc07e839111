"""A file is what its content says."""

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from advisor.errors import AdvisorError
from advisor.model.reading import File
from advisor.model.source import Container
from advisor.tabular.containers.open import open_source
from tests.tabular.making import grid, opened

TABLE = "a,b\n1,2\n"


def workbook(*rows: Sequence[object], sheets: int = 1) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        for _ in range(sheets):
            sheet = book.add_worksheet()
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return data.getvalue()


def lying_workbook() -> bytes:
    """A workbook whose sheet claims to have one cell."""
    lies = io.BytesIO()
    truth = zipfile.ZipFile(io.BytesIO(workbook(["a", "b"], [1, 2])))
    with truth, zipfile.ZipFile(lies, "w") as archive:
        for name in truth.namelist():
            archive.writestr(name, truth.read(name).replace(b'ref="A1:B2"', b'ref="A1"'))
    return lies.getvalue()


@pytest.mark.parametrize(
    ("data", "container"),
    [
        (TABLE.encode(), Container.TEXT),
        (workbook(["a", "b"], [1, 2]), Container.XLSX),
        (b'{"data": {"list": [{"a": 1}]}}', Container.JSON),
        (b'\n [{"a": 1}]', Container.JSON),
        (b"[Date range]: 2026-05-01 ~ 2026-05-31\na,b\n1,2\n", Container.TEXT),
        (b'{"a": 1}\n{"a": 2}\n', Container.JSON_LINES),
        (b'{"stream": "ads", "data": {"a": 1}}\n', Container.JSON_LINES),
    ],
)
def test_the_container_is_known_by_content_whatever_the_name(
    tmp_path: Path, data: bytes, container: Container
) -> None:
    assert opened(tmp_path, data, "export.xlsx.csv").container is container


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with BOM": lambda text: text.encode("utf-8-sig"),
    "utf-16 little": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "utf-16 big": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "windows-1252": lambda text: text.encode("cp1252"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
}


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=list(ENCODINGS))
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_text_is_read_in_its_encoding_with_its_delimiter(
    tmp_path: Path, encoding: Callable[[str], bytes], delimiter: str
) -> None:
    text = 'título,"a, b; c"\nuno,1\ndos,2\n'.replace(
        '"a, b; c"', '"a, b; c"' if delimiter != "\t" else "a, b; c"
    )
    head, _, rest = text.partition("\n")
    lines = [
        head.replace("título,", f"título{delimiter}"),
        *rest.replace(",", delimiter).split("\n"),
    ]

    assert grid(tmp_path, encoding("\n".join(lines))) == [
        ["título", "a, b; c"],
        ["uno", "1"],
        ["dos", "2"],
    ]


@pytest.mark.parametrize(
    ("data", "message", "hint"),
    [
        (b"", "is empty", "export it again"),
        (b"\xef\xbb\xbf \r\n", "is empty", "export it again"),
        (workbook(["a"])[:-200], "cut off", "again"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel file", ".xlsx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + b"\0" * 600
            + "EncryptedPackage".encode("utf-16-le"),
            "password",
            "remove the password",
        ),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page", "save it as"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "neither a table nor JSON", ".csv"),
        (b'{"data": [1, 2', "not valid JSON", "again"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply", "as it came"),
        (b'{"a":' * 100 + b"[{}]" + b"}" * 100, "nested too deeply", "as it came"),
    ],
)
def test_a_file_without_tables_says_what_it_is_and_what_to_do(
    tmp_path: Path, data: bytes, message: str, hint: str
) -> None:
    with pytest.raises(AdvisorError) as caught:
        opened(tmp_path, data)

    assert caught.value.where == "export.csv"
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("Overview.csv", TABLE)

    with pytest.raises(AdvisorError, match="unpack it and give the folder"):
        opened(tmp_path, data.getvalue())


def test_a_missing_file_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match=r"gone\.csv: cannot be read"):
        open_source(File(tmp_path / "gone.csv", "gone.csv", 0, ""))


def test_a_sheet_that_lies_about_its_size_is_read_in_full(tmp_path: Path) -> None:
    assert grid(tmp_path, lying_workbook()) == [["a", "b"], ["1", "2"]]


def test_cells_of_a_sheet_come_as_text_with_all_their_digits(tmp_path: Path) -> None:
    row = [
        "1730829974117385557",
        7412345678901234,
        0.0345,
        598143548,
        1234.5,
        datetime(2026, 5, 1, 12, 30),
        date(2026, 5, 1),
        "text\t",
        None,
    ]

    (cells,) = grid(tmp_path, workbook(row))

    assert cells[:5] == ["1730829974117385557", "7412345678901234", "0.0345", "598143548", "1234.5"]
    assert [cell[:10] for cell in cells[5:7]] == ["2026-05-01", "2026-05-01"]
    assert cells[7] == "text"


def test_blank_rows_above_a_sheets_header_keep_their_numbers(tmp_path: Path) -> None:
    (sheet,) = opened(tmp_path, workbook([], [], ["a", "b"], ["x", 1])).grids

    assert sheet.head[2] == ["a", "b"]
    assert sheet.body(2, [0, 1]).rows() == [(4, "x", "1")]


def test_every_sheet_is_a_grid(tmp_path: Path) -> None:
    grids = opened(tmp_path, workbook(["a"], [1], sheets=2)).grids

    assert [one.name for one in grids] == ["Sheet1", "Sheet2"]


def test_an_empty_sheet_is_an_empty_grid(tmp_path: Path) -> None:
    (sheet,) = opened(tmp_path, workbook()).grids

    assert list(sheet.head) == []


def test_every_list_of_objects_in_json_is_a_grid_named_by_its_path(tmp_path: Path) -> None:
    document = {
        "code": 0,
        "data": {
            "list": [{"metrics": {"spend": "1.50"}, "dimensions": {"ad_id": 1730829974117385557}}],
            "page": [1, 2],
        },
        "rows": [{"a": None, "b": True, "c": 0.10, "d": [{"id": 7}]}, {"a": "x", "e": {}}],
    }
    source = opened(tmp_path, json.dumps(document))

    assert [list(map(list, one.head)) for one in source.grids] == [
        [["metrics.spend", "dimensions.ad_id"], ["1.50", "1730829974117385557"]],
        [["a", "b", "c", "d"], ["", "true", "0.1", '[{"id": "7"}]'], ["x", "", "", ""]],
    ]
    assert [one.name for one in source.grids] == ["data.list", "rows"]


def test_a_number_in_json_keeps_the_digits_it_is_written_with(tmp_path: Path) -> None:
    text = '[{"id": 12345678901234567890123, "gmv": 1.10, "rate": 1e-3}]'

    assert grid(tmp_path, text)[1] == ["12345678901234567890123", "1.10", "1e-3"]


def test_streams_of_json_lines_are_grids_of_their_own(tmp_path: Path) -> None:
    lines = [
        {"stream": "ads", "data": {"metrics": {"spend": "1"}}},
        {"type": "RECORD", "record": {"stream": "campaigns", "data": {"id": 2}}},
        {"stream": "ads", "data": {"metrics": {"spend": "2"}}},
    ]
    source = opened(tmp_path, "\n".join(map(json.dumps, lines)))

    assert {one.name: one.body(0, [0])["c0"].to_list() for one in source.grids} == {
        "stream:ads": ["1", "2"],
        "stream:campaigns": ["2"],
    }


def test_json_lines_of_plain_objects_are_one_grid(tmp_path: Path) -> None:
    (only,) = opened(tmp_path, '{"a": 1}\n\n{"a": 2, "b": "x"}\n').grids

    assert only.name == ""
    assert only.body(0, [0, 1]).rows() == [(2, "1", None), (3, "2", "x")]


def test_a_binary_workbook_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", b"\x83\x01\x00")
        archive.writestr("xl/worksheets/sheet1.bin", b"\x81\x01\x00")
    with pytest.raises(AdvisorError, match="xlsb") as caught:
        open_source(File(path, path.name, path.stat().st_size, "0"))
    assert caught.value.hint is not None
    assert ".xlsx" in caught.value.hint
