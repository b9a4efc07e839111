"""Which test fits the traffic, at the borders between one and another."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.model.vocabulary import Metric
from advisor.stats.sample_size import chance_of, sizes
from advisor.stats.trial_design import LONGEST, MONTH, WEEK, Design, DesignKind, design
from tests.core import WORDS

CTR, CPC, ORDERS = (WORDS.metrics[name] for name in ("ctr", "cpc", "order_rate"))


def of_ctr(per_day: float | None, now: float = 0.015, hoped: float = 0.018) -> Design:
    found = design(CTR, now, hoped, per_day, "impressions")
    assert found is not None
    return found


def test_what_a_month_reaches_is_tested_side_by_side() -> None:
    found = of_ctr(3_000)  # 2 x 28,304 / 3,000 = 18.9

    assert (found.kind, found.each, found.days) == (DesignKind.SPLIT, 29_000, 19)
    assert found.text == (
        "Each version needs about 29,000 impressions to tell CTR of 1.5% from 1.8%: about 19 days "
        "at your current pace."
    )


def test_no_test_is_shorter_than_a_week() -> None:
    assert of_ctr(1_000_000).days == WEEK


def test_a_pace_that_nobody_knows_leaves_the_days_open() -> None:
    found = of_ctr(None)

    assert (found.kind, found.days, found.detectable) == (DesignKind.SPLIT, None, None)
    assert found.text == (
        "Each version needs about 29,000 impressions to tell CTR of 1.5% from 1.8%."
    )


def test_what_takes_longer_than_a_month_becomes_a_bolder_change() -> None:
    assert of_ctr(28_304 * 2 / 30).kind is DesignKind.SPLIT

    found = of_ctr(1_500)

    assert (found.kind, found.each, found.days) == (DesignKind.BOLDER, 29_000, MONTH)
    assert found.detectable == pytest.approx(0.0184, abs=0.00005)
    assert found.text == (
        "Side by side, each version would need about 29,000 impressions to tell CTR of 1.5% from "
        "1.8%: 38 days at your current pace. Within 30 days only CTR of at least 1.84% would show, "
        "so test a bolder change."
    )


def test_where_no_bolder_change_shows_either_before_is_compared_with_after() -> None:
    found = of_ctr(400)  # 28,304 x 1.25 / 400 = 88.5

    assert (found.kind, found.days) == (DesignKind.BEFORE_AFTER, 89)
    assert found.detectable == pytest.approx(0.018, rel=0.001)
    assert found.text == (
        "Side by side, each version would need about 29,000 impressions to tell CTR of 1.5% from "
        "1.8%: 142 days at your current pace. Make the change now, leave similar ones as they are, "
        "and compare 89 days after with 89 days before, minus what changed for the untouched "
        "ones. CTR of at least 1.8% would show."
    )


def test_few_untouched_subjects_take_more_days() -> None:
    many, few = (
        design(CTR, 0.015, 0.018, 400, "impressions", control=control) for control in (100.0, 1.0)
    )
    assert many is not None
    assert few is not None
    assert (many.days, few.days) == (72, LONGEST)
    assert many.detectable is not None
    assert few.detectable is not None
    assert few.detectable > many.detectable


def test_what_no_season_shows_is_said() -> None:
    found = of_ctr(1)
    assert found.days == LONGEST
    assert "CTR of at least 13.8% would show" in found.text

    falling = of_ctr(0.5, 0.018, 0.015)
    assert falling.detectable is None
    assert falling.text.endswith("Even then a gain would not show for certain.")


def test_without_traffic_there_is_no_test() -> None:
    found = of_ctr(0)
    assert (found.kind, found.days, found.detectable) == (DesignKind.BEFORE_AFTER, None, None)
    assert found.text.endswith("from 1.8%, and right now there are none.")


def test_a_value_that_is_better_lower_is_bounded_from_above() -> None:
    found = design(CPC, 1.5, 1.2, 15, "clicks", currency="USD")
    assert found is not None
    # ln(1.5 / 1.2)^2 = 0.0498: 7.849 x 2 / 0.0498 = 315
    assert (found.kind, found.each) == (DesignKind.BOLDER, 320)
    assert "tell CPC of $1.50 from $1.20" in found.text
    assert "only CPC of at most $1.15 would show" in found.text


@pytest.mark.parametrize(("now", "hoped"), [(0.02, 0.02), (0.0, 0.0)])
def test_what_is_alike_needs_no_test(now: float, hoped: float) -> None:
    assert design(CTR, now, hoped, 100, "impressions") is None


def test_an_exact_metric_has_no_chance_to_test() -> None:
    assert design(WORDS.metrics["sales"], 3, 1, 100, "days") is None


@given(
    st.sampled_from((CTR, CPC, ORDERS)),
    st.floats(0, 1e9),
    st.floats(0, 1e9),
    st.floats(0, 1e9),
    st.floats(0, 10),
)
def test_whatever_a_file_has_can_be_told(
    metric: Metric, now: float, hoped: float, per_day: float, spread: float
) -> None:
    found = design(metric, now, hoped, per_day, "events", spread=spread)
    assert found is None or found.each >= 1


def test_values_next_to_each_other_are_alike() -> None:
    assert design(CPC, 3.0, math.nextafter(3.0, 4), 10, "clicks") is None
    assert design(CTR, 1e-200, 2e-200, 10, "impressions") is None


@given(
    st.sampled_from((CTR, CPC, ORDERS)),
    st.floats(0.001, 0.9),
    st.floats(0.001, 0.9),
    st.floats(0.1, 1e7),
)
def test_every_design_keeps_what_it_promises(
    metric: Metric, now: float, hoped: float, per_day: float
) -> None:
    found = design(metric, now, hoped, per_day, "events")
    if math.isclose(now, hoped):
        assert found is None or now != hoped
        return
    chance = chance_of(metric)
    assert found is not None
    assert found.days is not None
    assert chance is not None
    side_by_side = per_day * found.days / 2
    if found.kind is DesignKind.SPLIT:
        assert WEEK <= found.days <= MONTH
        both = sizes(chance, now, hoped)
        assert both is not None
        assert side_by_side >= both[0] * (1 - 1e-9)
    elif found.kind is DesignKind.BOLDER:
        assert found.detectable is not None
        assert abs(found.detectable - now) > abs(hoped - now)
        assert (found.detectable > now) is (hoped > now)
    else:
        assert WEEK <= found.days <= LONGEST
