"""How long a test has to run before its numbers decide."""

import math

from advisor.vocabulary import Metric, MetricKind

SURE = 1.959963984540054  # 95 %, two-sided: the versions are called different
FOUND = 0.8416212335729143  # 80 %: what there is to find is found 4 times of 5
KINDS = (MetricKind.PROPORTION, MetricKind.RATE)


def needed(metric: Metric, now: float, hoped: float) -> int | None:
    """How many events of the denominator each of two versions needs, so that *now* and *hoped* are
    told apart: (z of 95 % + z of 80 %)^2 x (both variances) / difference^2, two digits, rounded up.

    None where they are the same, or the metric is no proportion or rate.
    """
    if metric.kind not in KINDS or now == hoped:
        return None
    spread = _spread(metric, now) + _spread(metric, hoped)
    exact = (SURE + FOUND) ** 2 * spread / (now - hoped) ** 2
    unit = 10 ** max(0, math.floor(math.log10(exact)) - 1) if exact >= 1 else 1
    return math.ceil(exact / unit) * unit


def _spread(metric: Metric, share: float) -> float:
    """The variance of one event: yes or no, or a count of them."""
    return share * (1 - share) if metric.kind is MetricKind.PROPORTION else share
