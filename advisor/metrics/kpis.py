"""Numbers of the whole shop: each metric over all its subjects, and day by day."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import sums
from advisor.metrics.required import metric_of
from advisor.metrics.values import with_value, with_values
from advisor.model import Business, CountUnit, Grain, Metric, Vocabulary, Window


@attrs.frozen(eq=False)
class Total:
    """A metric over all subjects of the coarsest kind that has it. *row* holds its measured
    columns; *series* has `day` and `value`."""

    metric: Metric
    kind: str
    row: Mapping[str, float | None]
    frame: pl.DataFrame
    series: tuple[tuple[str, float | None], ...]
    of: str = ""  # the one subject that stands for all, where they cannot be added up
    subjects: int = 1  # how many are added up


def totals(
    names: Sequence[str],
    counted: Sequence[CountedRows],
    window: Window,
    vocabulary: Vocabulary,
) -> dict[str, Total]:
    """Every metric of *names* that some file has the counts of."""
    waiting: dict[str, list[CountedRows]] = {}
    for name in names:
        metric = metric_of(name, vocabulary)
        if not metric.derived:
            waiting[name] = _candidates(metric, counted, vocabulary)
    found: dict[str, Total] = {}
    while waiting := {name: rows for name, rows in waiting.items() if rows and name not in found}:
        # The metrics of one set of rows are worked out together: a step costs the same for all.
        groups: dict[int, tuple[CountedRows, list[Metric]]] = {}
        for name, candidates in waiting.items():
            rows = candidates.pop(0)
            groups.setdefault(id(rows), (rows, []))[1].append(metric_of(name, vocabulary))
        for rows, metrics in groups.values():
            for total in _of_rows(metrics, rows, window, vocabulary):
                if total.row[total.metric.id] is not None:
                    found[total.metric.id] = total
    return {name: found[name] for name in names if name in found}


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
        key=lambda r: (len(vocabulary.ladder(r.subject)), grains.index(r.grain), r.family),
    )


def _of_rows(
    metrics: Sequence[Metric], rows: CountedRows, window: Window, vocabulary: Vocabulary
) -> list[Total]:
    current = rows.within(window)
    if current["to"].null_count() < current.height:
        current = current.drop_nulls("to")  # what has no date is not added to what has
    if current.height == 0:
        return []
    earlier = rows.within(window, earlier=True)
    added: list[Metric] = []
    found: list[Total] = []
    several = bool((current["key"] != current["key"][0]).any())
    for metric in metrics:
        if not (several and _is_state(metric, vocabulary)):
            added.append(metric)
            continue
        key, of = _largest(current, metric)
        of_key = pl.col("key") == key
        one = attrs.evolve(rows, frame=rows.frame.filter(of_key))
        parts = current.filter(of_key), earlier.filter(of_key)
        found += _totals([metric], one, *parts, window, vocabulary, of=of)
    if added:
        found += _totals(added, rows, current, earlier, window, vocabulary)
    return found


def _totals(
    metrics: Sequence[Metric],
    rows: CountedRows,
    current: pl.DataFrame,
    earlier: pl.DataFrame,
    window: Window,
    vocabulary: Vocabulary,
    *,
    of: str = "",
) -> list[Total]:
    named = {metric.id: metric for metric in metrics}
    by_day = rows.grain is Grain.DAY
    subjects = current["key"].n_unique()
    frame = with_values(sums(current, metrics, vocabulary, by_day=by_day, by=["shop"]), named)
    if earlier.height:
        past = with_values(sums(earlier, metrics, vocabulary, by_day=by_day, by=["shop"]), named)
        renamed = {
            column: f"{metric}.before{column.removeprefix(metric)}"
            for metric in named
            for column in _columns(past, metric)
        }
        renamed["days"] = "before.days"
        frame = frame.join(past.rename(renamed), on="shop", how="left")
    series = _series(named, rows, window, vocabulary)
    beside = [column for column in ("shop", "days", "before.days") if column in frame.columns]
    found: list[Total] = []
    for metric in metrics:
        own = frame.select(*beside, *_columns(frame, metric.id))
        row = own.row(0, named=True)
        points = series.get(metric.id, ())
        found.append(Total(metric, rows.subject, row, own, points, of, subjects))
    return found


def _columns(frame: pl.DataFrame, metric: str) -> list[str]:
    return [c for c in frame.columns if c == metric or c.startswith(f"{metric}.")]


def _is_state(metric: Metric, vocabulary: Vocabulary) -> bool:
    return vocabulary.counts[metric.numerator[0].rstrip("?")].unit is CountUnit.STATE


def _largest(frame: pl.DataFrame, metric: Metric) -> tuple[str, str]:
    """States of several subjects have no sum: key and name of the one with the largest."""
    count = metric.numerator[0].rstrip("?")
    top = frame.sort(count, "key", descending=[True, False], nulls_last=True).row(0, named=True)
    return str(top["key"]), str(top["name"] or top["key"])


def _series(
    named: Mapping[str, Metric], rows: CountedRows, window: Window, vocabulary: Vocabulary
) -> dict[str, tuple[tuple[str, float | None], ...]]:
    if rows.grain is Grain.DAY:
        both = (rows.within(window, earlier=e) for e in (True, False))
        shown = pl.concat(both)
    else:
        shown = rows.frame.drop_nulls("from")
    if shown.height == 0:
        return {}
    each = with_value(
        sums(shown, list(named.values()), vocabulary, by_day=False, by=["from"]), named
    ).sort("from")
    days = [day.isoformat() for day in each["from"]]
    return {name: tuple(zip(days, each[name], strict=True)) for name in named}


def kpi_names(business: Business, vocabulary: Vocabulary) -> list[str]:
    """The KPIs of every goal, those of the shop's goal first."""
    goals = sorted(vocabulary.goals.values(), key=lambda goal: goal.id != business.goal)
    return list(dict.fromkeys(kpi for goal in goals for kpi in goal.kpis))
