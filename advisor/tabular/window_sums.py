"""Counts of subjects in the window, added up: what plugins derive metrics and symbols from.

Files may overlap: of several readings of one subject and day (or of one subject's period) the one
that says more is taken, never their sum. Rows that are broken down are left out.
"""

from collections.abc import Sequence

import polars as pl

from advisor.model import Grain, Period, Reading, Table


def days_of(
    readings: Sequence[Reading], subject: str, counts: Sequence[str], window: Period | None
) -> pl.DataFrame:
    """`key`, `name`, `from` and *counts* for each subject and day of *window* on which all are
    known; every day where there is no window."""
    frames = _days(readings, subject, counts, window)
    if not frames:
        return _none(counts)
    days = _one_reading(pl.concat(frames), ["key", "from"], counts).sort("key", "from")
    return days[["key", "name", "from", *counts]]


def sums_of(
    readings: Sequence[Reading], subject: str, counts: Sequence[str], window: Period | None
) -> pl.DataFrame:
    """`key`, `name`, the sums of *counts* and how many `days` they are of, for each subject: over
    the days of *window*, else of the newest period that meets it (days: null where not known)."""
    own = _days(readings, subject, counts, window)
    # Of one reading every row counts: no day needs to be put together first.
    days = own[0] if len(own) == 1 else days_of(readings, subject, counts, window)
    totals = days.group_by("key").agg(
        pl.col("name").get(pl.col("from").arg_max()),
        pl.col(counts).sum(),
        pl.col("from").n_unique().cast(pl.Float64).alias("days"),
    )
    frames = _frames(readings, subject, counts, (Grain.PERIOD, Grain.LIFETIME))
    if frames:
        rows = pl.concat(frames)
        if window is not None:
            meets = (pl.col("from") <= window.last) & (pl.col("to") >= window.first)
            rows = rows.filter(meets.fill_null(value=True))
        newest = _one_reading(rows, ["key", "from", "to"], counts).sort(
            "to", descending=True, nulls_last=True, maintain_order=True
        )
        length = (pl.col("to") - pl.col("from")).dt.total_days() + 1
        periods = newest.unique("key", keep="first", maintain_order=True).with_columns(
            length.cast(pl.Float64).alias("days")
        )
        totals = pl.concat([totals, periods.select(totals.columns)])
    return totals.unique("key", keep="first", maintain_order=True).sort("key")


def _days(
    readings: Sequence[Reading], subject: str, counts: Sequence[str], window: Period | None
) -> list[pl.DataFrame]:
    """The rows of each reading that has any in *window*."""
    near = None if window is None else pl.col("from").is_between(window.first, window.last)
    frames = _frames(readings, subject, counts, (Grain.DAY,), near)
    return [frame for frame in frames if frame.height]


def _frames(
    readings: Sequence[Reading],
    subject: str,
    counts: Sequence[str],
    grains: Sequence[Grain],
    near: pl.Expr | None = None,
) -> list[pl.DataFrame]:
    found: list[pl.DataFrame] = []
    for number, reading in enumerate(readings):
        for table in reading.tables:
            if table.grain in grains and table.subject == subject and _has(table, counts):
                rows = table.frame[["key", "name", "from", "to", *counts]]
                known = pl.all_horizontal(pl.col(count).is_not_null() for count in counts)
                rows = rows.filter(known if near is None else known & near)
                found.append(rows.with_columns(pl.lit(number, pl.UInt32).alias("_reading")))
    return found


def _has(table: Table, counts: Sequence[str]) -> bool:
    columns = table.frame.columns
    return set(counts) <= set(columns) and not any(c.startswith("by.") for c in columns)


def _one_reading(
    rows: pl.DataFrame, identity: Sequence[str], counts: Sequence[str]
) -> pl.DataFrame:
    others = [c for c in ("from", "to") if c not in identity]
    return (
        rows.group_by(*identity, "_reading")
        .agg(pl.col("name").last(), *(pl.col(c).max() for c in others), pl.col(counts).sum())
        .sort(*counts, "_reading", descending=[*(True for _ in counts), False])
        .unique(identity, keep="first", maintain_order=True)
        .select("key", "name", "from", "to", *counts)
    )


def _none(counts: Sequence[str]) -> pl.DataFrame:
    text = {"key": pl.String, "name": pl.String, "from": pl.Date}
    return pl.DataFrame(schema={**text, **dict.fromkeys(counts, pl.Float64)})
