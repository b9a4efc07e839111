"""Orders and returns: from a row for each SKU to counts by day, and nothing about a person."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from advisor import Grain, Listed, Note, Period, Reading, Table, lazy_gettext, lazy_ngettext
from advisor.tabular import ruined
from advisor_tiktok_shop.buyers import LOOK_BACK, Visits, customers_by_day, visits
from advisor_tiktok_shop.places import by_place
from advisor_tiktok_shop.statuses import order_status, return_status

ORDER_ID = r"^[0-9]{6,}$|^[0-9]+[.,]?[0-9]*E\+?[0-9]+$"  # the second is what Excel leaves of one
REPEATS = "repeat-customers"  # the note on what a repeat customer is
_SALE = "sale"
_CANCELLED, _UNPAID = "cancelled order", "unpaid order"
_CANCELS = r"(?i)cancel|annul|anul|storn|iptal|batal|ยกเลิก|h[ủu][yỷ]|отмен|取消|キャンセル|취소"
_CHANNEL = "by.purchase_channel"
_OF_OTHERS = "order of another purchase channel"
_OWN = ("tiktok", "tiktok shop", "tiktok_shop")
_SHOWN = 5  # channels that a note names
_UNKNOWN = "order whose status is not known"
_SUMS = ("gmv", "items_sold", "items_refunded", "platform_discount", "seller_discount")
_RETURN_SUMS = ("refunds", "items_refunded")


def order_counts(
    reading: Reading,
    buyers: pl.DataFrame | None,
    places: pl.DataFrame | None = None,
    channels: Sequence[str] = (),
) -> Reading:
    """*reading* as counts by day: of the shop, and of the shop broken down by product; and over the
    whole file by product and place.

    *buyers* has `_row` and `buyer` (see buyers.py); without it customers are not known. *places*
    has `_row` and `place` (see places.py). Of purchase channels only *channels* count, all where
    there are none.
    """
    rows = _whole(reading).with_columns(_means(_whole(reading)).alias("_means"))
    notes = list(reading.notes)
    unknown = rows.filter(pl.col("_means") == _UNKNOWN)
    if unknown.height:
        # The status itself may be anything in a broken row, even a buyer's name.
        notes.append(
            _note(
                reading,
                "unknown-status",
                lazy_ngettext(
                    "{n} row has an unknown order status (row {row}), and no column says if it was "
                    "paid or canceled; it doesn't count as a sale",
                    "{n} rows have an unknown order status (first: row {row}), and no column says "
                    "if they were paid or canceled; they don't count as sales",
                    unknown.height,
                    row=str(unknown["_row"][0]),
                ),
            )
        )
    rows, left_out = _sales(rows)
    rows, others = _of_channels(rows, channels)
    left_out = left_out_too(left_out, others)
    notes += _channel_notes(reading, rows, others, channels)
    if {"gmv", "platform_discount"} <= {*rows.columns}:
        paid = pl.col("gmv") + pl.col("platform_discount").fill_null(0.0)
        rows = rows.with_columns(paid.alias("gmv"))
    rows = rows.with_columns(pl.col("from").alias("day"), pl.lit(1.0).alias("sku_orders"))
    shop = _counted(rows, ("day", "currency"), _SUMS, "orders")
    if buyers is not None:
        sales = rows.join(buyers, on="_row", how="left", maintain_order="left")
        shop = shop.join(customers_by_day(sales), on="day", how="left", maintain_order="left")
        told = shop["repeat_customers"].drop_nulls()
        notes.append(_note(reading, REPEATS, _repeat_text(told)))
    else:
        notes.append(
            _note(
                reading,
                "no-buyers",
                lazy_gettext("no column identifies buyers, so repeat customers are unknown"),
            )
        )
    tables = _tables("shop-orders", shop, _by_product(rows, _SUMS, "orders"))
    found = _by_place(rows, places, reading.file.sha256[:12])
    return _with_orders(reading, (*tables, found) if found else tables, rows, left_out, notes)


def visits_of(read: Reading, counted: Reading, buyers: pl.DataFrame) -> Visits | None:
    """Who bought on which day, of the rows of *read* that *counted* counts as sales."""
    if counted.period is None:
        return None
    rows = _sales(_whole(read))[0].with_columns(pl.col("from").alias("day"))
    return visits(rows.join(buyers, on="_row", how="left"), counted.period)


def with_repeats(reading: Reading, repeats: pl.DataFrame) -> Reading:
    """*reading* with the `repeat_customers` of *repeats*, which has `day`."""
    days = repeats.rename({"day": "from", "repeat_customers": "_again"})

    def known(table: Table) -> Table:
        if "repeat_customers" not in table.frame.columns:
            return table
        joined = table.frame.join(days, on="from", how="left", maintain_order="left")
        again = pl.coalesce("_again", "repeat_customers").alias("repeat_customers")
        return attrs.evolve(table, frame=joined.with_columns(again).drop("_again"))

    tables = tuple(known(table) for table in reading.tables)
    others = [note for note in reading.notes if note.code != REPEATS]
    counts = pl.concat(t.frame["repeat_customers"] for t in tables if _has_repeats(t))
    told = _note(reading, REPEATS, _repeat_text(counts.drop_nulls()))
    return attrs.evolve(reading, tables=tables, notes=(*others, told))


def _has_repeats(table: Table) -> bool:
    return "repeat_customers" in table.frame.columns


def _sales(rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """The rows that are sales, and how many are not, by reason."""
    judged = rows.with_columns(_means(rows).alias("_means"))
    why = pl.when(_is_order()).then(pl.col("_means"))
    return sorted_out(judged, why.fill_null("no order id"))


def _of_channels(
    rows: pl.DataFrame, channels: Sequence[str]
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The *rows* of the purchase channels that count, and how many are of others."""
    if not channels or _CHANNEL not in rows.columns:
        return rows, {}
    wanted = [channel.strip().casefold() for channel in channels]
    of = pl.col(_CHANNEL).str.strip_chars().str.to_lowercase()
    kept = rows.filter(of.is_in(wanted) | of.is_null())
    return kept, {_OF_OTHERS: rows.height - kept.height} if kept.height < rows.height else {}


def _channel_notes(
    reading: Reading, rows: pl.DataFrame, others: Mapping[str, int], channels: Sequence[str]
) -> list[Note]:
    """Notes where orders are of more than one purchase channel, such as Tokopedia."""
    if others:
        count = sum(others.values())
        text = lazy_ngettext(
            "{n} row skipped: it is of another purchase channel than {channels}",
            "{n} rows skipped: they are of other purchase channels than {channels}",
            count,
            channels=", ".join(channels),
        )
        return [_note(reading, "order-channels", text)]
    if _CHANNEL not in rows.columns:
        return []
    of = rows[_CHANNEL].str.strip_chars().drop_nulls()
    found = of.value_counts(sort=True).sort("count", _CHANNEL, descending=[True, False]).rows()
    if not any(str(channel).casefold() not in _OWN for channel, _ in found):
        return []
    names = tuple(
        lazy_ngettext("{channel} ({n} row)", "{channel} ({n} rows)", count, channel=str(channel))
        for channel, count in found
    )
    text = lazy_gettext(
        "orders of several purchase channels are counted together: {channels}. To count one alone, "
        'add “channels = ["TikTok"]” (as the file names it) to [orders] in advisor.toml',
        channels=Listed(names, _SHOWN),
    )
    return [_note(reading, "order-channels", text)]


def _is_order() -> pl.Expr:
    """Whether a row is of an order: its id may be missing, but a text that is no id is a remark."""
    return pl.col("by.order_id").str.contains(ORDER_ID).fill_null(value=True)


def _means(rows: pl.DataFrame) -> pl.Expr:
    """What became of each order. Columns that need no language decide before the status' words: a
    time of cancelling, of paying, of shipping."""

    def said(name: str) -> pl.Expr:
        if f"by.{name}" not in rows.columns:
            return pl.lit(value=False)
        text = pl.col(f"by.{name}").str.strip_chars()
        # An API writes 0 for a time that never came.
        return text.str.contains("[1-9]").fill_null(value=False)

    words = order_status(pl.col("by.status"))
    cancelled = said("cancelled")
    if "by.cancelation" in rows.columns:
        cancels = pl.col("by.cancelation").str.contains(_CANCELS)
        cancelled = cancelled | cancels.fill_null(value=False)
    moved = said("shipped") | said("delivered")
    # A file in which no order has a time of paying does not tell who paid.
    telling = bool(rows.select(said("paid").any()).item()) if rows.height else False
    unpaid = ~said("paid") & ~moved & (words != _SALE).fill_null(value=True)
    return (
        pl.when(cancelled)
        .then(pl.lit(_CANCELLED))
        .when(pl.lit(telling) & unpaid & words.is_null())
        .then(pl.lit(_UNPAID))
        .when(words.is_null() & (said("paid") | moved))
        .then(pl.lit(_SALE))
        .otherwise(words.fill_null(_UNKNOWN))
    )


def return_counts(reading: Reading) -> Reading:
    """*reading* as refunds by day: of the shop, and of the shop broken down by product."""
    rows = _whole(reading)
    status = pl.col("by.status") if "by.status" in rows.columns else pl.lit(None, pl.String)
    day = pl.coalesce("to", "from").alias("day")
    rows = rows.with_columns(day, return_status(status).fill_null(_SALE).alias("_means"))
    why = pl.when(_is_order()).then(pl.col("_means"))
    dated = pl.when(pl.col("day").is_null()).then(pl.lit("without a date")).otherwise(why)
    rows, left_out = sorted_out(rows, dated.fill_null("no order id"))
    shop = _counted(rows, ("day", "currency"), _RETURN_SUMS, "refunded_orders")
    tables = _tables("shop-returns", shop, _by_product(rows, _RETURN_SUMS, "refunded_orders"))
    return _with_orders(reading, tables, rows, left_out, reading.notes)


def _whole(reading: Reading) -> pl.DataFrame:
    (table,) = reading.tables
    return table.frame


def sorted_out(rows: pl.DataFrame, why: pl.Expr) -> tuple[pl.DataFrame, dict[str, int]]:
    """The rows that count, and how many do not, by reason."""
    judged = rows.with_columns(why.alias("_why"))
    reasons = judged.filter(pl.col("_why") != _SALE).group_by("_why").len().sort("_why")
    return judged.filter(pl.col("_why") == _SALE), dict(reasons.iter_rows())


def left_out_too(before: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """How many rows are left out by reason, with those of *more*."""
    both = dict(before)
    for reason, count in more.items():
        both[reason] = both.get(reason, 0) + count
    return both


def _counted(
    rows: pl.DataFrame, by: tuple[str, ...], sums: tuple[str, ...], orders: str
) -> pl.DataFrame:
    """Counts of each group; a sum is missing where no row of the group has a value, and how many
    orders there were is not known where a spreadsheet has ruined their ids."""
    told = () if ruined(rows["by.order_id"]) else (pl.col("by.order_id").n_unique(),)
    present = [name for name in (*sums, "sku_orders") if name in rows.columns]
    return rows.group_by(by, maintain_order=True).agg(
        pl.col("_row").min(),
        *(distinct.cast(pl.Float64).alias(orders) for distinct in told),
        *(pl.when(pl.col(n).is_not_null().any()).then(pl.col(n).sum()).alias(n) for n in present),
    )


def _by_place(rows: pl.DataFrame, places: pl.DataFrame | None, file: str) -> Table | None:
    days = rows["day"].drop_nulls()
    if places is None or days.is_empty() or ruined(rows["by.order_id"]):
        return None
    first, last = rows.select(first=pl.col("day").min(), last=pl.col("day").max()).row(0)
    placed = rows.join(places, on="_row", how="left", maintain_order="left")
    return by_place(placed.with_columns(_product().alias("product")), Period(first, last), file)


def _product() -> pl.Expr:
    # Without a name of its own a row goes by its key, which is no product.
    return pl.when(pl.col("name") != pl.col("key")).then(pl.col("name"))


def _by_product(rows: pl.DataFrame, sums: tuple[str, ...], orders: str) -> pl.DataFrame:
    named = rows.with_columns(_product().alias("by.product")).drop_nulls("by.product")
    return _counted(named, ("by.product", "day", "currency"), sums, orders)


def _tables(family: str, *counted: pl.DataFrame) -> tuple[Table, ...]:
    return tuple(Table("shop", family, Grain.DAY, _framed(counts)) for counts in counted)


def _framed(counts: pl.DataFrame) -> pl.DataFrame:
    day = pl.col("day")
    return counts.select(
        pl.lit("").alias("key"),
        pl.lit("").alias("name"),
        day.alias("from"),
        day.alias("to"),
        pl.exclude("day"),
    )


def _with_orders(
    reading: Reading,
    tables: tuple[Table, ...],
    rows: pl.DataFrame,
    left_out: Mapping[str, int],
    notes: list[Note] | tuple[Note, ...],
) -> Reading:
    both = left_out_too(reading.left_out, left_out)
    ends = rows.select(first=pl.col("day").min(), last=pl.col("day").max()).row(0)
    period = Period(*ends) if rows.height else None
    return attrs.evolve(
        reading, tables=tables, rows=rows.height, left_out=both, period=period, notes=tuple(notes)
    )


def _repeat_text(known: pl.Series) -> str:
    if len(known):
        return lazy_gettext(
            "repeat customers bought in the {days} days before, so they are known only after the "
            "first {days} days of orders",
            days=LOOK_BACK,
        )
    return lazy_gettext(
        "repeat customers bought in the {days} days before; these orders cover fewer days, so "
        "repeat customers are unknown",
        days=LOOK_BACK,
    )


def _note(reading: Reading, code: str, text: str) -> Note:
    return Note(code, text, reading.file.name)
