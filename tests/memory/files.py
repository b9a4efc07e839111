"""What is read of a shop's files on a day: three daily exports, as readings."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from advisor.model.reading import File, Grain, Links, Period, Reading, Table
from tests.memory.world import Files

START = date(2026, 1, 5)  # a Monday: day 0 of every life
Numbers = np.ndarray[Any, np.dtype[Any]]
_TABLES = (("video", "content", "v"), ("product", "products", "p"), ("ad", "ads", "a"))


def day_of(number: int) -> date:
    """The day with this number."""
    return START + timedelta(days=number)


def readings(files: Files, today: int, back: int) -> tuple[Reading, ...]:
    """The newest *back* days that are full on the day *today*."""
    first = max(0, today - back)
    seen = files.seen(first, today)
    products = files.life.ill.product_of_video
    links = pl.DataFrame(
        {"from": [f"v{i}" for i in range(len(products))], "to": [f"p{i}" for i in products]}
    )
    found = []
    for kind, family, letter in _TABLES:
        counts = {n.partition(".")[2]: v for n, v in seen.items() if n.startswith(f"{letter}.")}
        if kind == "video":
            counts["orders"] = counts["sku_orders"]
            counts["comments"] = counts["shares"] = np.zeros_like(counts["likes"])
        if kind == "product":
            counts["orders"] = counts["sku_orders"]
        table = Table(kind, family, Grain.DAY, _frame(letter, counts, first))
        own = (Links("video-products", links),) if kind == "video" else ()
        found.append(_reading(f"{family}.csv", table, own, first, today))
    return tuple(found)


def _frame(letter: str, counts: dict[str, Numbers], first: int) -> pl.DataFrame:
    many, length = next(iter(counts.values())).shape
    days = pl.Series(
        np.tile(np.arange(length), many) + (day_of(first) - date(1970, 1, 1)).days, dtype=pl.Int32
    ).cast(pl.Date)
    keys = pl.Series([f"{letter}{i}" for i in range(many)]).gather(
        np.repeat(np.arange(many), length)
    )
    return pl.DataFrame(
        {
            "key": keys,
            "name": keys,
            "from": days,
            "to": days,
            "currency": pl.repeat("USD", len(keys), eager=True),
            **{name: values.astype(float).ravel() for name, values in counts.items()},
            "_row": pl.int_range(2, len(keys) + 2, dtype=pl.UInt32, eager=True),
        }
    )


def _reading(name: str, table: Table, links: tuple[Links, ...], first: int, today: int) -> Reading:
    return Reading(
        file=File(path=Path(name), name=name, size=1, sha256=name),
        provider="the world",
        kind=name,
        title=name,
        tables=(table,),
        rows=table.frame.height,
        links=links,
        period=Period(day_of(first), day_of(today - 1)),
        currency="USD",
    )
