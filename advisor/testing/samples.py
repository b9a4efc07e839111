"""Sample files: opened and read the way the host does it, whole or cut off."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import polars as pl

from advisor.model import File, Grid, Reading, Source, frozen, one_grid
from advisor.plugin import Match, Provider, ReadContext
from advisor.tabular import HEAD_BYTES, TextGrid, as_utf8, delimiter, open_source

_TRIED = 50  # rows that are enough to see what becomes of an empty column


@frozen
class Sample:
    """A file of a test: its name and content, and what its author knows of it.

    *kind* is what it must be read as. *totals* are sums of counts, as the file itself or its source
    states them. *rows* is the number of rows after the header; it is counted where it is not given.
    *personal* are texts in it that no reading may hold. *named*: its name alone says what it is
    about, or of which day it is, so under another name it may be read otherwise.
    """

    name: str
    data: bytes = attrs.field(repr=False)
    kind: str | None = None
    totals: Mapping[str, float] = attrs.field(factory=dict)
    rows: int | None = None
    personal: Sequence[str] = ()
    named: bool = False

    @classmethod
    def of(
        cls,
        path: "Sample | str | PathLike[str]",
        *,
        kind: str | None = None,
        totals: Mapping[str, float] | None = None,
        rows: int | None = None,
        personal: Sequence[str] = (),
        named: bool = False,
    ) -> "Sample":
        """The file at *path*, with what is known of it; a Sample as it is."""
        if isinstance(path, Sample):
            return path
        data = Path(path).read_bytes()
        return cls(Path(path).name, data, kind, totals or {}, rows, personal, named)


@frozen(eq=False)
class Part:
    """A reading, and the grid that it was made from; None where it was made from several."""

    match: Match
    reading: Reading
    grid: Grid | None


@contextmanager
def opened(
    sample: Sample, *, name: str | None = None, data: bytes | None = None
) -> Iterator[Source]:
    """*sample* as an open source, under another name or with other content where they are given.

    Raises AdvisorError where no table can be seen in it.
    """
    content = sample.data if data is None else data
    called = name or sample.name
    with TemporaryDirectory(prefix="advisor-sample-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "sample"
        path.write_bytes(content)
        yield open_source(File(path, called, len(content), sha256(content).hexdigest()))


def claims(provider: Provider, source: Source) -> list[Match]:
    """What *provider* claims of *source*, the strongest first; without what it lacks something
    for."""
    found = [match for match in provider.recognise(source) if not match.lacks]
    return sorted(found, key=lambda match: (-match.strength, match.kind))


def read_parts(provider: Provider, source: Source, context: ReadContext) -> list[Part]:
    """What *provider* alone makes of *source*: a reading, or one for each grid that it claims."""
    found = claims(provider, source)
    if not found:
        return []
    if found[0].grid is None:
        grid = source.grids[0] if len(source.grids) == 1 else None
        return [Part(found[0], provider.read(source, found[0], context), grid)]
    best: dict[str, Match] = {}
    for match in found:
        if match.grid is not None:
            best.setdefault(match.grid, match)
    return [
        Part(best[grid.name], provider.read(one_grid(source, grid), best[grid.name], context), grid)
        for grid in source.grids
        if grid.name in best
    ]


def grid_rows(grid: Grid, after: int = 0) -> pl.DataFrame:
    """`_row` and all cells as text (`c0`, `c1` …) of the rows below row *after*, blank ones too."""
    width = max((len(row) for row in grid.head), default=0)
    return grid.body(after, range(width))


def blank_rows(rows: pl.DataFrame) -> int:
    """How many rows of `grid_rows` have no cell."""
    cells = [name for name in rows.columns if name != "_row"]
    return int(rows.select(pl.all_horizontal(pl.col(cells).is_null()).sum()).item()) if cells else 0


def header_rows(grid: Grid, headers: Sequence[str]) -> list[int]:
    """The rows (from 0) of the grid's head that hold all of *headers*."""
    wanted = {header.strip() for header in headers if header.strip()}
    rows = enumerate(grid.head)
    return [at for at, row in rows if wanted and wanted <= {cell.strip() for cell in row}]


def without_a_column(sample: Sample, part: Part) -> Iterator[tuple[str, bytes]]:
    """Each header of a file of delimited text, and its first rows with the cells below that header
    emptied; nothing of other files, or where the header cannot be told."""
    headers = [column.header for column in part.reading.columns]
    places = header_rows(part.grid, headers) if isinstance(part.grid, TextGrid) else []
    if part.grid is None or not places:
        return
    row = part.grid.head[places[-1]]
    data = as_utf8(sample.data)
    mark = delimiter(data[:HEAD_BYTES])
    records = list(csv.reader(io.StringIO(data.decode(errors="replace")), delimiter=mark))
    if len(records) <= places[-1] or [c.strip() for c in records[places[-1]]] != list(row):
        return  # blank lines or open quotation marks: rows are counted otherwise here
    for at, header in enumerate(row):
        if header in headers:
            told = io.StringIO()
            writer = csv.writer(told, delimiter=mark, lineterminator="\n")
            for number, cells in enumerate(records[: places[-1] + 1 + _TRIED]):
                below = number > places[-1] and at < len(cells)
                writer.writerow([*cells[:at], "", *cells[at + 1 :]] if below else cells)
            yield header, told.getvalue().encode()
