"""Firings as findings of the document: evidence, sentence, price."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import attrs
import polars as pl

from advisor import text
from advisor.compose.values import Value, finite, sureness, value_of
from advisor.condition import Test, Truth
from advisor.diagnosis import Diagnosis
from advisor.document import Evidence, FindingInfo, Message, SubjectInfo
from advisor.grade import truth_column
from advisor.judge import Firing, Verdicts
from advisor.lineage import Lineage, Rows
from advisor.measure import days_column, metric_of
from advisor.plan.order import Priced, fingerprint
from advisor.plan.stake import NoStake, Stake, edge_of, stake
from advisor.reading import Grain
from advisor.rule import Rule
from advisor.vocabulary import Metric
from advisor.window import Window


@attrs.frozen(eq=False)
class Found:
    """Findings, and what the plan needs of them: one for each firing, in the same order."""

    infos: tuple[FindingInfo, ...]
    priced: tuple[Priced, ...]
    values: tuple[Mapping[str, Value], ...]


def findings(diagnosis: Diagnosis) -> Found:
    """Every firing as a finding."""
    firings = diagnosis.judgement.firings
    by_verdicts: dict[int, list[int]] = {}
    keys: dict[int, set[str]] = {}
    for index, firing in enumerate(firings):
        by_verdicts.setdefault(id(firing.verdicts), []).append(index)
        keys.setdefault(id(firing.verdicts.graded.measured), set()).add(firing.key)
    sources = Lineage(keys, diagnosis.window, diagnosis.counted.files)
    infos: dict[int, FindingInfo] = {}
    priced: dict[int, Priced] = {}
    values: dict[int, Mapping[str, Value]] = {}
    for indexes in by_verdicts.values():
        group = [firings[i] for i in indexes]
        for index, (info, price, named) in zip(
            indexes, _group(group, sources, diagnosis), strict=True
        ):
            infos[index], values[index] = info, named
            priced[index] = attrs.evolve(price, index=index)
    order = range(len(firings))
    return Found(
        tuple(infos[i] for i in order),
        tuple(priced[i] for i in order),
        tuple(values[i] for i in order),
    )


def measured_rows(verdicts: Verdicts, rows: Sequence[int], diagnosis: Diagnosis) -> pl.DataFrame:
    """The chosen rows with the edges of every band a rule holds its metrics to."""
    graded = verdicts.graded
    frame = graded.frame[list(rows)]
    names = {t.name for t in verdicts.rule.own_tests()} | _done_names(verdicts.rule)
    columns: list[pl.Expr] = []
    for name in sorted(names):
        if f"{name}.lo" not in frame.columns:
            continue
        band = diagnosis.grader.resolve(name, graded.measured.kind)
        low, high = diagnosis.grader.edges(band, frame)
        columns += [low.alias(f"{name}.edge.low"), high.alias(f"{name}.edge.high")]
    return frame.with_columns(columns)


def _done_names(rule: Rule) -> set[str]:
    return {name for action in rule.actions for name in action.done}


def _group(
    firings: Sequence[Firing], lineage: Lineage, diagnosis: Diagnosis
) -> list[tuple[FindingInfo, Priced, Mapping[str, Value]]]:
    """Firings of one rule on one kind."""
    verdicts = firings[0].verdicts
    rule = verdicts.rule
    tests = tuple(dict.fromkeys(rule.when.own()))
    frame = measured_rows(verdicts, [f.row for f in firings], diagnosis)
    frame = diagnosis.grader.with_p(frame, tests, verdicts.graded.measured.kind)
    sources = _sources(verdicts, tests, lineage, diagnosis)
    metrics = {
        name: metric_of(name, diagnosis.vocabulary)
        for name in {t.name for t in tests} | _done_names(rule)
        if f"{name}.lo" in frame.columns
    }
    origins = {name: _origin(name, verdicts, diagnosis) for name in metrics}
    worth = _worths(metrics, verdicts)
    covered = {name: _covered(m, verdicts, diagnosis.window) for name, m in metrics.items()}
    found: list[tuple[FindingInfo, Priced, Mapping[str, Value]]] = []
    told = frame.select(_told(frame.columns, rule, tests, metrics.values()))
    for firing, row in zip(firings, told.iter_rows(named=True), strict=True):
        named = {n: value_of(m, row, origin=origins[n]) for n, m in metrics.items()}
        price = _price(rule, named, row, worth, covered, diagnosis)
        info = _info(firing, row, named, tests, sources, price, diagnosis)
        subject = f"{firing.shop}\x1f{firing.key}"
        found.append(
            (
                info,
                Priced(0, rule, firing.kind, subject, firing.p, price, firing.explained_by),
                named,
            )
        )
    return found


def _told(
    columns: Sequence[str], rule: Rule, tests: Sequence[Test], metrics: Collection[Metric]
) -> list[str]:
    """The columns of a measured frame that a finding of *rule* speaks of."""
    names = {metric.id for metric in metrics} | {test.name for test in rule.own_tests()}
    names |= {metric.money for metric in metrics if metric.money is not None}
    truths = {truth_column(test) for test in tests}
    plain = {"name", "days", "before.days", "pooled", *names, *truths}
    parts = ("parent.", *(f"{name}." for name in sorted(names)))
    return [c for c in columns if c in plain or c.startswith(parts) or c[:-2] in truths]


def _origin(name: str, verdicts: Verdicts, diagnosis: Diagnosis) -> str | None:
    band = diagnosis.grader.resolve(name, verdicts.graded.measured.kind)
    return "; ".join(dict.fromkeys(e.origin for e in band.edges)) or None


def _sources(
    verdicts: Verdicts, tests: Sequence[Test], lineage: Lineage, diagnosis: Diagnosis
) -> Mapping[str, Mapping[str, Rows]]:
    if verdicts.measured_as is not None:
        return {}
    found: dict[str, Mapping[str, Rows]] = {}
    for name in {t.name for t in tests}:
        if name in diagnosis.vocabulary.symbols:
            continue
        metric = metric_of(name, diagnosis.vocabulary)
        found[name] = lineage.of(verdicts.graded.measured, metric.required())
    return found


def _worths(metrics: Mapping[str, Metric], verdicts: Verdicts) -> Mapping[str, float | None]:
    """What one unit of each metric's numerator brings, over all subjects of the kind together."""
    frame = verdicts.graded.frame
    found: dict[str, float | None] = {}
    for name, metric in metrics.items():
        money = f"{metric.money}.x"
        if metric.money is None or money not in frame.columns or f"{name}.x" not in frame.columns:
            found[name] = None
            continue
        both = frame.filter(pl.col(money).is_not_null() & pl.col(f"{name}.x").is_not_null())
        units = finite(both[f"{name}.x"].sum())
        total = finite(both[money].sum())
        found[name] = total / units if units and total is not None else None
    return found


def _price(
    rule: Rule,
    named: Mapping[str, Value],
    row: Mapping[str, object],
    worth: Mapping[str, float | None],
    covered: Mapping[str, float | None],
    diagnosis: Diagnosis,
) -> Stake | NoStake:
    reason: NoStake = NoStake("there is no number to reach")
    for action in rule.actions[:1]:
        for name, wanted in action.done.items():
            value = named.get(name)
            if value is None or value.value is None:
                reason = NoStake(f"{name} could not be measured")
                continue
            edge = edge_of(wanted, value.edge_low, value.edge_high, value.value)
            own = _own_worth(value.metric, row) or worth.get(name)
            priced = stake(
                value.metric,
                row,
                edge,
                diagnosis.business,
                diagnosis.vocabulary,
                worth=own,
                days=covered.get(name) or finite(row.get(days_column(name, tuple(row)))),
            )
            if isinstance(priced, Stake):
                return priced
            reason = priced
    return reason


def _covered(metric: Metric, verdicts: Verdicts, window: Window) -> float | None:
    """How many days of the window the rows of *metric* cover, where they are days.

    A LIVE is on one day and an ad may run on few: what they cost in a month is what they cost in
    the window, not on each of its days.
    """
    for rows in verdicts.graded.measured.source:
        if not all(count in rows.frame.columns for count in metric.required()):
            continue
        first = rows.frame["from"].min()
        if rows.grain is not Grain.DAY or window.current is None or not isinstance(first, date):
            return None
        last = window.current.last
        return float((last - max(first, window.current.first)).days + 1)
    return None


def _own_worth(metric: Metric, row: Mapping[str, object]) -> float | None:
    money = finite(row.get(f"{metric.money}.x"))
    units = finite(row.get(f"{metric.id}.x"))
    return money / units if money and units else None


def _info(
    firing: Firing,
    row: Mapping[str, object],
    named: Mapping[str, Value],
    tests: Sequence[Test],
    sources: Mapping[str, Mapping[str, Rows]],
    price: Stake | NoStake,
    diagnosis: Diagnosis,
) -> FindingInfo:
    rule = firing.rule
    currency = diagnosis.business.currency
    name = str(row.get("name") or firing.key)
    values = placeholder_values(firing, row, named, name, diagnosis)
    parameters = {
        key: values.get(key, text.NOT_KNOWN) for key in text.placeholders(rule.says.finding)
    }
    evidence = []
    for test in tests:
        value = named.get(test.name)
        if value is None or row.get(truth_column(test)) != int(Truth.TRUE):
            continue  # an alternative that does not hold shows nothing
        p = finite(row.get(f"{truth_column(test)}.p")) or 0.0
        rows = sources.get(test.name, {}).get(firing.key, Rows("", ()))
        evidence.append(
            Evidence(
                metric=test.name,
                title=value.metric.title,
                value=value.value,
                low=value.low,
                high=finite(value.high),
                n=value.n,
                levels=value.levels(),
                band=value.band(currency),
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
        id=fingerprint(rule.id, firing.kind, firing.shop, firing.key),
        rule=rule.id,
        guide=rule.guide,
        severity=rule.severity.value,
        status=rule.status.value,
        subject=SubjectInfo(firing.kind, firing.key, name),
        evidence=tuple(evidence),
        unchecked=firing.unchecked,
        explained_by=firing.explained_by,
        message=Message(text.render(rule.says.finding, parameters), rule.says.finding, parameters),
        why=text.render(rule.says.why, values),
        misleading_when=rule.says.misleading_when,
        confidence=1 - firing.p,
        stake=price.mid if isinstance(price, Stake) else None,
        pooled=pooled if isinstance(pooled, int) else 0,
    )


def _sure(value: Value, p: float, currency: str | None) -> str:
    """How sure, and between which limits the value lies."""
    words = sureness(p, exact=value.exact)
    return words if value.exact else f"{words}: {value.limits(currency)}"


def placeholder_values(
    firing: Firing,
    row: Mapping[str, object],
    named: Mapping[str, Value],
    name: str,
    diagnosis: Diagnosis,
) -> dict[str, str]:
    """What each placeholder of the rule's texts says for this subject."""
    currency = diagnosis.business.currency
    rule = firing.rule
    asked = dict.fromkeys(text.placeholders(rule.says.finding) + text.placeholders(rule.says.why))
    short = text.shorten(name)
    values = {f"{rule.subject}.name": short, f"{firing.kind}.name": short}
    for placeholder in asked.keys() - values.keys():
        kind = placeholder.removesuffix(".name")
        content = row.get(f"parent.{kind}")
        if kind != placeholder and content is not None:
            values[placeholder] = text.shorten(_name_of(kind, str(content), diagnosis))
    for subject in firing.partners:
        kind, _, key = subject.split("|", 2)
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
        case "before":
            return None if value.before is None else text.number(value.before, unit, currency)
    return None


def _name_of(kind: str, key: str, diagnosis: Diagnosis) -> str:
    measured = diagnosis.measured.get(kind)
    if measured is None:
        return key
    near = measured.frame.filter(pl.col("key") == key)
    return str(near["name"][0]) if near.height and near["name"][0] is not None else key
