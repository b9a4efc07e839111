"""How a locale writes numbers, money and dates, as Babel (CLDR) knows it.

Babel takes longer to import than a plan takes to print, so what is needed of it is kept like other
knowledge, and the numbers are put together here. Tests hold them against Babel's own.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from advisor.model.compiled_form import compiled
from advisor.model.record import frozen

Affixes = tuple[str, str]
DAY_OF_MONTH, FULL_DAY, MONTH = "MMMd", "yMMMd", "yMMM"  # of dates, as skeletons of CLDR
SECOND, HOUR = "duration-second", "duration-hour"
_UNITS = (SECOND, HOUR)
_SKELETONS = (DAY_OF_MONTH, FULL_DAY, MONTH)


@frozen(eq=False)
class Style:
    """How *locale* writes.

    *groups* are the sizes of the last group of digits and of those before it. Affixes are what
    stands before and after a number; those of *money* hold `¤` for the currency. *symbols* are
    those of currencies that have one, *units* has `{}` for the number, *dates* are patterns of
    CLDR by skeleton, *months* short names, *weekdays* whole and *short_weekdays* short ones from
    Monday. *intervals* are the patterns of both ends by the field that they differ in (y, M, d).
    """

    locale: str
    decimal: str
    group: str
    groups: tuple[int, ...]
    negative: Affixes
    percent: Affixes
    negative_percent: Affixes
    money: Affixes
    negative_money: Affixes
    symbols: Mapping[str, str]
    units: Mapping[str, str]
    dates: Mapping[str, str]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    short_weekdays: tuple[str, ...]
    intervals: Mapping[str, tuple[str, str]]


def best_locale(language: str, region: str | None) -> str:
    """The locale of *language* (es, pt_BR) in *region*, else of *language* alone."""
    folder = _locale_data()
    base = language.partition("_")[0]
    for name in (f"{base}_{region}", language, base):
        if region is None and name.endswith("_None"):
            continue
        if (folder / f"{name}.dat").is_file():
            return name
    return "en"


@lru_cache(maxsize=16)
def style_of(locale: str) -> Style:
    """How *locale* writes; the locale must be one that Babel knows."""
    version = (_locale_data().parent / "__init__.py").read_text(encoding="utf-8")
    return compiled("locale", (locale, version), lambda: _read(locale))


@lru_cache(maxsize=1)
def _locale_data() -> Path:
    spec = find_spec("babel")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("babel")
    return Path(spec.origin).parent / "locale-data"


def _read(name: str) -> Style:
    from babel import Locale
    from babel.units import format_unit

    locale = Locale.parse(name)
    digits = locale.number_symbols["latn"]
    minus = str(digits["minusSign"])

    def affixes(pattern: object) -> tuple[Affixes, Affixes]:
        prefixes, suffixes = pattern.prefix, pattern.suffix  # type: ignore[attr-defined]
        first, second = (
            (str(before).replace("-", minus), str(after).replace("-", minus))
            for before, after in zip(prefixes, suffixes, strict=True)
        )
        return first, second

    number = locale.decimal_formats[None]
    percent, negative_percent = affixes(locale.percent_formats[None])
    money, negative_money = affixes(locale.currency_formats["standard"])
    short = locale.days["stand-alone"]["abbreviated"]
    months, days = locale.months["format"]["abbreviated"], locale.days["stand-alone"]["wide"]
    return Style(
        locale=name,
        decimal=str(digits["decimal"]),
        group=str(digits["group"]),
        groups=tuple(number.grouping),
        negative=affixes(number)[1],
        percent=percent,
        negative_percent=negative_percent,
        money=money,
        negative_money=negative_money,
        symbols={str(k): str(v) for k, v in sorted(locale.currency_symbols.items())},
        units={unit: str(format_unit("{}", unit, "narrow", locale=locale)) for unit in _UNITS},
        dates={name: str(locale.datetime_skeletons[name].pattern) for name in _SKELETONS},
        months=tuple(str(months[month]) for month in range(1, 13)),
        weekdays=tuple(str(days[day]) for day in range(7)),
        short_weekdays=tuple(str(short[day]) for day in range(7)),
        intervals={
            field: (str(ends[0]), str(ends[1]))
            for field, ends in sorted(locale.interval_formats[FULL_DAY].items())
            if len(ends) == 2
        },
    )
