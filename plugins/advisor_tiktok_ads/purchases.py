"""Which purchases are the purchases: Ads Manager prints them by where they happened, and the
columns overlap (all channels include the website), so one source is chosen for a whole file."""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from advisor import Column, Listed, Note, Reading, Table, lazy_gettext

SOURCES: Mapping[str, str] = {
    "shop": lazy_gettext("TikTok Shop"),
    "website": lazy_gettext("the website"),
    "all": lazy_gettext("all channels"),
}
"""Sources, the closest to a shop first. A count of one is named `<count>.<source>`."""


def one_source(reading: Reading) -> Reading:
    """*reading* with `purchases`, `ad_revenue` and the like of one source, and a note that says
    which: the first source with any purchases, else the first that is there at all."""
    sums = _sums(reading.tables)
    there = [source for source in SOURCES if _is_there(source, sums)]
    if not there:
        return attrs.evolve(reading, tables=tuple(_without(t) for t in reading.tables))
    with_any = [source for source in there if _amount(source, sums) > 0]
    chosen = (with_any or there)[0]
    return attrs.evolve(
        reading,
        tables=tuple(_of(table, chosen) for table in reading.tables),
        columns=tuple(_meaning(column, chosen) for column in reading.columns),
        notes=(*reading.notes, _note(reading, chosen, there, with_any)),
    )


def counts_after(counts: Iterable[str]) -> tuple[str, ...]:
    """Names of counts as they are once a source is chosen."""
    return tuple(dict.fromkeys(_base(count) or count for count in counts))


def _split(count: str) -> tuple[str, str]:
    """Name and source of `<count>.<source>`; the source is empty for other counts."""
    base, _, source = count.partition(".")
    return (base, source) if source in SOURCES else (count, "")


def _base(count: str) -> str:
    return _split(count)[0]


def _sums(tables: Iterable[Table]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for table in tables:
        names = [name for name in table.counts if _split(name)[1]]
        for name in names:
            sums[name] = sums.get(name, 0.0) + float(table.frame[name].sum())
    return sums


def _is_there(source: str, sums: Mapping[str, float]) -> bool:
    """Revenue may come from a printed ROAS, and one of zero without purchases says nothing."""
    return f"purchases.{source}" in sums or sums.get(f"ad_revenue.{source}", 0.0) > 0


def _amount(source: str, sums: Mapping[str, float]) -> float:
    return sums.get(f"purchases.{source}", 0.0) + sums.get(f"ad_revenue.{source}", 0.0)


def _of(table: Table, chosen: str) -> Table:
    """The counts of the chosen source under their plain names; those of the others are dropped."""
    plain = {
        name: base for name in table.counts for base, source in [_split(name)] if source == chosen
    }
    return _without(attrs.evolve(table, frame=table.frame.rename(plain)))


def _without(table: Table) -> Table:
    others = [name for name in table.counts if _split(name)[1]]
    return attrs.evolve(table, frame=table.frame.drop(others)) if others else table


def _meaning(column: Column, chosen: str) -> Column:
    base, source = _split(column.means)
    return attrs.evolve(column, means=base) if source == chosen else column


def _note(reading: Reading, chosen: str, there: list[str], with_any: list[str]) -> Note:
    values: dict[str, Any] = {"source": SOURCES[chosen]}
    left = tuple(SOURCES[source] for source in with_any if source != chosen)
    if not with_any:
        text = lazy_gettext("the file has no purchases and no revenue")
    elif left:
        text = lazy_gettext(
            "purchases and revenue are from {source}; those from {others} overlap with them and "
            "aren't added",
            others=Listed(left, len(left)),
            **values,
        )
    elif there[0] != chosen:
        text = lazy_gettext(
            "purchases and revenue are from {source}; the columns of {other} are all zero",
            other=SOURCES[there[0]],
            **values,
        )
    else:
        text = lazy_gettext("purchases and revenue are from {source}", **values)
    return Note("purchases-source", text, reading.file.name)
