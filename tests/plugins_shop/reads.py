"""Reading files with the plugins' providers, the way the host does it; and, apart from them, with
nothing but the csv module."""

import csv
import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from advisor.model.reading import File, Reading, Table
from advisor.model.source import Source
from advisor.plugin.contracts import contract_breaks
from advisor.plugin.hookspecs import Match, Provider, ReadContext
from advisor.tabular.containers.open import open_source
from advisor_tiktok_ads import advisor_metric_providers as ads_providers
from advisor_tiktok_shop import advisor_metric_providers as shop_providers
from advisor_tiktok_studio import advisor_metric_providers as studio_providers

EXPORTS = Path(__file__).parents[3] / "shared" / "real-exports"
CONTEXT = ReadContext(today=date(2026, 11, 22))
PROVIDERS: Sequence[Provider] = (*shop_providers(), *studio_providers(), *ads_providers())


def source_of(path: Path) -> Source:
    data = path.read_bytes()
    return open_source(File(path, path.name, len(data), hashlib.sha256(data).hexdigest()))


def claims(path: Path) -> list[tuple[Match, Provider]]:
    """All claims on a file, the strongest first; claims that lack something come last."""
    source = source_of(path)
    found = [(match, provider) for provider in PROVIDERS for match in provider.recognise(source)]
    return sorted(found, key=lambda claim: (bool(claim[0].lacks), -claim[0].strength))


def read(path: Path, context: ReadContext = CONTEXT) -> Reading:
    match, provider = claims(path)[0]
    assert not match.lacks, f"{path.name} is no {match.kind}: without {', '.join(match.lacks)}"
    reading = provider.read(source_of(path), match, context)
    assert contract_breaks(reading) == []
    return reading


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def table_of(reading: Reading, subject: str) -> Table:
    (table,) = (t for t in reading.tables if t.subject == subject)
    return table


def sums(table: Table) -> dict[str, float]:
    """Sums of the counts; those without any value are left out, and a time of day has no sum."""
    added = [count for count in table.counts if count != "posted_hour"]
    row = table.frame.select(pl.col(added).sum()).to_dicts()[0]
    known = [name for name in row if table.frame[name].null_count() < table.frame.height]
    return {name: row[name] for name in known}


def counts_of(reading: Reading, subject: str) -> dict[str, float]:
    """Sums of the counts of one subject, whose tables have different ones."""
    found: dict[str, float] = {}
    for table in reading.tables:
        if table.subject == subject:
            assert not found.keys() & set(table.counts)
            found |= sums(table)
    return found


class Cells:
    """A CSV file as the csv module sees it: records, and a header in one of them."""

    def __init__(self, path: Path, header: int = 0) -> None:
        with path.open(encoding="utf-8-sig", newline="") as file:
            self.records = list(csv.reader(file))
        self.header = self.records[header]
        self.body = [r for r in self.records[header + 1 :] if any(cell.strip() for cell in r)]

    def column(self, name: str) -> list[float | None]:
        """The numbers under the first header *name*; None where a cell holds none."""
        at = self.header.index(name)
        return [number(record[at]) for record in self.body]

    def total(self, name: str) -> float:
        return sum(value for value in self.column(name) if value is not None)


def number(cell: str) -> float | None:
    """A plain number, an amount in dollars or a share."""
    text = cell.replace("MX$", "").replace("$", "").replace(",", "").strip()
    scale = 0.01 if text.endswith("%") else 1.0
    try:
        return float(text.rstrip("%")) * scale
    except ValueError:
        return None
