"""One shop after the other: what each strategy brings, and whether the plan's money holds true."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial

import attrs
import numpy as np

from advisor.diagnosis import diagnose_gathered
from advisor.document import ActionInfo, Document, FindingInfo
from advisor.document.compose import compose_document
from advisor.ingest.result import Gathered
from advisor.judge.engine.reference import ReferenceEngine
from advisor.knowledge.guide_coverage import guides
from advisor.knowledge.load import RuleSet, load_rules
from advisor.model.request import Request
from advisor.model.settings import Settings, ShopSection, business_of
from advisor.plugin.registry import Registry
from tests.proof.files import readings
from tests.proof.strategies import (
    Actions,
    Step,
    by_chance,
    guide_order,
    largest_symptom,
    plan_first,
)
from tests.proof.world import MONTH, Cause, Effects, World, ailing, healthy

TODAY = date(2026, 11, 2)
PLAN, SYMPTOM, CHANCE, GUIDE = (
    "the plan's first action",
    "the largest symptom",
    "a finding by chance",
    "the guide from its top",
)
STRATEGIES = (PLAN, SYMPTOM, CHANCE, GUIDE)


@attrs.frozen
class Outcome:
    """One shop: its profit in 30 days before, what each strategy adds to it and in how many hours,
    and for each priced action the stated interval and the true value of reaching the target."""

    profit: float
    causes: tuple[tuple[Cause, int], ...]
    gains: Mapping[str, float]
    hours: Mapping[str, float]
    intervals: tuple[tuple[str, float, float, float, float], ...]  # rule, low, mid, high, truth


def trials(registry: Registry, shops: int, seed: int = 0) -> Iterator[Outcome]:
    """*shops* shops, each with causes of its own; the same for the same *seed*."""
    loaded = load_rules(registry, Settings(), business_of(Settings()), TODAY)
    actions = {rule.id: (rule.actions[0].lever, rule.actions[0].effort) for rule in loaded.rules}
    order = _guide_order(registry, loaded)
    for number in range(shops):
        chance = np.random.default_rng([seed, number])
        well = healthy(chance)
        ill = ailing(well, chance)
        effects = Effects.drawn(well, chance)
        document = plan_of(ill, registry, loaded, chance)
        follow: Mapping[str, Callable[[Document, Actions], Step | None]] = {
            PLAN: plan_first,
            SYMPTOM: largest_symptom,
            CHANCE: partial(by_chance, chance=chance),
            GUIDE: partial(guide_order, order=order),
        }
        steps = {name: choose(document, actions) for name, choose in follow.items()}
        yield Outcome(
            profit=ill.profit(),
            causes=ill.causes,
            gains={name: _brings(step, ill, effects) for name, step in steps.items()},
            hours={name: step.hours if step else 0.0 for name, step in steps.items()},
            intervals=tuple(_intervals(document, ill)),
        )


def plan_of(
    world: World, registry: Registry, loaded: RuleSet, chance: np.random.Generator
) -> Document:
    """The plan that the shop's exports make."""
    shop = ShopSection(id="s", size="small", currency="USD", margin=round(world.margin, 4))
    request = Request(paths=(), today=TODAY, settings=Settings(shop=shop))
    gathered = Gathered(readings=readings(world, chance))
    engine = ReferenceEngine()
    return compose_document(
        diagnose_gathered(gathered, request, registry, engine=engine, loaded=loaded)
    )


def _guide_order(registry: Registry, loaded: RuleSet) -> tuple[str, ...]:
    """The rules of the guide in the order in which it comes to them."""
    items = [item for file in guides(registry.rule_packs()) for item in file.items]
    places = {item: place for place, item in enumerate(items)}
    named = [(min(places[i] for i in r.guide), r.id) for r in loaded.rules if r.guide]
    return tuple(rule for _, rule in sorted(named))


def _brings(step: Step | None, world: World, effects: Effects) -> float:
    if step is None:
        return 0.0
    return effects.follow(world, step.lever, step.kind, [int(key[1:]) for key in step.keys])


def _intervals(
    document: Document, world: World
) -> Iterator[tuple[str, float, float, float, float]]:
    findings = {finding.id: finding for finding in document.findings}
    for action in document.plan:
        if action.gain is None:
            continue
        truth = _truth(action, findings, world)
        if truth is not None:
            yield action.rule, action.gain.low, action.gain.mid, action.gain.high, truth


def _truth(action: ActionInfo, findings: Mapping[str, FindingInfo], world: World) -> float | None:
    """What it truly brings in 30 days if every subject of *action* reaches its target."""
    total = 0.0
    for id_ in action.findings:
        finding = findings[id_]
        if finding.price is None:
            continue
        value = VALUES.get((finding.subject.kind, finding.price.metric))
        if value is None:
            return None
        total += MONTH * value(world, int(finding.subject.key[1:]), finding.price.target)
    return total


def _of_ctor(world: World, at: int, target: float) -> float:
    gap = max(target - world.ctor[at], 0.0)
    return float(world.clicks[at] * gap * world.price[at] * world.margin)


def _of_view_ctr(world: World, at: int, target: float) -> float:
    product = world.product_of_video[at]
    gap = max(target - world.view_ctr[at], 0.0)
    worth = world.ctor[product] * world.price[product] * world.margin
    return float(world.views[at] * gap * worth)


def _of_video_ctor(world: World, at: int, target: float) -> float:
    product = world.product_of_video[at]
    gap = max(target - world.ctor[product], 0.0)
    clicks = world.views[at] * world.view_ctr[at]
    return float(clicks * gap * world.price[product] * world.margin)


def _of_ctr(world: World, at: int, target: float) -> float:
    gap = max(target - world.ctr[at], 0.0)
    worth = world.cvr[at] * world.price[world.product_of_ad[at]] * world.margin
    return float(world.impressions[at] * gap * worth)


def _of_roas(world: World, at: int, target: float) -> float:
    spend = world.impressions[at] * world.cpm[at] / 1000
    return float(spend * max(target - world.roas[at], 0.0) * world.margin)


def _of_cpc(world: World, at: int, target: float) -> float:
    clicks = world.impressions[at] * world.ctr[at]
    cost = world.cpm[at] / 1000 / world.ctr[at]
    return float(clicks * max(cost - target, 0.0))


def _of_cpp(world: World, at: int, target: float) -> float:
    bought = world.impressions[at] * world.ctr[at] * world.cvr[at]
    cost = world.cpm[at] / 1000 / world.ctr[at] / world.cvr[at]
    return float(bought * max(cost - target, 0.0))


VALUES: Mapping[tuple[str, str], Callable[[World, int, float], float]] = {
    ("product", "ctor"): _of_ctor,
    ("video", "view_ctr"): _of_view_ctr,
    ("video", "ctor"): _of_video_ctor,
    ("ad", "ctr"): _of_ctr,
    ("ad", "roas"): _of_roas,
    ("ad", "cpc"): _of_cpc,
    ("ad", "cpp"): _of_cpp,
}
