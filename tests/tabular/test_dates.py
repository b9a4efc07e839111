"""Text becomes days, whatever its spelling."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.model.reading import Period
from advisor.plugin import alone
from advisor.tabular import dates
from advisor.tabular.day_order import Order
from advisor.tabular.file_periods import name_text, period_of
from advisor.tabular.kind import Covers
from advisor.tabular.months import LANGUAGES
from advisor.tabular.spans import spans
from tests.tabular.making import TODAY

MAY = Period(date(2026, 5, 1), date(2026, 5, 31))


def days(texts: list[str], order: Order | None = None, today: date = TODAY) -> dates.Days:
    rows = pl.Series("r", range(1, len(texts) + 1), pl.UInt32)
    return alone(dates.days(pl.Series("t", texts), rows, order or Order(), today))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-01", date(2026, 5, 1)),
        ("2026/05/31 15:09:53", date(2026, 5, 31)),
        ("2026-05-22 15:00", date(2026, 5, 22)),
        ("2026-08-15 00:00:00", date(2026, 8, 15)),
        ("2026-05-01T10:00:00Z", date(2026, 5, 1)),
        ("31/05/2026 14:03:11", date(2026, 5, 31)),
        ("05/31/2026 2:03:11 PM", date(2026, 5, 31)),
        ("31.05.2026", date(2026, 5, 31)),
        ("May 2, 2026", date(2026, 5, 2)),
        ("2 de mayo de 2026", date(2026, 5, 2)),
        ("1 ม.ค. 2026", date(2026, 1, 1)),
        ("2026년 4월 12일", date(2026, 4, 12)),
        ("20260501", date(2026, 5, 1)),
        ("1623812664", date(2021, 6, 16)),
        ("1623812664000", date(2021, 6, 16)),
        ("September 25", date(2026, 9, 25)),
        ("April 12", date(2026, 4, 12)),
        ("18 tháng Sáu", date(2026, 6, 18)),
        ("18 tháng 6", date(2026, 6, 18)),
        ("18 tháng Mười Một", date(2026, 11, 18)),
        ("8 Juli", date(2026, 7, 8)),
        ("12 de abril", date(2026, 4, 12)),
        ("4월 12일", date(2026, 4, 12)),
        ("November 22", date(2026, 11, 22)),
        ("November 23", date(2025, 11, 23)),
        ("February 29", date(2024, 2, 29)),
    ],
)
def test_a_day_is_read_in_its_spelling(text: str, day: date) -> None:
    assert days([text]).parsed.values.to_list() == [day]


@pytest.mark.parametrize("text", ["31/04/2026", "2026-13-01", "soon", "12", "May"])
def test_an_impossible_day_is_null_and_counted_with_its_row(text: str) -> None:
    found = days(["2026-05-01", text]).parsed

    assert found.values.to_list() == [date(2026, 5, 1), None]
    assert (found.bad, found.example, found.first) == (1, text, 2)


@pytest.mark.parametrize(
    ("texts", "order", "first", "assumed"),
    [
        (["03/04/2026", "31/05/2026"], Order(region="US"), date(2026, 4, 3), False),
        (["03/04/2026", "05/31/2026"], Order(region="ID"), date(2026, 3, 4), False),
        (["03/04/2026"], Order(region="US"), date(2026, 3, 4), True),
        (["03/04/2026"], Order(currency="USD"), date(2026, 3, 4), True),
        (["03/04/2026"], Order(region="GB", currency="USD"), date(2026, 4, 3), True),
        (["03/04/2026"], Order(), date(2026, 4, 3), True),
        (["03/04/2026"], Order(day_first=True, region="US"), date(2026, 4, 3), False),
        (["05/04/2026"], Order(period=MAY), date(2026, 5, 4), False),
        (["04/05/2026"], Order(period=MAY, region="US"), date(2026, 5, 4), False),
        (["05/05/2026"], Order(), date(2026, 5, 5), False),
    ],
)
def test_the_column_then_the_period_then_the_region_decide_the_order(
    texts: list[str], order: Order, first: date, assumed: bool
) -> None:
    found = days(texts, order)

    assert found.parsed.values[0] == first
    assert found.assumed is assumed


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["December 31", "January 1"], [date(2025, 12, 31), date(2026, 1, 1)]),
        (["January 1", "December 31"], [date(2026, 1, 1), date(2025, 12, 31)]),
        (["May 16", "April 17", "May 2"], [date(2026, 5, 16), date(2026, 4, 17), date(2026, 5, 2)]),
        (
            ["November 23", "March 1", "November 22"],
            [date(2025, 11, 23), date(2026, 3, 1), date(2026, 11, 22)],
        ),
    ],
)
def test_a_series_without_years_keeps_its_order_over_new_year(
    texts: list[str], expected: list[date]
) -> None:
    assert days(texts).parsed.values.to_list() == expected


def test_a_large_column_of_few_days_is_read_like_a_small_one() -> None:
    texts = [f"2026-05-{1 + n % 31:02}" for n in range(1000)] + ["soon"]

    found = days(texts).parsed

    assert found.values[45] == date(2026, 5, 15)
    assert (found.bad, found.first) == (1, 1001)


@pytest.mark.parametrize(
    ("line", "period"),
    [
        ("2026-05-07 ~ 2026-06-03", ("2026-05-07", "2026-06-03")),
        ("[Date range]: 2026-05-01 ~ 2026-05-31\n", ("2026-05-01", "2026-05-31")),
        ("[Rango de fechas]: 2026-05-01 ~ 2026-05-31", ("2026-05-01", "2026-05-31")),
        ("Rango de fechas: 2026-05-01 ~ 2026-05-31", ("2026-05-01", "2026-05-31")),
        ("Analysis date: 29/05/2026~04/06/2026", ("2026-05-29", "2026-06-04")),
        ("Analysis date: 05/29/2026~06/04/2026", ("2026-05-29", "2026-06-04")),
        (
            "Fecha del análisis: 01/05/2026-31/05/2026,Fecha de comparación: 31/03/2026-30/04/2026",
            ("2026-05-01", "2026-05-31"),
        ),
        ("[Rango de fechas]: May 7, 2026 ~ Jun 3, 2026", ("2026-05-07", "2026-06-03")),
        ("Date Start: 2026-04-30 - Date End: 2026-05-31", ("2026-04-30", "2026-05-31")),
        ("Tiktok Ads_Untitled_20230404-20240403.csv", ("2023-04-04", "2024-04-03")),
    ],
)
def test_a_period_line_is_read_in_its_spelling(line: str, period: tuple[str, str]) -> None:
    first, last = map(date.fromisoformat, period)

    assert alone(period_of([["", "x"], [line, ""]], Order(), TODAY)) == Period(first, last)


def test_a_period_may_stand_in_a_cell_of_its_own_and_the_comparison_is_not_it() -> None:
    row = ["Fecha del análisis:", "01/05/2026-31/05/2026", "Comparar: 31/03/2026-30/04/2026"]

    assert alone(period_of([row], Order(), TODAY)) == MAY


@pytest.mark.parametrize("line", ["", "Resumen", "product_list_20260605.xlsx", "2026-05-01"])
def test_a_line_without_two_days_is_no_period(line: str) -> None:
    assert alone(period_of([[line]], Order(), TODAY)) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_months_of_every_language_are_read_as_its_locale_writes_them(language: str) -> None:
    from babel.dates import format_skeleton

    year = [date(2026, 10, 27) + timedelta(days=n - 330) for n in range(0, 330, 9)]
    for skeleton in ("MMMMd", "MMMd"):
        texts = [format_skeleton(skeleton, day, locale=language) for day in year]
        if all(text.isascii() and not any(map(str.isalpha, text)) for text in texts):
            continue  # digits alone
        assert days(texts).parsed.values.to_list() == year, texts


def test_the_year_is_that_of_the_period_or_the_latest_that_is_not_to_come() -> None:
    texts = ["November 23", "March 1", "November 21"]
    latest = [date(2025, 11, 23), date(2026, 3, 1), date(2026, 11, 21)]
    assert days(texts).parsed.values.to_list() == latest
    assert days(texts[::-1]).parsed.values.to_list() == latest[::-1]  # never by the order of rows
    before = Order(period=Period(date(2024, 12, 1), date(2025, 11, 30)))
    assert days(texts, before).parsed.values.to_list() == [
        date(2025, 11, 23),
        date(2025, 3, 1),
        date(2025, 11, 21),
    ]


@pytest.mark.parametrize("region", ["US", "ID"])
@pytest.mark.parametrize("day_first", [True, False])
def test_five_days_in_a_row_are_evidence_before_the_region(region: str, day_first: bool) -> None:
    series = [date(2026, 4, 3) + timedelta(days=n) for n in range(5)]
    form = "%d/%m/%Y" if day_first else "%m/%d/%Y"
    found = days([f"{day:{form}}" for day in series], Order(region=region))
    assert found.parsed.values.to_list() == series
    assert not found.assumed


def test_one_day_a_month_is_no_evidence() -> None:
    texts = [f"01/{month:02}/2026" for month in range(1, 7)]
    assert days(texts, Order(region="US")).parsed.values[1] == date(2026, 1, 2)
    assert days(texts[:4], Order(region="GB")).parsed.values[1] == date(2026, 2, 1)


@pytest.mark.parametrize(
    "name", ["a 2026_05_04-2026_05_10", "a_20260504_20260510 (2)", "a_2026-05-04_2026-05-10_v2"]
)
def test_the_name_of_a_file_says_its_period_with_underscores_too(name: str) -> None:
    period = Period(date(2026, 5, 4), date(2026, 5, 10))
    assert alone(period_of([[name_text(name)]], Order(), TODAY)) == period


@pytest.mark.parametrize(
    ("text", "covers", "first", "last"),
    [
        ("2026-02", None, "2026-02-01", "2026-02-28"),
        ("2024/02", None, "2024-02-01", "2024-02-29"),
        ("03/2026", None, "2026-03-01", "2026-03-31"),
        ("Mai 2026", None, "2026-05-01", "2026-05-31"),
        ("2026-Q2", None, "2026-04-01", "2026-06-30"),
        ("Q1 2024", None, "2024-01-01", "2024-03-31"),
        ("4T 2025", None, "2025-10-01", "2025-12-31"),
        ("2026年第3四半期", None, "2026-07-01", "2026-09-30"),
        ("2026년 1분기", None, "2026-01-01", "2026-03-31"),
        ("Quý 2/2026", None, "2026-04-01", "2026-06-30"),
        ("2026-04-01", Covers.QUARTER, "2026-04-01", "2026-06-30"),
        ("2026年2月", None, "2026-02-01", "2026-02-28"),
        ("2026년 11월", None, "2026-11-01", "2026-11-30"),
        ("กุมภาพันธ์ 2569", None, "2026-02-01", "2026-02-28"),
        ("tháng 9 năm 2026", None, "2026-09-01", "2026-09-30"),
        ("Sep-2026", None, "2026-09-01", "2026-09-30"),
        ("2026-W01", None, "2025-12-29", "2026-01-04"),
        ("Week 2, 2026", None, "2026-01-05", "2026-01-11"),
        ("2026/05/04-2026/05/10", None, "2026-05-04", "2026-05-10"),
        ("04/05/2026-10/05/2026", None, "2026-05-04", "2026-05-10"),
        ("20260504_20260510", None, "2026-05-04", "2026-05-10"),
        ("du 04/05/2026 au 10/05/2026", None, "2026-05-04", "2026-05-10"),
        ("2026-05-04 00:00:00 ~ 2026-05-10 23:59:59", None, "2026-05-04", "2026-05-10"),
        ("2026-05-04 ~ 2026-05-10", None, "2026-05-04", "2026-05-10"),
        ("2026-05-04 - 2026-05-10", None, "2026-05-04", "2026-05-10"),
        ("2026-05-04", Covers.WEEK, "2026-05-04", "2026-05-10"),
        ("2026-05-01", Covers.MONTH, "2026-05-01", "2026-05-31"),
    ],
)
def test_weeks_months_and_quarters_are_dates_like_days(
    text: str, covers: Covers | None, first: str, last: str
) -> None:
    rows = pl.Series("r", [2], pl.UInt32)
    found, ends = alone(spans(pl.Series("t", [text]), rows, Order(), TODAY, covers))
    assert found.parsed.values.to_list() == [date.fromisoformat(first)]
    assert ends is not None
    assert ends.to_list() == [date.fromisoformat(last)]


@pytest.mark.parametrize("text", ["2026-05-04 11:00:00", "2026-05-04 11:00 - 2026-05-04 11:59"])
def test_a_moment_is_a_day_and_no_span(text: str) -> None:
    rows = pl.Series("r", [2], pl.UInt32)
    found, ends = alone(spans(pl.Series("t", [text]), rows, Order(), TODAY, None))
    assert (found.parsed.values.to_list(), ends) == ([date(2026, 5, 4)], None)


FORMS = ["%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%d %B %Y", "%B %d, %Y", "%b %d, %Y", "%Y%m%d"]


@given(st.dates(date(2018, 1, 1), date(2035, 12, 31)), st.sampled_from(FORMS))
def test_a_day_with_its_year_survives(day: date, form: str) -> None:
    assert days([day.strftime(form)]).parsed.values.to_list() == [day]


@given(
    st.integers(1, 360),
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    st.booleans(),
)
def test_a_daily_series_without_years_survives(length: int, last: date, newest_first: bool) -> None:
    series = [last - timedelta(days=length - 1 - n) for n in range(length)]
    if newest_first:
        series.reverse()

    found = days([f"{day:%B} {day.day}" for day in series], today=last)

    assert found.parsed.values.to_list() == series


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.booleans())
def test_a_month_of_numeric_days_survives_in_both_orders(first: date, day_first: bool) -> None:
    series = [first + timedelta(days=n) for n in range(31)]
    form = "%d/%m/%Y" if day_first else "%m/%d/%Y"

    assert days([day.strftime(form) for day in series]).parsed.values.to_list() == series


def test_a_clock_of_twelve_hours_puts_the_month_first() -> None:
    found = days(["05/03/2026 2:03:11 PM", "05/04/2026 11:03:11 AM"])
    assert found.parsed.values.to_list() == [date(2026, 5, 3), date(2026, 5, 4)]
    assert not found.assumed


@pytest.mark.parametrize(
    "spelling",
    [
        "Thu, Oct 1, 2026",
        "Thu 01 Oct 2026",
        "Thu Oct 01 2026 00:00:00 GMT+0700",
        "jue. 1 octubre 2026",
        "Do 1 Oktober 2026",
    ],
)
def test_a_weekday_before_a_date_is_no_part_of_it(spelling: str) -> None:
    found = days([spelling])
    assert found.parsed.values.to_list() == [date(2026, 10, 1)]
