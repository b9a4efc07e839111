"""Where the audience lives: which territory is the shop's own, and what hour it is there.

The time zone of a territory is the one in which most of its people live. Polars brings the IANA
time zone database with it, so this works alike on machines that have none.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files

import attrs
import polars as pl

from advisor import Counts, Derived, MetricsContext

EVENING = 19  # the hour from which most people have time: ours
DAY = 24
MOST = 0.5  # of the audience: ours
NAMED = 3  # territories of a region that are named


@attrs.frozen
class Territory:
    """A territory by its ISO code; *names* are those that files print beside the code, *world* is
    the region of the world that it lies in."""

    code: str
    names: tuple[str, ...]
    zone: str
    world: str


@cache
def known() -> Mapping[str, Territory]:
    """Every territory whose time zone is known, by code and by each of its names, in small
    letters."""
    raw = tomllib.loads(files("advisor_tiktok_studio").joinpath("territories.toml").read_text())
    found: dict[str, Territory] = {}
    for code, says in raw.items():
        one = Territory(code, tuple(says["names"]), says["zone"], says["world"])
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


def territories(counts: Counts, context: MetricsContext) -> Derived | None:
    """`territory.home` of each territory that a file names, and `evening_here`: what the shop's
    clocks show when it is EVENING there, on the day of the run. Nothing of a shop whose own region
    is not known."""
    tables = [table for table in counts.tables if table.subject == "territory"]
    if not tables:
        return None
    named = pl.concat([table.rows("always").select("shop", "key") for table in tables]).unique()
    regions = context.shops.select("shop", "region").drop_nulls()
    places = named.join(regions, on="shop").sort("shop", "key")
    pairs = places.select("region", "key").unique().sort("region", "key")
    seen = [_seen_from(region, key, context.today) for region, key in pairs.iter_rows()]
    words = {"territory.home": pl.String, "evening_here": pl.Float64}
    hours = pairs.hstack(pl.DataFrame(seen, schema=words, orient="row")).drop_nulls()
    hour = pl.col("evening_here")
    frame = places.join(hours, on=("region", "key"), maintain_order="left").select(
        "shop",
        "key",
        "territory.home",
        *(hour.alias(f"evening_here{end}") for end in ("", ".lo", ".hi")),
    )
    return Derived("territory", frame) if frame.height else None


def world_regions(counts: Counts, context: MetricsContext) -> Derived | None:
    """`region_share` of each region of the world: the shares of its territories together, and
    whether `one` of them holds MOST of the audience. Where the shop's own region is known, whether
    it lies there, and `evening_here` by the largest territory."""
    shares = _largest_first(counts)
    codes = shares.select("key").unique().sort("key")
    placed = [_placed(key) for key in codes["key"].to_list()]
    words = {"code": pl.String, "world": pl.String}
    places = codes.hstack(pl.DataFrame(placed, schema=words, orient="row")).drop_nulls()
    # A territory by its code and again by its name is one.
    each = shares.join(places, on="key", maintain_order="left").unique(
        ("shop", "code"), keep="first", maintain_order=True
    )
    if not each.height:
        return None
    share = pl.col("audience_share")
    more = pl.format(" and {} more", pl.len() - NAMED)
    names = pl.col("key").head(NAMED).str.join(", ")
    names += pl.when(pl.len() > NAMED).then(more).otherwise(pl.lit(""))
    pooled = each.group_by("shop", "world", maintain_order=True).agg(
        share.sum(), share.max().alias("most"), pl.col("code").first(), names.alias("names")
    )
    regions = context.shops.select("shop", "region")
    found = pooled.join(regions, on="shop", how="left", maintain_order="left")
    pairs = found.select("region", "code").unique().sort("region", "code")
    seen = [_region_seen_from(region, code, context.today) for region, code in pairs.iter_rows()]
    told = {"world-region.home": pl.String, "evening_here": pl.Float64}
    hours = pairs.hstack(pl.DataFrame(seen, schema=told, orient="row"))
    whole = found.join(hours, on=("region", "code"), how="left", nulls_equal=True)
    one = pl.when(pl.col("most") >= MOST).then(pl.lit("one")).otherwise(pl.lit("several"))
    frame = whole.sort("shop", "world").select(
        "shop",
        pl.col("world").alias("key"),
        pl.format("{} ({})", "world", "names").alias("name"),
        "world-region.home",
        one.alias("world-region.held-by"),
        *(share.alias(f"region_share{end}") for end in ("", ".lo", ".hi")),
        *(pl.col("evening_here").alias(f"evening_here{end}") for end in ("", ".lo", ".hi")),
    )
    return Derived("world-region", frame)


def main_territories(counts: Counts) -> pl.DataFrame:
    """`shop` and `territory`: where most of each audience lives, by the newest shares."""
    first = _largest_first(counts).unique("shop", keep="first", maintain_order=True)
    return first.select("shop", pl.col("key").alias("territory"))


def _largest_first(counts: Counts) -> pl.DataFrame:
    """The newest share of each territory, the largest of each shop first."""
    shares = counts.rows("territory", ("audience_share",), within="always")
    newest = shares.sort("to", nulls_last=True, maintain_order=True).unique(
        ("shop", "key"), keep="last", maintain_order=True
    )
    return newest.sort("shop", "audience_share", "key", descending=[False, True, False])


def _placed(key: str) -> tuple[str | None, str | None]:
    """The code of the territory *key* and the region of the world that it lies in."""
    one = territory(key)
    return (one.code, one.world) if one else (None, None)


def _region_seen_from(region: str | None, code: str, day: date) -> tuple[str | None, float | None]:
    """Whether the shop's own territory lies in the same region of the world as *code*, and the hour
    of the shop at the evening of *code*."""
    home, there = territory(region), territory(code)
    if region is None or home is None or there is None:
        return None, None
    return ("yes" if home.world == there.world else "no"), _seen_from(region, code, day)[1]


def _seen_from(region: str, key: str, day: date) -> tuple[str | None, float | None]:
    """Whether the territory *key* is the shop's own, and the hour of the shop at its evening."""
    home, there = territory(region), territory(key)
    if home is None or there is None:
        return None, None
    here = float(round(hour_there(EVENING, there, home, day)) % DAY)
    return ("yes" if there == home else "no"), here
