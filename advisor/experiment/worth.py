"""What a difference is worth in money, in a month."""

import math

from advisor.experiment.compare import Comparison
from advisor.model import Better, CountUnit, Metric, Unit, Varies, Vocabulary, frozen
from advisor.stats import MONTH


@frozen
class Pace:
    """What a month holds: *per_day* of the denominator, *each* the money that one unit of the
    numerator brings, *what* that money is (sales, margin …; empty: not known)."""

    per_day: float
    each: float
    what: str = ""


@frozen
class Worth:
    """Money in 30 days of one version instead of the other; *low* and *high* are its limits, which
    may be infinite. More is better."""

    low: float
    mid: float
    high: float
    what: str


def own_money(metric: Metric, vocabulary: Vocabulary, margin: float | None) -> Pace | None:
    """The pace of one a day, where the numerator is money already: its value needs no price."""
    if metric.varies is Varies.EVENTS and metric.unit is Unit.MONEY:
        return Pace(1.0, 1.0, "costs")
    count = vocabulary.counts.get(metric.numerator[0].rstrip("?"))
    if count is None or count.unit is not CountUnit.MONEY:
        return None
    return Pace(1.0, 1.0, "sales") if margin is None else Pace(1.0, margin, "margin")


def month(metric: Metric, low: float, mid: float, high: float, pace: Pace) -> Worth:
    """The money of a difference of *metric* between *low* and *high*, for 30 days."""
    unit = MONTH * pace.per_day * pace.each / metric.scale
    ends = [_times(end, unit) for end in (low, mid, high)]
    if metric.better is Better.LOWER:
        ends = [-end for end in reversed(ends)]
    return Worth(ends[0], ends[1], ends[2], pace.what)


def of(metric: Metric, found: Comparison, pace: Pace) -> Worth:
    """The money of choosing the other version over the present one."""
    return month(metric, found.low, found.difference, found.high, pace)


def _times(end: float, unit: float) -> float:
    return 0.0 if unit == 0 and math.isinf(end) else end * unit
