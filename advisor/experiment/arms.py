"""One version of a test: what was counted of it, and the limits of its value.

Limits: Wilson (1927) of a proportion; the exact Poisson limits of Garwood (Biometrika 28, 1936) of
a rate, and of the events of a money ratio; log-normal ones where only values vary. Each order
counts for 1 / (1 + cv^2) equal ones, as in advisor.metrics.measured.
"""

import math

from advisor.model import Metric, MetricKind, Varies, frozen
from advisor.stats import intervals as evidence

_NOTHING = 1e-9  # of an event


@frozen
class Arm:
    """A version. *top* and *bottom* are the sums of the metric's numerator and denominator,
    *events* is the count that carries the chance of a money ratio (None elsewhere).

    *dispersion* is how many times more its days vary than chance, *spread* the squared coefficient
    of variation of one event's value, *each* what one event is worth where this arm had none.
    """

    name: str
    top: float
    bottom: float
    events: float | None = None
    dispersion: float = 1.0
    spread: float = evidence.DEFAULT_SPREAD**2
    each: float | None = None

    def value(self, metric: Metric) -> float | None:
        """The metric; None where nothing has happened yet. A proportion is at most all."""
        if not self.bottom > 0:
            return None
        top = min(self.top, self.bottom) if metric.kind is MetricKind.PROPORTION else self.top
        return metric.scale * top / self.bottom

    def rests_on(self, metric: Metric) -> float:
        """How many events it has of those that decide: of the denominator, or of a money ratio
        those that carry its chance."""
        if metric.kind is MetricKind.MONEY:
            return self.events or 0.0
        return self.bottom


def limits(metric: Metric, arm: Arm, alpha: float) -> tuple[float, float]:
    """The two-sided limits of *arm*'s value, *alpha* the chance that the truth lies outside.

    Where nothing has happened they exclude nothing: 0 and infinity (1 of a proportion).
    """
    from scipy.special import ndtri

    most = metric.scale if metric.kind is MetricKind.PROPORTION else math.inf
    if not arm.bottom > 0:
        return 0.0, most
    scale = metric.scale / arm.bottom
    if metric.kind is MetricKind.PROPORTION:
        x, n = min(arm.top, arm.bottom) / arm.dispersion, arm.bottom / arm.dispersion
        low, high = wilson(x, n, float(-ndtri(alpha / 2)))
        return low * metric.scale, high * metric.scale
    if metric.kind is MetricKind.RATE:
        few, many = poisson(arm.top / arm.dispersion, alpha)
        return few * arm.dispersion * scale, many * arm.dispersion * scale
    return _money(metric, arm, alpha, scale)


def _money(metric: Metric, arm: Arm, alpha: float, scale: float) -> tuple[float, float]:
    from scipy.special import ndtri

    events = arm.events or 0.0
    if metric.varies is Varies.VALUES:
        if not events > 0:
            return 0.0, math.inf
        width = math.exp(-ndtri(alpha / 2) * math.sqrt(arm.spread / events))
        return arm.top * scale / width, arm.top * scale * width
    if metric.varies is Varies.EVENTS:
        # The money is given, the events come by chance: their limits, turned over.
        few, many = (end * arm.dispersion for end in poisson(events / arm.dispersion, alpha))
        paid = metric.scale * arm.top
        return paid / many, paid / few if few > 0 else math.inf
    each = arm.top / events if events > 0 else arm.each
    if each is None:
        return 0.0, math.inf
    weight = arm.dispersion * (1 + arm.spread)
    few, many = poisson(events / weight, alpha)
    return few * weight * each * scale, many * weight * each * scale


def wilson(x: float, n: float, z: float) -> tuple[float, float]:
    """Wilson limits of a proportion *x* of *n*; advisor.stats has the same for columns."""
    centre = x + z * z / 2
    half = z * math.sqrt(max(x * (n - x) / n + z * z / 4, 0.0))
    low, high = (centre - half) / (n + z * z), (centre + half) / (n + z * z)
    # At the ends the exact limit is the end itself; rounding must not leave it.
    return (low if x > 0 else 0.0), (high if x < n else 1.0)


def poisson(count: float, alpha: float) -> tuple[float, float]:
    """The exact limits of the mean of a Poisson *count*, which may be a fraction."""
    from scipy.special import gammainccinv, gammaincinv

    low = float(gammaincinv(count, alpha / 2)) if count > 0 else 0.0
    # A fraction of an event has a lower limit that is next to nothing, and is taken for it.
    return (low if low > _NOTHING else 0.0), float(gammainccinv(count + 1, alpha / 2))


def log_variance(metric: Metric, arm: Arm) -> float | None:
    """The variance of the logarithm of *arm*'s value (delta method); None where it has no events,
    or nothing but events."""
    if metric.kind is MetricKind.MONEY:
        relative = {
            Varies.VALUES: arm.spread,
            Varies.EVENTS: arm.dispersion,
            Varies.BOTH: arm.dispersion * (1 + arm.spread),
        }[metric.varies]
        return relative / arm.events if arm.events and arm.top > 0 else None
    if not (arm.top > 0 and arm.bottom > 0):
        return None
    missed = 1.0 - min(arm.top / arm.bottom, 1.0) if metric.kind is MetricKind.PROPORTION else 1.0
    return arm.dispersion * missed / arm.top if missed > 0 else None
