"""Judging all rules: stratum after stratum, then what explains what."""

from collections.abc import Mapping, Sequence

import polars as pl

from advisor.judge.causes import explained
from advisor.judge.engine.program import Engine
from advisor.judge.grade import Grader
from advisor.judge.outcome import OUTCOME_ROWS, Judgement, stronger
from advisor.judge.relations import Relations, judgement_kind, with_related
from advisor.judge.stratum import Evaluated, Setting, evaluate_stratum
from advisor.knowledge import stratify
from advisor.metrics import Measured
from advisor.model import Related, Rule, Test


def judgement_kinds(
    rules: Sequence[Rule], measured: Mapping[str, Measured], grader: Grader
) -> dict[str, str]:
    """The kind that each rule is judged on, by its id; rules that cannot be judged are left out."""
    kinds = {rule.id: judgement_kind(rule, measured, grader) for rule in rules}
    return {rule: kind for rule, kind in kinds.items() if kind is not None}


def tests_for(
    rules: Sequence[Rule], measured: Mapping[str, Measured], kinds: Mapping[str, str]
) -> dict[str, list[Test]]:
    """Every test to grade, by kind, each once."""
    tests: dict[str, dict[Test, None]] = {kind: {} for kind in measured}
    for rule in rules:
        if rule.id not in kinds:
            continue
        for kind, own in rule.tests_by_kind(kinds[rule.id]).items():
            if kind in tests:
                tests[kind].update(dict.fromkeys(own))
    return {kind: list(several) for kind, several in tests.items()}


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
) -> Judgement:
    """Judges every rule on every subject of a block of shops. *links* are pairs of keys (`shop`,
    `from`, `to`) by relation.

    *lost* are metrics and symbols that a plugin failed to compute, with why: what waits for them
    ends as an error instead of as missing.

    *screen* turns the control of false discoveries off, *prefilter* the leaving out of subjects on
    which nothing can fire: both for proofs.
    """
    kinds = judgement_kinds(rules, measured, grader)
    tests = tests_for(rules, measured, kinds)
    graded = {kind: grader.grade(frame, tests[kind]) for kind, frame in measured.items()}
    relations = Relations(graded, links, grader.vocabulary)
    questions: dict[str, list[Related]] = {}
    for rule in rules:
        related = (*rule.when.related, *rule.unless.related)
        if related and rule.id in kinds:
            questions.setdefault(kinds[rule.id], []).extend(related)
    relations = Relations(with_related(graded, questions, relations), links, grader.vocabulary)
    lost = lost or {}
    setting = Setting(
        measured, relations, grader, engine, kinds, screen, prefilter, lost, stronger(rules)
    )
    done = Evaluated()
    needs = {rule.id: frozenset(rule.after.findings if rule.after else ()) for rule in rules}
    by_id = {rule.id: rule for rule in rules}
    for stratum in stratify(needs):
        own = [by_id[rule_id] for rule_id in sorted(stratum) if rule_id in by_id]
        evaluate_stratum(own, done, setting)
    matches = explained(rules, done.matches, relations, engine)
    outcomes = pl.concat(done.outcomes) if done.outcomes else pl.DataFrame(schema=OUTCOME_ROWS)
    return Judgement(tuple(done.evaluations), outcomes, tuple(matches), relations, lost)
