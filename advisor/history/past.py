"""What earlier runs say, for all shops of a block at once: frames by shop."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import attrs
import polars as pl

from advisor.history.database import Database
from advisor.history.frames import ACTIONS, FINDINGS, RUN_COLUMNS
from advisor.history.records import (
    ActionRow,
    ExperimentRow,
    FindingRow,
    LeverRow,
    RunInfo,
    RunLine,
    State,
)
from advisor.history.store import (
    Mark,
    Store,
    as_action,
    as_finding,
    as_run_line,
    experiments_of,
    levers_of,
    marks_of,
)
from advisor.model import frozen


@frozen
class PastQuestion:
    """The run that a run of *shop* is compared with: the newest of a day before *day* whose days
    were *chosen* in the same way and whose window does not end after *last*."""

    shop: str
    store: Store
    day: date
    chosen: bool
    last: date | None


@frozen(eq=False)
class Past:
    """The earlier run of each shop, with its *findings* and the *actions* of its plan as frames
    (FINDINGS, ACTIONS), and what was done up to the day of the question, with what runs of earlier
    days said of it; by *levers*, how actions ended in all shops that share its store. *experiments*
    are tests that were not read before that day."""

    runs: Mapping[str, RunInfo] = attrs.field(factory=dict)
    findings: pl.DataFrame = attrs.field(factory=lambda: pl.DataFrame(schema=FINDINGS))
    actions: pl.DataFrame = attrs.field(factory=lambda: pl.DataFrame(schema=ACTIONS))
    marks: Mapping[str, Sequence[Mark]] = attrs.field(factory=dict)
    levers: Mapping[str, Sequence[LeverRow]] = attrs.field(factory=dict)
    experiments: Mapping[str, Sequence[ExperimentRow]] = attrs.field(factory=dict)

    def action(self, shop: str, id_: str) -> tuple[ActionRow, Sequence[FindingRow]]:
        """An action of the plan of *shop*, with its findings that fired."""
        own = pl.col("shop") == shop
        planned = self.actions.filter(own, pl.col("id") == id_).drop("shop").row(0, named=True)
        action = as_action(planned)
        is_in = pl.col("id").is_in(action.findings) & (pl.col("state") == State.FIRES.value)
        rows = self.findings.filter(own & is_in).drop("shop").sort("id").iter_rows(named=True)
        return action, tuple(map(as_finding, rows))


def read_past(questions: Sequence[PastQuestion]) -> Past:
    """The earlier runs that are asked for; shops in one database are asked for together."""
    by_store: dict[Store, list[PastQuestion]] = {}
    for question in questions:
        by_store.setdefault(question.store, []).append(question)
    return merge_past(
        [store.read(partial(_ask, asked=asked), Past()) for store, asked in by_store.items()]
    )


def merge_past(parts: Sequence[Past]) -> Past:
    """Several shops' pasts as one."""
    empty = Past()
    return Past(
        {shop: run for part in parts for shop, run in part.runs.items()},
        pl.concat([empty.findings, *(part.findings for part in parts)]),
        pl.concat([empty.actions, *(part.actions for part in parts)]),
        {shop: marks for part in parts for shop, marks in part.marks.items()},
        {shop: levers for part in parts for shop, levers in part.levers.items()},
        {shop: tests for part in parts for shop, tests in part.experiments.items()},
    )


def _ask(database: Database, asked: Sequence[PastQuestion]) -> Past:
    shops, days = [one.shop for one in asked], {one.shop: one.day for one in asked}
    lines = _newest(database, asked)
    numbers = [line.id for line in lines]
    findings, actions = (database.of_runs(name, numbers) for name in ("finding", "action"))
    return Past(
        {line.info.shop: line.info for line in lines},
        findings.select(*FINDINGS).sort("shop", "id"),
        actions.select(*ACTIONS).sort("shop", "rank"),
        {
            shop: [_as_of(days[shop], one) for one in marks if one.done.is_known(days[shop])]
            for shop, marks in marks_of(database, shops).items()
        },
        dict.fromkeys(shops, levers_of(database, before=asked[0].day)),
        {
            shop: [test for test in tests if _is_open(test, days[shop])]
            for shop, tests in experiments_of(database, shops).items()
        },
    )


def _is_open(test: ExperimentRow, day: date) -> bool:
    return test.start <= day and (test.ended is None or test.ended >= day)


def _as_of(day: date, mark: Mark) -> Mark:
    """*mark* as a run of *day* may know it: what was said on that day or later is said again."""
    return attrs.evolve(mark, looks=tuple(one for one in mark.looks if one.day < day))


def _newest(database: Database, asked: Sequence[PastQuestion]) -> list[RunLine]:
    place = "(CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS TEXT))"
    places = ", ".join([place] * len(asked))
    values = [
        value
        for one in asked
        for value in (
            one.shop,
            one.day.isoformat(),
            int(one.chosen),
            one.last and one.last.isoformat(),
        )
    ]
    columns = ", ".join(("id", *RUN_COLUMNS))
    query = (
        f"WITH asked (shop, day, chosen, last) AS (VALUES {places}), "  # noqa: S608 (our own)
        "ranked AS (SELECT r.*, row_number() OVER "
        "(PARTITION BY r.shop ORDER BY r.day DESC, r.id DESC) AS place "
        "FROM asked a JOIN advisor_run r ON r.shop = a.shop AND r.chosen = a.chosen "
        "AND r.day < a.day AND (a.last IS NULL OR r.last IS NULL OR r.last <= a.last)) "
        f"SELECT {columns}, (SELECT rules FROM advisor_ruleset WHERE digest = ruleset) "
        "FROM ranked WHERE place = 1"
    )
    return [as_run_line(row) for row in database.rows(query, values)]


OPEN = pl.col("state") != State.CLEAR.value  # only what was seen to be clear is closed


def past_between(store: Store, then: RunLine, now: RunLine) -> tuple[pl.DataFrame, Past]:
    """What there is to compare two runs of one shop: the findings of *now* with what the runs
    between said of those that it no longer has, and *then* as its past."""
    shop = now.info.shop
    query = "SELECT id FROM advisor_run WHERE shop = ? AND chosen = ? AND day > ? AND day < ?"
    days = (then.info.day.isoformat(), now.info.day.isoformat())
    with store.reading() as database:
        between = database.rows(f"{query} ORDER BY day, id", (shop, int(now.info.chosen), *days))
        order = [*(number for (number,) in between), now.id]
        later, earlier = database.of_runs("finding", order), database.of_runs("finding", [then.id])
    place = pl.col("run").replace_strict(order, range(len(order)), return_dtype=pl.Int64)
    newest = later.sort(place).unique("id", keep="last", maintain_order=True).sort("id")
    past = Past({shop: then.info}, earlier.select(*FINDINGS).sort("id"))
    return newest.select(*FINDINGS), past
