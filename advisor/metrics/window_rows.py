"""Which rows of counts speak of the window, and which files have none that do."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from advisor.metrics.windows import DAYS, Windows, with_days
from advisor.model import STALE_DAYS, Days, File, Grain, Note, Window, lazy_gettext
from advisor.stats import has_one_value

_STALE = timedelta(days=STALE_DAYS)
_SPAN = ("shop", "from", "to")
Span = tuple[str, date | None, date | None]
"""A period of a shop: `shop`, `from`, `to`."""
_Window = Window | Windows


def in_window(
    frame: pl.DataFrame,
    grain: Grain,
    window: _Window,
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
    return in_periods(frame, periods_of(frame), window, earlier=earlier, later=later)


def periods_of(frame: pl.DataFrame) -> list[Span]:
    """The distinct periods of each shop, which are few."""
    if all(has_one_value(frame[column]) for column in _SPAN):  # as of one report, without a query
        return [(frame["shop"][0], frame["from"][0], frame["to"][0])]
    return frame.lazy().select(_SPAN).unique().collect(engine="in-memory").rows()


def in_periods(
    frame: pl.DataFrame,
    periods: Sequence[Span],
    window: _Window,
    *,
    earlier: bool = False,
    later: bool = False,
) -> pl.DataFrame:
    """The rows of reports without days that in_window gives; *periods* are those of *frame*."""
    newest = _newest_of_each_shop(
        span for span in periods if _fits(*span[1:], _of(window, span[0]), later=later)
    )
    if earlier:
        return _of_spans(frame, _past(periods, newest), periods)
    current = _of_spans(frame, newest.values(), periods)
    if all(last is not None for _, _, last in periods):
        return current
    if all(last is None for _, _, last in periods):
        return frame
    undated = frame.filter(pl.col("to").is_null())
    if not newest:
        return undated
    return pl.concat([current, undated.join(current, on=["shop", "key"], how="anti")])


def _of_days(frame: pl.DataFrame, window: _Window, *, earlier: bool, later: bool) -> pl.DataFrame:
    common = window.common if isinstance(window, Windows) else window
    if common is not None:
        days = days_of(common, earlier=earlier, later=later)
        return frame.clear() if days is None else between(frame, *days)
    if earlier:
        inside = pl.col("from").is_between("before_first", "before_last")
    else:
        inside = pl.col("from").is_between("first", _last(later=later))
    inside_only = with_days(frame.lazy(), window).filter(inside).drop(DAYS)
    return inside_only.collect(engine="in-memory")


def days_of(window: _Window, *, earlier: bool, later: bool) -> tuple[date, date] | None:
    """The first and the last day of a window that all shops have, as in_window takes them; None
    where they differ, or there are none."""
    common = window.common if isinstance(window, Windows) else window
    period = None if common is None else common.before if earlier else common.current
    if common is None or period is None:
        return None
    return period.first, max(period.last, common.until or period.last) if later else period.last


def between(frame: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """The rows of some days. Those of one shop are sorted by day: a slice of them takes no query
    and copies nothing."""
    days = frame["from"]
    if days.null_count() or not days.is_sorted():
        return frame.filter(pl.col("from").is_between(first, last))
    begins = int((days < first).sum())
    return frame.slice(begins, int((days <= last).sum()) - begins)


def _last(*, later: bool) -> pl.Expr:
    """The last day that counts; null where there is no window."""
    last = pl.col("last")
    held = pl.when(last.is_not_null()).then(pl.max_horizontal(last, "until"))
    return held if later else last


def _of(window: _Window, shop: str) -> Window:
    return window.of(shop) if isinstance(window, Windows) else window


def _fits(first: date | None, last: date | None, window: Window, *, later: bool = False) -> bool:
    """Whether a dated period is one that the window can be judged by."""
    if last is None:
        return False
    current = window.current
    if current is None:
        return True
    until = max(current.last, window.until or current.last) if later else current.last
    return (first is None or first <= until) and last >= current.first - _STALE


def _newest_of_each_shop(spans: Iterable[Span]) -> dict[str, Span]:
    ordered = sorted(spans, key=lambda span: (span[2] or date.min, span[1] or date.min))
    return {span[0]: span for span in ordered}


def _past(periods: Iterable[Span], newest: Mapping[str, Span]) -> Collection[Span]:
    """Of each shop the newest of *periods* that ended before its *newest* began, and not long
    before."""
    begins = {shop: span[1] for shop, span in newest.items()}
    return _newest_of_each_shop(
        (shop, first, last)
        for shop, first, last in periods
        if (begin := begins.get(shop)) is not None
        and last is not None
        and begin - _STALE <= last < begin
    ).values()


def _of_spans(
    frame: pl.DataFrame, spans: Collection[Span], periods: Sequence[Span]
) -> pl.DataFrame:
    if len(spans) == len(periods):
        return frame
    if not spans:
        return frame.clear()
    schema = {"shop": pl.String, "from": pl.Date, "to": pl.Date}
    chosen = pl.DataFrame(sorted(spans), schema=schema, orient="row")
    return frame.join(chosen, on=_SPAN, how="semi", nulls_equal=True)


def outside_notes(
    parts: Iterable[tuple[pl.DataFrame, Grain, Sequence[pl.DataFrame]]],
    windows: Windows,
    files: Sequence[File],
) -> Mapping[str, tuple[Note, ...]]:
    """By shop, a note for each file with dated rows of which none is judged or compared with.

    *parts* are rows of counts, their grain, and those of them in the window and the one before.
    """
    fitting: set[int] = set()
    spans: dict[int, list[tuple[date | None, date]]] = {}
    owners: dict[int, str] = {}
    tables = list(parts)
    spans_of, used = _files_of(tables)
    for (_, grain, _), held in zip(tables, spans_of, strict=True):
        for shop, file, first, last in held:
            owners[file] = shop
            if last is None:
                used.add(file)
                continue
            spans.setdefault(file, []).append((first, last))
            if grain is not Grain.DAY and _fits(first, last, windows.of(shop)):
                fitting.add(file)
    notes: dict[str, list[Note]] = {}
    for file in sorted(spans.keys() - used):
        window = windows.of(owners[file]).current
        if window is None:
            continue
        first = min((f for f, _ in spans[file] if f is not None), default=None)
        last = max(t for _, t in spans[file])
        days = Days(first or last, last)
        text = (
            lazy_gettext(
                "not used: it covers {days}, and a newer report is used instead", days=days
            )
            if file in fitting
            else lazy_gettext(
                "not used: it covers {days}, outside the period of this plan ({period})",
                days=days,
                period=Days(window.first, window.last),
            )
        )
        notes.setdefault(owners[file], []).append(Note("outside-window", text, files[file].name))
    return {shop: tuple(of) for shop, of in notes.items()}


def _files_of(
    tables: Sequence[tuple[pl.DataFrame, Grain, Sequence[pl.DataFrame]]],
) -> tuple[list[list[tuple[str, int, date | None, date | None]]], set[int]]:
    """Of each table the shop, the first and the last day of each file, and the files of which rows
    are judged: one query for all."""
    found: list[list[tuple[str, int, date | None, date | None]]] = [[] for _ in tables]
    used: set[int] = set()
    if not tables:
        return found, used
    ends = (pl.col("from").min(), pl.col("to").max())
    edges = []
    for at, (frame, *_) in enumerate(tables):
        if frame.height and has_one_value(frame["shop"]) and has_one_value(frame["_file"]):
            whole = frame.lazy().select(pl.col("shop", "_file").first(), *ends)
        else:
            whole = frame.lazy().group_by("shop", "_file").agg(*ends)
        edges.append(whole.with_columns(table=at))
    # The rows that are judged are mostly those of the table.
    judged = [
        rows.lazy().select("_file").unique()
        for frame, _, several in tables
        for rows in ([frame] if any(one.height == frame.height for one in several) else several)
    ]
    every = pl.concat([*edges, *judged], how="diagonal").collect(engine="in-memory")
    for shop, file, first, last, at in every.iter_rows():
        if at is None:
            used.add(file)
        else:
            found[at].append((shop, file, first, last))
    return found, used
