"""How far the account is from the next milestone of its region, and which appeals run out."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import attrs
import polars as pl

from advisor import Derived, Reading, parse_toml, structure
from advisor.tabular import days_of
from advisor_tiktok_shop.ahead import LOOK_BACK, ahead
from advisor_tiktok_shop.duties import exactly
from advisor_tiktok_shop.violations import FAMILY

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


def health_room(readings: Sequence[Reading], today: date, region: str | None) -> Iterator[Derived]:
    """`health_room` and `health_room_ahead`: points to the next milestone of the shop's *region*,
    today and where the readings lead; nothing without a region that has milestones."""
    for scale in scales():
        if region not in scale.region or not _holds(scale, today):
            continue
        days = days_of(readings, "shop", (scale.count,), None).filter(pl.col("from") <= today)
        newest = days.sort("from").tail(1)
        if newest.is_empty() or (today - newest["from"][0]).days > LOOK_BACK:
            continue
        score = float(newest[scale.count][0])
        later = ahead(days.select("from", value=scale.count), today, least=2)
        room = _room(scale, score)
        lost = 0.0 if later is None else (score - later) * (1 if scale.falls else -1)
        told = newest.select(
            "key",
            *exactly("health_room", pl.lit(room)),
            *exactly("health_room_ahead", pl.lit(room - lost)),
        )
        yield Derived("shop", told)


def appeals_due(readings: Sequence[Reading], today: date) -> Derived | None:
    """`appeals_due`: open violations whose last day to appeal lies within a week; None without a
    list of violations."""
    tables = [table for reading in readings for table in reading.tables]
    shop = [t.frame for t in tables if t.subject == "shop" and t.family.startswith(FAMILY)]
    if not shop:
        return None
    ending = days_of(readings, "shop", ("appeals_ending",), None)
    near = pl.col("from").is_between(today, today + timedelta(days=SOON))
    due = float(ending.filter(near)["appeals_ending"].sum())
    keys = shop[0].select(pl.col("key").first())
    return Derived("shop", keys.with_columns(exactly("appeals_due", pl.lit(due))))


def _holds(scale: Scale, today: date) -> bool:
    begun = scale.from_ is None or today >= scale.from_
    return begun and (scale.until is None or today <= scale.until)


def _room(scale: Scale, score: float) -> float:
    """Points to the next milestone; 0 where the last one is reached."""
    if scale.falls:
        return score - max((at for at in scale.at if at < score), default=score)
    return min((at for at in scale.at if at > score), default=score) - score
