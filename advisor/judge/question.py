"""What a test comes down to: levels wanted between two edges, and whether a value is on them.

A level is graded as the *set* of levels that the interval still allows. A test is true when the set
lies inside the wanted levels, false when it shares none with them, else unsure; without data it is
missing.
"""

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from advisor.metrics import Steps, days_column
from advisor.model import LEVELS, Test, Truth, frozen
from advisor.stats import intervals as evidence

# Against its past, parent or siblings, a metric within 10 % is "good" (a trend: "flat").
RELATIVE = (0.9, 1.1)


def truth_column(test: Test) -> str:
    """The name of a test's truth column; `.p` and `.centre` stand beside it."""
    limits = f"{test.at_least}|{test.at_most}"
    days = "" if test.days is None else f"|{test.days:g} days"
    return f"?{test.column}|{','.join(test.is_)}|{limits}|{test.against}|{test.trend}{days}"


def setting_column(test: Test) -> str:
    """The name of the column that says whether a setting may make *test* true."""
    return f"{truth_column(test)}.setting"


@frozen(eq=False)
class Question:
    """Wanted levels between two edges; without edges, of the change since the window before.
    *narrow*: edges inside of which a value surely is good. *within*: how far off the edges may be,
    as a share of them."""

    wanted: tuple[str, ...]
    low: pl.Expr | None = None
    high: pl.Expr | None = None
    narrow: tuple[pl.Expr, pl.Expr] | None = None
    within: pl.Expr | None = None

    def sides(self) -> list[tuple[str, float]]:
        """The edges that decide, and on which side of each the value has to lie."""
        first, middle, last = (level in self.wanted for level in LEVELS)
        found = []
        if first != middle:
            found.append(("low", -1.0 if first else 1.0))
        if middle != last:
            found.append(("high", 1.0 if last else -1.0))
        return found

    def edge(self, side: str) -> pl.Expr | None:
        """The edge on this side, where it is hardest to be beyond it; None where the question is of
        a change."""
        edge = self.low if side == "low" else self.high
        above = dict(self.sides()).get(side) == 1.0
        if self.narrow is not None and above == (side == "low"):
            edge = self.narrow[side != "low"]
        if edge is None or self.within is None:
            return edge
        return edge / (1 - self.within) if above else edge / (1 + self.within)


def allowed(low: pl.Expr, high: pl.Expr, lo: pl.Expr, hi: pl.Expr) -> dict[str, pl.Expr]:
    """Which of low, good and high the limits *lo* to *hi* still allow, for edges *low* and *high*
    (null: no such edge). An edge belongs to good."""
    below = (lo < low).fill_null(value=False)
    above = (hi > high).fill_null(value=False)
    good = (hi >= low).fill_null(value=True) & (lo <= high).fill_null(value=True)
    return {"low": below, "good": good, "high": above}


def truth_of_levels(
    levels: Mapping[str, pl.Expr], wanted: tuple[str, ...], known: pl.Expr
) -> pl.Expr:
    """Whether a value is on the *wanted* ones of the *levels* that its limits allow."""
    inside = pl.any_horizontal([levels[level] for level in levels if level in wanted])
    others = [levels[level] for level in levels if level not in wanted]
    outside = pl.any_horizontal(others) if others else pl.lit(value=False)
    return (
        pl.when(~known)
        .then(int(Truth.MISSING))
        .when(~inside)
        .then(int(Truth.FALSE))
        .when(outside)
        .then(int(Truth.UNSURE))
        .otherwise(int(Truth.TRUE))
    )


def truth_between(question: Question, low: pl.Expr, limits: tuple[pl.Expr, pl.Expr]) -> pl.Expr:
    """Whether a value with these limits is on the wanted side of the edges of *question*."""
    lo, hi = limits
    if question.within is not None:
        lo, hi = lo - lo.abs() * question.within, hi + hi.abs() * question.within
    high = pl.lit(None) if question.high is None else question.high
    no_band = low.is_nan().fill_null(value=False) & high.is_nan().fill_null(value=False)
    known = lo.is_not_null() & hi.is_not_null() & ~no_band
    levels = allowed(low, high, lo, hi)
    if question.narrow is not None:
        inner = allowed(*question.narrow, lo, hi)
        levels = {"low": inner["low"], "good": levels["good"], "high": inner["high"]}
    return truth_of_levels(levels, question.wanted, known)


def perhaps_true(
    outer: Sequence[pl.Expr | None],
    inner: Sequence[pl.Expr | None],
    limits: tuple[pl.Expr, pl.Expr],
    wanted: tuple[str, ...],
) -> pl.Expr:
    """Whether a value with these limits surely is on the *wanted* levels of some band between the
    *outer* edges and the *inner* ones."""
    known = [[pl.lit(None) if edge is None else edge for edge in side] for side in (outer, inner)]
    beyond, inside = (allowed(low, high, *limits) for low, high in known)
    levels = {"low": beyond["low"], "good": inside["good"], "high": beyond["high"]}
    no_band = known[0][0].is_nan().fill_null(value=False) & known[0][1].is_nan().fill_null(
        value=False
    )
    others = [levels[level] for level in levels if level not in wanted]
    return ~pl.any_horizontal(others) & ~no_band if others else ~no_band


def change(name: str, columns: Collection[str]) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """The metric over itself in the window before, a day's worth each where it is a total, with
    its limits; null where either window is not known."""
    if f"{name}.before" not in columns:
        null = pl.lit(None, pl.Float64)
        return null, null, null
    now, then = pl.col(name), pl.col(f"{name}.before")
    se = (pl.col(f"{name}.se") ** 2 + pl.col(f"{name}.before.se") ** 2).sqrt()
    ratio = now / then
    if f"{name}.d" not in columns:  # a total: windows may differ in length
        then_days, days = (days_column(n, columns) for n in (f"{name}.before", name))
        ratio = ratio * pl.col(then_days) / pl.col(days)
    low, high = evidence.lognormal(ratio, se)
    return ratio, low, high


def truth_of_change(
    name: str, wanted: tuple[str, ...], columns: Collection[str], steps: Steps
) -> pl.Expr:
    """Whether a metric changed as *wanted* since the window before."""
    if f"{name}.before" not in columns:
        return pl.lit(int(Truth.MISSING))
    _, *limits = change(name, columns)
    lo, hi = map(steps.of, limits)
    low, high = (pl.lit(edge) for edge in RELATIVE)
    both = pl.col(f"{name}.lo").is_not_null() & pl.col(f"{name}.before.lo").is_not_null()
    sure = lo.is_not_null() & hi.is_not_null()
    truth = truth_of_levels(allowed(low, high, lo, hi), wanted, both)
    return pl.when(both & ~sure).then(int(Truth.UNSURE)).otherwise(truth)


def truth_of_symbol(test: Test) -> pl.Expr:
    """Whether a symbol has one of the values that *test* asks for."""
    value = pl.col(test.name)
    return (
        pl.when(value.is_null())
        .then(int(Truth.MISSING))
        .when(value.is_in(list(test.is_)))
        .then(int(Truth.TRUE))
        .otherwise(int(Truth.FALSE))
    )
