"""How rules ended: one frame of outcomes, and the matches that became findings."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from functools import cached_property

import attrs
import polars as pl

from advisor.judge.evaluation import RuleEvaluation
from advisor.model import Conditions, Rule, Truth


class Outcome(IntEnum):
    """How a rule ended for one subject. MISSING is for lack of data; ERROR where it could not be
    judged because something failed."""

    CLEAR = 0
    MISSING = 1
    UNSURE = 2
    FIRES = 3
    NOT_APPLICABLE = 4
    ERROR = 5


@attrs.frozen
class Match:
    """A rule that fires on a subject. *row* is its row in the graded frame of *evaluation*,
    *partners* are the ids of the subjects that its joins were met by."""

    evaluation: RuleEvaluation = attrs.field(eq=False)
    row: int
    shop: str
    key: str
    p: float
    unchecked: tuple[str, ...]
    partners: tuple[str, ...]
    explained_by: tuple[str, ...] = ()

    @property
    def rule(self) -> Rule:
        return self.evaluation.rule

    @property
    def kind(self) -> str:
        return self.evaluation.kind


@attrs.frozen(eq=False)
class Judgement:
    """All that the rules came to.

    *outcomes* has a row for each rule and each subject that it was judged on: `shop`, `kind`,
    `key`, `rule`; `truth` of the conditions, `blocked` (truth of `unless`), `failed` (something
    that it waits for failed), `outcome`; and `evaluation` and `row`, its place. *lost* are metrics
    and symbols that a plugin failed to compute, with why.
    """

    evaluations: tuple[RuleEvaluation, ...]
    outcomes: pl.DataFrame
    matches: tuple[Match, ...]
    lost: Mapping[str, str] = attrs.field(factory=dict)

    def of_rule(self, rule_id: str) -> tuple[RuleEvaluation, ...]:
        """The evaluations of a rule: on its kind, then on the kinds above, pooled."""
        return tuple(one for one in self.evaluations if one.rule.id == rule_id)

    def outcomes_of(self, evaluation: RuleEvaluation) -> pl.DataFrame:
        """The outcomes of one evaluation, in the order of its graded frame."""
        return self.outcomes.slice(evaluation.start, evaluation.height)

    @cached_property
    def counts(self) -> Mapping[tuple[int, Outcome], int]:
        """How many subjects of each evaluation, by its number, ended how."""
        counted = self.outcomes.group_by("evaluation", "outcome").len()
        return {(number, Outcome(end)): many for number, end, many in counted.iter_rows()}

    def count(self, evaluation: RuleEvaluation, outcome: Outcome) -> int:
        """How many subjects of *evaluation* ended in *outcome*."""
        return self.counts.get((evaluation.number, outcome), 0)

    def why_failed(self, rule: Rule, rules: Mapping[str, Rule]) -> str:
        """What failed, so that *rule* could not be judged; "" where nothing did. *rules* are those
        that it may come after, by id."""
        related = (test for question in rule.when.related for test in question.tests)
        for test in (*rule.own_tests(), *related):
            if test.name in self.lost:
                return self.lost[test.name]
        for finding in rule.after.findings if rule.after else ():
            why = self.why_failed(rules[finding], rules) if finding in rules else ""
            if why:
                return f"it comes after {finding}: {why}"
        return ""


def unchecked(conditions: Conditions) -> tuple[str, ...]:
    """What would have kept a rule from firing, had it been known: its `unless`, in words."""
    own = tuple(str(test) for test in conditions.own())
    return own + tuple(
        f"{related.kind}: {' and '.join(str(test) for test in related.tests)}"
        for related in conditions.related
    )


def matches_of(fired: pl.DataFrame, evaluations: Mapping[int, RuleEvaluation]) -> Sequence[Match]:
    """Rows that fire (`evaluation`, `row`, `shop`, `key`, `blocked`, `p`, `partners`) as matches;
    *evaluations* by number."""
    open_ = {int(Truth.MISSING), int(Truth.UNSURE)}
    words = {number: unchecked(one.rule.unless) for number, one in evaluations.items()}
    columns = ("evaluation", "row", "shop", "key", "blocked", "p", "partners")
    return [
        Match(
            evaluation=evaluations[number],
            row=row,
            shop=shop,
            key=key,
            p=p,
            unchecked=words[number] if blocked in open_ else (),
            partners=tuple(partners or ()),
        )
        for number, row, shop, key, blocked, p, partners in fired[list(columns)].iter_rows()
    ]
