"""What a price is worked out from: its target and factors as expressions over candidates (see
advisor.plan.candidates), and how likely the target is."""

from collections.abc import Mapping

import polars as pl

from advisor.metrics import Value
from advisor.plan.candidates import Use
from advisor.plan.money import (
    LEAST_DAYS,
    MARGIN,
    MONTH,
    SALES,
    SPEND,
    Reason,
    Target,
    TargetOrigin,
)
from advisor.plan.peers import LEAST_SIBLINGS
from advisor.stats import UNSEEN_TRAFFIC


def target() -> Mapping[str, pl.Expr]:
    """What a value can reach: the near edge of its band, or what the better half of the shop's own
    subjects has on average, whichever is nearer; null where it is in its band, or has none."""
    value, own = pl.col("value"), pl.col("better")
    under = (value < pl.col("edge_low")) & ~pl.col("low")
    over = (value > pl.col("edge_high")) & ~pl.col("high")
    near = pl.when(under).then("edge_low").when(over).then("edge_high")
    banded = pl.col("has_bands").fill_null(value=False) & ~pl.col("without_edges")
    lower = pl.col("lower")
    beyond = pl.when(lower).then(own < value).otherwise(own > value)
    nearer = pl.when(lower).then(own > near).otherwise(own < near)
    near_above = over.fill_null(value=False) & ~under.fill_null(value=False)
    same_side = pl.when(near.is_null()).then(~banded).otherwise(nearer & (near_above == lower))
    choose_own = (beyond & same_side).fill_null(value=False)
    return {
        "banded": banded,
        "target": pl.when(choose_own).then(own).otherwise(near),
        "above": pl.when(choose_own).then(lower).otherwise(near_above),
        "origin": pl.when(choose_own)
        .then(pl.lit(TargetOrigin.PEERS))
        .otherwise(pl.lit(TargetOrigin.BAND)),
    }


def factors() -> Mapping[str, pl.Expr]:
    """The factors of each candidate's price; what is lost as a whole is all of it."""
    waste, cost = pl.col("use") == Use.WASTE, pl.col("cost")
    days = pl.coalesce("own_days", "covered", "days")
    events = pl.when("exact").then(1.0).otherwise("d")
    month = MONTH / days
    unseen = (1 / events + UNSEEN_TRAFFIC**2 / days).sqrt()
    varies = pl.coalesce("volume.cv", unseen)
    chance = pl.when(events > 1).then(varies).otherwise(0.0)
    waste_cv = pl.coalesce("volume.cv", UNSEEN_TRAFFIC / days.sqrt())
    # Money x (1 - target / cost): the money is what it is, and only the target's part is unsure.
    part = (pl.col("target") / pl.col("mean")).clip(0.0, 1.0)
    bought = pl.when(cost).then(events * pl.col("value") / pl.col("mean")).otherwise(events)
    sd = pl.when(cost & pl.col("above")).then(pl.col("sd") * part).otherwise("sd")
    has_margin = pl.col("margin").is_not_null()
    own = pl.when(has_margin).then("own").otherwise("loss")
    of_margin = has_margin | own.is_not_null()
    plain = waste | cost | pl.col("money")
    return {
        "month_of": days,
        "mean": pl.when(waste).then("x").otherwise("mean"),
        "sd": pl.when(waste).then(0.0).otherwise(_or(sd, 0.0)),
        "target": pl.when(waste).then(0.0).otherwise("target"),
        "above": waste | pl.col("above"),
        "origin": pl.when(waste).then(pl.lit(TargetOrigin.NOTHING)).otherwise("origin"),
        "volume": pl.when(waste).then(month).otherwise(bought * month),
        "volume.sd": pl.when(waste).then(month * waste_cv).otherwise(bought * month * chance),
        "brings": pl.when(plain).then(1.0).otherwise("worth"),
        "worth.sd": pl.when(plain).then(0.0).otherwise(_or(pl.col("worth.sd"), 0.0)),
        "stays": pl.coalesce(own, "margin", pl.lit(1.0)),
        "what": pl.when(waste)
        .then("metric")
        .when(cost)
        .then(pl.lit(SPEND))
        .when(of_margin)
        .then(pl.lit(MARGIN))
        .otherwise(pl.lit(SALES)),
        "scale": pl.when(waste).then(1.0).otherwise("scale"),
    }


def reason() -> Mapping[str, pl.Expr]:
    """Why a candidate has no price; null where it has one. And what of it the shop keeps."""
    waste, cost = pl.col("use") == Use.WASTE, pl.col("cost")
    value = pl.when(waste).then(0.0).otherwise("value")  # whether it is known is asked last
    unusable = ~pl.col("month_of").is_finite() | (pl.col("month_of") <= 0)
    reasons = {
        Reason.UNMEASURED: value.is_null(),
        Reason.IN_BAND: pl.col("target").is_null(),
        Reason.NO_PERIOD: unusable.fill_null(value=True),
        Reason.FEW_DAYS: pl.col("month_of") < LEAST_DAYS,
        Reason.NO_MARGIN: ~waste & (pl.col("stays") <= 0),
        Reason.NO_WORTH: ~_finite(pl.col("brings")),
        Reason.NOTHING_SOLD: pl.col("brings") <= 0,
    }
    unknown = ~_finite(pl.col("mean")) | ~_finite(pl.col("volume"))
    chain: pl.Expr = pl.when(unknown).then(pl.lit(Reason.UNMEASURED))
    for why, holds in reversed(reasons.items()):
        chain = pl.when(holds).then(pl.lit(why)).otherwise(chain)
    return {
        "reason": chain,
        "kept": pl.when(waste | cost).then(1.0).otherwise("stays"),
        "worth": pl.col("brings"),
    }


def _finite(expr: pl.Expr) -> pl.Expr:
    return expr.is_finite().fill_null(value=False)


def _or(expr: pl.Expr, default: float) -> pl.Expr:
    return pl.when(_finite(expr)).then(expr).otherwise(default)


def chances(chosen: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """How many of the shop's own subjects are where the target is, as a share (with one more that
    is and one that is not, after Laplace); null where there are too few. What is wasted can just
    be stopped."""
    priced = chosen.lazy().filter(pl.col("reason").is_null())
    asked = (
        priced.filter(pl.col("siblings") >= LEAST_SIBLINGS)
        .select("index", "peers", "siblings", "target", "above")
        .sort("target")
    )
    place = pl.int_range(1, pl.len() + 1).over("peers")
    there = (
        known.lazy()
        .join(asked.select("peers").unique(), on="peers", how="semi")
        .drop_nulls("mean")
        .sort("mean")
        .select("peers", "mean", place.alias("upto"))
    )
    counted = asked
    for name, exact in (("upto", True), ("below", False)):
        counted = counted.join_asof(
            there.rename({"upto": name}),
            left_on="target",
            right_on="mean",
            by="peers",
            allow_exact_matches=exact,
            check_sortedness=False,
            coalesce=False,
        ).drop("mean")
    upto, below = (pl.col(name).fill_null(0) for name in ("upto", "below"))
    many = pl.when("above").then(upto).otherwise(pl.col("siblings").cast(pl.Int64) - below)
    chance = (1 + many) / (2 + pl.col("siblings").cast(pl.Int64))
    stopped = priced.filter(pl.col("origin") == TargetOrigin.NOTHING).select(
        "index", pl.lit(1.0).alias("chance")
    )
    return pl.concat([stopped, counted.select("index", chance.alias("chance"))]).collect(
        engine="in-memory"
    )


def edge(value: Value, wanted: tuple[str, ...]) -> Target | None:
    """The edge of its band that *value* has to reach to be in the *wanted* levels."""
    at, low, high = value.value, value.edge_low, value.edge_high
    if at is not None and low is not None and at < low and "low" not in wanted:
        return Target(low, above=False, origin=TargetOrigin.BAND)
    if at is not None and high is not None and at > high and "high" not in wanted:
        return Target(high, above=True, origin=TargetOrigin.BAND)
    return None
