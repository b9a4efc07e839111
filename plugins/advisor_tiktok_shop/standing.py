"""What no ratio of sums can say of a shop: how much hangs on one creator, how long the stock
lasts, how often there is a promotion, whether orders stop at a limit, what made sales fall."""

import math
from collections.abc import Iterator

import polars as pl

from advisor import Counts, MetricsContext
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

_KEY = ("shop", "key")
ORDER_LIMITS = (50.0, 100.0, 200.0)  # a day, while a shop is on probation
MOST = 2 / 3  # of a fall that one part explains alone
FALL = math.log(0.9)
DRIVERS = ("visitors", "conversion", "basket")


def standing(counts: Counts, context: MetricsContext) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`creator_share` of creators, `restock_cover` of products; `promotion_days`,
    `days_at_limit` and `gmv.driver` of the shop."""
    if counts.having("creator", ("gmv", "items_sold")):
        yield "creator", creator_share(counts.sums("creator", ("gmv", "items_sold")).lazy())
    if counts.having("product", ("stock", "lead_days")):
        yield "product", restock_cover(counts)
    promotions = counts.days("shop", ("promotions",))
    if not promotions.is_empty():
        yield "shop", promotion_days(promotions.lazy(), context.shops.lazy())
    orders = counts.days("shop", ("orders",))
    if not orders.is_empty():
        yield "shop", days_at_limit(orders.lazy())
    stages = ("gmv", "customers", "visitors")
    then = counts.days("shop", stages, within="before")
    if not then.is_empty():
        yield "shop", gmv_driver(counts.days("shop", stages), then)


def creator_share(creators: pl.LazyFrame) -> pl.LazyFrame:
    """Each creator's GMV / that of all creators of the shop, where three or more sell.

    *creators* has `shop`, `key`, `name`, `gmv` and `items_sold`. An item's value is as spread as an
    exponential one, so it counts for half.
    """
    selling = creators.filter((pl.col("gmv") > 0) & (pl.col("items_sold") > 0))
    several = selling.filter(pl.len().over("shop") >= 3)
    share = pl.col("gmv") / pl.col("gmv").sum().over("shop")
    n = pl.col("items_sold").sum().over("shop") / 2
    low, high = wilson(share * n, n)
    return several.select("shop", "key", "name", *_limits("creator_share", share, low, high))


def restock_cover(counts: Counts) -> pl.LazyFrame:
    """How long stock and what is on its way last, over how long restocking takes: below 1 the
    product is sold out before new goods can come."""
    latest = counts.newest("product", ("stock", "lead_days"), within="window").lazy()
    coming = counts.newest("product", ("stock", "incoming_stock"), within="window").lazy()
    sold = counts.sums("product", ("items_sold",)).lazy()
    both = (
        latest.join(coming.drop("name", "stock"), on=(*_KEY, "from"), how="left")
        .join(sold.drop("name"), on=_KEY)
        .filter((pl.col("lead_days") > 0) & (pl.col("days") > 0) & (pl.col("items_sold") > 0))
    )
    goods = pl.col("stock") + pl.col("incoming_stock").fill_null(0.0)
    both = both.join(_spread_of_days(counts), on=_KEY, how="left")
    sums = (pl.col("items_sold"), pl.col("days"), pl.col("days"))
    unseen = unseen_dispersion(*sums, spread=UNSEEN_TRAFFIC)
    phi = pl.coalesce("phi", unseen)
    few, many = (limit * phi for limit in byar(pl.col("items_sold") / phi))

    def cover(items: pl.Expr) -> pl.Expr:
        return goods / (items / pl.col("days")) / pl.col("lead_days")

    values = _limits("restock_cover", cover(pl.col("items_sold")), cover(many), cover(few))
    return both.select(*_KEY, "name", *values).sort(_KEY)


def _spread_of_days(counts: Counts) -> pl.LazyFrame:
    """How much more than chance a product's sales vary from day to day, where days are known."""
    days = counts.days("product", ("items_sold",)).lazy()
    sold, count = pl.col("items_sold"), pl.len().cast(pl.Float64).alias("of")
    sums = days.group_by(_KEY).agg((sold * sold).sum().alias("squares"), sold.sum(), count)
    phi = dispersion(pl.col("squares"), sold, pl.col("of"), pl.col("of"), proportion=False)
    return sums.select(*_KEY, phi.alias("phi"))


def promotion_days(days: pl.LazyFrame, shops: pl.LazyFrame) -> pl.LazyFrame:
    """Share of the days of the window with a promotion of the whole shop; nothing without one."""
    length = (pl.col("last") - pl.col("first")).dt.total_days() + 1
    windows = shops.select("shop", length.alias("length")).drop_nulls()
    promoted = pl.col("from").filter(pl.col("promotions") > 0).n_unique()
    share = promoted / pl.col("length").first()
    known = days.join(windows, on="shop", maintain_order="left")
    limits = _limits("promotion_days", share, share, share)
    return known.group_by(_KEY, maintain_order=True).agg(limits)


def days_at_limit(days: pl.LazyFrame) -> pl.LazyFrame:
    """On how many days orders were exactly one of the platform's daily limits, if there never
    were more; else 0."""
    most = pl.col("orders").max()
    tops = days.group_by(_KEY, maintain_order=True).agg(
        most.alias("most"), (pl.col("orders") == most).sum().cast(pl.Float64).alias("at")
    )
    value = pl.when(pl.col("most").is_in(ORDER_LIMITS)).then(pl.col("at")).otherwise(0.0)
    sold = tops.filter(pl.col("most") > 0)  # where nothing is ordered no limit stops anything
    return sold.select(*_KEY, *_limits("days_at_limit", value, value, value))


def gmv_driver(now: pl.DataFrame, then: pl.DataFrame) -> pl.LazyFrame:
    """`gmv.driver` where a day's GMV fell by a tenth and more: visitors, conversion or basket,
    where one of them explains two thirds of the fall, or several; and `lost_to_visitors`,
    `lost_to_conversion` and `lost_to_basket`, which add up to the fall over the days of *now*.

    GMV = visitors x customers / visitors x GMV / customers; each one's part is that of
    advisor.stats.decomposition: exact, and in no order.
    """
    stages = ("visitors", "customers", "gmv")
    means, past = (
        days.lazy()
        .group_by(_KEY, maintain_order=True)
        .agg(pl.len().alias("days"), *(pl.col(stage).mean() for stage in stages))
        for days in (now, then)
    )
    names = [f"{stage}{end}" for stage in stages for end in ("", ".before")]
    both = (
        means.join(past.drop("days"), on=_KEY, suffix=".before", maintain_order="left")
        .with_columns(pl.col(names) * pl.col("days"))
        .collect(engine="in-memory")
    )
    told = contributions(both, stages).lazy()
    known = pl.all_horizontal(pl.col(n) > 0 for s in stages for n in (s, f"{s}.before"))
    told = told.filter(known & ((pl.col("gmv") / pl.col("gmv.before")).log() <= FALL))
    parts = {name: pl.col(step_column(step)) for step, name in enumerate(DRIVERS)}
    alone = {name: part / pl.col(CHANGE) >= MOST for name, part in parts.items()}
    several = pl.sum_horizontal(one.cast(pl.UInt8) for one in alone.values()) > 1
    words = [pl.when(one & ~several).then(pl.lit(name)) for name, one in alone.items()]
    return told.select(
        *_KEY,
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
