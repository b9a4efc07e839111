"""One currency a shop: money in another one is never added to it."""

from collections import Counter
from collections.abc import Iterable, Sequence

import attrs
import polars as pl

from advisor.model import CountUnit, Note, Reading, Table, Vocabulary, lazy_gettext, lazy_ngettext


def settle_currency(
    readings: Sequence[Reading], vocabulary: Vocabulary, currency: str | None = None
) -> tuple[tuple[Reading, ...], str | None, tuple[Note, ...]]:
    """Readings with money in one currency only, that currency, and what was decided.

    The shop's currency is *currency*, else the one that most readings have. Rows without one are
    taken to be in it; rows in another keep their counts and lose their money.
    """
    money = [c.id for c in vocabulary.counts.values() if c.unit is CountUnit.MONEY]
    found = [_currencies(reading, money) for reading in readings]
    ours = currency or _most_frequent(one for names in found for one in names if one)
    if ours is None:
        return tuple(readings), None, ()
    settled: list[Reading] = []
    notes: list[Note] = []
    assumed = 0
    for reading, names in zip(readings, found, strict=True):
        assumed += None in names
        others = sorted(name for name in names if name not in (None, ours))
        if not others:
            settled.append(reading)
            continue
        text = lazy_gettext(
            "has amounts in {currencies}, but your shop's currency is {own}: its counts are used, "
            "its amounts aren't",
            currencies=", ".join(others),
            own=ours,
        )
        notes.append(Note("mixed-currencies", text, reading.file.name))
        tables = tuple(_without_foreign(table, money, ours, reading) for table in reading.tables)
        settled.append(attrs.evolve(reading, tables=tables))
    if assumed:
        text = lazy_ngettext(
            "{n} file doesn't say its currency; its amounts are read as {currency}",
            "{n} files don't say their currency; their amounts are read as {currency}",
            assumed,
            currency=ours,
        )
        notes.append(Note("currency-assumed", text))
    return tuple(settled), ours, tuple(notes)


def _currencies(reading: Reading, money: Sequence[str]) -> set[str | None]:
    """The currencies of the reading's amounts; None stands for amounts without one."""
    found: set[str | None] = set()
    for table in reading.tables:
        frame = table.frame
        held = [n for n in money if n in frame.columns and frame[n].null_count() < frame.height]
        if not held:
            continue
        # The usual file has one currency throughout: nothing then looks at single rows.
        names = frame["currency"]
        if names.n_unique() == 1:
            names = names.head(1)
        else:
            amounts = pl.any_horizontal(pl.col(held).is_not_null())
            names = (
                frame.lazy()
                .filter(amounts)
                .select("currency")
                .unique()
                .collect(engine="in-memory")["currency"]
            )
        found.update(name or reading.currency for name in names)
    return found


def _most_frequent(names: Iterable[str]) -> str | None:
    votes = Counter(names)
    return min(votes, key=lambda name: (-votes[name], name)) if votes else None


def _without_foreign(table: Table, money: Sequence[str], ours: str, reading: Reading) -> Table:
    amounts = [name for name in money if name in table.frame.columns]
    is_ours = pl.col("currency").fill_null(pl.lit(reading.currency or ours)) == ours
    frame = table.frame.with_columns(pl.when(is_ours).then(pl.col(name)) for name in amounts)
    return attrs.evolve(table, frame=frame)
