"""Which of several files is believed where they speak of the same events.

Frames here have `shop`, `_file` and the columns of a Table. Nothing is ever added up: rows are kept
or dropped, and missing counts are filled.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from advisor.model import frozen, is_count

ALSO = ("_also_file", "_also_row")  # where the first count came from that a row was filled with
_BY_FILE = "by.file"
_NEVER = (date.min, date.max)
_DIGITS = 9  # sums of the same numbers in another order differ behind these


@frozen(eq=False)
class Settled:
    """What is believed; *dropped*: `_file`, `_winner`, `rows`, and whether the winner is `newer` by
    the names of both; *filled*: `_file`, `count`."""

    frame: pl.DataFrame
    dropped: pl.DataFrame
    filled: pl.DataFrame


def _no_drops() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "_file": pl.UInt32,
            "_winner": pl.UInt32,
            "rows": pl.UInt32,
            "newer": pl.Boolean,
        }
    )


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
    name), then the one that ends later, was downloaded later, says more, has the lower *ranks*
    (`_file`, `_end`, `_stamp`, `_rank`). Counts that the winner lacks there come from the next one.
    """
    if _apart(frame):
        return Settled(frame, _no_drops(), _no_fills())
    identity = ["shop", "key", "from", "to", *_breakdowns(frame)]
    # Days are few and subjects many: days of one file alone are set aside before subjects count.
    span = ["shop", "from", "to"]
    lazy = frame.lazy()
    days = lazy.select(*span, "_file").unique().group_by(span).agg(pl.len().alias("_files"))
    shared = lazy.join(
        days.filter(pl.col("_files") > 1),
        on=span,
        how="semi",
        nulls_equal=True,
        maintain_order="left",
    ).collect(engine="in-memory")
    claims = (
        shared.lazy()
        .group_by(*identity, "_file")
        .agg(pl.len().alias("_n"), _size(frame))
        .filter(pl.len().over(identity) > 1)
        .with_row_index("_group")
        .with_columns(pl.col("_group").min().over(identity))
        .collect(engine="in-memory")
    )
    if claims.is_empty():
        return Settled(frame, _no_drops(), _no_fills())
    groups = claims.lazy().select(*identity, "_group").unique()
    order = ["_n", "_end", "_stamp", "_size", "_rank"]
    claims = (
        claims.lazy()
        .join(ranks.lazy(), on="_file")
        .with_columns(_comparable("_group"))
        .sort(order, descending=[True, True, True, True, False], nulls_last=True)
        .with_columns(
            pl.int_range(pl.len()).over("_group").alias("_place"),
            pl.col("_file").first().over("_group").alias("_winner"),
            _newer(["_n", "_end"], "_group").alias("_newer"),
        )
        .collect(engine="in-memory")
    )
    rest = lazy.join(groups, on=identity, how="anti", nulls_equal=True)
    contested = (
        shared.lazy()
        .join(
            claims.lazy().select(*identity, "_file", "_place", "_group"),
            on=[*identity, "_file"],
            nulls_equal=True,
        )
        .sort("_group", "_place", "_row", maintain_order=True)
        .with_columns(pl.int_range(pl.len()).over("_group", "_place").alias("_at"))
        .collect(engine="in-memory")
    )
    merged, filled = _fill(contested, frame.columns)
    dropped = (
        claims.lazy()
        .filter(pl.col("_place") > 0)
        .group_by("_file", "_winner", pl.col("_newer").alias("newer"))
        .agg(pl.col("_n").sum().cast(pl.UInt32).alias("rows"))
        .select(*_no_drops().columns)
        .collect(engine="in-memory")
    )
    whole = (
        pl.concat([rest, merged.lazy().select(*frame.columns, *ALSO)], how="diagonal")
        .sort("_file", "_row", "key", "from", maintain_order=True)
        .collect(engine="in-memory")
    )
    return Settled(whole, dropped, filled)


def _comparable(group: str | list[str]) -> pl.Expr:
    """`_stamp`, where all of a group have one: else it says nothing about which is newer."""
    return pl.when(pl.col("_stamp").is_not_null().all().over(group)).then("_stamp")


def _newer(before: list[str], group: str) -> pl.Expr:
    """Whether the first of a sorted group won by its stamp: what counts *before* is the same."""
    first = [pl.col(name).first().over(group).eq_missing(pl.col(name)) for name in before]
    later = pl.col("_stamp").first().over(group) > pl.col("_stamp")
    return pl.all_horizontal(*first, later.fill_null(value=False))


def _apart(frame: pl.DataFrame) -> bool:
    """Whether no two files of a shop can share a day: the usual case, found without looking at
    subjects."""
    if _files_alone(frame):
        return True
    reached = pl.col("last").cum_max().shift(1).over("shop")
    shared = (pl.col("first") <= reached) | (pl.col("unknown") & (pl.len().over("shop") > 1))
    met = (
        frame.lazy()
        .group_by("shop", "_file")
        .agg(
            pl.col("from").min().alias("first"),
            pl.col("to").max().alias("last"),
            (pl.col("from").is_null() | pl.col("to").is_null()).any().alias("unknown"),
        )
        .sort("first")
        .select(shared.any())
    )
    return not met.collect(engine="in-memory").item()


def _files_alone(frame: pl.DataFrame) -> bool:
    """Whether each shop has one file: a file is of one shop."""
    return frame["_file"].n_unique() == frame["shop"].n_unique()


def _fill(contested: pl.DataFrame, columns: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The winner's rows; what a whole group of them lacks is the next file's."""
    own = contested.filter(pl.col("_place") == 0).with_columns(
        pl.lit(None, pl.UInt32).alias(name) for name in ALSO
    )
    labels = [n for n in columns if n in ("name", "currency") or n.startswith("parent.")]
    counts = [name for name in columns if is_count(name) and own[name].null_count()]
    lacking = [*counts, *(name for name in labels if own[name].null_count())]
    if not lacking:
        return own, _no_fills()
    held = {name: pl.when(pl.col(name).is_not_null()).then("_place") for name in lacking}
    gives = pl.any_horizontal(pl.col(lacking).is_not_null())
    believed = contested.lazy().select(
        "_group",
        "_at",
        "_place",
        "_file",
        "_row",
        *(
            pl.when(pl.col("_place") == place.min().over("_group")).then(pl.col(name)).alias(name)
            for name, place in held.items()
        ),
    )
    others = believed.filter((pl.col("_place") > 0) & gives).collect(engine="in-memory")
    if others.is_empty():
        return own, _no_fills()
    donors = (
        others.lazy()
        .group_by("_group", "_at", maintain_order=True)
        .agg(
            pl.col(lacking).drop_nulls().first().name.prefix("_given_"),
            pl.col("_file").first().alias(ALSO[0]),
            pl.col("_row").first().alias(ALSO[1]),
        )
    )
    filled = (
        own.lazy()
        .drop(ALSO)
        .join(donors, on=["_group", "_at"], how="left")
        .with_columns(pl.coalesce(name, f"_given_{name}").alias(name) for name in lacking)
        .collect(engine="in-memory")
    )
    if not counts:
        return filled, _no_fills()
    said = others.lazy().group_by("_file").agg(pl.col(counts).is_not_null().any())
    said = said.unpivot(index="_file", variable_name="count").filter("value")
    return filled, said.select("_file", "count").collect(engine="in-memory")


def overlapping_periods(
    frame: pl.DataFrame, ranks: pl.DataFrame, *, lifetime: bool = False
) -> Settled:
    """Of one subject's overlapping periods from different files, the one that ends later. Rows with
    a breakdown by file, whose labels mean nothing beside another file's, are kept or left out as a
    whole.

    Periods that do not overlap are all kept. An unknown period may overlap any, and loses. With
    *lifetime*, periods reach back without end.
    """
    if _files_alone(frame) or (not lifetime and _apart(frame)):
        return Settled(frame, _no_drops(), _no_fills())
    broken = _breakdowns(frame)
    subject = ["shop", "key", *([] if _BY_FILE in broken else broken)]
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
            _comparable(subject),
        )
        .sort("_first", "_last")
    )
    reached = pl.col("_last").cum_max().shift(1).over(subject)
    contested = (pl.col("_first") <= reached).any().over(subject)
    open_ = spans.filter(contested).sort(
        "_unknown",
        "to",
        "_stamp",
        "_size",
        "_rank",
        descending=[False, True, True, True, False],
        nulls_last=True,
    )
    losers: list[pl.DataFrame] = []
    # One round settles one period of every subject: as many rounds as a subject has periods.
    while not open_.is_empty():
        best = open_.group_by(subject, maintain_order=True).agg(
            pl.col("_first", "_last", "_stamp").first().name.prefix("_won"),
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
        same_end = (pl.col("_last") == pl.col("_won_last")) & ~pl.col("_unknown")
        newer = (same_end & (pl.col("_won_stamp") > pl.col("_stamp"))).fill_null(value=False)
        lost_now = open_.filter(loses).select(*span, "_n", "_winner", newer.alias("newer"))
        losers.append(lost_now)
        open_ = open_.filter(~loses).drop("_won_first", "_won_last", "_won_stamp", "_winner")
    lost = pl.concat(losers) if losers else None
    if lost is None or lost.is_empty():
        return Settled(frame, _no_drops(), _no_fills())
    kept = frame.join(lost, on=span, how="anti", nulls_equal=True, maintain_order="left")
    dropped = (
        lost.group_by("_file", "_winner", "newer")
        .agg(pl.col("_n").sum().cast(pl.UInt32).alias("rows"))
        .select(*_no_drops().columns)
    )
    return Settled(kept, dropped, _no_fills())


def covered_by_days(totals: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Periods whose days are in *rows* too: `shop`, `key`, `from`, `to`, `_winner`.

    A period is covered where the daily files that know its subject have at least half of its days.
    One without dates is covered where its subject has any day at all.
    """
    period = ["shop", "key", "from", "to"]
    days = rows.select("shop", "key", "_file", pl.col("from").alias("_day")).unique()
    shared = totals.select(period).unique().join(days, on=["shop", "key"]).filter(_within())
    # A day without a row of its own still is covered by a file that has the day for others.
    file_days = days.select("_file", "_day").unique()
    length = (pl.col("to") - pl.col("from")).dt.total_days() + 1
    return (
        shared.select(*period, "_file")
        .unique()
        .join(file_days, on="_file")
        .filter(_within())
        .group_by(period)
        .agg(pl.col("_day").n_unique().alias("_days"), pl.col("_file").min().alias("_winner"))
        .filter((2 * pl.col("_days") >= length).fill_null(value=True))
        .select(*period, "_winner")
    )


def _within() -> pl.Expr:
    day = pl.col("_day")
    after = (day >= pl.col("from")).fill_null(value=True)
    return after & (day <= pl.col("to")).fill_null(value=True)
