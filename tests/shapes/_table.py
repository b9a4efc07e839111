"""Columns declared as lines of text, and the grid of cells that they make of canonical rows."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

import attrs

from tests.shapes._cells import SPELLINGS, TEXTS, Cell, Language, Row, Share, Style, Value, number
from tests.shapes._xlsx import workbook

Form = Literal["csv", "xlsx"]
Grid = list[list[Cell]]


@attrs.frozen
class Column:
    """One column: its canonical name, its spelling, its header and perhaps how it is computed.

    *formula* is `a/b` or `a/b*1000`, used where a row does not give the value itself. With
    *unknown_at_zero* a zero denominator gives the missing mark, else zero.
    """

    key: str
    spelling: str
    header: str
    formula: tuple[str, ...] = ()
    unknown_at_zero: bool = False

    def cell(self, row: Row, style: Style) -> Cell:
        if self.key in row:
            value = row[self.key]
        elif self.formula:
            value = self._ratio(row)
        else:
            value = "" if self.spelling in TEXTS else 0
            if value == "":
                return value
        return style.missing if value is None else SPELLINGS[self.spelling](value, style)

    def _ratio(self, row: Row) -> Value:
        top, bottom = row.get(self.formula[0], 0), row.get(self.formula[1], 0)
        if top is None or bottom is None:
            return None
        if not bottom:
            return None if self.unknown_at_zero else 0
        factor = float(self.formula[2]) if len(self.formula) > 2 else 1.0
        return number(top) / number(bottom) * factor


def columns(
    lines: str,
    language: Language,
    languages: Sequence[Language] = ("en", "es", "id"),
    *,
    named_only: bool = False,
    **words: str,
) -> tuple[Column, ...]:
    """Columns out of lines `key spelling[?] [formula] | header | header …`, one header a language.

    A language without a header of its own in a line takes the first, or leaves the column out with
    *named_only*. *words* fill `{…}` in headers.
    """
    found = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        head, *names = (part.strip() for part in line.split(" |"))
        key, spelling, *formula = head.split()
        at = languages.index(language)
        if named_only and at >= len(names):
            continue
        name = names[at] if at < len(names) else names[0]
        for word, text in words.items():
            name = name.replace(f"{{{word}}}", text)
        found.append(
            Column(
                key=key,
                spelling=spelling.rstrip("?"),
                header=name,
                formula=tuple(formula[0].replace("*", "/").split("/")) if formula else (),
                unknown_at_zero=spelling.endswith("?"),
            )
        )
    return tuple(found)


def headers(cols: Iterable[Column]) -> list[Cell]:
    return [col.header for col in cols]


def body(rows: Iterable[Row], cols: Sequence[Column], style: Style) -> Grid:
    return [[col.cell(row, style) for col in cols] for row in rows]


def totals(
    rows: Sequence[Row], cols: Iterable[Column], skip: Iterable[str] = ()
) -> dict[str, Value]:
    """Sums of the columns that are counts or money; ratios follow by their formulas."""
    summable = [c.key for c in cols if not c.formula and c.spelling not in TEXTS]
    left_out = set(skip)
    return {
        key: sum(number(row.get(key) or 0) for row in rows)
        for key in summable
        if key not in left_out
    }


def between(first: date, last: date, separator: str = " ~ ", pattern: str = "%Y-%m-%d") -> str:
    return f"{first:{pattern}}{separator}{last:{pattern}}"


def padded(grid: Grid) -> Grid:
    """Rows of one width: Google Sheets, which made the CSV copies, fills them with commas."""
    width = max(map(len, grid))
    return [row + [""] * (width - len(row)) for row in grid]


def csv_text(cell: Cell) -> str:
    return f"{100 * cell.fraction:.2f}%" if isinstance(cell, Share) else str(cell)


def csv_bytes(
    grid: Grid,
    *,
    bom: bool = False,
    newline: str = "\n",
    delimiter: str = ",",
    quote_all: bool = False,
    final_newline: bool = True,
) -> bytes:
    """The grid as CSV, UTF-8."""
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=delimiter,
        lineterminator=newline,
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
    )
    writer.writerows([csv_text(cell) for cell in row] for row in grid)
    text = out.getvalue() if final_newline else out.getvalue().removesuffix(newline)
    return text.encode("utf-8-sig" if bom else "utf-8")


def seller_file(grid: Grid, form: Form, sheet: str = "Sheet1") -> bytes:
    """A Seller Center table: TikTok's xlsx, or the CSV that Google Sheets makes of it."""
    if form == "xlsx":
        return workbook(grid, sheet=sheet)
    return csv_bytes(padded(grid))
