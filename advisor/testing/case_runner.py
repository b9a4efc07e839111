"""Running a rule's cases: counts in, outcome and sentence out, through the same steps as a shop."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import attrs
import polars as pl

from advisor.diagnosis import Block, Diagnosis, Shop
from advisor.document import compose_findings
from advisor.explain import explain, subjects, tree
from advisor.ingest import Counted, Gathered
from advisor.judge import Engine, Grader, Outcome, choose, judge
from advisor.knowledge import REGION_UNKNOWN, RuleSet, ShopKnowledge, inactive_reason
from advisor.metrics import CountedRows, Windows, measure, required_metrics, with_derived
from advisor.model import (
    ENGLISH,
    Bands,
    File,
    Grain,
    Language,
    Period,
    Profile,
    Request,
    Rule,
    RulesSection,
    Settings,
    Vocabulary,
    Window,
    before,
    define,
)
from advisor.plugin import Derived
from advisor.testing.cases import Case, CaseOutcome, CaseSubject
from advisor.testing.rules import needed_rules

LAST_DAY = date(2026, 1, 28)  # of a case's window; any day would do
_EVERY_RULE = Settings(rules=RulesSection(profile=Profile.STRICT))
_KEY = "the case"
_FILE = File(Path("case"), "case", 0, "")
_WORDS = {outcome: outcome.name.lower().replace("_", "-") for outcome in Outcome}


@define
class CaseRunner:
    """Judges cases with the bands and words of a run. One engine serves all of them."""

    vocabulary: Vocabulary
    bands: Bands
    rules: Sequence[Rule]  # all of them: a rule may come after another one's finding
    engine: Engine = attrs.field(factory=choose)
    language: Language = ENGLISH

    def judge(self, rule: Rule, case: Case) -> CaseOutcome:
        """What *rule* says about *case*."""
        inactive = self.inactive_reason(rule, case)
        if REGION_UNKNOWN in inactive:
            return CaseOutcome(_WORDS[Outcome.MISSING])
        if inactive:
            return CaseOutcome(_WORDS[Outcome.NOT_APPLICABLE])
        diagnosis = self.diagnose(rule, case)
        kind, key = case_subject(rule, case)
        findings = compose_findings(diagnosis)
        judgement = diagnosis.judgement
        for match, info in zip(judgement.matches, findings.infos.values(), strict=True):
            if match.rule.id == rule.id and match.key == key and match.kind == kind:
                return CaseOutcome(_WORDS[Outcome.FIRES], info.message.text)
        for evaluation in judgement.of_rule(rule.id):
            ends = judgement.outcomes_of(evaluation)
            for other, outcome in ends.select("key", "outcome").iter_rows():
                if evaluation.kind == kind and other == key:
                    return CaseOutcome(_WORDS[Outcome(outcome)])
        return CaseOutcome(_WORDS[Outcome.MISSING])

    def inactive_reason(self, rule: Rule, case: Case) -> str:
        """Say why *rule* does not apply to the shop of *case* on its day; empty where it does."""
        return inactive_reason(rule, _EVERY_RULE, case.business, _day(rule, case))

    def diagnose(self, rule: Rule, case: Case) -> Diagnosis:
        """The diagnosis of a shop that has what *case* gives, by *rule* and those it needs."""
        day = _day(rule, case)
        period = Period(LAST_DAY - timedelta(days=27), LAST_DAY)
        window = Window(period, before(period))
        kind = case.kind or rule.subject
        rows = tuple(_rows(case, kind, window, self.vocabulary))
        rules = [one.with_limits(case.limits) for one in needed_rules(rule, self.rules)]
        shop = {case.business.id: case.business}
        grader = Grader(self.vocabulary, self.bands, shop, day)
        measured = measure(
            rows, required_metrics(rules, self.vocabulary, self.bands), window, self.vocabulary
        )
        derived = [_derived(case, kind)] if case.metrics or case.symbols else []
        measured = with_derived(measured, derived, self.vocabulary)
        links = {
            relation.id: _pairs(case, relation.from_, relation.to, kind)
            for relation in self.vocabulary.relations.values()
            if kind in (relation.from_, relation.to)
        }
        id_, request = case.business.id, Request((), day)
        found = RuleSet(tuple(rules), (), ())
        known = ShopKnowledge(
            request,
            case.business,
            found,
            (),
            (),
            (),
            self.language,
            self.language.translate(self.vocabulary),
            self.language.translate(found),
        )
        block = Block(
            shops={id_: Shop(known, Gathered(()))},
            businesses=shop,
            vocabulary=self.vocabulary,
            grader=grader,
            counted=Counted((_FILE,), (id_,), (), {}, {}, {}),
            rows=rows,
            windows=Windows({id_: window}),
            own_windows=Windows({id_: window}),
            measured=measured,
            links=links,
            totals={},
            rules=found,
            judgement=judge(rules, measured, links, grader, self.engine),
            engine=self.engine,
            providers=(),
            notes={id_: ()},
        )
        return Diagnosis(block, id_)

    def tree(self, rule: Rule, case: Case) -> tuple[str, ...]:
        """Show the conditions of *rule* on the subject of *case* with their values, as lines; one
        line where it is inactive or was not judged."""
        inactive = self.inactive_reason(rule, case)
        if inactive:
            return (f"the rule is inactive: {inactive}",)
        diagnosis = self.diagnose(rule, case)
        kind, key = case_subject(rule, case)
        if (kind, key) not in {(one.kind, one.key) for one in subjects(diagnosis, rule.id)}:
            return (f"the rule was not judged on a {kind} with these counts",)
        explained = explain(diagnosis, rule.id, key)
        return tuple(line for one in explained if one.kind == kind for line in tree(one))


def case_subject(rule: Rule, case: Case) -> tuple[str, str]:
    """Kind and key of the subject that *case* is about."""
    kind = case.kind or rule.subject
    return kind, case.business.id if kind == "shop" else _KEY


def _day(rule: Rule, case: Case) -> date:
    """The day that *case* is run on."""
    return case.day or rule.effective_from or LAST_DAY


def _rows(case: Case, kind: str, window: Window, vocabulary: Vocabulary) -> Iterable[CountedRows]:
    ladder = vocabulary.ancestors(kind)
    above = _parents(ladder[1:], case)
    current, earlier = window.current, window.before
    subjects = [(_KEY, case.subject, current)]
    subjects += [(f"sibling {i}", s, current) for i, s in enumerate(case.siblings, start=1)]
    if case.before is not None:
        subjects.append((_KEY, case.before, earlier))
    if case.days and current is not None:
        each = _each_day(case, current)
        if case.before is not None and earlier is not None:
            each += _spread(case.before, earlier)
        yield _daily(_frame(kind, each, above, case.business.id))
        subjects = [one for one in subjects if one[0] != _KEY]
    if subjects:
        yield _frame(kind, subjects, above, case.business.id)
    if case.parent is not None and len(ladder) > 1:
        up = _parents(ladder[2:], case)
        yield _frame(ladder[1], [(f"the {ladder[1]}", case.parent, current)], up, case.business.id)
    for other, members in case.related.items():
        column = f"parent.{kind}"
        joined = {column: _KEY} if kind in vocabulary.ancestors(other)[1:] else {}
        named = [(f"{other} {i}", s, current) for i, s in enumerate(members, start=1)]
        named += [
            (f"{other} {i}", attrs.evolve(s.before, name=s.name), earlier)
            for i, s in enumerate(members, start=1)
            if s.before is not None
        ]
        yield _frame(other, named, joined, case.business.id)


def _parents(rungs: Sequence[str], case: Case) -> dict[str, str]:
    """The parent columns of a case's subjects: one subject of each rung, and the shop itself."""
    return {f"parent.{r}": case.business.id if r == "shop" else f"the {r}" for r in rungs}


def _frame(
    kind: str,
    subjects: Sequence[tuple[str, CaseSubject, Period | None]],
    parents: Mapping[str, str],
    shop: str,
) -> CountedRows:
    names = sorted({count for _, subject, _ in subjects for count in subject.counts})
    rows = [
        {
            "shop": shop,
            "key": shop if kind == "shop" else key,
            "name": subject.name,
            **parents,
            "from": period.first if period else None,
            "to": period.last if period else None,
            "_row": row,
            "_file": 0,
            **{name: subject.counts.get(name) for name in names},
        }
        for row, (key, subject, period) in enumerate(subjects, start=1)
    ]
    schema = dict.fromkeys(names, pl.Float64) | {"from": pl.Date, "to": pl.Date}
    frame = pl.DataFrame(rows, schema_overrides=schema, infer_schema_length=None)
    return CountedRows(kind, "case", Grain.PERIOD, frame, alike=True)


def _each_day(case: Case, window: Period) -> list[tuple[str, CaseSubject, Period | None]]:
    """The subject of *case* on each day of *window*: what its last days leave, over the others."""
    others = window.days - len(case.days)
    given = Counter[str]()
    for one in case.days:
        given.update(one.counts)
    left = {name: all_ - given[name] for name, all_ in case.subject.counts.items()}
    rest = attrs.evolve(case.subject, counts=left)
    first = window.first + timedelta(days=others)
    days = (Period(day, day) for day in (first + timedelta(days=n) for n in range(len(case.days))))
    last = [(_KEY, one, day) for one, day in zip(case.days, days, strict=True)]
    return [*_spread(rest, Period(window.first, first - timedelta(days=1))), *last]


def _spread(subject: CaseSubject, period: Period) -> list[tuple[str, CaseSubject, Period | None]]:
    """*subject* on each day of *period*, all alike."""
    counts = {name: all_ / period.days for name, all_ in subject.counts.items()}
    one = attrs.evolve(subject, counts=counts)
    days = (period.first + timedelta(days=day) for day in range(period.days))
    return [(_KEY, one, Period(day, day)) for day in days]


def _daily(rows: CountedRows) -> CountedRows:
    return CountedRows(rows.subject, rows.family, Grain.DAY, rows.frame)


def _derived(case: Case, kind: str) -> Derived:
    shop = case.business.id
    row: dict[str, object] = {"shop": shop, "key": shop if kind == "shop" else _KEY}
    row["name"] = case.subject.name
    for metric, (value, low, high) in case.metrics.items():
        row |= {metric: value, f"{metric}.lo": low, f"{metric}.hi": high}
    row |= {f"{metric}.n": events for metric, events in case.events.items()}
    return Derived(kind, pl.DataFrame([{**row, **case.symbols}]))


def _pairs(case: Case, source: str, target: str, kind: str) -> pl.DataFrame:
    other = target if kind == source else source
    keys = [f"{other} {i}" for i, _ in enumerate(case.related.get(other, ()), start=1)]
    mine = [_KEY] * len(keys)
    ends = (mine, keys) if kind == source else (keys, mine)
    frame = pl.DataFrame(
        {"from": ends[0], "to": ends[1]}, schema={"from": pl.String, "to": pl.String}
    )
    return frame.with_columns(shop=pl.lit(case.business.id))
