"""Actions on one lever: those that pull it both ways are parted, those that agree become one."""

from collections.abc import Mapping, Sequence

import attrs

from advisor.model import Lever, Vocabulary, frozen
from advisor.plan.actions import Planned, without
from advisor.plan.findings import PricedFinding
from advisor.plan.money import Gain, NoPrice, Price


@frozen
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


def gather_pools(items: Sequence[Planned], vocabulary: Vocabulary) -> list[Planned]:
    """Return *items*, in order, with one action for a rule's subjects that told alone and for those
    that told only together, under what holds them: these stand under the action of the former."""
    kinds: dict[tuple[str, int], list[Planned]] = {}
    for item in items:
        kinds.setdefault((item.rule.id, item.place), []).append(item)
    gone: dict[str, Planned] = {}
    for several in kinds.values():
        for item in several:
            for finer in several:
                if (
                    item.kind in vocabulary.ancestors(finer.kind)[1:]
                    and item.question == finer.question
                ):
                    gone[item.id] = finer
                    break
    return [
        attrs.evolve(item, explained=(*own, *item.explained))
        for item in items
        if item.id not in gone
        for own in [[f for one in items if _into(one, gone) == item.id for f in _all_of(one)]]
    ]


def _into(item: Planned, gone: Mapping[str, Planned]) -> str | None:
    """The id of the action that *item* goes into, at the end of the chain."""
    into = gone.get(item.id)
    while into is not None and into.id in gone:
        into = gone[into.id]
    return None if into is None else into.id


def _all_of(item: Planned) -> tuple[PricedFinding, ...]:
    return (*item.findings, *item.explained)


def join(items: Sequence[Planned]) -> list[Planned]:
    """Return *items*, in order, with one action for one lever, direction, subject and symptom.

    Of two rules that ask for the same on the same subject the first keeps its action; what the
    other asks for becomes a step of it, and its findings stand under it.
    """
    joined: list[Planned] = []
    for item in items:
        left: Planned | None = item
        for at, first in enumerate(joined):
            if left is None:
                break
            if first.direction != left.direction or first.rule.id == left.rule.id:
                continue
            there = {f.subject: f for f in first.findings}
            same = [f for f in left.findings if _one_symptom(f, there.get(f.subject))]
            if not same:
                continue
            whole = len(same) == len(left.findings)
            steps = first.action.steps
            if whole and left.action.do != first.action.do:
                steps = (*steps, left.action.do)
            joined[at] = attrs.evolve(
                first,
                action=attrs.evolve(first.action, steps=steps),
                explained=(*first.explained, *same, *(left.explained if whole else ())),
            )
            left = None if whole else without(left, {f.subject for f in same})
        if left is not None:
            joined.append(left)
    return joined


def _one_symptom(finding: PricedFinding, first: PricedFinding | None) -> bool:
    """Whether *finding* is about the gap of the one before it on its subject, or has none."""
    if first is None or isinstance(finding.price, NoPrice):
        return first is not None
    return isinstance(first.price, Price) and finding.price.metric == first.price.metric


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
