"""What each condition of a rule came to, on every subject of the kind that it is judged on."""

from collections.abc import Collection, Mapping, Sequence

import attrs
import polars as pl

from advisor.judge.evaluation import Hearing
from advisor.judge.grade import Graded, Grader, truth_column
from advisor.judge.outcome import Outcome, Verdicts
from advisor.judge.relations import Relations
from advisor.judge.rungs import rung
from advisor.metrics import SIDES, Measured, held_column, metric_of, pool, unpooled
from advisor.model import Conditions, MetricKind, Quantifier, Related, Rule, Truth

_MIN, _MAX = pl.min_horizontal, pl.max_horizontal


@attrs.frozen(eq=False)
class Examiner:
    """Hears rules. *verdicts* are those of the strata before: a rule may come after a finding.
    *lost* are metrics and symbols that a plugin failed to compute, *failed* rules that raised."""

    measured: Mapping[str, Measured]
    graded: Mapping[str, Graded]
    relations: Relations
    grader: Grader
    verdicts: Sequence[Verdicts]
    lost: Collection[str] = ()
    failed: Collection[str] = ()

    def hear(self, rule: Rule) -> list[Hearing]:
        kind = rung(rule, self.measured, self.grader)
        if kind is None:
            return []
        graded = self.graded[kind]
        first = self._hearing(rule, kind, graded, None)
        hearings = [first]
        if rule.when.related or rule.unless.related or rule.after or self._of_one(rule):
            return hearings
        subjects = self.grader.vocabulary.subjects
        waiting = first.open()
        for parent in self.grader.vocabulary.ladder(kind)[1:]:
            known = f"parent.{parent}" in waiting.columns or subjects[parent].parent is None
            if not known or waiting.height < 2:
                continue
            pooled = self._pool(rule, kind, waiting, parent)
            if pooled is None:
                continue
            hearings.append(self._hearing(rule, parent, pooled, kind))
            left = [unpooled(waiting, parent), hearings[-1].open()]
            waiting = pl.concat(left, how="diagonal_relaxed")
        return hearings

    def _of_one(self, rule: Rule) -> bool:
        """Whether *rule* asks for the level of a total: that of several is not one's."""
        return any(
            self.grader.by_chance(test)
            and test.trend is None
            and metric_of(test.name, self.grader.vocabulary).kind is MetricKind.EXACT
            for test in rule.when.own()
        )

    def _pool(self, rule: Rule, kind: str, unsure: pl.DataFrame, parent: str) -> Graded | None:
        columns = unsure.columns
        metrics = {}
        for test in rule.own_tests():
            for name in (test.name, f"{test.name}.before"):
                if f"{name}.x" in columns:
                    metrics[name] = metric_of(test.name, self.grader.vocabulary)
        for name in self._beside(rule, kind):  # bands and prices may depend on another metric
            if f"{name}.x" in columns:
                metrics[name] = metric_of(name, self.grader.vocabulary)
        unsure = self._held(rule, kind, unsure)
        title = f"{{}} {self.grader.vocabulary.subjects[kind].plural} of one {parent} together"
        frame = pool(unsure, parent, title, metrics)
        if frame.height == 0:
            return None
        names = frozenset(n for n in metrics if not n.endswith(".before"))
        source = self.measured[kind].source
        return self.grader.grade(Measured(kind, frame, names, source), rule.own_tests())

    def _held(self, rule: Rule, kind: str, frame: pl.DataFrame) -> pl.DataFrame:
        """*frame* with the edges that each subject was held to, where these depend on it."""
        columns: list[pl.Expr] = []
        for name in {
            test.name for test in rule.own_tests()
        } - self.grader.vocabulary.symbols.keys():
            if self.grader.depends_on(name, kind):
                edges = self.grader.held_to(name, kind, frame)
                sides = zip(edges, SIDES, strict=True)
                columns += [edge.alias(held_column(name, side)) for edge, side in sides]
        return frame.with_columns(columns) if columns else frame

    def _beside(self, rule: Rule, kind: str) -> set[str]:
        names = {name for action in rule.actions for name in action.done}
        for name in {test.name for test in rule.own_tests()} | names:
            if name in self.grader.vocabulary.symbols:
                continue
            names |= self.grader.depends_on(name, kind)
            money = metric_of(name, self.grader.vocabulary).money
            names |= {money} if money else set()
        return names

    def _hearing(self, rule: Rule, kind: str, graded: Graded, measured_as: str | None) -> Hearing:
        frame = _narrow(rule, graded.frame)
        code = self._code(rule.when)
        lacks = [truth_column(test) for test in rule.when.own() if test.name in self.lost]
        failed = [pl.col(column) == int(Truth.MISSING) for column in lacks]
        if rule.after is not None:
            frame, after, waits = self._after(rule, kind, frame)
            code = _MIN(code, after)
            failed += waits
        for need in rule.needs:
            there = f"{need}.lo" in frame.columns
            known = pl.col(f"{need}.lo").is_not_null() if there else pl.lit(value=False)
            code = _MIN(code, pl.when(known).then(int(Truth.TRUE)).otherwise(int(Truth.MISSING)))
        unless = self._code(rule.unless) if rule.unless else pl.lit(int(Truth.FALSE), pl.UInt8)
        frame, whens = self._with_related(rule, "when", rule.when, frame, kind)
        frame, blocks = self._with_related(rule, "unless", rule.unless, frame, kind)
        if whens:
            code = _MIN(code, *(pl.col(c) for c in whens.values()))
        failed += [
            pl.col(column) == int(Truth.MISSING)
            for related, column in whens.items()
            if any(test.name in self.lost for test in related.tests)
        ]
        if blocks:
            unless = _MIN(unless, *(pl.col(c) for c in blocks.values()))
        frame = frame.with_columns(
            code.cast(pl.UInt8).alias("code"),
            unless.cast(pl.UInt8).alias("unless"),
            pl.any_horizontal(pl.lit(value=False), *failed).alias("failed"),
        )
        return Hearing(rule, kind, graded, frame, whens, blocks, measured_as)

    def _code(self, conditions: Conditions) -> pl.Expr:
        truth = int(Truth.TRUE)
        parts = [pl.col(truth_column(test)) for test in conditions.tests]
        if conditions.alternatives:
            branches = conditions.alternatives
            parts.append(_MAX(*(_MIN(*(pl.col(truth_column(t)) for t in b)) for b in branches)))
        return _MIN(*parts) if parts else pl.lit(truth, pl.UInt8)

    def _with_related(
        self, rule: Rule, part: str, conditions: Conditions, frame: pl.DataFrame, kind: str
    ) -> tuple[pl.DataFrame, dict[Related, str]]:
        """A truth column for each question over a relation."""
        columns: dict[Related, str] = {}
        for i, related in enumerate(conditions.related):
            name = f"?{rule.id}|{part}|{i}"
            columns[related] = name
            pairs = self.relations.pairs(related.relation, kind, related.kind)
            other = self.graded.get(related.kind)
            if pairs is None or other is None:
                frame = frame.with_columns(pl.lit(int(Truth.MISSING), pl.UInt8).alias(name))
                continue
            each = _MIN(*(pl.col(truth_column(t)) for t in related.tests))
            partners = other.frame.select("shop", pl.col("key").alias("to"), each.alias("each"))
            answer = (
                pairs.join(partners, on=["shop", "to"], how="left")
                .with_columns(pl.col("each").fill_null(int(Truth.MISSING)))
                .group_by("shop", "from")
                .agg(_quantified(related.quantifier).cast(pl.UInt8).alias(name))
            )
            frame = frame.join(
                answer,
                left_on=["shop", "key"],
                right_on=["shop", "from"],
                how="left",
                maintain_order="left",  # rows are known by their place in the graded frame
            ).with_columns(pl.col(name).fill_null(int(Truth.MISSING)))
        return frame, columns

    def _after(
        self, rule: Rule, kind: str, frame: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.Expr, list[pl.Expr]]:
        """What is known of the findings that *rule* comes after, as a truth column, and where one
        is not known because something failed."""
        if rule.after is None:
            return frame, pl.lit(int(Truth.TRUE), pl.UInt8), []
        columns: list[str] = []
        failed: list[pl.Expr] = []
        for i, finding in enumerate(rule.after.findings):
            column = f"?{rule.id}|after|{i}"
            columns.append(column)
            told = self._told(finding, kind, rule.after.over, column)
            if not told:
                frame = frame.with_columns(pl.lit(int(Truth.MISSING), pl.UInt8).alias(column))
                failed += [pl.lit(value=True)] if finding in self.failed else []
                continue
            error = f"{column}|error"
            known = pl.concat(told).group_by("shop", "key").agg(pl.col(column, error).max())
            frame = frame.join(
                known, on=["shop", "key"], how="left", maintain_order="left"
            ).with_columns(pl.col(column).fill_null(int(Truth.FALSE)).cast(pl.UInt8))
            failed.append(pl.col(error).fill_null(value=False))
        return frame, _MIN(*(pl.col(c) for c in columns)), failed

    def _told(self, finding: str, kind: str, over: str | None, column: str) -> list[pl.DataFrame]:
        """How the rule *finding* ended on subjects of *kind*, or on those that *over* leads to."""
        # Not applicable is as good as not there; the other codes are the same as a truth's.
        outcome = pl.col("outcome").replace(
            {
                int(Outcome.NOT_APPLICABLE): int(Outcome.CLEAR),
                int(Outcome.ERROR): int(Truth.MISSING),
            }
        )
        error = (pl.col("outcome") == int(Outcome.ERROR)).alias(f"{column}|error")
        found: list[pl.DataFrame] = []
        for verdicts in self.verdicts:
            if verdicts.rule.id != finding:
                continue
            known = verdicts.outcomes.select("shop", "key", outcome.alias(column), error)
            if over is None:
                found += [known] if verdicts.kind == kind else []
                continue
            pairs = self.relations.pairs(over, kind, verdicts.kind)
            if pairs is not None:
                there = pairs.join(
                    known, left_on=["shop", "to"], right_on=["shop", "key"], how="left"
                )
                found.append(
                    there.select("shop", pl.col("from").alias("key"), column, f"{column}|error")
                )
        return found


def _narrow(rule: Rule, frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that *rule* asks for: a step over hundreds of columns costs for all."""
    wanted = ["shop", "key", *(truth_column(test) for test in rule.own_tests())]
    wanted += [f"{need}.lo" for need in rule.needs]
    there = frozenset(frame.columns)
    return frame[[column for column in dict.fromkeys(wanted) if column in there]]


def _quantified(quantifier: Quantifier) -> pl.Expr:
    each = pl.col("each")
    if quantifier is Quantifier.ANY:
        return each.max()
    if quantifier is Quantifier.ALL:
        return each.min()
    most = each.max()
    return (
        pl.when(most == int(Truth.FALSE))
        .then(int(Truth.TRUE))
        .when(most == int(Truth.TRUE))
        .then(int(Truth.FALSE))
        .otherwise(most)
    )
