"""What a metric is among all subjects of a kind, and what one more of what it counts brings.

Both are worked out for many metrics and shops at once. Frames are long: a row for each subject and
each *group*, which is a metric of one graded frame.
"""

from collections.abc import Mapping

import polars as pl

from advisor.judge import Graded
from advisor.metrics import money_each
from advisor.model import Better, Metric, Vocabulary
from advisor.stats import rates_of, shrunk_rates, stacked_rates

LEAST_SIBLINGS = 8  # fewer have no better half, and say nothing of a chance
LEAST_TOLD = 5  # subjects that tell how much a ratio of sums varies
FARTHEST = 1.0  # standard errors that a value is drawn towards its siblings, at most
OUTLIER = 2.0  # times its variance over its distance: what siblings with heavy tails draw at most
USUAL = 0.4  # by how much what one more brings differs among a shop's subjects mostly: ours
UNTOLD = 0.5  # the relative error of what one more brings where nothing tells it: ours
PEERS = {
    "group": pl.UInt32,
    "row": pl.UInt32,
    "peers": pl.UInt32,
    "mean": pl.Float64,
    "sd": pl.Float64,
    "siblings": pl.UInt32,
    "better": pl.Float64,
}
WORTHS = {"group": pl.UInt32, "row": pl.UInt32, "worth": pl.Float64, "worth.sd": pl.Float64}


def peers(groups: Mapping[int, tuple[Graded, Metric]]) -> pl.DataFrame:
    """What is known of each subject of each group, as far as its data carry it (see PEERS): *mean*
    and *sd*; *peers* is the same number for all subjects of a group and shop, *siblings* how many
    of them have a value, and *better* what their better half has on average."""
    if not groups:
        return pl.DataFrame(schema=PEERS)
    rates = stacked_rates({n: rates_of(one.frame, metric) for n, (one, metric) in groups.items()})
    lower = [group for group, (_, m) in groups.items() if m.better is Better.LOWER]
    neither = [group for group, (_, m) in groups.items() if m.better is Better.NEITHER]
    known = pl.col("mean").is_not_null()
    middle = pl.col("mean").median().over("peers")
    of_lower = pl.col("group").is_in(lower)
    half = (of_lower & (pl.col("mean") <= middle)) | (~of_lower & (pl.col("mean") >= middle))
    weight = pl.when(known & half).then("d")
    better = (weight * pl.col("mean")).sum().over("peers") / weight.sum().over("peers")
    enough = (pl.col("siblings") >= LEAST_SIBLINGS) & ~pl.col("group").is_in(neither)
    return (
        _drawn(rates)
        .lazy()
        .with_columns(known.sum().over("peers").cast(pl.UInt32).alias("siblings"))
        .with_columns(pl.when(enough & better.is_finite()).then(better).alias("better"))
        .select(*PEERS)
        .collect(engine="in-memory")
    )


def worths(groups: Mapping[int, tuple[Graded, Metric]], vocabulary: Vocabulary) -> pl.DataFrame:
    """The money that one more unit of the numerator brings, subject by subject (see WORTHS): mean
    and standard deviation; null where nothing tells it."""
    known = {n: _money_rates(one.frame, metric, vocabulary) for n, (one, metric) in groups.items()}
    frames = {group: rates for group, rates in known.items() if rates is not None}
    if not frames:
        return pl.DataFrame(schema=WORTHS)
    has_events = pl.col("has_events")
    both = pl.col("x").is_not_null() & pl.col("d").is_not_null()
    rates = (
        stacked_rates(frames)
        .lazy()
        .with_columns(pl.when(both).then("x").alias("x"), pl.when(both).then("d").alias("d"))
        .with_columns(
            (pl.col("x") / pl.col("d")).alias("value"),
            pl.col("se").is_not_null().any().over("peers").alias("has_events"),
        )
        .collect(engine="in-memory")
    )
    # Where nothing tells how many orders the money is, all subjects are one: its error is that of
    # a ratio of sums (Cochran, Sampling Techniques, 1977, 2.11).
    x, d = pl.col("x"), pl.col("d")
    ratio, units = pl.col("ratio_of_sums"), d.sum().over("peers")
    n = x.count().over("peers").cast(pl.Float64)
    squares = ((x - ratio * d) ** 2).sum().over("peers")
    sd = pl.when(n >= LEAST_TOLD).then((squares * n / (n - 1)).sqrt() / units)
    usable = ratio.is_finite() & (units != 0)
    return (
        _drawn(rates, usual=USUAL)
        .lazy()
        .with_columns((x.sum().over("peers") / units).alias("ratio_of_sums"))
        .select(
            "group",
            "row",
            pl.when(has_events).then("mean").otherwise(pl.when(usable).then(ratio)).alias("worth"),
            pl.when(has_events)
            .then("sd")
            .otherwise(sd.fill_null(UNTOLD * ratio))
            .alias("worth.sd"),
        )
        .collect(engine="in-memory")
    )


def _drawn(rates: pl.DataFrame, *, usual: float = 0.0) -> pl.DataFrame:
    """*rates* with `mean` and `sd`: each value drawn towards its siblings by no more than its own
    error (limited translation: Efron and Morris, JASA 67, 1972), and the less the further it lies
    from them, as if they had a Cauchy distribution (O'Hagan, JRSS B 41, 1979). What ails or
    distinguishes one of them the others do not have.

    A value that was drawn by a share s of its distance to them is as sure as its own error and
    1 - s say: the less is borrowed, the less is gained. Where nothing sets it apart (*usual*),
    its error is at least that of what siblings have: few small payments do not tell how small
    they are."""
    value, mean = pl.col("value"), pl.col("shrunk")
    # Of few events: one more as well as one fewer.
    own = (value * pl.col("se") * (1 + pl.col("se") ** 2).sqrt()).abs()

    def at(rate: pl.Expr) -> pl.Expr:
        return own * (rate / value).clip(1.0).sqrt()  # variance grows with the rate

    far = (value - pl.col("shrunk.to")).abs()
    error = at(pl.col("shrunk.to")) if usual else own
    most = pl.min_horizontal(FARTHEST * error, OUTLIER * error**2 / far)
    near = pl.coalesce(mean.clip(value - most, value + most), mean)
    borrowed = ((value - near).abs() / far).clip(0.0, 1.0)
    kept = pl.when(far > 0).then((1 - borrowed).sqrt() * at(near))
    known = pl.when(own > 0).then(at(near))
    return shrunk_rates(rates, by="peers", usual=usual).with_columns(
        near.alias("mean"),
        pl.min_horizontal(pl.max_horizontal("shrunk.se", kept), known).alias("sd"),
    )


def _money_rates(
    frame: pl.DataFrame, metric: Metric, vocabulary: Vocabulary
) -> pl.DataFrame | None:
    """Money for each unit of the numerator of *metric*, as rates of what is known of the most
    payments. None where no file tells it."""
    there = frozenset(frame.columns)
    rates = [rates_of(frame, m) for m in money_each(metric, vocabulary) if f"{m.id}.x" in there]
    if not rates:
        return None
    has_events = [one["se"].is_not_null() for one in rates]
    known = has_events[0]
    first = rates[0]
    for other, told in zip(rates[1:], has_events[1:], strict=True):
        take = ~known & told
        first = first.with_columns(
            pl.when(take).then(other[column]).otherwise(pl.col(column)).alias(column)
            for column in ("value", "se", "x", "d", "phi")
        )
        known |= told
    return first
