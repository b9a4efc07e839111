"""Kinds of files about settled money, and the counts that are made of them."""

from collections.abc import Iterable, Mapping, Sequence

import attrs


@attrs.frozen
class Parts:
    """Names of the counts of one family; *settlement* is what the others add up to."""

    settlement: str
    revenue: str
    fees: str
    shipping: str
    adjustments: str
    platform: str
    affiliate: str
    ads: str
    other: str
    before_ads: str
    orders: str


SETTLED = Parts(
    "settlement",
    "settled_revenue",
    "settlement_fees",
    "settled_shipping",
    "settled_adjustments",
    "platform_fee",
    "affiliate_fee",
    "ad_fee",
    "other_fee",
    "settlement_before_ads",
    "settled_orders",
)
UNSETTLED = Parts(
    "unsettled",
    "unsettled_revenue",
    "unsettled_fees",
    "unsettled_shipping",
    "unsettled_adjustments",
    "unsettled_platform_fee",
    "unsettled_affiliate_fee",
    "unsettled_ad_fee",
    "unsettled_other_fee",
    "unsettled_before_ads",
    "unsettled_orders",
)
_SETTLED_ADDS = (SETTLED.ads, SETTLED.other, SETTLED.before_ads, SETTLED.orders)
_UNSETTLED_ADDS = (UNSETTLED.ads, UNSETTLED.other, UNSETTLED.before_ads, UNSETTLED.orders)

SETTLED_BY_PRODUCT = ("income", "profit-and-loss", "api-statement-transactions")
"""Kinds whose rows may be about one product."""
ADDS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys((*SETTLED_BY_PRODUCT, "api-statements"), _SETTLED_ADDS),
    "income-report": (SETTLED.ads, SETTLED.other, SETTLED.before_ads),
    "profit-and-loss-adjustments": ("statement_ad_payments",),
    **dict.fromkeys(("unsettled-orders", "api-unsettled-orders"), _UNSETTLED_ADDS),
}
"""Counts that each kind gives beside those of its columns."""


def base_count(count: str) -> str:
    """The count that a column is a part of: `platform_fee` of `platform_fee.item`."""
    return count.partition(".")[0]


def base_counts(counts: Iterable[str]) -> tuple[str, ...]:
    """Names of counts once parts are added up."""
    return tuple(dict.fromkeys(base_count(count) for count in counts))
