"""A run as the history keeps it: the findings, actions and KPIs of its document."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document.findings import Evidence, FindingInfo
from advisor.document.whole import Document
from advisor.history import (
    BANDS,
    OPEN,
    ActionRow,
    FindingRow,
    KpiRow,
    Past,
    Run,
    RunInfo,
    State,
    VerdictRow,
)
from advisor.judge import Outcome
from advisor.metrics import metric_of
from advisor.model import Better, short_digest
from advisor.plan import worth_of_one

_STATES = {outcome: State(outcome.name.lower().replace("_", "-")) for outcome in Outcome}


def run_record(
    diagnosis: Diagnosis, document: Document, past: Past, called: Mapping[int, VerdictRow]
) -> Run:
    """What the history keeps of a run; *past* is the run before of the same shop, *called* is what
    is said of actions, by the numbers of their marks."""
    return Run(
        info=_info(diagnosis, document),
        findings=(*_findings(diagnosis, document, past), *_followed(diagnosis, document, past)),
        actions=tuple(_actions(diagnosis, document)),
        kpis=tuple(_kpis(document)),
        verdicts=tuple((number, row) for number, row in called.items() if row.times is not None),
    )


def _info(diagnosis: Diagnosis, document: Document) -> RunInfo:
    request, period = diagnosis.request, document.period
    settings = request.settings
    own = (settings.shop, settings.costs, settings.goal, sorted(settings.bands.items()))
    asked = (settings.rules, settings.source, request.goal, request.size, request.niche)
    return RunInfo(
        shop=diagnosis.business.id,
        day=request.today,
        first=date.fromisoformat(period.first) if period.first else None,
        last=date.fromisoformat(period.last) if period.last else None,
        chosen=request.asks_for_a_period,
        version=document.advisor.version,
        rules={
            **{rule.id: rule.logic for rule in diagnosis.rules.rules},
            BANDS: diagnosis.grader.bands.logic,
        },
        config=short_digest(own, asked),
        inputs=tuple(sorted({one.sha256[:16] for one in document.inputs if one.kind is not None})),
        currency=document.shop.currency,
    )


def _findings(diagnosis: Diagnosis, document: Document, past: Past) -> Iterator[FindingRow]:
    """The findings of this run."""
    known = past.findings.filter(OPEN)
    opened: Mapping[str, date] = dict(known.select("id", "opened").iter_rows())
    day = diagnosis.request.today
    muted = [one.finding for one in document.suppressed]
    for place, finding in enumerate([*document.findings, *muted]):
        shown = finding.evidence[0] if finding.evidence else None
        target = None if shown is None else _target(finding, shown)
        yield FindingRow(
            id=finding.id,
            rule=finding.rule,
            severity=finding.severity,
            kind=finding.subject.kind,
            key=finding.subject.key,
            name=finding.subject.name,
            state=State.FIRES if place < len(document.findings) else State.MUTED,
            opened=opened.get(finding.id, day),
            metric=None if shown is None else shown.metric,
            value=None if shown is None else shown.value,
            low=None if shown is None else shown.low,
            high=None if shown is None else shown.high,
            target=target,
            worse=0 if shown is None else _worse(shown, target, diagnosis),
            stake=finding.stake,
        )


def _target(finding: FindingInfo, shown: Evidence) -> float | None:
    if finding.price is not None and finding.price.metric == shown.metric:
        return finding.price.target
    band, value = shown.band, shown.value
    if band is None or value is None:
        return None
    if band.high is not None and value > band.high:
        return band.high
    return band.low if band.low is not None and value < band.low else None


def _worse(shown: Evidence, target: float | None, diagnosis: Diagnosis) -> int:
    """Which way the value gets worse: away from what is to be reached."""
    if target is not None and shown.value is not None and shown.value != target:
        return 1 if shown.value > target else -1
    better = metric_of(shown.metric, diagnosis.vocabulary).better
    return {Better.LOWER: 1, Better.HIGHER: -1}.get(better, 0)


def _followed(diagnosis: Diagnosis, document: Document, past: Past) -> Iterator[FindingRow]:
    """What became of the open findings of the run before that are none of this one."""
    here = [finding.id for finding in document.findings]
    here += [one.finding.id for one in document.suppressed]
    gone = past.findings.filter(OPEN & ~pl.col("id").is_in(here))
    if not gone.height:
        return
    ends = (
        diagnosis.judgement.outcomes.select(
            pl.col("rule", "kind", "key").cast(pl.String), pl.col("outcome").cast(pl.Int64)
        )
        .filter(pl.col("rule").is_in(gone["rule"].unique()))
        .group_by("rule", "kind", "key")
        .agg(pl.col("outcome").max())
    )
    states = {int(outcome): state.value for outcome, state in _STATES.items()}
    state = pl.col("outcome").replace_strict(states, return_dtype=pl.String, default=None)
    rows = gone.join(ends, on=("rule", "kind", "key"), how="left").sort("id")
    rows = rows.with_columns(state.fill_null(State.ABSENT.value).alias("state"))
    for row in rows.iter_rows(named=True):
        yield FindingRow(
            id=row["id"],
            rule=row["rule"],
            severity=row["severity"],
            kind=row["kind"],
            key=row["key"],
            name=row["name"],
            state=State(row["state"]),
            opened=row["opened"],
            metric=row["metric"],
            target=row["target"],
            worse=row["worse"],
        )


def _actions(diagnosis: Diagnosis, document: Document) -> Iterator[ActionRow]:
    for action, item in zip(document.plan, diagnosis.plan.plan.actions, strict=True):
        gain = action.gain
        metric = action.done[0].metric if action.done else None
        each = worth_of_one(metric, item.planned.findings)
        yield ActionRow(
            id=action.id,
            rank=action.rank,
            rule=action.rule,
            lever=action.lever,
            what=action.do,
            metric=metric,
            low=None if gain is None else gain.low,
            mid=None if gain is None else gain.mid,
            high=None if gain is None else gain.high,
            currency=None if gain is None else gain.currency,
            chance=action.chance,
            findings=action.findings,
            money="" if gain is None else gain.what,
            kind=item.planned.kind,
            now=action.done[0].now if action.done else None,
            target=action.done[0].target if action.done else None,
            each=None if each is None else each.mean,
            each_sd=None if each is None else each.sd,
        )


def _kpis(document: Document) -> Iterator[KpiRow]:
    """Daily values inside the window."""
    if document.period.first is None:
        return
    first = date.fromisoformat(document.period.first) - timedelta(days=1)
    for kpi in document.kpis:
        for point in kpi.series:
            day = date.fromisoformat(point.day)
            if day > first:
                yield KpiRow(kpi.metric, day, point.value)
