"""Numbers, money and dates as a locale writes them.

How many digits are told is the same everywhere: three that count, two below one, money in whole
units from a thousand on. Everything else is the locale's.
"""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from advisor.model.locale_style import FULL_DAY, HOUR, SECOND, Affixes, Style
from advisor.model.vocabulary import Unit

_HOUR = 3600.0
_LONG = 2 * _HOUR  # from here on seconds are told in hours
_EXACT = Context(prec=400)  # digits; the largest float has 309
_ISO = 3  # letters of a currency's code

# Currencies that are paid without decimals: by ISO 4217, or everywhere in practice.
_WHOLE = frozenset(
    (
        *("BIF", "CLP", "COP", "DJF", "GNF", "HUF", "IDR", "ISK", "JPY"),
        *("KMF", "KRW", "LAK", "MMK", "PYG", "RWF", "UGX", "VND", "VUV"),
    )
)
_DATE_FIELD = re.compile(r"'([^']*)'|d+|[ML]+|y+")


_remembered = lru_cache(maxsize=1 << 10)  # a value is printed in several sentences of a finding


@_remembered
def number(value: float, unit: Unit, currency: str | None, style: Style) -> str:
    """*value* with its unit: `1.2%`, `$1.50`, `MX$1,234`, `2.4`, `12,345`, `46s`, `20h`."""
    if unit is Unit.SECONDS and abs(value) >= _LONG:
        return style.units[HOUR].replace("{}", _signed(value / _HOUR, Unit.NUMBER, None, style))
    digits = _digits(value, unit, currency)
    return _with_unit(_localized(digits, style), digits[0] == "-", unit, currency, style)


@_remembered
def between(low: float, high: float, unit: Unit, currency: str | None, style: Style) -> str | None:
    """`1–3%`, the unit said once; None where one of them is negative and a dash would mislead."""
    first, last = _digits(low, unit, currency), _digits(high, unit, currency)
    if first == last:
        return number(low, unit, currency, style)
    if low < 0:
        return None
    if unit is Unit.MONEY and max(abs(low), abs(high)) < 1000 and ("." in first) != ("." in last):
        first, last = (d if "." in d else f"{d}.00" for d in (first, last))
    both = "–".join(_localized(digits, style) for digits in (first, last))
    return _with_unit(both, negative=False, unit=unit, currency=currency, style=style)


@_remembered
def integer(value: float, style: Style) -> str:
    """*value* without decimals: `12,345`."""
    digits = _plain(Decimal(repr(float(value))), 0)
    return _around(_localized(digits, style), digits[0] == "-", ("", ""), style.negative)


def day(when: date, skeleton: str, style: Style) -> str:
    """*when* by a skeleton of CLDR: `Nov 9`."""
    return _by_pattern(when, style.dates[skeleton], style)


def days(first: date, last: date, style: Style) -> str:
    """From *first* to *last*: `Oct 4 – 31, 2026`."""
    if first == last:
        return day(first, FULL_DAY, style)
    field = "y" if first.year != last.year else "M" if first.month != last.month else "d"
    if field not in style.intervals:
        return f"{day(first, FULL_DAY, style)} – {day(last, FULL_DAY, style)}"
    return "".join(
        _by_pattern(when, pattern, style)
        for when, pattern in zip((first, last), style.intervals[field], strict=True)
    )


def _by_pattern(when: date, pattern: str, style: Style) -> str:
    def field(found: re.Match[str]) -> str:
        match found[0][0]:
            case "'":
                return found[1] or "'"
            case "d":
                return str(when.day).zfill(len(found[0]))
            case "y":
                return str(when.year)
        if len(found[0]) < _ISO:
            return str(when.month).zfill(len(found[0]))
        return style.months[when.month - 1]

    return _DATE_FIELD.sub(field, pattern)


def _signed(value: float, unit: Unit, currency: str | None, style: Style) -> str:
    digits = _digits(value, unit, currency)
    return _around(_localized(digits, style), digits[0] == "-", ("", ""), style.negative)


def _with_unit(
    digits: str,
    negative: bool,  # noqa: FBT001
    unit: Unit,
    currency: str | None,
    style: Style,
) -> str:
    if unit is Unit.SHARE:
        return _around(digits, negative, style.percent, style.negative_percent)
    if unit is Unit.MONEY and currency:
        mark = _mark(currency, style)
        return _around(digits, negative, style.money, style.negative_money).replace("¤", mark)
    plain = _around(digits, negative, ("", ""), style.negative)
    return style.units[SECOND].replace("{}", plain) if unit is Unit.SECONDS else plain


def _around(digits: str, negative: bool, plain: Affixes, minus: Affixes) -> str:  # noqa: FBT001
    before, after = minus if negative else plain
    return f"{before}{digits}{after}"


def _mark(currency: str, style: Style) -> str:
    """The sign of *currency*. A code is parted from the digits by a space that does not break, as
    CLDR asks for."""
    sign = style.symbols.get(currency, currency)
    return f"{sign}\xa0" if sign == currency and style.money[0] == "¤" else sign


def _localized(digits: str, style: Style) -> str:
    """*digits* (`-1234.5`) without a sign, with the locale's marks."""
    whole, point, decimals = digits.lstrip("-").partition(".")
    last, size = style.groups[0], style.groups[-1]
    parts = [whole[-last:]] if last else [whole]
    whole = whole[:-last] if last else ""
    while whole:
        parts.append(whole[-size:])
        whole = whole[:-size]
    grouped = style.group.join(reversed(parts))
    return f"{grouped}{style.decimal}{decimals}" if point else grouped


def _digits(value: float, unit: Unit, currency: str | None) -> str:
    exact = Decimal(repr(float(value)))  # as it is written, not as it is stored: 0.285 is 28.5 %
    if unit is Unit.SHARE:
        exact *= 100
    if unit is not Unit.MONEY:
        return _plain(exact, _decimals(exact))
    if abs(exact) < 1:
        places = max(2, _decimals(exact)) if currency not in _WHOLE else _decimals(exact)
        text = _plain(exact, places)
        return text if currency in _WHOLE else _cents(text)
    if currency in _WHOLE or abs(exact) >= 1000:
        return _plain(exact, 0)
    return _cents(_plain(exact, 2))


def _decimals(value: Decimal) -> int:
    """Three digits that count, two below one."""
    if value == 0:
        return 0
    before = value.adjusted() + 1  # digits before the point; 0 or less below one
    return max(0, 3 - before) if before > 0 else 2 - before


def _plain(value: Decimal, decimals: int) -> str:
    """Rounded half up, no zeros at the end of decimals."""
    # The usual context has 28 digits, which a float before its point may exceed.
    exponent = Decimal(1).scaleb(-decimals)
    rounded = value.quantize(exponent, rounding=ROUND_HALF_UP, context=_EXACT)
    text = f"{rounded:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _cents(text: str) -> str:
    """Two decimals or none: `1.5` is `1.50`."""
    whole, point, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}" if point else text
