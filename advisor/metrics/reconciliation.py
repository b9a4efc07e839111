"""Totals of several sources side by side: the same days, never judged.

What may be compared is declared in the vocabulary. Sources hold different days, so each comparison
takes the days that the total and most of its parts have.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.model import Grain, Period, Reconcile, Side, Vocabulary, Window, frozen


@frozen
class Sum:
    """A side's amount on the days of a comparison; *files* are indexes into Counted.files."""

    side: Side
    value: float
    files: tuple[int, ...]
    kind: str
    of: str = ""  # the one subject that it is of, where those of the kind overlap


@frozen
class Compared:
    """A comparison that files allow; *missing* are the parts that none of them has."""

    what: Reconcile
    period: Period
    total: Sum
    parts: tuple[Sum, ...]
    missing: tuple[Side, ...]

    @property
    def rest(self) -> float:
        """What of the total the parts leave."""
        return self.total.value - sum(part.value for part in self.parts)


@frozen
class _Amount:
    """What the rows of one day or period come to."""

    days: Period
    value: float
    files: tuple[int, ...]


@frozen
class _Rows:
    """Dated amounts of one side from one set of rows, without those where its count is missing."""

    grain: Grain
    amounts: tuple[_Amount, ...]
    kind: str
    of: str = ""

    @property
    def days(self) -> Period:
        """From the first to the last day."""
        days = [amount.days for amount in self.amounts]
        return Period(min(one.first for one in days), max(one.last for one in days))


_Sides = Mapping[Side, Sequence[_Rows]]


def reconcile(
    counted: Sequence[CountedRows], window: Window, vocabulary: Vocabulary
) -> tuple[Compared, ...]:
    """Every declared comparison of which the files have the total and at least one part."""
    current = window.current
    if current is None:
        return ()
    declared = vocabulary.reconciles.values()
    sides = dict.fromkeys(side for what in declared for side in (what.total, *what.parts))
    amounts = _amounts(sides, counted, vocabulary)
    found = (_compare(what, amounts, current) for what in declared)
    return tuple(one for one in found if one is not None)


def _compare(what: Reconcile, of: _Sides, window: Period) -> Compared | None:
    best: Compared | None = None
    for period in _periods(what, of, window):
        total = _sum(what.total, of[what.total], period)
        parts = [_sum(part, of[part], period) for part in what.parts]
        there = tuple(part for part in parts if part is not None)
        if total is None or not there or (best is not None and len(there) <= len(best.parts)):
            continue
        missing = tuple(p for p, s in zip(what.parts, parts, strict=True) if s is None)
        best = Compared(what, period, total, there, missing)
    return best


def _amounts(
    sides: Iterable[Side], counted: Sequence[CountedRows], vocabulary: Vocabulary
) -> dict[Side, list[_Rows]]:
    """Where each side's count is: the first kind of subject first, days before periods. Of subjects
    that overlap each is apart, the largest first. One query for all."""
    found: dict[Side, list[_Rows]] = {side: [] for side in sides}
    places = [(side, rows) for side in found for rows in _fitting(side, counted)]
    frames = [
        _by_days(at, side, rows, apart=_overlaps(side, rows, vocabulary))
        for at, (side, rows) in enumerate(places)
    ]
    if not frames:
        return found
    spans = pl.concat(frames).group_by("place", "key", maintain_order=True).agg(pl.all())
    names = pl.coalesce(pl.col("name").list.max(), "key")
    ordered = spans.sort(
        "place", pl.col("amount").list.sum(), "key", descending=[False, True, False]
    ).select("place", names, "from", "to", "amount", "files")
    for at, name, *columns in ordered.collect(engine="in-memory").iter_rows():
        side, rows = places[at]
        amounts = tuple(
            _Amount(Period(first, last), value, tuple(files))
            for first, last, value, files in zip(*columns, strict=True)
        )
        found[side].append(_Rows(rows.grain, amounts, rows.subject, name))
    return found


def _overlaps(side: Side, rows: CountedRows, vocabulary: Vocabulary) -> bool:
    return side.key is None and vocabulary.subjects[rows.subject].overlap


def _fitting(side: Side, counted: Iterable[CountedRows]) -> list[CountedRows]:
    grains = (Grain.DAY, Grain.PERIOD)
    fitting = [
        rows
        for rows in counted
        if rows.subject in side.subject
        and rows.grain in grains
        and side.count in rows.frame.columns
        and side.family in (None, rows.family)
    ]
    return sorted(
        fitting, key=lambda r: (side.subject.index(r.subject), grains.index(r.grain), r.family)
    )


def _by_days(at: int, side: Side, rows: CountedRows, *, apart: bool) -> pl.LazyFrame:
    """The amounts of each day or period, of all subjects together or of each *apart*."""
    known = pl.all_horizontal(pl.col(side.count, "from", "to").is_not_null())
    if side.key is not None:
        known &= pl.col("key") == side.key
    every = pl.lit("")
    return (
        rows.frame.lazy()
        .filter(known)
        .group_by(
            pl.lit(at, pl.UInt32).alias("place"),
            (pl.col("key") if apart else every).alias("key"),
            "from",
            "to",
        )
        .agg(
            (pl.col("name").drop_nulls().max() if apart else every.first()).alias("name"),
            pl.col(side.count).sum().alias("amount"),
            pl.col("_file").unique().sort().alias("files"),
        )
        .sort("key", "to", "from", descending=[False, True, True])
    )


def _periods(what: Reconcile, of: _Sides, window: Period) -> Iterable[Period]:
    """Periods worth trying: days that several sides share in the window, then whole periods of
    files, the newest first."""
    totals = [span for rows in of[what.total] for span in _spans(rows, window)]
    parts = [[s for rows in of[part] for s in _spans(rows, window)] for part in what.parts]
    whole = [span for spans in parts for span in spans[:1]]
    for total in totals:
        shared = [span for span in (_common(total, part) for part in whole) if span is not None]
        every = shared[0] if shared else None
        for span in shared[1:]:
            every = _common(every, span) if every is not None else None
        yield from dict.fromkeys(filter(None, (every, *shared)))
    yield from dict.fromkeys(span for spans in (totals, *parts) for span in spans)


def _spans(rows: _Rows, window: Period) -> list[Period]:
    if rows.grain is Grain.DAY:
        span = _common(rows.days, window)
        return [span] if span is not None else []
    return [one.days for one in rows.amounts if _common(one.days, window) is not None]


def _common(one: Period, other: Period) -> Period | None:
    first, last = max(one.first, other.first), min(one.last, other.last)
    return Period(first, last) if first <= last else None


def _sum(side: Side, sources: Iterable[_Rows], period: Period) -> Sum | None:
    """The amount of exactly *period*: of days that reach over it, or of a report of just it."""
    for rows in sources:
        if rows.grain is Grain.DAY:
            if _common(rows.days, period) != period:
                continue
            first, last = period.first, period.last
            inside = [one for one in rows.amounts if first <= one.days.first <= last]
        else:
            inside = [one for one in rows.amounts if one.days == period]
        if inside:
            files = sorted({file for one in inside for file in one.files})
            amount = math.fsum(one.value for one in inside)
            return Sum(side, amount, tuple(files), rows.kind, rows.of)
    return None
