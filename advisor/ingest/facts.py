"""Readings in one file (`shop.facts`): a zip of Parquet tables and a manifest.

It keeps what was read, not what was made of it, so that every option still works on it; and the
texts of the shop's advisor.toml and agency.toml.
"""

import io
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import attrs
import polars as pl

from advisor.errors import AdvisorError, Mistakes, one_line
from advisor.ingest.atomic_write import write_outputs
from advisor.ingest.files import is_facts
from advisor.ingest.result import Gathered, Unread
from advisor.model import (
    CONFIG_NAME,
    Column,
    File,
    Grain,
    Links,
    Note,
    Period,
    Reading,
    Settings,
    Table,
    frozen,
    make_settings,
    message_data,
    named_settings,
    parse_toml,
    read_message,
    structure,
    with_agency,
    without_folder,
)
from advisor.plugin import contract_breaks
from advisor.tabular import BrokenError, directory, parquet_contents

_Of = TypeVar("_Of")
FACTS_VERSION = 2  # raised when an older reader could no longer understand the file
_READ = (1, FACTS_VERSION)  # in the first, notes were English only
MANIFEST = "manifest.json"
_SETTINGS = "settings.json"
_FRAMES = "frames/"
_AGAIN = "gather the exports again with `advisor gather`"
# What reading a damaged file raises.
DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    IndexError,
    OverflowError,
    struct.error,
    lzma.LZMAError,
    NotImplementedError,  # a compression or encryption that is not ours
    RuntimeError,
    KeyError,
    TypeError,
    ValueError,
    EOFError,
    Mistakes,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say; the same input, the same bytes


@frozen
class _File:
    name: str
    sha256: str
    size: int


@frozen
class _Table:
    subject: str
    family: str
    grain: Grain
    frame: str


@frozen
class _Links:
    relation: str
    frame: str


@frozen
class _Period:
    first: str
    last: str


@frozen
class _Reading:
    file: _File
    provider: str
    kind: str
    title: str
    tables: tuple[_Table, ...]
    rows: int
    left_out: Mapping[str, int]
    links: tuple[_Links, ...]
    period: _Period | None
    currency: str | None
    columns: tuple[Column, ...]
    notes: tuple[Note, ...]
    time_zone: str | None = None
    by_hand: bool = False


@frozen
class _Unread:
    file: _File
    reason: str
    nearest: str | None
    lacks: tuple[str, ...]


@frozen
class _Manifest:
    schema_version: int
    readings: tuple[_Reading, ...]
    unread: tuple[_Unread, ...]
    notes: tuple[Note, ...]


@frozen
class KeptSettings:
    """The texts of the advisor.toml in *folder*, by its name, and of its *agency*'s."""

    folder: str
    text: str
    agency: str | None


def gathered_out(gathered: Gathered, keep: Callable[[pl.DataFrame], str]) -> dict[str, Any]:
    """*gathered* as plain values; *keep* stores a frame and gives the name that it is found by.

    Where the files lie is not kept.
    """
    return {
        "schema-version": FACTS_VERSION,
        "readings": [_reading_out(reading, keep) for reading in gathered.readings],
        "unread": [
            {
                "file": _file_out(one.file),
                "reason": message_data(one.reason),
                "nearest": one.nearest,
                "lacks": one.lacks,
            }
            for one in gathered.unread
        ],
        "notes": [_note_out(note) for note in gathered.notes],
    }


def gathered_in(
    raw: Mapping[str, Any], path: Path, frame: Callable[[str], pl.DataFrame]
) -> Gathered:
    """What `gathered_out` made plain; the readings' files have *path* as their path, *frame* gives
    what was stored by its name. Raises AdvisorError for another version, other errors where the
    values are damaged."""
    version = raw["schema-version"]
    if version not in _READ:
        text = f"facts of version {version}, expected {FACTS_VERSION}"
        raise AdvisorError(text, where=str(path), hint=_AGAIN)
    for one in (raw, *raw["readings"]):
        for note in one["notes"]:
            note["text"] = read_message(note["text"])
    for one in raw["unread"]:
        one["reason"] = read_message(one["reason"])
    manifest = structure(raw, _Manifest, where=str(path))
    readings = tuple(_reading_in(one, path, frame) for one in manifest.readings)
    for reading in readings:
        if broken := contract_breaks(reading):
            raise ValueError(broken[0])
    unread = tuple(
        Unread(_file_in(one.file, path), one.reason, one.nearest, one.lacks)
        for one in manifest.unread
    )
    return Gathered(readings, unread, manifest.notes)


def write_facts(path: Path, gathered: Gathered, kept: KeptSettings | None = None) -> None:
    """Writes *gathered* to *path*, with the settings that are *kept*: the same readings and
    settings give the same bytes.

    Where the files lie is not kept. Raises AdvisorError where *path* cannot be written.
    """
    frames: list[pl.DataFrame] = []

    def keep(frame: pl.DataFrame) -> str:
        frames.append(frame)
        return _member(len(frames) - 1)

    manifest = gathered_out(gathered, keep)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        archive.writestr(zipfile.ZipInfo(MANIFEST, _EPOCH), text)
        for index, frame in enumerate(frames):
            parquet = io.BytesIO()
            frame.write_parquet(parquet, compression="zstd")
            archive.writestr(zipfile.ZipInfo(_member(index), _EPOCH), parquet.getvalue())
        if kept is not None:
            text = json.dumps(attrs.asdict(kept), ensure_ascii=False)
            archive.writestr(zipfile.ZipInfo(_SETTINGS, _EPOCH), text)
    write_outputs({path: packed.getvalue()})


def read_facts(path: Path) -> Gathered:
    """What `write_facts` wrote; the readings' files have *path* as their path.

    Raises AdvisorError where the file is damaged, or written by another version.
    """
    return _read(path, lambda archive: _gathered(archive, path))


def kept_settings(paths: Sequence[Path | str]) -> Settings:
    """The settings that facts of one shop kept, where *paths* name such a file. Raises AdvisorError
    where it is damaged, or its settings cannot be used without their folder."""
    if len(paths) != 1 or not is_facts(path := Path(paths[0])):
        return Settings()
    kept = _read(path, lambda archive: _kept(archive, path))
    if kept is None:
        return Settings()
    own = make_settings(parse_toml(kept.text, where=CONFIG_NAME))
    return without_folder(named_settings(with_agency(own, kept.agency), kept.folder))


def _kept(archive: zipfile.ZipFile, path: Path) -> KeptSettings | None:
    if _SETTINGS not in archive.namelist():
        return None
    return structure(json.loads(archive.read(_SETTINGS)), KeptSettings, where=str(path))


def _read(path: Path, read: Callable[[zipfile.ZipFile], _Of]) -> _Of:
    try:
        with zipfile.ZipFile(path) as archive:
            _limit(path)
            return read(archive)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise AdvisorError(f"cannot be opened: {reason}", where=str(path)) from None
    except BrokenError as error:
        reason = one_line(error)
        raise AdvisorError(
            f"its facts cannot be read: {reason}", where=str(path), hint=_AGAIN
        ) from None
    except DAMAGES:
        raise AdvisorError("damaged facts file", where=str(path), hint=_AGAIN) from None


def _limit(path: Path) -> None:
    try:
        directory(path)
    except AdvisorError as error:
        raise AdvisorError(error.message, where=str(path), hint=_AGAIN) from None


def _gathered(archive: zipfile.ZipFile, path: Path) -> Gathered:
    raw = json.loads(archive.read(MANIFEST))
    members = [name for name in archive.namelist() if name.startswith(_FRAMES)]
    frames = parquet_contents([archive.read(name) for name in members])
    return gathered_in(raw, path, dict(zip(members, frames, strict=True)).__getitem__)


def _member(index: int) -> str:
    return f"{_FRAMES}{index:05}.parquet"


def _file_out(file: File) -> dict[str, Any]:
    return {"name": file.name, "sha256": file.sha256, "size": file.size}


def _file_in(file: _File, path: Path) -> File:
    return File(path=path, name=file.name, size=file.size, sha256=file.sha256)


def _note_out(note: Note) -> dict[str, Any]:
    return {"code": note.code, "text": message_data(note.text), "file": note.file}


def _reading_out(reading: Reading, keep: Callable[[pl.DataFrame], str]) -> dict[str, Any]:
    period = reading.period
    return {
        "file": _file_out(reading.file),
        "provider": reading.provider,
        "kind": reading.kind,
        "title": reading.title,
        "tables": [
            {
                "subject": table.subject,
                "family": table.family,
                "grain": table.grain.value,
                "frame": keep(table.frame),
            }
            for table in reading.tables
        ],
        "rows": reading.rows,
        "left-out": dict(reading.left_out),
        "links": [
            {"relation": links.relation, "frame": keep(links.frame)} for links in reading.links
        ],
        "period": period and {"first": str(period.first), "last": str(period.last)},
        "currency": reading.currency,
        "columns": [attrs.asdict(column) for column in reading.columns],
        "notes": [_note_out(note) for note in reading.notes],
        "time-zone": reading.time_zone,
        "by-hand": reading.by_hand,
    }


def _reading_in(one: _Reading, path: Path, frame: Callable[[str], pl.DataFrame]) -> Reading:
    period = one.period
    return Reading(
        file=_file_in(one.file, path),
        provider=one.provider,
        kind=one.kind,
        title=one.title,
        tables=tuple(Table(t.subject, t.family, t.grain, frame(t.frame)) for t in one.tables),
        rows=one.rows,
        left_out=dict(one.left_out),
        links=tuple(Links(links.relation, frame(links.frame)) for links in one.links),
        period=_period_in(period) if period else None,
        currency=one.currency,
        columns=one.columns,
        notes=one.notes,
        time_zone=one.time_zone,
        by_hand=one.by_hand,
    )


def _period_in(period: _Period) -> Period:
    return Period(date.fromisoformat(period.first), date.fromisoformat(period.last))
