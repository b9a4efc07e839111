"""What the history keeps of a run, of all shops of a block at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from advisor.diagnosis import Block, BlockDiagnosis, Diagnosis
from advisor.experiment.noticed import noticed
from advisor.experiment.verdicts import is_final
from advisor.history import (
    ACTIONS,
    BANDS,
    FINDINGS,
    OPEN,
    ActionRow,
    Past,
    RunInfo,
    Runs,
    State,
    VerdictRow,
    stored_values,
)
from advisor.judge import Outcome
from advisor.metrics import metric_of, totals_by_day
from advisor.model import Better, Vocabulary, short_digest
from advisor.plan import Gain, Planned, Price, PricedFindings, shown_values, worth_of_one
from advisor.plugin import own_version

_STATES = {int(outcome): State(outcome.name.lower().replace("_", "-")) for outcome in Outcome}
_FOUND: Mapping[str, Any] = {
    **dict.fromkeys(("block", "index"), pl.UInt32),
    **{name: FINDINGS[name] for name in ("shop", "id", "rule", "severity", "kind", "key", "name")},
    **{name: FINDINGS[name] for name in ("state", "stake")},
    "price_metric": pl.String,
    "price_target": pl.Float64,
}


def run_records(
    diagnosed: BlockDiagnosis, past: Past, called: Mapping[str, Mapping[int, VerdictRow]]
) -> Runs:
    """The runs of a block; *past* is what the histories have of earlier ones, *called* is what is
    said of actions now, by shop and number of the mark."""
    shops, blocks = diagnosed.shops, diagnosed.blocks
    infos = dict(_infos(shops))
    findings = _findings(diagnosed, past)
    return Runs(
        infos,
        pl.concat([findings, _followed(blocks, findings, past)]).sort("shop", "id"),
        pl.DataFrame(
            [row for shop in shops for row in _actions(shop)], schema=ACTIONS, orient="row"
        ),
        _kpis(blocks, infos),
        {
            shop: {number: look for number, look in looks.items() if is_final(look)}
            for shop, looks in called.items()
        },
        noticed(diagnosed, past),
    )


def _infos(shops: Iterable[Diagnosis]) -> Iterator[tuple[str, RunInfo]]:
    known: dict[tuple[int, ...], Mapping[str, str]] = {}  # most shops share rules and targets
    for shop in shops:
        rules, bands = shop.block.rules.rules, shop.grader.bands
        place = (id(rules), *map(id, bands.files))
        if place not in known:
            known[place] = {**{rule.id: rule.logic for rule in rules}, BANDS: bands.logic}
        period, request, settings = shop.period, shop.request, shop.request.settings
        own = (settings.shop, settings.costs, settings.goal, sorted(settings.bands.items()))
        asked = (settings.rules, settings.source, request.goal, request.size, request.niche)
        info = RunInfo(
            shop=shop.id,
            day=request.today,
            first=period.first if period else None,
            last=period.last if period else None,
            chosen=request.asks_for_a_period,
            version=own_version(),
            rules=known[place],
            config=short_digest(own, asked),
            inputs=tuple(sorted({read.file.sha256[:16] for read in shop.gathered.readings})),
            currency=shop.business.currency,
        )
        yield shop.id, info


def _findings(diagnosed: BlockDiagnosis, past: Past) -> pl.DataFrame:
    """The findings of this run (FINDINGS)."""
    blocks = {id(block): number for number, block in enumerate(diagnosed.blocks)}
    rows = [
        (
            blocks[id(shop.block)],
            finding.index,
            shop.id,
            finding.id,
            finding.rule.id,
            finding.rule.severity.value,
            finding.kind,
            finding.key,
            finding.name,
            State.MUTED if finding.id in shop.plan.muted.by_finding else State.FIRES,
            finding.worth,
            *_price(finding.price),
        )
        for shop in diagnosed.shops
        for finding in shop.block.findings.by_shop.get(shop.id, ())
    ]
    days = {shop.id: shop.request.today for shop in diagnosed.shops}
    day = pl.col("shop").replace_strict(days, return_dtype=pl.Date)
    known = past.findings.lazy().filter(OPEN).select("shop", "id", "opened")
    over, under = pl.col("value") > pl.col("edge_high"), pl.col("value") < pl.col("edge_low")
    priced = pl.col("price_metric") == pl.col("metric")
    target = (
        pl.when(priced.fill_null(value=False))
        .then("price_target")
        .when(over)
        .then("edge_high")
        .when(under)
        .then("edge_low")
    )
    shown = shown_values([block.findings for block in diagnosed.blocks])
    return (
        pl.LazyFrame(rows, schema=_FOUND, orient="row")
        .join(shown.lazy(), on=["block", "index"], how="left")
        .join(known, on=["shop", "id"], how="left")
        .with_columns(target.alias("target"), pl.coalesce("opened", day).alias("opened"))
        .with_columns(
            _worse(shown["metric"].unique(), diagnosed.blocks[0].vocabulary).alias("worse")
        )
        .select(*FINDINGS)
        .collect(engine="in-memory")
    )


def _price(price: object) -> tuple[str | None, float | None]:
    return (price.metric, price.target.value) if isinstance(price, Price) else (None, None)


def _worse(metrics: Iterable[str], vocabulary: Vocabulary) -> pl.Expr:
    """Which way the value gets worse: away from what is to be reached."""
    signs = {Better.LOWER: 1, Better.HIGHER: -1}
    better = {name: signs.get(metric_of(name, vocabulary).better, 0) for name in metrics}
    away = (pl.col("value") - pl.col("target")).sign().cast(pl.Int64)
    known = pl.col("metric").replace_strict(better, default=0, return_dtype=pl.Int64)
    return pl.when(away != 0).then(away).otherwise(known)


def _followed(blocks: Sequence[Block], found: pl.DataFrame, past: Past) -> pl.DataFrame:
    """What became of the open findings of the run before that are none of this one."""
    gone = past.findings.filter(OPEN).join(found, on=["shop", "id"], how="anti")
    if not gone.height:
        return gone
    subject = ("shop", "rule", "kind", "key")
    rules = gone["rule"].unique().to_list()
    ends = (
        pl.concat(
            block.judgement.outcomes.lazy()
            .filter(pl.col("rule").cast(pl.String).is_in(rules))
            .select(pl.col(subject).cast(pl.String), pl.col("outcome").cast(pl.Int64))
            for block in blocks
        )
        .join(gone.lazy().select(subject).unique(), on=subject, how="semi")
        .group_by(subject)
        .agg(pl.col("outcome").max())
    )
    state = pl.col("outcome").replace_strict(_STATES, return_dtype=pl.String, default=None)
    unknown = ("value", "low", "high", "stake")
    return (
        gone.lazy()
        .join(ends, on=subject, how="left")
        .with_columns(
            state.fill_null(State.ABSENT.value).alias("state"),
            *(pl.lit(None, pl.Float64).alias(name) for name in unknown),
        )
        .select(*FINDINGS)
        .collect(engine="in-memory")
    )


def _actions(shop: Diagnosis) -> Iterator[tuple[Any, ...]]:
    """The actions of a shop's plan (ACTIONS)."""
    findings = shop.block.findings
    for rank, item in enumerate(shop.plan.plan.actions, start=1):
        planned = item.planned
        gain = planned.gain if isinstance(planned.gain, Gain) else None
        metric, now, target = _end(planned, findings)
        each = worth_of_one(metric, planned.findings)
        action = ActionRow(
            id=planned.id,
            rank=rank,
            rule=planned.rule.id,
            lever=planned.action.lever,
            what=planned.action.do,
            metric=metric,
            low=gain.low if gain else None,
            mid=gain.mid if gain else None,
            high=gain.high if gain else None,
            currency=shop.business.currency or "" if gain else None,
            chance=planned.chance,
            findings=tuple(finding.id for finding in planned.findings),
            kind=planned.kind,
            money=gain.what if gain else "",
            now=now,
            target=target,
            each=each.mean if each else None,
            each_sd=each.sd if each else None,
        )
        yield (shop.id, *stored_values(action))


def _end(
    planned: Planned, findings: PricedFindings
) -> tuple[str | None, float | None, float | None]:
    """The first metric that ends an action of which it is known where it has to get to, from now
    to there, on its worst subject."""
    index = planned.findings[0].index
    for name, levels in planned.action.done.items():
        value = findings.value(index, name)
        target = None if value is None else findings.target(index, value, levels)
        if value is not None and target is not None:
            return name, value.value, target.value
    return None, None, None


def _kpis(blocks: Iterable[Block], infos: Mapping[str, RunInfo]) -> pl.DataFrame:
    """Daily values inside the window (KPIS)."""
    first = {shop: info.first for shop, info in infos.items()}
    value = pl.col("value")
    return (
        totals_by_day({shop: own for block in blocks for shop, own in block.totals.items()})
        .filter(pl.col("day") >= pl.col("shop").replace_strict(first, return_dtype=pl.Date))
        .select("shop", "metric", "day", pl.when(value.is_finite()).then(value).alias("value"))
    )
