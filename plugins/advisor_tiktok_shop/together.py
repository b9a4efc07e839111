"""Rows of persons or orders added up to what is judged."""

from collections.abc import Mapping

import attrs
import polars as pl

from advisor import Note, Reading, Table, lazy_ngettext
from advisor.tabular import ruined
from advisor_tiktok_shop.finance_kinds import base_count
from advisor_tiktok_shop.orders import ORDER_ID, left_out_too, sorted_out
from advisor_tiktok_shop.statuses import is_ineligible, is_settling, order_status, says_yes

_SALE = "sale"
_UNKNOWN = "order whose status is not known"
_PARTS = ("commission", "ads_commission", "creator_bonus")  # of what a creator is paid


def agents_together(reading: Reading) -> Reading:
    """*reading* with one row a day: the agents of the shop added up."""
    tables = tuple(_added(table) for table in reading.tables)
    return attrs.evolve(reading, tables=tables)


def _added(table: Table) -> Table:
    by = ["key", "name", "from", "to", "currency"]
    return attrs.evolve(table, frame=_summed(table.frame, by, table.counts))


def _summed(
    frame: pl.DataFrame, by: list[str], counts: tuple[str, ...] | list[str]
) -> pl.DataFrame:
    return frame.group_by(by, maintain_order=True).agg(
        *(pl.when(pl.col(n).is_not_null().any()).then(pl.col(n).sum()).alias(n) for n in counts),
        pl.col("_row").min(),
    )


def creators_orders(reading: Reading) -> Reading:
    """*reading* with one row a creator and day, without what brought no sale. Of each part of the
    commission the amount that was paid goes before the estimate."""
    (table,) = reading.tables
    status = _text(table.frame, "by.status")
    known = pl.col("by.order_id").str.contains(ORDER_ID)
    why = (
        pl.when(~known)
        .then(pl.lit("no order id"))
        .when(_returned(table.frame))
        .then(pl.lit("fully returned or refunded"))
        .when(is_ineligible(status))
        .then(pl.lit("ineligible order"))
        .when(pl.col("gmv") <= 0 if "gmv" in table.frame.columns else pl.lit(value=False))
        .then(pl.lit("sample"))
        .when(order_status(status).is_not_null())
        .then(order_status(status))
        .when(status.is_null() | is_settling(status) | _was_paid(table.frame))
        .then(pl.lit(_SALE))
        .otherwise(pl.lit(_UNKNOWN))
    )
    rows, left_out = sorted_out(table.frame, why.fill_null("no order id"))
    rows = _with_commission(rows)
    fixed = ("items_sold", "gmv", *_PARTS)
    counts = [count for count in fixed if count in rows.columns]
    by = ["key", "name", "from", "to", "currency"]
    summed = _summed(rows, by, counts)
    if ruined(rows["by.order_id"]):  # by a spreadsheet: how many orders there were is not known
        frame = summed
    else:
        distinct = pl.col("by.order_id").n_unique().cast(pl.Float64).alias("orders")
        orders = rows.group_by(by).agg(distinct)
        frame = summed.join(orders, on=by, how="left", nulls_equal=True, maintain_order="left")
    return attrs.evolve(
        reading,
        tables=(attrs.evolve(table, frame=frame),),
        rows=rows.height,
        left_out=left_out_too(reading.left_out, left_out),
        columns=tuple(attrs.evolve(c, means=base_count(c.means)) for c in reading.columns),
        notes=(*reading.notes, *_unknown(reading, left_out)),
    )


def _returned(frame: pl.DataFrame) -> pl.Expr:
    """Whether all of an order came back: a column says so, or counts all of its items."""
    yes = says_yes(_text(frame, "by.refunded"))
    for name in ("by.returned_items", "by.refunded_items"):
        said = _text(frame, name)
        items = said.str.strip_chars().cast(pl.Float64, strict=False)
        sold = pl.col("items_sold") if "items_sold" in frame.columns else pl.lit(1.0)
        all_of_them = (items > 0) & (items >= sold)
        yes |= all_of_them.fill_null(says_yes(said) & items.is_null()).fill_null(value=False)
    return yes


def _was_paid(frame: pl.DataFrame) -> pl.Expr:
    """Whether a commission was paid, which needs no words."""
    paid = [pl.col(c) > 0 for c in (f"{name}.paid" for name in _PARTS) if c in frame.columns]
    return pl.any_horizontal(paid).fill_null(value=False) if paid else pl.lit(value=False)


def _unknown(reading: Reading, left_out: Mapping[str, int]) -> tuple[Note, ...]:
    count = left_out.get(_UNKNOWN, 0)
    if not count:
        return ()
    text = lazy_ngettext(
        "{n} row has an unknown order status and no paid commission; it doesn't count as a sale",
        "{n} rows have an unknown order status and no paid commission; they don't count as sales",
        count,
    )
    return (Note("unknown-status", text, reading.file.name),)


def _with_commission(rows: pl.DataFrame) -> pl.DataFrame:
    """*rows* with each part of the commission, and `commission` as what they are together."""
    parts: list[pl.Expr] = []
    for name in _PARTS:
        there = [f"{name}.{which}" for which in ("paid", "estimated")]
        there = [column for column in there if column in rows.columns]
        if there:
            paid = [pl.when(pl.col(column) > 0).then(pl.col(column)) for column in there]
            parts.append(pl.coalesce(*paid, *there).alias(name))
    if not parts:
        return rows
    rows = rows.with_columns(parts)
    names = [part.meta.output_name() for part in parts]
    known = pl.any_horizontal(pl.col(names).is_not_null())
    return rows.with_columns(pl.when(known).then(pl.sum_horizontal(names)).alias("commission"))


def _text(frame: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in frame.columns else pl.lit(None, pl.String)
