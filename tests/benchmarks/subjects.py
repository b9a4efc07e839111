"""Measured subjects and rules for measuring how fast rules are judged."""

import itertools

import numpy as np
import polars as pl

from advisor.condition import Test as Ask
from advisor.grade import Grader
from advisor.measure import CountedRows, Measured, Wanted, measure
from advisor.reading import Grain
from advisor.rule import Rule
from tests.benchmarks.baselines.raw_durable import Limit, NumericRule
from tests.core import CURRENT, SHOP, WINDOW, WORDS, grader, rule

METRICS = ("ctr", "order_rate", "cpc", "roas")
# How far off each metric is good, and in which direction it is bad.
_EDGE = {"ctr": 0.01, "order_rate": 0.02, "cpc": 1.5, "roas": 2.0}
_WORSE = {"ctr": -1, "order_rate": -1, "cpc": 1, "roas": -1}
_STEPS = 7


def rules(count: int = 40) -> tuple[list[Rule], list[NumericRule]]:
    """*count* rules of two limits each, for us and as comparisons of the intervals' bounds."""
    ours: list[Rule] = []
    numeric: list[NumericRule] = []
    pairs = itertools.combinations(METRICS, 2)
    for (one, other), step in itertools.islice(itertools.product(pairs, range(_STEPS)), count):
        limits = [_limit(metric, step) for metric in (one, other)]
        name = f"{one}-{other}-{step}"
        ours.append(rule(name, *(_ask(limit) for limit in limits)))
        numeric.append((f"test/{name}", tuple(limits)))
    return ours, numeric


def _limit(metric: str, step: int) -> Limit:
    factor = 1 + _WORSE[metric] * 0.09 * step
    side = "lo" if _WORSE[metric] > 0 else "hi"
    return (f"{metric}_{side}", "$gte" if side == "lo" else "$lte", _EDGE[metric] * factor)


def _ask(limit: Limit) -> Ask:
    column, operator, value = limit
    metric = column.rpartition("_")[0]
    return Ask(metric, at_least=value) if operator == "$gte" else Ask(metric, at_most=value)


def subjects(count: int, *, sick_share: float = 0.05, seed: int = 1) -> Measured:
    """*count* ads; about *sick_share* of them have two metrics on the wrong side."""
    random = np.random.default_rng(seed)
    bad = random.random(count) < sick_share
    pair = random.integers(0, 6, count)
    off = dict.fromkeys(METRICS, np.zeros(count, dtype=bool))
    for number, (one, other) in enumerate(itertools.combinations(METRICS, 2)):
        chosen = bad & (pair == number)
        off[one] = off[one] | chosen
        off[other] = off[other] | chosen
    value = {
        metric: edge
        * np.where(
            off[metric],
            1 + _WORSE[metric] * random.uniform(0.3, 0.6, count),
            1 - _WORSE[metric] * random.uniform(0.3, 0.6, count),
        )
        for metric, edge in _EDGE.items()
    }
    impressions = np.round(random.uniform(4e6, 8e6, count))
    clicks = np.round(impressions * value["ctr"])
    orders = np.round(clicks * value["order_rate"])
    spend = clicks * value["cpc"]
    frame = pl.DataFrame(
        {
            "shop": [SHOP] * count,
            "key": [str(number) for number in range(count)],
            "name": [f"Ad {number}" for number in range(count)],
            "from": [CURRENT.first] * count,
            "to": [CURRENT.last] * count,
            "impressions": impressions,
            "clicks": clicks,
            "orders": orders,
            "spend": spend,
            "gmv": spend * value["roas"],
        }
    )
    rows = CountedRows("ad", "files", Grain.PERIOD, frame)
    return measure([rows], {"ad": Wanted(frozenset(METRICS))}, WINDOW, WORDS)["ad"]


def bounds(measured: Measured) -> list[dict[str, float | str]]:
    """Each subject's key and the bounds of its intervals, as facts of plain numbers."""
    columns = {f"{m}_{side}": pl.col(f"{m}.{side}") for m in METRICS for side in ("lo", "hi")}
    facts: list[dict[str, float | str]] = measured.frame.select("key", **columns).to_dicts()
    return facts


def usual() -> Grader:
    """Whoever grades; the limits are the rules' own."""
    return grader()
