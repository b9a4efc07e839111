"""Judges a case of a rule by the same way that a shop's files go: measure, grade, engine."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from advisor import text as texts
from advisor.bands import Bands
from advisor.business import Settings
from advisor.cases import Case, CaseSubject, Judged
from advisor.cases import Outcome as Expected
from advisor.condition import Related
from advisor.diagnosis import wanted, with_derived
from advisor.engine import Engine
from advisor.grade import Grader
from advisor.hookspecs import Derived
from advisor.judge import Outcome, judge
from advisor.knowledge import why_resting
from advisor.measure import CountedRows, measure
from advisor.reading import Grain, Period
from advisor.rule import Rule
from advisor.sentences import parameters
from advisor.vocabulary import Vocabulary
from advisor.window import WINDOW_DAYS, Window, before

_KEY = "1"
_PARENT = "parent"


def judge_case(
    rule: Rule,
    case: Case,
    *,
    rules: Iterable[Rule],
    vocabulary: Vocabulary,
    bands: Bands,
    engine: Engine,
    today: date,
) -> Judged:
    """How *rule* ends on the subject of *case*, and its sentence where it fires.

    *rules* are all that are known: those whose findings the rule comes after are judged with it.
    """
    if why_resting(rule, Settings(), case.business, today):
        return Judged(Expected.NOT_APPLICABLE)
    acting = _with_those_before(rule, {r.id: r for r in rules})
    current = Period(today - timedelta(days=WINDOW_DAYS), today - timedelta(days=1))
    window = Window(current, before(current))
    kind = case.kind or rule.subject
    tables = _Tables(case, kind, vocabulary.subjects[kind].parent, window)
    measured = measure(tables.rows(acting), wanted(acting, vocabulary, bands), window, vocabulary)
    measured = with_derived(measured, tables.derived(), vocabulary, case.business)
    grader = Grader(vocabulary, bands, case.business, today)
    judgement = judge(acting, measured, tables.links(acting), grader, engine, screen=False)

    for firing in judgement.firings:
        if firing.rule.id == rule.id and firing.kind == kind and firing.key == tables.key:
            names = {k: ", ".join(s.name for s in joined) for k, joined in case.related.items()}
            if tables.parent_kind and case.parent:
                names[tables.parent_kind] = case.parent.name
            values = parameters(rule, firing.verdicts.graded, firing.row, grader, names)
            return Judged(Expected.FIRES, texts.render(rule.says.finding, values))
    for verdicts in judgement.verdicts:
        if verdicts.rule.id == rule.id and verdicts.kind == kind:
            own = verdicts.outcomes.filter(pl.col("key") == tables.key)
            if own.height:
                name = Outcome(own["outcome"][0]).name
                return Judged(name.lower().replace("_", "-"))
    return Judged(Expected.MISSING)


def _with_those_before(rule: Rule, known: Mapping[str, Rule]) -> list[Rule]:
    found = {rule.id: rule}
    todo = [rule]
    while todo:
        after = todo.pop().after
        for name in after.findings if after else ():
            if name in known and name not in found:
                found[name] = known[name]
                todo.append(known[name])
    return list(found.values())


class _Tables:
    """The subjects of a case as the rows that a provider would have read."""

    def __init__(self, case: Case, kind: str, parent_kind: str | None, window: Window) -> None:
        self.case = case
        self.kind = kind
        self.parent_kind = parent_kind
        self.window = window
        self.key = case.business.id if kind == "shop" else _KEY

    @property
    def parent_key(self) -> str:
        return self.case.business.id if self.parent_kind == "shop" else _PARENT

    def rows(self, rules: Sequence[Rule]) -> list[CountedRows]:
        """One table for each kind of subject."""
        case = self.case
        up = {f"parent.{self.parent_kind}": self.parent_key} if self.parent_kind else {}
        own = [self._row(self.key, case.subject, up)]
        own += [self._row(f"{_KEY}.{i}", s, up) for i, s in enumerate(case.siblings, start=1)]
        if case.before is not None:
            own.append(self._row(self.key, case.before, up, earlier=True))
        tables = [self._table(self.kind, own)]
        if case.parent is not None and self.parent_kind:
            above = self._row(self.parent_key, case.parent, {})
            tables.append(self._table(self.parent_kind, [above]))
        children = {r.kind for r in _related(rules) if r.relation == "children"}
        for kind, joined in case.related.items():
            down = {f"parent.{self.kind}": self.key} if kind in children else {}
            tables.append(
                self._table(kind, [self._row(_key(kind, i), s, down) for i, s in enumerate(joined)])
            )
        return tables

    def links(self, rules: Sequence[Rule]) -> dict[str, pl.DataFrame]:
        """The pairs of every relation that *rules* follow."""
        found: dict[str, pl.DataFrame] = {}
        for related in _related(rules):
            joined = self.case.related.get(related.kind)
            if joined is None or related.relation in ("parent", "children"):
                continue
            pairs = {
                "shop": [self.case.business.id] * len(joined),
                "from": [self.key] * len(joined),
                "to": [_key(related.kind, i) for i in range(len(joined))],
            }
            if related.relation.startswith("~"):
                pairs["from"], pairs["to"] = pairs["to"], pairs["from"]
            found[related.relation.removeprefix("~")] = pl.DataFrame(pairs)
        return found

    def derived(self) -> list[Derived]:
        """What a plugin would have computed."""
        columns: dict[str, object] = {"shop": self.case.business.id, "key": self.key}
        for name, (value, low, high) in self.case.metrics.items():
            columns |= {name: value, f"{name}.lo": low, f"{name}.hi": high}
        columns |= self.case.symbols
        return [Derived(self.kind, pl.DataFrame([columns]))] if len(columns) > 2 else []

    def _row(
        self, key: str, subject: CaseSubject, parents: Mapping[str, str], *, earlier: bool = False
    ) -> dict[str, object]:
        period = self.window.before if earlier else self.window.current
        days = {"from": period.first, "to": period.last} if period else {}
        return {
            "shop": self.case.business.id,
            "key": key,
            "name": subject.name,
            **days,
            "currency": self.case.business.currency,
            "_row": 1,
            "_file": "case",
            **parents,
            **subject.counts,
        }

    def _table(self, kind: str, rows: Sequence[Mapping[str, object]]) -> CountedRows:
        frame = pl.from_dicts([dict(row) for row in rows], infer_schema_length=None)
        return CountedRows(kind, "case", Grain.PERIOD, frame)


def _related(rules: Iterable[Rule]) -> Iterable[Related]:
    for rule in rules:
        yield from rule.when.related
        yield from rule.unless.related


def _key(kind: str, number: int) -> str:
    return f"{kind} {number + 1}"
