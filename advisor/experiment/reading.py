"""What the numbers of a test say: better, worse, no difference shown yet, or too early."""

import math
from collections.abc import Sequence
from enum import StrEnum

from advisor.experiment.arms import Arm
from advisor.experiment.compare import Comparison, holm
from advisor.experiment.looks import MISMATCH, holds_early, mismatch
from advisor.experiment.worth import Pace, Worth
from advisor.experiment.worth import of as worth_of
from advisor.model import Better, Metric, frozen
from advisor.stats import ALPHA, Certainty, chance_of, sizes

_CLOSE = 50.0  # times the events there are: what takes more is too close to call


class Verdict(StrEnum):
    """How a version compares with the present one."""

    BETTER = "better"
    WORSE = "worse"
    DIFFERENT = "different"  # of a metric that is better neither way
    OPEN = "open"  # no difference shown yet
    EARLY = "early"  # fewer events than planned, or none


@frozen
class Result:
    """One version against the present one.

    *more* is how many events each version still needs: to what was planned, or, where no difference
    is shown, until the one seen would show if it stayed (None: too close to call, or shown).
    *stands* says that a difference read before the planned end holds however often one looked.
    """

    name: str
    verdict: Verdict
    comparison: Comparison | None
    more: float | None = None
    stands: bool = False
    worth: Worth | None = None


@frozen
class Reading:
    """A whole test. *mismatch* is how often chance alone splits events as unevenly as here, where a
    split was planned."""

    metric: Metric
    a: Arm
    others: tuple[Arm, ...]
    alpha: float
    results: tuple[Result, ...]
    planned: float | None = None
    mismatch: float | None = None

    @property
    def mismatched(self) -> bool:
        """Whether the versions did not get the parts that were planned."""
        return self.mismatch is not None and self.mismatch < MISMATCH


def read(
    metric: Metric,
    a: Arm,
    others: Sequence[Arm],
    *,
    alpha: float = ALPHA,
    planned: float | None = None,
    split: Sequence[float] | None = None,
    pace: Pace | None = None,
) -> Reading:
    """Each of *others* against the present version *a*, all together at *alpha* (Holm).

    *planned* is how many events each version was to get; *split* the part of the denominators that
    each was to get, *a* first; *pace* prices the difference.
    """
    found = holm(metric, a, others, alpha)
    results = tuple(
        _result(metric, a, b, one, planned, pace) for b, one in zip(others, found, strict=True)
    )
    counts = [arm.bottom for arm in (a, *others)]
    uneven = mismatch(counts, split) if split is not None and sum(counts) > 0 else None
    return Reading(metric, a, tuple(others), alpha, results, planned, uneven)


def _result(
    metric: Metric,
    a: Arm,
    b: Arm,
    found: Comparison | None,
    planned: float | None,
    pace: Pace | None,
) -> Result:
    if found is None:
        return Result(b.name, Verdict.EARLY, None, more=planned)
    worth = worth_of(metric, found, pace) if pace is not None else None
    least = min(a.rests_on(metric), b.rests_on(metric))
    if planned is not None and least < planned:
        stands = found.differs and holds_early(found.p, least / planned, found.alpha)
        verdict = verdict_of(metric, found.low, found.high) if stands else Verdict.EARLY
        return Result(b.name, verdict, found, planned - least, stands, worth)
    verdict = verdict_of(metric, found.low, found.high)
    more = _more(metric, a, b, found) if verdict is Verdict.OPEN else None
    return Result(b.name, verdict, found, more, worth=worth)


def verdict_of(metric: Metric, low: float, high: float) -> Verdict:
    """What a difference between *low* and *high* says of the other version."""
    if low <= 0 <= high:
        return Verdict.OPEN
    if metric.better is Better.NEITHER:
        return Verdict.DIFFERENT
    return Verdict.BETTER if (low > 0) is (metric.better is Better.HIGHER) else Verdict.WORSE


def _more(metric: Metric, a: Arm, b: Arm, found: Comparison) -> float | None:
    """How many more events on average each version needs until the difference seen would show, if
    it stayed as it is, 4 times of 5."""
    chance = chance_of(metric, math.sqrt(b.spread))
    both = None if chance is None else sizes(chance, found.a, found.b, Certainty(found.alpha))
    if both is None:
        return None
    there = (a.rests_on(metric) + b.rests_on(metric)) / 2
    needed = both[0] * max(a.dispersion, b.dispersion)
    if needed > _CLOSE * max(there, 1.0):
        return None
    return max(needed - there, 1.0)
