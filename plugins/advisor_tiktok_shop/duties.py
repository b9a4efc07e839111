"""The rates that the platform judges a shop by, and where they lead in four weeks."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from advisor import Counts
from advisor_tiktok_shop.ahead import ahead, recent

# Of each metric: the count that it is made of, and whether it is the share that went right.
ENFORCED = "_enforced"  # a rate held against a second line; it leads where the first one does
RATES = {
    "late_dispatch": ("late_dispatch", False),
    "late_dispatch_enforced": ("late_dispatch", False),  # the same, held against another line
    "valid_tracking": ("invalid_tracking", True),
    "on_time_delivery": ("late_delivery", True),
    "seller_cancellation": ("seller_cancellation", False),
    "seller_return": ("seller_return", False),
    "answered_24h": ("late_answer_24h", True),
    "answered_12h": ("late_answer_12h", True),
}


def duties(counts: Counts, today: date) -> Iterator[tuple[str, pl.LazyFrame]]:
    """Each rate of the newest reading, exactly, with its number of cases; and `<rate>_ahead`.
    A reading older than eight weeks says nothing of today."""
    for metric, (count, right) in RATES.items():
        cases, missed = f"{count}_cases", f"{count}_missed"
        if not counts.having("shop", (cases, missed)):
            continue
        wrong = pl.col(missed) / pl.col(cases)
        days = (
            counts.days("shop", (cases, missed), within="always")
            .lazy()
            .filter((pl.col(cases) > 0) & (pl.col("from") <= today))
            .with_columns((1 - wrong if right else wrong).alias("value"))
        )
        rates = recent(days.unique("shop", keep="last", maintain_order=True), today)
        share = exactly(metric, pl.col("value"))
        columns = [*share, pl.col(cases).alias(f"{metric}.n")]
        if not metric.endswith(ENFORCED):
            later = ahead(days, today).with_columns(pl.col("ahead").clip(0.0, 1.0))
            rates = rates.join(later, on="shop", how="left", maintain_order="left")
            columns += exactly(f"{metric}_ahead", pl.col("ahead"))
        yield "shop", rates.select("shop", "key", *columns)


def exactly(metric: str, value: pl.Expr) -> list[pl.Expr]:
    """A metric that is not a matter of chance: its limits are its value."""
    return [value.alias(f"{metric}{end}") for end in ("", ".lo", ".hi")]
