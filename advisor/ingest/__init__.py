"""Find files, have them read, and combine them so that nothing counts twice."""

from advisor.ingest.atomic_write import PendingSet, write_outputs
from advisor.ingest.combination import Counted, CountSet, ShopReadings, combine, combine_shops
from advisor.ingest.facts import (
    DAMAGES,
    KeptSettings,
    gathered_in,
    gathered_out,
    kept_settings,
    write_facts,
)
from advisor.ingest.files import STDIN, find_files, is_address, is_facts, is_own_output
from advisor.ingest.gathering import SIDE_BY_SIDE, ShopFiles, gather, gather_shops
from advisor.ingest.proposal import Proposal, propose
from advisor.ingest.result import Gathered, Unread

__all__ = [
    "DAMAGES",
    "SIDE_BY_SIDE",
    "STDIN",
    "CountSet",
    "Counted",
    "Gathered",
    "KeptSettings",
    "PendingSet",
    "Proposal",
    "ShopFiles",
    "ShopReadings",
    "Unread",
    "combine",
    "combine_shops",
    "find_files",
    "gather",
    "gather_shops",
    "gathered_in",
    "gathered_out",
    "is_address",
    "is_facts",
    "is_own_output",
    "kept_settings",
    "propose",
    "write_facts",
    "write_outputs",
]
