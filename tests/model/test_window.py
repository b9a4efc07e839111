"""The days that are judged: the newest full ones there are, or those the user chose."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import AdvisorError
from advisor.ingest import Counted
from advisor.metrics.counted_rows import choose_windows
from advisor.model.reading import Grain, Period
from advisor.model.window import NO_WINDOW, WINDOW_DAYS, Window, before, chosen, newest
from tests.core import BEFORE, CURRENT, SHOP, TODAY, WORDS, counted

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(days, st.integers(1, 400))
def test_the_period_before_is_as_long_and_ends_the_day_before(first: date, length: int) -> None:
    period = Period(first, first + timedelta(days=length - 1))

    earlier = before(period)

    assert earlier.days == period.days == length
    assert earlier.last + timedelta(days=1) == period.first


def test_the_newest_full_days_are_28_and_the_28_before() -> None:
    found = newest([date(2026, 5, 31), date(2026, 5, 3)], TODAY)

    assert found == Window(CURRENT, BEFORE)
    assert CURRENT.days == WINDOW_DAYS == 28


def test_today_is_only_a_part_of_a_day() -> None:
    yesterday = TODAY - timedelta(days=1)

    assert newest([TODAY, yesterday], TODAY) == newest([yesterday], TODAY)
    assert newest([TODAY], TODAY) == NO_WINDOW


@pytest.mark.parametrize(
    ("first", "last", "month", "expected"),
    [
        (None, None, None, None),
        (None, None, "2026-02", Period(date(2026, 2, 1), date(2026, 2, 28))),
        (None, None, "2024-02", Period(date(2024, 2, 1), date(2024, 2, 29))),
        (None, None, "9999-12", Period(date(9999, 12, 1), date(9999, 12, 31))),
        (None, None, "2026-12", Period(date(2026, 12, 1), date(2026, 12, 31))),
        (date(2026, 5, 2), None, None, Period(date(2026, 5, 2), date(2026, 5, 31))),
        (date(2026, 5, 2), date(2026, 5, 2), None, Period(date(2026, 5, 2), date(2026, 5, 2))),
    ],
)
def test_the_user_may_choose(
    first: date | None, last: date | None, month: str | None, expected: Period | None
) -> None:
    assert chosen(first, last, month, TODAY) == expected


@pytest.mark.parametrize(
    ("first", "last", "month", "says"),
    [
        (None, date(2026, 5, 2), None, "--to needs --from"),
        (date(2026, 5, 3), date(2026, 5, 2), None, "--from: the period ends on 2026-05-02"),
        (date(2026, 5, 3), None, "2026-05", "choose --month or --from and --to"),
        (None, None, "May", "--month: 'May' is no month; write 2026-10"),
        (None, None, "2026-13", "'2026-13' is no month"),
        (None, None, "2026-W10", "is no month"),
        (None, None, "2026-5", "is no month"),
        (None, None, "", "is no month"),
        (None, None, "0001-01", "--month: no shop has files of the year 1"),
        (date(202, 6, 1), None, None, "--from: no shop has files of the year 202"),
    ],
)
def test_what_names_no_period_is_the_users_mistake(
    first: date | None, last: date | None, month: str | None, says: str
) -> None:
    with pytest.raises(AdvisorError, match=says):
        chosen(first, last, month, TODAY)


def dates_of(*numbers: int, grain: Grain = Grain.DAY) -> Window:
    rows: list[dict[str, object]] = [{"day": n, "clicks": 1} for n in numbers]
    found = choose_windows([counted("ad", rows, grain=grain)], [SHOP], None, TODAY, WORDS)
    return found.of(SHOP)


def test_the_window_ends_where_the_days_of_the_shop_end() -> None:
    found = dates_of(*range(-40, 15))

    assert found.current == Period(CURRENT.first - timedelta(days=14), date(2026, 5, 17))


def test_periods_alone_make_no_window() -> None:
    assert dates_of(1, 2, grain=Grain.PERIOD) == NO_WINDOW


@pytest.mark.parametrize(
    ("asked", "until"),
    [
        (None, TODAY),
        (Period(date(2026, 5, 1), date(2026, 5, 20)), TODAY),  # the data end before it does
        (Period(date(2026, 5, 1), date(2026, 5, 10)), None),  # what came after it is no news of it
    ],
)
def test_states_hold_up_to_the_day_of_the_run_unless_the_past_is_asked_for(
    asked: Period | None, until: date | None
) -> None:
    rows: list[dict[str, object]] = [{"day": n, "clicks": 1} for n in range(-40, 15)]

    found = choose_windows([counted("ad", rows, grain=Grain.DAY)], [SHOP], asked, TODAY, WORDS)

    assert found.of(SHOP).until == until


def ends_of(*days: int, stated: date | None = None, by_hand: bool = False) -> Window:
    """The window of one file with gaps: its *days*, the day it says it ends, who keeps it."""
    rows: list[dict[str, object]] = [{"day": n, "clicks": 1} for n in days]
    found = Counted((), (), (), {}, {}, {}, ends=(stated,), by_hand=(by_hand,))
    tables = [counted("ad", rows, grain=Grain.DAY)]
    return choose_windows(tables, [SHOP], None, TODAY, WORDS, found).of(SHOP)


def test_days_without_a_live_belong_to_a_file_that_says_so() -> None:
    assert ends_of(1, 9).current.last == date(2026, 5, 12)  # type: ignore[union-attr]
    stated = date(2026, 5, 20)
    assert ends_of(1, 9, stated=stated).current.last == stated  # type: ignore[union-attr]


def test_a_list_kept_by_hand_is_complete_up_to_the_day_before_the_run() -> None:
    last = TODAY - timedelta(days=1)

    assert ends_of(-30, -3, by_hand=True).current == Period(last - timedelta(days=27), last)
    assert ends_of(*range(-30, -3), by_hand=True).current.last == last  # type: ignore[union-attr]


def test_beside_a_list_kept_by_hand_a_report_without_days_is_the_window() -> None:
    days = {"from": date(2026, 5, 6), "to": date(2026, 5, 12), "_file": 1}
    report: list[dict[str, object]] = [{**days, "clicks": 1}]
    events: list[dict[str, object]] = [{"day": -40, "clicks": 1}]
    tables = [
        counted("ad", report, grain=Grain.PERIOD),
        counted("ad", events, grain=Grain.DAY),
    ]
    found = Counted((), (), (), {}, {}, {}, ends=(None, None), by_hand=(True, False))

    window = choose_windows(tables, [SHOP], None, TODAY, WORDS, found).of(SHOP)

    assert window.current == Period(date(2026, 5, 6), date(2026, 5, 12))
    assert window.until == TODAY
