"""Limits of one version, against scipy and at the ends."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from advisor.experiment.arms import Arm, limits, log_variance, poisson
from advisor.model.vocabulary import Metric
from tests.experiment.words import AOV, CPC, CTR, RATE, ROAS

LEVELS = st.sampled_from((0.2, 0.05, 0.01, 0.001))


@given(st.integers(0, 500), st.integers(1, 5_000), LEVELS)
def test_limits_of_a_share_are_the_wilson_limits_of_scipy(x: int, more: int, alpha: float) -> None:
    expected = stats.binomtest(x, x + more).proportion_ci(1 - alpha, method="wilson")
    low, high = limits(CTR, Arm("a", x, x + more), alpha)

    assert low == pytest.approx(expected.low, abs=1e-12)
    assert high == pytest.approx(expected.high, abs=1e-12)


@given(st.integers(0, 3_000), LEVELS)
def test_limits_of_a_count_leave_half_of_alpha_on_either_side(count: int, alpha: float) -> None:
    low, high = poisson(count, alpha)

    assert stats.poisson.cdf(count, high) == pytest.approx(alpha / 2)
    if count:
        assert stats.poisson.sf(count - 1, low) == pytest.approx(alpha / 2)
    else:
        assert low == 0


def test_a_rate_may_exceed_1() -> None:
    low, high = limits(RATE, Arm("a", 300, 100), 0.05)
    assert 2.6 < low < 3 < high < 3.4


@pytest.mark.parametrize(
    ("metric", "arm"),
    [
        (CTR, Arm("a", 0, 0)),
        (RATE, Arm("a", 0, 0)),
        (AOV, Arm("a", 0, 0, 0)),
        (CPC, Arm("a", 20, 0, 0)),
        (ROAS, Arm("a", 0, 0, 0)),
        (ROAS, Arm("a", 0, 50, 0)),
    ],
)
def test_where_nothing_has_happened_nothing_is_excluded(metric: Metric, arm: Arm) -> None:
    low, high = limits(metric, arm, 0.05)
    assert low == 0
    assert high == (1 if metric is CTR else math.inf)
    assert log_variance(metric, arm) is None


def test_without_orders_the_worth_of_one_comes_from_elsewhere() -> None:
    low, high = limits(ROAS, Arm("a", 0.0, 100.0, 0, each=20.0, spread=1.0), 0.05)
    assert low == 0
    assert high == pytest.approx(-math.log(0.025) * 2 * 20 / 100)


@pytest.mark.parametrize(
    "arm", [Arm("a", 40, 2_000), Arm("a", 40, 2_000, 40), Arm("a", 700, 2_000, 40)]
)
@pytest.mark.parametrize("metric", [CTR, RATE, ROAS, CPC])
def test_days_that_vary_widen_the_limits(metric: Metric, arm: Arm) -> None:
    wide = Arm("a", arm.top, arm.bottom, arm.events or 40, dispersion=3.0)
    narrow = Arm("a", arm.top, arm.bottom, arm.events or 40)

    assert limits(metric, wide, 0.05)[0] < limits(metric, narrow, 0.05)[0]
    assert limits(metric, wide, 0.05)[1] > limits(metric, narrow, 0.05)[1]


@pytest.mark.parametrize(
    ("metric", "arm", "variance"),
    [
        (CTR, Arm("a", 100, 1_000), 0.9 / 100),
        (RATE, Arm("a", 100, 1_000), 1 / 100),
        (RATE, Arm("a", 100, 1_000, dispersion=2.0), 2 / 100),
        (AOV, Arm("a", 900, 100, 100, spread=0.64), 0.64 / 100),
        (CPC, Arm("a", 900, 100, 100), 1 / 100),
        (ROAS, Arm("a", 900, 300, 100, spread=0.64), 1.64 / 100),
    ],
)
def test_the_variance_of_the_logarithm_is_that_of_the_events(
    metric: Metric, arm: Arm, variance: float
) -> None:
    assert log_variance(metric, arm) == pytest.approx(variance)
