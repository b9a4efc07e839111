"""What could not be judged and why, what is nearly known, and what is healthy."""

import math
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document.findings import SubjectInfo
from advisor.document.outcomes import ExportInfo, Healthy, OutcomeCount, Unjudged, Watch
from advisor.judge import Outcome, RuleEvaluation, counted_tests, truth_column
from advisor.knowledge import NAME_REGION, REGION_UNKNOWN
from advisor.metrics import Value, days_column, metric_of, value_of
from advisor.model import LEVELS, Against, MetricKind, Resolved, Rule, Test, Truth, Varies, text
from advisor.plugin import KindInfo
from advisor.stats import Z

MEND = "what failed, not what is missing: update or remove what is named (`advisor plugins list`)"
OLDER = "add older downloads of the same files"
Wanted = tuple[Sequence[KindInfo], ...]  # one of each
NO_BAND = Resolved()
LONGEST = 90  # days: what takes longer to tell is too close to call
TOO_CLOSE = 20.0  # times the data there are: more than that is no promise to make


def outcome_counts(diagnosis: Diagnosis) -> list[OutcomeCount]:
    """How often each rule ended how, by kind. A rule with nothing to judge is missing once."""
    rules = (*diagnosis.rules.rules, *(rule for rule, _ in diagnosis.rules.inactive))
    titles = {rule.id: rule.says.healthy for rule in rules}
    own = diagnosis.block.outcomes.filter(pl.col("shop") == diagnosis.id).drop("shop")
    return [OutcomeCount(title=titles[row["rule"]], **row) for row in own.iter_rows(named=True)]


def healthy(outcomes: Iterable[OutcomeCount]) -> list[Healthy]:
    """Rules that were seen to be clear on most of what they judged, and nowhere fire or fail.

    A condition that is false while another has no data proves nothing healthy. The kind is the one
    that most of those subjects are of.
    """
    by_rule: dict[str, list[OutcomeCount]] = {}
    for count in outcomes:
        by_rule.setdefault(count.rule, []).append(count)
    found: list[Healthy] = []
    for rule, counts in by_rule.items():
        most = max(counts, key=lambda count: count.seen)
        judged = most.clear + most.unsure
        failing = any(count.fires or count.error for count in counts)
        if most.seen and 2 * most.seen >= judged and not failing:
            found.append(Healthy(rule, most.title, most.kind, most.seen))
    return found


def watch(diagnosis: Diagnosis) -> list[Watch]:
    """Subjects on which a rule may yet fire: the ones with most data first, a few for each rule."""
    lines: list[Watch] = []
    for one in diagnosis.block.unsure.get(diagnosis.id, ()):
        evaluation, values = one.evaluation, one.row
        line, days = _nearly(evaluation, counted_tests(evaluation), values, diagnosis)
        if line:
            key = str(values["key"])
            subject = SubjectInfo(evaluation.kind, key, str(values.get("name") or key))
            lines.append(Watch(evaluation.rule.id, subject, line, days))
    return lines


def _nearly(
    evaluation: RuleEvaluation,
    tests: Sequence[Test],
    row: Mapping[str, object],
    diagnosis: Diagnosis,
) -> tuple[str, int | None]:
    """About the first test that is not decided: the value, the band, and how much would tell; and
    in how many days that is there."""
    currency = diagnosis.business.currency
    for test in tests:
        if row.get(truth_column(test)) != int(Truth.UNSURE):
            continue
        metric = metric_of(test.name, diagnosis.vocabulary)
        band = diagnosis.grader.resolve(test.name, evaluation.graded.measured.kind)
        origin = band.edges[0].origin if band.edges else None
        value = value_of(metric, row, origin=origin)
        known = f"{metric.title} is {value.words(currency)} ({value.limits(currency)} is possible)"
        banded = bool(test.is_) and test.against is Against.BAND and origin is not None
        if not banded or metric.kind is MetricKind.EXACT:
            return f"{known}; whether it {_asked(test)} cannot be told yet", None
        good = value.band_words(currency)
        said = f"{known}; {good} is good; {promise(test, value, row, diagnosis, band)}"
        days = _days(enough(value, row, test, band), value, row)
        return said, days if (days or 0) <= LONGEST else None
    return "", None


def _asked(test: Test) -> str:
    return str(test).removeprefix(f"{test.name} ")


def promise(
    test: Test,
    value: Value,
    row: Mapping[str, object],
    diagnosis: Diagnosis,
    band: Resolved,
) -> str:
    """How many more events would decide *test* of *band*, in words."""
    more = enough(value, row, test, band)
    days = _days(more, value, row)
    if more is None or (days or 0) > LONGEST:
        setting = f"; {band.setting} in [shop] of advisor.toml would help" if band.setting else ""
        return f"too close to call{setting}"
    metric = value.metric
    named = metric.events if metric.kind is MetricKind.MONEY else metric.denominator[0]
    unit = diagnosis.vocabulary.counts[(named or "").rstrip("?")].title
    shown = (
        f"about {text.number(_round_up(more), metric_of(named or '', diagnosis.vocabulary).unit)}"
    )
    line = f"{shown} more {unit} would tell"
    if days is not None:
        line += f", {days:,} days at the present pace"
    return line


def _days(more: float | None, value: Value, row: Mapping[str, object]) -> int | None:
    """In how many days there are *more* events, at the present pace."""
    days, n = row.get(days_column(value.metric.id, tuple(row))), value.n
    if more is None or not isinstance(days, float) or days <= 0 or not n:
        return None
    return math.ceil(more / (n / days))


def _round_up(count: float) -> float:
    """Two digits that count: nobody needs 1,283 more clicks."""
    if count < 10:
        return math.ceil(count)
    step = 10 ** (math.floor(math.log10(count)) - 1)
    return float(math.ceil(count / step) * step)


def enough(
    value: Value, row: Mapping[str, object], test: Test, band: Resolved = NO_BAND
) -> float | None:
    """How many more events would decide *test* if the value stays as it is; None where it lies so
    near an edge, or among those that *band* may have, that no number can be promised."""
    low, middle, high = (level in test.is_ for level in LEVELS)
    deciding = {
        "low": value.edge_low if low != middle else None,
        "high": value.edge_high if middle != high else None,
    }
    nearest = [
        _nearest(value.value or 0.0, edge, side, band)
        for side, edge in deciding.items()
        if edge is not None
    ]
    more = [None if edge is None else _enough(value, row, edge) for edge in nearest]
    if not more or None in more:
        return None
    most = max(one for one in more if one is not None)
    return most if 0 < most <= TOO_CLOSE * (value.n or 0.0) else None


def _nearest(value: float, edge: float, side: str, band: Resolved) -> float | None:
    """Of all places where *edge* may be, the nearest to *value*; None where it is among them."""
    inner = [edges.low if side == "low" else edges.high for edges in band.narrow if not edges.of]
    places = [edge, *(place for place in inner if place is not None)]
    low, high = min(places) * (1 - band.within), max(places) * (1 + band.within)
    if low == high or value < low:
        return low
    return high if value > high else None


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
    lines: list[Unjudged] = []
    ids = {info: id_ for id_, info in _kinds(diagnosis).items()}
    judgement = diagnosis.judgement
    by_rule: dict[str, list[RuleEvaluation]] = {}
    for evaluation in judgement.evaluations:
        by_rule.setdefault(evaluation.rule.id, []).append(evaluation)
    for rule in diagnosis.rules.rules:
        own = by_rule.get(rule.id, [])
        failed = sum(judgement.count(one, Outcome.ERROR) for one in own)
        why = _why_failed(rule, diagnosis) if failed or not own else ""
        subjects = sum(one.height for one in own)
        if why:
            some = f" (on {failed:,} of {subjects:,})" if failed < subjects else ""
            lines.append(Unjudged(rule.id, rule.says.healthy, f"failed{some}: {why}", MEND))
            continue
        if sum(judgement.count(one, Outcome.MISSING) for one in own) < subjects:
            continue
        because, wanted = _why_missing(rule, own, diagnosis)
        enough = wanted[0] if len(wanted) == 1 and not isinstance(wanted, str) else ()
        names = tuple(dict.fromkeys(ids[info] for info in enough))
        remedy = _remedy(wanted)
        lines.append(Unjudged(rule.id, rule.says.healthy, because, remedy, names))
    lines += [
        Unjudged(rule.id, rule.says.healthy, reason, NAME_REGION)
        for rule, reason in diagnosis.rules.inactive
        if REGION_UNKNOWN in reason
    ]
    return lines


def _why_failed(rule: Rule, diagnosis: Diagnosis) -> str:
    rules = {one.id: one for one in diagnosis.rules.rules}
    return diagnosis.judgement.why_failed(rule, rules)


def _why_missing(
    rule: Rule, evaluations: Sequence[RuleEvaluation], diagnosis: Diagnosis
) -> tuple[str, str | Wanted]:
    """Return why the rule was not checked, and what would let it be."""
    vocabulary = diagnosis.vocabulary
    plural = vocabulary.subjects[rule.subject].plural
    if not evaluations:
        return f"no file lists {plural}", _exports(
            rule.subject, _counts(rule, diagnosis), diagnosis
        )
    evaluation = evaluations[0]
    frame = evaluation.graded.frame
    lacking = [c for c in rule.needs if f"{c}.lo" not in frame.columns]
    for test in rule.when.own():
        if test.name in vocabulary.symbols:
            continue
        metric = metric_of(test.name, vocabulary)
        if (
            f"{test.name}.lo" not in frame.columns
            or frame[f"{test.name}.lo"].null_count() == frame.height
        ):
            if metric.takes and all(_there(c, evaluation, diagnosis) for c in metric.required()):
                return f"{metric.title} takes {metric.takes}", OLDER
            money = metric.kind is MetricKind.MONEY and metric.events is not None
            needed = (*metric.required(), *((metric.events or "",) if money else ()))
            lacking += [c for c in needed if c not in lacking]
    given = [c for c in lacking if _there(c, evaluation, diagnosis)]
    lacking = [c for c in lacking if c not in given]
    if lacking:
        titles = ", ".join(dict.fromkeys(vocabulary.counts[c].title for c in lacking))
        return f"no file has {titles} of {plural}", _exports(rule.subject, lacking, diagnosis)
    for test in rule.own_tests():
        if test.trend is not None and f"{test.name}.before" not in frame.columns:
            title = metric_of(test.name, vocabulary).title
            because = f"no file reaches back to the window before with {title} of {plural}"
            return because, "export two months, or the same report for the month before"
        if test.is_ and test.name not in vocabulary.symbols:
            band = diagnosis.grader.resolve(test.name, evaluation.graded.measured.kind)
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
    if given:
        return _why_not_enough(given, evaluation, diagnosis), ""
    return "the data are not in these files", ""


def _why_not_enough(given: Sequence[str], evaluation: RuleEvaluation, diagnosis: Diagnosis) -> str:
    """Why counts that the files have tell nothing: a zero that was counted is known, and no lack
    of files."""
    nothing = [count for count in given if not _counted_any(count, evaluation, diagnosis)]
    titles = ", ".join(diagnosis.vocabulary.counts[count].title for count in nothing or given)
    if nothing:
        return f"the files say 0 for {titles}, so that there is nothing to compare"
    return f"the files have {titles}, but not over days that can be compared"


def _counted_any(count: str, evaluation: RuleEvaluation, diagnosis: Diagnosis) -> bool:
    """Whether a file has more than 0 of *count* of the kind that was judged."""
    kind = evaluation.graded.measured.kind
    return any(
        rows.subject == kind
        and count in rows.frame.columns
        and rows.frame.select((pl.col(count) != 0).any()).item()
        for rows in diagnosis.rows
    )


def _there(count: str, evaluation: RuleEvaluation, diagnosis: Diagnosis) -> bool:
    """Whether a file has *count* of the kind that was judged."""
    kind = evaluation.graded.measured.kind
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


def _exports(kind: str, counts: Sequence[str], diagnosis: Diagnosis) -> Wanted:
    """Which exports give *counts* of subjects of *kind*: one of each list is needed. None where
    some count has no export."""
    wanted = set(counts)
    fitting = [i for i in diagnosis.exports if kind in i.subjects]
    full = [i for i in fitting if wanted <= set(i.counts)]
    if full:
        return (full,)
    # What no file has together may come from several, each with a part that no other names.
    parts = [[i for i in fitting if count in i.counts] for count in counts]
    return tuple(parts) if all(parts) else ()


def _remedy(wanted: str | Wanted) -> str:
    """What to do, in words: for exports, where a seller gets them."""
    if isinstance(wanted, str):
        return wanted
    if not wanted:
        return "no export that is known here has it yet"
    return f"add {' and '.join(dict.fromkeys(map(_any_of, wanted)))}"


def missing_exports(lacking: Sequence[Unjudged], diagnosis: Diagnosis) -> tuple[ExportInfo, ...]:
    """The exports that would let the rules of *lacking* be checked: first the one that most weighty
    rules wait for, then that for most of the rest, and so on. Those of an API are left out where no
    file is from one."""
    kinds = _kinds(diagnosis)
    read = {reading.kind for reading in diagnosis.gathered.readings}
    by_api = any(kinds[kind].api for kind in read if kind in kinds)
    weights = {rule.id: 4 ** (3 - rule.severity.rank) for rule in diagnosis.rules.rules}
    waiting = {
        one.rule: [kind for kind in one.exports if by_api or not kinds[kind].api] for one in lacking
    }
    found: list[ExportInfo] = []
    while any(waiting.values()):
        rules: dict[str, list[str]] = {}
        for rule, names in waiting.items():
            for name in names:
                rules.setdefault(name, []).append(rule)
        # What only has to be downloaded comes before what has to be filled in.
        best = min(
            rules,
            key=lambda name: (
                -sum(weights.get(rule, 1) for rule in rules[name]),
                bool(kinds[name].template),
                name,
            ),
        )
        info = kinds[best]
        found.append(
            ExportInfo(
                best, info.title, info.where, info.api, bool(info.template), tuple(rules[best])
            )
        )
        waiting = {rule: names for rule, names in waiting.items() if best not in names}
    return tuple(found)


def _kinds(diagnosis: Diagnosis) -> Mapping[str, KindInfo]:
    """Every kind of file that somebody reads, by id."""
    return {id_: info for one in diagnosis.block.providers for id_, info in one.kinds.items()}


def _any_of(infos: Iterable[KindInfo]) -> str:
    named = dict.fromkeys(f"{i.title} ({i.where})" for i in infos)
    return " or ".join(list(named)[:3])
