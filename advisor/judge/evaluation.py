"""One rule on the subjects of one kind: what it came to, and what the engine is told."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import attrs
import polars as pl

from advisor.judge.engine.program import After, Clause, Join, Pattern
from advisor.judge.grade import Graded, truth_column
from advisor.model import Conditions, Quantifier, Related, Rule, Truth


@attrs.define(eq=False, slots=False)
class Hearing:
    """One rule on one kind: its rows with `code` and `unless`."""

    rule: Rule
    kind: str
    graded: Graded
    frame: pl.DataFrame
    whens: Mapping[Related, str]
    blocks: Mapping[Related, str]
    measured_as: str | None

    @property
    def prefix(self) -> str:
        """Begins the ids of its subjects; pooled ones are the rule's own."""
        return self.kind if self.measured_as is None else f"{self.kind}<{self.rule.id}"

    @property
    def label(self) -> str:
        """The kind that its facts carry."""
        return self.prefix

    @cached_property
    def rows(self) -> list[int]:
        """The rows on which the rule can fire."""
        return (self.frame["code"] == int(Truth.TRUE)).arg_true().to_list()

    @cached_property
    def called(self) -> list[str]:
        """What the engine calls the subjects of `rows`."""
        return self.names(self.rows)

    def names(self, rows: Sequence[int]) -> list[str]:
        """What the engine calls the subjects of *rows*."""
        if not rows:
            return []
        some = self.frame[["shop", "key"]][rows]
        return [f"{self.prefix}|{shop}|{key}" for shop, key in some.iter_rows()]

    def open(self) -> pl.DataFrame:
        """The subjects that could not tell, and may yet fire, with all that was measured."""
        may_fire = self.frame["unless"] != int(Truth.TRUE)
        unsure = (self.frame["code"] == int(Truth.UNSURE)) & may_fire
        frame = self.graded.frame
        return frame.filter(unsure) if unsure.any() else frame.clear()

    def symbols(self) -> set[str]:
        """The columns whose truth its facts carry."""
        wholes = {
            column
            for related, column in {**self.whens, **self.blocks}.items()
            if related.quantifier is not Quantifier.ANY
        }
        return wholes | {truth_column(test) for test in self.rule.own_tests()}

    def clauses(self) -> list[Clause]:
        """What it takes to fire and to be blocked; alternatives are clauses of their own."""
        found = self._of("fires", self.rule.when, self.whens)
        if self.rule.unless:
            found += self._of("blocked", self.rule.unless, self.blocks)
        return found

    def _of(
        self, head: str, conditions: Conditions, columns: Mapping[Related, str]
    ) -> list[Clause]:
        always = [truth_column(t) for t in conditions.tests]
        always += [c for r, c in columns.items() if r.quantifier is not Quantifier.ANY]
        joins = tuple(
            Join(r.relation, Pattern(r.kind, frozenset(truth_column(t) for t in r.tests)))
            for r in columns
            if r.quantifier is Quantifier.ANY
        )
        after: tuple[After, ...] = ()
        if head == "fires" and self.rule.after is not None:
            over = self.rule.after.over
            after = tuple(After(rule, over) for rule in self.rule.after.findings)
        return [
            Clause(
                head=head,
                rule=self.rule.id,
                subject=Pattern(self.label, frozenset(always) | {truth_column(t) for t in branch}),
                joins=joins,
                after=after,
            )
            for branch in conditions.alternatives or ((),)
        ]
