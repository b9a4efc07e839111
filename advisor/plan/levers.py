"""No lever is pulled both ways: of two actions that contradict each other one is set aside."""

from collections.abc import Mapping, Sequence

import attrs

from advisor.model import Lever
from advisor.plan.actions import Planned, without
from advisor.plan.money import Gain


@attrs.frozen
class SetAside:
    """An action that is not in the plan, for the subjects on which *kept* (an action's id) pulls
    the same lever the other way."""

    action: Planned
    kept: str
    subjects: tuple[str, ...]


def arbitrate(
    items: Sequence[Planned], levers: Mapping[str, Lever]
) -> tuple[list[Planned], list[SetAside]]:
    """*items* without contradictions, and what was set aside for them.

    Two actions contradict each other where they move one lever in opposed directions on one
    subject, or on a subject and what holds it. The one whose evidence and gain weigh more stays.
    """
    kept: list[Planned] = []
    aside: list[SetAside] = []
    for item in sorted(items, key=_weight):
        lever = levers[item.action.lever]
        left: Planned | None = item
        for other in kept:
            if left is None:
                break
            if other.action.lever != lever.id or not _opposed(lever, other, left):
                continue
            here = _shared(left, other)
            if here:
                lost = without(left, {f.subject for f in left.findings} - set(here))
                left = without(left, here)
                aside.append(SetAside(lost or item, other.id, here))
        if left is not None:
            kept.append(left)
    return kept, aside


def _weight(item: Planned) -> tuple[float, float, int, str]:
    """Strongest first: expected gain times confidence, then confidence, then severity."""
    kept = item.gain.kept if isinstance(item.gain, Gain) else 1.0
    return (-item.mid * kept * item.confidence, -item.confidence, item.rule.severity.rank, item.id)


def _opposed(lever: Lever, one: Planned, other: Planned) -> bool:
    pair = (one.action.direction, other.action.direction)
    return pair in lever.opposed or pair[::-1] in lever.opposed


def _shared(item: Planned, other: Planned) -> tuple[str, ...]:
    """The subjects of *item* that *other* is about too, as a whole or in part."""
    subjects = {f.subject for f in other.findings}
    around = {place for f in other.findings for place in f.places}
    return tuple(
        f.subject
        for f in item.findings
        if f.subject in subjects or f.subject in around or not subjects.isdisjoint(f.places)
    )
