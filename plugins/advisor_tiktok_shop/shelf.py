"""How much the shelf sells (product card, Shop Tab, search), and whether it is clicked as elsewhere
in the shop."""

from collections.abc import Iterator

import polars as pl
from polars.lazyframe.group_by import LazyGroupBy

from advisor import Counts, Within
from advisor.stats import lognormal, wilson

# Of each channel that is a shelf: who saw and who clicked, as its file counts them.
SHELVES = {
    "product-card": ("card_viewers", "card_clickers"),
    "shop-tab": ("product_viewers", "product_clickers"),
    "search": ("product_viewers", "product_clickers"),
}
ENOUGH = 14  # days that both files have


def shelf(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`shelf_share`, `shelf_share_change` and `shelf_ctr` of each channel that is a shelf."""
    if counts.having("channel"):
        yield "channel", _shares(counts)
        yield "channel", _click_rates(counts)


def _shares(counts: Counts) -> pl.LazyFrame:
    """An order's value is as spread as an exponential one, so it counts for half."""
    now, then = _sales(counts, "window"), _sales(counts, "before")
    both = now.join(then, on=("shop", "key"), how="left", suffix=".then", maintain_order="left")
    share, n = pl.col("own") / pl.col("whole"), pl.col("orders") / 2
    low, high = wilson(share * n, n)
    earlier = pl.col("own.then") / pl.col("whole.then")
    known = (pl.col("own") > 0) & (pl.col("own.then") > 0)
    ratio = pl.when(known).then(share / earlier)
    few = 2 / (share * pl.col("orders")) + 2 / (earlier * pl.col("orders.then"))
    least, most = lognormal(ratio, few.sqrt())
    return both.select(
        "shop",
        "key",
        share.alias("shelf_share"),
        low.alias("shelf_share.lo"),
        high.alias("shelf_share.hi"),
        pl.col("orders").alias("shelf_share.n"),
        ratio.alias("shelf_share_change"),
        pl.when(known).then(least).alias("shelf_share_change.lo"),
        pl.when(known).then(most).alias("shelf_share_change.hi"),
    )


def _sales(counts: Counts, within: Within) -> pl.LazyFrame:
    """`shop`, `key`, GMV of the channel (`own`), and GMV (`whole`) and SKU `orders` of the shop on
    the days that both have, where these are enough."""
    names = ("gmv", "sku_orders")
    channels = counts.days("channel", names, within=within).lazy()
    shop = counts.days("shop", names, within=within).lazy()
    both = _on_shared_days(channels.filter(pl.col("key").is_in(list(SHELVES))), shop)
    sums = both.agg(
        pl.col("from").n_unique().alias("days"),
        pl.col("gmv").sum().alias("own"),
        pl.col("gmv.all").sum().alias("whole"),
        pl.col("sku_orders.all").sum().alias("orders"),
    )
    own, whole = pl.col("own"), pl.col("whole")
    usable = (whole > 0) & (pl.col("orders") > 0) & (own <= whole)
    return sums.filter((pl.col("days") >= ENOUGH) & usable)


def _click_rates(counts: Counts) -> pl.LazyFrame:
    """`shelf_ctr`: clickers / viewers of each channel over those of the shop, on the days that both
    have."""
    shop = counts.days("shop", ("product_viewers", "product_clickers")).lazy()
    frames: list[pl.LazyFrame] = []
    for key, (viewers, clickers) in SHELVES.items():
        days = counts.days("channel", (viewers, clickers))
        seen = (
            days.lazy()
            .filter(pl.col("key") == key)
            .select(
                "shop",
                "key",
                "from",
                pl.col(viewers).alias("saw"),
                pl.col(clickers).alias("clicked"),
            )
        )
        sums = _on_shared_days(seen, shop).agg(
            pl.col("from").n_unique().alias("days"),
            pl.col("saw", "clicked").sum(),
            pl.col("product_viewers").sum().alias("all_saw"),
            pl.col("product_clickers").sum().alias("all_clicked"),
        )
        frames.append(sums.filter(pl.col("days") >= ENOUGH))
    counted = ("clicked", "saw", "all_clicked", "all_saw")
    known = pl.concat(frames).filter(pl.min_horizontal(counted) > 0)
    clicked, saw, all_clicked, all_saw = map(pl.col, counted)
    value = clicked / saw / (all_clicked / all_saw)
    low, high = lognormal(value, (1 / clicked + 1 / all_clicked).sqrt())
    return known.select(
        "shop",
        "key",
        value.alias("shelf_ctr"),
        low.alias("shelf_ctr.lo"),
        high.alias("shelf_ctr.hi"),
    ).sort("shop", "key")


def _on_shared_days(own: pl.LazyFrame, shop: pl.LazyFrame) -> LazyGroupBy:
    """The days that a channel and its shop (`….all`) both have, by channel."""
    both = own.join(shop, on=("shop", "from"), suffix=".all", maintain_order="left")
    return both.group_by("shop", "key", maintain_order=True)
