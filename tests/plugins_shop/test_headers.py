"""Every header that is known of a real file, in every language, is known to its kind."""

import tomllib
from pathlib import Path

import pytest

from advisor.tabular.header_text import header_text
from tests.plugins_shop.reads import claims, written
from tests.plugins_shop.samples import as_csv
from tests.plugins_shop.test_kinds import KINDS

HEADERS: dict[str, dict[str, list[str]]] = tomllib.loads(
    (Path(__file__).parent / "headers.toml").read_text(encoding="utf-8")
)
BY_ID = {kind.id: kind for kind in KINDS}
every_language = pytest.mark.parametrize(
    ("kind", "language"),
    [(kind, language) for kind, languages in HEADERS.items() for language in languages],
)


def _known(kind: str, *languages: str) -> set[str]:
    return {
        header_text(name).key
        for column in BY_ID[kind].columns.values()
        for language in languages
        for name in column.headers.get(language, ())
    }


@every_language
def test_every_header_is_known_in_its_language(kind: str, language: str) -> None:
    # Exports leave some headers in English, whatever the language of the others.
    known = _known(kind, language, "en")
    assert [name for name in HEADERS[kind][language] if header_text(name).key not in known] == []


@every_language
def test_most_headers_are_listed_under_their_language(kind: str, language: str) -> None:
    own = _known(kind, language)
    names = HEADERS[kind][language]
    assert 4 * sum(header_text(name).key in own for name in names) >= 3 * len(names)


def _enough(kind: str, language: str) -> bool:
    """Whether the headers known in a language have all that the kind requires."""
    listed = {header_text(name).key for name in HEADERS[kind][language]}
    columns = [BY_ID[kind].columns[need] for need in BY_ID[kind].requires]
    names = [(*c.headers.get(language, ()), *c.headers.get("en", ())) for c in columns]
    return all(listed & {header_text(name).key for name in several} for several in names)


ENOUGH = [
    (kind, language)
    for kind, languages in HEADERS.items()
    for language in languages
    if _enough(kind, language)
]


def test_nearly_every_header_row_is_enough_for_its_kind() -> None:
    assert len(ENOUGH) >= 34


@pytest.mark.parametrize(("kind", "language"), ENOUGH)
def test_a_header_row_alone_tells_its_kind_from_all_others(
    kind: str, language: str, tmp_path: Path
) -> None:
    names = HEADERS[kind][language]
    path = written(tmp_path, "file.csv", as_csv([names, ["1"] * len(names)]))
    assert [match.kind for match, _ in claims(path) if not match.lacks] == [kind]
