"""Case files: what a rule is expected to say about a few subjects, given as counts.

    ["a costly click on a weak opening"]
    business = { size = "small", currency = "USD" }
    subject  = { name = "Spring haul", impressions = 90_000, clicks = 400 }
    outcome  = "fires"
    finding  = "Spring haul: 0.44 % of viewers click where 1–3 % is usual"

`before` holds the subject's counts in the window before, `days` those of its last days, the newest
last (the rest of `subject` is spread over the other days), `parent` and `siblings` those of the
subjects around it, `related` those it is joined with, by kind. What a plugin would compute is given
in `symbols` and `metrics`; `limits` are what a shop has set in place of the rule's. The counts of a
case are those of one window of 28 days. `day` is the day of the run, where bands or the rule hold
from a day or until one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import attrs

from advisor.errors import Mistakes, unknown
from advisor.knowledge import CASES, case_files
from advisor.model import (
    Business,
    Rule,
    RulePack,
    ShopSection,
    Vocabulary,
    frozen,
    impossible,
    parse_toml,
    structure,
)

_DEFAULT_NAME = "the subject"


class Outcome(StrEnum):
    """How a rule can end for one subject in a case."""

    FIRES = "fires"
    CLEAR = "clear"
    UNSURE = "unsure"
    MISSING = "missing"
    NOT_APPLICABLE = "not-applicable"


@frozen
class CaseSubject:
    """A subject of a case: its name and its counts; a count that is not named is missing. *before*
    are those of the window before, of a subject that the case's own is joined with."""

    name: str
    counts: Mapping[str, float]
    before: "CaseSubject | None" = None


@frozen
class Case:
    """One case. *kind* is the rule's subject unless the case says otherwise.

    *metrics* holds value, low and high of metrics that a plugin derives, *events* how many events
    they rest on.
    """

    name: str
    business: Business
    subject: CaseSubject
    outcome: Outcome
    finding: str | None = None
    kind: str | None = None
    day: date | None = None
    before: CaseSubject | None = None
    days: tuple[CaseSubject, ...] = ()
    parent: CaseSubject | None = None
    siblings: tuple[CaseSubject, ...] = ()
    related: Mapping[str, tuple[CaseSubject, ...]] = attrs.field(factory=dict)
    symbols: Mapping[str, str] = attrs.field(factory=dict)
    limits: Mapping[str, float] = attrs.field(factory=dict)
    metrics: Mapping[str, tuple[float, float, float]] = attrs.field(factory=dict)
    events: Mapping[str, float] = attrs.field(factory=dict)


@frozen
class CaseOutcome:
    """What a rule said about a case."""

    outcome: str
    finding: str | None = None


@frozen
class CaseResult:
    """A case and what came of it. *tree* are the conditions with their values, as lines, where
    somebody asked for them."""

    rule: Rule
    case: Case
    judged: CaseOutcome
    tree: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.difference

    @property
    def difference(self) -> str:
        """What differs from what the case expects; empty where nothing does."""
        if self.judged.outcome != self.case.outcome:
            return f"expected {self.case.outcome}, found {self.judged.outcome}"
        if self.case.finding is not None and self.judged.finding != self.case.finding:
            return f"expected {self.case.finding!r}, found {self.judged.finding!r}"
        return ""


@frozen
class CaseTable:
    """A case as it is written."""

    subject: dict[str, Any]
    outcome: Outcome
    business: ShopSection = attrs.field(factory=ShopSection)
    finding: str | None = None
    kind: str | None = None
    day: date | None = None
    before: dict[str, Any] | None = None
    days: tuple[dict[str, Any], ...] = ()
    parent: dict[str, Any] | None = None
    siblings: tuple[dict[str, Any], ...] = ()
    related: dict[str, tuple[dict[str, Any], ...]] = attrs.field(factory=dict)
    symbols: dict[str, str] = attrs.field(factory=dict)
    limits: dict[str, float] = attrs.field(factory=dict)
    metrics: dict[str, tuple[float, ...]] = attrs.field(factory=dict)


def load_cases(text: str, where: str, *, vocabulary: Vocabulary | None = None) -> tuple[Case, ...]:
    """The cases that *text* (TOML) holds; raises Mistakes with everything that is wrong.

    With a *vocabulary* the names of counts, kinds, symbols and metrics are checked too.
    """
    raw = parse_toml(text, where=where)
    wrong: list[str] = []
    cases: list[Case] = []
    for name, table in raw.items():
        at = repr(name)
        if not isinstance(table, dict):
            wrong.append(f"{at}: expected a table, the case's name in brackets")
            continue
        try:
            found = structure(_listed(table), CaseTable, where=where)
        except Mistakes as error:
            wrong += [f"{at}: {line}" for line in error.mistakes]
            continue
        case, mistakes = _case(name, found)
        if vocabulary is not None:
            mistakes += _unknown_names(case, vocabulary)
        wrong += [f"{at}: {line}" for line in mistakes]
        cases.append(case)
    if not raw:
        wrong.append("there is no case in it")
    if wrong:
        raise Mistakes(wrong, where=where)
    return tuple(cases)


def pack_cases(
    pack: RulePack, *, vocabulary: Vocabulary | None = None
) -> Mapping[str, tuple[Case, ...]]:
    """The cases of every rule of *pack* that has any, by the rule's full id."""
    found: dict[str, tuple[Case, ...]] = {}
    wrong: list[str] = []
    for where, file in case_files(pack):
        rule = f"{pack.id}/{file.name.removesuffix(CASES)}"
        try:
            text = file.read_text(encoding="utf-8")
            found[rule] = load_cases(text, where, vocabulary=vocabulary)
        except UnicodeDecodeError as error:
            wrong.append(f"{where}: not UTF-8 text: {error.reason}")
        except Mistakes as error:
            wrong += [f"{where}: {line}" for line in error.mistakes]
    if wrong:
        raise Mistakes(wrong, where=f"rule pack {pack.id!r}")
    return found


def run_cases(
    rule: Rule, cases: Iterable[Case], judge: Callable[[Case], CaseOutcome]
) -> tuple[CaseResult, ...]:
    """Every case with what *judge* says of it."""
    return tuple(CaseResult(rule, case, judge(case)) for case in cases)


def table(results: Sequence[CaseResult]) -> str:
    """The results as lines: a mark, the rule and the case, and under those that fail what differs
    and their trees. At the end how often the rules fired and should have; the last line counts
    the cases."""
    lines: list[str] = []
    width = max((len(result.rule.id) for result in results), default=0)
    for result in results:
        mark = "ok  " if result.passed else "FAIL"
        lines.append(
            f"{mark}  {result.rule.id:<{width}}  {result.case.outcome:<14}  {result.case.name}"
        )
        if not result.passed:
            lines += [f"      {line}" for line in (result.difference, *result.tree)]
    failed = sum(not result.passed for result in results)
    cases = "1 case" if len(results) == 1 else f"{len(results)} cases"
    return "\n".join([*lines, *_fired(results), f"{cases}, {failed or 'none'} failed"])


def _fired(results: Sequence[CaseResult]) -> list[str]:
    """How often the rules fired, against how often they should have."""
    fires = Outcome.FIRES.value
    told = Counter((one.judged.outcome == fires, one.case.outcome == fires) for one in results)
    rows = [("", "should", "should not")] if results else []
    rows += [
        (word, str(told[fired, True]), str(told[fired, False]))
        for word, fired in (("fired", True), ("silent", False))
        if results
    ]
    return [f"{word:<6}  {should:>6}  {not_:>10}" for word, should, not_ in rows]


def _listed(raw: Mapping[str, Any]) -> dict[str, Any]:
    """*raw*; a derived metric may be written as one number, which is then known exactly."""
    metrics = raw.get("metrics")
    if not isinstance(metrics, Mapping):
        return dict(raw)
    threes = {k: v if isinstance(v, list) else [v, v, v] for k, v in metrics.items()}
    return {**raw, "metrics": threes}


def _case(name: str, found: CaseTable) -> tuple[Case, list[str]]:
    wrong = impossible(found.business)
    shop = attrs.asdict(found.business)

    def subject(at: str, raw: Mapping[str, Any], default: str) -> CaseSubject:
        counts: dict[str, float] = {}
        earlier = None
        for key, value in raw.items():
            if key == "before" and at.startswith("related.") and isinstance(value, Mapping):
                earlier = subject(f"{at}.before", value, default)
            elif key == "name":
                if not isinstance(value, str):
                    wrong.append(f"{at}.name: expected text, found {value!r}")
            elif isinstance(value, bool) or not isinstance(value, int | float):
                wrong.append(f"{at}.{key}: expected a number, found {value!r}")
            else:
                counts[key] = float(value)
        return CaseSubject(str(raw.get("name", default)), counts, earlier)

    main = subject("subject", found.subject, _DEFAULT_NAME)
    metrics: dict[str, tuple[float, float, float]] = {}
    events: dict[str, float] = {}
    for metric, values in found.metrics.items():
        if len(values) not in (3, 4) or not values[1] <= values[0] <= values[2]:
            wrong.append(f"metrics.{metric}: expected a number, or value, low and high in one list")
            continue
        if len(values) == 4:  # how many events it rests on
            events[metric] = values[3]
        metrics[metric] = (values[0], values[1], values[2])
    if found.finding is not None and found.outcome is not Outcome.FIRES:
        wrong.append(f"finding: a case that ends {found.outcome} finds nothing")
    if found.finding is None and found.outcome is Outcome.FIRES:
        wrong.append("finding: is missing; write the whole sentence")
    case = Case(
        name=name,
        business=Business(
            id=shop["id"] or "shop",
            **{k: v for k, v in shop.items() if k not in ("id", "owner", "timezone")},
        ),
        subject=main,
        outcome=found.outcome,
        finding=found.finding,
        kind=found.kind,
        day=found.day,
        before=None if found.before is None else subject("before", found.before, main.name),
        days=tuple(subject(f"days[{i}]", raw, main.name) for i, raw in enumerate(found.days)),
        parent=None if found.parent is None else subject("parent", found.parent, "the parent"),
        siblings=tuple(
            subject(f"siblings[{i}]", raw, f"sibling {i + 1}")
            for i, raw in enumerate(found.siblings)
        ),
        related={
            kind: tuple(
                subject(f"related.{kind}[{i}]", raw, f"{kind} {i + 1}")
                for i, raw in enumerate(raws)
            )
            for kind, raws in found.related.items()
        },
        symbols=found.symbols,
        limits=found.limits,
        metrics=metrics,
        events=events,
    )
    return case, wrong


def _unknown_names(case: Case, vocabulary: Vocabulary) -> list[str]:
    wrong: list[str] = []
    around: dict[str, CaseSubject | None] = {
        f"siblings[{i}]": s for i, s in enumerate(case.siblings)
    }
    around |= {f"days[{i}]": s for i, s in enumerate(case.days)}
    for kind, joined in case.related.items():
        if kind not in vocabulary.subjects:
            wrong.append(f"related: {unknown('subject', kind, vocabulary.subjects)}")
        around |= {f"related.{kind}[{i}]": s for i, s in enumerate(joined)}
        around |= {f"related.{kind}[{i}].before": s.before for i, s in enumerate(joined)}
    named = {"subject": case.subject, "before": case.before, "parent": case.parent, **around}
    for at, subject in named.items():
        wrong += [
            f"{at}: {unknown('count', count, vocabulary.counts)}"
            for count in (subject.counts if subject else ())
            if count not in vocabulary.counts
        ]
    if case.kind is not None and case.kind not in vocabulary.subjects:
        wrong.append(f"kind: {unknown('subject', case.kind, vocabulary.subjects)}")
    if case.business.niche is not None and case.business.niche not in vocabulary.niches:
        wrong.append(f"business: {unknown('niche', case.business.niche, vocabulary.niches)}")
    for name, value in case.symbols.items():
        symbol = vocabulary.symbols.get(name)
        if symbol is None:
            wrong.append(f"symbols: {unknown('symbol', name, vocabulary.symbols)}")
        elif value not in symbol.values:
            wrong.append(f"symbols.{name}: {unknown('value', value, symbol.values)}")
    derived = {m.id for m in vocabulary.metrics.values() if m.derived}
    wrong += [
        f"metrics: {unknown('derived metric', name, derived)}"
        for name in case.metrics
        if name not in derived
    ]
    return wrong
