"""Buyers, counted without being known: their names become salted hashes that die with the count."""

import secrets

import polars as pl

from advisor.source import Grid

LOOK_BACK = 28  # days before an order in which an earlier one makes its buyer a repeat customer
_MASKED = r"\*"


def buyers(grid: Grid, after: int, column: int) -> pl.DataFrame | None:
    """`_row` and `buyer`, a hash with a salt of its own for each call; null where a cell is empty.

    None where the names are masked (l***a): then one cannot be told from another.
    """
    names = pl.col(f"c{column}")
    body = grid.body(after, [column])
    if body.select(names.str.contains(_MASKED).any()).item():
        return None
    salt = secrets.randbits(64)
    hashed = pl.when(names.is_not_null()).then(names.str.to_lowercase().hash(salt))
    return body.select("_row", hashed.alias("buyer"))


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
