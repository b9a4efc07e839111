"""What reaching a target is worth in 30 days, as an interval.

    worth = volume x (target - value, where it is short of it) x what one more brings

Every factor has a mean and a standard deviation: the value is normal (no gap where it has reached
its target), the others log-normal. The mean of the product is exact. Its 10th and 90th percentile
combine those of its factors in closed form (the method of variance estimates recovery: Zou and
Donner, 2008; in logarithms for products): nothing is drawn, and the tests hold it against a
simulation.
"""

import math
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cached_property

from advisor.metrics import metric_of
from advisor.model import Language, Metric, Vocabulary, frozen

MONTH = 30  # days
LEAST_DAYS = 7  # fewer say nothing about a month
# An interval that holds it 8 times of 10. Days tell how much each factor varies, with about 20
# degrees of freedom; those of a product are about 40 (Welch, Biometrika 34, 1947), of Student's t.
Z = 1.30


# Which money a gain is.
SALES = "sales"
MARGIN = "margin"
SPEND = "ad spend"

ASSUMED = 0.3  # of sales, where no margin is known and they stand beside saved spend: ours


@frozen
class Factor:
    """A number that is not known exactly."""

    mean: float
    sd: float = 0.0


class TargetOrigin(StrEnum):
    """Where a target comes from."""

    BAND = "band"
    PEERS = "peers"  # the better half of the shop's own subjects
    BEFORE = "before"  # the value in the window before
    OTHERS = "others"  # what is compared with: siblings, or all others of the parent
    LIMIT = "limit"  # the rule's own
    NOTHING = "nothing"  # of what is lost as a whole nothing needs to be lost

    def text(self, language: Language) -> str:
        """The origin in words."""
        match self:
            case TargetOrigin.BAND:
                return language.gettext("the near end of the target range")
            case TargetOrigin.PEERS:
                return language.gettext("the average of the better half of your own")
            case TargetOrigin.BEFORE:
                return language.gettext("the value in the previous period")
            case TargetOrigin.OTHERS:
                return language.gettext("within 10% of your others")
            case TargetOrigin.LIMIT:
                return language.gettext("the limit of this check")
            case TargetOrigin.NOTHING:
                return language.gettext("nothing wasted")


@frozen
class Target:
    """What a value is to reach; *above*: the value lies above it."""

    value: float
    above: bool
    origin: TargetOrigin


@frozen
class Price:
    """The factors of one finding's worth. *value* is in the metric's own unit, of which *volume*
    (a month's) units of the denominator have each 1 / *scale*; *worth* is the money that one more
    unit of the numerator brings, of which the part *kept* stays with the shop."""

    metric: str
    value: Factor
    target: Target
    volume: Factor
    worth: Factor
    kept: float
    what: str
    scale: float = 1.0

    @cached_property
    def expected(self) -> float:
        """The mean of what it alone is worth: that of its gain, without the ends."""
        short, sd = _short(self)
        return max(_rectified(short, sd).mean * max(self.volume.mean, 0.0), 0.0)


class Reason(StrEnum):
    """Why a finding or an action has no price."""

    NOTHING = "nothing to reach"
    UNMEASURED = "not measured"
    IN_BAND = "in its band"
    NO_PERIOD = "no period"
    FEW_DAYS = "few days"
    NO_MARGIN = "no margin"
    NO_WORTH = "no worth"
    NOTHING_SOLD = "nothing sold"
    SHARED = "priced with another action"


@frozen
class NoPrice:
    """Why there is no price; *metric* is the one that was tried last."""

    reason: Reason = Reason.NOTHING
    metric: str | None = None

    def text(self, vocabulary: Vocabulary, language: Language) -> str:
        """The reason in words."""
        title = None if self.metric is None else metric_of(self.metric, vocabulary).title
        match self.reason:
            case Reason.UNMEASURED if title is not None:
                return language.gettext("{metric} could not be measured", metric=title)
            case Reason.NO_WORTH if self.metric is not None:
                return _no_worth(metric_of(self.metric, vocabulary), vocabulary, language)
            case Reason.IN_BAND:
                return language.gettext("the value is on target already, or has no target")
            case Reason.NO_PERIOD:
                return language.gettext("the files name no period, so there is no monthly amount")
            case Reason.FEW_DAYS:
                return language.ngettext(
                    "{n} day is too few to estimate a month",
                    "fewer than {n} days are too few to estimate a month",
                    LEAST_DAYS,
                )
            case Reason.NO_MARGIN:
                return language.gettext(
                    "each sale loses money even before ads, so selling more earns nothing"
                )
            case Reason.NOTHING_SOLD:
                return language.gettext(
                    "nothing has been sold yet, so one more sale has no known value"
                )
            case Reason.SHARED:
                return language.gettext("it is included in the action before it")
        return language.gettext("it has no number to improve")


def _no_worth(metric: Metric, vocabulary: Vocabulary, language: Language) -> str:
    """Why nothing is known of what one more of the numerator brings."""
    if metric.money is None:
        return language.gettext("{metric} has no dollar value", metric=metric.title)
    counts = [vocabulary.counts[c.rstrip("?")].title for c in metric.numerator]
    return language.gettext(
        "no file has both {money} and {count}",
        money=vocabulary.counts[metric.money].title,
        count=language.either(counts),
    )


@frozen
class Gain:
    """Money in 30 days if the target is reached: between *low* and *high* 8 times of 10; *mid* is
    its mean."""

    low: float
    mid: float
    high: float
    what: str

    @property
    def kept(self) -> float:
        """The part of *mid* that counts beside other kinds of money: sales are not all kept."""
        return ASSUMED if self.what == SALES else 1.0

    def scaled(self, share: float) -> "Gain":
        """*share* of it."""
        return Gain(self.low * share, self.mid * share, self.high * share, self.what)


def gain(prices: Sequence[Price]) -> Gain:
    """What all of *prices* (one at least, of one kind of money) are worth together.

    Their gaps vary apart; what one more brings is off in one direction for all of them.
    """
    parts = [_amount(price) for price in prices]
    mean = math.fsum(part.mean for part in parts)
    if mean <= 0:
        return Gain(0.0, 0.0, 0.0, prices[0].what)
    whole = parts[0] if len(parts) == 1 else _sum(parts)
    off = math.fsum(
        part.mean * price.worth.sd / price.worth.mean
        for price, part in zip(prices, parts, strict=True)
        if part.mean > 0
    )
    whole = _product(whole, _log_normal(Factor(1.0, off / mean)))
    return Gain(whole.low, mean, max(whole.high, mean), prices[0].what)


def added(gains: Iterable[Gain]) -> Gain | None:
    """Gains of one kind of money one upon the other, their ends too: they may all be off in one
    direction. None for none."""
    summands = list(gains)
    if not summands:
        return None
    low, mid, high = (
        math.fsum(getattr(g, end) for g in summands) for end in ("low", "mid", "high")
    )
    return Gain(low, mid, high, summands[0].what)


@frozen
class _Spread:
    """Where an amount lies: its mean, median, 10th and 90th percentile, and variance."""

    mean: float
    median: float
    low: float
    high: float
    variance: float


def _amount(price: Price) -> _Spread:
    """Volume x gap x what one more brings on average."""
    return _product(_rectified(*_short(price)), _log_normal(price.volume))


def _short(price: Price) -> tuple[float, float]:
    """How far the value is from its target, in money for each unit of the denominator: mean and
    standard deviation."""
    value, target = price.value, price.target
    short = value.mean - target.value if target.above else target.value - value.mean
    each = price.worth.mean * price.kept / price.scale
    return short * each, value.sd * each


def _rectified(mean: float, sd: float) -> _Spread:
    """max(x, 0) for a normal x."""
    if sd <= 0:
        at = max(mean, 0.0)
        return _Spread(at, at, at, at, 0.0)
    t = mean / sd
    above = 0.5 * math.erfc(-t / math.sqrt(2))
    density = math.exp(-t * t / 2) / math.sqrt(2 * math.pi)
    first = max(mean * above + sd * density, 0.0)
    second = (mean**2 + sd**2) * above + mean * sd * density
    low, high = max(mean - Z * sd, 0.0), max(mean + Z * sd, 0.0)
    return _Spread(first, max(mean, 0.0), low, high, max(second - first**2, 0.0))


def _log_normal(factor: Factor) -> _Spread:
    """A positive factor by its mean and standard deviation."""
    if factor.sd <= 0 or factor.mean <= 0:
        return _Spread(*(4 * (max(factor.mean, 0.0),)), 0.0)
    sigma = math.sqrt(math.log1p((factor.sd / factor.mean) ** 2))
    median = factor.mean * math.exp(-(sigma**2) / 2)
    low, high = median * math.exp(-Z * sigma), median * math.exp(Z * sigma)
    return _Spread(factor.mean, median, low, high, factor.sd**2)


def _product(one: _Spread, other: _Spread) -> _Spread:
    """Of two that vary apart."""
    mean = one.mean * other.mean
    variance = (one.variance + one.mean**2) * (other.variance + other.mean**2) - mean**2
    median = one.median * other.median
    if median <= 0:
        return _Spread(mean, 0.0, 0.0, one.high * other.high, max(variance, 0.0))
    up = math.hypot(math.log(one.high / one.median), math.log(other.high / other.median))
    low = 0.0
    if one.low > 0 and other.low > 0:
        down = math.hypot(math.log(one.median / one.low), math.log(other.median / other.low))
        low = median * math.exp(-down)
    return _Spread(mean, median, low, median * math.exp(up), max(variance, 0.0))


def _sum(parts: Sequence[_Spread]) -> _Spread:
    """Of several that vary apart. The median lies below the mean by a sixth of the skew, to which
    each part gives by its variance."""
    mean = math.fsum(part.mean for part in parts)
    variance = math.fsum(part.variance for part in parts)
    if variance <= 0:
        return _Spread(mean, mean, mean, mean, 0.0)
    skewed = math.fsum(part.variance * (part.mean - part.median) for part in parts) / variance
    median = mean - skewed
    down = math.sqrt(math.fsum((part.median - part.low) ** 2 for part in parts))
    up = math.sqrt(math.fsum((part.high - part.median) ** 2 for part in parts))
    return _Spread(mean, median, max(median - down, 0.0), median + up, variance)
