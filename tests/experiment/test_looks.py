"""Looking before the end, and splits, by simulation and against scipy."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from advisor.experiment.looks import holds_early, mismatch, score_at

LEVELS = st.sampled_from((0.2, 0.05, 0.01))


def crossed(looks: int, edge: list[float], tests: int, drift: float = 0.0) -> float:
    """How often the score of a growing sample leaves *edge* at one of so many even looks."""
    luck, found = random.Random(9), 0
    for _ in range(tests):
        total = 0.0
        for look in range(1, looks + 1):
            total += luck.gauss(drift, 1.0)
            if abs(total) / math.sqrt(look) > edge[look - 1]:
                found += 1
                break
    return found / tests


def test_who_looks_often_at_the_usual_limit_is_wrong_often() -> None:
    # Armitage, McPherson and Rowe (1969): 14.2 % at five looks.
    assert crossed(5, [1.959964] * 5, 4_000) == pytest.approx(0.142, abs=0.015)


def test_the_limit_for_looking_early_holds_however_often_one_looks() -> None:
    looks = 50
    edge = [score_at(look / looks, 0.05) for look in range(1, looks + 1)]
    assert crossed(looks, edge, 2_000) <= 0.05


def test_a_large_difference_is_still_found_early() -> None:
    looks = 20
    edge = [score_at(look / looks, 0.05) for look in range(1, looks + 1)]
    assert crossed(looks, edge, 500, drift=1.0) > 0.8


@given(LEVELS, st.floats(0.01, 1.0))
def test_looking_early_asks_for_more_than_the_end(alpha: float, part: float) -> None:
    usual = stats.norm.isf(alpha / 2)
    assert score_at(part, alpha) > score_at(1.0, alpha) * 0.999 > usual
    assert score_at(part, alpha / 2) > score_at(part, alpha)


def test_before_anything_was_counted_nothing_holds() -> None:
    assert score_at(0.0, 0.05) == math.inf
    assert not holds_early(1e-12, 0.0, 0.05)


@pytest.mark.parametrize(("p", "held"), [(0.03, False), (0.005, False), (1e-4, True), (0.0, True)])
def test_what_holds_early_is_beyond_doubt(p: float, held: bool) -> None:
    assert holds_early(p, 0.5, 0.05) is held


@given(st.lists(st.tuples(st.integers(1, 10_000), st.integers(1, 9)), min_size=2, max_size=6))
def test_a_mismatch_is_the_chi_square_of_scipy(arms: list[tuple[int, int]]) -> None:
    counts, parts = zip(*arms, strict=True)
    whole, planned = sum(counts), sum(parts)
    expected = [whole * part / planned for part in parts]

    assert mismatch(counts, parts) == pytest.approx(stats.chisquare(counts, expected).pvalue)
