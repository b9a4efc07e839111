"""A portfolio's own benchmarks: what is usual among its shops, as a file of bands."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from advisor.errors import AdvisorError
from advisor.model import Metric, Unit, Vocabulary
from advisor.portfolio.dataset import Dataset

LEAST = 20  # shops of a cell: fewer would let one be recognized
QUANTILES = (0.25, 0.75)  # the middle half is good
CELLS = (("niche", "size", "region"), ("niche", "size"), ("size",), ())


def bands_of(dataset: Dataset, vocabulary: Vocabulary) -> str:
    """The bands as TOML: of each ratio the middle half of the shops in each cell of niche, size and
    region with LEAST shops; of wider cells too, for shops of none of these. Edges are rounded to
    two digits. Raises AdvisorError where there are too few shops."""
    ratios = [one.id for one in vocabulary.metrics.values() if one.denominator]
    money = [one.id for one in vocabulary.metrics.values() if one.unit is Unit.MONEY]
    shops = (
        dataset.table("shops")
        .filter(pl.col("problem").is_null())
        .unique("shop", keep="first", maintain_order=True)
        .select("shop", "usd_rate", "niche", "size", "region")
    )
    is_money = pl.col("metric").is_in(money)
    values = (
        dataset.table("kpis")
        .filter(pl.col("metric").is_in(ratios) & pl.col("value").is_finite())
        .join(shops, on="shop")
        .with_columns(
            pl.when(is_money).then(pl.col("value") * pl.col("usd_rate")).otherwise("value")
        )
        .filter(pl.col("value").is_not_null())
        .collect(engine="in-memory")
    )
    rows = [row for cell in CELLS for row in _cells(values, cell)]
    if not rows:
        problem = f"no niche, size and region has {LEAST} shops with a value"
        raise AdvisorError(problem, where=dataset.address)
    about: Mapping[str, Any] = dataset.manifest()["options"]
    many = shops.select(pl.len()).collect(engine="in-memory").item()
    lines = [
        f"# The middle half of {many:,} shops, run of {about['today']}.",
        'id = "portfolio"',
        'title = "your portfolio"',
    ]
    for row in rows:
        lines += ["", *_band(row, vocabulary.metrics[row["metric"]], about["today"])]
    return "\n".join(lines) + "\n"


def _cells(values: pl.DataFrame, cell: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    known = values.filter(pl.all_horizontal(pl.lit(value=True), *map(_is_known, cell)))
    low, high = (pl.col("value").quantile(q, "linear") for q in QUANTILES)
    found = (
        known.group_by("metric", *cell)
        .agg(pl.col("shop").n_unique().alias("shops"), low.alias("low"), high.alias("high"))
        .filter((pl.col("shops") >= LEAST) & (pl.col("low") < pl.col("high")))
        .sort("metric", *cell)
    )
    for row in found.iter_rows(named=True):
        low_edge, high_edge = _rounded(row["low"]), _rounded(row["high"])
        if low_edge < high_edge:
            yield {**row, "low": low_edge, "high": high_edge, "cell": cell}


def _is_known(name: str) -> pl.Expr:
    return pl.col(name).is_not_null()


def _band(row: Mapping[str, Any], metric: Metric, day: str) -> Iterator[str]:
    yield "[[band]]"
    yield f'metric = "{metric.id}"'
    yield f"low    = {row['low']!r}"
    yield f"high   = {row['high']!r}"
    if metric.unit is Unit.MONEY:
        yield "usd    = true"
    named = {name: row[name] for name in row["cell"]}
    if named:
        parts = ", ".join(f'{name} = "{value}"' for name, value in named.items())
        yield f"where  = {{ {parts} }}"
    title = f"the middle half of {row['shops']} shops of your portfolio"
    yield f'origin = {{ title = "{title}", date = "{day}", strength = "derived" }}'


def _rounded(value: float) -> float:
    """Two digits that count: with more of them an edge would be one shop's value."""
    if value == 0:
        return 0.0
    return round(value, 1 - math.floor(math.log10(abs(value))))
