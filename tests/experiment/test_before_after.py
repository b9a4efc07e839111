"""Before and after: the effect without the season, and how often it is inside its limits."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.experiment.arms import Arm
from advisor.experiment.before_after import Change, before_after, together
from advisor.experiment.reading import Verdict
from advisor.experiment.worth import Pace
from tests.experiment.words import CPC, CTR, RATE, ROAS


def change(before: float, after: float, size: float = 10_000) -> Change:
    return Change(Arm("it", before, size), Arm("it", after, size))


def test_what_the_untouched_changed_by_is_no_effect() -> None:
    found = before_after(CTR, change(200, 300), [change(2_000, 3_000)])

    assert found.verdict is Verdict.OPEN
    assert (found.times, found.own, found.without) == pytest.approx((1.0, 1.5, 0.03))


def test_the_effect_is_the_ratio_of_the_ratios() -> None:
    found = before_after(RATE, change(400, 480), [change(2_000, 1_600)], pace=Pace(1_000, 2.0))

    # 1.2 / 0.8; variances 1/400 + 1/480 + 1/2000 + 1/1600
    width = math.exp(1.959964 * math.sqrt(1 / 400 + 1 / 480 + 1 / 2_000 + 1 / 1_600))
    assert found.verdict is Verdict.BETTER
    assert (found.times, found.low, found.high) == pytest.approx((1.5, 1.5 / width, 1.5 * width))
    assert found.without == pytest.approx(0.032)
    assert found.worth is not None
    assert found.worth.mid == pytest.approx(0.016 * 30 * 1_000 * 2)
    assert 0 < found.worth.low < found.worth.mid < found.worth.high


def test_a_cost_that_fell_is_better() -> None:
    def cost(paid: float, clicks: float) -> Arm:
        return Arm("it", paid, clicks, clicks)

    changed = Change(cost(1_000, 1_000), cost(1_000, 1_500))
    untouched = Change(cost(5_000, 5_000), cost(5_000, 5_000))
    assert before_after(CPC, changed, [untouched]).verdict is Verdict.BETTER


@pytest.mark.parametrize(
    ("changed", "untouched"),
    [
        (change(0, 300), [change(200, 300)]),
        (change(200, 0), [change(200, 300)]),
        (change(200, 300), [change(0, 300)]),
        (change(200, 300), []),
    ],
)
def test_without_events_on_every_side_it_is_too_early(
    changed: Change, untouched: list[Change]
) -> None:
    found = before_after(CTR, changed, untouched)
    assert (found.verdict, found.times, found.worth) == (Verdict.EARLY, None, None)


def test_untouched_subjects_without_events_take_no_part() -> None:
    alone = before_after(CTR, change(200, 300), [change(2_000, 3_000)])
    assert before_after(CTR, change(200, 300), [change(2_000, 3_000), change(0, 9)]) == alone


def test_untouched_that_wander_widen_the_limits() -> None:
    calm = before_after(RATE, change(900, 990), [change(900, 900)] * 4)
    wild = before_after(
        RATE, change(900, 990), [change(900, 600), change(900, 1_350), change(900, 900)] * 2
    )
    assert calm.wander == 0
    assert wild.wander is not None
    assert wild.wander > 0.2
    assert calm.low is not None
    assert wild.low is not None
    assert wild.low < calm.low < 1.1


def test_the_mean_of_changes_is_that_of_dersimonian_and_laird() -> None:
    # Three changes of 0, 0.4 and 0.8 with a variance of 0.04 each: Q = 8, on 2 degrees of freedom,
    # so that the variance between them is (8 - 2) / (75 - 25) = 0.12.
    mean, variance, between = together([(0.0, 0.04), (0.4, 0.04), (0.8, 0.04)])
    assert (mean, between) == pytest.approx((0.4, 0.12))
    assert variance == pytest.approx(0.16 / 3)


@given(st.floats(0.2, 5.0), st.integers(50, 500), st.integers(50, 500))
def test_a_season_that_moves_all_alike_changes_nothing(season: float, x: int, y: int) -> None:
    plain = before_after(ROAS, _sales(x, y, 1.0), [_sales(300, 300, 1.0)])
    moved = before_after(ROAS, _sales(x, y, season), [_sales(300, 300, season)])
    assert [plain.times, plain.low, plain.high] == pytest.approx(
        [moved.times, moved.low, moved.high]
    )


def _sales(before: int, after: int, each: float) -> Change:
    return Change(Arm("it", before * 20, 1_000, before), Arm("it", after * 20 * each, 1_000, after))


@pytest.mark.parametrize(("controls", "wander"), [(1, 0.0), (6, 0.0), (6, 0.2), (20, 0.1)])
def test_the_true_effect_lies_inside_the_limits_as_often_as_they_say(
    controls: int, wander: float
) -> None:
    luck, tests, inside = random.Random(2), 600, 0

    def drawn(times: float) -> Change:
        # So many events are as good as normal.
        mean = 400 * times * math.exp(luck.gauss(0.0, wander))
        before, after = luck.gauss(400, 20), luck.gauss(mean, math.sqrt(mean))
        return change(before, after, 20_000)

    for _ in range(tests):
        season = math.exp(luck.gauss(0.0, 0.2))
        found = before_after(RATE, drawn(1.2 * season), [drawn(season) for _ in range(controls)])
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= 1.2 <= found.high

    assert inside / tests >= 0.93
