"""From findings to a plan: causes, money, contradictions, one order."""

from advisor.plan.actions import Planned, fingerprint
from advisor.plan.findings import Priced
from advisor.plan.levers import SetAside
from advisor.plan.money import ASSUMED, MONTH, Gain, NoPrice, Price, Target, expected
from advisor.plan.order import Plan, Ranked, plan
from advisor.plan.pricing import WASTE, Pricing, arithmetic, edge
from advisor.plan.priority import FORMULA, Priority, start

__all__ = [
    "ASSUMED",
    "FORMULA",
    "MONTH",
    "WASTE",
    "Gain",
    "NoPrice",
    "Plan",
    "Planned",
    "Price",
    "Priced",
    "Pricing",
    "Priority",
    "Ranked",
    "SetAside",
    "Target",
    "arithmetic",
    "edge",
    "expected",
    "fingerprint",
    "plan",
    "start",
]
