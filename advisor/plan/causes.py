"""Causes before symptoms: which findings stand behind which."""

from collections.abc import Sequence

from advisor.plan.findings import PricedFinding


def causes(findings: Sequence[PricedFinding]) -> list[frozenset[str]]:
    """For each finding the rules that explain it, those that explain these, and so on."""
    at = {(f.rule.id, f.subject): f.explained_by for f in findings}
    anywhere: dict[str, set[str]] = {}
    for f in findings:
        anywhere.setdefault(f.rule.id, set()).update(f.explained_by)

    def of(finding: PricedFinding) -> frozenset[str]:
        known: set[str] = set()
        todo = list(finding.explained_by)
        while todo:
            cause = todo.pop()
            if cause not in known:
                known.add(cause)
                here = at.get((cause, finding.subject))
                todo += anywhere.get(cause, ()) if here is None else here
        return frozenset(known)

    nothing: frozenset[str] = frozenset()
    return [of(finding) if finding.explained_by else nothing for finding in findings]
