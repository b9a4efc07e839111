"""Opening a file by its content: what it is, and its grids of text."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from advisor.errors import AdvisorError
from advisor.model import Container, File, Grid, frozen, native_output_hidden
from advisor.tabular.containers.archive import BROKEN_ZIP, EMPTY, ZIP, check_parts, directory
from advisor.tabular.containers.databases import (
    DUCKDB,
    PARQUET,
    SQLITE,
    duckdb_grids,
    parquet_grids,
    sqlite_grids,
)
from advisor.tabular.containers.documents import (
    document_grids,
    is_pages,
    line_grids,
    parse_document,
)
from advisor.tabular.containers.text import HEAD_BYTES, TextGrid, as_utf8
from advisor.tabular.containers.used_range import SparseSheetError, bounded

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_CONTROL = bytes({*range(32)} - {*b"\t\n\r\f\x1b"})  # bytes that steer a terminal
_JSON = re.compile(rb"\{|\[\s*[\[{\]]")  # a table may start with [Date range]
_FAR = "delete the cells far below or beside the table, and save it again"
_SAVE_AGAIN = "open it in a spreadsheet and save it as .xlsx or .csv"


@frozen(eq=False)
class OpenSource:
    """A file that was opened; see advisor.model.source.Source."""

    file: File
    container: Container
    grids: tuple[Grid, ...]


def open_source(file: File) -> OpenSource:
    """Opens *file* by its content, whatever its name ends with.

    Raises AdvisorError for a file that holds no tables: empty, broken, password-protected, or of a
    kind that cannot be read.
    """
    if file.path.is_dir():
        return OpenSource(file, Container.TABLES, tuple(parquet_grids(file.path, file.name)))
    try:
        with file.path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
            if head.startswith(_OLE2):
                raise _old_excel(head + stream.read(), file.name)
    except OSError as error:
        raise AdvisorError(
            f"cannot be read: {error.strerror or error}", where=file.name, hint="check the file"
        ) from None
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise AdvisorError("the file is empty", where=file.name, hint="export it again")
    if head.startswith((ZIP, EMPTY)):
        return OpenSource(file, Container.XLSX, _sheets(file))
    grids_of = _database(head)
    if grids_of is not None:
        return OpenSource(file, Container.TABLES, tuple(grids_of(file.path, file.name)))
    text = as_utf8(head)
    _refuse_rubbish(text, file.name)
    start = text[:1024].lstrip()
    if start[:1] == b"<":
        raise AdvisorError(
            "this is a web page (HTML), although it is named like a table",
            where=file.name,
            hint=_SAVE_AGAIN,
        )
    if _JSON.match(start):
        return _json(file, as_utf8(file.path.read_bytes()))
    return OpenSource(file, Container.TEXT, (TextGrid.open(file.path, file.name),))


def _database(head: bytes) -> Callable[[Path, str], Sequence[Grid]] | None:
    if head.startswith(SQLITE):
        return sqlite_grids
    if head.startswith(PARQUET):
        return parquet_grids
    return duckdb_grids if head[8:12] == DUCKDB else None


def _sheets(file: File) -> tuple[Grid, ...]:
    import fastexcel

    from advisor.tabular.containers.workbook import SheetGrid

    again = "export or download it again"
    try:
        parts = directory(file.path)
        if not any(part.filename.lower().startswith("xl/workbook") for part in parts):
            raise _no_workbook(parts, file.name)
        if any(part.filename.lower() == "xl/workbook.bin" for part in parts):
            raise _binary_workbook(file.name)
        check_parts(file.path, parts)
        within = bounded(file.path, parts)
    except AdvisorError as error:
        raise AdvisorError(error.message, where=file.name, hint=error.hint) from None
    except SparseSheetError:
        raise AdvisorError(
            "the cells of a sheet are too far apart to be a table", where=file.name, hint=_FAR
        ) from None
    except BROKEN_ZIP:
        raise AdvisorError(
            "the workbook is broken: a part is damaged", where=file.name, hint=again
        ) from None
    try:
        with native_output_hidden():
            book = fastexcel.read_excel(file.path if within is None else within.data)
        cut = within.cut if within else ()
        return tuple(SheetGrid(name, book, file.name, cut) for name in book.sheet_names)
    except fastexcel.FastExcelError as error:
        raise AdvisorError(
            f"the workbook is broken: {_first_line(error)}", where=file.name, hint=again
        ) from None


def _binary_workbook(where: str) -> AdvisorError:
    # Its used range is not known before it is loaded, and one stray cell asks for 549 GB.
    return AdvisorError("this is a binary workbook (.xlsb)", where=where, hint=_SAVE_AGAIN)


def _no_workbook(parts: Sequence[object], where: str) -> AdvisorError:
    if not parts:
        return AdvisorError("the zip is empty", where=where, hint="export it again")
    # A zip of files was opened when it was found, so this one lies in another.
    text = "this is a zip that is no workbook, or lies in another zip"
    return AdvisorError(text, where=where, hint="unpack it and give the folder")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _old_excel(data: bytes, where: str) -> AdvisorError:
    if _ENCRYPTED in data:
        return AdvisorError(
            "the workbook is protected by a password",
            where=where,
            hint="open it, remove the password and save it again",
        )
    return AdvisorError("this is an old Excel file (.xls)", where=where, hint=_SAVE_AGAIN)


def _refuse_rubbish(text: bytes, where: str) -> None:
    sample = text[: 1 << 14]
    control = len(sample) - len(sample.translate(None, _CONTROL))
    if b"\x00" in sample or control > len(sample) // 50 + 1:
        raise AdvisorError(
            "this is neither a table nor JSON",
            where=where,
            hint="give a .csv, .xlsx or .json export",
        )


def _json(file: File, text: bytes) -> OpenSource:
    decoded = text.decode(errors="replace")
    lines = _json_lines(decoded, file.name)
    if lines is not None and not is_pages(lines):
        return OpenSource(file, Container.JSON_LINES, tuple(line_grids(lines, file.name)))
    document = parse_document(decoded, file.name) if lines is None else lines
    return OpenSource(file, Container.JSON, tuple(document_grids(document, file.name)))


def _json_lines(text: str, where: str) -> list[object] | None:
    """The objects of JSON lines; None where the text is one document."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not all(line.lstrip().startswith("{") for line in lines[:2]):
        return None
    try:
        json.loads(lines[0], parse_int=str, parse_float=str)
    except (json.JSONDecodeError, RecursionError):
        return None
    if len(lines) == 1 and '"stream"' not in lines[0][:200] and '"record"' not in lines[0][:200]:
        return None
    return [parse_document(line, where) for line in lines]
