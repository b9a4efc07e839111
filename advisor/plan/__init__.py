"""From findings to a plan: causes, money, contradictions, one order."""

from advisor.plan.actions import Planned, fingerprint
from advisor.plan.experience import Experience, Tries
from advisor.plan.factors import edge
from advisor.plan.findings import PricedFinding, worth_of_one
from advisor.plan.levers import SetAside
from advisor.plan.money import (
    ASSUMED,
    MARGIN,
    MONTH,
    SALES,
    SPEND,
    Gain,
    NoPrice,
    Price,
    Target,
    TargetOrigin,
)
from advisor.plan.mute import Muted
from advisor.plan.order import Plan, Ranked, plan
from advisor.plan.price_text import arithmetic
from advisor.plan.pricing import PricedFindings, price_findings
from advisor.plan.priority import Priority, formula, start
from advisor.plan.question import asked_of
from advisor.plan.shop_plan import (
    ACTIONS,
    FINDINGS,
    ShopPlan,
    actions_frame,
    findings_frame,
    plan_shop,
)
from advisor.plan.shown import shown_values

__all__ = [
    "ACTIONS",
    "ASSUMED",
    "FINDINGS",
    "MARGIN",
    "MONTH",
    "SALES",
    "SPEND",
    "Experience",
    "Gain",
    "Muted",
    "NoPrice",
    "Plan",
    "Planned",
    "Price",
    "PricedFinding",
    "PricedFindings",
    "Priority",
    "Ranked",
    "SetAside",
    "ShopPlan",
    "Target",
    "TargetOrigin",
    "Tries",
    "actions_frame",
    "arithmetic",
    "asked_of",
    "edge",
    "findings_frame",
    "fingerprint",
    "formula",
    "plan",
    "plan_shop",
    "price_findings",
    "shown_values",
    "start",
    "worth_of_one",
]
