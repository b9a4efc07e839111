"""Columns of money, numbers and percentages out of text.

Columns are taken apart one below the other, many in one step: a file has dozens of short ones, and
each step costs the same for one cell as for thousands. What 1.234 means is settled for each column.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache

import polars as pl

from advisor.model import frozen
from advisor.tabular.kind import Percent
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
class Amounts:
    """Columns of amounts taken apart, before it is settled what their dots and commas mean.

    The rows of *parts* are those of the first column, then of the second …: `column` (its number),
    `text` (as it was), `digits` (digits, dots and commas; null where there is no amount), `factor`
    (sign and power of ten), `sign` (the currency beside it in small letters, or null), `percent`
    (whether a % follows), and how the digits can be read. Where numbers are *shortened* (1.2K),
    `spelled` is how such a text was read (1.2e3), "" where its word can mean several numbers.
    """

    parts: pl.DataFrame
    spellings: tuple[Spelling, ...]
    shortened: bool = False


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


def take_apart(
    columns: Sequence[pl.Series], languages: Callable[[], frozenset[str]] = frozenset
) -> Amounts:
    """Takes columns of one height apart; *languages* gives those that the file may be in."""
    text = pl.concat([column.alias("t") for column in columns], rechunk=False)
    height = len(columns[0])
    parts = _parts(text, height)
    shortened = False
    if parts["digits"].null_count() > text.null_count():
        spelled = _spelled_out(parts, languages())
        shortened = spelled.null_count() < len(spelled)
        if shortened:
            read = pl.DataFrame({"t": text, "s": spelled}).select(
                pl.when(pl.col("s") != "").then("s").otherwise("t").alias("t")
            )
            parts = _parts(read["t"], height).with_columns(text.alias("text"), spelled)
    # Sums of slices are no queries.
    flags = [parts[name] for name in ("dot", "comma", "open_dot", "open_comma")]
    spellings = (
        Spelling(*(int(flag.slice(at * height, height).sum()) for flag in flags))
        for at in range(len(columns))
    )
    return Amounts(parts, tuple(spellings), shortened)


def _spelled_out(parts: pl.DataFrame, languages: frozenset[str]) -> pl.Series:
    """`spelled` of the cells that have no amount; null where they are no shortened number."""
    from advisor.tabular.shortened import is_shortened, spelled_out

    small = pl.col("text").str.to_lowercase()
    unread = parts.select(pl.when(pl.col("digits").is_null()).then(small).alias("t"))
    return unread.select(
        pl.when(is_shortened(pl.col("t")))
        .then(spelled_out(pl.col("t"), languages).fill_null(""))
        .alias("spelled")
    )["spelled"]


def _parts(text: pl.Series, height: int) -> pl.DataFrame:
    """The columns of Amounts.parts but `spelled`, of columns of one *height* below each other."""
    minus = (
        pl.col("minus").is_in(["-", "−"])
        | pl.col("minus2").is_in(["-", "−"])
        | pl.col("open").is_not_null()
    ).fill_null(value=False)
    digits = pl.col("digits")
    return (
        pl.DataFrame({"t": text})
        .lazy()
        .select(pl.col("t").str.to_lowercase().str.extract_groups(_amount()).alias("g"), text="t")
        .unnest("g")
        .select(
            "text",
            column=pl.int_range(pl.len(), dtype=pl.UInt32) // max(1, height),
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
        .collect(engine="in-memory")
    )


def settle(column: Spelling, file: Spelling, currency: str | None) -> Point:
    """What 1.234 means: as the column says, else the file's other columns, else the currency."""
    for evidence in (column, file):
        if evidence.dot and not evidence.comma:
            return Point.DECIMAL
        if evidence.comma and not evidence.dot:
            return Point.THOUSANDS
    return Point.THOUSANDS if currency in words().zero_decimal else Point.DECIMAL


def settled(amounts: Amounts, points: Sequence[Point]) -> pl.Expr:
    """The amounts as Float64, below each other, of the rows of the parts; percent signs are for
    the caller, and so is what is too large to be meant."""
    d, column = pl.col("digits"), pl.col("column")
    thousands = pl.Series([point is Point.THOUSANDS for point in points], dtype=pl.Boolean)
    comma_decimal = pl.Series(
        [bool(spelling.comma) and not spelling.dot for spelling in amounts.spellings],
        dtype=pl.Boolean,
    )
    as_dot = d.str.replace_all(",", "", literal=True)
    as_comma = d.str.replace_all(".", "", literal=True).str.replace_all(",", ".", literal=True)
    by_comma = (
        pl.col("comma")
        | (pl.col("open_dot") & pl.lit(thousands).gather(column))
        | (pl.col("open_comma") & pl.lit(comma_decimal).gather(column))
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


def currencies(amounts: Amounts) -> set[str]:
    """The currencies that signs beside amounts name without doubt."""
    signs = amounts.parts["sign"]
    if signs.null_count() == len(signs):
        return set()
    names = signs.unique().drop_nulls().to_list()
    known_signs = words().currency
    return {code for name in names if (code := known_signs.get(name.casefold()))}
