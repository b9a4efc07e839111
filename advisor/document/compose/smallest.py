"""The smallest problem that each healthy check would have found, in words."""

from collections.abc import Iterable, Iterator, Sequence

import attrs

from advisor.diagnosis import Diagnosis
from advisor.document.outcomes import Healthy
from advisor.judge import RELATIVE, SmallestProblem
from advisor.metrics import metric_of
from advisor.model import Unit

LARGE = 1.5  # times beyond the edge: what is found only from there on is said in the plan


def with_smallest(healthy: Sequence[Healthy], diagnosis: Diagnosis) -> tuple[Healthy, ...]:
    """*healthy* with the smallest problem that each would have found."""
    return tuple(_with_smallest(healthy, diagnosis))


def _with_smallest(healthy: Sequence[Healthy], diagnosis: Diagnosis) -> Iterator[Healthy]:
    for one in healthy:
        found = diagnosis.block.smallest.of(diagnosis.id, one.rule, one.kind)
        if found is None:
            yield one
        else:
            said = _render_smallest(found, diagnosis)
            yield attrs.evolve(one, smallest=said, times=found.times)


def too_small(healthy: Iterable[Healthy], diagnosis: Diagnosis) -> str:
    """A sentence about what half of the checks could not have found; empty where that is little."""
    times = sorted(one.times for one in healthy if one.times is not None)
    middle = times[len(times) // 2] if times else 0.0
    if middle < LARGE:
        return ""
    language = diagnosis.language
    return language.gettext(
        "With this little data, half of the checks would miss problems less than {times} times "
        "beyond target.",
        times=language.number(middle),
    )


def _render_smallest(one: SmallestProblem, diagnosis: Diagnosis) -> str:
    language, metric = diagnosis.language, metric_of(one.test.name, diagnosis.vocabulary)
    if one.low is None and one.high is None:
        rising = one.test.trend == "rising" or "high" in one.test.is_
        change = RELATIVE[1] * one.times - 1 if rising else 1 - RELATIVE[0] / one.times
        return language.gettext(
            "smallest change found: {share}", share=language.number(round(change, 2), Unit.SHARE)
        )
    return language.gettext(
        "found from: {metric} {range}",
        metric=metric.title,
        range=language.band(one.low, one.high, metric.unit, diagnosis.business.currency),
    )
