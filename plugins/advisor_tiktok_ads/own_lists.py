"""What advertisers write down themselves: budgets and targets of campaigns, and their changes."""

from collections.abc import Sequence

import polars as pl

from advisor import Grain, ReadContext, Table
from advisor.tabular import Kind, each_day, rows_about


def campaign_budgets(kind: Kind, rows: pl.DataFrame, context: ReadContext) -> Sequence[Table]:
    """Budget and target on each day of a row; of rows that overlap, the one that began later."""
    until = pl.max_horizontal("first", pl.col("last").fill_null(pl.lit(context.today)))
    days = (
        each_day(rows, pl.col("first"), until)
        .sort("first", maintain_order=True)
        .unique(["campaign_id", "day"], keep="last", maintain_order=True)
    )
    counts = {
        "daily_budget": pl.col("daily_budget"),
        "target_roi": pl.col("target_roi"),
        "bid": pl.col("bid"),
        "max_delivery": pl.col("mode") == "max-delivery",
    }
    return (_campaigns(kind, days.sort("day", "_row"), counts),)


def campaign_changes(kind: Kind, rows: pl.DataFrame, context: ReadContext) -> Sequence[Table]:  # noqa: ARG001
    """How often each campaign was changed on each day, and which way, if numbers say it."""
    changed = pl.col("changed")
    old, new = (pl.col(name).cast(pl.Float64, strict=False) for name in ("old", "new"))
    counts = {
        "changes": pl.len(),
        "budget_changes": (changed == "budget").sum(),
        "target_changes": changed.is_in(["target", "bid"]).sum(),
        "budget_raises": ((changed == "budget") & (new > old)).sum(),
        "budget_cuts": ((changed == "budget") & (new < old)).sum(),
        "target_raises": ((changed == "target") & (new > old)).sum(),
        "target_cuts": ((changed == "target") & (new < old)).sum(),
    }
    days = rows.group_by("campaign_id", "day", maintain_order=True).agg(
        pl.col("campaign_name").drop_nulls().first(),
        *(count.alias(name) for name, count in counts.items()),
        pl.col("_row").min(),
    )
    return (_campaigns(kind, days, {name: pl.col(name) for name in counts}),)


def _campaigns(kind: Kind, days: pl.DataFrame, counts: dict[str, pl.Expr]) -> Table:
    return rows_about(
        "campaign",
        kind,
        Grain.DAY,
        days,
        counts,
        key=pl.col("campaign_id"),
        name=pl.col("campaign_name"),
        first=pl.col("day"),
    )
