"""What sellers know of their own calendar: promotions, commission rates, samples.

A state that holds for many days (a discount, a rate) is written on each of them, so that any window
of days finds it.
"""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from advisor import Grain, ReadContext, Table
from advisor.tabular import Kind, each_day, rows_about

CONTENT_DAYS = 14  # after delivery, where no other day was agreed


def promotions(kind: Kind, rows: pl.DataFrame, context: ReadContext) -> Sequence[Table]:  # noqa: ARG001
    """On each day of a promotion: how many there are and how deep the deepest is."""
    days = each_day(rows, pl.col("first"), pl.col("last"))
    named = pl.col("product_id").is_not_null()
    counts = {"promotions": pl.col("promotions"), "discount": pl.col("discount")}
    tables: list[Table] = []
    for subject, of in (("product", days.filter(named)), ("shop", days.filter(~named))):
        running = (
            of.with_columns(pl.col("product_id").fill_null(""))
            .group_by("product_id", "day", maintain_order=True)
            .agg(
                pl.len().alias("promotions"),
                pl.col("discount").max(),
                pl.col("product_name").drop_nulls().first(),
                pl.col("_row").min(),
            )
        )
        tables.append(
            rows_about(
                subject,
                kind,
                Grain.DAY,
                running,
                counts,
                key=pl.col("product_id"),
                name=pl.col("product_name"),
                first=pl.col("day"),
            )
        )
    return tables


def commission_rates(kind: Kind, rows: pl.DataFrame, context: ReadContext) -> Sequence[Table]:
    """The rate of each day, from the day it began to the day before the next one.

    A creator with several products has the highest of the rates.
    """
    handle = pl.col("creator").str.strip_chars_start("@")
    following = pl.col("first").shift(-1).over("product_id", "creator", order_by="first")
    until = following - timedelta(days=1)
    stretches = rows.with_columns(handle).with_columns(
        until.fill_null(pl.max_horizontal("first", pl.lit(context.today))).alias("last")
    )
    days = each_day(stretches, pl.col("first"), pl.col("last"))
    by_creator, by_product = pl.col("creator").is_not_null(), pl.col("product_id").is_not_null()
    of = {
        "creator": (days.filter(by_creator), pl.col("creator"), pl.col("creator")),
        "product": (
            days.filter(~by_creator & by_product),
            pl.col("product_id"),
            pl.col("product_name"),
        ),
        "shop": (days.filter(~by_creator & ~by_product), pl.lit(""), pl.lit("")),
    }
    return [
        rows_about(
            subject,
            kind,
            Grain.DAY,
            frame.with_columns(key.alias("_key"), name.alias("_name"))
            .sort("rate", descending=True, maintain_order=True)
            .unique(["_key", "day"], keep="first", maintain_order=True)
            .sort("day", "_row"),
            {"commission_rate": pl.col("rate")},
            key=pl.col("_key"),
            name=pl.col("_name"),
            first=pl.col("day"),
        )
        for subject, (frame, key, name) in of.items()
    ]


def samples(kind: Kind, rows: pl.DataFrame, context: ReadContext) -> Sequence[Table]:
    """Samples by the day they were sent and by the day they arrived; what came of them by the day
    their content was due, whenever they were sent, or was posted where it is not due yet."""
    each = rows.with_columns(pl.col("creator").str.strip_chars_start("@"))
    agreed = pl.col("delivered").dt.offset_by(f"{CONTENT_DAYS}d")
    due = pl.when(pl.col("delivered").is_not_null()).then(pl.col("content_due").fill_null(agreed))
    over, posted = (due < context.today).fill_null(value=False), pl.col("content_posted")
    one = pl.lit(value=True)
    events: tuple[tuple[pl.Expr, dict[str, pl.Expr]], ...] = (
        (pl.col("sent"), {"samples_sent": one}),
        (pl.col("delivered"), {"samples_delivered": one}),
        (
            pl.when(over).then(due).otherwise(posted),
            {
                "samples_due": one,
                "samples_posted": posted.is_not_null(),
                "samples_overdue": posted.is_null(),
            },
        ),
    )
    counts = [count for _, what in events for count in what]
    happened = pl.concat(
        each.select(
            "creator",
            "_row",
            day.alias("_day"),
            *(what.get(c, pl.lit(value=False)).cast(pl.Float64).alias(c) for c in counts),
        )
        for day, what in events
    ).drop_nulls("_day")

    def by(subject: str, key: pl.Expr) -> Table:
        sums = (
            happened.with_columns(key.alias("_key"))
            .group_by("_key", "_day", maintain_order=True)
            .agg(pl.col(counts).sum(), pl.col("_row").min())
        )
        return rows_about(
            subject,
            kind,
            Grain.DAY,
            sums,
            {count: pl.col(count) for count in counts},
            key=pl.col("_key"),
            first=pl.col("_day"),
        )

    return (by("creator", pl.col("creator")), by("shop", pl.lit("")))
