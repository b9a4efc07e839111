"""Zip archives: what is in one, and whether it is safe to look inside.

A zip says of itself how large it is inside. Nothing is unpacked before that was looked at, and
nothing is believed: a member that turns out larger than it said is refused.
"""

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from advisor.errors import AdvisorError
from advisor.model import frozen

ZIP = b"PK\x03\x04"
EMPTY = b"PK\x05\x06"

# What the standard library raises for zips that are broken, or made to break it.
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    IndexError,
    OSError,  # of bz2, and of places before the beginning of the file
    OverflowError,
    RuntimeError,  # NotImplementedError is one
    ValueError,
)

_MIB = 1 << 20
_CHUNK = _MIB
_UNPACK = "unpack it and give the folder"
_AGAIN = "export or download it again"
_ENCRYPTED = 1  # bit of a member's flags
_UTF8 = 1 << 11
_UNSAFE = re.compile(r"[^\w.\- ()\[\]]")
_OTHER_FILES = ("mimetype", "[content_types].xml")  # of text documents, presentations, books


@frozen
class Limits:
    """What a zip may hold; sizes are bytes after unpacking."""

    members: int = 20_000
    one: int = 2 << 30
    all: int = 4 << 30
    ratio: int = 200  # of what is larger than *small*
    small: int = 10 * _MIB


LIMITS = Limits()


@frozen
class Member:
    """A file in a zip. *name* is its path there, with slashes; *path* is where it was unpacked."""

    name: str
    path: Path


def is_zip(path: Path) -> bool:
    """Whether *path* begins like a zip; raises OSError where it cannot be opened."""
    with path.open("rb") as stream:
        return stream.read(4) in (ZIP, EMPTY)


def directory(path: Path, limits: Limits = LIMITS) -> list[zipfile.ZipInfo]:
    """What the zip at *path* holds. Raises AdvisorError where it is broken, protected by a password
    or larger inside than *limits*."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
    except BROKEN_ZIP:
        raise AdvisorError("the zip is cut off or broken", hint=_AGAIN) from None
    if len(found) > limits.members:
        text = f"the zip holds {len(found):,} files; at most {limits.members:,} are read"
        raise AdvisorError(text, hint=_UNPACK)
    if any(info.flag_bits & _ENCRYPTED for info in found):
        raise AdvisorError("the zip is protected by a password", hint=_UNPACK)
    for info in found:
        _allow(info.filename, info.file_size, info.compress_size, limits)
    whole = sum(info.file_size for info in found)
    _allow("the zip", whole, sum(info.compress_size for info in found), limits, most=limits.all)
    return found


def _allow(what: str, size: int, packed: int, limits: Limits, *, most: int | None = None) -> None:
    most = limits.one if most is None else most
    if size > most:
        text = f"{what} is {size // _MIB:,} MiB when unpacked; at most {most // _MIB:,} are read"
        raise AdvisorError(text, hint="give smaller files")
    if size > limits.small and size > limits.ratio * max(packed, 1):
        text = f"{what} unpacks to {size // max(packed, 1):,} times its size, as zip bombs do"
        raise AdvisorError(text, hint="if you trust it, unpack it and give the folder")


def is_bundle(found: list[zipfile.ZipInfo]) -> bool:
    """Whether a zip is a bundle of files, and not one document that is a zip inside."""
    names = {info.filename.casefold() for info in found}
    return bool(found) and not any(name in names for name in _OTHER_FILES)


def unpack(path: Path, found: list[zipfile.ZipInfo], folder: Path) -> Iterator[Member | str]:
    """Every file of the zip at *path*, unpacked below *folder* under a name of ours, so that no
    path in the zip leads anywhere; for one that cannot be unpacked, a line that says why."""
    with zipfile.ZipFile(path) as archive:
        for number, info in enumerate(found):
            name = _name(info)
            parts = PurePosixPath(name).parts
            folder_itself = info.filename.endswith("/")  # is_dir() fails on an empty name
            if folder_itself or not parts or any(p.startswith((".", "__MACOSX")) for p in parts):
                continue
            place = folder / f"{number:05}"
            place.mkdir()
            target = place / _UNSAFE.sub("_", parts[-1])[-100:]
            try:
                with archive.open(info) as packed, target.open("wb") as out:
                    while chunk := packed.read(_CHUNK):
                        out.write(chunk)
            except BROKEN_ZIP:
                target.unlink(missing_ok=True)
                yield f"{name} is broken or packed in a way that cannot be read; {_UNPACK}"
                continue
            yield Member(name, target)


def _name(info: zipfile.ZipInfo) -> str:
    """A member's path: harmless, and in UTF-8 where a packer wrote it without saying so."""
    name = info.filename
    if not info.flag_bits & _UTF8:
        try:
            name = name.encode("cp437").decode()
        except UnicodeError:
            name = info.filename
    parts = (part for part in name.replace("\\", "/").split("/") if part not in ("", ".", ".."))
    return "/".join("".join(c for c in part if c.isprintable()) for part in parts)


def check_parts(path: Path, found: list[zipfile.ZipInfo]) -> None:
    """Raises AdvisorError where a part of a workbook is larger than it says, or XML that declares
    things: no spreadsheet program writes either."""
    with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
        for info in found:
            if info.compress_type == zipfile.ZIP_DEFLATED and info.compress_size > _MIB:
                _check_size(raw, info)
            if info.filename.lower().endswith((".xml", ".rels", ".vml")):
                _check_xml(archive, info)


def _check_xml(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    try:
        with archive.open(info) as part:
            head = part.read(1 << 16).replace(b"\0", b"")  # UTF-16 too
    except BROKEN_ZIP:
        raise AdvisorError("the workbook is broken: a part is cut off", hint=_AGAIN) from None
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        text = f"{info.filename} in the workbook declares entities, as XML bombs do"
        raise AdvisorError(text, hint="open it in a spreadsheet and save it again")


def _check_size(raw: BinaryIO, info: zipfile.ZipInfo) -> None:
    raw.seek(info.header_offset + 26)
    lengths = raw.read(4)
    skip = int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
    raw.seek(skip, 1)
    inflate = zlib.decompressobj(-15)
    left, size = info.compress_size, 0
    try:
        while left and size <= info.file_size:
            chunk = raw.read(min(_CHUNK, left))
            if not chunk:
                break
            left -= len(chunk)
            while chunk and size <= info.file_size:
                size += len(inflate.decompress(chunk, 16 * _MIB))
                chunk = inflate.unconsumed_tail
    except BROKEN_ZIP:
        raise AdvisorError("the workbook is broken: a part is damaged", hint=_AGAIN) from None
    if size > info.file_size:
        raise AdvisorError(
            f"{info.filename} in the workbook is larger than it says, as zip bombs are",
            hint=_AGAIN,
        )
