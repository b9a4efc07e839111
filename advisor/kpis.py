"""Numbers of the whole shop: each metric over all its subjects, and day by day."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from advisor.measure import CountedRows, metric_of, sums, with_values
from advisor.reading import Grain
from advisor.vocabulary import CountUnit, Metric, Vocabulary
from advisor.window import Window
from advisor.windowed import in_window


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


def totals(
    names: Sequence[str],
    counted: Sequence[CountedRows],
    window: Window,
    vocabulary: Vocabulary,
) -> dict[str, Total]:
    """Every metric of *names* that some file has the counts of."""
    found: dict[str, Total] = {}
    for name in names:
        metric = metric_of(name, vocabulary)
        if metric.derived:
            continue
        for rows in _candidates(metric, counted, vocabulary):
            total = _total(metric, rows, window, vocabulary)
            if total is not None and total.row[metric.id] is not None:
                found[name] = total
                break
    return found


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


def _total(
    metric: Metric, rows: CountedRows, window: Window, vocabulary: Vocabulary
) -> Total | None:
    by_day = rows.grain is Grain.DAY
    current = in_window(rows.frame, rows.grain, window)
    if current["to"].null_count() < current.height:
        current = current.drop_nulls("to")  # what has no date is not added to what has
    if current.height == 0:
        return None
    named = {metric.id: metric}
    of = ""
    if _is_state(metric, vocabulary) and current["key"].n_unique() > 1:
        key, of = _largest(current, metric)
        current = current.filter(pl.col("key") == key)
        rows = attrs.evolve(rows, frame=rows.frame.filter(pl.col("key") == key))
    frame = with_values(sums(current, [metric], vocabulary, by_day=by_day, by=["shop"]), named)
    earlier = in_window(rows.frame, rows.grain, window, earlier=True)
    if earlier.height:
        past = with_values(sums(earlier, [metric], vocabulary, by_day=by_day, by=["shop"]), named)
        renamed = {
            c: c.replace(metric.id, f"{metric.id}.before", 1)
            for c in past.columns
            if c.startswith(metric.id)
        }
        renamed["days"] = "before.days"
        frame = frame.join(past.rename(renamed), on="shop", how="left")
    series = _series(metric, rows, window, vocabulary)
    return Total(metric, rows.subject, frame.row(0, named=True), frame, series, of)


def _is_state(metric: Metric, vocabulary: Vocabulary) -> bool:
    return vocabulary.counts[metric.numerator[0].rstrip("?")].unit is CountUnit.STATE


def _largest(frame: pl.DataFrame, metric: Metric) -> tuple[str, str]:
    """States of several subjects have no sum: key and name of the one with the largest."""
    count = metric.numerator[0].rstrip("?")
    top = frame.sort(count, "key", descending=[True, False], nulls_last=True).row(0, named=True)
    return str(top["key"]), str(top["name"] or top["key"])


def _series(
    metric: Metric, rows: CountedRows, window: Window, vocabulary: Vocabulary
) -> tuple[tuple[str, float | None], ...]:
    if rows.grain is Grain.DAY:
        both = (in_window(rows.frame, rows.grain, window, earlier=e) for e in (True, False))
        shown = pl.concat(both)
    else:
        shown = rows.frame.drop_nulls("from")
    if shown.height == 0:
        return ()
    each = with_values(
        sums(shown, [metric], vocabulary, by_day=False, by=["from"]), {metric.id: metric}
    ).sort("from")
    points = each.select("from", metric.id).iter_rows()
    return tuple((day.isoformat(), value) for day, value in points)
