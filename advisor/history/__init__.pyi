from .past import FINDINGS, OPEN, Past, PastQuestion, findings_frame, merge_past, read_past
from .records import ActionRow, FindingRow, KpiRow, Run, RunInfo, RunLine, State
from .store import Store
from .transfer import export_lines, import_lines, run_line

__all__ = [
    "FINDINGS",
    "OPEN",
    "ActionRow",
    "FindingRow",
    "KpiRow",
    "Past",
    "PastQuestion",
    "Run",
    "RunInfo",
    "RunLine",
    "State",
    "Store",
    "export_lines",
    "findings_frame",
    "import_lines",
    "merge_past",
    "read_past",
    "run_line",
]
