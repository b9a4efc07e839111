"""Shops with exactly one thing wrong: that which a rule looks for, at a strength and a sample.

What is planted follows from the rule's own conditions, so that a new rule has its sick shops
without a word about it here. Strength is how many times beyond its edge a metric lies: a CTR that
must be below 1 % is 0.5 % at strength 2.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import polars as pl

from advisor.judge.grade import Grader
from advisor.judge.question import RELATIVE
from advisor.metrics.required import metric_of
from advisor.model.condition import Against, Conditions, Quantifier
from advisor.model.condition import Test as Ask
from advisor.model.rule import Rule
from advisor.model.shop import Business
from advisor.model.vocabulary import MetricKind, Varies
from tests.corpus.batch import Batch, World, batch, shop_name
from tests.corpus.funnels import BY_KIND, FUNNELS, Floats, Funnel, How
from tests.corpus.healthy import NOTHING, Profile, herd
from tests.corpus.nature import WINDOW, Herd, Nature
from tests.corpus.plants import AGAINST_OTHERS, GROWTHS, SHARES, SYMBOLS
from tests.corpus.truth import DAYS, PRODUCTS, Formula, bend, formula

KEY = "the sick one"
OTHERS = (8, 8)  # subjects of a shop beside which the sick one stands
INSIDE = 1.5  # how far inside its band a metric lies that shall not matter


class Uncovered(Exception):
    """Why a rule has no sick shops."""


@attrs.frozen(eq=False)
class Ward:
    """Sick shops of one rule, and how ill each is: *strength* and *sample* by shop. *unit* is what
    the sample counts (empty: how much there is does not matter); *given*: a plugin's word that was
    put in its mouth."""

    rule: Rule
    shops: Batch
    strength: Floats
    sample: Floats
    unit: str
    given: tuple[str, ...]
    tests: tuple[Ask, ...] = ()  # that were brought about
    herds: Mapping[str, Herd] = attrs.field(factory=dict)

    @property
    def keys(self) -> list[str]:
        """The key of the sick subject in each shop."""
        if self.rule.subject == "shop":
            return [shop_name(i) for i in range(len(self.strength))]
        if self.rule.subject not in BY_KIND:  # one that pools all of a kind
            return ["live"] * len(self.strength)
        return [_key(BY_KIND[self.rule.subject])] * len(self.strength)


def profile_of(rule: Rule, world: World) -> Profile:
    """A small shop of the rule's own region; its margin is known where a band needs it."""
    plain = Profile("small", region=rule.region[0] if rule.region else "US")
    grader = world.grader(business_of(plain))
    levels = [t.name for t in rule.own_tests() if t.is_ and t.against is Against.BAND]
    names = [name for name in levels if name not in world.vocabulary.symbols]
    known = all(grader.resolve(name, rule.subject).edges for name in names)
    return plain if known else attrs.evolve(plain, margin=0.4)


def business_of(profile: Profile) -> Business:
    return Business(
        id="shop",
        size=profile.size,
        niche=profile.niche,
        currency=profile.currency,
        usd_rate=profile.usd_rate,
        margin=profile.margin,
        region=profile.region,
    )


def ward(
    rule: Rule,
    world: World,
    strength: Floats,
    sample: Floats,
    rng: np.random.Generator,
    *,
    whole: bool = False,
    nature: Nature = Nature(),  # noqa: B008 (frozen)
    branch: int = 0,
) -> Ward:
    """A sick shop for each strength and sample; raises Uncovered where that cannot be. *whole*:
    with healthy subjects of all other kinds beside. *branch*: which of the rule's alternatives is
    brought about."""
    if rule.subject not in BY_KIND and rule.subject != "lives":
        raise Uncovered(f"no shop of the corpus has a {rule.subject}")
    business = business_of(profile_of(rule, world))
    grader = world.grader(business)
    planter = _Planter(rule, world, grader, strength, sample, rng, branch=branch)
    herds = planter.herds()
    if whole:
        there = {one.funnel.kind for one in herds}
        shops = len(strength)
        more = (f for f in FUNNELS if f.kind not in there)
        herds += [herd(funnel, shops, world, grader, rng, volume=(0.5, 2.0)) for funnel in more]
    made = batch(business, herds, nature, rng)
    return Ward(
        rule,
        attrs.evolve(made, given=planter.given_frames()),
        strength,
        sample,
        planter.unit,
        tuple(sorted(planter.given)),
        tuple(asked_of(rule.when, branch)),
        {one.funnel.kind: one for one in herds},
    )


def asked_of(when: Conditions, branch: int) -> list[Ask]:
    """The tests that must hold beside those of one of the alternatives."""
    return [*when.tests, *(when.alternatives[branch] if when.alternatives else ())]


def _key(funnel: Funnel) -> str:
    return funnel.keys[0] if funnel.keys else KEY


@attrs.define(eq=False)
class _Planter:
    """Plants one rule's conditions into healthy herds."""

    rule: Rule
    world: World
    grader: Grader
    strength: Floats
    sample: Floats
    rng: np.random.Generator
    unit: str = ""
    given: dict[str, object] = attrs.field(factory=dict)
    branch: int = 0

    def herds(self) -> list[Herd]:
        shops = len(self.strength)
        kind = "live" if self.rule.subject == "lives" else self.rule.subject
        mine = self._healthy(kind, shops)
        self._plant(mine, self.rule.when, self.rule.unless, sampled=True)
        found = {kind: mine}
        for related in self.rule.when.related:
            if related.kind not in BY_KIND:
                raise Uncovered(f"no shop of the corpus has a {related.kind}")
            other = found.setdefault(related.kind, self._healthy(related.kind, shops))
            if related.quantifier is not Quantifier.NONE:
                self._plant(other, Conditions(related.tests), Conditions(), sampled=False)
        return list(found.values())

    def _healthy(self, kind: str, shops: int) -> Herd:
        funnel = BY_KIND[kind]
        size = OTHERS if funnel.most > 1 else None
        made = herd(funnel, shops, self.world, self.grader, self.rng, size=size, volume=(0.5, 2.0))
        first = [np.flatnonzero((made.shop == s) & self._mine(made))[0] for s in range(shops)]
        if not funnel.keys and kind != "shop":
            key = made.key.astype(object)
            key[first] = KEY
            made = attrs.evolve(made, key=key.astype(str))
        return made

    def _mine(self, herd_: Herd) -> np.ndarray:
        if herd_.day is None:
            return np.ones(herd_.size, dtype=bool)
        return np.asarray(herd_.day >= WINDOW)

    def _plant(self, herd_: Herd, when: Conditions, unless: Conditions, *, sampled: bool) -> None:
        funnel = herd_.funnel
        shops = len(self.strength)
        together = self.rule.subject == "lives"  # all LIVEs are the sick one
        if together:
            rows = np.arange(herd_.size)
        else:
            rows = np.array(
                [np.flatnonzero((herd_.shop == s) & self._mine(herd_))[0] for s in range(shops)]
            )
        branch = self.branch if sampled else 0
        tests = [test for test in asked_of(when, branch) if not test.earlier]
        wants = _Wants(self, herd_, rows)
        changes = any(t.trend or t.against is Against.PAST for t in tests)
        if sampled and changes:  # what it was before is as well known
            self.unit = wants.sample(tests) + (" of each LIVE" if together else "")
            herd_.past[rows] = bend(herd_.past[rows], funnel, wants.list())
            wants.asked.clear()
        for test in tests:
            wants.ask(test)
        for test in (*unless.tests[:1], *(branch[0] for branch in unless.alternatives)):
            wants.avoid(test)
        if sampled and not changes:
            self.unit = wants.sample(tests)
        start = herd_.past[rows] if any(t.trend for t in tests) else herd_.now[rows]
        herd_.now[rows] = bend(start, funnel, wants.list())
        if changes:
            herd_.slope[rows] = 0.0
        else:
            herd_.past[rows] = herd_.now[rows] - herd_.slope[rows] * WINDOW
        for name in wants.growths:
            self._grow(herd_, rows, name, wants.growths[name])

    def _grow(self, herd_: Herd, rows: np.ndarray, name: str, growth: Floats) -> None:
        told = GROWTHS[name]
        at = herd_.funnel.at[told.count]
        each = None if told.each is None else herd_.funnel.at[told.each]
        a_day = 1 / 30 if each is None else np.exp(herd_.now[rows, each])
        herd_.slope[rows] = 0.0
        herd_.slope[rows, at] = np.log1p(growth) * a_day
        herd_.past[rows] = herd_.now[rows] - herd_.slope[rows] * WINDOW

    def given_frames(self) -> Mapping[str, pl.DataFrame]:
        """What plugins are taken to have said of the sick subjects."""
        if not self.given:
            return {}
        shops = [shop_name(i) for i in range(len(self.strength))]
        kind = self.rule.subject
        funnel = BY_KIND[kind]
        keys = shops if kind == "shop" else [_key(funnel)] * len(shops)
        frame = pl.DataFrame({"shop": shops, "key": keys, "name": keys})
        columns: dict[str, Any] = {}
        for name, value in self.given.items():
            if name in self.world.vocabulary.symbols:
                columns[name] = [value] * len(shops)
                continue
            for part in ("", ".lo", ".hi"):
                columns[f"{name}{part}"] = value
            columns[f"{name}.n"] = columns[f"{name}.se"] = np.full(len(shops), 0.0)
        return {kind: frame.with_columns(pl.Series(n, v) for n, v in columns.items())}


@attrs.define(eq=False)
class _Wants:
    """What the rates of the sick subjects shall come to."""

    planter: _Planter
    herd: Herd
    rows: np.ndarray
    asked: dict[str, tuple[Formula, Floats]] = attrs.field(factory=dict)
    growths: dict[str, Floats] = attrs.field(factory=dict)

    def list(self) -> list[tuple[Formula, Floats]]:
        return [*self.asked.values()]

    @property
    def funnel(self) -> Funnel:
        return self.herd.funnel

    @property
    def strength(self) -> Floats:
        return np.asarray(self.planter.strength[self.herd.shop[self.rows]])

    def ask(self, test: Ask) -> None:
        words, name, s = self.planter.world.vocabulary, test.name, self.strength
        if name in words.symbols:
            self._symbol(test)
            return
        if name in GROWTHS:
            self.growths[name] = self._limit(test) - GROWTHS[name].step * (s - 1) - 1e-3
            each = GROWTHS[name].each
            if each is not None:  # as many as before: only what each is worth grows
                steady = Formula(each, (self.funnel.at[each],), (), 1.0, added=True)
                level = steady.value(self.herd.now[self.rows], self.funnel)
                self.asked[f"{each} held"] = (steady, level)
            return
        if name in SHARES:
            self._share(test)
            return
        other = AGAINST_OTHERS.get((self.funnel.kind, name))
        one = formula(other or name, self.funnel, words)
        if one is None:
            metric = words.metrics.get(name)
            if metric is None or not metric.derived:
                raise Uncovered(f"no shop of the corpus has {name} of a {self.funnel.kind}")
            low, high = self._between(test, None)
            value = np.exp(self._beyond(test, low, high, s))
            self.planter.given[name] = np.where(value < NOTHING, 0.0, value)
            return
        if test.against is Against.SIBLINGS and self._implied():
            return
        low, high = self._between(test, one)
        if other is not None:
            centre = self._centre(one)
            low = high = centre + np.log(test.at_least or test.at_most or 1.0)
        target = self._beyond(test, low, high, s)
        if name in self.asked and not test.trend:  # own limit beside a level: the further one
            target = np.maximum(target, self.asked[name][1])
        self.asked[f"{name} {test.trend or ''}"] = (one, target)

    def _implied(self) -> bool:
        """Whether a symbol's own metrics already leave a subject behind the others."""
        tests = self.planter.rule.when.tests
        known = [SYMBOLS.get((t.name, t.is_[0])) for t in tests if t.is_]
        return any(one is not None and one.below and one.held for one in known)

    def _limit(self, test: Ask) -> Floats:
        for limit in (test.at_least, test.at_most):
            if limit is not None:
                return np.full(len(self.rows), limit)
        edges = self.planter.grader.resolve(test.name, self.funnel.kind).edges
        if not edges or edges[0].low is None:
            raise Uncovered(f"no band of {test.name} holds for the shops of the corpus")
        return np.full(len(self.rows), edges[0].low)

    def _between(self, test: Ask, one: Formula | None) -> tuple[Floats | None, Floats | None]:
        """Logarithms of the edges that decide *test*."""
        size = len(self.rows)
        if test.trend is not None or test.against is Against.PAST:
            assert one is not None
            past = one.value(self.herd.past[self.rows], self.funnel)
            return past + np.log(RELATIVE[0]), past + np.log(RELATIVE[1])
        if test.against is not Against.BAND:
            assert one is not None
            centre = self._centre(one)
            low, high = centre + np.log(RELATIVE[0]), centre + np.log(RELATIVE[1])
            if test.at_least is not None:
                high = np.maximum(high, np.log(test.at_least))
            return low, high
        if test.is_:
            edges = self.planter.grader.resolve(test.name, self.funnel.kind).edges
            if not edges:
                raise Uncovered(f"no band of {test.name} holds for the shops of the corpus")
            sides = {
                "low": "low" in test.is_,
                "high": "high" in test.is_ and "good" not in test.is_,
            }
            fits = [e for e in edges if all(getattr(e, side) for side, on in sides.items() if on)]
            edge = (fits or list(edges))[-1]
            if edge.of is not None:
                of = formula(edge.of.metric, self.funnel, self.planter.world.vocabulary)
                least, below = edge.of.at_least, edge.of.below
                ends = (least or (below or 2.0) / 2, below or (least or 1.0) * 2)
                if of is not None:
                    middle = np.full(size, np.log(ends[0] * ends[1]) / 2)
                    self.asked.setdefault(edge.of.metric, (of, middle))
            return tuple(  # type: ignore[return-value]
                None if end is None else np.full(size, np.log(max(end, 1e-9)))
                for end in (edge.low, edge.high)
            )
        return tuple(  # type: ignore[return-value]
            None if end is None else np.full(size, np.log(max(end, 1e-9)))
            for end in (test.at_most, test.at_least)
        )

    def _beyond(self, test: Ask, low: Floats | None, high: Floats | None, s: Floats) -> Floats:
        """The logarithm of the value that makes *test* true, as strongly as is asked."""
        exact = not self.planter.grader.by_chance(test)
        levels = set(test.is_)
        if test.trend is not None:
            levels = {{"falling": "low", "flat": "good", "rising": "high"}[test.trend]}
        elif not levels:
            levels = {"low"} if test.at_most is not None else {"high"}
        if levels == {"low"} and low is not None:
            none = exact and test.at_most is not None and test.at_most <= 0
            return np.asarray(np.full(len(s), np.log(1e-7)) if none else low - np.log(s))
        if levels == {"high"} and high is not None:
            least = np.log(np.maximum(s, 1.0) + 0.01) if exact else -np.inf
            return np.maximum(high + np.log(s) + 1e-6, least if high[0] < np.log(0.02) else -np.inf)
        if "good" in levels:
            if low is not None and high is not None and levels == {"good"}:
                return np.asarray((low + high) / 2)
            if "high" in levels and low is not None:
                return np.asarray(low + np.log(INSIDE))
            if "low" in levels and high is not None:
                return np.asarray(high - np.log(INSIDE))
        raise Uncovered(f"{test} has no edge in the shops of the corpus")

    def _centre(self, one: Formula) -> Floats:
        """The usual value of the shop's others (their median)."""
        value = one.value(self.herd.now, self.funnel)
        others = np.ones(self.herd.size, dtype=bool)
        others[self.rows] = False
        others &= self.planter._mine(self.herd)
        found = np.array(
            [
                np.median(value[others & (self.herd.shop == shop)])
                for shop in range(len(self.planter.strength))
            ]
        )
        return np.asarray(found[self.herd.shop[self.rows]])

    def _ratio(self, name: str) -> Formula:
        top, bottom = (self.funnel.at[count] for count in name.split("/"))
        return Formula(name, (top,), (bottom,), 1.0, added=True)

    def _together(self, one: Formula) -> Floats:
        """What the shop's others come to, added up."""
        counts = np.exp(self.herd.now @ self.funnel.paths.T)
        counts[self.rows] = 0.0
        counts[~self.planter._mine(self.herd)] = 0.0
        sides = []
        for places in (one.over, one.under):
            of_each = counts[:, list(places)].sum(axis=1) if places else counts[:, 0] * 0 + 1.0
            sides.append(np.bincount(self.herd.shop, of_each))
        value = np.log(one.factor) + np.log(sides[0]) - np.log(sides[1])
        return np.asarray(value[self.herd.shop[self.rows]])

    def _symbol(self, test: Ask) -> None:
        words = self.planter.world.vocabulary
        value = test.is_[0]
        known = SYMBOLS.get((test.name, value))
        if known is None:
            self.planter.given[test.name] = value
            return
        trend = any(t.trend for t in self.planter.rule.when.tests)
        for name, times in known.others.items():
            self._lift(name, times)
        for name, edge in known.below.items():
            one = formula(name, self.funnel, words)
            if one is None:
                raise Uncovered(f"no shop of the corpus has {name} of a {self.funnel.kind}")
            at = attrs.evolve(one, name=f"{name} of the others")
            if name == "watch_seconds":  # of one view
                at = Formula(name, one.over, (self.funnel.at["views"],), 1.0, added=True)
            self.asked[at.name] = (at, self._together(at) + np.log(edge) - np.log(self.strength))
        if known.part is not None:
            whole, name, part = known.part
            of, other = (formula(n, self.funnel, words) for n in (whole, name))
            if of is None or other is None or f"{whole} " not in self.asked:
                raise Uncovered(f"{test} has no gap to share")
            gap = self.asked[f"{whole} "][1] - self._together(of)
            self.asked[f"{name} "] = (other, self._together(other) - gap * part)
        for name in known.held:
            one = self._ratio(name) if "/" in name else formula(name, self.funnel, words)
            if one is None:
                continue
            level = (
                one.value(self.herd.past[self.rows], self.funnel) if trend else self._together(one)
            )
            self.asked.setdefault(f"{name} held", (one, level))

    def _lift(self, name: str, times: float) -> None:
        """Gives the others so many times the most of a metric that is good; what they pay for a
        click stays."""
        words = self.planter.world.vocabulary
        edges = self.planter.grader.resolve(name, self.funnel.kind).edges
        lifted, paid = (formula(n, self.funnel, words) for n in (name, "cpc"))
        if lifted is None or not edges or edges[0].high is None:
            raise Uncovered(f"{name} has no upper edge in the shops of the corpus")
        rates = self.herd.now
        wanted = [(lifted, np.full(len(rates), np.log(edges[0].high * times)))]
        if paid is not None:
            wanted.append((paid, paid.value(rates, self.funnel)))
        self.herd.now[:] = bend(rates, self.funnel, wanted)

    def _share(self, test: Ask) -> None:
        one = formula(SHARES[test.name], self.funnel, self.planter.world.vocabulary)
        if one is None or test.at_least is None:
            raise Uncovered(f"no shop of the corpus has {test.name}")
        value = np.exp(one.value(self.herd.now, self.funnel))
        rest = np.bincount(self.herd.shop, value) - value[self.rows]
        share = 1 - (1 - test.at_least) / self.strength
        self.asked[test.name] = (one, np.log(rest * share / (1 - share)))

    def avoid(self, test: Ask) -> None:
        """Rates at which *test* is false, where they are not wanted otherwise."""
        words = self.planter.world.vocabulary
        if test.name in words.symbols or test.name in GROWTHS:
            return
        one = formula(test.name, self.funnel, words)
        wanted = {name.split()[0] for name in self.asked}
        if one is None or test.trend is not None:
            return
        if test.name in wanted:
            self._from_higher(test, one)
            return
        if test.at_most is not None:
            level = np.full(len(self.rows), np.log(max(test.at_most * 2, 5.0)))
        elif test.at_least is not None:
            level = np.full(len(self.rows), np.log(max(test.at_least / 2, 1e-7)))
        else:
            low, high = self._between(test, one)
            if "low" in test.is_ and low is not None:
                level = low + np.log(INSIDE)
            elif "low" not in test.is_ and "good" in test.is_ and low is not None:
                level = low - np.log(INSIDE)
            elif high is not None:
                level = high - np.log(INSIDE)
            else:
                return
        self.asked[test.name] = (one, level)

    def _from_higher(self, test: Ask, one: Formula) -> None:
        """Lets a fall begin so high that what is left is not low."""
        falls = f"{test.name} falling"
        low, _ = self._between(test, one)
        if falls not in self.asked or test.is_ != ("low",) or low is None:
            return
        past = self.herd.past[self.rows]
        fall = self.asked[falls][1] - one.value(past, self.funnel)
        higher = low + np.log(INSIDE) - fall
        self.herd.past[self.rows] = bend(past, self.funnel, [(one, higher)])
        self.asked[falls] = (one, higher + fall)

    def sample(self, tests: Sequence[Ask]) -> str:
        """Wants the sample of the first test that chance has a part in; says what it counts."""
        words, funnel = self.planter.world.vocabulary, self.funnel
        for test in tests:
            chance = self.planter.grader.by_chance(test) or test.name in SHARES
            if not chance or test.name in self.planter.given:
                continue
            count = self._events(test.name)
            if count is None:
                continue
            one = Formula(
                "sample", (funnel.at[count],), (), 1.0 if funnel.once else DAYS, added=True
            )
            shop = self.herd.shop[self.rows]
            self.asked["sample"] = (one, np.log(self.planter.sample[shop]))
            return words.counts[count].title
        return ""

    def _events(self, name: str) -> str | None:
        """The count whose number decides how sure *name* is, as far as the corpus has it."""
        words, funnel = self.planter.world.vocabulary, self.funnel
        if name in GROWTHS:
            return "orders" if "orders" in funnel.at else "sku_orders"
        if name in SHARES:
            return "items_sold"
        name = AGAINST_OTHERS.get((funnel.kind, name), name)
        if name in PRODUCTS:
            _, over, under = PRODUCTS[name]
            both = [*over, *under]
            chance = [c for c in both if funnel.steps[funnel.at[c]].how in (How.EVENTS, How.CHANCE)]
            orders = [c for c in funnel.counts if c.endswith("orders") or c == "items_sold"]
            return next(iter([*chance, *orders]), None)
        metric = metric_of(name, words)
        if metric.kind is MetricKind.MONEY and metric.varies is not Varies.VALUES:
            count = metric.events
        elif metric.kind in (MetricKind.PROPORTION, MetricKind.RATE):
            count = metric.denominator[0]
        else:
            count = metric.events or metric.numerator[0]
        return count if count in funnel.at else None
