"""The rates that the platform judges a shop by, as sellers write them down."""

from collections.abc import Sequence

import polars as pl

from advisor import Grain, ReadContext, Table
from advisor.tabular import Kind, rows_about


def service_rates(kind: Kind, rows: pl.DataFrame, context: ReadContext) -> Sequence[Table]:  # noqa: ARG001
    """Of each measure and day: how many cases there were, and how many went wrong."""
    measure = pl.col("measure").str.replace_all("-", "_", literal=True)
    counts = {
        name: pl.col(column).filter(measure == name.removesuffix(f"_{column}")).max()
        for name in kind.makes
        for column in ("cases", "missed")
        if name.endswith(f"_{column}")
    }
    days = rows.group_by("day", maintain_order=True).agg(
        pl.col("_row").min(), *(value.alias(name) for name, value in counts.items())
    )
    made = {name: pl.col(name) for name in counts}
    return (rows_about("shop", kind, Grain.DAY, days, made, first=pl.col("day")),)
