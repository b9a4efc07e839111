"""Which edges a subject is held to, where a band depends on another of its metrics.

That metric has chance in it too: an order value of $24 may be one of $26. Where it is not sure in
which part of a band a subject lies, the widest of those that it may be in holds. Subjects that are
pooled were held to edges of their own, and together to the widest of theirs: a mean of all their
order values says nothing about which band each of them was in.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import attrs
import polars as pl

from advisor.model import Edges, OfSubject

SIDES: Mapping[str, Callable[..., pl.Expr]] = {"low": pl.min_horizontal, "high": pl.max_horizontal}


def held_column(metric: str, side: str) -> str:
    """Where a frame says to which edge the members of a pool were held."""
    return f"{metric}.held.{side}"


@attrs.frozen(eq=False)
class Part:
    """Edges that hold for some subjects: surely, by the limits of what they depend on; perhaps; by
    its value alone."""

    edges: Edges
    surely: pl.Expr
    perhaps: pl.Expr
    itself: pl.Expr


def part(edges: Edges, of: OfSubject, rate: float | None, columns: Sequence[str]) -> Part:
    """Where *edges* hold; *rate* turns the metric that they depend on into what they are in."""
    if f"{of.metric}.lo" not in columns or rate is None:
        return Part(edges, *(pl.lit(value=False) for _ in range(3)))
    least = -math.inf if of.at_least is None else of.at_least
    below = math.inf if of.below is None else of.below
    value, lo, hi = (pl.col(f"{of.metric}{end}") * rate for end in ("", ".lo", ".hi"))
    return Part(
        edges,
        ((lo >= least) & (hi < below)).fill_null(value=False),
        ((hi >= least) & (lo < below)).fill_null(value=False),
        ((value >= least) & (value < below)).fill_null(value=False),
    )


def edge(
    parts: Sequence[Part],
    general: Edges | None,
    side: str,
    columns: Sequence[str],
    *,
    surely: bool = False,
) -> pl.Expr:
    """The edge on one side for each subject: null where there is none, NaN where no band holds.
    *surely*: as far out as it may be, where it is a part of another metric."""
    other = _general(general, side, columns, surely=surely)
    if not parts:
        return other
    values = [pl.lit(getattr(one.edges, side), pl.Float64) for one in parts]
    # No edge at all is the widest.
    open_ = [one.perhaps for one in parts if getattr(one.edges, side) is None]
    widest = pl.when(~pl.any_horizontal(open_ or [pl.lit(value=False)])).then(
        SIDES[side](*(pl.when(one.perhaps).then(v) for one, v in zip(parts, values, strict=True)))
    )
    inside = pl.any_horizontal([one.itself for one in parts])
    chosen: pl.Expr = pl.when(inside).then(widest).otherwise(other)
    for one, value in reversed(list(zip(parts, values, strict=True))):
        chosen = pl.when(one.surely).then(value).otherwise(chosen)
    return chosen


def _general(edges: Edges | None, side: str, columns: Sequence[str], *, surely: bool) -> pl.Expr:
    """The edge of subjects that no part of the bands holds for."""
    if edges is None:
        return pl.lit(float("nan"), pl.Float64)
    if side == "low" or edges.part_of is None:
        return pl.lit(getattr(edges, side), pl.Float64)
    share, metric = edges.part_of
    # Where the other metric is not known there is no such band.
    known = pl.col(metric) if metric in columns else pl.lit(None, pl.Float64)
    if surely and metric in columns:
        known = pl.when(known.is_not_null()).then(pl.col(f"{metric}.hi"))
    return (known * share).fill_null(float("nan"))


def held(columns: Sequence[str]) -> list[pl.Expr]:
    """Of the members of a pool, the widest edges that they were held to."""
    found: list[pl.Expr] = []
    for column in columns:
        if ".held." not in column:
            continue
        of, none = pl.col(column), pl.col(column).is_null().any()
        widest = of.min() if column.endswith(".low") else of.max()
        found.append(pl.when(~none).then(widest).alias(column))
    return found
