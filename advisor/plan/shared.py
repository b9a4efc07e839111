"""Shared money is counted once: what each action adds to what those before it have claimed.

Two gaps share their money where one subject is, holds or belongs to the other, unless one follows
the other in the funnel: more clicks, and then more orders of each click, add up.
"""

from collections.abc import Callable, Mapping, Sequence

from advisor.funnel import comes_after
from advisor.plan.actions import Planned
from advisor.plan.money import Price, gain
from advisor.vocabulary import Better, Vocabulary

FollowsOn = Callable[[str, str], bool]


def shares(items: Sequence[Planned], follows: FollowsOn) -> dict[str, float]:
    """The part of each priced action's gain that those before it in the plan have not claimed yet.

    *follows* says of two metrics whether one is a later step of the funnel than the other.
    """
    own: dict[str, dict[str, float]] = {}  # claimed at a subject, by metric, and not yet used up
    below: dict[str, dict[str, float]] = {}  # claimed by what it holds
    found: dict[str, float] = {}
    for item in items:
        whole = added = 0.0
        if item.place:
            continue
        for finding in item.findings:
            if not isinstance(finding.price, Price):
                continue
            metric, mid = finding.price.metric, gain([finding.price]).mid
            whole += mid
            left = mid - _claimed(below.get(finding.subject, {}), metric, follows)
            for place in (finding.subject, *finding.places):
                claims = own.get(place, {})
                for other, amount in claims.items():
                    if left > 0 and not follows(metric, other):
                        used = min(left, amount)
                        left -= used
                        if place != finding.subject:
                            # What is part of a claim already uses it up for what else it holds.
                            claims[other] = amount - used
            left = max(left, 0.0)
            added += left
            _claim(own, finding.subject, metric, left)
            for place in finding.places:
                _claim(below, place, metric, left)
        if whole > 0:
            found[item.id] = added / whole
    return found


def follows_on(vocabulary: Vocabulary) -> FollowsOn:
    """Whether one of two metrics begins where the other ends, or later."""
    known: dict[tuple[str, str], bool] = {}

    def follows(one: str, other: str) -> bool:
        if (one, other) not in known:
            a, b = vocabulary.metrics.get(one), vocabulary.metrics.get(other)
            known[one, other] = (
                a is not None
                and b is not None
                and a.better is b.better is Better.HIGHER
                and (comes_after(a, b, vocabulary) or comes_after(b, a, vocabulary))
            )
        return known[one, other]

    return follows


def _claimed(claims: Mapping[str, float], metric: str, follows: FollowsOn) -> float:
    return sum(amount for other, amount in claims.items() if not follows(metric, other))


def _claim(at: dict[str, dict[str, float]], place: str, metric: str, amount: float) -> None:
    if amount > 0:
        here = at.setdefault(place, {})
        here[metric] = here.get(metric, 0.0) + amount
