"""A temporary folder for each process; what a killed one left is removed by the next."""

import atexit
import contextlib
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

_PREFIX = "shop-advisor-"
_LOCK = "at-work"  # held as long as the process lives


@cache
def scratch_folder() -> Path:
    """Makes the folder for temporary files of this process, once; it goes when the process ends.

    A folder whose process is gone without removing it goes too.
    """
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        import fcntl
    except ImportError:  # no such locks on Windows: what is left stays
        return folder
    # Nobody sees a lock that is not held yet.
    lock = os.open(folder / ".new", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    (folder / ".new").rename(folder / _LOCK)
    for other in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        with contextlib.suppress(OSError):
            left = os.open(other, os.O_RDWR | os.O_NOFOLLOW)
            try:
                if os.fstat(left).st_uid == os.getuid() and not other.parent.is_symlink():
                    fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(other.parent, ignore_errors=True)
            finally:
                os.close(left)
    return folder


def discard(path: Path) -> None:
    """Deletes *path*, and the folders above it that are empty then, where it lies in this process's
    folder; any other path stays."""
    if not scratch_folder.cache_info().currsize or not path.is_relative_to(scratch_folder()):
        return
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # a folder still holds other files
        for folder in path.parents[: len(path.relative_to(scratch_folder()).parts) - 1]:
            folder.rmdir()
