"""How much of the shop's content was flagged: a metric that no ratio of sums can say, because it
counts contents, not violations."""

from collections.abc import Iterable, Iterator

import polars as pl

from advisor import Counts, CountTable
from advisor.stats import wilson
from advisor_tiktok_shop.violations import FAMILY, listed_shops

_CONTENT = ("video", "live")


def flagged_content(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """Share of the videos and LIVEs of the window that had a violation in it, with 95 % limits.

    Nothing of a shop without a list of violations or without any list of content: then it is not
    known. Where several families list the same content, the longest list counts.
    """
    shops = listed_shops(counts)
    content = [table for table in counts.tables if table.subject in _CONTENT]
    lists = [table for table in content if not table.family.startswith(FAMILY)]
    if shops.is_empty() or not lists:
        return
    keys = pl.col("key").n_unique()
    contents = (
        _keys(lists)
        .group_by("shop", "subject", "family")
        .agg(keys)
        .group_by("shop", "subject")
        .agg(pl.col("key").max())
        .group_by("shop")
        .agg(pl.col("key").sum().cast(pl.Float64).alias("contents"))
    )
    flags = _keys([table for table in content if table.family == FAMILY])
    flagged = flags.group_by("shop").agg(
        pl.struct("subject", "key").n_unique().cast(pl.Float64).alias("flagged")
    )
    each = (
        shops.to_frame()
        .lazy()
        .join(contents, on="shop", maintain_order="left")
        .join(flagged, on="shop", how="left", maintain_order="left")
        .with_columns(pl.col("flagged").fill_null(0.0))
    )
    # A flagged video may be missing from the list; it is content all the same.
    x, n = pl.col("flagged"), pl.max_horizontal("contents", "flagged")
    low, high = wilson(x, n)
    yield (
        "shop",
        each.select(
            "shop",
            pl.col("shop").alias("key"),
            (x / n).alias("flagged_content"),
            low.alias("flagged_content.lo"),
            high.alias("flagged_content.hi"),
            n.alias("flagged_content.n"),
        ),
    )


def _keys(tables: Iterable[CountTable]) -> pl.LazyFrame:
    """`shop`, `subject`, `family` and `key` of the rows of the window."""
    frames = [
        table.rows()
        .lazy()
        .select(
            "shop",
            pl.lit(table.subject).alias("subject"),
            pl.lit(table.family).alias("family"),
            "key",
        )
        for table in tables
    ]
    text = dict.fromkeys(("shop", "subject", "family", "key"), pl.String)
    return pl.concat([pl.LazyFrame(schema=text), *frames])
