"""All of it."""

from advisor.document.actions import (
    ActionInfo,
    CheckInfo,
    DoneResult,
    ExperimentInfo,
    FocusInfo,
    Money,
    MonthGoal,
    SetAsideInfo,
)
from advisor.document.findings import FindingInfo, SuppressedInfo
from advisor.document.numbers import (
    ChangeInfo,
    CourseInfo,
    FunnelInfo,
    Kpi,
    Ranking,
    Reconciliation,
)
from advisor.document.origin import (
    AdvisorInfo,
    InputInfo,
    MarginInfo,
    NoteInfo,
    PeriodInfo,
    ShopInfo,
)
from advisor.document.outcomes import ExportInfo, Healthy, OutcomeCount, StoryLine, Unjudged, Watch
from advisor.document.since import SinceInfo
from advisor.model import frozen

SCHEMA_VERSION = 1


@frozen
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
    done: tuple[DoneResult, ...] = ()  # actions that were done, and whether they worked
    experiments: tuple[ExperimentInfo, ...] = ()  # tests that run or wait to be read
    suppressed: tuple[SuppressedInfo, ...] = ()  # what the owner muted
    since: SinceInfo | None = None  # what changed since an earlier run, where one is kept
    focus: FocusInfo | None = None  # only where the shop names no goal
    checks: tuple[CheckInfo, ...] = ()  # what is worth a look and is no action
    funnels: tuple[FunnelInfo, ...] = ()
    exports: tuple[ExportInfo, ...] = ()  # what to add, first what checks most of coverage
    too_small: str = ""  # what half of the checks could not have found, where that is much
    language: str = "en"  # of its texts: the name of a catalogue, like es or pt_BR
