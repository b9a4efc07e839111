"""What was settled: from rows of orders and adjustments to money by day, and by product.

Signs stay as they are printed: income is positive, fees, refunds and ad payments are negative. So
the parts of a settlement add up to it.
"""

from collections.abc import Callable, Mapping, Sequence

import attrs
import polars as pl

from advisor import Column, Grain, Note, Period, Reading, Table, lazy_ngettext
from advisor_tiktok_shop.finance_kinds import SETTLED, UNSETTLED, Parts, base_count

_TOLERANCE = 0.011  # of a currency unit: amounts are printed with two decimals
_AD_PAYMENT = r"(?i)gmv.*(payment|pembayaran)|(payment|pembayaran).*gmv|gmv_payment"
_PRODUCT_ID = r"^\s*(\d{15,20})\s*\*\s*\d+\s*;?\s*$"
_SAMPLE = r"(?i)sample"
_AD_PAYMENTS = ("ad_fee.payment", "ad_fee.promote")  # lines among a report's adjustments
_PAID = "_paid"


def settled(reading: Reading) -> Reading:
    """*reading* as settled money by day."""
    return _counted(reading, SETTLED)


def unsettled(reading: Reading) -> Reading:
    """*reading* as estimates of what is still to be settled, by day of the order."""
    return _counted(reading, UNSETTLED)


def statements(reading: Reading) -> Reading:
    """*reading* with each statement on the day that it is of: its time is the midnight after."""
    tables = [
        attrs.evolve(t, frame=t.frame.with_columns(pl.col("to").dt.offset_by("-1d")))
        for t in reading.tables
    ]
    return _counted(attrs.evolve(reading, tables=tuple(tables)), SETTLED)


def report(reading: Reading) -> Reading:
    """*reading* of the totals of a period: payments for ads are among its adjustments."""
    (table,) = reading.tables
    frame = table.frame
    payments = [name for name in _AD_PAYMENTS if name in frame.columns]
    paid = pl.sum_horizontal(payments) if payments else pl.lit(0.0)
    rows = _added(frame.drop(payments)).with_columns(frame.select(paid.alias(_PAID)))
    inside = _shipping_is_a_fee(rows, SETTLED)
    notes = [*reading.notes, *_disagreements(rows, SETTLED, reading, shipping_inside=inside)]
    among = pl.col(_PAID) if SETTLED.adjustments in rows.columns else pl.lit(0.0)
    rows = _parted(rows, SETTLED, shipping_inside=inside).with_columns(
        (pl.col(SETTLED.ads) + pl.col(_PAID)).alias(SETTLED.ads),
        (pl.col(SETTLED.adjustments) - among).alias(SETTLED.adjustments),
        (pl.col(SETTLED.before_ads) - pl.col(_PAID)).alias(SETTLED.before_ads),
    )
    return attrs.evolve(
        reading,
        tables=(attrs.evolve(table, frame=rows.drop(_PAID)),),
        columns=tuple(_plain(column) for column in reading.columns),
        notes=tuple(notes),
    )


def adjustments(reading: Reading) -> Reading:
    """*reading* of a statement's adjustments, with the payments for ads apart, by day."""
    (table,) = reading.tables
    rows = table.frame.with_columns(_first(table.frame, ("to", "from"), pl.Date).alias("day"))
    payment = _first(rows, ("by.type",), pl.String).str.contains(_AD_PAYMENT).fill_null(value=False)
    amount = pl.col("statement_adjustments")
    rows = rows.with_columns(
        pl.when(~payment).then(amount).alias("statement_adjustments"),
        pl.when(payment).then(amount).alias("statement_ad_payments"),
    )
    counts = ["statement_adjustments", "statement_ad_payments"]
    sums = (pl.when(pl.col(n).is_not_null().any()).then(pl.col(n).sum()).alias(n) for n in counts)
    of_days = rows.group_by("day", "currency", maintain_order=True).agg(pl.col("_row").min(), *sums)
    known = rows["day"].drop_nulls().sort()
    return attrs.evolve(
        reading,
        tables=(_table("shop", table.family, of_days, pl.lit(""), pl.lit("")),),
        rows=rows.height,
        period=Period(known[0], known[-1]) if len(known) else reading.period,
    )


def _counted(reading: Reading, parts: Parts) -> Reading:
    (table,) = reading.tables
    rows, left_out = _without_samples(_added(table.frame))
    day = _first(rows, ("to", "from"), pl.Date).alias("day")
    rows = rows.with_columns(day)
    undated = rows["day"].null_count() if reading.period else 0
    if undated:
        rows = rows.drop_nulls("day")
        left_out["without a date"] = undated
    inside = _shipping_is_a_fee(rows, parts)
    rows = _parted(rows, parts, shipping_inside=inside)
    notes = [*reading.notes, *_disagreements(rows, parts, reading, shipping_inside=inside)]
    counts = _names(rows)
    shop = _by(rows, ["day", "currency"], counts, parts)
    tables = [_table("shop", table.family, shop, pl.lit(""), pl.lit(""))]
    products = _products(rows)
    if products is not None and parts is SETTLED:
        told = _by(products, ["product", "product_name", "day", "currency"], counts, parts)
        tables.append(
            _table("product", table.family, told, pl.col("product"), pl.col("product_name"))
        )
    days = rows["day"].drop_nulls()
    first, last = rows.select(a=pl.col("day").min(), b=pl.col("day").max()).row(0)
    return attrs.evolve(
        reading,
        tables=tuple(tables),
        rows=rows.height,
        left_out={**reading.left_out, **left_out},
        period=Period(first, last) if len(days) else reading.period,
        columns=tuple(_plain(column) for column in reading.columns),
        notes=tuple(notes),
    )


def _plain(column: Column) -> Column:
    return attrs.evolve(column, means=base_count(column.means))


def _first(rows: pl.DataFrame, names: Sequence[str], dtype: type[pl.DataType]) -> pl.Expr:
    there = [pl.col(name) for name in names if name in rows.columns]
    return pl.coalesce(there) if there else pl.lit(None, dtype)


def _names(rows: pl.DataFrame) -> list[str]:
    fixed = {"key", "name", "from", "to", "day", "currency", "product", "product_name"}
    return [n for n in rows.columns if n not in fixed and n[0] != "_" and "." not in n]


def _added(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns of one fee under their common name."""
    apart: dict[str, list[str]] = {}
    for name in frame.columns:
        base, dot, _ = name.partition(".")
        if dot and base not in ("by", "parent"):
            apart.setdefault(base, []).append(name)
    sums = [
        pl.when(pl.any_horizontal(pl.col(names).is_not_null()))
        .then(pl.sum_horizontal(names))
        .alias(base)
        for base, names in apart.items()
    ]
    return frame.with_columns(sums).drop(name for names in apart.values() for name in names)


def _without_samples(rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    if "by.sample" not in rows.columns:
        return rows, {}
    sample = rows["by.sample"].str.contains(_SAMPLE).fill_null(value=False)
    return rows.filter(~sample), {"sample": int(sample.sum())} if sample.any() else {}


def _money(rows: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name).fill_null(0.0) if name in rows.columns else pl.lit(0.0)


def _shipping_is_a_fee(rows: pl.DataFrame, parts: Parts) -> bool:
    """Whether the fees hold the shipping already: so it is in South East Asia, and nowhere else."""
    if parts.shipping not in rows.columns:
        return True
    apart = rows.select(_off(rows, parts, shipping_inside=False).sum()).item()
    inside = rows.select(_off(rows, parts, shipping_inside=True).sum()).item()
    return bool(inside <= apart)


def _off(rows: pl.DataFrame, parts: Parts, *, shipping_inside: bool) -> pl.Expr:
    """Rows whose settlement is not what its parts add up to."""
    whole = _money(rows, parts.revenue) + _money(rows, parts.fees) + _money(rows, parts.adjustments)
    if not shipping_inside:
        whole = whole + _money(rows, parts.shipping)
    allowed = _TOLERANCE + 1e-6 * pl.col(parts.settlement).abs()
    return ((pl.col(parts.settlement) - whole).abs() > allowed).fill_null(value=False)


def _parted(rows: pl.DataFrame, parts: Parts, *, shipping_inside: bool) -> pl.DataFrame:
    """*rows* with the ads that were paid from sales apart from fees and adjustments, and what the
    named fees leave of all fees."""
    kind = _first(rows, ("by.type",), pl.String)
    payment = kind.str.contains(_AD_PAYMENT).fill_null(value=False)
    in_fees = _money(rows, parts.ads)
    in_adjustments = payment & (_money(rows, parts.adjustments) != 0) & (in_fees == 0)
    bare = payment & (in_fees == 0) & ~in_adjustments & (_money(rows, parts.fees) == 0)
    fee_itself = payment & (in_fees == 0) & ~in_adjustments & (_money(rows, parts.fees) != 0)
    ads = (
        pl.when(in_adjustments)
        .then(_money(rows, parts.adjustments))
        .when(bare)
        .then(_money(rows, parts.settlement))
        .when(fee_itself)
        .then(_money(rows, parts.fees))
        .otherwise(in_fees)
    )
    adjustments = pl.when(in_adjustments).then(0.0).otherwise(_money(rows, parts.adjustments))
    named = _money(rows, parts.platform) + _money(rows, parts.affiliate) + in_fees
    if shipping_inside:
        named = named + _money(rows, parts.shipping)
    other = pl.when(fee_itself).then(0.0).otherwise(_money(rows, parts.fees) - named)
    settlement = pl.col(parts.settlement)
    return rows.with_columns(
        ads.alias(parts.ads),
        other.alias(parts.other),
        adjustments.alias(parts.adjustments),
        (settlement - ads).alias(parts.before_ads),
    )


def _disagreements(
    rows: pl.DataFrame, parts: Parts, reading: Reading, *, shipping_inside: bool
) -> list[Note]:
    kind = _first(rows, ("by.type",), pl.String)
    payment = kind.str.contains(_AD_PAYMENT).fill_null(value=False)
    # Of an ad payment the amount may stand in the settlement alone.
    wrong = rows.filter(_off(rows, parts, shipping_inside=shipping_inside) & ~payment)
    if wrong.is_empty():
        return []
    text = lazy_ngettext(
        "in {n} of {all} rows (row {row}), revenue, fees, shipping and adjustments don't add up to "
        "the settlement amount; it is used as printed",
        "in {n} of {all} rows (first: row {row}), revenue, fees, shipping and adjustments don't "
        "add up to the settlement amount; it is used as printed",
        wrong.height,
        all=rows.height,
        row=str(wrong["_row"][0]),
    )
    return [Note("settlement-disagrees", text, reading.file.name)]


def _by(rows: pl.DataFrame, by: list[str], counts: list[str], parts: Parts) -> pl.DataFrame:
    """Sums of each group; missing where no row has a value."""
    orders: list[pl.Expr] = []
    if "by.order_id" in rows.columns:
        revenue = _money(rows, parts.revenue) != 0
        settled_order = pl.col("by.order_id").filter(revenue & pl.col("by.order_id").is_not_null())
        orders = [settled_order.n_unique().cast(pl.Float64).alias(parts.orders)]
    sums = (pl.when(pl.col(n).is_not_null().any()).then(pl.col(n).sum()).alias(n) for n in counts)
    return rows.group_by(by, maintain_order=True).agg(pl.col("_row").min(), *orders, *sums)


def _products(rows: pl.DataFrame) -> pl.DataFrame | None:
    """Rows that are about one product, with its id or, where the file has none, its name."""
    has_name = (pl.col("name") != pl.col("key")) & (pl.col("key") != "-")
    named = pl.when(has_name).then(pl.col("name"))
    listed = _first(rows, ("by.items",), pl.String).str.extract(_PRODUCT_ID)
    product = pl.coalesce(listed, named)
    found = rows.with_columns(product.alias("product"), product.alias("product_name"))
    found = found.drop_nulls("product")
    return found if found.height else None


def _table(subject: str, family: str, counted: pl.DataFrame, key: pl.Expr, name: pl.Expr) -> Table:
    day = pl.col("day")
    frame = counted.select(
        key.alias("key"),
        name.alias("name"),
        day.alias("from"),
        day.alias("to"),
        pl.exclude("day", "product", "product_name"),
    )
    grain = Grain.DAY if counted["day"].null_count() < counted.height else Grain.PERIOD
    return Table(subject, family, grain, frame)


FINISH: Mapping[str, Callable[[Reading], Reading]] = {
    "income": settled,
    "income-report": report,
    "profit-and-loss": settled,
    "profit-and-loss-adjustments": adjustments,
    "api-statement-transactions": settled,
    "api-statements": statements,
    "unsettled-orders": unsettled,
    "api-unsettled-orders": unsettled,
}
"""What becomes of the readings of each kind."""
