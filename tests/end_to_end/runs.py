"""Runs of the whole pipeline, and files looked at again without it."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
from rich.console import Console

from advisor.diagnosis import Diagnosis, diagnose
from advisor.document import Document
from advisor.document.compose import compose_document
from advisor.model.request import Request
from advisor.model.settings import CONFIG_NAME, Settings, read_settings
from advisor.plugin.loading import load_plugins
from advisor.plugin.registry import Registry
from advisor.report.formats import render
from advisor.report.terminal import print_terminal

TODAY = date(2026, 11, 2)


@cache
def registry() -> Registry:
    """The bundled plugins, loaded once."""
    return load_plugins()


def request(*paths: Path | str, today: date = TODAY, **options: Any) -> Request:
    """What the command line asks for; the profile is the one in the first folder."""
    config = Path(paths[0]) / CONFIG_NAME
    found = config if config.is_file() else None
    settings = read_settings(config) if found else Settings()
    options.setdefault("settings", settings)
    return Request(tuple(str(path) for path in paths), today, config=found, **options)


def diagnosis(*paths: Path | str, today: date = TODAY, **options: Any) -> Diagnosis:
    return diagnose(request(*paths, today=today, **options), registry())


def document(*paths: Path | str, today: date = TODAY, **options: Any) -> Document:
    return compose_document(diagnosis(*paths, today=today, **options))


def reports(made: Document) -> Mapping[str, str]:
    """Every bundled report, by file name."""
    files = render(made, ("md", "json", "csv"), registry().templates())
    return {name: str(text) for name, text in files.items()}


def screen(made: Document) -> str:
    """What a terminal shows."""
    out = StringIO()
    print_terminal(made, Console(file=out, width=200, force_terminal=True, color_system="standard"))
    return out.getvalue()


def unexplained(made: Document) -> set[tuple[str, str]]:
    """Rule and name of the subject of every finding that no other one explains."""
    return {(f.rule, f.subject.name) for f in made.findings if not f.explained_by}


def notes(made: Document, code: str) -> list[str]:
    """File and text of every data note of one code."""
    return [f"{note.file}: {note.text}" for note in made.data_notes if note.code == code]


def rows_of(path: Path) -> Sequence[Sequence[str]]:
    """Every row of a file as texts, read without the project; row 1 is at index 0."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        return [["" if v is None else str(v) for v in row] for row in sheet.values]
    delimiter = "\t" if path.suffix == ".tsv" else ","
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream, delimiter=delimiter))
