"""What a provider makes of one file: counts in columns, and everything the reader must know."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from advisor.model.record import frozen

if TYPE_CHECKING:
    import polars as pl


class Grain(StrEnum):
    """What one row covers."""

    DAY = "day"  # one day, or an event on a day (a LIVE session)
    PERIOD = "period"  # the whole period of the file
    LIFETIME = "lifetime"  # since the subject exists, up to the day of the export


@frozen
class File:
    """A file as it was found. *name* is for people; *path* is where to read it.

    *modified* is when it was changed last (nanoseconds), None where that cannot be told.
    """

    path: Path
    name: str
    size: int
    sha256: str
    modified: int | None = attrs.field(default=None, eq=False)


@frozen
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return f"{self.first.isoformat()} to {self.last.isoformat()}"


@frozen
class Note:
    """Something about the data that a reader of the plan must know. *file* may be empty."""

    code: str
    text: str
    file: str = ""


@frozen(eq=False)
class Table:
    """Counts of subjects of one kind, as one frame.

    Columns: `key` (str), `name` (str), one `parent.<kind>` (str) for each known parent,
    `from` and `to` (Date, null where unknown), `by.<breakdown>` (str), `currency` (str, null where
    unknown), one Float64 column for each count (null = missing), `_row` (UInt32, 1-based row in the
    file). Rows of single hours also have `_hour` (Datetime in milliseconds, null where a row is no
    hour), by the clock of the reading's time zone. The host adds `shop` and `_file`. Where labels
    of a breakdown mean nothing beside those of another file, `by.file` names the file. *family*
    names the source of the counts: tables of one family and kind speak of the same events, tables
    of two families are never added up.
    """

    subject: str
    family: str
    grain: Grain
    frame: "pl.DataFrame"

    @property
    def counts(self) -> tuple[str, ...]:
        return tuple(c for c in self.frame.columns if is_count(c))


FIXED = ("shop", "key", "name", "from", "to", "currency", "_row", "_file")


def is_count(column: str) -> bool:
    """Whether a frame's column holds a count."""
    return column not in FIXED and not column.startswith(("by.", "parent.", "_"))


@frozen(eq=False)
class Links:
    """Pairs of subjects: columns `from` and `to` (str keys)."""

    relation: str
    frame: "pl.DataFrame"


@frozen
class Column:
    """How a column of the file was understood; *means* is a count, a check or a role."""

    header: str
    means: str
    nearest: str = ""  # for an unknown header: the known one that it resembles


@frozen(eq=False)
class Reading:
    """One file, or one grid of it, understood: `rows + sum(left_out.values())` is the number of
    rows after its header. *time_zone* is the IANA name of the one in which its days begin, where
    that may be another than the shop's. *by_hand*: the owner keeps it as a list, in which days
    without a row are days on which nothing happened."""

    file: File
    provider: str
    kind: str
    title: str
    tables: tuple[Table, ...]
    rows: int
    left_out: Mapping[str, int] = attrs.field(factory=dict)
    links: tuple[Links, ...] = ()
    period: Period | None = None
    currency: str | None = None
    columns: tuple[Column, ...] = ()
    notes: tuple[Note, ...] = ()
    time_zone: str | None = None
    by_hand: bool = False
