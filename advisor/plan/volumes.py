"""How far the volumes that prices rest on vary from day to day."""

from collections.abc import Sequence

import polars as pl

from advisor.judge import MatchedRows
from advisor.metrics import CountedRows, Windows
from advisor.model import Grain, Metric, frozen

WEEK = 7  # days
VARIATIONS = {"group": pl.UInt32, "row": pl.UInt32, "volume.cv": pl.Float64}
_BY = ("shop", "key")


@frozen(eq=False)
class Volume:
    """The volume of *metric* on *rows*, which are a *group*.

    What is bought for money (*of_money*) varies with the money: a cost per click says already how
    many clicks there were for it.
    """

    group: int
    rows: MatchedRows
    metric: Metric
    of_money: bool

    @property
    def counts(self) -> tuple[str, ...]:
        """The counts that the volume is the sum of."""
        counted = self.metric.numerator if self.of_money else self.metric.denominator
        return tuple(name for name in counted if name[-1] != "?")

    def source(self) -> CountedRows | None:
        """The rows of days that have the counts; None where there are none."""
        needed = self.metric.required()
        for one in self.rows.graded.measured.source:
            if all(count in one.frame.columns for count in needed):
                return one if one.grain is Grain.DAY and self.counts else None
        return None


def variations(volumes: Sequence[Volume], windows: Windows) -> pl.DataFrame:
    """How far each volume may be off, relative to itself (`volume.cv`), by group and row of the
    findings, where the rows are days: the days as they differ from those a week before, so that
    neither the week's shape nor a trend counts."""
    by_source: dict[int, tuple[CountedRows, list[Volume]]] = {}
    for volume in volumes:
        source = volume.source()
        if source is not None:
            by_source.setdefault(id(source), (source, []))[1].append(volume)
    parts = [
        part
        for source, several in by_source.values()
        for part in _of_source(source, several, windows)
    ]
    return pl.concat([pl.LazyFrame(schema=VARIATIONS), *parts]).collect(engine="in-memory")


def _of_source(
    source: CountedRows, volumes: Sequence[Volume], windows: Windows
) -> list[pl.LazyFrame]:
    """The variations of all *volumes* over the same days, which are summed and compared once."""
    matched = {id(one.rows): one.rows for one in volumes}
    subjects = {
        id_: rows.frame.lazy().select(*_BY, pl.Series("row", list(rows.places), dtype=pl.UInt32))
        for id_, rows in matched.items()
    }
    sums = {names: f"count.{n}" for n, names in enumerate({one.counts: None for one in volumes})}
    each = [
        pl.sum_horizontal(pl.col(name).cast(pl.Float64) for name in names).sum().alias(column)
        for names, column in sums.items()
    ]
    days = (
        source.within(windows)
        .lazy()
        .join(pl.concat(subjects.values()).select(_BY), on=_BY, how="semi")
        .group_by(*_BY, pl.col("from").cast(pl.Date).alias("day"))
        .agg(each)
    )
    week_before = days.select(
        *_BY,
        pl.col("day") + pl.duration(days=WEEK),
        *(pl.col(column).alias(f"{column}.then") for column in sums.values()),
    )
    varied = (
        days.join(week_before, on=[*_BY, "day"], how="left")
        .sort(*_BY, "day")
        .group_by(_BY)
        .agg(
            _variation(column, of_money=of_money).alias(f"{column}.{of_money}")
            for column, of_money in dict.fromkeys(
                (sums[one.counts], one.of_money) for one in volumes
            )
        )
        .collect(engine="in-memory")
    )
    return [
        subjects[id(one.rows)]
        .join(varied.lazy(), on=_BY)
        .select(
            pl.lit(one.group, pl.UInt32).alias("group"),
            "row",
            pl.col(f"{sums[one.counts]}.{one.of_money}").alias("volume.cv"),
        )
        for one in volumes
    ]


def _variation(column: str, *, of_money: bool) -> pl.Expr:
    """The relative standard deviation of the sum of *column* over a subject's days."""
    apart = (pl.col(column) - pl.col(f"{column}.then")) ** 2
    many = apart.count().cast(pl.Float64)
    # What is on few days, as a LIVE, is what it was; chance alone has a part in it.
    # By two pairs fewer: so few days are not sure of how much they vary.
    variance = pl.when(many >= WEEK).then(pl.len() * apart.sum() / (2 * (many - 2)))
    whole = pl.col(column).sum()
    chance = pl.lit(0.0) if of_money else whole
    varies = variance.fill_null(chance).sqrt() / whole
    return pl.when(varies.is_finite()).then(varies)
