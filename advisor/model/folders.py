"""What lies in a folder, however deep."""

import os
from collections.abc import Iterator
from pathlib import Path

_STORES = ("s3://", "s3a://", "gs://", "az://", "abfss://")
DEEPEST = 64
"""Levels of folders that are looked at: `os.walk` and `Path.rglob` end in a traceback far below."""


def is_remote(address: str) -> bool:
    """Whether *address* is in a store like S3, and no path."""
    return address.lower().startswith(_STORES)


def walk(folder: str | Path) -> Iterator[tuple[str, list[str]]]:
    """Each folder with the names of its files, sorted, top down and at most DEEPEST levels below
    *folder*; what cannot be looked at is left out, and links to folders are not followed."""
    waiting = [(os.fspath(folder), 0)]
    while waiting:
        place, depth = waiting.pop()
        names: list[str] = []
        inner: list[str] = []
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    if not entry.is_dir():
                        names.append(entry.name)
                    elif not entry.is_symlink():
                        inner.append(entry.name)
        except OSError:
            continue
        yield place, sorted(names)
        if depth < DEEPEST:
            below = (os.path.join(place, name) for name in sorted(inner, reverse=True))  # noqa: PTH118 (fast)
            waiting += [(path, depth + 1) for path in below]


def files_named(folder: Path, suffix: str) -> list[Path]:
    """The files below *folder* whose names end with *suffix*, sorted."""
    found = (Path(place, name) for place, names in walk(folder) for name in names)
    return sorted(path for path in found if path.name.endswith(suffix))
