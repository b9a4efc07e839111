"""Why a rule does not fire on a subject: the first condition that does not hold, how far it is from
holding, or which data lack."""

import math
from collections.abc import Iterator, Mapping

import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document import promise, unjudged
from advisor.explain.why import Explanation, Node, condition, explain, subjects, where_of
from advisor.judge import RELATIVE, Outcome, RuleEvaluation, change, measured_rows, truth_column
from advisor.metrics import Value, metric_of, possible_levels, value_of
from advisor.model import (
    ENGLISH,
    LEVELS,
    TRENDS,
    Against,
    Language,
    Rule,
    Test,
    Truth,
    Unit,
    finite,
    frozen,
    lazy_gettext,
)

_LOOKED_AT = 50  # subjects among which the nearest are looked for
_WORDS = {
    Outcome.CLEAR: lazy_gettext("does not fire"),
    Outcome.UNSURE: lazy_gettext("not enough data yet"),
}
_NOT_CHECKED = lazy_gettext("could not be checked")


@frozen
class WhyNot:
    """Why the rule did not fire on a subject. *node* is the first condition that does not hold
    (None: all hold); *far* says how far it is from holding, or what lacks. *gap* is how far, as a
    share of the value, where that is a number."""

    explanation: Explanation
    node: Node | None
    far: str
    gap: float | None = None


def explain_why_not(diagnosis: Diagnosis, rule_id: str, subject: str) -> tuple[WhyNot, ...]:
    """The rule on the subject with this key or name. Raises AdvisorError where there is none."""
    return tuple(
        _why_not(diagnosis, explanation) for explanation in explain(diagnosis, rule_id, subject)
    )


def render_why_not(result: WhyNot, language: Language = ENGLISH) -> Iterator[str]:
    """In words."""
    explanation = result.explanation
    where = where_of(explanation, language)
    if explanation.outcome is Outcome.FIRES:
        yield language.gettext("{where}: it fires", where=where)
        for cause in explanation.explained_by:
            yield "  " + language.gettext(
                "it is listed under its cause, the finding {finding}", finding=cause
            )
        return
    yield f"{where}: {language.say(_WORDS.get(explanation.outcome, _NOT_CHECKED))}"
    if result.node is None:
        yield "  " + (explanation.remark or language.gettext("all conditions are met"))
        return
    held = f": {result.node.found}" if result.node.found else ""
    first = language.gettext(
        "first condition that isn't met: {condition}", condition=result.node.asked
    )
    yield f"  {first}{held}"
    if result.far:
        yield f"  {result.far}"


def overview(diagnosis: Diagnosis, rule: Rule, most: int = 5) -> Iterator[str]:
    """Over all subjects: at which condition how many fail, and the nearest of them."""
    language = diagnosis.language
    everyone = subjects(diagnosis, rule.id)
    judged = [s for s in everyone if s.outcome is not Outcome.FIRES]
    if not judged:
        yield from _never(diagnosis, rule)
        return
    nearest: list[WhyNot] = []
    for one in judged[:_LOOKED_AT]:
        nearest += [
            result
            for result in explain_why_not(diagnosis, rule.id, one.key)
            if result.explanation.kind == one.kind
        ]
    nearest.sort(
        key=lambda f: (f.explanation.outcome is Outcome.CLEAR, math.inf if f.gap is None else f.gap)
    )
    yield language.gettext(
        "{rule} does not fire on {n} of the {all} it checked",
        rule=rule.id,
        n=len(judged),
        all=len(everyone),
    )
    for asked, many in _failing(diagnosis, rule).items():
        yield "  " + language.gettext("{condition}: not met on {n}", condition=asked, n=many)
    for result in nearest[:most]:
        yield from (f"  {line}" for line in render_why_not(result, language))
    if len(judged) > most:
        yield "  " + language.gettext(
            "the nearest {n} of {all}; use --subject KEY to see one", n=most, all=len(judged)
        )


def _never(diagnosis: Diagnosis, rule: Rule) -> Iterator[str]:
    language = diagnosis.language
    if subjects(diagnosis, rule.id):
        yield language.gettext("{rule} fires on everything it checked", rule=rule.id)
        return
    for disabled, reason in diagnosis.rules.inactive:
        if disabled.id == rule.id:
            yield language.gettext("{rule} is inactive: {why}", rule=rule.id, why=reason)
            return
    for one in unjudged(diagnosis):
        if one.rule == rule.id:
            yield language.gettext(
                "{rule} could not be checked: {why}", rule=rule.id, why=one.because
            )
            if one.remedy:
                yield f"  {one.remedy}"
            return
    kind = diagnosis.vocabulary.subjects.get(rule.subject)
    yield language.gettext(
        "{rule} could not be checked: no file has any {kinds}",
        rule=rule.id,
        kinds=kind.plural if kind else rule.subject,
    )


def _failing(diagnosis: Diagnosis, rule: Rule) -> Mapping[str, int]:
    """How often each condition of the rule on its own subject is known not to hold."""
    counts: dict[str, int] = {}
    for evaluation in diagnosis.judgement.of_rule(rule.id):
        frame = evaluation.graded.frame
        for test in rule.when.tests:
            column = truth_column(test)
            if column in frame.columns:
                many = frame.filter(pl.col(column) == int(Truth.FALSE)).height
                asked = condition(test, diagnosis.language)
                counts[asked] = counts.get(asked, 0) + many
    return {asked: many for asked, many in counts.items() if many}


def _why_not(diagnosis: Diagnosis, explanation: Explanation) -> WhyNot:
    if explanation.outcome is Outcome.NOT_APPLICABLE or explanation.when.truth is Truth.TRUE:
        return WhyNot(explanation, None, "")
    node = _first(explanation.when)
    evaluation, row = _judged_row(diagnosis, explanation)
    asked = {condition(test, diagnosis.language): test for test in evaluation.rule.when.own()}
    test = asked.get(node.asked)
    far, gap = ("", None) if test is None else _far(diagnosis, evaluation, row, test)
    if node.truth is Truth.MISSING and not far:
        far = _lacking(diagnosis, explanation.rule)
    return WhyNot(explanation, node, far, gap)


def _first(node: Node) -> Node:
    """The first part, part by part, that keeps the whole from holding."""
    while node.parts:
        lacking = [part for part in node.parts if part.truth is node.truth]
        if not lacking:
            break
        node = lacking[0]
    return node


def _judged_row(diagnosis: Diagnosis, explanation: Explanation) -> tuple[RuleEvaluation, int]:
    for evaluation in diagnosis.judgement.of_rule(explanation.rule):
        if evaluation.kind == explanation.kind:
            rows = (evaluation.graded.frame["key"] == explanation.key).arg_true()
            if rows.len():
                return evaluation, int(rows[0])
    raise LookupError(explanation.key)


def _lacking(diagnosis: Diagnosis, rule_id: str) -> str:
    for one in unjudged(diagnosis):
        if one.rule == rule_id:
            return f"{one.because}; {one.remedy}" if one.remedy else one.because
    return diagnosis.language.gettext("others have it; the file of this one doesn't")


def _far(
    diagnosis: Diagnosis, evaluation: RuleEvaluation, row: int, test: Test
) -> tuple[str, float | None]:
    """How far *test* is from holding: in words, and as a share of the value."""
    if test.name in diagnosis.vocabulary.symbols or test.earlier:  # what was stays
        return "", None
    metric = metric_of(test.name, diagnosis.vocabulary)
    frame = measured_rows([evaluation], [row], diagnosis.grader)
    if f"{metric.id}.lo" not in frame.columns:
        return "", None
    values = frame.row(0, named=True)
    band = diagnosis.grader.resolve(test.name, evaluation.graded.measured.kind)
    value = value_of(metric, values, origin=band.edges[0].origin if band.edges else None)
    if values.get(truth_column(test)) == int(Truth.UNSURE):
        return promise(test, value, values, diagnosis, band), None
    if test.days is not None:
        return "", None
    if test.trend is not None or test.against is Against.PAST:
        return _far_from_change(test, frame, diagnosis.language), None
    limit = _limit(test, value, finite(values.get(f"{truth_column(test)}.centre")))
    if limit is None or not value.value:
        return "", None
    edge, above = limit
    currency = diagnosis.business.currency
    gap = abs(edge - value.value) / abs(value.value)
    language = diagnosis.language
    values_ = {
        "value": language.number(edge, metric.unit, currency),
        "by": language.number(round(gap, 2), Unit.SHARE),
        "limits": value.limits(language, currency),
    }
    if value.exact:
        said = (
            language.gettext("it would have to rise to {value}, by {by}", **values_)
            if above
            else language.gettext("it would have to fall to {value}, by {by}", **values_)
        )
    else:
        said = (
            language.gettext(
                "it would have to rise to {value}, by {by}, and clearly so (now: {limits})",
                **values_,
            )
            if above
            else language.gettext(
                "it would have to fall to {value}, by {by}, and clearly so (now: {limits})",
                **values_,
            )
        )
    return said, gap


def _limit(test: Test, value: Value, centre: float | None) -> tuple[float, bool] | None:
    """The edge that the value has to cross, and whether it lies above."""
    if value.value is None:
        return None
    if test.at_least is not None and value.value < test.at_least:
        return test.at_least, True
    if test.at_most is not None and value.value > test.at_most:
        return test.at_most, False
    low, high = value.edge_low, value.edge_high
    if test.against is not Against.BAND:
        low, high = (
            (None, None)
            if centre is None
            else (
                centre * RELATIVE[0],
                centre * RELATIVE[1],
            )
        )
    (level,) = possible_levels((value.value, value.value), (low, high))
    here = LEVELS.index(level)
    wanted = [LEVELS.index(level) for level in test.is_]
    if not wanted or here in wanted:
        return None
    if min(wanted) > here:
        edge = low if here == 0 and low is not None and 1 in wanted else high
        return None if edge is None else (edge, True)
    edge = high if here == 2 and high is not None and 1 in wanted else low
    return None if edge is None else (edge, False)


def _far_from_change(test: Test, frame: pl.DataFrame, language: Language) -> str:
    parts = (e.alias(n) for e, n in zip(change(test.name, frame.columns), "rlh", strict=True))
    ratio, _, high = frame.select(*parts).row(0)
    if ratio is None or high is None or not math.isfinite(ratio):
        return ""
    times = f"{ratio:.2f}"
    falling = test.trend == TRENDS[0] or test.is_ == (LEVELS[0],)
    rising = test.trend == TRENDS[2] or test.is_ == (LEVELS[2],)
    if falling:
        return language.gettext(
            "it would have to be below {limit} times the previous period; it is {ratio}",
            limit=RELATIVE[0],
            ratio=times,
        )
    if rising:
        return language.gettext(
            "it would have to be above {limit} times the previous period; it is {ratio}",
            limit=RELATIVE[1],
            ratio=times,
        )
    return language.gettext("it is {ratio} times the previous period", ratio=times)
