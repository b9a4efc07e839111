"""On which kind of subject a rule is judged."""

from collections.abc import Mapping

from advisor.judge.grade import Grader
from advisor.metrics import Measured
from advisor.model import Rule


def rung(rule: Rule, measured: Mapping[str, Measured], grader: Grader) -> str | None:
    """The finest kind that *rule* can be judged on: the first of those that may stand for its own
    whose rows have every metric it asks for, else the one that has most of them."""
    names = {test.name for test in rule.when.own()}
    best: tuple[int, str] | None = None
    linked = rule.when.related or rule.unless.related or (rule.after and rule.after.over)
    # Relations lead away from the rule's own kind, and from no other.
    rungs = (rule.subject,) if linked else grader.vocabulary.stand_ins(rule.subject)
    for kind in rungs:
        if kind not in measured:
            continue
        columns = measured[kind].frame.columns
        have = sum(f"{name}.lo" in columns or name in columns for name in names)
        if have == len(names):
            return kind
        if best is None or have > best[0]:
            best = (have, kind)
    if best is None or (best[0] == 0 and best[1] != rule.subject):
        return None
    return best[1]
