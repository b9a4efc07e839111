"""Actions of the plan before that were done without a word: the shop's own files show it.

A list of changes says on which day something was moved, and which way. Where none is kept, a budget
or what was spent of it shows it: each of the 7 days after a day is at least 10 % (of totals, which
also vary by themselves, 25 %) above or below each of the 7 days before. A total that ends while
other subjects go on was stopped.
"""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from advisor.diagnosis import Block, BlockDiagnosis
from advisor.experiment.marks import mark_of
from advisor.history import DoneRow, Past, State
from advisor.metrics import CountedRows, metric_of
from advisor.model import CountUnit, Grain, Lever, Metric, Vocabulary, frozen
from advisor.stats import WEEK

STEP, STEP_OF_TOTALS = 0.1, 0.25  # between two levels: ours
_UP = ("raise", "move")
_DOWN = ("lower",)
_SUBJECT = ("shop", "key")
_MOVED = ("lever", "direction", "kind")
_FOUND = {"shop": pl.String, "key": pl.String, "day": pl.Date}


@frozen
class _Moves:
    """What the files of shops show of one *lever*, moved in one *direction* on subjects of a
    *kind*."""

    lever: Lever
    direction: str
    kind: str
    rows: tuple[CountedRows, ...]
    vocabulary: Vocabulary

    def days(self) -> pl.DataFrame:
        """The days on which it was moved, by shop and key of a subject."""
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


def noticed(diagnosed: BlockDiagnosis, past: Past) -> Mapping[str, Sequence[DoneRow]]:
    """The actions of the plans before, by shop, for each subject on which this run sees that they
    were done since their finding was there; they are for runs of later days."""
    found: dict[str, list[DoneRow]] = {}
    if past.actions.height:
        for block in diagnosed.blocks:
            for done_in, row in _of_block(block, past):
                found.setdefault(done_in, []).append(row)
    return found


def _of_block(block: Block, past: Past) -> Iterator[tuple[str, DoneRow]]:
    asked = _asked(block, past)
    for (lever, direction, kind), several in asked.partition_by(*_MOVED, as_dict=True).items():
        moves = _Moves(
            block.vocabulary.levers[lever], direction, kind, block.rows, block.vocabulary
        )
        seen = (
            several.join(moves.days(), on=("shop", "key"))
            .filter(pl.col("day") >= pl.col("opened"), pl.col("day") < pl.col("today"))
            .group_by("shop", "action", "key")
            .agg(pl.col("day").min(), pl.col("today").first())
        )
        for shop, action, key, day, today in seen.sort("shop", "action", "key").iter_rows():
            planned, findings = past.action(shop, action)
            yield (
                shop,
                mark_of(
                    planned,
                    findings,
                    [row for row in findings if row.key == key],
                    block.businesses[shop],
                    block.vocabulary,
                    day=day,
                    planned=past.runs[shop].day,
                    noticed=today,
                ),
            )


def _asked(block: Block, past: Past) -> pl.DataFrame:
    """The subjects of the actions of the plans before whose levers files may show: `shop`,
    `action`, `key`, since when the finding is `opened`, `lever`, `direction`, `kind`, `today`."""
    levers = block.vocabulary.levers
    directions = {
        (rule.id, action.lever): action.direction
        for rule in block.rules.rules
        for action in reversed(rule.actions)
        if action.lever in levers and (levers[action.lever].events or levers[action.lever].levels)
    }
    moved = pl.DataFrame(
        [(*of, direction) for of, direction in directions.items()],
        schema=dict.fromkeys(("rule", "lever", "direction"), pl.String),
        orient="row",
    )
    days = {shop: one.known.request.today for shop, one in block.shops.items()}
    fired = past.findings.lazy().filter(pl.col("state") == State.FIRES.value)
    return (
        past.actions.lazy()
        .filter(pl.col("shop").is_in(list(days)))
        .join(moved.lazy(), on=("rule", "lever"))
        .select(
            *("shop", "lever", "direction", "kind", pl.col("id").alias("action")),
            pl.col("findings").str.json_decode(pl.List(pl.String)).alias("id"),
            pl.col("shop").replace_strict(days, return_dtype=pl.Date).alias("today"),
        )
        .explode("id")
        .join(fired.select("shop", "id", "key", "opened"), on=("shop", "id"))
        .drop("id")
        .collect(engine="in-memory")
    )


def _events(frame: pl.DataFrame, count: str) -> pl.DataFrame:
    """The days with a *count*."""
    return frame.filter(pl.col(count) > 0).select(*_SUBJECT, pl.col("from").alias("day"))


def _steps(frame: pl.DataFrame, metric: Metric, *, up: bool, total: bool) -> pl.DataFrame:
    """The days on which *metric* went from one level to another, the first of the new one. A
    *total* must have done so beside that of the others too, as a season moves all of them."""
    value = pl.sum_horizontal(pl.col(name).sum() for name in metric.numerator)
    if metric.denominator:
        value = value / pl.sum_horizontal(pl.col(name).sum() for name in metric.denominator)
    days = (*_SUBJECT, "from")
    daily = frame.group_by(days).agg(value.alias("value")).sort(days)
    others = pl.col("value").sum().over("shop", "from") - pl.col("value")
    daily = daily.with_columns(
        pl.when(others > 0).then(pl.col("value") / others).alias("beside"),
    )
    every = (
        daily.group_by(_SUBJECT, maintain_order=True)
        .agg(pl.date_ranges(pl.col("from").min(), pl.col("from").max()).first().alias("from"))
        .explode("from")
        .join(daily, on=days, how="left")
        .sort(days)
    )
    is_step = _is_step(pl.col("value"), STEP_OF_TOTALS if total else STEP, up=up)
    if total:
        is_step &= _is_step(pl.col("beside"), STEP_OF_TOTALS, up=up)
    # The last day of the old level fits as well as the first of the new one.
    steps = every.with_columns((is_step.over(_SUBJECT) & (pl.col("value") > 0)).alias("is"))
    goes_on = pl.col("is").shift(-1).over(_SUBJECT).fill_null(value=False)
    return steps.filter(pl.col("is") & ~goes_on).select(*_SUBJECT, pl.col("from").alias("day"))


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
    last = active.group_by(_SUBJECT).agg(pl.col("from").max())
    running = active.group_by("shop", "from").agg(pl.col("key").n_unique().alias("running"))
    is_over = pl.col("from").max().over("shop") - pl.col("from") >= pl.duration(days=WEEK)
    few = 2 * pl.len().over("shop", "from") <= pl.col("running")
    return (
        last.join(running, on=("shop", "from"))
        .filter(is_over, few)
        .select(*_SUBJECT, (pl.col("from") + pl.duration(days=1)).alias("day"))
    )
