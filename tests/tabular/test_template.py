"""A template with a mistake is not read; all of its mistakes are named at once."""

import io
import string
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.errors import Mistakes
from advisor.model.reading import Grain, Table
from advisor.plugin.hookspecs import ReadContext
from advisor.tabular.custom.template import Template, TemplateProvider
from advisor.tabular.custom.template_rows import each_day, rows_about
from advisor.tabular.kind import Kind
from advisor.tabular.kinds import kind_of
from tests.tabular.making import opened

TOML = """
id = "plan"
title = "Plan"
where = "advisor init --templates"
family = "plan"
grain = "day"
template = true
requires = ["day", "item"]
unique = ["day", "item"]
makes = ["amount"]
[[subject]]
kind = "product"
[columns.day]
type = "date"
role = "day"
cell = { required = true }
headers.en = ["date"]
[columns.until]
type = "date"
role = "text"
cell = { above = "day" }
headers.en = ["until"]
[columns.month]
type = "month"
role = "text"
headers.en = ["month"]
[columns.item]
type = "id"
role = "text"
cell = { required = true, unless = { state = ["open"] } }
headers.en = ["item"]
[columns.state]
type = "text"
role = "text"
cell = { allowed = ["open", "closed"] }
headers.en = ["state"]
[columns.amount]
type = "money"
role = "text"
cell = { min = 0, below = "most" }
headers.en = ["amount"]
[columns.most]
role = "text"
headers.en = ["most"]
[columns.share]
type = "rate"
role = "text"
cell = { min = 0, max = 1 }
headers.en = ["share"]
"""
HEADER = "date,until,month,item,state,amount,most,share"
LOST = "lost its digits in a spreadsheet; copy the whole id, as text"
SEEN: list[pl.DataFrame] = []


def _shape(kind: Kind, rows: pl.DataFrame, context: ReadContext) -> list[Table]:
    SEEN.append(rows)
    key = pl.col("item").fill_null("")
    amount = {"amount": pl.col("amount")}
    return [rows_about("product", kind, Grain.DAY, rows, amount, key=key, first=pl.col("day"))]


PROVIDER = TemplateProvider("plans", [Template(kind_of(TOML, where="plan.toml"), _shape)])
CONTEXT = ReadContext(today=date(2026, 6, 30))


def _rows(tmp_path: Path, *lines: str, header: str = HEADER) -> list[dict[str, object]]:
    source = opened(tmp_path, "\n".join((header, *lines)) + "\n")
    (match,) = PROVIDER.recognise(source)
    reading = PROVIDER.read(source, match, CONTEXT)
    assert reading.rows == SEEN[-1].height
    return SEEN[-1].drop("_row").to_dicts()


def _mistakes(tmp_path: Path, *lines: str) -> tuple[str, ...]:
    with pytest.raises(Mistakes) as caught:
        _rows(tmp_path, *lines)
    return caught.value.mistakes


def test_cells_become_values_of_their_type(tmp_path: Path) -> None:
    (row,) = _rows(tmp_path, "2026-05-01,2026-05-02,2026-05,0123.0,OPEN,1234.5,2000,6%")
    assert row == {
        "day": date(2026, 5, 1),
        "until": date(2026, 5, 2),
        "month": date(2026, 5, 1),
        "item": "0123",
        "state": "open",
        "amount": 1234.5,
        "most": 2000.0,
        "share": pytest.approx(0.06),
    }


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("31/05/2026,,,7,,,,", "date: '31/05/2026' is no day; write it as 2026-05-31"),
        (",,,7,,,,", "date: is empty; write it as 2026-05-31"),
        ("2026-02-30,,,7,,,,", "date: '2026-02-30' is no day; write it as 2026-05-31"),
        ("2026-05-01,2026-04-30,,7,,,,", "until: '2026-04-30' is before or less than date"),
        ("2026-05-01,,2026-13,7,,,,", "month: '2026-13' is no month; write it as 2026-05"),
        ("2026-05-01,,,,,,,", "item: is empty, which it may be only where state is open"),
        ("2026-05-01,,,1.7E+18,,,,", f"item: '1.7E+18' {LOST}"),
        ("2026-05-01,,,7,opne,,,", "state: 'opne' is unknown; did you mean 'open'?"),
        ("2026-05-01,,,7,x,,,", "state: 'x' is unknown; write open or closed"),
        ("2026-05-01,,,7,,-1,,", "amount: '-1' is less than 0"),
        ("2026-05-01,,,7,,9,8,", "amount: '9' is after or more than most"),
        ("2026-05-01,,,7,,1.234,,", "amount: '1.234' can be read two ways; write 1234 or 1.23"),
        ("2026-05-01,,,7,,much,,", "amount: 'much' is no amount; write it as 1234.50"),
        ("2026-05-01,,,7,,,,6", "share: '6' is more than 1; write 6 % as 0.06 or 6%"),
        ("2026-05-01,,,7,,,,six", "share: 'six' is no share; write it as 0.06 or 6%"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_row_and_column(
    tmp_path: Path, line: str, mistake: str
) -> None:
    assert _mistakes(tmp_path, "2026-05-01,,,1,,,,", line) == (f"row 3, {mistake}",)


def test_two_rows_of_one_key_are_both_named(tmp_path: Path) -> None:
    row = "2026-05-01,,,7,,,,"
    says = "item: '7' is there again; one row for each date and item"
    assert _mistakes(tmp_path, row, row) == (f"row 2, {says}", f"row 3, {says}")


def test_a_dash_and_a_blank_are_empty_and_a_blank_row_is_none(tmp_path: Path) -> None:
    (row,) = _rows(tmp_path, "2026-05-01,-,, 7 ,,N/A,,", ",,,,,,,")
    assert (row["until"], row["item"], row["amount"]) == (None, "7", None)


def test_semicolons_and_decimal_commas_of_a_spreadsheet_are_understood(tmp_path: Path) -> None:
    line = "2026-05-01;;;7;;1234,5;2000;0,06"
    (row,) = _rows(tmp_path, line, header=HEADER.replace(",", ";"))
    assert (row["amount"], row["share"]) == (1234.5, 0.06)


def test_the_dates_of_a_workbook_are_days(tmp_path: Path) -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["date", "month", "item", "share"])
        sheet.write_row(1, 0, [date(2026, 5, 7), date(2026, 5, 1), "7", 0.06])
    source = opened(tmp_path, data.getvalue(), "plan.xlsx")
    (match,) = PROVIDER.recognise(source)
    PROVIDER.read(source, match, CONTEXT)
    (row,) = SEEN[-1].select("day", "month", "share").rows()
    assert row == (date(2026, 5, 7), date(2026, 5, 1), 0.06)


def test_a_long_list_of_mistakes_is_cut_and_says_so(tmp_path: Path) -> None:
    lines = [f"no,,,{at},,,," for at in range(60)]
    wrong = _mistakes(tmp_path, *lines)
    assert (len(wrong), wrong[-1]) == (51, "first 50 of 60")


def test_a_header_without_a_needed_column_is_nearly_a_template(tmp_path: Path) -> None:
    source = opened(tmp_path, "date,until\n2026-05-01,\n")
    (match,) = PROVIDER.recognise(source)
    assert match.lacks == ("item",)
    with pytest.raises(Mistakes, match="the header lacks item"):
        PROVIDER.read(source, match, CONTEXT)


_AMOUNTS = st.integers(0, 10**9).map(lambda n: n / 100)
_LINES = st.lists(
    st.fixed_dictionaries(
        {
            "day": st.dates(date(2020, 1, 1), date(2030, 1, 1)),
            "item": st.text(string.digits, min_size=4, max_size=9),
            "amount": st.none() | _AMOUNTS,
            "share": st.none() | st.integers(0, 100).map(lambda n: n / 100),
        }
    ),
    max_size=20,
    unique_by=lambda row: (row["day"], row["item"]),
)


@settings(deadline=None)
@given(_LINES)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, lines: list[Mapping[str, object]]
) -> None:
    def cell(value: object) -> str:
        return "" if value is None else str(value)

    text = [
        f"{row['day']},,,{row['item']},,{cell(row['amount'])},,{cell(row['share'])}"
        for row in lines
    ]
    rows = _rows(tmp_path_factory.mktemp("plan"), *text)
    assert [(r["day"], r["amount"], r["share"]) for r in rows] == [
        (row["day"], row["amount"], row["share"]) for row in lines
    ]


def test_a_stretch_of_days_has_each_of_its_days() -> None:
    first = date(2026, 5, 30)
    rows = pl.DataFrame({"first": [first], "last": [first + timedelta(days=2)]})
    days = each_day(rows, pl.col("first"), pl.col("last"))["day"]
    assert days.to_list() == [first, date(2026, 5, 31), date(2026, 6, 1)]
