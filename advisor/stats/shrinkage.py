"""Rates as far as their own data carry them: each shrunk towards the rate of its siblings.

Three lucky clicks of four views are no rate of 75 %. What is known of a subject is its own rate,
as unsure as it is, and that it is one of its shop's. Empirical Bayes weighs the two:

    shrunk = mu + B (r - mu)        B = tau^2 / (tau^2 + u / d)

r is the subject's rate x/d; u / d its sampling variance, u pooled over the siblings from their
standard errors; tau^2 how much the siblings' true rates differ, by moments (DerSimonian and Laird,
Controlled Clinical Trials 7, 1986; for proportions Kleinman, JASA 68, 1973); mu their mean, each
weighted by 1 / (tau^2 + u / d). tau^2 is at least half of its own standard error: few siblings
never show that they do not differ at all (Wang and Fuller, JASA 98, 2003).

The variance is that of the posterior, where sampling variance grows with the rate as it does for
counts (a gamma prior, Clayton and Kaldor, Biometrics 43, 1987), and what mu and tau^2 are unsure by
(Kass and Steffey, JASA 84, 1989):

    B u/d shrunk/mu + (1 - B)^2 var(mu) + var(tau^2) (d shrunk / d tau^2)^2
"""

from collections.abc import Mapping

import polars as pl

from advisor.model import Metric, MetricKind

ENOUGH = 5  # siblings below which nothing is known of how much they differ
FLOOR = 0.5  # of the standard error of tau^2

_R, _D, _U, _MU, _TAU, _K = (f"__{part}" for part in ("r", "d", "u", "mu", "tau", "k"))
_OF_TAU = "__of_tau"  # the variance of tau^2
_MEAN = "__mean"


def shrunk(frame: pl.DataFrame, metric: Metric) -> pl.DataFrame:
    """*frame* with `<m>.shrunk` and `<m>.shrunk.se`: mean and standard deviation of what is known
    of the true value of *metric* of each subject; and `<m>.shrunk.to`: the mean of its siblings.
    All are in the metric's own unit.

    *frame* is a measured one (see advisor.metrics): the siblings of a subject are the rows of its
    `shop` that have a value, itself among them. With fewer than `ENOUGH` of them, or where the
    metric is no ratio, it is the value itself with its own standard error, and `.to` is missing. A
    missing value stays missing; so does a standard error where nothing is known of chance (money
    without a word on its events).
    """
    m = metric.id
    known = shrunk_rates(rates_of(frame, metric), by="shop")
    return frame.with_columns(
        known["shrunk"].alias(f"{m}.shrunk"),
        known["shrunk.se"].alias(f"{m}.shrunk.se"),
        known["shrunk.to"].alias(f"{m}.shrunk.to"),
    )


def rates_of(frame: pl.DataFrame, metric: Metric) -> pl.DataFrame:
    """The rates of *metric* in a measured *frame*, for shrunk_rates: a row for each subject with
    its `shop`, `value`, standard error of the logarithm (`se`), `x` and `d` (numerator and
    denominator), dispersion (`phi`), and, alike in all rows, whether it is a `ratio`, whether of
    `money`, and its `scale`."""
    m = metric.id
    there = frozenset(frame.columns)
    ratio = metric.kind is not MetricKind.EXACT and {f"{m}.x", f"{m}.d"} <= there

    def same(value: float | None, dtype: type[pl.DataType] = pl.Float64) -> pl.Series:
        return pl.Series([value], dtype=dtype).new_from_index(0, frame.height)

    def own(part: str, default: float | None = None) -> pl.Series:
        name = f"{m}{part}"
        return frame[name].cast(pl.Float64) if name in there else same(default)

    # Of columns, without a query: there may be a hundred metrics.
    return pl.DataFrame(
        {
            "shop": frame["shop"],
            "value": own(""),
            "se": own(".se"),
            "x": own(".x"),
            "d": own(".d"),
            "phi": own(".phi", 1.0),
            "ratio": same(ratio, pl.Boolean),
            "money": same(metric.kind is MetricKind.MONEY, pl.Boolean),
            "scale": same(metric.scale),
        }
    )


def stacked_rates(rates: Mapping[int, pl.DataFrame]) -> pl.DataFrame:
    """The *rates* of all groups, with the `group` and place (`row`) of each, and a number for the
    `peers` of one group and shop."""
    frames = [
        one.with_row_index("row").hstack(
            [pl.Series("group", [group], dtype=pl.UInt32).new_from_index(0, one.height)]
        )
        for group, one in rates.items()
    ]
    # The subjects of a shop stand together in every graded frame.
    begins = pl.any_horizontal(pl.col("group", "shop").ne_missing(pl.col("group", "shop").shift(1)))
    # In one piece: the last digits of what is summed depend on where pieces end.
    return pl.concat(frames, rechunk=True).with_columns(begins.cum_sum().alias("peers"))


def shrunk_rates(rates: pl.DataFrame, *, by: str, usual: float = 0.0) -> pl.DataFrame:
    """*rates* (see rates_of; of one metric, or of many) with `shrunk`, `shrunk.se` and
    `shrunk.to`. Siblings are the rows that have the same *by*, which are all of one metric;
    *usual*: by how much true rates mostly differ, as a share of their mean; this is as sure as
    what `ENOUGH` siblings tell, and counts beside what they tell by its precision."""
    x, d = pl.col("x"), pl.col("d")
    ratio = pl.col("ratio") & (d > 0)
    worked = _with_moments(
        rates.lazy().with_columns(
            pl.when(ratio).then(x / d).alias(_R),
            pl.when(ratio & x.is_not_null()).then(d).alias(_D),
        ),
        by,
        usual,
    )
    mean, variance = _posterior(by)
    few = (pl.col(_K) < ENOUGH) | pl.col(_U).is_null()
    known, value, scale = pl.col(_R).is_not_null(), pl.col("value"), pl.col("scale")
    of_ratio = {
        "shrunk": pl.when(few).then(_R).otherwise(mean),
        "shrunk.se": pl.when(few).then(_own_variance().sqrt()).otherwise(variance.sqrt()),
        "shrunk.to": pl.when(~few).then(_MU),
    }
    alone = {
        "shrunk": value,
        "shrunk.se": (value * pl.col("se")).abs(),
        "shrunk.to": pl.lit(None, pl.Float64),
    }
    return (
        worked.with_columns(
            pl.when("ratio")
            .then(pl.when(known).then(one * scale))
            .otherwise(alone[name])
            .alias(name)
            for name, one in of_ratio.items()
        )
        .drop(_R, _D, _U, _MU, _TAU, _OF_TAU, _K, _MEAN)
        .collect(engine="in-memory")
    )


def _with_moments(rates: pl.LazyFrame, by: str, usual: float) -> pl.LazyFrame:
    """Adds the moments of each subject's siblings, without the scale."""
    of = pl.col(_D) * pl.col(_R)
    # Zero events carry no variance of their own; the siblings' events speak for them.
    chance = pl.when(of == 0).then(0.0).otherwise((pl.col("se") * of) ** 2)
    told = pl.when(chance.is_not_null()).then(pl.col(_D))
    # None anywhere: less than one event.
    one = pl.when(pl.col("money").first()).then(0.0).otherwise(1.0)
    spread = pl.when(told.sum() > 0).then(pl.max_horizontal(chance.sum(), one) / told.sum())
    rates = rates.with_columns(
        pl.col(_R).count().over(by).cast(pl.Float64).alias(_K),
        (of.sum() / pl.col(_D).sum()).over(by).alias(_MU),
        pl.when(spread > 0).then(spread).over(by).alias(_U),
    )
    apart = (pl.col(_D) * (pl.col(_R) - pl.col(_MU)) ** 2).sum() / pl.col(_U).first()
    free = pl.col(_K).first() - 1
    beyond = pl.max_horizontal(apart - free, FLOOR * (2 * free).sqrt())
    rates = rates.with_columns(
        (beyond * pl.col(_U).first() / _effective()).over(by).alias(_TAU),
    )
    if not usual:
        freedom = pl.col(_K) - 1
        of_tau = 2 / freedom * (pl.col(_TAU) + pl.col(_U) * freedom / _effective().over(by)) ** 2
        return _weighed(rates.with_columns(of_tau.alias(_OF_TAU)), by)
    # Moments with the weights that are right at what is expected (DerSimonian and Kacker,
    # Contemporary Clinical Trials 28, 2007); then both estimates, each by its precision.
    expected = (usual * pl.col(_MU)) ** 2
    error = pl.col(_U) / pl.col(_D)
    weight = 1 / (expected + error)
    whole = weight.sum()
    squares = weight * (pl.col(_R) - (weight * pl.col(_R)).sum() / whole) ** 2
    by_chance = weight * error * (1 - weight / whole)
    size = whole - (weight**2).sum() / whole
    moments = ((squares.sum() - by_chance.sum()) / size).clip(0.0).over(by)
    of_moments = 2 * pl.col(_K) / size.over(by) ** 2  # where the variances are as expected
    of_expected = 2 / (ENOUGH - 1) * expected**2
    both_variances = of_moments + of_expected
    both = (moments * of_expected + expected * of_moments) / both_variances
    of_both = of_moments * of_expected / both_variances
    rates = rates.with_columns(both.alias(_TAU), of_both.alias(_OF_TAU))
    return _weighed(rates, by)


def _weighed(rates: pl.LazyFrame, by: str) -> pl.LazyFrame:
    """*rates* with the mean that counts each sibling by what it tells of the mean, and sampling
    variance in proportion to that mean."""
    weight = 1 / (pl.col(_TAU) + pl.col(_U) / pl.col(_D))
    mean = ((weight * pl.col(_R)).sum() / weight.sum()).over(by)
    scaled = pl.when((pl.col(_MU) > 0) & (pl.col(_MEAN) > 0)).then(pl.col(_MEAN) / pl.col(_MU))
    return rates.with_columns(mean.alias(_MEAN)).with_columns(
        pl.col(_MEAN).alias(_MU), (pl.col(_U) * scaled.fill_null(1.0)).alias(_U)
    )


def _effective() -> pl.Expr:
    """The siblings' denominators less what each says about itself."""
    return pl.col(_D).sum() - (pl.col(_D) ** 2).sum() / pl.col(_D).sum()


def _posterior(by: str) -> tuple[pl.Expr, pl.Expr]:
    own = pl.col(_U) / pl.col(_D)
    total = pl.col(_TAU) + own
    far = pl.col(_R) - pl.col(_MU)
    trust = pl.col(_TAU) / total
    mean = pl.col(_MU) + trust * far
    grown = pl.when(pl.col(_MU) > 0).then((mean / pl.col(_MU)).clip(0.0)).otherwise(1.0)
    of_mean = (1 - trust) ** 2 / (1 / total).sum().over(by)
    return mean, trust * own * grown + of_mean + pl.col(_OF_TAU) * (own / total**2 * far) ** 2


def _own_variance() -> pl.Expr:
    """Of a rate that stands alone; with no event, as large as one event would make it."""
    of = (pl.col(_R) * pl.col("se")) ** 2
    nothing = ~pl.col("money") & (pl.col(_R) == 0)
    return pl.when(nothing).then(pl.col("phi") / pl.col(_D) ** 2).otherwise(of)
