"""How many videos a GMV Max campaign has to show."""

from collections.abc import Iterator

import polars as pl

from advisor import Counts

_CAMPAIGN, _SHOWN = "parent.campaign", "gmv_max_impressions"
CARD = "N/A"  # where a video's id stands, of a product card


def live_creatives(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`live_creatives` of each campaign: its videos that were shown at all, in the newest list of
    the window; product cards are none, and a campaign of them alone has no number."""
    if not counts.having("creative", (_SHOWN,)):
        return
    listed = counts.rows("creative", (_SHOWN,), labels=(_CAMPAIGN,)).lazy()
    videos = ~pl.col("key").str.ends_with(CARD)
    rows = listed.drop_nulls(_CAMPAIGN).filter(videos)
    newest = rows.filter(pl.col("to").eq_missing(pl.col("to").max().over("shop", _CAMPAIGN)))
    count = pl.col("key").filter(pl.col(_SHOWN) > 0).n_unique().cast(pl.Float64)
    campaigns = newest.group_by("shop", pl.col(_CAMPAIGN).alias("key")).agg(
        count.alias(f"live_creatives{end}") for end in ("", ".lo", ".hi")
    )
    yield "campaign", campaigns.sort("shop", "key")
