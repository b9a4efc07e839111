"""A rule: one diagnosis, as one TOML file. Data only; nothing in it executes."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import ClassVar

import attrs

from advisor.model.condition import Conditions, Test
from advisor.model.record import TRANSLATED, frozen, short_digest


class Severity(StrEnum):
    """How bad it is, worst first."""

    CRITICAL = "critical"  # endangers the account
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)


class Status(StrEnum):
    """How far a rule is tried. An experimental one acts, and its findings say so; a deprecated one
    rests."""

    EXPERIMENTAL = "experimental"
    STABLE = "stable"
    DEPRECATED = "deprecated"


class Profile(StrEnum):
    """How much a shop wants to hear; each holds the rules of those before it. A rule without a
    profile is a standard one, and so is a shop."""

    STARTER = "starter"  # the few things to put right first
    STANDARD = "standard"
    STRICT = "strict"  # also what is worth a look only where all else is in order

    @property
    def rank(self) -> int:
        """0 holds the fewest rules."""
        return list(Profile).index(self)


class Strength(StrEnum):
    """How good a source is."""

    OFFICIAL = "official"
    VENDOR = "vendor"
    WEAK = "weak"
    DERIVED = "derived"


class Part(StrEnum):
    """A part of the story that a shop's numbers tell: of the audience, then of the shop."""

    EXCITES = "excites"
    FRUSTRATES = "frustrates"
    SHINES = "shines"
    STALLS = "stalls"


@frozen
class Story:
    """To which part of the story a rule's finding belongs, and to which its healthy outcome."""

    finding: Part | None = None
    healthy: Part | None = None


@frozen
class Origin:
    """Who says so."""

    title: str = ""
    url: str = ""
    date: str = ""
    strength: Strength = Strength.VENDOR


@frozen
class Says:
    """The rule's sentences. *healthy* and *misleading_when* stand alone; *finding* and *why* may
    hold placeholders (see advisor.model.text), like the texts of actions."""

    toml_underscores: ClassVar[bool] = True

    healthy: str = attrs.field(metadata=TRANSLATED)
    finding: str = attrs.field(metadata=TRANSLATED)
    why: str = attrs.field(metadata=TRANSLATED)
    misleading_when: str = attrs.field(default="", metadata=TRANSLATED)


class Start(StrEnum):
    """When to begin with an action."""

    NOW = "now"
    THIS_WEEK = "this-week"
    THIS_MONTH = "this-month"


class Failure(StrEnum):
    """How a try of an action ended in vain: NO_DIFFERENCE, or worse; or HURT."""

    NO_DIFFERENCE = "no-difference"
    HURT = "hurt"


@frozen
class StopAfter:
    """After how many *tries* that ended with this *verdict* an action is no longer asked for on a
    subject."""

    tries: int
    verdict: Failure = Failure.NO_DIFFERENCE


@frozen
class Action:
    """What to do, in about *effort* hours of work.

    *done* is data: the levels that end it, and which gap the money is about. *trial* is the metric
    of them that decides between versions, where the action is to test some. *waste* is a count of
    money that is lost as a whole while nothing is done. *start* is when to start, where the
    severity does not say it; *stop* says when to give up or to leave it at that, and what then;
    *stop_after* is the same as data, which the history is asked for.
    """

    toml_underscores: ClassVar[bool] = True

    lever: str
    direction: str
    do: str = attrs.field(metadata=TRANSLATED)
    steps: tuple[str, ...] = attrs.field(metadata=TRANSLATED)
    owner: str
    effort: float
    done: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    trial: str | None = None
    waste: str | None = None
    start: Start | None = None
    stop: str = attrs.field(default="", metadata=TRANSLATED)
    stop_after: StopAfter | None = None


@frozen
class After:
    """Findings of other rules that must be there, on the same subject or over a relation."""

    findings: tuple[str, ...]
    over: str | None = None


@frozen
class Rule:
    """A rule, checked against the vocabulary. *id* is `pack/rule`. *check*: what it finds is to be
    looked at, at the end of the plan, and is no action of it. *whole* is what to do where nearly
    all subjects have the symptom: about what they have in common, and not about each."""

    id: str
    subject: str
    severity: Severity
    when: Conditions
    says: Says
    actions: tuple[Action, ...]
    goal: str | None = None
    guide: tuple[str, ...] = ()
    origin: Origin | None = None
    status: Status = Status.STABLE
    unless: Conditions = Conditions()
    after: After | None = None
    explains: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()  # counts without which the rule is `missing`
    profile: Profile = Profile.STANDARD
    check: bool = False
    whole: Action | None = None
    aliases: tuple[str, ...] = ()
    overrides: str | None = None  # the full id of the rule of another pack that it replaces
    effective_from: date | None = None
    effective_until: date | None = None
    region: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()  # shops with one of these, and none of those after a "!"
    limits: Mapping[str, float] = attrs.field(factory=dict)  # the numbers that have a name
    story: Story = Story()
    file: str = ""

    @property
    def every_action(self) -> tuple[Action, ...]:
        """The actions, and the one for nearly all subjects."""
        return self.actions if self.whole is None else (*self.actions, self.whole)

    @property
    def pack(self) -> str:
        return self.id.partition("/")[0]

    @property
    def short_id(self) -> str:
        return self.id.partition("/")[2]

    @property
    def names(self) -> frozenset[str]:
        """What a user may call it: its full or short id, or a former one."""
        full = (self.id, *self.aliases)
        return frozenset((*full, *(name.partition("/")[2] for name in full)))

    @cached_property
    def logic(self) -> str:
        """A short digest of what decides whether it fires; its texts do not."""
        return short_digest(
            self.subject, self.when, self.unless, self.after, self.explains, self.needs
        )

    def with_limits(self, limits: Mapping[str, float]) -> "Rule":
        """The rule with these values of its limits; others of *limits* are not its own."""
        own = {name: limits[name] for name in self.limits if name in limits}
        if not own:
            return self
        return attrs.evolve(
            self,
            limits={**self.limits, **own},
            when=self.when.with_limits(own),
            unless=self.unless.with_limits(own),
        )

    def own_tests(self) -> tuple[Test, ...]:
        """Every test on the rule's subject, those of `unless` included."""
        return self._own_tests

    @cached_property
    def _own_tests(self) -> tuple[Test, ...]:
        return tuple(dict.fromkeys((*self.when.own(), *self.unless.own())))

    def tests_by_kind(self, kind: str) -> Mapping[str, tuple[Test, ...]]:
        """Tests for each kind of subject, with the rule judged on *kind*."""
        found: dict[str, list[Test]] = {kind: list(self.own_tests())}
        for related in (*self.when.related, *self.unless.related):
            found.setdefault(related.kind, []).extend(related.tests)
        return {k: tuple(dict.fromkeys(v)) for k, v in found.items()}


@frozen
class RulePack:
    """A folder of rule files (`**/*.toml`, beside each `<rule>.cases.toml`), with its name.

    *id* is the first half of each rule's full id. *folder* is `importlib.resources.files(...)` or
    a Path.
    """

    id: str
    title: str
    folder: Traversable
    version: str = ""
