"""Runs as frames: what a block of shops keeps is written and read as columns."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, get_args

import attrs
import polars as pl

from advisor.errors import AdvisorError
from advisor.history.records import (
    ActionRow,
    DoneRow,
    FindingRow,
    KpiRow,
    Run,
    RunInfo,
    State,
    VerdictRow,
)
from advisor.model import frozen

_TEXT, _WHOLE = pl.String(), pl.Int64()
Schema = Mapping[str, pl.DataType]


def _schema(row: type) -> Schema:
    """The columns of rows of a class; tuples are JSON lists."""
    columns = {date: pl.Date(), int: _WHOLE, float: pl.Float64()}
    types = {field.name: (field.type, *get_args(field.type)) for field in attrs.fields(row)}
    return {
        name: next((columns[of] for of in alternatives if of in columns), _TEXT)
        for name, alternatives in types.items()
    }


FINDINGS: Schema = {"shop": _TEXT, **_schema(FindingRow)}
ACTIONS: Schema = {"shop": _TEXT, **_schema(ActionRow)}
KPIS: Schema = {"shop": _TEXT, **_schema(KpiRow)}
LOOKS: Schema = {"done": _WHOLE, **_schema(VerdictRow)}
DONE: Schema = {"shop": _TEXT, **_schema(DoneRow)}
OF_RUNS = {"finding": FINDINGS, "action": ACTIONS, "kpi": KPIS}
RUN_COLUMNS = (
    *("shop", "day", "first", "last", "chosen", "version", "ruleset", "config", "inputs"),
    *("currency", "digest", "findings", "actions"),
)
_RUN = {
    **dict.fromkeys(RUN_COLUMNS, _TEXT),
    **dict.fromkeys(("chosen", "findings", "actions"), _WHOLE),
}
_RULESET = {"digest": _TEXT, "rules": _TEXT}


@frozen(eq=False)
class Runs:
    """A run of each of some shops: *infos*, *looks* (by the numbers of marks) and what was
    *noticed* are by shop, the frames have the columns FINDINGS, ACTIONS and KPIS."""

    infos: Mapping[str, RunInfo]
    findings: pl.DataFrame
    actions: pl.DataFrame
    kpis: pl.DataFrame
    looks: Mapping[str, Mapping[int, VerdictRow]] = attrs.field(factory=dict)
    noticed: Mapping[str, Sequence[DoneRow]] = attrs.field(factory=dict)

    def of(self, shops: Collection[str]) -> "Runs":
        """The runs of *shops*."""
        if self.infos.keys() <= set(shops):
            return self
        own = pl.col("shop").is_in(list(shops))
        return Runs(
            {shop: info for shop, info in self.infos.items() if shop in shops},
            self.findings.filter(own),
            self.actions.filter(own),
            self.kpis.filter(own),
            {shop: looks for shop, looks in self.looks.items() if shop in shops},
            {shop: done for shop, done in self.noticed.items() if shop in shops},
        )

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """The rows of the tables `ruleset`, `run` (without their numbers), `look` and `done`."""
        rulesets: dict[int, tuple[str, str]] = {}
        for info in self.infos.values():
            if id(info.rules) not in rulesets:
                rules = json.dumps(dict(sorted(info.rules.items())), separators=(",", ":"))
                rulesets[id(info.rules)] = _digest(rules), rules
        ids = (pl.col("id") + pl.col("state")).str.join(",")
        firing = (pl.col("state") == State.FIRES.value).sum().alias("firing")
        by_shop = self.findings.sort("shop", "id").group_by("shop", maintain_order=True)
        findings = {shop: states for shop, *states in by_shop.agg(ids, firing).iter_rows()}
        planned = dict(self.actions.group_by("shop").len().iter_rows())
        rows = []
        for shop, info in self.infos.items():
            values = (
                shop,
                info.day.isoformat(),
                info.first and info.first.isoformat(),
                info.last and info.last.isoformat(),
                int(info.chosen),
                info.version,
                rulesets[id(info.rules)][0],
                info.config,
                json.dumps(info.inputs),
                info.currency,
            )
            said, fire = findings.get(shop, ("", 0))
            rows.append((*values, _digest(repr((values, said))), fire, planned.get(shop, 0)))
        return {
            "ruleset": pl.DataFrame(sorted(set(rulesets.values())), schema=_RULESET, orient="row"),
            "run": pl.DataFrame(rows, schema=_RUN, orient="row"),
            "look": frame_of(
                [
                    (number, *stored_values(look))
                    for looks in self.looks.values()
                    for number, look in looks.items()
                ],
                LOOKS,
            ),
            "done": frame_of(
                [
                    (shop, *stored_values(one))
                    for shop, done in self.noticed.items()
                    for one in done
                ],
                DONE,
            ),
        }

    def rows(self, numbers: Mapping[str, int]) -> Mapping[str, pl.DataFrame]:
        """The rows of the tables `finding`, `action` and `kpi` of runs that have these *numbers*,
        by shop."""
        run = pl.col("shop").replace_strict(numbers, return_dtype=_WHOLE).alias("run")
        days = pl.col(pl.Date).cast(_TEXT)
        frames = {"finding": self.findings, "action": self.actions, "kpi": self.kpis}
        made = {name: frame.with_columns(run, days) for name, frame in frames.items()}
        return {n: one if n == "kpi" else one.drop("shop") for n, one in made.items()}


def runs_of(runs: Iterable[Run]) -> Runs:
    """*runs* of different shops as frames."""
    several = {one.info.shop: one for one in runs}

    def frame(of: str, schema: Schema) -> pl.DataFrame:
        rows = [(s, *stored_values(row)) for s, one in several.items() for row in getattr(one, of)]
        return with_days(frame_of(rows, schema), schema)

    return Runs(
        {shop: one.info for shop, one in several.items()},
        frame("findings", FINDINGS),
        frame("actions", ACTIONS),
        frame("kpis", KPIS),
        {shop: dict(one.verdicts) for shop, one in several.items()},
        {shop: one.noticed for shop, one in several.items()},
    )


def merge_runs(parts: Sequence[Runs]) -> Runs:
    """Runs of different shops together."""
    empty = runs_of(())
    return Runs(
        {shop: info for one in parts for shop, info in one.infos.items()},
        pl.concat([empty.findings, *(one.findings for one in parts)]),
        pl.concat([empty.actions, *(one.actions for one in parts)]),
        pl.concat([empty.kpis, *(one.kpis for one in parts)]),
        {shop: looks for one in parts for shop, looks in one.looks.items()},
        {shop: done for one in parts for shop, done in one.noticed.items()},
    )


def frame_of(rows: Sequence[Sequence[Any]], schema: Schema) -> pl.DataFrame:
    """Rows as they are stored, in the order of *schema*, as a frame with days as texts."""
    types = {name: _TEXT if kind == pl.Date else kind for name, kind in schema.items()}
    try:
        return pl.DataFrame(list(rows), schema=types, orient="row")
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        raise AdvisorError(f"this cannot be kept in a history: {error}") from None


def with_days(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """A frame as it is stored, with its texts as the days of *schema*."""
    days = (name for name, kind in schema.items() if kind == pl.Date)
    return frame.with_columns(pl.col(name).str.to_date() for name in days)


def stored_values(row: Any) -> tuple[Any, ...]:
    """The values of a row as they are stored."""
    return tuple(_stored(getattr(row, field.name)) for field in attrs.fields(type(row)))


def _stored(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value


def _digest(text: str) -> str:
    """A short hash."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
