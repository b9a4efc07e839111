"""From truths to outcomes: each rule ends in one outcome for each subject it applies to.

Columns say how certain each rule is; what fires, joins, chains, blocks and explains is decided by
the rules engine. A subject is kept from the engine only where no rule can fire on it.
"""

from advisor.judge.apart import judge_apart
from advisor.judge.outcome import Firing, Judgement, Outcome, Verdicts
from advisor.judge.rungs import rung
from advisor.judge.sit import judge, tests_for

__all__ = [
    "Firing",
    "Judgement",
    "Outcome",
    "Verdicts",
    "judge",
    "judge_apart",
    "rung",
    "tests_for",
]
