"""Matches as findings of the document: evidence, sentence, price."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

import attrs

from advisor.diagnosis import Diagnosis
from advisor.document.compose.origins import origin_of
from advisor.document.compose.pools import subject_name
from advisor.document.findings import (
    BandInfo,
    Evidence,
    FindingInfo,
    Message,
    PriceInfo,
    SubjectInfo,
    WindowInfo,
)
from advisor.judge import (
    Match,
    RuleEvaluation,
    rule_metrics,
    split_subject_id,
    truth_column,
)
from advisor.metrics import OWN_FIRST, Rows, Value, days_column, metric_of, sureness, value_of
from advisor.model import (
    Language,
    Metric,
    MetricKind,
    Rule,
    Test,
    Truth,
    finite,
    frozen,
    text,
)
from advisor.plan import (
    Price,
    PricedFinding,
    PricedFindings,
    Target,
    arithmetic,
)

_TRUE = int(Truth.TRUE)


@frozen(eq=False)
class ShopFindings:
    """The findings of one shop: *infos* for the document and *values* of the metrics that their
    rules speak of, by the index of the finding in its block."""

    priced: Sequence[PricedFinding]
    infos: Mapping[int, FindingInfo]
    values: Mapping[int, Mapping[str, Value]]
    block: PricedFindings

    def target(self, index: int, name: str, levels: tuple[str, ...]) -> Target | None:
        """Where a value has to get to be in *levels*; None where nothing tells."""
        value = self.values[index].get(name)
        return None if value is None else self.block.target(index, value, levels)

    def per_day(self, index: int, metric: Metric) -> float | None:
        """How many events a day carry the chance of *metric*: orders of a money ratio, else units
        of its denominator."""
        part = "e" if metric.kind is MetricKind.MONEY else "d"
        frame, place = self.block.measured(index)
        events, days = (
            finite(frame[column][place]) if column in frame.columns else None
            for column in (f"{metric.id}.{part}", days_column(metric.id, frame.columns))
        )
        return events / days if events and days else None


def compose_findings(diagnosis: Diagnosis) -> ShopFindings:
    """Every match of the shop as a finding."""
    findings = diagnosis.block.findings
    priced = findings.by_shop.get(diagnosis.id, ())
    by_rule: dict[int, list[PricedFinding]] = {}
    for finding in priced:
        number = findings.matches[finding.index].evaluation.number
        by_rule.setdefault(number, []).append(finding)
    infos: dict[int, FindingInfo] = {}
    values: dict[int, Mapping[str, Value]] = {}
    for several in by_rule.values():
        for finding, (info, named) in zip(several, _of_rule(several, diagnosis), strict=True):
            infos[finding.index], values[finding.index] = info, named
    in_order = {finding.index: infos[finding.index] for finding in priced}
    return ShopFindings(priced, in_order, values, findings)


def _of_rule(
    findings: Sequence[PricedFinding], diagnosis: Diagnosis
) -> Sequence[tuple[FindingInfo, Mapping[str, Value]]]:
    """The findings of one evaluation, and the values that they speak of."""
    block = diagnosis.block.findings
    frame = block.measured(findings[0].index)[0]
    places = [block.measured(finding.index)[1] for finding in findings]
    evaluation = block.matches[findings[0].index].evaluation
    rule, there = diagnosis.in_language(evaluation.rule), frozenset(frame.columns)
    tests = tuple(dict.fromkeys(rule.when.own()))
    metrics = {
        name: metric_of(name, diagnosis.vocabulary)
        for name in rule_metrics(rule)
        if f"{name}.lo" in there
    }
    said = _Said(
        rule,
        tuple((test, truth_column(test)) for test in tests),
        {name: _origin(name, evaluation, diagnosis) for name in metrics},
        _sources(evaluation, tests, diagnosis),
        frozenset(text.placeholders(rule.says.finding) + text.placeholders(rule.says.why)),
        tuple(t.name for t in rule.own_tests() if t.name in diagnosis.vocabulary.symbols),
        diagnosis,
    )
    rows = frame[_columns(frame.columns, rule, tests, metrics.values())][places]
    made = []
    for finding, row in zip(findings, rows.iter_rows(named=True), strict=True):
        values = {n: value_of(m, row, origin=said.origins[n]) for n, m in metrics.items()}
        match = block.matches[finding.index]
        made.append((_info(finding, match, row, values, said), values))
    return made


@frozen(eq=False)
class _Said:
    """What all findings of a *rule* have in common: its *tests* with the columns of their truth,
    the *origins* of bands, the rows (*sources*) behind the metrics, the *placeholders* of its texts
    and the *symbols* that it asks for."""

    rule: Rule
    tests: Sequence[tuple[Test, str]]
    origins: Mapping[str, str | None]
    sources: Mapping[str, Mapping[tuple[str, str], Rows]]
    placeholders: frozenset[str]
    symbols: Sequence[str]
    diagnosis: Diagnosis
    _bands: dict[Hashable, BandInfo | None] = attrs.field(factory=dict, init=False)

    @cached_property
    def not_known(self) -> str:
        """What stands for a number that nothing tells."""
        return self.diagnosis.language.not_known

    def band(self, value: Value) -> BandInfo | None:
        """The band that *value* is held against, which is that of most others."""
        edges = (value.metric.id, value.edge_low, value.edge_high, value.origin)
        if edges not in self._bands:
            language, currency = self.diagnosis.language, self.diagnosis.business.currency
            self._bands[edges] = band_info(value, language, currency)
        return self._bands[edges]


def _columns(
    columns: Sequence[str], rule: Rule, tests: Sequence[Test], metrics: Collection[Metric]
) -> list[str]:
    """The columns of a measured frame that a finding of *rule* speaks of."""
    names = {metric.id for metric in metrics} | {test.name for test in rule.own_tests()}
    truths = {truth_column(test) for test in tests}
    plain = {"name", "pooled", OWN_FIRST, *names, *truths}
    parts = ("parent.", *(f"{name}." for name in sorted(names)))
    return [c for c in columns if c in plain or c.startswith(parts) or c[:-2] in truths]


def _origin(name: str, evaluation: RuleEvaluation, diagnosis: Diagnosis) -> str | None:
    band = diagnosis.grader.resolve(name, evaluation.graded.measured.kind)
    return origin_of(band.edges, diagnosis) or None


def _sources(
    evaluation: RuleEvaluation, tests: Sequence[Test], diagnosis: Diagnosis
) -> Mapping[str, Mapping[tuple[str, str], Rows]]:
    if evaluation.measured_as is not None:
        return {}
    sources: dict[str, Mapping[tuple[str, str], Rows]] = {}
    for name in {t.name for t in tests}:
        if name in diagnosis.vocabulary.symbols:
            continue
        metric = metric_of(name, diagnosis.vocabulary)
        sources[name] = diagnosis.block.lineage.of(evaluation.graded.measured, metric.required())
    return sources


_NO_ROWS = Rows("", ())


def _info(
    finding: PricedFinding,
    match: Match,
    row: Mapping[str, object],
    measured: Mapping[str, Value],
    said: _Said,
) -> FindingInfo:
    rule, diagnosis = said.rule, said.diagnosis
    price = finding.price
    name = subject_name({**row, "key": match.key}, match.evaluation, diagnosis)
    values = _placeholders(match, row, measured, name, said)
    finding_text = text.without_unknown(rule.says.finding, values)
    parameters = {key: values.get(key, said.not_known) for key in text.placeholders(finding_text)}
    pooled = row.get("pooled")
    return FindingInfo(
        id=finding.id,
        rule=rule.id,
        guide=rule.guide,
        severity=rule.severity.value,
        status=rule.status.value,
        subject=SubjectInfo(match.kind, match.key, name),
        evidence=tuple(_evidence(match, row, measured, said)),
        unchecked=match.unchecked,
        explained_by=match.explained_by,
        message=Message(text.render(finding_text, parameters), finding_text, parameters),
        why=text.render(text.without_unknown(rule.says.why, values), values, said.not_known),
        misleading_when=rule.says.misleading_when,
        confidence=1 - match.p,
        stake=finding.worth,
        pooled=pooled if isinstance(pooled, int) else 0,
        price=_price_info(price, diagnosis) if isinstance(price, Price) else None,
        window=_window(row, measured, diagnosis),
    )


def _window(
    row: Mapping[str, object], measured: Mapping[str, Value], diagnosis: Diagnosis
) -> WindowInfo | None:
    """The days of a subject that has others than its shop; None where no rate is spoken of."""
    if all(value.metric.kind is MetricKind.EXACT for value in measured.values()):
        return None
    first, now, language = row.get(OWN_FIRST), diagnosis.window.current, diagnosis.language
    if not isinstance(first, date) or now is None:
        return None
    days = language.days(first, now.last)
    changed = first > now.first
    said = (
        language.gettext("Rates of {days}, since the last change", days=days)
        if changed
        else language.gettext("Rates of {days}, because fewer days have too little data", days=days)
    )
    because = "change" if changed else "few-data"
    return WindowInfo(first.isoformat(), now.last.isoformat(), because, said)


def _evidence(
    match: Match, row: Mapping[str, object], measured: Mapping[str, Value], said: _Said
) -> Iterator[Evidence]:
    """The values behind a finding. An alternative that does not hold shows nothing."""
    currency, language = said.diagnosis.business.currency, said.diagnosis.language
    subject = (match.shop, match.key)
    for test, truth in said.tests:
        value = None if test.earlier else measured.get(test.name)
        if value is None or row.get(truth) != _TRUE:
            continue
        rows = said.sources.get(test.name, {}).get(subject, _NO_ROWS)
        metric = value.metric
        yield Evidence(
            metric=test.name,
            title=metric.title,
            value=value.value,
            low=value.low,
            high=finite(value.high),
            n=value.n,
            levels=value.levels(),
            band=said.band(value),
            text=value.words(language, currency),
            sure=_sure(value, finite(row.get(f"{truth}.p")) or 0.0, language, currency),
            test=str(test),
            file=rows.file,
            rows=rows.ranges,
            definition=metric.definition,
        )


def _price_info(price: Price, diagnosis: Diagnosis) -> PriceInfo:
    return PriceInfo(
        metric=price.metric,
        value=price.value.mean,
        target=price.target.value,
        target_origin=price.target.origin.text(diagnosis.language),
        volume=price.volume.mean,
        worth=price.worth.mean,
        kept=price.kept,
        scale=price.scale,
        text=arithmetic(
            price,
            metric_of(price.metric, diagnosis.vocabulary),
            diagnosis.vocabulary,
            diagnosis.language,
            diagnosis.business.currency,
        ),
    )


def _sure(value: Value, p: float, language: Language, currency: str | None) -> str:
    """How sure, and between which limits the value lies."""
    words = sureness(p, language, exact=value.exact)
    return words if value.exact else f"{words}: {value.limits(language, currency)}"


def _placeholders(
    match: Match,
    row: Mapping[str, object],
    measured: Mapping[str, Value],
    name: str,
    said: _Said,
) -> dict[str, str]:
    """What each placeholder of the texts of a rule says for this subject."""
    diagnosis = said.diagnosis
    currency, language = diagnosis.business.currency, diagnosis.language
    short = text.shorten(name)
    values = {f"{said.rule.subject}.name": short, f"{match.kind}.name": short}
    for placeholder in said.placeholders - values.keys():
        kind = placeholder.removesuffix(".name")
        content = row.get(f"parent.{kind}") if kind != placeholder else None
        if content is not None:
            values[placeholder] = text.shorten(diagnosis.name_of(kind, str(content)))
    for subject in match.partners:
        kind, _, key = split_subject_id(subject)
        named = f"{kind}.name"
        if named in said.placeholders and named not in values:
            values[named] = text.shorten(diagnosis.name_of(kind, key))
    for placeholder in said.placeholders:
        metric, part = placeholder, ""
        if placeholder not in measured:
            metric, _, part = placeholder.rpartition(".")
        value = measured.get(metric)
        words = _part(value, part, language, currency) if value is not None else None
        if words is not None:
            values[placeholder] = words
    for symbol in said.symbols:
        if row.get(symbol):
            values[symbol] = str(row[symbol])
    return values


def _part(value: Value, part: str, language: Language, currency: str | None) -> str | None:
    """What stands behind a metric's name in a placeholder; None where it is not known."""
    unit = value.metric.unit
    match part:
        case "":
            return value.words(language, currency)
        case "band":
            return value.band_words(language, currency)
        case "low":
            return language.span(value.low, value.low, unit, currency)
        case "high":
            return language.span(value.high, value.high, unit, currency)
        case "n":
            return None if value.n is None else language.integer(value.n)
        case "room":
            return None if (room := value.room()) is None else language.integer(room)
        case "before":
            return None if value.before is None else language.number(value.before, unit, currency)
    return None


def band_info(value: Value, language: Language, currency: str | None) -> BandInfo | None:
    """The band that *value* is held against, where one applies."""
    if value.origin is None:
        return None
    words = value.band_words(language, currency)
    return BandInfo(value.edge_low, value.edge_high, words, value.origin)
