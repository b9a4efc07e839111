"""Parts of a whole that another file counts: broken down, so that no total is mistaken."""

import re
from collections.abc import Callable, Collection
from datetime import date

import attrs
import polars as pl

from advisor import AdvisorError, Period, Reading, Table

Finish = Callable[[Reading], Reading]

_ID = re.compile(r"(?<![0-9])[0-9]{15,20}(?![0-9])")
_IN_LINK = r"/(?:video|photo)/(\d+)"
_DAY = re.compile(r"(?<![0-9])(20[0-9]{2})[-_.]?([01][0-9])[-_.]?([0-3][0-9])(?![0-9])")


def part_of(channel: str, own: Collection[str] = ()) -> Finish:
    """Breaks a reading's counts down as those of one *channel*. Counts in *own* exist nowhere else
    and stay the subject's."""

    def told(reading: Reading) -> Reading:
        tables: list[Table] = []
        for table in reading.tables:
            apart = [count for count in table.counts if count in own]
            shared = [count for count in table.counts if count not in own]
            label = pl.lit(channel).alias("by.channel")
            tables.append(attrs.evolve(table, frame=table.frame.drop(apart).with_columns(label)))
            if apart:
                tables.append(attrs.evolve(table, frame=table.frame.drop(shared)))
        return attrs.evolve(reading, tables=tuple(tables))

    return told


def about(what: str) -> Finish:
    """Makes the subject of a reading the *what* (a video …) whose id is in the file's name."""

    def told(reading: Reading) -> Reading:
        found = _id_in_name(reading, what)
        labels = (pl.lit(found).alias("key"), pl.lit(found).alias("name"))
        tables = (attrs.evolve(t, frame=t.frame.with_columns(labels)) for t in reading.tables)
        return attrs.evolve(reading, tables=tuple(tables))

    return told


def part_of_one(what: str) -> Finish:
    """Breaks a reading down as part of the *what* (a video …) whose id is in the file's name."""

    def told(reading: Reading) -> Reading:
        label = pl.lit(_id_in_name(reading, what)).alias(f"by.{what.lower()}")
        tables = (attrs.evolve(t, frame=t.frame.with_columns(label)) for t in reading.tables)
        return attrs.evolve(reading, tables=tuple(tables))

    return told


def videos_by_link(reading: Reading) -> Reading:
    """Names videos by the id in their link, where the file has links and no ids."""
    in_link = pl.col("key").str.extract(_IN_LINK)
    key = pl.coalesce(in_link, "key").alias("key")
    tables = (attrs.evolve(t, frame=t.frame.with_columns(key)) for t in reading.tables)
    return attrs.evolve(reading, tables=tuple(tables))


def on_the_day_in_its_name(reading: Reading) -> Reading:
    """Dates a reading by the one day in the file's name; without one it has no date."""
    found = [day for day in map(_day, _DAY.findall(reading.file.name)) if day is not None]
    if len(found) != 1:
        return reading
    (day,) = found
    ends = (pl.lit(day).alias("from"), pl.lit(day).alias("to"))
    tables = (attrs.evolve(t, frame=t.frame.with_columns(ends)) for t in reading.tables)
    return attrs.evolve(reading, tables=tuple(tables), period=Period(day, day))


def after(*steps: Finish) -> Finish:
    """One step after the other."""

    def told(reading: Reading) -> Reading:
        for step in steps:
            reading = step(reading)
        return reading

    return told


def _day(parts: tuple[str, str, str]) -> date | None:
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def _id_in_name(reading: Reading, what: str) -> str:
    found = _ID.findall(reading.file.name)
    if len(found) == 1:
        return str(found[0])
    raise AdvisorError(
        f"the answer does not say which {what} it is about, and neither does the file's name",
        where=reading.file.name,
        hint=f"put the id of the {what} into the name: performance_7646166143702453001.json",
    )
