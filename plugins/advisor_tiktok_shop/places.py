"""Where the buyers of each product live, against those of the shop's other products.

Orders name a province or state. It is looked at while reading, and goes no further: what is kept is
how many orders of a product came from place 1, place 2 and so on, without saying which these are.
"""

import math
from collections.abc import Iterator

import polars as pl

from advisor import Counts, Grain, Grid, Period, Table
from advisor.stats import Z
from advisor_tiktok_shop.words import PLACED_ORDERS

FAMILY = "shop-orders-places"
COLUMNS = ("province", "state")  # of the kind `orders`: the first that a file has
ENOUGH = 10  # orders from a place, without which it is one of the rest, so that nobody is alone
REST = "0"
_BROKEN = ("file", "product", "place")


def places(grid: Grid, after: int, column: int) -> pl.DataFrame:
    """`_row` and `place`, as it is printed but for case; null where a cell is empty or masked."""
    place = pl.col(f"c{column}").str.strip_chars().str.to_lowercase()
    named = pl.when(~place.str.contains(r"\*") & (place != "")).then(place)
    return grid.body(after, [column]).select("_row", named.alias("place"))


def by_place(rows: pl.DataFrame, period: Period, file: str) -> Table | None:
    """Orders of each product by place, over the whole *file*. *rows* are those of sales, with
    `product`, `place` and `by.order_id`; None where no place has enough of them.

    Place 1 of one file may be place 2 of another, so counts are broken down by file too.
    """
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
        pl.lit(file).alias("by.file"),
        pl.col("product").alias("by.product"),
        "by.place",
        PLACED_ORDERS,
        "_row",
    )
    return Table("shop", FAMILY, Grain.PERIOD, frame)


def buyers_apart(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`buyers_apart` of each product: the share of its orders that would have to come from other
    places to be spread like those of the shop's other products, less what chance alone makes of as
    many orders; with 95 % limits. From the newest file of orders; None without one that has places.
    """
    if not counts.having("shop", (PLACED_ORDERS,), breakdowns=_BROKEN):
        return
    counted = _newest(counts)
    products = counted.select("shop", "by.product").unique(maintain_order=True)
    named = counted.select("shop", "by.place").unique(maintain_order=True)
    place = ("shop", "by.product", "by.place")
    full = (
        products.join(named, on="shop")
        .join(counted, on=place, how="left")
        .with_columns(pl.col(PLACED_ORDERS).fill_null(0.0))
        .sort(place)
    )
    summed = _apart(full)
    # The one that differs most would make each of the others look odd beside it.
    first = summed.sort(
        "apart", "buyers_apart.n", "by.product", descending=[True, False, False]
    ).unique("shop", keep="first", maintain_order=True)
    others = _apart(full.join(first, on=place[:2], how="anti", maintain_order="left"))
    summed = pl.concat([first, others])
    above = pl.col("apart") - pl.col("chance")
    yield (
        "product",
        _keyed(summed, counts)
        .select(
            "shop",
            "key",
            "name",
            above.clip(0.0).alias("buyers_apart"),
            (above - Z * pl.col("spread")).clip(0.0, 1.0).alias("buyers_apart.lo"),
            (pl.col("apart") + Z * pl.col("spread")).clip(0.0, 1.0).alias("buyers_apart.hi"),
            "buyers_apart.n",
        )
        .sort("shop", "key"),
    )


def _apart(full: pl.LazyFrame) -> pl.LazyFrame:
    """How far each product is `apart` from the others together, what `chance` alone would make of
    it, and the `spread` of that; one row a product that has others."""
    orders = pl.col(PLACED_ORDERS)
    own = orders.sum().over("shop", "by.product")
    here = orders.sum().over("shop", "by.place")
    all_of_them = orders.sum().over("shop")
    whole = full.with_columns(
        own.alias("n"),
        (all_of_them - own).alias("m"),
        (here - orders).alias("elsewhere"),
    ).filter((pl.col("n") > 0) & (pl.col("m") > 0))
    usual = pl.col("elsewhere") / pl.col("m")
    share = here / all_of_them
    variance = share * (1 - share) * (1 / pl.col("n") + 1 / pl.col("m"))
    # The mean of a normal variable's size is sqrt(2 / pi) of its standard deviation.
    mean = math.sqrt(2 / math.pi)
    return (
        whole.with_columns(variance.alias("variance"))
        .group_by("shop", "by.product", maintain_order=True)
        .agg(
            ((orders / pl.col("n") - usual).abs().sum() / 2).alias("apart"),
            (pl.col("variance").sqrt().sum() * mean / 2).alias("chance"),
            ((pl.col("variance").sum() * (1 - mean**2)).sqrt() / 2).alias("spread"),
            pl.col("n").first().alias("buyers_apart.n"),
        )
    )


def _newest(counts: Counts) -> pl.LazyFrame:
    """Of each shop the orders by product and place of its newest file."""
    rows = counts.rows("shop", (PLACED_ORDERS,), within="always", breakdowns=_BROKEN)
    newest = rows.lazy().filter(pl.col("to") == pl.col("to").max().over("shop"))
    return newest.select("shop", "by.product", "by.place", PLACED_ORDERS)


def _keyed(summed: pl.LazyFrame, counts: Counts) -> pl.LazyFrame:
    """*summed* by the keys of products that go by these names in other files; else by name."""
    named = summed.rename({"by.product": "name"})
    tables = [table for table in counts.tables if table.subject == "product"]
    if not tables:
        return named.with_columns(pl.col("name").alias("key"))
    names = [table.rows("always").lazy().select("shop", "key", "name") for table in tables]
    # A name that two products share tells neither.
    keys = pl.concat(names).unique().filter(pl.len().over("shop", "name") == 1)
    joined = named.join(keys, on=("shop", "name"), how="left", maintain_order="left")
    return joined.with_columns(pl.col("key").fill_null(pl.col("name")))
