"""What would have been too small to see: how far beyond its edge a problem has to lie to be found.

A subject whose metric has the standard error s, of its logarithm, is found to be beyond an edge in
eight of ten cases where it lies exp((1.96 + 0.84) s) times beyond it. Of the subjects of a rule the
median is told; of its conditions, which all have to hold, the one that takes most.
"""

import math
from collections.abc import Container, Iterable, Sequence

import attrs
import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document.outcomes import Healthy
from advisor.judge import RELATIVE, RuleEvaluation, truth_column
from advisor.metrics import metric_of
from advisor.model import Against, Metric, MetricKind, Test, Unit, Varies, frozen
from advisor.stats import FOUND, Z

LARGE = 1.5  # times beyond the edge: what is found only from there on is said in the plan


@frozen
class _Smallest:
    """*times* beyond its edge a subject has to be; *low* or *high* is the value there, or both are
    None for a change."""

    test: Test
    times: float
    low: float | None = None
    high: float | None = None


def with_smallest(healthy: Sequence[Healthy], diagnosis: Diagnosis) -> tuple[Healthy, ...]:
    """*healthy* with the smallest problem that each would have found."""
    chosen = {(one.rule, one.kind): place for place, one in enumerate(healthy)}
    by_frame: dict[int, list[tuple[int, RuleEvaluation]]] = {}
    for evaluation in diagnosis.judgement.evaluations:
        place = chosen.get((evaluation.rule.id, evaluation.kind))
        if place is not None and evaluation.measured_as is None:
            by_frame.setdefault(id(evaluation.graded), []).append((place, evaluation))
    known = _smallest([[one for _, one in several] for several in by_frame.values()], diagnosis)
    found = list(healthy)
    for several, of_tests in zip(by_frame.values(), known, strict=True):
        for place, one in several:
            own = [of_tests[test] for test in one.rule.when.tests if test in of_tests]
            if own:
                most = max(own, key=lambda each: each.times)
                found[place] = attrs.evolve(
                    healthy[place], smallest=_render_smallest(most, diagnosis), times=most.times
                )
    return tuple(found)


def too_small(healthy: Iterable[Healthy], diagnosis: Diagnosis) -> str:
    """A sentence about what half of the checks could not have found; empty where that is little."""
    times = sorted(one.times for one in healthy if one.times is not None)
    middle = times[len(times) // 2] if times else 0.0
    if middle < LARGE:
        return ""
    language = diagnosis.language
    return language.gettext(
        "With this little data, half of the checks would miss problems less than {times} times "
        "beyond target.",
        times=language.number(middle),
    )


@frozen(eq=False)
class _Problem:
    """What a test looks for in the column of each subject: a value beyond *edge* to one *side*
    (`low` or `high`), or a change where there is no side, known with the standard *error* of its
    logarithm."""

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


def _smallest(
    groups: Iterable[Sequence[RuleEvaluation]], diagnosis: Diagnosis
) -> list[dict[Test, _Smallest]]:
    """What each test that chance has a part in needs, in the median of the subjects: of each of
    *groups*, which are evaluations of one frame."""
    grader = diagnosis.grader
    asked: list[tuple[dict[Test, _Smallest], Test, _Problem]] = []
    frames: list[pl.LazyFrame] = []
    found: list[dict[Test, _Smallest]] = []
    for several in groups:
        frame, kind = several[0].graded.frame, several[0].graded.measured.kind
        there = frozenset(frame.columns)
        found.append({})
        own = [
            (found[-1], test, problem)
            for test in dict.fromkeys(test for one in several for test in one.rule.when.tests)
            if f"{test.name}.se" in there
            and grader.by_chance(test)
            and (problem := _problem(test, there, diagnosis)) is not None
        ]
        names = sorted({test.name for _, test, _ in own})
        medians = (
            pl.when(one.known).then(part).median().alias(f"{place}.{name}")
            for place, (_, _, one) in enumerate(own, start=len(asked))
            for name, part in (("times", one.times), ("value", one.value))
        )
        frames += [grader.with_edges(frame, names, kind).select(medians)] if own else []
        asked += own
    if not frames:
        return found
    row = pl.concat(frames, how="horizontal").collect(engine="in-memory").row(0, named=True)
    for place, (of_tests, test, problem) in enumerate(asked):
        times, value = row[f"{place}.times"], row[f"{place}.value"]
        if times is not None and value is not None and math.isfinite(times):
            kind = metric_of(test.name, diagnosis.vocabulary).kind
            if kind is MetricKind.PROPORTION and value > 1:  # no part is more than the whole
                continue
            low = value if problem.side == "high" else None
            of_tests[test] = _Smallest(test, times, low, value if problem.side == "low" else None)
    return found


def _problem(test: Test, columns: Container[str], diagnosis: Diagnosis) -> _Problem | None:
    """What *test* looks for; None where that is no problem, or not judged by its window alone."""
    if test.earlier or test.days is not None:
        return None
    now = pl.col(f"{test.name}.se")
    if test.trend is not None or test.against is Against.PAST:
        before = f"{test.name}.before.se"
        if before not in columns:
            return None
        return _Problem("", pl.lit(1.0), (now**2 + pl.col(before) ** 2).sqrt())
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
    metric = metric_of(test.name, diagnosis.vocabulary)
    return _Problem(side, edge, now * _fewer(metric, pl.col(test.name), edge))


def _fewer(metric: Metric, value: pl.Expr, edge: pl.Expr) -> pl.Expr:
    """How much larger the error is at *edge*, where there are fewer events than at *value*."""
    if metric.derived or metric.varies is Varies.VALUES:
        return pl.lit(1.0)
    if metric.kind is MetricKind.MONEY and metric.varies is Varies.EVENTS:  # dearer: fewer of them
        return (edge / value).sqrt()
    return (value / edge).sqrt()


def _render_smallest(one: _Smallest, diagnosis: Diagnosis) -> str:
    language, metric = diagnosis.language, metric_of(one.test.name, diagnosis.vocabulary)
    if one.low is None and one.high is None:
        rising = one.test.trend == "rising" or "high" in one.test.is_
        change = RELATIVE[1] * one.times - 1 if rising else 1 - RELATIVE[0] / one.times
        return language.gettext(
            "smallest change found: {share}", share=language.number(round(change, 2), Unit.SHARE)
        )
    return language.gettext(
        "found from: {metric} {range}",
        metric=metric.title,
        range=language.band(one.low, one.high, metric.unit, diagnosis.business.currency),
    )
