"""Violations: our own template, because Seller Center has no export of them."""

from collections.abc import Iterator, Sequence

import polars as pl

from advisor import Counts, Grain, ReadContext, Table
from advisor.tabular import Kind

STATUSES = ("open", "appealed", "resolved")
SUBJECTS = ("video", "product", "live", "shop")
FAMILY = "violations"
SHOP_KEY = ""  # the shop itself has no other key
COUNTS = ("violations", "open_violations", "violation_points")


def violations(
    kind: Kind,  # noqa: ARG001
    rows: pl.DataFrame,
    context: ReadContext,  # noqa: ARG001
) -> Sequence[Table]:
    """What happened by day and what is open, of each subject; no rows say that there is none."""
    *places, plans = zip(*_tables(rows.lazy()), strict=True)
    frames = pl.collect_all(plans, engine="in-memory")
    tables = (Table(*about) for about in zip(*places, frames, strict=True))
    return tuple(table for table in tables if table.frame.height)


def listed_shops(counts: Counts) -> pl.Series:
    """The shops with a list of violations, be it empty."""
    shops = [
        table.rows("always")["shop"]
        for table in counts.tables
        if table.subject == "shop" and table.family.startswith(FAMILY)
    ]
    return pl.concat([pl.Series("shop", [], pl.String), *shops]).unique().sort()


def _tables(rows: pl.LazyFrame) -> Iterator[tuple[str, str, Grain, pl.LazyFrame]]:
    """For each kind: what happened on each day, and what is still open whenever it happened.

    The shop always has a row of what is open: a zero says that nothing is, which is known.
    """
    still = rows.filter(pl.col("status").is_in(STATUSES[:2]))
    days = (COUNTS[0], COUNTS[2])
    opened = pl.col("violations").alias("open_violations")
    for kind in SUBJECTS:
        happened = _of(kind, rows).group_by("key", "day", maintain_order=True)
        each = happened.agg(_NAME, *_happened())
        yield kind, FAMILY, Grain.DAY, _shaped(each, pl.col("day"), days)
        standing = _of(kind, still).group_by("key", maintain_order=True).agg(_NAME, *_happened())
        if kind == "shop":
            standing = pl.concat([standing, _NOTHING.lazy()], how="diagonal_relaxed").head(1)
        whenever = _shaped(standing.with_columns(opened), pl.lit(None, pl.Date), COUNTS)
        yield kind, f"{FAMILY}-open", Grain.PERIOD, whenever
    unanswered = rows.filter(pl.col("status") == STATUSES[0])  # an appeal that runs needs no other
    ending = _of("shop", unanswered.drop_nulls("deadline")).group_by("key", "deadline")
    count = pl.len().cast(pl.Float64).alias("appeals_ending")
    due = ending.agg(_NAME, count, pl.col("_row").min()).sort("deadline")
    shaped = _shaped(due, pl.col("deadline"), ("appeals_ending",))
    yield "shop", f"{FAMILY}-deadlines", Grain.DAY, shaped


_NOTHING = pl.DataFrame(
    # Lists, as a number alone would be repeated by a query, whose threads then begin on import.
    {"key": [SHOP_KEY], "violations": [0.0], "violation_points": [0.0], "_row": [1]},
    schema_overrides={"_row": pl.UInt32},
)
_NAME = pl.col("subject_name").drop_nulls().first().alias("name")


def _of(kind: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of one kind with their keys; every violation is one of the shop's too."""
    if kind == "shop":
        shop = pl.lit(SHOP_KEY).alias("key")
        return rows.with_columns(shop, pl.lit(None, pl.String).alias("subject_name"))
    return rows.filter(pl.col("subject_kind") == kind).with_columns(
        pl.col("subject_id").alias("key")
    )


def _happened() -> tuple[pl.Expr, ...]:
    scored = pl.col("points").is_not_null().any()
    return (
        pl.len().cast(pl.Float64).alias("violations"),
        pl.when(scored).then(pl.col("points").sum()).alias("violation_points"),
        pl.col("_row").min(),
    )


def _shaped(frame: pl.LazyFrame, day: pl.Expr, counts: Sequence[str]) -> pl.LazyFrame:
    return frame.select(
        "key",
        pl.col("name").fill_null(pl.col("key")),
        day.alias("from"),
        day.alias("to"),
        pl.lit(None, pl.String).alias("currency"),
        *counts,
        "_row",
    )
