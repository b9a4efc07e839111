"""What a provider's readings must hold to."""

import polars as pl

from advisor.model import Reading, Table, is_count
from advisor.plugin.typecheck import wrong_field

_REQUIRED = {
    "key": pl.String,
    "name": pl.String,
    "from": pl.Date,
    "to": pl.Date,
    "currency": pl.String,
    "_row": pl.UInt32,
}


_RESERVED = ("shop", "_file")


def contract_breaks(reading: object) -> list[str]:
    """What in *reading* is not as `advisor.model.reading` promises; empty where all is well."""
    if not isinstance(reading, Reading):
        return [f"returned {type(reading).__name__} where a Reading is expected"]
    wrong = wrong_field(reading)
    if wrong:
        return [wrong]
    found = [line for table in reading.tables for line in _table_breaks(table)]
    for links in reading.links:
        schema = dict(links.frame.schema)
        if schema != {"from": pl.String, "to": pl.String}:
            found.append(f"links {links.relation}: expected text columns 'from' and 'to'")
    return found


def _table_breaks(table: Table) -> list[str]:
    at = f"table {table.subject} ({table.family})"
    schema = table.frame.schema
    found = [f"{at}: column {name!r} is missing" for name in _REQUIRED if name not in schema]
    found += [f"{at}: column {name!r} is the host's" for name in _RESERVED if name in schema]
    for name, dtype in schema.items():
        expected = _expected(name)
        if expected is not None and dtype != expected:
            found.append(f"{at}: column {name!r} is {dtype}, expected {expected}")
    if not found and table.frame["key"].null_count():
        found.append(f"{at}: {table.frame['key'].null_count()} rows have no key")
    return found


def _expected(column: str) -> object:
    if column in _REQUIRED:
        return _REQUIRED[column]
    if column.startswith(("parent.", "by.")):
        return pl.String
    return pl.Float64 if is_count(column) else None
