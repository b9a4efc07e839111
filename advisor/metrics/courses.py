"""Daily totals of courses over their whole history, and their months."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.windows import Windows
from advisor.model import Course, Grain, Vocabulary, frozen
from advisor.stats import Histories, History, histories, months

SERIES = ("shop", "course")


@frozen(eq=False)
class DailyTotals:
    """The history of each course in each shop."""

    histories: Histories

    def history(self, shop: str, course: Course) -> History:
        """That of *course* in *shop*."""
        return self.histories.of((shop, course.id))

    def months(self, shop: str, course: Course) -> Sequence[Mapping[str, Any]]:
        """The calendar months of *course* in *shop* (see stats.months)."""
        return self._months.get((shop, course.id), ())

    @cached_property
    def _months(self) -> Mapping[tuple[object, ...], Sequence[Mapping[str, Any]]]:
        found: dict[tuple[object, ...], list[Mapping[str, Any]]] = {}
        for row in months(self.histories.days, SERIES).iter_rows(named=True):
            found.setdefault((row["shop"], row["course"]), []).append(row)
        return found


def daily_totals(
    counted: Iterable[CountedRows], windows: Windows, vocabulary: Vocabulary, today: date
) -> DailyTotals:
    """The daily totals of every course. Each shop's come from the family with the most days: two
    families are never put behind each other."""
    counted = list(counted)
    courses = vocabulary.courses.values()
    matures = {course.id: vocabulary.counts[course.count].matures for course in courses}
    tables = [
        rows.frame.lazy()
        .select(
            "shop",
            pl.lit(course.id).alias("course"),
            pl.lit(place).alias("place"),
            pl.col("from").alias("day"),
            pl.col(course.count).cast(pl.Float64).alias("value"),
        )
        .drop_nulls()
        for course in courses
        for place, rows in enumerate(counted)
        if rows.subject == course.subject
        and rows.grain is Grain.DAY
        and course.count in rows.frame.columns
        and (not course.family or rows.family in course.family)
    ]
    schema = {"shop": pl.String, "course": pl.String, "place": pl.Int32, "day": pl.Date}
    none = pl.LazyFrame(schema={**schema, "value": pl.Float64})
    place = pl.col("place")
    length = pl.len().over(*SERIES, "place")
    days = (
        pl.concat(tables or [none])
        .group_by(*SERIES, "place", "day")
        .agg(pl.col("value").sum())
        .with_columns(length.alias("length"))
        .filter(pl.col("length") == pl.col("length").max().over(SERIES))
        .filter(place == place.min().over(SERIES))
        .join(windows.frame.lazy().select("shop", "last"), on="shop", how="left")
        .with_columns(
            pl.col("course").replace_strict(matures, return_dtype=pl.Int64).alias("matures")
            if matures
            else pl.lit(0, pl.Int64).alias("matures")
        )
    )
    return DailyTotals(histories(days, SERIES, today=today))
