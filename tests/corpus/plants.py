"""How a condition that is no plain ratio of counts is brought about in a shop's counts.

A rule whose symbol or metric is not named here is planted all the same: what the plugin would say
is given to the sick subject (see sick), and the table of powers says so.
"""

from collections.abc import Mapping

import attrs


@attrs.frozen
class Symbol:
    """*below*: metrics that are less than so many times those of the shop's others, divided by the
    strength; *held*: metrics (or ratios of two counts) that stay as they are; *part*: the second
    has this part of the first's gap to the others; *others*: metrics of which the others have so
    many times the most that is good."""

    below: Mapping[str, float] = attrs.field(factory=dict)
    held: tuple[str, ...] = ()
    part: tuple[str, str, float] | None = None
    others: Mapping[str, float] = attrs.field(factory=dict)


SYMBOLS: Mapping[tuple[str, str], Symbol] = {
    ("cpc.driver", "cpm"): Symbol(held=("ctr",)),
    ("cpc.driver", "ctr"): Symbol(part=("cpc", "ctr", 0.75), others={"ctr": 0.98}),
    ("cpc.driver", "both"): Symbol(part=("cpc", "ctr", 0.5)),
    ("roas.driver", "cvr"): Symbol(held=("ad_aov", "cpc")),
    ("roas.driver", "aov"): Symbol(held=("cvr", "cpc")),
    ("roas.driver", "cpc"): Symbol(held=("cvr", "ad_aov")),
    ("attention.weak", "opening"): Symbol(below={"hook_rate": 0.75}),
    ("attention.weak", "body"): Symbol(below={"hold_rate": 0.75}),
    ("attention.weak", "both"): Symbol(below={"hook_rate": 0.75, "hold_rate": 0.75}),
    ("live.broken-link", "enter"): Symbol(below={"enter_rate": 0.6}, held=("watch_gpm",)),
    ("live.broken-link", "stay"): Symbol(below={"watch_seconds": 0.6}),
    ("live.broken-link", "click"): Symbol(
        below={"view_ctr": 0.6}, held=("ctor", "sku_aov"), others={"view_ctr": 4.0}
    ),
    ("live.broken-link", "buy"): Symbol(
        below={"ctor": 0.6}, held=("view_ctr", "sku_aov"), others={"ctor": 4.0}
    ),
    ("gmv.driver", "visitors"): Symbol(held=("conversion", "aov", "orders/customers")),
    ("gmv.driver", "conversion"): Symbol(held=("visitors", "aov", "orders/customers")),
    ("gmv.driver", "basket"): Symbol(held=("visitors", "conversion", "orders/customers")),
}

# Metrics of a plugin that set a subject against the others of its shop: the metric that they set.
AGAINST_OTHERS: Mapping[tuple[str, str], str] = {
    ("video", "views_ratio"): "views",
    ("video", "answers_ratio"): "engagement",
    ("video", "sales_ratio"): "video_gpm",
    ("live", "views_ratio"): "views",
    ("live", "entry_ratio"): "enter_rate",
    ("live", "answers_ratio"): "live_engagement",
    ("live", "sales_ratio"): "watch_gpm",
}

# Of the shop's whole: the count that it is the share of.
SHARES: Mapping[str, str] = {"creator_share": "gmv"}


@attrs.frozen
class Growth:
    """*count* is what grows; by day, or by one of *each* (a count of the same kind); *step*: how
    much further from its limit it is with each strength more."""

    count: str
    step: float
    each: str | None = None


GROWTHS: Mapping[str, Growth] = {
    "sales_growth": Growth("visitors", 0.05),
    "live_growth": Growth("sku_orders", 0.005, "streams"),
}
