"""Every header that is known to exist is known to some kind, in its language."""

import tomllib
from pathlib import Path

import pytest

from advisor.tabular.header_text import header_text
from advisor.tabular.kind import Kind
from advisor.tabular.kinds import load_kinds

KINDS: dict[str, Kind] = {
    kind.id: kind
    for package in ("advisor_tiktok_ads", "advisor_tiktok_shop", "advisor_tiktok_studio")
    for kind in load_kinds(package)
}
TABLE = tomllib.loads((Path(__file__).parent / "headers.toml").read_text(encoding="utf-8"))
SINGLE = {
    "ads-manager-2024": "ads-manager-report",
    "ads-manager-2026": "ads-manager-report",
    "ads-manager-table": "ads-manager-report",
    "ads-manager-columns": "ads-manager-report",
    "shop-ads": "ads-manager-report",
    "gmv-max-creatives": "gmv-max-creatives",
    "gmv-max-lives": "gmv-max-lives",
    "gmv-max-overview": "gmv-max-overview",
}
CASES = [
    (table, language, header)
    for table, languages in TABLE.items()
    for language, headers in languages.items()
    for header in headers
]


def known(kind: Kind) -> set[str]:
    """Headers of a kind as they are compared, in all languages: exports mix them."""
    read = (name for spec in kind.columns.values() for ns in spec.headers.values() for name in ns)
    ignored = (name for names in kind.ignores.values() for name in names)
    return {header_text(name).key for name in (*read, *ignored)}


EVERYWHERE = set().union(*(known(kind) for kind in KINDS.values()))


@pytest.mark.parametrize(("table", "language", "header"), CASES)
def test_a_header_is_known(table: str, language: str, header: str) -> None:
    names = known(KINDS[SINGLE[table]]) if table in SINGLE else EVERYWHERE
    assert header_text(header).key in names, f"{table} ({language})"


def test_every_table_has_its_kind_or_speaks_of_all() -> None:
    assert set(TABLE) == {*SINGLE, "by-language"}
    assert set(SINGLE.values()) <= KINDS.keys()


def test_a_header_that_is_read_is_not_ignored_too() -> None:
    for kind in KINDS.values():
        read = {
            header_text(n).key
            for s in kind.columns.values()
            for ns in s.headers.values()
            for n in ns
        }
        ignored = {header_text(n).key for names in kind.ignores.values() for n in names}
        assert not read & ignored, kind.id
