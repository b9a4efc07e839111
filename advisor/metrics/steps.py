"""Expressions that are worked out before what is made of them.

Polars plans an expression as the tree that it is written as: what stands in it three times is
planned, and worked out, three times. To plan a tree of hundreds of nodes takes longer than to work
it out, so what is used often becomes a column first.
"""

from collections.abc import Collection, Sequence

import attrs
import polars as pl

from advisor.model import define


@define
class Steps:
    """What several expressions are made of, each worked out once."""

    _made: list[pl.Expr] = attrs.field(factory=list)

    def of(self, expr: pl.Expr) -> pl.Expr:
        """*expr* as a column that is there before the rest is worked out; a literal as it is."""
        if expr.meta.is_literal():
            return expr
        self._made.append(expr)
        return pl.col(f"__step_{len(self._made) - 1}")

    def names(self) -> list[str]:
        """The columns, to drop them afterwards."""
        return [f"__step_{at}" for at in range(len(self._made))]

    def columns(self) -> list[pl.Expr]:
        """What the columns are, to add them beforehand."""
        return [expr.alias(name) for expr, name in zip(self._made, self.names(), strict=True)]


def in_steps(frame: pl.LazyFrame, *steps: Sequence[pl.Expr]) -> pl.DataFrame:
    """*frame* with columns that are made of those of the steps before, in one query. There is
    nothing to find for an optimizer, which would take longer than the work."""
    for columns in steps:
        frame = frame.with_columns(columns) if columns else frame
    return frame.collect(engine="in-memory", optimizations=pl.QueryOptFlags.none())


def without(frame: pl.DataFrame, names: Collection[str]) -> pl.DataFrame:
    """*frame* without the columns *names*, by a choice of columns: DataFrame.drop is a query."""
    away = frozenset(names)
    return frame[[column for column in frame.columns if column not in away]] if away else frame
