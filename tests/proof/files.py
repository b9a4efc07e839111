"""What a shop's exports say of its world: counts drawn day by day."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from advisor.model.reading import File, Grain, Links, Period, Reading, Table
from tests.proof.world import DAYS, Numbers, World

LAST = date(2026, 10, 31)
FIRST = LAST - timedelta(days=DAYS - 1)
BUSY = 40.0  # how evenly days are: the shape of a gamma whose mean is 1
WEEK = np.array([0.95, 0.92, 0.94, 1.0, 1.06, 1.1, 1.03])


def readings(world: World, chance: np.random.Generator) -> tuple[Reading, ...]:
    """Three daily exports, of videos, products and ads."""
    videos, clicks_of, orders_of, sales_of = _videos(world, chance)
    products = _products(world, chance, clicks_of, orders_of, sales_of)
    links = Links(
        "video-products",
        pl.DataFrame(
            {
                "from": [f"v{i}" for i in range(len(world.views))],
                "to": [f"p{i}" for i in world.product_of_video],
            }
        ),
    )
    return (
        _reading("videos.csv", Table("video", "content", Grain.DAY, videos), (links,)),
        _reading("products.csv", Table("product", "products", Grain.DAY, products)),
        _reading("ads.csv", Table("ad", "ads", Grain.DAY, _ads(world, chance))),
    )


def _videos(
    world: World, chance: np.random.Generator
) -> tuple[pl.DataFrame, Numbers, Numbers, Numbers]:
    views = _busy(world.views, chance)
    clicks = chance.binomial(views, world.view_ctr[:, None])
    orders = chance.binomial(clicks, world.ctor[world.product_of_video][:, None])
    sales = _sales(orders, world.price[world.product_of_video], chance)
    told = chance.poisson(views * world.engagement[:, None])
    frame = _frame(
        "v",
        {
            "views": views,
            "product_clicks": clicks,
            "sku_orders": orders,
            "orders": orders,
            "gmv": sales,
            "likes": told,
            "comments": np.zeros_like(told),
            "shares": np.zeros_like(told),
        },
    )
    shape = (len(world.price), DAYS)
    sums = [np.zeros(shape), np.zeros(shape), np.zeros(shape)]
    for made, whole in zip((clicks, orders, sales), sums, strict=True):
        np.add.at(whole, world.product_of_video, made)
    return frame, sums[0], sums[1], sums[2]


def _products(
    world: World, chance: np.random.Generator, clicks: Numbers, orders: Numbers, sales: Numbers
) -> pl.DataFrame:
    own = _busy(world.own_clicks, chance)
    bought = chance.binomial(own, world.ctor[:, None])
    return _frame(
        "p",
        {
            "product_clicks": own + clicks,
            "sku_orders": bought + orders,
            "orders": bought + orders,
            "gmv": _sales(bought, world.price, chance) + sales,
        },
    )


def _ads(world: World, chance: np.random.Generator) -> pl.DataFrame:
    impressions = _busy(world.impressions, chance)
    clicks = chance.binomial(impressions, world.ctr[:, None])
    purchases = chance.binomial(clicks, np.minimum(world.cvr, 1)[:, None])
    spend = impressions * world.cpm[:, None] / 1000 * chance.gamma(400, 1 / 400, impressions.shape)
    revenue = _sales(purchases, world.price[world.product_of_ad], chance)
    return _frame(
        "a",
        {
            "impressions": impressions,
            "clicks": clicks,
            "spend": spend,
            "purchases": purchases,
            "ad_revenue": revenue,
        },
    )


def _busy(usual: Numbers, chance: np.random.Generator) -> Numbers:
    """How many there are on each day: the season of the week, and days that vary."""
    season = np.tile(WEEK, DAYS // 7)
    days = usual[:, None] * season * chance.gamma(BUSY, 1 / BUSY, (len(usual), DAYS))
    drawn: Numbers = chance.poisson(days)
    return drawn


def _sales(orders: Numbers, price: Numbers, chance: np.random.Generator) -> Numbers:
    """Orders of one item mostly; a few are of several."""
    items = orders + chance.poisson(orders * 0.1)
    sales: Numbers = items * price[:, None] / 1.1
    return sales


def _frame(letter: str, counts: dict[str, Numbers]) -> pl.DataFrame:
    many = len(next(iter(counts.values())))
    days = [FIRST + timedelta(days=d) for d in range(DAYS)]
    keys = [f"{letter}{i}" for i in range(many) for _ in range(DAYS)]
    return pl.DataFrame(
        {
            "key": keys,
            "name": keys,
            "from": days * many,
            "to": days * many,
            "currency": ["USD"] * len(keys),
            **{name: values.astype(float).ravel() for name, values in counts.items()},
            "_row": range(2, len(keys) + 2),
        },
        schema_overrides={"from": pl.Date, "to": pl.Date, "_row": pl.UInt32},
    )


def _reading(name: str, table: Table, links: tuple[Links, ...] = ()) -> Reading:
    file = File(path=Path(name), name=name, size=1, sha256=name)
    return Reading(
        file=file,
        provider="the world",
        kind=name,
        title=name,
        tables=(table,),
        rows=table.frame.height,
        links=links,
        period=Period(FIRST, LAST),
        currency="USD",
    )
