"""GMV Max creatives beside those of the same product and campaign: which spent without an order,
which lose people where the others do not, and how the money of a campaign or product is spread."""

import math
from collections.abc import Iterator

import polars as pl

from advisor import Counts
from advisor.stats import UNSEEN_DAYS, UNSEEN_SPREAD, Z, byar, lognormal, wilson
from advisor_tiktok_ads.creatives import CARD
from advisor_tiktok_ads.drivers import WEAK
from advisor_tiktok_ads.without_results import lost_conversions

COST, ORDERS, REVENUE = "gmv_max_cost", "gmv_max_orders", "gmv_max_revenue"
SHOWN, CLICKS = "gmv_max_impressions", "gmv_max_clicks"
PLAYS_2S, PLAYS_6S = "gmv_max_plays_2s", "gmv_max_plays_6s"
_CAMPAIGN, _PRODUCT = "parent.campaign", "parent.product"
_GROUP = ("shop", _CAMPAIGN, _PRODUCT)  # creatives that sell the same under the same target
_CHANCE = 0.05  # that any creative of the shop is named by chance
_LEAST_DAYS = 7  # a younger creative may still be tested
_LEAST_SHOWN = 1_000  # impressions; with fewer a creative says nothing
_LEAST_CLICKS = 30  # of the others together, before few clicks say something


def gmv_max_creatives(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`lost_gmv_max_orders` and `creative.weak` of creatives, `gmv_max_cost_share` of creatives and
    products, `card_cost_share`, `top_video_share` and `orders_per_ad_click` of campaigns,
    `product_roi` of products, and `gmv_max_orders_due` of campaigns and products."""
    if counts.having("creative"):
        results = _creatives(counts, (COST, ORDERS))
        yield "creative", lost_orders(results, _creatives(counts, (COST, CLICKS)))
        yield "creative", weak_part(_creatives(counts, (SHOWN, PLAYS_2S, PLAYS_6S, CLICKS)))
        yield "creative", cost_share(results, "shop", _CAMPAIGN)
        yield "campaign", card_share(results)
        yield "campaign", top_share(_creatives(counts, (ORDERS, REVENUE)))
        yield "campaign", orders_per_click(_creatives(counts, (ORDERS, CLICKS)))
    if counts.having("creative") or counts.having("product", (COST,)):
        products = _products(counts)
        yield "product", product_roi(products)
        yield "product", orders_due(products)
    if counts.having("campaign", (COST, ORDERS)):
        yield "campaign", orders_due(counts.sums("campaign", (COST, ORDERS)).lazy())


def lost_orders(creatives: pl.LazyFrame, clicked: pl.LazyFrame) -> pl.LazyFrame:
    """How many orders each creative without any would have brought: its cost at what an order
    costs with the others of its product and campaign, or its clicks (*clicked*) at their orders per
    click, whichever is fewer; where so many do not fail to come by chance (Poisson, shared among
    all creatives of the shop). 0 for creatives that sell, and nothing where it is too early.

    Orders count organic ones too, on both sides.
    """
    cost, orders, clicks = pl.col(COST), pl.col(ORDERS), pl.col(CLICKS)
    known = clicked.select("shop", "key", CLICKS)
    rows = creatives.filter(cost > 0).join(
        known, on=("shop", "key"), how="left", maintain_order="left"
    )
    others = orders.sum().over(_GROUP) - orders
    by_cost = cost * others / (cost.sum().over(_GROUP) - cost)
    by_clicks = clicks * others / (clicks.sum().over(_GROUP) - clicks)
    expected = pl.min_horizontal(by_cost, by_clicks.fill_nan(None))
    least = expected * byar(others)[0] / others
    needed = (pl.len().over("shop") / _CHANCE).log()
    grown = pl.col("days").fill_null(float(_LEAST_DAYS)) >= _LEAST_DAYS
    value = (
        pl.when(orders > 0).then(0.0).when((others > 0) & (least >= needed) & grown).then(expected)
    )
    return _exact(rows.with_columns(value.alias("lost_gmv_max_orders")), "lost_gmv_max_orders")


def orders_due(rows: pl.LazyFrame) -> pl.LazyFrame:
    """`gmv_max_orders_due`: how many orders a campaign or product without any would have brought
    even at the highest cost per order of the shop's others, as products differ in price; see
    lost_conversions."""
    named = {COST: "spend", ORDERS: "conversions"}
    asked = rows.select("shop", "key", "days", pl.lit("").alias("name"), COST, ORDERS)
    found = lost_conversions(asked.rename(named), differ=True).drop("name")
    ends = {f"lost_conversions{end}": f"gmv_max_orders_due{end}" for end in ("", ".lo", ".hi")}
    return found.rename(ends)


def weak_part(creatives: pl.LazyFrame) -> pl.LazyFrame:
    """`creative.weak`: where a creative surely loses a quarter more people than the others of its
    product and campaign: `hook` (2-second plays / impressions), `middle` (6-second / 2-second
    plays) or `click` (product clicks / impressions)."""
    rows = creatives.filter(pl.col(SHOWN) >= _LEAST_SHOWN).filter(pl.len().over(_GROUP) > 1)
    shown, two, six, clicks = (pl.col(c) for c in (SHOWN, PLAYS_2S, PLAYS_6S, CLICKS))
    enough = _others(clicks) >= _LEAST_CLICKS
    word = (
        pl.when(_loses(two, shown))
        .then(pl.lit("hook"))
        .when(_loses(six, two))
        .then(pl.lit("middle"))
        .when(enough & _loses(clicks, shown))
        .then(pl.lit("click"))
        .otherwise(pl.lit("none"))
    )
    return rows.select("shop", "key", word.alias("creative.weak")).sort("shop", "key")


def cost_share(rows: pl.LazyFrame, *within: str) -> pl.LazyFrame:
    """`gmv_max_cost_share`: of the cost of all that stand in the same place."""
    whole = pl.col(COST).sum().over(within)
    share = pl.when(whole > 0).then(pl.col(COST) / whole).alias("gmv_max_cost_share")
    return _exact(rows.with_columns(share), "gmv_max_cost_share")


def card_share(creatives: pl.LazyFrame) -> pl.LazyFrame:
    """`card_cost_share` of campaigns: what product cards cost of the whole."""
    cards = pl.col(COST).filter(pl.col("key").str.ends_with(CARD)).sum()
    campaigns = creatives.drop_nulls(_CAMPAIGN).group_by("shop", _CAMPAIGN, maintain_order=True)
    share = pl.when(pl.col(COST).sum() > 0).then(cards / pl.col(COST).sum())
    return _of_campaigns(campaigns.agg(share.alias("card_cost_share")), "card_cost_share")


def top_share(creatives: pl.LazyFrame) -> pl.LazyFrame:
    """`top_video_share` of campaigns: the revenue of the best video of that of all creatives, with
    limits from the number of orders."""
    video, revenue = ~pl.col("key").str.ends_with(CARD), pl.col(REVENUE)
    campaigns = creatives.drop_nulls(_CAMPAIGN).group_by("shop", _CAMPAIGN, maintain_order=True)
    share = (revenue.filter(video).max() / revenue.sum()).alias("top_video_share")
    sums = campaigns.agg(share, pl.col(ORDERS).sum().alias("orders"), pl.len().alias("many"))
    known = sums.filter((pl.col("orders") > 0) & (pl.col("many") > 1)).drop_nulls("top_video_share")
    orders, value = pl.col("orders").cast(pl.Float64), pl.col("top_video_share")
    low, high = wilson(value * orders, orders)
    return known.select(
        "shop",
        pl.col(_CAMPAIGN).alias("key"),
        value,
        low.alias("top_video_share.lo"),
        high.alias("top_video_share.hi"),
        orders.alias("top_video_share.n"),
    ).sort("shop", "key")


def orders_per_click(creatives: pl.LazyFrame) -> pl.LazyFrame:
    """`orders_per_ad_click` of campaigns: SKU orders, paid and organic, for each ad click."""
    campaigns = creatives.drop_nulls(_CAMPAIGN).group_by("shop", _CAMPAIGN, maintain_order=True)
    sums = campaigns.agg(pl.col(ORDERS).sum(), pl.col(CLICKS).sum()).filter(pl.col(CLICKS) > 0)
    low, high = byar(pl.col(ORDERS))
    name = "orders_per_ad_click"
    return sums.select(
        "shop",
        pl.col(_CAMPAIGN).alias("key"),
        (pl.col(ORDERS) / pl.col(CLICKS)).alias(name),
        (low / pl.col(CLICKS)).alias(f"{name}.lo"),
        (high / pl.col(CLICKS)).alias(f"{name}.hi"),
        pl.col(CLICKS).cast(pl.Float64).alias(f"{name}.n"),
    ).sort("shop", "key")


def product_roi(products: pl.LazyFrame) -> pl.LazyFrame:
    """`product_roi` and `gmv_max_cost_share` of the products that GMV Max spends on."""
    spent = products.filter(pl.col(COST) > 0)
    orders = pl.col(ORDERS)
    value = pl.col(REVENUE) / pl.col(COST)
    # Each order's value is as spread as an exponential one, so it counts for half; and days vary.
    beside = UNSEEN_SPREAD**2 / pl.col("days").fill_null(UNSEEN_DAYS)
    low, high = lognormal(value, (2 / orders + beside).sqrt())
    share = pl.col(COST) / pl.col(COST).sum().over("shop")
    shares = _exact(spent.with_columns(share.alias("gmv_max_cost_share")), "gmv_max_cost_share")
    known = spent.filter((orders > 0) & (pl.col(REVENUE) > 0)).select(
        "shop",
        "key",
        value.alias("product_roi"),
        low.alias("product_roi.lo"),
        high.alias("product_roi.hi"),
        orders.alias("product_roi.n"),
    )
    return shares.join(known, on=("shop", "key"), how="left", maintain_order="left")


def _creatives(counts: Counts, names: tuple[str, ...]) -> pl.LazyFrame:
    """Each creative with its campaign, its product and *names* added up."""
    rows = counts.rows("creative", names, labels=(_CAMPAIGN, _PRODUCT)).lazy()
    length = (pl.col("to") - pl.col("from")).dt.total_days() + 1
    return (
        rows.group_by("shop", "key", maintain_order=True)
        .agg(
            pl.col(_CAMPAIGN, _PRODUCT).last(),
            length.sum().cast(pl.Float64).alias("days"),
            pl.col(names).sum(),
        )
        .with_columns(pl.when(pl.col("days") > 0).then("days").alias("days"))
    )


def _products(counts: Counts) -> pl.LazyFrame:
    """Each product that GMV Max spends on: of its own rows, else of its creatives."""
    names = (COST, ORDERS, REVENUE)
    columns = ("shop", "key", "days", *names)
    own = counts.sums("product", names).lazy().select(columns)
    creatives = _creatives(counts, names).drop_nulls(_PRODUCT)
    of_creatives = (
        creatives.group_by("shop", _PRODUCT, maintain_order=True)
        .agg(pl.col("days").max(), pl.col(names).sum())
        .rename({_PRODUCT: "key"})
        .join(own, on="shop", how="anti", maintain_order="left")
    )
    return pl.concat([own, of_creatives.select(columns)], how="vertical_relaxed")


def _others(count: pl.Expr) -> pl.Expr:
    return count.sum().over(_GROUP) - count


def _loses(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    """Whether *top* / *bottom* surely is a quarter lower than that of the others together."""
    gap = (top / bottom).log() - (_others(top) / _others(bottom)).log()
    noise = Z * (1 / top + 1 / _others(top)).sqrt()
    none = (top == 0) & (bottom * _others(top) / _others(bottom) >= -math.log(_CHANCE))
    return (none | ((top > 0) & (gap + noise < WEAK))).fill_null(value=False)


def _of_campaigns(frame: pl.LazyFrame, metric: str) -> pl.LazyFrame:
    return _exact(frame.rename({_CAMPAIGN: "key"}), metric)


def _exact(frame: pl.LazyFrame, metric: str) -> pl.LazyFrame:
    """`shop`, `key` and *metric*, with limits that are its value: nothing of it is chance."""
    limits = (pl.col(metric).alias(f"{metric}.{end}") for end in ("lo", "hi"))
    known = frame.drop_nulls(metric)
    return known.select("shop", "key", metric, *limits).sort("shop", "key")
