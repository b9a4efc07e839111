"""Pool the rows of subjects up to their parents."""

from collections.abc import Mapping, Sequence

import polars as pl

from advisor.metrics.band_edges import held
from advisor.metrics.values import with_values
from advisor.model import Metric
from advisor.stats import intervals as evidence


def pool(
    frame: pl.DataFrame,
    parent: str,
    title: str,
    metrics: Mapping[str, Metric],
    by: Sequence[str] = ("shop",),
    names: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Subjects that could not tell alone, together: one row a parent, measured anew.

    *frame* holds the subjects, with their parts; *parent* is the parents' kind (`parent.<kind>` is
    used where the frame has it, else all subjects of a shop belong together). `pooled` counts
    them; they may be pooled ones themselves. Subjects that differ in *by* are never pooled.
    *names* (`shop`, `key`, `name`) are those of the parents: a pool is called *title*, of how many
    subjects of which parent.
    """
    key = _pool_key(frame, parent)
    each = pl.col("pooled").fill_null(1) if "pooled" in frame.columns else pl.lit(1)
    parts: list[pl.Expr] = []
    for name in metrics:
        for part in ("x", "d", "e"):
            if f"{name}.{part}" in frame.columns:
                one = pl.col(f"{name}.{part}")
                parts.append(pl.when(one.is_not_null().any()).then(one.sum()))
        if f"{name}.days" in frame.columns:
            parts.append(pl.col(f"{name}.days").max())
        for part in ("phi", "cv2"):
            column = f"{name}.{part}"
            if column in frame.columns:
                of = f"{name}.e" if f"{name}.e" in frame.columns else f"{name}.x"
                weight = pl.col(of)
                mean = (pl.col(column) * weight).sum() / weight.sum()
                plain = 1.0 if part == "phi" else evidence.DEFAULT_SPREAD**2
                parts.append(mean.fill_nan(None).fill_null(plain).alias(column))
    parents = [c for c in frame.columns if c.startswith("parent.") and c != f"parent.{parent}"]
    pooled = (
        frame.lazy()
        .with_columns(key.alias("_pool"))
        .with_columns(each.cast(pl.UInt32).alias("pooled"))
        .drop_nulls("_pool")
        .group_by(*by, "_pool")
        .agg(
            pl.len().alias("_members"),
            pl.col("pooled").sum(),
            pl.col("days").max(),
            *(pl.col(c).first() for c in parents),
            *(pl.col(c).max() for c in ("before.days",) if c in frame.columns),
            *parts,
            *held(frame.columns),
        )
        .rename({"_pool": "key"})
        .filter(pl.col("_members") > 1)
        .drop("_members")
        .sort(*by, "key")
    )
    named = _named(pooled, title, names).collect(engine="in-memory")
    return with_values(named, metrics, by)


def _named(pooled: pl.LazyFrame, title: str, names: pl.DataFrame | None) -> pl.LazyFrame:
    if title.count("{}") == 1:
        return pooled.with_columns(pl.format(title, pl.col("pooled")).alias("name"))
    if names is None:
        named = pooled.with_columns(pl.col("key").alias("_parent"))
    else:
        parents = (
            names.lazy()
            .select("shop", "key", pl.col("name").alias("_parent"))
            .unique(("shop", "key"), maintain_order=True)
        )
        named = pooled.join(parents, on=("shop", "key"), how="left", maintain_order="left")
    parent = pl.coalesce("_parent", "key")
    return named.with_columns(pl.format(title, pl.col("pooled"), parent).alias("name")).drop(
        "_parent"
    )


def unpooled(frame: pl.DataFrame, parent: str, by: Sequence[str] = ("shop",)) -> pl.DataFrame:
    """The subjects of *frame* that have no other to be pooled with under *parent*."""
    key = _pool_key(frame, parent)
    return frame.filter(key.is_null() | (pl.len().over(*by, key) == 1))


def _pool_key(frame: pl.DataFrame, parent: str) -> pl.Expr:
    column = f"parent.{parent}"
    return pl.col(column) if column in frame.columns else pl.col("shop")
