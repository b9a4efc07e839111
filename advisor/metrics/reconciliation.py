"""Totals of several sources side by side: the same days, never judged.

What may be compared is declared in the vocabulary. Sources hold different days, so each comparison
takes the days that the total and most of its parts have.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

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


@frozen(eq=False)
class _Rows:
    """Dated rows of one side in one frame, without those where its count is missing."""

    grain: Grain
    frame: pl.DataFrame
    kind: str
    of: str = ""


def reconcile(
    counted: Sequence[CountedRows], window: Window, vocabulary: Vocabulary
) -> tuple[Compared, ...]:
    """Every declared comparison of which the files have the total and at least one part."""
    found = (_compare(what, counted, window, vocabulary) for what in vocabulary.reconciles.values())
    return tuple(one for one in found if one is not None)


def _compare(
    what: Reconcile, counted: Sequence[CountedRows], window: Window, vocabulary: Vocabulary
) -> Compared | None:
    if window.current is None:
        return None
    of: Mapping[Side, list[_Rows]] = {
        side: list(_of(side, counted, vocabulary)) for side in (what.total, *what.parts)
    }
    best: Compared | None = None
    for period in _periods(what, of, window.current):
        total = _sum(what.total, of[what.total], period)
        parts = [_sum(part, of[part], period) for part in what.parts]
        there = tuple(part for part in parts if part is not None)
        if total is None or not there or (best is not None and len(there) <= len(best.parts)):
            continue
        missing = tuple(p for p, s in zip(what.parts, parts, strict=True) if s is None)
        best = Compared(what, period, total, there, missing)
    return best


def _of(side: Side, counted: Sequence[CountedRows], vocabulary: Vocabulary) -> Iterable[_Rows]:
    """Where the side's count is: the first kind of subject first, days before periods. Of subjects
    that overlap each is apart, the largest first."""
    grains = (Grain.DAY, Grain.PERIOD)
    fitting = [
        rows
        for rows in counted
        if rows.subject in side.subject
        and rows.grain in grains
        and side.count in rows.frame.columns
        and side.family in (None, rows.family)
    ]
    fitting.sort(key=lambda r: (side.subject.index(r.subject), grains.index(r.grain), r.family))
    for rows in fitting:
        known = pl.col(side.count).is_not_null() & pl.col("from").is_not_null()
        if side.key is not None:
            known &= pl.col("key") == side.key
        frame = rows.frame.filter(known)
        if frame.height == 0:
            continue
        if side.key is None and vocabulary.subjects[rows.subject].overlap:
            yield from _apart(side, rows, frame)
        else:
            yield _Rows(rows.grain, frame, rows.subject)


def _apart(side: Side, rows: CountedRows, frame: pl.DataFrame) -> Iterable[_Rows]:
    sums = frame.group_by("key").agg(
        pl.coalesce(pl.col("name").drop_nulls().max(), "key").first(), pl.col(side.count).sum()
    )
    for key, name, _ in sums.sort(side.count, "key", descending=[True, False]).iter_rows():
        yield _Rows(rows.grain, frame.filter(pl.col("key") == key), rows.subject, name)


def _periods(
    what: Reconcile, of: Mapping[Side, Sequence[_Rows]], window: Period
) -> Iterable[Period]:
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
        first, last = _edges(rows.frame)
        span = _common(Period(first, last), window)
        return [span] if span is not None else []
    spans = rows.frame.select("from", "to").unique().drop_nulls().sort("to", descending=True)
    periods = (Period(first, last) for first, last in spans.iter_rows())
    return [p for p in periods if _common(p, window) is not None]


def _edges(frame: pl.DataFrame) -> tuple[date, date]:
    first, last = frame.select(pl.col("from").min(), pl.col("to").max()).row(0)
    return first, last


def _common(one: Period, other: Period) -> Period | None:
    first, last = max(one.first, other.first), min(one.last, other.last)
    return Period(first, last) if first <= last else None


def _sum(side: Side, sources: Iterable[_Rows], period: Period) -> Sum | None:
    """The amount of exactly *period*: of days that reach over it, or of a report of just it."""
    for rows in sources:
        frame = rows.frame
        if rows.grain is Grain.DAY:
            first, last = _edges(frame)
            if first > period.first or last < period.last:
                continue
            frame = frame.filter(pl.col("from").is_between(period.first, period.last))
        else:
            frame = frame.filter((pl.col("from") == period.first) & (pl.col("to") == period.last))
        if frame.height:
            files = frame["_file"].unique().sort().to_list()
            amount = float(frame[side.count].sum())
            return Sum(side, amount, tuple(files), rows.kind, rows.of)
    return None
