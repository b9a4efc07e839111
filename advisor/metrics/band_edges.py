"""Which edges a subject is held to, for all shops of a block at once.

A band may depend on another metric of the subject, and that metric has chance in it too: an order
value of $24 may be one of $26. Where it is not sure in which part of a band a subject lies, the
widest of those that it may be in holds. Subjects that are pooled were held to edges of their own,
and together to the widest of theirs: a mean of all their order values says nothing about which band
each of them was in.

Shops of one profile share their bands. A frame of shops of several profiles says in `PROFILE` which
one each row is of, and what differs between them in number only is a column, never an expression of
its own.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence

import polars as pl

from advisor.model import Edges, Resolved, frozen

PROFILE = "__profile"  # the place of the shop's profile among those of the block
SIDES: Mapping[str, Callable[..., pl.Expr]] = {"low": pl.min_horizontal, "high": pl.max_horizontal}
_NO_BAND = float("nan")

Number = float | None
Rates = Callable[[str], Sequence[Number]]  # of a metric: US dollars for its unit, by profile


def held_column(metric: str, side: str) -> str:
    """The column that says to which edge the members of a pool were held."""
    return f"{metric}.held.{side}"


def effective_edges(
    resolved: Sequence[Resolved],
    rates: Rates,
    columns: Collection[str],
    *,
    conservative: bool = False,
) -> tuple[pl.Expr, pl.Expr]:
    """The low and high edge for each subject; null where there is none, NaN where no band holds
    for it.

    *resolved* is the band of a metric by profile, *columns* are those of the frame. *conservative*:
    what is beyond an edge surely is, however unsure what the edge depends on.
    """
    distinct = {id(band): band for band in resolved}
    numbers = {at: number for number, at in enumerate(distinct)}
    bands = _Bands(tuple(distinct.values()), [numbers[id(band)] for band in resolved])
    structures: dict[_Structure, list[int]] = {}
    for number, band in enumerate(bands.distinct):
        structures.setdefault(_Structure.of(band), []).append(number)
    edges = [
        _edges_of(structure, _Numbers(bands, rates, members), columns, conservative=conservative)
        for structure, members in structures.items()
    ]
    if len(edges) == 1:
        return edges[0]
    at = {number: n for n, members in enumerate(structures.values()) for number in members}
    which = by_profile([at[number] for number in bands.places], pl.Int64)
    low, high = (_of_structure(which, list(side)) for side in zip(*edges, strict=True))
    return low, high


def by_profile(values: Sequence[float | None], dtype: type[pl.DataType] = pl.Float64) -> pl.Expr:
    """The value of each row's profile."""
    if len(set(values)) == 1:
        return pl.lit(values[0], dtype)
    return pl.lit(pl.Series(values, dtype=dtype)).gather(pl.col(PROFILE))


def _of_structure(which: pl.Expr, edges: Sequence[pl.Expr]) -> pl.Expr:
    chosen = edges[0]
    for number, edge in enumerate(edges[1:], start=1):
        chosen = pl.when(which == number).then(edge).otherwise(chosen)
    return chosen


@frozen
class _Structure:
    """A band without its numbers: the metrics that its parts depend on, whether there are edges for
    all other subjects, and the metric that their high edge is a part of."""

    depends_on: tuple[str, ...]
    general: bool
    part_of: str | None

    @classmethod
    def of(cls, band: Resolved) -> "_Structure":
        general = _general_of(band)
        return cls(
            tuple(edges.of.metric for edges in band.edges if edges.of is not None),
            general is not None,
            None if general is None or general.part_of is None else general.part_of[1],
        )


def _general_of(band: Resolved) -> Edges | None:
    return next((edges for edges in band.edges if edges.of is None), None)


@frozen(eq=False)
class _Bands:
    """The *distinct* bands of some profiles, and the *places* of each profile's among them."""

    distinct: Sequence[Resolved]
    places: Sequence[int]

    def by_profile(self, numbers: Mapping[int, Number]) -> pl.Expr:
        """*numbers* by the place of a band; bands that have none are never asked for theirs."""
        first = next(iter(numbers.values()))
        if all(number == first for number in numbers.values()):
            return pl.lit(first, pl.Float64)
        return by_profile([numbers.get(place, first) for place in self.places])


@frozen(eq=False)
class _Numbers:
    """The numbers of bands of one structure; *members* are their places."""

    bands: _Bands
    rates: Rates
    members: Sequence[int]

    def general(self, number: Callable[[Edges], Number]) -> pl.Expr:
        return self._of(_general_of, number)

    def part(self, at: int, number: Callable[[Edges], Number]) -> pl.Expr:
        return self._of(lambda band: [e for e in band.edges if e.of is not None][at], number)

    def rate(self, metric: str) -> pl.Expr:
        return by_profile(self.rates(metric))

    def within(self) -> pl.Expr:
        """How far off the rates may be, as a share of them."""
        known = {place: self.bands.distinct[place].within for place in self.members}
        return self.bands.by_profile(known)

    def _of(
        self, edges: Callable[[Resolved], Edges | None], number: Callable[[Edges], Number]
    ) -> pl.Expr:
        chosen = {place: edges(self.bands.distinct[place]) for place in self.members}
        return self.bands.by_profile({p: number(e) if e else None for p, e in chosen.items()})


@frozen(eq=False)
class _ConditionalEdges:
    """Edges that hold for some subjects: surely, by the limits of what they depend on; perhaps; by
    its value alone, at the lowest currency rate there may be and at the highest."""

    edges: Mapping[str, pl.Expr]
    surely: pl.Expr
    perhaps: pl.Expr
    lowest: pl.Expr
    highest: pl.Expr


def _edges_of(
    structure: _Structure, numbers: _Numbers, columns: Collection[str], *, conservative: bool
) -> tuple[pl.Expr, pl.Expr]:
    conditional = [
        _conditional(metric, at, numbers, columns) for at, metric in enumerate(structure.depends_on)
    ]
    low = pl.lit(_NO_BAND, pl.Float64)
    high = low
    if structure.general:
        low = numbers.general(lambda edges: edges.low)
        high = numbers.general(lambda edges: edges.high)
    if structure.part_of is not None:
        high = _part_of(structure.part_of, numbers, columns, conservative=conservative)
        low = pl.when(high.is_nan()).then(_NO_BAND).otherwise(low)
    return _chosen(conditional, "low", low), _chosen(conditional, "high", high)


def _conditional(
    metric: str, at: int, numbers: _Numbers, columns: Collection[str]
) -> _ConditionalEdges:
    edges = {
        "low": numbers.part(at, lambda edges: edges.low),
        "high": numbers.part(at, lambda edges: edges.high),
    }
    if f"{metric}.lo" not in columns:
        return _ConditionalEdges(edges, *(pl.lit(value=False) for _ in range(4)))
    least, below = numbers.part(at, _least), numbers.part(at, _below)
    rate = numbers.rate(metric)
    value, lo, hi = (pl.col(f"{metric}{end}") * rate for end in ("", ".lo", ".hi"))
    less, more = 1 - numbers.within(), 1 + numbers.within()
    lo, hi = lo * less, hi * more
    return _ConditionalEdges(
        edges,
        ((lo >= least) & (hi < below)).fill_null(value=False),
        ((hi >= least) & (lo < below)).fill_null(value=False),
        ((value * less >= least) & (value * less < below)).fill_null(value=False),
        ((value * more >= least) & (value * more < below)).fill_null(value=False),
    )


def _least(edges: Edges) -> float:
    return -math.inf if edges.of is None or edges.of.at_least is None else edges.of.at_least


def _below(edges: Edges) -> float:
    return math.inf if edges.of is None or edges.of.below is None else edges.of.below


def _chosen(parts: Sequence[_ConditionalEdges], side: str, other: pl.Expr) -> pl.Expr:
    """The edge on one side for each subject; *other* where none of *parts* holds for it."""
    if not parts:
        return other
    # No edge at all is the widest.
    open_ = pl.any_horizontal([part.perhaps & part.edges[side].is_null() for part in parts])
    widest = pl.when(~open_).then(
        SIDES[side](*(pl.when(part.perhaps).then(part.edges[side]) for part in parts))
    )
    inside = pl.any_horizontal([part.lowest for part in parts]) & pl.any_horizontal(
        [part.highest for part in parts]
    )
    chosen: pl.Expr = pl.when(inside).then(widest).otherwise(other)
    for part in reversed(parts):
        chosen = pl.when(part.surely).then(part.edges[side]).otherwise(chosen)
    return chosen


def _part_of(
    metric: str, numbers: _Numbers, columns: Collection[str], *, conservative: bool
) -> pl.Expr:
    """The high edge that is a share of another metric of the same subject."""
    # Where the other metric is not known there is no such band.
    known = pl.col(metric) if metric in columns else pl.lit(None, pl.Float64)
    if conservative and metric in columns:
        known = pl.when(known.is_not_null()).then(pl.col(f"{metric}.hi"))
    share = numbers.general(lambda edges: edges.part_of[0] if edges.part_of else None)
    return (known * share).fill_null(_NO_BAND)


def held(columns: Sequence[str]) -> list[pl.Expr]:
    """Of the members of a pool, the widest edges that they were held to."""
    widest_edges: list[pl.Expr] = []
    for column in columns:
        if ".held." not in column:
            continue
        edge, none = pl.col(column), pl.col(column).is_null().any()
        widest = edge.min() if column.endswith(".low") else edge.max()
        widest_edges.append(pl.when(~none).then(widest).alias(column))
    return widest_edges
