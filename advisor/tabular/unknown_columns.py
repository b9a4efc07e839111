"""Columns that no kind of file knows: what their names and cells tell."""

import re
from collections.abc import Sequence

import attrs
import polars as pl

from advisor.model import lazy_gettext
from advisor.plugin import ReadContext, alone
from advisor.tabular import cells
from advisor.tabular.day_order import Order
from advisor.tabular.header_text import header_text
from advisor.tabular.headers import Found
from advisor.tabular.kind import Kind, Role
from advisor.tabular.notes import Notes
from advisor.tabular.spans import spans
from advisor.tabular.words import words

_ID = 1e11  # ids have at least as many digits
_DAYS = 366  # no hour, day or week of a calendar is larger

# Plain numbers and amounts are no dates.
_LIKE_A_DATE = (
    r"[0-9].*[^0-9.,\s].*[0-9]|^[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}|^20[0-9]{6}$|^\p{L}+\s?[1-4]\W+20"
)
_STAMPS = frozenset(
    header_text(name).key
    for name in (
        *("_fivetran_synced", "_airbyte_extracted_at", "_airbyte_emitted_at", "_sdc_batched_at"),
        *("_sdc_extracted_at", "_sdc_received_at", "_dlt_load_id", "_loaded_at", "loaded_at"),
        *("extracted_at", "_extracted_at", "synced_at", "_synced_at", "updated_at", "last updated"),
        *("ingested_at", "_ingested_at", "inserted_at", "exported_at", "export time", "load_time"),
        *("download time", "attribution date", "attribution_date", "snapshot_date", "_batch_time"),
    )
)


def is_stamp(header: str) -> bool:
    """Whether a column says when its rows were loaded."""
    return header_text(header).key in _STAMPS


_NUMBERING = frozenset(
    header_text(name).key
    for name in (
        *("row", "row id", "row_id", "row number", "row_number", "no", "no.", "#", "index", "uuid"),
        *("record id", "record_id", "_id", "surrogate_key", "hash", "row_hash", "unnamed: 0"),
        *("request_id", "batch_id", "job_id", "source_file", "file_name", "filename", "_file"),
        *("_line", "_modified", "unique_key"),
    )
)
_OF_LOADERS = ("_airbyte", "_sdc", "_fivetran", "_dlt", "_ab_", "_meltano", "_hevo", "_daton")


def is_of_a_loader(header: str) -> bool:
    """Whether a column numbers its rows or says how they were loaded: no part of what they mean."""
    key = header_text(header).key
    return not key or key in _NUMBERING or header.strip().lower().startswith(_OF_LOADERS)


def like_a_count(cells: pl.Series) -> bool:
    """Whether a column without a name that is known holds amounts: an hour or an id is none."""
    if cells.dtype != pl.String:
        return True
    found = cells.drop_nulls()
    values = found.str.strip_chars("%").str.replace_all(",", "").cast(pl.Float64, strict=False)
    if found.is_empty() or values.null_count():
        return False
    fraction = bool((values != values.floor()).any())
    return bool((values.abs() < _ID).all()) and (fraction or bool((values > _DAYS).any()))


# Names of machines are those of an API, whose fields are many and documented; a % is a rate.
_MACHINE = re.compile(r"^[A-Za-z0-9]*[._][A-Za-z0-9._]*$")
_AMOUNT = re.compile(r"^[^\w]{0,3}[A-Za-z]{0,3}[^\w]{0,3}[0-9][0-9.,\s]{0,14}\s?[€$£¥₫฿]?$")


def _are_amounts(sample: Sequence[str]) -> bool:
    filled = [cell for cell in sample if cell not in ("", *words().missing)]
    return bool(filled) and all(map(_AMOUNT.match, filled))


def with_day_by_values(kind: Kind, found: Found, context: ReadContext, notes: Notes) -> Found:
    """*found* with the one column of dates that has no known name for the day, where the file's
    kind has one and this file none: where one subject has rows of several dates."""
    roles = {name: spec.role for name, spec in kind.columns.items()}
    told = (Role.DAY, Role.FROM, Role.TO)
    day = next((n for n, role in roles.items() if role is Role.DAY), None)
    if day is None or any(roles[name] in told for name in found.columns):
        return found
    used, header = set(found.columns.values()), found.grid.head[found.row]
    below = found.grid.head[found.row + 1 :]
    dated = [
        at
        for at, cell in enumerate(header)
        if at not in used
        and not (is_stamp(cell) or is_of_a_loader(cell))
        and _holds_dates([_cell(row, at) for row in below], kind, found, context)
    ]
    if len(dated) != 1:
        return found
    (at,) = dated
    labels = [column for name, column in found.columns.items() if roles[name] is Role.TEXT]
    body = found.grid.body(found.row, [*labels, at]).drop_nulls(f"c{at}")
    days = body.group_by([f"c{column}" for column in labels] or [pl.lit(0)]).agg(
        pl.col(f"c{at}").n_unique().alias("days")
    )
    if not (days["days"] > 1).any():
        return found
    text = lazy_gettext(
        "“{header}” is an unknown column; it has dates, so it is read as the day",
        header=header[at],
    )
    notes.say("day-by-values", text)
    return attrs.evolve(found, columns={**found.columns, day: at})


def _holds_dates(sample: Sequence[str], kind: Kind, found: Found, context: ReadContext) -> bool:
    text = pl.DataFrame({"t": [cell or None for cell in sample]}, schema={"t": pl.String})
    filled = cells.in_ascii_digits(text)["t"].drop_nulls()
    if len(filled) < 2 or not bool(filled.str.contains(_LIKE_A_DATE).any()):
        return False
    order = Order(kind.day_first, None, context.region, found.currency)
    rows = pl.Series("r", range(len(filled)), pl.UInt32)
    dates, _ = alone(spans(filled, rows, order, context.today, None))
    values = dates.parsed.values
    # The last row may be a total.
    return len(filled) - 1 <= len(values) - values.null_count() and values.n_unique() > 1


def unknown_amounts(kind: Kind, found: Found) -> list[str]:
    """The headers of columns that are not known and hold amounts, as far as the head shows. Of
    files with groups of columns the other groups are known, and not read."""
    if kind.groups:
        return []
    head, used = found.grid.head, set(found.columns.values())
    below = head[found.row + 1 :]
    return [
        cell
        for at, cell in enumerate(head[found.row])
        if cell
        and at not in used
        and not _MACHINE.match(cell)
        and not (is_stamp(cell) or is_of_a_loader(cell))
        and _are_amounts([_cell(row, at) for row in below])
    ]


def _cell(row: Sequence[str], at: int) -> str:
    return row[at] if at < len(row) else ""
