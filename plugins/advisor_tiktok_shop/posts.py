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
    dated = table.frame.with_columns(text.str.to_date("%Y-%m-%d", strict=False).alias("_day"))
    dated = dated.drop_nulls("_day")
    creator = next((c for c in ("parent.creator",) if c in dated.columns), None)
    for subject, key in (("shop", None), ("creator", creator)):
        if dated.is_empty() or (subject == "creator" and key is None):
            continue
        by = pl.lit("") if key is None else pl.col(key)
        days = (
            dated.with_columns(by.alias("_key"))
            .drop_nulls("_key")
            .group_by("_key", "_day", maintain_order=True)
            .agg(pl.col("key").n_unique().cast(pl.Float64).alias("posts"), pl.col("_row").min())
        )
        frame = days.select(
            pl.col("_key").alias("key"),
            pl.col("_key").alias("name"),
            pl.col("_day").alias("from"),
            pl.col("_day").alias("to"),
            pl.lit(None, pl.String).alias("currency"),
            "posts",
            "_row",
        )
        yield Table(subject, f"{table.family}-posts", Grain.DAY, frame)
