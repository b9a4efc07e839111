"""What a quarter comes to: exact where nothing varies, and in its range as often as it says."""

import math
from datetime import date, timedelta

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.model.reading import Period
from advisor.stats.daily_series import history
from advisor.stats.forecast import RANGE, next_target, project, quarter_of
from tests.series import FIRST, WEEK, by_day, logarithms, sparse

LATER = date(2030, 1, 1)


def ahead(days: int, of: int) -> Period:
    first = FIRST + timedelta(days=days)
    return Period(first, first + timedelta(days=of - 1))


def test_a_pattern_without_noise_is_taken_on_exactly() -> None:
    at = np.arange(200)
    values = 1000 * 1.08 ** (at / 30) * np.exp(WEEK[at % 7])
    known = history(by_day(values[:110]), matures=0, today=LATER)
    found = project(known, ahead(110, 90))

    assert found is not None
    assert found.mid == pytest.approx(values[110:].sum())
    assert found.low == pytest.approx(found.high)
    assert found.level < found.mid


def test_days_that_are_known_are_not_projected() -> None:
    values = np.exp(logarithms(np.random.default_rng(1), 110))
    known = history(by_day(values), matures=0, today=LATER)
    found = project(known, ahead(80, 90))

    assert found is not None
    assert found.known_days == 30
    assert found.known == pytest.approx(values[80:].sum())
    assert found.known < found.low < found.mid < found.high


def test_a_period_that_is_over_is_what_it_was() -> None:
    values = np.exp(logarithms(np.random.default_rng(1), 110))
    known = history(by_day(values), matures=0, today=LATER)
    found = project(known, ahead(20, 60))

    assert found is not None
    assert (found.low, found.mid, found.high, found.level) == pytest.approx(
        (values[20:80].sum(),) * 4
    )


def test_too_few_days_are_not_projected() -> None:
    known = history(by_day(np.full(40, 5.0)), matures=0, today=LATER)
    assert project(known, ahead(40, 90)) is None


@pytest.mark.parametrize(
    ("days", "together", "monthly"), [(112, 0.0, 0.0), (112, 0.3, 0.05), (182, 0.5, -0.1)]
)
def test_the_range_holds_as_often_as_it_says(days: int, together: float, monthly: float) -> None:
    rng = np.random.default_rng(2)
    shops = 80
    held = 0
    for _ in range(shops):
        values = np.exp(logarithms(rng, days + 90, monthly=monthly, together=together))
        found = project(history(by_day(values[:days]), matures=0, today=LATER), ahead(days, 90))
        assert found is not None
        held += found.low <= values[days:].sum() <= found.high
    assert held / shops == pytest.approx(RANGE, abs=0.13)


def test_a_shop_with_few_orders_is_projected_by_its_weeks() -> None:
    rng = np.random.default_rng(3)
    shops = 60
    held = 0
    for _ in range(shops):
        values = sparse(rng, 200, 0.8)
        found = project(history(by_day(values[:110]), matures=0, today=LATER), ahead(110, 90))
        assert found is not None
        held += found.low <= values[110:].sum() <= found.high
    assert held / shops == pytest.approx(RANGE, abs=0.15)


def test_one_week_of_few_orders_is_less_sure_than_a_quarter_of_them() -> None:
    rng = np.random.default_rng(4)
    shops, held = 60, 0
    for _ in range(shops):
        values = sparse(rng, 147, 2.0)
        known = history(by_day(values[:140]), matures=0, today=LATER)
        week, quarter = project(known, ahead(140, 7)), project(known, ahead(140, 90))
        assert week is not None
        assert quarter is not None
        assert week.high / week.mid > quarter.high / quarter.mid or known.step == 1
        held += week.low <= values[140:].sum() <= week.high
    assert held / shops == pytest.approx(RANGE, abs=0.15)


def test_days_that_go_together_make_the_range_wider() -> None:
    known = history(
        by_day(np.exp(logarithms(np.random.default_rng(5), 140))), matures=0, today=LATER
    )
    assert known.trend is not None
    alone = attrs.evolve(known, trend=attrs.evolve(known.trend, correlation=0.0))
    together = attrs.evolve(known, trend=attrs.evolve(known.trend, correlation=0.6))
    # So near that the error of the slope hardly counts: four times the variance, twice the error.
    near = [project(one, ahead(140, 7)) for one in (alone, together)]
    wide = [math.log(one.high / one.mid) for one in near if one is not None]
    assert wide[1] / wide[0] == pytest.approx(2.0, rel=0.1)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_every_day_is_in_one_quarter_of_three_months(day: date) -> None:
    quarter = quarter_of(day)
    assert quarter.first <= day <= quarter.last
    assert quarter.first.day == 1
    assert quarter.first.month in (1, 4, 7, 10)
    assert 90 <= quarter.days <= 92
    assert quarter_of(quarter.last + timedelta(days=1)).first == quarter.last + timedelta(days=1)


@pytest.mark.parametrize(
    ("last", "first"),
    [
        (date(2026, 9, 30), date(2026, 10, 1)),
        (date(2026, 10, 31), date(2026, 10, 1)),
        (date(2026, 11, 15), date(2026, 10, 1)),
        (date(2026, 11, 16), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_the_target_is_for_the_quarter_that_can_still_be_changed(last: date, first: date) -> None:
    assert next_target(last).first == first
