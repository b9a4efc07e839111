"""Actions of the plan before that were done without a word: the shop's own files show it.

A list of changes says on which day something was moved, and which way. Where none is kept, a budget
or what was spent of it shows it: each of the 7 days after a day is at least 10 % (of totals, which
also vary by themselves, 25 %) above or below each of the 7 days before. A total that ends while
other subjects go on was stopped.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.experiment.marks import mark_of
from advisor.history import ActionRow, DoneRow, FindingRow, Past, State
from advisor.metrics import CountedRows, metric_of
from advisor.model import CountUnit, Grain, Lever, Metric, Vocabulary, frozen
from advisor.stats import WEEK

STEP, STEP_OF_TOTALS = 0.1, 0.25  # between two levels: ours
_UP = ("raise", "move")
_DOWN = ("lower",)
_FOUND = {"key": pl.String, "day": pl.Date}


@frozen
class _Moves:
    """What the files of a shop show of one *lever*, moved in one *direction* on subjects of a
    *kind*."""

    lever: Lever
    direction: str
    kind: str
    rows: tuple[CountedRows, ...]
    vocabulary: Vocabulary

    def days(self) -> pl.DataFrame:
        """The days on which it was moved, by the key of a subject."""
        parts = [pl.DataFrame(schema=_FOUND)]
        for name in self.lever.events.get(self.direction, ()):
            parts += [_events(one.frame, name) for one in self._rows_with([name])]
        if self.direction in (*_UP, *_DOWN):
            for name in self.lever.levels:
                metric = metric_of(name, self.vocabulary)
                required = [*metric.numerator, *metric.denominator]
                parts += [
                    _steps(one.frame, metric, up=self.direction in _UP, total=self._adds_up(metric))
                    for one in self._rows_with(required)
                ]
                if self.direction in _DOWN and self._adds_up(metric):
                    parts += [_ends(one.frame, name) for one in self._rows_with(required)]
        return pl.concat(parts)

    def _rows_with(self, counts: list[str]) -> Iterator[CountedRows]:
        for one in self.rows:
            if (
                one.subject == self.kind
                and one.grain is Grain.DAY
                and one.frame.height
                and set(counts) <= set(one.frame.columns)
            ):
                yield one

    def _adds_up(self, metric: Metric) -> bool:
        (first, *_) = metric.numerator
        state = self.vocabulary.counts[first].unit is CountUnit.STATE
        return not metric.denominator and not state


def noticed(diagnosis: Diagnosis, past: Past) -> tuple[DoneRow, ...]:
    """The actions of the plan before, for each subject on which this run sees that they were done
    since their finding was there; they are for runs of later days."""
    before, shop = past.runs.get(diagnosis.id), diagnosis.id
    actions, today = past.actions.get(shop, ()), diagnosis.request.today
    if before is None or not actions:
        return ()
    directions = {
        (rule.id, action.lever): action.direction
        for rule in diagnosis.rules.rules
        for action in reversed(rule.actions)
    }
    levers, found = diagnosis.vocabulary.levers, []
    for action in actions:
        direction, lever = directions.get((action.rule, action.lever)), levers.get(action.lever)
        if direction is None or lever is None or not (lever.events or lever.levels):
            continue
        moves = _Moves(lever, direction, action.kind, diagnosis.rows, diagnosis.vocabulary)
        findings = _findings(action, past)
        for row, day in _first_days(findings, moves.days(), today):
            found.append(
                mark_of(
                    action,
                    findings,
                    [row],
                    diagnosis.business,
                    diagnosis.vocabulary,
                    day=day,
                    planned=before.day,
                    noticed=today,
                )
            )
    return tuple(found)


def _findings(action: ActionRow, past: Past) -> list[FindingRow]:
    """The findings of *action* that fired."""
    rows = past.findings.filter(
        pl.col("id").is_in(list(action.findings)), pl.col("state") == State.FIRES.value
    )
    return [
        FindingRow(**{**row, "state": State(row["state"])})
        for row in rows.drop("shop").sort("id").iter_rows(named=True)
    ]


def _first_days(
    findings: list[FindingRow], days: pl.DataFrame, today: date
) -> Iterator[tuple[FindingRow, date]]:
    """The first of *days* on the subject of each of *findings* since it was there."""
    by_key: Mapping[str, list[date]] = dict(
        days.filter(pl.col("day") < today).group_by("key").agg(pl.col("day").sort()).iter_rows()
    )
    seen: set[str] = set()
    for row in findings:
        day = next((day for day in by_key.get(row.key, ()) if day >= row.opened), None)
        if day is not None and row.key not in seen:
            seen.add(row.key)
            yield row, day


def _events(frame: pl.DataFrame, count: str) -> pl.DataFrame:
    """The days with a *count*."""
    return frame.filter(pl.col(count) > 0).select("key", pl.col("from").alias("day"))


def _steps(frame: pl.DataFrame, metric: Metric, *, up: bool, total: bool) -> pl.DataFrame:
    """The days on which *metric* went from one level to another, the first of the new one. A
    *total* must have done so beside that of the others too, as a season moves all of them."""
    value = pl.sum_horizontal(pl.col(name).sum() for name in metric.numerator)
    if metric.denominator:
        value = value / pl.sum_horizontal(pl.col(name).sum() for name in metric.denominator)
    daily = frame.group_by("key", "from").agg(value.alias("value")).sort("key", "from")
    others = pl.col("value").sum().over("from") - pl.col("value")
    daily = daily.with_columns(
        pl.when(others > 0).then(pl.col("value") / others).alias("beside"),
    )
    every = (
        daily.group_by("key", maintain_order=True)
        .agg(pl.date_ranges(pl.col("from").min(), pl.col("from").max()).first().alias("from"))
        .explode("from")
        .join(daily, on=("key", "from"), how="left")
        .sort("key", "from")
    )
    is_step = _is_step(pl.col("value"), STEP_OF_TOTALS if total else STEP, up=up)
    if total:
        is_step &= _is_step(pl.col("beside"), STEP_OF_TOTALS, up=up)
    # The last day of the old level fits as well as the first of the new one.
    steps = every.with_columns((is_step.over("key") & (pl.col("value") > 0)).alias("is"))
    goes_on = pl.col("is").shift(-1).over("key").fill_null(value=False)
    return steps.filter(pl.col("is") & ~goes_on).select("key", pl.col("from").alias("day"))


def _is_step(value: pl.Expr, step: float, *, up: bool) -> pl.Expr:
    least = value.rolling_min(WEEK, min_samples=WEEK)
    most = value.rolling_max(WEEK, min_samples=WEEK)
    if up:
        return least.shift(-WEEK) >= most.shift(1) * (1 + step)
    return most.shift(-WEEK) <= least.shift(1) * (1 - step)


def _ends(frame: pl.DataFrame, count: str) -> pl.DataFrame:
    """The first day without a *count* of each subject that had some and has none for a week, while
    others have. Where most end on one day, it is a file that ends. A count that is not known may be
    some."""
    active = frame.filter(pl.col(count).is_null() | (pl.col(count) > 0))
    last = active.group_by("key").agg(pl.col("from").max())
    running = active.group_by("from").agg(pl.col("key").n_unique().alias("running"))
    is_over = pl.lit(last["from"].max()) - pl.col("from") >= pl.duration(days=WEEK)
    return (
        last.join(running, on="from")
        .filter(is_over, 2 * pl.len().over("from") <= pl.col("running"))
        .select("key", (pl.col("from") + pl.duration(days=1)).alias("day"))
    )
