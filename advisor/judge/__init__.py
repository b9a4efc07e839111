"""From truths to outcomes: each rule ends in one outcome for each subject it applies to.

Columns say how certain each rule is; what fires, joins, chains, blocks and explains is decided by
the rules engine. A subject is kept from the engine only where no rule can fire on it.
"""

from advisor.judge.counts import OUTCOMES, open_shares, outcome_counts
from advisor.judge.engine import Engine, choose, engine_in_use, failure, install_engine, notice
from advisor.judge.evaluate import judge
from advisor.judge.evaluation import RuleEvaluation
from advisor.judge.grade import Graded, Grader
from advisor.judge.kpis import KPIS, KpiValue, kpi_values, kpis_frame
from advisor.judge.matched import MatchedRows, matched_rows, measured_rows, rule_metrics
from advisor.judge.outcome import Ends, Judgement, Match, Outcome
from advisor.judge.question import RELATIVE, change, truth_column
from advisor.judge.relations import related_column, split_subject_id, subject_id
from advisor.judge.smallest import SmallestProblem, SmallestProblems, smallest_problems
from advisor.judge.unsure import UnsureSubject, counted_tests, unsure_subjects

__all__ = [
    "KPIS",
    "OUTCOMES",
    "RELATIVE",
    "Ends",
    "Engine",
    "Graded",
    "Grader",
    "Judgement",
    "KpiValue",
    "Match",
    "MatchedRows",
    "Outcome",
    "RuleEvaluation",
    "SmallestProblem",
    "SmallestProblems",
    "UnsureSubject",
    "change",
    "choose",
    "counted_tests",
    "engine_in_use",
    "failure",
    "install_engine",
    "judge",
    "kpi_values",
    "kpis_frame",
    "matched_rows",
    "measured_rows",
    "notice",
    "open_shares",
    "outcome_counts",
    "related_column",
    "rule_metrics",
    "smallest_problems",
    "split_subject_id",
    "subject_id",
    "truth_column",
    "unsure_subjects",
]
