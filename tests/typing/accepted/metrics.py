"""A symbol that no ratio of sums can say."""

from collections.abc import Sequence

import polars as pl

from advisor import Derived, ReadContext, Reading, hookimpl


@hookimpl
def advisor_metrics(readings: Sequence[Reading], context: ReadContext) -> Sequence[Derived]:
    frames = [table.frame for one in readings for table in one.tables if table.subject == "video"]
    if not frames or context.window is None:
        return ()
    names = pl.concat(frames, how="diagonal_relaxed").group_by("key").agg(pl.col("name").first())
    asks = pl.when(pl.col("name").str.ends_with("?")).then(pl.lit("yes")).otherwise(pl.lit("no"))
    return [Derived("video", names.select("key", asks.alias("asks")))]


class WithoutContext:
    """Arguments that are not needed may be left out."""

    @hookimpl
    def advisor_metrics(self, readings: Sequence[Reading]) -> list[Derived]:
        return [Derived("video", t.frame.select("key")) for r in readings for t in r.tables]
