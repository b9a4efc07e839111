"""What sellers write down themselves: account health, margins, stock, targets."""

from collections.abc import Sequence

import polars as pl

from advisor import Grain, ReadContext, Table
from advisor.tabular import Kind, rows_about

_NO_SKU = pl.col("sku_id").is_null()


def account_health(kind: Kind, rows: pl.DataFrame, context: ReadContext) -> Sequence[Table]:  # noqa: ARG001
    """Each score, and the scale it is on, under its own name."""
    measures = {
        "shop-performance-score": "shop_performance_score",
        "account-health-rating": "account_health_rating",
        "creator-health-rating": "creator_health_rating",
        "violation-points": "account_points",
    }
    columns = {
        f"{count}{suffix}": pl.col(column).filter(pl.col("measure") == measure).max()
        for measure, count in measures.items()
        for column, suffix in (("score", ""), ("scale", "_scale"))
    }
    days = rows.group_by("day", maintain_order=True).agg(
        pl.col("_row").min(), *(value.alias(name) for name, value in columns.items())
    )
    counts = {name: pl.col(name) for name in columns}
    return (rows_about("shop", kind, Grain.DAY, days, counts, first=pl.col("day")),)


def product_margins(kind: Kind, rows: pl.DataFrame, context: ReadContext) -> Sequence[Table]:  # noqa: ARG001
    """Price, cost and what is left of each SKU, and of each product.

    An item that comes back is counted as lost: it brings nothing and its costs remain.
    """
    price = pl.col("price")
    kept = price * (1 - pl.col("returns")) * (1 - pl.col("referral_fee") - pl.col("commission"))
    each = rows.with_columns(
        (kept - pl.col("cost") - pl.col("shipping")).alias("margin"),
        _NO_SKU.any().over("product_id").alias("_whole"),
    )
    products = (
        each.filter(_NO_SKU | ~pl.col("_whole"))
        .group_by("product_id", "currency", maintain_order=True)
        .agg(
            pl.col("product_name").drop_nulls().first(),
            pl.col("price", "cost", "margin").mean(),
            pl.col("_row").min(),
        )
        .unique("product_id", keep="first", maintain_order=True)
    )
    counts = {
        "unit_price": price,
        "unit_cost": pl.col("cost"),
        "unit_margin": pl.col("margin"),
        "margin_share": pl.when(price > 0).then(pl.col("margin") / price),
    }

    def about(subject: str, of: pl.DataFrame, key: str) -> Table:
        return rows_about(
            subject,
            kind,
            Grain.LIFETIME,
            of,
            counts,
            key=pl.col(key),
            name=pl.col("product_name"),
            currency=pl.col("currency").str.to_uppercase(),
        )

    return (
        about("sku", each.filter(~_NO_SKU), "sku_id"),
        about("product", products, "product_id"),
    )


def stock(kind: Kind, rows: pl.DataFrame, context: ReadContext) -> Sequence[Table]:  # noqa: ARG001
    """What of each product was there on each day."""
    counts = {"stock": "on_hand", "incoming_stock": "incoming", "lead_days": "lead_days"}
    return (
        rows_about(
            "product",
            kind,
            Grain.DAY,
            rows,
            {count: pl.col(column) for count, column in counts.items()},
            key=pl.col("product_id"),
            name=pl.col("product_name"),
            first=pl.col("day"),
        ),
    )


def targets(kind: Kind, rows: pl.DataFrame, context: ReadContext) -> Sequence[Table]:  # noqa: ARG001
    """The targets of each calendar month."""
    counts = [name for name in kind.makes if name.startswith("target_")]

    def target(name: str) -> pl.Expr:
        metric = name.removeprefix("target_").replace("_", "-")
        return pl.col("target").filter(pl.col("metric") == metric).max()

    months = rows.group_by("month", maintain_order=True).agg(
        pl.col("_row").min(),
        pl.col("currency").drop_nulls().first().str.to_uppercase(),
        *(target(name).alias(name) for name in counts),
    )
    return (
        rows_about(
            "shop",
            kind,
            Grain.PERIOD,
            months,
            {name: pl.col(name) for name in counts},
            first=pl.col("month"),
            last=pl.col("month").dt.month_end(),
            currency=pl.col("currency"),
        ),
    )
