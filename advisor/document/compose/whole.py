"""The document of a diagnosis, part by part."""

from collections.abc import Iterable, Sequence

import attrs

from advisor.diagnosis import Diagnosis
from advisor.document.compose.actions import action_infos, check_infos, money, set_aside_infos
from advisor.document.compose.changes import explained
from advisor.document.compose.courses import courses
from advisor.document.compose.coverage import (
    healthy,
    missing_exports,
    outcome_counts,
    unjudged,
)
from advisor.document.compose.done import done_results, experiment_infos
from advisor.document.compose.findings import band_info, compose_findings
from advisor.document.compose.focus import focus
from advisor.document.compose.funnels import funnels
from advisor.document.compose.goals import month_goals
from advisor.document.compose.margin import margin_info
from advisor.document.compose.mute import suppressed
from advisor.document.compose.origins import origin_of
from advisor.document.compose.rankings import rankings
from advisor.document.compose.reconciliation import reconciliations
from advisor.document.compose.smallest import too_small, with_smallest
from advisor.document.compose.story import story
from advisor.document.compose.watch import watch
from advisor.document.numbers import Kpi, Point
from advisor.document.origin import (
    AdvisorInfo,
    EngineInfo,
    InputInfo,
    NoteInfo,
    OverrideInfo,
    PackInfo,
    PeriodInfo,
    ShopInfo,
)
from advisor.document.since import SinceInfo
from advisor.document.whole import SCHEMA_VERSION, Document
from advisor.history import ExperimentRow, Mark
from advisor.judge import notice
from advisor.metrics import Total, Value, metric_of
from advisor.model import CountUnit, Grain, Language, Metric, Note, Period, Unit, finite
from advisor.plan import formula
from advisor.plugin import documentation_url, own_version

FRESH = 7  # days before the run that data may end without a word: downloads are weekly
OUTDATED = 35  # days after which nothing of the plan has a date: a month and a delay


def compose_document(
    diagnosis: Diagnosis,
    marks: Sequence[Mark] = (),
    tests: Sequence[ExperimentRow] = (),
    changed: SinceInfo | None = None,
) -> Document:
    """The result document: the same diagnosis always gives the same document. *marks* are actions
    that were done, with what is said of them; *tests* are those that are not read yet; *changed* is
    what did since an earlier run."""
    findings = compose_findings(diagnosis)
    made, muted = diagnosis.plan.plan, diagnosis.plan.muted
    infos = [findings.infos[one.index] for one in diagnosis.plan.findings]
    counts = outcome_counts(diagnosis)
    rules, words = diagnosis.rules.rules, diagnosis.vocabulary
    lacking = tuple(unjudged(diagnosis))
    plurals = {kind.id: kind.plural for kind in diagnosis.vocabulary.subjects.values()}
    open_shares = diagnosis.block.open_shares.get(diagnosis.id, {})
    affirmed = healthy(counts, rules, open_shares)
    well = with_smallest(
        [attrs.evolve(one, kinds=plurals[one.kind]) for one in affirmed], diagnosis
    )
    lines = story(diagnosis.rules.rules, infos, well, counts)
    kpis = tuple(_kpis(diagnosis))
    period = _period(diagnosis)
    actions = tuple(action_infos(made, findings, diagnosis))
    if (period.age or 0) > OUTDATED:
        actions = tuple(attrs.evolve(action, start=None, due=None) for action in actions)
    return Document(
        schema_version=SCHEMA_VERSION,
        advisor=_advisor(diagnosis),
        shop=_shop(diagnosis),
        margin=margin_info(diagnosis),
        period=period,
        inputs=tuple(_inputs(diagnosis)),
        story=tuple(attrs.evolve(one, kinds=plurals[one.kind]) for one in lines),
        kpis=kpis,
        plan=actions,
        set_aside=tuple(set_aside_infos(made, findings, diagnosis)),
        total=tuple(money(total, diagnosis) for total in made.total),
        goals=month_goals(made, findings, diagnosis),
        findings=tuple(infos),
        rankings=rankings(diagnosis),
        outcomes=tuple(counts),
        healthy=well,
        too_small=too_small(well, diagnosis),
        watch=tuple(watch(diagnosis)),
        coverage=lacking,
        reconciliation=reconciliations(diagnosis),
        data_notes=tuple(_notes(diagnosis, muted.notes)),
        order=formula(diagnosis.language),
        done=tuple(done_results(marks, diagnosis)),
        experiments=tuple(experiment_infos(tests, diagnosis)),
        suppressed=suppressed(findings.infos.values(), muted),
        changes=explained(diagnosis),
        courses=courses(diagnosis),
        funnels=funnels(diagnosis),
        exports=missing_exports(lacking, diagnosis),
        focus=focus(diagnosis.business.goal, kpis, actions, rules, words, diagnosis.language),
        checks=check_infos(rules, infos),
        language=diagnosis.language.code,
        since=changed,
    )


def _advisor(diagnosis: Diagnosis) -> AdvisorInfo:
    engine = diagnosis.engine
    return AdvisorInfo(
        version=own_version(),
        documentation=documentation_url(),
        engine=EngineInfo(engine.name, engine.version, notice(engine)),
        packs=tuple(
            PackInfo(
                pack.id,
                pack.version or own_version(),
                rules,
                tuple(
                    OverrideInfo(one.rule, one.by)
                    for one in diagnosis.rules.overrides
                    if one.by.partition("/")[0] == pack.id
                ),
            )
            for pack, rules in diagnosis.rules.packs
        ),
    )


def _shop(diagnosis: Diagnosis) -> ShopInfo:
    shop = diagnosis.business
    return ShopInfo(
        id=shop.id,
        name=shop.name,
        size=shop.size,
        niche=shop.niche,
        region=shop.region,
        currency=shop.currency,
        usd_rate=shop.usd_rate,
        margin=shop.margin,
        goal=shop.goal,
    )


def _period(diagnosis: Diagnosis) -> PeriodInfo:
    now, then = diagnosis.period, diagnosis.window.before
    age = None
    if now is not None and not diagnosis.request.asks_for_a_period:
        age = max((diagnosis.request.today - now.last).days, 0)
    return PeriodInfo(
        first=now.first.isoformat() if now else None,
        last=now.last.isoformat() if now else None,
        before_first=then.first.isoformat() if then else None,
        before_last=then.last.isoformat() if then else None,
        today=diagnosis.request.today.isoformat(),
        age=age,
        stale=_stale(now, age, diagnosis.language),
    )


def _stale(now: Period | None, age: int | None, language: Language) -> str:
    """Return what a seller must know first of data that are old; "" where they are not."""
    if now is None or age is None or age <= FRESH:
        return ""
    if age > OUTDATED:
        return language.ngettext(
            "Your data is {n} day old (it ends on {day}): download fresh exports before you act "
            "on this plan. Its actions have no dates.",
            "Your data is {n} days old (it ends on {day}): download fresh exports before you act "
            "on this plan. Its actions have no dates.",
            age,
            day=language.full_day(now.last),
        )
    return language.ngettext(
        "Your data is {n} day old (it ends on {day}): download fresh exports before you act on "
        "this plan. Its dates count from the day of this run.",
        "Your data is {n} days old (it ends on {day}): download fresh exports before you act on "
        "this plan. Its dates count from the day of this run.",
        age,
        day=language.full_day(now.last),
    )


def _inputs(diagnosis: Diagnosis) -> list[InputInfo]:
    read = [
        InputInfo(
            file=r.file.name,
            kind=r.kind,
            title=diagnosis.language.gettext(r.title),
            rows=r.rows,
            left_out=dict(sorted(r.left_out.items())),
            sha256=r.file.sha256,
            first=r.period.first.isoformat() if r.period else None,
            last=r.period.last.isoformat() if r.period else None,
            currency=r.currency,
        )
        for r in diagnosis.gathered.readings
    ]
    unread = [
        InputInfo(
            file=u.file.name,
            kind=None,
            title=None,
            rows=0,
            left_out={},
            sha256=u.file.sha256,
            problem=u.problem(diagnosis.language),
        )
        for u in diagnosis.gathered.unread
    ]
    return sorted(read + unread, key=lambda i: (i.file, i.sha256))


def _kpis(diagnosis: Diagnosis) -> list[Kpi]:
    kpis: list[Kpi] = []
    for kpi in diagnosis.kpis.values():
        series = () if kpi.total is None else kpi.total.series
        value = kpi.value
        if value.origin is not None:
            edges = diagnosis.grader.resolve(value.metric.id, kpi.kind).edges[:1]
            value = attrs.evolve(value, origin=origin_of(edges, diagnosis))
        own = _as_kpi(value, series, kpi.trend, diagnosis)
        kpis.append(own if kpi.total is None else _of_total(own, kpi.total, diagnosis))
    return kpis


def _goal(name: str, diagnosis: Diagnosis) -> str | None:
    goals = diagnosis.vocabulary.goals.values()
    holding = [goal.id for goal in goals if name in goal.kpis]
    own = diagnosis.business.goal
    return own if own in holding else (holding[0] if holding else None)


def _of_total(kpi: Kpi, total: Total, diagnosis: Diagnosis) -> Kpi:
    """*kpi*, saying which subjects and days it is of, where they are not all of the plan's."""
    metric, language = total.metric, diagnosis.language
    then, days = total.row.get("before.days"), total.row.get("days")
    if kpi.before_text and then and days and then < days:
        # Fewer days say less, and a total of them is not to be compared with one of more.
        if _adds_up(metric, diagnosis):
            before = language.ngettext(
                "{value} in {n} day", "{value} in {n} days", then, value=kpi.before_text
            )
        else:
            before = language.ngettext(
                "{value} ({n} day)", "{value} ({n} days)", then, value=kpi.before_text
            )
        kpi = attrs.evolve(kpi, before_text=before)
    kind, state = diagnosis.vocabulary.subjects[total.kind], _is_state(metric, diagnosis)
    if not total.of and total.several:
        # Likes of LIVEs are not the likes of everything.
        title = language.gettext("{metric} of {subjects}", metric=kpi.title, subjects=kind.plural)
        kpi = attrs.evolve(kpi, title=title)
    elif total.of and not state:
        title = language.gettext("{metric} of one {subject}", metric=kpi.title, subject=kind.title)
        kpi = attrs.evolve(kpi, title=title)
    none = total.days is None and kpi.value == 0  # nothing has no days to be of
    days_text = "" if state or none else _other_days(total, diagnosis.period, language)
    marks = [mark for mark in (total.of, days_text) if mark]
    return attrs.evolve(kpi, text=f"{kpi.text} ({', '.join(marks)})") if marks else kpi


def _other_days(total: Total, period: Period | None, language: Language) -> str:
    """Return the days that *total* is of, where they are not those of the plan. A table with gaps
    says nothing of days that it has no rows of."""
    if period is None or total.days == period:
        return ""
    if total.days is None:
        return language.gettext("days not known")
    first, last = total.days.first, total.days.last
    events = not total.metric.denominator and total.metric.unit is Unit.NUMBER
    if total.grain is Grain.DAY and (not total.every_day or (first == last and events)):
        return ""
    return language.days(first, last)


def _adds_up(metric: Metric, diagnosis: Diagnosis) -> bool:
    """Whether *metric* is a total, which grows with the days."""
    unit = diagnosis.vocabulary.counts[metric.numerator[0].rstrip("?")].unit
    return not metric.denominator and unit not in (CountUnit.PEOPLE, CountUnit.STATE)


def _is_state(metric: Metric, diagnosis: Diagnosis) -> bool:
    count = diagnosis.vocabulary.counts[metric.numerator[0].rstrip("?")]
    return count.unit is CountUnit.STATE


def _as_kpi(
    value: Value, series: tuple[tuple[str, float | None], ...], trend: str | None, d: Diagnosis
) -> Kpi:
    metric = metric_of(value.metric.id, d.vocabulary)
    currency, language = d.business.currency, d.language
    banded = value.origin is not None and bool(value.levels())
    return Kpi(
        metric=metric.id,
        title=metric.title,
        goal=_goal(metric.id, d),
        value=value.value,
        low=value.low,
        high=finite(value.high),
        before=value.before,
        levels=value.levels(),
        text=value.words(language, currency),
        band_text=value.band_words(language, currency) if banded else None,
        before_text=None
        if value.before is None
        else language.number(value.before, metric.unit, currency),
        trend=trend,
        impact=metric.impact,
        definition=metric.definition,
        series=tuple(Point(day, finite(v)) for day, v in series),
        band=band_info(value, language, currency) if banded else None,
    )


def _notes(diagnosis: Diagnosis, more: Iterable[Note]) -> list[NoteInfo]:
    notes = [*diagnosis.notes, *more, *(n for r in diagnosis.gathered.readings for n in r.notes)]
    unique = dict.fromkeys((n.code, diagnosis.language.say(n.text), n.file) for n in notes)
    return [NoteInfo(*parts) for parts in sorted(unique, key=lambda p: (p[2], p[0], p[1]))]
