"""How urgent an action is: what an hour of work on it can be expected to bring."""

from collections.abc import Sequence

from advisor.model import Language, Severity, Start, frozen
from advisor.plan.actions import Planned
from advisor.plan.money import ASSUMED, Gain

GOAL_WEIGHT = 10.0  # ours: what serves the shop's goal comes first unless another is worth 10 times

FIRST = 3  # actions for this week, whatever their severity: ours

# Where what has no price stands among what has: the share of priced actions before it. Ours.
_STANDING = {Severity.CRITICAL: 0.0, Severity.HIGH: 0.25, Severity.MEDIUM: 0.75, Severity.LOW: 1.0}


@frozen
class Priority:
    """*value* = *gain* x *kept* x *chance* x *confidence* / *hours* x *weight*, in money an hour.

    *kept* is below 1 for a gain in sales: no margin is known, and saved spend is all kept. Without
    a price *gain* is None, and *value* is that of the priced action it stands with.
    """

    value: float
    gain: float | None
    chance: float
    confidence: float
    hours: float
    weight: float
    critical: bool
    kept: float = 1.0


def formula(language: Language) -> str:
    """How the plan is ordered, in words."""
    return language.gettext(
        "critical actions (those that protect your account) come first. The rest are sorted by "
        "gain in 30 days × chance of success × confidence ÷ hours of work, × {goal} where it "
        "serves your goal, × {kept} where the gain is sales rather than profit. An action "
        "without a dollar estimate ranks with the top quarter if its severity is high, with the "
        "bottom quarter if it is medium, otherwise last. An action that another one depends on "
        "comes before it",
        goal=GOAL_WEIGHT,
        kept=language.number(ASSUMED),
    )


def priorities(items: Sequence[Planned], goal: str | None) -> dict[str, Priority]:
    """The priority of each action, by id."""
    priced = {item.id: _priced(item, item.gain, goal) for item in items if _has(item)}
    # What they are worth of themselves: the goal's weight is not to count twice.
    scores = sorted((p.value / p.weight for p in priced.values()), reverse=True)
    first = {(i.rule.id, i.kind): priced[i.id] for i in items if i.id in priced}
    priorities: dict[str, Priority] = {}
    for item in items:
        if item.id in priced:
            priorities[item.id] = priced[item.id]
            continue
        # An action on a gap that is priced with another one comes right after it.
        before = first.get((item.rule.id, item.kind)) if item.place else None
        weight = _weight(item, goal)
        value = before.value if before else _standing(scores, item.rule.severity) * weight
        priorities[item.id] = Priority(
            value=value,
            gain=None,
            chance=item.chance,
            confidence=item.confidence,
            hours=item.action.effort,
            weight=weight,
            critical=item.rule.severity is Severity.CRITICAL,
        )
    return priorities


def start(item: Planned, rank: int) -> Start:
    """When to begin: as the action says, else by severity and *rank*, its place in the plan after
    what is critical."""
    if item.action.start is not None:
        return item.action.start
    if item.rule.severity is Severity.CRITICAL:
        return Start.NOW
    urgent = item.rule.severity is Severity.HIGH or rank <= FIRST
    return Start.THIS_WEEK if urgent else Start.THIS_MONTH


def _has(item: Planned) -> bool:
    return isinstance(item.gain, Gain)


def _priced(item: Planned, gain: object, goal: str | None) -> Priority:
    mid, kept = (gain.mid, gain.kept) if isinstance(gain, Gain) else (0.0, 1.0)
    weight = _weight(item, goal)
    hours = item.action.effort
    return Priority(
        value=mid * kept * item.chance * item.confidence / hours * weight,
        gain=mid,
        chance=item.chance,
        confidence=item.confidence,
        hours=hours,
        weight=weight,
        critical=item.rule.severity is Severity.CRITICAL,
        kept=kept,
    )


def _weight(item: Planned, goal: str | None) -> float:
    return GOAL_WEIGHT if goal is not None and item.rule.goal == goal else 1.0


def _standing(scores: Sequence[float], severity: Severity) -> float:
    """The priority of the priced action with which what has no price stands; 0 where none is."""
    place = int(_STANDING[severity] * len(scores))
    return scores[place] if place < len(scores) else 0.0
