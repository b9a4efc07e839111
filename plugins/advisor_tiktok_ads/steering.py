"""How GMV Max campaigns do against what they are asked for: target, budget, edits, credit.

Results come from exports, targets and edits from the advertiser's own lists; no file has both, so
no ratio of sums can say it.
"""

from collections.abc import Iterator

import polars as pl

from advisor import Counts, MetricsContext
from advisor.stats import UNSEEN_DAYS, UNSEEN_SPREAD, lognormal

RESULTS = ("gmv_max_cost", "gmv_max_orders", "gmv_max_revenue")
# ROI protection: below this share of the target, on days with more orders than this.
PROTECTED_BELOW, PROTECTED_ORDERS = 0.9, 20
_KEY = ("shop", "key")
_DAY = (*_KEY, "from")


def steering(counts: Counts, context: MetricsContext) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`roi_of_target`, `budget_use`, `budget_of_bids`, `roi_credit`, `roi_credit_days`,
    `edits_a_week` and `max_delivery_days` of campaigns."""
    targets = _days(counts, "target_roi")
    changes = _days(counts, "budget_changes", "target_changes")
    results = _days(counts, *RESULTS)
    modes = _days(counts, "max_delivery")
    if counts.having("campaign", RESULTS):
        totals = counts.sums("campaign", RESULTS).lazy()
        yield "campaign", roi_of_target(totals, targets, results)
        yield "campaign", budget_use(results, _days(counts, "daily_budget"))
        yield "campaign", roi_credit(results, targets, changes, modes)
    yield "campaign", edits_a_week(changes, context.shops.lazy())
    yield "campaign", max_delivery_days(modes)
    yield "campaign", budget_of_bids(_days(counts, "daily_budget", "bid"))


def _days(counts: Counts, *names: str) -> pl.LazyFrame:
    return counts.days("campaign", names).lazy()


def roi_of_target(
    totals: pl.LazyFrame, targets: pl.LazyFrame, results: pl.LazyFrame
) -> pl.LazyFrame:
    """ROI / target ROI (the mean of its days), with limits from the number of orders, and of days
    on which the campaign ran where these are known."""
    asked = targets.group_by(_KEY).agg(pl.col("target_roi").mean())
    ran = results.filter(pl.col("gmv_max_cost") > 0).group_by(_KEY).agg(pl.len().alias("ran"))
    both = (
        totals.join(asked, on=_KEY)
        .join(ran, on=_KEY, how="left")
        .filter(
            (pl.col("target_roi") > 0)
            & (pl.col("gmv_max_cost") > 0)
            & (pl.col("gmv_max_orders") > 0)
        )
    )
    value = pl.col("gmv_max_revenue") / pl.col("gmv_max_cost") / pl.col("target_roi")
    # Each order's value is as spread as an exponential one, so it counts for half; and days vary.
    beside = UNSEEN_SPREAD**2 / pl.coalesce("ran", "days", pl.lit(UNSEEN_DAYS))
    low, high = lognormal(value, (2 / pl.col("gmv_max_orders") + beside).sqrt())
    return both.select(
        *_KEY,
        "name",
        value.alias("roi_of_target"),
        low.alias("roi_of_target.lo"),
        high.alias("roi_of_target.hi"),
        pl.col("gmv_max_orders").alias("roi_of_target.n"),
    ).sort(_KEY)


def budget_use(results: pl.LazyFrame, budgets: pl.LazyFrame) -> pl.LazyFrame:
    """Cost / budget over the days on which both are known."""
    both = results.join(budgets.drop("name"), on=_DAY, maintain_order="left").filter(
        pl.col("daily_budget") > 0
    )
    used = both.group_by(_KEY).agg(
        pl.col("name").last(),
        (pl.col("gmv_max_cost").sum() / pl.col("daily_budget").sum()).alias("budget_use"),
    )
    return _exact(used, "budget_use")


def roi_credit(
    results: pl.LazyFrame, targets: pl.LazyFrame, changes: pl.LazyFrame, modes: pl.LazyFrame
) -> pl.LazyFrame:
    """Credit by the platform's own formula, cost - revenue / (0.9 x target), over the days that
    ROI protection covers: ROI below 90 % of the target, more than 20 orders, no change of the
    target on the day, and not in max delivery."""
    edited = changes.filter(pl.col("target_changes") > 0)
    boosted = modes.filter(pl.col("max_delivery") > 0)
    days = results.join(targets.drop("name"), on=_DAY, maintain_order="left")
    for void in (edited, boosted):
        days = days.join(void, on=_DAY, how="anti", maintain_order="left")
    owed = pl.col("gmv_max_cost") - pl.col("gmv_max_revenue") / (
        PROTECTED_BELOW * pl.col("target_roi")
    )
    covered = (
        (pl.col("gmv_max_orders") > PROTECTED_ORDERS) & (pl.col("target_roi") > 0) & (owed > 0)
    )
    sums = days.group_by(_KEY).agg(
        pl.col("name").last(),
        pl.when(covered).then(owed).sum().alias("roi_credit"),
        covered.sum().cast(pl.Float64).alias("roi_credit_days"),
    )
    return _exact(sums, "roi_credit", "roi_credit_days")


def edits_a_week(changes: pl.LazyFrame, shops: pl.LazyFrame) -> pl.LazyFrame:
    """Changes of budget, target or bid in seven days of the window; nothing without a window."""
    length = (pl.col("last") - pl.col("first")).dt.total_days() + 1
    weeks = shops.select("shop", (length / 7).alias("weeks")).drop_nulls()
    edits = (pl.col("budget_changes") + pl.col("target_changes")).sum() / pl.col("weeks").first()
    sums = (
        changes.join(weeks, on="shop")
        .group_by(_KEY)
        .agg(pl.col("name").last(), edits.alias("edits_a_week"))
    )
    return _exact(sums, "edits_a_week")


def budget_of_bids(days: pl.LazyFrame) -> pl.LazyFrame:
    """Daily budget / bid on the newest day of each campaign."""
    newest = days.filter(pl.col("bid") > 0).unique(_KEY, keep="last", maintain_order=True)
    value = (pl.col("daily_budget") / pl.col("bid")).alias("budget_of_bids")
    return _exact(newest.select(*_KEY, "name", value), "budget_of_bids")


def max_delivery_days(modes: pl.LazyFrame) -> pl.LazyFrame:
    """Days on which a campaign spent its budget whatever it returned, of those whose mode is
    known."""
    on = (pl.col("max_delivery") > 0).sum().cast(pl.Float64).alias("max_delivery_days")
    return _exact(modes.group_by(_KEY).agg(pl.col("name").last(), on), "max_delivery_days")


def _exact(frame: pl.LazyFrame, *metrics: str) -> pl.LazyFrame:
    """*frame* with limits that are the values: nothing of it is chance."""
    limits = (pl.col(m).alias(f"{m}.{end}") for m in metrics for end in ("lo", "hi"))
    return frame.with_columns(limits).sort(_KEY)
