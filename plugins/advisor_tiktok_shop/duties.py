"""The rates that the platform judges a shop by, and where they lead in four weeks."""

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from advisor import Derived, Reading
from advisor.tabular import days_of
from advisor_tiktok_shop.ahead import LOOK_BACK, ahead

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


def duties(readings: Sequence[Reading], today: date) -> Iterator[Derived]:
    """Each rate of the newest reading, exactly, with its number of cases; and `<rate>_ahead`.
    A reading older than eight weeks says nothing of today."""
    for metric, (count, right) in RATES.items():
        cases, missed = f"{count}_cases", f"{count}_missed"
        days = days_of(readings, "shop", (cases, missed), None).filter(
            (pl.col(cases) > 0) & (pl.col("from") <= today)
        )
        newest = days.sort("from").tail(1)
        if newest.is_empty() or (today - newest["from"][0]).days > LOOK_BACK:
            continue
        wrong = pl.col(missed) / pl.col(cases)
        share = 1 - wrong if right else wrong
        told = newest.select("key", *exactly(metric, share), pl.col(cases).alias(f"{metric}.n"))
        later = ahead(days.select("from", value=share), today)
        if later is not None and not metric.endswith(ENFORCED):
            value = pl.lit(min(max(later, 0.0), 1.0))
            told = told.with_columns(exactly(f"{metric}_ahead", value))
        yield Derived("shop", told)


def exactly(metric: str, value: pl.Expr) -> list[pl.Expr]:
    """A metric that is not a matter of chance: its limits are its value."""
    return [value.alias(f"{metric}{end}") for end in ("", ".lo", ".hi")]
