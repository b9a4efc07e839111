"""Hold back amounts of money that lie far outside a shop's own distribution.

One absurd amount (517 million from five purchases) would decide prices, siblings and targets. An
amount is held back only where what it says for one order, click or impression is far above the
median of the same subject, and the amount itself is above it too; where the subject has few rows,
above the median of the shop. Far is measured on logarithms by the median absolute deviation, which
a few absurd rows do not move (Rousseeuw and Croux, Alternatives to the Median Absolute Deviation,
1993).
"""

import math
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from advisor.model import CountUnit, MetricKind, Vocabulary, frozen
from advisor.stats import has_one_value

FEWEST = 8  # rows of a shop; fewer do not say what is usual
FEW, BEYOND = 4, 300.0  # of so few rows, only what is this many times the median is absurd
OWN = 5  # rows of a subject; with fewer it is held to the shop
FAR = 6.0  # robust standard deviations: a heavy tail (Pareto, shape 1) has 0.7 % beyond
ABOVE = 4.0  # of them, for the amount: it also varies with how much was sold
LEAST, LEAST_SHOP = 0.25, 0.6  # of a deviation: a subject's prices vary by a half, a shop's by more
_MARGIN = 1 + 1e-9  # for the rounding of a quotient
_NORMAL = 1.4826  # makes the median absolute deviation the standard deviation of a normal


@frozen
class HeldAmount:
    """An amount that was held back. *usual* is the median for one *event* in the same shop."""

    file: int
    row: int | None
    name: str
    day: object
    money: str
    amount: float
    event: str
    events: float
    usual: float


def money_per_event(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Return the counts that each amount of money is compared by: `spend` by clicks and views."""
    found: dict[str, set[str]] = {}
    for metric in vocabulary.metrics.values():
        if metric.kind is not MetricKind.MONEY or metric.derived:
            continue
        if len(metric.numerator) != 1 or len(metric.denominator) != 1:
            continue
        (money,), (event,) = metric.numerator, metric.denominator
        units = [vocabulary.counts[name.rstrip("?")].unit for name in (money, event)]
        if units == [CountUnit.MONEY, CountUnit.EVENTS]:
            found.setdefault(money.rstrip("?"), set()).add(event.rstrip("?"))
    return {money: tuple(sorted(events)) for money, events in sorted(found.items())}


def hold_back(
    frame: pl.DataFrame, compared: Mapping[str, Sequence[str]]
) -> tuple[pl.DataFrame, tuple[HeldAmount, ...]]:
    """Return *frame* with absurd amounts of money as missing, and what they were.

    *compared* has the events of each amount, see money_per_event. *frame* has `shop`, `key`,
    `name`, `from`, `to`, `_file`, `_row` and counts.
    """
    held: list[HeldAmount] = []
    for money, events in compared.items():
        there = [event for event in events if event in frame.columns]
        if money not in frame.columns or not there or frame.height < FEW:
            continue
        far = _far(frame, money, there)
        if far is None:
            continue
        held += _amounts(frame.filter(far), frame, money, there[0])
        frame = frame.with_columns(pl.when(~far).then(pl.col(money)).alias(money))
    return frame, tuple(held)


def _far(frame: pl.DataFrame, money: str, events: list[str]) -> pl.Series | None:
    """Return which rows are held back; None where none is."""
    amount = pl.when(pl.col(money) > 0).then(pl.col(money))
    values = {"__tmp_0": amount} | {
        f"__tmp_{at}": amount / pl.when(pl.col(event) > 1).then(event).otherwise(1.0)
        for at, event in enumerate(events, start=1)
    }
    names = list(values)
    alone = has_one_value(frame["shop"])  # then there is nothing to group
    # Most shops end here: no amount is far above the median even by the narrowest limit.
    least = math.exp(FAR * LEAST)
    if alone and not _some_above(frame, [values[name] for name in reversed(names)], least):
        return None
    usual = {"__tmp_rows": pl.len()} | {f"{name}_mid": pl.col(name).median() for name in names}
    plan = (
        frame.lazy()
        .select("shop", "key", **values)
        .with_row_index("__tmp_at")
        .with_columns(
            (value if alone else value.over("shop")).alias(name) for name, value in usual.items()
        )
    )
    above = [pl.col(name) > least * pl.col(f"{name}_mid") for name in names]
    candidates = plan.filter(*above).collect(engine="in-memory")
    enough_rows = pl.col("__tmp_rows") >= FEWEST
    beyond = [
        pl.col(name) > bar * pl.col(f"{name}_mid")
        for name, bar in zip(names, (math.sqrt(BEYOND), *[BEYOND] * len(events)), strict=True)
    ]
    absurd = candidates.filter(pl.col("__tmp_rows").is_between(FEW, FEWEST - 1), *beyond)
    candidates = candidates.filter(enough_rows)
    if candidates.is_empty():
        return None if absurd.is_empty() else _marks(frame, absurd["__tmp_at"])
    # Only subjects that have such a row are looked at more closely.
    spread = {
        f"{name}_dev": (pl.col(name).log() - pl.col(f"{name}_mid").log()).abs().median()
        for name in names
    }
    rows = (
        plan.with_columns(
            (value if alone else value.over("shop")).alias(name) for name, value in spread.items()
        )
        .join(candidates.lazy(), on=["shop", "key"], how="semi", maintain_order="left")
        .with_columns(pl.col(names).log(), pl.col(f"{name}_mid" for name in names).log())
        .collect(engine="in-memory")
    )
    own = rows.group_by("shop", "key").agg(
        pl.len().alias("__tmp_own"), pl.col(names).median().name.suffix("_own")
    )
    enough = pl.col("__tmp_own") >= OWN
    residuals = rows.join(own, on=["shop", "key"], how="left").with_columns(
        (
            pl.col(name)
            - pl.when(enough).then(pl.col(f"{name}_own")).otherwise(pl.col(f"{name}_mid"))
        ).alias(name)
        for name in names
    )
    floor = pl.when(enough).then(LEAST).otherwise(LEAST_SHOP)
    # Rows that are held to the shop vary as all of the shop do, not as the few looked at here.
    varies = {
        name: pl.when(enough)
        .then(pl.col(name).abs().median().over("shop"))
        .otherwise(pl.col(f"{name}_dev"))
        for name in names
    }
    limits = (
        pl.col(name) > bar * pl.max_horizontal(_NORMAL * varies[name], floor)
        for name, bar in zip(names, (ABOVE, *[FAR] * len(events)), strict=True)
    )
    far = residuals.filter(*limits).join(candidates, on="__tmp_at", how="semi")["__tmp_at"]
    far = pl.concat([far, absurd["__tmp_at"]])
    return None if far.is_empty() else _marks(frame, far)


def _marks(frame: pl.DataFrame, rows: pl.Series) -> pl.Series:
    """Return for each row of *frame* whether its place is one of *rows*."""
    return pl.select(pl.int_range(frame.height, dtype=pl.UInt32).is_in(rows.implode())).to_series()


def _some_above(frame: pl.DataFrame, values: Sequence[pl.Expr], times: float) -> bool:
    """Whether in any row of one shop all of *values* are above so many times their medians; one
    after the other, as the first nearly always tells it."""
    above = pl.Series([True]).new_from_index(0, frame.height)
    for value in values:
        each = frame.select(value).to_series()
        most = each.max()
        # Where more than half are at least so much, the median is too: to count is no sort.
        least = (most if isinstance(most, float) else 0.0) / times * _MARGIN
        if int((each >= least).sum()) > (each.count() + 1) // 2:
            return False
        middle = each.median()
        above &= each > times * (middle if isinstance(middle, float) else math.inf)
        if not above.any():
            return False
    return True


def _amounts(
    rows: pl.DataFrame, frame: pl.DataFrame, money: str, event: str
) -> Iterator[HeldAmount]:
    each = pl.col(money) / pl.max_horizontal(pl.col(event), pl.lit(1.0))
    usual = frame.group_by("shop").agg(each.filter(pl.col(money) > 0).median().alias("__tmp_each"))
    told = rows.join(usual, on="shop", how="left").sort(money, "key", descending=[True, False])
    day = pl.when(pl.col("from") == pl.col("to")).then("from").alias("__tmp_day")
    columns = ["_file", "_row", "name", day, money, event, "__tmp_each"]
    for file, row, name, day, amount, events, each_usual in told.select(columns).iter_rows():
        yield HeldAmount(
            file, row, name or "", day, money, amount, event, events or 0.0, each_usual
        )
