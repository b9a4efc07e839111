"""Why a click is dear, why a return is low, where attention is lost: by exact identities.

Each ad is set against the shop's other ads together, in logarithms: there the identities
CPC = CPM / (1,000 x CTR) and ROAS = purchase rate x order value / CPC are sums, and a part's share
of the gap says how much of it that part explains. Nothing is said of a gap that chance may explain.
"""

import math
from collections.abc import Callable, Iterator

import polars as pl

from advisor import Counts
from advisor.stats import Z

LABELS = ("shop", "key", "name", "days")
KINDS = ("ad", "ad-group", "campaign")
MOST = 2 / 3  # of a gap that one part explains alone
GAP = math.log(1.1)  # nearer than 10 % is no gap
WEAK = math.log(0.75)  # a quarter less attention than the others'
ENOUGH_TO_COME = 4.0  # purchases that the others' rate would have brought

Find = Callable[[pl.DataFrame], pl.LazyFrame]


def drivers(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`cpc.driver` and `roas.driver` of classic ads, ad groups and campaigns; `attention.weak` of
    ads and of GMV Max creatives."""
    asked: list[tuple[str, tuple[str, ...], Find]] = []
    for kind in KINDS:
        asked += [
            (kind, ("spend", "impressions", "clicks"), cpc_driver),
            (kind, ("spend", "clicks", "purchases", "ad_revenue"), roas_driver),
        ]
    plays = ("impressions", "plays_2s", "plays_6s")  # of an idea; a campaign has several
    asked += [
        ("ad", plays, weak_attention),
        ("creative", tuple(f"gmv_max_{play}" for play in plays), weak_attention),
    ]
    for kind, names, find in asked:
        if counts.having(kind, names):
            yield kind, find(counts.sums(kind, names))


def cpc_driver(ads: pl.DataFrame) -> pl.LazyFrame:
    """`shop`, `key` and `cpc.driver` of each ad whose clicks are surely dearer than the others'.

    *ads* has `shop`, `key`, `spend`, `impressions` and `clicks`.
    """
    clicks, impressions, spend = pl.col("clicks"), pl.col("impressions"), pl.col("spend")
    gap, price = _gap(spend, clicks), _gap(spend, impressions)
    share = price / gap
    noise = Z * (1 / clicks + 1 / _others(clicks)).sqrt()
    word = pl.when(share >= MOST).then(pl.lit("cpm")).when(share <= 1 - MOST).then(pl.lit("ctr"))
    # What is shown is bought, only clicks come by chance: they have to carry their own part.
    clicked = (share > 1 - MOST) | (gap - price - noise > 0)
    sure = (clicks > 0) & (gap - noise > GAP) & clicked
    return _symbols_where("cpc.driver", ads, sure, word.otherwise(pl.lit("both")))


def roas_driver(ads: pl.DataFrame) -> pl.LazyFrame:
    """`shop`, `key` and `roas.driver` of each ad that surely returns less than the others.

    *ads* has `shop`, `key`, `spend`, `clicks`, `purchases` and `ad_revenue`. An ad without a
    purchase where the others' rate would have brought some has lost them after the click.
    """
    spend, clicks = pl.col("spend"), pl.col("clicks")
    purchases, revenue = pl.col("purchases"), pl.col("ad_revenue")
    gap = _gap(revenue, spend)
    # Each order's value is as spread as an exponential one: half of what is uncertain is how many
    # orders there are, half is what they are worth.
    few = 1 / purchases + 1 / _others(purchases)
    parts = {
        "cvr": (_gap(purchases, clicks), few),
        "aov": (_gap(revenue, purchases), few),
        "cpc": (-_gap(spend, clicks), 1 / clicks + 1 / _others(clicks)),
    }
    expected = clicks * _others(purchases) / _others(clicks)
    without = (purchases == 0) & (expected >= ENOUGH_TO_COME)
    low = (purchases > 0) & (gap + Z * (2 * few).sqrt() < -GAP)
    alone = {name: (part / gap).fill_nan(0.0) >= MOST for name, (part, _) in parts.items()}
    told = {name: part + Z * noise.sqrt() < 0 for name, (part, noise) in parts.items()}
    word = pl.coalesce(
        pl.when(without).then(pl.lit("cvr")),
        *(pl.when(low & alone[name] & told[name]).then(pl.lit(name)) for name in parts),
        pl.when(low & ~pl.any_horizontal(alone.values())).then(pl.lit("several")),
    )
    return _symbols_where("roas.driver", ads, pl.lit(value=True), word)


def weak_attention(ads: pl.DataFrame) -> pl.LazyFrame:
    """`shop`, `key` and `attention.weak`: which part of the ad surely holds a quarter fewer people
    than that of the others together: the opening (2-second plays / impressions), the body (6-second
    plays / 2-second plays).

    *ads* has `shop`, `key` and, in this order, impressions, 2-second and 6-second plays.
    """
    shown, two, six = (pl.col(c) for c in ads.columns if c not in LABELS)
    opening, body = _lost(two, shown), _lost(six, two)
    word = (
        pl.when(opening & body)
        .then(pl.lit("both"))
        .when(opening)
        .then(pl.lit("opening"))
        .when(body)
        .then(pl.lit("body"))
    )
    return _symbols_where(
        "attention.weak", ads, pl.lit(value=True), word.otherwise(pl.lit("neither"))
    )


def _others(count: pl.Expr) -> pl.Expr:
    """What is counted of the shop's other ads together."""
    return count.sum().over("shop") - count


def _gap(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    """Logarithm of a ratio over that of the others together."""
    return (top / bottom).log() - (_others(top) / _others(bottom)).log()


def _lost(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    noise = Z * (1 / top + 1 / _others(top)).sqrt()
    return _gap(top, bottom) + noise < WEAK


def _symbols_where(symbol: str, ads: pl.DataFrame, sure: pl.Expr, word: pl.Expr) -> pl.LazyFrame:
    """Where *sure*, the word; ads that nothing was counted of are no others."""
    base = next(c for c in ads.columns if c not in LABELS)
    there = ads.lazy().filter(pl.col(base) > 0).filter(pl.len().over("shop") > 1)
    said = there.select(
        "shop", "key", pl.when(sure.fill_null(value=False)).then(word).alias(symbol)
    )
    return said.drop_nulls(symbol)
