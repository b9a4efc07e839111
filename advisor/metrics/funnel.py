"""Which counts follow which: clicks of views, orders of clicks, sales of orders."""

from collections.abc import Mapping, Sequence

from advisor.model import Better, Metric, Vocabulary


def steps_after(count: str, vocabulary: Vocabulary) -> frozenset[str]:
    """The counts that grow where *count* grows and every rate stays: whatever a metric that is
    better higher counts of it, what is counted of these, and so on."""
    steps = _steps(vocabulary)
    seen: set[str] = set()
    todo = [count]
    while todo:
        for name in steps.get(todo.pop(), ()):
            if name not in seen:
                seen.add(name)
                todo.append(name)
    return frozenset(seen - {count})


def comes_after(one: Metric, other: Metric, vocabulary: Vocabulary) -> bool:
    """Whether *other* begins with what *one* ends in, or with what that leads to: CTR ends in
    clicks, of which CTOR is a share."""
    begins, ends = _names(other.denominator), _names(one.numerator)
    if not begins or not ends or ends & _names(other.numerator):
        return False
    return any(begins & ({end} | steps_after(end, vocabulary)) for end in ends)


def _steps(vocabulary: Vocabulary) -> Mapping[str, set[str]]:
    steps: dict[str, set[str]] = {}
    for metric in vocabulary.metrics.values():
        if metric.better is Better.HIGHER:
            for start in _names(metric.denominator):
                steps.setdefault(start, set()).update(_names(metric.numerator))
    return steps


def _names(counts: Sequence[str]) -> set[str]:
    return {name.rstrip("?") for name in counts}
