"""Outputs written whole or not at all."""

import contextlib
import errno
import os
from collections.abc import Mapping
from pathlib import Path

from advisor.errors import AdvisorError

_HINTS = {
    errno.EACCES: "choose another folder with -o",
    errno.EPERM: "choose another folder with -o",
    errno.EROFS: "choose another folder with -o",
    errno.ENOSPC: "free some space, or choose another folder with -o",
    errno.EISDIR: "remove that folder, or choose another with -o",
    errno.ENOTDIR: "choose another folder with -o",
    errno.EEXIST: "choose another folder with -o",
}


def write_outputs(outputs: Mapping[Path, str | bytes]) -> None:
    """Writes every file, text as UTF-8 with plain line ends; folders are made as needed.

    All are written beside their places before the first is put there, so that a failure leaves
    what an earlier run wrote. Raises AdvisorError where something cannot be written.
    """
    ready: dict[Path, Path] = {}
    place = Path()
    try:
        for place, content in outputs.items():
            if place.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            place.parent.mkdir(parents=True, exist_ok=True)
            beside = place.with_name(f".{place.name}.{os.getpid()}.tmp")
            ready[place] = beside
            _write(beside, content.encode() if isinstance(content, str) else content)
        for place, beside in ready.items():
            beside.replace(place)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = _HINTS.get(error.errno or 0, "")
        raise AdvisorError(f"cannot be written: {reason}", where=str(place), hint=hint) from None
    finally:
        for beside in ready.values():
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        # Renaming before the content is on the disk could leave an empty file after a crash.
        os.fsync(stream.fileno())
