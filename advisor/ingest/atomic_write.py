"""Outputs written as one set: the files of a run change together or not at all.

A set is written into a hidden folder beside its places (STAGED), which is then renamed to
COMMITTED: from that moment it counts. Its files are put in place one by one, each within
microseconds. A run that is killed before the rename has changed nothing; one that is killed after
it leaves COMMITTED, and the next run that writes there puts the rest in place first. A staging
folder is locked by the run that fills it, so that the next run can tell those of dead runs, and
removes them.
A set that is long in the making is a PendingSet, which the next run goes on with.
"""

import contextlib
import errno
import os
import secrets
import shutil
import stat
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from advisor.errors import AdvisorError
from advisor.model import walk

STAGED = ".advisor-writing-"
COMMITTED = ".advisor-written"
PENDING = ".advisor-pending"
_HIDDEN = ".advisor-"
_OWN = ".advisor-own"  # in PENDING: locked by the run that fills it
_FORMER = ".advisor-former"  # in COMMITTED: links to what is replaced, as the way back
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
            raise _refused(error, str(current.place) if current else "") from None


class PendingSet:
    """Files and folders on their way into *folder*, put together in *place* by several writers over
    a whole run. One that is killed leaves *place* to the next, which goes on with it; while one is
    at work, the next waits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = folder / PENDING
        self._open = ExitStack()
        self._committed = False

    def __enter__(self) -> Self:
        with _refusals_explained(self.place):
            self.folder.mkdir(parents=True, exist_ok=True)
            with _locked(self.folder):
                _put_in_place(self.folder)
            own = self.place / _OWN  # the folders above are locked by each who writes into them
            while True:
                own.mkdir(parents=True, exist_ok=True)
                made = own.stat().st_ino
                held = self._open.enter_context(_locked(own))
                if not held or (own.is_dir() and own.stat().st_ino == made):
                    return self
                self._open.close()  # the run that was waited for has put it in place

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def keep(self, names: Collection[str]) -> None:
        """Drops the folders of this set that have other names than these."""
        for one in sorted(self.place.iterdir()):
            if one.name not in (*names, _OWN):
                shutil.rmtree(one, ignore_errors=True)

    def commit(self, outputs: Mapping[str, str | bytes]) -> None:
        """Puts what is in the set in place, with these *outputs* by name, together. Raises
        AdvisorError where that cannot be."""
        write_outputs({self.place / name: content for name, content in outputs.items()})
        with _refusals_explained(self.folder), _locked(self.folder):
            _put_in_place(self.folder)
            self.place.rename(self.folder / COMMITTED)
            self._committed = True
            _put_in_place(self.folder)

    def discard(self) -> None:
        """Removes what was not committed, where no later run goes on with it."""
        if not self._committed:
            shutil.rmtree(self.place, ignore_errors=True)


@contextmanager
def _refusals_explained(place: Path) -> Iterator[None]:
    """Raises AdvisorError for what the file system refuses."""
    try:
        yield
    except OSError as error:
        raise _refused(error, str(place)) from None


def _refused(error: OSError, where: str) -> AdvisorError:
    reason = (error.strerror or str(error)).lower()
    hint = _HINTS.get(error.errno or 0, "")
    return AdvisorError(f"cannot be written: {reason}", where=where, hint=hint)


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
        for name in self.files:
            _refuse_special(self.folder / name)
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
        for name in _files_of(committed):
            if name.parent.parts:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (former / name).parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(OSError):  # nothing is there, or no links: no way back
                os.link(folder / name, former / name, follow_symlinks=False)
            _move(committed / name, folder / name)
            placed.append(name)
    except OSError:
        for name in placed:
            with contextlib.suppress(OSError):
                (folder / name).unlink()
                (former / name).rename(folder / name)
        raise
    finally:
        shutil.rmtree(committed, ignore_errors=True)


def _files_of(committed: Path) -> list[Path]:
    """The files of a set, relative to it: those of subfolders first, as an index links to them."""
    names = [
        Path(at, name).relative_to(committed) for at, files in walk(committed) for name in files
    ]
    shown = [n for n in names if not any(part.startswith(_HIDDEN) for part in n.parts[:-1])]
    return sorted(shown, key=lambda name: (-len(name.parts), name))


def _refuse_special(path: Path) -> None:
    """Raises AdvisorError where a file at *path* would take the place of a device, a pipe or a
    socket, or of a name that the system keeps, like /dev/stdout."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, RuntimeError):
        mode = stat.S_IFREG
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        mode = stat.S_IFREG  # a link in a circle, which is replaced as links are
    folder = path.parent.resolve()
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) or (
        folder.as_posix() == "/dev" or folder.as_posix().startswith("/proc/")
    ):
        text = "cannot be written: is a device, a pipe or a socket"
        raise AdvisorError(text, where=str(path), hint="choose another file or folder with -o")


def _move(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:  # a subfolder that is a link to another disk
            raise
        beside = target.with_name(f"{STAGED}{secrets.token_hex(8)}")
        try:
            _write(beside, source.read_bytes())
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        source.unlink()


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
