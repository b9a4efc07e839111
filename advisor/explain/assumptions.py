"""Counts as they would be if a metric were another number: `video.ctr=1.8%`.

Without a key only the subjects that are worse get the value; `video.ctr=exactly:1.8%` gives it to
all.

A share, rate or return changes by what it counts (more clicks of the same views), a cost by what
the same money buys (more clicks for the same spend). What follows in the funnel grows with it:
more clicks bring more orders and sales, each at its present rate. A parent or the shop, which
holds the subjects, gets the difference of the counts that it has too. Everything else stays.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from advisor.errors import AdvisorError, Mistakes, unknown
from advisor.metrics import CountedRows, in_window, steps_after
from advisor.model import (
    Better,
    CountUnit,
    Metric,
    MetricKind,
    Unit,
    Varies,
    Vocabulary,
    Window,
    frozen,
)

ADDED_UP = (CountUnit.EVENTS, CountUnit.MONEY, CountUnit.SECONDS)
_SETTING = re.compile(r"(?P<kind>[a-z0-9-]+)(\[(?P<key>.+)\])?\.(?P<metric>[a-z0-9_.]+)=(?P<to>.+)")
_EXACTLY = "exactly:"
_ROW, _TIMES = "__row", "__times"

Rows = tuple[CountedRows, ...]


@frozen
class Supposing:
    """*metric* of all subjects of *kind*, or of the one with this key or name, is *value*; of those
    alone that are worse, unless it is *exactly* that."""

    kind: str
    key: str | None
    metric: Metric
    value: float
    exactly: bool = False


def supposing(texts: Iterable[str], vocabulary: Vocabulary) -> tuple[Supposing, ...]:
    """Reads `kind.metric=value` and `kind[key].metric=value`. Raises Mistakes with all that is
    wrong in them."""
    found: list[Supposing] = []
    wrong: list[str] = []
    for text in texts:
        try:
            found.append(_one(text, vocabulary))
        except AdvisorError as error:
            wrong.append(error.message)
    if wrong:
        raise Mistakes(wrong, where="--set", hint='write it like "video.ctr=1.8%"')
    return tuple(found)


def as_if(supposed: Sequence[Supposing], vocabulary: Vocabulary) -> Callable[[Rows, Window], Rows]:
    """What makes the rows of a shop those that they would be, one supposition upon the other.

    Raises AdvisorError where no subject has the metric in the window.
    """

    def changed(rows: Rows, window: Window) -> Rows:
        for one in supposed:
            rows = _changed(rows, one, window, vocabulary)
        return rows

    return changed


def _one(text: str, vocabulary: Vocabulary) -> Supposing:
    parts = _SETTING.fullmatch(text.strip())
    if parts is None:
        raise AdvisorError(f"{text!r} names no kind, metric and value")
    kind, name = parts["kind"], parts["metric"]
    if kind not in vocabulary.subjects:
        raise AdvisorError(f"{text!r}: {unknown('kind', kind, vocabulary.subjects)}")
    metric = vocabulary.metrics.get(name)
    if metric is None:
        known = [m.id for m in vocabulary.metrics.values() if not m.derived]
        raise AdvisorError(f"{text!r}: {unknown('metric', name, known)}")
    if metric.derived or (metric.subjects and kind not in metric.subjects):
        why = "is worked out by a plugin" if metric.derived else f"is no metric of a {kind}"
        raise AdvisorError(f"{text!r}: {name} {why}, so it cannot be set")
    to = parts["to"].strip()
    # Whoever names a subject means it, and neither way is better of some metrics.
    exactly = to.startswith(_EXACTLY) or bool(parts["key"]) or metric.better is Better.NEITHER
    value = _number(to.removeprefix(_EXACTLY), metric, text)
    return Supposing(kind, parts["key"], metric, value, exactly)


def _number(written: str, metric: Metric, text: str) -> float:
    digits, percent = written.strip().removesuffix("%").strip(), written.strip().endswith("%")
    try:
        value = float(digits) / (100 if percent else 1)
    except ValueError:
        raise AdvisorError(f"{text!r}: {written!r} is no number") from None
    if percent and metric.unit is not Unit.SHARE:
        raise AdvisorError(f"{text!r}: {metric.title} is no share; write it without %")
    most = 1.0 if metric.kind is MetricKind.PROPORTION else float("inf")
    if not 0 <= value <= most:
        raise AdvisorError(f"{text!r}: {metric.title} cannot be {written}; write 1.8 % as 1.8%")
    if value == 0 and metric.varies is Varies.EVENTS and metric.kind is MetricKind.MONEY:
        raise AdvisorError(f"{text!r}: {metric.title} cannot be 0: nothing is had for nothing")
    return value


def _changed(rows: Rows, one: Supposing, window: Window, vocabulary: Vocabulary) -> Rows:
    made: list[CountedRows] = []
    more: dict[str, float] = {}
    touched = False
    for source in rows:
        frame = _set(source, one, window, vocabulary) if source.subject == one.kind else None
        if frame is None:
            made.append(source)
            continue
        touched = True
        for count, by in _difference(source, frame, window, vocabulary).items():
            more.setdefault(count, by)  # of several sources the first one tells
        made.append(CountedRows(source.subject, source.family, source.grain, frame))
    if not touched:
        plural = vocabulary.subjects[one.kind].plural
        which = plural if one.key is None else f"the {one.kind} {one.key!r}"
        raise AdvisorError(f"no file has {one.metric.title} of {which} here", where="--set")
    above = set(vocabulary.ancestors(one.kind)[1:])
    return tuple(
        _grown(source, more, window) if source.subject in above and _whole(source, one) else source
        for source in made
    )


def _whole(source: CountedRows, one: Supposing) -> bool:
    """Whether rows of a kind above hold the difference in one subject, so that it is known where it
    belongs."""
    return source.frame["key"].n_unique() == 1 or one.key is None


def _set(
    source: CountedRows, one: Supposing, window: Window, vocabulary: Vocabulary
) -> pl.DataFrame | None:
    """The rows of *source* with the metric set, in the window; None where none of them has it."""
    metric, frame = one.metric, source.frame
    needed = metric.required()
    if not all(count in frame.columns for count in needed):
        return None
    chosen = pl.lit(value=True)
    if one.key is not None:
        chosen = (pl.col("key") == one.key) | (pl.col("name") == one.key).fill_null(value=False)
    numbered = frame.with_row_index(_ROW)
    inside = in_window(numbered, source.grain, window).filter(chosen)
    if inside.height == 0:
        return None
    times = _times(inside, one)
    changed = _changing(metric, frame.columns, vocabulary)
    return (
        numbered.join(times, on=_ROW, how="left", maintain_order="left")
        .with_columns(
            (pl.col(count).cast(pl.Float64) * pl.col(_TIMES).fill_null(1.0)).alias(count)
            for count in changed
        )
        .drop(_ROW, _TIMES)
    )


def _times(inside: pl.DataFrame, one: Supposing) -> pl.DataFrame:
    """By what the changed counts of each row of the window are multiplied."""
    metric = one.metric
    top = pl.sum_horizontal([pl.col(c) for c in _there(metric.numerator, inside.columns)])
    if metric.kind is MetricKind.EXACT:
        now = top.sum().over("shop", "key")
        ratio = one.value / now
    else:
        bottom = pl.sum_horizontal([pl.col(c) for c in _there(metric.denominator, inside.columns)])
        both = top.is_not_null() & bottom.is_not_null()
        now = (
            metric.scale
            * top.filter(both).sum().over("shop", "key")
            / bottom.filter(both).sum().over("shop", "key")
        )
        ratio = now / one.value if _cost(metric) else one.value / now
    # From nothing nothing grows: a rate of 0 has no clicks whose orders could be counted.
    worse = now > one.value if metric.better is Better.LOWER else now < one.value
    changes = ratio.is_finite() & (pl.lit(one.exactly) | worse)
    usable = pl.when(changes).then(ratio).otherwise(1.0)
    return inside.select(_ROW, usable.alias(_TIMES))


def _changing(metric: Metric, columns: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """The counts that change: what the metric counts (or what a cost buys), and what follows."""
    first = _there(metric.denominator if _cost(metric) else metric.numerator, columns)
    after = {count for start in first for count in steps_after(start, vocabulary)}
    kept = set(metric.numerator if _cost(metric) else metric.denominator)
    return [c for c in columns if c in {*first, *after} - kept and _adds_up(c, vocabulary)]


def _cost(metric: Metric) -> bool:
    return metric.kind is MetricKind.MONEY and metric.varies is Varies.EVENTS


def _there(names: Sequence[str], columns: Sequence[str]) -> list[str]:
    return [name.rstrip("?") for name in names if name.rstrip("?") in columns]


def _adds_up(count: str, vocabulary: Vocabulary) -> bool:
    known = vocabulary.counts.get(count)
    return known is not None and known.unit in (*ADDED_UP, CountUnit.PEOPLE)


def _difference(
    source: CountedRows, frame: pl.DataFrame, window: Window, vocabulary: Vocabulary
) -> Mapping[str, float]:
    """How much more of each count the window has now."""
    counts = [
        c for c in frame.columns if c in vocabulary.counts and vocabulary.counts[c].unit in ADDED_UP
    ]
    was = in_window(source.frame, source.grain, window).select(pl.col(counts).sum())
    now = in_window(frame, source.grain, window).select(pl.col(counts).sum())
    both = zip(counts, was.row(0), now.row(0), strict=True)
    return {count: b - a for count, a, b in both if a is not None and b is not None and a != b}


def _grown(source: CountedRows, more: Mapping[str, float], window: Window) -> CountedRows:
    """The rows of what holds the subjects, with the difference spread over them as they are."""
    numbered = source.frame.with_row_index(_ROW)
    inside = in_window(numbered, source.grain, window)
    counts = [c for c in more if c in source.frame.columns]
    sums = (
        dict(zip(counts, inside.select(pl.col(counts).sum()).row(0), strict=True)) if counts else {}
    )
    times = {c: 1 + more[c] / whole for c, whole in sums.items() if whole}
    if not times:
        return source
    here = pl.col(_ROW).is_in(inside[_ROW].to_list())
    frame = numbered.with_columns(
        pl.when(here).then(pl.col(c).cast(pl.Float64) * by).otherwise(pl.col(c)).alias(c)
        for c, by in times.items()
    ).drop(_ROW)
    return CountedRows(source.subject, source.family, source.grain, frame)
