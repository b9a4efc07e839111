"""Why a rule ended as it did on a subject: the tree of its conditions with the measured values."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document import origin_of
from advisor.errors import AdvisorError, unknown
from advisor.judge import (
    Outcome,
    RuleEvaluation,
    change,
    measured_rows,
    related_column,
    truth_column,
)
from advisor.metrics import AGO, OVER, WHY_OVER, Measured, Value, metric_of, value_of
from advisor.model import (
    ENGLISH,
    LEVELS,
    Against,
    Conditions,
    Language,
    Metric,
    Quantifier,
    Related,
    Test,
    Truth,
    Unit,
    frozen,
    lazy_gettext,
)

_SHOWN = 5  # related subjects that a tree lists
_TRUTHS = {
    Truth.TRUE: lazy_gettext("yes"),
    Truth.FALSE: lazy_gettext("no"),
    Truth.UNSURE: lazy_gettext("unsure"),
    Truth.MISSING: lazy_gettext("no data"),
}
OUTCOMES = {
    Outcome.FIRES: lazy_gettext("fires"),
    Outcome.CLEAR: lazy_gettext("clear"),
    Outcome.UNSURE: lazy_gettext("unsure"),
    Outcome.MISSING: lazy_gettext("no data"),
    Outcome.NOT_APPLICABLE: lazy_gettext("not applicable"),
    Outcome.ERROR: lazy_gettext("error"),
}
_TRENDS = {
    "falling": lazy_gettext("is falling"),
    "flat": lazy_gettext("is flat"),
    "rising": lazy_gettext("is rising"),
}
_AGAINST = {
    Against.PAST: lazy_gettext("its own past"),
    Against.PARENT: lazy_gettext("its parent"),
    Against.SIBLINGS: lazy_gettext("its siblings"),
}


@frozen
class Node:
    """A condition: what is asked, what is known of it, and what was measured."""

    asked: str
    truth: Truth
    found: str = ""
    parts: tuple["Node", ...] = ()


@frozen
class Explanation:
    """One rule on one subject of a *kind*, *title* in words. *blocked* is the tree of what would
    keep it from firing; *explained_by* are the findings that cause this one; *remark* says what the
    trees do not."""

    rule: str
    kind: str
    title: str
    key: str
    name: str
    outcome: Outcome
    when: Node
    blocked: Node | None = None
    after: tuple[str, ...] = ()
    explained_by: tuple[str, ...] = ()
    remark: str = ""


@frozen
class Subject:
    """A subject that a rule was judged on, and how that ended."""

    kind: str
    key: str
    name: str
    outcome: Outcome


def subjects(diagnosis: Diagnosis, rule_id: str) -> list[Subject]:
    """Every subject that the rule was judged on; what fires first, then what is unsure."""
    order = (Outcome.FIRES, Outcome.UNSURE, Outcome.ERROR, Outcome.MISSING)
    found = [
        Subject(evaluation.kind, key, name, Outcome(outcome))
        for evaluation in diagnosis.judgement.of_rule(rule_id)
        for key, name, outcome in zip(
            evaluation.graded.frame["key"],
            evaluation.graded.frame["name"],
            diagnosis.judgement.outcomes_of(evaluation)["outcome"],
            strict=True,
        )
    ]
    ranks = {outcome: place for place, outcome in enumerate(order)}
    return sorted(found, key=lambda s: (ranks.get(s.outcome, len(order)), s.kind, s.key))


def explain(diagnosis: Diagnosis, rule_id: str, subject: str) -> tuple[Explanation, ...]:
    """The rule on the subject with this key or name; more than one where it was judged on a kind
    and, pooled, on the kind above it.

    Raises AdvisorError, with the nearest name, where the rule was not judged on such a subject.
    """
    found: list[Explanation] = []
    names: dict[str, None] = {}
    for evaluation in diagnosis.judgement.of_rule(rule_id):
        frame = evaluation.graded.frame
        chosen = (frame["key"] == subject) | (frame["name"] == subject).fill_null(value=False)
        rows = chosen.arg_true().to_list()
        found += [_explanation(diagnosis, evaluation, row) for row in rows]
        names |= dict.fromkeys([*frame["key"].to_list(), *frame["name"].drop_nulls().to_list()])
    if not found:
        raise AdvisorError(unknown("subject", subject, names), where="--subject")
    return tuple(found)


def tree(explanation: Explanation, language: Language = ENGLISH) -> Iterator[str]:
    """An explanation as lines: how the rule ended, then its conditions as a tree."""
    yield f"{where_of(explanation, language)}: {language.say(OUTCOMES[explanation.outcome])}"
    if explanation.remark:
        yield f"  {explanation.remark}"
    yield from _branches([explanation.when, *filter(None, [explanation.blocked])], "", language)
    for finding in explanation.after:
        yield language.gettext("after the finding {finding}", finding=finding)
    for cause in explanation.explained_by:
        yield language.gettext("explained by the finding {finding}", finding=cause)


def where_of(explanation: Explanation, language: Language) -> str:
    """`guide/weak-hook on ad Spring haul (42)`."""
    name, key = explanation.name, explanation.key
    shown = name if name == key else f"{name} ({key})"
    return language.gettext(
        "{rule} on {kind} {name}", rule=explanation.rule, kind=explanation.title, name=shown
    )


def _branches(nodes: Sequence[Node], indent: str, language: Language) -> Iterator[str]:
    for place, node in enumerate(nodes):
        last = place == len(nodes) - 1
        found = f": {node.found}" if node.found else ""
        # Lines are cleaned one by one; what is drawn before them is not a stranger's.
        truth = language.say(_TRUTHS[node.truth])
        yield f"{indent}{'└─ ' if last else '├─ '}[{truth}] {node.asked}{found}"
        yield from _branches(node.parts, indent + ("   " if last else "│  "), language)


def conditions(asked: Conditions) -> list[str]:
    """Conditions in words, a line each."""
    lines = [str(test) for test in asked.tests]
    if asked.alternatives:
        branches = [" and ".join(str(t) for t in branch) for branch in asked.alternatives]
        lines.append("one of: " + "; or ".join(branches))
    lines += [_related_words(related, related.kind, ENGLISH) for related in asked.related]
    return lines


def condition(test: Test, language: Language) -> str:
    """A condition in words, its metric by its id as rule files have it: `ctr is low or good`."""
    parts = [language.say(_TRENDS[test.trend])] if test.trend else []
    if test.is_:
        known = [language.level(one) if one in LEVELS else one for one in test.is_]
        parts.append(language.gettext("is {value}", value=language.either(known)))
    low, high = test.at_least, test.at_most
    if low is not None:
        parts.append(language.gettext("is at least {value}", value=_plain(low, language)))
    if high is not None:
        parts.append(language.gettext("is at most {value}", value=_plain(high, language)))
    text = f"{test.column} {language.all_of(parts)}"
    if test.days is not None:
        return language.gettext(
            "{condition} on each of the last {n} days", condition=text, n=int(test.days)
        )
    if test.against is Against.BAND:
        return text
    what = language.say(_AGAINST[test.against])
    return language.gettext("{condition} against {what}", condition=text, what=what)


def _plain(limit: float, language: Language) -> str:
    """A limit with all its digits, as rule files have it; its decimal mark is the language's."""
    return f"{limit:g}".replace(".", language.style.decimal)


def _related_words(related: Related, kind: str, language: Language) -> str:
    tests = language.all_of([condition(test, language) for test in related.tests])
    named = {"kind": kind, "relation": related.relation, "conditions": tests}
    if not related.joins and related.quantifier is Quantifier.ANY:
        return language.all_of(list(_how_many(related, named, language)))
    match related.quantifier:
        case Quantifier.ANY:
            return language.gettext("any {kind} ({relation}): {conditions}", **named)
        case Quantifier.ALL:
            return language.gettext("every {kind} ({relation}): {conditions}", **named)
    return language.gettext("no {kind} ({relation}): {conditions}", **named)


def _how_many(related: Related, named: Mapping[str, str], language: Language) -> Iterator[str]:
    """Each number of subjects, and each share, that has to pass."""
    if related.at_least > 1 or related.share is None:
        yield language.gettext(
            "at least {n} of {kind} ({relation}): {conditions}", n=int(related.at_least), **named
        )
    if related.share is None:
        return
    share = language.number(related.share, Unit.SHARE)
    if related.of is None:
        yield language.gettext(
            "at least {share} of {kind} ({relation}): {conditions}", share=share, **named
        )
        return
    yield language.gettext(
        "at least {share} of the {count} of {kind} ({relation}): {conditions}",
        share=share,
        count=related.of,
        **named,
    )


def _explanation(diagnosis: Diagnosis, evaluation: RuleEvaluation, row: int) -> Explanation:
    rule, language = evaluation.rule, diagnosis.language
    title = diagnosis.vocabulary.subjects[evaluation.kind].title
    frame = measured_rows([evaluation], [row], diagnosis.grader)
    judged = diagnosis.judgement.outcomes_of(evaluation).row(row, named=True)
    outcome, truth = Outcome(judged["outcome"]), Truth(judged["truth"])
    witness = _Witness(diagnosis, evaluation.graded.measured, frame, evaluation.kind)
    blocked = (
        witness.all_of(language.gettext("unless all of"), rule.unless) if rule.unless else None
    )
    causes = tuple(
        cause
        for match in diagnosis.judgement.matches
        if match.evaluation is evaluation and match.row == row
        for cause in match.explained_by
    )
    remark = ""
    if outcome is Outcome.NOT_APPLICABLE:
        over = frame[OVER][0] if OVER in frame.columns else None
        remark = (
            language.gettext(
                "it is no longer running ({why}), so it gets no advice",
                why=language.say(WHY_OVER[over]),
            )
            if over
            else language.gettext("it is no longer running, so it gets no advice")
        )
    elif truth is Truth.TRUE and outcome is Outcome.UNSURE:
        remark = language.gettext(
            "all conditions are met, but with this many checked, some would be by chance: it isn't "
            "clear enough to count"
        )
    elif truth is Truth.TRUE and outcome is Outcome.CLEAR:
        remark = language.gettext(
            "all conditions are met, but so is the exception that keeps the rule from firing"
        )
    elif outcome is Outcome.ERROR:
        rules = {one.id: one for one in diagnosis.rules.rules}
        remark = language.gettext(
            "the rule failed: {why}", why=diagnosis.judgement.why_failed(rule, rules)
        )
    elif evaluation.measured_as is not None:
        kind = diagnosis.vocabulary.subjects.get(evaluation.measured_as)
        remark = language.gettext(
            "measured over all {kinds} that had too little data of their own",
            kinds=kind.plural if kind else evaluation.measured_as,
        )
    return Explanation(
        rule=rule.id,
        kind=evaluation.kind,
        title=title,
        key=judged["key"],
        name=str(frame["name"][0]),
        outcome=outcome,
        when=witness.all_of(language.gettext("when all of"), rule.when),
        blocked=blocked,
        after=rule.after.findings if rule.after else (),
        explained_by=causes,
        remark=remark,
    )


@frozen(eq=False)
class _Witness:
    """What is known of one subject: *frame* is its graded row, with the edges of its bands."""

    diagnosis: Diagnosis
    measured: Measured
    frame: pl.DataFrame
    kind: str

    def all_of(self, asked: str, wanted: Conditions) -> Node:
        parts = [self.test(test) for test in wanted.tests]
        if wanted.alternatives:
            branches = [self._branch(branch) for branch in wanted.alternatives]
            parts.append(_node(self.diagnosis.language.gettext("one of"), max, branches))
        parts += [self.related(related) for related in wanted.related]
        return _node(asked, min, parts)

    def _branch(self, branch: Sequence[Test]) -> Node:
        parts = [self.test(test) for test in branch]
        return (
            parts[0]
            if len(parts) == 1
            else _node(self.diagnosis.language.gettext("all of"), min, parts)
        )

    def test(self, test: Test) -> Node:
        row = self.frame.row(0, named=True)
        truth = Truth(row.get(truth_column(test), Truth.MISSING))
        return Node(condition(test, self.diagnosis.language), truth, self._found(test, truth))

    def _found(self, test: Test, truth: Truth) -> str:
        vocabulary, language = self.diagnosis.vocabulary, self.diagnosis.language
        row = self.frame.row(0, named=True)
        if truth is Truth.MISSING and test.name in self.diagnosis.judgement.lost:
            return self.diagnosis.judgement.lost[test.name]
        if test.name in vocabulary.symbols:
            return str(row.get(test.name) or language.gettext("no file has it"))
        metric = metric_of(test.name, vocabulary)
        if f"{test.name}.lo" not in self.frame.columns:
            counts = ", ".join(vocabulary.counts[c].title for c in metric.required())
            return language.gettext("no file has {counts} here", counts=counts or metric.title)
        band = self.diagnosis.grader.resolve(test.name, self.measured.kind)
        origin = origin_of(band.edges, self.diagnosis) or None
        value = value_of(metric, row, origin=origin, earlier=test.earlier)
        if value.value is None and value.low is None:
            if test.earlier:
                return language.gettext("the previous period is unknown")
            return language.not_known
        parts = [self._value(value)]
        if test.days is not None:
            return self._days(test, metric)
        if test.trend is not None or test.against is Against.PAST:
            parts.append(self._change(test.name, value))
        elif test.is_ and test.against is Against.BAND:
            parts.append(self._band(value, band.reason))
        elif test.is_:
            parts.append(self._centre(test, value))
        if truth is Truth.UNSURE and value.n is not None:
            parts.append(language.gettext("not enough data to tell"))
        return "; ".join(parts)

    def _days(self, test: Test, metric: Metric) -> str:
        """The values of the last days, the newest last."""
        language, row = self.diagnosis.language, self.frame.row(0, named=True)
        daily = self.measured.daily
        if daily is None or test.name not in daily.columns:
            return language.gettext("no file has days here")
        own = (pl.col("shop") == row["shop"]) & (pl.col("key") == row["key"])
        values = daily.filter(own & (pl.col(AGO) < (test.days or 0)))[test.name]
        currency = self.diagnosis.business.currency
        known = (one for one in values if one is not None)
        printed = [language.number(one, metric.unit, currency) for one in known]
        return language.all_of(printed) if printed else language.not_known

    def _value(self, value: Value) -> str:
        currency, language = self.diagnosis.business.currency, self.diagnosis.language
        words = value.words(language, currency)
        if value.exact:
            return words
        limits = value.limits(language, currency)
        if value.n is None:
            return f"{words} ({limits})"
        return language.gettext(
            "{value} ({limits}, sample size {n})", value=words, limits=limits, n=round(value.n)
        )

    def _band(self, value: Value, reason: str) -> str:
        language = self.diagnosis.language
        if value.origin is None:
            return language.say(reason) or language.gettext("no target applies here")
        return language.gettext(
            "{level}, target {target}: {source}",
            level=language.either([language.level(level) for level in value.levels()]),
            target=value.band_words(language, self.diagnosis.business.currency),
            source=value.origin,
        )

    def _change(self, name: str, value: Value) -> str:
        ratio, low, high = self.frame.select(
            *(e.alias(n) for e, n in zip(change(name, self.frame.columns), "rlh", strict=True))
        ).row(0)
        language = self.diagnosis.language
        if ratio is None or value.before is None:
            return language.gettext("the previous period is unknown")
        before = language.number(value.before, value.metric.unit, self.diagnosis.business.currency)
        if not math.isfinite(ratio):  # there was nothing
            return language.gettext("the previous period was {before}", before=before)
        times = language.number(ratio)
        if low is not None and high is not None:
            times = f"{times} ({language.span(low, high, Unit.NUMBER)})"
        return language.gettext(
            "{ratio} times the previous period ({before})",
            ratio=times,
            before=before,
        )

    def _centre(self, test: Test, value: Value) -> str:
        language = self.diagnosis.language
        centre = self.frame.row(0, named=True).get(f"{truth_column(test)}.centre")
        what = language.say(_AGAINST[test.against])
        if centre is None or math.isnan(centre):  # too few others to compare with
            return language.gettext("nothing to compare with ({what})", what=what)
        usual = language.number(centre, value.metric.unit, self.diagnosis.business.currency)
        return language.gettext("compared with {value} ({what})", value=usual, what=what)

    def related(self, related: Related) -> Node:
        subject = self.diagnosis.vocabulary.subjects[related.kind]
        asked = _related_words(related, subject.title, self.diagnosis.language)
        relations = self.diagnosis.judgement.relations
        row = self.frame.row(0, named=True)
        keys = relations.partners(related, self.kind, row["shop"], row["key"])
        if not keys:
            text = self.diagnosis.language.gettext(
                "no file says which {kind} belongs to it", kind=subject.title
            )
            return Node(asked, Truth.MISSING, text)
        graded = relations.graded[related.kind]
        chosen = graded.frame["key"].is_in(keys) & (graded.frame["shop"] == row["shop"])
        partners = graded.frame.filter(chosen)
        parts = [
            self._partner(related, graded.measured, partners[i : i + 1])
            for i in range(partners.height)
        ]
        parts.sort(key=lambda part: -part.truth)
        more = (
            self.diagnosis.language.gettext("first {n} of {all}", n=_SHOWN, all=len(parts))
            if len(parts) > _SHOWN
            else ""
        )
        truth = Truth(row.get(related_column(related), Truth.MISSING))
        return Node(asked, truth, more, tuple(parts[:_SHOWN]))

    def _partner(self, related: Related, measured: Measured, row: pl.DataFrame) -> Node:
        grader = self.diagnosis.grader
        names = {test.name for test in related.tests if f"{test.name}.lo" in row.columns}
        with_edges = grader.with_edges(row, sorted(names), related.kind).collect(engine="in-memory")
        other = _Witness(self.diagnosis, measured, with_edges, related.kind)
        return _node(str(row["name"][0]), min, [other.test(test) for test in related.tests])


def _node(asked: str, combine: Callable[[list[Truth]], Truth], parts: Sequence[Node]) -> Node:
    truths = [part.truth for part in parts]
    return Node(asked, combine(truths) if truths else Truth.TRUE, "", tuple(parts))
