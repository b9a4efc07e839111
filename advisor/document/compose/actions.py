"""The actions of a plan as parts of the document."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from advisor.diagnosis import Diagnosis
from advisor.document.actions import (
    ActionInfo,
    CheckInfo,
    DoneInfo,
    Money,
    PriorityInfo,
    SetAsideInfo,
    TrialInfo,
)
from advisor.document.compose.coverage import LONGEST
from advisor.document.compose.findings import ShopFindings
from advisor.document.findings import FindingInfo
from advisor.metrics import Value, metric_of
from advisor.model import Metric, Rule, Start, Unit, text
from advisor.plan import (
    MONTH,
    WASTE,
    Gain,
    Plan,
    Planned,
    Price,
    Priority,
    Ranked,
    SetAside,
    Target,
    edge,
    start,
)
from advisor.stats import WEEK, chance_of, design, round_up, sizes

DUE = {Start.NOW: 0, Start.THIS_WEEK: 7, Start.THIS_MONTH: MONTH}  # days from the run


def action_infos(plan: Plan, findings: ShopFindings, diagnosis: Diagnosis) -> Iterator[ActionInfo]:
    """Each action of *plan*, in its order."""
    critical = sum(item.priority.critical for item in plan.actions)
    for rank, item in enumerate(plan.actions, start=1):
        begin = start(item.planned, rank - critical)
        yield _action(rank, item, begin, findings, diagnosis)


def set_aside_infos(
    plan: Plan, findings: ShopFindings, diagnosis: Diagnosis
) -> Iterator[SetAsideInfo]:
    """What contradicts the plan."""
    kept = {item.planned.id: item.planned for item in plan.actions}
    for aside in plan.set_aside:
        yield _aside(aside, kept[aside.kept], findings, diagnosis)


def check_infos(rules: Iterable[Rule], findings: Sequence[FindingInfo]) -> tuple[CheckInfo, ...]:
    """What rules that are checks found, one entry a rule."""
    checks: list[CheckInfo] = []
    for rule in rules:
        own = [one for one in findings if one.rule == rule.id] if rule.check else []
        if own:
            ids = tuple(one.id for one in own)
            action = rule.actions[0]
            checks.append(CheckInfo(rule.id, ids, own[0].message.text, action.do, action.steps))
    return tuple(checks)


def money(gain: Gain, diagnosis: Diagnosis) -> Money:
    """A gain, ready to print."""
    currency = diagnosis.business.currency
    low, mid, high = (
        text.number(_rounded(amount), Unit.MONEY, currency)
        for amount in (gain.low, gain.mid, gain.high)
    )
    return Money(
        low=gain.low,
        mid=gain.mid,
        high=gain.high,
        currency=currency or "",
        per=f"{MONTH} days",
        what=gain.what,
        text=f"about {mid} in {gain.what} a month",
        range="" if low == high else f"8 times of 10 between {low} and {high}",
    )


def _action(
    rank: int, item: Ranked, begin: Start, findings: ShopFindings, diagnosis: Diagnosis
) -> ActionInfo:
    planned = item.planned
    action = planned.action
    gain = planned.gain if isinstance(planned.gain, Gain) else None
    trial = _trial(planned, findings, diagnosis)
    return ActionInfo(
        id=planned.id,
        rank=rank,
        rule=planned.rule.id,
        severity=planned.rule.severity.value,
        findings=tuple(findings.infos[f.index].id for f in planned.findings),
        also_explains=tuple(findings.infos[i].id for i in planned.also_explains),
        after=item.after,
        lever=action.lever,
        lever_title=diagnosis.vocabulary.levers[action.lever].title,
        direction=action.direction,
        do=action.do,
        steps=action.steps,
        owner=action.owner,
        effort=action.effort,
        start=begin.value,
        due=(diagnosis.request.today + timedelta(days=DUE[begin])).isoformat(),
        stop=action.stop,
        done=tuple(_done(planned, trial, findings, diagnosis)),
        trial=trial,
        gain=None if gain is None else money(gain, diagnosis),
        adds=None if item.adds is None else money(item.adds, diagnosis),
        no_gain_because=None if isinstance(planned.gain, Gain) else planned.gain.because,
        chance=planned.chance,
        chance_text=_chance(planned, diagnosis),
        confidence=planned.confidence,
        priority=_priority(item.priority, diagnosis),
        scope=_scope(planned, diagnosis),
    )


def _scope(planned: Planned, diagnosis: Diagnosis) -> str:
    if not planned.of:
        return ""
    plural = diagnosis.vocabulary.subjects[planned.kind].plural
    many = len(planned.findings)
    return f"{many:,} of {planned.of:,} {plural} have this, so start with what they share"


def _aside(
    aside: SetAside, kept: Planned, findings: ShopFindings, diagnosis: Diagnosis
) -> SetAsideInfo:
    planned = aside.action
    lever = diagnosis.vocabulary.levers[planned.action.lever]
    gain = planned.gain if isinstance(planned.gain, Gain) else None
    mine = [f for f in planned.findings if f.subject in aside.subjects]
    because = (
        f"“{kept.action.do}” moves {lever.title} the other way here, and its evidence and gain "
        "weigh more"
    )
    return SetAsideInfo(
        rule=planned.rule.id,
        lever=lever.id,
        lever_title=lever.title,
        direction=planned.action.direction,
        do=planned.action.do,
        subjects=tuple(findings.infos[f.index].subject.name for f in mine),
        findings=tuple(findings.infos[f.index].id for f in mine),
        kept=aside.kept,
        gain=None if gain is None else money(gain, diagnosis),
        because=because,
        also_explains=tuple(findings.infos[i].id for i in planned.also_explains),
    )


def _chance(planned: Planned, diagnosis: Diagnosis) -> str:
    price = planned.findings[0].price
    if isinstance(price, Price) and price.target.origin == WASTE:
        return "what is wasted can be stopped"
    if not planned.chance_known:
        return "nothing of the shop tells; taken as even"
    plural = diagnosis.vocabulary.subjects[planned.kind].plural
    share = text.number(round(planned.chance, 2), Unit.SHARE)
    return f"about {share} of the shop's own {plural} are there"


def _priority(priority: Priority, diagnosis: Diagnosis) -> PriorityInfo:
    currency = diagnosis.business.currency

    def amount(value: float) -> str:
        return text.number(_rounded(value), Unit.MONEY, currency)

    def share(value: float) -> str:
        return text.number(round(value, 3), Unit.SHARE)

    if priority.gain is None:
        said = "it has no price, and stands by its severity"
    else:
        weight = f" x {priority.weight:g} for the shop's goal" if priority.weight != 1 else ""
        kept = f"{share(priority.kept)} taken as kept x " if priority.kept != 1 else ""
        said = (
            f"{amount(priority.gain)} x {kept}{share(priority.chance)} chance x "
            f"{share(priority.confidence)} confidence / {text.hours(priority.hours)}{weight} = "
            f"{amount(priority.value)} an hour"
        )
    if priority.critical:
        said = f"{said}; it endangers the account, so it comes before all others"
    return PriorityInfo(
        value=priority.value,
        gain=priority.gain,
        chance=priority.chance,
        confidence=priority.confidence,
        hours=priority.hours,
        weight=priority.weight,
        critical=priority.critical,
        text=said,
        kept=priority.kept,
    )


def _done(
    planned: Planned, trial: TrialInfo | None, findings: ShopFindings, diagnosis: Diagnosis
) -> Iterator[DoneInfo]:
    """What ends the action; what is good already and was no better before ends nothing. Where a
    test decides, it says how long that takes."""
    index = planned.findings[0].index
    currency = diagnosis.business.currency
    for name, levels in planned.action.done.items():
        metric = metric_of(name, diagnosis.vocabulary)
        value = findings.values[index].get(name)
        target = findings.target(index, name, levels)
        goal = " or ".join(levels)
        if value is not None and value.origin is not None and edge(value, levels) is not None:
            goal = f"{goal} ({_reach(value, levels, currency)})"
        elif target is not None:
            low, high = (None, target.value) if target.above else (target.value, None)
            goal = f"{text.band(low, high, metric.unit, currency)}, {target.origin}"
        elif value is not None and value.origin is not None and value.value is not None:
            continue
        said = f"{metric.title} is {goal}"
        told = _until_told(value, target, findings.per_day(index, value.metric)) if value else None
        if told is not None and trial is not None and trial.metric == name:
            told = trial.each, trial.days
        if told is None:
            yield DoneInfo(name, levels, None, None, said)
            continue
        events, days = told
        counted = _events(metric, diagnosis)
        if days is not None and days > LONGEST:
            said = f"{said}; too close to tell in {LONGEST} days"
            yield DoneInfo(name, levels, events, None, said)
            continue
        pace = "" if days is None else f", {days:,} days at the present pace"
        said = f"{said}; about {events:,} {counted} tell{pace}"
        yield DoneInfo(name, levels, events, days, said)


def _until_told(
    value: Value, target: Target | None, per_day: float | None
) -> tuple[int, int | None] | None:
    """How many events it takes until a value that has reached its target can be told from what it
    is now (5 %, 80 %), and how many days: a week or more, to hold every day of it."""
    chance = chance_of(value.metric)
    if chance is None or target is None or value.value is None:
        return None
    both = sizes(chance, value.value, target.value)
    if both is None:
        return None
    events = round_up(both[0])
    return events, max(WEEK, math.ceil(events / per_day)) if per_day else None


def _trial(planned: Planned, findings: ShopFindings, diagnosis: Diagnosis) -> TrialInfo | None:
    """How to test, until the worst subject's value and what it has to reach can be told."""
    index = planned.findings[0].index
    name = planned.action.trial
    value = findings.values[index].get(name) if name is not None else None
    if name is None or value is None or value.value is None:
        return None
    target = findings.target(index, name, planned.action.done[name])
    if target is None:
        return None
    made = design(
        value.metric,
        value.value,
        target.value,
        findings.per_day(index, value.metric),
        _events(value.metric, diagnosis),
        currency=diagnosis.business.currency,
    )
    if made is None:
        return None
    return TrialInfo(name, made.kind.value, made.each, made.days, made.detectable, made.text)


def _events(metric: Metric, diagnosis: Diagnosis) -> str:
    """What carries the chance of a metric, in the plural."""
    names: Sequence[str] = (metric.events,) if metric.events else metric.denominator
    return diagnosis.vocabulary.counts[names[0].rstrip("?")].title


def _reach(value: Value, levels: tuple[str, ...], currency: str | None) -> str:
    """The wanted levels as a range: `good or high` of 1–3 % is at least 1 %."""
    low = value.edge_low if "low" not in levels else None
    high = value.edge_high if "high" not in levels else None
    if low is None and high is None:
        return value.band_words(currency)
    return text.band(low, high, value.metric.unit, currency)


def _rounded(amount: float) -> float:
    """Three digits that count: an estimate with more of them claims too much."""
    if amount <= 0:
        return amount
    return round(amount, 2 - math.floor(math.log10(amount)))
