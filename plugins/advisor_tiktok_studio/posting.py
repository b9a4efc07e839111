"""When the shop posts, and when its followers are on the app."""

from collections.abc import Iterator

import polars as pl

from advisor import Counts, Grain, MetricsContext
from advisor.stats import wilson
from advisor_tiktok_studio.audience import ACCOUNT
from advisor_tiktok_studio.territories import (
    DAY,
    hours_there,
    main_territories,
    territory,
)

FAMILY = "studio-activity"
BUSY = 8  # hours: a third of the day, so a third of posts would meet them by chance. Ours.
STRETCH = 4  # hours in a row that are told as the best. Ours.
LEAST_HOURS = 20  # of a day that the file must know


def posting(counts: Counts, context: MetricsContext) -> Iterator[tuple[str, pl.LazyFrame]]:
    """Of each account: `posting_fit`, the share of the window's videos and LIVEs that began in the
    BUSY hours in which most followers are on the app, with 95 % limits; and from when on the best
    STRETCH hours are: `audience_hour` where most of the audience lives, `audience_hour_here` by the
    shop's clocks. Files print hours in the shop's time zone. Nothing of a shop without both kinds
    of file."""
    active = _active(counts)
    if active.is_empty():
        return
    posted = _posted(counts)
    busy = (
        active.lazy()
        .sort("shop", "active_followers", "hour", descending=[False, True, False])
        .group_by("shop", maintain_order=True)
        .head(BUSY)
        .select("shop", "hour", pl.lit(1.0).alias("busy"))
    )
    fits = (
        posted.lazy()
        .join(busy, on=("shop", "hour"), how="left")
        .group_by("shop")
        .agg(pl.col("busy").sum().alias("x"), pl.len().cast(pl.Float64).alias("n"))
    )
    best = _best(active)
    each = (
        best.lazy()
        .join(fits, on="shop", maintain_order="left")
        .join(_hours_there(best, counts, context), on="shop", how="left", maintain_order="left")
        .sort("shop")
    )
    low, high = wilson(pl.col("x"), pl.col("n"))
    ends = ("", ".lo", ".hi")
    fit = (pl.col("x") / pl.col("n"), low, high)
    yield (
        "account",
        each.select(
            "shop",
            "key",
            pl.lit(ACCOUNT).alias("name"),
            *(value.alias(f"posting_fit{end}") for end, value in zip(ends, fit, strict=True)),
            *(pl.col("there").alias(f"audience_hour{end}") for end in ends),
            *(pl.col("best").alias(f"audience_hour_here{end}") for end in ends),
            pl.col("n").alias("posting_fit.n"),
        ),
    )


def _active(counts: Counts) -> pl.DataFrame:
    """`shop`, `key` of the account, `hour` (0 to 23) and the mean of `active_followers` in it; of
    shops of which enough hours are known."""
    rows = counts.rows(
        "account",
        ("active_followers",),
        within="always",
        families=(FAMILY,),
        breakdowns=("hour",),
    )
    hour = pl.col("by.hour").str.extract(r"^([0-9]{1,2})(?::00)?$").cast(pl.Int64, strict=False)
    return (
        rows.lazy()
        .with_columns(hour.alias("hour"))
        .filter(pl.col("hour") < DAY)
        .sort("shop", "from", "hour", "key")
        .group_by("shop", "hour", maintain_order=True)
        .agg(pl.col("key").first(), pl.col("active_followers").mean())
        .sort("shop", "hour")
        .filter(pl.len().over("shop") >= LEAST_HOURS)
        .collect(engine="in-memory")
    )


def _posted(counts: Counts) -> pl.LazyFrame:
    """`shop` and the `hour` in which videos and LIVEs of the window began; each of them once."""
    frames = [
        counts.rows(kind, ("posted_hour",), grains=(Grain.DAY, Grain.PERIOD))
        .lazy()
        .sort("shop", "key", "to")
        .unique(("shop", "key"), keep="last", maintain_order=True)
        for kind in ("video", "live")
    ]
    hour = pl.col("posted_hour").floor().cast(pl.Int64).alias("hour")
    return pl.concat(frames).select("shop", hour)


def _best(active: pl.DataFrame) -> pl.DataFrame:
    """`shop`, `key` and `best`: the hour from which on STRETCH hours in a row have most followers;
    they may pass midnight."""
    rows = active.lazy()
    accounts = rows.group_by("shop", maintain_order=True).agg(pl.col("key").first())
    hours = pl.LazyFrame({"hour": range(DAY)}, schema={"hour": pl.Int64})
    grid = accounts.join(hours, how="cross").join(
        rows.drop("key"), on=("shop", "hour"), how="left", maintain_order="left"
    )
    followers = pl.col("active_followers").fill_null(0.0)
    after = [followers.gather((pl.int_range(DAY) + ahead) % DAY) for ahead in range(STRETCH)]
    best = pl.sum_horizontal(after).arg_max().cast(pl.Float64).alias("best")
    return grid.group_by("shop", "key", maintain_order=True).agg(best).collect(engine="in-memory")


def _hours_there(best: pl.DataFrame, counts: Counts, context: MetricsContext) -> pl.LazyFrame:
    """`shop` and `there`: the best hour of the shop's clocks where most of the audience lives, for
    shops of which both are known."""
    on = ("best", "region", "territory")
    places = (
        best.lazy()
        .join(main_territories(counts), on="shop")
        .join(context.shops.lazy().select("shop", "region").drop_nulls(), on="shop")
        .select("shop", *on)
        .collect(engine="in-memory")
    )
    asked = [
        (names, (names[0], home, there))
        for names in places[[*on]].unique().sort(on).iter_rows()
        if (home := territory(names[1])) and (there := territory(names[2]))
    ]
    hours = hours_there([question for _, question in asked], context.today)
    told = [
        (*names, float(round(hour) % DAY)) for (names, _), hour in zip(asked, hours, strict=True)
    ]
    schema = {"best": pl.Float64, "region": pl.String, "territory": pl.String, "there": pl.Float64}
    known = pl.LazyFrame(told, schema=schema, orient="row")
    return places.lazy().join(known, on=on).select("shop", "there")
