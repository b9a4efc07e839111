"""Why a total changed: the exact share of each step that leads to it, as Polars expressions.

A total is a chain of counts: visitors, customers, GMV. Its steps are the first count and the rates
from each count to the next, and the total is their product: visitors x customers / visitors x GMV /
customers. What each step adds to the change of the total is

    L(G1, G0) x ln(x1 / x0),  L(a, b) = (a - b) / ln(a / b)

the logarithmic mean Divisia index (Ang, Energy Policy 32, 2004): exact, and the same in whatever
order the steps are taken. It needs steps above zero. Where one is not, the Shapley value of each
step stands instead (Shapley 1953: the mean over every order in which the steps may change), exact
for any number. Money in, money out, in the unit of the last count.
"""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from functools import reduce
from itertools import chain, combinations
from math import factorial
from operator import mul

import polars as pl

CHANGE, OTHER = "change", "other"
_WHOLE = "__whole"
NEAR = 0.5  # of a total that moves by more than this share, the plain logarithm is exact enough


def step_column(step: int) -> str:
    """The column with what the step of this place adds to the change."""
    return f"step.{step}"


def lmdi(now: Sequence[pl.Expr], then: Sequence[pl.Expr]) -> tuple[pl.Expr, ...]:
    """What each factor adds to the change of their product; null where one is not above zero.

    *now* and *then* are the same factors in the same order.
    """
    after, before = _product(now), _product(then)
    relative = (after - before) / before
    # The logarithm of 1 + r stays exact where the total hardly moves and its steps do.
    moved = pl.when(relative.abs() < NEAR).then(relative.log1p()).otherwise((after / before).log())
    mean = pl.when(relative == 0).then(before).otherwise((after - before) / moved)
    positive = pl.all_horizontal(factor > 0 for factor in (*now, *then))
    return tuple(
        pl.when(positive).then(mean * (new / old).log()) for new, old in zip(now, then, strict=True)
    )


def shapley(now: Sequence[pl.Expr], then: Sequence[pl.Expr]) -> tuple[pl.Expr, ...]:
    """What each factor adds to the change of their product, on average over all orders in which
    they may change; factors may be zero or below."""
    count = len(now)
    found: list[pl.Expr] = []
    for factor in range(count):
        others = [other for other in range(count) if other != factor]
        moved = now[factor] - then[factor]
        terms = [
            _weight(size, count)
            * _product([(now if other in first else then)[other] for other in others])
            for size in range(count)
            for first in combinations(others, size)
        ]
        found.append(moved * reduce(lambda a, b: a + b, terms))
    return tuple(found)


def _contributions(
    now: Sequence[pl.Expr], then: Sequence[pl.Expr], *, above: bool
) -> list[pl.Expr]:
    """What each of the factors adds; *above*: all of them are above zero everywhere."""
    exact = lmdi(now, then)
    if above:
        return list(exact)
    return [pl.coalesce(pair) for pair in zip(exact, shapley(now, then), strict=True)]


def contributions(
    parts: pl.DataFrame, stages: Sequence[str], *, mix: bool = False, before: str = ".before"
) -> pl.DataFrame:
    """*parts* (a channel, a product ... a row) with what each step adds to the change of each.

    *stages* are columns of counts that lead to each other, the last one the total; the same with
    *before* at their end are those of the window before. Adds `change`, `step.0`, `step.1` ... and
    `other`: of each row these add up to the change, and so do their sums over the rows. With *mix*
    the first step is the first count of all parts together and the second each part's share of it:
    so the rates stand apart from the mix.

    Of a rate that nothing was counted of in one window (0 of 0) it is taken that it did not change:
    the change belongs to the step before it. A chain that breaks (buyers without a visitor) has no
    steps: its whole change is unexplained, and its steps add nothing.
    """
    now, then = ([pl.col(f"{stage}{end}") for stage in stages] for end in ("", before))
    change = now[-1] - then[-1]
    if mix:
        now, then = ([counts[0].sum(), *counts] for counts in (now, then))
    sides = (_factors(now, then), _factors(then, now))
    named = [[f"__{side}_{at}" for at in range(len(now))] for side in ("now", "then")]
    made = [
        factor.alias(name)
        for names, factors in zip(named, sides, strict=True)
        for name, factor in zip(names, factors, strict=True)
    ]
    # In steps: to plan the tree of all orders of all rates takes longer than to work it out.
    factors = parts.with_columns(*made, (~(_broken(now) | _broken(then))).alias(_WHOLE))
    above = all(_above_zero(factors[name]) for name in chain(*named))
    told = _contributions(*([pl.col(name) for name in names] for names in named), above=above)
    split = factors.with_columns(
        change.alias(CHANGE),
        *(
            pl.when(_WHOLE).then(share).otherwise(0.0).alias(step_column(step))
            for step, share in enumerate(told)
        ),
        pl.when(_WHOLE).then(0.0).otherwise(change).alias(OTHER),
    )
    away = {_WHOLE, *chain(*named)}
    return split[[column for column in split.columns if column not in away]]


def rounded(amounts: Sequence[float], unit: float = 0.01) -> tuple[float, ...]:
    """*amounts* as whole multiples of *unit* that add up to their rounded sum: those that lost
    most by rounding down get what is left."""
    size = Decimal(str(unit))
    exact = [Decimal(repr(float(amount))) / size for amount in amounts]
    whole = [int(value.to_integral_value(ROUND_FLOOR)) for value in exact]
    left = int(sum(exact, Decimal(0)).to_integral_value(ROUND_HALF_EVEN)) - sum(whole)
    by_loss = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    more = set(by_loss[:left])
    return tuple(float((n + (i in more)) * size) for i, n in enumerate(whole))


def _above_zero(factor: pl.Series) -> bool:
    """Whether *factor* is above zero wherever it is known."""
    least = factor.min()  # of a series it is no query
    return not (isinstance(least, int | float) and least <= 0)


def _product(factors: Sequence[pl.Expr]) -> pl.Expr:
    return reduce(mul, factors, pl.lit(1.0))


def _weight(size: int, count: int) -> float:
    """How often, of all orders of *count* factors, a given *size* of the others goes first."""
    return factorial(size) * factorial(count - size - 1) / factorial(count)


def _factors(counts: Sequence[pl.Expr], others: Sequence[pl.Expr]) -> list[pl.Expr]:
    """The first count, then the rate from each to the next; where there is none, that of the
    *others*' window."""
    found = [counts[0]]
    for at in range(1, len(counts)):
        own, theirs = counts[at] / counts[at - 1], others[at] / others[at - 1]
        found.append(
            pl.when(counts[at - 1] != 0)
            .then(own)
            .when(others[at - 1] != 0)
            .then(theirs)
            .when(counts[at - 1].is_not_null() & others[at - 1].is_not_null())
            .then(0.0)
        )
    return found


def _broken(counts: Sequence[pl.Expr]) -> pl.Expr:
    """Whether something came of nothing, or a count is not known."""
    nothing = [(counts[at - 1] == 0) & (counts[at] != 0) for at in range(1, len(counts))]
    return pl.any_horizontal(
        *(count.is_null() | count.is_nan() for count in counts), *nothing
    ).fill_null(value=True)
