"""From findings to a plan: what each is worth, and in which order to act."""

from advisor.plan.order import Planned, plan

__all__ = ["Planned", "plan"]
