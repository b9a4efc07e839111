"""What the store keeps: runs with their findings, actions and KPIs. No row of an export is kept."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from advisor.model import frozen


class State(StrEnum):
    """How a rule ended for the subject of a finding. ABSENT: the subject is in no file any more, or
    the rule is no longer in force. MUTED: it fires, and the owner does not want to hear it."""

    FIRES = "fires"
    CLEAR = "clear"
    UNSURE = "unsure"
    MISSING = "missing"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"
    ABSENT = "absent"
    MUTED = "muted"


@frozen
class FindingRow:
    """A finding of a run, or what became of one of an earlier run. *metric* is the first that its
    rule asks for, *low* and *high* are the limits of its *value*, *target* is the value to reach;
    *worse* is 1 where higher values are worse, -1 where lower ones are, 0 where nothing tells.
    *opened* is the day of the first of the runs in a row that had it."""

    id: str
    rule: str
    severity: str
    kind: str
    key: str
    name: str
    state: State
    opened: date
    metric: str | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    target: float | None = None
    worse: int = 0
    stake: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has to be looked at again: only what was seen to be clear is closed."""
        return self.state is not State.CLEAR


@frozen
class ActionRow:
    """An action of a run's plan, with the gain that it promised. *metric* is the first that ends
    it, which the worst of its subjects (of *kind*) is to bring from *now* to *target*; *money* is
    the kind of money (sales, margin), of which one more unit of the metric's numerator brings
    *each* (with a standard deviation); *findings* are ids."""

    id: str
    rank: int
    rule: str
    lever: str
    what: str
    metric: str | None
    low: float | None
    mid: float | None
    high: float | None
    currency: str | None
    chance: float
    findings: tuple[str, ...]
    kind: str = ""
    money: str = ""
    now: float | None = None
    target: float | None = None
    each: float | None = None
    each_sd: float | None = None


@frozen
class DoneRow:
    """An action that was done on a *day*, to *subjects* (keys of *kind*). It is called on the day
    *due* at the latest, which was fixed when it was marked. The plan of the day *planned* had
    promised a gain from *low* to *high*, for bringing *metric* from *now* to *target*; one more
    unit of its numerator brings *each*. *niche* and *size* are those of the shop, "" where it does
    not state them. It was *noticed* in the files by the run of a day, or marked by hand."""

    action: str
    day: date
    due: date
    planned: date
    rule: str
    lever: str
    what: str
    kind: str
    subjects: tuple[str, ...]
    note: str
    metric: str | None
    now: float | None
    target: float | None
    low: float | None
    mid: float | None
    high: float | None
    money: str
    currency: str | None
    each: float | None = None
    each_sd: float | None = None
    niche: str = ""
    size: str = ""
    noticed: date | None = None

    def is_known(self, day: date) -> bool:
        """Whether a run of *day* may know of it. A run that notices it does not, so that another
        one of the same day says the same."""
        return self.day <= day and (self.noticed is None or self.noticed < day)


class Verdict(StrEnum):
    """Whether an action worked."""

    HELPED = "helped"
    NO_DIFFERENCE = "no-difference"
    HURT = "hurt"
    TOO_EARLY = "too-early"
    CANNOT_TELL = "cannot-tell"


@frozen
class VerdictRow:
    """Whether an action worked, as the run of a *day* saw it, who looked at so many *days* after it
    (0: it could not look). *because* is a word for why it cannot be told, with a value after a
    colon.

    *times* is the ratio that it made of its metric, with its 95% confidence interval, after what
    untouched subjects changed by (*own*) and what was to be expected of subjects that were chosen
    for being bad; *before* and *after* are the metric itself. Of *placebos* untouched subjects,
    *larger* changed by as much. *others* are further actions in the same time. *gained* is the
    money that it brought in 30 days, with its 80% confidence interval.
    """

    day: date
    verdict: Verdict
    because: str
    before: float | None = None
    after: float | None = None
    times: float | None = None
    low: float | None = None
    high: float | None = None
    own: float | None = None
    placebos: int = 0
    larger: int = 0
    others: tuple[str, ...] = ()
    days: int = 0
    gained_low: float | None = None
    gained: float | None = None
    gained_high: float | None = None


@frozen
class LeverRow:
    """How actions on one *lever* ended in shops of a *niche* and *size* ("": not stated), of those
    that were called."""

    lever: str
    helped: int = 0
    no_difference: int = 0
    hurt: int = 0
    niche: str = ""
    size: str = ""

    @property
    def called(self) -> int:
        return self.helped + self.no_difference + self.hurt


@frozen
class ExperimentRow:
    """A test of *versions* (subjects, the present one first) by *metric*, which runs from *start*
    to the day before *due*. *planned* is how many events each version is to get; *alpha* the chance
    of a false call. *result* is what it said when it was read on the day *ended*."""

    name: str
    metric: str
    versions: tuple[str, ...]
    start: date
    due: date
    planned: float | None
    alpha: float
    note: str
    ended: date | None = None
    result: str = ""


@frozen
class KpiRow:
    """The value of a KPI on one day."""

    metric: str
    day: date
    value: float | None


@frozen
class RunInfo:
    """A run without its rows. *first* and *last* are the days of its window, which were *chosen* by
    the user or are the newest of the data; *rules* has a short hash of each rule in force by its
    id, *config* is a hash of the settings, *inputs* are hashes of the files."""

    shop: str
    day: date
    first: date | None
    last: date | None
    chosen: bool
    version: str
    rules: Mapping[str, str]
    config: str
    inputs: tuple[str, ...]
    currency: str | None


@frozen
class Run:
    """A run, whole."""

    info: RunInfo
    findings: tuple[FindingRow, ...]
    actions: tuple[ActionRow, ...]
    kpis: tuple[KpiRow, ...]
    verdicts: tuple[tuple[int, VerdictRow], ...] = ()  # by the number of the mark
    noticed: tuple[DoneRow, ...] = ()


@frozen
class RunLine:
    """A run in a list: its number in the store, and how much it found."""

    id: int
    info: RunInfo
    findings: int
    actions: int
