"""Broken files, and containers that are no exports, made by hand."""

import io
import struct
import zipfile

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound_file(*streams: str) -> bytes:
    """An OLE2 container (the form of old .xls and of encrypted .xlsx) with these streams in it.

    Every stream is a sector of 4096 bytes or more, so that no small-sector table is needed.
    """
    sectors = 8  # of each stream: 4096 bytes, the least that lies in ordinary sectors
    fat = [_FAT, _END]
    entries = [_entry("Root Entry", 5, _END, 0, child=1 if streams else _FREE)]
    for number, name in enumerate(streams):
        first = len(fat)
        fat += [*range(first + 1, first + sectors), _END]
        right = number + 2 if number + 1 < len(streams) else _FREE
        entries.append(_entry(name, 2, first, sectors * _SECTOR, right=right))
    while len(entries) < _SECTOR // 128:
        entries.append(bytes(128))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    fat += [_FREE] * (_SECTOR // 4 - len(fat))
    body = struct.pack(f"<{len(fat)}I", *fat) + b"".join(entries)
    return header + body + b"\x55" * (sectors * _SECTOR * len(streams))


def _entry(
    name: str, kind: int, first: int, size: int, *, child: int = _FREE, right: int = _FREE
) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    entry = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1)
    entry += struct.pack("<III", _FREE, right, child) + bytes(16 + 4 + 16)
    return entry + struct.pack("<IQ", first, size)


def encrypted_workbook() -> bytes:
    """What Excel writes for an .xlsx with a password."""
    return compound_file("EncryptionInfo", "EncryptedPackage")


def old_workbook() -> bytes:
    """A container with a BIFF stream that holds nothing."""
    return compound_file("Workbook")


def html_table(*rows: tuple[str, ...]) -> bytes:
    """A web page that was saved with a spreadsheet's name."""
    lines = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<html><body><table>{lines}</table></body></html>".encode()


def zip_of(name: str, content: bytes) -> bytes:
    """A zip that is no workbook."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()
