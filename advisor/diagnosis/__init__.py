"""Files to judgement, for one shop or a block of many."""

from advisor.diagnosis.block import Block
from advisor.diagnosis.opening import FAILURES, Shop, gather_shop, open_shop, open_shops
from advisor.diagnosis.shops import BlockDiagnosis, Diagnosis
from advisor.diagnosis.steps import diagnose, diagnose_block, diagnose_gathered

__all__ = [
    "FAILURES",
    "Block",
    "BlockDiagnosis",
    "Diagnosis",
    "Shop",
    "diagnose",
    "diagnose_block",
    "diagnose_gathered",
    "gather_shop",
    "open_shop",
    "open_shops",
]
