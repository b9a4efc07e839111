"""The used range of a sheet, measured in its XML before anything is loaded.

A reader of workbooks takes memory for every cell between the first and the last one, filled or
not: one stray cell in the last corner of a sheet asks for 549 GB. Such cells are cut off.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import polars as pl

from advisor.model import frozen

_SHEET = re.compile(r"^xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
_BOOK = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_MOST_SHEETS = 1_000
_BLOCK = 1 << 24
_AREA = 8_000_000  # cells that cost nothing to speak of, filled or not
_SPARSE = 20  # one cell in so many is filled even in tables with many blanks
_BREAK = 10_000  # blank rows between a table and what is no part of it
_BREAK_COLUMNS = 1_000
_ROWS = ((rb"[0-9]{6}", 1 << 20), (rb"[0-9]{5}", 100_000), (rb"", 10_000))
_COLUMNS = ((rb"[A-Z]{3}", 1 << 14), (rb"[A-Z]{2}", 702), (rb"", 26))
_TAG = r"<(?:[^\s<>/:]+:)?(?:c|row)(?:\s[^>]*)?>"
_REF = r"""\sr\s*=\s*["']([A-Z]{0,3})([0-9]{1,7})["']"""
_CELL = re.compile(
    rb"""<((?:[^\s<>/:]+:)?c)\s[^>]*?\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["'][^>]*?(?:/>|>.*?</\1\s*>)""",
    re.DOTALL,
)

# A place that is written otherwise than programs write it, or twice, or after an attribute that
# hides it: a reader of workbooks may take for far what is not found here.
_BAD_PLACE = r"[A-Z]{0,3}0|[A-Z]{4}|[A-Z]*[0-9]{8}|[A-Z]*[0-9]*[^A-Z0-9\"']|[A-Z]*[\"']|[0-9]+[A-Z]"
_ODD = (
    rf"""<(?:[^\s<>/:]+:)?(?:c|row)(?:\s[^<>]*)?\s(?:r\s*=\s*["'](?:{_BAD_PLACE})"""
    r"""|r\s*=[^<>]*\sr\s*=|[^\s<>]*=\s*(?:"[^"<>]*>|'[^'<>]*>))"""
)


@frozen
class Bounded:
    """A workbook without the cells that lay far from its tables: *data*, and where they lay."""

    data: bytes
    cut: tuple[str, ...]


class SparseSheetError(Exception):
    """A sheet whose few cells are so far apart that it cannot be loaded."""


def bounded(path: Path, parts: Iterable[zipfile.ZipInfo]) -> Bounded | None:
    """The workbook at *path* without stray cells; None where it can be loaded as it is, as nearly
    all can. Raises SparseSheetError where no cut makes a sheet small, BadZipFile where two sheets
    have one part."""
    with zipfile.ZipFile(path) as archive:
        sheets = _named_sheets(archive)
        limits = {
            part.filename: limit
            for part in parts
            if (_SHEET.match(part.filename) or _plain(part.filename) in sheets)
            and (limit := _limit(archive, part.filename)) is not None
        }
        return _cut(archive, limits) if limits else None


def _named_sheets(archive: zipfile.ZipFile) -> set[str]:
    """The parts that the workbook names as its sheets, which may lie anywhere; each as a reader
    may look for it."""
    from xml.etree import ElementTree as ET  # slow, and for workbooks alone

    names = {_plain(name): name for name in archive.namelist()}
    if len(names) < len(archive.namelist()):
        raise zipfile.BadZipFile("a part is there twice")
    try:
        book, links = (ET.fromstring(archive.read(names[one])) for one in _BOOK)  # noqa: S314 (without entities)
    except KeyError:  # nothing is found by a reader either
        return set()
    except (ET.ParseError, LookupError, ValueError) as error:
        raise zipfile.BadZipFile(str(error)) from None
    targets = {link.get("Id"): _plain(link.get("Target") or "") for link in links.iter()}
    found = [
        targets[value]
        for sheet in book.iter()
        if _local(sheet.tag) == "sheet"
        for name, value in sheet.items()
        if _local(name) == "id" and value in targets
    ]
    if len(set(found)) < len(found) or len(found) > _MOST_SHEETS:
        raise zipfile.BadZipFile("a sheet is there many times")
    return {place for one in found for place in (one, _plain(f"xl/{one}"))}


def _plain(name: str) -> str:
    """A name in a zip without what readers pass over: capitals, kinds of slashes, `.` and `..`."""
    return posixpath.normpath("/" + name.replace("\\", "/").casefold()).lstrip("/")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """A sheet's XML in pieces that end before the beginning of a tag. Raises BadZipFile where a
    cell says in an odd way where it is."""
    rest = b""
    while block := stream.read(_BLOCK):
        block = rest + block
        end = max(block.rfind(b"<"), 0) or len(block)
        rest = block[end:]
        yield _checked(block[:end])
    yield _checked(rest)


def _checked(block: bytes) -> bytes:
    if pl.Series([block.decode(errors="replace")]).str.contains(_ODD).any():
        raise zipfile.BadZipFile("a cell says in an odd way where it is")
    return block


def _bound(block: bytes, steps: Iterable[tuple[bytes, int]], before: bytes, after: bytes) -> int:
    return next(
        bound
        for pattern, bound in steps
        if not pattern or re.search(rb"r\s*=\s*[\"']" + before + pattern + after, block)
    )


def _limit(archive: zipfile.ZipFile, part: str) -> tuple[int, int] | None:
    """The last row and column of the table in a sheet, where cells beyond them must go."""
    rows = columns = 0
    with archive.open(part) as stream:
        for block in _blocks(stream):
            rows = max(rows, _bound(block, _ROWS, rb"[A-Z]{0,3}", rb""))
            columns = max(columns, _bound(block, _COLUMNS, rb"", rb"[0-9]"))
            if rows * columns > _AREA:
                break
        else:
            return None
    with archive.open(part) as stream:
        cells = pl.concat(_cells(block) for block in _blocks(stream))
    filled = int(cells["cells"].sum())
    if _fits(cells, filled):
        return None
    last = _last(cells["row"], _BREAK), _last(cells["column"], _BREAK_COLUMNS)
    kept = cells.filter((pl.col("row") <= last[0]) & (pl.col("column") <= last[1]))
    if not _fits(kept, filled):
        raise SparseSheetError
    return last


def _cells(block: bytes) -> pl.DataFrame:
    """Filled cells of a piece of XML: `row`, `column` and how many `cells` are there."""
    tag = pl.col("tag")
    letters = tag.str.extract(_REF, 1)
    digit = [letters.str.slice(at, 1).str.to_integer(base=36, strict=False) - 9 for at in range(3)]
    width = letters.str.len_bytes()
    column = (
        pl.when(width == 3)
        .then(digit[0] * 676 + digit[1] * 26 + digit[2])
        .when(width == 2)
        .then(digit[0] * 26 + digit[1])
        .when(width == 1)
        .then(digit[0])
    )
    tags = pl.DataFrame({"tag": [block.decode(errors="replace")]}).select(
        tag.str.extract_all(_TAG).explode(empty_as_null=False)
    )
    # A cell that does not say where it is lies in the row before it.
    return (
        tags.with_columns(
            tag.str.extract(_REF, 2).cast(pl.Int64).forward_fill().fill_null(1).alias("row"),
            column.cast(pl.Int64).fill_null(1).alias("column"),
        )
        .filter(~tag.str.contains(r"^<(?:[^\s<>/:]+:)?row|/>$"))
        .group_by("row", "column")
        .agg(pl.len().alias("cells"))
    )


def _fits(cells: pl.DataFrame, filled: int) -> bool:
    if cells.is_empty():
        return True
    height = int(cells.select(pl.col("row").max() - pl.col("row").min()).item()) + 1
    width = int(cells.select(pl.col("column").max() - pl.col("column").min()).item()) + 1
    return height * width <= max(_AREA, _SPARSE * filled)


def _last(places: pl.Series, gap: int) -> int:
    """The last of *places* before the first gap."""
    used = places.unique().sort()
    far = used.filter(used.diff().fill_null(0) > gap)
    return int(used.filter(used < far[0])[-1]) if len(far) else int(used[-1])


def _cut(archive: zipfile.ZipFile, limits: dict[str, tuple[int, int]]) -> Bounded:
    cut: list[str] = []

    def kept(found: re.Match[bytes], rows: int, columns: int) -> bytes:
        if int(found[3]) <= rows and _number(found[2]) <= columns:
            return found[0]
        cut.append(f"{found[2].decode()}{int(found[3])}")
        return b""

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for info in archive.infolist():
            data = archive.read(info)
            if info.filename in limits:
                rows, columns = limits[info.filename]
                data = _CELL.sub(lambda found, r=rows, c=columns: kept(found, r, c), data)  # type: ignore[misc]
            out.writestr(info.filename, data)
    return Bounded(packed.getvalue(), tuple(cut))


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number
