"""A large Ads Manager CSV, for measuring: a million ad-days in seconds, the same for each seed."""

from datetime import date
from pathlib import Path

import polars as pl

DAYS = 56
_FIRST = date(2026, 9, 6)


def _rolls(rows: int, seed: int) -> pl.Series:
    """Evenly spread numbers in [0, 1), the same in every version of Polars."""
    steps = pl.select(pl.int_range(rows, dtype=pl.UInt64).alias("n"))
    mixed = (pl.col("n") + seed * 7_919) * 2_654_435_761 % 4_294_967_296
    again = (mixed * 40_503 + pl.col("n") % 9_973 * 2_246_822_519) % 4_294_967_296
    return steps.select((again / 4_294_967_296).alias("roll"))["roll"]


def write_ads_manager_csv(
    path: Path,
    *,
    rows: int = 1_000_000,
    subjects: int = 18_000,
    days: int = DAYS,
    sick_share: float = 0.05,
    seed: int = 1,
) -> int:
    """Writes *rows* ad-days of *subjects* ads to *path*; gives back how many ads have a weak hook.

    A healthy ad clicks at 1.3 to 2.7 % for 0.55 to 0.95 USD, and 7 to 10 % of its clicks buy for
    about 45 USD: good by every band for small shops. A weak hook clicks at 0.35 to 0.75 % for 2 to
    3.5 USD. Ads share their *days* round-robin, and the last row is the totals row.
    """
    sick = round(subjects * sick_share)
    ads = pl.DataFrame(
        {
            "ad": pl.int_range(subjects, dtype=pl.Int64, eager=True),
            "r1": _rolls(subjects, seed),
            "r2": _rolls(subjects, seed + 1),
        }
    ).with_columns(
        pl.when(pl.col("ad") < sick)
        .then(0.0035 + 0.004 * pl.col("r1"))
        .otherwise(0.013 + 0.014 * pl.col("r1"))
        .alias("ctr"),
        pl.when(pl.col("ad") < sick)
        .then(2 + 1.5 * pl.col("r2"))
        .otherwise(0.55 + 0.4 * pl.col("r2"))
        .alias("cpc"),
    )
    table = (
        pl.DataFrame(
            {
                "n": pl.int_range(rows, dtype=pl.Int64, eager=True),
                "r3": _rolls(rows, seed + 2),
                "r4": _rolls(rows, seed + 3),
                "r5": _rolls(rows, seed + 4),
            }
        )
        .with_columns(
            (pl.col("n") % subjects).alias("ad"), (pl.col("n") // subjects % days).alias("day")
        )
        .join(ads, on="ad", how="left", maintain_order="left")
        .with_columns((1_600 + 2_400 * pl.col("r3")).round().cast(pl.Int64).alias("impressions"))
        .with_columns(
            (pl.col("impressions") * pl.col("ctr") * (0.85 + 0.3 * pl.col("r4")))
            .round()
            .cast(pl.Int64)
            .alias("clicks")
        )
        .with_columns(
            (pl.col("clicks") * pl.col("cpc") * (0.95 + 0.1 * pl.col("r5")))
            .round(2)
            .alias("spend"),
            (pl.col("clicks") * (0.07 + 0.03 * pl.col("r1")) + pl.col("r4"))
            .floor()
            .cast(pl.Int64)
            .alias("purchases"),
        )
        .with_columns((pl.col("purchases") * (38 + 14 * pl.col("r3"))).round(2).alias("revenue"))
    )
    ad, group, campaign = pl.col("ad"), pl.col("ad") // 6, pl.col("ad") // 30
    sums = table.select(pl.sum("spend", "impressions", "clicks", "purchases", "revenue"))
    labels = [pl.lit("-").alias(name) for name in ("c", "g", "a", "ai")]
    total = sums.select(pl.lit(f"Total of {rows} results").alias("d"), *labels, *_numbers())
    lines = table.select(
        (pl.lit(_FIRST) + pl.duration(days=pl.col("day"))).dt.strftime("%Y-%m-%d").alias("d"),
        pl.format("Launch {}", campaign).alias("c"),
        pl.format("Group {}", group).alias("g"),
        pl.format("Cut {}", ad).alias("a"),
        (1_870_000_000_000_000 + ad).cast(pl.String).alias("ai"),
        *_numbers(),
    )
    with path.open("wb") as out:
        out.write(b"\xef\xbb\xbf" + _HEADER.encode() + b"\n")
        for part in (lines, total):
            part.write_csv(out, include_header=False, float_precision=2)
    return sick


_HEADER = (
    "By Day,Campaign name,Ad group name,Ad name,Ad ID,Cost,CPC (destination),Impressions,"
    "Clicks (destination),CTR (destination),Purchases (Shop),Gross revenue (Shop),Currency"
)


def _ratio(top: pl.Expr, bottom: pl.Expr, name: str) -> pl.Expr:
    return pl.when(bottom > 0).then(top / bottom).otherwise(0.0).alias(name)


def _numbers() -> list[pl.Expr]:
    spend, shown, clicks = pl.col("spend"), pl.col("impressions"), pl.col("clicks")
    return [
        spend.alias("cost"),
        _ratio(spend, clicks, "cpc_"),
        shown.alias("shown"),
        clicks.alias("clicked"),
        _ratio(100 * clicks, shown, "ctr_"),
        pl.col("purchases").alias("bought"),
        pl.col("revenue").alias("gross"),
        pl.lit("USD").alias("currency"),
    ]
