"""What could not be judged and why, what is nearly known, and what is healthy."""

import math
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document.findings import SubjectInfo
from advisor.document.outcomes import ExportInfo, Healthy, OutcomeCount, Unjudged, Watch
from advisor.judge import Outcome, RuleEvaluation, counted_tests, truth_column
from advisor.knowledge import REGION_UNKNOWN
from advisor.metrics import Value, days_column, metric_of, value_of
from advisor.model import (
    LEVELS,
    TRENDS,
    Against,
    Language,
    MetricKind,
    Resolved,
    Rule,
    Test,
    Truth,
    Varies,
)
from advisor.plan import asked_of
from advisor.plugin import KindInfo
from advisor.stats import Z
from advisor.tabular import name_words

_SHOWN_COLUMNS = 3  # unknown columns that a reason names
MOST_EXPORTS = 3  # that are named where any of them would do
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
    currency, language = diagnosis.business.currency, diagnosis.language
    for test in tests:
        if row.get(truth_column(test)) != int(Truth.UNSURE):
            continue
        metric = metric_of(test.name, diagnosis.vocabulary)
        band = diagnosis.grader.resolve(test.name, evaluation.graded.measured.kind)
        origin = band.edges[0].origin if band.edges else None
        value = value_of(metric, row, origin=origin)
        named = {
            "metric": metric.title,
            "value": value.words(language, currency),
            "range": value.limits(language, currency),
            "target": value.band_words(language, currency),
        }
        banded = bool(test.is_) and test.against is Against.BAND and origin is not None
        if banded and metric.kind is not MetricKind.EXACT:
            named["more"] = promise(test, value, row, diagnosis, band)
            said = language.gettext(
                "{metric} {value} (likely {range}, target {target}): {more}", **named
            )
            days = _days(enough(value, row, test, band), value, row)
            return said, days if (days or 0) <= LONGEST else None
        return _undecided(test, named, value, diagnosis), None
    return "", None


def _undecided(test: Test, named: Mapping[str, str], value: Value, diagnosis: Diagnosis) -> str:
    """What cannot be told of a change, of a limit, or of a comparison with other subjects."""
    language, unit = diagnosis.language, value.metric.unit
    currency = diagnosis.business.currency
    if test.trend == TRENDS[0]:
        return language.gettext(
            "{metric} {value} (likely {range}): too early to tell if it is falling", **named
        )
    if test.trend == TRENDS[2]:
        return language.gettext(
            "{metric} {value} (likely {range}): too early to tell if it is rising", **named
        )
    if test.at_least is not None or test.at_most is not None:
        return language.gettext(
            "{metric} {value} (likely {range}): too early to tell if it is {limit}",
            **named,
            limit=language.band(test.at_least, test.at_most, unit, currency),
        )
    if test.against is Against.PAST:
        return language.gettext(
            "{metric} {value} (likely {range}): too early to tell if it changed", **named
        )
    return language.gettext(
        "{metric} {value} (likely {range}): too early to tell if it differs from the rest", **named
    )


def promise(
    test: Test,
    value: Value,
    row: Mapping[str, object],
    diagnosis: Diagnosis,
    band: Resolved,
) -> str:
    """How many more events would decide *test* of *band*, in words."""
    language = diagnosis.language
    more = enough(value, row, test, band)
    days = _days(more, value, row)
    if more is None or (days or 0) > LONGEST:
        if not band.setting:
            return language.gettext("too close to call")
        return language.gettext(
            "too close to call; set {setting} in [shop] of advisor.toml to know more",
            setting=band.setting,
        )
    metric = value.metric
    named = metric.events if metric.kind is MetricKind.MONEY else metric.denominator[0]
    unit = metric_of(named or "", diagnosis.vocabulary).unit
    words = {
        "count": language.number(_round_up(more), unit, diagnosis.business.currency),
        "events": diagnosis.vocabulary.counts[(named or "").rstrip("?")].title,
    }
    if days is not None:
        return language.ngettext(
            "about {count} more {events} needed ({n} day)",
            "about {count} more {events} needed ({n} days)",
            days,
            **words,
        )
    return language.gettext("about {count} more {events} needed", **words)


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


def _asked_of(
    evaluations: Sequence[RuleEvaluation], diagnosis: Diagnosis
) -> tuple[str, str] | None:
    """Why a rule asks for a setting instead of firing, and the question; None where it does not."""
    judgement, language = diagnosis.judgement, diagnosis.language
    for one in evaluations:
        ends = judgement.outcomes_of(one)
        missing = pl.col("outcome") == int(Outcome.MISSING)
        many = ends.select((pl.col("asked") & missing).sum()).item()
        question = asked_of(one, diagnosis.business.id, diagnosis.grader) if many else None
        if question is not None:
            plural = diagnosis.vocabulary.subjects[one.kind].plural
            because = language.gettext(
                "a setting decides it on {count} {plural}", count=many, plural=plural
            )
            return because, question.text(diagnosis.vocabulary, language)
    return None


def unjudged(diagnosis: Diagnosis) -> list[Unjudged]:
    """Rules that could judge nothing for lack of data, and what would make it possible; and those
    that could not judge everything because something failed."""
    lines: list[Unjudged] = []
    ids = {info: id_ for id_, info in _kinds(diagnosis).items()}
    judgement, language = diagnosis.judgement, diagnosis.language
    by_rule: dict[str, list[RuleEvaluation]] = {}
    for evaluation in judgement.evaluations:
        by_rule.setdefault(evaluation.rule.id, []).append(evaluation)
    for rule in diagnosis.rules.rules:
        own = by_rule.get(rule.id, [])
        failed = sum(judgement.count(one, Outcome.ERROR) for one in own)
        why = _why_failed(rule, diagnosis) if failed or not own else ""
        subjects = sum(one.height for one in own)
        if why:
            because = language.gettext("failed: {reason}", reason=why)
            if failed < subjects:
                because = language.gettext(
                    "failed on {failed} of {all}: {reason}", failed=failed, all=subjects, reason=why
                )
            remedy = language.gettext(
                "Update or remove the plugin that failed (see `advisor plugins list`)"
            )
            lines.append(Unjudged(rule.id, rule.says.healthy, because, remedy))
            continue
        asked = _asked_of(own, diagnosis)
        if asked:
            lines.append(Unjudged(rule.id, rule.says.healthy, *asked))
            continue
        if sum(judgement.count(one, Outcome.MISSING) for one in own) < subjects:
            continue
        because, wanted = _why_missing(rule, own, diagnosis)
        enough = wanted[0] if len(wanted) == 1 and not isinstance(wanted, str) else ()
        names = tuple(dict.fromkeys(ids[info] for info in enough))
        remedy = _remedy(wanted, language)
        lines.append(Unjudged(rule.id, rule.says.healthy, because, remedy, names))
    lines += [
        Unjudged(
            rule.id,
            rule.says.healthy,
            language.gettext(
                "applies only in {regions}, and your shop's region isn't set",
                regions=language.either(rule.region),
            ),
            language.gettext("Add region to [shop] in advisor.toml"),
        )
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
    vocabulary, language = diagnosis.vocabulary, diagnosis.language
    plural = vocabulary.subjects[rule.subject].plural
    if not evaluations:
        return language.gettext("no export with {subjects} found", subjects=plural), _exports(
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
                because = language.gettext(
                    "{metric} needs {amount}", metric=metric.title, amount=metric.takes
                )
                return because, language.gettext("Add older downloads of the same files")
            money = metric.kind is MetricKind.MONEY and metric.events is not None
            needed = (*metric.required(), *((metric.events or "",) if money else ()))
            lacking += [c for c in needed if c not in lacking]
    given = [c for c in lacking if _there(c, evaluation, diagnosis)]
    lacking = [c for c in lacking if c not in given]
    if lacking:
        titles = ", ".join(dict.fromkeys(vocabulary.counts[c].title for c in lacking))
        because = language.gettext(
            "no file has {counts} of {subjects}", counts=titles, subjects=plural
        )
        if unknown := _not_known(lacking, diagnosis):
            because = language.gettext(
                "{counts} of {subjects} not found; unknown columns that may hold them: {columns}",
                counts=titles,
                subjects=plural,
                columns=unknown,
            )
        return because, _exports(rule.subject, lacking, diagnosis)
    for test in rule.own_tests():
        if test.trend is not None and f"{test.name}.before" not in frame.columns:
            because = language.gettext(
                "no data for the previous period: {metric} of {subjects}",
                metric=metric_of(test.name, vocabulary).title,
                subjects=plural,
            )
            return because, language.gettext(
                "Export two months, or the same report for the month before"
            )
        if test.is_ and test.name not in vocabulary.symbols:
            lacks = _no_target(test, evaluation, plural, diagnosis)
            if lacks is not None:
                return lacks
    related = (*rule.when.related, *rule.unless.related)
    if related:
        kinds = ", ".join(vocabulary.subjects[r.kind].plural for r in related)
        because = language.gettext(
            "no file says which {kinds} belong to which {subjects}", kinds=kinds, subjects=plural
        )
        return because, ""
    if given:
        return _why_not_enough(given, evaluation, diagnosis), ""
    return language.gettext("these files don't have the data"), ""


def _no_target(
    test: Test, evaluation: RuleEvaluation, plural: str, diagnosis: Diagnosis
) -> tuple[str, str] | None:
    """Why there is no target for the metric of *test*, and what to do; None where there is one."""
    language = diagnosis.language
    title = metric_of(test.name, diagnosis.vocabulary).title
    band = diagnosis.grader.resolve(test.name, evaluation.graded.measured.kind)
    if not band.edges and band.setting == "region":
        return (
            language.gettext(
                "the target for {metric} depends on the region, and yours isn't set",
                metric=title,
            ),
            language.gettext("Add region to [shop] in advisor.toml"),
        )
    if not band.edges and band.setting:
        return (
            language.gettext(
                "the target for {metric} is in US dollars, and your exchange rate isn't set",
                metric=title,
            ),
            language.gettext("Add currency and usd_rate to [shop] in advisor.toml"),
        )
    if not band.edges:
        return language.gettext("there is no target for {metric}", metric=title), ""
    if all(edges.of is not None for edges in band.edges):
        return (
            language.gettext(
                "no target for {metric} applies to these {subjects}",
                metric=title,
                subjects=plural,
            ),
            language.gettext("Set one in [bands] of advisor.toml"),
        )
    return None


def _not_known(lacking: Sequence[str], diagnosis: Diagnosis) -> str:
    """Name the columns of amounts that nobody knows and that may hold one of the counts that are
    *lacking*: what is not known is not denied."""
    counts = diagnosis.vocabulary.counts
    wanted = frozenset[str]().union(
        *(name_words(f"{count.replace('_', ' ')} {counts[count].title}") for count in lacking)
    )
    found = (
        repr(column.header)
        for reading in diagnosis.gathered.readings
        for column in reading.columns
        if not column.means
        and column.nearest
        and wanted & name_words(f"{column.header} {column.nearest}")
    )
    return diagnosis.language.listed(dict.fromkeys(found), _SHOWN_COLUMNS)


def _why_not_enough(given: Sequence[str], evaluation: RuleEvaluation, diagnosis: Diagnosis) -> str:
    """Why counts that the files have tell nothing: a zero that was counted is known, and no lack
    of files."""
    nothing = [count for count in given if not _counted_any(count, evaluation, diagnosis)]
    titles = ", ".join(diagnosis.vocabulary.counts[count].title for count in nothing or given)
    if nothing:
        return diagnosis.language.gettext(
            "your files say 0 for {counts}, so there is nothing to compare", counts=titles
        )
    return diagnosis.language.gettext(
        "your files have {counts}, but not for days that can be compared", counts=titles
    )


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


def _remedy(wanted: str | Wanted, language: Language) -> str:
    """What to do, in words: for exports, where a seller gets them."""
    if isinstance(wanted, str):
        return wanted
    if not wanted:
        return language.gettext("No known export has it yet")
    every = list(dict.fromkeys(_any_of(infos, language) for infos in wanted))
    return language.gettext("Add {exports}", exports=language.all_of(every))


def missing_exports(lacking: Sequence[Unjudged], diagnosis: Diagnosis) -> tuple[ExportInfo, ...]:
    """The exports that would let the rules of *lacking* be checked: first the one that most weighty
    rules wait for, then that for most of the rest, and so on. Those of an API are left out where no
    file is from one."""
    kinds, language = _kinds(diagnosis), diagnosis.language
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
                best,
                language.gettext(info.title),
                language.gettext(info.where),
                info.api,
                bool(info.template),
                tuple(rules[best]),
            )
        )
        waiting = {rule: names for rule, names in waiting.items() if best not in names}
    return tuple(found)


def _kinds(diagnosis: Diagnosis) -> Mapping[str, KindInfo]:
    """Every kind of file that somebody reads, by id."""
    return {id_: info for one in diagnosis.block.providers for id_, info in one.kinds.items()}


def _any_of(infos: Iterable[KindInfo], language: Language) -> str:
    named = dict.fromkeys(
        language.gettext(
            "{export} ({path})",
            export=language.gettext(i.title),
            path=language.gettext(i.where),
        )
        for i in infos
    )
    return language.either(list(named)[:MOST_EXPORTS])
