"""Whether a shop that people visit sells anything at all: none is a number, and no lack of data."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from advisor import Counts

if TYPE_CHECKING:
    from polars.expr.whenthen import Then

# Each says that something was sold; a file has some of them.
_SALES = ("sku_orders", "orders", "customers", "gmv", "items_sold")
# Each is a visit to a product page; the first that is known is told.
_VISITS = ("visitors", "page_views", "product_clicks")
# Families that count every sale of the shop; the others know one channel or one program alone, and
# no sale there says nothing of the shop.
_WHOLE = {"shop": ("shop", "shop-hours", "shop-traffic"), "product": ("shop-product",)}
# Where one visit in a hundred ends in an order, half of what is usual, so many bring none by chance
# in one window of twenty; and the orders of the last days may not be in yet.
ENOUGH_VISITS, ENOUGH_DAYS = 300, 7


def unsold(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`unsold_visits` and `unsold_days` of each shop, or, where so few visits may all leave,
    `few_visits` and `few_visits_days`."""
    whole, listed = (_visits(counts, kind) for kind in _WHOLE)
    sold = _sold(counts)
    # A list of products speaks for the shop where no file of the shop itself does.
    visits = pl.concat([whole, listed]).unique("shop", keep="first", maintain_order=True)
    told = (pl.col("visits") >= ENOUGH_VISITS) & (pl.col("days") >= ENOUGH_DAYS)
    known = visits.join(sold, on="shop", maintain_order="left")
    none_sold = pl.when(pl.col("sold") > 0).then(0.0)
    yield (
        "shop",
        _exact(
            known.filter((pl.col("sold") > 0) | told), none_sold, "unsold_visits", "unsold_days"
        ),
    )
    few = (pl.col("visits") > 0) & (pl.col("visits") < ENOUGH_VISITS) & (pl.col("sold") == 0)
    early = known.filter(few & (pl.col("days") >= ENOUGH_DAYS))
    never = pl.when(pl.lit(value=False)).then(0.0)
    yield "shop", _exact(early, never, "few_visits", "few_visits_days")


def _exact(known: pl.LazyFrame, unless: "Then", visits: str, days: str) -> pl.LazyFrame:
    """The `visits` and `days` of *known* under these names, *unless* something else holds."""
    values = {visits: unless.otherwise(pl.col("visits")), days: unless.otherwise(pl.col("days"))}
    limits = (value.alias(f"{n}.{end}") for n, value in values.items() for end in ("lo", "hi"))
    key = pl.col("shop").alias("key")
    return known.select("shop", key, *(v.alias(n) for n, v in values.items()), *limits).sort("shop")


def _visits(counts: Counts, kind: str) -> pl.LazyFrame:
    """`shop`, its `visits` and over how many `days`, from rows that say what was sold as well."""
    pairs = [
        counts.sums(kind, (visit, sale), families=_WHOLE[kind])
        .lazy()
        .group_by("shop", maintain_order=True)
        .agg(pl.col(visit).sum().alias("visits"), pl.col("days").max())
        for visit in _VISITS
        for sale in _SALES
        if counts.having(kind, (visit, sale), families=_WHOLE[kind])
    ]
    none = pl.LazyFrame(schema={"shop": pl.String, "visits": pl.Float64, "days": pl.Float64})
    return pl.concat([none, *pairs]).unique("shop", keep="first", maintain_order=True)


def _sold(counts: Counts) -> pl.LazyFrame:
    """`shop` and `sold`, the most that any count of any file says; what contradicts a zero wins."""
    sums = [
        counts.sums(kind, (sale,)).lazy().select("shop", pl.col(sale).alias("sold"))
        for kind in _WHOLE
        for sale in _SALES
        if counts.having(kind, (sale,))
    ]
    none = pl.LazyFrame(schema={"shop": pl.String, "sold": pl.Float64})
    return pl.concat([none, *sums]).group_by("shop", maintain_order=True).agg(pl.col("sold").max())
