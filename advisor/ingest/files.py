"""Which files there are to read: folders walked, own outputs and copies left out."""

import contextlib
import errno
import hashlib
import os
import re
import stat
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import BinaryIO

import attrs

from advisor.errors import AdvisorError, nearest
from advisor.model import (
    DEEPEST,
    HISTORY_ID,
    HISTORY_NAME,
    File,
    Note,
    files_named,
    frozen,
    lazy_gettext,
    scratch_folder,
)
from advisor.tabular import ZIP, BrokenError, directory, is_bundle, is_zip, parquet_alike, unpack

STDIN = "-"
STDIN_NAME = "standard input"
_SCHEMES = ("postgresql://", "postgres://")
_CHUNK = 1 << 20
_LONGEST = 8 << 30  # bytes of a file or a stream, which may have no end
_EDGE = 1 << 16  # how much of a file's beginning and end is looked at for our marks
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONFIG = "advisor.toml"
_PAGES = (".md", ".markdown", ".html", ".htm", ".ics", ".sarif", ".xml", ".jsonl")
_FINDINGS_COLUMNS = frozenset({"rule", "severity"})
_JSON_MARKS = (b'"schema_version"', b'"advisor"', b'"engine"')
_PAGE_MARK = b"shop-advisor"
_RUNS_MARK = b'{"history":'
_FACTS_FIRST = b"manifest.json"
_HISTORY_JOURNALS = tuple(f"{HISTORY_NAME}-{end}" for end in ("journal", "wal", "shm"))
_SQLITE = b"SQLite format 3\x00"
_APPLICATION_ID = slice(68, 72)  # of an SQLite file's header


@frozen
class _Found:
    path: Path
    name: str
    arg: str
    asked: bool  # named by the user, not met in a folder
    zipped: bool = False


def find_files(paths: Iterable[Path | str]) -> tuple[list[File], list[Note]]:
    """The files at *paths*: files, folders (with all below them), zips (with all in them), or "-"
    for standard input. A folder of Parquet files with the same columns is one file.

    Each content is returned once; copies, and what shop-advisor wrote itself, become notes.
    Facts (`shop.facts`) are returned only where they are named, never from a folder.
    Raises AdvisorError where a path does not exist or cannot be opened.
    """
    notes: list[Note] = []
    files: dict[str, File] = {}
    for found in _named(list(_distinct(_walk(paths, notes)))):
        try:
            own = _own_output(found)
            if own is not None:
                if found.asked:
                    text = lazy_gettext("skipped: it is {what} from shop-advisor", what=own)
                    notes.append(Note("own-output", text, found.name))
                continue
            file = _describe(found)
        except OSError as error:
            if found.asked:
                raise AdvisorError(_reason(error), where=found.arg) from None
            notes.append(Note("unreadable", _reason(error), found.name))
            continue
        first = files.setdefault(file.sha256, file)
        if first is not file:
            text = lazy_gettext("skipped: it is the same file as {other}", other=first.name)
            notes.append(Note("duplicate-file", text, file.name))
    return list(files.values()), notes


def is_address(path: str) -> bool:
    """Whether *path* is the address of a PostgreSQL database, and no path."""
    return path.lower().startswith(_SCHEMES)


def is_own_output(path: Path) -> bool:
    """Whether *path* was written by us and is never read as an export, by its content."""
    try:
        return _own_output(_Found(path, path.name, str(path), asked=False)) is not None
    except OSError:
        return False


def is_facts(path: Path) -> bool:
    """Whether *path* is a facts file, by its content."""
    try:
        with path.open("rb") as stream:
            head = stream.read(30 + len(_FACTS_FIRST))
    except OSError:
        return False
    # A zip's first entry has its name 30 bytes after the beginning; ours is the manifest.
    return head[:4] == ZIP and head[30:] == _FACTS_FIRST


def _walk(paths: Iterable[Path | str], notes: list[Note]) -> Iterator[_Found]:
    for given in paths:
        arg = str(given)
        if arg == STDIN:
            yield from _opened(_Found(_spool(sys.stdin.buffer), STDIN_NAME, arg, asked=True), notes)
            continue
        path = Path(given)
        try:
            about = path.stat()
        except FileNotFoundError:
            raise _missing(path) from None
        except OSError as error:
            raise AdvisorError(_reason(error), where=arg) from None
        if stat.S_ISDIR(about.st_mode):
            yield from _folder(path, path, set(), notes)
        elif _is_file(about):
            yield from _opened(_Found(path, _shown(path.name), arg, asked=True), notes)
        elif stat.S_ISFIFO(about.st_mode):
            # A pipe (`<(…)`) can be read once only.
            yield from _opened(_Found(_spool_pipe(path), _shown(path.name), arg, asked=True), notes)
        else:
            hint = "give a file, a folder, a pipe or - for standard input"
            raise AdvisorError("is a device or a socket", where=arg, hint=hint)


def _folder(
    folder: Path, top: Path, seen: set[tuple[int, int]], notes: list[Note]
) -> Iterator[_Found]:
    name = _shown(folder.relative_to(top))
    if len(folder.parts) - len(top.parts) > DEEPEST:
        text = lazy_gettext(
            "its folders are nested more than {n} levels deep and weren't read", n=DEEPEST
        )
        notes.append(Note("unreadable", text, _shown(Path(name).parts[0])))
        return
    try:
        about = folder.stat()
        if about.st_dev in _kernel_devices():
            return  # from /proc links lead into every folder of the machine
        # A link back to a folder above would never end.
        if (about.st_dev, about.st_ino) in seen:
            return
        seen.add((about.st_dev, about.st_ino))
        entries = [one for one in sorted(folder.iterdir()) if not one.name.startswith(".")]
    except OSError as error:
        if folder == top:
            raise AdvisorError(_reason(error), where=str(folder)) from None
        notes.append(Note("unreadable", _reason(error), name))
        return
    if _is_dataset(entries):
        yield _Found(folder, _shown(folder.name) if folder == top else name, str(top), asked=False)
        return
    for entry in entries:
        try:
            about = entry.stat()
        except OSError as error:  # a link that leads nowhere is nobody's file
            if not entry.is_symlink():
                notes.append(Note("unreadable", _reason(error), _shown(entry.relative_to(top))))
            continue
        if stat.S_ISDIR(about.st_mode):
            yield from _folder(entry, top, seen, notes)
        elif _is_file(about):
            found = _Found(entry, _shown(entry.relative_to(top)), str(top), asked=False)
            yield from _opened(found, notes)


def _is_file(about: os.stat_result) -> bool:
    """Whether something holds bytes that can be read to an end; some of what the kernel shows as
    files cannot."""
    return stat.S_ISREG(about.st_mode) and about.st_dev not in _kernel_devices()


@cache
def _kernel_devices() -> frozenset[int]:
    devices = set()
    for place in ("/proc", "/sys"):
        with contextlib.suppress(OSError):
            devices.add(os.stat(place).st_dev)  # noqa: PTH116 (of what is mounted there)
    # Where nothing is mounted there, it is the device of everything.
    return frozenset(devices - {os.stat("/").st_dev})  # noqa: PTH116


def _is_dataset(entries: Sequence[Path]) -> bool:
    """Whether the files of a folder are the parts of one table, as loaders write them: several, all
    of them Parquet with the same columns, perhaps in folders like `day=2026-05-01`."""
    rest = [entry for entry in entries if not entry.name.startswith("_")]  # _SUCCESS, _metadata
    if not rest:
        return False
    if all("=" in entry.name and _is_folder(entry) for entry in rest):
        return all(_parts(entry) for entry in rest)
    if len(rest) < 2 or not all(entry.suffix == ".parquet" for entry in rest):
        return False
    try:
        return parquet_alike(rest)
    except BrokenError:
        return False


def _is_folder(path: Path) -> bool:
    """Whether *path* is a folder, as far as that may be known: of what is in a folder that may be
    listed and not entered, or in /proc, it may not."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _opened(found: _Found, notes: list[Note]) -> Iterator[_Found]:
    """The members of a zip that is a bundle of files; everything else as it is."""
    try:
        members = directory(found.path) if is_zip(found.path) else []
    except (OSError, AdvisorError):
        members = []  # whoever opens it says what is wrong
    if not is_bundle(members) or is_facts(found.path):
        yield found
        return
    folder = Path(tempfile.mkdtemp(dir=scratch_folder()))
    try:
        for member in unpack(found.path, members, folder):
            if isinstance(member, str):
                notes.append(Note("unreadable", member, found.name))
                continue
            name = f"{found.name} > {_shown(member.name)}"
            yield attrs.evolve(found, path=member.path, name=name, zipped=True)
    except OSError as error:
        text = lazy_gettext("can't be unpacked: {reason}", reason=_why(error))
        notes.append(Note("unreadable", text, found.name))


def _named(found: Sequence[_Found]) -> Iterator[_Found]:
    """Two files of one name are told apart by the path that led to them."""
    often = Counter(one.name for one in found)
    for one in found:
        if often[one.name] == 1 or one.arg == STDIN:
            yield one
        elif one.zipped:
            yield attrs.evolve(one, name=f"{one.arg}: {one.name}")
        else:
            yield attrs.evolve(one, name=_shown(one.path))


def _distinct(found: Iterable[_Found]) -> Iterator[_Found]:
    seen: set[str] = set()
    for one in found:
        at = os.path.realpath(one.path)
        if at not in seen:
            seen.add(at)
            yield one


def _describe(found: _Found) -> File:
    if _is_folder(found.path):
        parts = [_describe(attrs.evolve(found, path=part)) for part in _parts(found.path)]
        digest = hashlib.sha256("".join(part.sha256 for part in parts).encode())
        return File(found.path, found.name, sum(part.size for part in parts), digest.hexdigest())
    with found.path.open("rb") as stream:
        about = os.fstat(stream.fileno())
        if about.st_size > _LONGEST:
            raise OSError(errno.EFBIG, f"it has more than {_LONGEST:,} bytes")
        digest = hashlib.file_digest(stream, "sha256")
        size = stream.tell()
    return File(found.path, found.name, size, digest.hexdigest(), about.st_mtime_ns)


def _parts(folder: Path) -> list[Path]:
    return files_named(folder, ".parquet")


def _own_output(found: _Found) -> str | None:
    """What of ours the file is, by a mark in its content; None for everything else."""
    if _is_folder(found.path):
        return None
    suffix = found.path.suffix.casefold()
    if found.path.name == _CONFIG:
        return lazy_gettext("the settings file")
    if _is_history(found.path):
        return lazy_gettext("a history of runs")
    if suffix == ".json":
        edges = _edges(found.path)
        if all(mark in edges for mark in _JSON_MARKS):
            return lazy_gettext("a plan")
    elif suffix == ".jsonl" and _edges(found.path).startswith(_RUNS_MARK):
        return lazy_gettext("a list of runs")
    elif suffix in _PAGES:
        if _PAGE_MARK in _edges(found.path):
            return lazy_gettext("a plan")
    elif suffix == ".xlsx":
        if _edges(found.path).endswith(_PAGE_MARK):  # the comment of the zip that it is
            return lazy_gettext("a plan")
    elif suffix == ".csv":
        first = _edges(found.path).split(b"\n", 1)[0].decode("utf-8", "replace")
        columns = {cell.strip().strip('"') for cell in re.split("[,;\t]", first.lstrip("\ufeff"))}
        if columns >= _FINDINGS_COLUMNS:
            return lazy_gettext("a list of findings")
    elif not found.asked and is_facts(found.path):
        return lazy_gettext("a facts file")
    return None


def _is_history(path: Path) -> bool:
    """Whether *path* is our store of runs, by its mark; or what a run that was ended left of it: a
    file without content, a journal."""
    if path.name in _HISTORY_JOURNALS:
        return True
    with path.open("rb") as stream:
        head = stream.read(_APPLICATION_ID.stop)
    if not head:
        return path.name == HISTORY_NAME
    mark = int.from_bytes(head[_APPLICATION_ID])
    return head.startswith(_SQLITE) and mark == HISTORY_ID


def _edges(path: Path) -> bytes:
    with path.open("rb") as stream:
        head = stream.read(_EDGE)
        size = stream.seek(0, os.SEEK_END)
        if size <= len(head):
            return head
        stream.seek(max(size - _EDGE, len(head)))
        return head + b"\0" + stream.read()


def _shown(path: Path | str) -> str:
    """A path for people, in one line: what is no UTF-8 in it cannot be printed."""
    text = path if isinstance(path, str) else path.as_posix()
    return _CONTROL.sub("\ufffd", os.fsencode(text).decode(errors="replace"))


def _spool_pipe(path: Path) -> Path:
    """The content of the pipe at *path*, in a file. Raises AdvisorError where nobody writes into
    it: that would be waited for without end."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise AdvisorError(_reason(error), where=str(path)) from None
    with os.fdopen(handle, "rb") as stream:
        first = b""
        with contextlib.suppress(BlockingIOError):  # it has a writer, which has not written yet
            first = os.read(handle, _CHUNK)
            if not first:
                hint = "start what writes into it first"
                raise AdvisorError("is a pipe that nobody writes into", where=str(path), hint=hint)
        os.set_blocking(handle, True)
        return _spool(stream, str(path), first)


def _spool(stream: BinaryIO, where: str = STDIN_NAME, first: bytes = b"") -> Path:
    """What is left of *stream* after *first*, in a file together with it."""
    handle, name = tempfile.mkstemp(dir=scratch_folder())
    size = len(first)
    with os.fdopen(handle, "wb") as spool:
        try:
            spool.write(first)
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > _LONGEST:
                    raise AdvisorError(f"gives more than {_LONGEST // 2**30} GiB", where=where)
                spool.write(chunk)
        except OSError as error:
            raise AdvisorError(_reason(error), where=where) from None
    return Path(name)


def _missing(path: Path) -> AdvisorError:
    try:
        near = nearest(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return AdvisorError("no such file or folder", where=str(path))
    hint = f"did you mean {str(path.parent / near)!r}?" if near else "check the spelling"
    return AdvisorError("no such file or folder", where=str(path), hint=hint)


def _reason(error: OSError) -> str:
    return lazy_gettext("can't be opened: {reason}", reason=_why(error))


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
