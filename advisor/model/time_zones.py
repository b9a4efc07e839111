"""Time zones by their IANA names."""

import re
from functools import cache
from zoneinfo import available_timezones

_OFFSET = re.compile(r"(?i)^\(?(?:UTC|GMT)\s*([+-])\s*(\d{1,2})(?::?00)?\)?(?:\s.*)?$")
_NO_CLOCKS = {"Etc/Unknown", "Factory", "localtime"}  # names that stand for no clock in particular


@cache
def time_zones() -> frozenset[str]:
    """Their names, of the database of the machine and of Babel: a machine may have none."""
    from babel.core import get_global

    return frozenset((*get_global("zone_territories"), *available_timezones(), "UTC")) - _NO_CLOCKS


def is_time_zone(name: str) -> bool:
    """Whether there is a time zone of that *name*."""
    return name in time_zones()


def time_zone_named(text: str) -> str | None:
    """The IANA name of the time zone that *text* names, also as UTC+7; None where it names none."""
    tidy = text.strip()
    if is_time_zone(tidy):
        return tidy
    offset = _OFFSET.match(tidy)
    if offset is None:
        return None
    sign, hours = offset.groups()
    # The IANA's own names of offsets count to the west.
    name = f"Etc/GMT{'-' if sign == '+' else '+'}{int(hours)}"
    return name if is_time_zone(name) else None


@cache
def zones_of(region: str) -> tuple[str, ...]:
    """The time zones of a country, by its two letters."""
    from babel.core import get_global

    of_region = get_global("zone_territories").items()
    return tuple(sorted(zone for zone, country in of_region if country == region))
