"""Shared money is counted once: what each action adds to what those before it have claimed.

Two gaps share their money where one subject is, holds or belongs to the other, unless one follows
the other in the funnel: more clicks, and then more orders of each click, add up.
"""

from collections.abc import Callable, Mapping, Sequence

from advisor.plan.actions import Planned
from advisor.plan.money import Price, gain
from advisor.vocabulary import Better, Metric, Vocabulary

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
    """Whether one of two metrics begins where the other ends, or later: CTR ends in clicks, of
    which CTOR is a share."""
    steps: dict[str, set[str]] = {}
    for metric in vocabulary.metrics.values():
        if metric.better is Better.HIGHER:
            for start in _names(metric.denominator):
                steps.setdefault(start, set()).update(_names(metric.numerator))
    reached = {start: _reach(start, steps) for start in steps}

    def follows(one: str, other: str) -> bool:
        a, b = vocabulary.metrics.get(one), vocabulary.metrics.get(other)
        if a is None or b is None or one == other:
            return False
        if Better.HIGHER not in (a.better, b.better) or a.better is not b.better:
            return False
        return _after(a, b, reached) or _after(b, a, reached)

    return follows


def _after(a: Metric, b: Metric, reached: Mapping[str, frozenset[str]]) -> bool:
    """Whether *b* begins with what *a* ends in, or with what that leads to."""
    begins = _names(b.denominator)
    ends = _names(a.numerator)
    if not begins or not ends or ends & _names(b.numerator):
        return False
    return any(begins & ({end} | reached.get(end, frozenset())) for end in ends)


def _reach(start: str, steps: Mapping[str, set[str]]) -> frozenset[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        for name in steps.get(todo.pop(), ()):
            if name not in seen:
                seen.add(name)
                todo.append(name)
    return frozenset(seen)


def _names(counts: Sequence[str]) -> set[str]:
    return {name.rstrip("?") for name in counts}


def _claimed(claims: Mapping[str, float], metric: str, follows: FollowsOn) -> float:
    return sum(amount for other, amount in claims.items() if not follows(metric, other))


def _claim(at: dict[str, dict[str, float]], place: str, metric: str, amount: float) -> None:
    if amount > 0:
        here = at.setdefault(place, {})
        here[metric] = here.get(metric, 0.0) + amount
