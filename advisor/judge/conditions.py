"""The truth of a rule's conditions on every subject of a kind, as expressions of truth columns."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import attrs
import polars as pl

from advisor.judge.evaluation import RuleEvaluation
from advisor.judge.outcome import OUTCOME_ROWS, Outcome
from advisor.judge.question import setting_column, truth_column
from advisor.judge.relations import Relations, related_column
from advisor.metrics import OVER
from advisor.model import Conditions, Test, Truth, frozen

_MIN, _MAX = pl.min_horizontal, pl.max_horizontal
_MISSING, _TRUE = int(Truth.MISSING), int(Truth.TRUE)


@frozen(eq=False)
class Earlier:
    """The outcomes of the strata before, by rule: a rule may come after a finding."""

    outcomes: Mapping[str, Sequence[tuple[RuleEvaluation, pl.DataFrame]]]

    def of(self, finding: str) -> Sequence[tuple[RuleEvaluation, pl.DataFrame]]:
        return self.outcomes.get(finding, ())


@frozen(eq=False)
class ConditionEvaluator:
    """Evaluates rules: *kinds* and *rules* are all there are, *lost* the metrics and symbols that a
    plugin failed to compute, *stronger* the rule that holds where another's `unless` is true."""

    relations: Relations
    earlier: Earlier
    kinds: pl.Enum
    rules: pl.Enum
    lost: Collection[str] = ()
    stronger: Mapping[str, str] = attrs.field(factory=dict)

    def evaluate(self, evaluations: Sequence[RuleEvaluation]) -> pl.DataFrame:
        """The rows of all *evaluations*, one after another: see Judgement.outcomes."""
        by_frame: dict[int, list[RuleEvaluation]] = {}
        for one in evaluations:
            by_frame.setdefault(id(one.graded), []).append(one)
        parts: dict[int, pl.LazyFrame] = {}
        false, row = pl.lit(value=False), pl.int_range(pl.len(), dtype=pl.UInt32).alias("row")
        for several in by_frame.values():
            frame = self._with_findings(several)
            columns = frozenset(frame.columns)
            lazy = frame.lazy()
            for one in several:
                truth, blocked, failed, known = self._expressions(one, columns)
                asked = _asked(one.rule.unless, columns) & (truth == _TRUE)
                if one.rule.id not in self.stronger:  # a question, and nothing to do
                    known = known & ~asked
                    truth = pl.when(asked).then(_MISSING).otherwise(truth)
                if OVER in columns:  # nothing is said of it, whatever would be true
                    over = pl.col(OVER).is_not_null()
                    truth = pl.when(over).then(_MISSING).otherwise(truth)
                    known = known & ~over
                else:
                    over = false
                parts[one.number] = lazy.select(
                    "shop",
                    "key",
                    truth.cast(pl.UInt8).alias("truth"),
                    blocked.cast(pl.UInt8).alias("blocked"),
                    failed.alias("failed"),
                    known.alias("known"),
                    asked.alias("asked"),
                    over.alias("over"),
                    row,
                )
        truth = pl.col("truth")
        # Without the engine's word nothing fires, however true.
        outcome = (
            pl.when("over")
            .then(int(Outcome.NOT_APPLICABLE))
            .when(truth == _TRUE)
            .then(int(Outcome.CLEAR))
            .when((truth == _MISSING) & pl.col("failed"))
            .then(int(Outcome.ERROR))
            .otherwise(truth)
        )
        named = self._named([one for one in evaluations if one.height])
        ordered = pl.concat([parts[one.number] for one in evaluations])
        return (
            pl.concat([named, ordered], how="horizontal")
            .with_columns(outcome=outcome.cast(pl.UInt8))
            .select(*OUTCOME_ROWS)
            # Nothing stands twice in it, and an optimizer that looks takes longer than the work.
            .collect(engine="in-memory", optimizations=pl.QueryOptFlags.none())
        )

    def _named(self, evaluations: Sequence[RuleEvaluation]) -> pl.LazyFrame:
        """The kind, the rule and the number of the evaluation of each row."""
        schema: dict[str, Any] = {"kind": self.kinds, "rule": self.rules, "evaluation": pl.UInt32}
        named = [(one.kind, one.rule.id, one.number) for one in evaluations]
        rows = pl.Series([one.height for one in evaluations], dtype=pl.UInt32)
        return pl.LazyFrame(named, schema, orient="row").select(pl.all().repeat_by(rows).explode())

    def _expressions(
        self, evaluation: RuleEvaluation, columns: Collection[str]
    ) -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
        """Truth, truth of `unless`, whether something failed that it waits for, and whether what is
        clear was seen to be: every condition had data (one that is false hides others that are
        missing), and none that the action would end is true."""
        rule = evaluation.rule
        parts = _parts(rule.when)
        failed = [
            pl.col(truth_column(test)) == _MISSING
            for test in rule.when.own()
            if test.name in self.lost
        ]
        if rule.after is not None:
            for finding in rule.after.findings:
                column = after_column(finding, rule.after.over)
                parts.append(pl.col(column) if column in columns else pl.lit(_MISSING, pl.UInt8))
                if column in columns:
                    failed.append(pl.col(_error(column)))
        for need in rule.needs:
            there = f"{need}.lo" in columns
            known = pl.col(f"{need}.lo").is_not_null() if there else pl.lit(value=False)
            parts.append(pl.when(known).then(_TRUE).otherwise(_MISSING).cast(pl.UInt8))
        failed += [
            pl.col(related_column(related)) == _MISSING
            for related in rule.when.related
            if any(test.name in self.lost for test in related.tests)
        ]
        truth = _all(parts)
        known = pl.all_horizontal(part != _MISSING for part in parts or [truth])
        symptom = {name for action in rule.actions for name in action.done}
        for test in rule.when.own():
            # What the action would end is there, for another reason.
            if test.name in symptom and not test.earlier:
                known = known & (pl.col(truth_column(test)) != _TRUE)
        blocked = truth_of(rule.unless) if rule.unless else pl.lit(int(Truth.FALSE), pl.UInt8)
        waits = pl.any_horizontal(failed) if failed else pl.lit(value=False)
        return truth, blocked, waits, known

    def _with_findings(self, evaluations: Sequence[RuleEvaluation]) -> pl.DataFrame:
        """The graded frame, with a truth column for each finding that a rule comes after."""
        first = evaluations[0]
        asked = {
            (finding, one.rule.after.over): None
            for one in evaluations
            if one.rule.after is not None
            for finding in one.rule.after.findings
        }
        frame = first.graded.frame
        known = {
            after_column(finding, over): self._findings(finding, first.kind, over)
            for finding, over in asked
        }
        if not any(known.values()):
            return frame
        lazy = frame.lazy()
        for column, parts in known.items():
            if parts:
                ends = pl.concat(parts).group_by("shop", "key")
                findings = ends.agg(
                    pl.col("truth").max().alias(column), pl.col("error").max().alias(_error(column))
                )
                lazy = lazy.join(
                    findings, on=["shop", "key"], how="left", maintain_order="left"
                ).with_columns(
                    pl.col(column).fill_null(int(Truth.FALSE)),
                    pl.col(_error(column)).fill_null(value=False),
                )
        return lazy.collect(engine="in-memory")

    def _findings(self, finding: str, kind: str, over: str | None) -> list[pl.LazyFrame]:
        """How the rule *finding* ended on subjects of *kind*, or on those that *over* leads to."""
        # The codes of outcomes are those of truths; what failed is not known.
        error = pl.col("outcome") == int(Outcome.ERROR)
        ended = pl.col("outcome") == int(Outcome.NOT_APPLICABLE)
        truth = (
            pl.when(error)
            .then(_MISSING)
            .when(ended)
            .then(int(Truth.FALSE))
            .otherwise("outcome")
            .cast(pl.UInt8)
        )
        parts: list[pl.LazyFrame] = []
        for evaluation, outcomes in self.earlier.of(finding):
            known = outcomes.lazy().select(
                "shop", "key", truth.alias("truth"), error.alias("error")
            )
            if over is None:
                parts += [known] if evaluation.kind == kind else []
                continue
            pairs = self.relations.pairs(over, kind, evaluation.kind)
            if pairs is not None:
                there = pairs.lazy().join(
                    known, left_on=["shop", "to"], right_on=["shop", "key"], how="inner"
                )
                parts.append(there.select("shop", pl.col("from").alias("key"), "truth", "error"))
        return parts


def truth_of(conditions: Conditions) -> pl.Expr:
    """All of the tests, one of the alternatives, and all of the questions over relations."""
    return _all(_parts(conditions))


def _asked(unless: Conditions, columns: Collection[str]) -> pl.Expr:
    """Whether *unless* is true for some value of a setting that the shop does not state."""
    if not any(setting_column(test) in columns for test in unless.own()):
        return pl.lit(value=False)
    perhaps = {
        test: pl.when(setting_column(test)).then(_TRUE).otherwise(truth_column(test))
        for test in unless.own()
        if setting_column(test) in columns
    }
    return (_all(_parts(unless)) != _TRUE) & (_all(_parts(unless, perhaps)) == _TRUE)


def _all(parts: Sequence[pl.Expr]) -> pl.Expr:
    if not parts:
        return pl.lit(_TRUE, pl.UInt8)
    return _MIN(*parts) if len(parts) > 1 else parts[0]


def _parts(conditions: Conditions, instead: Mapping[Test, pl.Expr] | None = None) -> list[pl.Expr]:
    """The truths of *conditions*; of some tests those that stand *instead*."""
    known = instead or {}

    def truth(test: Test) -> pl.Expr:
        return known.get(test, pl.col(truth_column(test)))

    parts = [truth(test) for test in conditions.tests]
    if conditions.alternatives:
        branches = (_MIN(*(truth(test) for test in branch)) for branch in conditions.alternatives)
        parts.append(_MAX(*branches))
    parts += [pl.col(related_column(related)) for related in conditions.related]
    return parts


def after_column(finding: str, over: str | None) -> str:
    """The name of the truth column of a finding that rules come after."""
    return f"__after {finding} {over or 'itself'}"


def _error(column: str) -> str:
    return f"{column} failed"
