"""How much of the shop's content was flagged: a metric that no ratio of sums can say, because it
counts contents, not violations."""

from collections.abc import Sequence

import polars as pl

from advisor import Derived, Period, Reading, Table
from advisor.stats import wilson
from advisor_tiktok_shop.violations import FAMILY

_CONTENT = ("video", "live")


def flagged_content(readings: Sequence[Reading], window: Period | None) -> Derived | None:
    """Share of the videos and LIVEs of *window* that had a violation in it, with 95 % limits.

    None without a list of violations or without any list of content: then it is not known. Where
    several files list the same content, the longest list counts.
    """
    tables = [table for reading in readings for table in reading.tables]
    shop = [t.frame for t in tables if t.subject == "shop" and t.family.startswith(FAMILY)]
    content = [t for t in tables if t.subject in _CONTENT]
    listed = [_keys(t, window) for t in content if not t.family.startswith(FAMILY)]
    if not shop or not listed:
        return None
    lists = pl.concat(listed).group_by("subject", "family").agg(pl.col("key").n_unique())
    contents = lists.group_by("subject").agg(pl.col("key").max())["key"].sum()
    flags = [_keys(t, window) for t in content if t.family == FAMILY]
    flagged = pl.concat(flags).select("subject", "key").n_unique() if flags else 0
    if not contents:
        return None
    # A flagged video may be missing from the list; it is content all the same.
    n, x = pl.lit(float(max(contents, flagged))), pl.lit(float(flagged))
    low, high = wilson(x, n)
    frame = (
        shop[0]
        .select(pl.col("key").first())
        .with_columns(
            pl.lit("").alias("shop"),
            (x / n).alias("flagged_content"),
            low.alias("flagged_content.lo"),
            high.alias("flagged_content.hi"),
            n.alias("flagged_content.n"),
        )
    )
    return Derived("shop", frame)


def _keys(table: Table, window: Period | None) -> pl.DataFrame:
    """The subjects of *table* whose days meet *window*; days that are not known may be any."""
    rows = table.frame.lazy()
    if window is not None:
        meets = (pl.col("from") <= window.last) & (pl.col("to") >= window.first)
        rows = rows.filter(meets.fill_null(value=True))
    labels = (pl.lit(table.subject).alias("subject"), pl.lit(table.family).alias("family"))
    return rows.select(*labels, "key").collect()
