"""How often what ails a shop of any size is found, and how probable that was beforehand."""

from collections.abc import Iterator, Mapping, Sequence
from math import log, sqrt
from statistics import NormalDist
from typing import Any

import attrs
import numpy as np
import polars as pl

from advisor.judge import Judgement
from advisor.judge.false_discovery import FALSE_DISCOVERIES
from advisor.metrics.required import metric_of
from advisor.metrics.windows import Windows
from advisor.model.condition import Against, Truth
from advisor.model.language import ENGLISH
from advisor.model.vocabulary import MetricKind, Varies
from advisor.model.window import Window
from advisor.plan import plan_shop, price_findings
from tests.corpus.batch import NOW, PAST, TODAY, World, batch, judged, shop_name
from tests.corpus.exceptions import UNCOVERED
from tests.corpus.funnels import BY_KIND, Floats, Funnel, How
from tests.corpus.healthy import ALIKE_LIVES, PROFILES, herd
from tests.corpus.nature import WINDOW, Nature
from tests.corpus.plants import AGAINST_OTHERS
from tests.corpus.power import asks_plugins
from tests.corpus.sick import KEY, Ward, business_of, ward
from tests.corpus.truth import formula

# How much there is of what a problem is known by, in four weeks: from a small shop to a large one.
SIZES: Mapping[str, tuple[float, float]] = {
    "seen": (30_000.0, 3_000_000.0),
    "clicked": (1_500.0, 150_000.0),
    "bought": (60.0, 15_000.0),
}
SEEN = ("ad impressions", "views", "LIVE impressions", "2-second plays", "views of each LIVE")
CLICKED = ("visitors", "product clicks", "destination clicks", "page views", "change in followers")
STRENGTHS = (2.0, 4.0)


_VARY = (How.EVENTS, How.CHANCE, How.SPENT)


@attrs.frozen
class Case:
    """One thing that was planted: whether it was found, and how probable that was beforehand (None:
    not known)."""

    rule: str
    found: bool
    power: float | None


def sizes_of(unit: str) -> tuple[float, float]:
    """The range of the sample that a problem is known by."""
    if any(name in unit for name in SEEN):
        return SIZES["seen"]
    return SIZES["clicked" if any(name in unit for name in CLICKED) else "bought"]


def cases(world: World, shops: int, seed: int, nature: Nature) -> Iterator[Case]:
    """*shops* shops of any size for each rule that can be tried, each with its problem at a
    strength between those of STRENGTHS."""
    for rule in world.rules:
        if rule.id in UNCOVERED:
            continue
        rng = np.random.default_rng([seed, *rule.id.encode()])
        strength = rng.uniform(*STRENGTHS, size=shops)
        few = np.full(2, 1_000.0)
        unit = ward(rule, world, few / 500, few, np.random.default_rng(0)).unit
        low, high = sizes_of(unit)
        sample = np.exp(rng.uniform(np.log(low), np.log(high), size=shops))
        lever = rule.actions[0].lever
        told = {
            other.id
            for other in world.rules
            if other.id == rule.id or rule.id in other.explains or other.actions[0].lever == lever
        }
        branches = len(rule.when.alternatives) or 1  # each of them is what the rule means
        for branch in range(branches):
            part = slice(branch, None, branches)
            one = ward(rule, world, strength[part], sample[part], rng, nature=nature, branch=branch)
            judgement = judged(one.shops, world, derive=asks_plugins(one, world))
            hit = {(match.shop, match.key) for match in judgement.matches if match.rule.id in told}
            power = foreseen(one, world, _asked(judgement, one, world), nature)
            for number, key in enumerate(one.keys):
                likely = None if power is None else float(power[number])
                yield Case(rule.id, (shop_name(number), key) in hit, likely)


def _asked(judgement: Judgement, one: Ward, world: World) -> Floats:
    """How many rules on how many subjects of each shop chance has a part in."""
    grader = world.grader(one.shops.business)
    rules = [r.id for r in world.rules if any(map(grader.by_chance, r.when.own()))]
    told = judgement.outcomes.filter(
        pl.col("rule").is_in(rules) & (pl.col("truth") != int(Truth.MISSING))
    )
    by_shop = dict(told.group_by("shop").len().iter_rows())
    return np.array([float(by_shop.get(shop_name(at), 1)) for at in range(len(one.strength))])


def foreseen(one: Ward, world: World, asked: Floats, nature: Nature) -> Floats | None:
    """The power of a one-sided test of each condition that chance has a part in, from the rates
    and counts that were planted; the least of them, and None where none of these metrics has a
    formula. A single finding of so many *asked* stands at their part of the rate of false
    discoveries."""
    least, rule = np.ones(len(one.strength)), one.rule
    together = rule.subject == "lives"
    made = one.herds.get("live" if together else rule.subject)
    if made is None or not one.unit:
        return least
    needed = np.array([NormalDist().inv_cdf(1 - FALSE_DISCOVERIES / many) for many in asked])
    funnel, words = made.funnel, world.vocabulary
    grader = world.grader(one.shops.business)
    counts = np.exp(made.now @ funnel.paths.T) * (1 if funnel.once else WINDOW)
    keys = np.array(one.keys)
    if together:
        now = np.ones(made.size, dtype=bool) if made.day is None else made.day >= WINDOW
        counts = np.stack([counts[now & (made.shop == at)].sum(axis=0) for at in range(len(keys))])
        lives = np.bincount(made.shop[now], minlength=len(keys))
    else:
        rows = [
            np.flatnonzero((made.shop == at) & ((funnel.kind == "shop") | (made.key == key)))[0]
            for at, key in enumerate(keys)
        ]
        counts = counts[rows]
    if not funnel.once:  # how much days vary is estimated: the same of Student's t (Wallace, 1959)
        free = WINDOW - 1
        tail = (needed * (8 * free + 3) / (8 * free + 1)) ** 2 / free
        needed = np.sqrt(free * np.expm1(tail))
    unknown = False
    for test in one.tests:
        if test.name in words.symbols or test.name in one.given or test.earlier:
            continue
        if not grader.by_chance(test):
            continue
        form = formula(AGAINST_OTHERS.get((funnel.kind, test.name), test.name), funnel, words)
        if form is None:
            unknown = True
            continue
        metric = metric_of(form.name, words)
        name = metric.events if metric.kind is MetricKind.MONEY else metric.numerator[0]
        total = not metric.denominator
        if name is None or name not in funnel.at:
            continue
        events = counts[:, [funnel.at[name]]][:, 0]
        spread = (
            0.5 if metric.kind is MetricKind.MONEY and metric.varies is not Varies.EVENTS else 0
        )
        of = [] if total else [n for n in metric.denominator if n in funnel.at]
        steady: float | Floats = _unsteady(funnel, name, of, nature) / WINDOW
        if funnel.once:  # LIVEs differ among themselves, uniformly
            steady = ALIKE_LIVES**2 / 3 / lives if together else 0.0
        windows = 2 if test.trend or test.against is Against.PAST else 1
        error = np.sqrt(windows * ((1 + spread) / np.maximum(events, 0.1) + steady))
        apart = np.log(one.strength)
        if test.trend == "flat":  # within a tenth, and as sure of that
            apart = np.full(len(apart), log(1.1))
        elif test.is_ and "good" in test.is_:  # lies well inside of its edge
            apart = np.full(len(apart), log(1.5))
        score = apart / error - needed
        least = np.minimum(least, [NormalDist().cdf(float(z)) for z in score])
    return None if unknown and (least == 1).all() else least


def _unsteady(funnel: Funnel, count: str, of: Sequence[str], nature: Nature) -> float:
    """How much *count* for each of *of* varies from day to day beside chance, squared: every rate
    between them does, and so does the traffic itself where it is for none."""
    way = funnel.paths[funnel.at[count]].astype(bool)
    for name in of[:1]:
        way = way ^ funnel.paths[funnel.at[name]].astype(bool)
    rates = [step for step, on in zip(funnel.steps, way, strict=True) if on and step.how in _VARY]
    roots = sum(step.of is None for step in rates)
    (low, high), (least, most) = nature.rate, nature.traffic
    one = (low**2 + low * high + high**2) / 3  # the mean square of what is uniform
    root = (least**2 + least * most + most**2) / 3 + nature.shared**2
    return (len(rates) - roots) * one + roots * root


def first_actions(one: Ward, world: World) -> Mapping[str, tuple[str, frozenset[str]]]:
    """The rule of the first action of each shop's plan, and the subjects it is about."""
    judgement = judged(one.shops, world)
    names = [shop_name(number) for number in range(len(one.strength))]
    businesses = {name: attrs.evolve(one.shops.business, id=name) for name in names}
    grader = attrs.evolve(world.grader(one.shops.business), businesses=businesses)
    windows = Windows(dict.fromkeys(names, Window(NOW, PAST)))
    priced = price_findings(judgement, world.acting(one.shops.business), grader, windows)
    decided = judgement.decided()
    found = {}
    for name, findings in priced.by_shop.items():
        plan = plan_shop(
            findings, (), TODAY, {}, world.vocabulary, None, decided.get(name, {}), ENGLISH
        ).plan
        acted = [item.planned for item in plan.actions if not item.planned.rule.check]
        if acted:
            keys = frozenset(finding.key for finding in acted[0].findings)
            found[name] = (acted[0].rule.id, keys)
    return found


def tired(world: World, shops: int, seed: int, nature: Nature) -> float:
    """How often the plan begins with creative fatigue on the ad whose CTR fell to a half or less,
    while impressions got dearer or fewer of the clicks bought, beside healthy ads."""
    rng = np.random.default_rng([seed, 77])
    rule = next(one for one in world.rules if one.id == "operator/creative-fatigue")
    business = business_of(PROFILES[0])
    funnel = BY_KIND["ad"]
    made = herd(funnel, shops, world, world.grader(business), rng, size=(8, 8), volume=(1, 30))
    first = np.array([np.flatnonzero(made.shop == at)[0] for at in range(shops)])
    key = made.key.astype(object)
    key[first] = KEY
    made = attrs.evolve(made, key=key.astype(str))
    strength = rng.uniform(*STRENGTHS, size=shops)
    wear = np.log(strength)
    made.past[first] = made.now[first]
    made.slope[first] = 0.0
    made.now[first, funnel.at["clicks"]] -= wear
    dearer = rng.random(shops) < 0.5
    made.now[first, funnel.at["impressions"]] -= np.where(dearer, wear / 2, 0.0)
    made.now[first, funnel.at["ad_checkouts"]] -= np.where(dearer, 0.0, wear / 2)
    # What it is sold for rises with none of it: only orders fall.
    shop = batch(business, [made], nature, rng)
    one = Ward(rule, shop, strength, strength, "", (), herds={"ad": made})
    acted = first_actions(one, world)
    right = [acted.get(shop_name(at), ("", frozenset())) for at in range(shops)]
    return float(np.mean([rule_ == rule.id and KEY in keys for rule_, keys in right]))


def passed_by(world: World, shops: int, seed: int, nature: Nature) -> float:
    """How often the LIVE is found that a half or less of the usual people enter."""
    rng = np.random.default_rng([seed, 78])
    business = business_of(PROFILES[0])
    funnel = BY_KIND["live"]
    made = herd(funnel, shops, world, world.grader(business), rng, size=(8, 8), volume=(1, 10))
    day = np.zeros(made.size) if made.day is None else made.day
    first = np.array(
        [np.flatnonzero((made.shop == at) & (day >= WINDOW))[0] for at in range(shops)]
    )
    key = made.key.astype(object)
    key[first] = KEY
    made = attrs.evolve(made, key=key.astype(str))
    strength = rng.uniform(*STRENGTHS, size=shops)
    made.now[first, funnel.at["views"]] -= np.log(strength)
    matches = judged(batch(business, [made], nature, rng), world).matches
    hit = {m.shop for m in matches if m.rule.id == "operator/nobody-enters" and m.key == KEY}
    return len(hit) / shops


def unanswered(world: World, shops: int, seed: int, nature: Nature) -> float:
    """How often a shop hears that creators owe it content for samples, where twice as many do as
    should, and more."""
    rng = np.random.default_rng([seed, 79])
    rule = next(one for one in world.rules if one.id == "operator/samples-without-content")
    strength = rng.uniform(*STRENGTHS, size=shops)
    sample = np.exp(rng.uniform(np.log(10), np.log(300), size=shops))  # due in four weeks
    one = ward(rule, world, strength, sample, rng, nature=nature)
    matches = judged(one.shops, world).matches
    return len({m.shop for m in matches if m.rule.id == rule.id}) / shops


def interval(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson)."""
    z, share = 1.96, hits / of
    middle = share + z * z / (2 * of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    return (middle - half) / scale, (middle + half) / scale


def _mean(powers: Sequence[float | None]) -> float | None:
    """The mean of those that are known."""
    known = [power for power in powers if power is not None]
    return round(sum(known) / len(known), 3) if known else None


def summary(found: Sequence[Case]) -> dict[str, Any]:
    """What all cases come to."""
    strong = [case for case in found if case.power is not None and case.power >= 0.9]
    by_rule: dict[str, list[Case]] = {}
    for case in found:
        by_rule.setdefault(case.rule, []).append(case)
    shares = {
        rule: {
            "found": round(sum(case.found for case in own) / len(own), 3),
            "power": _mean([case.power for case in own]),
        }
        for rule, own in sorted(by_rule.items())
    }
    return {
        "cases": len(found),
        "found": round(sum(case.found for case in found) / len(found), 4),
        "strong": len(strong),
        "strong_found": round(sum(case.found for case in strong) / max(len(strong), 1), 4),
        "rules": shares,
    }
