"""Parts of a whole that another file counts: broken down, so that no total is mistaken."""

import re
from collections.abc import Callable, Collection
from datetime import date
from pathlib import PurePosixPath

import attrs
import polars as pl

from advisor import Note, Period, Reading, Table, lazy_gettext

Finish = Callable[[Reading], Reading]

_COPY = re.compile(r"(?:\s*\([0-9]{1,3}\)|\s*-\s*\w*cop[iy]\w*|\s+\w*cop[iy]\w*)+$", re.IGNORECASE)
_ID = re.compile(r"(?<![0-9])[0-9]{15,20}(?![0-9])")
_IN_LINK = r"/(?:video|photo)/(\d+)"
_DAY = re.compile(r"(?<![0-9])(20[0-9]{2})[-_.]?([01][0-9])[-_.]?([0-3][0-9])(?![0-9])")


def part_of(channel: str, own: Collection[str] = ()) -> Finish:
    """Breaks a reading's counts down as those of one *channel*. Counts in *own* exist nowhere else
    and stay the subject's."""

    def labeled(reading: Reading) -> Reading:
        tables: list[Table] = []
        for table in reading.tables:
            apart = [count for count in table.counts if count in own]
            shared = [count for count in table.counts if count not in own]
            label = pl.lit(channel).alias("by.channel")
            tables.append(attrs.evolve(table, frame=table.frame.drop(apart).with_columns(label)))
            if apart:
                tables.append(attrs.evolve(table, frame=table.frame.drop(shared)))
        return attrs.evolve(reading, tables=tuple(tables))

    return labeled


def about(what: str) -> Finish:
    """Makes the subject of a reading the *what* (a video …) whose id is in the file's name, else
    one that goes by the name of the file."""

    def labeled(reading: Reading) -> Reading:
        found, notes = _named(reading, what)
        labels = (pl.lit(found).alias("key"), pl.lit(found).alias("name"))
        tables = (attrs.evolve(t, frame=t.frame.with_columns(labels)) for t in reading.tables)
        return attrs.evolve(reading, tables=tuple(tables), notes=(*reading.notes, *notes))

    return labeled


def part_of_one(what: str) -> Finish:
    """Breaks a reading down as part of the *what* (a video …) whose id is in the file's name, else
    of one that goes by the name of the file."""

    def labeled(reading: Reading) -> Reading:
        found, notes = _named(reading, what)
        label = pl.lit(found).alias(f"by.{what.lower()}")
        tables = (attrs.evolve(t, frame=t.frame.with_columns(label)) for t in reading.tables)
        return attrs.evolve(reading, tables=tuple(tables), notes=(*reading.notes, *notes))

    return labeled


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

    def labeled(reading: Reading) -> Reading:
        for step in steps:
            reading = step(reading)
        return reading

    return labeled


def _day(parts: tuple[str, str, str]) -> date | None:
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def _named(reading: Reading, what: str) -> tuple[str, tuple[Note, ...]]:
    """The id in the file's name; without one the name itself, and a note."""
    found = _ID.findall(reading.file.name)
    if len(found) == 1:
        return str(found[0]), ()
    stem = _COPY.sub("", PurePosixPath(reading.file.name).stem)
    text = lazy_gettext(
        "neither the API answer nor the file's name says which {what} it is about, so it goes by "
        "the name of the file. Put the ID into the file's name to combine it with other files",
        what=lazy_gettext(what),
    )
    return stem, (Note("unnamed-subject", text, reading.file.name),)
