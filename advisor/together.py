"""Subjects that are all subjects of another kind together, such as a shop's LIVEs over weeks.

A LIVE happens once: only all of them together have a window before.
"""

from collections.abc import Iterable, Iterator

import attrs
import polars as pl

from advisor.measure import CountedRows
from advisor.vocabulary import Vocabulary


def with_pools(rows: Iterable[CountedRows], vocabulary: Vocabulary) -> Iterator[CountedRows]:
    """*rows*, and again the rows of every kind that another kind pools, as that kind's one
    subject."""
    pools = {kind.pools: kind for kind in vocabulary.subjects.values() if kind.pools}
    for one in rows:
        yield one
        kind = pools.get(one.subject)
        if kind is None:
            continue
        frame = one.frame.with_columns(
            pl.lit(one.subject).alias("key"), pl.lit(kind.title).alias("name")
        )
        parents = [column for column in frame.columns if column.startswith("parent.")]
        yield attrs.evolve(one, subject=kind.id, frame=frame.drop(parents))
