"""The contract in plain Python: the oracle of the tests, and the engine where there is no other."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from itertools import product

from advisor.judge.engine.program import (
    After,
    Clause,
    Derivation,
    FindingFact,
    LinkFact,
    Pattern,
    SubjectFact,
)


class ReferenceEngine:
    """Finds every derivation with sets and dictionaries alone."""

    name = "reference"

    def __init__(self) -> None:
        try:
            self.version = installed("shop-advisor")
        except PackageNotFoundError:
            self.version = "source"

    def derive(
        self,
        clauses: Sequence[Clause],
        subjects: Iterable[SubjectFact],
        links: Iterable[LinkFact] = (),
        findings: Iterable[FindingFact] = (),
    ) -> frozenset[Derivation]:
        """See `Engine.derive`."""
        facts = _Facts(subjects, links, findings)
        return frozenset(
            Derivation(clause.head, clause.rule, subject, partners)
            for clause in set(clauses)
            for subject in facts.matching(clause.subject)
            if all(facts.comes_after(subject, after) for after in clause.after)
            for partners in product(
                *(facts.partners(subject, join.relation, join.pattern) for join in clause.joins)
            )
        )


class _Facts:
    """The facts of one call, indexed by what clauses ask of them."""

    def __init__(
        self,
        subjects: Iterable[SubjectFact],
        links: Iterable[LinkFact],
        findings: Iterable[FindingFact],
    ) -> None:
        self._of_kind: dict[str, set[SubjectFact]] = defaultdict(set)
        for fact in subjects:
            self._of_kind[fact.kind].add(fact)
        self._targets: dict[tuple[str, str], set[str]] = defaultdict(set)
        for link in links:
            self._targets[link.relation, link.source].add(link.target)
        self._findings = {(finding.rule, finding.subject) for finding in findings}
        self._matching: dict[Pattern, frozenset[str]] = {}

    def matching(self, pattern: Pattern) -> frozenset[str]:
        """The subjects that *pattern* describes."""
        found = self._matching.get(pattern)
        if found is None:
            of_kind = self._of_kind.get(pattern.kind, set())
            found = frozenset(fact.subject for fact in of_kind if pattern.true <= fact.true)
            self._matching[pattern] = found
        return found

    def partners(self, subject: str, relation: str, pattern: Pattern) -> frozenset[str]:
        """The subjects that *subject* is linked to and *pattern* describes."""
        return self.matching(pattern) & self._linked(subject, relation)

    def comes_after(self, subject: str, after: After) -> bool:
        """Whether the finding that *after* asks for is there."""
        where = {subject} if after.relation is None else self._linked(subject, after.relation)
        return any((after.rule, other) in self._findings for other in where)

    def _linked(self, subject: str, relation: str) -> set[str]:
        return self._targets.get((relation, subject), set())
