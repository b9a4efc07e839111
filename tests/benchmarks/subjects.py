"""Measured ads and rules for measuring how fast rules are judged."""

import itertools

import numpy as np
import polars as pl

from advisor.judge.grade import Grader
from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import Measured, measure
from advisor.metrics.required import RequiredMetrics
from advisor.model.bands import Band, BandFile, Bands
from advisor.model.condition import Test as Ask
from advisor.model.reading import Grain
from advisor.model.rule import Rule
from advisor.plugin.loading import load_plugins
from tests.benchmarks.baselines.raw_durable import Limit, NumericRule
from tests.core import CURRENT, SHOP, TODAY, US, WINDOW, rule

# What each metric usually is, and in which direction it is bad. The first seven are drawn, the
# others follow from them by the identities of the vocabulary.
USUAL = {
    "ctr": (0.015, "low"),
    "click_conversion": (0.08, "low"),
    "cvr": (0.03, "low"),
    "cpc": (0.8, "high"),
    "ad_aov": (60.0, "low"),
    "ad_checkout_rate": (0.07, "low"),
    "hook_rate": (0.4, "low"),
    "cpm": (12.0, "high"),
    "cpp": (0.8 / 0.03, "high"),
    "roas": (0.03 * 60.0 / 0.8, "low"),
    "impression_conversion": (0.0012, "low"),
    "cost_per_conversion": (10.0, "high"),
}
DRAWN = tuple(USUAL)[:7]
LOW, HIGH = 0.75, 1.5  # times the usual: the band of each metric


def rules() -> tuple[list[Rule], list[NumericRule]]:
    """Forty rules on two levels each, for us and as comparisons of the intervals' bounds: two bad
    ones, or a bad one where another is good, as the guide's are."""
    both = [(one, other, False) for one, other in itertools.combinations(DRAWN, 2)]
    alone = [(one, DRAWN[at - 1], True) for at, one in enumerate(DRAWN)]
    derived = itertools.product(tuple(USUAL)[len(DRAWN) :], DRAWN[::2])
    causes = [(one, other, False) for one, other in derived][:12]
    ours: list[Rule] = []
    numeric: list[NumericRule] = []
    for one, other, good in (*both, *alone, *causes):
        beside = _GOOD[USUAL[other][1]] if good else (USUAL[other][1],)
        asked = (one, (USUAL[one][1],)), (other, beside)
        name = f"{one}-{other}-{good}"
        ours.append(rule(name, *(Ask(metric, is_=levels) for metric, levels in asked)))
        numeric.append((f"test/{name}", tuple(_limit(metric, levels) for metric, levels in asked)))
    return ours, numeric


_GOOD = {"low": ("good", "high"), "high": ("low", "good")}


def _limit(metric: str, levels: tuple[str, ...]) -> Limit:
    usual = USUAL[metric][0]
    if levels == ("low",):
        return (f"{metric}_hi", "$lt", usual * LOW)
    if levels == ("high",):
        return (f"{metric}_lo", "$gt", usual * HIGH)
    if "low" in levels:
        return (f"{metric}_hi", "$lte", usual * HIGH)
    return (f"{metric}_lo", "$gte", usual * LOW)


def subjects(count: int, *, sick_share: float = 0.05, seed: int = 1) -> Measured:
    """*count* ads; about *sick_share* of them have one metric far on the wrong side."""
    random = np.random.default_rng(seed)
    bad = random.random(count) < sick_share
    which = random.integers(0, len(DRAWN), count)
    value = {}
    for place, metric in enumerate(DRAWN):
        usual, side = USUAL[metric]
        worse = 0.4 if side == "low" else 2.5
        factor = np.where(bad & (which == place), worse, random.uniform(0.97, 1.08, count))
        value[metric] = usual * factor
    impressions = np.round(random.uniform(4e7, 8e7, count))
    clicks = np.round(impressions * value["ctr"])
    purchases = np.round(clicks * value["cvr"])
    page_views = np.round(clicks * 0.9)
    frame = pl.DataFrame(
        {
            "shop": [SHOP] * count,
            "key": [str(number) for number in range(count)],
            "name": [f"Ad {number}" for number in range(count)],
            "from": [CURRENT.first] * count,
            "to": [CURRENT.last] * count,
            "impressions": impressions,
            "clicks": clicks,
            "conversions": np.round(clicks * value["click_conversion"]),
            "purchases": purchases,
            "spend": clicks * value["cpc"],
            "ad_revenue": purchases * value["ad_aov"],
            "ad_page_views": page_views,
            "ad_checkouts": np.round(page_views * value["ad_checkout_rate"]),
            "plays_2s": np.round(impressions * value["hook_rate"]),
        }
    )
    rows = CountedRows("ad", "files", Grain.PERIOD, frame)
    return measure(
        [rows], {"ad": RequiredMetrics(frozenset(USUAL))}, WINDOW, load_plugins().vocabulary()
    )["ad"]


def bounds(measured: Measured) -> list[dict[str, float | str]]:
    """Each subject's key and the bounds of its intervals, as facts of plain numbers."""
    columns = {f"{m}_{side}": pl.col(f"{m}.{side}") for m in USUAL for side in ("lo", "hi")}
    facts: list[dict[str, float | str]] = measured.frame.select("key", **columns).to_dicts()
    return facts


def usual() -> Grader:
    """Grades by a band around what is usual."""
    bands = (Band(m, low=at * LOW, high=at * HIGH) for m, (at, _) in USUAL.items())
    file = BandFile("usual", "what is usual", tuple(bands))
    return Grader(load_plugins().vocabulary(), Bands((file,)), {US.id: US}, TODAY)
