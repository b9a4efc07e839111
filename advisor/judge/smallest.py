"""What would have been too small to see: how far beyond its edge a problem has to lie to be found.

A subject whose metric has the standard error s, of its logarithm, is found to be beyond an edge in
eight of ten cases where it lies exp((1.96 + 0.84) s) times beyond it. Of the subjects of a rule the
median is told; of its conditions, which all have to hold, the one that takes most.
"""

import math
from collections.abc import Container, Mapping, Sequence
from typing import Any

import polars as pl

from advisor.judge.evaluation import RuleEvaluation
from advisor.judge.grade import Grader
from advisor.judge.outcome import Judgement
from advisor.judge.question import RELATIVE, truth_column
from advisor.metrics import metric_of
from advisor.model import Against, Metric, MetricKind, Rule, Test, Varies, Vocabulary, frozen
from advisor.stats import FOUND, Z


@frozen
class SmallestProblem:
    """The smallest problem that *test* finds: *times* beyond its edge, where the value is *low* or
    *high*; both are None for a change."""

    test: Test
    times: float
    low: float | None = None
    high: float | None = None


@frozen(eq=False)
class SmallestProblems:
    """The smallest problems that the rules of a judgement would have found: *of_tests* by rule and
    kind, then by shop."""

    rules: Mapping[tuple[str, str], Rule]
    of_tests: Mapping[tuple[str, str], Mapping[str, Mapping[Test, SmallestProblem]]]

    def of(self, shop: str, rule: str, kind: str) -> SmallestProblem | None:
        """That of a rule in a shop; None where nothing tells."""
        of_tests = self.of_tests.get((rule, kind), {}).get(shop, {})
        own = [
            of_tests[test]
            for test in (self.rules[rule, kind].when.tests if of_tests else ())
            if test in of_tests
        ]
        return max(own, key=lambda one: one.times, default=None)


def smallest_problems(
    judgement: Judgement, wanted: Container[tuple[str, str]], grader: Grader
) -> SmallestProblems:
    """What the tests that chance has a part in need, in the median of the subjects of each shop:
    those of *wanted* rules, by rule and kind."""
    by_frame: dict[int, list[RuleEvaluation]] = {}
    for one in judgement.evaluations:
        if one.measured_as is None and (one.rule.id, one.kind) in wanted:
            by_frame.setdefault(id(one.graded), []).append(one)
    rules: dict[tuple[str, str], Rule] = {}
    of_tests: dict[tuple[str, str], Mapping[str, Mapping[Test, SmallestProblem]]] = {}
    for several in by_frame.values():
        known = _of_frame(several, grader)
        for one in several:
            rules[one.rule.id, one.kind] = one.rule
            of_tests[one.rule.id, one.kind] = known
    return SmallestProblems(rules, of_tests)


@frozen(eq=False)
class _Problem:
    """What *test* looks for in the column of each subject: a value beyond *edge* to one *side*
    (`low` or `high`), or a change where there is no side, known with the standard *error* of its
    logarithm."""

    test: Test
    side: str
    edge: pl.Expr
    error: pl.Expr

    @property
    def times(self) -> pl.Expr:
        """How many times beyond the edge a value has to be to be found."""
        return ((Z + FOUND) * self.error).exp()

    @property
    def value(self) -> pl.Expr:
        """The value that is found."""
        return self.edge / self.times if self.side == "low" else self.edge * self.times

    @property
    def known(self) -> pl.Expr:
        """Whether it can be told."""
        return self.times.is_finite() & self.edge.is_finite() & (self.edge > 0)


def _of_frame(
    evaluations: Sequence[RuleEvaluation], grader: Grader
) -> Mapping[str, Mapping[Test, SmallestProblem]]:
    """By shop, the smallest problem of each test of *evaluations*, which are of one frame."""
    graded, vocabulary = evaluations[0].graded, grader.vocabulary
    tests = dict.fromkeys(test for one in evaluations for test in one.rule.when.tests)
    problems = [
        problem
        for test in tests
        if f"{test.name}.se" in graded.columns
        and grader.by_chance(test)
        and (problem := _problem(test, graded.columns, vocabulary)) is not None
    ]
    if not problems:
        return {}
    names = sorted({one.test.name for one in problems})
    medians = (
        pl.when(one.known).then(part).median().alias(f"{place}.{name}")
        for place, one in enumerate(problems)
        for name, part in (("times", one.times), ("value", one.value))
    )
    frame = grader.with_edges(graded.frame, names, graded.measured.kind)
    rows = frame.group_by("shop").agg(medians).collect(engine="in-memory")
    return {row["shop"]: _smallest(problems, row, vocabulary) for row in rows.iter_rows(named=True)}


def _smallest(
    problems: Sequence[_Problem], row: Mapping[str, Any], vocabulary: Vocabulary
) -> Mapping[Test, SmallestProblem]:
    found: dict[Test, SmallestProblem] = {}
    for place, one in enumerate(problems):
        times, value = row[f"{place}.times"], row[f"{place}.value"]
        if times is None or value is None or not math.isfinite(times):
            continue
        kind = metric_of(one.test.name, vocabulary).kind
        if kind is MetricKind.PROPORTION and value > 1:  # no part is more than the whole
            continue
        low, high = (value if one.side == other else None for other in ("high", "low"))
        found[one.test] = SmallestProblem(one.test, times, low, high)
    return found


def _problem(test: Test, columns: Container[str], vocabulary: Vocabulary) -> _Problem | None:
    """What *test* looks for; None where that is no problem, or not judged by its window alone."""
    if test.earlier or test.days is not None:
        return None
    now = pl.col(f"{test.name}.se")
    if test.trend is not None or test.against is Against.PAST:
        before = f"{test.name}.before.se"
        if before not in columns:
            return None
        return _Problem(test, "", pl.lit(1.0), (now**2 + pl.col(before) ** 2).sqrt())
    if "good" in test.is_ or len(test.is_) > 1:  # no problem, but where one is looked for
        return None
    if test.is_:
        side = "low" if "low" in test.is_ else "high"
        edge = pl.col(f"{test.name}.edge.{side}")
        if test.against is not Against.BAND:
            edge = pl.col(f"{truth_column(test)}.centre") * RELATIVE[side == "high"]
        if test.at_least is not None and side == "high":
            edge = pl.max_horizontal(edge, pl.lit(test.at_least))
    elif test.at_most is not None or test.at_least is not None:
        side = "high" if test.at_most is None else "low"
        edge = pl.lit(test.at_least if test.at_most is None else test.at_most)
    else:
        return None
    metric = metric_of(test.name, vocabulary)
    return _Problem(test, side, edge, now * _fewer(metric, pl.col(test.name), edge))


def _fewer(metric: Metric, value: pl.Expr, edge: pl.Expr) -> pl.Expr:
    """How much larger the error is at *edge*, where there are fewer events than at *value*."""
    if metric.derived or metric.varies is Varies.VALUES:
        return pl.lit(1.0)
    if metric.kind is MetricKind.MONEY and metric.varies is Varies.EVENTS:  # dearer: fewer of them
        return (edge / value).sqrt()
    return (value / edge).sqrt()
