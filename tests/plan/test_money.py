"""A gain's interval holds what a simulation of its factors gives, 8 times of 10."""

import math
from collections.abc import Sequence

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from advisor.plan.money import (
    SALES,
    Factor,
    Gain,
    Price,
    Target,
    TargetOrigin,
    Z,
    _log_normal,
    _product,
    _rectified,
    added,
    gain,
)

DRAWS = 20_000


def price(
    *,
    sd: float = 0.0,
    volume: float = 0.0,
    worth: float = 0.0,
    kept: float = 1.0,
    above: bool = False,
) -> Price:
    """2 where 1 is to be reached, or 1 where 2 is; a hundred of each, worth ten."""
    return Price(
        metric="ctr",
        value=Factor(2.0 if above else 1.0, sd),
        target=Target(1.0 if above else 2.0, above, TargetOrigin.BAND),
        volume=Factor(100.0, 100 * volume),
        worth=Factor(10.0, 10 * worth),
        kept=kept,
        what=SALES,
    )


def drawn(prices: Sequence[Price], seed: int = 0) -> np.ndarray:
    """What the gains come to if every factor is drawn: the worth of one more off for all alike."""
    chance = np.random.default_rng(seed)
    together = chance.standard_normal(DRAWS)

    def log_normal(factor: Factor, normal: np.ndarray) -> np.ndarray:
        sigma = math.sqrt(math.log1p((factor.sd / factor.mean) ** 2))
        made: np.ndarray = factor.mean * np.exp(sigma * normal - sigma**2 / 2)
        return made

    total = np.zeros(DRAWS)
    for one in prices:
        value = chance.normal(one.value.mean, one.value.sd, DRAWS)
        short = value - one.target.value if one.target.above else one.target.value - value
        volume = log_normal(one.volume, chance.standard_normal(DRAWS))
        worth = log_normal(one.worth, together)
        total += volume * np.maximum(short, 0) / one.scale * worth * one.kept
    return total


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("many", [1, 2, 5, 20])
@pytest.mark.parametrize("worth", [0.0, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("volume", [0.01, 0.1, 0.3])
@pytest.mark.parametrize("sd", [0.05, 0.2, 0.5])
def test_the_interval_holds_what_is_drawn_8_times_of_10(
    sd: float, volume: float, worth: float, many: int, *, above: bool
) -> None:
    prices = [price(sd=sd, volume=volume, worth=worth, above=above)] * many
    found, truth = gain(prices), drawn(prices)

    inside = ((truth >= found.low) & (truth <= found.high)).mean()
    assert 0.75 <= inside <= 0.85
    assert found.mid == pytest.approx(truth.mean(), rel=0.04)


def test_of_a_gap_that_may_be_none_the_interval_begins_at_nothing() -> None:
    found = gain([price(sd=1.0)])

    assert found.low == 0.0
    assert ((drawn([price(sd=1.0)]) <= found.high).mean()) == pytest.approx(0.9, abs=0.02)


def test_known_factors_make_a_known_gain() -> None:
    found = gain([price(kept=0.4), price(kept=0.4)])

    assert (found.low, found.mid, found.high) == pytest.approx((800.0, 800.0, 800.0))
    assert found.what == "sales"


def test_a_value_at_its_target_is_worth_nothing() -> None:
    there = price()
    assert gain([Price("ctr", Factor(2.0), there.target, *_rest(there))]).mid == 0.0


def _rest(one: Price) -> tuple[Factor, Factor, float, str]:
    return one.volume, one.worth, one.kept, one.what


FACTORS = st.floats(0, 1.5)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(FACTORS, FACTORS, FACTORS), min_size=1, max_size=6))
def test_the_ends_lie_around_the_middle_and_grow_with_what_is_added(
    spreads: list[tuple[float, float, float]],
) -> None:
    prices = [price(sd=sd, volume=volume, worth=worth) for sd, volume, worth in spreads]
    found = gain(prices)

    assert 0 <= found.low <= found.mid <= found.high < math.inf
    assert found.mid == pytest.approx(sum(gain([one]).mid for one in prices))
    assert gain(prices[:1]).mid == pytest.approx(prices[0].expected)


def test_gains_added_are_off_in_one_direction() -> None:
    assert added([Gain(1, 2, 3, "sales"), Gain(10, 20, 30, "sales")]) == Gain(11, 22, 33, "sales")
    assert added([]) is None


@given(
    st.lists(st.floats(0.0, 1e9), min_size=1, max_size=8).flatmap(
        lambda means: st.tuples(st.just(means), st.permutations(means))
    )
)
def test_gains_in_another_order_add_up_to_the_same(orders: tuple[list[float], list[float]]) -> None:
    one, other = (added([Gain(v / 2, v, 2 * v, SALES) for v in means]) for means in orders)
    assert one == other


@pytest.mark.parametrize(("mean", "sd"), [(1.5, 0.7), (-0.4, 1.3), (0.0, 2.0), (3.0, 0.5)])
def test_the_part_above_zero_of_a_normal_is_its_integral(mean: float, sd: float) -> None:
    normal = stats.norm(mean, sd)
    first, second = (
        integrate.quad(lambda x, n=n: x**n * normal.pdf(x), 0, mean + 12 * sd, epsabs=1e-12)[0]
        for n in (1, 2)
    )
    found = _rectified(mean, sd)
    assert found.mean == pytest.approx(first, rel=1e-7)
    assert found.variance == pytest.approx(second - first**2, rel=1e-6)
    ends = [max(mean + way * Z * sd, 0.0) for way in (-1, 1)]
    assert [found.low, found.high] == pytest.approx(ends)


def test_what_is_sure_is_itself_above_zero() -> None:
    for mean, at in ((-2.0, 0.0), (0.0, 0.0), (2.5, 2.5)):
        found = _rectified(mean, 0.0)
        assert (found.mean, found.low, found.high, found.variance) == (at, at, at, 0.0)


@pytest.mark.parametrize(("mean", "sd"), [(2.0, 0.5), (10.0, 9.0)])
def test_a_positive_factor_is_a_log_normal(mean: float, sd: float) -> None:
    found = _log_normal(Factor(mean, sd))
    sigma = math.sqrt(math.log(1 + (sd / mean) ** 2))
    known = stats.lognorm(sigma, scale=mean / math.sqrt(1 + (sd / mean) ** 2))
    assert found.mean == pytest.approx(known.mean())
    assert found.variance == pytest.approx(known.var())
    assert [found.low, found.high] == pytest.approx(list(known.ppf(stats.norm.cdf([-Z, Z]))))
    assert _log_normal(Factor(-1.0, 2.0)).mean == 0.0


def test_a_product_of_independent_factors_has_their_moments() -> None:
    one, other = _log_normal(Factor(2.0, 0.5)), _log_normal(Factor(5.0, 3.0))
    found = _product(one, other)
    assert found.mean == pytest.approx(10.0)
    assert found.variance == pytest.approx((0.25 + 4.0) * (9.0 + 25.0) - 100.0)


def test_nothing_is_expected_where_nothing_happens() -> None:
    still = attrs.evolve(price(), volume=Factor(0.0))
    assert still.expected == 0.0
    assert attrs.evolve(price(), volume=Factor(0.4)).expected == pytest.approx(4.0)
