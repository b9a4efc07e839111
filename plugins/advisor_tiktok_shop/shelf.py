"""How much the shelf sells (product card, Shop Tab, search), and whether it is clicked as elsewhere
in the shop."""

from collections.abc import Iterator, Sequence

import polars as pl

from advisor import Derived, Period, Reading, before
from advisor.stats import lognormal, wilson
from advisor.tabular import days_of

# Of each channel that is a shelf: who saw and who clicked, as its file counts them.
SHELVES = {
    "product-card": ("card_viewers", "card_clickers"),
    "shop-tab": ("product_viewers", "product_clickers"),
    "search": ("product_viewers", "product_clickers"),
}
ENOUGH = 14  # days that both files have


def shelf(readings: Sequence[Reading], window: Period | None) -> Iterator[Derived]:
    """`shelf_share`, `shelf_share_change` and `shelf_ctr` of each channel that is a shelf."""
    if window is None:
        return
    shop = days_of(readings, "shop", ("gmv", "sku_orders"), None)
    people = days_of(readings, "shop", ("product_viewers", "product_clickers"), None)
    for key, seen in SHELVES.items():
        own = pl.col("key") == key
        sales = days_of(readings, "channel", ("gmv", "sku_orders"), None).filter(own)
        now = _share(sales, shop, window)
        if now is not None:
            yield Derived("channel", _told_share(key, now, _share(sales, shop, before(window))))
        ctr = _ctr(days_of(readings, "channel", seen, window).filter(own), people, seen)
        if ctr is not None:
            yield Derived("channel", pl.DataFrame({"key": [key]}).with_columns(_limits(*ctr)))


def _share(
    sales: pl.DataFrame, shop: pl.DataFrame, window: Period
) -> tuple[float, float, float] | None:
    """GMV of the channel, GMV of the shop and SKU orders of the shop on the days that both have."""
    both = sales.join(shop, on="from", suffix=".all").filter(
        pl.col("from").is_between(window.first, window.last)
    )
    if both["from"].n_unique() < ENOUGH:
        return None
    own, whole, orders = (float(both[c].sum()) for c in ("gmv", "gmv.all", "sku_orders.all"))
    return (own, whole, orders) if whole > 0 and orders > 0 and own <= whole else None


def _told_share(
    key: str, now: tuple[float, float, float], then: tuple[float, float, float] | None
) -> pl.DataFrame:
    """An order's value is as spread as an exponential one, so it counts for half."""
    own, whole, orders = now
    share = pl.lit(own / whole)
    low, high = wilson(share * orders / 2, pl.lit(orders / 2))
    told = pl.DataFrame({"key": [key]}).with_columns(
        share.alias("shelf_share"),
        low.alias("shelf_share.lo"),
        high.alias("shelf_share.hi"),
        pl.lit(orders).alias("shelf_share.n"),
    )
    if then is None or own <= 0 or then[0] <= 0:
        return told
    ratio = (own / whole) / (then[0] / then[1])
    few = [2 / (gmv / total * count) for gmv, total, count in (now, then)]
    low, high = lognormal(pl.lit(ratio), pl.lit(sum(few) ** 0.5))
    return told.with_columns(
        pl.lit(ratio).alias("shelf_share_change"),
        low.alias("shelf_share_change.lo"),
        high.alias("shelf_share_change.hi"),
    )


def _ctr(
    own: pl.DataFrame, shop: pl.DataFrame, seen: tuple[str, str]
) -> tuple[float, float, float, float] | None:
    """Clickers and viewers of the channel and of the shop on the days that both have."""
    viewers, clickers = seen
    columns = ("key", "from", pl.col(viewers).alias("saw"), pl.col(clickers).alias("clicked"))
    both = own.select(*columns).join(shop, on="from", suffix=".all")
    if both["from"].n_unique() < ENOUGH:
        return None
    names = ("clicked", "saw", "product_clickers", "product_viewers")
    clicked, saw, all_clicked, all_saw = (float(both[c].sum()) for c in names)
    return (clicked, saw, all_clicked, all_saw) if min(clicked, saw, all_clicked, all_saw) else None


def _limits(clicked: float, saw: float, all_clicked: float, all_saw: float) -> list[pl.Expr]:
    value = pl.lit(clicked / saw / (all_clicked / all_saw))
    low, high = lognormal(value, pl.lit((1 / clicked + 1 / all_clicked) ** 0.5))
    return [value.alias("shelf_ctr"), low.alias("shelf_ctr.lo"), high.alias("shelf_ctr.hi")]
