"""Cells of text become values, whatever their spelling."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.plugin import alone
from advisor.tabular import cells
from advisor.tabular.amounts import (
    Amounts,
    Asked,
    Point,
    Spelling,
    amounts_of,
    settle,
    take_apart,
)
from advisor.tabular.kind import Percent


def read_as(taken: list[Amounts], points: list[Point]) -> list[list[float | None]]:
    asked = [Asked(one, point) for one, point in zip(taken, points, strict=True)]
    return [one.value.to_list() for one in alone(amounts_of(asked))]


def money(texts: list[str], currency: str | None = None) -> list[float | None]:
    (taken,) = alone(take_apart([pl.Series("t", texts, pl.String)]))
    (values,) = read_as([taken], [settle(taken.spelling, Spelling(), currency)])
    return values


def share(text: str, bare: Percent) -> float | None:
    (taken,) = alone(take_apart([pl.Series("t", [text])]))
    (read,) = alone(amounts_of([Asked(taken, Point.DECIMAL, bare)]))
    value: float | None = read.value.item()
    return value


@pytest.mark.parametrize(
    ("text", "currency", "value"),
    [
        ("0", None, 0.0),
        ("$0.00", None, 0.0),
        ("5.55111512312578E-17", None, 0.0),
        ("-1e-320", None, 0.0),
        ("0.000001", None, 0.000001),
        ("MX$0.00", None, 0.0),
        ("MXN 3,121.71", None, 3121.71),
        ("Rp93.581.721", None, 93_581_721.0),
        ("627.840.078₫", None, 627_840_078.0),
        ("143,225,839.12₫", None, 143_225_839.12),
        ("R$ 62,90", None, 62.9),
        ("S$12.00", None, 12.0),
        ("161074.000", "IDR", 161_074.0),
        ("598143548", "IDR", 598_143_548.0),
        ("1.234", "IDR", 1234.0),
        ("1.234", "VND", 1234.0),
        ("1.234", "USD", 1.234),
        ("1.234", None, 1.234),
        ("0.123", "IDR", 0.123),
        ("1,234", "IDR", 1234.0),
        ("1.234,5 €", None, 1234.5),
        ("1 234 567,8", None, 1_234_567.8),
        ("1,23,456.00", "INR", 123_456.0),
        ("-$4.50", None, -4.5),
        ("$-4.50", None, -4.5),
        ("(1,234.50)", None, -1234.5),
        ("−3", None, -3.0),
        ("1.5E+6", None, 1_500_000.0),
        ("฿1,000", None, 1000.0),
    ],
)
def test_an_amount_is_read_in_its_spelling(text: str, currency: str | None, value: float) -> None:
    assert money([text], currency) == [pytest.approx(value)]


@pytest.mark.parametrize("text", ["abc", "12 abc", "inf", "NaN", "1.2.3", "1+", "--5", "1,2,3", ""])
def test_what_is_no_amount_is_null(text: str) -> None:
    assert money([text]) == [None]


@pytest.mark.parametrize(
    ("column", "currency", "values"),
    [
        (["1.234", "2.345.678"], "USD", [1234.0, 2_345_678.0]),
        (["1.234", "0.5"], "IDR", [1.234, 0.5]),
        (["51.000", "161074.000"], "IDR", [51.0, 161_074.0]),
        (["1,234", "0,5"], "EUR", [1.234, 0.5]),
        (["1.234", "0,5"], "EUR", [1234.0, 0.5]),
        (["234.9", "R$ 62,90", "R$ 1.234,50"], "BRL", [234.9, 62.9, 1234.5]),
    ],
)
def test_a_column_decides_what_its_dots_mean_before_the_currency_does(
    column: list[str], currency: str, values: list[float]
) -> None:
    assert money(column, currency) == pytest.approx(values)


def test_columns_taken_apart_together_keep_their_own_spelling() -> None:
    columns = [pl.Series(["1.234,5", "1.234"]), pl.Series(["1,234.5", "1.234"])]
    taken = alone(take_apart(columns))
    points = [settle(one.spelling, Spelling(), None) for one in taken]

    assert read_as(taken, points) == [[1234.5, 1234.0], [1234.5, 1.234]]


def test_other_columns_of_the_file_decide_where_a_column_is_silent() -> None:
    assert settle(Spelling(open_dot=1), Spelling(comma=1), "USD") is Point.THOUSANDS


@pytest.mark.parametrize(
    ("sign", "found"),
    [("MX$1", {"MXN"}), ("1 ₫", {"VND"}), ("USD 1", {"USD"}), ("$1", set()), ("1", set())],
)
def test_a_bare_dollar_names_no_currency(sign: str, found: set[str]) -> None:
    (taken,) = alone(take_apart([pl.Series("t", [sign])]))
    assert taken.currencies == found


@pytest.mark.parametrize(
    ("text", "bare", "value"),
    [
        ("1.47%", Percent.SIGN, 0.0147),
        ("1.47%", Percent.NUMBER, 0.0147),
        ("1.47%", Percent.FRACTION, 0.0147),
        ("1,47 %", Percent.SIGN, 0.0147),
        ("100.0%", Percent.SIGN, 1.0),
        ("0%", Percent.SIGN, 0.0),
        ("166.54%", Percent.SIGN, 1.6654),
        ("0.0060", Percent.FRACTION, 0.006),
        ("0.32", Percent.NUMBER, 0.0032),
        ("0.03", Percent.SIGN, None),
        ("0", Percent.SIGN, 0.0),
    ],
)
def test_a_percent_sign_wins_over_what_bare_numbers_mean(
    text: str, bare: Percent, value: float | None
) -> None:
    assert share(text, bare) == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4206", 4206.0),
        ("73", 73.0),
        ("3h 12min", 11_520.0),
        ("4ชั่วโมง9นาที28วินาที", 14_968.0),
        ("13sec", 13.0),
        ("1170.5 min(s)", 70_230.0),
        ("01:02:03", 3723.0),
        ("12:34", 754.0),
        ("1899-12-31 12:00:00", 43_200.0),
        ("2 hours 5 minutes", 7500.0),
        ("5 jam 3 menit", 18_180.0),
        ("1 día 2 horas", 93_600.0),
        ("2小时15分钟", 8100.0),
        ("3h 12", None),
        ("soon", None),
    ],
)
def test_a_duration_is_read_in_seconds(text: str, seconds: float | None) -> None:
    (found,) = alone(cells.durations([pl.Series("t", [text])]))
    assert found.to_list() == [seconds]


@pytest.mark.parametrize("mark", ["-", "--", "N/A", "N/D", "null", "undefined"])
def test_a_missing_mark_is_null_and_not_zero(mark: str) -> None:
    assert cells.known_only(pl.Series("t", [mark, "0"])).to_list() == [None, "0"]


@pytest.mark.parametrize(
    ("ids", "ruined"),
    [
        (["1.73497E+18", "1734970000000000123"], True),
        (["1734970000000000000", "1735520000000000000"], True),
        (["1730829974117390000"], True),
        (["1730829974117384960", "1730829974117385216"], True),
        (["1730829974117385557", "1735523101213165258"], False),
        (["1858789299762209"], False),
        (["1858789299762200"], False),
        ([str(1858789299762200 + 10 * n) for n in range(8)], True),
        (["12", "video"], False),
    ],
)
def test_ids_that_a_spreadsheet_cut_are_known(ids: list[str], ruined: bool) -> None:
    assert cells.ruined(pl.Series("t", ids)) is ruined


whole = st.integers(min_value=-(10**12), max_value=10**12)


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


@given(st.lists(whole, min_size=1), st.sampled_from(["Rp{}", "{}₫", "Rp {}", "{} IDR"]))
def test_whole_money_with_dots_survives(amounts: list[int], form: str) -> None:
    texts = [form.format(_dotted(amount)) for amount in amounts]

    assert money(texts, "IDR") == [float(amount) for amount in amounts]


@given(st.lists(whole, min_size=1), st.sampled_from(["${}", "MX${}", "MXN {}", "{}₫", "{}"]))
def test_money_with_commas_and_two_decimals_survives(cents: list[int], form: str) -> None:
    texts = [form.format(f"{cent / 100:,.2f}") for cent in cents]

    assert money(texts) == pytest.approx([cent / 100 for cent in cents])


@given(st.lists(whole, min_size=1))
def test_money_with_decimal_commas_survives(cents: list[int]) -> None:
    swap = str.maketrans(",.", ".,")
    texts = [f"R$ {cent / 100:,.2f}".translate(swap) for cent in cents]

    assert money(texts) == pytest.approx([cent / 100 for cent in cents])


@given(st.integers(min_value=0, max_value=10**6))
def test_a_percentage_survives(basis_points: int) -> None:
    found = share(f"{basis_points / 100:.2f}%", Percent.SIGN)

    assert found == pytest.approx(basis_points / 10_000)


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
def test_a_duration_survives(hours: int, minutes: int, seconds: int) -> None:
    texts = [
        f"{hours}h {minutes}min {seconds}s",
        f"{hours}ชั่วโมง{minutes}นาที{seconds}วินาที",
        f"{hours:02}:{minutes:02}:{seconds:02}",
        str(3600 * hours + 60 * minutes + seconds),
    ]

    (found,) = alone(cells.durations([pl.Series("t", texts)]))
    assert set(found) == {3600 * hours + 60 * minutes + seconds}


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026/05/31 15:09:53", 15.15),
        ("2026-05-22 15:00", 15),
        ("5/22/2026 3:30 PM", 15.5),
        ("5/22/2026 12:15 am", 0.25),
        ("2026-05-22T08:45:00.000", 8.75),
        ("15:30", 15.5),
        ("2026-05-22", None),
        ("99:30", None),
        (None, None),
    ],
)
def test_a_time_of_day_is_read_in_hours(text: str | None, hour: float | None) -> None:
    # The second cell says that the column has times.
    assert cells.clock(pl.Series([text, "23:00"]))[0] == hour


def test_a_column_of_days_that_a_spreadsheet_writes_as_midnights_has_no_times() -> None:
    days = pl.Series(["2026-05-22 00:00:00", "2026-05-23 00:00:00"])

    assert cells.clock(days).to_list() == [None, None]


@pytest.mark.parametrize("values", [[5.5e-17, 1.0], [-1e-320], [2.0, float("nan")], [1e15, 3.0]])
def test_numbers_are_held_to_the_bounds_of_texts(values: list[float]) -> None:
    assert cells.finite(pl.Series(values)).to_list() == money([repr(value) for value in values])
