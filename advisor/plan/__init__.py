"""From findings to a plan: causes, money, contradictions, one order."""

from advisor.plan.actions import Planned, fingerprint
from advisor.plan.findings import Priced
from advisor.plan.levers import SetAside
from advisor.plan.order import Plan, Ranked, plan

__all__ = ["Plan", "Planned", "Priced", "Ranked", "SetAside", "fingerprint", "plan"]
