"""What became of findings from one run to a later one, for all shops of a block at once."""

from collections.abc import Collection, Mapping
from enum import StrEnum

import polars as pl

from advisor.history.past import OPEN, Past
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


_ABOUT = ("rule", "severity", "kind", "key", "name", "opened")  # the same in both runs


def changes_since(now: Mapping[str, RunInfo], findings: pl.DataFrame, past: Past) -> pl.DataFrame:
    """The change of each finding that is open in a run of *now* or the one before, with its
    `reason` (see Reason; "" where nothing changed), and what both runs have of it: of the one
    before in columns that end in `_then`."""
    runs = {shop: (info, past.runs[shop]) for shop, info in now.items() if shop in past.runs}
    same = [shop for shop, pair in runs.items() if has_same_period(*pair)]
    ours, theirs = (
        frame.filter(pl.col("shop").is_in(list(runs))) for frame in (findings, past.findings)
    )
    both = (
        compare(ours, theirs, same)
        .join(ours, on=("shop", "id"), how="left")
        .join(theirs, on=("shop", "id"), how="left", suffix="_then")
        .with_columns(pl.coalesce(name, f"{name}_then").alias(name) for name in _ABOUT)
    )
    still = pl.col("change").is_in([Change.UNCHANGED.value, Change.UNSURE.value])
    why = pl.when(still).then(pl.lit("")).otherwise(pl.coalesce("of_rule", "of_run"))
    return (
        both.join(_reasons(runs), on="shop", how="left")
        .join(_other_rules(runs), on=("shop", "rule"), how="left")
        .with_columns(why.alias("reason"))
        .drop("of_rule", "of_run")
    )


def _reasons(runs: Mapping[str, tuple[RunInfo, RunInfo]]) -> pl.DataFrame:
    """What else than a shop and single rules may have changed its findings."""
    rows = []
    for shop, (now, then) in runs.items():
        why = Reason.DATA if has_same_period(now, then) else Reason.SHOP
        if now.version != then.version:
            why = Reason.VERSION
        if now.config != then.config:
            why = Reason.SETTINGS
        if now.rules.get(BANDS) != then.rules.get(BANDS):
            why = Reason.RULES
        rows.append((shop, why.value))
    return pl.DataFrame(rows, schema={"shop": pl.String, "of_run": pl.String}, orient="row")


def _other_rules(runs: Mapping[str, tuple[RunInfo, RunInfo]]) -> pl.DataFrame:
    """The rules of each shop that are others than before."""
    known: dict[tuple[int, int], list[str]] = {}  # shops of a block share their rules
    rows = []
    for shop, (now, then) in runs.items():
        pair = id(now.rules), id(then.rules)
        if pair not in known:
            ids = sorted({*now.rules, *then.rules})
            known[pair] = [one for one in ids if now.rules.get(one) != then.rules.get(one)]
        rows += [(shop, rule, Reason.RULES.value) for rule in known[pair]]
    columns = ("shop", "rule", "of_rule")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def has_same_period(now: RunInfo, then: RunInfo) -> bool:
    """Whether both runs are of the same days."""
    return now.first is not None and (now.first, now.last) == (then.first, then.last)
