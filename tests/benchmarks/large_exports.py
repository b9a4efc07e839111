"""Large exports: the rows of a small one over and over, each with an id of its own."""

import io
from pathlib import Path

import fastexcel
import polars as pl

from tests.large_workbook import write_workbook

_FIRST_ID = 1_730_000_000_000_000_000


def large_csv(path: Path, small: bytes, key: str, rows: int) -> None:
    """Writes *small*, a CSV with its header in the first line, with *rows* rows to *path*."""
    table = pl.read_csv(io.BytesIO(small), infer_schema=False)
    tiled(table, key, rows).write_csv(path, include_bom=True)


def large_workbook(path: Path, small: bytes, key: str, rows: int) -> None:
    """Writes *small*, a workbook of one sheet, with *rows* rows to *path*; *key* is in its header.

    Columns of numbers are numbers in the cells too.
    """
    sheet = fastexcel.read_excel(small).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
    cells = sheet.to_polars()
    lines = cells.fill_null("").rows()
    header, at = next((n, line.index(key)) for n, line in enumerate(lines) if key in line)
    table, id_ = cells.slice(header + 1), cells.columns[at]
    plain = [
        name
        for name in table.columns
        if name != id_ and table[name].cast(pl.Float64, strict=False).null_count() == 0
    ]
    numbers = pl.col(plain).cast(pl.Float64)
    table = tiled(table.with_columns(numbers, pl.exclude(plain).fill_null("")), id_, rows)
    write_workbook(path, table, lines[: header + 1])


def tiled(table: pl.DataFrame, key: str, rows: int) -> pl.DataFrame:
    """The rows of *table* over and over; the column *key* has an id that no other row has."""
    row = pl.int_range(rows, dtype=pl.Int64, eager=True)
    tail = "\t" if table[key][0].endswith("\t") else ""
    ids = (_FIRST_ID + row).cast(pl.String) + tail
    return table[row % table.height].with_columns(ids.alias(key))
