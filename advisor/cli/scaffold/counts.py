"""Counts that give metrics the values one wants: the inverse of measuring, for cases of rules.

Every metric is a ratio of sums, so its logarithm is a sum over logarithms of counts: a wish for
values is a set of planes, and projecting a start on each of them in turn (Kaczmarz, 1937) ends at a
point that lies on all of them, where there is one.
"""

import math
from collections.abc import Iterable, Mapping
from itertools import chain

from advisor.model import Count, CountUnit, Metric, MetricKind, Unit

_ROUNDS = 400
_NEAR = 1e-3  # of the logarithm
_EACH = 20.0  # what one event is worth in money, where nothing asks for another value

# How large a count is beside the events of a case, before anything is asked of it.
_STARTS = {CountUnit.MONEY: _EACH, CountUnit.SECONDS: 10.0}


def used(metric: Metric) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The counts that a case gives for *metric*: those it requires, of either side at least one."""
    return _side(metric.numerator), _side(metric.denominator)


def counts_for(
    wanted: Mapping[str, float],
    metrics: Mapping[str, Metric],
    counts: Mapping[str, Count],
    size: float,
) -> dict[str, float] | None:
    """Counts with which each metric of *wanted* has its value, about *size* events of each; None
    where no counts were found that do."""
    asked = [metrics[name] for name in wanted]
    names = list(dict.fromkeys(chain.from_iterable(map(_all_counts, asked))))
    logs = {name: math.log(size * _STARTS.get(counts[name].unit, 1.0)) for name in names}
    none = {c for m in asked if wanted[m.id] == 0 for c in used(m)[0]}
    planes = [(m, math.log(wanted[m.id] / m.scale)) for m in asked if wanted[m.id] > 0]
    if any(none & set(chain.from_iterable(used(m))) for m, _ in planes):
        return None
    for _ in range(_ROUNDS):
        worst = 0.0
        for metric, target in planes:
            worst = max(worst, abs(_project(metric, target, logs)))
        if worst < _NEAR:
            break
    else:
        return None
    found = {name: 0.0 if name in none else math.exp(log) for name, log in logs.items()}
    found = {name: _round(found[name], counts[name]) for name in names}
    return found if all(_possible(metric, found) for metric in asked) else None


def _project(metric: Metric, target: float, logs: dict[str, float]) -> float:
    """Moves the counts of *metric* by what it is off; says how much that was."""
    top, bottom = used(metric)
    value = _log_sum(top, logs) - (_log_sum(bottom, logs) if bottom else 0.0)
    off = target - value
    share = off / 2 if bottom else off
    for name in top:
        logs[name] += share
    for name in bottom:
        logs[name] -= share
    return off


def _log_sum(names: Iterable[str], logs: Mapping[str, float]) -> float:
    return math.log(math.fsum(math.exp(logs[name]) for name in names))


def _side(names: tuple[str, ...]) -> tuple[str, ...]:
    required = tuple(name for name in names if name[-1] != "?")
    return required or tuple(name.rstrip("?") for name in names[:1])


def _all_counts(metric: Metric) -> tuple[str, ...]:
    top, bottom = used(metric)
    return (*bottom, *top, *((metric.events,) if metric.events else ()))


def _round(value: float, count: Count) -> float:
    """Two digits that count; what is counted in ones is whole."""
    if value == 0:
        return 0.0
    places = 1 - math.floor(math.log10(value))
    rounded = round(value, places)
    if count.unit in (CountUnit.EVENTS, CountUnit.PEOPLE):
        return max(1.0, float(round(rounded)))
    return rounded


def _possible(metric: Metric, counts: Mapping[str, float]) -> bool:
    """Whether a share is one: no more of a part than there is of the whole."""
    top, bottom = used(metric)
    if metric.kind is not MetricKind.PROPORTION or not bottom:
        return True
    return math.fsum(counts[c] for c in top) <= math.fsum(counts[c] for c in bottom)


def usual(metric: Metric, size: float) -> float:
    """A value to begin with, where nothing is asked but how it changes."""
    usually = {Unit.SHARE: 0.05, Unit.MONEY: _EACH, Unit.RATIO: 2.0, Unit.SECONDS: 10.0}
    if metric.kind is MetricKind.EXACT and metric.unit is not Unit.SHARE:
        return size
    return usually.get(metric.unit, size) * (metric.scale if metric.unit is Unit.NUMBER else 1.0)
