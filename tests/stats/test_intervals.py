"""Limits and tests against the exact formulas of scipy, and against each other."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from advisor.stats import intervals as evidence
from advisor.stats.intervals import Z

Pair = tuple[pl.Expr, pl.Expr]


def at(expr: pl.Expr, **values: float | None) -> Any:
    frame = pl.DataFrame(
        {k: [v] for k, v in values.items()}, schema_overrides=dict.fromkeys(values, pl.Float64)
    )
    return frame.select(expr.alias("found"))["found"][0]


def limits(of: Callable[..., Pair], **values: float) -> tuple[Any, Any]:
    low, high = of(*(pl.col(name) for name in values))
    return at(low, **values), at(high, **values)


counts = st.integers(0, 100_000)


@settings(max_examples=150, deadline=None)
@given(counts, st.integers(1, 100_000))
def test_wilson_is_the_wilson_of_scipy(x: int, n: int) -> None:
    assume(x <= n)
    exact = stats.binomtest(x, n).proportion_ci(method="wilson")

    low, high = limits(evidence.wilson, x=x, n=n)

    assert low == pytest.approx(exact.low, abs=1e-9)
    assert high == pytest.approx(exact.high, abs=1e-9)


def test_wilson_of_nothing_is_not_known() -> None:
    assert limits(evidence.wilson, x=0, n=0) == (None, None)


@settings(max_examples=150, deadline=None)
@given(counts)
def test_byar_is_near_the_exact_limits_of_a_poisson_mean(x: int) -> None:
    low = stats.chi2.ppf(0.025, 2 * x) / 2 if x else 0.0
    high = stats.chi2.ppf(0.975, 2 * x + 2) / 2

    found = limits(evidence.byar, x=x)

    assert found[0] == pytest.approx(low, rel=0.02, abs=0.08)
    assert found[1] == pytest.approx(high, rel=0.02)


@given(st.floats(-8, 8))
def test_the_tail_is_the_normal_tail(z: float) -> None:
    assert at(evidence.upper_tail(pl.col("z")), z=z) == pytest.approx(stats.norm.sf(z), abs=1e-7)


@settings(max_examples=300, deadline=None)
@given(counts, st.integers(1, 100_000), st.floats(0.001, 0.999))
def test_a_wilson_score_says_on_which_side_of_an_edge_the_limits_lie(
    x: int, n: int, edge: float
) -> None:
    assume(x <= n)
    low, high = limits(evidence.wilson, x=x, n=n)
    score = at(evidence.wilson_z(*map(pl.col, ("x", "n", "edge"))), x=x, n=n, edge=edge)
    assume(abs(abs(score) - Z) > 1e-6)

    assert (low > edge) == (score > Z)
    assert (high < edge) == (score < -Z)


@settings(max_examples=300, deadline=None)
@given(st.floats(0, 10_000), st.floats(0.001, 10_000))
def test_a_poisson_score_says_on_which_side_of_a_mean_the_limits_lie(x: float, mean: float) -> None:
    low, high = limits(evidence.byar, x=x)
    score = at(evidence.byar_z(pl.col("x"), pl.col("mean")), x=x, mean=mean)
    assume(abs(abs(score) - Z) > 1e-6)

    assert (low > mean) == (score > Z)
    assert (high < mean) == (score < -Z)


@settings(max_examples=200, deadline=None)
@given(st.floats(0, 10_000), st.floats(0.001, 10_000), st.floats(0, 2))
def test_a_count_of_unsure_worth_has_wider_limits_that_its_score_agrees_with(
    x: float, mean: float, unsure: float
) -> None:
    low, high = limits(lambda x, v: evidence.byar(x, unsure=v), x=x, v=unsure)
    least, most = limits(evidence.byar, x=x)
    score = at(evidence.byar_z(*map(pl.col, ("x", "mean", "v"))), x=x, mean=mean, v=unsure)
    assume(abs(abs(score) - Z) > 1e-6)

    assert low <= least * (1 + 1e-9)
    assert high >= most * (1 - 1e-9)
    assert (low > mean) == (score > Z)
    assert (high < mean) == (score < -Z)


@pytest.mark.parametrize("unsure", [0.05, 0.2])
def test_no_event_of_unsure_worth_is_as_rare_as_in_a_gamma_mixture(unsure: float) -> None:
    """A negative binomial count is 0 with (1 + mean x variance) to the power of -1 / variance."""
    score = at(evidence.byar_z(*map(pl.col, ("x", "mean", "v"))), x=0, mean=11, v=unsure)

    assert stats.norm.cdf(score) == pytest.approx((1 + 11 * unsure) ** (-1 / unsure), rel=0.4)


@given(st.floats(0.01, 1e6), st.floats(0, 2))
def test_lognormal_limits_are_as_far_above_as_below_in_factors(value: float, se: float) -> None:
    low, high = limits(evidence.lognormal, value=value, se=se)

    assert low <= value <= high
    assert value / low == pytest.approx(high / value)
    assert math.log(high / value) == pytest.approx(Z * se, abs=1e-9)


def dispersion_of(xs: Sequence[float], ns: Sequence[float], *, proportion: bool) -> float:
    frame = pl.DataFrame({"x": xs, "n": ns}, schema={"x": pl.Float64, "n": pl.Float64})
    x, n = pl.col("x"), pl.col("n")
    found = frame.select(
        evidence.dispersion(
            (x * x / n).sum(), x.sum(), n.sum(), pl.len(), proportion=proportion
        ).alias("phi")
    )
    return float(found["phi"][0])


@pytest.mark.parametrize("proportion", [True, False])
def test_days_that_vary_by_chance_alone_have_a_dispersion_near_one(proportion: bool) -> None:
    chance = np.random.default_rng(5)
    ns = np.full(400, 1_000.0)
    xs = chance.binomial(1_000, 0.05, 400) if proportion else chance.poisson(50, 400)

    assert 1.0 <= dispersion_of(list(map(float, xs)), list(ns), proportion=proportion) < 1.2


def test_days_that_vary_more_than_chance_are_worth_less() -> None:
    chance = np.random.default_rng(6)
    rates = chance.beta(5, 95, 400)  # a beta-binomial: phi = 1 + (n - 1) / (a + b + 1)
    xs = chance.binomial(1_000, rates).astype(float)

    found = dispersion_of(list(xs), [1_000.0] * 400, proportion=True)

    assert found == pytest.approx(1 + 999 / 101, rel=0.2)


def test_dispersion_is_pearson_chi_square_over_its_degrees_of_freedom() -> None:
    xs, ns = [3.0, 9.0, 1.0, 12.0, 4.0, 8.0, 15.0], [100.0, 150.0, 90.0, 120.0, 60.0, 80.0, 200.0]
    expected = np.array(ns) * sum(xs) / sum(ns)
    chi = float(((np.array(xs) - expected) ** 2 / expected).sum())

    assert dispersion_of(xs, ns, proportion=False) == pytest.approx(max(chi / 6, 1.0))


@pytest.mark.parametrize(
    ("xs", "why"),
    [([0.0, 90.0] * 3, "too few days"), ([0.0] * 20, "nothing happened"), ([], "no day")],
)
def test_dispersion_is_one_where_it_cannot_be_told(xs: list[float], why: str) -> None:
    assert dispersion_of(xs, [100.0] * len(xs), proportion=True) == 1.0, why


def spread_of(values: Sequence[float], events: Sequence[float]) -> float:
    frame = pl.DataFrame({"v": values, "e": events}, schema={"v": pl.Float64, "e": pl.Float64})
    v, e = pl.col("v"), pl.col("e")
    found = frame.select(
        evidence.value_spread((v * v / e).sum(), v.sum(), e.sum(), pl.len()).alias("cv2")
    )
    return float(found["cv2"][0])


def test_the_spread_of_values_is_found_from_the_sums_of_days() -> None:
    chance = np.random.default_rng(7)
    orders = chance.integers(5, 40, 600)
    values = [float(chance.gamma(4.0, 10.0, n).sum()) for n in orders]  # cv² of one is 1/4

    assert spread_of(values, list(map(float, orders))) == pytest.approx(0.25, rel=0.15)


def test_equal_order_values_have_no_spread() -> None:
    assert spread_of([20.0 * n for n in range(1, 11)], list(range(1, 11))) == pytest.approx(
        0.0, abs=1e-9
    )


@pytest.mark.parametrize(("values", "events"), [([10.0, 900.0], [1.0, 1.0]), ([], [])])
def test_the_spread_is_the_stated_default_where_there_are_too_few_rows(
    values: list[float], events: list[float]
) -> None:
    assert spread_of(values, events) == evidence.DEFAULT_SPREAD**2


@pytest.mark.parametrize("score", [-6.0, -2.0, 0.0, 1.0, 3.0, 5.0])
@pytest.mark.parametrize("freedom", [6, 27, 200])
def test_a_score_from_few_days_is_as_rare_as_students_t(score: float, freedom: int) -> None:
    found = pl.select(evidence.student(pl.lit(score), pl.lit(float(freedom)))).item()

    assert stats.norm.sf(found) == pytest.approx(stats.t.sf(score, freedom), rel=0.1)
