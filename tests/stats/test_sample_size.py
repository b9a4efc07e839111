"""How many events a test needs, against simulation, the textbook and another library."""

import math
import random
from math import ceil, sqrt

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from advisor.model.vocabulary import Metric, MetricKind, Varies
from advisor.stats.sample_size import (
    USUAL,
    Certainty,
    Chance,
    chance_of,
    detectable,
    round_up,
    sizes,
)
from tests.core import WORDS

CTR, ORDERS = (WORDS.metrics[name] for name in ("ctr", "order_rate"))
SHARES, RATES = Chance(MetricKind.PROPORTION), Chance(MetricKind.RATE)
MONEY = Chance(MetricKind.MONEY, 2.0)
CHANCES = st.sampled_from((SHARES, RATES, MONEY))
VALUES = st.floats(0.001, 0.99)


def each_of(chance: Chance, now: float, hoped: float, certainty: Certainty = USUAL) -> float:
    both = sizes(chance, now, hoped, certainty)
    assert both is not None
    return both[0]


@pytest.mark.parametrize(
    ("metric", "now", "hoped", "each"),
    [
        (CTR, 0.0055, 0.01, 6000),  # 7.849 x (0.00547 + 0.0099) / 0.0045^2 = 5,957
        (CTR, 0.01, 0.0055, 6000),
        (CTR, 0.0, 0.01, 780),
        (ORDERS, 0.02, 0.03, 4000),  # 7.849 x 0.05 / 0.01^2 = 3,925
        (ORDERS, 1.0, 3.0, 8),
    ],
)
def test_a_smaller_difference_needs_more(
    metric: Metric, now: float, hoped: float, each: int
) -> None:
    chance = chance_of(metric)
    assert chance is not None
    assert round_up(each_of(chance, now, hoped)) == each


@pytest.mark.parametrize(
    ("now", "gain", "each"),
    [
        (0.015, 1.2, 28_304),
        (0.015, 1.3, 13_141),
        (0.015, 1.5, 5_134),
        (0.03, 1.2, 13_914),
        (0.03, 1.5, 2_518),
    ],
)
def test_shares_need_as_many_as_the_tables_say(now: float, gain: float, each: int) -> None:
    # As statsmodels' samplesize_proportions_2indep_onetail says, for 2.5 % on either side.
    assert ceil(each_of(SHARES, now, now * gain)) == each


@pytest.mark.parametrize(
    ("chance", "now", "hoped", "share", "present", "other"),
    [
        (SHARES, 0.015, 0.018, 0.2, 69_197.9, 17_299.47),
        (SHARES, 0.015, 0.018, 0.8, 18_056.87, 72_227.49),
        (SHARES, 0.03, 0.045, 0.2, 5_982.7, 1_495.68),
        (RATES, 0.1, 0.15, 0.5, 784.89, 784.89),
        (RATES, 0.1, 0.15, 0.2, 1_862.2, 465.56),
        (RATES, 0.1, 0.15, 0.8, 512.56, 2_050.25),
    ],
)
def test_uneven_sizes_are_those_of_another_library(
    chance: Chance, now: float, hoped: float, share: float, present: float, other: float
) -> None:
    # statsmodels 0.15: samplesize_proportions_2indep_onetail, and the size at which
    # power_poisson_diff_2indep with the variance of the score is 0.8.
    assert sizes(chance, now, hoped, share=share) == pytest.approx((present, other), rel=1e-4)


def test_what_cannot_differ_or_is_counted_needs_no_number() -> None:
    assert sizes(SHARES, 0.02, 0.02) is None
    assert sizes(MONEY, 0.0, 2.0) is None
    assert sizes(RATES, -0.015, 0.01) is None  # a growth
    assert chance_of(WORDS.metrics["sales"]) is None


@pytest.mark.parametrize("chance", [SHARES, RATES])
def test_with_so_many_events_four_of_five_tests_find_the_difference(chance: Chance) -> None:
    now, hoped, tests = 0.05, 0.1, 400
    each = ceil(each_of(chance, now, hoped))
    luck = random.Random(7)

    def clicks(share: float) -> int:
        if chance is SHARES:
            return sum(luck.random() < share for _ in range(each))
        time, events = luck.expovariate(share), 0
        while time < each:
            time, events = time + luck.expovariate(share), events + 1
        return events

    found = 0
    for _ in range(tests):
        one, other = clicks(now), clicks(hoped)
        pooled = (one + other) / (2 * each)
        spread = sqrt(2 * chance.variance(pooled) / each)
        found += abs(one - other) / each > 1.96 * spread

    assert 0.74 <= found / tests <= 0.88


def test_with_so_many_orders_four_of_five_tests_find_a_difference_in_their_value() -> None:
    spread, ratio, tests = 0.8, 1.25, 2_000
    relative = Chance(MetricKind.MONEY, spread * spread)
    each = each_of(relative, 40.0, 40.0 * ratio)
    # The mean of so many orders is as good as normal, on the logarithm.
    luck, error = random.Random(11), spread / sqrt(each)
    logs = (luck.gauss(0.2231, error) - luck.gauss(0.0, error) for _ in range(tests))

    assert sum(abs(log) > 1.96 * sqrt(2) * error for log in logs) / tests == pytest.approx(
        0.8, abs=0.03
    )


@given(CHANCES, VALUES, VALUES)
def test_which_of_two_versions_is_the_present_one_does_not_matter(
    chance: Chance, one: float, other: float
) -> None:
    if not math.isclose(one, other):
        assert each_of(chance, one, other) == pytest.approx(each_of(chance, other, one))


@given(CHANCES, VALUES, VALUES, st.floats(0.5, 0.98), st.floats(0.001, 0.2))
def test_to_be_surer_takes_more(
    chance: Chance, one: float, other: float, power: float, alpha: float
) -> None:
    if math.isclose(one, other):
        return
    least = each_of(chance, one, other, Certainty(alpha, power))

    assert each_of(chance, one, other, Certainty(alpha, power + 0.01)) > least
    assert each_of(chance, one, other, Certainty(alpha * 0.9, power)) > least
    assert each_of(chance, one, other, Certainty(alpha, power).among(3)) > least


@given(CHANCES, VALUES, VALUES, st.floats(0.05, 0.95))
def test_uneven_versions_need_more_events_together(
    chance: Chance, one: float, other: float, share: float
) -> None:
    # Money: exactly so. Shares: the rarer version may be the less certain one, by a little.
    if math.isclose(one, other) or chance is not MONEY:
        return
    even, uneven = sizes(chance, one, other), sizes(chance, one, other, share=share)
    assert even is not None
    assert uneven is not None
    assert sum(uneven) >= sum(even) * (1 - 1e-12)
    assert uneven[1] / sum(uneven) == pytest.approx(share)


def test_uneven_versions_find_the_difference_as_often() -> None:
    now, hoped, share = 0.03, 0.04, 0.2
    both = sizes(SHARES, now, hoped, share=share)
    assert both is not None
    present, other = both

    assert other / (present + other) == pytest.approx(share)
    pooled = now * (1 - share) + hoped * share
    alike = sqrt(SHARES.variance(pooled) * (1 / present + 1 / other))
    apart = sqrt(SHARES.variance(now) / present + SHARES.variance(hoped) / other)
    assert norm.sf((1.959964 * alike - (hoped - now)) / apart) == pytest.approx(0.8, abs=1e-6)


@given(CHANCES, VALUES, st.floats(100, 1e7), st.booleans())
def test_the_smallest_gain_that_shows_needs_the_events_there_are(
    chance: Chance, now: float, each: float, higher: bool
) -> None:
    value = detectable(chance, now, each, higher=higher)
    if value is None:
        far = min(chance.most, 1e6) if higher else now / 1e6
        assert each_of(chance, now, far) > each
        return
    assert (value > now) is higher
    assert each_of(chance, now, value) == pytest.approx(each, rel=1e-6)


@given(CHANCES, VALUES, st.floats(100, 1e6), st.booleans())
def test_more_events_show_smaller_gains(
    chance: Chance, now: float, each: float, higher: bool
) -> None:
    few, many = (detectable(chance, now, n, higher=higher) for n in (each, 2 * each))
    if few is not None:
        assert many is not None
        assert abs(many - now) < abs(few - now)


def test_nothing_shows_without_events_or_beyond_all() -> None:
    assert detectable(SHARES, 0.5, 0.0) is None
    assert detectable(SHARES, 1.0, 1_000.0) is None
    assert detectable(SHARES, 0.0, 1_000.0, higher=False) is None


@pytest.mark.parametrize(("alpha", "power"), [(0.01, 0.9), (0.05, 0.8), (0.1, 0.95)])
def test_standard_scores_are_those_of_the_normal_distribution(alpha: float, power: float) -> None:
    certainty = Certainty(alpha, power)
    assert certainty.sure == pytest.approx(norm.isf(alpha / 2))
    assert certainty.found == pytest.approx(norm.ppf(power))


@pytest.mark.parametrize(
    ("events", "said"), [(0.3, 1), (7.2, 8), (99.0, 99), (101.0, 110), (28_303.2, 29_000)]
)
def test_estimates_are_rounded_up_to_two_digits(events: float, said: int) -> None:
    assert round_up(events) == said


@pytest.mark.parametrize(
    ("varies", "relative"), [(Varies.VALUES, 9.0), (Varies.EVENTS, 1.0), (Varies.BOTH, 10.0)]
)
def test_money_varies_by_its_values_and_by_their_number(varies: Varies, relative: float) -> None:
    money = attrs.evolve(WORDS.metrics["roas"], varies=varies)
    assert chance_of(money, spread=3.0) == Chance(MetricKind.MONEY, relative)
