"""Whom to follow: the plan, the largest symptom, a finding by chance, or the guide from its top."""

import math
from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from advisor.document import ActionInfo, Document, FindingInfo


@attrs.frozen
class Step:
    """One thing to do: a lever on subjects of a kind, and the hours that it takes."""

    rule: str
    lever: str
    kind: str
    keys: tuple[str, ...]
    hours: float


Actions = Mapping[str, tuple[str, float]]  # the lever and the hours of each rule's first action


def plan_first(document: Document, actions: Actions) -> Step | None:
    """The plan's first action."""
    return _of_action(document, document.plan[0]) if document.plan else None


def largest_symptom(document: Document, actions: Actions) -> Step | None:
    """The finding whose value lies farthest from its band, as a ratio, whatever causes it."""
    if not document.findings:
        return None
    worst = max(document.findings, key=lambda f: (_apart(f), f.id))
    return _of_rule(document, worst.rule, actions)


def by_chance(document: Document, actions: Actions, chance: np.random.Generator) -> Step | None:
    """Any finding."""
    if not document.findings:
        return None
    return _of_rule(
        document, document.findings[chance.integers(len(document.findings))].rule, actions
    )


def guide_order(document: Document, actions: Actions, order: Sequence[str]) -> Step | None:
    """The first finding as the guide goes through its metrics, from top to bottom."""
    fired = {finding.rule for finding in document.findings}
    first = next((rule for rule in order if rule in fired), None)
    return None if first is None else _of_rule(document, first, actions)


def _of_action(document: Document, action: ActionInfo) -> Step:
    findings = {finding.id: finding for finding in document.findings}
    mine = [findings[id_] for id_ in action.findings]
    keys = tuple(f.subject.key for f in mine)
    return Step(action.rule, action.lever, mine[0].subject.kind, keys, action.effort)


def _of_rule(document: Document, rule: str, actions: Actions) -> Step:
    mine = [finding for finding in document.findings if finding.rule == rule]
    lever, hours = actions[rule]
    keys = tuple(f.subject.key for f in mine)
    return Step(rule, lever, mine[0].subject.kind, keys, hours)


def _apart(finding: FindingInfo) -> float:
    """How far the value of any of its evidence lies from the edge, on the logarithm."""
    found = 0.0
    for piece in finding.evidence:
        if piece.band is None or not piece.value or piece.value <= 0:
            continue
        for edge in (piece.band.low, piece.band.high):
            outside = edge and (piece.value < edge) == (edge == piece.band.low)
            if edge and outside:
                found = max(found, abs(math.log(piece.value / edge)))
    return found
