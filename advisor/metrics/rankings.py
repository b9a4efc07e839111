"""Which subjects of a kind surely differ from the others, by rates as far as their own data carry
them (advisor.stats.shrinkage)."""

from collections.abc import Mapping

import polars as pl

from advisor.metrics.measured import Measured
from advisor.model import Vocabulary
from advisor.stats import rates_of, shrunk_rates, stacked_rates

LEAST = 8  # subjects: of fewer, a best and a worst say nothing
MOST = 5  # on each side
EIGHTY = 1.2815515655446004  # an interval that holds 80 of 100 true values: ours
RANKED = {
    **dict.fromkeys(("shop", "kind", "metric"), pl.String),
    "subjects": pl.UInt32,
    "usual": pl.Float64,
    "above": pl.Boolean,
    **dict.fromkeys(("key", "name"), pl.String),
    **dict.fromkeys(("value", "n", "shrunk", "low", "high"), pl.Float64),
}


def rank_subjects(measured: Mapping[str, Measured], vocabulary: Vocabulary) -> pl.DataFrame:
    """The subjects of all shops of a block that surely differ (see RANKED), for each kind and
    metric that ranks it: the MOST farthest `above` and below what is `usual`, farthest first. Of a
    shop where none differs there is one row without a key; where fewer than LEAST `subjects` have
    a value, none."""
    groups = [
        (measured[kind.id].frame, kind.id, vocabulary.metrics[name])
        for kind in vocabulary.subjects.values()
        if kind.id in measured
        for name in kind.ranked_by
        if name in measured[kind.id].metrics and f"{name}.x" in measured[kind.id].frame.columns
    ]
    if not groups:
        return pl.DataFrame(schema=RANKED)
    rates = stacked_rates(
        {
            number: rates_of(frame, metric).hstack(
                [
                    frame["key"],
                    frame["name"],
                    frame[f"{metric.id}.n"].cast(pl.Float64).alias("n"),
                ]
            )
            for number, (frame, _, metric) in enumerate(groups)
        }
    )
    names = pl.LazyFrame(
        [(number, kind, metric.id) for number, (_, kind, metric) in enumerate(groups)],
        schema={"group": pl.UInt32, "kind": pl.String, "metric": pl.String},
        orient="row",
    )
    value, error, usual = pl.col("shrunk"), pl.col("shrunk.se"), pl.col("shrunk.to")
    above = pl.when(pl.col("low") > usual).then(True).when(pl.col("high") < usual).then(False)  # noqa: FBT003
    far = pl.when("above").then(-value).otherwise(value)
    rated = (
        shrunk_rates(rates, by="peers")
        .lazy()
        .with_columns(
            (value - EIGHTY * error).clip(0.0).alias("low"),
            (value + EIGHTY * error).alias("high"),
        )
        .drop_nulls(("shrunk.to", "low"))
        .with_columns(
            pl.len().over("peers").alias("subjects"), above.alias("above"), usual.alias("usual")
        )
        .filter(pl.col("subjects") >= LEAST)
    )
    farthest = (
        rated.drop_nulls("above")
        .sort("peers", pl.col("above"), far, "key", descending=[False, True, False, False])
        .filter(pl.int_range(pl.len()).over("peers", "above") < MOST)
    )
    alike = (
        rated.unique("peers", keep="first", maintain_order=True)
        .join(farthest, on="peers", how="anti")
        .with_columns(pl.lit(None, pl.String).alias("key"))
    )
    return (
        pl.concat([farthest, alike])
        .join(names, on="group", how="left", maintain_order="left")
        .sort("shop", "group", maintain_order=True)
        .select(*RANKED)
        .collect(engine="in-memory")
    )
