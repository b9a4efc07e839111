"""Numbers of the whole shop: each metric over all its subjects, and day by day."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from advisor.measure import CountedRows, in_window, metric_of, sums, with_values
from advisor.reading import Grain
from advisor.vocabulary import Metric, Vocabulary
from advisor.window import Window


@attrs.frozen(eq=False)
class Total:
    """A metric over all subjects of the coarsest kind that has it. *row* holds its measured
    columns; *series* has `day` and `value`."""

    metric: Metric
    kind: str
    row: Mapping[str, float | None]
    frame: pl.DataFrame
    series: tuple[tuple[str, float | None], ...]


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
            if total is not None:
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
    current = in_window(rows, window.current, newest=True)
    if current.height == 0:
        return None
    named = {metric.id: metric}
    frame = with_values(sums(current, [metric], vocabulary, by_day=by_day, by=["shop"]), named)
    earlier = in_window(rows, window.before, newest=False)
    if earlier.height:
        past = with_values(sums(earlier, [metric], vocabulary, by_day=by_day, by=["shop"]), named)
        renamed = {
            c: c.replace(metric.id, f"{metric.id}.before", 1)
            for c in past.columns
            if c.startswith(metric.id)
        }
        renamed["days"] = "before.days"
        frame = frame.join(past.rename(renamed), on="shop", how="left")
    return Total(metric, rows.subject, frame.row(0, named=True), frame, _series(metric, rows, window, vocabulary))


def _series(
    metric: Metric, rows: CountedRows, window: Window, vocabulary: Vocabulary
) -> tuple[tuple[str, float | None], ...]:
    if rows.grain is Grain.DAY:
        shown = pl.concat(
            [in_window(rows, window.before, newest=False), in_window(rows, window.current, newest=True)]
        )
    else:
        shown = rows.frame.drop_nulls("from")
    if shown.height == 0:
        return ()
    each = with_values(
        sums(shown, [metric], vocabulary, by_day=False, by=["from"]), {metric.id: metric}
    ).sort("from")
    return tuple((day.isoformat(), value) for day, value in each.select("from", metric.id).iter_rows())
