"""Sizes of tests: versions, parts, days."""

import math

import pytest

from advisor.experiment.size import SPANS, Size, size
from advisor.model.vocabulary import Metric, MetricKind
from advisor.stats.sample_size import Certainty, Chance, detectable
from advisor.stats.trial_design import WEEK, DesignKind
from tests.core import WORDS
from tests.experiment.words import AOV, CTR, RATE


def sized(metric: Metric = CTR, now: float = 0.015, hoped: float = 0.018, **how: object) -> Size:
    found = size(metric, now, hoped, "impressions", **how)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_two_versions_share_the_pace() -> None:
    found = sized(per_day=3_000)
    assert (found.needs, found.days) == ((28_304, 28_304), 19)
    assert found.design.kind is DesignKind.SPLIT


def test_before_and_after_need_each_event_once_and_a_part_for_the_control() -> None:
    found = sized(per_day=3_000, control=2.0)
    assert found.before_after == math.ceil(28_304 * 1.5 / 3_000)


def test_a_rate_needs_more_than_a_share_for_it_varies_more() -> None:
    assert sized(RATE, 0.03, 0.036).needs[0] > sized(CTR, 0.03, 0.036).needs[0] == 13_914


def test_more_versions_need_more_each_and_share_the_pace() -> None:
    found = sized(per_day=3_000, versions=4)
    alone = sized(certainty=Certainty(0.05 / 3))

    assert found.needs == (alone.needs[0],) * 4
    assert found.days == math.ceil(4 * found.needs[0] / 3_000)
    assert found.design.kind is DesignKind.BOLDER
    assert f"{found.days} days at your current pace" in found.design.text


def test_uneven_parts_take_longer_together() -> None:
    found = sized(per_day=3_000, share=0.2)
    assert found.needs == (69_198, 17_300)
    assert found.days == math.ceil(sum(found.needs) / 3_000)


def test_no_test_is_shorter_than_a_week() -> None:
    assert sized(per_day=1e6).days == WEEK


def test_without_a_pace_there_are_no_days() -> None:
    found = sized()
    assert (found.days, found.spans, found.design.days) == (None, (), None)


def test_each_span_shows_what_its_events_can_tell() -> None:
    found = sized(per_day=3_000)
    shares = Chance(MetricKind.PROPORTION)

    assert [span.days for span in found.spans] == list(SPANS)
    assert [span.each for span in found.spans] == [1_500 * days for days in SPANS]
    assert [span.shows for span in found.spans] == pytest.approx(
        [detectable(shares, 0.015, span.each) for span in found.spans]
    )


def test_values_that_vary_less_need_fewer_orders() -> None:
    # (1.96 + 0.84)^2 x 2 x 0.8^2 / ln(1.1)^2 = 1,106
    assert sized(AOV, 350, 385, spread=0.8).needs == (1_106, 1_106)
    assert sized(AOV, 350, 385).needs[0] > 1_106


def test_what_is_alike_or_counted_has_no_size() -> None:
    assert size(CTR, 0.02, 0.02, "impressions") is None
    assert size(WORDS.metrics["sales"], 2, 3, "days") is None
