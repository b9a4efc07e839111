"""Reading a file with the plugin's provider, the way the host does it."""

import hashlib
from datetime import date
from pathlib import Path

import polars as pl

from advisor.model.reading import File, Reading, Table
from advisor.model.source import Source
from advisor.plugin.contracts import contract_breaks
from advisor.plugin.hookspecs import Match, Provider, ReadContext
from advisor.tabular.containers.open import open_source
from advisor_tiktok_ads import advisor_metric_providers

CONTEXT = ReadContext(today=date(2026, 11, 22))


def provider() -> Provider:
    """The one that reads what the platform exports."""
    exports, _templates = advisor_metric_providers()
    return exports


def source_of(path: Path) -> Source:
    data = path.read_bytes()
    return open_source(File(path, path.name, len(data), hashlib.sha256(data).hexdigest()))


def claims(path: Path) -> list[Match]:
    """What the provider says of *path*, the strongest claim first; claims that lack something
    come last."""
    found = provider().recognise(source_of(path))
    return sorted(found, key=lambda match: (bool(match.lacks), -match.strength))


def read(path: Path) -> Reading:
    best = claims(path)[0]
    assert not best.lacks, f"{path.name} is no {best.kind}: without {', '.join(best.lacks)}"
    reading = provider().read(source_of(path), best, CONTEXT)
    assert contract_breaks(reading) == []
    return reading


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def only_table(reading: Reading, subject: str | None = None) -> Table:
    (table,) = (t for t in reading.tables if subject in (None, t.subject))
    return table


def sums(table: Table) -> dict[str, float]:
    """Sums of the counts, leaving out what has no value at all."""
    row = table.frame.select(pl.col(table.counts).sum()).to_dicts()[0]
    return {name: round(value, 2) for name, value in row.items()}
