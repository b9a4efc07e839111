"""Readings lent to a guest, and what it computed of them."""

from collections.abc import Sequence
from typing import Any

import attrs
import polars as pl

from advisor.errors import unknown
from advisor.model import Links, Reading, Table, Vocabulary
from advisor.plugin.hookspecs import Derived

_FREE = ("key", "name", "days", "shop")  # the host says which shop it is


class Lent:
    """Copies of readings, so that nothing a guest does to them reaches the host's own.

    Frames are copied by reference: their data is shared until somebody writes into it.
    """

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._own = tuple(readings)
        self.readings: Sequence[Reading] = tuple(map(_copy, self._own))
        self._lent = self.readings

    def changes(self) -> str:
        """What the guest changed in what it was lent; "" where that is nothing."""
        for own, lent in zip(self._own, self._lent, strict=True):
            at = own.file.name
            for table, copy in _pairs(own.tables, lent.tables):
                if copy is None or not _same(table.frame, copy.frame):
                    return f"changed the {table.subject} table of {at}, which it was only lent"
            for links, copied in _pairs(own.links, lent.links):
                if copied is None or not _same(links.frame, copied.frame):
                    return f"changed the {links.relation} links of {at}, which it was only lent"
            if dict(own.left_out) != dict(lent.left_out) or _rest(own) != _rest(lent):
                return f"changed what was read from {at}, which it was only lent"
        return ""


def derived_breaks(derived: Derived, vocabulary: Vocabulary) -> str:
    """What in *derived* is not as its class promises; "" where all is well."""
    frame: object = derived.frame
    if not isinstance(frame, pl.DataFrame):
        return f"gave {type(frame).__name__} where a frame is expected"
    if derived.subject not in vocabulary.subjects:
        return f"gave columns for an {unknown('subject', derived.subject, vocabulary.subjects)}"
    if frame.schema.get("key") != pl.String or frame["key"].null_count():
        return "gave a frame without a text column 'key' that says whose each row is"
    if frame["key"].is_duplicated().any():
        return "gave two rows with one key"
    if frame.schema.get("name", pl.String()) not in (pl.String, pl.Null):
        return f"gave {frame.schema['name']} where the name of a subject is text"
    if not frame.schema.get("days", pl.Int64()).is_numeric():
        return f"gave {frame.schema['days']} where days are a number"
    for column, dtype in frame.schema.items():
        name, _, part = column.partition(".")
        if column in _FREE:
            continue
        if column in vocabulary.symbols:  # a symbol's name may have a point
            if dtype != pl.String:
                return f"gave {dtype} where the symbol {column} is text"
        elif name not in vocabulary.metrics or part not in ("", "lo", "hi", "se", "n"):
            known = (*vocabulary.metrics, *vocabulary.symbols)
            return f"gave a column with an {unknown('metric or symbol', column, known)}"
        elif not dtype.is_numeric():
            return f"gave {dtype} where {column} is a number"
        elif not {name, f"{name}.lo", f"{name}.hi"} <= set(frame.columns):
            return f"gave {column} without all of {name}, {name}.lo and {name}.hi"
    return ""


def _copy(reading: Reading) -> Reading:
    return attrs.evolve(
        reading,
        tables=tuple(attrs.evolve(t, frame=t.frame.clone()) for t in reading.tables),
        links=tuple(attrs.evolve(one, frame=one.frame.clone()) for one in reading.links),
        left_out=dict(reading.left_out),
    )


def _pairs(
    own: "tuple[Table, ...] | tuple[Links, ...]", lent: "tuple[Table, ...] | tuple[Links, ...]"
) -> list[tuple[Any, Any]]:
    return [(one, lent[i] if i < len(lent) else None) for i, one in enumerate(own)]


def _same(own: pl.DataFrame, lent: pl.DataFrame) -> bool:
    return own.schema == lent.schema and own.equals(lent)


def _rest(reading: Reading) -> tuple[object, ...]:
    return (reading.file, reading.kind, reading.rows, reading.period, reading.currency)
