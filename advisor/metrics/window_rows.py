"""Which rows of counts speak of the window, and which files have none that do."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import polars as pl

from advisor.model import STALE_DAYS, File, Grain, Note, Period, Window

_Span = tuple[date | None, date | None]


def in_window(
    frame: pl.DataFrame, grain: Grain, window: Window, *, earlier: bool = False
) -> pl.DataFrame:
    """The rows of the window (or, with *earlier*, of the one before it).

    Days are taken by their date. Of reports without days, the newest period that the window can be
    judged by counts: it begins before the window ends, and ended not more than STALE_DAYS before it
    begins. Subjects that only a report without any date has are added to it.
    """
    if grain is Grain.DAY:
        period = window.before if earlier else window.current
        if period is None:
            return frame.clear()
        return frame.filter(pl.col("from").is_between(period.first, period.last))
    spans = _spans(frame)
    dated = [span for span in spans if span[1] is not None and _fits(span, window)]
    if earlier:
        past = _before(dated[0], spans) if dated else None
        return _of_span(frame, past) if past else frame.clear()
    if len(spans) == 1 and (dated or spans[0][1] is None):
        return frame
    undated = frame.filter(pl.col("to").is_null())
    if not dated:
        return undated
    current = _of_span(frame, dated[0])
    if undated.height == 0:
        return current
    return pl.concat([current, undated.join(current, on=["shop", "key"], how="anti")])


def outside_notes(
    parts: Iterable[tuple[pl.DataFrame, Grain]], window: Window, files: Sequence[File]
) -> tuple[Note, ...]:
    """A note for each file with dated rows of which none is judged or compared with."""
    if window.current is None:
        return ()
    used: set[int] = set()
    fitting: set[int] = set()
    spans: dict[int, list[_Span]] = {}
    for whole, grain in parts:
        frame = whole[["shop", "key", "from", "to", "_file"]]
        if grain is Grain.DAY:
            both = Period((window.before or window.current).first, window.current.last)
            days = pl.col("from").is_between(both.first, both.last)
            used.update(frame.filter(days)["_file"].unique())
        else:
            for earlier in (False, True):
                used.update(in_window(frame, grain, window, earlier=earlier)["_file"].unique())
        held = frame.group_by("_file").agg(pl.col("from").min(), pl.col("to").max())
        for file, first, last in held.iter_rows():
            if last is None:
                used.add(file)
                continue
            spans.setdefault(file, []).append((first, last))
            if grain is not Grain.DAY and _fits((first, last), window):
                fitting.add(file)
    notes: list[Note] = []
    for file in sorted(spans.keys() - used):
        first = min((f for f, _ in spans[file] if f is not None), default=None)
        last = max(t for _, t in spans[file] if t is not None)
        held_text = f"{first} to {last}" if first and first != last else f"{last}"
        why = (
            "a newer report of the same kind is judged instead"
            if file in fitting
            else f"that lies outside the days that are judged, {window.current}"
        )
        text = f"its numbers are of {held_text}; {why}, so they were not used"
        notes.append(Note("outside-window", text, files[file].name))
    return tuple(notes)


def _spans(frame: pl.DataFrame) -> list[_Span]:
    """Every period of *frame*, the newest first, unknown ones last."""
    spans = frame[["from", "to"]].unique()
    return spans.sort("to", "from", descending=True, nulls_last=True).rows()


def _fits(span: _Span, window: Window) -> bool:
    first, last = span
    if window.current is None or last is None:
        return True
    begins_in_time = first is None or first <= window.current.last
    return begins_in_time and last >= window.current.first - timedelta(days=STALE_DAYS)


def _before(span: _Span, spans: Iterable[_Span]) -> _Span | None:
    """The newest of *spans* that ended before *span* began, and not long before."""
    begins = span[0]
    if begins is None:
        return None
    oldest = begins - timedelta(days=STALE_DAYS)
    return next((s for s in spans if s[1] is not None and oldest <= s[1] < begins), None)


def _of_span(frame: pl.DataFrame, span: _Span) -> pl.DataFrame:
    return frame.filter(
        pl.col("from").eq_missing(pl.lit(span[0], pl.Date))
        & pl.col("to").eq_missing(pl.lit(span[1], pl.Date))
    )
