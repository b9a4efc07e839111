"""Days of another time zone than the shop's: said, and rebuilt where there are hours.

An ad account has a clock of its own. What it counts on a day is then not what the shop sold on that
day; from hours the shop's own days can be put together, from days they cannot.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import attrs
import polars as pl

from advisor.model import (
    Grain,
    Listed,
    Note,
    Period,
    Reading,
    Table,
    lazy_gettext,
    lazy_ngettext,
    zones_of,
)

HOUR = "_hour"
ZONE = "_zone"  # of the account that a row is of, where a table has accounts of several zones
_MINUTES = 60


def in_days_of_the_shop(
    readings: Sequence[Reading], time_zone: str | None, region: str | None, today: date
) -> list[Reading]:
    """*readings*, those of another time zone than the shop's with a note, and with its days where
    they have hours. The shop's zone is *time_zone*, else the one of its *region*."""
    zones = [_zones_of(reading) for reading in readings]
    if not any(zones):
        return list(readings)
    home = time_zone or _one_clock(region, today)
    return [
        _at_home(reading, there, home, today) if there else reading
        for reading, there in zip(readings, zones, strict=True)
    ]


def _zones_of(reading: Reading) -> tuple[str, ...]:
    """The time zones of its rows."""
    if reading.time_zone:
        return (reading.time_zone,)
    named = [t.frame[ZONE].drop_nulls().unique() for t in reading.tables if ZONE in t.frame.columns]
    return tuple(sorted({str(zone) for zones in named for zone in zones}))


def _one_clock(region: str | None, today: date) -> str | None:
    """The time zone of *region*, where all of its clocks show the same."""
    zones = zones_of(region) if region else ()
    clocks = {tuple(_offsets(zone, today)) for zone in zones}
    return zones[0] if len(clocks) == 1 else None


def _offsets(zone: str, today: date) -> list[int]:
    """Minutes ahead of UTC on each day of the year that ends *today*."""
    end = datetime(today.year, today.month, 28)
    start = end.replace(year=end.year - 1)
    there = pl.datetime_range(start, end, "1d", time_zone="UTC", eager=True)
    local = there.dt.convert_time_zone(zone).dt.replace_time_zone(None)
    return (local - there.dt.replace_time_zone(None)).dt.total_minutes().to_list()


def _at_home(reading: Reading, zones: tuple[str, ...], home: str | None, today: date) -> Reading:
    dated = any(table.grain is not Grain.LIFETIME for table in reading.tables)
    if not dated or zones == (home,):
        return reading
    if home is None:
        text = lazy_gettext(
            "its days are in time zone {there}; set timezone in [shop] of advisor.toml to your "
            "shop's time zone to have both compared",
            there=Listed(zones),
        )
        return _with_zone_note(reading, text)
    ours = _offsets(home, today)
    apart = {
        zone: [a - b for a, b in zip(ours, _offsets(zone, today), strict=True)] for zone in zones
    }
    others = tuple(zone for zone, gaps in apart.items() if any(gaps))
    if not others:
        return reading
    hours = max(abs(gap) for zone in others for gap in apart[zone]) / _MINUTES
    told: dict[str, Any] = {"there": Listed(others), "home": home}
    if not any(_has_hours(table) for table in reading.tables):
        text = lazy_ngettext(
            "its days are in time zone {there}, {n} hour apart from your shop's ({home}); export "
            "it by hour to get your shop's days",
            "its days are in time zone {there}, up to {n} hours apart from your shop's ({home}); "
            "export it by hour to get your shop's days",
            hours,
            **told,
        )
        return _with_zone_note(reading, text)
    moved = attrs.evolve(
        reading, tables=tuple(_moved(table, others, home) for table in reading.tables)
    )
    ends = pl.concat([table.frame.select("from", "to") for table in moved.tables])
    first, last = ends["from"].min(), ends["to"].max()
    period = Period(first, last) if isinstance(first, date) and isinstance(last, date) else None
    text = lazy_ngettext(
        "its days are in time zone {there}, {n} hour apart from your shop's ({home}): they are "
        "rebuilt from its hours, so the first and last day are incomplete",
        "its days are in time zone {there}, up to {n} hours apart from your shop's ({home}): they "
        "are rebuilt from its hours, so the first and last day are incomplete",
        hours,
        **told,
    )
    return _with_zone_note(attrs.evolve(moved, period=period or reading.period), text)


def _with_zone_note(reading: Reading, text: str) -> Reading:
    others = [note for note in reading.notes if note.code != "other-time-zone"]
    note = Note("other-time-zone", text, reading.file.name)
    return attrs.evolve(reading, notes=(*others, note))


def _has_hours(table: Table) -> bool:
    frame = table.frame
    return HOUR in frame.columns and frame[HOUR].null_count() < frame.height


def _moved(table: Table, zones: Sequence[str], home: str) -> Table:
    """*table* with its hours, which are those of *zones*, on the days of *home*."""
    if not _has_hours(table):
        return table
    several = ZONE in table.frame.columns
    days = []
    for zone in zones:
        # An hour that a clock shows twice is the first of both.
        there = pl.col(HOUR).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        day = there.dt.convert_time_zone(home).dt.date()
        days.append(pl.when(pl.col(ZONE) == zone).then(day) if several else day)
    frame = table.frame.with_columns(pl.coalesce(*days, "from").alias("from"))
    hourly = pl.col(HOUR).is_not_null()
    frame = frame.with_columns(pl.when(hourly).then("from").otherwise("to").alias("to"))
    return attrs.evolve(table, frame=frame)
