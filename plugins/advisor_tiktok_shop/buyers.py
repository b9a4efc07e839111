"""Buyers, counted without being known: their names become salted hashes that die with the run.

Nothing of them is in a reading, so nothing is written: of several files of orders the provider
remembers who bought until all are read, and then only how many had bought before.
"""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta

import attrs
import polars as pl

from advisor import Grid, Period

LOOK_BACK = 28  # days before an order in which an earlier one makes its buyer a repeat customer
_MASKED = r"\*"


def new_salt() -> int:
    """A secret for one run: with it gone, no hash leads back to a name or to another run's hash.
    Only whether two are alike is ever looked at, so what comes out does not depend on it."""
    return secrets.randbits(64)


def buyers(grid: Grid, after: int, column: int, salt: int) -> pl.DataFrame | None:
    """`_row` and `buyer`, a hash with *salt*; null where a cell is empty.

    None where the names are masked (l***a): then one cannot be told from another.
    """
    names = pl.col(f"c{column}")
    body = grid.body(after, [column])
    if body.select(names.str.contains(_MASKED).any()).item():
        return None
    hashed = pl.when(names.is_not_null()).then(names.str.to_lowercase().hash(salt))
    return body.select("_row", hashed.alias("buyer"))


@attrs.frozen(eq=False)
class Visits:
    """Who bought on which day, by one file: `day` and `buyer`, and from when to when it tells."""

    frame: pl.DataFrame
    period: Period


def visits(sales: pl.DataFrame, period: Period) -> Visits:
    """The visits of *sales*, which has `day` and `buyer`."""
    known = sales.select("day", "buyer").drop_nulls().unique().sort("buyer", "day")
    return Visits(known, period)


def over_files(own: Visits, files: Sequence[Visits]) -> pl.DataFrame:
    """`day` and `repeat_customers` of the days of *own*, where all *files* tell who had bought.

    A day is known where LOOK_BACK days before it lie in files without a gap.
    """
    every = pl.concat([one.frame for one in files]).unique().sort("buyer", "day")
    since = (pl.col("day") - pl.col("day").shift(1).over("buyer")).dt.total_days()
    told = every.with_columns((since <= LOOK_BACK).fill_null(value=False).alias("again"))
    known = (pl.col("day") - pl.lit(_since(own.period, files), pl.Date)).dt.total_days()
    return (
        own.frame.join(told, on=("day", "buyer"), how="left")
        .group_by("day")
        .agg(pl.col("again").sum().cast(pl.Float64).alias("repeat_customers"))
        .with_columns(pl.when(known >= LOOK_BACK).then(pl.col("repeat_customers")))
    )


def _since(period: Period, files: Sequence[Visits]) -> date:
    """The first day from which on *files* leave no gap before *period*."""
    first = period.first
    for one in sorted((one.period for one in files), key=lambda p: p.last, reverse=True):
        if one.first < first <= one.last + timedelta(days=1):
            first = one.first
    return first


def customers_by_day(sales: pl.DataFrame) -> pl.DataFrame:
    """`day`, `customers` and, of these, `repeat_customers`: who had bought in the LOOK_BACK days
    before. *sales* has `day` and `buyer`.

    The first LOOK_BACK days only tell who had bought: what is before the file is not known, and
    counting it as "never" would make every shop's buyers look more loyal from day to day.
    """
    visits = sales.select("day", "buyer").drop_nulls().unique().sort("buyer", "day")
    since = (pl.col("day") - pl.col("day").shift(1).over("buyer")).dt.total_days()
    known = (pl.col("day") - pl.lit(sales["day"].min(), pl.Date)).dt.total_days() >= LOOK_BACK
    counted = visits.with_columns((since <= LOOK_BACK).fill_null(value=False).alias("again"))
    return counted.group_by("day").agg(
        pl.len().cast(pl.Float64).alias("customers"),
        pl.when(known.first())
        .then(pl.col("again").sum().cast(pl.Float64))
        .alias("repeat_customers"),
    )
