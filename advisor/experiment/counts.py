"""What a person writes on the command line: shares, money and the counts of a version."""

import re

from advisor.errors import AdvisorError
from advisor.experiment.arms import Arm
from advisor.model import Better, CountUnit, Metric, MetricKind, Unit, Vocabulary

_NUMBER = re.compile(r"\d+(\.\d+)?|\d{1,3}(,\d{3})+(\.\d+)?|\.\d+")
COUNTS = re.compile(r"[\d.,\s]+(/[\d.,\s]+)+")


def number(text: str) -> float | None:
    """A number as people write it: 8100, 8,100 or 0.015; None where it is none."""
    found = text.strip()
    return float(found.replace(",", "")) if _NUMBER.fullmatch(found) else None


def value(text: str, metric: Metric, *, where: str) -> float:
    """A value of *metric*: 1.5%, 0.015, 12.50. Raises AdvisorError where it is none."""
    percent = text.strip().endswith("%")
    found = number(text.strip().removesuffix("%"))
    if found is None:
        raise AdvisorError(
            f"{text!r} is no number", where=where, hint=f"write it like {_like(metric)}"
        )
    if percent and metric.unit is not Unit.SHARE:
        raise AdvisorError(
            f"{metric.title} is no share, so {text!r} is no value of it",
            where=where,
            hint=f"write it like {_like(metric)}",
        )
    found = found / 100 if percent else found
    if metric.kind is MetricKind.PROPORTION and found > 1:
        meant = not percent and found <= 100
        hint = f"write {text.strip()}%, or a share between 0 and 1" if meant else ""
        raise AdvisorError(f"{metric.title} is at most 100 %, not {text}", where=where, hint=hint)
    return found


def hoped(text: str, now: float, metric: Metric, *, where: str) -> float:
    """A hoped value: one of *metric*, or +20% and -20% of *now*. Raises AdvisorError where it is
    none, or worse than *now*."""
    found = _hoped(text, now, metric, where=where)
    better = metric.better
    if (better is Better.HIGHER and found < now) or (better is Better.LOWER and found > now):
        raise AdvisorError(
            f"{metric.title} is better {better}, and {text} is worse than now",
            where=where,
            hint="hope for what is better",
        )
    return found


def _hoped(text: str, now: float, metric: Metric, *, where: str) -> float:
    said = text.strip()
    if said[:1] not in {"+", "-"}:
        return value(text, metric, where=where)
    change = number(said[1:].removesuffix("%"))
    if change is None or not said.endswith("%"):
        raise AdvisorError(f"{text!r} is no change", where=where, hint="write it like +20%")
    found = now * (1 + (change if said[0] == "+" else -change) / 100)
    if found < 0 or (metric.kind is MetricKind.PROPORTION and found > 1):
        raise AdvisorError(
            f"{metric.title} cannot change by {text} from {now:.3g}",
            where=where,
            hint="write the hoped value itself",
        )
    return found


def share(text: str, *, where: str) -> float:
    """A part of a whole, above 0 and below 1: 80%, 0.8. Raises AdvisorError otherwise."""
    percent = text.strip().endswith("%")
    found = number(text.strip().removesuffix("%"))
    if found is not None:
        found = found / 100 if percent else found
    if found is None or not 0 < found < 1:
        raise AdvisorError(
            f"{text!r} is no part between 0 and 1", where=where, hint="write it like 80% or 0.8"
        )
    return found


def parts(text: str, versions: int, *, where: str) -> tuple[float, ...]:
    """A planned split: 50/50, 80/20, 1/1/2; one part for each of so many *versions*."""
    found = [number(part) for part in text.split("/")]
    if len(found) != versions or any(part is None or not part > 0 for part in found):
        raise AdvisorError(
            f"{text!r} is no split among {versions} versions",
            where=where,
            hint=f"write a part for each, like {'/'.join(['1'] * versions)}",
        )
    return tuple(part for part in found if part is not None)


def of_events(metric: Metric) -> str | None:
    """The count of events that a money ratio needs beside its numerator and its denominator."""
    if metric.kind is not MetricKind.MONEY or metric.events in metric.denominator:
        return None
    return metric.events


def arm(text: str, metric: Metric, vocabulary: Vocabulary, name: str, *, where: str) -> Arm:
    """The counts of a version: 120/8000, or for ROAS and its like 1200/310/45.

    Raises AdvisorError for what cannot be counts of *metric*.
    """
    found = [number(part) for part in text.split("/")]
    extra = of_events(metric)
    wanted = 2 if extra is None else 3
    names = _names(metric, vocabulary)
    if len(found) != wanted or any(part is None for part in found):
        raise AdvisorError(
            f"{text!r} are no counts of {metric.title}", where=where, hint=f"write {names}"
        )
    for part, counted in zip(found, _sides(metric), strict=True):
        unit = vocabulary.counts[counted[0].rstrip("?")].unit
        if unit is not CountUnit.MONEY and unit is not CountUnit.SECONDS and part and part % 1:
            raise AdvisorError(
                f"{text}: {_title(counted, vocabulary)} are whole numbers, not {part:g}",
                where=where,
                hint=f"write {names}",
            )
    top, bottom, *more = (part for part in found if part is not None)
    if metric.kind is MetricKind.PROPORTION and top > bottom:
        raise AdvisorError(
            f"{text}: of {bottom:,.0f} {_title(metric.denominator, vocabulary)} there cannot be "
            f"{top:,.0f} {_title(metric.numerator, vocabulary)}",
            where=where,
            hint=f"write {names}",
        )
    events = more[0] if more else None
    if metric.kind is MetricKind.MONEY and events is None:
        events = bottom
    if metric.kind is MetricKind.MONEY and not events and top > 0 and extra is not None:
        raise AdvisorError(f"{text}: money without any event it came from", where=where)
    return Arm(name, top, bottom, events)


def denominator(metric: Metric, vocabulary: Vocabulary) -> str:
    """What is below the line, in words: impressions."""
    return _title(metric.denominator, vocabulary)


def deciding(metric: Metric, vocabulary: Vocabulary) -> str:
    """The events that decide, in words: of the denominator, or those of a money ratio."""
    if metric.kind is MetricKind.MONEY and metric.events is not None:
        return _title((metric.events,), vocabulary)
    return denominator(metric, vocabulary)


def titles(metric: Metric, vocabulary: Vocabulary) -> tuple[str, ...]:
    """What the counts of a version are, in their order: clicks, impressions."""
    return tuple(_title(side, vocabulary) for side in _sides(metric))


def _sides(metric: Metric) -> list[tuple[str, ...]]:
    extra = of_events(metric)
    return [metric.numerator, metric.denominator, *([(extra,)] if extra else [])]


def _names(metric: Metric, vocabulary: Vocabulary) -> str:
    return "/".join(titles(metric, vocabulary))


def _title(names: tuple[str, ...], vocabulary: Vocabulary) -> str:
    return " + ".join(vocabulary.counts[name.rstrip("?")].title for name in names)


def _like(metric: Metric) -> str:
    return {Unit.SHARE: "1.5%", Unit.MONEY: "12.50", Unit.RATIO: "2.4"}.get(metric.unit, "120")
