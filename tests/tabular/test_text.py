"""Delimited text: the same cells from the head and from the body, in small files and large ones."""

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.tabular.containers.text import HEAD_BYTES, TextGrid, as_utf8, delimiter
from tests.tabular.making import grid


def text_grid(folder: Path, data: bytes | str, name: str = "export [1]*.csv") -> TextGrid:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return TextGrid.open(path, name)


def body(one: TextGrid, after: int, *columns: int) -> list[tuple[object, ...]]:
    return one.body(after, columns).rows()


def test_a_newline_inside_a_quoted_cell_does_not_end_its_row(tmp_path: Path) -> None:
    text = (
        '"Dates: 2026-05-01 ~ 2026-05-31\n",\n,\nName,Views\n"two\nlines, and ""quotes""",5\nx,6\n'
    )
    one = text_grid(tmp_path, text)

    assert one.head[2] == ["Name", "Views"]
    assert body(one, 2, 0, 1) == [(4, 'two\nlines, and "quotes"', "5"), (5, "x", "6")]


def test_rows_may_be_shorter_or_longer_than_the_header(tmp_path: Path) -> None:
    one = text_grid(tmp_path, "a,b,c\n1\n1,2,3,4\n\n1,2\n")

    assert body(one, 0, 0, 2) == [(2, "1", None), (3, "1", "3"), (4, None, None), (5, "1", None)]


def test_a_stray_carriage_return_ends_no_row(tmp_path: Path) -> None:
    one = text_grid(tmp_path, "name,views\r\na\rb,5\r\nc,6\r\n")

    assert list(one.head) == [["name", "views"], ["a b", "5"], ["c", "6"]]
    assert body(one, 0, 1) == [(2, "5"), (3, "6")]


def test_columns_come_in_the_order_asked_for(tmp_path: Path) -> None:
    frame = text_grid(tmp_path, "a,b,c\n1,2,3\n").body(0, [2, 0])

    assert frame.columns == ["_row", "c2", "c0"]
    assert frame.schema["_row"] == pl.UInt32
    assert frame.rows() == [(2, "3", "1")]


def test_a_header_may_be_the_last_row(tmp_path: Path) -> None:
    assert text_grid(tmp_path, "a,b").body(0, [0, 1]).is_empty()
    assert text_grid(tmp_path, "a,b\n").body(0, [0, 1]).is_empty()


def test_tabs_and_blanks_at_the_ends_of_cells_are_taken_off(tmp_path: Path) -> None:
    one = text_grid(tmp_path, "id,time\n 12\t ,31/05/2026 14:03:11\t\n \t,\u00a0x\n")

    assert body(one, 0, 0, 1) == [(2, "12", "31/05/2026 14:03:11"), (3, None, "x")]


@pytest.mark.parametrize(
    "text",
    [
        '="ID"\t="Name"\n="1730829974117385557"\t="tea; 19, may"\n',
        '"=""ID""","=""Name"""\n"=""1730829974117385557""","=""tea; 19, may"""\n',
    ],
    ids=["pasted", "quoted"],
)
def test_a_formula_that_quotes_a_cell_is_unwrapped(tmp_path: Path, text: str) -> None:
    one = text_grid(tmp_path, text)

    assert list(one.head) == [["ID", "Name"], ["1730829974117385557", "tea; 19, may"]]
    assert body(one, 0, 0, 1) == [(2, "1730829974117385557", "tea; 19, may")]


@pytest.mark.parametrize("name", ['5" screen', 'a "b" c', '"half'])
def test_a_quotation_mark_inside_a_cell_spoils_no_other_row(tmp_path: Path, name: str) -> None:
    one = text_grid(tmp_path, f"id,name,views\n1,x {name},5\n2,y,6\n3,z,7\n")

    assert body(one, 0, 1, 2) == [(2, f"x {name}", "5"), (3, "y", "6"), (4, "z", "7")]


def test_a_delimiter_inside_quotes_is_not_counted(tmp_path: Path) -> None:
    text = 'a;b\n"1,5,5,5";2\n"2,5,5,5";3\n'

    assert grid(tmp_path, text) == [["a", "b"], ["1,5,5,5", "2"], ["2,5,5,5", "3"]]


def test_a_tab_at_the_end_of_a_cell_divides_nothing(tmp_path: Path) -> None:
    text = "id,time,n\n1\t,1/5/26\t,5\n2\t,1/5/26\t\n3\t,1/5/26\t,x,y\n"

    assert grid(tmp_path, text)[0] == ["id", "time", "n"]


@pytest.mark.parametrize("end", ['3,"', '"'])
def test_a_file_that_was_cut_off_behind_a_quotation_mark_is_read(end: str, tmp_path: Path) -> None:
    one = text_grid(tmp_path, f"a,b\n1,2\n{end}")

    rows = one.body(0, (0, 1), {0, 1}).rows()
    assert [float(cell) for cell in rows[0]] == [2, 1, 2]
    assert len(rows) == 2


def test_numbers_of_a_plain_column_come_parsed_and_dashes_as_null(tmp_path: Path) -> None:
    frame = text_grid(tmp_path, "n,v,m\nx,1.5,$1\ny,-,$2\nz,20,-\n").body(0, [0, 1, 2], {1, 2})

    assert frame["c1"].to_list() == [1.5, None, 20.0]
    assert frame["c2"].to_list() == ["$1", "$2", "-"]


def test_a_column_with_one_odd_cell_far_down_stays_text_and_the_others_do_not(
    tmp_path: Path,
) -> None:
    rows = "".join(f"{n},{n},{n}\n" for n in range(100))
    frame = text_grid(tmp_path, f"a,b,c\n{rows}1,Rp5.000,7\n").body(0, [0, 1, 2], {0, 1, 2})

    assert [frame.schema[f"c{at}"] for at in range(3)] == [pl.Float64, pl.String, pl.Float64]
    assert frame.row(-1) == (102, 1.0, "Rp5.000", 7.0)


def large(rows: int) -> str:
    return "\n".join(f"{n},campaña {n},{n / 4}" for n in range(rows))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_large_file_gives_the_same_cells_as_a_small_one(tmp_path: Path, encoding: str) -> None:
    text = '"one\ntwo",,\nid,name,cost\n' + large(20_000)
    assert len(text) > HEAD_BYTES

    frame = text_grid(tmp_path, text.encode(encoding)).body(1, [0, 1, 2], {2})

    assert frame.height == 20_000
    assert frame.row(0) == (3, "0", "campaña 0", 0.0)
    assert frame.row(-1) == (20_002, "19999", "campaña 19999", 19_999 / 4)


def test_a_letter_of_another_encoding_deep_in_a_large_file_is_read(tmp_path: Path) -> None:
    text = "id,name,cost\n" + "\n".join(f"{n},x,{n}" for n in range(60_000)) + "\n7,ñ,1\n"
    assert len(text) > HEAD_BYTES

    frame = text_grid(tmp_path, text.encode("cp1252")).body(0, [0, 1], {0})

    assert frame.row(-1) == (60_002, 7.0, "ñ")


cell = st.text(st.sampled_from('ab1 ,;\n"|é😀-'), max_size=6)


@given(rows=st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_what_a_csv_writer_wrote_is_read_back(
    tmp_path: Path, rows: list[tuple[str, str, str]]
) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([("a", "b", "c"), *rows])
    one = text_grid(tmp_path, out.getvalue(), "export.csv")

    found = one.body(0, [0, 1, 2]).select("c0", "c1", "c2").rows()

    assert found == [tuple(text.strip() or None for text in row) for row in rows]


_TABLE = "Name,Views,Clicks\n"


@pytest.mark.parametrize(
    ("text", "rows", "unclosed"),
    [
        ('a,1,5\n"b,2,6\nc,3,7\nd,4,8\n', [("b", "2"), ("c", "3"), ("d", "4")], (3,)),
        ('a,1,5\n"b, or B,2,6\nc,3,7\n', [("b, or B", "2"), ("c", "3")], (3,)),
        ('a,1,5\n"b,2,6\n"c",3,7\n"d",4,8\n', [("b", "2"), ("c", "3"), ("d", "4")], (3,)),
        ('a,1,5\n"b,2,6\n"c,3,7\nd,4,8\n', [("b", "2"), ("c", "3"), ("d", "4")], (3, 4)),
        ('"a\n\n!",1,5\n"b,2,6\nd,4,8\n', [("b", "2"), ("d", "4")], (3,)),
        (
            'a,1,5\n"b,2,6\nc,3,7\nd,4,8\ne,5,9\nf,6,9",7,8\n',
            [("b", "2"), ("c", "3"), ("d", "4"), ("e", "5"), ("f", "6")],
            (3,),
        ),
    ],
    ids=["to the end", "with a delimiter", "to another cell", "two", "after a caption", "even"],
)
def test_a_quote_that_is_never_closed_loses_no_row(
    tmp_path: Path, text: str, rows: list[tuple[str, str]], unclosed: tuple[int, ...]
) -> None:
    one = text_grid(tmp_path, _TABLE + text)

    assert [row[1:] for row in body(one, 0, 0, 1)][1:] == rows
    assert one.unclosed == unclosed


@pytest.mark.parametrize(
    "caption",
    [
        "one\ntwo\nthree",
        "a, b, c\nd, e, f\ng",
        "\n\n\n",
        'say ""hi"",\nand, so, on\n"",',
        "a,b,c\n",
    ],
)
def test_a_caption_of_many_lines_and_commas_stays_one_cell(tmp_path: Path, caption: str) -> None:
    text = f'{_TABLE}"{caption}",1,5\nx,"{caption}",6\nb,2,"{caption}"\nc,3,7\n'
    one = text_grid(tmp_path, text)

    assert len(body(one, 0, 0, 1)) == 4
    assert one.unclosed == ()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_read(encoding: str) -> None:
    text = "Campaign name\tCost\nNiño 帽子\t10\n"
    assert as_utf8(text.encode(encoding)) == text.encode()


def test_a_pipe_cuts_rows_only_where_the_header_has_it_too() -> None:
    assert delimiter(b"Campaign|Cost|Clicks\nA, b|10|1\nC, d|11|2\n") == "|"
    assert delimiter(b"Campaign,Cost\nK | ABO | x,10\nK | CBO | y,11\n") == ","
