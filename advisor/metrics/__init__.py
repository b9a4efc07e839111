"""Counts to metrics with intervals, a window at a time."""

from advisor.metrics.alike import alike_shops, derived_of, links_of, rows_of
from advisor.metrics.band_edges import PROFILE, SIDES, by_profile, effective_edges, held_column
from advisor.metrics.changes import Explained, Row, split_changes
from advisor.metrics.counted_rows import CountedRows, as_counted_rows, choose_windows, with_pools
from advisor.metrics.courses import DailyTotals, daily_totals
from advisor.metrics.derived import (
    context_for_plugins,
    counts_for_plugins,
    told_apart,
    with_derived,
)
from advisor.metrics.funnel import comes_after, steps_after
from advisor.metrics.funnel_counts import FunnelTotals, funnel_totals
from advisor.metrics.kpis import Total, kpi_names, totals, totals_by_day
from advisor.metrics.lineage import Lineage, Rows
from advisor.metrics.margins import OWN_LIST, SETTLEMENTS, with_margins
from advisor.metrics.measured import (
    AGO,
    OWN_DAYS,
    OWN_FIRST,
    PARTS,
    Measured,
    alone_with,
    days_column,
    measure,
    sum_up,
)
from advisor.metrics.pooling import pool, unpooled
from advisor.metrics.rankings import rank_subjects
from advisor.metrics.reconciliation import Compared, Sum, reconcile
from advisor.metrics.required import RequiredMetrics, metric_of, money_each, required_metrics
from advisor.metrics.running import OVER, WHY_OVER, with_over
from advisor.metrics.shop_slices import ShopFrames, ShopSlices, shop_spans
from advisor.metrics.steps import Steps, in_steps, without
from advisor.metrics.subject_windows import SubjectChange, with_subject_windows
from advisor.metrics.value import Value, possible_levels, sureness, value_of
from advisor.metrics.window_rows import in_window, outside_notes
from advisor.metrics.windows import Windows

__all__ = [
    "AGO",
    "OVER",
    "OWN_DAYS",
    "OWN_FIRST",
    "OWN_LIST",
    "PARTS",
    "PROFILE",
    "SETTLEMENTS",
    "SIDES",
    "WHY_OVER",
    "Compared",
    "CountedRows",
    "DailyTotals",
    "Explained",
    "FunnelTotals",
    "Lineage",
    "Measured",
    "RequiredMetrics",
    "Row",
    "Rows",
    "ShopFrames",
    "ShopSlices",
    "Steps",
    "SubjectChange",
    "Sum",
    "Total",
    "Value",
    "Windows",
    "alike_shops",
    "alone_with",
    "as_counted_rows",
    "by_profile",
    "choose_windows",
    "comes_after",
    "context_for_plugins",
    "counts_for_plugins",
    "daily_totals",
    "days_column",
    "derived_of",
    "effective_edges",
    "funnel_totals",
    "held_column",
    "in_steps",
    "in_window",
    "kpi_names",
    "links_of",
    "measure",
    "metric_of",
    "money_each",
    "outside_notes",
    "pool",
    "possible_levels",
    "rank_subjects",
    "reconcile",
    "required_metrics",
    "rows_of",
    "shop_spans",
    "split_changes",
    "steps_after",
    "sum_up",
    "sureness",
    "told_apart",
    "totals",
    "totals_by_day",
    "unpooled",
    "value_of",
    "with_derived",
    "with_margins",
    "with_over",
    "with_pools",
    "with_subject_windows",
    "without",
]
