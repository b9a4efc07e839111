"""How the counts of a shop come about: each one of what came before it, at a rate.

A funnel is a tree of steps for one kind of subject. A step's rate is per one of the count it comes
of, or per day where it comes of none; money is in US dollars. `low` to `high` is what is usual:
what bands and rules say of it is drawn over that (see healthy).
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class How(StrEnum):
    """What chance does to a step."""

    EVENTS = "events"  # Poisson, and more than one of each is possible
    CHANCE = "chance"  # binomial: never more than what it comes of
    VALUE = "value"  # what events are worth together: log-normal each
    SPENT = "spent"  # money that somebody decides to spend: days differ, nothing is chance
    GIVEN = "given"  # as many as expected
    EACH = "each"  # one at least for each, the rest Poisson; binomial where the rate is below 1
    STATE = "state"  # the same level on each day
    DAYS = "days"  # 1 on this share of the days, else 0


@attrs.frozen
class Step:
    """One count. *alike*: subjects of one shop hardly differ in this rate, because rules compare
    them with each other. *drift*: how the rate may change from one window to the next."""

    count: str
    of: str | None
    low: float
    high: float
    how: How = How.EVENTS
    family: str = ""
    alike: bool = False
    drift: tuple[float, float] = (1.0, 1.01)
    money: bool = False
    gathers: str = ""


@attrs.frozen(eq=False)
class Funnel:
    """The steps of one kind. *once*: a subject has one day, as a LIVE; *least* to *most*: how many
    subjects a shop has, or *keys*: which; *windows*: how many of 28 days its files reach back."""

    kind: str
    steps: tuple[Step, ...]
    most: int = 1
    least: int = 1
    windows: int = 2
    once: bool = False
    parents: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @cached_property
    def counts(self) -> tuple[str, ...]:
        return tuple(step.count for step in self.steps)

    @cached_property
    def at(self) -> Mapping[str, int]:
        """The place of each count."""
        return {count: i for i, count in enumerate(self.counts)}

    @cached_property
    def paths(self) -> Floats:
        """Which rates (columns) each count (row) is the product of."""
        found = np.eye(len(self.steps))
        for i, step in enumerate(self.steps):
            if step.of is not None:
                found[i] += found[self.at[step.of]]
        return found

    @cached_property
    def families(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(step.family for step in self.steps))

    def column(self, name: str) -> Floats:
        """One number of each step."""
        return np.array([float(getattr(step, name)) for step in self.steps])


def _steps(family: str, *steps: Step) -> tuple[Step, ...]:
    return tuple(attrs.evolve(step, family=family) for step in steps)


def _sold(
    of: str,
    low: float,
    high: float,
    money: str = "gmv",
    orders: str = "sku_orders",
    *,
    alike: bool = False,
) -> Sequence[Step]:
    """Orders of something, and what they are worth."""
    return (
        Step(orders, of, low, high, alike=alike),
        Step(money, orders, 12, 60, How.VALUE, alike=alike, money=True),
    )


_TRAFFIC = (0.93, 1.15)

FUNNELS: tuple[Funnel, ...] = (
    Funnel(
        "shop",
        _steps(
            "shop",
            Step("visitors", None, 20, 2000, drift=(1.012, 1.12)),
            Step("customers", "visitors", 0.02, 0.06, How.CHANCE),
            Step("repeat_customers", "customers", 0.1, 0.4, How.CHANCE),
            Step("orders", "customers", 1.0, 1.15, How.EACH),
            Step("sku_orders", "orders", 1.0, 1.4, How.EACH),
            Step("items_sold", "sku_orders", 1.0, 1.3, How.EACH),
            Step("gmv", "orders", 15, 60, How.VALUE, money=True),
            Step("page_views", "visitors", 1.5, 3.0),
        )
        + _steps("violations", Step("violations", None, 1e-6, 1e-6, How.GIVEN))
        + _steps(
            "service",
            Step("chats_to_answer", None, 0.5, 40),
            Step("chats_answered", "chats_to_answer", 0.91, 0.99, How.CHANCE),
        )
        + _steps(
            "account-health",
            Step("account_health_rating", None, 206, 900, How.STATE),
            Step("account_points", None, 1e-6, 6, How.STATE),
        )
        + _steps("promotions", Step("promotions", None, 0.05, 0.7, How.DAYS))
        + _steps(
            "gmv-max",
            Step("gmv_max_cost", None, 20, 400, How.SPENT, drift=_TRAFFIC, money=True),
            *_sold("gmv_max_cost", 0.05, 0.3, "gmv_max_revenue", "gmv_max_orders"),
        )
        + _steps(
            "samples",
            Step("samples_due", None, 0.2, 5),
            Step("samples_overdue", "samples_due", 0.05, 0.49, How.CHANCE),
        ),
        windows=8,
    ),
    Funnel(
        "product",
        _steps(
            "shop-product",
            Step("product_impressions", None, 200, 20_000, drift=_TRAFFIC),
            Step("product_clicks", "product_impressions", 0.01, 0.05, How.CHANCE),
            Step("page_views", "product_clicks", 1.0, 1.5),
            Step("orders", "product_clicks", 0.03, 0.065),
            Step("sku_orders", "orders", 1.0, 1.2, How.EACH),
            Step("gmv", "sku_orders", 12, 60, How.VALUE, money=True),
            Step("items_sold", "sku_orders", 1.0, 1.3, How.EACH),
            Step("items_refunded", "items_sold", 0.01, 0.095, alike=True),
        )
        + _steps(
            "stock",
            Step("stock", "items_sold", 20, 90, How.STATE),
            Step("incoming_stock", None, 1e-6, 1e-6, How.STATE),
            Step("lead_days", None, 5, 18, How.STATE),
        )
        + _steps(
            "affiliate-product",
            Step("posting_creators", None, 0.01, 0.7, How.GIVEN),
            Step("selling_creators", "posting_creators", 0.3, 0.9, How.GIVEN),
        )
        + _steps(
            "gmv-max",
            Step("gmv_max_cost", None, 2, 60, How.SPENT, money=True),
            *_sold("gmv_max_cost", 0.05, 0.3, "gmv_max_revenue", "gmv_max_orders"),
        ),
        most=30,
    ),
    Funnel(
        "ad",
        _steps(
            "tiktok-ads",
            Step("spend", None, 5, 500, How.SPENT, drift=_TRAFFIC, money=True),
            Step("impressions", "spend", 50, 200),
            Step("clicks", "impressions", 0.01, 0.03, How.CHANCE),
            Step("plays_2s", "impressions", 0.25, 0.4, How.CHANCE, alike=True),
            Step("plays_6s", "plays_2s", 0.3, 0.5, How.CHANCE, alike=True),
            Step("ad_page_views", "clicks", 0.7, 1.0),
            Step("ad_checkouts", "ad_page_views", 0.1, 0.45),
            *_sold("ad_checkouts", 0.4, 0.9, "ad_revenue", "purchases"),
        ),
        most=40,
        parents=("ad-group", "campaign"),
    ),
    Funnel(
        "video",
        _steps(
            "shop-video",
            Step("views", None, 50, 50_000, drift=_TRAFFIC),
            Step("likes", "views", 0.02, 0.05, alike=True),
            Step("comments", "views", 0.002, 0.008, alike=True),
            Step("shares", "views", 0.001, 0.005, alike=True),
            Step("complete_plays", "views", 0.1, 0.4, How.CHANCE),
            Step("product_clicks", "views", 0.01, 0.03, How.CHANCE),
            *_sold("product_clicks", 0.03, 0.05),
        ),
        most=40,
    ),
    Funnel(
        "live",
        _steps(
            "shop-live",
            Step("live_seconds", None, 3_600, 14_400, How.GIVEN, alike=True),
            Step("live_impressions", "live_seconds", 0.5, 15, alike=True),
            Step("views", "live_impressions", 0.05, 0.3, How.CHANCE, alike=True),
            Step("watch_seconds", "views", 20, 120, How.VALUE, alike=True),
            Step("comments", "views", 0.005, 0.05, alike=True, drift=(1.15, 1.6)),
            Step("shares", "views", 0.001, 0.01, alike=True, drift=(1.15, 1.6)),
            Step("product_clicks", "views", 0.01, 0.03, How.CHANCE, alike=True),
            *_sold("product_clicks", 0.03, 0.05, alike=True),
        )
        + _steps("violations", Step("violations", None, 1e-7, 1e-7, How.GIVEN)),
        most=16,
        once=True,
    ),
    Funnel(
        "channel",
        _steps(
            "channel-live",
            Step("streams", None, 0.3, 2.0, How.GIVEN, drift=_TRAFFIC),
            *_sold("streams", 8, 300),
        ),
        keys=("live",),
        windows=8,
    ),
    Funnel(
        "account",
        _steps(
            "studio-followers",
            Step("followers", None, 1_000, 500_000, How.STATE, gathers="follower_change"),
            Step("follower_change", "followers", 0.002, 0.006),
        )
        + _steps(
            "studio-overview",
            Step("views", None, 200, 500_000, drift=_TRAFFIC),
            Step("likes", "views", 0.02, 0.05),
            Step("comments", "views", 0.002, 0.008),
            Step("shares", "views", 0.001, 0.005),
        ),
        keys=("account",),
        windows=8,
    ),
    Funnel(
        "territory",
        _steps("studio-territories", Step("audience_share", None, 0.02, 0.49, How.STATE)),
        most=3,
        parents=("account",),
    ),
    Funnel(
        "segment",
        _steps("studio-ages", Step("age_share", None, 0.02, 0.39, How.STATE)),
        most=6,
        parents=("account",),
    ),
    Funnel(
        "creator",
        _steps(
            "affiliate",
            Step("videos", None, 0.1, 0.4, How.GIVEN),
            Step("streams", None, 0.01, 0.2, How.GIVEN),
            Step("items_sold", "videos", 5, 20),
            Step("orders", "items_sold", 0.7, 1.0, How.EACH),
            Step("gmv", "items_sold", 20, 40, How.VALUE, money=True),
        )
        + _steps("samples", Step("samples_overdue", None, 1e-6, 1e-6, How.GIVEN)),
        most=40,
        least=12,  # one of a few is half of the business without being ill
    ),
    Funnel(
        "campaign",
        _steps(
            "gmv-max",
            Step("gmv_max_cost", None, 10, 300, How.SPENT, money=True),
            *_sold("gmv_max_cost", 0.05, 0.3, "gmv_max_revenue", "gmv_max_orders"),
        )
        + _steps("campaign-budgets", Step("daily_budget", "gmv_max_cost", 1.08, 1.9, How.STATE))
        + _steps("campaign-targets", Step("target_roi", None, 2.5, 6, How.STATE))
        + _steps(
            "campaign-changes",
            Step("budget_changes", None, 1e-6, 0.2, How.GIVEN),
            Step("target_changes", None, 1e-6, 1e-6, How.GIVEN),
        ),
        most=8,
    ),
)

BY_KIND: Mapping[str, Funnel] = {funnel.kind: funnel for funnel in FUNNELS}
