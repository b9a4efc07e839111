"""Cells of text into values, a whole column at a time.

A cell that says "missing" is null, never zero. A cell that should be a number and is none is null
too, and counted: see Parsed.
"""

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl

from advisor.model import frozen
from advisor.plugin import alone, step
from advisor.tabular.stacked import (
    Place,
    below_each_other,
    collected,
    each_cell,
    flat,
    numbered,
    shared,
)
from advisor.tabular.words import SECONDS, either, words

# Blanks that strip_chars would leave: no-break spaces, zero-width marks, direction marks.
_EDGES = " \t\r\n\v\f\u00a0\u202f\u200b\u200e\u200f\ufeff"

_LONG = 50_000  # rows; looking for what needs nothing costs time too


def tidy(text: pl.Expr) -> pl.Expr:
    """Text without blanks and TABs at its ends; null where nothing is left."""
    stripped = text.str.strip_chars(_EDGES)
    return pl.when(stripped != "").then(stripped)


def tidied(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame's columns of text through `tidy`; in a long one each distinct cell is asked first, as
    most columns need nothing."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if not texts:
        return frame
    if frame.height <= _LONG:
        made = each_cell([frame[name] for name in texts], {"t": tidy(pl.col("t"))})
        found = {name: one["t"].alias(name) for name, one in zip(texts, made, strict=True)}
        return pl.DataFrame([found.get(name, frame[name]) for name in frame.columns])
    distinct = frame.select(pl.col(texts).unique().drop_nulls().implode())
    asked = distinct.select(
        pl.col(name).explode().pipe(_untidy).any().alias(name) for name in texts
    )
    texts = [name for name in texts if asked[name][0]]
    return frame.with_columns(tidy(pl.col(texts))) if texts else frame


def _untidy(text: pl.Expr) -> pl.Expr:
    return tidy(text).ne_missing(text)


@cache
def missing() -> pl.Expr:
    """The words for a missing value, as `is_in` takes them: made once, as that takes long."""
    return pl.lit(pl.Series([list(words().missing)], dtype=pl.List(pl.String)))


def known(text: pl.Expr) -> pl.Expr:
    """Text, null where it says that the value is missing."""
    return pl.when(~text.is_in(missing())).then(text)


@frozen(eq=False)
class Known:
    """A column of *text*, null where a cell says that the value is missing; *wide* says that it has
    letters that are not ASCII."""

    text: pl.Series
    wide: bool


@step(Place.KNOWN)
def known_cells(asked: Sequence[Sequence[pl.Series]]) -> list[list[Known]]:
    """Find the cells of columns of text that say a value."""
    made = {"known": known(pl.col("t")), "wide": is_wide(pl.col("t"))}
    frames = each_cell(flat(asked), made)
    return shared(asked, [Known(f["known"], bool(f["wide"].any())) for f in frames])


def known_only(column: pl.Series) -> pl.Series:
    """A column, null where a cell says that the value is missing."""
    frame = pl.DataFrame({"t": column})
    return frame.select(known(pl.col("t")))["t"]


@cache
def _digits() -> Mapping[str, str]:
    """The digits of every script, and the marks beside them; seldom met, and not made to start."""
    numbers = (chr(at) for at in range(0x80, 0x11000) if chr(at).isdecimal())
    digits = {number: str(unicodedata.digit(number)) for number in numbers}
    return digits | dict(zip("٫٬．，％－", ".,.,%-", strict=True))


def is_wide(text: pl.Expr) -> pl.Expr:
    """Whether text has letters that are not ASCII, among which its digits may be."""
    return text.str.len_bytes() != text.str.len_chars()


def in_ascii_digits(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame's columns of text with the digits of every script as 0 to 9."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if not texts:
        return frame
    wide = is_wide(pl.col(texts)).any()
    asked = [name for name, found in frame.select(wide).row(0, named=True).items() if found]
    other = pl.col(asked).str.contains(r"[\p{Nd}--0-9]").any()
    found = frame.select(other).row(0, named=True) if asked else {}
    named = [name for name, has in found.items() if has]
    return frame.with_columns(pl.col(named).str.replace_many(_digits())) if named else frame


@frozen(eq=False)
class Parsed:
    """A column of values. *bad* counts the cells that could not be understood, *example* is one;
    *first* is its row in the file."""

    values: pl.Series
    bad: int = 0
    example: str = ""
    first: int = 0


def parsed(text: pl.Series, values: pl.Series, rows: pl.Series) -> Parsed:
    """*values*, with a count of the cells of *text* that should have had one."""
    if values.null_count() == text.null_count():
        return Parsed(values)
    wrong = text.is_not_null() & values.is_null()
    count = int(wrong.sum())
    if count == 0:
        return Parsed(values)
    return Parsed(values, count, text.filter(wrong)[0], int(rows.filter(wrong)[0]))


OPEN_DOT = r"^[-+]?[1-9][0-9]{0,2}\.[0-9]{3}$"
PLAIN = r"^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"


LARGEST = 1e15
"""No count and no amount in any currency is as large; beyond it a float is not exact either."""

SMALLEST = 1e-9
"""What is nearer to zero is zero, of which a spreadsheet's arithmetic left 5.55E-17."""


def plausible(values: pl.Expr) -> pl.Expr:
    """Values, null where they are too large to be meant, infinite or no number; 0 where they are
    next to it."""
    rounded = pl.when((values >= SMALLEST) | (values <= -SMALLEST)).then(values).otherwise(0.0)
    return pl.when((values < LARGEST) & (values > -LARGEST)).then(rounded)  # no NaN is


def finite(values: pl.Series) -> pl.Series:
    """Values as `plausible` has them."""
    # Aggregates of a series are no queries, as `abs` is; a sum tells of NaN, which `max` skips.
    least: Any
    most: Any
    total: Any
    least, most, total = values.min(), values.max(), values.sum()
    if least is None:
        return values
    numbers = isinstance(least, float) and isinstance(most, float) and not math.isnan(total)
    if numbers and least > -LARGEST and most < LARGEST:
        near = (values < SMALLEST) & (values > -SMALLEST) & (values != 0)
        if not near.any():
            return values
    return pl.DataFrame({"v": values}).select(plausible(pl.col("v")))["v"]


def clock(text: pl.Series) -> pl.Series:
    """The time of day in hours: 15.5 of `2026-05-22 15:30` or `5/22/2026 3:30 PM`.

    Null where a cell has none; and everywhere where all are midnight, which is how a spreadsheet
    writes a day alone.
    """
    if not text.str.contains(":", literal=True).any():  # days alone, as in most files
        return pl.Series("v", [None], pl.Float64).new_from_index(0, len(text))
    t = pl.col("t")
    pattern = r"(?i)(?:^|[ T,])([0-9]{1,2}):([0-5][0-9])(?::[0-5][0-9](?:\.[0-9]+)?)?\s?([ap]m)?"
    hour, minute = (t.str.extract(pattern, at).cast(pl.Float64, strict=False) for at in (1, 2))
    half = t.str.extract(pattern, 3).str.to_lowercase()
    of_day = pl.when(half.is_null()).then(hour).otherwise(hour % 12 + 12 * (half == "pm"))
    hours = of_day + minute / 60
    found = pl.DataFrame({"t": text}).select(pl.when(hours < 24).then(hours).alias("v"))["v"]
    latest = found.max()
    midnight = not isinstance(latest, float) or latest == 0
    return found.clear(len(found)) if midnight else found


@step(Place.DURATIONS)
def durations(asked: Sequence[Sequence[pl.Series]]) -> list[list[pl.Series]]:
    """Turn columns of spans of time into seconds: 3h 12min, 13sec, 1170.5 min(s), 01:02:03, bare
    seconds."""
    values = each_cell(flat(asked), {"v": _seconds()})
    return shared(asked, [finite(frame["v"]) for frame in values])


def _seconds() -> pl.Expr:
    t = pl.col("t")
    number = r"[0-9]+(?:[.,][0-9]+)?"
    unit = {name: either(names) for name, names in words().units.items()}
    tail = r"(?:\(s\))?\.?"
    whole = rf"(?i)^(?:{number}\s*{either_of(unit.values())}{tail}[\s,]*)+$"

    def amount(name: str) -> pl.Expr:
        pattern = rf"(?i)({number})\s*{unit[name]}{tail}(?:[^\p{{L}}]|$)"
        found = t.str.extract(pattern).str.replace(",", ".", literal=True)
        return found.cast(pl.Float64, strict=False).fill_null(0.0) * SECONDS[name]

    def clock(pattern: str, *seconds: float) -> pl.Expr:
        fields = (t.str.extract(pattern, at + 1).cast(pl.Float64, strict=False) for at in range(9))
        return pl.sum_horizontal(*(f * s for f, s in zip(fields, seconds, strict=False)))

    hms = r"^([0-9]+):([0-5]?[0-9]):([0-5]?[0-9](?:\.[0-9]+)?)$"
    ms = r"^([0-9]+):([0-5]?[0-9](?:\.[0-9]+)?)$"
    # A time cell of a spreadsheet is a moment of the day zero of its calendar.
    sheet = r"^1899-12-3[01] ([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?$"
    bare = t.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    return (
        pl.when(t.str.contains(whole))
        .then(pl.sum_horizontal(*(amount(name) for name in SECONDS)))
        .when(t.str.contains(hms))
        .then(clock(hms, 3600, 60, 1))
        .when(t.str.contains(sheet))
        .then(clock(sheet, 3600, 60, 1))
        .when(t.str.contains(ms))
        .then(clock(ms, 60, 1))
        .otherwise(bare)
    )


def either_of(patterns: Iterable[str]) -> str:
    """A regular expression for one of several."""
    return "(?:" + "|".join(patterns) + ")"


def identifiers(text: pl.Expr) -> pl.Expr:
    """Ids as they were before a spreadsheet took them for numbers: without `.0`, and without the
    apostrophe that kept one from doing so."""
    return text.str.replace(r"^['’`]?([0-9]+)(?:\.0+)?$", "$1")


@step(Place.IDS)
def kept_as_text(asked: Sequence[Sequence[pl.Series]]) -> list[list[bool]]:
    """Tell which columns of ids show what a spreadsheet does to some, as far as their first cells
    tell."""
    heads = [column.slice(0, _SAMPLE) for column in flat(asked)]
    frames = each_cell(heads, {"v": pl.col("t").str.contains(_KEPT_AS_TEXT)})
    return shared(asked, [bool(frame["v"].any()) for frame in frames])


_SAMPLE = 10_000  # cells of a column that are looked at where a few tell
_KEPT_AS_TEXT = r"^['’`]|\.0$"  # what a spreadsheet does to an id
_KEPT_DIGITS = 15  # by a spreadsheet, of any number
_CHANCE = 8  # so many ids of sixteen digits do not all end in 0 by chance
RUINED = r"^[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{2}$"


def ruined(text: pl.Series) -> bool:
    """Whether a spreadsheet has destroyed a column of ids."""
    (found,) = alone(ruined_ids([text]))
    return found


@step(Place.RUINED)
def ruined_ids(asked: Sequence[Sequence[pl.Series]]) -> list[list[bool]]:
    """Tell which columns of ids a spreadsheet has destroyed: 1.73E+18, or digits lost after the
    fifteenth. One long id may end in zeros by chance; a column of them does not."""
    # A spreadsheet spoils all of a column or nothing.
    samples = [column.slice(0, _SAMPLE) for column in flat(asked)]
    if not samples:
        return [[] for _ in asked]
    id_, length = pl.col("t"), pl.col("t").str.len_bytes()
    long, huge = length.is_between(17, 19), length.is_between(18, 19)
    short = length == _KEPT_DIGITS + 1
    number = pl.when(huge).then(id_).cast(pl.Int64, strict=False)
    # Through a 64-bit float only every 128th (or rarer) id survives.
    as_float = number.cast(pl.Float64).cast(pl.Int64, strict=False) == number
    (found,) = collected(
        [
            pl.LazyFrame([below_each_other(samples), numbered(samples)])
            .unique()
            .select(
                "column",
                id_.str.contains(RUINED).alias("mangled"),
                long.alias("long"),
                (long & ~id_.str.slice(_KEPT_DIGITS).str.contains("^0+$")).alias("long_other"),
                huge.alias("huge"),
                (huge & ~as_float).alias("exact"),
                (huge & number.is_null()).alias("worded"),
                short.alias("short"),
                (short & ~id_.str.ends_with("0")).alias("short_other"),
            )
            .group_by("column")
            .agg(
                pl.col("mangled", "long_other", "exact", "worded", "short_other").any(),
                pl.col("long", "huge", "short").sum(),
            )
        ]
    )
    told = {row["column"]: _is_ruined(row) for row in found.iter_rows(named=True)}
    return shared(asked, [told.get(at, False) for at in range(len(samples))])


def _is_ruined(told: Mapping[str, Any]) -> bool:
    if told["mangled"]:
        return True
    if (told["long"] > 1 or told["huge"]) and not told["long_other"]:
        return True
    if told["huge"] > 1 and not told["worded"]:
        return not told["exact"]
    return bool(told["short"] >= _CHANCE and not told["short_other"])
