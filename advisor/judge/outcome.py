"""How rules ended: one frame of outcomes, and the matches that became findings."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from functools import cached_property

import attrs
import polars as pl

from advisor.judge.evaluation import RuleEvaluation
from advisor.judge.grade import Graded
from advisor.judge.relations import Relations
from advisor.metrics import Measured, shop_spans
from advisor.model import Conditions, Rule, Truth, frozen
from advisor.stats import partitions

OUTCOME_ROWS = {
    "shop": pl.String,
    "kind": pl.String,
    "key": pl.String,
    "rule": pl.String,
    "truth": pl.UInt8,
    "blocked": pl.UInt8,
    "failed": pl.Boolean,
    "evaluation": pl.UInt32,
    "row": pl.UInt32,
    "known": pl.Boolean,
    "asked": pl.Boolean,
    "outcome": pl.UInt8,
}


class Outcome(IntEnum):
    """How a rule ended for one subject. MISSING is for lack of data; ERROR where it could not be
    judged because something failed; NOT_APPLICABLE where the subject is over."""

    CLEAR = 0
    MISSING = 1
    UNSURE = 2
    FIRES = 3
    NOT_APPLICABLE = 4
    ERROR = 5


@frozen
class Ends:
    """How many *subjects* of an evaluation a shop has; how many of them are *missing* data, how
    many *failed*, and how many of those missing wait for a setting that is *asked* for."""

    subjects: int
    missing: int
    failed: int
    asked: int


@frozen
class Match:
    """A rule that fires on a subject. *row* is its row in the graded frame of *evaluation*,
    *partners* are the ids of the subjects that its joins were met by. *stronger* is the rule that
    holds instead for some value of a setting that the shop does not state."""

    evaluation: RuleEvaluation = attrs.field(eq=False)
    row: int
    shop: str
    key: str
    p: float
    unchecked: tuple[str, ...]
    partners: tuple[str, ...]
    explained_by: tuple[str, ...] = ()
    stronger: str | None = None

    @property
    def rule(self) -> Rule:
        return self.evaluation.rule

    @property
    def kind(self) -> str:
        return self.evaluation.kind


@frozen(eq=False)
class Judgement:
    """All that the rules came to.

    *outcomes* has a row for each rule and each subject that it was judged on: `shop`, `kind`,
    `key`, `rule`; `truth` of the conditions, `blocked` (truth of `unless`), `failed` (something
    that it waits for failed), `known` (every condition had data, and what the action would end is
    not there), `asked` (whether `unless` is true depends on a setting that the shop does not
    state), `outcome`; and `evaluation` and
    `row`, its place. *relations* say which subjects belong together, and have the truth of every
    test on them. *lost* are metrics and symbols that a plugin failed to compute, with why.
    """

    evaluations: tuple[RuleEvaluation, ...]
    outcomes: pl.DataFrame
    matches: tuple[Match, ...]
    relations: Relations
    lost: Mapping[str, str] = attrs.field(factory=dict)

    def of_shop(self, shop: str, measured: Mapping[str, Measured]) -> "Judgement":
        """What one shop of the block has of it; *measured* has its subjects by kind.

        The subjects of a shop stand together in every graded frame, so that its part is a slice.
        """
        spans, outcomes = self._spans, self._outcomes.get((shop,))
        matches = self._matches.get(shop, ())
        graded: dict[int, Graded] = {}
        evaluations: dict[int, RuleEvaluation] = {}
        start = 0
        for one in sorted(self.evaluations, key=lambda evaluation: evaluation.start):
            place = id(one.graded)
            if shop not in spans[place]:
                continue
            if place not in graded:
                pooled = one.measured_as is not None
                graded[place] = _of_span(one.graded, spans[place][shop], measured, pooled=pooled)
            evaluations[one.number] = attrs.evolve(one, start=start, graded=graded[place])
            start += graded[place].frame.height
        own = tuple(
            attrs.evolve(
                match,
                evaluation=evaluations[match.evaluation.number],
                row=match.row - spans[id(match.evaluation.graded)][shop][0],
            )
            for match in matches
        )
        relations = attrs.evolve(
            self.relations,
            graded={
                kind: graded.get(id(one))
                or _of_span(one, spans[id(one)][shop], measured, pooled=False)
                for kind, one in self.relations.graded.items()
                if shop in spans[id(one)]
            },
        )
        ordered = [one.number for one in self.evaluations if one.number in evaluations]
        rows = self.outcomes.clear() if outcomes is None else outcomes
        chosen = tuple(evaluations[number] for number in ordered)
        return Judgement(chosen, rows, own, relations, self.lost)

    def of_rule(self, rule_id: str) -> tuple[RuleEvaluation, ...]:
        """The evaluations of a rule: on its kind, then on the kinds above, pooled."""
        return tuple(one for one in self.evaluations if one.rule.id == rule_id)

    def outcomes_of(self, evaluation: RuleEvaluation) -> pl.DataFrame:
        """The outcomes of one evaluation, in the order of its graded frame."""
        return self.outcomes.slice(evaluation.start, evaluation.height)

    @cached_property
    def _spans(self) -> Mapping[int, Mapping[str, tuple[int, int]]]:
        """Where the rows of each shop are in every graded frame."""
        frames = (*(one.graded for one in self.evaluations), *self.relations.graded.values())
        return {place: shop_spans(one.frame) for place, one in {id(f): f for f in frames}.items()}

    @cached_property
    def _outcomes(self) -> Mapping[tuple[object, ...], pl.DataFrame]:
        row = pl.int_range(pl.len(), dtype=pl.UInt32).over("shop", "evaluation").alias("row")
        return partitions(self.outcomes.with_columns(row), ["shop"])

    @cached_property
    def _matches(self) -> Mapping[str, Sequence[Match]]:
        matches: dict[str, list[Match]] = {}
        for match in self.matches:
            matches.setdefault(match.shop, []).append(match)
        return matches

    @cached_property
    def ends(self) -> Mapping[tuple[str, int], Ends]:
        """How the subjects of a shop ended, by shop and number of the evaluation."""
        missing = pl.col("outcome") == int(Outcome.MISSING)
        counted = (
            self.outcomes.lazy()
            .group_by("shop", "evaluation")
            .agg(
                pl.len().alias("subjects"),
                missing.sum().alias("missing"),
                (pl.col("outcome") == int(Outcome.ERROR)).sum().alias("failed"),
                (missing & pl.col("asked")).sum().alias("asked"),
            )
            .collect(engine="in-memory")
        )
        return {(shop, number): Ends(*many) for shop, number, *many in counted.iter_rows()}

    def decided(self) -> Mapping[str, Mapping[tuple[str, str], int]]:
        """By shop, on how many subjects of a kind each rule fires or is clear: by rule and kind."""
        rules = {o.number: (o.rule.id, o.kind) for o in self.evaluations if o.measured_as is None}
        ends = pl.col("outcome").is_in([int(Outcome.FIRES), int(Outcome.CLEAR)])
        counted = self.outcomes.lazy().filter(ends & pl.col("evaluation").is_in(list(rules)))
        found: dict[str, dict[tuple[str, str], int]] = {}
        for shop, number, many in (
            counted.group_by("shop", "evaluation").len().collect(engine="in-memory").iter_rows()
        ):
            found.setdefault(shop, {})[rules[number]] = many
        return found

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


def _of_span(
    graded: Graded, span: tuple[int, int], measured: Mapping[str, Measured], *, pooled: bool
) -> Graded:
    """The rows of one shop of a graded frame, of subjects as they are or *pooled*."""
    own = measured[graded.measured.kind]
    if pooled:
        frame = graded.measured.frame.slice(*span).rechunk()
        own = attrs.evolve(graded.measured, frame=frame, source=own.source)
    # In one piece: the last digits of what is summed later depend on where pieces end.
    return Graded(own, graded.frame.slice(*span).rechunk())


def unchecked(conditions: Conditions) -> tuple[str, ...]:
    """What would have kept a rule from firing, had it been known: its `unless`, in words."""
    own = tuple(str(test) for test in conditions.own())
    return own + tuple(
        f"{related.kind}: {' and '.join(str(test) for test in related.tests)}"
        for related in conditions.related
    )


def stronger(rules: Sequence[Rule]) -> Mapping[str, str]:
    """For each rule the one that asks for the same and for what keeps it from firing: with `unless
    cpc = high`, the first that fires where the CPC is high."""
    found: dict[str, str] = {}
    for rule in rules:
        unless = rule.unless
        if unless.related or bool(unless.tests) == bool(unless.alternatives):
            continue
        for branch in unless.alternatives or (unless.tests,):
            wanted = {*rule.when.tests, *branch}
            for other in rules:
                if other.subject == rule.subject and wanted == set(other.when.tests):
                    found.setdefault(rule.id, other.id)
    return found


def matches_of(
    fired: pl.DataFrame,
    evaluations: Mapping[int, RuleEvaluation],
    stronger: Mapping[str, str],
) -> Sequence[Match]:
    """Rows that fire (`evaluation`, `row`, `shop`, `key`, `blocked`, `asked`, `p`, `partners`) as
    matches; *evaluations* by number."""
    open_ = {int(Truth.MISSING), int(Truth.UNSURE)}
    words = {number: unchecked(one.rule.unless) for number, one in evaluations.items()}
    columns = ("evaluation", "row", "shop", "key", "blocked", "asked", "p", "partners")
    return [
        Match(
            evaluation=evaluations[number],
            row=row,
            shop=shop,
            key=key,
            p=p,
            unchecked=words[number] if blocked in open_ else (),
            partners=tuple(partners or ()),
            stronger=stronger.get(evaluations[number].rule.id) if asked else None,
        )
        for number, row, shop, key, blocked, asked, p, partners in fired[list(columns)].iter_rows()
    ]
