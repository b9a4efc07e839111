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

Points are a frame of `at` (any number, such as the day of the epoch) and `value`, and of what tells
series apart: all series of all shops are worked out together. A value may be -inf, the logarithm of
a zero: two of those are a tie.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import Any

import polars as pl

from advisor.model import frozen

CONFIDENCE = 0.95
LEAST_POINTS = 5  # with fewer no order of the values is rare enough
MOST_ZEROS = 1 / 3  # of the points; with more, equal zeros pass for a slope of surely 0
MOST_CORRELATION = 0.9  # beyond it a series is too much like a walk to tell its trend
MOST_PAIRS = 2_000_000  # worked out at once, so that memory does not grow with the series
Points = pl.DataFrame | pl.LazyFrame
_ONE = ("series",)
_TOLD = ("slope", "slope_low", "slope_high", "z", "points", "correlation", "inflation")
# A product: by a number Polars divides one row in another way than many.
_18TH = 1 / 18


@frozen
class Slope:
    """The median slope for one unit of `at`, and its limits."""

    value: float
    low: float
    high: float


@frozen
class Trend:
    """*slope* of *points* points; *z* is the score of Mann and Kendall's test, 0 without a trend.
    *correlation* is that of neighbours, *inflation* by how much it widens the variance."""

    slope: Slope
    z: float
    points: int
    correlation: float
    inflation: float

    @property
    def p(self) -> float:
        """The two-sided chance to see as much without a trend."""
        return math.erfc(self.z / math.sqrt(2))


def trend(
    points: pl.DataFrame, *, confidence: float = CONFIDENCE, taken_out: int = 0
) -> Trend | None:
    """The trend of one series; see trends."""
    series = points.with_columns(pl.lit(0).alias(_ONE[0]), pl.lit(taken_out).alias("taken_out"))
    found = trends(series, _ONE, confidence=confidence)
    return trend_of(found.row(0, named=True)) if found.height else None


def trend_of(row: Mapping[str, Any]) -> Trend | None:
    """A row of trends; None where it has no slope."""
    if row["slope"] is None:
        return None
    slope = Slope(row["slope"], row["slope_low"], row["slope_high"])
    return Trend(slope, row["z"], row["points"], row["correlation"], row["inflation"])


def trends(points: Points, by: Sequence[str], *, confidence: float = CONFIDENCE) -> pl.DataFrame:
    """The trend of each series of *points*, whatever their order; *by* are the columns that tell
    series apart. `taken_out`, where it is there, is how many of their own medians, such as those of
    weekdays, were taken out of a series before.

    Gives `slope`, `slope_low`, `slope_high`, `z`, `points`, `correlation` and `inflation` (see
    Trend). No row for a series of which fewer than LEAST_POINTS are left, more than MOST_ZEROS of
    them are logarithms of zero, or most pairs have no slope that is a number.
    """
    columns = points.lazy().collect_schema().names()
    taken = pl.col("taken_out") if "taken_out" in columns else pl.lit(0)
    size, zeros = pl.len().over(by), (pl.col("value") == -math.inf).sum().over(by)
    known = (
        points.lazy()
        .select(*by, "at", "value", taken.alias("taken_out"))
        .drop_nulls(("at", "value"))
        .sort(*by, "at", "value")
        .filter((size - pl.col("taken_out") >= LEAST_POINTS) & (zeros <= MOST_ZEROS * size))
        .collect(engine="in-memory")
    )
    parts = [_trends(part, by, confidence) for part in _parts(known, by)]
    if parts:
        return pl.concat(parts)
    types = {name: pl.Int64 if name == "points" else pl.Float64 for name in _TOLD}
    return known[list(by)].hstack([pl.Series(name, dtype=kind) for name, kind in types.items()])


def _parts(points: pl.DataFrame, by: Sequence[str]) -> Iterator[pl.DataFrame]:
    """*points*, sorted, in pieces of whole series with at most MOST_PAIRS pairs, or one series."""
    if points.height**2 <= MOST_PAIRS:
        if points.height:
            yield points
        return
    start = end = pairs = 0
    for (length,) in points.select(pl.struct(by).rle().struct.field("len")).iter_rows():
        if pairs and pairs + length**2 > MOST_PAIRS:
            yield points.slice(start, end - start)
            start, pairs = end, 0
        end += length
        pairs += length**2
    yield points.slice(start, end - start)


def _trends(known: pl.DataFrame, by: Sequence[str], confidence: float) -> pl.DataFrame:
    pairs = pairs_of(known, by)
    middle = middle_slopes(pairs, by)
    size = pl.len().cast(pl.Int64)
    left = (size - pl.col("taken_out").first()).alias("left")
    sizes = known.lazy().group_by(by).agg(size.alias("points"), left)
    told = middle
    for other in (sizes, hamed_rao(neighbours(known, middle, by), by)):
        told = told.join(other, on=by, how="left", nulls_equal=True)
    # What was taken out fits the points better than the truth does, so they vary less than they do.
    inflation = pl.col("inflation") * pl.col("points") / pl.col("left")
    told = told.with_columns(inflation.alias("inflation"))
    plain = kendall_variances(known, by)
    variances = told.join(plain, on=by, how="left", nulls_equal=True).select(
        *by, (pl.col("variance") * pl.col("inflation")).alias("variance")
    )
    limits = theil_sen(pairs, variances, by, confidence=confidence)
    return (
        told.join(limits, on=by, how="left", nulls_equal=True)
        .select(*by, *_TOLD)
        .sort(by)
        .collect(engine="in-memory")
    )


def theil_sen(
    pairs: Points,
    variances: pl.LazyFrame,
    by: Sequence[str],
    *,
    confidence: float = CONFIDENCE,
) -> pl.LazyFrame:
    """The limits of *confidence* of each median slope of *pairs*, from the `variance` of Kendall's
    S: the slopes so many places up and down in their order, `slope_low` and `slope_high`. And `z`,
    the score of no trend (Mann and Kendall), a half step nearer to 0 because S is a whole number.
    """
    count, score, variance = pl.col("pairs"), pl.col("score"), pl.col("variance")
    half = quantile(confidence) * variance.sqrt()
    first = (((count - half) / 2).round() - 1).clip(lower_bound=0).cast(pl.Int64)
    last = pl.min_horizontal(((count + half) / 2).round().cast(pl.Int64), count - 1)
    none = (score == 0) | (variance <= 0)
    return (
        pairs.lazy()
        .group_by(by)
        .agg(
            pl.len().cast(pl.Int64).alias("pairs"),
            pl.col("slope").sort().alias("slopes"),
            pl.col("sign").sum().abs().alias("score"),
        )
        .join(variances, on=by, how="inner", nulls_equal=True)
        .select(
            *by,
            pl.col("slopes").list.get(first).alias("slope_low"),
            pl.col("slopes").list.get(last).alias("slope_high"),
            pl.when(none).then(0.0).otherwise((score - 1) / variance.sqrt()).alias("z"),
        )
    )


def pairs_of(points: Points, by: Sequence[str]) -> pl.LazyFrame:
    """One row for each two points of a series that differ in `at`: the `gap` between them, the
    `slope`, and the `sign` of the change."""
    each = points.lazy().select(*by, "at", "value").sort(*by, "at")
    before, after = pl.col("value"), pl.col("value_later")
    gap = (pl.col("at_later") - pl.col("at")).cast(pl.Float64)
    sign = (after > before).cast(pl.Int64) - (after < before).cast(pl.Int64)
    return (
        each.join(each, on=by, suffix="_later", nulls_equal=True)
        .filter(pl.col("at") < pl.col("at_later"))
        .select(
            *by,
            gap.alias("gap"),
            # Of two times -inf the difference is not a number: they are equal.
            pl.when(sign == 0).then(0.0).otherwise((after - before) / gap).alias("slope"),
            sign.alias("sign"),
        )
    )


def middle_slopes(pairs: Points, by: Sequence[str]) -> pl.LazyFrame:
    """The median `slope` of each series of *pairs*; no row where it is no number."""
    middle = pairs.lazy().group_by(by).agg(pl.col("slope").median())
    return middle.filter(pl.col("slope").is_finite()).sort(by)


def kendall_variances(points: Points, by: Sequence[str]) -> pl.LazyFrame:
    """The `variance` of each series' S without a trend, less what ties cannot order, in `value` and
    in `at` (Kendall, Rank Correlation Methods, 1975, chapter 4)."""
    n = pl.len().cast(pl.Float64)
    (two, three, five), (two_, three_, five_) = (_ties(column) for column in ("at", "value"))
    squares = (n * (n - 1) * (2 * n + 5) - five - five_) * _18TH
    rest = two * two_ / (2 * n * (n - 1)) + three * three_ / (9 * n * (n - 1) * (n - 2))
    variance = pl.when(n < 3).then(0.0).otherwise(squares + rest)
    return points.lazy().group_by(by).agg(variance.alias("variance"))


def _ties(column: str) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Sums over groups of k equal numbers: of k (k - 1), of k (k - 1) (k - 2) and of
    k (k - 1) (2 k + 5)."""
    k = pl.col(column).unique_counts().cast(pl.Float64)
    two = k * (k - 1)
    return two.sum(), (two * (k - 2)).sum(), (two * (2 * k + 5)).sum()


def neighbours(points: Points, slopes: Points, by: Sequence[str]) -> pl.LazyFrame:
    """How neighbours of each series of *slopes* go together after its `slope` is taken out: the
    `correlation` of their ranks, corrected for its bias; never below 0. Points with a gap between
    them are no neighbours. `n` is how many points there are."""
    at, rank = pl.col("at"), pl.col("rank")
    flat = pl.col("value") - pl.col("slope") * (at - at.min())
    wide = flat.filter(flat.is_finite()).abs().max()
    # What rounding leaves behind breaks no tie.
    ranked = (flat / pl.when(wide > 0).then(wide).otherwise(1.0)).round(9).rank("average")
    gap = pl.col("gap")
    near = gap == gap.filter(gap > 0).min()
    n, square, product = pl.col("n"), pl.col("square"), pl.col("product")
    corrected = ((n * product / square + 2) / (n - 4)).clip(0.0, MOST_CORRELATION)
    known = (n > LEAST_POINTS) & (square > 0) & product.is_not_null()
    return (
        points.lazy()
        .join(slopes.lazy(), on=by, how="inner", nulls_equal=True)
        .sort(*by, "at")
        .group_by(by)
        .agg((ranked - ranked.mean()).alias("rank"), (at - at.shift(1)).alias("gap"))
        .explode("rank", "gap")
        .group_by(by)
        .agg(
            pl.len().cast(pl.Int64).alias("n"),
            (rank**2).mean().alias("square"),
            (rank * rank.shift(1)).filter(near).mean().alias("product"),
        )
        .select(*by, "n", pl.when(known).then(corrected).otherwise(0.0).alias("correlation"))
    )


def hamed_rao(correlations: Points, by: Sequence[str]) -> pl.LazyFrame:
    """*correlations* (`n` points, `correlation` of neighbours) with `inflation`: by how much each
    widens the variance of S (Hamed and Rao, with the autocorrelations of an AR(1))."""
    n, k, r = pl.col("n"), pl.col("k"), pl.col("correlation")
    added = ((n - k) * (n - k - 1) * (n - k - 2) * r**k).sum()
    wide = (
        correlations.lazy()
        .filter((r > 0) & (n >= LEAST_POINTS))
        .with_columns(pl.int_ranges(1, n - 2).alias("k"))
        .explode("k")
        .group_by(by)
        .agg((1 + 2 * added / (n * (n - 1) * (n - 2)).first()).alias("inflation"))
    )
    return (
        correlations.lazy()
        .join(wide, on=by, how="left", nulls_equal=True)
        .select(*by, "correlation", pl.col("inflation").fill_null(1.0))
    )


def quantile(confidence: float) -> float:
    """How many standard errors a two-sided interval of *confidence* reaches to each side."""
    return NormalDist().inv_cdf((1 + confidence) / 2)
