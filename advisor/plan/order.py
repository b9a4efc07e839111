"""One order for everything there is to do."""

from collections.abc import Mapping, Sequence

from advisor.model import ENGLISH, Language, Lever, Severity, Vocabulary, frozen
from advisor.plan.actions import Planned, actions
from advisor.plan.experience import Experience
from advisor.plan.findings import PricedFinding
from advisor.plan.levers import SetAside, arbitrate, gather_pools, join
from advisor.plan.money import Gain, added
from advisor.plan.priority import Priority, priorities
from advisor.plan.shared import follows_on, shares


@frozen
class Ranked:
    """An action in its place. *after* are the ids of actions that have to come before it; *adds*
    is the part of its gain that those before it have not claimed."""

    planned: Planned
    priority: Priority
    after: tuple[str, ...]
    adds: Gain | None


@frozen
class Plan:
    """Actions in the order in which to take them, and those that contradict them. *total* is what
    all of them can reach together, by kind of money."""

    actions: tuple[Ranked, ...]
    set_aside: tuple[SetAside, ...]
    total: tuple[Gain, ...]


def plan(
    findings: Sequence[PricedFinding],
    vocabulary: Vocabulary,
    goal: str | None = None,
    judged: Mapping[tuple[str, str], int] | None = None,
    language: Language = ENGLISH,
    experience: Experience | None = None,
) -> Plan:
    """The plan that *findings* make, for a shop whose *goal* this is. *judged* and *language*: see
    `actions`. *experience* is what former actions teach."""
    made = actions(findings, judged, vocabulary, language)
    if experience:
        made = list(experience.applied(made))
    kept, aside = arbitrate(made, vocabulary.levers)
    kept, _ = _sorted(kept, goal)
    kept, urgent = _sorted(join(gather_pools(kept, vocabulary)), goal)
    waits = _waits(kept, vocabulary.levers)
    ordered = _in_turn(kept, waits)
    part = shares(ordered, follows_on(vocabulary))
    place = {item.id: number for number, item in enumerate(ordered)}
    ranked = tuple(
        Ranked(
            item,
            urgent[item.id],
            tuple(other for other in waits[item.id] if place[other] < number),
            item.gain.scaled(part[item.id])
            if isinstance(item.gain, Gain) and item.id in part
            else None,
        )
        for number, item in enumerate(ordered)
    )
    return Plan(ranked, tuple(aside), _totals(ranked))


def _sorted(items: list[Planned], goal: str | None) -> tuple[list[Planned], dict[str, Priority]]:
    """Return *items* by urgency, and how urgent each is."""
    urgent = priorities(items, goal)
    return sorted(items, key=lambda item: _key(item, urgent[item.id])), urgent


def _key(item: Planned, priority: Priority) -> tuple[bool | int | float | str, ...]:
    return (
        not priority.critical,
        -priority.value,
        not item.place and priority.gain is None,
        item.rule.severity.rank,
        -item.confidence,
        item.action.effort,
        f"{item.rule.id}|{item.kind}",
        item.place,
    )


def _waits(items: Sequence[Planned], levers: Mapping[str, Lever]) -> dict[str, tuple[str, ...]]:
    """The ids of the actions that have to come before each: what endangers the account waits for
    nothing that does not."""
    waits: dict[str, tuple[str, ...]] = {}
    for item in items:
        lever, direction = item.direction
        names = {lever, f"{lever}/{direction}"}
        waits[item.id] = tuple(
            other.id
            for other in items
            if other.action.lever != lever
            and (_critical(other) or not _critical(item))
            and any(name.rstrip("?") in names for name in levers[other.action.lever].before)
        )
    return waits


def _critical(item: Planned) -> bool:
    return item.rule.severity is Severity.CRITICAL


def _in_turn(items: Sequence[Planned], waits: Mapping[str, tuple[str, ...]]) -> list[Planned]:
    """*items* in their order, each after those it waits for. Where levers of packs that never met
    wait for each other, one of them goes first all the same."""
    by_id = {item.id: item for item in items}
    placed: dict[str, Planned] = {}
    asked: set[str] = set()

    def place(item: Planned) -> None:
        if item.id in asked:
            return
        asked.add(item.id)
        for other in waits[item.id]:
            place(by_id[other])
        placed[item.id] = item

    for item in items:
        place(item)
    return list(placed.values())


def _totals(ranked: Sequence[Ranked]) -> tuple[Gain, ...]:
    kinds = dict.fromkeys(r.adds.what for r in ranked if r.adds is not None)
    sums = (added([r.adds for r in ranked if r.adds and r.adds.what == what]) for what in kinds)
    return tuple(total for total in sums if total is not None)
