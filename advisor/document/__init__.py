"""The result document: one JSON value that every report is made of.

Its classes are also the context that templates see. Everything is plain: text, numbers, lists.
Names, captions and file names in it are a stranger's text: a report escapes them for its format.
"""

from advisor.document.actions import (
    ActionInfo,
    CheckInfo,
    DoneInfo,
    DoneResult,
    FocusInfo,
    Money,
    MonthGoal,
    PriorityInfo,
    SetAsideInfo,
    TrialInfo,
)
from advisor.document.class_schema import DEFS, ClassSchemas, Schema, schema_text, whole_schema
from advisor.document.compose import compose_document, experience, since_info
from advisor.document.compose.actions import rounded as rounded_money
from advisor.document.compose.coverage import unjudged
from advisor.document.compose.done import tries_of
from advisor.document.compose.findings import compose_findings
from advisor.document.compose.origins import origin_of
from advisor.document.compose.watch import promise
from advisor.document.findings import (
    BandInfo,
    Evidence,
    FindingInfo,
    Message,
    PriceInfo,
    SubjectInfo,
    SuppressedInfo,
    WindowInfo,
)
from advisor.document.numbers import (
    Amount,
    ChangeInfo,
    ChangeRow,
    CourseInfo,
    FunnelInfo,
    FunnelStep,
    Kpi,
    MonthInfo,
    Point,
    QuarterTarget,
    Ranked,
    Ranking,
    Reconciliation,
)
from advisor.document.origin import (
    AdvisorInfo,
    EngineInfo,
    InputInfo,
    MarginInfo,
    NoteInfo,
    OverrideInfo,
    PackInfo,
    PeriodInfo,
    ShopInfo,
)
from advisor.document.outcomes import ExportInfo, Healthy, OutcomeCount, StoryLine, Unjudged, Watch
from advisor.document.plain_values import as_json, one_level, plain, significant
from advisor.document.since import FindingChange, RunDiff, SinceInfo
from advisor.document.whole import SCHEMA_VERSION, Document

__all__ = [
    "DEFS",
    "SCHEMA_VERSION",
    "ActionInfo",
    "AdvisorInfo",
    "Amount",
    "BandInfo",
    "ChangeInfo",
    "ChangeRow",
    "CheckInfo",
    "ClassSchemas",
    "CourseInfo",
    "Document",
    "DoneInfo",
    "DoneResult",
    "EngineInfo",
    "Evidence",
    "ExportInfo",
    "FindingChange",
    "FindingInfo",
    "FocusInfo",
    "FunnelInfo",
    "FunnelStep",
    "Healthy",
    "InputInfo",
    "Kpi",
    "MarginInfo",
    "Message",
    "Money",
    "MonthGoal",
    "MonthInfo",
    "NoteInfo",
    "OutcomeCount",
    "OverrideInfo",
    "PackInfo",
    "PeriodInfo",
    "Point",
    "PriceInfo",
    "PriorityInfo",
    "QuarterTarget",
    "Ranked",
    "Ranking",
    "Reconciliation",
    "RunDiff",
    "Schema",
    "SetAsideInfo",
    "ShopInfo",
    "SinceInfo",
    "StoryLine",
    "SubjectInfo",
    "SuppressedInfo",
    "TrialInfo",
    "Unjudged",
    "Watch",
    "WindowInfo",
    "as_json",
    "compose_document",
    "compose_findings",
    "experience",
    "one_level",
    "origin_of",
    "plain",
    "promise",
    "rounded_money",
    "schema_text",
    "significant",
    "since_info",
    "tries_of",
    "unjudged",
    "whole_schema",
]
