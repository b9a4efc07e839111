"""One rule on the subjects of one kind, and the clauses that the engine is given for it."""

from collections.abc import Iterable

from advisor.judge.engine.program import After, Clause, Join, Pattern
from advisor.judge.grade import Graded
from advisor.judge.question import truth_column
from advisor.judge.relations import related_column, subject_id
from advisor.model import Conditions, Related, Rule, frozen


@frozen(eq=False)
class RuleEvaluation:
    """One rule on the subjects of one kind: all rows of *graded*.

    Its outcomes are the rows of the outcomes frame from *start*, in the same order; *number* is its
    own in that frame. *kind* is what the subjects are; *measured_as* the finer kind whose subjects
    were pooled, where they were.
    """

    number: int
    start: int
    rule: Rule
    kind: str
    graded: Graded
    measured_as: str | None = None

    @property
    def height(self) -> int:
        return self.graded.frame.height

    @property
    def kind_id(self) -> str:
        """The kind that its facts carry, and the begin of its subjects' ids; pooled ones are the
        rule's own."""
        return self.kind if self.measured_as is None else f"{self.kind}<{self.rule.id}"

    def subject_ids(self, subjects: Iterable[tuple[str, str]]) -> list[str]:
        """The engine's ids of *subjects*, pairs of shop and key."""
        return [subject_id(self.kind_id, shop, key) for shop, key in subjects]

    @property
    def linked(self) -> bool:
        """Whether the engine has to follow links or findings from its subjects."""
        return self.rule.after is not None or any(related.joins for related in self.related())

    def related(self) -> tuple[Related, ...]:
        """Every question over a relation."""
        return (*self.rule.when.related, *self.rule.unless.related)

    def symbols(self) -> list[str]:
        """The columns whose truth its facts carry."""
        return list(
            dict.fromkeys(
                (
                    *(truth_column(test) for test in self.rule.own_tests()),
                    *(related_column(related) for related in self.related() if not related.joins),
                )
            )
        )

    def clauses(self) -> list[Clause]:
        """The clauses for firing and for being blocked; alternatives are clauses of their own."""
        clauses = self._clauses("fires", self.rule.when)
        if self.rule.unless:
            clauses += self._clauses("blocked", self.rule.unless)
        return clauses

    def _clauses(self, head: str, conditions: Conditions) -> list[Clause]:
        always = {truth_column(test) for test in conditions.tests}
        always |= {related_column(related) for related in conditions.related if not related.joins}
        joins = tuple(
            Join(
                related.relation,
                Pattern(related.kind, frozenset(truth_column(test) for test in related.tests)),
            )
            for related in conditions.related
            if related.joins
        )
        after: tuple[After, ...] = ()
        if head == "fires" and self.rule.after is not None:
            over = self.rule.after.over
            after = tuple(After(rule, over) for rule in self.rule.after.findings)
        return [
            Clause(
                head=head,
                rule=self.rule.id,
                subject=Pattern(
                    self.kind_id, frozenset(always | {truth_column(test) for test in branch})
                ),
                joins=joins,
                after=after,
            )
            for branch in conditions.alternatives or ((),)
        ]
