"""What cells are written with: missing marks, currencies, units of time, names of months.

Loaded from `words.toml`, so that another language is data.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from advisor.model import frozen, parse_toml, structure

SECONDS = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


@frozen
class _File:
    missing: tuple[str, ...]
    zero_decimal: tuple[str, ...]
    currencies: tuple[str, ...]
    signs: tuple[str, ...]
    symbols: Mapping[str, str]
    units: Mapping[str, tuple[str, ...]]
    months: Mapping[str, tuple[str, ...]]


@frozen
class Words:
    """The words, ready to look up. *currency* maps a folded symbol or code to its code, or to None
    where many currencies share it; *month* maps a folded name to 1 … 12."""

    missing: tuple[str, ...]
    zero_decimal: frozenset[str]
    currency: Mapping[str, str | None]
    month: Mapping[str, int]
    units: Mapping[str, tuple[str, ...]]

    def any_currency(self) -> str:
        """A regular expression for a currency beside an amount."""
        return either(self.currency)

    def any_month(self) -> str:
        """A regular expression for a month's name."""
        return either(self.month)


def fold(text: str) -> str:
    """Text for comparing: composed and without case."""
    return unicodedata.normalize("NFC", text).casefold()


def either(words: Iterable[str]) -> str:
    """A regular expression for one of *words*, the longest first."""
    return "(?:" + "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)) + ")"


@cache
def words() -> Words:
    """The bundled words."""
    where = "words.toml"
    text = (files("advisor.tabular") / where).read_text(encoding="utf-8")
    file = structure(parse_toml(text, where=where), _File, where=where)
    currency: dict[str, str | None] = {fold(code): code for code in file.currencies}
    currency |= {fold(symbol): code for symbol, code in file.symbols.items()}
    currency |= {fold(sign): None for sign in file.signs}
    month = {
        fold(name): number
        for year in file.months.values()
        for number, names in enumerate(year, start=1)
        for name in names.split("|")
    }
    return Words(
        missing=file.missing,
        zero_decimal=frozenset(file.zero_decimal),
        currency=currency,
        month=month,
        units=file.units,
    )
