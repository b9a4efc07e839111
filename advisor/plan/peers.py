"""What a metric is among all subjects of a kind, and what one more of what it counts brings.

Both are worked out for many metrics and shops at once. Frames are long: a row for each subject and
each *group*, which is a metric of one graded frame.
"""

from collections.abc import Mapping

import attrs
import polars as pl

from advisor.judge import Graded
from advisor.model import Better, Metric, MetricKind, Vocabulary
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
    distinguishes one of them the others do not have."""
    value, mean = pl.col("value"), pl.col("shrunk")
    # Of few events: one more as well as one fewer.
    own = (value * pl.col("se") * (1 + pl.col("se") ** 2).sqrt()).abs()
    far = (value - pl.col("shrunk.to")).abs()
    most = pl.min_horizontal(FARTHEST * own, OUTLIER * own**2 / far)
    near = mean.clip(value - most, value + most)
    return shrunk_rates(rates, by="peers", usual=usual).with_columns(
        pl.coalesce(near, mean).alias("mean"),
        pl.min_horizontal("shrunk.se", pl.when(own > 0).then(own)).alias("sd"),
    )


def _money_rates(
    frame: pl.DataFrame, metric: Metric, vocabulary: Vocabulary
) -> pl.DataFrame | None:
    """Money for each unit of the numerator of *metric*, as rates; `se` is the relative error of
    the money: how many orders there were, and of how many values. None where no file tells it."""
    there = frozenset(frame.columns)
    if metric.money is None or not {f"{metric.money}.x", f"{metric.id}.x"} <= there:
        return None
    events_of = {m.id: m.events for m in vocabulary.spreads(metric.money) if f"{m.id}.cv2" in there}
    rates = rates_of(frame, attrs.evolve(metric, kind=MetricKind.MONEY, scale=1.0))
    money = frame[f"{metric.money}.x"].cast(pl.Float64)
    # Of the metrics that tell of the same orders, some know how much their days vary.
    varies = [pl.col(f"{m}.phi").fill_null(1.0) for m in events_of if f"{m}.phi" in there]
    phi = pl.max_horizontal(varies) if varies else pl.lit(1.0)
    # What one order is worth does not vary with how many there are.
    own = [
        m for m, of in events_of.items() if (of,) == tuple(n.rstrip("?") for n in metric.numerator)
    ]
    # Orders are a part of what is counted, of which each may bring several.
    counted = pl.col(f"{metric.id}.x")
    events = []
    for m in own or events_of:
        e, spread = pl.col(f"{m}.e"), pl.col(f"{m}.cv2")
        many = pl.lit(0.0) if own else phi * (1 - e / counted / 2).clip(0.0)
        events.append(pl.when(e > 0).then(((many + spread) / e).sqrt()))
    error = frame.select(pl.coalesce(events)).to_series() if events else None
    return rates.with_columns(
        money.alias("x"),
        rates["x"].alias("d"),
        pl.lit(error, pl.Float64).alias("se") if error is None else error.alias("se"),
        pl.lit(value=True).alias("ratio"),
    )
