"""Whether a shop that people visit sells anything at all: none is a number, and no lack of data."""

from collections.abc import Iterator

import polars as pl

from advisor import Counts

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
    """`unsold_visits` and `unsold_days` of each shop; nothing where it is too early to say."""
    whole, listed = (_visits(counts, kind) for kind in _WHOLE)
    sold = _sold(counts)
    # A list of products speaks for the shop where no file of the shop itself does.
    visits = pl.concat([whole, listed]).unique("shop", keep="first", maintain_order=True)
    told = (pl.col("visits") >= ENOUGH_VISITS) & (pl.col("days") >= ENOUGH_DAYS)
    known = visits.join(sold, on="shop", maintain_order="left").filter((pl.col("sold") > 0) | told)
    values = (
        pl.when(pl.col("sold") > 0).then(0.0).otherwise(pl.col(source)).alias(metric)
        for metric, source in (("unsold_visits", "visits"), ("unsold_days", "days"))
    )
    metrics = known.select("shop", pl.col("shop").alias("key"), *values)
    limits = (
        pl.col(metric).alias(f"{metric}.{end}")
        for metric in ("unsold_visits", "unsold_days")
        for end in ("lo", "hi")
    )
    yield "shop", metrics.with_columns(limits).sort("shop")


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
