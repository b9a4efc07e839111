"""The store as JSON lines, one run a line, for another machine or database."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from advisor.errors import AdvisorError
from advisor.history.records import Run
from advisor.history.store import Store, has_run, load_run, write_run

FORMAT = 1


def export_lines(store: Store, shop: str | None = None) -> Iterator[str]:
    """A line for each run, oldest first."""
    for line in reversed(store.runs(shop)):
        with store.reading() as database:
            yield run_line(load_run(database, line))


def run_line(run: Run) -> str:
    """A run as a line of JSON."""
    data = attrs.asdict(run, value_serializer=_plain)
    return json.dumps({"history": FORMAT, "run": data}, ensure_ascii=False, separators=(",", ":"))


def import_lines(store: Store, lines: Iterable[str], *, where: str) -> tuple[int, int]:
    """Keep the runs of *lines*, all or none; those that are there already stay as they are. Gives
    how many were added, and how many were there. Raises AdvisorError for a line that is none."""
    runs = [
        _run_of(line, f"{where}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    runs.sort(key=lambda run: run.info.day)
    added = 0
    with store.writing() as database:
        for run in runs:
            if not has_run(database, run):
                write_run(database, run)
                added += 1
    return added, len(runs) - added


def _run_of(line: str, where: str) -> Run:
    import cattrs

    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    try:
        data = json.loads(line)
        if not isinstance(data, Mapping) or data.get("history") != FORMAT:
            raise AdvisorError("this is no line of `advisor history export`", where=where)
        return converter.structure(data.get("run"), Run)
    except (ValueError, TypeError, AttributeError, RecursionError, cattrs.BaseValidationError):
        raise AdvisorError("this is no line of `advisor history export`", where=where) from None


def _plain(_instance: Any, _field: Any, value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
