"""Which subjects are over: paused, ended or deleted by their status, or without delivery.

What they cost stays in every sum; only advice about them would come too late. Without a status and
without days everything runs.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import attrs
import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import Measured
from advisor.metrics.subject_sums import IDENTITY
from advisor.metrics.window_rows import between
from advisor.metrics.windows import Windows
from advisor.model import (
    Grain,
    Listed,
    Note,
    Period,
    SubjectKind,
    Vocabulary,
    lazy_gettext,
    lazy_ngettext,
)
from advisor.stats import has_one_value, partitions

OVER = "__over"  # why a subject is over, in words; null where it runs
STILL = 7  # days without delivery after which something has ended
# Why a subject is over: what OVER holds, and how a note says it.
_STATUS, _SILENT, _ABOVE = "status", "silent", "above"
WHY_OVER = {
    _STATUS: lazy_gettext("by status"),
    _SILENT: lazy_gettext("without delivery in the last {days} days of the file", days=STILL),
    _ABOVE: lazy_gettext("part of one that has ended"),
}
_SHOWN = 3
_SCHEMA = {"shop": pl.String, "key": pl.String, OVER: pl.String}


def with_over(
    measured: Mapping[str, Measured],
    rows: Sequence[CountedRows],
    windows: Windows,
    vocabulary: Vocabulary,
) -> tuple[dict[str, Measured], dict[str, tuple[Note, ...]]]:
    """*measured* with OVER where any subject of a kind is over, and a note for each shop and kind
    of which some are."""
    direct = {
        kind.id: _over(kind, [one for one in rows if one.subject == kind.id], windows)
        for kind in vocabulary.subjects.values()
        if kind.runs or kind.delivers
    }
    over = {kind: frame for kind, frame in direct.items() if frame.height}
    found = dict(measured)
    notes: dict[str, list[Note]] = {}
    if not over:
        return found, {}
    for kind, one in measured.items():
        frame = _marked(one.frame, kind, over)
        if frame is None:
            continue
        found[kind] = attrs.evolve(one, frame=frame)
        for shop, text in _render_ended(frame, vocabulary.subjects[kind]):
            notes.setdefault(shop, []).append(Note("not-running", text))
    return found, {shop: tuple(of) for shop, of in notes.items()}


def _marked(
    frame: pl.DataFrame, kind: str, over: Mapping[str, pl.DataFrame]
) -> pl.DataFrame | None:
    """*frame* with OVER; None where nothing in it is over."""
    lazy = frame.lazy()
    reasons: list[str] = []
    ways = [(kind, "key"), *((p, f"parent.{p}") for p in over if f"parent.{p}" in frame.columns)]
    for source, column in ways:
        if source not in over:
            continue
        reason = f"{OVER}.{column}"
        why = pl.col(OVER) if column == "key" else pl.lit(_ABOVE)
        ends = over[source].lazy().select("shop", pl.col("key").alias(column), why.alias(reason))
        lazy = lazy.join(ends, on=["shop", column], how="left", maintain_order="left")
        reasons.append(reason)
    if not reasons:
        return None
    # In one piece: the last digits of what is summed later depend on where pieces end.
    marked = (
        lazy.with_columns(pl.coalesce(reasons).alias(OVER))
        .drop(reasons)
        .collect(engine="in-memory")
        .rechunk()
    )
    return marked if marked[OVER].null_count() < marked.height else None


def _over(kind: SubjectKind, rows: Sequence[CountedRows], windows: Windows) -> pl.DataFrame:
    """`shop`, `key` and OVER of the subjects of *kind* that are over, each once."""
    silent = _silent(kind, rows, windows)
    stated = _stated(kind, rows)
    both = pl.concat([stated, silent])
    return both.unique(IDENTITY, keep="first", maintain_order=True)


def _stated(kind: SubjectKind, rows: Iterable[CountedRows]) -> pl.DataFrame:
    """Those whose newest status says so; of several as new ones, all."""
    states = [
        one.frame.lazy()
        .select("shop", "key", "to", pl.col(kind.runs).alias("runs"))
        .drop_nulls("runs")
        for one in rows
        if kind.runs in one.frame.columns
    ]
    if not states:
        return pl.DataFrame(schema=_SCHEMA)
    newest = pl.col("to").is_null().all() | (pl.col("to") == pl.col("to").max())
    return (
        pl.concat(states)
        .group_by(IDENTITY)
        .agg(pl.col("runs").filter(newest).max())
        .filter(pl.col("runs") == 0)
        .sort(IDENTITY)
        .select(*IDENTITY, pl.lit(_STATUS).alias(OVER))
        .collect(engine="in-memory")
    )


def _silent(kind: SubjectKind, rows: Iterable[CountedRows], windows: Windows) -> pl.DataFrame:
    """Those with days of which none in the last week of their table, up to the window's end, has
    any delivery. A day of which no such count is known may have some."""
    days = [
        _last_days(one.frame, [c for c in kind.delivers if c in one.frame.columns], windows)
        for one in rows
        if one.grain is Grain.DAY
    ]
    told = [one for one in days if one is not None]
    if not told:
        return pl.DataFrame(schema=_SCHEMA)
    return (
        pl.concat(told)
        .group_by(IDENTITY)
        .agg(pl.col("silent").all())
        .filter("silent")
        .sort(IDENTITY)
        .select(*IDENTITY, pl.lit(_SILENT).alias(OVER))
        .collect(engine="in-memory")
    )


def _last_days(frame: pl.DataFrame, counts: Sequence[str], windows: Windows) -> pl.LazyFrame | None:
    """`shop`, `key` and whether each subject was `silent` at the end of one table."""
    if not counts:
        return None
    values = [pl.col(count) for count in counts]
    delivered = pl.any_horizontal(value > 0 for value in values).fill_null(value=False)
    unknown = pl.all_horizontal(value.is_null() for value in values)
    shops = frame["shop"]
    if has_one_value(shops):
        return _last_days_of_one(frame, delivered | unknown, windows.of(shops[0]).current)
    weeks = _last_weeks(frame, windows)
    if weeks.is_empty():
        return None
    until = frame.lazy().join(weeks.lazy(), on="shop").filter(pl.col("to") <= pl.col("_ends"))
    # Few rows are of the last week, and only these are looked at.
    active = until.filter(pl.col("to") > pl.col("_week")).filter(delivered | unknown)
    lately = active.select(IDENTITY).unique().with_columns(pl.lit(value=False).alias("silent"))
    told = until.select(IDENTITY).unique().join(lately, on=IDENTITY, how="left")
    return told.with_columns(pl.col("silent").fill_null(value=True))


def _last_days_of_one(
    frame: pl.DataFrame, active: pl.Expr, window: Period | None
) -> pl.LazyFrame | None:
    """The same of the rows of one shop, which are sorted by day."""
    until = between(frame, date.min, window.last) if window is not None else frame.clear()
    first, last = until["from"].min(), until["to"].max()
    if not isinstance(first, date) or not isinstance(last, date):
        return None
    week = last - timedelta(days=STILL)
    if first > week:
        return None
    # Few rows are of the last week, and only these are looked at.
    lately = between(until, week + timedelta(days=1), last).lazy().filter(active)
    alive = lately.select("key").unique().with_columns(pl.lit(value=False).alias("silent"))
    told = until.lazy().select("key").unique().join(alive, on="key", how="left")
    shop = pl.lit(frame["shop"][0]).alias("shop")
    return told.select(shop, "key", pl.col("silent").fill_null(value=True))


def _last_weeks(frame: pl.DataFrame, windows: Windows) -> pl.DataFrame:
    """`shop`, `_week` (the day before the last week of the shop's rows up to its window's end) and
    `_ends` (that end); without shops that have no rows before that week."""
    ends = windows.frame.lazy().select("shop", pl.col("last").alias("_ends"))
    return (
        frame.lazy()
        .select("shop", "from", "to")
        .join(ends, on="shop")
        .filter(pl.col("to") <= pl.col("_ends"))
        .group_by("shop")
        .agg(
            (pl.col("to").max() - pl.duration(days=STILL)).alias("_week"),
            pl.col("_ends").first(),
            pl.col("from").min(),
        )
        .filter(pl.col("from") <= pl.col("_week"))
        .select("shop", "_week", "_ends")
        .collect(engine="in-memory")
    )


def _render_ended(frame: pl.DataFrame, kind: SubjectKind) -> Iterable[tuple[str, str]]:
    """The text of a note for each shop that has subjects which are over."""
    over = frame.filter(pl.col(OVER).is_not_null()).select("shop", "name", OVER)
    every = frame.group_by("shop").len()
    sizes = dict(every.iter_rows())
    for (shop,), part in partitions(over, ["shop"]).items():
        whys = part.group_by(OVER).agg(pl.len(), pl.col("name").head(_SHOWN + 1)).sort(OVER)
        reasons = tuple(
            lazy_gettext(
                "{n} {why} ({names})", n=many, why=WHY_OVER[why], names=Listed(tuple(names), _SHOWN)
            )
            for why, many, names in whys.iter_rows()
        )
        text = lazy_ngettext(
            "{n} of {all} {kinds} is no longer running and gets no advice: {reasons}. Its spend "
            "still counts in the totals",
            "{n} of {all} {kinds} are no longer running and get no advice: {reasons}. Their spend "
            "still counts in the totals",
            part.height,
            all=sizes[shop],
            kinds=lazy_gettext(kind.plural),
            reasons=Listed(reasons, len(reasons)),
        )
        yield str(shop), text
