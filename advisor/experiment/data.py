"""What a test says, as data: for `--json`."""

from collections.abc import Mapping

from advisor.experiment.arms import Arm, limits
from advisor.experiment.before_after import Effect
from advisor.experiment.reading import Reading, Result
from advisor.experiment.size import Size
from advisor.experiment.worth import Worth
from advisor.model import finite
from advisor.stats import MONTH

Data = Mapping[str, object]


def size_data(found: Size, events: str) -> Data:
    """The size of a test."""
    design = found.design
    return {
        "metric": found.metric.id,
        "now": found.now,
        "hoped": found.hoped,
        "alpha": found.certainty.alpha,
        "power": found.certainty.power,
        "events": events,
        "needs": list(found.needs),
        "per_day": found.per_day,
        "days": found.days,
        "spans": [{"days": s.days, "each": s.each, "shows": s.shows} for s in found.spans],
        "before_after": found.before_after,
        "design": {
            "kind": design.kind.value,
            "each": design.each,
            "days": design.days,
            "detectable": design.detectable,
            "text": design.text,
        },
    }


def reading_data(found: Reading, currency: str | None) -> Data:
    """What versions side by side say."""
    return {
        "metric": found.metric.id,
        "alpha": found.alpha,
        "planned": found.planned,
        "mismatch": found.mismatch,
        "currency": currency,
        "versions": [_arm(found, arm) for arm in (found.a, *found.others)],
        "results": [_result(result) for result in found.results],
    }


def effect_data(found: Effect, currency: str | None) -> Data:
    """What a change did."""
    return {
        "metric": found.metric.id,
        "verdict": found.verdict.value,
        "currency": currency,
        "before": found.before,
        "after": found.after,
        "untouched": found.own,
        "expected": found.without,
        "effect": _limits(found.times, found.low, found.high),
        "wander": found.wander,
        "worth": _worth(found.worth),
    }


def _arm(found: Reading, arm: Arm) -> Data:
    low, high = limits(found.metric, arm, found.alpha)
    return {
        "name": arm.name,
        "numerator": arm.top,
        "denominator": arm.bottom,
        "events": arm.events,
        **_limits(arm.value(found.metric), low, high),
    }


def _result(result: Result) -> Data:
    found = result.comparison
    return {
        "name": result.name,
        "verdict": result.verdict.value,
        "more": result.more,
        "stands": result.stands,
        "p": found.p if found else None,
        "alpha": found.alpha if found else None,
        "difference": _limits(found.difference, found.low, found.high) if found else None,
        "ratio": _limits(found.ratio, found.ratio_low, found.ratio_high) if found else None,
        "worth": _worth(result.worth),
    }


def _worth(worth: Worth | None) -> Data | None:
    if worth is None:
        return None
    return {**_limits(worth.mid, worth.low, worth.high), "what": worth.what, "days": MONTH}


def _limits(value: float | None, low: float | None, high: float | None) -> Data:
    return {"value": finite(value), "low": finite(low), "high": finite(high)}
