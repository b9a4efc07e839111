"""How sure a number is: intervals and one-sided tests, as Polars expressions.

Everything is two-sided 95 % (Z = 1.96) unless said otherwise. Sources of the formulas:
Wilson (1927) for proportions; Byar's approximation to the exact Poisson limits (Breslow and Day,
Statistical Methods in Cancer Research II, 1987) for rates; Wilson and Hilferty (1931) for the tests
that invert them; quasi-likelihood dispersion (McCullagh and Nelder, 1989) for days that vary more
than chance; Abramowitz and Stegun 26.2.17 for the normal tail (error below 7.5e-8).

An overdispersed count of *x* in *n* is worth x/phi in n/phi.
"""

import math

import polars as pl

Z = 1.959963984540054

# The order values of a shop that has none to look at: as spread as an exponential distribution,
# which is wider than most shops' baskets. Stated in the docs.
DEFAULT_SPREAD = 1.0

# What one order is worth is told by the subject's own orders and so many of the others': one alone
# may be a tenth of the next. Stated in the docs.
BORROWED = 5.0

# So much of what squares tell of a variance their median tells (Rousseeuw, Croux, JASA 88, 1993).
MEDIAN_EFFICIENCY = 0.37

# Dispersion is only estimated from at least this many days or rows.
ENOUGH_DAYS = 7

# Where a file gives sums and no days, nobody can see how much days vary. Beside chance a rate is
# taken to vary by a quarter from day to day and a total by a half, and an undated sum to be of four
# weeks. Stated in the docs.
UNSEEN_SPREAD = 0.25
UNSEEN_TRAFFIC = 0.5
UNSEEN_DAYS = 28.0


def wilson(x: pl.Expr, n: pl.Expr, z: float = Z) -> tuple[pl.Expr, pl.Expr]:
    """Wilson limits of a proportion *x* of *n*; null where n is 0. Shares as fractions."""
    p = x / n
    centre = p + z * z / (2 * n)
    half = z * (p * (1 - p) / n + z * z / (4 * n * n)).clip(0).sqrt()
    scale = 1 + z * z / n
    known = n > 0
    # At the ends the exact limit is the end itself; rounding must not leave it.
    low = pl.when(x <= 0).then(0.0).otherwise((centre - half) / scale)
    high = pl.when(x >= n).then(1.0).otherwise((centre + half) / scale)
    return pl.when(known).then(low), pl.when(known).then(high)


def wilson_z(x: pl.Expr, n: pl.Expr, edge: pl.Expr) -> pl.Expr:
    """Standard score of *x* of *n* against *edge*: its lower limit lies above iff score > Z."""
    return (x / n - edge) / (edge * (1 - edge) / n).sqrt()


def byar(x: pl.Expr, z: float = Z, unsure: pl.Expr | None = None) -> tuple[pl.Expr, pl.Expr]:
    """Limits of the mean of a Poisson count *x* (x may be a fraction, after dispersion). *unsure*:
    those of the mean times a factor that is known with so much relative variance."""
    y = x + 1
    if unsure is not None:
        return _fieller(x, z, unsure)[0], _fieller(y, z, unsure)[1]
    low = x * (1 - 1 / (9 * x) - z / (3 * x.sqrt())).clip(0) ** 3
    high = y * (1 - 1 / (9 * y) + z / (3 * y.sqrt())) ** 3
    return pl.when(x > 0).then(low).otherwise(0.0), high


def _fieller(y: pl.Expr, z: float, unsure: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Byar's limits of a count of *y* where the cube root of the mean that it is held to has an
    error too: both roots of Fieller's equation (JRSS B 16, 1954). Infinite where no mean is too
    high."""
    middle, by_chance, factor = 1 - 1 / (9 * y), z * z / (9 * y), z * z * unsure / 9
    root = (factor * middle**2 + (1 - factor) * by_chance).clip(0).sqrt()
    beyond = (middle > 0) & (middle**2 > by_chance)
    low = pl.when(beyond).then(y * ((middle**2 - by_chance) / (middle + root)) ** 3).otherwise(0.0)
    high = pl.when(factor < 1).then(y * ((middle + root) / (1 - factor)) ** 3)
    return low, high.otherwise(math.inf)


def byar_z(x: pl.Expr, mean: pl.Expr, unsure: pl.Expr | None = None) -> pl.Expr:
    """Standard score of a Poisson count *x* against *mean*; inverts byar on both sides."""
    y = x + 1
    above = 3 * x.sqrt() * (1 - 1 / (9 * x) - (mean / x) ** (1 / 3))
    below = 3 * y.sqrt() * (1 - 1 / (9 * y) - (mean / y) ** (1 / 3))
    if unsure is not None:
        above, below = (
            score / (1 + unsure * count * (mean / count) ** (2 / 3)).sqrt()
            for score, count in ((above, x), (below, y))
        )
    # Between the two the count is neither above nor below: no evidence against the edge.
    return pl.when((x > 0) & (above > 0)).then(above).when(below < 0).then(below).otherwise(0.0)


def lognormal(value: pl.Expr, se: pl.Expr, z: float = Z) -> tuple[pl.Expr, pl.Expr]:
    """Limits of a positive value whose logarithm has the standard error *se*."""
    return value * (-z * se).exp(), value * (z * se).exp()


def limits_z(value: pl.Expr, lo: pl.Expr, hi: pl.Expr, edge: pl.Expr) -> pl.Expr:
    """Standard score against *edge* of a value of which only its limits are known: how many times
    as far the edge lies as the limit on its side, by difference and, where all is above 0, by
    ratio; the nearer of the two, because limits are seldom as far above as below."""
    side = pl.when(value >= edge).then(lo).otherwise(hi)
    plain = Z * (value - edge).abs() / (value - side).abs()
    ratio = Z * (value / edge).log().abs() / (value / side).log().abs()
    both = (value > 0) & (edge > 0) & (lo > 0)
    score = pl.when(both).then(pl.min_horizontal(plain, ratio)).otherwise(plain)
    return pl.when(value >= edge).then(score).otherwise(-score)


def student(score: pl.Expr, freedom: pl.Expr) -> pl.Expr:
    """The standard score that is as rare as *score* is of Student's t with so many degrees of
    *freedom* (Wallace, 1959): where the spread itself was estimated from a few days, what lies far
    out is less rare than it seems."""
    shrink = (8 * freedom + 1) / (8 * freedom + 3)
    return score.sign() * shrink * (freedom * (score * score / freedom).log1p()).sqrt()


def upper_tail(z: pl.Expr) -> pl.Expr:
    """P(a standard normal > z)."""
    t = 1 / (1 + 0.2316419 * z.abs())
    poly = t * (
        0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
    )
    tail = (-(z * z) / 2).exp() / math.sqrt(2 * math.pi) * poly
    return pl.when(z >= 0).then(tail).otherwise(1 - tail)


def dispersion(
    square_over: pl.Expr,
    x: pl.Expr,
    n: pl.Expr,
    days: pl.Expr,
    *,
    proportion: bool,
    least: pl.Expr | None = None,
) -> pl.Expr:
    """How much more the days vary than chance; never below *least*, or 1.

    *square_over* is the sum of x_d^2 / n_d over days: Pearson's chi-square of the days is
    (sum x_d^2/n_d - X^2/N) / (p (1 - p)), over days - 1 degrees of freedom.
    """
    p = x / n
    variance = p * (1 - p) if proportion else p
    chi = (square_over - x * x / n) / variance
    phi = chi / (days - 1)
    usable = (days >= ENOUGH_DAYS) & (x > 0) & (n > 0) & (variance > 0)
    return (
        pl.when(usable & phi.is_finite())
        .then(phi.clip(1.0 if least is None else least))
        .otherwise(1.0)
    )


def worth_of_one(value: pl.Expr, events: pl.Expr, together: pl.Expr) -> pl.Expr:
    """What one event is worth: the mean of a subject's own events and BORROWED of the others'
    (*together*: what theirs are worth). Without any event it is theirs."""
    own = pl.when(events > 0).then(value / events)
    borrowed = pl.when(together.is_finite()).then(together).otherwise(own)
    return (pl.when(events > 0).then(value).otherwise(0.0) + BORROWED * borrowed) / (
        events + BORROWED
    )


def worth_told(
    value: pl.Expr, events: pl.Expr, spread: pl.Expr, each: pl.Expr, borrowed: pl.Expr
) -> tuple[pl.Expr, pl.Expr]:
    """What one event is worth by a subject's own events and so many *borrowed* ones of *each*, and
    its relative variance. A few values may all be alike by chance: what is assumed of their spread
    counts as one square more (see told_and_assumed)."""
    known = events + borrowed
    assumed = (events * spread + DEFAULT_SPREAD**2) / (events + 1)
    return (pl.when(events > 0).then(value).otherwise(0.0) + borrowed * each) / known, (
        assumed / known
    )


def weaker(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """The standard score nearer to 0, which is 0 where they lie on two sides of it."""
    least = pl.min_horizontal(one.abs(), other.abs())
    return pl.when(one * other > 0).then(one.sign() * least).otherwise(0.0)


def unseen_dispersion(
    x: pl.Expr,
    n: pl.Expr,
    days: pl.Expr,
    *,
    proportion: bool = False,
    spread: float = UNSEEN_SPREAD,
) -> pl.Expr:
    """How much more the sum *x* of *n* over *days* varies than chance, where no day is known.

    What varies from day to day by a share s of itself has, over d days, the variance s^2/d beside
    that of chance, relative to itself; over that of chance, 1/x or (1 - p)/x, it is x s^2/d.
    """
    beside = spread**2 / days.fill_null(UNSEEN_DAYS).clip(1.0)
    more = x * beside / (1 - x / n) if proportion else x * beside
    return pl.when((x > 0) & (n > 0) & more.is_finite()).then(1 + more.clip(0.0)).otherwise(1.0)


def told_and_assumed(median: pl.Expr, rows: pl.Expr) -> pl.Expr:
    """The squared spread of values where the *median* of squares of so many *rows* tells it: a few
    squares may all be small by chance, so that what is assumed counts as one square more (a scaled
    inverse chi-square prior: Gelman et al., Bayesian Data Analysis, 2013, 2.6)."""
    told = MEDIAN_EFFICIENCY * (rows - 1)
    return (told * median + DEFAULT_SPREAD**2) / (told + 1)


def value_spread(square_over: pl.Expr, value: pl.Expr, events: pl.Expr, rows: pl.Expr) -> pl.Expr:
    """Squared coefficient of variation of the value of one event.

    *square_over* is the sum of value_r^2 / events_r over rows with events: the rows' means vary
    with the variance of one value / events. A stated default where there are too few rows.
    """
    mean = value / events
    variance = (square_over - value * value / events) / (rows - 1)
    squared = variance / (mean * mean)
    usable = (rows >= ENOUGH_DAYS) & (events > 0) & (value > 0) & squared.is_finite()
    return pl.when(usable).then(squared.clip(0.0)).otherwise(DEFAULT_SPREAD**2)
