"""Why a case ended as it did: the tree of the rule's conditions with the measured values."""

from advisor.explain import explain, subjects, tree
from advisor.model import Rule
from advisor.testing.case_runner import CaseRunner, place_of
from advisor.testing.cases import Case


def case_tree(runner: CaseRunner, rule: Rule, case: Case) -> tuple[str, ...]:
    """The tree of *rule* on the subject of *case*, as lines; one line where it rests or was
    not judged."""
    resting = runner.resting(rule, case)
    if resting:
        return (f"the rule is inactive: {resting}",)
    diagnosis = runner.diagnose(rule, case)
    kind, key = place_of(rule, case)
    if (kind, key) not in {(one.kind, one.key) for one in subjects(diagnosis, rule.id)}:
        return (f"the rule was not judged on a {kind} with these counts",)
    explained = explain(diagnosis, rule.id, key)
    return tuple(line for one in explained if one.kind == kind for line in tree(one))
