"""What a test says, in sentences."""

import math
from collections.abc import Iterator

from advisor.experiment.before_after import Effect
from advisor.experiment.compare import Comparison
from advisor.experiment.reading import Reading, Result, Verdict
from advisor.experiment.size import Size
from advisor.experiment.worth import Worth
from advisor.model import ENGLISH, Metric, Unit
from advisor.stats import LONGEST, MONTH, DesignKind, round_up

DESIGNS = {
    DesignKind.SPLIT: "side by side",
    DesignKind.BOLDER: "side by side, of a bolder change",
    DesignKind.BEFORE_AFTER: "before and after",
}
_FAR = 1e6  # times: a limit beyond is none
_HUGE = 1e15  # a number beyond is none
_NOTHING = 0.001  # a change that is none in print
_BY_CHANCE = (
    "read at the planned end, alike versions seem to differ {alpha} of the time; of who stops at "
    "the first difference in five looks, 14 % (say what was planned with --planned)"
)


def sized(found: Size, events: str, currency: str | None) -> Iterator[str]:
    """The size of a test, without its table."""
    metric, versions = found.metric, len(found.needs)
    gain = f" ({percent(found.hoped / found.now)})" if found.now > 0 else ""
    now, hoped = (_value(metric, one, currency) for one in (found.now, found.hoped))
    yield f"{metric.title}: {now} now, {hoped} hoped{gain}"
    if len(set(found.needs)) == 1:
        yield f"each of {versions} versions needs {found.needs[0]:,} {events}"
    else:
        yield f"the present version needs {found.needs[0]:,} {events}, the other {found.needs[1]:,}"
    sure = ENGLISH.number(found.certainty.alpha, Unit.SHARE)
    often = ENGLISH.number(found.certainty.power, Unit.SHARE)
    together = " over all versions together" if versions > 2 else ""
    yield (
        f"then the hoped gain is found {often} of the time, and where there is none a difference "
        f"is seen {sure} of the time{together}"
    )
    if found.days is not None and found.per_day is not None:
        pace = ENGLISH.number(found.per_day, Unit.NUMBER)
        yield f"at {pace} {events} a day for all versions together: {found.days:,} days"


def design_lines(found: Size) -> Iterator[str]:
    """What fits the pace, and why."""
    even = "" if len(set(found.needs)) == 1 else ", shared evenly"
    yield f"Proposed: {DESIGNS[found.design.kind]}{even}"
    yield f"  {found.design.text}"
    after = found.before_after
    if found.design.kind is not DesignKind.BEFORE_AFTER and after is not None and after < LONGEST:
        yield (
            f"Or before and after, with others left untouched: {after} days after the change "
            f"against {after} before"
        )


def varying(times: float) -> str:
    """What days mean that vary so many *times* more than chance."""
    much = ENGLISH.number(times, Unit.NUMBER)
    return (
        f"Beware: its days vary {much} times as much as chance. Versions that people are divided "
        f"among by chance share their days; others need {much} times as many events."
    )


def describe_version(
    reading: Reading, result: Result, events: str, currency: str | None
) -> Iterator[str]:
    """The verdict on one version, its numbers and its worth."""
    metric, a, b = reading.metric, reading.a.name, result.name
    yield f"{_verdict(reading, result, events)}"
    found = result.comparison
    if found is None:
        return
    sure = ENGLISH.number(1 - found.alpha, Unit.SHARE)
    numbers = f"{difference(metric, found, currency)}{_ratio(found)}"
    yield f"  {b} against {a}: {numbers}; {sure} confidence interval"
    if result.worth is not None:
        yield f"  {b} instead of {a} is worth {money(result.worth, currency)}"


def warnings(reading: Reading, *, as_ran: bool = False) -> Iterator[str]:
    """What keeps the numbers from meaning what they seem to; *as_ran*: nobody says that chance
    divided people among the versions."""
    if reading.mismatched:
        yield (
            "the versions did not get the parts that were planned, which chance does less than "
            "once in 1,000 times: something sorts people before the test; find it first"
        )
    if as_ran:
        yield (
            "unless chance divided people among these versions, their audience, budget or days may "
            "be the difference (--split says how they were to share)"
        )
    read_at_will = reading.planned is None
    if read_at_will and any(r.comparison and r.comparison.differs for r in reading.results):
        yield _BY_CHANCE.format(alpha=ENGLISH.number(reading.alpha, Unit.SHARE))


def effect(found: Effect, name: str, currency: str | None) -> Iterator[str]:
    """What a change did, before and after."""
    metric = found.metric
    if found.times is None or found.without is None or found.own is None:
        yield f"too early: {metric.title} before or after has nothing to compare yet"
        return
    verdicts = {
        Verdict.BETTER: f"the change of {name} helped",
        Verdict.WORSE: f"the change of {name} did harm",
        Verdict.DIFFERENT: f"the change of {name} shows",
    }
    yield verdicts.get(found.verdict, f"no effect of the change of {name} is shown yet")
    before, after, without = (
        _value(metric, one, currency) for one in (found.before, found.after, found.without)
    )
    yield (
        f"  {metric.title} went from {before} to {after}; the untouched changed by "
        f"{percent(found.own)}, so {without} was to be expected"
    )
    yield f"  the change made {percent(found.times)} ({_percents(found.low, found.high)})"
    if found.wander is not None:
        own = math.expm1(found.wander)
        said = (
            "as chance makes them" if own < _NOTHING else f"by ±{ENGLISH.number(own, Unit.SHARE)}"
        )
        beyond = "" if own < _NOTHING else " beyond chance, which is counted in"
        yield f"  single untouched ones change {said}{beyond}"
    if found.worth is not None:
        yield f"  it is worth {money(found.worth, currency)}"


def difference(metric: Metric, found: Comparison, currency: str | None) -> str:
    """`+0.475 points (0.0711 to 0.883)`; with a currency for money."""
    mid, low, high = (
        _signed(metric, one, currency) for one in (found.difference, found.low, found.high)
    )
    unit = " points" if metric.unit is Unit.SHARE else ""
    return f"{mid}{unit} ({low} to {high})"


def value_and_limits(
    metric: Metric, value: float | None, low: float, high: float, currency: str | None
) -> tuple[str, str]:
    """`1.5 %` and `1.26–1.79 %`."""
    end = high if high < _HUGE else None
    return _value(metric, value, currency), ENGLISH.span(low, end, metric.unit, currency)


def money(worth: Worth, currency: str | None) -> str:
    """`about 1,230 MXN (210 MXN to 2,250 MXN) in sales in 30 days`."""
    mid, low, high = (_amount(one, currency) for one in (worth.mid, worth.low, worth.high))
    what = f" in {worth.what}" if worth.what else ""
    return f"about {mid}{what} in {MONTH} days ({low} to {high})"


def percent(ratio: float) -> str:
    """A ratio as a change: +20 %, -3 %; "anything" where it has no end."""
    if ratio > _FAR:
        return "anything"
    sign = "-" if ratio < 1 else "+"
    return f"{sign}{ENGLISH.number(abs(ratio - 1), Unit.SHARE)}"


def _percents(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ENGLISH.not_known
    return f"{percent(low)} to {percent(high)}"


def _verdict(reading: Reading, result: Result, events: str) -> str:
    a, b, metric = reading.a.name, result.name, reading.metric
    if result.verdict is Verdict.EARLY:
        if result.comparison is None and result.more is None:
            return f"too early: {metric.title} of {a} or {b} has no value yet"
        more = math.ceil(result.more or 0.0)
        return (
            f"too early: {b} and {a} need {more:,} more {events} each to the planned end; a "
            "difference that is seen before is often chance"
        )
    if result.verdict is Verdict.OPEN:
        if result.more is None:
            return f"no difference between {b} and {a} is shown yet, and it is too close to call"
        about = f"{round_up(result.more):,}"
        return (
            f"no difference between {b} and {a} is shown yet; if it stays as it is, about {about} "
            f"more {events} each would show it"
        )
    word = {Verdict.BETTER: "better than", Verdict.WORSE: "worse than"}.get(
        result.verdict, "different from"
    )
    early = (
        ", and so clearly that the test may end before its planned size" if result.stands else ""
    )
    return f"{b} is {word} {a}{early if result.stands else ''}"


def _ratio(found: Comparison) -> str:
    if found.ratio is None:
        return ""
    return f", {percent(found.ratio)} ({_percents(found.ratio_low, found.ratio_high)})"


def _signed(metric: Metric, value: float, currency: str | None) -> str:
    if abs(value) > _HUGE:
        return "anything"
    sign = "-" if value < 0 else "+"
    if metric.unit is Unit.SHARE:
        return f"{sign}{ENGLISH.number(abs(value) * 100, Unit.NUMBER)}"
    return f"{sign}{ENGLISH.number(abs(value), metric.unit, currency)}"


def _amount(value: float, currency: str | None) -> str:
    if abs(value) > _HUGE:
        return "any sum" if value > 0 else "any loss"
    return ENGLISH.number(_three_digits(value), Unit.MONEY, currency)


def _value(metric: Metric, value: float | None, currency: str | None = None) -> str:
    if value is None or value > _HUGE:
        return ENGLISH.not_known
    return ENGLISH.number(value, metric.unit, currency)


def _three_digits(value: float) -> float:
    return value if value == 0 else round(value, 2 - math.floor(math.log10(abs(value))))
