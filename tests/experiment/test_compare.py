"""Two versions: against another library, by symmetry, and by how often the truth is inside."""

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from advisor.experiment.arms import Arm
from advisor.experiment.compare import Comparison, compare, holm
from advisor.model.vocabulary import Metric
from advisor.stats.sample_size import chance_of, sizes
from tests.experiment.words import AOV, CPC, CTR, RATE, ROAS, binomial, orders, poisson, values

KINDS = st.sampled_from((CTR, RATE, AOV, CPC, ROAS))
COUNTS = st.integers(0, 400)


def arm(metric: Metric, name: str, events: int, size: int) -> Arm:
    """A version of any metric, of *events* among *size*."""
    if metric is AOV:
        return Arm(name, size * 3.0, events, events, spread=0.5)
    if metric is CPC:
        return Arm(name, size * 0.5, events, events)
    if metric is ROAS:
        return Arm(name, events * 30.0, size, events, spread=0.5)
    return Arm(name, events, size)


def against(metric: Metric, a: Arm, b: Arm, alpha: float = 0.05) -> Comparison:
    found = compare(metric, a, b, alpha)
    assert found is not None
    return found


def test_limits_of_a_difference_of_shares_are_newcombe_s() -> None:
    # Newcombe (1998), table II, method 10: 56/70 - 48/80.
    found = against(CTR, Arm("a", 48, 80), Arm("b", 56, 70))
    assert [found.low, found.high] == pytest.approx([0.0524, 0.3339], abs=5e-5)
    # The same by statsmodels' confint_proportions_2indep(method="newcomb").
    found = against(CTR, Arm("a", 120, 8_000), Arm("b", 160, 8_100))
    assert [found.low, found.high] == pytest.approx([0.0007104283586, 0.0088299359928])


@pytest.mark.parametrize(("x", "y"), [(9, 14), (3, 12), (40, 70), (200, 260)])
def test_the_chance_of_alike_rates_is_near_the_exact_one(x: int, y: int) -> None:
    found = against(RATE, Arm("a", x, 300), Arm("b", y, 350))
    exact = stats.binomtest(y, x + y, 350 / 650).pvalue

    assert found.p == pytest.approx(exact, rel=0.15)


@pytest.mark.parametrize(("x", "y"), [(80, 120), (400, 470), (900, 1_000)])
def test_the_chance_of_alike_shares_is_near_that_of_the_score_test(x: int, y: int) -> None:
    found = against(CTR, Arm("a", x, 5_000), Arm("b", y, 5_000))
    table = [[x, 5_000 - x], [y, 5_000 - y]]

    assert found.p == pytest.approx(
        stats.chi2_contingency(table, correction=False).pvalue, rel=0.05
    )


@given(KINDS, COUNTS, COUNTS, st.integers(400, 5_000), st.integers(400, 5_000))
def test_swapped_versions_say_the_opposite(metric: Metric, x: int, y: int, n: int, m: int) -> None:
    a, b = arm(metric, "a", x, n), arm(metric, "b", y, m)
    there, back = compare(metric, a, b, 0.05), compare(metric, b, a, 0.05)
    if there is None or back is None:
        assert there is back
        return
    assert there.difference == pytest.approx(-back.difference)
    assert [there.low, there.high] == pytest.approx([-back.high, -back.low])
    assert there.p == pytest.approx(back.p, abs=1e-9)
    if there.ratio and back.ratio and there.ratio_low > 0 and math.isfinite(there.ratio_high):
        assert there.ratio == pytest.approx(1 / back.ratio)
        assert there.ratio_low == pytest.approx(1 / back.ratio_high)
        assert there.ratio_high == pytest.approx(1 / back.ratio_low)


@given(KINDS, COUNTS, COUNTS, st.integers(400, 5_000), st.integers(400, 5_000))
def test_difference_ratio_and_chance_never_contradict_each_other(
    metric: Metric, x: int, y: int, n: int, m: int
) -> None:
    found = compare(metric, arm(metric, "a", x, n), arm(metric, "b", y, m), 0.05)
    if found is None:
        return
    assert found.low <= found.difference <= found.high
    assert found.ratio is None or found.ratio_low <= found.ratio <= found.ratio_high
    if abs(found.p - 0.05) > 1e-6:
        assert found.differs is (found.p < 0.05)
    if min(abs(found.low), abs(found.high)) > 1e-9:
        assert found.differs is (found.ratio_low > 1 or found.ratio_high < 1)


@given(KINDS, st.integers(1, 400), st.integers(1, 400))
def test_to_be_surer_is_to_say_less(metric: Metric, x: int, y: int) -> None:
    a, b = arm(metric, "a", x, 2_000), arm(metric, "b", y, 2_000)
    sure, surer = against(metric, a, b, 0.05), against(metric, a, b, 0.01)

    assert surer.low <= sure.low
    assert surer.high >= sure.high


def _shares(luck: random.Random) -> tuple[Arm, Arm]:
    return Arm("a", binomial(luck, 2_000, 0.02), 2_000), Arm(
        "b", binomial(luck, 3_000, 0.026), 3_000
    )


def _few(luck: random.Random) -> tuple[Arm, Arm]:
    return Arm("a", binomial(luck, 200, 0.02), 200), Arm("b", binomial(luck, 150, 0.03), 150)


def _rates(luck: random.Random) -> tuple[Arm, Arm]:
    return Arm("a", poisson(luck, 60), 3_000), Arm("b", poisson(luck, 91), 3_500)


def _roas(luck: random.Random) -> tuple[Arm, Arm]:
    return orders(luck, "a", 45, 30, 300), orders(luck, "b", 60, 33, 330)


def _aov(luck: random.Random) -> tuple[Arm, Arm]:
    return (
        Arm("a", values(luck, 150, 30), 150, 150, spread=0.64),
        Arm("b", values(luck, 200, 33), 200, 200, spread=0.64),
    )


def _cpc(luck: random.Random) -> tuple[Arm, Arm]:
    many, more = poisson(luck, 40), poisson(luck, 60)
    return Arm("a", 300, many, many), Arm("b", 300, more, more)


@pytest.mark.parametrize(
    ("metric", "draw", "a", "b"),
    [
        (CTR, _shares, 0.02, 0.026),
        (CTR, _few, 0.02, 0.03),
        (RATE, _rates, 0.02, 0.026),
        (ROAS, _roas, 4.5, 6.0),
        (AOV, _aov, 30.0, 33.0),
        (CPC, _cpc, 7.5, 5.0),
    ],
)
def test_the_truth_lies_inside_the_limits_as_often_as_they_say(
    metric: Metric, draw: Callable[[random.Random], tuple[Arm, Arm]], a: float, b: float
) -> None:
    luck, tests = random.Random(5), 400
    found = [against(metric, *draw(luck)) for _ in range(tests)]
    difference = sum(one.low <= b - a <= one.high for one in found) / tests
    ratio = sum(one.ratio_low <= b / a <= one.ratio_high for one in found) / tests

    assert 0.925 <= difference <= 0.99
    assert 0.925 <= ratio <= 0.99


@pytest.mark.parametrize("metric", [CTR, RATE])
def test_a_test_of_the_planned_size_finds_the_hoped_gain_4_times_of_5(metric: Metric) -> None:
    chance = chance_of(metric)
    assert chance is not None
    both = sizes(chance, 0.03, 0.045)
    assert both is not None
    each, luck, tests = math.ceil(both[0]), random.Random(3), 300

    def version(name: str, share: float) -> Arm:
        drawn = binomial(luck, each, share) if metric is CTR else poisson(luck, each * share)
        return Arm(name, drawn, each)

    found = sum(
        against(metric, version("a", 0.03), version("b", 0.045)).differs for _ in range(tests)
    )
    assert 0.73 <= found / tests <= 0.87


def test_of_several_versions_the_clearest_is_held_to_the_strictest_level() -> None:
    a = Arm("a", 100, 5_000)
    clear, near, none = Arm("b", 170, 5_000), Arm("c", 132, 5_000), Arm("d", 104, 5_000)
    found = holm(CTR, a, [near, none, clear], 0.05)

    levels = {one.name: (0.05 / one.alpha, one.differs) for one in found if one is not None}
    assert levels == {"b": (3, True), "c": (2, False), "d": (2, False)}
    alone = against(CTR, a, near)
    assert alone.differs


@given(st.lists(st.integers(0, 300), min_size=1, max_size=5), st.integers(1, 300))
def test_what_several_show_is_what_holm_s_procedure_rejects(others: list[int], x: int) -> None:
    a = Arm("a", x, 5_000)
    arms = [Arm(str(i), y, 5_000) for i, y in enumerate(others)]
    found = [one for one in holm(CTR, a, arms, 0.05) if one is not None]

    order = sorted(found, key=lambda one: one.p)
    rejected: set[str] = set()
    for place, one in enumerate(order):
        if one.p >= 0.05 / (len(order) - place):
            break
        rejected.add(one.name)
    assert {one.name for one in found if one.differs} == rejected


def test_a_version_that_had_nothing_yet_is_not_compared() -> None:
    assert compare(CTR, Arm("a", 0, 0), Arm("b", 3, 100), 0.05) is None
    found = holm(CTR, Arm("a", 9, 100), [Arm("b", 0, 0), Arm("c", 10, 100)], 0.05)
    assert found[0] is None
    assert found[1] is not None
    assert found[1].alpha == 0.05


def test_a_version_without_orders_borrows_what_one_is_worth() -> None:
    found = against(ROAS, Arm("a", 900, 300, 30), Arm("b", 0, 300, 0))
    assert found.difference == -3
    assert found.ratio == 0
    assert -6 < found.low < found.high < 0
