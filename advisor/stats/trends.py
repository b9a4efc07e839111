"""A series in time: its robust slope, and how sure it is that there is one.

Theil (1950) and Sen (1968) take the median of the slopes between all pairs of points: an outlier,
such as the day of a big sale, hardly moves it, up to 29 % of the points. Its interval is rank-based
(Sen; Hollander and Wolfe, Nonparametric Statistical Methods), and the test is that of Mann (1945)
and Kendall (1975), with ties counted for what they are. The interval leaves out 0 where the test
finds a trend.

Days follow each other: what is high today tends to be high tomorrow, and a plain test then sees
trends that are none. So the variance is multiplied as Hamed and Rao (1998) do, by the
autocorrelations of the ranks of what the slope leaves over. All of their lags are too noisy for a
few months of days; as in Yue and Wang (2004) they come from the first one, that of an AR(1),
corrected for its bias after a trend was taken out (Marriott and Pope, Kendall, 1954).

Points are a frame of `at` (any number, such as the day of the epoch) and `value`. A value may be
-inf, the logarithm of a zero: two of those are a tie.
"""

import math
from statistics import NormalDist

import polars as pl

from advisor.model import frozen

CONFIDENCE = 0.95
LEAST_POINTS = 5  # with fewer no order of the values is rare enough
MOST_ZEROS = 1 / 3  # of the points; with more, equal zeros pass for a slope of surely 0
MOST_CORRELATION = 0.9  # beyond it a series is too much like a walk to tell its trend


@frozen
class Slope:
    """The median slope for one unit of `at`, and its limits."""

    value: float
    low: float
    high: float


@frozen
class Trend:
    """*slope* of *points* points; *p* is the two-sided chance to see as much without a trend.
    *correlation* is that of neighbours, *inflation* by how much it widens the variance."""

    slope: Slope
    p: float
    points: int
    correlation: float
    inflation: float


def trend(
    points: pl.DataFrame, *, confidence: float = CONFIDENCE, taken_out: int = 0
) -> Trend | None:
    """The trend of *points*, whatever their order; *taken_out* is how many of their own medians,
    such as those of weekdays, were taken out before. None where fewer than LEAST_POINTS are left,
    where more than MOST_ZEROS of them are logarithms of zero, or where most pairs of them have no
    slope that is a number."""
    known = points.select("at", "value").drop_nulls().sort("at", "value")
    zeros = known.filter(pl.col("value") == -math.inf).height
    left = known.height - taken_out
    if left < LEAST_POINTS or zeros > MOST_ZEROS * known.height:
        return None
    pairs = pairs_of(known)
    middle = middle_slope(pairs)
    if middle is None:
        return None
    correlation = neighbours(known, middle)
    # What was taken out fits the points better than the truth does, so they vary less than they do.
    factor = hamed_rao(correlation, known.height) * known.height / left
    variance = kendall_variance(known) * factor
    return Trend(
        slope=theil_sen(pairs, middle, variance, confidence=confidence),
        p=mann_kendall(pairs, variance),
        points=known.height,
        correlation=correlation,
        inflation=factor,
    )


def pairs_of(points: pl.DataFrame) -> pl.DataFrame:
    """One row for each two points that differ in `at`: the `gap` between them, the `slope`, and
    the `sign` of the change."""
    each = points.select("at", "value").sort("at")
    pairs = each.join(each, how="cross", suffix="_later").filter(pl.col("at") < pl.col("at_later"))
    before, after = pl.col("value"), pl.col("value_later")
    gap = (pl.col("at_later") - pl.col("at")).cast(pl.Float64)
    sign = (after > before).cast(pl.Int64) - (after < before).cast(pl.Int64)
    return pairs.select(
        gap.alias("gap"),
        # Of two times -inf the difference is not a number: they are equal.
        pl.when(sign == 0).then(0.0).otherwise((after - before) / gap).alias("slope"),
        sign.alias("sign"),
    )


def middle_slope(pairs: pl.DataFrame) -> float | None:
    """The median slope of *pairs*; None where it is no number, or there is no pair."""
    middle = pairs["slope"].median()
    return middle if isinstance(middle, float) and math.isfinite(middle) else None


def theil_sen(
    pairs: pl.DataFrame, middle: float, variance: float, *, confidence: float = CONFIDENCE
) -> Slope:
    """The median slope *middle* of *pairs* with its limits of *confidence*, from the *variance* of
    Kendall's S: the slopes so many places up and down in their order."""
    slopes = pairs["slope"].sort()
    half = quantile(confidence) * math.sqrt(variance)
    count = slopes.len()
    first = max(round((count - half) / 2) - 1, 0)
    last = min(round((count + half) / 2), count - 1)
    return Slope(middle, slopes[first], slopes[last])


def mann_kendall(pairs: pl.DataFrame, variance: float) -> float:
    """Two-sided p of no trend in *pairs*: Kendall's S, which has this *variance*, against the
    normal curve, a half step nearer to 0 because S is a whole number."""
    score = int(pairs["sign"].sum())
    if score == 0 or variance <= 0:
        return 1.0
    z = (abs(score) - 1) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2))


def kendall_variance(points: pl.DataFrame) -> float:
    """The variance of S without a trend, less what ties cannot order, in `value` and in `at`
    (Kendall, Rank Correlation Methods, 1975, chapter 4)."""
    n = points.height
    if n < 3:
        return 0.0
    times, values = (_ties(points, column) for column in ("at", "value"))
    squares = (n * (n - 1) * (2 * n + 5) - times.five - values.five) / 18
    pairs = times.two * values.two / (2 * n * (n - 1))
    return squares + pairs + times.three * values.three / (9 * n * (n - 1) * (n - 2))


@frozen
class _Ties:
    """Sums over groups of k equal numbers: of k (k - 1), of k (k - 1) (k - 2) and of
    k (k - 1) (2 k + 5)."""

    two: float
    three: float
    five: float


def _ties(points: pl.DataFrame, column: str) -> _Ties:
    k = pl.col("len").cast(pl.Float64)
    two = k * (k - 1)
    sums = (
        points.group_by(column)
        .len()
        .select(
            two.sum().alias("two"),
            (two * (k - 2)).sum().alias("three"),
            (two * (2 * k + 5)).sum().alias("five"),
        )
    )
    return _Ties(*sums.row(0))


def neighbours(points: pl.DataFrame, slope: float) -> float:
    """How neighbours go together after *slope* is taken out: the correlation of their ranks,
    corrected for its bias; never below 0. Points with a gap between them are no neighbours."""
    flat = pl.col("value") - slope * (pl.col("at") - pl.col("at").min())
    wide = points.select(flat.filter(flat.is_finite()).abs().max()).item() or 1.0
    # What rounding leaves behind breaks no tie.
    rest = points.sort("at").select("at", (flat / wide).round(9).rank("average").alias("rank"))
    away = rest.with_columns(
        (pl.col("rank") - pl.col("rank").mean()).alias("rank"),
        (pl.col("at") - pl.col("at").shift(1)).alias("gap"),
    )
    near = away.with_columns(pl.col("rank").shift(1).alias("last")).filter(
        pl.col("gap") == pl.col("gap").filter(pl.col("gap") > 0).min()
    )
    n = points.height
    square = (away["rank"] ** 2).mean()
    product = (near["rank"] * near["last"]).mean()
    if n <= LEAST_POINTS or not square or product is None:
        return 0.0
    raw = float(product) / float(square)  # type: ignore[arg-type]
    return min(max((n * raw + 2) / (n - 4), 0.0), MOST_CORRELATION)


def hamed_rao(correlation: float, points: int) -> float:
    """By how much *correlation* of neighbours widens the variance of S (Hamed and Rao, with the
    autocorrelations of an AR(1))."""
    n = points
    if correlation <= 0 or n < LEAST_POINTS:
        return 1.0
    added = sum((n - k) * (n - k - 1) * (n - k - 2) * correlation**k for k in range(1, n - 2))
    return 1 + 2 * added / (n * (n - 1) * (n - 2))


def quantile(confidence: float) -> float:
    """How many standard errors a two-sided interval of *confidence* reaches to each side."""
    return NormalDist().inv_cdf((1 + confidence) / 2)
