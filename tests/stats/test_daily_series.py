"""Histories of days: what is settled, the week, growth, months; and how often growth is seen where
there is none."""

import math
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from advisor.stats.daily_series import (
    LEAST_DAYS,
    LONGEST_DAYS,
    growth,
    history,
    months,
    weekday_medians,
    without,
)
from advisor.stats.trend import pairs_of, trend
from tests.series import FIRST, WEEK, by_day, logarithms, sparse

LATER = date(2030, 1, 1)
BY = ("series",)


def test_the_newest_days_and_today_are_left_out() -> None:
    days = by_day(np.full(100, 5.0))
    last = days["day"].max()
    assert isinstance(last, date)
    found = history(days, matures=2, today=last)

    assert found.last == last - timedelta(days=3)  # today is a part of a day; two are not settled
    assert found.left_out == 2


def test_days_that_end_before_the_files_do_are_settled() -> None:
    days = by_day(np.full(100, 5.0))
    end = FIRST + timedelta(days=79)
    found = history(days, matures=2, today=LATER, last=end)

    assert (found.last, found.left_out) == (end, 0)


def test_what_was_a_year_ago_is_not_looked_at() -> None:
    found = history(by_day(np.full(500, 5.0)), matures=0, today=LATER)
    assert found.days.height == LONGEST_DAYS


@pytest.mark.parametrize(("days", "known"), [(LEAST_DAYS - 1, False), (LEAST_DAYS, True)])
def test_a_trend_takes_eight_weeks(days: int, known: bool) -> None:
    rng = np.random.default_rng(1)
    found = history(by_day(np.exp(logarithms(rng, days))), matures=0, today=LATER)
    assert (found.trend is not None) is known


def test_no_days_are_a_history_without_anything() -> None:
    empty = pl.DataFrame(schema={"day": pl.Date, "value": pl.Float64})
    found = history(empty, matures=2, today=LATER)
    assert (found.trend, found.first, found.last, growth(found.trend)) == (None, None, None, None)


def test_growth_is_found_beneath_the_week_and_the_noise() -> None:
    rng = np.random.default_rng(2)
    for monthly in (-0.2, -0.1, 0.0, 0.1, 0.3):
        values = np.exp(logarithms(rng, 182, monthly=monthly, together=0.3))
        found = growth(history(by_day(values), matures=0, today=LATER).trend)
        assert found is not None
        assert found.low <= found.value <= found.high
        assert found.value == pytest.approx(monthly, abs=0.06)


def test_growth_without_noise_is_exact_whatever_the_week() -> None:
    at = np.arange(84)
    values = 1000 * 1.1 ** (at / 30) * np.exp(WEEK[at % 7])
    found = growth(history(by_day(values), matures=0, today=LATER).trend)
    assert found is not None
    assert (found.low, found.value, found.high) == pytest.approx((0.1, 0.1, 0.1))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 500), st.sampled_from([0.01, 18.0, 15_000.0]), st.integers(0, 6))
def test_growth_knows_no_currency_and_no_weekday(seed: int, rate: float, later: int) -> None:
    values = np.exp(logarithms(np.random.default_rng(seed), 70))
    plain = history(by_day(values), matures=0, today=LATER)
    other = history(by_day(values * rate, FIRST + timedelta(days=later)), matures=0, today=LATER)
    assert plain.trend is not None
    assert other.trend is not None
    assert other.trend.slope.value == pytest.approx(plain.trend.slope.value, abs=1e-9)
    assert other.trend.p == pytest.approx(plain.trend.p, abs=0.01)


def test_the_pattern_of_the_week_is_found_beneath_a_slope() -> None:
    at = np.arange(70)
    logs = pl.DataFrame({"at": at + 4, "value": 3 + 0.02 * at + WEEK[at % 7]})  # day 4: a Monday
    logs = logs.with_columns(series=0)
    effects = weekday_medians(logs, BY).collect()

    assert effects["weekday"].to_list() == list(range(1, 8))
    assert effects["effect"].to_list() == pytest.approx(list(WEEK - np.median(WEEK)), abs=1e-9)
    rest = without(logs, effects, BY)
    assert pairs_of(rest, BY).collect()["slope"].to_list() == pytest.approx([0.02] * (70 * 69 // 2))


def test_thirteen_days_have_no_pattern_of_the_week() -> None:
    logs = pl.DataFrame(
        {"series": [0] * 13, "at": range(13), "value": [float(v % 7) for v in range(13)]}
    )
    effects = weekday_medians(logs, BY).collect()
    assert effects.is_empty()
    assert without(logs, effects, BY).collect().equals(logs.cast({"at": pl.Float64}))


def test_the_slope_between_the_same_weekdays_is_scipy_s_seasonal_one() -> None:
    values = logarithms(np.random.default_rng(3), 84, monthly=0.1)
    points = pl.DataFrame({"at": range(84), "value": values}).with_columns(series=0)
    pairs = pairs_of(points, BY).filter(pl.col("gap") % 7 == 0).collect()
    weeks = np.ma.array(values.reshape(12, 7))
    _, whole = stats.mstats.sen_seasonal_slopes(weeks)
    # scipy's one step is a week
    assert pairs.select(pl.col("slope").median() * 7).item() == pytest.approx(float(whole))


def test_a_shop_with_days_without_sales_is_looked_at_by_weeks() -> None:
    rng = np.random.default_rng(4)
    found = history(by_day(sparse(rng, 140, 0.8)), matures=0, today=LATER)

    assert found.step == 7
    assert found.points.height == 20
    assert growth(found.trend) is not None


def test_a_week_of_which_a_day_is_missing_is_no_week() -> None:
    days = by_day(sparse(np.random.default_rng(4), 140, 0.8))
    gap = days.filter(pl.col("day") != FIRST + timedelta(days=40))

    assert history(gap, matures=0, today=LATER).points.height == 19


def test_days_here_and_there_are_no_daily_series() -> None:
    days = by_day(np.exp(logarithms(np.random.default_rng(4), 300)))
    found = history(days.gather_every(3), matures=0, today=LATER)

    assert found.days.height == 100
    assert found.trend is None


def test_a_shop_that_never_sold_anything_has_no_growth() -> None:
    found = history(by_day(np.zeros(100)), matures=0, today=LATER)
    told = growth(found.trend)
    assert told is None or (told.low, told.value, told.high) == (0, 0, 0)


@pytest.mark.parametrize("together", [0.0, 0.3, 0.6])
def test_growth_is_seldom_seen_where_there_is_none(together: float) -> None:
    rng = np.random.default_rng(5)
    shops = 150
    seen = 0
    for at in range(shops):
        values = np.exp(logarithms(rng, 56 + at % 4 * 28, together=together))
        told = history(by_day(values), matures=0, today=LATER).trend
        assert told is not None
        seen += told.p < 0.05
    # 5 % is meant; more than 11 % of 150 would be chance once in a thousand times.
    assert seen / shops <= 0.11


def test_a_fall_of_a_tenth_a_month_is_mostly_seen_in_four_months() -> None:
    rng = np.random.default_rng(6)
    shops = 60
    seen = 0
    for _ in range(shops):
        values = np.exp(logarithms(rng, 120, monthly=-0.1, together=0.3))
        told = growth(history(by_day(values), matures=0, today=LATER).trend)
        seen += told is not None and told.high < 0
    assert seen / shops > 0.7


def test_months_are_compared_by_the_day_where_four_weeks_of_them_are_known() -> None:
    days = by_day(np.full(100, 10.0), date(2026, 1, 10))
    grown = days.with_columns(
        pl.when(pl.col("day") >= date(2026, 3, 1)).then(11.0).otherwise(10.0).alias("value")
    )
    found = months(grown.with_columns(series=0), BY)

    assert found["month"].to_list() == [date(2026, m, 1) for m in (1, 2, 3, 4)]
    assert found["days"].to_list() == [22, 28, 31, 19]
    assert found["whole"].to_list() == [False, True, True, False]
    assert found["value"].to_list() == pytest.approx([220, 280, 341, 209])
    assert found["change"].to_list() == [None, None, pytest.approx(0.1), None]


def test_growth_without_an_end_has_no_number_to_overflow() -> None:
    values = [-math.inf, *(float(v) for v in range(11))]
    told = growth(trend(pl.DataFrame({"at": range(12), "value": values})), per=10_000)
    assert told is not None
    assert told.high == math.inf
