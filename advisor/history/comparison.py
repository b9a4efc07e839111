"""What became of findings from one run to a later one, for all shops of a block at once."""

from collections.abc import Collection
from enum import StrEnum

import polars as pl

from advisor.history.past import OPEN
from advisor.history.records import RunInfo, State

BANDS = "bands"  # among the hashes of the rules: that of the targets that they share


class Change(StrEnum):
    """What became of a finding. UNSURE: its rule can no longer tell, so it stays open. NOT_SEEN: it
    could not be checked, so nobody knows."""

    NEW = "new"
    WORSE = "worse"
    BETTER = "better"
    UNCHANGED = "unchanged"
    UNSURE = "unsure"
    SOLVED = "solved"
    NOT_SEEN = "not-seen"


class Reason(StrEnum):
    """What else than the shop may have made a change: other rules or targets, other settings, a new
    version, or other data for the same period."""

    SHOP = "shop"
    RULES = "rules"
    SETTINGS = "settings"
    VERSION = "version"
    DATA = "data"


def compare(
    now: pl.DataFrame, then: pl.DataFrame, same_period: Collection[str] = ()
) -> pl.DataFrame:
    """The change of each finding that is open in one of two runs: `shop`, `id`, `change`.

    *now* and *then* are frames of findings (FINDINGS) by shop. A value got worse or better where
    the confidence intervals of both runs do not overlap; never in shops with the *same_period*:
    fresh downloads of the same days are no change.
    """
    before = then.filter(OPEN).select(
        "shop",
        "id",
        "metric",
        pl.col("state").alias("was"),
        pl.col("low").alias("was_low"),
        pl.col("high").alias("was_high"),
        pl.lit(value=True).alias("known"),
    )
    both = now.select("shop", "id", "metric", "state", "low", "high", "worse").join(
        before, on=("shop", "id"), how="full", coalesce=True
    )
    fires = pl.col("state") == State.FIRES.value
    comparable = (
        fires
        & (pl.col("was") == State.FIRES.value)
        & (pl.col("metric") == pl.col("metric_right"))
        & ~pl.col("shop").is_in(list(same_period))
    )
    rose, fell = pl.col("low") > pl.col("was_high"), pl.col("high") < pl.col("was_low")
    up = pl.col("worse") > 0
    worse = comparable & pl.when(up).then(rose).otherwise(fell) & (pl.col("worse") != 0)
    better = comparable & pl.when(up).then(fell).otherwise(rose) & (pl.col("worse") != 0)
    change = (
        pl.when(pl.col("state") == State.MUTED.value)
        .then(None)
        .when(fires & pl.col("known").is_null())
        .then(pl.lit(Change.NEW.value))
        .when(pl.col("known").is_null())
        .then(None)
        .when(worse)
        .then(pl.lit(Change.WORSE.value))
        .when(better)
        .then(pl.lit(Change.BETTER.value))
        .when(fires)
        .then(pl.lit(Change.UNCHANGED.value))
        .when(pl.col("state") == State.CLEAR.value)
        .then(pl.lit(Change.SOLVED.value))
        .when(pl.col("state") == State.UNSURE.value)
        .then(pl.lit(Change.UNSURE.value))
        .otherwise(pl.lit(Change.NOT_SEEN.value))
    )
    return (
        both.select("shop", "id", change.alias("change"))
        .filter(pl.col("change").is_not_null())
        .sort("shop", "id")
    )


def reason(rule: str, now: RunInfo, then: RunInfo) -> Reason:
    """What else than the shop may have changed a finding of *rule* between two runs; the shop where
    nothing else has."""
    for name in (rule, BANDS):
        if now.rules.get(name) != then.rules.get(name):
            return Reason.RULES
    if now.config != then.config:
        return Reason.SETTINGS
    if now.version != then.version:
        return Reason.VERSION
    return Reason.DATA if has_same_period(now, then) else Reason.SHOP


def has_same_period(now: RunInfo, then: RunInfo) -> bool:
    """Whether both runs are of the same days."""
    return now.first is not None and (now.first, now.last) == (then.first, then.last)
