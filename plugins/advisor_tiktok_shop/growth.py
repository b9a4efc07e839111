"""Growth over months: of the shop's sales, and of what a LIVE sells from one to the next."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial

import polars as pl

from advisor import Counts, Derived, Grain, MetricsContext
from advisor.stats import LONGEST_DAYS, Growth, growth, history, trend
from advisor_tiktok_shop.words import vocabulary

Find = Callable[[pl.DataFrame, date | None], tuple[Growth, float] | None]
Found = tuple[str, Growth, float]
_KEY = ("shop", "key")
SHOP_FAMILIES = ("shop", "shop-orders")
LIVE_FAMILIES = ("shop-live", "shop-live-list")
LIVE_CHANNEL = ("channel-live",)
LEAST_MONTHS = 6  # a year of months has a season that six at least begin to average
LEAST_LIVES = 12  # three weeks of a shop that is live every other day


def growths(counts: Counts, context: MetricsContext) -> Iterator[Derived]:
    """`sales_growth` of the shop and `live_growth` of its LIVEs, where there are data enough."""
    sales = sales_growth(counts, context)
    if sales.height:
        yield Derived("shop", sales)
    lives = live_growth(counts, context)
    if lives.height:
        yield Derived("channel", lives)


def sales_growth(counts: Counts, context: MetricsContext) -> pl.DataFrame:
    """Growth of GMV in 30 days, and the days that it rests on; from daily files, else from months.

    Two families of counts define GMV in two ways, so they are never put behind each other: the one
    with the most days is taken.
    """
    each = [
        counts.days("shop", ("gmv",), within="always", families=(family,)).select(
            "shop",
            pl.lit(at).alias("family"),
            pl.col("from").alias("day"),
            pl.col("gmv").alias("value"),
        )
        for at, family in enumerate(SHOP_FAMILIES)
    ]
    longest = pl.len().over("shop", "family")
    days = (
        pl.concat(each)
        .with_columns(longest.alias("length"))
        .sort("shop", "length", "family", "day", descending=[False, True, False, False])
        .filter(pl.col("family") == pl.col("family").first().over("shop"))
    )
    daily = _rows(
        "sales_growth", _by_shop(days, context, partial(_daily, today=context.today)), key=None
    )
    months = counts.rows(
        "shop", ("gmv",), within="always", families=SHOP_FAMILIES[:1], grains=(Grain.PERIOD,)
    )
    others = months.join(daily, on="shop", how="anti", maintain_order="left")
    monthly = _by_shop(others, context, partial(_monthly, today=context.today))
    return pl.concat([daily, _rows("sales_growth", monthly, key=None)]).sort(_KEY)


def _daily(days: pl.DataFrame, last: date | None, *, today: date) -> tuple[Growth, float] | None:
    told = history(days.select("day", "value"), matures=_matures(), today=today, last=last)
    found = growth(told.trend)
    return None if found is None else (found, float(told.days.height))


def _monthly(
    reports: pl.DataFrame, last: date | None, *, today: date
) -> tuple[Growth, float] | None:
    """From reports of whole months, LEAST_MONTHS and more, none of which overlap."""
    length = (pl.col("to") - pl.col("from")).dt.total_days() + 1
    ends = pl.lit(min(today - timedelta(days=1), last or today))
    months = (
        reports.with_columns(length.alias("days"))
        .filter(pl.col("days").is_between(28, 31) & (pl.col("to") <= ends))
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


def live_growth(counts: Counts, context: MetricsContext) -> pl.DataFrame:
    """Growth of GMV from one LIVE to the next, and how many LIVEs it rests on.

    LIVEs are taken in their order, not by their days: two weeks without one are no fall. From a
    list of LIVEs; else from the days of the channel, where a day's LIVEs share its GMV.
    """
    order = ("shop", "family", "from", "key")
    lists = [
        counts.days("live", ("gmv",), within="always", families=(family,)).select(
            "shop", pl.lit(at).alias("family"), "from", "key", "gmv", pl.lit(1.0).alias("streams")
        )
        for at, family in enumerate(LIVE_FAMILIES)
    ]
    days = counts.days("channel", ("gmv", "streams"), within="always", families=LIVE_CHANNEL)
    own = days.filter((pl.col("key") == "live") & (pl.col("streams") > 0)).select(
        "shop", pl.lit(len(lists)).alias("family"), "from", "key", "gmv", "streams"
    )
    length = pl.len().over("shop", "family")
    listed = pl.concat(lists).filter(length >= LEAST_LIVES)
    longest = listed.with_columns(length.alias("length")).sort(
        "shop", "length", "family", descending=[False, True, False], maintain_order=True
    )
    best = longest.filter(pl.col("family") == pl.col("family").first().over("shop"))
    rest = own.join(best, on="shop", how="anti", maintain_order="left")
    lives = pl.concat([best.drop("length"), rest]).sort(order)
    newest = _newest_days(counts)
    found = _by_shop(
        lives.join(newest, on="shop", how="left", maintain_order="left"),
        context,
        partial(_from_live_to_live, today=context.today),
    )
    return _rows("live_growth", found, key="live", name="LIVEs")


def _newest_days(counts: Counts) -> pl.DataFrame:
    """`shop` and `newest`: the last day of the files that list LIVEs."""
    families = (*LIVE_FAMILIES, *LIVE_CHANNEL)
    ends = [(one.shop, one.period.last) for one in counts.coverage if one.family in families]
    schema = {"shop": pl.String, "newest": pl.Date}
    return (
        pl.DataFrame(ends, schema=schema, orient="row").group_by("shop").agg(pl.col("newest").max())
    )


def _from_live_to_live(
    lives: pl.DataFrame, last: date | None, *, today: date
) -> tuple[Growth, float] | None:
    newest = lives["newest"][0] or today
    end = min(newest, today - timedelta(days=1)) - timedelta(days=_matures())
    end = min(end, last or end)
    first = end - timedelta(days=LONGEST_DAYS - 1)
    settled = lives.filter(pl.col("from").is_between(first, end))
    at = pl.col("streams").cum_sum() - pl.col("streams") / 2
    worth = (pl.col("gmv").clip(lower_bound=0.0) / pl.col("streams")).log()
    count = float(settled["streams"].sum())
    found = growth(trend(settled.select(at.alias("at"), worth.alias("value"))), per=1)
    return None if found is None or count < LEAST_LIVES else (found, count)


def _by_shop(frame: pl.DataFrame, context: MetricsContext, find: Find) -> list[Found]:
    """What *find* tells of each shop's rows and the last day of its window."""
    ends = dict(context.shops.select("shop", "last").iter_rows())
    each = (
        (str(shop), find(rows, ends.get(shop)))
        for (shop,), rows in frame.group_by("shop", maintain_order=True)
    )
    return [(shop, *told) for shop, told in each if told is not None]


def _matures() -> int:
    return next(count.matures for count in vocabulary().count if count.id == "gmv")


def _rows(
    metric: str, found: Sequence[Found], *, key: str | None, name: str | None = None
) -> pl.DataFrame:
    rows = [
        (shop, key or shop, name, told.value, told.low, told.high, n) for shop, told, n in found
    ]
    numbers = [f"{metric}{end}" for end in ("", ".lo", ".hi", ".n")]
    texts = dict.fromkeys((*_KEY, "name"), pl.String)
    return pl.DataFrame(rows, schema=texts | dict.fromkeys(numbers, pl.Float64), orient="row")
