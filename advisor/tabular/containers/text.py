"""Delimited text as a grid: any delimiter, any encoding, quoted newlines, ragged rows."""

import csv
import functools
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import polars as pl
from polars.exceptions import ComputeError, PolarsError, SchemaError

from advisor.errors import AdvisorError
from advisor.model import HEAD_ROWS, define
from advisor.tabular.cells import OPEN_DOT, PLAIN, tidied
from advisor.tabular.containers.quotes import closed
from advisor.tabular.words import words

DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 1 << 18
_USUAL_CELL = 1 << 17  # characters; a longer one may be a quotation mark that is never closed
_LONGEST_CELL = 1 << 26  # an article pasted into a cell is no fault
_BLOCK = 1 << 17  # bytes that are looked at in one step
_LONE_CR = re.compile(rb"\r(?!\n)")
_QUOTED = re.compile(rb'"[^"]*"')
_QUOTED_OR_CR = re.compile(rb'"[^"]*"|\r(?!\n)')
_FORMULA = re.compile(rb'(?m)(^|[\t,;])="')  # ="123"
_QUOTED_FORMULA = re.compile(rb'"=""((?:[^"]|"")*?)"""')  # the same inside a quoted cell
_PLAIN, _OPEN_DOT = re.compile(PLAIN), re.compile(OPEN_DOT)
_FAILED_COLUMN = re.compile(r"at column 'column_(\d+)'")


def as_utf8(data: bytes) -> bytes:
    """The bytes of a text file as UTF-8 without a byte order mark, lines ending in LF or CRLF."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", errors="replace").encode()
    elif half := _without_mark(data):
        data = data.decode(half, errors="replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not _is_utf8(data):
        data = data.decode("cp1252", errors="replace").encode()
    return _rows_end(data)


def _without_mark(data: bytes) -> str:
    """The encoding of UTF-16 that has lost its byte order mark, "" for any other: most letters of a
    header are Latin, every other byte of which is 0."""
    head = data[: HEAD_BYTES & ~1]
    for at, encoding in enumerate(("utf-16-be", "utf-16-le")):
        zeros, others = head[at::2].count(0), head[1 - at :: 2].count(0)
        if 2 * zeros > len(head) // 2 and not others:
            return encoding
    return ""


def _rows_end(data: bytes) -> bytes:
    """The bytes with LF where a lone CR ends rows: where more rows of one width come of it."""
    head = data[:HEAD_BYTES]
    if not _LONE_CR.search(head):
        return data
    bare = _QUOTED.sub(b"", head)
    by_both, by_lf = re.split(rb"\r\n?|\n", bare), re.split(rb"\r?\n", bare)
    if len(by_lf) > 1 and _even(by_both) <= _even(by_lf):
        return data  # a line break inside of cells
    return _QUOTED_OR_CR.sub(lambda found: b"\n" if found[0] == b"\r" else found[0], data)


def _even(rows: Sequence[bytes]) -> int:
    """How many rows have the width that most have."""
    widths = [tuple(row.count(mark.encode()) for mark in DELIMITERS) for row in rows]
    return (
        Counter(width for width in widths if any(width)).most_common(1)[0][1]
        if any(map(any, widths))
        else 0
    )


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


# Some exports end ids and times with a TAB: before another delimiter, or alone at a row's end.
_CELL_END = re.compile(rb"\t(?=[,;|])")
_ROW_END = re.compile(rb"(?m)^([^\t\r\n]*)\t(?=\r?$)")


def _plain(head: bytes) -> bool:
    """Whether a large file that starts like this can be read as it is."""
    whole = head[: head.rfind(b"\n") + 1]
    return bool(whole) and _is_utf8(whole) and not _formulas(whole)


def delimiter(head: bytes) -> str:
    """The delimiter that cuts the head's records most evenly; a comma where there is none."""
    head = _ROW_END.sub(rb"\1", _CELL_END.sub(b"", head))

    def evenness(candidate: str) -> tuple[float, int]:
        records = _records(io.BytesIO(head), candidate)
        try:
            widths = [
                len(row) for _, (row, _) in zip(range(HEAD_ROWS), records, strict=False) if row
            ]
        except csv.Error:
            return (0.0, 0)
        # The header and the rows under it have one width; a line above them may be short.
        wide = [width for width in widths if width > 1]
        if not wide:
            return (0.0, 0)
        common = max(set(wide), key=lambda width: (wide.count(width), width))
        return (wide.count(common) / len(widths), common)

    return max(DELIMITERS, key=evenness)


def _records(
    stream: io.BufferedIOBase, delimiter: str, longest: int = _LONGEST_CELL
) -> Iterator[tuple[list[str], int]]:
    """Every record, and the number of lines up to its end; a cell has at most *longest* letters."""
    csv.field_size_limit(longest)  # it holds for the whole process, so it is set each time
    reader = csv.reader(_lines(stream), delimiter=delimiter)
    for row in reader:
        yield row, reader.line_num


def _lines(stream: io.BufferedIOBase) -> Iterator[str]:
    for line in stream:
        text = line.decode("utf-8-sig" if line.startswith(b"\xef\xbb\xbf") else "utf-8", "replace")
        if "\r" in text:  # the csv module ends a row at any of them
            text = text.rstrip("\r\n").replace("\r", " ") + "\n" * text.endswith("\n")
        yield text


@define(eq=False)
class TextGrid:
    """A CSV or TSV file. *data* is the file as UTF-8, None where *path* can be read as it is.

    *unclosed* are the rows (1-based) in which a quotation mark was never closed; now it is.
    """

    where: str
    path: Path
    data: bytes | None
    name: str = ""
    unclosed: tuple[int, ...] = ()
    _quotes_closed: bool = attrs.field(default=False, init=False)

    @classmethod
    def open(cls, path: Path, where: str) -> "TextGrid":
        """A grid on the file at *path*; *where* is its name in messages."""
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        if len(head) == HEAD_BYTES and _plain(head):
            return cls(where, path, None)
        return cls(where, path, _converted(path.read_bytes()))

    def _stream(self) -> io.BufferedIOBase:
        return self.path.open("rb") if self.data is None else io.BytesIO(self.data)

    @functools.cached_property
    def _separator(self) -> str:
        with self._stream() as stream:
            return delimiter(stream.read(HEAD_BYTES))

    @functools.cached_property
    def _scanned(self) -> tuple[list[list[str]], list[int]]:
        """The first records, and for each the number of lines up to its end."""
        return self._scan()

    def _scan(self, longest: int = _USUAL_CELL) -> tuple[list[list[str]], list[int]]:
        rows: list[list[str]] = []
        ends: list[int] = []
        with self._stream() as stream:
            try:
                for row, end in _records(stream, self._separator, longest):
                    rows.append([cell.strip() for cell in row])
                    ends.append(end)
                    if len(rows) == HEAD_ROWS:
                        break
            except csv.Error as error:
                if rows and self._close_quotes(max(map(len, rows))):
                    return self._scan()
                if longest < _LONGEST_CELL:
                    return self._scan(_LONGEST_CELL)
                raise self._unreadable(len(rows) + 1, error) from None
        return rows, ends

    def _close_quotes(self, width: int) -> bool:
        """Whether quotation marks were closed that swallowed rows; looked for once."""
        if self._quotes_closed:
            return False
        self._quotes_closed = True
        data = _converted(self.path.read_bytes()) if self.data is None else self.data
        found = closed(data, self._separator, width)
        if found.rows:
            self.data, self.unclosed = found.data, found.rows
        return bool(found.rows)

    @functools.cached_property
    def _lines(self) -> int:
        """The number of lines; 0 where no cell can have several, as there is no quotation mark."""
        if not any(b'"' in block for block in self._blocks()):
            return 0
        count, last = 0, b"\n"
        for block in self._blocks():
            count += block.count(b"\n")
            last = block[-1:]
        return count + (last != b"\n")

    def _blocks(self) -> Iterator[bytes]:
        with self._stream() as stream:
            while block := stream.read(_BLOCK):
                yield block

    def _unreadable(self, row: int, error: csv.Error) -> AdvisorError:
        return AdvisorError(
            f"row {row} cannot be read: {error}",
            where=self.where,
            hint="a quotation mark is probably never closed; export the file again",
        )

    @property
    def head(self) -> Sequence[Sequence[str]]:
        return self._scanned[0]

    def body(
        self, after: int, columns: Sequence[int], numbers: Collection[int] = ()
    ) -> pl.DataFrame:
        rows, ends = self._scanned
        width = max(max(columns, default=0) + 1, *(len(row) for row in rows[: after + 1]))
        typed = {at: mark for at in numbers if (mark := self._mark(at, after)) is not None}
        if self._ends_in_a_quote():
            typed = {}  # polars cannot take a quotation mark alone for a number, and panics
        try:
            frame = self._read(ends[after], width, columns, typed)
        except PolarsError as error:
            if "utf-8" in str(error) and self.data is None:  # somewhere deep in the file
                self.data = _converted(self.path.read_bytes())
                return self._again(after, columns, numbers)
            if self._close_quotes(len(rows[after])):
                return self._again(after, columns, numbers)
            frame = self._slowly(after, columns)
        swallowed = self._lines - ends[after] > frame.height
        if swallowed and self._close_quotes(len(rows[after])):
            return self._again(after, columns, numbers)
        return tidied(frame).with_row_index("_row", offset=after + 2)

    def _ends_in_a_quote(self) -> bool:
        """Whether the last cell is a quotation mark alone: the file was cut off behind it."""
        with self._stream() as stream:
            end = stream.seek(0, io.SEEK_END)
            stream.seek(max(end - 2, 0))
            return stream.read() in {f'{before}"'.encode() for before in (self._separator, "\n")}

    def _again(self, after: int, columns: Sequence[int], numbers: Collection[int]) -> pl.DataFrame:
        """The body, after *data* has changed."""
        del self._scanned
        return self.body(after, columns, numbers)

    def _mark(self, at: int, after: int) -> str | None:
        """Of a column that looks like plain numbers: how it says "missing"; None of any other."""
        missing = words().missing
        cells = [row[at] for row in self.head[after + 1 :] if at < len(row) and row[at]]
        marks = {cell for cell in cells if cell in missing}
        filled = [cell for cell in cells if cell not in marks]
        if not filled or len(marks) > 1 or not all(map(_PLAIN.match, filled)):
            return None
        if any(map(_OPEN_DOT.match, filled)):
            return None
        return marks.pop() if marks else "-"

    def _read(
        self, skip: int, width: int, columns: Sequence[int], numbers: Mapping[int, str]
    ) -> pl.DataFrame:
        """The lines after the first *skip*; of *numbers*, a column that has other cells is text."""
        names = {f"column_{at + 1}": f"c{at}" for at in columns}
        typed = dict(numbers)
        source: Path | bytes = self.path if self.data is None else self.data
        filler = False
        while True:
            schema = {
                f"column_{at + 1}": pl.Float64 if at in typed else pl.String for at in range(width)
            }
            try:
                frame = pl.read_csv(
                    source,
                    has_header=False,
                    separator=self._separator,
                    skip_lines=skip,
                    schema=schema,
                    columns=list(names),
                    null_values={f"column_{at + 1}": mark for at, mark in typed.items()} or None,
                    truncate_ragged_lines=True,
                    glob=False,
                )
            except SchemaError:
                if filler:
                    raise
                # The first record is short, and polars takes the number of columns from it: give
                # it one of full width to start with.
                source, skip, filler = self._filled(skip, width), 0, True
                continue
            except ComputeError as error:
                failed = _FAILED_COLUMN.search(str(error))
                at = int(failed[1]) - 1 if failed else -1
                if at not in typed:
                    raise
                del typed[at]
                continue
            rows = frame.slice(1) if filler else frame
            return pl.DataFrame([rows[old].alias(new) for old, new in names.items()])

    def _filled(self, skip: int, width: int) -> bytes:
        with self._stream() as stream:
            for _ in range(skip):
                stream.readline()
            return (self._separator * (width - 1)).encode() + b"\n" + stream.read()

    def _slowly(self, after: int, columns: Sequence[int]) -> pl.DataFrame:
        """Through Python's reader: for quotes in places where polars gives up."""
        rows: list[list[str]] = []
        with self._stream() as stream:
            try:
                rows.extend(row for row, _ in _records(stream, self._separator))
            except csv.Error as error:
                raise self._unreadable(len(rows) + 1, error) from None
        data = {
            f"c{at}": [row[at] if at < len(row) else None for row in rows[after + 1 :]]
            for at in columns
        }
        return pl.DataFrame(data, schema=dict.fromkeys(data, pl.String))


def _formulas(data: bytes) -> bool:
    # Most files have none: the two characters are found much faster than the patterns.
    return b'="' in data and bool(_FORMULA.search(data) or _QUOTED_FORMULA.search(data))


def _converted(data: bytes) -> bytes:
    text = as_utf8(data)
    if not _formulas(text[:HEAD_BYTES]):
        return text
    return _FORMULA.sub(rb'\1"', _QUOTED_FORMULA.sub(rb'"\1"', text))
