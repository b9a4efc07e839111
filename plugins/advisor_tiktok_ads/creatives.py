"""How many videos a GMV Max campaign has to show."""

from collections.abc import Iterator

import polars as pl

from advisor import Counts, Derived

_CAMPAIGN, _SHOWN = "parent.campaign", "gmv_max_impressions"
CARD = "N/A"  # where a video's id stands, of a product card


def live_creatives(counts: Counts) -> Iterator[Derived]:
    """`live_creatives` of each campaign: its videos that were shown at all, in the newest list of
    the window; product cards are none, and a campaign of them alone has no number."""
    listed = counts.rows("creative", (_SHOWN,), labels=(_CAMPAIGN,))
    videos = ~pl.col("key").str.ends_with(CARD)
    rows = listed.drop_nulls(_CAMPAIGN).filter(videos)
    newest = rows.filter(pl.col("to").eq_missing(pl.col("to").max().over("shop", _CAMPAIGN)))
    if newest.is_empty():
        return
    count = pl.col("key").filter(pl.col(_SHOWN) > 0).n_unique().cast(pl.Float64)
    campaigns = newest.group_by("shop", pl.col(_CAMPAIGN).alias("key")).agg(
        count.alias(f"live_creatives{end}") for end in ("", ".lo", ".hi")
    )
    yield Derived("campaign", campaigns.sort("shop", "key"))
