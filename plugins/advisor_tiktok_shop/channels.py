"""Daily tables of one channel: the files name it only in their kind."""

from collections.abc import Callable

import attrs
import polars as pl

from advisor import Reading


def channel(key: str, name: str) -> Callable[[Reading], Reading]:
    """Makes the subject of a reading's tables the channel *key*."""

    def labeled(reading: Reading) -> Reading:
        labels = (pl.lit(key).alias("key"), pl.lit(name).alias("name"))
        tables = (attrs.evolve(t, frame=t.frame.with_columns(labels)) for t in reading.tables)
        return attrs.evolve(reading, tables=tuple(tables))

    return labeled


def shop_tab_or_search(reading: Reading) -> Reading:
    """The Shop Tab; or search, whose file looks the same and differs in its name alone."""
    if "search" in reading.file.name.casefold():
        return channel("search", "Search")(reading)
    return channel("shop-tab", "Shop Tab")(reading)
