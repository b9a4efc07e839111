"""How many videos a GMV Max campaign has to show."""

from collections.abc import Iterator, Sequence

import polars as pl

from advisor import Derived, Period, Reading

_CAMPAIGN, _SHOWN = "parent.campaign", "gmv_max_impressions"
_CARD = "N/A"  # where a video's id stands, of a product card


def live_creatives(readings: Sequence[Reading], window: Period | None) -> Iterator[Derived]:
    """`live_creatives` of each campaign: its videos that were shown at all, in the newest list that
    meets *window*; product cards are none, and a campaign of them alone has no number."""
    frames = [
        table.frame.select("key", "from", "to", _CAMPAIGN, _SHOWN)
        for reading in readings
        for table in reading.tables
        if table.subject == "creative" and {_CAMPAIGN, _SHOWN} <= set(table.frame.columns)
    ]
    if not frames:
        return
    videos = ~pl.col("key").str.ends_with(_CARD)
    rows = pl.concat(frames).drop_nulls((_CAMPAIGN, _SHOWN)).filter(videos)
    if window is not None:
        meets = (pl.col("from") <= window.last) & (pl.col("to") >= window.first)
        rows = rows.filter(meets.fill_null(value=True))
    end = pl.col("to").max().over(_CAMPAIGN)
    newest = rows.filter(pl.col("to").eq_missing(end))
    count = pl.col("key").filter(pl.col(_SHOWN) > 0).n_unique().cast(pl.Float64)
    told = newest.group_by(pl.col(_CAMPAIGN).alias("key")).agg(
        count.alias(f"live_creatives{end}") for end in ("", ".lo", ".hi")
    )
    if told.height:
        yield Derived("campaign", told.sort("key"))
