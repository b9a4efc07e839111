"""Numbers as apps and charts shorten them: 1.2K, 3,4 mil, 1.2万.

The words are those of the Unicode locale data. Languages disagree on some: 1 M is a million in
English and a thousand million in Indonesian. Where that cannot be told, the number is not read.
"""

from collections.abc import Collection, Mapping
from functools import cache

import polars as pl

from advisor.tabular.words import fold

_LANGUAGES = (
    *("en", "es", "pt", "id", "vi", "th", "ms", "ko", "ja", "zh", "zh_Hant", "de", "fr", "it"),
)
# Written beside those of the locale data.
_MORE = {"en": {"bn": 9, "mn": 6, "mm": 6}, "pt": {"milhao": 6}, "de": {"tsd": 3}, "vi": {"tỷ": 9}}
_DIGITS = 3  # of a decimal number before its thousands


@cache
def _words_of(language: str) -> Mapping[str, int]:
    """Words behind a number in *language*, with the power of ten that each stands for."""
    from babel import Locale

    forms = Locale.parse(language).compact_decimal_formats
    found = dict(_MORE.get(language, {}))
    for width in ("short", "long"):
        for numbers in forms[width].values():
            for power, pattern in numbers.items():
                digits = pattern.pattern.count("0")
                word = _plain(pattern.pattern.replace("0", ""))
                if digits and word:
                    found[word] = len(power) - digits
    return found


def _plain(word: str) -> str:
    return " ".join(fold(word.replace("'", "").replace("\u00a0", " ")).rstrip(". ").split())


@cache
def _of_all() -> Mapping[str, frozenset[int]]:
    """What each word stands for in any language."""
    found: dict[str, frozenset[int]] = {}
    for language in _LANGUAGES:
        for word, power in _words_of(language).items():
            found[word] = found.get(word, frozenset()) | {power}
    return found


@cache
def powers(languages: frozenset[str]) -> Mapping[str, int | None]:
    """Each word with its power of ten in a file of *languages*; None where it cannot be told.

    English words are used everywhere. A single letter of another language is not.
    """
    own = [_words_of(language) for language in sorted(languages & {*_LANGUAGES})]
    told: dict[str, int | None] = {}
    for word, anywhere in _of_all().items():
        here = {words[word] for words in (*own, _words_of("en")) if word in words}
        if not here and not (len(word) == 1 and word.isascii()):
            here = set(anywhere)
        told[word] = here.pop() if len(here) == 1 else None
    return told


def languages_of(currency: str | None) -> frozenset[str]:
    """The languages of the country whose currency this is."""
    from babel.languages import get_official_languages

    if not currency:
        return frozenset()
    return frozenset(get_official_languages(currency[:2], de_facto=True))


@cache
def _pattern() -> str:
    words = sorted(_of_all(), key=lambda word: (-len(word), word))
    either = "|".join(word.replace(" ", r"[ \u00a0]") for word in words)
    number = r"[^\p{L}0-9]*(?:\p{L}{1,3}[^\p{L}0-9]{0,3})?[0-9][0-9.,]*"
    behind = r"[^\p{L}0-9]*\p{L}{0,3}"  # a currency
    return rf"^({number})[\s\u00a0\u202f]*({either})\.?({behind})$"


def spelled_out(text: pl.Expr, languages: Collection[str]) -> pl.Expr:
    """Text in small letters with a power of ten instead of the word: 1.2e3 of 1.2k."""
    known = {word: power for word, power in powers(frozenset(languages)).items() if power}
    word = text.str.extract(_pattern(), 2).str.replace_all("\u00a0", " ", literal=True)
    power = word.replace_strict(
        list(known), [str(p) for p in known.values()], default=None, return_dtype=pl.String
    )
    number, behind = text.str.extract(_pattern(), 1), text.str.extract(_pattern(), 3)
    return pl.when(power.is_not_null()).then(pl.format("{}e{}{}", number, power, behind))


def is_shortened(text: pl.Expr) -> pl.Expr:
    """Whether text in small letters is a number with such a word, whatever that stands for."""
    return text.str.contains(_pattern())


def rounded_off(text: pl.Expr, value: pl.Expr) -> pl.Expr:
    """How far off a *value* may be that is spelled out as *text* (1.2e3)."""
    power = text.str.extract(r"[0-9]e([0-9]+)").cast(pl.Float64)
    mantissa = value.abs() / pl.lit(10.0).pow(power)
    decimals = text.str.extract(r"[.,]([0-9]+)e[0-9]").str.len_chars().fill_null(0)
    # 1,234K has thousands, no decimals.
    places = pl.when(mantissa < 10.0**_DIGITS).then(decimals).otherwise(0)
    return 0.5 * pl.lit(10.0).pow(power - places)
