"""What could not be judged and why, what is nearly known, and what is healthy."""

import math
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document.compose.findings import measured_rows
from advisor.document.findings import SubjectInfo
from advisor.document.outcomes import Healthy, OutcomeCount, Unjudged, Watch
from advisor.judge import Outcome, Verdicts, truth_column
from advisor.knowledge import NAME_REGION, REGION_UNKNOWN
from advisor.metrics import Value, days_column, metric_of, value_of
from advisor.model import LEVELS, Against, MetricKind, Rule, Test, Truth, Varies, text
from advisor.plugin import KindInfo
from advisor.stats import Z

WATCHED = 3  # subjects a rule names; the counts of outcomes have them all
MEND = "what failed, not what is missing: update or remove what is named (`advisor plugins list`)"
OLDER = "add older downloads of the same files"
TOO_CLOSE = 20.0  # times the data there are: more than that is no promise to make


def outcome_counts(diagnosis: Diagnosis) -> list[OutcomeCount]:
    """How often each rule ended how, by kind. A rule with nothing to judge is missing once."""
    found = [_counted(v) for v in diagnosis.judgement.verdicts]
    judged = {v.rule.id for v in diagnosis.judgement.verdicts}
    for rule in diagnosis.loaded.rules:
        if rule.id not in judged:
            failed = _why_failed(rule, diagnosis)
            found.append(_once(rule, error=1) if failed else _once(rule, missing=1))
    found += [
        _once(rule, missing=1) if REGION_UNKNOWN in reason else _once(rule, not_applicable=1)
        for rule, reason in diagnosis.loaded.inactive
    ]
    return sorted(found, key=lambda c: (c.rule, c.kind))


def _counted(verdicts: Verdicts) -> OutcomeCount:
    codes = dict(verdicts.outcomes["outcome"].value_counts().iter_rows())
    return OutcomeCount(
        rule=verdicts.rule.id,
        title=verdicts.rule.says.healthy,
        kind=verdicts.kind,
        fires=codes.get(int(Outcome.FIRES), 0),
        clear=codes.get(int(Outcome.CLEAR), 0),
        unsure=codes.get(int(Outcome.UNSURE), 0),
        missing=codes.get(int(Outcome.MISSING), 0),
        not_applicable=codes.get(int(Outcome.NOT_APPLICABLE), 0),
        error=codes.get(int(Outcome.ERROR), 0),
    )


def _once(rule: Rule, *, missing: int = 0, not_applicable: int = 0, error: int = 0) -> OutcomeCount:
    return OutcomeCount(
        rule=rule.id,
        title=rule.says.healthy,
        kind=rule.subject,
        fires=0,
        clear=0,
        unsure=0,
        missing=missing,
        not_applicable=not_applicable,
        error=error,
    )


def healthy(outcomes: Iterable[OutcomeCount]) -> list[Healthy]:
    """Rules that are clear wherever they could tell, and nowhere fire or fail."""
    by_rule: dict[str, list[OutcomeCount]] = {}
    for count in outcomes:
        by_rule.setdefault(count.rule, []).append(count)
    return [
        Healthy(rule, counts[0].title, counts[0].kind, sum(c.clear for c in counts))
        for rule, counts in by_rule.items()
        if any(c.clear for c in counts) and not any(c.fires or c.error for c in counts)
    ]


def watch(diagnosis: Diagnosis) -> list[Watch]:
    """Subjects on which a rule may yet fire: the ones with most data first, a few for each rule."""
    found: list[Watch] = []
    for verdicts in diagnosis.judgement.verdicts:
        ends = verdicts.outcomes
        may_fire = (ends["code"] == int(Truth.UNSURE)) & (ends["unless"] != int(Truth.TRUE))
        unsure = ((ends["outcome"] == int(Outcome.UNSURE)) & may_fire).arg_true().to_list()
        if not unsure:
            continue
        frame = measured_rows(verdicts, unsure, diagnosis)
        tests = [t for t in verdicts.rule.when.own() if f"{t.name}.n" in frame.columns]
        if not tests:
            continue
        size = pl.max_horizontal([pl.col(f"{t.name}.n").fill_null(0.0) for t in tests])
        frame = frame.with_columns(size.alias("_size")).filter(pl.col("_size") > 0)
        top = frame.sort("_size", "key", descending=[True, False]).head(WATCHED)
        for row in top.iter_rows(named=True):
            line = _nearly(verdicts, tests, row, diagnosis)
            if line:
                name = str(row.get("name") or row["key"])
                subject = SubjectInfo(verdicts.kind, row["key"], name)
                found.append(Watch(verdicts.rule.id, subject, line))
    return found


def _nearly(
    verdicts: Verdicts, tests: Sequence[Test], row: Mapping[str, object], diagnosis: Diagnosis
) -> str:
    """About the first test that is not decided: the value, the band, and how much would tell."""
    currency = diagnosis.business.currency
    for test in tests:
        if row.get(truth_column(test)) != int(Truth.UNSURE):
            continue
        metric = metric_of(test.name, diagnosis.vocabulary)
        band = diagnosis.grader.resolve(test.name, verdicts.graded.measured.kind)
        origin = band.edges[0].origin if band.edges else None
        value = value_of(metric, row, origin=origin)
        known = f"{metric.title} is {value.words(currency)} ({value.limits(currency)} is possible)"
        banded = bool(test.is_) and test.against is Against.BAND and origin is not None
        if not banded or metric.kind is MetricKind.EXACT:
            return f"{known}; whether it {_asked(test)} cannot be told yet"
        good = value.band_words(currency)
        return f"{known}; {good} is good; {promise(test, value, row, diagnosis)}"
    return ""


def _asked(test: Test) -> str:
    return str(test).removeprefix(f"{test.name} ")


def promise(test: Test, value: Value, row: Mapping[str, object], diagnosis: Diagnosis) -> str:
    """How many more events would decide *test*, in words."""
    more = enough(value, row, test)
    if more is None:
        return "too close to call"
    metric = value.metric
    named = metric.events if metric.kind is MetricKind.MONEY else metric.denominator[0]
    unit = diagnosis.vocabulary.counts[(named or "").rstrip("?")].title
    shown = (
        f"about {text.number(_round_up(more), metric_of(named or '', diagnosis.vocabulary).unit)}"
    )
    line = f"{shown} more {unit} would tell"
    days, n = row.get(days_column(metric.id, tuple(row))), value.n
    if isinstance(days, float) and days > 0 and n:
        line += f", {math.ceil(more / (n / days)):,} days at the present pace"
    return line


def _round_up(count: float) -> float:
    """Two digits that count: nobody needs 1,283 more clicks."""
    if count < 10:
        return math.ceil(count)
    step = 10 ** (math.floor(math.log10(count)) - 1)
    return float(math.ceil(count / step) * step)


def enough(value: Value, row: Mapping[str, object], test: Test) -> float | None:
    """How many more events would decide *test* if the value stays as it is; None where it lies so
    near an edge that no number can be promised."""
    low, middle, high = (level in test.is_ for level in LEVELS)
    deciding = (
        value.edge_low if low != middle else None,
        value.edge_high if middle != high else None,
    )
    more = [_enough(value, row, edge) for edge in deciding if edge is not None]
    if not more or None in more:
        return None
    most = max(one for one in more if one is not None)
    return most if 0 < most <= TOO_CLOSE * (value.n or 0.0) else None


def _enough(value: Value, row: Mapping[str, object], edge: float) -> float | None:
    """How many more events would tell the value from *edge*; 0 where it is known."""
    metric, n = value.metric, value.n
    if value.value is None or not n or edge <= 0:
        return None
    phi = row.get(f"{metric.id}.phi")
    spread = row.get(f"{metric.id}.cv2")
    noise = float(phi) if isinstance(phi, float) else 1.0
    if metric.kind is MetricKind.PROPORTION:
        gap = value.value - edge
        needed = Z * Z * edge * (1 - edge) * noise / (gap * gap) if gap else math.inf
    elif metric.kind is MetricKind.RATE:
        gap = value.value - edge
        needed = Z * Z * edge * metric.scale * noise / (gap * gap) if gap else math.inf
    else:
        if metric.varies is not Varies.EVENTS:
            noise *= 1 + (float(spread) if isinstance(spread, float) else 1.0)
        gap = math.log(value.value / edge) if value.value > 0 else math.inf
        needed = Z * Z * noise / (gap * gap) if gap else math.inf
    return max(needed - n, 0.0)


def unjudged(diagnosis: Diagnosis) -> list[Unjudged]:
    """Rules that could judge nothing for lack of data, and what would make it possible; and those
    that could not judge everything because something failed."""
    found: list[Unjudged] = []
    by_rule: dict[str, list[Verdicts]] = {}
    for verdicts in diagnosis.judgement.verdicts:
        by_rule.setdefault(verdicts.rule.id, []).append(verdicts)
    for rule in diagnosis.loaded.rules:
        heard = by_rule.get(rule.id, [])
        failed = sum((v.outcomes["outcome"] == int(Outcome.ERROR)).sum() for v in heard)
        why = _why_failed(rule, diagnosis) if failed or not heard else ""
        if why:
            of = sum(v.outcomes.height for v in heard)
            some = f" (on {failed:,} of {of:,})" if failed < of else ""
            found.append(Unjudged(rule.id, rule.says.healthy, f"failed{some}: {why}", MEND))
            continue
        if any((v.outcomes["outcome"] != int(Outcome.MISSING)).any() for v in heard):
            continue
        because, remedy = _why_missing(rule, heard, diagnosis)
        found.append(Unjudged(rule.id, rule.says.healthy, because, remedy))
    found += [
        Unjudged(rule.id, rule.says.healthy, reason, NAME_REGION)
        for rule, reason in diagnosis.loaded.inactive
        if REGION_UNKNOWN in reason
    ]
    return found


def _why_failed(rule: Rule, diagnosis: Diagnosis) -> str:
    rules = {one.id: one for one in diagnosis.loaded.rules}
    return diagnosis.judgement.why_failed(rule, rules)


def _why_missing(rule: Rule, heard: Sequence[Verdicts], diagnosis: Diagnosis) -> tuple[str, str]:
    vocabulary = diagnosis.vocabulary
    plural = vocabulary.subjects[rule.subject].plural
    if not heard:
        return f"no file lists {plural}", _exports(
            rule.subject, _counts(rule, diagnosis), diagnosis
        )
    verdicts = heard[0]
    frame = verdicts.graded.frame
    lacking = [c for c in rule.needs if f"{c}.lo" not in frame.columns]
    for test in rule.when.own():
        if test.name in vocabulary.symbols:
            continue
        metric = metric_of(test.name, vocabulary)
        if (
            f"{test.name}.lo" not in frame.columns
            or frame[f"{test.name}.lo"].null_count() == frame.height
        ):
            if metric.takes and all(_there(c, verdicts, diagnosis) for c in metric.required()):
                return f"{metric.title} takes {metric.takes}", OLDER
            money = metric.kind is MetricKind.MONEY and metric.events is not None
            needed = (*metric.required(), *((metric.events or "",) if money else ()))
            lacking += [c for c in needed if c not in lacking]
    lacking = [c for c in lacking if not _there(c, verdicts, diagnosis)] or lacking
    if lacking:
        titles = ", ".join(dict.fromkeys(vocabulary.counts[c].title for c in lacking))
        return f"no file has {titles} of {plural}", _exports(rule.subject, lacking, diagnosis)
    for test in rule.own_tests():
        if test.trend is not None and f"{test.name}.before" not in frame.columns:
            title = metric_of(test.name, vocabulary).title
            because = f"no file has {title} of {plural} in the window before"
            return because, "export two months, or the same report for the month before"
        if test.is_ and test.name not in vocabulary.symbols:
            band = diagnosis.grader.resolve(test.name, verdicts.graded.measured.kind)
            if not band.edges:
                reason, _, hint = band.reason.partition(": ")
                return reason, hint
            if any(e.of is not None for e in band.edges) and not any(
                e.of is None for e in band.edges
            ):
                title = metric_of(test.name, vocabulary).title
                return (
                    f"no band of {title} holds for these {plural}",
                    "set one in [bands] of advisor.toml",
                )
    related = (*rule.when.related, *rule.unless.related)
    if related:
        kinds = ", ".join(vocabulary.subjects[r.kind].plural for r in related)
        return f"no file says which {kinds} belong to which {plural}", ""
    return "the data are not in these files", ""


def _there(count: str, verdicts: Verdicts, diagnosis: Diagnosis) -> bool:
    """Whether a file has *count* of the kind that was judged."""
    kind = verdicts.graded.measured.kind
    return any(
        rows.subject == kind
        and count in rows.frame.columns
        and rows.frame[count].null_count() < rows.frame.height
        for rows in diagnosis.rows
    )


def _counts(rule: Rule, diagnosis: Diagnosis) -> list[str]:
    found: list[str] = list(rule.needs)
    for test in rule.when.own():
        if test.name not in diagnosis.vocabulary.symbols:
            found += metric_of(test.name, diagnosis.vocabulary).required()
    return list(dict.fromkeys(found))


def _exports(kind: str, counts: Sequence[str], diagnosis: Diagnosis) -> str:
    """Which exports give *counts* of subjects of *kind*, and where a seller gets them."""
    wanted = set(counts)
    fitting = [i for i in diagnosis.exports if kind in i.subjects]
    full = [i for i in fitting if wanted <= set(i.counts)]
    if full:
        return f"add {_any_of(full)}"
    # What no file has together may come from several, each with a part that no other names.
    parts = {count: [i for i in fitting if count in i.counts] for count in counts}
    if not all(parts.values()):
        return "no export that is known here has it yet"
    return f"add {' and '.join(dict.fromkeys(_any_of(found) for found in parts.values()))}"


def _any_of(infos: Iterable[KindInfo]) -> str:
    named = dict.fromkeys(f"{i.title} ({i.where})" for i in infos)
    return " or ".join(list(named)[:3])
