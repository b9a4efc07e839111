"""Tests of versions: how large one has to be, and what its numbers say."""

from advisor.experiment.arms import Arm, limits
from advisor.experiment.before_after import Change, before_after
from advisor.experiment.marks import mark_of
from advisor.experiment.reading import Reading, read
from advisor.experiment.run_records import run_records
from advisor.experiment.shop import Found, Shop, changes, open_shop, subject, whole
from advisor.experiment.size import Size, size
from advisor.experiment.verdicts import due_day, is_final, verdicts
from advisor.experiment.worth import Pace, own_money

__all__ = [
    "Arm",
    "Change",
    "Found",
    "Pace",
    "Reading",
    "Shop",
    "Size",
    "before_after",
    "changes",
    "due_day",
    "is_final",
    "limits",
    "mark_of",
    "open_shop",
    "own_money",
    "read",
    "run_records",
    "size",
    "subject",
    "verdicts",
    "whole",
]
