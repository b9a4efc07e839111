"""What no ratio of sums can say of a shop: how much hangs on one creator, how long the stock
lasts, how often there is a promotion, whether orders stop at a limit, what made sales fall."""

import math
from collections.abc import Iterator, Sequence

import polars as pl

from advisor import Derived, Period, Reading, before
from advisor.stats import (
    CHANGE,
    UNSEEN_TRAFFIC,
    byar,
    contributions,
    dispersion,
    step_column,
    unseen_dispersion,
    wilson,
)
from advisor.tabular import days_of, sums_of

ORDER_LIMITS = (50.0, 100.0, 200.0)  # a day, while a shop is on probation
MOST = 2 / 3  # of a fall that one part explains alone
FALL = math.log(0.9)
DRIVERS = ("visitors", "conversion", "basket")


def standing(readings: Sequence[Reading], window: Period | None) -> Iterator[Derived]:
    """`creator_share` of creators, `restock_cover` of products; `promotion_days`,
    `days_at_limit` and `gmv.driver` of the shop."""
    creators = sums_of(readings, "creator", ("gmv", "items_sold"), window)
    found = [
        ("creator", creator_share(creators)),
        ("product", restock_cover(readings, window)),
        ("shop", promotion_days(days_of(readings, "shop", ("promotions",), window), window)),
        ("shop", days_at_limit(days_of(readings, "shop", ("orders",), window))),
    ]
    if window is not None:
        counts = ("gmv", "customers", "visitors")
        now = days_of(readings, "shop", counts, window)
        then = days_of(readings, "shop", counts, before(window))
        found.append(("shop", gmv_driver(now, then)))
    yield from (Derived(kind, frame) for kind, frame in found if frame.height)


def creator_share(creators: pl.DataFrame) -> pl.DataFrame:
    """Each creator's GMV / that of all creators, where three or more sell.

    *creators* has `key`, `name`, `gmv` and `items_sold`. An item's value is as spread as an
    exponential one, so it counts for half.
    """
    selling = creators.filter((pl.col("gmv") > 0) & (pl.col("items_sold") > 0))
    if selling.height < 3:
        return selling.clear()
    share = pl.col("gmv") / pl.col("gmv").sum()
    n = pl.col("items_sold").sum() / 2
    low, high = wilson(share * n, n)
    return selling.select("key", "name", *_limits("creator_share", share, low, high))


def restock_cover(readings: Sequence[Reading], window: Period | None) -> pl.DataFrame:
    """How long stock and what is on its way last, over how long restocking takes: below 1 the
    product is sold out before new goods can come."""
    stock = days_of(readings, "product", ("stock", "lead_days"), window)
    coming = days_of(readings, "product", ("stock", "incoming_stock"), window)
    sold = sums_of(readings, "product", ("items_sold",), window)
    latest = stock.sort("from").unique("key", keep="last", maintain_order=True)
    both = (
        latest.join(coming.drop("name", "stock"), on=["key", "from"], how="left")
        .join(sold.drop("name"), on="key")
        .filter((pl.col("lead_days") > 0) & (pl.col("days") > 0) & (pl.col("items_sold") > 0))
    )
    goods = pl.col("stock") + pl.col("incoming_stock").fill_null(0.0)
    both = both.join(_spread_of_days(readings, window), on="key", how="left")
    sums = (pl.col("items_sold"), pl.col("days"), pl.col("days"))
    unseen = unseen_dispersion(*sums, spread=UNSEEN_TRAFFIC)
    phi = pl.coalesce("phi", unseen)
    few, many = (limit * phi for limit in byar(pl.col("items_sold") / phi))

    def cover(items: pl.Expr) -> pl.Expr:
        return goods / (items / pl.col("days")) / pl.col("lead_days")

    values = _limits("restock_cover", cover(pl.col("items_sold")), cover(many), cover(few))
    return both.select("key", "name", *values).sort("key")


def _spread_of_days(readings: Sequence[Reading], window: Period | None) -> pl.DataFrame:
    """How much more than chance a product's sales vary from day to day, where days are known."""
    days = days_of(readings, "product", ("items_sold",), window)
    sold, count = pl.col("items_sold"), pl.len().cast(pl.Float64).alias("of")
    sums = days.group_by("key").agg((sold * sold).sum().alias("squares"), sold.sum(), count)
    phi = dispersion(pl.col("squares"), sold, pl.col("of"), pl.col("of"), proportion=False)
    return sums.select("key", phi.alias("phi"))


def promotion_days(days: pl.DataFrame, window: Period | None) -> pl.DataFrame:
    """Share of the days of *window* with a promotion of the whole shop; nothing without one."""
    if window is None or days.is_empty():
        return days.clear()
    share = pl.col("from").filter(pl.col("promotions") > 0).n_unique() / window.days
    return days.select(pl.col("key").first(), *_limits("promotion_days", share, share, share))


def days_at_limit(days: pl.DataFrame) -> pl.DataFrame:
    """On how many days orders were exactly one of the platform's daily limits, if there never
    were more; else 0."""
    if days.is_empty():
        return days
    most = pl.col("orders").max()
    at = (pl.col("orders") == most).sum().cast(pl.Float64)
    value = pl.when(most.is_in(ORDER_LIMITS)).then(at).otherwise(0.0)
    return days.select(pl.col("key").first(), *_limits("days_at_limit", value, value, value))


def gmv_driver(now: pl.DataFrame, then: pl.DataFrame) -> pl.DataFrame:
    """`gmv.driver` where a day's GMV fell by a tenth and more: visitors, conversion or basket,
    where one of them explains two thirds of the fall, or several; and `lost_to_visitors`,
    `lost_to_conversion` and `lost_to_basket`, which add up to the fall over the days of *now*.

    GMV = visitors x customers / visitors x GMV / customers; each one's part is that of
    advisor.stats.decomposition: exact, and in no order.
    """
    if now.is_empty() or then.is_empty():
        return now.clear()
    stages = ("visitors", "customers", "gmv")
    days = now.height
    means = now.select(pl.col("key").first(), *(pl.col(stage).mean() * days for stage in stages))
    past = then.select((pl.col(stage).mean() * days).alias(f"{stage}.before") for stage in stages)
    told = contributions(means.hstack(past), stages)
    known = pl.all_horizontal(pl.col(n) > 0 for s in stages for n in (s, f"{s}.before"))
    told = told.filter(known & ((pl.col("gmv") / pl.col("gmv.before")).log() <= FALL))
    parts = {name: pl.col(step_column(step)) for step, name in enumerate(DRIVERS)}
    alone = {name: part / pl.col(CHANGE) >= MOST for name, part in parts.items()}
    several = pl.sum_horizontal(one.cast(pl.UInt8) for one in alone.values()) > 1
    words = [pl.when(one & ~several).then(pl.lit(name)) for name, one in alone.items()]
    return told.select(
        "key",
        pl.coalesce(*words, pl.lit("several")).alias("gmv.driver"),
        *(
            (-part).alias(f"lost_to_{name}{end}")
            for name, part in parts.items()
            for end in ("", ".lo", ".hi")
        ),
    )


def _limits(metric: str, value: pl.Expr, low: pl.Expr, high: pl.Expr) -> list[pl.Expr]:
    return [
        value.alias(metric),
        low.alias(f"{metric}.lo"),
        high.alias(f"{metric}.hi"),
    ]
