"""Measured values of one subject, in numbers and in words."""

import math
from collections.abc import Mapping

from advisor.model import LEVELS, Better, Language, Metric, MetricKind, Unit, finite, frozen

_ROUNDING = 1e-9  # what a share of orders loses as a binary number


@frozen
class Value:
    """A metric of one subject. *low* and *high* are its limits, *edges* its band (None: no such
    edge), *band* whether there is a band at all."""

    metric: Metric
    value: float | None
    low: float | None
    high: float | None
    n: float | None
    before: float | None = None
    edge_low: float | None = None
    edge_high: float | None = None
    origin: str | None = None

    @property
    def exact(self) -> bool:
        return self.metric.kind is MetricKind.EXACT

    def levels(self) -> tuple[str, ...]:
        """The levels that the limits still allow; empty without a band or a value."""
        if self.origin is None or self.low is None or self.high is None:
            return ()
        return possible_levels((self.low, self.high), (self.edge_low, self.edge_high))

    def room(self) -> int | None:
        """How many more events (orders of a share; without events, points) take the value out of
        its band on the side that is worse; 0 where it is out, None where that is not known."""
        lower = self.metric.better is Better.LOWER
        edge = self.edge_high if lower else self.edge_low
        if self.value is None or edge is None:
            return None
        ahead = (edge - self.value if lower else self.value - edge) * (self.n or 1.0)
        # Of 100 orders at a line of 4 % it is the fifth late one that crosses it.
        return max(math.floor(ahead + _ROUNDING) + 1, 0)

    def words(self, language: Language, currency: str | None) -> str:
        """`0.44%`; where there is no value, what its limits say."""
        unit = self.metric.unit
        if self.value is not None:
            return language.number(self.value, unit, currency)
        if self.low is not None and self.low > 0:
            return language.span(self.low, None, unit, currency)
        return language.not_known

    def limits(self, language: Language, currency: str | None) -> str:
        """`0.40–0.48%`; a share that is none above 100% is possible up to that."""
        high = self.high
        if self._is_share and high is not None and (self.value or 0.0) <= 1:
            high = min(high, 1.0)
        return language.span(self.low, high, self.metric.unit, currency)

    @property
    def _is_share(self) -> bool:
        metric = self.metric
        counted = metric.kind in (MetricKind.PROPORTION, MetricKind.RATE) and not metric.derived
        return counted and metric.unit is Unit.SHARE

    def band_words(self, language: Language, currency: str | None) -> str:
        """`1–3%`."""
        return language.band(self.edge_low, self.edge_high, self.metric.unit, currency)


def possible_levels(
    limits: tuple[float, float], edges: tuple[float | None, float | None]
) -> tuple[str, ...]:
    """The levels that a value between these *limits* may be in, with these *edges* of its band."""
    (least, most), (low, high) = limits, edges
    allowed = (
        low is not None and least < low,
        (low is None or most >= low) and (high is None or least <= high),
        high is not None and most > high,
    )
    return tuple(level for level, yes in zip(LEVELS, allowed, strict=True) if yes)


def value_of(
    metric: Metric,
    row: Mapping[str, object],
    *,
    origin: str | None = None,
    earlier: bool = False,
) -> Value:
    """The value of *metric* in a measured *row*, *earlier* that in the window before; the band's
    edges are its `.edge.low/.high`."""
    m = f"{metric.id}.before" if earlier else metric.id

    def at(suffix: str) -> float | None:
        return finite(row.get(f"{m}{suffix}"))

    has_band = origin is not None and not (
        _nan(row.get(f"{metric.id}.edge.low")) and _nan(row.get(f"{metric.id}.edge.high"))
    )
    high = row.get(f"{m}.hi")
    return Value(
        metric=metric,
        value=at(""),
        low=at(".lo"),
        high=math.inf if high == math.inf else at(".hi"),
        n=at(".n"),
        before=at(".before"),
        edge_low=finite(row.get(f"{metric.id}.edge.low")),
        edge_high=finite(row.get(f"{metric.id}.edge.high")),
        origin=origin if has_band else None,
    )


def _nan(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def sureness(p: float, language: Language, *, exact: bool) -> str:
    """How sure, in words: one-sided p of the edge that decides."""
    if exact:
        return language.gettext("counted")
    if p < 0.001:
        return language.gettext("very sure")
    return language.gettext("sure") if p < 0.01 else language.gettext("fairly sure")
