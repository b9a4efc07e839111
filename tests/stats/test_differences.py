"""Differences in differences: known answers, and what they are worth where nothing was done."""

import math
import random

import pytest
from scipy.special import stdtr, stdtrit

from advisor.stats import BeforeAfter, benjamini_hochberg, difference, parallel, spent
from advisor.stats.differences import LEAST_UNTOUCHED, t_quantile, t_two_sided


@pytest.mark.parametrize("freedom", [1.0, 2.5, 7.0, 30.0, 400.0, 1e5])
def test_students_t_is_that_of_scipy(freedom: float) -> None:
    for chance in (0.6, 0.9, 0.975, 0.999):
        assert t_quantile(chance, freedom) == pytest.approx(stdtrit(freedom, chance), rel=1e-8)
    for t in (0.0, 0.3, 1.0, 2.3, 9.0):
        assert t_two_sided(t, freedom) == pytest.approx(2 * stdtr(freedom, -t), rel=1e-8)


def sure(before: float, after: float) -> BeforeAfter:
    """Values that are known exactly."""
    return BeforeAfter(before, 1e-9, after, 1e-9)


def test_of_exact_values_it_is_the_plain_difference_in_differences() -> None:
    untouched = [sure(before, before + 0.1) for before in (-1.0, -0.5, 0.0, 0.5)]

    found = difference([sure(-2.0, -1.6)], untouched)

    assert found is not None
    assert found.effect == pytest.approx(0.3, abs=1e-3)
    assert found.low < 0.3 < found.high
    assert found.p < 0.001
    assert found.fallback == pytest.approx(0, abs=1e-3)


def test_a_season_that_all_share_is_no_effect() -> None:
    untouched = [sure(before, before + 0.7) for before in (-1.0, -0.5, 0.0, 0.5)]

    found = difference([sure(-0.7, 0.0)], untouched)

    assert found is not None
    assert found.effect == pytest.approx(0, abs=1e-3)


def test_what_was_bad_by_chance_is_expected_to_come_back() -> None:
    untouched = [BeforeAfter(0.0, 0.1, 0.0, 0.1) for _ in range(20)]

    found = difference([BeforeAfter(-0.5, 0.1, 0.0, 0.1)], untouched)

    assert found is not None
    assert found.fallback == pytest.approx(0.5, abs=0.1)
    assert found.effect == pytest.approx(0, abs=0.1)


def test_what_is_too_bad_for_chance_is_not_expected_to_come_back() -> None:
    untouched = [BeforeAfter(0.1 * (i % 3), 0.01, 0.1 * (i % 3), 0.01) for i in range(20)]

    found = difference([BeforeAfter(-1.5, 0.02, -1.5, 0.02)], untouched)

    assert found is not None
    assert found.fallback == pytest.approx(0, abs=0.1)
    assert found.low < 0 < found.high


def test_too_few_untouched_subjects_tell_nothing() -> None:
    one = sure(0.0, 0.1)

    assert difference([one], [one] * (LEAST_UNTOUCHED - 1)) is None
    assert difference([], [one] * 9) is None


def test_each_untouched_subject_has_a_placebo() -> None:
    untouched = [sure(0.1 * i, 0.1 * i + (1.0 if i == 0 else 0.0)) for i in range(6)]

    found = difference([sure(0.0, 0.0)], untouched)

    assert found is not None
    assert len(found.placebos) == 6
    assert max(found.placebos, key=abs) == found.placebos[0]


def test_what_was_brought_is_the_value_less_what_was_to_be_expected() -> None:
    untouched = [sure(0.1 * i, 0.1 * i) for i in range(9)]
    found = difference([BeforeAfter(0.0, 1e-9, math.log(2), 0.01)], untouched)

    assert found is not None
    low, mid, high = found.brought(4.0)
    assert mid == pytest.approx(4.0 - 4.0 / math.exp(found.effect))
    # Nearly all that is not known is the value after: 4 exp(+- 1.28 x 0.1).
    assert low == pytest.approx(mid - 4.0 * (1 - math.exp(-0.128)), rel=0.05)
    assert high == pytest.approx(mid + 4.0 * (math.exp(0.128) - 1), rel=0.05)


def test_looks_spend_what_one_look_would() -> None:
    looks = [spent(part) for part in (0.25, 0.5, 0.75, 1.0)]

    assert looks == sorted(looks)
    assert looks[-1] == pytest.approx(0.05)
    assert spent(3.0) == spent(1.0)
    assert looks[1] == pytest.approx(0.0310, abs=1e-4)  # Lan and DeMets 1983, table 1


def test_subjects_that_moved_apart_before_are_not_parallel() -> None:
    untouched = [sure(0.1 * i, 0.1 * i) for i in range(6)]

    assert parallel([sure(0.0, 0.0)], untouched)
    assert not parallel([sure(0.0, 1.0)], untouched)


@pytest.mark.parametrize(("moved", "together"), [(0.25, True), (0.3, False), (-0.3, False)])
def test_one_of_a_hundred_that_move_together_is_called_apart(moved: float, together: bool) -> None:
    # 30 changes of +-0.1: 2.76 standard errors of a new one (Student, 29 degrees) are 0.285.
    untouched = [sure(0.0, 0.1 * (-1) ** number) for number in range(30)]
    assert parallel([sure(0.0, moved)], untouched) is together


def test_the_false_discovery_rate_is_that_of_the_textbook() -> None:
    # Benjamini and Hochberg 1995, section 3.3: the first four of 15 are significant.
    given = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
    ]  # fmt: skip

    assert benjamini_hochberg(given) == [True] * 4 + [False] * 11
    assert benjamini_hochberg(given[::-1]) == [False] * 11 + [True] * 4
    assert benjamini_hochberg([]) == []


def _poisson(chance: random.Random, mean: float) -> int:
    limit, count, product = math.exp(-min(mean, 600.0)), 0, chance.random()
    while product >= limit:
        count += 1
        product *= chance.random()
    return count


def _shop(
    chance: random.Random, many: int, spread: float, own: float, events: int, lift: float
) -> tuple[list[BeforeAfter], list[BeforeAfter]]:
    """Subjects of which the worst was changed: rates differ by *spread*, and change by *own* and a
    season they share."""
    season = chance.gauss(0, 0.2)
    rates = [chance.gauss(math.log(0.01), spread) for _ in range(many)]
    before = [_poisson(chance, events * math.exp(rate + chance.gauss(0, own))) for rate in rates]
    worst = min(range(many), key=before.__getitem__)
    found: tuple[list[BeforeAfter], list[BeforeAfter]] = ([], [])
    for place, (rate, first) in enumerate(zip(rates, before, strict=True)):
        effect = math.log(lift) if place == worst else 0.0
        mean = events * math.exp(rate + season + effect + chance.gauss(0, own))
        second = _poisson(chance, mean)
        if first and second:
            log = math.log(first / events), 1 / first, math.log(second / events), 1 / second
            found[place != worst].append(BeforeAfter(*log))
    return found


SHOPS = [
    (10, 0.5, 0.1, 5000),
    (30, 0.3, 0.1, 2000),
    (30, 0.3, 0.0, 2000),
    (6, 0.4, 0.2, 10000),
    (60, 0.3, 0.2, 3000),
    (4, 0.4, 0.1, 5000),
]


@pytest.mark.slow
@pytest.mark.parametrize("shop", SHOPS)
def test_what_was_left_as_it_was_is_seldom_called_helped(
    shop: tuple[int, float, float, int],
) -> None:
    chance = random.Random(20261129)
    helped = covered = rose = 0
    for _ in range(600):
        treated, untouched = _shop(chance, *shop, lift=1.0)
        found = difference(treated, untouched)
        if found is None:
            continue
        helped += found.p < 0.05 and found.effect > 0
        covered += found.low <= 0 <= found.high
        plain = treated[0].after - treated[0].before - found.own
        rose += plain > math.log(1.1)

    assert helped / 600 <= 0.05
    assert covered / 600 >= 0.9
    assert rose > 5 * helped  # what the plain rule of 10 % would have called


@pytest.mark.slow
def test_what_doubled_is_found_where_there_are_data() -> None:
    chance = random.Random(20261129)
    helped = hurt = 0
    for _ in range(200):
        found = difference(*_shop(chance, 12, 0.4, 0.05, 30000, lift=2.0))
        assert found is not None
        helped += found.p < 0.05 and found.effect > 0
        hurt += found.p < 0.05 and found.effect < 0

    assert helped / 200 >= 0.8
    assert hurt == 0
