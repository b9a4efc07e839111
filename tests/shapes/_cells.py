"""How the exports spell money, shares, dates and ids."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Literal

import attrs

Language = Literal["en", "es", "id", "ko", "th", "zh"]
Value = str | int | float | date | datetime | None
Row = Mapping[str, Value]


@attrs.frozen
class Share:
    """A spreadsheet cell that holds a fraction and shows a percentage (format 0.00%)."""

    fraction: float


Cell = str | int | float | Share

UNITS = {"MXN": "MX$", "USD": "$", "IDR": "Rp", "KRW": "₩", "THB": "฿"}
ZERO_DECIMALS = ("IDR", "KRW", "VND", "JPY")


@attrs.frozen
class Style:
    """What the spelling of a cell depends on beside its value."""

    language: Language = "en"
    currency: str = "USD"
    missing: str = "-"

    @property
    def unit(self) -> str:
        """The currency's sign as headers show it, such as MX$."""
        return UNITS.get(self.currency, self.currency)


def number(value: Value) -> float:
    """The value as a number; a text is a mistake of the caller."""
    if isinstance(value, int | float):
        return float(value)
    raise TypeError(f"a number was expected, found {value!r}")


def moment(value: Value) -> date:
    """The value as a date (perhaps with a time)."""
    if isinstance(value, date):
        return value
    raise TypeError(f"a date was expected, found {value!r}")


def plain(value: Value) -> int | float:
    """A bare number: whole where it is whole, else at most two decimals."""
    rounded = round(number(value), 2)
    return int(rounded) if rounded == int(rounded) else rounded


def ads_money(value: Value, currency: str) -> Cell:
    """Ads Manager CSV: two decimals, or truncated where the currency has none."""
    if currency in ZERO_DECIMALS:
        return int(number(value) + 1e-9)
    return f"{number(value):.2f}"


def ads_number(value: Value, currency: str) -> int | float:
    """Ads Manager xlsx: a number, whole where the currency has no decimals."""
    return int(number(value) + 1e-9) if currency in ZERO_DECIMALS else plain(value)


def signed_money(value: Value, unit: str) -> str:
    """Seller Center: the sign in front; Indonesia groups by dots and drops decimals."""
    if unit == "Rp":
        return unit + f"{number(value):,.0f}".replace(",", ".")
    return f"{unit}{number(value):,.2f}"


def percent(value: Value) -> str:
    return f"{100 * number(value):.2f}%"


def short_percent(value: Value) -> str:
    """Product traffic: no trailing zeros, so 0% and 3.4%."""
    return f"{100 * number(value):.2f}".rstrip("0").rstrip(".") + "%"


def percent_number(value: Value) -> str:
    """Ads Manager CSV: 0.42 means 0.42 %."""
    return f"{100 * number(value):.2f}"


def clock(value: Value, pattern: str) -> str:
    return moment(value).strftime(pattern)


def live_duration(value: Value) -> str:
    """The LIVE list: 3h 12min."""
    minutes = round(number(value) / 60)
    return f"{minutes // 60}h {minutes % 60}min"


def month_day(value: Value) -> str:
    """TikTok Studio: a day without its year."""
    return f"{moment(value):%B} {moment(value).day}"


SPELLINGS: Mapping[str, Callable[[Value, Style], Cell]] = {
    "text": lambda v, s: str(v),
    "id": lambda v, s: str(v),
    "int": lambda v, s: round(number(v)),
    "digits": lambda v, s: str(round(number(v))),
    "money": lambda v, s: plain(v),
    "adsmoney": lambda v, s: ads_money(v, s.currency),
    "adsnum": lambda v, s: ads_number(v, s.currency),
    "signed": lambda v, s: signed_money(v, s.unit),
    "dollar": lambda v, s: signed_money(v, "$"),
    "three": lambda v, s: f"{number(v):.3f}",
    "two": lambda v, s: f"{number(v):.2f}",
    "pct": lambda v, s: percent(v),
    "shortpct": lambda v, s: short_percent(v),
    "pctnum": lambda v, s: percent_number(v),
    "share": lambda v, s: Share(round(number(v), 4)),
    "frac4": lambda v, s: f"{number(v):.4f}",
    "frac6": lambda v, s: f"{number(v):.6f}",
    "day": lambda v, s: clock(v, "%Y-%m-%d"),
    "dayfirst": lambda v, s: clock(v, "%d/%m/%Y"),
    "daystamp": lambda v, s: clock(v, "%Y-%m-%d 00:00:00"),
    "stamp": lambda v, s: clock(v, "%Y-%m-%d %H:%M:%S"),
    "slashstamp": lambda v, s: clock(v, "%Y/%m/%d %H:%M:%S"),
    "minute": lambda v, s: clock(v, "%Y-%m-%d %H:%M"),
    "monthday": lambda v, s: month_day(v),
    "duration": lambda v, s: live_duration(v),
    "onepct": lambda v, s: f"{100 * number(v):.1f}%",
    "minutes": lambda v, s: f"{number(v) / 60:.1f} min(s)",
    "secs": lambda v, s: f"{round(number(v))}sec",
}
TEXTS = ("text", "id", "day", "dayfirst", "daystamp", "stamp", "slashstamp", "minute", "monthday")
