"""What the files themselves say of a shop, to be confirmed by its owner."""

from collections import Counter
from collections.abc import Sequence

import polars as pl

from advisor.model import Reading, frozen

# ISO 4217: a national currency begins with the code of its country; these belong to several.
_SHARED = ("EU", "X")


@frozen
class Proposal:
    """Answers for [shop] of an advisor.toml; None where the files do not say, or disagree."""

    name: str | None = None
    currency: str | None = None
    region: str | None = None


def propose(readings: Sequence[Reading]) -> Proposal:
    """Proposes the currency that most files have, the country that it is the currency of, and the
    shop's name where exactly one is there."""
    currencies = Counter(reading.currency for reading in readings if reading.currency)
    currency = min(currencies, key=lambda one: (-currencies[one], one)) if currencies else None
    region = None if currency is None or currency.startswith(_SHARED) else currency[:2]
    names = {
        name
        for reading in readings
        for table in reading.tables
        if table.subject == "shop" and "name" in table.frame.columns
        for name in _names(table.frame["name"])
    }
    return Proposal(next(iter(names)) if len(names) == 1 else None, currency, region)


def _names(names: pl.Series) -> list[str]:
    return [str(name) for name in names.drop_nulls().unique().to_list() if name]
