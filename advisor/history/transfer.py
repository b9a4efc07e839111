"""The store as JSON lines, one run a line, for another machine or database."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from advisor.errors import AdvisorError
from advisor.history.frames import runs_of
from advisor.history.records import DoneRow, ExperimentRow, Run, VerdictRow
from advisor.history.store import (
    Store,
    has_run,
    load_run,
    write_done,
    write_experiment,
    write_runs,
    write_verdict,
)
from advisor.model import frozen

FORMAT = 1


@frozen
class _Mark:
    """A mark as a line has it: numbers are a store's own."""

    shop: str
    done: DoneRow
    looks: tuple[VerdictRow, ...]


@frozen
class _Experiment:
    """A test, as a line has it."""

    shop: str
    test: ExperimentRow


def export_lines(store: Store, shop: str | None = None) -> Iterator[str]:
    """A line for each run, oldest first."""
    runs = store.runs(shop)
    for line in reversed(runs):
        with store.reading() as database:
            yield run_line(load_run(database, line))
    for id_ in sorted({line.info.shop for line in runs} | ({shop} if shop else set())):
        for mark in store.marks(id_):
            yield _line({"mark": _Mark(id_, mark.done, mark.looks)})
        for test in store.experiments(id_):
            yield _line({"experiment": _Experiment(id_, test)})


def run_line(run: Run) -> str:
    """A run as a line of JSON."""
    return _line({"run": run})


def _line(given: Mapping[str, Any]) -> str:
    data = {name: attrs.asdict(one, value_serializer=_plain) for name, one in given.items()}
    return json.dumps({"history": FORMAT, **data}, ensure_ascii=False, separators=(",", ":"))


def import_lines(store: Store, lines: Iterable[str], *, where: str) -> tuple[int, int]:
    """Keep the runs of *lines*, all or none; those that are there already stay as they are. Gives
    how many were added, and how many were there. Raises AdvisorError for a line that is none."""
    given = [
        _read(line, f"{where}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    runs = [one for one in given if isinstance(one, Run)]
    runs.sort(key=lambda run: run.info.day)
    added = 0
    with store.writing() as database:
        for run in runs:
            kept = runs_of([run])
            if not has_run(database, kept):
                write_runs(database, kept)
                added += 1
        for mark in given:
            if isinstance(mark, _Experiment):
                write_experiment(database, mark.shop, mark.test)
            if not isinstance(mark, _Mark):
                continue
            number = write_done(database, mark.shop, mark.done)
            if number is not None:
                for look in mark.looks:
                    write_verdict(database, number, look)
    return added, len(runs) - added


def _read(line: str, where: str) -> Run | _Mark | _Experiment:
    import cattrs

    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    try:
        data = json.loads(line)
        if not isinstance(data, Mapping) or data.get("history") != FORMAT:
            raise AdvisorError("this is no line of `advisor history export`", where=where)
        if "mark" in data:
            return converter.structure(data["mark"], _Mark)
        if "experiment" in data:
            return converter.structure(data["experiment"], _Experiment)
        return converter.structure(data.get("run"), Run)
    except (ValueError, TypeError, AttributeError, RecursionError, cattrs.BaseValidationError):
        raise AdvisorError("this is no line of `advisor history export`", where=where) from None


def _plain(_instance: Any, _field: Any, value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
