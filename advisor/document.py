"""The result document: one JSON value that every report is made of.

Its classes are also the context that templates see. Everything is plain: text, numbers, lists.
Names, captions and file names in it are a stranger's text: a report escapes them for its format.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import attrs

SCHEMA_VERSION = 1


@attrs.frozen
class EngineInfo:
    """Which rules engine decided; *notice* is a line for the reader, where there is one."""

    name: str
    version: str
    notice: str | None = None


@attrs.frozen
class OverrideInfo:
    """A rule of another pack that is not judged: *by* stands in its place. Full ids."""

    rule: str
    by: str


@attrs.frozen
class PackInfo:
    """A rule pack that took part; *overrides* are rules of other packs that its own replace."""

    id: str
    version: str
    rules: int
    overrides: tuple[OverrideInfo, ...] = ()


@attrs.frozen
class AdvisorInfo:
    """Who wrote the document."""

    version: str
    engine: EngineInfo
    packs: tuple[PackInfo, ...]


@attrs.frozen
class ShopInfo:
    """The shop as its advisor.toml and the command line describe it."""

    id: str
    name: str
    size: str | None
    niche: str | None
    region: str | None
    currency: str | None
    usd_rate: float | None
    margin: float | None
    goal: str | None


@attrs.frozen
class MarginInfo:
    """What the shop keeps of its sales before ads, *origin* in words, and what that makes of the
    limits of ads (*limits*, sentences); without a margin what one would change."""

    share: float | None
    origin: str
    text: str
    limits: tuple[str, ...]


@attrs.frozen
class PeriodInfo:
    """The window that is judged and the one before it (ISO days); None where no file has dates."""

    first: str | None
    last: str | None
    before_first: str | None
    before_last: str | None
    today: str


@attrs.frozen
class InputInfo:
    """One file. *rows* were read, *left_out* says how many were not, by reason. A file that could
    not be read has *problem*."""

    file: str
    kind: str | None
    title: str | None
    rows: int
    left_out: Mapping[str, int]
    sha256: str
    first: str | None = None
    last: str | None = None
    currency: str | None = None
    problem: str | None = None


@attrs.frozen
class Point:
    """A day (or the first day of a period) and the metric on it."""

    day: str
    value: float | None


@attrs.frozen
class Kpi:
    """A metric of the whole shop. *text* and the other texts are ready to print."""

    metric: str
    title: str
    goal: str | None
    value: float | None
    low: float | None
    high: float | None
    before: float | None
    levels: tuple[str, ...]
    text: str
    band_text: str | None
    before_text: str | None
    trend: str | None
    impact: bool
    definition: str
    series: tuple[Point, ...] = ()


@attrs.frozen
class BandInfo:
    """The band that a value was held against, in words too."""

    low: float | None
    high: float | None
    text: str
    origin: str


@attrs.frozen
class Evidence:
    """One measured value behind a finding. *n* is how many events it rests on; *rows* are rows of
    *file*, as ranges; *sure* says in words how sure it is."""

    metric: str
    title: str
    value: float | None
    low: float | None
    high: float | None
    n: float | None
    levels: tuple[str, ...]
    band: BandInfo | None
    text: str
    sure: str
    test: str
    file: str
    rows: tuple[tuple[int, int], ...]
    definition: str = ""


@attrs.frozen
class SubjectInfo:
    """A subject by kind, key and name."""

    kind: str
    key: str
    name: str


@attrs.frozen
class Message:
    """*text* with the values in it; *template* and *parameters* are what it was made of."""

    text: str
    template: str
    parameters: Mapping[str, str]


@attrs.frozen
class PriceInfo:
    """How the worth of a finding was worked out: (*target* - *value*) x *volume* (a month's units
    of the denominator) x *worth* (what one more unit of the numerator brings) x *kept* (the part
    that stays with the shop) / *scale*. *value* is as far from that of its siblings as its own data
    carry it. *text* is the sum in words."""

    metric: str
    value: float
    target: float
    target_origin: str
    volume: float
    worth: float
    kept: float
    scale: float
    text: str


@attrs.frozen
class FindingInfo:
    """A rule that fired on a subject. *status* is how far the rule is tried: stable, or
    experimental. *pooled* counts the subjects it was pooled from; *stake* is
    money a month in the shop's currency, and *price* how it was worked out."""

    id: str
    rule: str
    guide: tuple[str, ...]
    severity: str
    status: str
    subject: SubjectInfo
    evidence: tuple[Evidence, ...]
    unchecked: tuple[str, ...]
    explained_by: tuple[str, ...]
    message: Message
    why: str
    misleading_when: str
    confidence: float
    stake: float | None
    pooled: int = 0
    price: PriceInfo | None = None


@attrs.frozen
class Money:
    """Money in the shop's currency for each *per*: between *low* and *high* 8 times of 10, *mid* on
    average. *what* is which money it is (sales, margin, ad spend). *text* is ready to print, `about
    $200 in sales a month`, and so is *range*, `8 times of 10 between $120 and $290` (empty where
    the amount is known)."""

    low: float
    mid: float
    high: float
    currency: str
    per: str
    what: str
    text: str
    range: str


@attrs.frozen
class DoneInfo:
    """What ends an action: *metric* in *levels*, *text* in words. It takes *events* of the metric's
    denominator until that can be told, about *days* at the present pace."""

    metric: str
    levels: tuple[str, ...]
    events: int | None
    days: int | None
    text: str


@attrs.frozen
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


@attrs.frozen
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


@attrs.frozen
class ActionInfo:
    """One thing to do, for every subject it concerns: *findings* are ids, worst first;
    *also_explains* are ids of findings that these cause.

    *effort* is hours of work, *start* when to begin (now, this-week, this-month), *stop* when to
    give up. *after* are ids of actions that come first. *gain* is what reaching the target is
    worth; *adds* the part of it that no action before has claimed. *chance* is that of getting
    there, from how many of the shop's own subjects are there; *chance_text* says so.
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
    start: str
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


@attrs.frozen
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


@attrs.frozen
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


@attrs.frozen
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


@attrs.frozen
class OutcomeCount:
    """How often a rule ended how, over the subjects that it applies to."""

    rule: str
    title: str
    kind: str
    fires: int
    clear: int
    unsure: int
    missing: int
    not_applicable: int
    error: int


@attrs.frozen
class StoryLine:
    """A sentence of the story. *part* is what it tells: what excites or frustrates the audience,
    where the shop shines or stalls. It is a finding (*finding* is its id) or, with None, the
    healthy sentence of a rule; *subjects* counts those it holds for."""

    part: str
    text: str
    rule: str
    finding: str | None
    kind: str
    subjects: int


@attrs.frozen
class Healthy:
    """A rule that is clear on every subject it could judge. *subjects* counts them; *text* is the
    rule's healthy sentence."""

    rule: str
    text: str
    kind: str
    subjects: int


@attrs.frozen
class Watch:
    """A rule that could not tell for lack of data, on one subject; *text* says how much more."""

    rule: str
    subject: SubjectInfo
    text: str


@attrs.frozen
class Unjudged:
    """What could not be judged at all: *text* is the rule's healthy sentence. Why, and which export
    or line would make it possible (*remedy* may be empty)."""

    rule: str
    text: str
    because: str
    remedy: str


@attrs.frozen
class Amount:
    """One side of a comparison: *text* is *value*, ready to print; *files* are where it is from."""

    title: str
    value: float
    text: str
    definition: str
    files: tuple[str, ...]


@attrs.frozen
class Reconciliation:
    """Amounts of the same days from several sources, side by side, and what of *total* the *parts*
    leave: *rest* (below zero where they are more). *because* says what is known to differ between
    their definitions; *missing* are parts that no file gave, so they are in the rest."""

    id: str
    title: str
    first: str
    last: str
    total: Amount
    parts: tuple[Amount, ...]
    missing: tuple[str, ...]
    rest: float
    rest_text: str
    because: str


@attrs.frozen
class Ranked:
    """A subject in a ranking: *value* as measured, on *n* events, and *shrunk*, as far as these
    carry it, with its 80 % limits. The texts are ready to print."""

    subject: SubjectInfo
    value: float
    n: float | None
    text: str
    shrunk: float
    low: float
    high: float
    shrunk_text: str


@attrs.frozen
class Ranking:
    """The subjects of one kind that surely differ from the rest in *metric*, *best* and *worst*
    first, by shrunken value. *usual* is the mean of all *subjects* that have a value."""

    kind: str
    plural: str
    metric: str
    title: str
    definition: str
    subjects: int
    usual: float
    usual_text: str
    best: tuple[Ranked, ...]
    worst: tuple[Ranked, ...]


@attrs.frozen
class ChangeRow:
    """How much one subject's part of a total changed, and by which steps: *steps* and *other*
    (what no step explains) add up to *change*, in cents. The texts are ready to print."""

    key: str
    title: str
    change: float
    change_text: str
    steps: tuple[float, ...]
    step_texts: tuple[str, ...]
    other: float
    other_text: str


@attrs.frozen
class ChangeInfo:
    """Why a total changed since the window before: *steps* names the columns of *rows*, of which
    the first changed most. *total* is all of them together."""

    id: str
    title: str
    first: str
    last: str
    before_first: str
    before_last: str
    now: float
    then: float
    now_text: str
    then_text: str
    steps: tuple[str, ...]
    rows: tuple[ChangeRow, ...]
    total: ChangeRow
    because: str


@attrs.frozen
class MonthInfo:
    """A calendar month of a course, of which *days* are known. *change* is that of a day's worth
    since the month before, None where too few days of one of them are known."""

    month: str
    days: int
    whole: bool
    value: float
    text: str
    change: float | None
    change_text: str | None


@attrs.frozen
class QuarterTarget:
    """A quarter, from *first* to *last*: what it comes to if the trend goes on (*low* to *high* in
    80 of 100 cases), if the days stay as they are now (*level*), and what to aim at (*target*).
    *known* is what its settled days have brought; *stated* is the owner's own target for it.
    *says* has it in sentences."""

    first: str
    last: str
    known: float
    known_days: int
    low: float
    mid: float
    high: float
    level: float
    target: float
    stated: float | None
    says: tuple[str, ...]


@attrs.frozen
class CourseInfo:
    """A daily total over its whole history. *growth* is a month's, by the robust slope, with its
    limits; *weekdays* are what Monday to Sunday bring against a middle one, empty where there are
    too few days to tell. *says* has it in sentences; *needs* is what is missing to know more."""

    id: str
    title: str
    first: str | None
    last: str | None
    days: int
    left_out: int
    growth: float | None
    low: float | None
    high: float | None
    weekdays: tuple[float, ...]
    months: tuple[MonthInfo, ...]
    target: QuarterTarget | None
    says: tuple[str, ...]
    needs: str


@attrs.frozen
class NoteInfo:
    """Something about the data that a reader must know."""

    code: str
    text: str
    file: str


@attrs.frozen
class Document:
    """The whole result. Lists are complete here; reports cap them and say so."""

    schema_version: int
    advisor: AdvisorInfo
    shop: ShopInfo
    margin: MarginInfo
    period: PeriodInfo
    inputs: tuple[InputInfo, ...]
    story: tuple[StoryLine, ...]
    kpis: tuple[Kpi, ...]
    plan: tuple[ActionInfo, ...]
    set_aside: tuple[SetAsideInfo, ...]
    total: tuple[Money, ...]  # what the whole plan can reach, by kind of money
    goals: tuple[MonthGoal, ...]
    findings: tuple[FindingInfo, ...]
    rankings: tuple[Ranking, ...]
    outcomes: tuple[OutcomeCount, ...]
    healthy: tuple[Healthy, ...]
    watch: tuple[Watch, ...]
    coverage: tuple[Unjudged, ...]
    reconciliation: tuple[Reconciliation, ...]
    data_notes: tuple[NoteInfo, ...]
    order: str  # the formula that orders the plan, in words
    changes: tuple[ChangeInfo, ...] = ()  # why totals changed since the window before
    courses: tuple[CourseInfo, ...] = ()  # daily totals over their whole history
    focus: FocusInfo | None = None  # only where the shop names no goal


def as_json(document: Document) -> dict[str, Any]:
    """The document as JSON-ready dictionaries and lists, in a fixed order."""
    whole: dict[str, Any] = plain(document)
    return whole


def one_level(value: Any) -> dict[str, Any]:
    """A part of the document, or a mapping, as a dictionary of what it holds. Raises TypeError for
    anything else."""
    names = _names(value.__class__)
    return dict(value) if names is None else {name: getattr(value, name) for name in names}


def plain(value: Any) -> Any:
    """A part of the document, and all that it holds, as JSON-ready values."""
    kind = type(value)
    if kind in _LEAVES:
        return value
    if kind is tuple or kind is list:
        return [item if type(item) in _LEAVES else plain(item) for item in value]
    # attrs.asdict says the same, but takes too long on a hundred thousand findings
    names = _names(value.__class__)
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value if isinstance(value, str | int | float) else [plain(item) for item in value]


_LEAVES = frozenset((str, int, float, bool, type(None)))


@cache
def _names(kind: Any) -> tuple[str, ...] | None:
    """The fields of a class of the document; None of any other class."""
    fields = getattr(kind, "__attrs_attrs__", None)
    return None if fields is None else tuple(field.name for field in fields)
