"""Files and folders of a shop's own that its advisor.toml names: not trusted, so bounded.

A path in an advisor.toml leads below the folder that it lies in. One that leads elsewhere, by `..`,
from the root or through a link, is refused unless whoever runs the program allows that folder by
name, in the environment: an advisor.toml may come from somebody else.
"""

import os
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from advisor.errors import AdvisorError, Mistakes

ALLOWED = "ADVISOR_ALLOW_PATHS"  # folders, separated as in PATH
LARGEST = 2**20  # bytes of a text: settings, rules, bands and templates are pages
_DEEPEST = 16  # levels of folders
_MOST = 10_000  # texts of a folder


def read_text(file: Traversable, *, where: str = "") -> str:
    """The text of *file*, an ordinary file of UTF-8 that is not larger than LARGEST.

    Raises AdvisorError, where it is none Mistakes.
    """
    where = where or str(file)
    try:
        if not file.is_file():
            raise AdvisorError("is not a file" if file.is_dir() else "no such file", where=where)
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise AdvisorError(f"cannot be opened: {reason}", where=where) from None
    if len(data) > LARGEST:
        raise AdvisorError(f"is larger than {LARGEST // 2**20} MiB", where=where)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise Mistakes([f"not UTF-8 text: {error.reason}"], where=where) from None


def named_folder(base: Path, named: str, *, key: str) -> Path:
    """The folder that an advisor.toml in *base* names by *key*. Raises AdvisorError where it lies
    elsewhere and nobody allows that."""
    folder = base / named
    allowed = [base, *map(Path, filter(None, os.environ.get(ALLOWED, "").split(os.pathsep)))]
    try:
        resolved = folder.resolve()
        if any(resolved.is_relative_to(one.resolve()) for one in allowed):
            return folder
    except (OSError, RuntimeError, ValueError):  # a circle of links, a character that is none
        pass
    raise AdvisorError(
        f"{named!r} is not below the folder of advisor.toml",
        where=key,
        hint=f"move it there, or set {ALLOWED} to the folder if you trust it",
    )


def texts_below(folder: Path, endings: tuple[str, ...]) -> Mapping[str, str]:
    """The texts below *folder* whose names end so, by path with `/`. Raises AdvisorError for one
    that is a link out of the folder, and for what `read_text` does not take."""
    return dict(_texts(folder, folder.resolve(), endings))


def files_below(
    folder: Traversable, ending: str, inside: str = "", depth: int = 0
) -> Iterator[tuple[str, Traversable]]:
    """The entries below *folder* whose names end so, in order, each with its path."""
    if depth > _DEEPEST:
        raise AdvisorError(f"has folders more than {_DEEPEST} levels deep", where=str(folder))
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise AdvisorError(f"cannot be opened: {reason}", where=str(folder)) from None
    for item in entries:
        path = f"{inside}{item.name}"
        if item.is_dir():
            yield from files_below(item, ending, f"{path}/", depth + 1)
        elif item.name.endswith(ending):
            yield path, item


def _texts(folder: Path, top: Path, endings: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    found = [pair for ending in endings for pair in files_below(folder, ending)]
    if len(found) > _MOST:
        raise AdvisorError(f"has more than {_MOST:,} files", where=str(folder))
    for path, file in found:
        if not Path(str(file)).resolve().is_relative_to(top):
            raise AdvisorError("is a link out of its folder", where=str(file))
        yield path, read_text(file)
