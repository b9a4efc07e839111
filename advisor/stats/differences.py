"""Whether an action worked: difference in differences on logarithms, against untouched subjects.

Subjects were chosen because they were bad, and what is extreme by chance comes back by itself. So a
value after is not held against the value before, but against what was to be expected after it:

    expected = mu + B (before - mu)    B = tau_p^2 / (tau^2 + v)    tau_p^2 = tau^2 - omega^2 / 2

mu and tau^2 are the mean and the variance of all subjects' values before (treated and untouched),
v is the sampling variance of the one, omega^2 how much untouched subjects change by on their own.
Empirical Bayes of the normal model (Efron and Morris, JASA 70, 1975); variances by moments
(DerSimonian and Laird, Controlled Clinical Trials 7, 1986). The effect is the mean of what treated
values are off by, less that of the untouched, which takes out the season:

    effect = mean(after - expected | treated) - mean(after - expected | untouched)

Its variance has that of all values, of what subjects change by on their own, and of B times how far
the treated were from the mean. Limits are those of Student's t, with degrees of freedom of
Satterthwaite (Biometrics Bulletin 2, 1946).
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

from advisor.model import frozen

LEAST_UNTOUCHED = 3  # fewer tell next to nothing of how much subjects change by on their own
_LEAST = 1e-12  # variance: values that were all alike are not known to the last digit
ODD = 0.05  # of subjects something is wrong with: ours
_WIDE = 1.0  # the variance of how far that takes the logarithm of their value: ours
_FAR = 2.0  # standard deviations from the mean from which on values are pulled in
_NORMAL = 1e6  # degrees of freedom from which on Student's t is the normal distribution


@frozen
class BeforeAfter:
    """The logarithm of one subject's value before and after, each with its sampling variance."""

    before: float
    before_variance: float
    after: float
    after_variance: float


@frozen
class Difference:
    """What an action did, as a logarithm: *effect* from *low* to *high* (95% confidence), *p* the
    chance of as much without one. *own* is what the untouched changed by, *fallback* how much of
    the plain change was to be expected of subjects that were chosen for being extreme. *placebos*
    are the effects that each untouched subject would seem to have against the others. *variance* is
    that of the effect, of which *after* is chance after the action, and *freedom* its degrees of
    freedom."""

    effect: float
    low: float
    high: float
    p: float
    own: float
    fallback: float
    placebos: tuple[float, ...]
    variance: float
    after: float
    freedom: float

    def brought(
        self, value: float, each: float = 0.0, confidence: float = 0.8
    ) -> tuple[float, float, float]:
        """How much of *value*, which was seen after the action, is there by it: with its limits.
        What it is measured in is known but for *each*, a standard deviation as a part of it.

        The value after and the one that was to be expected vary apart; their difference has its
        limits from those of both (the method of variance estimates recovery: Zou and Donner,
        Statistics in Medicine 27, 2008).
        """
        without = value * math.exp(-self.effect)
        t = t_quantile((1 + confidence) / 2, self.freedom)
        own = t * math.sqrt(min(self.after, self.variance))
        rest = t * math.sqrt(max(self.variance - self.after, 0.0))
        mid = value - without
        off = NormalDist().inv_cdf((1 + confidence) / 2) * each * mid
        low = math.hypot(value * -math.expm1(-own), without * math.expm1(rest), off)
        high = math.hypot(value * math.expm1(own), without * -math.expm1(-rest), off)
        return mid - low, mid, mid + high


def spent(part: float, alpha: float = 0.05) -> float:
    """How much of *alpha* is spent when this *part* of the data was looked at, so that several
    looks together are wrong no more often: the spending function of Lan and DeMets (Biometrika 70,
    1983) that is nearly Pocock's."""
    return alpha * math.log(1 + (math.e - 1) * min(part, 1.0))


def difference(
    treated: Sequence[BeforeAfter],
    untouched: Sequence[BeforeAfter],
    *,
    slope: int = 1,
    alpha: float = 0.05,
) -> Difference | None:
    """The effect on *treated*; None where there are none, or too few untouched subjects. *slope* is
    1 where a value grows with the events that carry its chance (a click-through rate with clicks),
    -1 where it falls with them (the cost of a click), 0 where it does neither (the value of an
    order)."""
    if not treated or len(untouched) < LEAST_UNTOUCHED:
        return None
    smooth = _smoothed([*treated, *untouched], slope)
    treated, untouched = smooth[: len(treated)], smooth[len(treated) :]
    found = _difference(treated, untouched)
    others = [
        _difference([one], [*untouched[:place], *untouched[place + 1 :]])
        for place, one in enumerate(untouched)
        if len(untouched) > LEAST_UNTOUCHED
    ]
    variance, freedom = found.variance, found.freedom
    width = t_quantile(1 - alpha / 2, freedom) * math.sqrt(variance)
    return Difference(
        effect=found.effect,
        low=found.effect - width,
        high=found.effect + width,
        p=t_two_sided(found.effect / math.sqrt(variance), freedom),
        own=found.own,
        fallback=found.fallback,
        placebos=tuple(one.effect for one in others),
        variance=variance,
        after=found.after,
        freedom=freedom,
    )


def parallel(
    treated: Sequence[BeforeAfter], untouched: Sequence[BeforeAfter], *, alpha: float = 0.01
) -> bool:
    """Whether *treated* and *untouched* moved together before the action, their values of an
    earlier and a later part of that time given: False only where they clearly did not."""
    if not treated or len(untouched) < LEAST_UNTOUCHED:
        return True
    theirs = [(one.after - one.before, _chance(one)) for one in untouched]
    ours = [(one.after - one.before, _chance(one)) for one in treated]
    own, own_variance, wander = pooled(theirs)
    mean, variance = _mean(ours, wander)
    total = variance + own_variance
    freedom = _freedom(theirs, wander, total)
    return t_two_sided((mean - own) / math.sqrt(total), freedom) >= alpha


def _smoothed(values: Sequence[BeforeAfter], slope: int) -> list[BeforeAfter]:
    """*values* whose sampling variances before are those of what is to be expected of them: few
    clicks by chance would otherwise count as less sure than many by chance, and whoever was chosen
    for few would be moved too far."""
    before = [(one.before, one.before_variance) for one in values]
    for _ in range(2):
        mu, tau = _usual(before)
        levels = [_level(value, variance, mu, tau, tau) for value, variance in before]
        before = [
            (one.before, one.before_variance * math.exp(slope * (one.before - level.mean)))
            for one, level in zip(values, levels, strict=True)
        ]
    return [
        BeforeAfter(one.before, max(variance, _LEAST), one.after, one.after_variance)
        for one, (_, variance) in zip(values, before, strict=True)
    ]


def _usual(values: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The mean of *values* and the variance between them, of which what lies far out is no part: it
    is pulled in (Huber's proposal 2)."""
    own = list(values)
    for _ in range(5):
        mu, _, tau = pooled(own)
        own = [
            (mu + max(-far, min(far, value - mu)), variance)
            for value, variance in values
            for far in [_FAR * math.sqrt(tau + variance)]
        ]
    mu, _, tau = pooled(own)
    return mu, tau


@frozen
class _Level:
    """What a value before is worth: the level that is to be expected after, its variance, and how
    much of the way from the mean it keeps."""

    mean: float
    variance: float
    kept: float


def _level(value: float, chance: float, mu: float, tau: float, lasting: float) -> _Level:
    """A value before, of a variance *chance*, among others with the mean *mu* and the variance
    *tau*, of which *lasting* lasts. It is one of them, or a few times (ODD) one that something is
    wrong with, which may be anywhere: what is too far out to be so by chance is taken as it is."""
    own = max(tau + chance, _LEAST)
    x, wide = value - mu, own + _WIDE
    odds = (
        ODD
        / (1 - ODD)
        * math.sqrt(own / wide)
        * math.exp(min(x * x * (1 / own - 1 / wide) / 2, 500))
    )
    odd = odds / (1 + odds)
    usual, other = lasting / own, (lasting + _WIDE) / wide
    kept = (1 - odd) * usual + odd * other
    variance = (1 - odd) * lasting * (1 - usual) + odd * (lasting + _WIDE) * (1 - other)
    variance += odd * (1 - odd) * ((other - usual) * x) ** 2
    return _Level(mu + kept * x, variance, kept)


@frozen
class _Found:
    effect: float
    variance: float
    freedom: float
    own: float
    fallback: float
    after: float


def _difference(treated: Sequence[BeforeAfter], untouched: Sequence[BeforeAfter]) -> _Found:
    everyone = [*treated, *untouched]
    mu, tau = _usual([(one.before, one.before_variance) for one in everyone])
    changes = [(one.after - one.before, _chance(one)) for one in untouched]
    _, _, omega = pooled(changes)
    lasting = max(tau - omega / 2, 0.0)

    def level(one: BeforeAfter) -> _Level:
        return _level(one.before, one.before_variance, mu, tau, lasting)

    def residual(one: BeforeAfter) -> tuple[float, float]:
        known = level(one)
        variance = one.after_variance + omega / 2 + known.variance
        return one.after - known.mean, max(variance, _LEAST)

    theirs, ours = [residual(one) for one in untouched], [residual(one) for one in treated]
    own, own_variance, wander = pooled(theirs)
    mean, variance = _mean(ours, wander)
    levels = [level(one) for one in treated]
    fallback = math.fsum(
        known.mean - one.before for one, known in zip(treated, levels, strict=True)
    )
    chance = sum(one.before_variance for one in treated) / len(treated)
    many, few = len(everyone) - 1, len(untouched) - 1
    apart = sum(v for _, v in changes) / len(changes)
    doubt = 2 / many + ((omega + apart) / 2 / max(omega / 2 + chance, _LEAST)) ** 2 * 2 / few
    total = variance + own_variance + min(doubt, 1.0) * (fallback / len(treated)) ** 2
    return _Found(
        effect=mean - own,
        variance=total,
        freedom=_freedom(theirs, wander, total),
        own=own,
        fallback=fallback / len(treated),
        after=sum(one.after_variance for one in treated) / len(treated) ** 2,
    )


def _chance(one: BeforeAfter) -> float:
    return max(one.before_variance + one.after_variance, _LEAST)


def _mean(values: Sequence[tuple[float, float]], wander: float) -> tuple[float, float]:
    """The mean of *values*, each with its variance and *wander*, and its variance."""
    weights = [1 / (variance + wander) for _, variance in values]
    total = math.fsum(weights)
    return math.fsum(w * v for w, (v, _) in zip(weights, values, strict=True)) / total, 1 / total


def _freedom(theirs: Sequence[tuple[float, float]], wander: float, variance: float) -> float:
    """Degrees of freedom: the estimate of *wander* has a variance of
    2 (wander + chance)^2 / (k - 1)."""
    many = len(theirs)
    chance = math.fsum(own for _, own in theirs) / many
    doubtful = (1 + 1 / many) * (wander + chance)
    return max(1.0, (many - 1) * (variance / doubtful) ** 2)


def pooled(values: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """The mean of *values*, each with its variance, the mean's variance, and the variance between
    them beyond chance (DerSimonian and Laird)."""
    between = 0.0
    mean, _ = _mean(values, 0.0)
    if len(values) > 1:
        weights = [1 / variance for _, variance in values]
        total = math.fsum(weights)
        q = math.fsum(w * (v - mean) ** 2 for w, (v, _) in zip(weights, values, strict=True))
        scale = total - math.fsum(w * w for w in weights) / total
        between = max(0.0, (q - (len(values) - 1)) / scale)
    return *_mean(values, between), between


def benjamini_hochberg(chances: Sequence[float], alpha: float = 0.05) -> list[bool]:
    """Which of several p values are significant, so that of those called an effect no more than
    *alpha* are none (Benjamini and Hochberg, JRSS B 57, 1995)."""
    ordered = sorted(range(len(chances)), key=lambda place: chances[place])
    most = 0
    for rank, place in enumerate(ordered, start=1):
        if chances[place] <= alpha * rank / len(chances):
            most = rank
    chosen = set(ordered[:most])
    return [place in chosen for place in range(len(chances))]


def t_two_sided(t: float, freedom: float) -> float:
    """The chance that Student's t is farther from 0 than *t*."""
    if freedom >= _NORMAL:
        return 2 * NormalDist().cdf(-abs(t))
    return _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def t_quantile(chance: float, freedom: float) -> float:
    """The value that Student's t is below with this *chance* (above one half)."""
    if freedom >= _NORMAL:
        return NormalDist().inv_cdf(chance)
    low, high = 0.0, 1e9
    for _ in range(200):
        middle = (low + high) / 2
        if t_two_sided(middle, freedom) / 2 > 1 - chance:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function, by its continued fraction (Lentz's method)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    tiny = 1e-300
    c, d = 1.0, 1 / max(1 - (a + b) * x / (a + 1), tiny)
    value = d
    for m in range(1, 500):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + step * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + step / c
            c = c if abs(c) > tiny else tiny
            value *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return front * value / a
