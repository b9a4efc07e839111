"""How many events a test needs before its numbers decide: the formulas, in closed form.

Two versions are told apart where their difference leaves the two-sided limits of chance (5 % by
default), and the test is large enough where that happens as often as its power says (80 %).

Proportions and rates: n = (z_sure sqrt(V0) + z_found sqrt(V1))^2 / difference^2, V0 the variance of
the difference if both versions were alike (both pooled), V1 if they are as hoped (Fleiss, Levin and
Paik, Statistical Methods for Rates and Proportions, 2003, 4.2, without the correction for
continuity). Money ratios are compared on the logarithm: n = (z_sure + z_found)^2 V / ln(ratio)^2,
V the squared relative spread of one event (delta method).
"""

import math

import attrs

from advisor.model import Metric, MetricKind, Varies, frozen

ALPHA, POWER = 0.05, 0.8
SURE = 1.959963984540054  # the standard score of ALPHA, two-sided
FOUND = 0.8416212335729143  # and of POWER
SPREAD = 1.0  # of order values, relative, where none were seen: that of an exponential distribution

_ALIKE = 1e-9  # of a value: what differs by less is the same
_HALVINGS = 200
_FAR = 1e6  # times the present value: no gain is looked for beyond


@frozen
class Certainty:
    """How sure a test has to be: *alpha*, how often two alike versions may be called different
    (two-sided), and *power*, how often the hoped gain has to be found. Both between 0 and 1."""

    alpha: float = ALPHA
    power: float = POWER

    @property
    def sure(self) -> float:
        """The standard score that a difference has to exceed."""
        return SURE if self.alpha == ALPHA else _score(1 - self.alpha / 2)

    @property
    def found(self) -> float:
        """The standard score of the power."""
        return FOUND if self.power == POWER else _score(self.power)

    def among(self, comparisons: int) -> "Certainty":
        """Of one of several comparisons, so that all together keep alpha (Bonferroni)."""
        return attrs.evolve(self, alpha=self.alpha / comparisons)


USUAL = Certainty()


@frozen
class Chance:
    """How one event of a metric varies. *relative* is None for a proportion or a rate; for money
    it is the variance of one event's value divided by its square."""

    kind: MetricKind
    relative: float | None = None

    def variance(self, value: float) -> float:
        """Of one event, where the metric is *value*: yes or no, or a count of them."""
        # A file may have more than all: there is no chance left in that.
        return max(value * (1 - value), 0.0) if self.kind is MetricKind.PROPORTION else value

    @property
    def most(self) -> float:
        """The highest value there can be."""
        return 1.0 if self.kind is MetricKind.PROPORTION else math.inf


def chance_of(metric: Metric, spread: float = SPREAD) -> Chance | None:
    """How *metric* varies; *spread* is the coefficient of variation of the value of one event.

    None for what no test of versions can tell: an exact metric.
    """
    if metric.kind in (MetricKind.PROPORTION, MetricKind.RATE):
        return Chance(metric.kind)
    if metric.kind is not MetricKind.MONEY:
        return None
    of_values, of_events = spread * spread, 1.0
    relative = {
        Varies.VALUES: of_values,
        Varies.EVENTS: of_events,
        Varies.BOTH: of_values + of_events,
    }
    return Chance(metric.kind, relative[metric.varies])


def sizes(
    chance: Chance, now: float, hoped: float, certainty: Certainty = USUAL, *, share: float = 0.5
) -> tuple[float, float] | None:
    """How many events the present version and the other one need until *now* and *hoped* are told
    apart, unrounded; *share* is the part of all events that the other one gets.

    Events are those of the denominator; of a money ratio those that carry its chance (orders). None
    where the two are the same, where one has no logarithm (money of 0), or is below 0: a growth is
    no share of events.
    """
    if min(now, hoped) < 0 or (chance.relative is not None and not (now > 0 and hoped > 0)):
        return None
    gap = hoped - now if chance.relative is None else math.log(hoped) - math.log(now)
    least = _ALIKE if chance.relative is not None else _ALIKE * max(abs(now), abs(hoped))
    if abs(gap) <= least or gap * gap == 0:
        return None
    times = (1 - share) / share  # events of the present version for one of the other
    if chance.relative is not None:
        scores = certainty.sure + certainty.found
        present = scores**2 * chance.relative * (1 + times) / gap**2
    else:
        alike = chance.variance((1 - share) * now + share * hoped) * (1 + times)
        apart = chance.variance(now) + chance.variance(hoped) * times
        scores = certainty.sure * math.sqrt(alike) + certainty.found * math.sqrt(apart)
        present = scores**2 / gap**2
    return present, present / times


def detectable(
    chance: Chance,
    now: float,
    each: float,
    certainty: Certainty = USUAL,
    *,
    higher: bool = True,
    share: float = 0.5,
) -> float | None:
    """The value nearest to *now*, above or below it, that a test of *each* events on average for
    one version tells from it; None where there is none.

    Found by halving: the farther two values lie apart, the fewer events tell them apart.
    """

    def enough(value: float) -> bool:
        needed = sizes(chance, now, value, certainty, share=share)
        return needed is not None and sum(needed) <= 2 * each

    if not each > 0:
        return None
    far = min(chance.most, max(now, 1 / each) * _FAR) if higher else 0.0
    if chance.relative is not None and not higher:
        far = now / _FAR
    if far == now or not enough(far):
        return None
    near = now
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        if middle in (near, far):
            break
        near, far = (near, middle) if enough(middle) else (middle, far)
    return far


def round_up(events: float) -> int:
    """*events* with two digits that count, rounded up: an estimate, on the safe side."""
    unit = 10 ** max(0, math.floor(math.log10(events)) - 1) if events >= 1 else 1
    return math.ceil(events / unit) * unit


def _score(probability: float) -> float:
    # Seldom asked for, and its module is slow to load.
    from statistics import NormalDist

    return NormalDist().inv_cdf(probability)
