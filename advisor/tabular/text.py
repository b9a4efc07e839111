"""Delimited text as a grid: any delimiter, any encoding, quoted newlines, ragged rows."""

import csv
import functools
import io
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import attrs
import polars as pl
from polars.exceptions import ComputeError, PolarsError

from advisor.errors import AdvisorError
from advisor.source import HEAD_ROWS
from advisor.tabular.cells import OPEN_DOT, PLAIN, tidy, unwrapped
from advisor.tabular.words import words

DELIMITERS = (",", ";", "\t")
HEAD_BYTES = 1 << 18
_FORMULA = re.compile(rb'(?m)(^|[\t,;])="')
_FAILED_COLUMN = re.compile(r"at column 'column_(\d+)'")


def as_utf8(data: bytes) -> bytes:
    """The bytes of a text file as UTF-8 without a byte order mark, lines ending in LF or CRLF."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", errors="replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not _is_utf8(data[:HEAD_BYTES], whole=len(data) <= HEAD_BYTES):
        data = data.decode("cp1252", errors="replace").encode()
    if b"\n" not in data[:HEAD_BYTES] and b"\r" in data[:HEAD_BYTES]:
        data = data.replace(b"\r", b"\n")
    return data


def _is_utf8(data: bytes, *, whole: bool = True) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return not whole and error.start >= len(data) - 4  # a letter cut in two
    return True


def delimiter(head: bytes) -> str:
    """The delimiter that cuts the head's records most evenly; a comma where there is none."""

    def evenness(candidate: str) -> tuple[float, int]:
        widths = [len(row) for _, row in zip(range(HEAD_ROWS), _rows(head, candidate), strict=False)]
        filled = [w for w in widths if w]
        widest = max(filled, default=1)
        if widest < 2:
            return (0.0, 0)
        # The header and the rows under it have one width; a line above them may be short.
        common = max(set(filled), key=lambda w: (filled.count(w) * (w > 1), w))
        return (filled.count(common) / len(filled), common) if common > 1 else (0.0, widest)

    return max(DELIMITERS, key=evenness)


def _lines(data: bytes) -> Iterator[str]:
    for line in io.BytesIO(data):
        yield line.decode("utf-8", errors="replace")


def _rows(data: bytes, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(_lines(data), delimiter=separator)
    except csv.Error:  # a field beyond the limit of the module: a quote was never closed
        return


@attrs.define(eq=False)
class TextGrid:
    """A CSV or TSV file. *path* is read once; *where* is its name in messages."""

    where: str
    _data: bytes
    name: str = ""

    @classmethod
    def open(cls, path: Path, where: str, data: bytes | None = None) -> "TextGrid":
        raw = as_utf8(path.read_bytes() if data is None else data)
        if _FORMULA.search(raw[:HEAD_BYTES]):
            raw = _FORMULA.sub(rb'\1"', raw)
        return cls(where, raw)

    @functools.cached_property
    def _separator(self) -> str:
        return delimiter(self._data[:HEAD_BYTES])

    @functools.cached_property
    def _scanned(self) -> tuple[list[list[str]], list[int]]:
        """The first records, and for each the offset of the byte after it."""
        ends: list[int] = []
        offset = 0

        def lines() -> Iterator[str]:
            nonlocal offset
            for line in io.BytesIO(self._data):
                offset += len(line)
                yield line.decode("utf-8", errors="replace")

        rows: list[list[str]] = []
        try:
            for row in csv.reader(lines(), delimiter=self._separator):
                rows.append([_cell(cell) for cell in row])
                ends.append(offset)
                if len(rows) == HEAD_ROWS:
                    break
        except csv.Error as error:
            raise AdvisorError(
                f"row {len(rows) + 1} cannot be read: {error}",
                where=self.where,
                hint="a quotation mark is probably never closed; export the file again",
            ) from None
        return rows, ends

    @property
    def head(self) -> Sequence[Sequence[str]]:
        return self._scanned[0]

    def body(
        self, after: int, columns: Sequence[int], numbers: Collection[int] = ()
    ) -> pl.DataFrame:
        rows, ends = self._scanned
        width = max(max(columns, default=0) + 1, *(len(row) for row in rows[: after + 1]))
        rest = self._data[ends[after] :]
        typed = {at: mark for at in numbers if (mark := self._mark(at, after)) is not None}
        try:
            frame = self._read(rest, width, columns, typed, after)
        except PolarsError as error:
            if "utf-8" in str(error):  # somewhere deep in the file
                self._data = self._data.decode("cp1252", errors="replace").encode()
                del self._scanned
                return self.body(after, columns, numbers)
            frame = self._slowly(after, columns)
        texts = [c for c in frame.columns if frame.schema[c] == pl.String]
        wrapped = any('="' in cell for row in rows for cell in row)
        return frame.with_columns(
            tidy(unwrapped(pl.col(c)) if wrapped else pl.col(c)).alias(c) for c in texts
        )

    def _mark(self, at: int, after: int) -> str | None:
        """Of a column that looks like plain numbers: how it says "missing"; None of any other."""
        missing = words().missing
        cells = [row[at] for row in self._scanned[0][after + 1 :] if at < len(row) and row[at]]
        marks = {cell for cell in cells if cell in missing}
        filled = [cell for cell in cells if cell not in marks]
        if not filled or len(marks) > 1 or not all(re.match(PLAIN, cell) for cell in filled):
            return None
        if any(re.match(OPEN_DOT, cell) for cell in filled):
            return None
        return marks.pop() if marks else "-"

    def _read(
        self, rest: bytes, width: int, columns: Sequence[int], typed: dict[int, str], after: int
    ) -> pl.DataFrame:
        # A first record of the full width: polars takes the number of columns from it.
        source = (self._separator * (width - 1)).encode() + b"\n" + rest
        typed = dict(typed)
        while True:
            schema = {
                f"column_{at + 1}": pl.Float64 if at in typed else pl.String for at in range(width)
            }
            try:
                frame = pl.read_csv(
                    source,
                    has_header=False,
                    separator=self._separator,
                    schema=schema,
                    columns=[f"column_{at + 1}" for at in columns],
                    null_values={f"column_{at + 1}": mark for at, mark in typed.items()} or None,
                    truncate_ragged_lines=True,
                    row_index_name="_row",
                    row_index_offset=after + 1,
                )
            except ComputeError as error:
                failed = _FAILED_COLUMN.search(str(error))
                at = int(failed[1]) - 1 if failed else -1
                if at not in typed:
                    raise
                del typed[at]
                continue
            names = {f"column_{at + 1}": f"c{at}" for at in columns}
            return frame.slice(1).rename(names).select("_row", *names.values())

    def _slowly(self, after: int, columns: Sequence[int]) -> pl.DataFrame:
        """Through Python's reader: for quotes in places where polars gives up."""
        rows = list(_rows(self._data, self._separator))[after + 1 :]
        data = {
            f"c{at}": [row[at] if at < len(row) else None for row in rows] for at in columns
        }
        frame = pl.DataFrame(data, schema=dict.fromkeys(data, pl.String))
        first = after + 2
        return frame.select(
            pl.Series("_row", range(first, first + len(rows)), pl.UInt32), *data.keys()
        )


def _cell(text: str) -> str:
    text = text.strip()
    return text[2:-1] if text.startswith('="') and text.endswith('"') else text
