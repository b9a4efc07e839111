"""What the author of a rule, a plugin or a theme tests it with, in one line each.

    from advisor.testing import assert_fires, shop

    assert_fires("slow-page", {"product_clicks": 6_000, "sku_orders": 60})

Rules: `shop` makes a shop from a few rows; `assert_fires`, `assert_clear`, `assert_unsure` and
`assert_missing` say how a rule must end on a subject of it, and print the tree of its conditions
where it does not. Hooks: a contract for each, to subclass in a test module, or to call at once with
`.holds(...)`. Case files become tests by the pytest plugin: `advisor_cases = my-rules/` in pytest's
settings. Names are loaded when they are first used.
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
    from advisor.testing.shops import Shop, shop

__all__ = [
    "Ending",
    "Shop",
    "assert_clear",
    "assert_fires",
    "assert_missing",
    "assert_unsure",
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
    "shops": ("Shop", "shop"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'advisor.testing' has no attribute {name!r}")
    return getattr(import_module(f"advisor.testing.{_HOME[name]}"), name)
