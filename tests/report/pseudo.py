"""A made-up language in which every text of the catalogues is marked, to see what is in none."""

from collections.abc import Sequence
from pathlib import Path

from advisor.model import Catalogue, Language
from advisor.plugin import Registry
from advisor.testing.catalogues import package_texts

OPEN, CLOSE = "⟦", "⟧"


def pseudo_language(registry: Registry) -> Language:
    """Every text between ⟦ and ⟧, numbers and dates as Spanish has them."""
    folders = [place for place in registry.text_folders() if isinstance(place, Path)]
    return Language("es", None, pseudo_catalogue(folders))


def pseudo_catalogue(packages: Sequence[Path]) -> Catalogue:
    """The catalogue of *packages* in that language."""
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, str]] = {}
    for package in packages:
        for text in package_texts(package):
            key = f"{text.context}\x04{text.text}" if text.context else text.text
            if text.plural:
                plurals[key] = (_marked(text.text), _marked(text.plural))
            else:
                texts[key] = _marked(text.text)
    return Catalogue(texts, plurals, "n != 1")


def _marked(text: str) -> str:
    return f"{OPEN}{text}{CLOSE}"


def unmarked(line: str) -> str:
    """What of *line* is outside of every mark."""
    depth, kept = 0, []
    for character in line:
        depth += character == OPEN
        if not depth:
            kept.append(character)
        depth -= character == CLOSE
    return "".join(kept)
