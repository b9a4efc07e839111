"""Numbers of the whole shop: each metric over all its subjects, and day by day."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs
import polars as pl

from advisor.metrics.counted_rows import IDENTITY, CountedRows
from advisor.metrics.measured import sums
from advisor.metrics.required import metric_of
from advisor.metrics.values import with_value, with_values
from advisor.metrics.windows import Windows
from advisor.model import CountUnit, Grain, Metric, Period, Vocabulary, Window, frozen

Beside = Callable[[pl.DataFrame, Sequence[str], str], pl.DataFrame]


@frozen(eq=False)
class Total:
    """A metric over all subjects of the coarsest kind that has it. *row* and *frame* hold its
    measured columns; *series* has days and values."""

    metric: Metric
    kind: str
    row: Mapping[str, Any]
    frame: pl.DataFrame
    series: tuple[tuple[str, float | None], ...]
    of: str = ""  # the one subject that it is of, where others or more than it may be there
    subjects: int = 1  # how many there are
    grain: Grain = Grain.PERIOD
    days: Period | None = None  # from the first to the last day of its rows; None: some have none
    every_day: bool = False  # whether each of these days has rows


def totals(
    names: Sequence[str],
    counted: Sequence[CountedRows],
    window: Window | Windows,
    vocabulary: Vocabulary,
    beside: Beside = lambda frame, _names, _kind: frame,
) -> dict[str, dict[str, Total]]:
    """By shop, every metric of *names* that some file has the counts of. *beside* adds columns to
    the sums of some metrics of a kind."""
    waiting: dict[str, list[CountedRows]] = {}
    for name in names:
        metric = metric_of(name, vocabulary)
        if not metric.derived:
            waiting[name] = _candidates(metric, counted, vocabulary)
    found: dict[str, dict[str, Total]] = {}
    while waiting := {name: rows for name, rows in waiting.items() if rows}:
        # The metrics of one set of rows are worked out together: a step costs the same for all.
        groups: dict[int, tuple[CountedRows, list[Metric]]] = {}
        for name, candidates in waiting.items():
            rows = candidates.pop(0)
            groups.setdefault(id(rows), (rows, []))[1].append(metric_of(name, vocabulary))
        for rows, metrics in groups.values():
            open_ = [m for m in metrics if any(m.id not in found.get(s, {}) for s in rows.shops)]
            for shop, total in _of_rows(open_, rows, window, vocabulary, beside):
                if total.row[total.metric.id] is not None:
                    found.setdefault(shop, {}).setdefault(total.metric.id, total)
    return {shop: {name: own[name] for name in names if name in own} for shop, own in found.items()}


def _candidates(
    metric: Metric, counted: Sequence[CountedRows], vocabulary: Vocabulary
) -> list[CountedRows]:
    """Rows that have the metric's counts: the coarsest kind first, days before periods."""

    def has(rows: CountedRows) -> bool:
        kinds = metric.subjects
        return (not kinds or rows.subject in kinds) and all(
            count in rows.frame.columns and rows.frame[count].null_count() < rows.frame.height
            for count in metric.required()
        )

    grains = list(Grain)
    return sorted(
        (rows for rows in counted if has(rows)),
        key=lambda r: (len(vocabulary.ancestors(r.subject)), grains.index(r.grain), r.family),
    )


def _of_rows(
    metrics: Sequence[Metric],
    rows: CountedRows,
    window: Window | Windows,
    vocabulary: Vocabulary,
    beside: Beside,
) -> Iterator[tuple[str, Total]]:
    current = rows.held(window)
    if current["to"].null_count():  # what has no date is not added to what has
        dated = pl.col("to").is_not_null()
        current = current.filter(dated | ~dated.any().over("shop"))
    if current.height == 0:
        return
    spans = _Spans(rows, current, rows.within(window, earlier=True), window)
    added: list[Metric] = []
    overlap = vocabulary.subjects[rows.subject].overlap
    for metric in metrics:
        if not (overlap or _is_state(metric, vocabulary)):
            added.append(metric)
            continue
        largest = _largest(current, metric, latest=_is_state(metric, vocabulary))
        several = spans.subjects
        named = {s: name for s, _, name in largest.iter_rows() if overlap or several[s] > 1}
        yield from _totals([metric], spans.only(largest), vocabulary, beside, named)
    if added:
        yield from _totals(added, spans, vocabulary, beside, spans.alone(vocabulary))


@frozen(eq=False)
class _Spans:
    """Rows, and those of them in the window and in the one before."""

    rows: CountedRows
    current: pl.DataFrame
    earlier: pl.DataFrame
    window: Window | Windows

    @cached_property
    def subjects(self) -> Mapping[str, int]:
        """How many subjects each shop has in the window."""
        keys = self.current.select("shop", "key").unique().group_by("shop").len()
        return dict(keys.iter_rows())

    def alone(self, vocabulary: Vocabulary) -> Mapping[str, str]:
        """By shop that has but one subject, its name, where a kind above could hold more."""
        kind = vocabulary.subjects[self.rows.subject]
        if kind.alone or kind.parent is None:
            return {}
        named = self.current.group_by("shop").agg(pl.coalesce("name", "key").max())
        return {shop: name for shop, name in named.iter_rows() if self.subjects[shop] == 1}

    @cached_property
    def days(self) -> Mapping[str, tuple[Period | None, bool]]:
        """From when to when the rows of each shop in the window are, and whether each day of that
        has some."""
        first, last = pl.col("from"), pl.col("to")
        edges = self.current.group_by("shop").agg(
            first.min().alias("first"),
            last.max().alias("last"),
            (first.is_null() | last.is_null()).any().alias("undated"),
            first.n_unique().alias("days"),
        )
        found: dict[str, tuple[Period | None, bool]] = {}
        for shop, begins, ends, undated, days in edges.iter_rows():
            if undated:
                found[shop] = (None, False)
            else:
                found[shop] = (Period(begins, ends), (ends - begins).days + 1 == days)
        return found

    def only(self, subjects: pl.DataFrame) -> "_Spans":
        """The same of the *subjects* (`shop`, `key`) alone."""
        whole, now, then = (
            frame.join(subjects, on=IDENTITY, how="semi")
            for frame in (self.rows.frame, self.current, self.earlier)
        )
        return _Spans(attrs.evolve(self.rows, frame=whole), now, then, self.window)

    def shown(self) -> pl.DataFrame:
        """The rows of the days that a series shows."""
        if self.rows.grain is Grain.DAY:
            return pl.concat([self.earlier, self.current], rechunk=True)
        return self.rows.frame.drop_nulls("from")


def _totals(
    metrics: Sequence[Metric],
    spans: _Spans,
    vocabulary: Vocabulary,
    beside: Beside,
    of: Mapping[str, str],
) -> Iterator[tuple[str, Total]]:
    named = {metric.id: metric for metric in metrics}
    by_day = spans.rows.grain is Grain.DAY
    now, then = (
        with_values(sums(frame, metrics, vocabulary, by_day=by_day, by=["shop"]), named)
        if frame.height
        else None
        for frame in (spans.current, spans.earlier)
    )
    if now is None:
        return
    if then is not None:
        renamed = {
            column: f"{metric}.before{column.removeprefix(metric)}"
            for metric in named
            for column in _columns(then, metric)
        }
        renamed["days"] = "before.days"
        now = now.join(then.rename(renamed), on="shop", how="left")
    now = beside(now, list(named), spans.rows.subject).sort("shop")
    series = _series(named, spans.shown(), vocabulary)
    for place, row in enumerate(now.iter_rows(named=True)):
        shop = row["shop"]
        points = series.get(shop, {})
        for metric in metrics:
            yield (
                shop,
                Total(
                    metric,
                    spans.rows.subject,
                    row,
                    now.slice(place, 1),
                    points.get(metric.id, ()),
                    of.get(shop, ""),
                    spans.subjects[shop],
                    spans.rows.grain,
                    *spans.days[shop],
                ),
            )


def _columns(frame: pl.DataFrame, metric: str) -> list[str]:
    return [c for c in frame.columns if c == metric or c.startswith(f"{metric}.")]


def _is_state(metric: Metric, vocabulary: Vocabulary) -> bool:
    return vocabulary.counts[metric.numerator[0].rstrip("?")].unit is CountUnit.STATE


def _largest(frame: pl.DataFrame, metric: Metric, *, latest: bool) -> pl.DataFrame:
    """Of several subjects that have no sum, `shop`, `key` and `name` of the one with the largest
    count: of all its rows, or of a state the largest that it was. What lies in another is never
    larger than it."""
    count = metric.numerator[0].rstrip("?")
    if not latest:
        count = next(c for c in (*metric.denominator, *metric.required()) if c in frame.columns)
        known = frame.drop_nulls(count)
        frame = known.group_by(IDENTITY).agg(pl.col("name").drop_nulls().max(), pl.col(count).sum())
    ordered = frame.sort(count, "key", "name", descending=[True, False, False], nulls_last=True)
    top = ordered.unique("shop", keep="first", maintain_order=True)
    return top.select("shop", "key", pl.coalesce("name", "key").alias("name"))


def _series(
    named: Mapping[str, Metric], shown: pl.DataFrame, vocabulary: Vocabulary
) -> dict[str, dict[str, tuple[tuple[str, float | None], ...]]]:
    """By shop, the days and values of each metric."""
    if shown.height == 0:
        return {}
    each = sums(shown, list(named.values()), vocabulary, by_day=False, by=["shop", "from"])
    each = with_value(each, named).sort("shop", "from")
    lists = each.group_by("shop", maintain_order=True).agg("from", *named)
    found: dict[str, dict[str, tuple[tuple[str, float | None], ...]]] = {}
    for shop, from_, *values in lists.iter_rows():
        days = [day.isoformat() for day in from_]
        found[shop] = {
            name: tuple(zip(days, of, strict=True)) for name, of in zip(named, values, strict=True)
        }
    return found


def kpi_names(goal: str | None, vocabulary: Vocabulary) -> list[str]:
    """The KPIs of every goal, those of the shop's *goal* first."""
    goals = sorted(vocabulary.goals.values(), key=lambda one: one.id != goal)
    return list(dict.fromkeys(kpi for one in goals for kpi in one.kpis))
