"""Shops over six months, day by day, with what is done in them: the truth is known.

A shop of `tests.proof.world` is let run. Its rates and sizes have a season and promotions that all
its subjects share, and each subject wanders about its own mean (an Ornstein-Uhlenbeck process), so
that what is extreme comes back by itself. Causes come over subjects, and some leave again, whatever
is done. An action works, does nothing or harms: nothing of that is known outside. Sales of ads
arrive late. All chances but those of what is done are drawn beforehand: two sellers of one shop
meet the same days.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from tests.proof.world import CHEAPER, LARGER, MENDS, MONTH, Cause, World, ailing, healthy

BEFORE, WEEKS = 63, 26  # days that are there at the first run; weekly runs
LENGTH = BEFORE + 7 * WEEKS + 7
RATES = ("ctor", "view_ctr", "engagement", "ctr", "cpm")
SIZES = ("own_clicks", "views", "impressions")
NAMES = (*RATES, *SIZES, "follow")
WEEK = np.array([0.95, 0.92, 0.94, 1.0, 1.06, 1.1, 1.03])
BACK = 21.0  # days in which a subject forgets how far it was from its mean
BUSY = 40.0  # how evenly days are: the shape of a gamma whose mean is 1
LATE = np.array([0.7, 0.1, 0.07, 0.05, 0.04, 0.02, 0.02])  # when an ad's sales arrive, by day
PROMOTION: Mapping[str, float] = {
    "ctor": 0.25,
    "ctr": 0.1,
    "view_ctr": 0.1,
    "engagement": 0.05,
    "cpm": 0.15,
    "own_clicks": 0.4,
    "views": 0.2,
    "impressions": 0.3,
}
LEAVES = 1 / 3  # of the causes that come over subjects
HARMED = 0.05  # a logarithm: what lies as near to the rate it once had is not harmed
Numbers = np.ndarray[Any, np.dtype[Any]]


@attrs.frozen
class Deed:
    """What was done on a *day*: the logarithm that it adds to rates from then on, by name and
    place. *works* is 1 where it does what it is meant to, 0 where it does nothing, -1 where it
    harms."""

    day: int
    adds: Mapping[str, Mapping[int, float]]
    works: int


@attrs.define(eq=False)
class Life:
    """A shop through all days. *base* are logarithms (subject x day) of what would be if nothing
    were done, *deeds* what was; *wander* is how far subjects are from their means."""

    seed: tuple[int, ...]
    well: World
    ill: World
    base: Mapping[str, Numbers]
    shared: Mapping[str, Numbers]
    wander: float
    levers: Mapping[str, tuple[float, float]]
    deeds: list[Deed] = attrs.field(factory=list)
    added: dict[str, Numbers] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.added = {name: np.zeros_like(logs) for name, logs in self.base.items()}

    def rate(self, name: str, *, without: Deed | None = None) -> Numbers:
        """The true values by subject and day; *without* what one deed adds."""
        logs = self.base[name] + self.added[name]
        for place, add in (without.adds.get(name, {}) if without else {}).items():
            assert without is not None
            logs[place, without.day :] -= add
        return np.asarray(np.exp(logs))

    def do(self, deed: Deed) -> None:
        """Let *deed* be done."""
        self.deeds.append(deed)
        for name, adds in deed.adds.items():
            for place, add in adds.items():
                self.added[name][place, deed.day :] += add

    def profit(self, *, without_deeds: bool = False) -> Numbers:
        """What stays of each day, on average."""
        at = {n: np.exp(self.base[n]) if without_deeds else self.rate(n) for n in NAMES}
        one = self.ill
        clicks = at["own_clicks"].copy()
        np.add.at(clicks, one.product_of_video, at["views"] * at["view_ctr"])
        sales = (clicks * at["ctor"] * one.price[:, None]).sum(axis=0)
        bought = at["impressions"] * at["ctr"] * at["follow"] * at["ctor"][one.product_of_ad]
        paid = (at["impressions"] * at["cpm"] / 1000).sum(axis=0)
        bought = (bought * one.price[one.product_of_ad][:, None]).sum(axis=0)
        return np.asarray((sales + bought) * one.margin - paid)

    # ── what is done ────────────────────────────────────────────────────────────────────────────
    def deed(self, day: int, lever: str, kind: str, metric: str, places: Sequence[int]) -> Deed:
        """What comes of moving *lever* on subjects of *kind*: drawn from the number of deeds so
        far."""
        # A chance of its own for each lever and subject and try, so that order changes nothing.
        tries = sum(1 for one in self.deeds if one.adds)
        word = [ord(letter) for letter in f"{lever} {kind}"]
        chance = np.random.default_rng([*self.seed, 7, tries, *word])
        helps, harms = self.levers.get(lever, (0.0, 0.0))
        drawn = chance.random()
        works = 1 if drawn < helps else -1 if drawn > 1 - harms else 0
        if not works:
            return Deed(day, {}, 0)
        adds: dict[str, dict[int, float]] = {}
        if kind == "ad" and lever in CHEAPER:
            for at in places:
                saved = chance.uniform(0.05, 0.4)
                adds.setdefault("cpm", {})[at] = works * math.log(1 - saved)
                adds.setdefault("impressions", {})[at] = -0.5 * saved
        elif kind == "ad" and lever in LARGER:
            adds["follow"] = {at: works * float(chance.uniform(0.02, 0.15)) for at in places}
        else:
            cause = MENDS.get((lever, kind))
            if metric == "engagement":
                cause = Cause.SILENCE
            if cause is None:
                return Deed(day, {}, 0)
            name = _NAME[cause]
            for one in dict.fromkeys(self._place(cause, kind, at) for at in places):
                adds.setdefault(name, {})[one] = self._mended(name, one, day, works, chance)
        return Deed(day, adds, works)

    def _place(self, cause: Cause, kind: str, at: int) -> int:
        if cause is Cause.PAGE and kind == "ad":
            return int(self.ill.product_of_ad[at])
        if cause is Cause.PAGE and kind == "video":
            return int(self.ill.product_of_video[at])
        return at

    def _mended(
        self, name: str, at: int, day: int, works: int, chance: np.random.Generator
    ) -> float:
        """How far a rate goes: a part of the way back to what it was, or a little; or down."""
        better = -1 if name == "cpm" else 1
        if works < 0:
            return -better * float(chance.uniform(0.1, 0.4))
        now = self.base[name][at, day] - self.shared[name][day] + self.added[name][at, day]
        gap = better * (math.log(getattr(self.well, name)[at]) - now)
        part, little = float(chance.beta(3, 1.5)), float(chance.uniform(0.02, 0.12))
        return better * (part * gap if gap > HARMED else little)

    # ── what is true of a deed ──────────────────────────────────────────────────────────────────
    def effect(self, deed: Deed, kind: str, metric: str, at: int) -> float:
        """The logarithm by which *deed* changes the *metric* of one subject."""

        def of(name: str, place: int) -> float:
            return deed.adds.get(name, {}).get(place, 0.0)

        if kind == "product":
            return of("ctor", at)
        if kind == "video":
            product = int(self.ill.product_of_video[at])
            return of("ctor", product) if metric == "ctor" else of(metric, at)
        buys = of("follow", at) + of("ctor", int(self.ill.product_of_ad[at]))
        return {
            "ctr": of("ctr", at),
            "cvr": buys,
            "roas": of("ctr", at) + buys - of("cpm", at),
            "cpc": of("cpm", at) - of("ctr", at),
            "cpm": of("cpm", at),
            "cpp": of("cpm", at) - of("ctr", at) - buys,
        }.get(metric, 0.0)


_NAME = {
    Cause.HOOK: "ctr",
    Cause.PAGE: "ctor",
    Cause.CALL: "view_ctr",
    Cause.AUDIENCE: "cpm",
    Cause.SILENCE: "engagement",
}


def life(seed: int, number: int, levers: Mapping[str, tuple[float, float]]) -> Life:
    """A shop; *levers* are the chances that an action on each helps and harms."""
    chance = np.random.default_rng([seed, number])
    well = healthy(chance)
    ill = ailing(well, chance)
    wander = float(chance.uniform(0.03, 0.12))
    season = _season(chance)
    shared = {name: season * tilt for name, tilt in _TILT.items()}
    for first, days, large in _promotions(chance):
        for name, lift in PROMOTION.items():
            shared[name][first : first + days] += large * math.log1p(lift)
    shared["follow"] = np.zeros(LENGTH)
    base = {}
    for name in NAMES:
        logs = np.log(getattr(ill, name))[:, None] + shared[name][None, :]
        if name != "follow":
            logs = logs + _wandering(chance, len(logs), wander)
        base[name] = logs
    for name in RATES:
        _struck(base[name], name, chance)
    return Life((seed, number), well, ill, base, shared, wander, levers)


_TILT = {
    "ctor": 0.6,
    "view_ctr": 0.4,
    "engagement": 0.3,
    "ctr": 0.5,
    "cpm": 0.7,
    "own_clicks": 1.5,
    "views": 1.0,
    "impressions": 1.0,
}


def _season(chance: np.random.Generator) -> Numbers:
    """A wave of half a year to a year."""
    days = np.arange(LENGTH)
    wave = np.sin(2 * np.pi * (days / chance.uniform(180, 365) + chance.random()))
    return np.asarray(chance.uniform(0.05, 0.25) * wave)


def _promotions(chance: np.random.Generator) -> list[tuple[int, int, float]]:
    """First day, days and size of each."""
    return [
        (int(chance.integers(0, LENGTH)), int(chance.integers(3, 8)), float(chance.uniform(0.5, 2)))
        for _ in range(int(chance.integers(3, 7)))
    ]


def _wandering(chance: np.random.Generator, many: int, wander: float) -> Numbers:
    keep = math.exp(-1 / BACK)
    steps = chance.normal(0, wander * math.sqrt(1 - keep**2), (many, LENGTH))
    found = np.empty((many, LENGTH))
    found[:, 0] = chance.normal(0, wander, many)
    for day in range(1, LENGTH):
        found[:, day] = keep * found[:, day - 1] + steps[:, day]
    return found


def _struck(logs: Numbers, name: str, chance: np.random.Generator) -> None:
    """Causes that come over subjects on some day; some leave them again."""
    for _ in range(int(chance.poisson(0.6))):
        at, first = int(chance.integers(0, len(logs))), int(chance.integers(20, LENGTH))
        leaves = chance.random() < LEAVES
        last = first + int(chance.exponential(90)) + 14 if leaves else LENGTH
        harm = chance.uniform(2.0, 4.0) if name == "cpm" else chance.uniform(0.15, 0.5)
        logs[at, first:last] += math.log(harm)


# ── what files say of it ────────────────────────────────────────────────────────────────────────
@attrs.define(eq=False)
class Files:
    """The counts of a shop, drawn day by day as time goes on; a column a day."""

    life: Life
    until: int = 0
    drawn: dict[str, Numbers] = attrs.field(factory=dict)

    def draw(self, until: int) -> None:
        """Draw the days up to *until*, which is not among them."""
        if until <= self.until:
            return
        days = slice(self.until, until)
        chance = np.random.default_rng([*self.life.seed, 1, self.until])
        for name, values in self._drawn(days, chance).items():
            have = self.drawn.get(name)
            axis = values.ndim - 1
            whole = values if have is None else np.concatenate([have, values], axis=axis)
            self.drawn[name] = whole
        self.until = until

    def _drawn(self, days: slice, chance: np.random.Generator) -> dict[str, Numbers]:
        one, life = self.life.ill, self.life
        at = {name: life.rate(name)[:, days] for name in NAMES}
        week = np.resize(WEEK, LENGTH)[days]

        def busy(usual: Numbers) -> Numbers:
            spread = chance.gamma(BUSY, 1 / BUSY, usual.shape)
            return np.asarray(chance.poisson(usual * week * spread))

        def items(orders: Numbers, price: Numbers) -> Numbers:
            return np.asarray((orders + chance.poisson(orders * 0.1)) * price[:, None] / 1.1)

        views = busy(at["views"])
        clicks = chance.binomial(views, np.minimum(at["view_ctr"], 1))
        orders = chance.binomial(clicks, np.minimum(at["ctor"][one.product_of_video], 1))
        sales = items(orders, one.price[one.product_of_video])
        shape = at["ctor"].shape
        of_video = [np.zeros(shape) for _ in range(3)]
        for made, whole in zip((clicks, orders, sales), of_video, strict=True):
            np.add.at(whole, one.product_of_video, made)
        own = busy(at["own_clicks"])
        bought = chance.binomial(own, np.minimum(at["ctor"], 1))
        impressions = busy(at["impressions"])
        ad_clicks = chance.binomial(impressions, np.minimum(at["ctr"], 1))
        rate = np.minimum(at["ctor"][one.product_of_ad] * at["follow"], 1)
        left = chance.binomial(ad_clicks, rate)
        arriving = []
        for lag in range(len(LATE)):
            part = chance.binomial(left, LATE[lag] / LATE[lag:].sum())
            arriving.append(part)
            left = left - part
        purchases = np.stack(arriving)
        revenue = np.stack([items(part, one.price[one.product_of_ad]) for part in purchases])
        spend = impressions * at["cpm"] / 1000 * chance.gamma(400, 1 / 400, impressions.shape)
        return {
            "v.views": views,
            "v.product_clicks": clicks,
            "v.sku_orders": orders,
            "v.gmv": sales,
            "v.likes": chance.poisson(views * at["engagement"]),
            "p.product_clicks": own + of_video[0],
            "p.sku_orders": bought + of_video[1],
            "p.gmv": items(bought, one.price) + of_video[2],
            "a.impressions": impressions,
            "a.clicks": ad_clicks,
            "a.spend": spend,
            "a.purchases": purchases,
            "a.ad_revenue": revenue,
        }

    def seen(self, first: int, until: int) -> dict[str, Numbers]:
        """What files say on the day *until* of the days from *first* on: of late sales what has
        arrived."""
        found = {}
        for name, values in self.drawn.items():
            if values.ndim == 2:
                found[name] = values[:, first:until]
                continue
            age = until - 1 - np.arange(first, until)
            there = np.arange(len(LATE))[:, None, None] <= age[None, None, :]
            found[name] = (values[:, :, first:until] * there).sum(axis=0)
        return found


def month_of(values: Numbers, first: int, days: int) -> Numbers:
    """The sum of *days* from *first* on, as of 30 days."""
    return np.asarray(values[:, first : first + days].sum(axis=1) * MONTH / days)
