"""Rows of persons or orders added up to what is judged."""

import attrs
import polars as pl

from advisor import Reading, Table
from advisor.tabular import ruined
from advisor_tiktok_shop.orders import ORDER_ID, left_out_too, sorted_out
from advisor_tiktok_shop.statuses import order_status

_SALE = "sale"
_COMMISSION = ("commission", "paid_commission")


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
    """*reading* with one row a creator and day; the commission that was paid goes before the
    estimate."""
    (table,) = reading.tables
    status = pl.col("by.status") if "by.status" in table.frame.columns else pl.lit(None, pl.String)
    known = pl.col("by.order_id").str.contains(ORDER_ID)
    why = pl.when(known).then(order_status(status).fill_null(_SALE)).fill_null("no order id")
    rows, left_out = sorted_out(table.frame, why)
    paid = [name for name in reversed(_COMMISSION) if name in rows.columns]
    if paid:
        rows = rows.with_columns(pl.coalesce(paid).alias("commission"))
    counts = [count for count in table.counts if count != "paid_commission"]
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
    )
