"""From findings to a plan: causes, money, contradictions, one order."""

from advisor.plan.actions import Planned, fingerprint
from advisor.plan.findings import PricedFinding
from advisor.plan.levers import SetAside
from advisor.plan.money import ASSUMED, MONTH, Gain, NoPrice, Price, Target, expected
from advisor.plan.order import Plan, Ranked, plan
from advisor.plan.pricing import WASTE, PricedFindings, arithmetic, edge, price_findings
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
    "PricedFinding",
    "PricedFindings",
    "Priority",
    "Ranked",
    "SetAside",
    "Target",
    "arithmetic",
    "edge",
    "expected",
    "fingerprint",
    "plan",
    "price_findings",
    "start",
]
