"""Numbers of the whole shop: each metric over all its subjects, and day by day."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import sums
from advisor.metrics.required import metric_of
from advisor.metrics.subject_sums import IDENTITY
from advisor.metrics.values import all_with_values, with_value
from advisor.metrics.windows import Windows
from advisor.model import CountUnit, Grain, Metric, Period, Vocabulary, Window, frozen


@frozen(eq=False)
class Total:
    """A metric over all subjects of the coarsest kind that has it. *row* and *frame* hold its
    measured columns; *points* has lists of its days (`from`) and values in the row *place*."""

    metric: Metric
    kind: str
    row: Mapping[str, Any]
    frame: pl.DataFrame
    points: pl.DataFrame
    place: int | None
    of: str = ""  # the one subject that it is of, where others or more than it may be there
    several: bool = False  # whether it is of more than one subject
    grain: Grain = Grain.PERIOD
    days: Period | None = None  # from the first to the last day of its rows; None: some have none
    every_day: bool = False  # whether each of these days has rows

    @property
    def series(self) -> tuple[tuple[str, float | None], ...]:
        """Its days and values."""
        if self.place is None:
            return ()
        days, values = (self.points[name][self.place] for name in ("from", self.metric.id))
        return tuple((day.isoformat(), value) for day, value in zip(days, values, strict=True))


BY_DAY = {"shop": pl.String, "metric": pl.String, "day": pl.Date, "value": pl.Float64}


def totals_by_day(totals: Mapping[str, Mapping[str, Total]]) -> pl.DataFrame:
    """The daily values of the *totals* of all shops (see BY_DAY)."""
    shops: dict[tuple[int, str], tuple[pl.DataFrame, list[str]]] = {}
    for shop, own in totals.items():
        for name, total in own.items():
            if total.place is not None:
                _, some = shops.setdefault((id(total.points), name), (total.points, []))
                some.append(shop)
    parts = [
        points.lazy()
        .filter(pl.col("shop").is_in(some))
        .select("shop", pl.lit(name).alias("metric"), "from", pl.col(name).alias("value"))
        .explode("from", "value")
        .select("shop", "metric", pl.col("from").cast(pl.Date).alias("day"), "value")
        .cast({"value": pl.Float64})
        for (_, name), (points, some) in shops.items()
    ]
    return pl.concat([pl.LazyFrame(schema=BY_DAY), *parts]).collect(engine="in-memory")


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
        spans: list[tuple[_Spans, list[Metric]]] = []
        for rows, metrics in groups.values():
            open_ = [m for m in metrics if any(m.id not in found.get(s, {}) for s in rows.shops)]
            current = rows.held(window)
            if open_ and current.height:
                spans.append((_Spans(rows, current, rows.within(window, earlier=True)), open_))
        for shop, total in _totals(_asked(spans, vocabulary), vocabulary):
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
class _Spans:
    """Rows, and those of them in the window and in the one before."""

    rows: CountedRows
    current: pl.DataFrame
    earlier: pl.DataFrame

    def both(self) -> tuple[pl.DataFrame, ...]:
        """The spans that have rows."""
        return (self.current, self.earlier) if self.earlier.height else (self.current,)


@frozen(eq=False)
class _Asked:
    """Metrics over the same rows: of all subjects, or of the *largest* of each shop alone (see
    _largest)."""

    metrics: Sequence[Metric]
    spans: _Spans
    largest: pl.DataFrame | None = None

    def within(self, frame: pl.DataFrame) -> pl.LazyFrame:
        """The rows of *frame*, which are some of the spans', that are asked for."""
        if self.largest is None:
            return frame.lazy()
        return frame.lazy().join(self.largest.lazy(), on=IDENTITY, how="semi")

    def current(self) -> pl.LazyFrame:
        """Those in the window."""
        return self.within(self.spans.current).pipe(_dated, self.spans.current)

    def parts(self, vocabulary: Vocabulary) -> list[pl.LazyFrame]:
        """The parts of the metrics in the window, and in the one before."""
        by_day = self.spans.rows.grain is Grain.DAY
        chosen = (self.current(), self.within(self.spans.earlier))
        return [
            sums(frame, self.metrics, vocabulary, by_day=by_day, by=("shop",), of=rows)
            for frame, rows in zip(self.spans.both(), chosen, strict=False)
        ]

    def series(self, vocabulary: Vocabulary) -> pl.LazyFrame:
        """By shop, the days that a series shows, and each metric on them."""
        frame = self.spans.rows.frame
        shown = self.within(frame)
        if self.spans.rows.grain is Grain.DAY:
            shown = pl.concat([self.within(self.spans.earlier), self.current()])
        dated = shown.drop_nulls("from")
        by = ["shop", "from"]
        each = sums(frame, self.metrics, vocabulary, by_day=False, by=by, of=dated)
        named = {metric.id: metric for metric in self.metrics}
        days = with_value(each, named).sort(by)
        return days.group_by("shop", maintain_order=True).agg("from", *named)

    def about(self) -> pl.LazyFrame:
        """By shop: whether there are `several` subjects in the window, the `first` and the `last`
        day, whether some are `undated`, how many `days` have rows, and the `name` of one subject.
        """
        first, last = pl.col("from"), pl.col("to")
        facts = self.current().group_by("shop")
        return facts.agg(
            _SEVERAL.alias("several"),
            first.min().alias("first"),
            last.max().alias("last"),
            (first.is_null() | last.is_null()).any().alias("undated"),
            first.n_unique().alias("days"),
            pl.coalesce("name", "key").max().alias("name"),
        )

    def names_of(
        self, about: Iterable[Mapping[str, Any]], vocabulary: Vocabulary
    ) -> Mapping[str, str]:
        """By shop, the one subject that the metrics are of, where others or more than it may be
        there."""
        kind = vocabulary.subjects[self.spans.rows.subject]
        if self.largest is not None:
            named = self.largest[["shop", "name", "several"]].iter_rows()
            return {shop: name for shop, name, several in named if kind.overlap or several}
        if kind.alone or kind.parent is None:
            return {}
        return {row["shop"]: row["name"] for row in about if not row["several"]}


_SEVERAL = (pl.col("key") != pl.col("key").first()).any()  # counting them takes longer
_PART = "__part"


def _dated(rows: pl.LazyFrame, frame: pl.DataFrame) -> pl.LazyFrame:
    """*rows*, some of *frame*, less what has no date where others have: they are not added up."""
    if not frame["to"].null_count():
        return rows
    dated = pl.col("to").is_not_null()
    return rows.filter(dated | ~dated.any().over("shop"))


def _asked(
    spans: Sequence[tuple[_Spans, Sequence[Metric]]], vocabulary: Vocabulary
) -> list[_Asked]:
    """Who each metric is asked of: all subjects, or the largest, where they have no sum."""
    asked: list[_Asked] = []
    places: list[tuple[int, Metric]] = []
    largest: list[pl.LazyFrame] = []
    for at, (span, metrics) in enumerate(spans):
        overlap = vocabulary.subjects[span.rows.subject].overlap
        alone = [metric for metric in metrics if overlap or _is_state(metric, vocabulary)]
        places += [(at, metric) for metric in alone]
        largest += [_largest(span, m, latest=_is_state(m, vocabulary)) for m in alone]
        added = [metric for metric in metrics if metric not in alone]
        if added:
            asked.append(_Asked(added, span))
    alike: dict[tuple[int, str], tuple[pl.DataFrame, list[Metric]]] = {}
    for (at, metric), subjects in zip(places, _each(largest), strict=True):
        same = repr(subjects[["shop", "key", "name"]].rows())
        alike.setdefault((at, same), (subjects, []))[1].append(metric)
    asked += [_Asked(of, spans[at][0], subjects) for (at, _), (subjects, of) in alike.items()]
    return asked


def _each(frames: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    """What each of *frames* comes to, worked out in one query; columns of others are null."""
    if not frames:
        return []
    numbered = [frame.with_columns(pl.lit(at).alias(_PART)) for at, frame in enumerate(frames)]
    together = pl.concat(numbered, how="diagonal").collect(engine="in-memory")
    heights = Counter(together[_PART])
    found: list[pl.DataFrame] = []
    start = 0
    for at in range(len(frames)):
        found.append(together.slice(start, heights[at]))
        start += heights[at]
    return found


def _totals(asked: Sequence[_Asked], vocabulary: Vocabulary) -> Iterator[tuple[str, Total]]:
    """The totals of all that is *asked*, worked out together."""
    owners = [one for one in asked for _ in one.spans.both()]
    frames = _each([parts for one in asked for parts in one.parts(vocabulary)])
    named = [{metric.id: metric for metric in one.metrics} for one in owners]
    measured = zip(map(_of_metrics, frames, named), named, strict=True)
    values = iter(all_with_values(list(measured)))
    about = _each([one.about() for one in asked])
    series = _each([one.series(vocabulary) for one in asked])
    for one, facts, days in zip(asked, about, series, strict=True):
        whole, *earlier = (next(values) for _ in one.spans.both())
        for then in earlier:
            whole = _beside(whole, then, [metric.id for metric in one.metrics])
        if whole.height > 1:
            whole = whole.sort("shop")
        shops = {row["shop"]: row for row in facts.iter_rows(named=True)}
        places = {shop: place for place, shop in enumerate(days["shop"])}
        names = one.names_of(shops.values(), vocabulary)
        for place, row in enumerate(whole.iter_rows(named=True)):
            shop, columns = row["shop"], whole.slice(place, 1)
            first, last = shops[shop]["first"], shops[shop]["last"]
            period = None if shops[shop]["undated"] else Period(first, last)
            for metric in one.metrics:
                total = Total(
                    metric=metric,
                    kind=one.spans.rows.subject,
                    row=row,
                    frame=columns,
                    points=days,
                    place=places.get(shop) if metric.id in days.columns else None,
                    of=names.get(shop, ""),
                    several=shops[shop]["several"],
                    grain=one.spans.rows.grain,
                    days=period,
                    every_day=period is not None and period.days == shops[shop]["days"],
                )
                yield shop, total


def _of_metrics(frame: pl.DataFrame, metrics: Iterable[str]) -> pl.DataFrame:
    """*frame* without the columns of other metrics."""
    parts = tuple(f"{metric}." for metric in metrics)
    return frame[[c for c in frame.columns if c in ("shop", "days") or c.startswith(parts)]]


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


def _largest(spans: _Spans, metric: Metric, *, latest: bool) -> pl.LazyFrame:
    """Of several subjects that have no sum, `shop`, `key` and `name` of the one with the largest
    count, and whether there are `several`: of all its rows, or of a state the largest that it was.
    What lies in another is never larger than it."""
    count = metric.numerator[0].rstrip("?")
    columns = spans.current.columns
    rows = _dated(spans.current.lazy(), spans.current).with_columns(
        _SEVERAL.over("shop").alias("several")
    )
    if not latest:
        count = next(c for c in (*metric.denominator, *metric.required()) if c in columns)
        name, several = pl.col("name").drop_nulls().max(), pl.col("several").first()
        rows = rows.drop_nulls(count).group_by(IDENTITY).agg(name, several, pl.col(count).sum())
    return (
        rows.sort(count, "key", "name", descending=[True, False, False], nulls_last=True)
        .unique("shop", keep="first", maintain_order=True)
        .select("shop", "key", pl.coalesce("name", "key").alias("name"), "several")
    )


def kpi_names(goal: str | None, vocabulary: Vocabulary) -> list[str]:
    """The KPIs of every goal, those of the shop's *goal* first."""
    goals = sorted(vocabulary.goals.values(), key=lambda one: one.id != goal)
    return list(dict.fromkeys(kpi for one in goals for kpi in one.kpis))
