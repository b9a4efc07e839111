"""Names of months in the languages in which TikTok speaks, from the Unicode locale data."""

from collections.abc import Iterable, Mapping
from functools import cache

from advisor.tabular.words import fold, words

LANGUAGES = (
    *("en", "es", "pt", "id", "vi", "th", "ms", "ko", "ja", "zh", "de", "fr", "it", "nl", "pl"),
    *("ru", "tr", "ar", "uk", "ro", "cs", "hu", "el", "sv", "da", "nb", "fi", "he", "fil", "hi"),
    *("bn", "ta", "te", "mr", "gu", "kn", "ml", "pa", "ur", "km", "my", "jv", "sw", "bg", "hr"),
    *("sk", "sl", "sr", "lt", "lv", "et", "ca", "kk", "uz", "az", "zh_Hant", "zu", "af"),
)
"""Where two languages know all names of a column, the first holds."""

_PREFIXES = {"he": ("ב",), "ca": ("d'", "d’", "de "), "fr": ("d'", "d’")}


def plain(name: str) -> str:
    """A name as it is compared: without case and dots."""
    return fold(name).replace(".", "").strip()


@cache
def _names(language: str) -> Mapping[str, int]:
    """Names and abbreviations of the months of a language, 1 … 12."""
    from babel import Locale, UnknownLocaleError

    try:
        months = Locale.parse(language).months
    except UnknownLocaleError:  # an older set of locale data
        return {}
    found: dict[str, int] = {}
    for use in ("format", "stand-alone"):
        for width in ("abbreviated", "wide"):
            for number, name in months[use][width].items():
                if not name.strip(".").isdigit():
                    for prefix in ("", *_PREFIXES.get(language, ())):
                        found[plain(prefix + name)] = int(number)
    return found


def months_of(names: Iterable[str]) -> Mapping[str, int]:
    """The number of each month among *names*, all read in the one language that knows most.

    Languages differ: `listopad` is November in Polish and October in Croatian.
    """
    asked = {name: plain(name) for name in names}
    own = words().month
    best = {name: own[key] for name, key in asked.items() if key in own}
    if len(best) == len(asked):
        return best
    for language in LANGUAGES:
        known = _names(language)
        found = {name: known[key] for name, key in asked.items() if key in known}
        if len(found) > len(best):
            best = found
    return best
