"""Why totals changed since the window before: which subjects and which steps made the difference.

What is split is declared in the vocabulary ([[change]]); how, is in
advisor.stats.decomposition. Windows that do not cover the same number of days are not compared.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.model import Change, ChangePart, Grain, Period, Side, Vocabulary, Window, frozen
from advisor.stats import CHANGE, OTHER, contributions, step_column

LEAST_DAYS = 7  # of each window: a change between two days says nothing
_DIGITS = 6
MONTHS_DIFFER = 3  # days by which one month is longer than another


@frozen
class Row:
    """One subject's change: *steps* and *other* (what no step explains) add up to it."""

    key: str
    name: str
    now: float
    then: float
    steps: tuple[float, ...]
    other: float

    @property
    def change(self) -> float:
        return self.now - self.then


@frozen
class Explained:
    """A change that the files explain. *rows* begin with the largest; *rest* is what the subjects
    leave of the total, where there is one. *now* and *then* are the periods that are compared."""

    what: Change
    now: Period
    then: Period
    rows: tuple[Row, ...]
    rest: Row | None

    @property
    def total(self) -> Row:
        """All rows together, the rest included."""
        every = [*self.rows, *([self.rest] if self.rest else [])]
        return Row(
            key="",
            name="",
            now=round(math.fsum(row.now for row in every), _DIGITS),
            then=round(math.fsum(row.then for row in every), _DIGITS),
            steps=tuple(map(math.fsum, zip(*(row.steps for row in every), strict=True))),
            other=math.fsum(row.other for row in every),
        )


def split_changes(
    counted: Sequence[CountedRows], window: Window, vocabulary: Vocabulary
) -> tuple[Explained, ...]:
    """Every declared change of which the files have both windows."""
    if window.current is None or window.before is None:
        return ()
    found = (_explain(what, counted, window) for what in vocabulary.changes.values())
    return tuple(one for one in found if one is not None)


def _explain(what: Change, counted: Sequence[CountedRows], window: Window) -> Explained | None:
    parts = what.part or (ChangePart("", "", what.stages),)
    if window.current is None or window.before is None:
        return None
    spans = (window.current, window.before)
    told: list[tuple[int, Sequence[Row]]] = []
    for part in parts:
        both = _both(what, part, counted, window)
        if both is not None:
            days, frame, spans = both
            told.append((days, _rows(what, part, frame)))
    if not told:
        return None
    days = max(days for days, _ in told)
    rows = [row for of, rows in told if of == days for row in rows]
    rest = None
    if what.total is not None:
        rest = _rest(what.total, rows, days, counted, window, len(what.steps))
        if rest is None:
            return None
    ordered = sorted(rows, key=lambda row: (-abs(row.change), row.key))
    return Explained(what, *spans, tuple(ordered), rest) if ordered else None


def _both(
    what: Change, part: ChangePart, counted: Sequence[CountedRows], window: Window
) -> tuple[int, pl.DataFrame, tuple[Period, Period]] | None:
    """How many days each window has, the sums of *part*'s stages by subject in both, and the two
    periods; from the first rows that have them all."""
    if window.current is None or window.before is None:
        return None
    for rows in _fitting(what.subject, part.stages, counted):
        found = [
            _known(rows.within(window, earlier=earlier), part.stages, part.key)
            for earlier in (False, True)
        ]
        days = _days(found, rows.grain, window)
        if days < LEAST_DAYS:
            continue
        # What the order of the files leaves in the last digits is no change.
        stages = tuple(dict.fromkeys(part.stages))
        sums = (pl.col(stages).sum().round(_DIGITS), pl.col("name").last())
        now, then = (frame.lazy().group_by("key").agg(sums) for frame in found)
        old = then.rename({stage: f"{stage}.before" for stage in stages} | {"name": "_name"})
        # Who is in one window only had nothing in the other.
        joined = (
            now.join(old, on="key", how="full", coalesce=True)
            .with_columns(
                pl.coalesce("name", "_name", "key").alias("name"),
                pl.col(*stages, *(f"{stage}.before" for stage in stages)).fill_null(0.0),
            )
            .sort("key")
            .collect(engine="in-memory")
        )
        by_day = rows.grain is Grain.DAY
        now_span, then_span = (None, None) if by_day else (_span(found[0]), _span(found[1]))
        return days, joined, (now_span or window.current, then_span or window.before)
    return None


def _known(frame: pl.DataFrame, counts: Sequence[str], key: str = "") -> pl.DataFrame:
    """The rows that have all *counts*, of the subject *key* if one is asked for."""
    if key:
        frame = frame.filter(pl.col("key") == key)
    lacking = [count for count in dict.fromkeys(counts) if frame[count].null_count()]
    return frame.drop_nulls(lacking) if lacking else frame


def _fitting(
    subject: str, counts: Iterable[str], counted: Sequence[CountedRows], family: str | None = None
) -> list[CountedRows]:
    """Rows of *subject* with all *counts*: days before periods."""
    grains = (Grain.DAY, Grain.PERIOD)
    fitting = [
        rows
        for rows in counted
        if rows.subject == subject
        and rows.grain in grains
        and family in (None, rows.family)
        and set(counts) <= set(rows.frame.columns)
    ]
    return sorted(fitting, key=lambda rows: (grains.index(rows.grain), rows.family))


def _days(frames: Sequence[pl.DataFrame], grain: Grain, window: Window) -> int:
    """How many days both frames cover; 0 where that is not known or not the same.

    Who is not there every day, as LIVEs are, had nothing on the other days.
    """
    if window.current is None or window.before is None:
        return 0
    if any(f.height == 0 or f["from"].null_count() or f["to"].null_count() for f in frames):
        return 0
    now, then = frames
    if grain is Grain.DAY:
        known = [frame["from"].n_unique() for frame in frames]
        first = then["from"].min()
        begins = isinstance(first, date) and first <= window.before.first + timedelta(
            days=LEAST_DAYS - 1
        )
        if begins and max(known) < window.current.days:
            return window.current.days
        return known[0] if known[0] == known[1] else 0
    spans = [_span(now), _span(then)]
    if None in spans:
        return 0
    days = [span.days for span in spans if span is not None]
    return days[0] if abs(days[0] - days[1]) <= MONTHS_DIFFER else 0


def _span(frame: pl.DataFrame) -> Period | None:
    """The one period that all rows of *frame* are of."""
    ends = [frame["from"], frame["to"]]
    if any(days.n_unique() != 1 for days in ends):
        return None
    return Period(*(days[0] for days in ends))


def _rows(what: Change, part: ChangePart, frame: pl.DataFrame) -> list[Row]:
    split = contributions(frame, part.stages, mix=what.mix)
    total = part.stages[-1]
    steps = [step_column(step) for step in range(len(what.steps))]
    columns = split[["key", "name", total, f"{total}.before", OTHER, CHANGE, *steps]]
    return [
        Row(
            key=row["key"],
            name=part.title or str(row["name"]),
            now=row[total],
            then=row[f"{total}.before"],
            steps=tuple(row[step] for step in steps),
            other=row[OTHER],
        )
        for row in columns.iter_rows(named=True)  # what is shown, row by row, is words
    ]


def _rest(
    total: Side,
    rows: Sequence[Row],
    days: int,
    counted: Sequence[CountedRows],
    window: Window,
    steps: int,
) -> Row | None:
    """What *rows* leave of *total* in both windows; None where the total is not known."""
    for subject in total.subject:
        for one in _fitting(subject, (total.count,), counted, total.family):
            frames = [
                _known(one.within(window, earlier=earlier), (total.count,))
                for earlier in (False, True)
            ]
            if _days(frames, one.grain, window) != days:
                continue
            now, then = (float(frame[total.count].sum()) for frame in frames)
            now = round(now - math.fsum(row.now for row in rows), _DIGITS)
            then = round(then - math.fsum(row.then for row in rows), _DIGITS)
            return Row("", "", now, then, (0.0,) * steps, now - then)
    return None
