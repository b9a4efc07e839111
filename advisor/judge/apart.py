"""Judging where a stranger's rule, word or band may make judging raise: that costs its rules alone.

What raises without a stranger is a bug, and keeps its traceback.
"""

from collections.abc import Collection, Mapping, Sequence

import polars as pl
from polars.exceptions import PanicException

from advisor.errors import AdvisorError
from advisor.judge.engine.program import Engine
from advisor.judge.evaluate import judge
from advisor.judge.grade import Grader
from advisor.judge.outcome import Judgement
from advisor.metrics import Measured
from advisor.model import Rule
from advisor.plugin import what


def judge_apart(
    rules: Sequence[Rule],
    measured: Mapping[str, Measured],
    links: Mapping[str, pl.DataFrame],
    grader: Grader,
    engine: Engine,
    *,
    strange: Collection[str],
    lost: Mapping[str, str],
) -> Judgement:
    """As `judge`; rules among the *strange* (ids of rules that are a stranger's, or ask for what is
    one's) on which judging raises are left out, and among the *failed* of what is returned."""
    failed: dict[str, str] = {}
    left = list(rules)

    def alone(some: Sequence[Rule]) -> Judgement:
        return judge(some, measured, links, grader, engine, lost=lost, failed=failed)

    while True:
        try:
            return alone(left)
        except AdvisorError:
            raise
        except (Exception, PanicException):
            before = len(failed)
            for rule, needed in _suspects(left, strange):
                try:
                    alone([one for one in needed if one.id not in failed])
                except (Exception, PanicException) as error:  # noqa: BLE001  whatever it is
                    failed[rule.id] = what(error)
            if len(failed) == before:
                raise
            left = [rule for rule in left if rule.id not in failed]


def _suspects(
    rules: Sequence[Rule], strange: Collection[str]
) -> list[tuple[Rule, tuple[Rule, ...]]]:
    """Each strange rule with itself and all whose findings it comes after; those that need the
    fewest first, so that none is blamed for what it waits for."""
    by_id = {rule.id: rule for rule in rules}
    found: list[tuple[Rule, tuple[Rule, ...]]] = []
    for rule in rules:
        if rule.id not in strange:
            continue
        needed = {rule.id: rule}
        waiting = list(rule.after.findings if rule.after else ())
        while waiting:
            other = by_id.get(waiting.pop())
            if other is not None and other.id not in needed:
                needed[other.id] = other
                waiting += other.after.findings if other.after else ()
        found.append((rule, tuple(needed.values())))
    return sorted(found, key=lambda one: len(one[1]))
