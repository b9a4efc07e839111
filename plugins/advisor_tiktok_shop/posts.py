"""How many videos were posted on which day: lists of videos say when each was."""

from collections.abc import Iterator

import attrs
import polars as pl

from advisor import Grain, Reading, Table

_POSTED = "by.posted"
_YEAR_FIRST = r"^\s*(20\d{2})[-/.](\d{1,2})[-/.](\d{1,2})"


def posts_by_day(reading: Reading) -> Reading:
    """*reading* with the videos posted on each day, of the shop and of each creator.

    When a video was posted breaks none of its counts down. Only days that can be read one way (the
    year first) are taken.
    """
    tables: list[Table] = []
    for table in reading.tables:
        if _POSTED not in table.frame.columns:
            tables.append(table)
            continue
        tables.append(attrs.evolve(table, frame=table.frame.drop(_POSTED)))
        if table.subject == "video":
            tables += _posts(table)
    return attrs.evolve(reading, tables=tuple(tables))


def _posts(table: Table) -> Iterator[Table]:
    parts = [pl.col(_POSTED).str.extract(_YEAR_FIRST, group) for group in (1, 2, 3)]
    text = pl.concat_str(parts[0], *(part.str.zfill(2) for part in parts[1:]), separator="-")
    day = text.str.to_date("%Y-%m-%d", strict=False).alias("_day")
    dated = table.frame.lazy().with_columns(day).drop_nulls("_day")
    posters = {"shop": pl.lit("")}
    if "parent.creator" in table.frame.columns:
        posters["creator"] = pl.col("parent.creator")
    plans = [
        dated.with_columns(poster.alias("_key"))
        .drop_nulls("_key")
        .group_by("_key", "_day", maintain_order=True)
        .agg(pl.col("key").n_unique().cast(pl.Float64).alias("posts"), pl.col("_row").min())
        .select(
            pl.col("_key").alias("key"),
            pl.col("_key").alias("name"),
            pl.col("_day").alias("from"),
            pl.col("_day").alias("to"),
            pl.lit(None, pl.String).alias("currency"),
            "posts",
            "_row",
        )
        for poster in posters.values()
    ]
    frames = pl.collect_all(plans, engine="in-memory")
    # Without a day that can be read one way there is no such table; without a creator an empty one.
    if frames[0].is_empty():
        return
    for subject, frame in zip(posters, frames, strict=True):
        yield Table(subject, f"{table.family}-posts", Grain.DAY, frame)
