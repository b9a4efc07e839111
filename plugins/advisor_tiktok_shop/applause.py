"""Videos and LIVEs that draw far more than is usual for the shop: do sales match the applause?

Views, answers per view and sales per view of each one, as so many times those of the shop's others.
"""

from collections.abc import Iterator, Sequence

import attrs
import polars as pl

from advisor import Counts
from advisor.stats import DEFAULT_SPREAD, byar, lognormal

LEAST = 6  # subjects: what is usual for a shop is told by five others at least. Ours.


@attrs.frozen
class _Applause:
    """Which counts are the audience's answers to subjects of one kind."""

    kind: str
    answers: tuple[str, ...]


# Likes of a LIVE are tapped by the hundred by one viewer: they answer nothing.
_KINDS = (
    _Applause("video", ("likes", "comments", "shares")),
    _Applause("live", ("comments", "shares")),
)


def applause(counts: Counts) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`views_ratio`, `answers_ratio` and `sales_ratio` of each video and LIVE of the window, with
    95 % limits; nothing where the shop has too few of a kind that anybody saw."""
    for one in _KINDS:
        names = ("views", *one.answers, "gmv", "sku_orders")
        if counts.having(one.kind, names):
            seen = counts.sums(one.kind, names).lazy().filter(pl.col("views") > 0)
            rows = seen.filter(pl.len().over("shop") >= LEAST)
            yield one.kind, _ratios(rows, one.answers)


def _ratios(rows: pl.LazyFrame, answers: Sequence[str]) -> pl.LazyFrame:
    views = pl.col("views")
    # One video in a hundred that all have seen is no usual one: the median, not the mean.
    seen = (views / views.median().over("shop")).alias("views_ratio")
    answered, gmv, orders = pl.sum_horizontal(answers), pl.col("gmv"), pl.col("sku_orders")
    usual = _others(answered) / _others(views)
    rate = answered / views / usual
    low, high = lognormal(rate, (1 / answered + 1 / _others(answered)).sqrt())
    few, many = byar(answered)
    none = answered == 0
    sold = _others(gmv) / _others(views)
    # An order's value varies, so each counts for less than one; without an order, theirs is taken.
    worth = 1 + DEFAULT_SPREAD**2
    each = pl.when(orders > 0).then(gmv / orders).otherwise(_others(gmv) / _others(orders))
    least, most = (limit * worth * each / views / sold for limit in byar(orders / worth))
    found = rows.with_columns(
        seen,
        rate.alias("answers_ratio"),
        pl.when(none).then(few).otherwise(low).alias("answers_ratio.lo"),
        pl.when(none).then(many / views / usual).otherwise(high).alias("answers_ratio.hi"),
        (gmv / views / sold).alias("sales_ratio"),
        pl.min_horizontal(least, gmv / views / sold).alias("sales_ratio.lo"),
        pl.max_horizontal(most, gmv / views / sold).alias("sales_ratio.hi"),
    ).with_columns(
        pl.col("views_ratio").alias("views_ratio.lo"), pl.col("views_ratio").alias("views_ratio.hi")
    )
    known = [
        pl.when(pl.all_horizontal(pl.col(f"{name}{end}").is_finite() for end in _ENDS))
        .then(pl.col(f"{name}{end}"))
        .alias(f"{name}{end}")
        for name in _NAMES
        for end in _ENDS
    ]
    return found.select("shop", "key", *known)


_ENDS = ("", ".lo", ".hi")
_NAMES = ("views_ratio", "answers_ratio", "sales_ratio")


def _others(count: pl.Expr) -> pl.Expr:
    """The count of all subjects of the shop but the row's own."""
    return count.sum().over("shop") - count
