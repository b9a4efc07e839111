"""Where a LIVE loses its people: the first broken link of entering, staying, clicking, buying.

Each link is set against the shop's other LIVEs together. LIVEs differ by nature, so only a link
that is surely below three fifths of theirs counts as broken.
"""

import math
from collections.abc import Iterator
from functools import reduce

import polars as pl

from advisor import Counts
from advisor.stats import Z, lognormal

BROKEN = math.log(0.6)
LEAST = 6  # LIVEs: what is usual for a shop is told by five others at least. Ours.
MAD = 1.4826  # of a normal spread: its standard deviation over the middle distance
# Of each link: what must come, of what. Watch time comes in stretches, one a view.
LINKS = {
    "enter": ("views", "live_impressions", "views"),
    "stay": ("watch_seconds", "views", "views"),
    "click": ("product_clicks", "views", "product_clicks"),
    "buy": ("sku_orders", "product_clicks", "sku_orders"),
}


def live_chain(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`live.broken-link` of each LIVE of the window: the first link that is broken, or `none` where
    all links that the files can tell hold."""
    if not counts.having("live"):
        return
    links: list[pl.LazyFrame] = []
    for link, (top, bottom, events) in LINKS.items():
        rows = counts.sums("live", tuple(dict.fromkeys((top, bottom, events)))).lazy()
        shown = rows.filter(pl.col(bottom) > 0)
        links.append(shown.select("shop", "key", _broken(top, bottom, events).alias(link)))
    chain = reduce(
        lambda left, right: left.join(right, on=("shop", "key"), how="full", coalesce=True), links
    )
    words = [pl.when(pl.col(link)).then(pl.lit(link)) for link in LINKS]
    known = pl.all_horizontal(pl.col(link).is_not_null() for link in LINKS if link != "enter")
    first = pl.coalesce(*words, pl.when(known).then(pl.lit("none")))
    said = chain.select("shop", "key", first.alias("live.broken-link")).drop_nulls()
    yield "live", said.filter(pl.len().over("shop") > 1).sort("shop", "key")


def _broken(top: str, bottom: str, events: str) -> pl.Expr:
    def others(count: str) -> pl.Expr:
        return pl.col(count).sum().over("shop") - pl.col(count)

    gap = (pl.col(top) / pl.col(bottom)).log() - (others(top) / others(bottom)).log()
    noise = Z * (1 / pl.col(events) + 1 / others(events)).sqrt()
    # Without a single event chance is told from the events that the others' rate would bring.
    expected = pl.col(bottom) * others(top) / others(bottom)
    nothing = (pl.col(top) == 0) & (expected >= 4)
    return nothing | ((pl.col(top) > 0) & (gap + noise < BROKEN))


def entry(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`entry_ratio` of each LIVE of the window, with 95 % limits; nothing where the shop has too
    few LIVEs to tell how much they differ."""
    if not counts.having("live", ("views", "live_impressions")):
        return
    rows = counts.sums("live", ("views", "live_impressions"))
    shown = rows.lazy().filter((pl.col("views") > 0) & (pl.col("live_impressions") > 0))
    several = shown.filter(pl.len().over("shop") >= LEAST)
    rate = (pl.col("views") / pl.col("live_impressions")).log()
    gap = rate - rate.median().over("shop")
    # Of the middle: a second LIVE that nobody entered does not make the first one usual.
    spread = gap.abs().median().over("shop") * MAD
    low, high = lognormal(gap.exp(), (1 / pl.col("views") + spread.pow(2)).sqrt())
    limits = (gap.exp().alias("entry_ratio"), low.alias("entry_ratio.lo"))
    yield "live", several.select("shop", "key", *limits, high.alias("entry_ratio.hi"))
