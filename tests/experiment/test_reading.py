"""Verdicts, and what a difference is worth."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.experiment.arms import Arm
from advisor.experiment.reading import Reading, Result, Verdict, read
from advisor.experiment.worth import Pace, month, own_money
from advisor.model.vocabulary import Metric
from advisor.stats.trial_design import MONTH
from tests.core import WORDS
from tests.experiment.words import AOV, CPC, CTR, ROAS

A = Arm("A", 100, 5_000)


def result(metric: Metric, a: Arm, b: Arm, **how: float) -> Result:
    (found,) = read(metric, a, [b], **how).results  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("metric", "a", "b", "verdict"),
    [
        (CTR, A, Arm("B", 160, 5_000), Verdict.BETTER),
        (CTR, A, Arm("B", 50, 5_000), Verdict.WORSE),
        (CTR, A, Arm("B", 110, 5_000), Verdict.OPEN),
        (CTR, A, Arm("B", 0, 0), Verdict.EARLY),
        (CPC, Arm("A", 500, 200, 200), Arm("B", 500, 300, 300), Verdict.BETTER),
        (CPC, Arm("A", 500, 300, 300), Arm("B", 500, 200, 200), Verdict.WORSE),
        (ROAS, Arm("A", 900, 300, 60), Arm("B", 2_700, 300, 180), Verdict.BETTER),
    ],
)
def test_the_verdict_knows_which_way_is_better(
    metric: Metric, a: Arm, b: Arm, verdict: Verdict
) -> None:
    assert result(metric, a, b).verdict is verdict


def test_before_the_planned_end_it_is_too_early_for_what_chance_may_do() -> None:
    found = result(CTR, A, Arm("B", 120, 4_500), planned=9_000)

    assert found.comparison is not None
    assert found.comparison.differs
    assert (found.verdict, found.more, found.stands) == (Verdict.EARLY, 4_500, False)


def test_before_the_planned_end_a_difference_beyond_doubt_stands() -> None:
    found = result(CTR, A, Arm("B", 220, 5_000), planned=9_000)
    assert (found.verdict, found.stands) == (Verdict.BETTER, True)


def test_at_the_planned_end_the_usual_limits_decide() -> None:
    found = result(CTR, A, Arm("B", 140, 5_000), planned=5_000)
    assert (found.verdict, found.stands) == (Verdict.BETTER, False)


def test_what_is_open_says_how_much_more_would_show_it() -> None:
    few = result(CTR, A, Arm("B", 120, 5_000))
    assert few.verdict is Verdict.OPEN
    assert few.more is not None
    # 2 % against 2.4 %, 4 times of 5: 21,108 each.
    assert few.more == pytest.approx(21_108 - 5_000, abs=1)

    close = result(CTR, A, Arm("B", 101, 5_000))
    assert (close.verdict, close.more) == (Verdict.OPEN, None)


def test_uneven_parts_are_told_where_even_ones_were_planned() -> None:
    def reading(b: Arm) -> Reading:
        return read(CTR, A, [b], split=(1, 1))

    assert reading(Arm("B", 100, 6_000)).mismatched
    assert not reading(Arm("B", 100, 5_050)).mismatched
    assert read(CTR, A, [Arm("B", 100, 6_000)]).mismatch is None


def test_a_difference_is_worth_what_a_month_of_it_brings() -> None:
    found = result(CTR, A, Arm("B", 150, 5_000), pace=Pace(1_000, 2.0, "margin"))  # type: ignore[arg-type]

    assert found.worth is not None
    # 1 % of 30,000 impressions, 2 each.
    assert found.worth.mid == pytest.approx(600)
    assert 0 < found.worth.low < 600 < found.worth.high
    assert found.worth.what == "margin"


def test_what_is_better_lower_is_worth_what_it_saves() -> None:
    saved = month(CPC, -0.5, -0.3, 0.1, Pace(100, 1.0))
    assert (saved.low, saved.mid, saved.high) == pytest.approx((-300, 900, 1_500))


def test_money_has_its_own_price_and_the_margin_is_what_stays_of_it() -> None:
    assert own_money(CTR, WORDS, 0.3) is None
    assert own_money(AOV, WORDS, None) == Pace(1.0, 1.0, "sales")
    assert own_money(ROAS, WORDS, 0.3) == Pace(1.0, 0.3, "margin")
    assert own_money(CPC, WORDS, 0.3) == Pace(1.0, 1.0, "costs")


def test_without_a_limit_there_is_no_end_to_the_worth() -> None:
    worth = month(ROAS, -math.inf, 1.0, math.inf, Pace(10, 1.0))
    assert (worth.low, worth.mid, worth.high) == (-math.inf, 10 * MONTH, math.inf)
    assert month(ROAS, -1.0, 1.0, math.inf, Pace(0.0, 1.0)).high == 0


@given(st.integers(1, 200), st.integers(1, 200), st.floats(1, 1e5))
def test_a_version_of_unknown_worth_may_gain_or_lose(x: int, y: int, per_day: float) -> None:
    found = result(CTR, Arm("A", x, 900), Arm("B", y, 900), pace=Pace(per_day, 1.0))  # type: ignore[arg-type]
    assert found.worth is not None
    assert (found.verdict is Verdict.OPEN) is (found.worth.low <= 0 <= found.worth.high)
