"""What to do: actions with their worth and their place, what contradicts them, and small goals."""

from advisor.model import frozen


@frozen
class Money:
    """Money in the shop's currency for each *per*: between *low* and *high* with 80% confidence,
    *mid* on average. *what* is which money it is (sales, margin, ad spend). *text* is ready to
    print, `about $200/month in sales`, and so are *amount*, `$200`, and *range*, `likely $120–290`
    (empty where the amount is known; of what is wasted as a whole its lower end alone, `likely at
    least $120`)."""

    low: float
    mid: float
    high: float
    currency: str
    per: str
    what: str
    text: str
    range: str
    amount: str = ""


@frozen
class DoneInfo:
    """What ends an action: *metric* in *levels*, *text* in words. It takes *events* of the metric's
    denominator until that can be told, about *days* at the present pace. The worst subject is to
    get from *now* to *target*, where that is a number."""

    metric: str
    levels: tuple[str, ...]
    events: int | None
    days: int | None
    text: str
    now: float | None = None
    target: float | None = None


@frozen
class ExperimentInfo:
    """A test of *versions* that runs since *start* and can be read from *due* on; *ready* where
    that day has come. *text* says it."""

    name: str
    metric: str
    versions: tuple[str, ...]
    start: str
    due: str
    ready: bool
    text: str


@frozen
class DoneResult:
    """An action that was done to *subjects* (names) on a *day*, and whether it worked: *verdict* is
    helped, no-difference, hurt, too-early or cannot-tell, called on the day *due*, and *because*
    says why it cannot be told. *times* is the ratio that it made of *metric*, with its 95%
    confidence interval. *promised* is what the plan had said that reaching the target is worth,
    *gained* what it brought, in 30 days. *stopped*: it was tried often enough and the plan no
    longer asks for it. *text* says it all."""

    action: str
    rule: str
    do: str
    kind: str
    subjects: tuple[str, ...]
    day: str
    due: str
    note: str
    verdict: str
    because: str
    metric: str | None
    before: float | None
    after: float | None
    times: float | None
    low: float | None
    high: float | None
    promised: Money | None
    gained: Money | None
    stopped: bool
    text: str


@frozen
class TrialInfo:
    """How to put a change to the test: *design* is `split` (versions side by side), `bolder` or
    `before-after`. *each* is how many events each version needs before *metric* decides, *days* how
    long that takes at the present pace, *detectable* the nearest value that shows within a month;
    *text* says it, and why."""

    metric: str
    design: str
    each: int
    days: int | None
    detectable: float | None
    text: str


@frozen
class PriorityInfo:
    """*value* = *gain* x *kept* x *chance* x *confidence* / *hours* x *weight*; without a price
    *gain* is None, and *value* is that of the priced action it stands with. *kept* is below 1 where
    the gain is in sales, for no margin is known. *critical* comes before all."""

    value: float
    gain: float | None
    chance: float
    confidence: float
    hours: float
    weight: float
    critical: bool
    text: str
    kept: float = 1.0


@frozen
class ActionInfo:
    """One thing to do, for every subject it concerns: *findings* are ids, worst first;
    *also_explains* are ids of findings that these cause.

    *owner_title* is who does it, in words. *effort* is hours of work, *start* when to start (now,
    this-week, this-month; None where the data are too old for dates), *due* the day by which to
    have started at the latest, *stop* when to give up. *after* are ids of actions that come first.
    *gain* is what reaching the target is worth; *adds* the part of it that no action before has
    claimed. *chance* is that of getting there, from how many of the shop's own subjects are there;
    *chance_text* says so. *scope* says where it is about what nearly all subjects have in common.
    """

    id: str
    rank: int
    rule: str
    severity: str
    findings: tuple[str, ...]
    also_explains: tuple[str, ...]
    after: tuple[str, ...]
    lever: str
    lever_title: str
    direction: str
    do: str
    steps: tuple[str, ...]
    owner: str
    effort: float
    start: str | None
    stop: str
    done: tuple[DoneInfo, ...]
    trial: TrialInfo | None
    gain: Money | None
    adds: Money | None
    no_gain_because: str | None
    chance: float
    chance_text: str
    confidence: float
    priority: PriorityInfo
    due: str | None = None
    scope: str = ""
    owner_title: str = ""


@frozen
class CheckInfo:
    """What is worth a look and changes nothing by itself: *findings* are ids, *text* the sentence
    of the first of them, *do* what to compare, *steps* how."""

    rule: str
    findings: tuple[str, ...]
    text: str
    do: str
    steps: tuple[str, ...]


@frozen
class SetAsideInfo:
    """An action that contradicts one of the plan (*kept* is its id), for the *subjects* (names) on
    which both pull one lever, and why the other one stays. *also_explains* are ids of findings that
    these cause."""

    rule: str
    lever: str
    lever_title: str
    direction: str
    do: str
    subjects: tuple[str, ...]
    findings: tuple[str, ...]
    kept: str
    gain: Money | None
    because: str
    also_explains: tuple[str, ...] = ()


@frozen
class MonthGoal:
    """A small goal: *metric* of *subject* from *now* to *target* by the day *by*, in words too.
    *action* is the id of the one that serves it."""

    action: str
    metric: str
    subject: str
    now: float
    target: float
    by: str
    text: str


@frozen
class FocusInfo:
    """The goal that is proposed to a shop that names none: its weak *kpis* (metric ids), *because*
    in words, the *line* for [goal] in advisor.toml. *goal* is None where none can be proposed.
    *text* says it all."""

    goal: str | None
    title: str
    because: str
    kpis: tuple[str, ...]
    line: str
    text: str
