"""The contracts of what plugins give: readings of providers, and metrics computed from them."""

import math
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from advisor.errors import unknown
from advisor.model import Reading, Table, Vocabulary, is_count, is_time_zone
from advisor.plugin.hookspecs import Derived
from advisor.plugin.typecheck import wrong_field

if TYPE_CHECKING:
    import polars as pl

# Polars is imported where there is something to check: listing plugins need not wait for it.

_RESERVED = ("shop", "_file")
_PARTS = ("", "lo", "hi", "se", "n")  # of a computed metric
_NO_METRIC = ("shop", "key", "name", "days")


@cache
def _required() -> "Mapping[str, pl.DataType | type[pl.DataType]]":
    import polars as pl

    return {
        "key": pl.String,
        "name": pl.String,
        "from": pl.Date,
        "to": pl.Date,
        "currency": pl.String,
        "_row": pl.UInt32,
    }


def contract_breaks(reading: object) -> list[str]:
    """List what in *reading* is not as `advisor.model.reading` promises."""
    import polars as pl

    if not isinstance(reading, Reading):
        return [f"returned {type(reading).__name__} where a Reading is expected"]
    wrong = wrong_field(reading)
    if wrong:
        return [wrong]
    found = [line for table in reading.tables for line in _table_breaks(table)]
    if reading.time_zone is not None and not is_time_zone(reading.time_zone):
        found.append(f"there is no time zone {reading.time_zone!r}")
    for links in reading.links:
        schema = dict(links.frame.schema)
        if schema != {"from": pl.String, "to": pl.String}:
            found.append(f"links {links.relation}: expected text columns 'from' and 'to'")
    return found


def _table_breaks(table: Table) -> list[str]:
    at = f"table {table.subject} ({table.family})"
    schema = table.frame.schema
    found = [f"{at}: column {name!r} is missing" for name in _required() if name not in schema]
    found += [f"{at}: column {name!r} is the host's" for name in _RESERVED if name in schema]
    for name, dtype in schema.items():
        expected = _expected(name)
        if expected is not None and dtype != expected:
            found.append(f"{at}: column {name!r} is {dtype}, expected {expected}")
    if not found and table.frame["key"].null_count():
        found.append(f"{at}: {table.frame['key'].null_count()} rows have no key")
    if not found:
        found = [
            f"{at}: column {name!r} has a value that is infinite or not a number"
            for name in schema
            if is_count(name) and not _is_finite(table.frame[name])
        ]
    return found


def _is_finite(counts: "pl.Series") -> bool:
    # The sum is no query, and finite nearly always where all values are.
    return math.isfinite(counts.sum()) or bool(counts.is_finite().all())


def _expected(column: str) -> object:
    import polars as pl

    if column in _required():
        return _required()[column]
    if column.startswith(("parent.", "by.")) or column in ("_zone", "_account"):
        return pl.String
    if column == "_hour":
        return pl.Datetime("ms")
    return pl.Float64 if is_count(column) else None


def unknown_words(reading: Reading, vocabulary: Vocabulary) -> list[str]:
    """List the words of *reading* that *vocabulary* does not know: nothing would ever ask for what
    they name."""
    found: list[str] = []
    for table in reading.tables:
        parents = [
            c.removeprefix("parent.") for c in table.frame.columns if c.startswith("parent.")
        ]
        for subject in (table.subject, *parents):
            if subject not in vocabulary.subjects:
                found.append(unknown("subject", subject, vocabulary.subjects))
        for count in table.counts:
            if count not in vocabulary.counts:
                found.append(unknown("count", count, vocabulary.counts))
    for links in reading.links:
        if links.relation not in vocabulary.relations:
            found.append(unknown("relation", links.relation, vocabulary.relations))
    return found


def derived_breaks(derived: Derived, vocabulary: Vocabulary) -> str:
    """Describe what in *derived* is not as its class promises; "" where all is well."""
    import polars as pl

    frame: object = derived.frame
    if not isinstance(frame, pl.DataFrame):
        return f"gave {type(frame).__name__} where a frame is expected"
    if derived.subject not in vocabulary.subjects:
        return f"gave columns for an {unknown('subject', derived.subject, vocabulary.subjects)}"
    for label in ("shop", "key"):
        if frame.schema.get(label) != pl.String or frame[label].null_count():
            return f"gave a frame without a text column {label!r} that says whose each row is"
    # Nearly always the keys alone are distinct, and to count them is no query.
    apart = frame["key"].n_unique() == frame.height
    if not apart and frame.select(pl.struct("shop", "key").is_duplicated().any()).item():
        return "gave two rows with one key"
    if frame.schema.get("name", pl.String()) not in (pl.String, pl.Null):
        return f"gave {frame.schema['name']} where the name of a subject is text"
    if not frame.schema.get("days", pl.Int64()).is_numeric():
        return f"gave {frame.schema['days']} where days are a number"
    return next(filter(None, (_column_break(frame, c, vocabulary) for c in frame.columns)), "")


def _column_break(frame: "pl.DataFrame", column: str, vocabulary: Vocabulary) -> str:
    import polars as pl

    dtype = frame.schema[column]
    name, _, part = column.partition(".")
    if column in _NO_METRIC:
        return ""
    if column in vocabulary.symbols:  # a symbol's name may have a point
        return "" if dtype == pl.String else f"gave {dtype} where the symbol {column} is text"
    if name not in vocabulary.metrics or part not in _PARTS:
        known = (*vocabulary.metrics, *vocabulary.symbols)
        return f"gave a column with an {unknown('metric or symbol', column, known)}"
    if not vocabulary.metrics[name].derived:
        return f"gave {column}, which the vocabulary does not declare as derived"
    if not dtype.is_numeric():
        return f"gave {dtype} where {column} is a number"
    if not {name, f"{name}.lo", f"{name}.hi"} <= set(frame.columns):
        return f"gave {column} without all of {name}, {name}.lo and {name}.hi"
    return ""
