"""Two versions side by side: difference, ratio, and how sure they are.

The limits of both values are combined into those of their difference (Newcombe, Statistics in
Medicine 17, 1998, for proportions; Zou and Donner, Statistics in Medicine 27, 2008, for any) and of
their ratio (Donner and Zou, Statistical Methods in Medical Research 21, 2012). Both are made of the
same limits, so one excludes "alike" where the other does.
"""

import math
from collections.abc import Sequence

import attrs

from advisor.experiment.arms import Arm, limits
from advisor.model import Metric, frozen

_WIDEST = 37.0  # standard scores; beyond, a chance is no longer a number


@frozen
class Comparison:
    """*b* against *a*. Limits hold with a chance of 1 - *alpha*; *p* is the alpha at which the
    limits would end where the two are alike; *ratio* is None where *a* is 0."""

    name: str
    a: float
    b: float
    difference: float
    low: float
    high: float
    ratio: float | None
    ratio_low: float
    ratio_high: float
    p: float
    alpha: float

    @property
    def differs(self) -> bool:
        """Whether the limits exclude that both are alike."""
        return self.low > 0 or self.high < 0


def compare(metric: Metric, a: Arm, b: Arm, alpha: float) -> Comparison | None:
    """*b* against *a*; None where one of them has no value yet."""
    at, to = a.value(metric), b.value(metric)
    if at is None or to is None:
        return None
    a, b = _borrowing(a, b), _borrowing(b, a)
    low, high = _difference(metric, a, b, alpha)
    ratio_low, ratio_high = _ratio(metric, a, b, alpha)
    return Comparison(
        name=b.name,
        a=at,
        b=to,
        difference=to - at,
        low=low,
        high=high,
        ratio=to / at if at > 0 else None,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        p=_p(metric, a, b),
        alpha=alpha,
    )


def holm(metric: Metric, a: Arm, others: Sequence[Arm], alpha: float) -> list[Comparison | None]:
    """Each of *others* against *a*, so that all together are wrong no more often than *alpha*
    (Holm, Scandinavian Journal of Statistics 6, 1979).

    The clearest is held to alpha / m, the next to alpha / (m - 1) …; from the first that shows no
    difference on, all are held to its level. Their limits are those of their level.
    """
    found = [compare(metric, a, b, alpha) for b in others]
    clearest = sorted(
        (i for i, one in enumerate(found) if one is not None),
        key=lambda i: (one.p if (one := found[i]) is not None else 1.0, i),
    )
    left, open_ = len(clearest), False
    for i in clearest:
        one = compare(metric, a, others[i], alpha / left)
        found[i] = one
        open_ = open_ or one is None or not one.differs
        left -= 0 if open_ else 1
    return found


def _borrowing(arm: Arm, other: Arm) -> Arm:
    """*arm*, which takes what one event is worth from the other version where it had none."""
    if arm.events or not other.events or arm.each is not None:
        return arm
    return attrs.evolve(arm, each=other.top / other.events)


def _difference(metric: Metric, a: Arm, b: Arm, alpha: float) -> tuple[float, float]:
    at, to = a.value(metric) or 0.0, b.value(metric) or 0.0
    (a_low, a_high), (b_low, b_high) = limits(metric, a, alpha), limits(metric, b, alpha)
    below = math.hypot(to - b_low, a_high - at)
    above = math.hypot(b_high - to, at - a_low)
    return to - at - below, to - at + above


def _ratio(metric: Metric, a: Arm, b: Arm, alpha: float) -> tuple[float, float]:
    at, to = a.value(metric) or 0.0, b.value(metric) or 0.0
    (a_low, a_high), (b_low, b_high) = limits(metric, a, alpha), limits(metric, b, alpha)
    low = 0.0
    if b_low > 0 and math.isfinite(a_high):
        ours, theirs = b_low * (2 * to - b_low), a_high * (2 * at - a_high)
        # The usual form divides by what may be nothing; this is the same, turned over.
        under = at * to + math.sqrt(max((at * to) ** 2 - ours * theirs, 0.0))
        low = ours / under if under > 0 else 0.0
    high = math.inf
    if a_low > 0 and math.isfinite(b_high):
        ours, theirs = b_high * (2 * to - b_high), a_low * (2 * at - a_low)
        high = (at * to + math.sqrt(max((at * to) ** 2 - ours * theirs, 0.0))) / theirs
    return low, high


def _p(metric: Metric, a: Arm, b: Arm) -> float:
    """The alpha at which the limits of the difference end at 0."""
    from scipy.optimize import brentq
    from scipy.special import ndtr

    def beyond(score: float) -> float:
        low, high = _difference(metric, a, b, 2 * float(ndtr(-score)))
        return low if (b.value(metric) or 0.0) > (a.value(metric) or 0.0) else -high

    if not beyond(0.0) > 0:
        return 1.0
    if not beyond(_WIDEST) < 0:
        return 0.0
    score = float(brentq(beyond, 0.0, _WIDEST, xtol=1e-10))
    return 2 * float(ndtr(-score))
