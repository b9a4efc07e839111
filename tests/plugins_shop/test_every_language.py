"""Every kind in every language that it is said to support: the same rows give the same counts, and
docs/languages.md lists what was tried here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor.tabular import supported
from advisor.tabular.kind import CellType, ColumnSpec, Kind, Role
from docs.generate import DOCS, bundled
from docs.pages.exports import LANGUAGES
from docs.pages.languages import render, spoken
from tests.plugins_shop.reads import read, sums, written

REGISTRY = bundled()
KINDS = {kind.id: kind for kind in spoken(REGISTRY)}
# Their rows are chosen by words in the first cell, or their columns by the group above them.
LAID_OUT = {
    "creator-products",
    "product-traffic-list",
    "service-daily",
    *(kind.id for kind in KINDS.values() if kind.data_rows or kind.groups or kind.last_header),
}
# With one of these an Ads Manager report is another kind.
AUDIENCE = ("age", "gender", "country")
CASES = [
    (kind.id, language)
    for kind in KINDS.values()
    if kind.id not in LAID_OUT
    for language in supported(kind)
    if language in LANGUAGES
]
VALUES = {
    CellType.ID: ("1730829974117385001", "1730829974117385002"),
    CellType.DATE: ("2026-10-13", "2026-10-14"),
    CellType.RATE: ("12.00%", "13.00%"),
    CellType.MONEY: ("120", "130"),
    CellType.NUMBER: ("12", "13"),
    CellType.DURATION: ("60", "70"),
    CellType.MONTH: ("2026-10", "2026-11"),
    CellType.TEXT: ("one", "two"),
}
OF = {"status": "Completed", "currency": "USD", "link": "https://x/video/7646166143702453001"}


def name_in(spec: ColumnSpec, language: str) -> str | None:
    names = (*spec.headers.get(language, ()), *spec.guesses.get(language, ()))
    return next((name for name in names if name), None)


def columns(kind: Kind, language: str) -> Iterator[tuple[str, ColumnSpec]]:
    """Columns that have a name in *language* and in English, each name once."""
    seen: set[str] = set()
    for column, spec in kind.columns.items():
        here, english = name_in(spec, language), name_in(spec, "en")
        apart = AUDIENCE if kind.id == "ads-manager-report" else ()
        forbidden = column in (*kind.forbids, *apart) or spec.role is Role.PERSONAL
        forbidden = forbidden or spec.check is not None
        if here is None or english is None or forbidden or spec.occurrence > 1 or spec.of:
            continue
        if not {here.casefold(), english.casefold()} & seen:
            seen |= {here.casefold(), english.casefold()}
            yield column, spec


def table(kind: Kind, language: str, chosen: list[tuple[str, ColumnSpec]]) -> bytes:
    lines = [[name_in(spec, language) or "" for _, spec in chosen]]
    for row in (0, 1):
        lines.append([OF.get(column, VALUES[spec.type][row]) for column, spec in chosen])
    if kind.lines:  # the names stand below each other
        lines = [list(line) for line in zip(*lines, strict=True)]
    quoted = (",".join(f'"{cell}"' for cell in line) for line in lines)
    return "\n".join([*quoted, ""]).encode()


@pytest.mark.parametrize(("kind_id", "language"), CASES)
def test_a_language_gives_what_english_gives(kind_id: str, language: str, tmp_path: Path) -> None:
    kind = KINDS[kind_id]
    chosen = list(columns(kind, language))
    assert set(kind.requires) <= {column for column, _ in chosen}
    english = read(written(tmp_path, "tiktok en.csv", table(kind, "en", chosen)))
    here = read(written(tmp_path, "tiktok here.csv", table(kind, language, chosen)))
    assert (here.kind, here.rows, here.left_out) == (kind_id, english.rows, english.left_out)
    assert [sums(t) for t in here.tables] == [sums(t) for t in english.tables]


def test_the_page_lists_the_languages_that_were_tried() -> None:
    assert (DOCS / "languages.md").read_text(encoding="utf-8") == render(REGISTRY)


WANTED = {
    "ads-manager-report": set(LANGUAGES),
    "gmv-max-campaigns": set(LANGUAGES),
    "gmv-max-creatives": set(LANGUAGES),
    "gmv-max-lives": set(LANGUAGES) - {"ms"},
    "gmv-max-overview": set(LANGUAGES),
    "shop-analytics-daily": set(LANGUAGES),
    "orders": set(LANGUAGES),
    "affiliate-orders": {"en", "es", "id", "ja"},
    "studio-overview": {"en", "es", "pt", "id", "vi", "ja", "zh", "de", "fr"},
}


@pytest.mark.parametrize("kind", WANTED)
def test_the_files_that_most_people_have_are_read_in_every_language(kind: str) -> None:
    assert supported(KINDS[kind]).keys() >= WANTED[kind]
