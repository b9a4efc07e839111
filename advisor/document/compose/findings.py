"""Matchs as findings of the document: evidence, sentence, price."""

from collections.abc import Collection, Mapping, Sequence

import attrs
import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document.compose.found import Found, targets
from advisor.document.findings import (
    BandInfo,
    Evidence,
    FindingInfo,
    Message,
    PriceInfo,
    SubjectInfo,
)
from advisor.judge import Match, RuleEvaluation, split_subject_id, subject_id, truth_column
from advisor.metrics import Lineage, Rows, Value, days_column, metric_of, sureness, value_of
from advisor.model import Metric, MetricKind, Rule, Test, Truth, finite, frozen, text
from advisor.plan import NoPrice, Price, Priced, Pricing, Target, arithmetic, expected, fingerprint


@frozen(eq=False)
class _Told:
    """One finding."""

    info: FindingInfo
    priced: Priced
    values: Mapping[str, Value]
    per_day: Mapping[str, float]
    targets: Mapping[str, Target]


def compose_findings(diagnosis: Diagnosis) -> Found:
    """Every match as a finding."""
    matches = diagnosis.judgement.matches
    by_frame: dict[int, dict[int, list[int]]] = {}
    keys: dict[int, set[str]] = {}
    for index, match in enumerate(matches):
        evaluation = match.evaluation
        of_frame = by_frame.setdefault(id(evaluation.graded), {})
        of_frame.setdefault(evaluation.number, []).append(index)
        keys.setdefault(id(evaluation.graded.measured), set()).add(match.key)
    sources = Lineage(keys, diagnosis.window, diagnosis.counted.files)
    pricing = Pricing(diagnosis)
    told: dict[int, _Told] = {}
    for several in by_frame.values():
        groups = [[matches[index] for index in indexes] for indexes in several.values()]
        rows = sorted({match.row for group in groups for match in group})
        frame = _evidence([group[0].evaluation for group in groups], rows, diagnosis)
        places = {row: place for place, row in enumerate(rows)}
        for indexes, group in zip(several.values(), groups, strict=True):
            chosen = [places[match.row] for match in group]
            found = _group(group, frame, chosen, sources, pricing, diagnosis)
            told.update(zip(indexes, found, strict=True))
    around = places_of(matches, diagnosis)
    order = range(len(matches))
    return Found(
        tuple(told[i].info for i in order),
        tuple(
            attrs.evolve(told[i].priced, index=i, places=around.get(told[i].priced.subject, ()))
            for i in order
        ),
        tuple(told[i].values for i in order),
        tuple(told[i].per_day for i in order),
        tuple(told[i].targets for i in order),
    )


def measured_rows(
    evaluations: Sequence[RuleEvaluation], rows: Sequence[int], diagnosis: Diagnosis
) -> pl.DataFrame:
    """The chosen rows of the frame of *evaluations*, with the edges of every band that their rules
    hold a metric to."""
    graded = evaluations[0].graded
    frame = graded.frame[list(rows)]
    there = frozenset(frame.columns)
    names = {name for one in evaluations for name in _names(one.rule) if f"{name}.lo" in there}
    return diagnosis.grader.with_edges(frame, sorted(names), graded.measured.kind)


def _evidence(
    evaluations: Sequence[RuleEvaluation], rows: Sequence[int], diagnosis: Diagnosis
) -> pl.DataFrame:
    """The chosen rows with edges and with the p of each test."""
    frame = measured_rows(evaluations, rows, diagnosis)
    tests = dict.fromkeys(test for one in evaluations for test in one.rule.when.own())
    return diagnosis.grader.with_p(frame, tests, evaluations[0].graded.measured.kind)


def _names(rule: Rule) -> set[str]:
    """The metrics and symbols that *rule* asks for or ends by."""
    return {test.name for test in rule.own_tests()} | _done_names(rule)


def _done_names(rule: Rule) -> set[str]:
    return {name for action in rule.actions for name in action.done}


def _group(
    matches: Sequence[Match],
    evidence: pl.DataFrame,
    places: Sequence[int],
    lineage: Lineage,
    pricing: Pricing,
    diagnosis: Diagnosis,
) -> list[_Told]:
    """Matches of one evaluation, which stand at *places* of *evidence*."""
    evaluation = matches[0].evaluation
    rule = evaluation.rule
    tests = tuple(dict.fromkeys(rule.when.own()))
    there = frozenset(evidence.columns)
    sources = _sources(evaluation, tests, lineage, diagnosis)
    metrics = {
        name: metric_of(name, diagnosis.vocabulary)
        for name in _names(rule)
        if f"{name}.lo" in there
    }
    origins = {name: _origin(name, evaluation, diagnosis) for name in metrics}
    rules = {one.id: one for one in diagnosis.loaded.rules}
    found: list[_Told] = []
    shares = [source.share for source in diagnosis.vocabulary.margins.values()]
    columns = _told(evidence.columns, rule, tests, metrics.values(), shares)
    told = evidence[columns][list(places)]
    for match, row in zip(matches, told.iter_rows(named=True), strict=True):
        named = {n: value_of(m, row, origin=origins[n]) for n, m in metrics.items()}
        price, chance = pricing.price(evaluation, match.row, named, row)
        info = _info(match, row, named, tests, sources, price, diagnosis)
        found.append(
            _Told(
                info,
                Priced(
                    index=0,
                    rule=rule,
                    kind=match.kind,
                    subject=subject_id(match.kind, match.shop, match.key),
                    p=match.p,
                    price=price,
                    explained_by=match.explained_by,
                    chance=chance,
                    stake=_stake(tests, named),
                    instead=rules.get(match.stronger or ""),
                    question=question(match, diagnosis) if match.stronger else "",
                ),
                named,
                {n: pace for n, m in metrics.items() if (pace := _per_day(m, row)) is not None},
                dict(targets(evaluation, named, pricing)),
            )
        )
    return found


def question(match: Match, diagnosis: Diagnosis) -> str:
    """Which setting decides whether *match* or a stronger rule holds."""
    kind = match.evaluation.graded.measured.kind
    for test in match.rule.unless.own():
        setting = diagnosis.grader.setting_of(test, kind)
        if setting:
            return ask(setting, test, diagnosis)
    return ""


def ask(setting: str, test: Test, diagnosis: Diagnosis) -> str:
    """Ask for a *setting* of [shop], which decides *test*."""
    currency = diagnosis.business.currency
    wanted = {
        "usd_rate": f"what one {currency} is in US dollars"
        if currency
        else "the currency of your shop, and what one of it is in US dollars",
        "size": "small, mid or enterprise",
        "region": "the country of your shop",
    }
    keys = "currency and usd_rate" if setting == "usd_rate" and not currency else setting
    title = metric_of(test.name, diagnosis.vocabulary).title
    decides = f"{title} is {' or '.join(test.is_)}"
    return f"Set {keys} in [shop] of advisor.toml ({wanted[setting]}): it decides whether {decides}"


def _per_day(metric: Metric, row: Mapping[str, object]) -> float | None:
    """How many events a day carry the chance of *metric*: orders of a money ratio, else units of
    its denominator."""
    part = "e" if metric.kind is MetricKind.MONEY else "d"
    events = finite(row.get(f"{metric.id}.{part}"))
    days = finite(row.get(days_column(metric.id, tuple(row))))
    return events / days if events and days else None


def places_of(matches: Sequence[Match], diagnosis: Diagnosis) -> Mapping[str, tuple[str, ...]]:
    """For each subject of a finding those others that hold it or that it belongs to."""
    kinds = {subject_id(f.kind, f.shop, f.key): f.kind for f in matches}
    found: dict[str, dict[str, None]] = {}
    own = {m.kind: m.evaluation.graded for m in matches if m.evaluation.measured_as is None}
    for link in attrs.evolve(diagnosis.judgement.relations, graded=own).near(kinds):
        if not link.relation.startswith("~"):
            found.setdefault(link.source, {})[link.target] = None
    return {subject: tuple(around) for subject, around in found.items()}


def _told(
    columns: Sequence[str],
    rule: Rule,
    tests: Sequence[Test],
    metrics: Collection[Metric],
    shares: Collection[str],
) -> list[str]:
    """The columns of a measured frame that a finding of *rule* speaks of, or its price."""
    names = {*shares, *(action.waste for action in rule.actions if action.waste)}
    names |= {metric.id for metric in metrics} | {test.name for test in rule.own_tests()}
    names |= {metric.money for metric in metrics if metric.money is not None}
    truths = {truth_column(test) for test in tests}
    plain = {"name", "days", "before.days", "pooled", *names, *truths}
    parts = ("parent.", *(f"{name}." for name in sorted(names)))
    return [c for c in columns if c in plain or c.startswith(parts) or c[:-2] in truths]


def _origin(name: str, evaluation: RuleEvaluation, diagnosis: Diagnosis) -> str | None:
    band = diagnosis.grader.resolve(name, evaluation.graded.measured.kind)
    return "; ".join(dict.fromkeys(e.origin for e in band.edges)) or None


def _sources(
    evaluation: RuleEvaluation, tests: Sequence[Test], lineage: Lineage, diagnosis: Diagnosis
) -> Mapping[str, Mapping[str, Rows]]:
    if evaluation.measured_as is not None:
        return {}
    found: dict[str, Mapping[str, Rows]] = {}
    for name in {t.name for t in tests}:
        if name in diagnosis.vocabulary.symbols:
            continue
        metric = metric_of(name, diagnosis.vocabulary)
        found[name] = lineage.of(evaluation.graded.measured, metric.required())
    return found


def _info(
    match: Match,
    row: Mapping[str, object],
    named: Mapping[str, Value],
    tests: Sequence[Test],
    sources: Mapping[str, Mapping[str, Rows]],
    price: Price | NoPrice,
    diagnosis: Diagnosis,
) -> FindingInfo:
    rule = match.rule
    currency = diagnosis.business.currency
    name = str(row.get("name") or match.key)
    values = placeholder_values(match, row, named, name, diagnosis)
    parameters = {
        key: values.get(key, text.NOT_KNOWN) for key in text.placeholders(rule.says.finding)
    }
    evidence = []
    for test in tests:
        value = named.get(test.name)
        if value is None or row.get(truth_column(test)) != int(Truth.TRUE):
            continue  # an alternative that does not hold shows nothing
        p = finite(row.get(f"{truth_column(test)}.p")) or 0.0
        rows = sources.get(test.name, {}).get(match.key, Rows("", ()))
        evidence.append(
            Evidence(
                metric=test.name,
                title=value.metric.title,
                value=value.value,
                low=value.low,
                high=finite(value.high),
                n=value.n,
                levels=value.levels(),
                band=band_info(value, currency),
                text=value.words(currency),
                sure=_sure(value, p, currency),
                test=str(test),
                file=rows.file,
                rows=rows.ranges,
                definition=value.metric.definition,
            )
        )
    pooled = row.get("pooled")
    return FindingInfo(
        id=fingerprint(rule.id, match.kind, match.shop, match.key),
        rule=rule.id,
        guide=rule.guide,
        severity=rule.severity.value,
        status=rule.status.value,
        subject=SubjectInfo(match.kind, match.key, name),
        evidence=tuple(evidence),
        unchecked=match.unchecked,
        explained_by=match.explained_by,
        message=Message(text.render(rule.says.finding, parameters), rule.says.finding, parameters),
        why=text.render(rule.says.why, values),
        misleading_when=rule.says.misleading_when,
        confidence=1 - match.p,
        stake=expected(price) if isinstance(price, Price) else None,
        pooled=pooled if isinstance(pooled, int) else 0,
        price=_price_info(price, diagnosis) if isinstance(price, Price) else None,
    )


def _price_info(price: Price, diagnosis: Diagnosis) -> PriceInfo:
    return PriceInfo(
        metric=price.metric,
        value=price.value.mean,
        target=price.target.value,
        target_origin=price.target.origin,
        volume=price.volume.mean,
        worth=price.worth.mean,
        kept=price.kept,
        scale=price.scale,
        text=arithmetic(
            price,
            metric_of(price.metric, diagnosis.vocabulary),
            diagnosis.vocabulary,
            diagnosis.business.currency,
        ),
    )


def _sure(value: Value, p: float, currency: str | None) -> str:
    """How sure, and between which limits the value lies."""
    words = sureness(p, exact=value.exact)
    return words if value.exact else f"{words}: {value.limits(currency)}"


def placeholder_values(
    match: Match,
    row: Mapping[str, object],
    named: Mapping[str, Value],
    name: str,
    diagnosis: Diagnosis,
) -> dict[str, str]:
    """What each placeholder of the rule's texts says for this subject."""
    currency = diagnosis.business.currency
    rule = match.rule
    asked = dict.fromkeys(text.placeholders(rule.says.finding) + text.placeholders(rule.says.why))
    short = text.shorten(name)
    values = {f"{rule.subject}.name": short, f"{match.kind}.name": short}
    for placeholder in asked.keys() - values.keys():
        kind = placeholder.removesuffix(".name")
        content = row.get(f"parent.{kind}")
        if kind != placeholder and content is not None:
            values[placeholder] = text.shorten(_name_of(kind, str(content), diagnosis))
    for subject in match.partners:
        kind, _, key = split_subject_id(subject)
        if f"{kind}.name" in asked and f"{kind}.name" not in values:
            values[f"{kind}.name"] = text.shorten(_name_of(kind, key, diagnosis))
    for placeholder in asked:
        metric, _, part = placeholder.rpartition(".")
        value, part = (
            (named[placeholder], "") if placeholder in named else (named.get(metric), part)
        )
        said = _part(value, part, currency) if value is not None else None
        if said is not None:
            values[placeholder] = said
    for test in rule.own_tests():
        if test.name in diagnosis.vocabulary.symbols and row.get(test.name):
            values[test.name] = str(row[test.name])
    return values


def _part(value: Value, part: str, currency: str | None) -> str | None:
    """What stands behind a metric's name in a placeholder; None where it is not known."""
    unit = value.metric.unit
    match part:
        case "":
            return value.words(currency)
        case "band":
            return value.band_words(currency)
        case "low":
            return text.span(value.low, value.low, unit, currency)
        case "high":
            return text.span(value.high, value.high, unit, currency)
        case "n":
            return None if value.n is None else f"{value.n:,.0f}"
        case "room":
            return None if (room := value.room()) is None else f"{room:,}"
        case "before":
            return None if value.before is None else text.number(value.before, unit, currency)
    return None


def _name_of(kind: str, key: str, diagnosis: Diagnosis) -> str:
    measured = diagnosis.measured.get(kind)
    if measured is None:
        return key
    near = measured.frame.filter(pl.col("key") == key)
    return str(near["name"][0]) if near.height and near["name"][0] is not None else key


def _stake(tests: Sequence[Test], values: Mapping[str, Value]) -> float:
    """Return what is at stake: the gap to the band times the events it is about, of the first
    condition that has both; 0 without. It orders findings of one rule, so it has no unit."""
    for test in tests:
        value = values.get(test.name)
        if value is None or value.value is None:
            continue
        gaps = (
            abs(value.value - edge)
            for edge in (value.edge_low, value.edge_high)
            if edge is not None
        )
        gap = min(gaps, default=None)
        if gap is not None:
            return gap * (value.n or 1.0)
    return 0.0


def band_info(value: Value, currency: str | None) -> BandInfo | None:
    """The band that *value* is held against, where one applies."""
    if value.origin is None:
        return None
    return BandInfo(value.edge_low, value.edge_high, value.band_words(currency), value.origin)
