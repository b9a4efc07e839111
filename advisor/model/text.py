"""Sentences and numbers: placeholders of rule texts, and how a value is printed.

A placeholder is a name in braces, from a closed list:

    {<kind>.name}                  the subject, its parents and the subjects it is joined with
    {<metric>}                     the value
    {<metric>.band}                what is usual, in words
    {<metric>.low} {<metric>.high} the ends of its interval
    {<metric>.n}                   how much it rests on
    {<metric>.before}              the value in the window before
    {<metric>.room}                how many more orders, chats or points until it leaves the band
    {<count>} {<symbol>}

Nothing in a text is executed: it is cut at its placeholders and put together again.
Numbers look the same on every machine: a point for decimals, a comma for thousands.
"""

import math
import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from advisor.errors import unknown
from advisor.model.vocabulary import Unit

PARTS = ("band", "low", "high", "n", "before", "room")  # what may follow a metric and a point
NOT_KNOWN = "not known"
_HOUR = 3600.0
_LONG = 2 * _HOUR  # from here on seconds are told in hours

_EXACT = Context(prec=400)  # digits; the largest float has 309
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_.-]*)\}")

# Currencies that are paid without decimals: by ISO 4217, or everywhere in practice.
_WHOLE = frozenset(
    (
        *("BIF", "CLP", "COP", "DJF", "GNF", "HUF", "IDR", "ISK", "JPY"),
        *("KMF", "KRW", "LAK", "MMK", "PYG", "RWF", "UGX", "VND", "VUV"),
    )
)


@lru_cache(maxsize=1 << 10)
def placeholders(text: str) -> tuple[str, ...]:
    """The names of *text*'s placeholders, each once, in their order."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))


def check(text: str, allowed: Iterable[str]) -> list[str]:
    """What is wrong with the placeholders of *text*; empty where all are in *allowed*."""
    known = frozenset(allowed)
    wrong = [
        unknown("placeholder", name, known) for name in placeholders(text) if name not in known
    ]
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        wrong.append("a brace that belongs to no placeholder; write a name in braces, like {ctr}")
    return wrong


def render(text: str, values: Mapping[str, str]) -> str:
    """*text* with its placeholders filled in; one without a value reads "not known"."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], NOT_KNOWN), text)


def shorten(name: str, most: int = 60) -> str:
    """*name* on one line, cut at *most* characters: captions run to hundreds."""
    line = " ".join(name.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def listed(names: Iterable[str], most: int, separator: str = ", ") -> str:
    """List the first *most* of *names*: `a, b, c and 3 more`."""
    every = list(names)
    shown, more = separator.join(every[:most]), len(every) - most
    comma = "" if separator == ", " else separator.rstrip()
    return f"{shown}{comma} and {more:,} more" if more > 0 else shown


def number(value: float, unit: Unit, currency: str | None = None) -> str:
    """*value* with its unit: `1.2 %`, `$1.50`, `1,234 MXN`, `2.4`, `12,345`, `46 s`, `20 h`."""
    if unit is Unit.SECONDS and abs(value) >= _LONG:
        return f"{_digits(value / _HOUR, Unit.NUMBER, None)} h"
    digits = _digits(value, unit, currency)
    return _with_unit(digits, unit, currency)


def hours(effort: float) -> str:
    """Hours of work in words: `half an hour`, `4 hours`, `2 days`, of eight hours each."""
    if effort < 1:
        return "half an hour" if effort == 0.5 else f"{effort * 60:.0f} minutes"
    if effort < 16:
        return "1 hour" if effort == 1 else f"{effort:g} hours"
    return f"{effort / 8:.3g} days"


def span(low: float | None, high: float | None, unit: Unit, currency: str | None = None) -> str:
    """An interval: `0.3–0.6 %`; "more than" and "less than" where one end is not known."""
    return _between(low, high, unit, currency, ("more than", "less than"))


def band(low: float | None, high: float | None, unit: Unit, currency: str | None = None) -> str:
    """What is usual: `1–3 %`, `at least 2`, `at most $1.50`, `0`."""
    return _between(low, high, unit, currency, ("at least", "at most"))


def _between(
    low: float | None,
    high: float | None,
    unit: Unit,
    currency: str | None,
    open_ended: tuple[str, str],
) -> str:
    low, high = finite(low), finite(high)
    above, below = open_ended
    if low is not None and high is not None:
        return _range(low, high, unit, currency)
    if low is not None:
        return f"{above} {number(low, unit, currency)}"
    if high is not None:
        return f"{below} {number(high, unit, currency)}"
    return NOT_KNOWN


def finite(value: object) -> float | None:
    """Return *value* where it is a number that can be printed and held by JSON, else None."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _range(low: float, high: float, unit: Unit, currency: str | None) -> str:
    first, last = _digits(low, unit, currency), _digits(high, unit, currency)
    if first == last:
        return _with_unit(first, unit, currency)
    if low < 0:  # a dash before a minus reads as two
        return f"{number(low, unit, currency)} to {number(high, unit, currency)}"
    if unit is Unit.MONEY and max(abs(low), abs(high)) < 1000 and ("." in first) != ("." in last):
        first, last = (d if "." in d else f"{d}.00" for d in (first, last))
    return _with_unit(f"{first}–{last}", unit, currency)


def _with_unit(digits: str, unit: Unit, currency: str | None) -> str:
    if unit is Unit.SHARE:
        return f"{digits} %"
    if unit is Unit.SECONDS:
        return f"{digits} s"
    if unit is Unit.MONEY and currency == "USD":
        return f"-${digits[1:]}" if digits.startswith("-") else f"${digits}"
    if unit is Unit.MONEY and currency:
        return f"{digits} {currency}"
    return digits


@lru_cache(maxsize=1 << 14)  # the edges of a band are printed for each of its subjects
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
    """Rounded half up, thousands by comma, no zeros at the end of decimals."""
    # The usual context has 28 digits, which a float before its point may exceed.
    exponent = Decimal(1).scaleb(-decimals)
    rounded = value.quantize(exponent, rounding=ROUND_HALF_UP, context=_EXACT)
    text = f"{rounded:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _cents(text: str) -> str:
    """Two decimals or none: `1.5` is `1.50`."""
    whole, point, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}" if point else text
