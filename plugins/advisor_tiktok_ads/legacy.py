"""Ads of a kind that the platform has replaced: LIVE, Product and Video Shopping Ads."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from advisor import Counts, CountTable

# Since July 2025 none can be made, since September 2025 GMV Max is all there is for a shop.
REPLACED = date(2025, 9, 1)
KINDS = ("ad", "ad-group", "campaign")
_NAMES = r"(?i)(?:^|[^a-z])(?:LSA|PSA|VSA)(?:$|[^a-z])|(?:live|product|video)[ _-]?shopping"


def ad_types(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`ads.type` of classic ads, ad groups and campaigns that spent money in the window after they
    were replaced: `legacy-shop` where their name, or the campaign's, says that they are LIVE,
    Product or Video Shopping Ads; else `other`."""
    for kind in KINDS:
        frames = [_spending(table) for table in counts.having(kind, ("spend", "clicks"))]
        if not frames:
            continue
        legacy = pl.when(pl.col("legacy").any()).then(pl.lit("legacy-shop"))
        types = pl.concat(frames).group_by("shop", "key")
        word = legacy.otherwise(pl.lit("other")).alias("ads.type")
        yield kind, types.agg(word).sort("shop", "key")


def _spending(table: CountTable) -> pl.LazyFrame:
    names = [c for c in ("name", "parent.campaign", "parent.ad-group") if c in table.columns]
    spent = (pl.col("spend") > 0) & (pl.col("to") >= REPLACED)
    rows = table.rows().lazy().select("shop", "key", *names, "spend", "to").filter(spent)
    said = [pl.col(name).fill_null("").str.contains(_NAMES) for name in names]
    # An ad has a row a day and one name: it is looked at once.
    once = rows.unique(("shop", "key"), keep="first", maintain_order=True)
    return once.select("shop", "key", pl.any_horizontal(said).alias("legacy"))
