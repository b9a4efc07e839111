"""Symbols that no ratio of sums can say: for a block of shops, and for one shop at a time."""

from collections.abc import Sequence

import polars as pl

from advisor import Counts, Derived, MetricsContext, hookimpl


@hookimpl(blocks=True)
def advisor_metrics(counts: Counts, context: MetricsContext) -> Sequence[Derived]:
    frames = [table.rows().select("shop", "key", "name") for table in counts.having("video")]
    if not frames or context.shops.is_empty():
        return ()
    names = pl.concat(frames).group_by("shop", "key").agg(pl.col("name").first())
    asks = pl.when(pl.col("name").str.ends_with("?")).then(pl.lit("yes")).otherwise(pl.lit("no"))
    return [Derived("video", names.select("shop", "key", asks.alias("asks")))]


class OncePerShop:
    """Arguments that are not needed may be left out."""

    @hookimpl
    def advisor_metrics(self, counts: Counts) -> list[Derived]:
        return [Derived("video", counts.sums("video", ("views",)).select("key"))]
