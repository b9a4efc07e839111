"""Growth over months: of the shop's sales, and of what a LIVE sells from one to the next."""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from advisor import Counts, Grain, MetricsContext
from advisor.stats import LONGEST_DAYS, histories, trends, with_growth
from advisor_tiktok_shop.words import vocabulary

_SHOP = ("shop",)
_KEY = ("shop", "key")
SHOP_FAMILIES = ("shop", "shop-orders")
LIVE_FAMILIES = ("shop-live", "shop-live-list")
LIVE_CHANNEL = ("channel-live",)
LEAST_MONTHS = 6  # a year of months has a season that six at least begin to average
LEAST_LIVES = 12  # three weeks of a shop that is live every other day


def growths(counts: Counts, context: MetricsContext) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`sales_growth` of the shop and `live_growth` of its LIVEs, where there are data enough."""
    if counts.having("shop", ("gmv",), families=SHOP_FAMILIES):
        yield "shop", sales_growth(counts, context)
    if counts.having("live", ("gmv",)) or counts.having("channel", ("gmv", "streams")):
        yield "channel", live_growth(counts, context)


def sales_growth(counts: Counts, context: MetricsContext) -> pl.LazyFrame:
    """Growth of GMV in 30 days, and the days that it rests on; from daily files, else from months.

    Two families of counts define GMV in two ways, so they are never put behind each other: the one
    with the most days is taken.
    """
    each = [
        counts.days("shop", ("gmv",), within="always", families=(family,))
        .lazy()
        .select(
            "shop",
            pl.lit(at).alias("family"),
            pl.col("from").alias("day"),
            pl.col("gmv").alias("value"),
        )
        for at, family in enumerate(SHOP_FAMILIES)
    ]
    longest = pl.len().over("shop", "family")
    ends = context.shops.lazy().select("shop", "last")
    days = (
        pl.concat(each)
        .with_columns(longest.alias("length"))
        .sort("shop", "length", "family", "day", descending=[False, True, False, False])
        .filter(pl.col("family") == pl.col("family").first().over("shop"))
        .join(ends, on="shop", how="left", maintain_order="left")
        .with_columns(pl.lit(_matures()).alias("matures"))
    )
    told = histories(days, _SHOP, today=context.today)
    lengths = told.days.lazy().group_by("shop").agg(pl.len().cast(pl.Float64).alias("n"))
    daily = _rows("sales_growth", told.trends, lengths, key=pl.col("shop"))
    months = counts.rows(
        "shop", ("gmv",), within="always", families=SHOP_FAMILIES[:1], grains=(Grain.PERIOD,)
    )
    others = months.lazy().join(daily, on="shop", how="anti", maintain_order="left")
    return pl.concat([daily, _monthly(others, context)]).sort(_KEY)


def _monthly(reports: pl.LazyFrame, context: MetricsContext) -> pl.LazyFrame:
    """From reports of whole months, LEAST_MONTHS and more, none of which overlap."""
    length = (pl.col("to") - pl.col("from")).dt.total_days() + 1
    end = pl.min_horizontal("last", pl.lit(context.today - timedelta(days=1)))
    # As a rule no shop has any: the days that a file has are better.
    months = (
        reports.with_columns(length.alias("days"))
        .join(context.shops.lazy().select("shop", "last"), on="shop", how="left")
        .filter(pl.col("days").is_between(28, 31) & (pl.col("to") <= end))
        .sort("shop", "from", "gmv", descending=[False, False, True])
        .unique(("shop", "from", "to"), keep="first", maintain_order=True)
        .filter((pl.col("from") > pl.col("to").shift(1).over("shop")).fill_null(value=True))
        .filter(pl.int_range(pl.len()).reverse().over("shop") < LONGEST_DAYS // 28)
        .filter(pl.len().over("shop") >= LEAST_MONTHS)
        .collect(engine="in-memory")
    )
    middle = pl.col("from").to_physical() + (pl.col("days") - 1) / 2
    worth = (pl.col("gmv").clip(lower_bound=0.0) / pl.col("days")).log()
    points = months.select("shop", middle.alias("at"), worth.alias("value"))
    lengths = months.lazy().group_by("shop").agg(pl.col("days").sum().cast(pl.Float64).alias("n"))
    return _rows("sales_growth", trends(points, _SHOP), lengths, key=pl.col("shop"))


def live_growth(counts: Counts, context: MetricsContext) -> pl.LazyFrame:
    """Growth of GMV from one LIVE to the next, and how many LIVEs it rests on.

    LIVEs are taken in their order, not by their days: two weeks without one are no fall. From a
    list of LIVEs; else from the days of the channel, where a day's LIVEs share its GMV.
    """
    order = ("shop", "family", "from", "key")
    lists = [
        counts.days("live", ("gmv",), within="always", families=(family,))
        .lazy()
        .select(
            "shop", pl.lit(at).alias("family"), "from", "key", "gmv", pl.lit(1.0).alias("streams")
        )
        for at, family in enumerate(LIVE_FAMILIES)
    ]
    days = counts.days("channel", ("gmv", "streams"), within="always", families=LIVE_CHANNEL)
    own = (
        days.lazy()
        .filter((pl.col("key") == "live") & (pl.col("streams") > 0))
        .select("shop", pl.lit(len(lists)).alias("family"), "from", "key", "gmv", "streams")
    )
    length = pl.len().over("shop", "family")
    listed = pl.concat(lists).filter(length >= LEAST_LIVES)
    longest = listed.with_columns(length.alias("length")).sort(
        "shop", "length", "family", descending=[False, True, False], maintain_order=True
    )
    best = longest.filter(pl.col("family") == pl.col("family").first().over("shop"))
    rest = own.join(best, on="shop", how="anti", maintain_order="left")
    lives = pl.concat([best.drop("length"), rest]).sort(order)
    streams, today = pl.col("streams"), context.today
    newest = pl.col("newest").fill_null(today)
    end = pl.min_horizontal(newest, pl.lit(today - timedelta(days=1)))
    end = pl.min_horizontal(end - pl.duration(days=_matures()), "last")
    settled = (
        lives.join(_newest_days(counts), on="shop", how="left")
        .join(context.shops.lazy().select("shop", "last"), on="shop", how="left")
        .filter(pl.col("from").is_between(end - pl.duration(days=LONGEST_DAYS - 1), end))
        .sort(order)
        .filter(streams.sum().over("shop") >= LEAST_LIVES)
        .collect(engine="in-memory")
    )
    at = streams.cum_sum().over("shop") - streams / 2
    worth = (pl.col("gmv").clip(lower_bound=0.0) / streams).log()
    points = settled.select("shop", at.alias("at"), worth.alias("value"))
    lengths = settled.lazy().group_by("shop").agg(streams.sum().alias("n"))
    return _rows(
        "live_growth", trends(points, _SHOP), lengths, key=pl.lit("live"), name="LIVEs", per=1
    )


def _newest_days(counts: Counts) -> pl.LazyFrame:
    """`shop` and `newest`: the last day of the files that list LIVEs."""
    families = (*LIVE_FAMILIES, *LIVE_CHANNEL)
    ends = [(one.shop, one.period.last) for one in counts.coverage if one.family in families]
    schema = {"shop": pl.String, "newest": pl.Date}
    listed = pl.LazyFrame(ends, schema=schema, orient="row")
    return listed.group_by("shop").agg(pl.col("newest").max())


def _matures() -> int:
    return next(count.matures for count in vocabulary().count if count.id == "gmv")


def _rows(
    metric: str,
    found: pl.DataFrame,
    lengths: pl.LazyFrame,
    *,
    key: pl.Expr,
    name: str | None = None,
    per: float = 30,
) -> pl.LazyFrame:
    """The growth of each shop for each *per* units, and the `n` in *lengths* that it rests on."""
    return (
        with_growth(found, metric, per)
        .join(lengths, on="shop", how="left")
        .select(
            "shop",
            key.alias("key"),
            pl.lit(name, pl.String).alias("name"),
            *(metric, f"{metric}.lo", f"{metric}.hi"),
            pl.col("n").alias(f"{metric}.n"),
        )
        .sort("shop")
    )
