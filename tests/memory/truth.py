"""What is true of an action, from the world alone."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.memory.world import BACK, LATE, Deed, Files, Life

DAYS = 28
MONTH = 30
Numbers = np.ndarray[Any, np.dtype[Any]]

# Numerator and denominator of each metric among the counts, and which of them is the chance.
COUNTS = {
    ("product", "ctor"): ("p.sku_orders", "p.product_clicks"),
    ("video", "view_ctr"): ("v.product_clicks", "v.views"),
    ("video", "ctor"): ("v.sku_orders", "v.product_clicks"),
    ("video", "engagement"): ("v.likes", "v.views"),
    ("ad", "ctr"): ("a.clicks", "a.impressions"),
    ("ad", "cvr"): ("a.purchases", "a.clicks"),
    ("ad", "roas"): ("a.ad_revenue", "a.spend"),
    ("ad", "cpc"): ("a.spend", "a.clicks"),
    ("ad", "cpm"): ("a.spend", "a.impressions"),
    ("ad", "cpp"): ("a.spend", "a.purchases"),
}
_RATES = {"roas": 3, "cpc": 2, "cpp": 3, "cvr": 1}  # how many rates wander in it


def power(
    life: Life, kind: str, metric: str, places: Sequence[int], day: int, effect: float
) -> float:
    """The chance that a test of the 28 days before and after tells *effect* (5%, two-sided), to
    which the variances are known."""
    if (kind, metric) not in COUNTS or not effect:
        return 0.0
    per_day = _events(life, kind, metric)[list(places)][:, max(day - DAYS, 0) : day].mean(axis=1)
    chance = 2 / np.maximum(per_day * DAYS, 1e-9)
    own = 2 * life.wander**2 * _of_mean() * (1 - _between()) * _RATES.get(metric, 1)
    sd = math.sqrt(float((chance + own).mean()) / len(places))
    score = abs(effect) / sd - 1.96
    return 0.5 * math.erfc(-score / math.sqrt(2))


def _events(life: Life, kind: str, metric: str) -> Numbers:
    """The events a day that carry the chance of *metric*."""
    one = life.ill
    at = life.rate
    if kind == "product":
        clicks = at("own_clicks")
        np.add.at(clicks, one.product_of_video, at("views") * at("view_ctr"))
        return np.asarray(clicks * at("ctor"))
    if kind == "video":
        if metric == "engagement":
            return np.asarray(at("views") * at("engagement"))
        clicks = at("views") * at("view_ctr")
        return clicks if metric == "view_ctr" else clicks * at("ctor")[one.product_of_video]
    clicks = at("impressions") * at("ctr")
    if metric in ("ctr", "cpc"):
        return clicks
    if metric == "cpm":
        return at("impressions") * 100
    return np.asarray(clicks * at("ctor")[one.product_of_ad] * at("follow"))


def _of_mean() -> float:
    """The variance of the mean of 28 days of what wanders with variance 1."""
    days = np.arange(DAYS)
    return float(np.exp(-np.abs(days[:, None] - days[None, :]) / BACK).mean())


def _between() -> float:
    """How much two means of 28 days, one after the other, have in common."""
    days = np.arange(DAYS)
    apart = np.abs(days[:, None] - (days[None, :] + DAYS + 1))
    return float(np.exp(-apart / BACK).mean()) / _of_mean()


def plain_change(
    files: Files, kind: str, metric: str, places: Sequence[int], day: int
) -> float | None:
    """The ratio of *metric* in the 28 days after to that in the 28 before, all its subjects as
    one; None where there is none."""
    if (kind, metric) not in COUNTS:
        return None
    values = []
    for first in (day - DAYS, day + 1):
        sums = []
        for name in COUNTS[kind, metric]:
            drawn = files.drawn[name]
            whole = drawn.sum(axis=0) if drawn.ndim == len(LATE[:, None].shape) + 1 else drawn
            sums.append(float(whole[list(places), first : first + DAYS].sum()))
        if not sums[0] or not sums[1]:
            return None
        values.append(sums[0] / sums[1])
    return values[1] / values[0]


def brought(
    life: Life, files: Files, kind: str, metric: str, places: Sequence[int], deed: Deed, day: int
) -> float | None:
    """The money in 30 days by which the 28 days after were better for *deed*: what it changed of
    *metric*, for as much as there truly was of its denominator."""
    one, at = life.ill, list(places)
    days = slice(day + 1, day + 1 + DAYS)
    margin = one.margin

    def counted(name: str) -> Numbers:
        drawn = files.drawn[name]
        whole = drawn.sum(axis=0) if drawn.ndim == 3 else drawn
        return np.asarray(whole[at, days])

    def rate(name: str, *, without: bool = False) -> Numbers:
        return life.rate(name, without=deed if without else None)

    def change(*names: str) -> Numbers:
        """The product of rates of the subjects, less what it would have been."""
        of = {"ctor": one.product_of_ad if kind == "ad" else one.product_of_video}
        both = []
        for without in (False, True):
            value = np.ones((len(at), DAYS))
            for name in names:
                under = name.startswith("/")
                rates = rate(name.strip("/"), without=without)
                if name.strip("/") == "ctor" and kind != "product":
                    rates = rates[of["ctor"]]
                part = rates[at][:, days]
                value = value / part if under else value * part
            both.append(value)
        return np.asarray(both[0] - both[1])

    month = MONTH / DAYS
    if (kind, metric) == ("product", "ctor"):
        money = counted("p.product_clicks") * change("ctor") * one.price[at][:, None] * margin
    elif kind == "video" and metric == "view_ctr":
        product = one.product_of_video[at]
        each = rate("ctor")[product][:, days] * one.price[product][:, None] * margin
        money = counted("v.views") * change("view_ctr") * each
    elif kind == "video" and metric == "ctor":
        each = one.price[one.product_of_video[at]][:, None] * margin
        money = counted("v.product_clicks") * change("ctor") * each
    elif kind == "ad" and metric == "ctr":
        product = one.product_of_ad[at]
        each = rate("ctor")[product] * one.price[product][:, None] * margin
        each = (each * rate("follow")[at])[:, days]
        money = counted("a.impressions") * change("ctr") * each
    elif kind == "ad" and metric == "roas":
        each = 1000 * one.price[one.product_of_ad[at]][:, None] * margin
        money = counted("a.spend") * change("ctr", "ctor", "follow", "/cpm") * each
    elif kind == "ad" and metric == "cpc":
        money = -counted("a.clicks") * change("cpm", "/ctr") / 1000
    elif kind == "ad" and metric == "cpp":
        money = -counted("a.purchases") * change("cpm", "/ctr", "/ctor", "/follow") / 1000
    else:
        return None
    return float(money.sum() * month)
