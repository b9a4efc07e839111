"""Shops that have the same columns, which are worked on together, and what is theirs alone."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

import attrs
import polars as pl

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.windows import Windows
from advisor.plugin import Computed, Derived


def alike_shops(
    shops: Sequence[str],
    rows: Sequence[CountedRows],
    windows: Windows,
    links: Mapping[str, pl.DataFrame],
    computed: Computed,
) -> Iterable[tuple[str, ...]]:
    """*shops* in groups that have rows and links in the same places, and the same derived
    columns."""
    if len(shops) == 1:
        return [tuple(shops)]
    has: dict[str, list[Hashable]] = {shop: list(computed.lines(shop)) for shop in shops}
    for place, counted in enumerate(rows):
        for earlier in (None, False, True):
            whole = earlier is None
            frame = counted.frame if whole else counted.held(windows)
            if earlier:
                frame = counted.within(windows, earlier=True)
            for shop in frame["shop"].unique():
                has[shop].append((place, earlier))
    for relation, pairs in links.items():
        for shop in pairs["shop"].unique():
            has[shop].append(relation)
    for place, one in enumerate(computed.derived):
        known = one.frame.group_by("shop").agg(pl.all().is_not_null().any())
        for shop, *columns in known.iter_rows():
            has[shop].append((place, one.subject, tuple(columns)))
    groups: dict[Hashable, list[str]] = {}
    for shop, places in has.items():
        groups.setdefault(tuple(places), []).append(shop)
    return [tuple(group) for group in groups.values()]


def rows_of(ids: Sequence[str], of: int, rows: tuple[CountedRows, ...]) -> tuple[CountedRows, ...]:
    """The rows of the shops *ids*, of *of* shops in all; what they have none of is not there."""
    if len(ids) == of:
        return rows
    inside = pl.col("shop").is_in(ids)
    parts = (attrs.evolve(one, frame=one.frame.filter(inside)) for one in rows)
    return tuple(one for one in parts if one.frame.height)


def links_of(links: Mapping[str, pl.DataFrame], shops: Sequence[str]) -> dict[str, pl.DataFrame]:
    """The pairs of these shops; a relation of which they have none is not there."""
    own = {name: frame.filter(pl.col("shop").is_in(shops)) for name, frame in links.items()}
    return {name: frame for name, frame in own.items() if frame.height}


def derived_of(derived: Sequence[Derived], shops: Sequence[str], of: int) -> Iterator[Derived]:
    """Those rows of *derived*, which has *of* shops, that are of these, without columns in which
    they have nothing."""
    for one in derived:
        frame = one.frame if len(shops) == of else one.frame.filter(pl.col("shop").is_in(shops))
        if frame.height:
            known = {_base(c) for c in frame.columns if frame[c].null_count() < frame.height}
            yield Derived(one.subject, frame[[c for c in frame.columns if _base(c) in known]])


def _base(column: str) -> str:
    """The metric that a column belongs to: a value may be missing where its limits are known."""
    metric, _, part = column.rpartition(".")
    return metric if part in ("lo", "hi", "n", "se") else column
