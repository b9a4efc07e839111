"""What earlier runs say, for all shops of a block at once: frames by shop."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import attrs
import polars as pl

from advisor.history.database import Database, Row
from advisor.history.records import ActionRow, ExperimentRow, LeverRow, RunInfo, RunLine, State
from advisor.history.store import (
    FINDING_COLUMNS,
    RUN_COLUMNS,
    Mark,
    Store,
    actions_of,
    as_run_line,
    experiments_of,
    levers_of,
    marks_of,
)
from advisor.model import frozen

_TEXT, _NUMBER = pl.String(), pl.Float64()
FINDINGS: Mapping[str, pl.DataType] = {
    "shop": _TEXT,
    **dict.fromkeys(("id", "rule", "severity", "kind", "key", "name", "state"), _TEXT),
    "opened": pl.Date(),
    "metric": _TEXT,
    **dict.fromkeys(("value", "low", "high", "target"), _NUMBER),
    "worse": pl.Int64(),
    "stake": _NUMBER,
}


# Runs, findings, marks by shop, levers, tests by shop, actions by shop.
_Answer = tuple[
    list[Row],
    list[Row],
    Mapping[str, list[Mark]],
    list[LeverRow],
    Mapping[str, list[ExperimentRow]],
    Mapping[str, list[ActionRow]],
]
_NOTHING: _Answer = ([], [], {}, [], {}, {})


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
    """The earlier run of each shop, its findings (a frame with the columns FINDINGS), the *actions*
    of its plan, and what was done up to the day of the question, with what runs of earlier days
    said of it; by *levers*, how actions ended in all shops that share its store. *experiments* are
    tests that were not read before that day."""

    runs: Mapping[str, RunInfo] = attrs.field(factory=dict)
    numbers: Mapping[str, int] = attrs.field(factory=dict)
    findings: pl.DataFrame = attrs.field(factory=lambda: pl.DataFrame(schema=FINDINGS))
    marks: Mapping[str, Sequence[Mark]] = attrs.field(factory=dict)
    levers: Mapping[str, Sequence[LeverRow]] = attrs.field(factory=dict)
    experiments: Mapping[str, Sequence[ExperimentRow]] = attrs.field(factory=dict)
    actions: Mapping[str, Sequence[ActionRow]] = attrs.field(factory=dict)

    def of(self, shop: str) -> "Past":
        """What is there of one shop."""
        return Past(
            {id_: run for id_, run in self.runs.items() if id_ == shop},
            {id_: number for id_, number in self.numbers.items() if id_ == shop},
            self.findings.filter(pl.col("shop") == shop),
            {id_: marks for id_, marks in self.marks.items() if id_ == shop},
            {id_: levers for id_, levers in self.levers.items() if id_ == shop},
            {id_: tests for id_, tests in self.experiments.items() if id_ == shop},
            {id_: actions for id_, actions in self.actions.items() if id_ == shop},
        )


def read_past(questions: Sequence[PastQuestion]) -> Past:
    """The earlier runs that are asked for; shops in one database are asked for together."""
    by_store: dict[Store, list[PastQuestion]] = {}
    for question in questions:
        by_store.setdefault(question.store, []).append(question)
    runs: dict[str, RunInfo] = {}
    numbers: dict[str, int] = {}
    rows: list[Row] = []
    marks: dict[str, Sequence[Mark]] = {}
    levers: dict[str, Sequence[LeverRow]] = {}
    experiments: dict[str, Sequence[ExperimentRow]] = {}
    actions: dict[str, Sequence[ActionRow]] = {}
    for store, asked in by_store.items():
        answer = store.read(partial(_ask, asked=asked), _NOTHING)
        found, findings, marked, learned, tests, planned = answer
        actions |= planned
        levers |= {question.shop: learned for question in asked}
        days = {question.shop: question.day for question in asked}
        for shop, each in marked.items():
            marks[shop] = [
                _as_of(days[shop], mark) for mark in each if mark.done.is_known(days[shop])
            ]
        for shop, own in tests.items():
            experiments[shop] = [test for test in own if _is_open(test, days[shop])]
        for line in map(as_run_line, found):
            runs[line.info.shop] = line.info
            numbers[line.info.shop] = line.id
        rows += findings
    return Past(runs, numbers, findings_frame(rows), marks, levers, experiments, actions)


def _is_open(test: ExperimentRow, day: date) -> bool:
    return test.start <= day and (test.ended is None or test.ended >= day)


def _as_of(day: date, mark: Mark) -> Mark:
    """*mark* as a run of *day* may know it: what was said on that day or later is said again."""
    return attrs.evolve(mark, looks=tuple(one for one in mark.looks if one.day < day))


def merge_past(parts: Sequence[Past]) -> Past:
    """Several shops' pasts as one."""
    frames = [part.findings for part in parts]
    return Past(
        {shop: run for part in parts for shop, run in part.runs.items()},
        {shop: number for part in parts for shop, number in part.numbers.items()},
        pl.concat(frames) if frames else pl.DataFrame(schema=FINDINGS),
        {shop: marks for part in parts for shop, marks in part.marks.items()},
        {shop: levers for part in parts for shop, levers in part.levers.items()},
        {shop: tests for part in parts for shop, tests in part.experiments.items()},
        {shop: actions for part in parts for shop, actions in part.actions.items()},
    )


def findings_frame(rows: Sequence[Row]) -> pl.DataFrame:
    """Rows of a shop and FINDING_COLUMNS as a frame."""
    types = {**FINDINGS, "opened": _TEXT}
    schema = {name: types[name] for name in ("shop", *FINDING_COLUMNS)}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return frame.with_columns(pl.col("opened").str.to_date()).select(*FINDINGS)


def _ask(database: Database, asked: Sequence[PastQuestion]) -> _Answer:
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
    newest = (
        f"WITH asked (shop, day, chosen, last) AS (VALUES {places}), "  # noqa: S608 (our own)
        "ranked AS (SELECT r.*, row_number() OVER "
        "(PARTITION BY r.shop ORDER BY r.day DESC, r.id DESC) AS place "
        "FROM asked a JOIN advisor_run r ON r.shop = a.shop AND r.chosen = a.chosen "
        "AND r.day < a.day AND (a.last IS NULL OR r.last IS NULL OR r.last <= a.last)) "
        f"SELECT {columns}, (SELECT rules FROM advisor_ruleset WHERE digest = ruleset), 0, 0 "
        "FROM ranked WHERE place = 1"
    )
    runs = database.rows(newest, values)
    shops = [one.shop for one in asked]
    marks, tests = marks_of(database, shops), experiments_of(database, shops)
    levers = levers_of(database, before=asked[0].day)
    if not runs:
        return [], [], marks, levers, tests, {}
    numbers = [row[0] for row in runs]
    names = ", ".join(f"f.{name}" for name in FINDING_COLUMNS)
    many = ", ".join("?" * len(numbers))
    findings = database.rows(
        f"SELECT r.shop, {names} FROM advisor_finding f "  # noqa: S608 (our own words)
        f"JOIN advisor_run r ON r.id = f.run WHERE f.run IN ({many}) ORDER BY r.shop, f.id",
        numbers,
    )
    return runs, findings, marks, levers, tests, actions_of(database, numbers)


OPEN = pl.col("state") != State.CLEAR.value  # only what was seen to be clear is closed


def past_between(store: Store, then: RunLine, now: RunLine) -> tuple[pl.DataFrame, Past]:
    """What there is to compare two runs of one shop: the findings of *now* with what the runs
    between said of those that it no longer has, and *then* as its past."""
    shop = now.info.shop
    names = ", ".join(f"f.{name}" for name in FINDING_COLUMNS)
    columns = ", ".join(FINDING_COLUMNS)
    newest = (
        f"SELECT shop, {columns} FROM ("  # noqa: S608 (our own words)
        f"SELECT r.shop, {names}, row_number() OVER "
        "(PARTITION BY f.id ORDER BY r.day DESC, r.id DESC) AS place "
        "FROM advisor_finding f JOIN advisor_run r ON r.id = f.run "
        "WHERE r.shop = ? AND r.chosen = ? AND (r.id = ? OR (r.day > ? AND r.day < ?))"
        ") AS ranked WHERE place = 1 ORDER BY id"
    )
    own = (
        f"SELECT r.shop, {names} FROM advisor_finding f "  # noqa: S608 (our own words)
        "JOIN advisor_run r ON r.id = f.run WHERE r.id = ? ORDER BY f.id"
    )
    days = (then.info.day.isoformat(), now.info.day.isoformat())
    with store.reading() as database:
        later = database.rows(newest, (shop, int(now.info.chosen), now.id, *days))
        earlier = database.rows(own, (then.id,))
    past = Past({shop: then.info}, {shop: then.id}, findings_frame(earlier))
    return findings_frame(later), past
