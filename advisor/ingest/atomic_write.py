"""Outputs written as one set: the files of a run change together or not at all.

A set is written into a hidden folder beside its places (STAGED), which is then renamed to
COMMITTED: from that moment it counts. Its files are put in place one by one, within microseconds. A
run that is killed before the rename has changed nothing; one that is killed after it leaves
COMMITTED, and the next run that writes there puts the rest in place first. A staging folder is
locked by the run that fills it, so that the next run can tell those of dead runs, and removes them.
"""

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from advisor.errors import AdvisorError

STAGED = ".advisor-writing-"
COMMITTED = ".advisor-written"
_FORMER = "former"  # in COMMITTED: links to what is replaced, as the way back
_OLD = 3600  # seconds after which a staging folder is a dead run's, where nothing can be locked

_HINTS = {
    errno.EACCES: "choose another folder with -o",
    errno.EPERM: "choose another folder with -o",
    errno.EROFS: "choose another folder with -o",
    errno.ENOSPC: "free some space, or choose another folder with -o",
    errno.EDQUOT: "free some space, or choose another folder with -o",
    errno.EFBIG: "choose another folder with -o",
    errno.EISDIR: "remove that folder, or choose another with -o",
    errno.ENOTDIR: "choose another folder with -o",
    errno.EEXIST: "choose another folder with -o",
}
_CLEANED: set[Path] = set()  # folders where this process has looked for what dead runs left


def write_outputs(outputs: Mapping[Path, str | bytes]) -> None:
    """Writes every file, text as UTF-8 with plain line ends; folders are made as needed.

    The files of a folder change together or not at all; a link in the place of one is replaced,
    not followed. Raises AdvisorError where something cannot be written.
    """
    folders: dict[Path, dict[str, str | bytes]] = {}
    for place, content in outputs.items():
        folders.setdefault(place.parent, {})[place.name] = content
    sets = [_OutputSet(folder, files) for folder, files in folders.items()]
    current = None
    with ExitStack() as stack:
        try:
            for current in sets:
                stack.callback(current.discard)
                current.stage()
            for current in sets:
                current.commit()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = _HINTS.get(error.errno or 0, "")
            where = str(current.place) if current else ""
            raise AdvisorError(f"cannot be written: {reason}", where=where, hint=hint) from None


class _OutputSet:
    """The files of one folder on their way into it. *place* is the one that is at work."""

    def __init__(self, folder: Path, files: Mapping[str, str | bytes]) -> None:
        self.folder = folder
        self.files = files
        self.place = folder / next(iter(files))
        self._stage = folder / f"{STAGED}{secrets.token_hex(8)}"
        self._open = ExitStack()

    def stage(self) -> None:
        """Writes the files beside their places."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with _locked(self.folder):
            _put_in_place(self.folder)
            _remove_dead(self.folder)
            self._stage.mkdir()
            self._open.enter_context(_locked(self._stage))
        for name, content in self.files.items():
            self.place = self.folder / name
            if self.place.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            _write(self._stage / name, content.encode() if isinstance(content, str) else content)

    def commit(self) -> None:
        """Puts them in place."""
        with _locked(self.folder):
            _put_in_place(self.folder)  # what another run left that was killed meanwhile
            self._stage.rename(self.folder / COMMITTED)
            _put_in_place(self.folder)

    def discard(self) -> None:
        """Removes what was not committed."""
        self._open.close()
        shutil.rmtree(self._stage, ignore_errors=True)


def _put_in_place(folder: Path) -> None:
    """Moves the files of COMMITTED into *folder*; where one cannot be, restores the former ones."""
    committed = folder / COMMITTED
    if committed.is_symlink() or not committed.is_dir():
        return
    former = committed / _FORMER
    placed = []
    try:
        former.mkdir(exist_ok=True)
        with os.scandir(committed) as entries:
            names = sorted(one.name for one in entries if one.is_file(follow_symlinks=False))
        for name in names:
            with contextlib.suppress(OSError):  # nothing is there, or no links: no way back
                os.link(folder / name, former / name, follow_symlinks=False)
            (committed / name).replace(folder / name)
            placed.append(name)
    except OSError:
        for name in placed:
            with contextlib.suppress(OSError):
                (folder / name).unlink()
                (former / name).rename(folder / name)
        raise
    finally:
        shutil.rmtree(committed, ignore_errors=True)


def _remove_dead(folder: Path) -> None:
    """Removes the staging folders of runs that were killed; *folder* is locked."""
    if folder in _CLEANED:
        return
    with os.scandir(folder) as entries:
        staged = [
            Path(entry.path)
            for entry in entries
            if entry.name.startswith(STAGED) and entry.is_dir(follow_symlinks=False)
        ]
    for stage in staged:
        with contextlib.suppress(OSError), _locked(stage, wait=False) as held:
            if held or time.time() - stage.stat().st_mtime > _OLD:
                shutil.rmtree(stage, ignore_errors=True)
    _CLEANED.add(folder)


@contextmanager
def _locked(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Keeps other runs from *folder*; gives whether that is possible here. Raises BlockingIOError
    where another one has it and it is not to be waited for."""
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):  # Windows, or a folder that may be written and not listed
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise
        except OSError:  # a file system without locks
            yield False
            return
        yield True
    finally:
        os.close(handle)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        # Renaming before the content is on the disk could leave an empty file after a crash.
        os.fsync(stream.fileno())
