"""Judging all rules: stratum after stratum, then what explains what."""

from collections.abc import Mapping, Sequence

import polars as pl

from advisor.judge.causes import explained
from advisor.judge.engine.program import Engine
from advisor.judge.grade import Grader
from advisor.judge.outcome import Judgement
from advisor.judge.relations import Relations
from advisor.judge.rungs import rung
from advisor.judge.stratum import Court
from advisor.judge.uncollected import uncollected
from advisor.knowledge import stratify
from advisor.metrics import Measured
from advisor.model import Rule, Test


def tests_for(
    rules: Sequence[Rule], measured: Mapping[str, Measured], grader: Grader
) -> dict[str, list[Test]]:
    """Every test to grade, by kind, each once."""
    wanted: dict[str, dict[Test, None]] = {kind: {} for kind in measured}
    for rule in rules:
        kind = rung(rule, measured, grader)
        if kind is None:
            continue
        for at, tests in rule.tests_by_kind(kind).items():
            if at in wanted:
                wanted[at].update(dict.fromkeys(tests))
    return {kind: list(tests) for kind, tests in wanted.items()}


@uncollected()
def judge(
    rules: Sequence[Rule],
    measured: Mapping[str, Measured],
    links: Mapping[str, pl.DataFrame],
    grader: Grader,
    engine: Engine,
    *,
    screen: bool = True,
    prefilter: bool = True,
    lost: Mapping[str, str] | None = None,
    failed: Mapping[str, str] | None = None,
) -> Judgement:
    """Judges every rule on every subject. *links* are pairs of keys (`from`, `to`) by relation.

    *lost* are metrics and symbols that a plugin failed to compute, *failed* other rules that could
    not be judged, each with why: what waits for them ends as an error instead of as missing.

    *screen* turns the control of false discoveries off, *prefilter* the leaving out of subjects on
    which nothing can fire: both for proofs.
    """
    tests = tests_for(rules, measured, grader)
    graded = {kind: grader.grade(frame, tests[kind]) for kind, frame in measured.items()}
    relations = Relations(graded, links, grader.vocabulary)
    lost, failed = lost or {}, failed or {}
    court = Court(measured, graded, relations, grader, engine, screen, prefilter, lost, failed)
    needs = {rule.id: frozenset(rule.after.findings if rule.after else ()) for rule in rules}
    by_id = {rule.id: rule for rule in rules}
    for stratum in stratify(needs):
        court.sit([by_id[rule_id] for rule_id in sorted(stratum) if rule_id in by_id])
    firings = explained(rules, court.firings, relations, engine)
    return Judgement(tuple(court.verdicts), tuple(firings), lost, failed)
