"""The days that single subjects are judged by, where they are others than those of their shop.

They are chosen from marks of change and from denominators alone, before any metric is looked at, so
that the choice makes no rate better or worse than it is:

- where something was done to a subject inside of the window, the days after it;
- where the window has too few denominators for any rate, 56 or 90 days up to its end;
- else the days of the shop.

Rates take these days; totals keep those of the shop, as they are held against limits of a window.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import attrs
import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.required import RequiredMetrics, metric_of
from advisor.metrics.subject_sums import IDENTITY, Aggregate
from advisor.metrics.windows import Windows
from advisor.model import Grain, MetricKind, Vocabulary, frozen

LEAST_DAYS = 7  # full days after a change, a whole week
LONGER = (56, 90)  # days, whole weeks first
FEW = 1_000.0  # denominators: of a rate of 1 % they give ten events, which chance makes five
_WINDOW = {"shop": pl.String, "kind": pl.String, "key": pl.String}
_DAYS = ("own_first", "own_before_first")
SUBJECTS = {**_WINDOW, **dict.fromkeys(_DAYS, pl.Date)}
_COUNTED = (MetricKind.PROPORTION, MetricKind.RATE)


@frozen
class SubjectChange:
    """Something was done to a subject on a *day*."""

    shop: str
    kind: str
    key: str
    day: date


def with_subject_windows(
    windows: Windows,
    rows: Iterable[CountedRows],
    asked: Mapping[str, RequiredMetrics],
    changes: Sequence[SubjectChange],
    vocabulary: Vocabulary,
) -> Windows:
    """*windows* with those of subjects that are judged by other days than their shop: by those
    after the last of *changes* inside, or by more where what is *asked* has low denominators."""
    parts = [_after_changes(windows, changes)]
    for one in rows:
        counts = _denominators(one, asked.get(one.subject, RequiredMetrics()), vocabulary)
        if counts:
            parts.append(_longer(one, counts, windows))
    subjects = pl.concat(parts).unique(list(_WINDOW), keep="first", maintain_order=True)
    return attrs.evolve(windows, subjects=subjects) if subjects.height else windows


def _after_changes(windows: Windows, changes: Sequence[SubjectChange]) -> pl.DataFrame:
    """The days after the last change of each subject, where it lies inside of the window and leaves
    enough of them."""
    if not changes:
        return pl.DataFrame(schema=SUBJECTS)
    frame = pl.DataFrame(
        [attrs.astuple(one) for one in changes], schema={**_WINDOW, "day": pl.Date}, orient="row"
    )
    first, after = pl.col("first"), pl.col("day") + pl.duration(days=1)
    days = (pl.col("last") - after).dt.total_days() + 1
    return (
        frame.lazy()
        .join(windows.frame.lazy(), on="shop")
        .filter(pl.col("day") <= pl.col("last"))
        .group_by(list(_WINDOW), maintain_order=True)
        .agg(pl.col("day").max(), pl.col("first", "last").first())
        .filter((pl.col("day") >= first) & (days >= LEAST_DAYS))
        # What was before the change stands in for the window before, and is as long as the shop's.
        .select(
            *_WINDOW,
            after.alias("own_first"),
            (after - (pl.col("last") - first) - pl.duration(days=1)).alias("own_before_first"),
        )
        .collect(engine="in-memory")
    )


def _denominators(rows: CountedRows, ask: RequiredMetrics, vocabulary: Vocabulary) -> list[str]:
    """The counts of *rows* that shares and rates are of; none where rows are no days of subjects
    below the shop."""
    kind = vocabulary.subjects.get(rows.subject)
    if rows.grain is not Grain.DAY or kind is None or kind.parent is None or kind.pools:
        return []
    metrics = (metric_of(name, vocabulary) for name in ask.metrics)
    counts = {
        count.rstrip("?")
        for metric in metrics
        if metric.kind in _COUNTED and not metric.derived
        for count in metric.denominator
    }
    return sorted(count for count in counts if count in rows.frame.columns)


def _longer(rows: CountedRows, counts: Sequence[str], windows: Windows) -> pl.DataFrame:
    """The longer window of each subject whose window has too few of each of *counts*, where older
    days have more."""
    last, before = pl.col("last"), pl.col("first") - pl.col("from").min().over("shop")
    sums_now = [Aggregate(count, pl.col(count)) for count in counts]
    few = (
        rows.subject_sums(rows.within(windows))
        .of_subjects(sums_now)
        .filter(pl.max_horizontal(counts).is_between(0, FEW, closed="none"))
        .select(IDENTITY)
        .collect(engine="in-memory")
    )
    if few.is_empty():  # as it is where ads are shown at all
        return pl.DataFrame(schema=SUBJECTS)
    spans = windows.frame.lazy().select("shop", "first", "last").drop_nulls()
    ago = (last - pl.col("from")).dt.total_days()
    size = (last - pl.col("first")).dt.total_days() + 1
    known = (
        rows.frame.lazy()
        .select(*IDENTITY, "from", *counts)
        .join(few.lazy(), on=IDENTITY, how="semi", maintain_order="left")
        .join(spans, on="shop")
        .filter(before.dt.total_days() > 0)  # there are older days at all
        .with_columns(ago.alias("ago"), size.alias("size"))
        .filter(pl.col("ago").is_between(0, max(LONGER) - 1))
    )
    sums = {
        many: [
            pl.col(count).filter(pl.col("ago") < days).sum().alias(f"{count}.{many}")
            for count in counts
        ]
        for many, days in (("now", pl.col("size")), *((str(n), pl.lit(n)) for n in LONGER))
    }
    most = {
        many: pl.max_horizontal(f"{count}.{many}" for count in counts).alias(many) for many in sums
    }
    now, *longer = (pl.col(many) for many in most)
    chosen = pl.lit(None, pl.Int64)
    for days, many in reversed(list(zip(LONGER, longer, strict=True))):
        larger = days == max(LONGER)
        enough = (many > now) if larger else (many >= FEW) | (many == longer[-1])
        chosen = pl.when((many > now) & enough).then(days).otherwise(chosen)
    first = last - pl.duration(days=pl.col("chosen") - 1)
    return (
        known.group_by(IDENTITY, maintain_order=True)
        .agg(pl.col("size", "last").first(), *(one for each in sums.values() for one in each))
        .with_columns(most.values())
        .filter((now > 0) & (now < FEW) & (pl.col("size") < min(LONGER)))
        .with_columns(chosen.alias("chosen"))
        .drop_nulls("chosen")
        .select(
            "shop",
            pl.lit(rows.subject).alias("kind"),
            "key",
            first.alias("own_first"),
            (first - pl.duration(days=pl.col("chosen"))).alias("own_before_first"),
        )
        .collect(engine="in-memory")
    )
