"""The fenced blocks of the documentation."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import attrs
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


@attrs.frozen
class Block:
    """A fenced block. *about* is what its info string says after the language."""

    page: str
    line: int
    language: str
    about: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(*languages: str) -> Iterator[Block]:
    """Every fenced block in one of *languages*."""
    return (block for block in _all_blocks() if block.language in languages)


@cache
def _all_blocks() -> tuple[Block, ...]:
    return tuple(
        Block(page.name, token.map[0] + 1, language, about.strip(), token.content)
        for page in PAGES
        for token in MarkdownIt().parse(page.read_text(encoding="utf-8"))
        for language, _, about in (token.info.partition(" "),)
        if token.type == "fence" and token.map
    )
