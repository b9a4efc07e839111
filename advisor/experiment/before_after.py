"""Before and after, less what the untouched changed by: difference in differences on ratios.

effect = (after / before) / (after / before of the untouched), on the logarithm, with the variances
of all values added (delta method). Where several untouched subjects are known one by one, what they
differ by more than chance is the variance that any one subject changes by on its own (DerSimonian
and Laird, Controlled Clinical Trials 7, 1986). It widens the limits, which are those of Student's
t: how well that variance is known decides its degrees of freedom (Satterthwaite, Biometrics
Bulletin 2, 1946).
"""

import math
from collections.abc import Sequence

from advisor.experiment.arms import Arm, log_variance
from advisor.experiment.reading import Verdict, verdict_of
from advisor.experiment.worth import Pace, Worth, month
from advisor.model import Metric, frozen
from advisor.stats import ALPHA

_LEAST = 1e-12  # variance: values that were all alike are not known to the last digit
_FAR = 700.0  # logarithms; beyond, there is no number


@frozen
class Change:
    """One subject: its counts before and after."""

    before: Arm
    after: Arm


@frozen
class Effect:
    """What the change did. *times* is the ratio that it made of the value that was to be expected,
    with its limits; *own* is how much the untouched changed by, *without* the value that was to be
    expected after the change; *wander* is the standard deviation of the logarithm that single
    subjects change by on their own (None where only one untouched was given).

    All but *verdict* are None where one of the values has no events yet.
    """

    metric: Metric
    verdict: Verdict
    before: float | None
    after: float | None
    own: float | None = None
    without: float | None = None
    times: float | None = None
    low: float | None = None
    high: float | None = None
    wander: float | None = None
    worth: Worth | None = None


def before_after(
    metric: Metric,
    changed: Change,
    untouched: Sequence[Change],
    *,
    alpha: float = ALPHA,
    pace: Pace | None = None,
) -> Effect:
    """What the change of *changed* did, set off against the *untouched*.

    With several untouched subjects their mean change is taken, each weighted by how sure it is;
    those without events before or after take no part.
    """
    before, after = changed.before.value(metric), changed.after.value(metric)
    ours = _log_change(metric, changed)
    theirs = [one for c in untouched if (one := _log_change(metric, c)) is not None]
    if ours is None or not theirs or before is None or after is None:
        return Effect(metric, Verdict.EARLY, before, after)
    own, own_variance, wander = together(theirs)
    log, variance = ours[0] - own, ours[1] + own_variance + wander
    width = _quantile(theirs, wander, variance, alpha) * math.sqrt(variance)
    times, low, high = (math.exp(min(end, _FAR)) for end in (log, log - width, log + width))
    verdict = verdict_of(metric, log - width, log + width)
    without = after / times
    worth = None
    if pace is not None:
        worth = month(metric, without * (low - 1), after - without, without * (high - 1), pace)
    return Effect(
        metric=metric,
        verdict=verdict,
        before=before,
        after=after,
        own=math.exp(own),
        without=without,
        times=times,
        low=low,
        high=high,
        wander=math.sqrt(wander) if len(theirs) > 1 else None,
        worth=worth,
    )


def together(changes: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """The mean of changes (each with its variance), the mean's variance, and the variance between
    them beyond chance."""
    weights = [1 / variance for _, variance in changes]
    total = math.fsum(weights)
    mean = math.fsum(w * log for w, (log, _) in zip(weights, changes, strict=True)) / total
    between = 0.0
    if len(changes) > 1:
        q = math.fsum(w * (log - mean) ** 2 for w, (log, _) in zip(weights, changes, strict=True))
        scale = total - math.fsum(w * w for w in weights) / total
        between = max(0.0, (q - (len(changes) - 1)) / scale)
    weights = [1 / (variance + between) for _, variance in changes]
    total = math.fsum(weights)
    mean = math.fsum(w * log for w, (log, _) in zip(weights, changes, strict=True)) / total
    return mean, 1 / total, between


def _quantile(
    theirs: Sequence[tuple[float, float]], wander: float, variance: float, alpha: float
) -> float:
    """How many standard errors the limits lie away: of the normal distribution for one untouched
    subject, of Student's t where the variance between several was estimated.

    The estimate of *wander* has a variance of 2 (wander + chance)^2 / (k - 1).
    """
    from scipy.special import ndtri, stdtrit

    many = len(theirs)
    if many == 1:
        return -float(ndtri(alpha / 2))
    chance = sum(own for _, own in theirs) / many
    doubtful = (1 + 1 / many) * (wander + chance)
    freedom = max(1.0, (many - 1) * (variance / doubtful) ** 2)
    return float(stdtrit(freedom, 1 - alpha / 2))


def _log_change(metric: Metric, change: Change) -> tuple[float, float] | None:
    """The logarithm of after / before, and its variance."""
    before, after = change.before.value(metric), change.after.value(metric)
    first, second = log_variance(metric, change.before), log_variance(metric, change.after)
    if not before or not after or first is None or second is None:
        return None
    return math.log(after / before), max(first + second, _LEAST)
