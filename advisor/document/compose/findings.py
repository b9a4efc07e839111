"""Matchs as findings of the document: evidence, sentence, price."""

from collections.abc import Collection, Mapping, Sequence

from advisor.diagnosis import Diagnosis
from advisor.document.compose.origins import origin_of
from advisor.document.findings import (
    BandInfo,
    Evidence,
    FindingInfo,
    Message,
    PriceInfo,
    SubjectInfo,
)
from advisor.judge import (
    RELATIVE,
    Match,
    RuleEvaluation,
    rule_metrics,
    split_subject_id,
    truth_column,
)
from advisor.metrics import Rows, Value, days_column, metric_of, sureness, value_of
from advisor.model import (
    Better,
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
    NoPrice,
    Price,
    PricedFinding,
    PricedFindings,
    Target,
    TargetOrigin,
    arithmetic,
    edge,
    expected,
    fingerprint,
)


@frozen(eq=False)
class ShopFindings:
    """The findings of one shop: *infos* for the document and *values* of the metrics that their
    rules speak of, by the index of the finding in its block."""

    priced: Sequence[PricedFinding]
    infos: Mapping[int, FindingInfo]
    values: Mapping[int, Mapping[str, Value]]
    block: PricedFindings

    def target(self, index: int, name: str, levels: tuple[str, ...]) -> Target | None:
        """Where a value has to get to be in *levels*; without a band, what the better half of the
        shop's own has, or what the rule holds it against; where it is there, what it was before it
        got worse. None where nothing tells."""
        value = self.values[index].get(name)
        if value is None:
            return None
        targets = self.block.targets.get(index, {})
        return (
            edge(value, levels)
            or targets.get(name)
            or self._compared(index, value, levels)
            or _back(value)
        )

    def _compared(self, index: int, value: Value, levels: tuple[str, ...]) -> Target | None:
        """Where *value* is clear of the nearest of what the rule's own conditions hold it against:
        all have to hold, so one that does not ends the finding."""
        frame, place = self.block.measured(index)
        now = value.value
        if now is None:
            return None
        ends: list[tuple[float | None, float | None, TargetOrigin]] = []
        for test in self.block.matches[index].rule.when.own():
            if test.name == value.metric.id and not test.asks_past():
                ends.append((test.at_most, test.at_least, TargetOrigin.LIMIT))
                column = f"{truth_column(test)}.centre"
                usual = finite(frame[column][place]) if column in frame.columns else None
                if usual is not None:
                    low, high = (usual * share for share in RELATIVE)
                    ends.append((low, high, TargetOrigin.OTHERS))
        found = [
            Target(at, above, origin)
            for low, high, origin in ends
            for at, above in ((low, False), (high, True))
            if at is not None and (now > at if above else now < at)
        ]
        wanted = [one for one in found if ("high" if one.above else "low") not in levels]
        return min(wanted, key=lambda one: abs(one.value - now), default=None)

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


def _back(value: Value) -> Target | None:
    now, before, better = value.value, value.before, value.metric.better
    if now is None or before is None or better is Better.NEITHER:
        return None
    above = better is Better.LOWER
    if not (before < now if above else before > now):
        return None
    return Target(before, above, TargetOrigin.BEFORE)


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
    rule, there = diagnosis.said(evaluation.rule), frozenset(frame.columns)
    tests = tuple(dict.fromkeys(rule.when.own()))
    sources = _sources(evaluation, tests, diagnosis)
    metrics = {
        name: metric_of(name, diagnosis.vocabulary)
        for name in rule_metrics(rule)
        if f"{name}.lo" in there
    }
    origins = {name: _origin(name, evaluation, diagnosis) for name in metrics}
    rows = frame[_columns(frame.columns, rule, tests, metrics.values())][places]
    made = []
    for finding, row in zip(findings, rows.iter_rows(named=True), strict=True):
        named = {n: value_of(m, row, origin=origins[n]) for n, m in metrics.items()}
        match = block.matches[finding.index]
        info = _info(match, rule, row, named, tests, sources, finding.price, diagnosis)
        made.append((info, named))
    return made


def _columns(
    columns: Sequence[str], rule: Rule, tests: Sequence[Test], metrics: Collection[Metric]
) -> list[str]:
    """The columns of a measured frame that a finding of *rule* speaks of."""
    names = {metric.id for metric in metrics} | {test.name for test in rule.own_tests()}
    truths = {truth_column(test) for test in tests}
    plain = {"name", "pooled", *names, *truths}
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
    found: dict[str, Mapping[tuple[str, str], Rows]] = {}
    for name in {t.name for t in tests}:
        if name in diagnosis.vocabulary.symbols:
            continue
        metric = metric_of(name, diagnosis.vocabulary)
        found[name] = diagnosis.block.lineage.of(evaluation.graded.measured, metric.required())
    return found


def _info(
    match: Match,
    rule: Rule,
    row: Mapping[str, object],
    named: Mapping[str, Value],
    tests: Sequence[Test],
    sources: Mapping[str, Mapping[tuple[str, str], Rows]],
    price: Price | NoPrice,
    diagnosis: Diagnosis,
) -> FindingInfo:
    currency, language = diagnosis.business.currency, diagnosis.language
    name = str(row.get("name") or match.key)
    values = _placeholders(match, rule, row, named, name, diagnosis)
    said = text.without_unknown(rule.says.finding, values)
    parameters = {key: values.get(key, language.not_known) for key in text.placeholders(said)}
    evidence = []
    for test in tests:
        value = None if test.earlier else named.get(test.name)
        if value is None or row.get(truth_column(test)) != int(Truth.TRUE):
            continue  # an alternative that does not hold shows nothing
        p = finite(row.get(f"{truth_column(test)}.p")) or 0.0
        rows = sources.get(test.name, {}).get((match.shop, match.key), Rows("", ()))
        evidence.append(
            Evidence(
                metric=test.name,
                title=value.metric.title,
                value=value.value,
                low=value.low,
                high=finite(value.high),
                n=value.n,
                levels=value.levels(),
                band=band_info(value, language, currency),
                text=value.words(language, currency),
                sure=_sure(value, p, language, currency),
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
        message=Message(text.render(said, parameters), said, parameters),
        why=text.render(text.without_unknown(rule.says.why, values), values, language.not_known),
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
    rule: Rule,
    row: Mapping[str, object],
    named: Mapping[str, Value],
    name: str,
    diagnosis: Diagnosis,
) -> dict[str, str]:
    """What each placeholder of the texts of *rule* says for this subject."""
    currency, language = diagnosis.business.currency, diagnosis.language
    asked = dict.fromkeys(text.placeholders(rule.says.finding) + text.placeholders(rule.says.why))
    short = text.shorten(name)
    values = {f"{rule.subject}.name": short, f"{match.kind}.name": short}
    for placeholder in asked.keys() - values.keys():
        kind = placeholder.removesuffix(".name")
        content = row.get(f"parent.{kind}")
        if kind != placeholder and content is not None:
            values[placeholder] = text.shorten(diagnosis.name_of(kind, str(content)))
    for subject in match.partners:
        kind, _, key = split_subject_id(subject)
        if f"{kind}.name" in asked and f"{kind}.name" not in values:
            values[f"{kind}.name"] = text.shorten(diagnosis.name_of(kind, key))
    for placeholder in asked:
        metric, _, part = placeholder.rpartition(".")
        value, part = (
            (named[placeholder], "") if placeholder in named else (named.get(metric), part)
        )
        said = _part(value, part, language, currency) if value is not None else None
        if said is not None:
            values[placeholder] = said
    for test in rule.own_tests():
        if test.name in diagnosis.vocabulary.symbols and row.get(test.name):
            values[test.name] = str(row[test.name])
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
