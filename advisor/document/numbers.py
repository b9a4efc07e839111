"""The shop's numbers: KPIs, totals side by side, rankings, changes, courses."""

from advisor.document.findings import BandInfo, SubjectInfo
from advisor.model import frozen


@frozen
class Point:
    """A day (or the first day of a period) and the metric on it."""

    day: str
    value: float | None


@frozen
class Kpi:
    """A metric of the whole shop. *text* and the other texts are ready to print; *band* is its
    target, with where that comes from."""

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
    band: BandInfo | None = None


@frozen
class FunnelStep:
    """A count of a funnel, and its share of the one before it. The texts are ready to print."""

    title: str
    value: float
    text: str
    share: float | None
    share_text: str | None


@frozen
class FunnelInfo:
    """Counts that lead to each other, from *first* to *last*."""

    id: str
    title: str
    first: str
    last: str
    steps: tuple[FunnelStep, ...]


@frozen
class Amount:
    """One side of a comparison: *text* is *value*, ready to print; *files* are where it is from."""

    title: str
    value: float
    text: str
    definition: str
    files: tuple[str, ...]


@frozen
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


@frozen
class Ranked:
    """A subject in a ranking: *value* as measured, on *n* events, and *shrunk*, as far as these
    carry it, with its likely range (80% confidence). The texts are ready to print."""

    subject: SubjectInfo
    value: float
    n: float | None
    text: str
    shrunk: float
    low: float
    high: float
    shrunk_text: str


@frozen
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


@frozen
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


@frozen
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


@frozen
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


@frozen
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


@frozen
class CourseInfo:
    """A daily total over its whole history. *growth* is a month's, by the robust slope, with its
    limits; *weekdays* are what Monday to Sunday bring against a middle one, empty where there are
    too few days to tell. *says* has it in sentences; *needs* is what is missing to know more.
    *series* has the days themselves, *trend* the same days without chance and weekday."""

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
    series: tuple[Point, ...] = ()
    trend: tuple[Point, ...] = ()
