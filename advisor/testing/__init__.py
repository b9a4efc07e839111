"""What the author of a rule, a plugin or a theme tests it with, in one line each.

    from advisor.testing import assert_fires, shop

    assert_fires("slow-page", {"product_clicks": 6_000, "sku_orders": 60}, pack="my-rules")

Rules: `shop` makes a shop from a few rows; `assert_fires`, `assert_clear`, `assert_unsure` and
`assert_missing` say how a rule must end on a subject of it, and print the tree of its conditions
where it does not. Hooks: a contract for each, to subclass in a test module, or to call at once with
`.holds(...)`. Case files become tests by the pytest plugin: `advisor_cases = my-rules/` in pytest's
settings. Names are loaded when they are first used, and nothing here needs pytest but its plugin.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.testing.assertions import (
        Ending,
        assert_clear,
        assert_fires,
        assert_missing,
        assert_unsure,
        judged,
    )
    from advisor.testing.benchmarks_contract import BenchmarksContract
    from advisor.testing.contract import Contract, Promise
    from advisor.testing.counts import Block, block_of, counts_of
    from advisor.testing.metrics_contract import MetricsContract
    from advisor.testing.provider_contract import ProviderContract
    from advisor.testing.report_contract import ReportContract
    from advisor.testing.rule_pack_contract import RulePackContract
    from advisor.testing.samples import Sample
    from advisor.testing.shops import Shop, shop
    from advisor.testing.vocabulary_contract import VocabularyContract

__all__ = [
    "BenchmarksContract",
    "Block",
    "Contract",
    "Ending",
    "MetricsContract",
    "Promise",
    "ProviderContract",
    "ReportContract",
    "RulePackContract",
    "Sample",
    "Shop",
    "VocabularyContract",
    "assert_clear",
    "assert_fires",
    "assert_missing",
    "assert_unsure",
    "block_of",
    "counts_of",
    "judged",
    "shop",
]

_HOMES = {
    "assertions": (
        "Ending",
        "assert_clear",
        "assert_fires",
        "assert_missing",
        "assert_unsure",
        "judged",
    ),
    "benchmarks_contract": ("BenchmarksContract",),
    "contract": ("Contract", "Promise"),
    "counts": ("Block", "block_of", "counts_of"),
    "metrics_contract": ("MetricsContract",),
    "provider_contract": ("ProviderContract",),
    "report_contract": ("ReportContract",),
    "rule_pack_contract": ("RulePackContract",),
    "samples": ("Sample",),
    "shops": ("Shop", "shop"),
    "vocabulary_contract": ("VocabularyContract",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'advisor.testing' has no attribute {name!r}")
    return getattr(import_module(f"advisor.testing.{_HOME[name]}"), name)
