"""Which rows of counts speak of the window, and which files have none that do."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl

from advisor.metrics.windows import DAYS, Windows, with_days
from advisor.model import STALE_DAYS, File, Grain, Note, Window

_STALE = pl.duration(days=STALE_DAYS)
_SPAN = ("shop", "from", "to")


def in_window(
    frame: pl.DataFrame,
    grain: Grain,
    window: Window | Windows,
    *,
    earlier: bool = False,
    later: bool = False,
) -> pl.DataFrame:
    """The rows of the window (or, with *earlier*, of the one before it), each shop's of its own.

    Days are taken by their date. Of reports without days, the newest period that the window can be
    judged by counts: it begins before the window ends, and ended not more than STALE_DAYS before it
    begins. Subjects that only a report without any date has are added to it. With *later*, what was
    noted after the window counts too, up to the day until which states hold.
    """
    if grain is Grain.DAY:
        return _of_days(frame, window, earlier=earlier, later=later)
    spans = frame.select(_SPAN).unique()
    judged = with_days(spans, window).filter(_fits(later=later))
    newest = _newest_of_each_shop(judged)
    if earlier:
        return _of_spans(frame, _past(spans, newest)) if newest.height else frame.clear()
    undated = frame.filter(pl.col("to").is_null())
    if newest.height == 0:
        return undated
    current = frame if newest.height == spans.height else _of_spans(frame, newest)
    if undated.height == 0:
        return current
    return pl.concat([current, undated.join(current, on=["shop", "key"], how="anti")])


def _of_days(
    frame: pl.DataFrame, window: Window | Windows, *, earlier: bool, later: bool
) -> pl.DataFrame:
    common = window.common if isinstance(window, Windows) else window
    if common is not None:
        period = common.before if earlier else common.current
        if period is None:
            return frame.clear()
        last = max(period.last, common.until or period.last) if later else period.last
        return frame.filter(pl.col("from").is_between(period.first, last))
    if earlier:
        inside = pl.col("from").is_between("before_first", "before_last")
    else:
        inside = pl.col("from").is_between("first", _last(later=later))
    return with_days(frame, window).filter(inside).drop(DAYS)


def _last(*, later: bool) -> pl.Expr:
    """The last day that counts; null where there is no window."""
    last = pl.col("last")
    held = pl.when(last.is_not_null()).then(pl.max_horizontal(last, "until"))
    return held if later else last


def _fits(*, later: bool = False) -> pl.Expr:
    """Whether a dated period is one that the window can be judged by."""
    begins_in_time = (pl.col("from") <= _last(later=later)).fill_null(value=True)
    fresh = (pl.col("to") >= pl.col("first") - _STALE).fill_null(value=True)
    return pl.col("to").is_not_null() & begins_in_time & fresh


def _newest_of_each_shop(spans: pl.DataFrame) -> pl.DataFrame:
    ordered = spans.sort("to", "from", descending=True, nulls_last=True)
    return ordered.unique("shop", keep="first", maintain_order=True).select(_SPAN)


def _past(spans: pl.DataFrame, newest: pl.DataFrame) -> pl.DataFrame:
    """Of each shop the newest of *spans* that ended before its *newest* began, and not long
    before."""
    begins = newest.select("shop", pl.col("from").alias("_begins"))
    ended = pl.col("to").is_between(pl.col("_begins") - _STALE, pl.col("_begins"), closed="left")
    return _newest_of_each_shop(spans.join(begins, on="shop").filter(ended))


def _of_spans(frame: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    return frame.join(spans, on=_SPAN, how="semi", nulls_equal=True)


def outside_notes(
    parts: Iterable[tuple[pl.DataFrame, Grain, Sequence[pl.DataFrame]]],
    windows: Windows,
    files: Sequence[File],
) -> Mapping[str, tuple[Note, ...]]:
    """By shop, a note for each file with dated rows of which none is judged or compared with.

    *parts* are rows of counts, their grain, and those of them in the window and the one before.
    """
    used: set[int] = set()
    fitting: set[int] = set()
    spans: dict[int, list[tuple[date | None, date]]] = {}
    owners: dict[int, str] = {}
    for frame, grain, judged in parts:
        for rows in judged:
            used.update(rows["_file"].unique())
        held = frame.group_by("shop", "_file").agg(pl.col("from").min(), pl.col("to").max())
        fits = with_days(held, windows).select("shop", "_file", "from", "to", _fits().alias("fits"))
        for shop, file, first, last, fit in fits.iter_rows():
            owners[file] = shop
            if last is None:
                used.add(file)
                continue
            spans.setdefault(file, []).append((first, last))
            if grain is not Grain.DAY and fit:
                fitting.add(file)
    notes: dict[str, list[Note]] = {}
    for file in sorted(spans.keys() - used):
        window = windows.of(owners[file]).current
        if window is None:
            continue
        first = min((f for f, _ in spans[file] if f is not None), default=None)
        last = max(t for _, t in spans[file])
        held_text = f"{first} to {last}" if first and first != last else f"{last}"
        why = (
            "a newer report of the same kind is judged instead"
            if file in fitting
            else f"that lies outside the days that are judged, {window}"
        )
        text = f"its numbers are of {held_text}; {why}, so they were not used"
        notes.setdefault(owners[file], []).append(Note("outside-window", text, files[file].name))
    return {shop: tuple(of) for shop, of in notes.items()}
