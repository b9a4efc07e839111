"""How many events a test needs, against simulation and the textbook."""

import random
from math import sqrt

import pytest

from advisor.plan.trial import needed
from advisor.vocabulary import Metric, MetricKind
from tests.core import WORDS

CTR, ORDERS, CPC = (WORDS.metrics[name] for name in ("ctr", "order_rate", "cpc"))


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
    assert needed(metric, now, hoped) == each


def test_what_cannot_differ_or_is_no_share_needs_no_number() -> None:
    assert needed(CTR, 0.02, 0.02) is None
    assert CPC.kind is MetricKind.MONEY
    assert needed(CPC, 1.0, 2.0) is None


def test_with_so_many_events_four_of_five_tests_find_the_difference() -> None:
    now, hoped, tests = 0.05, 0.1, 400
    each = needed(CTR, now, hoped)
    assert each is not None
    chance = random.Random(7)

    def clicks(share: float) -> int:
        return sum(chance.random() < share for _ in range(each))

    found = 0
    for _ in range(tests):
        one, other = clicks(now), clicks(hoped)
        pooled = (one + other) / (2 * each)
        spread = sqrt(2 * pooled * (1 - pooled) / each)
        found += abs(one - other) / each > 1.96 * spread

    assert 0.74 <= found / tests <= 0.88
