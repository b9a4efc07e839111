"""The subjects on which a rule may yet fire, those with most data first."""

from collections.abc import Mapping, Sequence

import polars as pl

from advisor.judge.evaluation import RuleEvaluation
from advisor.judge.grade import Grader
from advisor.judge.matched import measured_rows
from advisor.judge.outcome import Judgement, Outcome
from advisor.judge.question import truth_column
from advisor.model import Test, Truth, frozen
from advisor.stats import partitions

WATCHED = 3  # subjects that a rule names in a shop; the counts of outcomes have them all


@frozen(eq=False)
class UnsureSubject:
    """A subject on which the rule of *evaluation* cannot tell yet, with what was measured of it."""

    evaluation: RuleEvaluation
    row: Mapping[str, object]


def unsure_subjects(judgement: Judgement, grader: Grader) -> Mapping[str, list[UnsureSubject]]:
    """By shop, a few subjects for each rule: those with most data."""
    chosen = _most_data(judgement)
    by_frame: dict[int, list[RuleEvaluation]] = {}
    for evaluation in judgement.evaluations:
        if evaluation.number in chosen:
            by_frame.setdefault(id(evaluation.graded), []).append(evaluation)
    measured: dict[tuple[int, int], Mapping[str, object]] = {}
    for several in by_frame.values():
        rows = sorted({row for one in several for row in chosen[one.number]})
        frame = measured_rows(several, rows, grader)
        shown = frame[_columns(frame.columns, several)]
        named = dict(zip(rows, shown.iter_rows(named=True), strict=True))
        measured |= {(one.number, row): named[row] for one in several for row in chosen[one.number]}
    found: dict[str, list[UnsureSubject]] = {}
    for evaluation in judgement.evaluations:
        for row in chosen.get(evaluation.number, ()):
            values = measured[evaluation.number, row]
            found.setdefault(str(values["shop"]), []).append(UnsureSubject(evaluation, values))
    return found


def _columns(columns: Sequence[str], evaluations: Sequence[RuleEvaluation]) -> list[str]:
    """What is said of an unsure subject: its names and days, and all of the metrics asked for."""
    tests = {test for one in evaluations for test in one.rule.when.own()}
    metrics = {test.name for test in tests}
    plain = {"shop", "key", "name", "days", *metrics, *map(truth_column, tests)}
    parts = tuple(f"{name}." for name in sorted(metrics))
    return [column for column in columns if column in plain or column.startswith(parts)]


def _most_data(judgement: Judgement) -> Mapping[int, list[int]]:
    """For each evaluation, by its number, the rows of each shop that cannot tell and have the most
    data."""
    unsure = judgement.outcomes.filter(
        (pl.col("outcome") == int(Outcome.UNSURE))
        & (pl.col("truth") == int(Truth.UNSURE))
        & (pl.col("blocked") != int(Truth.TRUE))
    )[["evaluation", "row"]]
    parts = partitions(unsure, ["evaluation"])
    lazy: list[pl.LazyFrame] = []
    for evaluation in judgement.evaluations:
        part = parts.get((evaluation.number,))
        tests = counted_tests(evaluation)
        if part is None or not tests:
            continue
        names = list(dict.fromkeys(f"{test.name}.n" for test in tests))
        size = pl.max_horizontal([pl.col(name).fill_null(0.0) for name in names])
        rows = evaluation.graded.frame[["shop", "key", *names]][part["row"]].hstack(part)
        lazy.append(rows.lazy().select("evaluation", "row", "shop", "key", size.alias("size")))
    chosen: dict[int, list[int]] = {}
    if lazy:
        largest = (
            pl.concat(lazy)
            .filter(pl.col("size") > 0)
            .sort("evaluation", "shop", "size", "key", descending=[False, False, True, False])
            .filter(pl.int_range(pl.len()).over("evaluation", "shop") < WATCHED)
            .select("evaluation", "row")
        )
        for number, row in largest.collect(engine="in-memory").iter_rows():
            chosen.setdefault(number, []).append(row)
    return chosen


def counted_tests(evaluation: RuleEvaluation) -> list[Test]:
    """The tests of *evaluation* of which it is known on how much data they rest."""
    columns = evaluation.graded.columns
    own = evaluation.rule.when.own()
    now = [test for test in own if not test.earlier and test.days is None]
    return [test for test in now if f"{test.name}.n" in columns]
