"""Growth over months: of the shop's sales, and of what a LIVE sells from one to the next."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import attrs
import polars as pl

from advisor import Derived, Grain, Period, Reading, Table
from advisor.stats import LONGEST_DAYS, Growth, growth, history, trend
from advisor.tabular import days_of
from advisor_tiktok_shop.words import vocabulary

SHOP_FAMILIES = ("shop", "shop-orders")
LIVE_FAMILIES = ("shop-live", "shop-live-list")
LIVE_CHANNEL = ("channel-live",)
LEAST_MONTHS = 6  # a year of months has a season that six at least begin to average
LEAST_LIVES = 12  # three weeks of a shop that is live every other day


def growths(readings: Sequence[Reading], today: date, window: Period | None) -> Iterator[Derived]:
    """`sales_growth` of the shop and `live_growth` of its LIVEs, where there are data enough."""
    last = window.last if window else None
    sales = sales_growth(readings, today, last)
    if sales is not None:
        yield Derived("shop", _row("sales_growth", "", "", *sales))
    lives = live_growth(readings, today, last)
    if lives is not None:
        yield Derived("channel", _row("live_growth", "live", "LIVEs", *lives))


def sales_growth(
    readings: Sequence[Reading], today: date, last: date | None
) -> tuple[Growth, float] | None:
    """Growth of GMV in 30 days, and the days that it rests on; from daily files, else from months.

    Two families of counts define GMV in two ways, so they are never put behind each other: the one
    with the most days is taken.
    """
    each = (days_of(_of(readings, name), "shop", ("gmv",), None) for name in SHOP_FAMILIES)
    days = max(each, key=lambda frame: frame.height)
    told = history(
        days.group_by(pl.col("from").alias("day")).agg(pl.col("gmv").max().alias("value")),
        matures=_matures(),
        today=today,
        last=last,
    )
    found = growth(told.trend)
    if found is not None:
        return found, float(told.days.height)
    return _monthly(readings, today, last)


def _monthly(
    readings: Sequence[Reading], today: date, last: date | None
) -> tuple[Growth, float] | None:
    """From reports of whole months, LEAST_MONTHS and more, none of which overlap."""
    frames = [
        table.frame.select("from", "to", "gmv")
        for reading in _of(readings, *SHOP_FAMILIES[:1])
        for table in reading.tables
        if table.grain is Grain.PERIOD and _has(table, "shop", ("gmv",))
    ]
    if not frames:
        return None
    length = (pl.col("to") - pl.col("from")).dt.total_days() + 1
    ends = pl.lit(min(today - timedelta(days=1), last or today))
    reports = pl.concat(frames).drop_nulls().with_columns(length.alias("days"))
    months = (
        reports.filter(pl.col("days").is_between(28, 31) & (pl.col("to") <= ends))
        .sort("from", "gmv", descending=[False, True])
        .unique(("from", "to"), keep="first", maintain_order=True)
        .filter((pl.col("from") > pl.col("to").shift(1)).fill_null(value=True))
        .tail(LONGEST_DAYS // 28)
    )
    middle = pl.col("from").to_physical() + (pl.col("days") - 1) / 2
    worth = (pl.col("gmv").clip(lower_bound=0.0) / pl.col("days")).log()
    found = growth(trend(months.select(middle.alias("at"), worth.alias("value"))))
    if found is None or months.height < LEAST_MONTHS:
        return None
    return found, float(months["days"].sum())


def live_growth(
    readings: Sequence[Reading], today: date, last: date | None
) -> tuple[Growth, float] | None:
    """Growth of GMV from one LIVE to the next, and how many LIVEs it rests on.

    LIVEs are taken in their order, not by their days: two weeks without one are no fall. From a
    list of LIVEs; else from the days of the channel, where a day's LIVEs share its GMV.
    """
    lists = [_live_list(readings, name) for name in LIVE_FAMILIES]
    lives = max((one for one in lists if one is not None), key=len, default=None)
    if lives is None or lives.height < LEAST_LIVES:
        lives = _live_days(readings)
    if lives is None:
        return None
    newest = max(
        (r.period.last for r in _of(readings, *LIVE_FAMILIES, *LIVE_CHANNEL) if r.period),
        default=today,
    )
    end = min(newest, today - timedelta(days=1)) - timedelta(days=_matures())
    end = min(end, last or end)
    first = end - timedelta(days=LONGEST_DAYS - 1)
    settled = lives.filter(pl.col("from").is_between(first, end))
    at = pl.col("streams").cum_sum() - pl.col("streams") / 2
    worth = (pl.col("gmv").clip(lower_bound=0.0) / pl.col("streams")).log()
    count = float(settled["streams"].sum())
    found = growth(trend(settled.select(at.alias("at"), worth.alias("value"))), per=1)
    return None if found is None or count < LEAST_LIVES else (found, count)


def _live_list(readings: Sequence[Reading], family: str) -> pl.DataFrame | None:
    days = days_of(_of(readings, family), "live", ("gmv",), None)
    if days.is_empty():
        return None
    return days.sort("from", "key").select("from", "gmv", pl.lit(1.0).alias("streams"))


def _live_days(readings: Sequence[Reading]) -> pl.DataFrame | None:
    days = days_of(_of(readings, *LIVE_CHANNEL), "channel", ("gmv", "streams"), None)
    lives = days.filter((pl.col("key") == "live") & (pl.col("streams") > 0))
    return None if lives.is_empty() else lives.sort("from").select("from", "gmv", "streams")


def _of(readings: Sequence[Reading], *families: str) -> list[Reading]:
    """The tables of *families* alone."""
    found = []
    for reading in readings:
        tables = tuple(t for t in reading.tables if t.family in families)
        if tables:
            found.append(attrs.evolve(reading, tables=tables))
    return found


def _has(table: Table, subject: str, counts: Sequence[str]) -> bool:
    columns = table.frame.columns
    whole = not any(column.startswith("by.") for column in columns)
    return table.subject == subject and set(counts) <= set(columns) and whole


def _matures() -> int:
    return next(count.matures for count in vocabulary().count if count.id == "gmv")


def _row(metric: str, key: str, name: str, found: Growth, n: float) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "key": key,
            "name": name,
            metric: found.value,
            f"{metric}.lo": found.low,
            f"{metric}.hi": found.high,
            f"{metric}.n": n,
        }
    )
