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
    return tuple(_tables(rows))


def listed_shops(counts: Counts) -> pl.Series:
    """The shops with a list of violations, be it empty."""
    shops = [
        table.rows("always")["shop"]
        for table in counts.tables
        if table.subject == "shop" and table.family.startswith(FAMILY)
    ]
    return pl.concat([pl.Series("shop", [], pl.String), *shops]).unique().sort()


def _tables(rows: pl.DataFrame) -> Iterator[Table]:
    """For each kind: what happened on each day, and what is still open whenever it happened.

    The shop always has a row of what is open: a zero says that nothing is, which is known.
    """
    still = rows.filter(pl.col("status").is_in(STATUSES[:2]))
    for kind in SUBJECTS:
        days = _of(kind, rows).group_by("key", "day", maintain_order=True).agg(_NAME, *_happened())
        if days.height:
            counts = (COUNTS[0], COUNTS[2])
            yield Table(kind, FAMILY, Grain.DAY, _shaped(days, pl.col("day"), counts))
        standing = _of(kind, still).group_by("key", maintain_order=True).agg(_NAME, *_happened())
        if kind == "shop" and not standing.height:
            standing = standing.vstack(_nothing(standing.schema))
        if standing.height:
            opened = standing.with_columns(pl.col("violations").alias("open_violations"))
            nodate = pl.lit(None, pl.Date)
            yield Table(kind, f"{FAMILY}-open", Grain.PERIOD, _shaped(opened, nodate, COUNTS))
    ending = _of("shop", still.drop_nulls("deadline")).group_by("key", "deadline")
    due = ending.agg(_NAME, pl.len().cast(pl.Float64).alias("appeals_ending"), pl.col("_row").min())
    if due.height:
        days = due.sort("deadline")
        shaped = _shaped(days, pl.col("deadline"), ("appeals_ending",))
        yield Table("shop", f"{FAMILY}-deadlines", Grain.DAY, shaped)


_NAME = pl.col("subject_name").drop_nulls().first().alias("name")


def _of(kind: str, rows: pl.DataFrame) -> pl.DataFrame:
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


def _nothing(schema: pl.Schema) -> pl.DataFrame:
    row = {"key": SHOP_KEY, "name": None, "violations": 0.0, "violation_points": 0.0, "_row": 1}
    return pl.DataFrame([row], schema=schema)


def _shaped(frame: pl.DataFrame, day: pl.Expr, counts: Sequence[str]) -> pl.DataFrame:
    return frame.select(
        "key",
        pl.col("name").fill_null(pl.col("key")),
        day.alias("from"),
        day.alias("to"),
        pl.lit(None, pl.String).alias("currency"),
        *counts,
        "_row",
    )
