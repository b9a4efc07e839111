"""Weekly runs of many shops over six months, and sellers who follow them.

Everything but the world is the program's own: what the files say is diagnosed by block, actions
that were done are called, and what that taught enters the next plan.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import attrs
import numpy as np

from advisor.diagnosis import BlockDiagnosis, Diagnosis, Shop, diagnose_block
from advisor.document.compose.done import experience
from advisor.experiment import due_day, verdicts
from advisor.history import DoneRow, LeverRow, Mark, Verdict
from advisor.ingest.result import Gathered
from advisor.judge import Outcome
from advisor.judge.engine.reference import ReferenceEngine
from advisor.knowledge import Resolver
from advisor.knowledge.load import RuleSet, load_rules
from advisor.model.request import Request
from advisor.model.settings import Settings, ShopSection, business_of
from advisor.plan import Experience, Gain, PricedFinding, worth_of_one
from advisor.plan.money import Price
from advisor.plan.order import Ranked
from advisor.plugin.registry import Registry
from tests.memory import truth
from tests.memory.files import START, day_of, readings
from tests.memory.world import BEFORE, WEEKS, Deed, Files, Life, life

BLOCK = 60  # shops that are run together
AGENCY = 20  # shops whose sellers learn from each other
BACK = 77  # days of files that are kept: 28 before an action, 28 after, and late sales
LEVERS = (
    *("creative.hook", "creative.call-to-action", "creative.format", "page.content"),
    *("ads.audience", "ads.bid", "ads.budget", "ads.edits", "offer.basket", "offer.price"),
)


class Memory(StrEnum):
    """What a seller goes by."""

    NONE = "the plan of the day, as if there had been none before"
    OWN = "the same, but nothing that was done in the last four weeks"
    HISTORY = "the plan with its history"


@attrs.frozen
class Discipline:
    """How a seller follows a plan: the chance of acting in a week, on how many subjects at most,
    how many days later at most, the chance that it is marked, and how many days off at most."""

    name: str
    acts: float
    subjects: int
    late: int
    marks: float
    off: int


DISCIPLINES = (
    Discipline("diligent", 1.0, 8, 0, 1.0, 0),
    Discipline("average", 0.7, 4, 3, 0.9, 0),
    Discipline("careless", 0.4, 2, 6, 0.7, 3),
)


@attrs.define(eq=False)
class Act:
    """What a seller did, and what came of it. *effect* is the true change of the logarithm of
    *metric*, on average of its subjects; *power* the chance that a test to which all variances are
    known tells it after 28 days; *plain* the change from before to after."""

    day: int
    lever: str
    kind: str
    metric: str
    places: tuple[int, ...]
    deed: Deed
    effect: float
    power: float
    number: int | None = None
    plain: float | None = None
    verdict: Verdict | None = None
    because: str = ""
    called: int | None = None
    log: tuple[float, float, float] | None = None
    gained: tuple[float, float, float] | None = None
    gain: float | None = None


@attrs.define(eq=False)
class Seller:
    """A shop with its files, and what was done in it."""

    id: str
    life: Life
    files: Files
    discipline: Discipline
    chance: np.random.Generator
    acts: list[Act] = attrs.field(factory=list)
    marks: list[Mark] = attrs.field(factory=list)
    fires: set[tuple[str, str, str]] = attrs.field(factory=set)
    open: set[tuple[str, str, str]] = attrs.field(factory=set)
    toggles: Counter[str] = attrs.field(factory=Counter)
    seen: dict[str, set[tuple[str, str, str]]] = attrs.field(
        factory=lambda: {"f": set(), "o": set()}
    )


@attrs.frozen(eq=False)
class Program:
    """What all runs share."""

    registry: Registry
    resolver: Resolver
    rules: RuleSet
    engine: ReferenceEngine

    @classmethod
    def of(cls, registry: Registry) -> "Program":
        """The rules that apply to a shop of which little is stated."""
        loaded = load_rules(registry, Settings(), business_of(Settings()), START)
        return cls(registry, Resolver(registry), loaded, ReferenceEngine())


def agency(seed: int, number: int) -> Mapping[str, tuple[float, float]]:
    """How likely actions on each lever help and harm in the shops of an agency."""
    chance = np.random.default_rng([seed, 99, number])
    return {lever: (float(chance.choice([0.25, 0.5, 0.75])), 0.15) for lever in LEVERS}


def run(program: Program, seed: int, shops: int, memory: Memory) -> Iterator[Seller]:
    """*shops* shops of one *seed* through six months."""
    for first in range(0, shops, BLOCK):
        sellers = [
            _seller(seed, number, agency(seed, number // AGENCY))
            for number in range(first, min(first + BLOCK, shops))
        ]
        for week in range(WEEKS + 1):
            _week(program, sellers, BEFORE + 7 * week, memory)
        yield from sellers


def _seller(seed: int, number: int, levers: Mapping[str, tuple[float, float]]) -> Seller:
    lived = life(seed, number, levers)
    chance = np.random.default_rng([seed, number, 2])
    return Seller(f"s{number}", lived, Files(lived), DISCIPLINES[number % len(DISCIPLINES)], chance)


def _week(program: Program, sellers: Sequence[Seller], today: int, memory: Memory) -> None:
    for seller in sellers:
        seller.files.draw(today)
    block = diagnosed(program, sellers, today)
    remembers = memory is Memory.HISTORY
    if remembers:
        for seller, diagnosis in zip(sellers, block.shops, strict=True):
            _call(seller, diagnosis, today)
        _follow(sellers, block)
    levers = {
        first: _levers(sellers[first : first + AGENCY]) for first in range(0, len(sellers), AGENCY)
    }
    for place, (seller, diagnosis) in enumerate(zip(sellers, block.shops, strict=True)):
        tries = levers[place - place % AGENCY]
        learned = (
            experience(seller.marks, tries, diagnosis.business, program.rules.rules)
            if remembers
            else None
        )
        _act(seller, diagnosis, learned, today, memory)


def diagnosed(program: Program, sellers: Sequence[Seller], today: int) -> BlockDiagnosis:
    """The run of a day."""
    shops = []
    for seller in sellers:
        margin = round(seller.life.ill.margin, 4)
        own = ShopSection(id=seller.id, size="small", currency="USD", margin=margin)
        request = Request(paths=(), today=day_of(today), settings=Settings(shop=own))
        gathered = Gathered(readings=readings(seller.files, today, BACK))
        shops.append(Shop(program.resolver.resolve(request, rules=program.rules), gathered))
    return diagnose_block(shops, program.resolver, engine=program.engine)


def _call(seller: Seller, diagnosis: Diagnosis, today: int) -> None:
    """Say of what was done whether it worked."""
    if not seller.marks:
        return
    kept = [  # what a run could not see is not in the history
        attrs.evolve(mark, looks=tuple(one for one in mark.looks if one.days))
        for mark in seller.marks
    ]
    looks = verdicts(kept, diagnosis)
    seller.marks = [mark.looked_at(looks.get(mark.number)) for mark in kept]
    by_number = {act.number: act for act in seller.acts if act.number is not None}
    for mark in seller.marks:
        act, row = by_number[mark.number], mark.verdict
        if row is None or row.verdict is Verdict.TOO_EARLY:
            continue
        if act.called is None or act.verdict is not row.verdict:
            act.called = today
        act.verdict, act.because = row.verdict, row.because
        if row.days < truth.DAYS or act.log is not None:
            continue
        if row.times is not None and row.low is not None and row.high is not None:
            act.log = (math.log(row.times), math.log(row.low), math.log(row.high))
        if row.gained_low is not None and row.gained is not None and row.gained_high is not None:
            act.gained = (row.gained_low, row.gained, row.gained_high)
            act.gain = truth.brought(
                seller.life, seller.files, act.kind, act.metric, act.places, act.deed, act.day
            )


def _levers(sellers: Sequence[Seller]) -> list[LeverRow]:
    found: dict[str, Counter[Verdict]] = {}
    for seller in sellers:
        for mark in seller.marks:
            if mark.verdict is not None:
                found.setdefault(mark.done.lever, Counter())[mark.verdict.verdict] += 1
    rows = (
        LeverRow(lever, n[Verdict.HELPED], n[Verdict.NO_DIFFERENCE], n[Verdict.HURT])
        for lever, n in sorted(found.items())
    )
    return [row for row in rows if row.called]


def _follow(sellers: Sequence[Seller], block: BlockDiagnosis) -> None:
    """Count what opens again: of findings as they fire, and as the history keeps them open."""
    firing: dict[str, set[tuple[str, str, str]]] = {seller.id: set() for seller in sellers}
    clear: dict[str, set[tuple[str, str, str]]] = {seller.id: set() for seller in sellers}
    for part in block.blocks:
        for match in part.judgement.matches:
            firing[match.shop].add((match.rule.id, match.kind, match.key))
        ended = part.judgement.outcomes
        rows = ended.filter(ended["outcome"] == int(Outcome.CLEAR)).select(
            "shop", "rule", "kind", "key"
        )
        for shop, *rest in rows.iter_rows():
            clear[shop].add((str(rest[0]), str(rest[1]), str(rest[2])))
    for seller in sellers:
        now = firing[seller.id]
        still = {one for one in seller.open if one not in clear[seller.id]} | now
        for name, was, is_ in (("f", seller.fires, now), ("o", seller.open, still)):
            seller.toggles[f"{name} again"] += len((is_ - was) & seller.seen[name])
            seller.toggles[f"{name} first"] += len((is_ - was) - seller.seen[name])
            seller.toggles[f"{name} weeks"] += len(is_)
            seller.seen[name] |= is_
        seller.fires, seller.open = now, still


def _act(
    seller: Seller, diagnosis: Diagnosis, learned: Experience | None, today: int, memory: Memory
) -> None:
    """Do the first action of the plan, or of those left that the seller did not do lately."""
    own = seller.discipline
    acts = seller.chance.random() < own.acts
    later, marks = int(seller.chance.integers(0, own.late + 1)), seller.chance.random() < own.marks
    off = int(seller.chance.integers(-own.off, own.off + 1))
    if not acts or today + 7 * 6 > BEFORE + 7 * WEEKS:
        return  # what is done later cannot be told any more
    plan = diagnosis.block.plan_of(seller.id, learned).plan
    for item in plan.actions:
        chosen = [f for f in item.planned.findings if f.kind in ("ad", "video", "product")]
        if memory is Memory.OWN:
            lately = {
                (act.lever, act.kind, at)
                for act in seller.acts
                if today - act.day < 28
                for at in act.places
            }
            lever = item.planned.action.lever
            chosen = [f for f in chosen if (lever, f.kind, int(f.key[1:])) not in lately]
        if chosen:
            day = today + later
            act = _done(seller, item, chosen[: own.subjects], day)
            if memory is Memory.HISTORY and marks:
                noted = min(max(day + off, today), today + 6)
                _mark(seller, act, item, chosen[: own.subjects], noted, today, diagnosis)
            return


def _done(seller: Seller, item: Ranked, chosen: Sequence[PricedFinding], day: int) -> Act:
    planned = item.planned
    metric = next(iter(planned.action.done), "")
    places = tuple(int(f.key[1:]) for f in chosen)
    deed = seller.life.deed(day, planned.action.lever, planned.kind, metric, places)
    seller.life.do(deed)
    effects = [seller.life.effect(deed, planned.kind, metric, at) for at in places]
    effect = float(np.mean(effects))
    act = Act(
        day=day,
        lever=planned.action.lever,
        kind=planned.kind,
        metric=metric,
        places=places,
        deed=deed,
        effect=effect,
        power=truth.power(seller.life, planned.kind, metric, places, day, effect),
    )
    seller.acts.append(act)
    return act


def _mark(
    seller: Seller,
    act: Act,
    item: Ranked,
    chosen: Sequence[PricedFinding],
    noted: int,
    today: int,
    diagnosis: Diagnosis,
) -> None:
    planned = item.planned
    gain = planned.gain if isinstance(planned.gain, Gain) else None
    worth = {f.id: f.worth or 0.0 for f in planned.findings}
    whole = sum(worth.values())
    share = sum(worth[f.id] for f in chosen) / whole if whole else 1.0
    price = chosen[0].price if isinstance(chosen[0].price, Price) else None
    priced = price is not None and price.metric == act.metric
    each = worth_of_one(act.metric, chosen)
    act.number = len(seller.marks) + 1
    done = DoneRow(
        action=planned.id,
        day=day_of(noted),
        due=due_day(day_of(noted), diagnosis.vocabulary.metrics.get(act.metric)),
        planned=day_of(today),
        rule=planned.rule.id,
        lever=act.lever,
        what=planned.action.do,
        kind=act.kind,
        subjects=tuple(sorted(f.key for f in chosen)),
        note="",
        metric=act.metric or None,
        now=price.value.mean if priced and price else None,
        target=price.target.value if priced and price else None,
        low=gain.low * share if gain else None,
        mid=gain.mid * share if gain else None,
        high=gain.high * share if gain else None,
        money=gain.what if gain else "",
        currency="USD" if gain else None,
        each=None if each is None else each.mean,
        each_sd=None if each is None else each.sd,
    )
    seller.marks.append(Mark(act.number, done))


def kept(value: Any) -> Any:
    """*value* for JSON."""
    return round(value, 4) if isinstance(value, float) else value
