"""Totals of several sources side by side: the same days, never judged.

What may be compared is declared in the vocabulary. Sources hold different days, so each comparison
takes the days that the total and most of its parts have.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.windows import Windows
from advisor.model import Grain, Period, Reconcile, Side, Vocabulary, frozen


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
        return self.total.value - math.fsum(part.value for part in self.parts)


@frozen
class _Amount:
    """What the rows of one period come to."""

    first: date
    last: date | None
    value: float
    files: tuple[int, ...]


@frozen(eq=False)
class _Source:
    """Where a side's count is in one shop: the amounts of days, or of the periods of files."""

    by_day: bool
    kind: str
    amounts: Sequence[_Amount]
    of: str = ""


Sources = Mapping[Side, Sequence[_Source]]


def reconcile(
    counted: Sequence[CountedRows], windows: Windows, vocabulary: Vocabulary
) -> Mapping[str, tuple[Compared, ...]]:
    """By shop, every declared comparison of which its files have the total and at least one
    part."""
    declared = [
        what
        for what in vocabulary.reconciles.values()
        if _fitting(what.total, counted) and any(_fitting(part, counted) for part in what.parts)
    ]
    sides = dict.fromkeys(side for what in declared for side in (what.total, *what.parts))
    found: dict[str, tuple[Compared, ...]] = {}
    for shop, sources in _sources(tuple(sides), counted, vocabulary).items():
        window = windows.of(shop).current
        if window is not None:
            each = (_compare(what, sources, window) for what in declared)
            found[shop] = tuple(one for one in each if one is not None)
    return found


def _compare(what: Reconcile, of: Sources, window: Period) -> Compared | None:
    best: Compared | None = None
    for period in _periods(what, of, window):
        total = _sum(what.total, of.get(what.total, ()), period)
        parts = [_sum(part, of.get(part, ()), period) for part in what.parts]
        there = tuple(part for part in parts if part is not None)
        if total is None or not there or (best is not None and len(there) <= len(best.parts)):
            continue
        missing = tuple(p for p, s in zip(what.parts, parts, strict=True) if s is None)
        best = Compared(what, period, total, there, missing)
    return best


def _sources(
    sides: Sequence[Side], counted: Sequence[CountedRows], vocabulary: Vocabulary
) -> Mapping[str, Mapping[Side, list[_Source]]]:
    """By shop, where each side's count is: the first kind of subject first, days before periods.
    Of subjects that overlap each is apart, the largest first."""
    fitting = [(side, rows) for side in sides for rows in _fitting(side, counted)]
    if not fitting:
        return {}
    amounts = pl.concat(
        _amounts(number, side, rows, vocabulary) for number, (side, rows) in enumerate(fitting)
    )
    by_key: dict[tuple[str, int], dict[str, tuple[str, list[_Amount]]]] = {}
    ordered = amounts.sort("shop", "number", "from", "to").collect(engine="in-memory")
    for shop, number, key, name, first, last, value, files in ordered.iter_rows():
        subjects = by_key.setdefault((shop, number), {})
        known, own = subjects.get(key, ("", []))
        own.append(_Amount(first, last, value, tuple(files)))
        subjects[key] = (max(known, name or ""), own)
    found: dict[str, dict[Side, list[_Source]]] = {}
    for (shop, number), subjects in by_key.items():
        side, rows = fitting[number]
        own_sources = found.setdefault(shop, {}).setdefault(side, [])
        largest = sorted(
            subjects.items(), key=lambda one: (-math.fsum(a.value for a in one[1][1]), one[0])
        )
        for key, (name, own) in largest:
            by_day = rows.grain is Grain.DAY
            own_sources.append(_Source(by_day, rows.subject, own, name or key))
    return found


def _fitting(side: Side, counted: Sequence[CountedRows]) -> list[CountedRows]:
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
    return fitting


def _amounts(number: int, side: Side, rows: CountedRows, vocabulary: Vocabulary) -> pl.LazyFrame:
    """The amounts of each shop and period; of subjects that overlap, of each of them."""
    known = pl.col(side.count).is_not_null() & pl.col("from").is_not_null()
    if side.key is not None:
        known &= pl.col("key") == side.key
    apart = side.key is None and vocabulary.subjects[rows.subject].overlap
    return (
        rows.frame.lazy()
        .filter(known)
        .group_by(
            "shop",
            (pl.col("key") if apart else pl.lit("")).alias("key"),
            pl.col("from").cast(pl.Date),
            pl.col("to").cast(pl.Date),
        )
        .agg(
            (pl.col("name").max() if apart else pl.lit("")).alias("name"),
            pl.col(side.count).cast(pl.Float64).sum().alias("value"),
            pl.col("_file").cast(pl.Int64).unique().sort().alias("files"),
        )
        .select(
            "shop",
            pl.lit(number, pl.UInt32).alias("number"),
            "key",
            pl.col("name").cast(pl.String),
            "from",
            "to",
            "value",
            "files",
        )
    )


def _periods(what: Reconcile, of: Sources, window: Period) -> Iterable[Period]:
    """Periods worth trying: days that several sides share in the window, then whole periods of
    files, the newest first."""
    totals = [span for one in of.get(what.total, ()) for span in _spans(one, window)]
    parts = [
        [span for one in of.get(part, ()) for span in _spans(one, window)] for part in what.parts
    ]
    whole = [span for spans in parts for span in spans[:1]]
    for total in totals:
        shared = [span for span in (_common(total, part) for part in whole) if span is not None]
        every = shared[0] if shared else None
        for span in shared[1:]:
            every = _common(every, span) if every is not None else None
        yield from dict.fromkeys(filter(None, (every, *shared)))
    yield from dict.fromkeys(span for spans in (totals, *parts) for span in spans)


def _spans(source: _Source, window: Period) -> list[Period]:
    if source.by_day:
        span = _common(_edges(source), window)
        return [span] if span is not None else []
    spans = {Period(one.first, one.last) for one in source.amounts if one.last is not None}
    ordered = sorted(spans, key=lambda span: (span.last, span.first), reverse=True)
    return [span for span in ordered if _common(span, window) is not None]


def _edges(source: _Source) -> Period:
    """From the first day of a source to its last."""
    last = max(one.last or one.first for one in source.amounts)
    return Period(min(one.first for one in source.amounts), last)


def _common(one: Period, other: Period) -> Period | None:
    first, last = max(one.first, other.first), min(one.last, other.last)
    return Period(first, last) if first <= last else None


def _sum(side: Side, sources: Iterable[_Source], period: Period) -> Sum | None:
    """The amount of exactly *period*: of days that reach over it, or of a report of just it."""
    for source in sources:
        if source.by_day:
            reach = _edges(source)
            if reach.first > period.first or reach.last < period.last:
                continue
            near = [one for one in source.amounts if period.first <= one.first <= period.last]
        else:
            near = [
                one
                for one in source.amounts
                if (one.first, one.last) == (period.first, period.last)
            ]
        if near:
            files = sorted({file for one in near for file in one.files})
            return Sum(
                side, math.fsum(one.value for one in near), tuple(files), source.kind, source.of
            )
    return None
