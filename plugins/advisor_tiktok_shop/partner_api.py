"""Answers of the Partner API brought into the shape of the exports that they stand for."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from advisor import Grain, Note, Period, Reading, Table, lazy_gettext
from advisor_tiktok_shop.orders import left_out_too, return_counts

_YES = ("true", "1", "yes")
_DONE = r"(?i)_(success|complete)$"
_REFUSED = r"(?i)_reject|reject_|_cancel$"
_NO_REFUND = ("replacement", "exchange")
_SCORE_SCALE = 5.0


def line_items(reading: Reading) -> Reading:
    """*reading* of orders with its line items as the rows of an orders export: each is one unit;
    samples and gifts are left out."""
    (table,) = reading.tables
    frame = table.frame
    why = (
        pl.when(_is_yes(frame, "by.sample"))
        .then(pl.lit("sample"))
        .when(_is_yes(frame, "by.gift"))
        .then(pl.lit("gift"))
    )
    judged = frame.with_columns(why.alias("_why"))
    left = dict(judged.drop_nulls("_why").group_by("_why").len().sort("_why").iter_rows())
    rows = judged.filter(pl.col("_why").is_null()).drop("_why")
    status = pl.coalesce(_text(rows, "by.item_status"), _text(rows, "by.status"))
    cancelled = _text(rows, "by.cancelled").str.contains("[1-9]").fill_null(value=False)
    rows = rows.with_columns(
        pl.when(cancelled).then(pl.lit("CANCELLED")).otherwise(status).alias("by.status"),
        pl.lit(1.0).alias("items_sold"),
    )
    extra = ["by.item_status", "by.cancelled", "by.sample", "by.gift"]
    rows = rows.drop(name for name in extra if name in rows.columns)
    return attrs.evolve(
        reading,
        tables=(attrs.evolve(table, frame=rows),),
        rows=rows.height,
        left_out=left_out_too(reading.left_out, left),
    )


def returned_items(reading: Reading) -> Reading:
    """*reading* of returns as refunds by day; replacements and what is not done are no refund."""
    (table,) = reading.tables
    frame = table.frame
    status, kind = _text(frame, "by.status"), _text(frame, "by.return_type").str.to_lowercase()
    told = (
        pl.when(kind.is_in(_NO_REFUND))
        .then(pl.lit("in process"))
        .when(status.str.contains(_REFUSED))
        .then(pl.lit("rejected"))
        .when(status.str.contains(_DONE))
        .then(pl.lit("completed"))
        .when(status.is_not_null())
        .then(pl.lit("in process"))
    )
    rows = frame.with_columns(told.alias("by.status"), pl.lit(1.0).alias("items_refunded"))
    rows = rows.drop(name for name in ("by.return_type",) if name in rows.columns)
    return return_counts(attrs.evolve(reading, tables=(attrs.evolve(table, frame=rows),)))


def payments(reading: Reading) -> Reading:
    """*reading* of payments by the day on which they were made; those that failed or are still on
    their way are none."""
    (table,) = reading.tables
    made = _text(table.frame, "by.status").str.to_lowercase() == "paid"
    rows, left = _apart(table.frame, made, "payment that was not made")
    day = _moment(rows, "by.paid").dt.date().fill_null(pl.col("from"))
    return _by_day(reading, rows.with_columns(day.alias("day")), left, ("paid_out",))


def cancellations(reading: Reading) -> Reading:
    """*reading* of cancellations by day: how many orders, how many of them by the seller."""
    (table,) = reading.tables
    status = _text(table.frame, "by.status")
    rows, left = _apart(table.frame, status.str.contains(_DONE), "request that was not granted")
    seller = _text(rows, "by.role").str.to_lowercase() == "seller"
    rows = rows.with_columns(
        pl.lit(1.0).alias("cancelled_orders"),
        seller.fill_null(value=False).cast(pl.Float64).alias("cancelled_by_seller"),
        pl.col("from").alias("day"),
    ).unique("by.order_id", keep="first", maintain_order=True)
    left["another request for the same order"] = (
        table.frame.height - rows.height - sum(left.values())
    )
    counts = ("cancelled_orders", "cancelled_by_seller", "cancelled_value")
    return _by_day(reading, rows, {why: n for why, n in left.items() if n}, counts)


def spans_of_videos(reading: Reading) -> Reading:
    """*reading* of spans that end with a moment: the last day is the one before it."""
    (table,) = reading.tables
    last = (_moment(table.frame, "by.end") - pl.duration(seconds=1)).dt.date()
    frame = table.frame.with_columns(last.fill_null(pl.col("from")).alias("to"))
    frame = frame.drop(name for name in ("by.end",) if name in frame.columns)
    first, end = frame.select(a=pl.col("from").min(), b=pl.col("to").max()).row(0)
    period = Period(first, end) if first is not None and end is not None else None
    return attrs.evolve(reading, tables=(attrs.evolve(table, frame=frame),), period=period)


def _apart(frame: pl.DataFrame, kept: pl.Expr, reason: str) -> tuple[pl.DataFrame, dict[str, int]]:
    """The rows to keep, and how many others there are."""
    rows = frame.filter(kept.fill_null(value=False))
    lost = frame.height - rows.height
    return rows, {reason: lost} if lost else {}


def _moment(frame: pl.DataFrame, name: str) -> pl.Expr:
    """The moment that a Unix time says; null of a 0."""
    seconds = _text(frame, name).str.extract(r"^([1-9][0-9]{9})").cast(pl.Int64, strict=False)
    return pl.from_epoch(seconds, time_unit="s")


def _by_day(
    reading: Reading, rows: pl.DataFrame, left: Mapping[str, int], counts: Sequence[str]
) -> Reading:
    """*reading* with the sums of the shop's days; missing where no row of a day has a value."""
    (table,) = reading.tables
    sums = (
        pl.when(pl.col(n).is_not_null().any()).then(pl.col(n).sum()).alias(n)
        for n in counts
        if n in rows.columns
    )
    days = rows.group_by("day", "currency", maintain_order=True).agg(pl.col("_row").min(), *sums)
    frame = days.select(
        pl.lit("").alias("key"),
        pl.lit("").alias("name"),
        pl.col("day").alias("from"),
        pl.col("day").alias("to"),
        pl.exclude("day"),
    )
    first, last = frame.select(a=pl.col("from").min(), b=pl.col("from").max()).row(0)
    return attrs.evolve(
        reading,
        tables=(Table("shop", table.family, Grain.DAY, frame),),
        rows=rows.height,
        left_out=left_out_too(reading.left_out, left),
        period=Period(first, last) if first is not None else None,
    )


def without_today(reading: Reading) -> Reading:
    """*reading* without the interval of today, which is not over."""

    def over(table: Table) -> Table:
        if "by.today" not in table.frame.columns:
            return table
        rows = table.frame.filter(~_is_yes(table.frame, "by.today")).drop("by.today")
        return attrs.evolve(table, frame=rows)

    tables = tuple(over(table) for table in reading.tables)
    dropped = reading.rows - sum(table.frame.height for table in tables)
    left = {"day that is not over": dropped} if dropped else {}
    return attrs.evolve(
        reading,
        tables=tables,
        rows=reading.rows - dropped,
        left_out=left_out_too(reading.left_out, left),
    )


def score(reading: Reading) -> Reading:
    """*reading* of the Shop Performance Score with its scale; the tier is told in a note."""
    (table,) = reading.tables
    frame, rest = table.frame.head(1), table.frame.height - 1
    tier = frame["by.tier"].to_list()
    told = frame.drop("by.tier").with_columns(
        pl.lit(_SCORE_SCALE).alias("shop_performance_score_scale")
    )
    notes = list(reading.notes)
    if tier and tier[0]:
        text = lazy_gettext(
            "Shop Performance Score: {tier} tier", tier=lazy_gettext(str(tier[0]).lower())
        )
        notes.append(Note("score-tier", text, reading.file.name))
    left = {"part of the score": rest} if rest else {}
    return attrs.evolve(
        reading,
        tables=(attrs.evolve(table, frame=told),),
        rows=told.height,
        left_out=left_out_too(reading.left_out, left),
        notes=tuple(notes),
    )


def _text(frame: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in frame.columns else pl.lit(None, pl.String)


def _is_yes(frame: pl.DataFrame, name: str) -> pl.Expr:
    return _text(frame, name).str.to_lowercase().is_in(_YES).fill_null(value=False)
