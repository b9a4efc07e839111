"""Where the audience lives: which territory is the shop's own, and what hour it is there.

The time zone of a territory is the one in which most of its people live. Polars brings the IANA
time zone database with it, so this works alike on machines that have none.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files

import attrs
import polars as pl

from advisor import Counts, MetricsContext

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
    raw = tomllib.loads(
        files("advisor_tiktok_studio").joinpath("territories.toml").read_text(encoding="utf-8")
    )
    found: dict[str, Territory] = {}
    for code, says in raw.items():
        one = Territory(code, tuple(says["names"]), says["zone"], says["world"])
        for name in (code, *one.names):
            found[name.lower()] = one
    return found


def territory(name: str | None) -> Territory | None:
    """The territory called *name*, or with that code; None where it is not known."""
    return known().get(name.strip().lower()) if name else None


def hours_there(asked: Sequence[tuple[float, Territory, Territory]], day: date) -> list[float]:
    """What the clocks of the second territory show on *day* when those of the first show an hour (0
    to 24)."""
    moments = [
        pl.datetime(day.year, day.month, day.day, int(hour), round(hour % 1 * 60))
        .dt.replace_time_zone(home.zone, ambiguous="earliest", non_existent="null")
        .dt.convert_time_zone(there.zone)
        for hour, home, there in asked
    ]
    if not asked:
        return []
    clocks = [m.dt.hour() + m.dt.minute() / 60 for m in moments]
    hours = pl.select(clock.alias(str(at)) for at, clock in enumerate(clocks)).row(0)
    # An hour that a clock change leaves out is as far from the next day as any other.
    return [
        asked_hour if hour is None else hour
        for (asked_hour, *_), hour in zip(asked, hours, strict=True)
    ]


def territories(counts: Counts, context: MetricsContext) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`territory.home` of each territory that a file names, and `evening_here`: what the shop's
    clocks show when it is EVENING there, on the day of the run. Nothing of a shop whose own region
    is not known."""
    tables = [table for table in counts.tables if table.subject == "territory"]
    if not tables:
        return
    named = pl.concat([table.rows("always")[["shop", "key"]].lazy() for table in tables]).unique()
    regions = context.shops.lazy().select("shop", "region").drop_nulls()
    places = named.join(regions, on="shop").sort("shop", "key").collect(engine="in-memory")
    pairs = places[["region", "key"]].unique().sort("region", "key")
    seen = _evenings(pairs.iter_rows(), context.today, "code")
    words = {"territory.home": pl.String, "evening_here": pl.Float64}
    hours = pairs.hstack(pl.DataFrame(seen, schema=words, orient="row")).lazy().drop_nulls()
    hour = pl.col("evening_here")
    yield (
        "territory",
        places.lazy()
        .join(hours, on=("region", "key"), maintain_order="left")
        .select(
            "shop",
            "key",
            "territory.home",
            *(hour.alias(f"evening_here{end}") for end in ("", ".lo", ".hi")),
        ),
    )


def world_regions(counts: Counts, context: MetricsContext) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`region_share` of each region of the world: the shares of its territories together, and
    whether `one` of them holds MOST of the audience. Where the shop's own region is known, whether
    it lies there, and `evening_here` by the largest territory."""
    shares = _largest_first(counts)
    if shares.is_empty():
        return
    placed = [
        (key, known_as.code, known_as.world)
        for key in shares["key"].unique().sort()
        if (known_as := territory(key)) is not None
    ]
    words = dict.fromkeys(("key", "code", "world"), pl.String)
    places = pl.LazyFrame(placed, schema=words, orient="row")
    # A territory by its code and again by its name is one.
    each = (
        shares.lazy()
        .join(places, on="key", maintain_order="left")
        .unique(("shop", "code"), keep="first", maintain_order=True)
    )
    share = pl.col("audience_share")
    more = pl.format(" and {} more", pl.len() - NAMED)
    names = pl.col("key").head(NAMED).str.join(", ")
    names += pl.when(pl.len() > NAMED).then(more).otherwise(pl.lit(""))
    pooled = each.group_by("shop", "world", maintain_order=True).agg(
        share.sum(), share.max().alias("most"), pl.col("code").first(), names.alias("names")
    )
    regions = context.shops.lazy().select("shop", "region")
    found = pooled.join(regions, on="shop", how="left", maintain_order="left").collect(
        engine="in-memory"
    )
    pairs = found[["region", "code"]].unique().sort("region", "code")
    seen = _evenings(pairs.iter_rows(), context.today, "world")
    told = {"world-region.home": pl.String, "evening_here": pl.Float64}
    hours = pairs.hstack(pl.DataFrame(seen, schema=told, orient="row")).lazy()
    whole = found.lazy().join(hours, on=("region", "code"), how="left", nulls_equal=True)
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
    yield "world-region", frame


def main_territories(counts: Counts) -> pl.LazyFrame:
    """`shop` and `territory`: where most of each audience lives, by the newest shares."""
    first = _largest_first(counts).lazy().unique("shop", keep="first", maintain_order=True)
    return first.select("shop", pl.col("key").alias("territory"))


def _largest_first(counts: Counts) -> pl.DataFrame:
    """The newest share of each territory, the largest of each shop first."""
    shares = counts.rows("territory", ("audience_share",), within="always")
    newest = (
        shares.lazy()
        .sort("to", nulls_last=True, maintain_order=True)
        .unique(("shop", "key"), keep="last", maintain_order=True)
    )
    largest = newest.sort("shop", "audience_share", "key", descending=[False, True, False])
    return largest.collect(engine="in-memory")


def _evenings(
    pairs: Iterable[tuple[str | None, str]], day: date, alike: str
) -> list[tuple[str | None, float | None]]:
    """Of each region of a shop and territory: whether they are *alike* (of one `code` or one
    `world`), and the hour of the shop at the evening of the territory."""
    places = [(territory(region), territory(key)) for region, key in pairs]
    evenings = [(float(EVENING), there, home) for home, there in places if home and there]
    hours = iter(hours_there(evenings, day))
    return [
        (
            "yes" if getattr(home, alike) == getattr(there, alike) else "no",
            float(round(next(hours)) % DAY),
        )
        if home and there
        else (None, None)
        for home, there in places
    ]
