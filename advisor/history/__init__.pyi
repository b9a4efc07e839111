from .comparison import BANDS, Change, Reason, compare, has_same_period, reason
from .past import (
    FINDINGS,
    OPEN,
    Past,
    PastQuestion,
    findings_frame,
    merge_past,
    past_between,
    read_past,
)
from .records import ActionRow, FindingRow, KpiRow, Run, RunInfo, RunLine, State
from .store import Store, row_of
from .transfer import export_lines, import_lines, run_line

__all__ = [
    "BANDS",
    "FINDINGS",
    "OPEN",
    "ActionRow",
    "Change",
    "FindingRow",
    "KpiRow",
    "Past",
    "PastQuestion",
    "Reason",
    "Run",
    "RunInfo",
    "RunLine",
    "State",
    "Store",
    "compare",
    "export_lines",
    "findings_frame",
    "has_same_period",
    "import_lines",
    "merge_past",
    "past_between",
    "read_past",
    "reason",
    "row_of",
    "run_line",
]
