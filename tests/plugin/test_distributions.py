"""Which plugins fit this shop-advisor: what their distributions require."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.plugin import installed_versions, own_version
from advisor.plugin.distributions import Described, describe, meets
from advisor.plugin.registry import DISTRIBUTION

VERSIONS = st.lists(st.integers(0, 12), min_size=1, max_size=3).map(
    lambda parts: ".".join(map(str, parts))
)
CLAUSES = st.one_of(
    st.tuples(st.sampled_from([">=", "<=", ">", "<", "==", "!="]), VERSIONS).map("".join),
    st.tuples(st.sampled_from(["==", "!="]), VERSIONS).map(lambda pair: f"{''.join(pair)}.*"),
    VERSIONS.filter(lambda version: "." in version).map(lambda version: f"~={version}"),
)


@given(VERSIONS, st.lists(CLAUSES, max_size=3))
def test_a_requirement_holds_where_packaging_says_so(version: str, clauses: list[str]) -> None:
    from packaging.specifiers import SpecifierSet

    needs = ",".join(clauses)

    assert meets(version, needs) == SpecifierSet(needs).contains(version)


@pytest.mark.parametrize("needs", ["", "===unknown", "@ file:///wheel", "??"])
def test_what_cannot_be_read_forbids_nothing(needs: str) -> None:
    assert meets("0.1.0", needs)


METADATA = """Metadata-Version: 2.1
Name: advisor-agency
Version: 1.2
Requires-Dist: polars>=1
{requires}

Name: no-header
"""


@pytest.mark.parametrize(
    ("requires", "needs"),
    [
        ("Requires-Dist: shop-advisor>=0.1,<2", ">=0.1,<2"),
        ("Requires-Dist: shop_advisor (>=0.1)", ">=0.1"),
        ("Requires-Dist: Shop.Advisor[engine] ~= 0.1", "~= 0.1"),
        ("Requires-Dist: shop-advisor", ""),
        ("Requires-Dist: shop-advisor>=9; extra == 'test'", ""),
        ("Requires-Dist: shop-advisor-extras>=9", ""),
        ("Requires-Dist: shop-advisor @ file:///wheels/shop.whl", ""),
        ("", ""),
    ],
)
def test_a_distribution_says_what_it_needs(requires: str, needs: str) -> None:
    text = METADATA.format(requires=requires)
    stored: Any = SimpleNamespace(read_text=lambda name: text if name == "METADATA" else None)

    assert describe(stored, "shop-advisor") == Described("advisor-agency", "1.2", needs)


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("Project-URL: Documentation, https://docs.example/", "https://docs.example/"),
        ("Project-URL: documentation,https://docs.example/", "https://docs.example/"),
        ("Project-URL: Homepage, https://home.example/", ""),
        ("", ""),
    ],
)
def test_a_distribution_says_where_its_documentation_is(header: str, address: str) -> None:
    text = METADATA.format(requires=header)
    stored: Any = SimpleNamespace(read_text=lambda name: text if name == "METADATA" else None)

    assert describe(stored, "shop-advisor").documentation == address


def test_the_versions_of_all_that_is_installed_are_told() -> None:
    assert f"{DISTRIBUTION} {own_version()}" in installed_versions().split(", ")
