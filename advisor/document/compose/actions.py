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
from advisor.document.compose.findings import ShopFindings
from advisor.document.compose.watch import LONGEST
from advisor.document.findings import FindingInfo
from advisor.metrics import Value, metric_of
from advisor.model import Language, Metric, Rule, Start, Unit
from advisor.plan import (
    MARGIN,
    MONTH,
    SALES,
    SPEND,
    Gain,
    Plan,
    Planned,
    Price,
    Priority,
    Ranked,
    SetAside,
    Target,
    TargetOrigin,
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
    currency, language = diagnosis.business.currency, diagnosis.language
    low, high = rounded(gain.low), rounded(gain.high)
    amount = language.number(rounded(gain.mid), Unit.MONEY, currency)
    likely = language.gettext(
        "likely {range}", range=language.span(low, high, Unit.MONEY, currency)
    )
    what = gain.what
    if what not in (SALES, MARGIN, SPEND):  # of what is lost as a whole, the count
        what = metric_of(what, diagnosis.vocabulary).title
        if low > 0:  # the other end is above what was spent, which is no news to a reader
            least = language.number(low, Unit.MONEY, currency)
            likely = language.gettext("likely at least {amount}", amount=least)
    return Money(
        low=gain.low,
        mid=gain.mid,
        high=gain.high,
        currency=currency or "",
        per=f"{MONTH} days",
        what=what,
        text=_monthly(gain.what, what, amount, language),
        range="" if low == high else likely,
        amount=amount,
    )


def _monthly(kind: str, what: str, amount: str, language: Language) -> str:
    if kind == SALES:
        return language.gettext("about {amount}/month in sales", amount=amount)
    if kind == MARGIN:
        return language.gettext("about {amount}/month in profit", amount=amount)
    if kind == SPEND:
        return language.gettext("about {amount}/month in ad spend saved", amount=amount)
    return language.gettext("about {amount}/month in {what}", amount=amount, what=what)


def _action(
    rank: int, item: Ranked, begin: Start, findings: ShopFindings, diagnosis: Diagnosis
) -> ActionInfo:
    planned = item.planned
    action = planned.action
    gain = planned.gain if isinstance(planned.gain, Gain) else None
    trial = _trial(planned, findings, diagnosis)
    roles = diagnosis.vocabulary.roles
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
        owner_title=roles[action.owner].title if action.owner in roles else action.owner,
        effort=action.effort,
        start=begin.value,
        due=(diagnosis.request.today + timedelta(days=DUE[begin])).isoformat(),
        stop=action.stop,
        done=tuple(_done(planned, trial, findings, diagnosis)),
        trial=trial,
        gain=None if gain is None else money(gain, diagnosis),
        adds=None if item.adds is None else money(item.adds, diagnosis),
        no_gain_because=None
        if isinstance(planned.gain, Gain)
        else planned.gain.text(diagnosis.vocabulary, diagnosis.language),
        chance=planned.chance,
        chance_text=_chance(planned, diagnosis),
        confidence=planned.confidence,
        priority=_priority(item.priority, diagnosis),
        scope=_scope(planned, diagnosis),
    )


def _scope(planned: Planned, diagnosis: Diagnosis) -> str:
    if not planned.of:
        return ""
    return diagnosis.language.ngettext(
        "{n} of {all} {subjects} has this, so start with what they share",
        "{n} of {all} {subjects} have this, so start with what they share",
        len(planned.findings),
        all=planned.of,
        subjects=diagnosis.vocabulary.subjects[planned.kind].plural,
    )


def _aside(
    aside: SetAside, kept: Planned, findings: ShopFindings, diagnosis: Diagnosis
) -> SetAsideInfo:
    planned = aside.action
    lever = diagnosis.vocabulary.levers[planned.action.lever]
    gain = planned.gain if isinstance(planned.gain, Gain) else None
    mine = [f for f in planned.findings if f.subject in aside.subjects]
    because = diagnosis.language.gettext(
        "“{action}” moves the same lever ({lever}) the other way, with more evidence and a larger "
        "gain",
        action=kept.action.do,
        lever=lever.title,
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
    language, price = diagnosis.language, planned.findings[0].price
    if isinstance(price, Price) and price.target.origin is TargetOrigin.NOTHING:
        return language.gettext("certain: the waste only has to stop")
    if not planned.chance_known:
        share = language.number(round(planned.chance, 2), Unit.SHARE)
        if planned.tries:
            return language.ngettext(
                "{share}, from {n} earlier action of this kind",
                "{share}, from {n} earlier actions of this kind",
                planned.tries,
                share=share,
            )
        return language.gettext("{share} assumed (no history yet)", share=share)
    return language.gettext(
        "about {share} of your own {subjects} are there already",
        share=language.number(round(planned.chance, 2), Unit.SHARE),
        subjects=diagnosis.vocabulary.subjects[planned.kind].plural,
    )


def _priority(priority: Priority, diagnosis: Diagnosis) -> PriorityInfo:
    currency, language = diagnosis.business.currency, diagnosis.language

    def amount(value: float) -> str:
        return language.number(rounded(value), Unit.MONEY, currency)

    def share(value: float) -> str:
        return language.number(round(value, 3), Unit.SHARE)

    if priority.gain is None:
        said = language.gettext("no dollar estimate, so it is ranked by severity")
    else:
        factors = [amount(priority.gain)]
        if priority.kept != 1:
            factors.append(language.gettext("{share} kept as profit", share=share(priority.kept)))
        factors.append(language.gettext("{share} chance", share=share(priority.chance)))
        factors.append(language.gettext("{share} confidence", share=share(priority.confidence)))
        if priority.weight != 1:
            factors.append(language.gettext("{weight} for your goal", weight=priority.weight))
        said = language.gettext(
            "{product} ÷ {hours} = {amount} per hour",
            product=" × ".join(factors),
            hours=language.hours(priority.hours),
            amount=amount(priority.value),
        )
    if priority.critical:
        said = language.gettext(
            "{reason}; it protects your account, so it comes before all others", reason=said
        )
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
    currency, language = diagnosis.business.currency, diagnosis.language
    for name, levels in planned.action.done.items():
        metric = metric_of(name, diagnosis.vocabulary)
        value = findings.values[index].get(name)
        target = findings.target(index, name, levels)
        if value is not None and value.origin is not None and edge(value, levels) is not None:
            goal = _reach(value, levels, language, currency)
        elif target is not None:
            low, high = (None, target.value) if target.above else (target.value, None)
            goal = language.gettext(
                "{range}, {origin}",
                range=language.band(low, high, metric.unit, currency),
                origin=target.origin.text(language),
            )
        else:  # without a number nobody could say when it is done
            continue
        now = None if value is None else value.value
        number = None if target is None else target.value
        sample = (
            _until_clear(value, target, findings.per_day(index, value.metric)) if value else None
        )
        if sample is not None and trial is not None and trial.metric == name:
            sample = trial.each, trial.days
        if sample is None:
            said = language.gettext("{metric} is {goal}", metric=metric.title, goal=goal)
            yield DoneInfo(name, levels, None, None, said, now, number)
            continue
        events, days = sample
        named = {
            "metric": metric.title,
            "goal": goal,
            "count": events,
            "events": _events(metric, diagnosis),
        }
        if days is not None and days > LONGEST:
            said = language.ngettext(
                "{metric} is {goal} (too close to tell within {n} day)",
                "{metric} is {goal} (too close to tell within {n} days)",
                LONGEST,
                **named,
            )
            yield DoneInfo(name, levels, events, None, said, now, number)
            continue
        if days == WEEK:  # the sample is there by then: its size is no news
            said = language.ngettext(
                "{metric} is {goal} (check after {n} day)",
                "{metric} is {goal} (check after {n} days)",
                days,
                **named,
            )
        elif days is None:
            said = language.gettext(
                "{metric} is {goal} (check after about {count} {events})", **named
            )
        else:
            said = language.ngettext(
                "{metric} is {goal} (check after about {count} {events}, {n} day)",
                "{metric} is {goal} (check after about {count} {events}, {n} days)",
                days,
                **named,
            )
        yield DoneInfo(name, levels, events, days, said, now, number)


def _until_clear(
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
        language=diagnosis.language,
    )
    if made is None:
        return None
    return TrialInfo(name, made.kind.value, made.each, made.days, made.detectable, made.text)


def _events(metric: Metric, diagnosis: Diagnosis) -> str:
    """What carries the chance of a metric, in the plural."""
    names: Sequence[str] = (metric.events,) if metric.events else metric.denominator
    return diagnosis.vocabulary.counts[names[0].rstrip("?")].title


def _reach(value: Value, levels: tuple[str, ...], language: Language, currency: str | None) -> str:
    """The wanted levels as a range: `good or high` of 1–3% is at least 1%."""
    low = value.edge_low if "low" not in levels else None
    high = value.edge_high if "high" not in levels else None
    if low is None and high is None:
        return value.band_words(language, currency)
    return language.band(low, high, value.metric.unit, currency)


def rounded(amount: float) -> float:
    """Three digits that count: an estimate with more of them claims too much."""
    if amount <= 0:
        return amount
    return round(amount, 2 - math.floor(math.log10(amount)))
