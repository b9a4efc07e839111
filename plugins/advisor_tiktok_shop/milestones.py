"""How far the account is from the next milestone of its region, and which appeals run out."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import attrs
import polars as pl

from advisor import Counts, MetricsContext, parse_toml, structure
from advisor_tiktok_shop.ahead import ahead, recent
from advisor_tiktok_shop.duties import exactly
from advisor_tiktok_shop.violations import listed_shops

SOON = 7  # days in which an appeal has to be written
_FILE = "milestones.toml"


@attrs.frozen
class Scale:
    """The milestones of one score, where and since when they hold."""

    count: str
    falls: bool
    region: tuple[str, ...]
    at: tuple[float, ...]
    source: str
    from_: date | None = None
    until: date | None = None


@attrs.frozen
class Scales:
    """The file of them."""

    scale: tuple[Scale, ...]


@cache
def scales() -> tuple[Scale, ...]:
    """All that is known."""
    text = (files("advisor_tiktok_shop") / _FILE).read_text(encoding="utf-8")
    return structure(parse_toml(text, where=_FILE), Scales, where=_FILE).scale


def health_room(counts: Counts, context: MetricsContext) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`health_room` and `health_room_ahead`: points to the next milestone of the shop's region,
    today and where the readings lead; nothing without a region that has milestones."""
    today = context.today
    for scale in scales():
        if not _holds(scale, today) or not counts.having("shop", (scale.count,)):
            continue
        there = context.shops.lazy().filter(pl.col("region").is_in(scale.region))
        days = (
            counts.days("shop", (scale.count,), within="always")
            .lazy()
            .join(there, on="shop", how="semi", maintain_order="left")
            .filter(pl.col("from") <= today)
            .with_columns(pl.col(scale.count).alias("value"))
        )
        newest = recent(days.unique("shop", keep="last", maintain_order=True), today)
        later = ahead(days, today, least=2)
        rooms = newest.join(later, on="shop", how="left", maintain_order="left")
        room = _room(scale, pl.col("value"))
        lost = (pl.col("value") - pl.col("ahead")) * (1 if scale.falls else -1)
        led = room - lost.fill_null(0.0)
        columns = (*exactly("health_room", room), *exactly("health_room_ahead", led))
        yield "shop", rooms.select("shop", "key", *columns)


def appeals_due(counts: Counts, today: date) -> Iterator[tuple[str, pl.LazyFrame]]:
    """`appeals_due`: open violations whose last day to appeal lies within a week; nothing of a shop
    without a list of violations."""
    shops = listed_shops(counts)
    if shops.is_empty():
        return
    ending = counts.days("shop", ("appeals_ending",), within="always").lazy()
    near = ending.filter(pl.col("from").is_between(today, today + timedelta(days=SOON)))
    due = near.group_by("shop").agg(pl.col("appeals_ending").sum().alias("due"))
    each = shops.to_frame().lazy().join(due, on="shop", how="left", maintain_order="left")
    value = exactly("appeals_due", pl.col("due").fill_null(0.0))
    yield "shop", each.select("shop", pl.col("shop").alias("key"), *value)


def _holds(scale: Scale, today: date) -> bool:
    begun = scale.from_ is None or today >= scale.from_
    return begun and (scale.until is None or today <= scale.until)


def _room(scale: Scale, score: pl.Expr) -> pl.Expr:
    """Points to the next milestone; 0 where the last one is reached."""
    if scale.falls:
        below = pl.max_horizontal(pl.when(score > at).then(pl.lit(at)) for at in scale.at)
        return score - below.fill_null(score)
    above = pl.min_horizontal(pl.when(score < at).then(pl.lit(at)) for at in scale.at)
    return above.fill_null(score) - score
