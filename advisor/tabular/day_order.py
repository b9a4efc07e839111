"""Whether 03/04/2026 is April or March: the column decides, then the period of the file, then where
the shop is."""

from datetime import date

import polars as pl

from advisor.model import Period, frozen
from advisor.tabular.day_fields import date_of_fields

MONTH_FIRST_REGIONS = frozenset({"US"})
MONTH_FIRST_CURRENCIES = frozenset({"USD"})
_MONTHS = 12
_IN_A_ROW = 5  # days that follow each other are evidence; one day a month is none


@frozen
class Order:
    """What is known about the order of day and month before the column is looked at."""

    day_first: bool | None = None  # stated by the kind of file
    period: Period | None = None
    region: str | None = None
    currency: str | None = None

    @property
    def usual(self) -> bool:
        """Day first, unless the shop is where months come first."""
        if self.region:
            return self.region.upper() not in MONTH_FIRST_REGIONS
        return self.currency not in MONTH_FIRST_CURRENCIES


def day_comes_first(fields: pl.DataFrame, order: Order, today: date) -> tuple[bool, bool]:
    """Whether the day comes first in 03/04/2026, and whether that is a guess."""
    open_ = fields[["a", "b", "y3"]]
    if open_["a"].null_count():
        open_ = open_.drop_nulls()
    if open_.is_empty():
        return True, False
    # Comparisons of columns are no queries.
    a, b = open_["a"], open_["b"]
    over_a, over_b = int((a > _MONTHS).sum()), int((b > _MONTHS).sum())
    same = bool((a == b).all())
    if over_a != over_b:
        return over_a > over_b, False
    told = _day_first_by_order(open_, today)
    if told is not None:
        return told, False
    if order.day_first is not None:
        return order.day_first, False
    if order.period is not None:
        day_month = _inside(open_, "a", "b", order.period)
        month_day = _inside(open_, "b", "a", order.period)
        if day_month != month_day:
            return day_month > month_day, False
    return order.usual, not same


def _day_first_by_order(fields: pl.DataFrame, today: date) -> bool | None:
    """Whether the day comes first, where the days themselves tell: one way they follow each other,
    the other way they are months apart."""
    by_day = _longest_run(_ordered(fields, "a", "b"), today)
    by_month = _longest_run(_ordered(fields, "b", "a"), today)
    if by_day >= _IN_A_ROW > by_month:
        return True
    if by_month >= _IN_A_ROW > by_day:
        return False
    return None


def _longest_run(days: pl.Series, today: date) -> int:
    """How many days follow each other, at most; none where one is still to come."""
    known = days.drop_nulls().unique().sort()
    if known.is_empty() or bool((known > today).any()):
        return 0
    steps = pl.DataFrame({"d": known}).select(
        (pl.col("d").diff().dt.total_days().fill_null(1) != 1).cum_sum().alias("r")
    )
    return int(steps.group_by("r").len().select(pl.col("len").max()).item())


def _ordered(fields: pl.DataFrame, day: str, month: str) -> pl.Series:
    columns = fields.lazy().select(year="y3", month=month, day=day, unix=pl.lit(None, pl.Int64))
    return columns.select(date_of_fields()).collect(engine="in-memory")["v"]


def _inside(fields: pl.DataFrame, day: str, month: str, period: Period) -> int:
    return int(_ordered(fields, day, month).is_between(period.first, period.last).sum())
