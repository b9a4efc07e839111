"""Answers of the Partner API brought into the shape of the exports that they stand for."""

import attrs
import polars as pl

from advisor import Note, Reading, Table, lazy_gettext
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
