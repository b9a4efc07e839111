"""Which of several files is believed where they speak of the same events.

Frames here have `_file` and the columns of a Table. Nothing is ever added up: rows are kept or
dropped, and missing counts are filled.
"""

from collections.abc import Sequence
from datetime import date

import attrs
import polars as pl

from advisor.reading import is_count

ALSO = ("_also_file", "_also_row")  # where the first count came from that a row was filled with
_NEVER = (date.min, date.max)
_DIGITS = 9  # sums of the same numbers in another order differ behind these


@attrs.frozen(eq=False)
class Settled:
    """What is believed; *dropped*: `_file`, `_winner`, `rows`; *filled*: `_file`, `count`."""

    frame: pl.DataFrame
    dropped: pl.DataFrame
    filled: pl.DataFrame


def _no_drops() -> pl.DataFrame:
    return pl.DataFrame(schema={"_file": pl.UInt32, "_winner": pl.UInt32, "rows": pl.UInt32})


def _no_fills() -> pl.DataFrame:
    return pl.DataFrame(schema={"_file": pl.UInt32, "count": pl.String})


def _breakdowns(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns if name.startswith("by.")]


def _size(frame: pl.DataFrame) -> pl.Expr:
    """How much a group of rows says, to prefer the larger."""
    counts = [name for name in frame.columns if is_count(name)]
    if not counts:
        return pl.lit(0.0).alias("_size")
    return pl.sum_horizontal(pl.col(counts).sum()).round_sig_figs(_DIGITS).alias("_size")


def same_days(frame: pl.DataFrame, ranks: pl.DataFrame) -> Settled:
    """One file for each subject, days and breakdown.

    The file with the most such rows wins (names are not keys: a file may have several rows for one
    name), then the one that ends later, says more, has the lower *ranks* (`_file`, `_end`,
    `_rank`). Counts that the winner lacks there come from the next one.
    """
    if _apart(frame):
        return Settled(frame, _no_drops(), _no_fills())
    identity = ["key", "from", "to", *_breakdowns(frame)]
    claims = (
        frame.group_by(*identity, "_file")
        .agg(pl.len().alias("_n"), _size(frame))
        .filter(pl.len().over(identity) > 1)
    )
    if claims.is_empty():
        return Settled(frame, _no_drops(), _no_fills())
    order = ["_n", "_end", "_size", "_rank"]
    claims = (
        claims.join(ranks, on="_file")
        .sort(order, descending=[True, True, True, False], nulls_last=True)
        .with_columns(
            pl.int_range(pl.len()).over(identity).alias("_place"),
            pl.col("_file").first().over(identity).alias("_winner"),
        )
    )
    groups = claims.select(identity).unique().with_row_index("_group")
    claims = claims.join(groups, on=identity, nulls_equal=True)
    rest = frame.join(groups, on=identity, how="anti", nulls_equal=True)
    contested = (
        frame.join(
            claims.select(*identity, "_file", "_place", "_group"),
            on=[*identity, "_file"],
            nulls_equal=True,
        )
        .sort("_group", "_place", "_row", maintain_order=True)
        .with_columns(pl.int_range(pl.len()).over("_group", "_place").alias("_at"))
    )
    merged, filled = _fill(contested, frame.columns)
    dropped = (
        claims.filter(pl.col("_place") > 0)
        .group_by("_file", "_winner")
        .agg(pl.col("_n").sum().cast(pl.UInt32).alias("rows"))
    )
    whole = pl.concat([rest, merged.select(*frame.columns, *ALSO)], how="diagonal").sort(
        "_file", "_row", "key", "from", maintain_order=True
    )
    return Settled(whole, dropped, filled)


def _apart(frame: pl.DataFrame) -> bool:
    """Whether no two files can share a day: the usual case, found without looking at subjects."""
    spans = frame.group_by("_file").agg(
        pl.col("from").min().alias("first"),
        pl.col("to").max().alias("last"),
        (pl.col("from").is_null() | pl.col("to").is_null()).any().alias("unknown"),
    )
    if spans.height < 2:
        return True
    if spans["unknown"].any():
        return False
    spans = spans.sort("first")
    reached = spans["last"].cum_max().shift(1)
    return not (spans["first"] <= reached).any()


def _fill(contested: pl.DataFrame, columns: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row for each of the winner's; a count that its whole group lacks is the next file's."""
    counts = [name for name in columns if is_count(name)]
    has = {name: pl.col(name).is_not_null() for name in counts}
    source = {name: pl.when(has[name]).then("_place").min().over("_group") for name in counts}
    believed = contested.with_columns(
        pl.when(pl.col("_place") == source[name]).then(pl.col(name)).alias(name)
        for name in counts
    )
    fixed = [name for name in columns if name not in counts and name not in ("_row", "_file")]
    any_count = pl.any_horizontal(pl.lit(value=False), *has.values())
    gives = (pl.col("_place") > 0) & any_count
    # Files are in order of place, and the winner has a row at each `_at`.
    merged = believed.group_by("_group", "_at").agg(
        pl.col(*fixed, *counts).drop_nulls().first(),
        pl.col("_row", "_file").first(),
        pl.col("_file").filter(gives).first().alias(ALSO[0]),
        pl.col("_row").filter(gives).first().alias(ALSO[1]),
    )
    others = believed.filter(pl.col("_place") > 0).group_by("_file")
    filled = others.agg(pl.col(counts).is_not_null().any()) if counts else None
    if filled is None or filled.is_empty():
        return merged, _no_fills()
    filled = filled.unpivot(index="_file", variable_name="count").filter("value")
    return merged, filled.select("_file", "count")


def overlapping_periods(
    frame: pl.DataFrame, ranks: pl.DataFrame, *, lifetime: bool = False
) -> Settled:
    """Of one subject's overlapping periods from different files, the one that ends later.

    Periods that do not overlap are all kept. An unknown period may overlap any, and loses. With
    *lifetime*, periods reach back without end.
    """
    if frame["_file"].n_unique() < 2 or (not lifetime and _apart(frame)):
        return Settled(frame, _no_drops(), _no_fills())
    subject = ["key", *_breakdowns(frame)]
    span = [*subject, "from", "to", "_file"]
    first = pl.lit(_NEVER[0]) if lifetime else pl.col("from").fill_null(_NEVER[0])
    unknown = pl.any_horizontal(pl.col(["to"] if lifetime else ["from", "to"]).is_null())
    spans = (
        frame.group_by(span)
        .agg(pl.len().alias("_n"), _size(frame))
        .join(ranks, on="_file")
        .with_columns(
            first.alias("_first"),
            pl.col("to").fill_null(_NEVER[1]).alias("_last"),
            unknown.alias("_unknown"),
        )
        .sort("_first", "_last")
    )
    reached = pl.col("_last").cum_max().shift(1).over(subject)
    contested = (pl.col("_first") <= reached).any().over(subject)
    open_ = spans.filter(contested).sort(
        "_unknown",
        "to",
        "_size",
        "_rank",
        descending=[False, True, True, False],
        nulls_last=True,
    )
    losers: list[pl.DataFrame] = []
    # One round settles one period of every subject: as many rounds as a subject has periods.
    while not open_.is_empty():
        best = open_.group_by(subject, maintain_order=True).agg(
            pl.col("_first", "_last").first().name.prefix("_won"),
            pl.col("_file").first().alias("_winner"),
        )
        open_ = (
            open_.with_columns(pl.int_range(pl.len()).over(subject).alias("_place"))
            .filter(pl.col("_place") > 0)
            .drop("_place")
            .join(best, on=subject, nulls_equal=True, maintain_order="left")
        )
        loses = (
            (pl.col("_file") != pl.col("_winner"))
            & (pl.col("_first") <= pl.col("_won_last"))
            & (pl.col("_last") >= pl.col("_won_first"))
        )
        losers.append(open_.filter(loses).select(*span, "_n", "_winner"))
        open_ = open_.filter(~loses).drop("_won_first", "_won_last", "_winner")
    lost = pl.concat(losers) if losers else None
    if lost is None or lost.is_empty():
        return Settled(frame, _no_drops(), _no_fills())
    kept = frame.join(lost, on=span, how="anti", nulls_equal=True, maintain_order="left")
    dropped = lost.group_by("_file", "_winner").agg(
        pl.col("_n").sum().cast(pl.UInt32).alias("rows")
    )
    return Settled(kept, dropped, _no_fills())


def covered_by_days(totals: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Periods whose days are in *rows* too: `key`, `from`, `to`, `_winner`.

    A period is covered where the daily files that know its subject have at least half of its days.
    One without dates is covered where its subject has any day at all.
    """
    periods = totals.select("key", "from", "to").unique()
    days = rows.select("key", "_file", pl.col("from").alias("_day")).unique()
    shared = periods.join(days, on="key").filter(_within())
    # A day without a row of its own still is covered by a file that has the day for others.
    file_days = days.select("_file", "_day").unique()
    length = (pl.col("to") - pl.col("from")).dt.total_days() + 1
    return (
        shared.select("key", "from", "to", "_file")
        .unique()
        .join(file_days, on="_file")
        .filter(_within())
        .group_by("key", "from", "to")
        .agg(pl.col("_day").n_unique().alias("_days"), pl.col("_file").min().alias("_winner"))
        .filter((2 * pl.col("_days") >= length).fill_null(value=True))
        .select("key", "from", "to", "_winner")
    )


def _within() -> pl.Expr:
    day = pl.col("_day")
    after = (day >= pl.col("from")).fill_null(value=True)
    return after & (day <= pl.col("to")).fill_null(value=True)
