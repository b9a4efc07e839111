"""The words that providers, rules and reports share: subjects, counts, metrics, levers, goals.

All of it is data that plugins bring; the host knows no metric by name.
"""

from collections.abc import Mapping
from enum import StrEnum

import attrs

from advisor.model.record import TRANSLATED, frozen


class CountUnit(StrEnum):
    """What one of a count is. PEOPLE are distinct and never added up over days."""

    EVENTS = "events"
    MONEY = "money"
    SECONDS = "seconds"
    PEOPLE = "people"
    STATE = "state"  # a level at a moment: followers, stock, a score


class MetricKind(StrEnum):
    """How sure a metric can be: decides its interval (see advisor.stats.intervals)."""

    EXACT = "exact"
    PROPORTION = "proportion"
    RATE = "rate"
    MONEY = "money-ratio"


class Better(StrEnum):
    """Which way a metric is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Unit(StrEnum):
    """How a metric is printed. MONEY is the shop's currency; bands in it are US dollars."""

    SHARE = "share"
    RATIO = "ratio"
    MONEY = "money"
    NUMBER = "number"
    SECONDS = "seconds"


class Varies(StrEnum):
    """What chance moves in a money ratio: how many events there are, what each is worth, both."""

    EVENTS = "events"  # CPC: the spend is given, clicks come by chance
    VALUES = "values"  # AOV: given the orders, their values vary
    BOTH = "both"  # ROAS, GPM: orders come by chance, each of another value


@frozen
class SubjectKind:
    """What can be judged. *parent* is the kind that pools it, or None at the top.

    *whole*: its subjects are all that their parent's own counts hold, as ads are of an ad group; so
    the parent may be judged where no file has anything finer. A shop's counts hold more than its
    videos. A kind that *pools* another has one subject a shop: all subjects of that kind together.
    *ranked_by*: the metrics by which its best and worst subjects are told. *runs* is the state that
    says whether one still runs (0: it is over, and nothing is advised about it). One that delivers
    without a break has ended where none of the counts of *delivers* was above 0 for a week.
    *overlap*: a sale or a view may be in the counts of several of its subjects, or one lies in
    another, so nothing is added up over them. *alone*: a shop has one of it, so that its numbers
    need no name.
    """

    id: str
    title: str = attrs.field(metadata=TRANSLATED)
    plural: str = attrs.field(metadata=TRANSLATED)
    parent: str | None = None
    definition: str = ""
    whole: bool = False
    pools: str | None = None
    ranked_by: tuple[str, ...] = ()
    runs: str = ""
    delivers: tuple[str, ...] = ()
    overlap: bool = False
    alone: bool = False


@frozen
class Relation:
    """How subjects of two kinds belong together, beside parenthood."""

    id: str
    from_: str
    to: str
    definition: str = ""


@frozen
class Count:
    """Something that a file says how many of. The newest *matures* days are provisional: they are
    counted late, or attributed to a click of days before."""

    id: str
    title: str = attrs.field(metadata=TRANSLATED)
    unit: CountUnit = CountUnit.EVENTS
    definition: str = attrs.field(default="", metadata=TRANSLATED)
    matures: int = 0


@frozen
class Metric:
    """A number computed from counts.

    Value = *scale* x sum(numerator) / sum(denominator). A name that ends in "?" is added where a
    source has it. An exact metric has no denominator. *events* is the count whose chance decides
    how sure a money ratio is. *money* is the count that its numerator leads to, for pricing a gap.
    An exact metric may have the id of its one count: a total that is a KPI.
    """

    id: str
    title: str = attrs.field(metadata=TRANSLATED)
    kind: MetricKind
    unit: Unit
    numerator: tuple[str, ...]
    definition: str = attrs.field(metadata=TRANSLATED)
    denominator: tuple[str, ...] = ()
    scale: float = 1.0
    better: Better = Better.HIGHER
    impact: bool = True  # False: a vanity metric on its own
    events: str | None = None
    varies: Varies = Varies.BOTH
    money: str | None = None
    subjects: tuple[str, ...] = ()  # empty: every kind that has its counts
    goals: tuple[str, ...] = ()
    guide: tuple[str, ...] = ()
    caveat: str = attrs.field(default="", metadata=TRANSLATED)
    derived: bool = False  # computed by a plugin's advisor_metrics, not from sums
    takes: str = attrs.field(default="", metadata=TRANSLATED)
    """How much data a derived one takes, in words: `56 settled days`."""

    def counts(self) -> tuple[str, ...]:
        """Names of all its counts, without the marks."""
        named = (*self.numerator, *self.denominator, *((self.events,) if self.events else ()))
        return tuple(dict.fromkeys(name.rstrip("?") for name in named))

    def required(self) -> tuple[str, ...]:
        """Names of the counts without which it cannot be computed."""
        return tuple(dict.fromkeys(n for n in self.numerator + self.denominator if n[-1] != "?"))


@frozen
class Symbol:
    """A named value from a declared set, computed by a plugin (advisor_metrics). *setting* is the
    key of [shop] without which there is none."""

    id: str
    title: str = attrs.field(metadata=TRANSLATED)
    values: tuple[str, ...]
    definition: str = ""
    setting: str = ""


@frozen
class Identity:
    """left = right up to *tolerance* (relative); names are metrics, e.g. cpc = cpm/(1000*ctr)."""

    id: str
    left: str
    times: tuple[str, ...]
    over: tuple[str, ...] = ()
    factor: float = 1.0
    tolerance: float = 0.02
    definition: str = ""


@frozen
class Lever:
    """What an action moves, in one of its *directions*.

    *opposed* are pairs of directions that never stand in one plan for one subject. *before* are
    levers (`ads.budget`, or `ads.budget/raise` for one direction) that are moved only after it; one
    that ends in "?" may be of a plugin that is not there. *spends* are directions that ask for more
    money: they are never a rule's only advice. It is noticed in the files that it was moved: in a
    direction by the days with one of the counts of *events*; by each of *levels* (counts or
    metrics) that went from one level up (raise, move) or down (lower) to another.
    """

    id: str
    title: str = attrs.field(metadata=TRANSLATED)
    directions: tuple[str, ...] = ("raise", "lower", "change")
    opposed: tuple[tuple[str, str], ...] = (("raise", "lower"),)
    before: tuple[str, ...] = ()
    spends: tuple[str, ...] = ()
    events: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    levels: tuple[str, ...] = ()


@frozen
class Role:
    """Who does an action: a rule names one of them, or a person."""

    id: str
    title: str = attrs.field(metadata=TRANSLATED)


@frozen
class Goal:
    """What a shop wants most now; its KPIs lead the report."""

    id: str
    title: str = attrs.field(metadata=TRANSLATED)
    kpis: tuple[str, ...]
    guide: tuple[str, ...] = ()


@frozen
class Niche:
    """A trade that has bands of its own."""

    id: str
    title: str = attrs.field(metadata=TRANSLATED)
    guide: tuple[str, ...] = ()


@frozen
class Side:
    """An amount that may be set beside another: a count, summed over subjects of the first kind of
    *subject* that any file has it for. *key* and *family* choose one subject, one family of counts.
    *title* is what it is called here, else the count's own title."""

    subject: tuple[str, ...]
    count: str
    key: str | None = None
    family: str | None = None
    title: str = attrs.field(default="", metadata=TRANSLATED)


@frozen
class Reconcile:
    """What may be set side by side although it is not defined alike: *because* says in a sentence
    or two what is known to differ. Parts are all held against *total* together."""

    id: str
    title: str = attrs.field(metadata=TRANSLATED)
    total: Side
    parts: tuple[Side, ...]
    because: str = attrs.field(metadata=TRANSLATED)


@frozen
class ChangePart:
    """One subject of a change, with the counts that lead to its part of the total."""

    key: str
    title: str = attrs.field(metadata=TRANSLATED)
    stages: tuple[str, ...]


@frozen
class Change:
    """A total whose change since the window before is split over its steps, for each subject of one
    kind. *stages* are counts that lead to each other, the last one the total; *steps* says what the
    first one and each rate between them is, in words. *part* names the subjects, each with stages
    of its own; without it every subject is one. *total* is what they should add up to: the rest is
    a row of its own. *mix*: how the first count spreads over the subjects is a step too, the second
    one."""

    id: str
    title: str = attrs.field(metadata=TRANSLATED)
    subject: str
    steps: tuple[str, ...] = attrs.field(metadata=TRANSLATED)
    stages: tuple[str, ...] = ()
    part: tuple[ChangePart, ...] = ()
    total: Side | None = None
    mix: bool = False
    because: str = attrs.field(default="", metadata=TRANSLATED)


@frozen
class Course:
    """A daily total whose whole history is told: its growth, its week, its months, and for shops of
    the sizes in *target* what the quarter comes to if it goes on. *family* says which counts; of
    several, the one with the most days. *stated* is the count of what the owner wants a month.
    *growth* is the derived metric of its growth, told where its days are too few; *beside* are
    others that are told with it."""

    id: str
    title: str = attrs.field(metadata=TRANSLATED)
    subject: str
    count: str
    family: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    stated: str | None = None
    growth: str | None = None
    beside: tuple[str, ...] = ()
    guide: tuple[str, ...] = ()


@frozen
class Funnel:
    """Counts that lead to each other, from the widest to the narrowest, summed over the first kind
    of *subject* that a file has them for. Those that no file has are left out; *family* says which
    counts."""

    id: str
    title: str = attrs.field(metadata=TRANSLATED)
    subject: tuple[str, ...]
    counts: tuple[str, ...]
    family: tuple[str, ...] = ()


@frozen
class MarginSource:
    """Where a shop's margin can be worked out from, where it states none: *share* is the count that
    says what each of *subject* leaves of its price, *sales* the count that weighs them. Or *metric*
    is what *subject* leaves before costs that only the shop knows."""

    id: str
    subject: str
    share: str = ""
    sales: str = ""
    metric: str = ""


@frozen
class Vocabulary:
    """The words of all plugins together, by id."""

    subjects: Mapping[str, SubjectKind]
    relations: Mapping[str, Relation]
    counts: Mapping[str, Count]
    metrics: Mapping[str, Metric]
    symbols: Mapping[str, Symbol]
    identities: Mapping[str, Identity]
    levers: Mapping[str, Lever]
    goals: Mapping[str, Goal]
    niches: Mapping[str, Niche]
    reconciles: Mapping[str, Reconcile]
    margins: Mapping[str, MarginSource]
    changes: Mapping[str, Change] = attrs.field(factory=dict)
    courses: Mapping[str, Course] = attrs.field(factory=dict)
    funnels: Mapping[str, Funnel] = attrs.field(factory=dict)
    roles: Mapping[str, Role] = attrs.field(factory=dict)

    def ancestors(self, kind: str) -> tuple[str, ...]:
        """*kind*, its parent, the parent's parent …"""
        rungs: list[str] = []
        at: str | None = kind
        while at is not None and at not in rungs:
            rungs.append(at)
            at = self.subjects[at].parent if at in self.subjects else None
        return tuple(rungs)

    def spreads(self, money: str) -> tuple[Metric, ...]:
        """The metrics that tell how much the values vary that the count *money* adds up."""
        return tuple(
            metric
            for metric in self.metrics.values()
            if metric.kind is MetricKind.MONEY
            and metric.numerator == (money,)
            and metric.varies is not Varies.EVENTS
        )

    def equivalent_ancestors(self, kind: str) -> tuple[str, ...]:
        """*kind*, and the kinds above it whose own counts are those of *kind* added up."""
        rungs: list[str] = []
        for rung in self.ancestors(kind):
            rungs.append(rung)
            if rung not in self.subjects or not self.subjects[rung].whole:
                break
        return tuple(rungs)
