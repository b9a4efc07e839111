"""Whose a table is: other platforms have spend, impressions and clicks too."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from advisor.model import frozen, parse_toml, structure
from advisor.tabular.header_text import header_text

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^\w]+|_+")
_NOBODYS = re.compile(r"google (?:drive|sheets?|docs?|data studio|looker)|meta ?data")


@frozen
class _File:
    names: Mapping[str, tuple[str, ...]]
    cells: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, tuple[str, ...]]
    column_of_platforms: Mapping[str, tuple[str, ...]]
    generic: Mapping[str, tuple[str, ...]]


@frozen
class Platforms:
    """What names a platform. *columns* maps a folded header to the platform that alone has it."""

    columns: Mapping[str, str]
    column_of_platforms: frozenset[str]
    generic: frozenset[str]
    _names: Mapping[str, tuple[str, ...]]
    _cells: Mapping[str, tuple[str, ...]]

    def named(self, name: str) -> tuple[str, ...]:
        """The platforms that the name of a file, table or stream speaks of."""
        return _matching(self._names, name)

    def in_cell(self, cell: str) -> tuple[str, ...]:
        """The platforms that a cell of a column of platforms names."""
        return _matching(self._cells, cell)


@cache
def platforms() -> Platforms:
    """The bundled words."""
    where = "platforms.toml"
    text = (files("advisor.tabular") / where).read_text(encoding="utf-8")
    file = structure(parse_toml(text, where=where), _File, where=where)
    short = {name: (*words, *file.cells.get(name, ())) for name, words in file.names.items()}
    return Platforms(
        columns={
            header_text(h).key: name for name, headers in file.columns.items() for h in headers
        },
        column_of_platforms=_all(file.column_of_platforms),
        generic=_all(file.generic),
        names=_padded(file.names),
        cells=_padded(short),
    )


def _all(words: Mapping[str, Sequence[str]]) -> frozenset[str]:
    return frozenset(header_text(word).key for each in words.values() for word in each)


def _padded(words: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    """Words between blanks: found in a text between blanks, they are whole words of it."""
    return {name: tuple(f" {_spaced(word)} " for word in each) for name, each in words.items()}


def _spaced(text: str) -> str:
    """Text as words with single blanks: `FacebookAds_2026` is `facebook ads 2026`."""
    return _WORD.sub(" ", unicodedata.normalize("NFKC", text)).casefold().strip()


def _matching(words: Mapping[str, tuple[str, ...]], text: str) -> tuple[str, ...]:
    spaced = f" {_NOBODYS.sub(' ', _spaced(text))} "
    return tuple(name for name, each in words.items() if any(word in spaced for word in each))
