"""What a finding is worth: the gap to the band's edge, times what passes through it."""

import math
from collections.abc import Mapping

import attrs

from advisor.business import Business
from advisor.vocabulary import Metric, MetricKind, Unit, Varies, Vocabulary

MONTH = 30  # days
LEAST_DAYS = 7  # fewer say nothing about a month


@attrs.frozen
class Edge:
    """The nearer edge of the wanted levels, from the side where the value is."""

    value: float
    above: bool  # the value lies above it


@attrs.frozen
class Stake:
    """Money in 30 days, in the shop's currency; *what* says which money it is."""

    low: float
    mid: float
    high: float
    what: str


@attrs.frozen
class NoStake:
    """Why a finding has no price."""

    because: str


def edge_of(
    wanted: tuple[str, ...], low: float | None, high: float | None, value: float
) -> Edge | None:
    """Which edge *value* has to reach to be in *wanted* levels of the band *low* to *high*."""
    if low is not None and value < low and "low" not in wanted:
        return Edge(low, above=False)
    if high is not None and value > high and "high" not in wanted:
        return Edge(high, above=True)
    return None


def stake(
    metric: Metric,
    row: Mapping[str, object],
    edge: Edge | None,
    business: Business,
    vocabulary: Vocabulary,
    *,
    worth: float | None,
    days: float | None,
) -> Stake | NoStake:
    """The money between the value (and its limits) and *edge*, for a month.

    *row* holds the metric's measured columns; *worth* is what one unit of its numerator brings,
    where the metric leads to money. The formula is (edge - value) x denominator x worth.
    """
    if edge is None:
        return NoStake("the value is inside its band, or has none")
    if days is None or not days > 0:
        return NoStake("the files name no period, so a month cannot be worked out")
    if days < LEAST_DAYS:
        return NoStake(f"fewer than {LEAST_DAYS} days cannot tell a month")
    value, low, high = (_number(row.get(f"{metric.id}{s}")) for s in ("", ".lo", ".hi"))
    volume = _number(row.get(f"{metric.id}.d"))
    unit, what, share = _unit(metric, vocabulary, business, worth)
    if unit is None:
        return NoStake(f"there is no price for {metric.title}")
    if unit == 0:
        return NoStake("nothing was sold yet, so what one more would bring is not known")
    if metric.kind is MetricKind.EXACT:
        volume = 1.0
    if value is None or volume is None:
        return NoStake(f"{metric.title} could not be measured")
    per_month = MONTH / days * volume / metric.scale * unit * share

    def money(at: float | None) -> float:
        if at is None or math.isinf(at):
            return 0.0
        gap = at - edge.value if edge.above else edge.value - at
        return max(gap, 0.0) * per_month

    ends = sorted((money(low), money(high)))
    return Stake(ends[0], money(value), max(ends[1], money(value)), what)


def _unit(
    metric: Metric, vocabulary: Vocabulary, business: Business, worth: float | None
) -> tuple[float | None, str, float]:
    """What one unit of the numerator is in money, which money that is, and the part that stays."""
    margin = business.margin
    kept, name = (1.0, "sales") if margin is None else (margin, "margin")
    if metric.varies is Varies.EVENTS and metric.unit is Unit.MONEY:
        return 1.0, "ad spend", 1.0
    count = vocabulary.counts.get(metric.numerator[0].rstrip("?"))
    if count is not None and count.unit.value == "money":
        return 1.0, name, kept
    return (worth, name, kept) if metric.money is not None else (None, name, kept)


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not math.isnan(value):
        return float(value)
    return None
