"""Whether what a finding is said to be worth holds the truth, rule by rule."""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import numpy as np

from advisor.metrics.required import metric_of
from advisor.metrics.windows import Windows
from advisor.model.rule import Rule
from advisor.model.window import Window
from advisor.plan import price_findings
from advisor.plan.money import MONTH, Price, TargetOrigin, gain
from tests.corpus.batch import NOW, PAST, World, judged, shop_name
from tests.corpus.exceptions import UNCOVERED
from tests.corpus.funnels import Floats, Funnel, How
from tests.corpus.nature import WINDOW, Herd
from tests.corpus.power import asks_plugins
from tests.corpus.sick import ward
from tests.corpus.truth import formula

SAMPLES = (100.0, 50_000.0)  # clicks, orders
SEEN = (5_000.0, 2_000_000.0)
OF_SEEN = ("ad impressions", "views", "LIVE impressions", "2-second plays")


@attrs.frozen
class Told:
    """A stated worth: its interval, its mean, and the true value of reaching the target."""

    low: float
    mid: float
    high: float
    truth: float
    metric: str


def worths(rule: Rule, world: World, shops: int, seed: int) -> Iterator[Told]:
    """What *rule* states of the sick subject of each of *shops* shops, where it has a price."""
    rng = np.random.default_rng([seed, *rule.id.encode()])
    strength = np.exp(rng.uniform(np.log(1.5), np.log(3.0), shops))
    few = np.full(2, 1_000.0)
    unit = ward(rule, world, few / 500, few, np.random.default_rng(0)).unit
    least, most = SEEN if unit in OF_SEEN else SAMPLES
    sample = np.exp(rng.uniform(np.log(least), np.log(most), shops))
    one = ward(rule, world, strength, sample, rng)
    judgement = judged(one.shops, world, derive=asks_plugins(one, world))
    names = {name: place for place, name in enumerate(map(shop_name, range(shops)))}
    windows = Windows(dict.fromkeys(names, Window(NOW, PAST)))
    grader = world.grader(one.shops.business)
    businesses = {name: attrs.evolve(one.shops.business, id=name) for name in names}
    grader = attrs.evolve(grader, businesses=businesses)
    rules = world.acting(one.shops.business)
    priced = price_findings(judgement, rules, grader, windows)
    for shop, findings in priced.by_shop.items():
        for finding in findings:
            at = names[shop]
            if finding.rule.id != rule.id or finding.key != one.keys[at]:
                continue
            if not isinstance(finding.price, Price):
                continue
            truth = true_worth(finding.price, one.herds[rule.subject], at, finding.key, world)
            if truth is not None:
                stated = gain([finding.price])
                yield Told(stated.low, stated.mid, stated.high, truth, finding.price.metric)


def true_worth(price: Price, herd: Herd, shop: int, key: str, world: World) -> float | None:
    """What it truly brings in 30 days to reach the target of *price*; None where the corpus does
    not know."""
    funnel = herd.funnel
    alone = funnel.kind == "shop"
    rows = np.flatnonzero((herd.shop == shop) & (alone | (herd.key == key)))
    rates = herd.now[rows]
    months = MONTH / WINDOW if funnel.once else float(MONTH)
    metric = metric_of(price.metric, world.vocabulary)
    used = {n.rstrip("?") for n in (*metric.numerator, *metric.denominator, metric.money or "")}
    above = funnel.paths[[funnel.at[n] for n in used if n in funnel.at]].any(axis=0)
    shares = np.array([step.how is How.CHANCE for step in funnel.steps])
    if (above & shares & (rates[0] > 0)).any():
        return None  # nature has no share above 1
    if price.target.origin is TargetOrigin.NOTHING:
        whole = _sum(metric.numerator, funnel, rates)
        return None if whole is None else whole * months
    one = formula(price.metric, funnel, world.vocabulary)
    if one is None or not metric.denominator:
        return None
    value = float(np.exp(one.value(rates, funnel)[0]))
    gap = max(value - price.target.value if price.target.above else price.target.value - value, 0.0)
    volume = _sum(metric.denominator, funnel, rates)
    worth = 1.0
    if price.worth.mean != 1.0 or price.worth.sd:
        money = _sum((metric.money,), funnel, rates) if metric.money else None
        counted = _sum(metric.numerator, funnel, rates)
        if money is None or counted is None:
            return None
        worth = money / counted
    return None if volume is None else volume * months * gap * worth * price.kept / price.scale


def _sum(names: Iterable[str], funnel: Funnel, rates: Floats) -> float | None:
    """What the counts come to that the corpus has; None where it has none."""
    there = [funnel.at[n.rstrip("?")] for n in names if n.rstrip("?") in funnel.at]
    if not there:
        return None
    counts = np.exp(rates @ funnel.paths.T)
    return float(counts[:, there].sum())


FINDINGS = 600  # of each rule
AT_ONCE = 250  # shops


def coverage(world: World, seed: int) -> dict[str, Any]:
    """For each rule with a price: how many findings there were, and the share of them whose range
    held the truth."""
    found = {}
    for rule in world.rules:
        if rule.id in UNCOVERED or not rule.actions:
            continue
        told: list[Told] = []
        for more in range(8):
            told += worths(rule, world, AT_ONCE, seed + more)
            if len(told) >= FINDINGS or not told:
                break
        if told:
            inside = sum(one.low <= one.truth <= one.high for one in told)
            found[rule.id] = {"findings": len(told), "inside": inside}
    return found
