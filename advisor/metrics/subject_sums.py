"""Sums over the rows of each subject, which metrics, totals and plugins have in common."""

from collections.abc import Iterable, Sequence
from functools import cached_property

import attrs
import polars as pl

from advisor.model import define, frozen
from advisor.stats import has_one_value

IDENTITY = ("shop", "key")
_LONG = 100_000  # rows of one shop, which take longer to group again than their sums to be kept


@frozen(eq=False)
class Aggregate:
    """A *column* that is made of the rows of a group: the sum of *term*, which is made row by row
    (inside groups only plain sums are fast), or else *value*."""

    column: str
    term: pl.Expr | None = None
    value: pl.Expr | None = None

    @property
    def what(self) -> str:
        """What it is, which is the same for all who ask for it."""
        return str(self.value if self.term is None else self.term)


def grouped(
    rows: pl.LazyFrame, by: Sequence[str], asked: Iterable[Aggregate], others: Iterable[pl.Expr]
) -> pl.LazyFrame:
    """What is *asked* of each group of *rows* by *by*, beside *others*; in no order."""
    asked = list(asked)
    # Sums over a column that is known to be sorted are taken otherwise than over others, and their
    # last digits differ: a second key has all shops of a block and one alone summed alike.
    again = [pl.col(by[0]).alias("__again")] if by == ("shop",) else []
    # An aggregate that is worked on, and used, keeps polars from adding up threads' parts in any
    # order.
    worked_on = pl.len().cast(pl.Float64).alias("__rows")
    return (
        rows.with_columns(one.term.alias(one.column) for one in asked if one.term is not None)
        .group_by(*by, *again, maintain_order=False)
        .agg(
            worked_on,
            *others,
            *(
                pl.col(one.column).sum() if one.value is None else one.value.alias(one.column)
                for one in asked
            ),
        )
        .filter(pl.col("__rows") > 0)
        .drop("__rows", *("__again" for _ in again))
    )


def span(*, by_day: bool) -> pl.Expr:
    """How many `days` rows cover; *by_day*: a row is a day."""
    length = (pl.col("to") - pl.col("from")).dt.total_days().max() + 1
    return (pl.col("from").n_unique() if by_day else length).cast(pl.Float64).alias("days")


@define(eq=False)
class SubjectSums:
    """What the *rows* of each subject come to; *by_day*: a row is a day. Of many rows each thing is
    worked out once, whoever asks for it."""

    rows: pl.DataFrame
    by_day: bool
    _names: dict[str, str] = attrs.field(factory=dict, init=False)
    _kept: pl.DataFrame | None = attrs.field(default=None, init=False)

    def of_subjects(self, asked: Iterable[Aggregate]) -> pl.LazyFrame:
        """`shop`, `key`, `name`, `parent.*`, how many `days` its rows cover, and what is *asked*,
        for each subject."""
        asked = list(asked)
        labels = ["name", *(c for c in self.rows.columns if c.startswith("parent."))]
        about = [*(pl.col(label).last() for label in labels), span(by_day=self.by_day)]
        if not self.lasts:
            return grouped(self.rows.lazy(), IDENTITY, asked, about)
        missing = {one.what: one for one in asked if one.what not in self._names}
        if missing or self._kept is None:
            names = {what: f"__sum_{at}" for at, what in enumerate(missing, len(self._names))}
            named = [attrs.evolve(one, column=names[what]) for what, one in missing.items()]
            others = about if self._kept is None else []
            found = grouped(self.rows.lazy(), ("key",), named, others).sort("key")
            columns = found.collect(engine="in-memory")
            if self._kept is None:
                shop = self.rows["shop"].head(1).new_from_index(0, columns.height)
                self._kept = columns.insert_column(0, shop)
            else:
                self._kept = self._kept.hstack(columns[list(names.values())])
            self._names |= names
        own = (pl.col(self._names[one.what]).alias(one.column) for one in asked)
        return self._kept.lazy().select(*IDENTITY, *labels, "days", *own)

    @property
    def lasts(self) -> bool:
        """Whether what was asked is kept."""
        return self.rows.height >= _LONG and self._alone

    @cached_property
    def _alone(self) -> bool:
        return has_one_value(self.rows["shop"])
