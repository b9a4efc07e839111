"""Numbers of the whole shop: each metric over all its subjects, and day by day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs
import polars as pl

from advisor.metrics.counted_rows import IDENTITY, CountedRows
from advisor.metrics.measured import sums
from advisor.metrics.required import metric_of
from advisor.metrics.values import all_with_values, with_value
from advisor.metrics.windows import Windows
from advisor.model import CountUnit, Grain, Metric, Period, Vocabulary, Window, frozen


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
    several: bool = False  # whether it is of more than one subject
    grain: Grain = Grain.PERIOD
    days: Period | None = None  # from the first to the last day of its rows; None: some have none
    every_day: bool = False  # whether each of these days has rows


def totals(
    names: Sequence[str],
    counted: Sequence[CountedRows],
    window: Window | Windows,
    vocabulary: Vocabulary,
) -> dict[str, dict[str, Total]]:
    """By shop, every metric of *names* that some file has the counts of."""
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
        asked: list[_Asked] = []
        for rows, metrics in groups.values():
            open_ = [m for m in metrics if any(m.id not in found.get(s, {}) for s in rows.shops)]
            asked += _of_rows(open_, rows, window, vocabulary)
        for shop, total in _totals(asked, vocabulary):
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


@frozen(eq=False)
class _Asked:
    """Metrics over the same rows; *of* is the one subject of each shop that they are of, where
    there is one."""

    metrics: Sequence[Metric]
    spans: "_Spans"
    of: Mapping[str, str]


def _of_rows(
    metrics: Sequence[Metric],
    rows: CountedRows,
    window: Window | Windows,
    vocabulary: Vocabulary,
) -> Iterator[_Asked]:
    current = rows.held(window)
    if current["to"].null_count():  # what has no date is not added to what has
        dated = pl.col("to").is_not_null()
        current = current.filter(dated | ~dated.any().over("shop"))
    if current.height == 0:
        return
    spans = _Spans(rows, current, rows.within(window, earlier=True))
    added: list[Metric] = []
    overlap = vocabulary.subjects[rows.subject].overlap
    of_largest: dict[tuple[tuple[str, str, str], ...], tuple[pl.DataFrame, list[Metric]]] = {}
    for metric in metrics:
        if not (overlap or _is_state(metric, vocabulary)):
            added.append(metric)
            continue
        largest = _largest(current, metric, latest=_is_state(metric, vocabulary))
        of_largest.setdefault(tuple(largest.iter_rows()), (largest, []))[1].append(metric)
    for subjects, (largest, alike) in of_largest.items():
        named = {s: name for s, _, name in subjects if overlap or spans.shops[s].several}
        yield _Asked(alike, spans.only(largest), named)
    if added:
        yield _Asked(added, spans, spans.alone(vocabulary))


@frozen
class _Shop:
    """What rows of a shop there are: whether of *several* subjects, and from the first to the last
    of its days, of which *every_day* has some; None: some have none."""

    several: bool
    days: Period | None
    every_day: bool


@frozen(eq=False)
class _Spans:
    """Rows, and those of them in the window and in the one before."""

    rows: CountedRows
    current: pl.DataFrame
    earlier: pl.DataFrame

    @cached_property
    def shops(self) -> Mapping[str, _Shop]:
        """What each shop has in the window."""
        first, last = pl.col("from"), pl.col("to")
        edges = self.current.group_by("shop").agg(
            (pl.col("key") != pl.col("key").first()).any(),  # counting them takes longer
            first.min().alias("first"),
            last.max().alias("last"),
            (first.is_null() | last.is_null()).any().alias("undated"),
            first.n_unique().alias("days"),
        )
        found: dict[str, _Shop] = {}
        for shop, several, begins, ends, undated, days in edges.iter_rows():
            if undated:
                found[shop] = _Shop(several, None, every_day=False)
            else:
                every_day = (ends - begins).days + 1 == days
                found[shop] = _Shop(several, Period(begins, ends), every_day)
        return found

    def alone(self, vocabulary: Vocabulary) -> Mapping[str, str]:
        """By shop that has but one subject, its name, where a kind above could hold more."""
        kind = vocabulary.subjects[self.rows.subject]
        if kind.alone or kind.parent is None:
            return {}
        shops = [shop for shop, one in self.shops.items() if not one.several]
        if not shops:
            return {}
        rows = self.current.lazy().filter(pl.col("shop").is_in(shops)).group_by("shop")
        names = rows.agg(pl.coalesce("name", "key").max()).collect(engine="in-memory")
        return dict(names.iter_rows())

    def only(self, subjects: pl.DataFrame) -> "_Spans":
        """The same of the *subjects* (`shop`, `key`) alone."""
        if not any(one.several for one in self.shops.values()) and self.one_each:
            return self
        whole, now, then = (
            frame.join(subjects, on=IDENTITY, how="semi")
            for frame in (self.rows.frame, self.current, self.earlier)
        )
        return _Spans(attrs.evolve(self.rows, frame=whole), now, then)

    @cached_property
    def one_each(self) -> bool:
        """Whether no shop ever had a second subject."""
        subjects = self.rows.frame.group_by("shop").agg(pl.col("key").n_unique())
        return not (subjects["key"] > 1).any()

    def shown(self, metrics: Iterable[Metric]) -> pl.DataFrame:
        """The counts of *metrics* on the days that a series shows."""
        wanted = {"shop", "from", "to", *(count for metric in metrics for count in metric.counts())}
        columns = [column for column in self.current.columns if column in wanted]
        if self.rows.grain is Grain.DAY:
            return pl.concat([self.earlier[columns], self.current[columns]], rechunk=True)
        return self.rows.frame[columns].drop_nulls("from")


def _totals(asked: Sequence[_Asked], vocabulary: Vocabulary) -> Iterator[tuple[str, Total]]:
    """The totals of all that is *asked*, worked out together."""
    parts: list[tuple[pl.DataFrame, Mapping[str, Metric]]] = []
    for one in asked:
        frames = [one.spans.current, *([one.spans.earlier] if one.spans.earlier.height else [])]
        by_day = one.spans.rows.grain is Grain.DAY
        for frame in frames:
            added = sums(frame, one.metrics, vocabulary, by_day=by_day, by=["shop"])
            parts.append((added.collect(engine="in-memory"), {m.id: m for m in one.metrics}))
    found = iter(all_with_values(parts))
    for one in asked:
        named = {metric.id: metric for metric in one.metrics}
        whole = next(found)
        if one.spans.earlier.height:
            whole = _beside(whole, next(found), named)
        if whole.height > 1:
            whole = whole.sort("shop")
        series = _series(named, one.spans.shown(one.metrics), vocabulary)
        for place, row in enumerate(whole.iter_rows(named=True)):
            about = one.spans.shops[row["shop"]]
            points = series.get(row["shop"], {})
            columns = whole.slice(place, 1)
            for metric in one.metrics:
                yield (
                    row["shop"],
                    Total(
                        metric,
                        one.spans.rows.subject,
                        row,
                        columns,
                        points.get(metric.id, ()),
                        one.of.get(row["shop"], ""),
                        about.several,
                        one.spans.rows.grain,
                        about.days,
                        about.every_day,
                    ),
                )


def _beside(now: pl.DataFrame, then: pl.DataFrame, metrics: Iterable[str]) -> pl.DataFrame:
    """*now* with the columns of the window before."""
    renamed = {
        column: f"{metric}.before{column.removeprefix(metric)}"
        for metric in metrics
        for column in _columns(then, metric)
    }
    renamed["days"] = "before.days"
    if now.height == 1 and then["shop"].equals(now["shop"]):
        return now.hstack([then[old].alias(new) for old, new in renamed.items()])
    return now.join(then.rename(renamed), on="shop", how="left")


def _columns(frame: pl.DataFrame, metric: str) -> list[str]:
    return [c for c in frame.columns if c == metric or c.startswith(f"{metric}.")]


def _is_state(metric: Metric, vocabulary: Vocabulary) -> bool:
    return vocabulary.counts[metric.numerator[0].rstrip("?")].unit is CountUnit.STATE


def _largest(frame: pl.DataFrame, metric: Metric, *, latest: bool) -> pl.DataFrame:
    """Of several subjects that have no sum, `shop`, `key` and `name` of the one with the largest
    count: of all its rows, or of a state the largest that it was. What lies in another is never
    larger than it."""
    count = metric.numerator[0].rstrip("?")
    lazy = frame.lazy()
    if not latest:
        count = next(c for c in (*metric.denominator, *metric.required()) if c in frame.columns)
        name = pl.col("name").drop_nulls().max()
        lazy = lazy.drop_nulls(count).group_by(IDENTITY).agg(name, pl.col(count).sum())
    return (
        lazy.sort(count, "key", "name", descending=[True, False, False], nulls_last=True)
        .unique("shop", keep="first", maintain_order=True)
        .select("shop", "key", pl.coalesce("name", "key").alias("name"))
        .collect(engine="in-memory")
    )


def _series(
    named: Mapping[str, Metric], shown: pl.DataFrame, vocabulary: Vocabulary
) -> dict[str, dict[str, tuple[tuple[str, float | None], ...]]]:
    """By shop, the days and values of each metric."""
    if shown.height == 0:
        return {}
    each = sums(shown, list(named.values()), vocabulary, by_day=False, by=["shop", "from"])
    lists = (
        with_value(each, named)
        .sort("shop", "from")
        .group_by("shop", maintain_order=True)
        .agg("from", *named)
        .collect(engine="in-memory")
    )
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
