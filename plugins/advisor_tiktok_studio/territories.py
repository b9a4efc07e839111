"""Where the audience lives: which territory is the shop's own, and what hour it is there.

The time zone of a territory is the one in which most of its people live. Polars brings the IANA
time zone database with it, so this works alike on machines that have none.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any

import attrs
import polars as pl

from advisor import Derived, ReadContext, Reading

EVENING = 19  # the hour from which most people have time: ours
DAY = 24


@attrs.frozen
class Territory:
    """A territory by its ISO code; *names* are those that files print beside the code."""

    code: str
    names: tuple[str, ...]
    zone: str


@cache
def known() -> Mapping[str, Territory]:
    """Every territory whose time zone is known, by code and by each of its names, in small
    letters."""
    raw = tomllib.loads(files("advisor_tiktok_studio").joinpath("territories.toml").read_text())
    found: dict[str, Territory] = {}
    for code, says in raw.items():
        one = Territory(code, tuple(says["names"]), says["zone"])
        for name in (code, *one.names):
            found[name.lower()] = one
    return found


def territory(name: str | None) -> Territory | None:
    """The territory called *name*, or with that code; None where it is not known."""
    return known().get(name.strip().lower()) if name else None


def hour_there(hour: float, home: Territory, there: Territory, day: date) -> float:
    """What the clocks of *there* show on *day* when those of *home* show *hour* (0 to 24)."""
    at = datetime.combine(day, time(int(hour), round(hour % 1 * 60)))
    seen = (
        pl.Series([at])
        .dt.replace_time_zone(home.zone, ambiguous="earliest", non_existent="null")
        .dt.convert_time_zone(there.zone)
    )
    (shown,) = seen.dt.hour().to_list()
    (minutes,) = seen.dt.minute().to_list()
    # An hour that a clock change leaves out is as far from the next day as any other.
    return hour if shown is None else shown + minutes / 60


def territories(readings: Sequence[Reading], context: ReadContext) -> Derived | None:
    """`territory.home` of each territory that a file names, and `evening_here`: what the shop's
    clocks show when it is EVENING there, on the day of the run. None where the shop's own region is
    not known."""
    home = territory(context.region)
    keys = _keys(readings)
    if home is None or not keys:
        return None
    rows: list[dict[str, Any]] = []
    for key in keys:
        there = territory(key)
        if there is not None:
            here = hour_there(EVENING, there, home, context.today)
            own = "yes" if there == home else "no"
            rows.append(
                {"key": key, "territory.home": own, "evening_here": float(round(here) % DAY)}
            )
    if not rows:
        return None
    hour = pl.col("evening_here")
    frame = pl.DataFrame(rows).with_columns(
        hour.alias("evening_here.lo"), hour.alias("evening_here.hi")
    )
    return Derived("territory", frame)


def main_territory(readings: Sequence[Reading]) -> Territory | None:
    """The known territory in which most of the audience lives, by the newest shares."""
    frames = [
        table.frame.select("key", "audience_share", "to")
        for reading in readings
        for table in reading.tables
        if table.subject == "territory" and "audience_share" in table.frame.columns
    ]
    if not frames:
        return None
    shares = pl.concat(frames).drop_nulls("audience_share").sort("to", nulls_last=True)
    newest = shares.unique("key", keep="last", maintain_order=True)
    largest = newest.sort("audience_share", "key", descending=[True, False])["key"]
    return territory(largest[0]) if len(largest) else None


def _keys(readings: Sequence[Reading]) -> list[str]:
    """Every territory that a file names, in order: a few dozens at most."""
    found = {
        key
        for reading in readings
        for table in reading.tables
        if table.subject == "territory"
        for key in table.frame["key"].unique().to_list()
    }
    return sorted(key for key in found if key)
