"""An Ads Manager CSV judged by hand, in Polars: sums, intervals and bands of each ad, for one shop.

    python ads_script.py REPORT.csv FINDINGS.json

The newest 28 days; CTR, CPC, CPP and ROAS as ratios of sums with 95 % limits that days which vary
widen; the guide's bands for a small shop in US dollars; the trend of ROAS against the 28 days
before. Writes the ads on which a rule fires, with the values that made it fire.
"""

import json
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl

Z = 1.959963984540054
DAYS = 28


def wilson(x: pl.Expr, n: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    p = x / n
    half = Z * (p * (1 - p) / n + Z * Z / (4 * n * n)).sqrt()
    centre, scale = p + Z * Z / (2 * n), 1 + Z * Z / n
    return (centre - half) / scale, (centre + half) / scale


def byar(x: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    y = x + 1
    low = x * (1 - 1 / (9 * x) - Z / (3 * x.sqrt())).clip(0) ** 3
    high = y * (1 - 1 / (9 * y) + Z / (3 * y.sqrt())) ** 3
    return pl.when(x > 0).then(low).otherwise(0.0), high


def dispersion(squares: pl.Expr, x: pl.Expr, n: pl.Expr, variance: pl.Expr) -> pl.Expr:
    phi = (squares - x * x / n) / variance / (pl.col("days") - 1)
    return pl.when((pl.col("days") >= 7) & phi.is_finite()).then(phi.clip(1.0)).otherwise(1.0)


def squares(x: str, n: str) -> pl.Expr:
    return (pl.when(pl.col(n) > 0).then(pl.col(x) ** 2 / pl.col(n))).sum()


def sums(days: pl.DataFrame) -> pl.DataFrame:
    return days.group_by("Ad ID").agg(
        pl.col("Ad name").last().alias("name"),
        pl.len().alias("days"),
        pl.col("spend", "shown", "clicks", "bought", "revenue").sum(),
        squares("clicks", "shown").alias("clicks_shown"),
        squares("clicks", "spend").alias("clicks_spend"),
        squares("bought", "spend").alias("bought_spend"),
        squares("revenue", "bought").alias("revenue_bought"),
        (pl.col("bought") > 0).sum().alias("sold"),
    )


def measured(days: pl.DataFrame) -> pl.DataFrame:
    spend, shown, clicks = pl.col("spend"), pl.col("shown"), pl.col("clicks")
    bought, revenue = pl.col("bought"), pl.col("revenue")
    share = clicks / shown
    mean = revenue / bought
    spread = (pl.col("revenue_bought") - revenue * mean) / (pl.col("sold") - 1) / (mean * mean)
    frame = sums(days).with_columns(
        dispersion(pl.col("clicks_shown"), clicks, shown, share * (1 - share)).alias("phi_ctr"),
        dispersion(pl.col("clicks_spend"), clicks, spend, clicks / spend).alias("phi_cpc"),
        dispersion(pl.col("bought_spend"), bought, spend, bought / spend).alias("phi_bought"),
        pl.when((pl.col("sold") >= 7) & spread.is_finite())
        .then(spread.clip(0.0))
        .otherwise(1.0)
        .alias("cv2"),
        pl.when(bought > 0).then(mean).otherwise(revenue.sum() / bought.sum()).alias("aov"),
    )
    worth = pl.col("phi_bought") * (1 + pl.col("cv2"))
    frame = frame.with_columns(worth.alias("worth"))
    worth = pl.col("worth")
    ctr = wilson(clicks / pl.col("phi_ctr"), shown / pl.col("phi_ctr"))
    few_clicks, many_clicks = (n * pl.col("phi_cpc") for n in byar(clicks / pl.col("phi_cpc")))
    few, many = (n * pl.col("phi_bought") for n in byar(bought / pl.col("phi_bought")))
    few_worth, many_worth = (n * worth for n in byar(bought / worth))
    return frame.with_columns(
        (clicks / shown).alias("ctr"),
        ctr[0].alias("ctr_low"),
        ctr[1].alias("ctr_high"),
        (spend / clicks).alias("cpc"),
        (spend / many_clicks).alias("cpc_low"),
        (spend / few_clicks).alias("cpc_high"),
        (spend / bought).alias("cpp"),
        (spend / many).alias("cpp_low"),
        (spend / few).alias("cpp_high"),
        (revenue / spend).alias("roas"),
        (few_worth * pl.col("aov") / spend).alias("roas_low"),
        (many_worth * pl.col("aov") / spend).alias("roas_high"),
        (worth / bought).sqrt().alias("roas_se"),
    )


def judged(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    cheap = pl.when(pl.col("aov") < 25).then(5.0).when(pl.col("aov") < 100).then(20.0)
    ctr_low, cpc_high = pl.col("ctr_high") < 0.01, pl.col("cpc_low") > 1.5
    roas_low = pl.col("roas_high") < 2
    falling = (pl.col("change") * (Z * pl.col("change_se")).exp()) < 0.9
    rules = {
        "weak-hook": ctr_low & cpc_high,
        "high-cpc": cpc_high,
        "ad-call-to-action": ctr_low & ~cpc_high,
        "high-cpp": pl.col("cpp_low") > cheap,
        "low-roas": roas_low,
        "product-page": (pl.col("ctr_low") >= 0.01) & roas_low,
        "falling-roas": falling & ~roas_low,
    }
    shown = ["Ad ID", "name", "spend", "ctr", "cpc", "cpp", "roas", "ctr_low", "ctr_high"]
    return {
        name: frame.filter(rule).select(*shown, "cpc_low", "cpp_low", "roas_high").sort("Ad ID")
        for name, rule in rules.items()
    }


def main(report: Path, out: Path) -> None:
    table = pl.read_csv(report, null_values=["-"], infer_schema_length=1_000, ignore_errors=True)
    days = table.filter(pl.col("Ad ID").is_not_null()).select(
        pl.col("By Day").str.to_date("%Y-%m-%d").alias("day"),
        "Ad ID",
        "Ad name",
        pl.col("Cost").alias("spend"),
        pl.col("Impressions").alias("shown"),
        pl.col("Clicks (destination)").alias("clicks"),
        pl.col("Purchases (Shop)").alias("bought"),
        pl.col("Gross revenue (Shop)").alias("revenue"),
    )
    last: date = days.select(pl.col("day").max()).item()
    middle = last - timedelta(days=DAYS)
    now = measured(days.filter(pl.col("day") > middle))
    then = measured(
        days.filter(pl.col("day").is_between(middle - timedelta(days=DAYS - 1), middle))
    )
    frame = now.join(
        then.select("Ad ID", pl.col("roas", "roas_se").name.prefix("before_")),
        on="Ad ID",
        how="left",
    ).with_columns(
        (pl.col("roas") / pl.col("before_roas")).alias("change"),
        (pl.col("roas_se") ** 2 + pl.col("before_roas_se") ** 2).sqrt().alias("change_se"),
    )
    found = {rule: rows.rows(named=True) for rule, rows in judged(frame).items()}
    out.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
