"""Where the buyers of each product live, against those of the shop's other products.

Orders name a province or state. It is looked at while reading, and goes no further: what is kept is
how many orders of a product came from place 1, place 2 and so on, without saying which these are.
"""

import math
from collections.abc import Sequence
from datetime import date

import polars as pl

from advisor import Derived, Grain, Grid, Period, Reading, Table
from advisor.stats import Z
from advisor_tiktok_shop.words import PLACED_ORDERS

FAMILY = "shop-orders-places"
COLUMNS = ("province", "state")  # of the kind `orders`: the first that a file has
ENOUGH = 10  # orders from a place, without which it is one of the rest, so that nobody is alone
REST = "0"


def places(grid: Grid, after: int, column: int) -> pl.DataFrame:
    """`_row` and `place`, as it is printed but for case; null where a cell is empty or masked."""
    place = pl.col(f"c{column}").str.strip_chars().str.to_lowercase()
    named = pl.when(~place.str.contains(r"\*") & (place != "")).then(place)
    return grid.body(after, [column]).select("_row", named.alias("place"))


def by_place(rows: pl.DataFrame, period: Period) -> Table | None:
    """Orders of each product by place, over the whole file. *rows* are those of sales, with
    `product`, `place` and `by.order_id`; None where no place has enough of them."""
    known = rows.drop_nulls(("product", "place"))
    sizes = (
        known.group_by("place")
        .agg(pl.col("by.order_id").n_unique().alias("size"))
        .filter(pl.col("size") >= ENOUGH)
        .sort("size", "place", descending=[True, False])
        .with_row_index("number", offset=1)
        .select("place", pl.col("number").cast(pl.String))
    )
    if sizes.height < 2:
        return None
    counted = (
        known.join(sizes, on="place", how="left", maintain_order="left")
        .with_columns(pl.col("number").fill_null(REST).alias("by.place"))
        .group_by("product", "by.place", maintain_order=True)
        .agg(
            pl.col("by.order_id").n_unique().cast(pl.Float64).alias(PLACED_ORDERS),
            pl.col("_row").min(),
        )
    )
    frame = counted.select(
        pl.lit("").alias("key"),
        pl.lit("").alias("name"),
        pl.lit(period.first).alias("from"),
        pl.lit(period.last).alias("to"),
        pl.lit(None, pl.String).alias("currency"),
        pl.col("product").alias("by.product"),
        "by.place",
        PLACED_ORDERS,
        "_row",
    )
    return Table("shop", FAMILY, Grain.PERIOD, frame)


def buyers_apart(readings: Sequence[Reading]) -> Derived | None:
    """`buyers_apart` of each product: the share of its orders that would have to come from other
    places to be spread like those of the shop's other products, less what chance alone makes of as
    many orders; with 95 % limits. From the newest file of orders; None without one that has places.
    """
    counted = _newest(readings)
    if counted is None:
        return None
    each = counted.pivot("by.place", index="by.product", values=PLACED_ORDERS).fill_null(0.0)
    full = each.unpivot(index="by.product", variable_name="by.place", value_name=PLACED_ORDERS)
    summed = _apart(full)
    if summed.is_empty():
        return None
    # The one that differs most would make each of the others look odd beside it.
    first = summed.sort(
        "apart", "buyers_apart.n", "by.product", descending=[True, False, False]
    ).head(1)
    others = _apart(full.filter(pl.col("by.product") != first["by.product"][0]))
    summed = pl.concat([first, others]).sort("by.product")
    above = pl.col("apart") - pl.col("chance")
    return Derived(
        "product",
        _keyed(summed, readings).select(
            "key",
            "name",
            above.clip(0.0).alias("buyers_apart"),
            (above - Z * pl.col("spread")).clip(0.0, 1.0).alias("buyers_apart.lo"),
            (pl.col("apart") + Z * pl.col("spread")).clip(0.0, 1.0).alias("buyers_apart.hi"),
            "buyers_apart.n",
        ),
    )


def _apart(full: pl.DataFrame) -> pl.DataFrame:
    """How far each product is `apart` from the others together, what `chance` alone would make of
    it, and the `spread` of that; one row a product that has others."""
    orders, product = pl.col(PLACED_ORDERS), pl.col("by.product")
    own = orders.sum().over(product)
    here = orders.sum().over("by.place")
    whole = full.with_columns(
        own.alias("n"),
        (orders.sum() - own).alias("m"),
        (here - orders).alias("elsewhere"),
    ).filter((pl.col("n") > 0) & (pl.col("m") > 0))
    usual = pl.col("elsewhere") / pl.col("m")
    share = here / orders.sum()
    variance = share * (1 - share) * (1 / pl.col("n") + 1 / pl.col("m"))
    # The mean of a normal variable's size is sqrt(2 / pi) of its standard deviation.
    mean = math.sqrt(2 / math.pi)
    return (
        whole.with_columns(variance.alias("variance"))
        .group_by("by.product", maintain_order=True)
        .agg(
            ((orders / pl.col("n") - usual).abs().sum() / 2).alias("apart"),
            (pl.col("variance").sqrt().sum() * mean / 2).alias("chance"),
            ((pl.col("variance").sum() * (1 - mean**2)).sqrt() / 2).alias("spread"),
            pl.col("n").first().alias("buyers_apart.n"),
        )
    )


def _newest(readings: Sequence[Reading]) -> pl.DataFrame | None:
    tables = [
        table
        for reading in readings
        for table in reading.tables
        if table.family == FAMILY and table.frame.height
    ]

    def age(table: Table) -> tuple[date, float]:
        last: date = table.frame["to"][0]
        return last, float(table.frame[PLACED_ORDERS].sum())

    return max(tables, key=age).frame if tables else None


def _keyed(summed: pl.DataFrame, readings: Sequence[Reading]) -> pl.DataFrame:
    """*summed* by the keys of products that go by these names in other files; else by name."""
    frames = [
        table.frame.select("key", "name")
        for reading in readings
        for table in reading.tables
        if table.subject == "product"
    ]
    named = summed.rename({"by.product": "name"})
    if not frames:
        return named.with_columns(pl.col("name").alias("key"))
    # A name that two products share tells neither.
    keys = pl.concat(frames).unique().filter(pl.col("name").is_unique())
    joined = named.join(keys, on="name", how="left", maintain_order="left")
    return joined.with_columns(pl.col("key").fill_null(pl.col("name")))
