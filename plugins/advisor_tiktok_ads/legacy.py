"""Ads of a kind that the platform has replaced: LIVE, Product and Video Shopping Ads."""

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from advisor import Derived, Grain, Period, Reading

# Since July 2025 none can be made, since September 2025 GMV Max is all there is for a shop.
REPLACED = date(2025, 9, 1)
KINDS = ("ad", "ad-group", "campaign")
_NAMES = r"(?i)(?:^|[^a-z])(?:LSA|PSA|VSA)(?:$|[^a-z])|(?:live|product|video)[ _-]?shopping"


def ad_types(readings: Sequence[Reading], window: Period | None) -> Iterator[Derived]:
    """`ads.type` of classic ads, ad groups and campaigns that spent money in *window* after they
    were replaced: `legacy-shop` where their name, or the campaign's, says that they are LIVE,
    Product or Video Shopping Ads; else `other`."""
    for kind in KINDS:
        frames = [
            _spending(table.frame, window, by_day=table.grain is Grain.DAY)
            for reading in readings
            for table in reading.tables
            if table.subject == kind and {"spend", "clicks"} <= set(table.frame.columns)
        ]
        if not frames:
            continue
        legacy = pl.when(pl.col("legacy").any()).then(pl.lit("legacy-shop"))
        told = (
            pl.concat(frames)
            .group_by("key")
            .agg(legacy.otherwise(pl.lit("other")).alias("ads.type"))
        )
        if told.height:
            yield Derived(kind, told.sort("key"))


def _spending(frame: pl.DataFrame, window: Period | None, *, by_day: bool) -> pl.DataFrame:
    names = [c for c in ("name", "parent.campaign", "parent.ad-group") if c in frame.columns]
    asked = (pl.col("spend") > 0) & (pl.col("to") >= REPLACED)
    if window is not None:
        first = pl.col("from") if by_day else pl.col("from").fill_null(window.first)
        asked &= (first <= window.last) & (pl.col("to") >= window.first)
    rows = frame[["key", *names, "spend", "from", "to"]].filter(asked)
    said = [pl.col(name).fill_null("").str.contains(_NAMES) for name in names]
    # An ad has a row a day and one name: it is looked at once.
    once = rows[["key", *names]].unique("key", keep="first")
    return once.select("key", pl.any_horizontal(said).alias("legacy"))
