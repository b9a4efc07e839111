"""The measured rows that findings speak of, with the edges of bands and the p of tests."""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from advisor.judge.evaluation import RuleEvaluation
from advisor.judge.grade import Graded, Grader
from advisor.judge.outcome import Match
from advisor.model import Rule, frozen


@frozen(eq=False)
class MatchedRows:
    """The rows of one graded frame on which *evaluations* found something: *frame* has their
    columns, with the edges of the bands that the rules hold a metric to and the p of each test.
    *places* says where each row of the graded frame stands in it."""

    graded: Graded
    evaluations: tuple[RuleEvaluation, ...]
    frame: pl.DataFrame
    places: Mapping[int, int]

    @property
    def kind(self) -> str:
        """The kind that the subjects are, or the one that they are pooled as."""
        return self.evaluations[0].kind


def matched_rows(matches: Iterable[Match], grader: Grader) -> tuple[MatchedRows, ...]:
    """The rows of all *matches*, by graded frame."""
    by_frame: dict[int, dict[int, list[Match]]] = {}
    for match in matches:
        evaluation = match.evaluation
        by_rule = by_frame.setdefault(id(evaluation.graded), {})
        by_rule.setdefault(evaluation.number, []).append(match)
    found: list[MatchedRows] = []
    for by_rule in by_frame.values():
        evaluations = tuple(several[0].evaluation for several in by_rule.values())
        rows = sorted({match.row for several in by_rule.values() for match in several})
        graded = evaluations[0].graded
        tests = dict.fromkeys(test for one in evaluations for test in one.rule.when.own())
        frame = grader.with_p(measured_rows(evaluations, rows, grader), tests, graded.measured.kind)
        places = {row: place for place, row in enumerate(rows)}
        found.append(MatchedRows(graded, evaluations, frame, places))
    return tuple(found)


def measured_rows(
    evaluations: Sequence[RuleEvaluation], rows: Sequence[int], grader: Grader
) -> pl.DataFrame:
    """The chosen rows of the frame of *evaluations*, with the edges of every band that their rules
    hold a metric to."""
    graded = evaluations[0].graded
    frame = graded.frame[list(rows)]
    there = frozenset(frame.columns)
    names = {
        name for one in evaluations for name in rule_metrics(one.rule) if f"{name}.lo" in there
    }
    edges = grader.with_edges(frame, sorted(names), graded.measured.kind)
    return edges.collect(engine="in-memory")


def rule_metrics(rule: Rule) -> set[str]:
    """The metrics and symbols that *rule* asks for or ends by."""
    done = {name for action in rule.actions for name in action.done}
    return {test.name for test in rule.own_tests()} | done
