"""What would have been too small to see: how far beyond its edge a problem has to lie to be found.

A subject whose metric has the standard error s, of its logarithm, is found to be beyond an edge in
eight of ten cases where it lies exp((1.96 + 0.84) s) times beyond it. Of the subjects of a rule the
median is told; of its conditions, which all have to hold, the one that takes most.
"""

import math
from collections.abc import Iterable, Sequence

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
    found = list(healthy)
    for several in by_frame.values():
        tests = dict.fromkeys(test for _, one in several for test in one.rule.when.tests)
        known = _smallest(several[0][1], tests, diagnosis)
        for place, one in several:
            own = [known[test] for test in one.rule.when.tests if test in known]
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


def _smallest(
    evaluation: RuleEvaluation, tests: Iterable[Test], diagnosis: Diagnosis
) -> dict[Test, _Smallest]:
    """What each of *tests* that chance has a part in needs, in the median of the subjects."""
    frame, grader = evaluation.graded.frame, diagnosis.grader
    names = {test.name for test in tests}
    there = [name for name in sorted(names) if f"{name}.se" in frame.columns]
    frame = grader.with_edges(frame, there, evaluation.graded.measured.kind)
    asked: list[tuple[Test, str]] = []
    columns: list[pl.Expr] = []
    for test in tests:
        if test.earlier or test.days is not None or test.name not in there:
            continue
        if not grader.by_chance(test):
            continue
        m = test.name
        error = pl.col(f"{m}.se")
        if test.trend is not None or test.against is Against.PAST:
            if f"{m}.before.se" not in frame.columns:
                continue
            error = (error**2 + pl.col(f"{m}.before.se") ** 2).sqrt()
            side, edge = "", pl.lit(1.0)
        elif test.is_:
            side = "low" if "low" in test.is_ else "high"
            if "good" in test.is_ or len(test.is_) > 1:  # no problem, but where one is looked for
                continue
            edge = pl.col(f"{m}.edge.{side}")
            if test.against is not Against.BAND:
                edge = pl.col(f"{truth_column(test)}.centre") * RELATIVE[side == "high"]
            if test.at_least is not None and side == "high":
                edge = pl.max_horizontal(edge, pl.lit(test.at_least))
            error = error * _fewer(metric_of(m, diagnosis.vocabulary), pl.col(m), edge)
        elif test.at_most is not None or test.at_least is not None:
            side = "high" if test.at_most is None else "low"
            edge = pl.lit(test.at_least if test.at_most is None else test.at_most)
            error = error * _fewer(metric_of(m, diagnosis.vocabulary), pl.col(m), edge)
        else:
            continue
        times = ((Z + FOUND) * error).exp()
        known = times.is_finite() & edge.is_finite() & (edge > 0)
        place = f"{len(asked)}"
        asked.append((test, side))
        value = edge / times if side == "low" else edge * times
        columns += [
            pl.when(known).then(times).median().alias(f"{place}.times"),
            pl.when(known).then(value).median().alias(f"{place}.value"),
        ]
    if not columns:
        return {}
    row = frame.select(columns).row(0, named=True)
    found: dict[Test, _Smallest] = {}
    for number, (test, side) in enumerate(asked):
        times, value = row[f"{number}.times"], row[f"{number}.value"]
        if times is not None and value is not None and math.isfinite(times):
            low = value if side == "high" else None
            found[test] = _Smallest(test, times, low, value if side == "low" else None)
    return found


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
