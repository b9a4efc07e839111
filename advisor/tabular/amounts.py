"""Columns of money, numbers and percentages out of text.

Columns are taken apart one below the other, many in one step: a file has dozens of short ones, and
each step costs the same for one cell as for thousands. What 1.234 means is settled for each column.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache

import polars as pl

from advisor.model import frozen
from advisor.plugin import step
from advisor.tabular.cells import plausible
from advisor.tabular.kind import Percent
from advisor.tabular.stacked import (
    Place,
    batches,
    below_each_other,
    collected,
    flat,
    numbered,
    shared,
)
from advisor.tabular.words import words


class Point(StrEnum):
    """What a single dot before exactly three digits (1.234) means in a column."""

    DECIMAL = "decimal"
    THOUSANDS = "thousands"


@frozen
class Spelling:
    """Evidence in a column: how many cells can only be read with a decimal dot, how many only with
    a decimal comma, and how many can be read both ways."""

    dot: int = 0
    comma: int = 0
    open_dot: int = 0
    open_comma: int = 0

    def __add__(self, other: "Spelling") -> "Spelling":
        return Spelling(
            self.dot + other.dot,
            self.comma + other.comma,
            self.open_dot + other.open_dot,
            self.open_comma + other.open_comma,
        )


@frozen(eq=False)
class Parts:
    """Columns of amounts taken apart, before it is settled what their dots and commas mean.

    The rows of *frame* are those of the first of *columns*, then of the second …: `column` (its
    number), `text` (as it was), `digits` (digits, dots and commas; null where there is no amount),
    `factor` (sign and power of ten), `sign` (the currency beside it in small letters, or null),
    `percent` (whether a % follows), and how the digits can be read.
    """

    columns: Sequence[pl.Series]
    frame: pl.DataFrame


@frozen(eq=False)
class Amounts:
    """One column of amounts taken apart: the one *at* this place of *parts*, whose rows there begin
    at *start*. *currencies* are those that signs beside its amounts name without doubt."""

    parts: Parts
    at: int
    start: int
    spelling: Spelling
    currencies: frozenset[str]
    has_unread: bool  # whether cells are no amounts

    @property
    def own(self) -> pl.DataFrame:
        """Its rows."""
        return self.parts.frame.slice(self.start, len(self.parts.columns[self.at]))


@frozen(eq=False)
class Asked:
    """A column whose amounts are wanted, with what was settled of it; *rate* says that it holds
    rates, and what a bare number is."""

    amounts: Amounts
    point: Point
    rate: Percent | None = None


@frozen(eq=False)
class Read:
    """The values of a column of amounts: how many cells of its *text* are *bad*, being no amounts,
    or *unclear*, being rates of which the unit is not known; where is told by the columns `bad` and
    `unclear` of *frame*. *odd* says that some are."""

    frame: pl.DataFrame
    odd: bool

    @property
    def value(self) -> pl.Series:
        return self.frame["used"]


_GROUPED = r"[0-9]{1,3}(?:[ '’\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?"

# Cells that can be read in one way only, and those that cannot.
_DOT = (
    r"^(?:[0-9]{1,3}(?:,[0-9]{2,3})+\.[0-9]*|[0-9]{1,3}(?:,[0-9]{3}){2,}|0?\.[0-9]+|0\.[0-9]*"
    r"|[0-9]+\.(?:[0-9]{0,2}|[0-9]{4,})|[0-9]{4,}\.[0-9]*)$"
)
_COMMA = (
    r"^(?:[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]*|[0-9]{1,3}(?:\.[0-9]{3}){2,}|0?,[0-9]+|0,[0-9]*"
    r"|[0-9]+,(?:[0-9]{0,2}|[0-9]{4,})|[0-9]{4,},[0-9]*)$"
)
_OPEN_DOT = r"^[1-9][0-9]{0,2}\.[0-9]{3}$"
_OPEN_COMMA = r"^[1-9][0-9]{0,2},[0-9]{3}$"


@cache
def _amount() -> str:
    """A pattern for text in small letters: one for any letters is half as fast."""
    currency = words().any_currency()
    return (
        r"^(?P<open>\()?\s*(?P<minus>[-−+])?\s*"
        rf"(?P<before>{currency})?\.?\s*(?P<minus2>[-−+])?\s*"
        rf"(?P<digits>{_GROUPED}|[0-9][0-9.,]*|[.,][0-9]+)(?P<power>e[-+]?[0-9]+)?\s*"
        rf"(?P<after>{currency})?\s*(?P<percent>[%％])?\s*\)?$"
    )


@step(Place.AMOUNTS)
def take_apart(asked: Sequence[Sequence[pl.Series]]) -> list[list[Amounts]]:
    """Take columns of text apart."""
    parts = list(batches(flat(asked)))
    frames = collected(_parts(columns) for columns in parts)
    found: list[Amounts] = []
    for columns, frame in zip(parts, frames, strict=True):
        together = Parts(columns, frame)
        signs, told, start = _signs(frame), _spelling_evidence(frame), 0
        for at, column in enumerate(columns):
            unread, *evidence = told.get(at, (0, 0, 0, 0, 0))
            own = signs.get(at, frozenset())
            found.append(
                Amounts(together, at, start, Spelling(*evidence), own, has_unread=bool(unread))
            )
            start += len(column)
    return shared(asked, found)


def _parts(columns: Sequence[pl.Series]) -> pl.LazyFrame:
    minus = (
        pl.col("minus").is_in(["-", "−"])
        | pl.col("minus2").is_in(["-", "−"])
        | pl.col("open").is_not_null()
    ).fill_null(value=False)
    digits = pl.col("digits")
    return (
        pl.LazyFrame([below_each_other(columns), numbered(columns)])
        .select(
            pl.col("t").str.to_lowercase().str.extract_groups(_amount()).alias("g"),
            "column",
            text="t",
        )
        .unnest("g")
        .select(
            "text",
            "column",
            digits=pl.when(pl.col("minus").is_null() | pl.col("minus2").is_null()).then(
                digits.str.replace_all(r"[ '’\u00a0\u202f]", "")
            ),
            factor=pl.when(minus).then(-1.0).otherwise(1.0)
            * pl.lit(10.0).pow(
                pl.col("power").str.slice(1).cast(pl.Int32, strict=False).fill_null(0)
            ),
            sign=pl.coalesce("before", "after"),
            percent=pl.col("percent").is_not_null(),
        )
        .with_columns(
            dot=digits.str.contains(_DOT),
            comma=digits.str.contains(_COMMA),
            open_dot=digits.str.contains(_OPEN_DOT),
            open_comma=digits.str.contains(_OPEN_COMMA),
        )
    )


def _spelling_evidence(frame: pl.DataFrame) -> dict[int, tuple[int, ...]]:
    """By column, how many cells are no amounts, and the evidence of its Spelling."""
    unread = pl.col("digits").is_null() & pl.col("text").is_not_null()
    counted = (
        frame.lazy()
        .group_by("column")
        .agg(unread.sum(), pl.col("dot", "comma", "open_dot", "open_comma").sum())
        .collect(engine="in-memory")
    )
    return {column: tuple(counts) for column, *counts in counted.iter_rows()}


def spelled_out(amounts: Amounts, languages: frozenset[str]) -> pl.Series | None:
    """How shortened numbers (1.2K) of a column are read (1.2e3): "" where a word can mean several
    numbers, null in other cells; None where no cell is one."""
    from advisor.tabular import shortened

    small = pl.when(pl.col("digits").is_null()).then(pl.col("text").str.to_lowercase())
    spelled = amounts.own.select(small.alias("t")).select(
        pl.when(shortened.is_shortened(pl.col("t"))).then(
            shortened.spelled_out(pl.col("t"), languages).fill_null("")
        )
    )["t"]
    return spelled if spelled.null_count() < len(spelled) else None


def _signs(frame: pl.DataFrame) -> dict[int, frozenset[str]]:
    """The currencies that signs beside amounts name without doubt, by column."""
    if frame["sign"].null_count() == frame.height:
        return {}
    found: dict[int, set[str]] = {}
    known = words().currency
    for column, sign in frame.select("column", "sign").unique().iter_rows():
        code = known.get(sign.casefold()) if sign is not None else None
        if code:
            found.setdefault(column, set()).add(code)
    return {column: frozenset(codes) for column, codes in found.items()}


def settle(column: Spelling, file: Spelling, currency: str | None) -> Point:
    """What 1.234 means: as the column says, else the file's other columns, else the currency."""
    for evidence in (column, file):
        if evidence.dot and not evidence.comma:
            return Point.DECIMAL
        if evidence.comma and not evidence.dot:
            return Point.THOUSANDS
    return Point.THOUSANDS if currency in words().zero_decimal else Point.DECIMAL


@step(Place.VALUES)
def amounts_of(asked: Sequence[Sequence[Asked]]) -> list[list[Read]]:
    """Turn columns that were taken apart into values; what is too large to be meant is none."""
    columns = flat(asked)
    wanted: dict[int, list[Asked]] = {}
    for one in columns:
        wanted.setdefault(id(one.amounts.parts), []).append(one)
    frames = collected(_values(together) for together in wanted.values())
    found = {key: (f, _has_odd(f)) for key, f in zip(wanted, frames, strict=True)}
    read: list[Read] = []
    for one in columns:
        amounts = one.amounts
        frame, odd = found[id(amounts.parts)]
        own = frame.slice(amounts.start, len(amounts.parts.columns[amounts.at]))
        read.append(Read(own, odd=odd and _has_odd(own)))
    return shared(asked, read)


def _has_odd(frame: pl.DataFrame) -> bool:
    return bool(frame["bad"].any() or frame["unclear"].any())


def _values(asked: Sequence[Asked]) -> pl.LazyFrame:
    """`text`, the value `used`, and whether it is `bad` or `unclear`, of the columns that were
    taken apart together; *asked* are some of them."""
    parts = asked[0].amounts.parts
    thousands = [False] * len(parts.columns)
    comma_decimal = [False] * len(parts.columns)
    bare: dict[Percent, list[int]] = {}  # what it is in which columns of rates
    for one in asked:
        at, spelling = one.amounts.at, one.amounts.spelling
        thousands[at] = one.point is Point.THOUSANDS
        comma_decimal[at] = bool(spelling.comma) and not spelling.dot
        if one.rate is not None:
            bare.setdefault(one.rate, []).append(at)
    value, column, percent_sign = pl.col("value"), pl.col("column"), pl.col("percent")
    used: pl.Expr = pl.when(~percent_sign).then(value)
    for meaning, columns in bare.items():
        share = shares(value, percent_sign, meaning)
        used = pl.when(column.is_in(columns)).then(share).otherwise(used)
    is_rate = column.is_in([at for columns in bare.values() for at in columns])
    return (
        parts.frame.lazy()
        .select(
            "text",
            "column",
            "percent",
            plausible(_amount_of(thousands, comma_decimal)).alias("value"),
        )
        .with_columns(used.alias("used"))
        .with_columns(
            (
                pl.col("text").is_not_null()
                & pl.when(is_rate).then(value).otherwise("used").is_null()
            ).alias("bad"),
            (is_rate & value.is_not_null() & pl.col("used").is_null()).alias("unclear"),
        )
        .select("text", "used", "bad", "unclear")
    )


def _amount_of(thousands: Sequence[bool], comma_decimal: Sequence[bool]) -> pl.Expr:
    """The amounts as Float64; percent signs are not applied."""
    d, column = pl.col("digits"), pl.col("column")

    def of_column(flags: Sequence[bool]) -> pl.Expr:
        return pl.lit(pl.Series(flags, dtype=pl.Boolean)).gather(column)

    as_dot = d.str.replace_all(",", "", literal=True)
    as_comma = d.str.replace_all(".", "", literal=True).str.replace_all(",", ".", literal=True)
    by_comma = (
        pl.col("comma")
        | (pl.col("open_dot") & of_column(thousands))
        | (pl.col("open_comma") & of_column(comma_decimal))
    )
    by_dot = pl.col("dot") | pl.col("open_dot") | pl.col("open_comma") | d.str.contains(r"^[0-9]+$")
    number = (
        pl.when(by_comma).then(as_comma).when(by_dot).then(as_dot).cast(pl.Float64, strict=False)
    )
    return number * pl.col("factor")


def shares(value: pl.Expr, percent: pl.Expr, bare: Percent) -> pl.Expr:
    """Rates as fractions: a % sign always wins, a bare number is read as the source means it."""
    plain = {
        Percent.FRACTION: value,
        Percent.NUMBER: value / 100,
        Percent.SIGN: pl.when(value == 0).then(0.0),
    }[bare]
    return pl.when(percent).then(value / 100).otherwise(plain)
