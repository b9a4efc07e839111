"""Join what plugins computed to the measured subjects."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from advisor.metrics.measured import Measured
from advisor.model import Vocabulary
from advisor.plugin import Derived


def with_derived(
    measured: Mapping[str, Measured],
    derived: Sequence[Derived],
    vocabulary: Vocabulary,
) -> dict[str, Measured]:
    """Joins what plugins computed to the subjects; a subject that only they know is added."""
    found = dict(measured)
    for one in derived:
        frame = one.frame
        if frame.height == 0:
            continue
        if one.subject == "shop":
            frame = frame.with_columns(pl.col("shop").alias("key"))
        names = {c for c in frame.columns if c in vocabulary.metrics or c in vocabulary.symbols}
        for name in sorted(names & vocabulary.metrics.keys()):
            if f"{name}.se" not in frame.columns:
                spread = (pl.col(f"{name}.hi") - pl.col(f"{name}.lo")) / (2 * 1.96)
                frame = frame.with_columns((spread / pl.col(name)).abs().alias(f"{name}.se"))
            if f"{name}.n" not in frame.columns:
                frame = frame.with_columns(pl.lit(None, pl.Float64).alias(f"{name}.n"))
        at = found.get(one.subject)
        if at is None:
            if "name" not in frame.columns:
                frame = frame.with_columns(pl.col("key").alias("name"))
            if "days" not in frame.columns:
                frame = frame.with_columns(pl.lit(None, pl.Float64).alias("days"))
            found[one.subject] = Measured(
                one.subject, frame.sort("shop", "key"), frozenset(names), ()
            )
            continue
        extra = frame.drop([c for c in ("name", "days") if c in frame.columns])
        extra = extra.drop(
            [c for c in extra.columns if c in at.frame.columns and c not in ("shop", "key")]
        )
        joined = at.frame.join(extra, on=["shop", "key"], how="full", coalesce=True)
        named = joined.with_columns(pl.col("name").fill_null(pl.col("key"))).sort("shop", "key")
        found[one.subject] = attrs.evolve(at, frame=named, metrics=at.metrics | names)
    return found
