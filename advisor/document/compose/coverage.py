"""What could not be judged and why, and what is healthy."""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document.outcomes import ExportInfo, Healthy, OutcomeCount, Unjudged
from advisor.judge import Ends, RuleEvaluation
from advisor.knowledge import REGION_UNKNOWN
from advisor.metrics import metric_of
from advisor.model import Language, MetricKind, Rule, Test
from advisor.plan import asked_of
from advisor.plugin import KindInfo
from advisor.tabular import name_words

_SHOWN_COLUMNS = 3  # unknown columns that a reason names
OPEN = 0.2  # of the money that a rule may call wasted: with more of it open, nothing is affirmed
MOST_EXPORTS = 3  # that are named where any of them would do
Wanted = tuple[Sequence[KindInfo], ...]  # one of each


def outcome_counts(diagnosis: Diagnosis) -> list[OutcomeCount]:
    """How often each rule ended how, by kind. A rule with nothing to judge is missing once."""
    rules = (*diagnosis.rules.rules, *(rule for rule, _ in diagnosis.rules.inactive))
    titles = {rule.id: rule.says.healthy for rule in rules}
    own = diagnosis.block.outcomes.filter(pl.col("shop") == diagnosis.id).drop("shop")
    return [OutcomeCount(title=titles[row["rule"]], **row) for row in own.iter_rows(named=True)]


def healthy(
    outcomes: Iterable[OutcomeCount],
    rules: Sequence[Rule],
    open_shares: Mapping[tuple[str, str], float] = {},
) -> list[Healthy]:
    """Rules that were seen to be clear on most of what they judged, and nowhere fire or fail.

    A condition that is false while another has no data proves nothing healthy. The kind is the one
    that most of those subjects are of. Where another rule found all that a rule asks for on a
    subject of that kind, the rule is not healthy either, although it leaves such subjects out. Nor
    is it where much of the money that it may call wasted lies with subjects that it could not tell
    of (*open_shares*, by rule and kind), however few these are.
    """
    by_rule: dict[str, list[OutcomeCount]] = {}
    asked = {rule.id: frozenset(rule.when.tests) for rule in rules}
    plain = {r.id for r in rules if not r.when.related and not r.when.alternatives}
    found: dict[str, set[frozenset[Test]]] = {}
    for count in outcomes:
        by_rule.setdefault(count.rule, []).append(count)
        if count.fires and count.rule in asked:
            found.setdefault(count.kind, set()).add(asked[count.rule])
    well: list[Healthy] = []
    for rule, counts in by_rule.items():
        most = max(counts, key=lambda count: count.seen)
        judged = most.clear + most.unsure
        failing = any(count.fires or count.error for count in counts)
        tests = asked[rule] if rule in plain else None
        if tests and any(tests <= others for others in found.get(most.kind, ())):
            continue
        if open_shares.get((rule, most.kind), 0.0) > OPEN:
            continue
        if most.seen and 2 * most.seen >= judged and not failing:
            well.append(Healthy(rule, most.title, most.kind, most.seen))
    return well


def unjudged(diagnosis: Diagnosis) -> list[Unjudged]:
    """Rules that could judge nothing for lack of data, and what would make it possible; and those
    that could not judge everything because something failed."""
    lines: list[Unjudged] = []
    ids = {info: id_ for id_, info in diagnosis.block.exports.items()}
    judgement, language = diagnosis.block.judgement, diagnosis.language
    by_rule: dict[str, list[tuple[RuleEvaluation, Ends]]] = {}
    for evaluation in judgement.evaluations:
        ends = judgement.ends.get((diagnosis.id, evaluation.number))
        if ends is not None:
            by_rule.setdefault(evaluation.rule.id, []).append((evaluation, ends))
    rules = {rule.id: rule for rule in diagnosis.rules.rules}
    for rule in rules.values():
        own = by_rule.get(rule.id, [])
        failed = sum(ends.failed for _, ends in own)
        why = diagnosis.block.judgement.why_failed(rule, rules) if failed or not own else ""
        subjects = sum(ends.subjects for _, ends in own)
        if why:
            because = language.gettext("failed: {reason}", reason=why)
            if failed < subjects:
                because = language.gettext(
                    "failed on {failed} of {all}: {reason}", failed=failed, all=subjects, reason=why
                )
            remedy = language.gettext(
                "Update or remove the plugin that failed (see “advisor plugins list”)"
            )
            lines.append(Unjudged(rule.id, rule.says.healthy, because, remedy))
            continue
        asked = _asked_of(own, diagnosis)
        if asked:
            because, remedy, setting = asked
            lines.append(Unjudged(rule.id, rule.says.healthy, because, remedy, setting=setting))
            continue
        if sum(ends.missing for _, ends in own) < subjects:
            continue
        first = own[0][0] if own else None
        because, wanted = _why_missing(rule, first, diagnosis)
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
            setting="region" if _has_data(rule, diagnosis) else "",
        )
        for rule, reason in diagnosis.rules.inactive
        if REGION_UNKNOWN in reason
    ]
    return lines


def _asked_of(
    evaluations: Sequence[tuple[RuleEvaluation, Ends]], diagnosis: Diagnosis
) -> tuple[str, str, str] | None:
    """Why a rule asks for a setting instead of firing, the question, and the setting; None where it
    does not."""
    language, vocabulary = diagnosis.language, diagnosis.vocabulary
    for evaluation, ends in evaluations:
        plural = vocabulary.subjects[evaluation.kind].plural
        if ends.missing and diagnosis.business.region is None and _of_region(evaluation, diagnosis):
            because = language.gettext(
                "a setting decides it ({plural}: {count})", count=ends.missing, plural=plural
            )
            return because, language.gettext("Add region to [shop] in advisor.toml"), "region"
        question = asked_of(evaluation, diagnosis.business.id, diagnosis.grader)
        if ends.asked and question is not None:
            because = language.gettext(
                "a setting decides it ({plural}: {count})", count=ends.asked, plural=plural
            )
            return because, question.text(vocabulary, language), question.setting
    return None


def _of_region(evaluation: RuleEvaluation, diagnosis: Diagnosis) -> bool:
    """Whether a condition of the rule asks for what is not known without the shop's region."""
    symbols = diagnosis.vocabulary.symbols
    tests = [symbols.get(test.name) for test in evaluation.rule.when.own()]
    return any(symbol is not None and symbol.setting == "region" for symbol in tests)


def _has_data(rule: Rule, diagnosis: Diagnosis) -> bool:
    """Whether the shop has all counts that *rule* needs, of its kind of subject."""
    known: set[str] = set()
    for one in diagnosis.block.rows:
        if one.subject == rule.subject:
            known |= one.known.get(diagnosis.id, frozenset())
    needed = _counts(rule, diagnosis)
    return bool(needed) and known.issuperset(count.rstrip("?") for count in needed)


def _why_missing(
    rule: Rule, evaluation: RuleEvaluation | None, diagnosis: Diagnosis
) -> tuple[str, str | Wanted]:
    """Return why the rule was not checked, and what would let it be."""
    vocabulary, language = diagnosis.vocabulary, diagnosis.language
    plural = vocabulary.subjects[rule.subject].plural
    if evaluation is None:
        return language.gettext("no export with {subjects} found", subjects=plural), _exports(
            rule.subject, _counts(rule, diagnosis), diagnosis
        )
    columns = evaluation.graded.columns
    known = evaluation.graded.measured.known.get(diagnosis.id, frozenset())
    lacking = [c for c in rule.needs if f"{c}.lo" not in columns]
    for test in rule.when.own():
        if test.name in vocabulary.symbols:
            continue
        metric = metric_of(test.name, vocabulary)
        if f"{test.name}.lo" not in known:
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
        if test.asks_past() and f"{test.name}.before" not in columns:
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
    columns = (
        repr(column.header)
        for reading in diagnosis.gathered.readings
        for column in reading.columns
        if not column.means
        and column.nearest
        and wanted & name_words(f"{column.header} {column.nearest}")
    )
    return diagnosis.language.listed(dict.fromkeys(columns), _SHOWN_COLUMNS)


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
    kind, shop = evaluation.graded.measured.kind, diagnosis.id
    rows = (one for one in diagnosis.block.rows if one.subject == kind)
    return any(count in one.above_zero.get(shop, ()) for one in rows)


def _there(count: str, evaluation: RuleEvaluation, diagnosis: Diagnosis) -> bool:
    """Whether a file has *count* of the kind that was judged."""
    kind, shop = evaluation.graded.measured.kind, diagnosis.id
    rows = (one for one in diagnosis.block.rows if one.subject == kind)
    return any(count in one.known.get(shop, ()) for one in rows)


def _counts(rule: Rule, diagnosis: Diagnosis) -> list[str]:
    counts: list[str] = list(rule.needs)
    for test in rule.when.own():
        if test.name not in diagnosis.vocabulary.symbols:
            counts += metric_of(test.name, diagnosis.vocabulary).required()
    return list(dict.fromkeys(counts))


def _exports(kind: str, counts: Sequence[str], diagnosis: Diagnosis) -> Wanted:
    """Which exports give *counts* of subjects of *kind*: one of each list is needed. None where
    some count has no export."""
    wanted = set(counts)
    fitting = [i for i in diagnosis.block.exports.values() if kind in i.subjects]
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
    kinds, language = diagnosis.block.exports, diagnosis.language
    read = {reading.kind for reading in diagnosis.gathered.readings}
    by_api = any(kinds[kind].api for kind in read if kind in kinds)
    weights = {rule.id: 4 ** (3 - rule.severity.rank) for rule in diagnosis.rules.rules}
    waiting = {
        one.rule: [kind for kind in one.exports if by_api or not kinds[kind].api] for one in lacking
    }
    exports: list[ExportInfo] = []
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
        exports.append(
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
    return tuple(exports)


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
