"""Installed distributions and their entry points, read from the folders that Python imports from.

`importlib.metadata` finds the same, but importing it takes as long as importing click. It is asked
where something else than a folder is on the path, or another finder than Python's own is at work.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from importlib.machinery import PathFinder
from typing import Any, Protocol

from advisor.model import frozen

_INFO = (".dist-info", ".egg-info")


class Texts(Protocol):
    """A distribution: the files that say what it is."""

    def read_text(self, filename: str) -> str | None: ...


class Point(Protocol):
    """An entry point; *dist* is what brought it."""

    @property
    def name(self) -> str: ...

    @property
    def value(self) -> str: ...

    @property
    def dist(self) -> Texts | None: ...

    def load(self) -> Any: ...


@frozen
class InfoFolder:
    """A distribution, by its folder of metadata."""

    path: str

    @property
    def key(self) -> str:
        """Its name as names are compared."""
        return comparable(os.path.basename(self.path).rpartition(".")[0].partition("-")[0])  # noqa: PTH119 (a path may not be one of this system)

    def read_text(self, filename: str) -> str | None:
        """One of its files; None where there is none."""
        try:
            with open(f"{self.path}/{filename}", encoding="utf-8") as stream:  # noqa: PTH123 (fast)
                return stream.read()
        except OSError:
            return None


@frozen
class InstalledPoint:
    """An entry point, as its distribution writes it: `module:attribute`, or a module alone."""

    name: str
    value: str
    dist: InfoFolder

    def load(self) -> Any:
        """Import what it names."""
        module, _, attributes = self.value.partition("[")[0].partition(":")
        found: Any = import_module(module.strip())
        for attribute in filter(None, attributes.strip().split(".")):
            found = getattr(found, attribute)
        return found


def installed_points(group: str) -> Sequence[Point]:
    """Every entry point of *group*; of two distributions of one name the first on the path counts,
    as in an import."""
    folders = _folders(sys.path)
    if folders is None:
        from importlib.metadata import entry_points

        return list(entry_points(group=group))
    found: list[Point] = []
    seen: set[str] = set()
    for info in folders:
        if info.key in seen:
            continue
        seen.add(info.key)
        text = info.read_text("entry_points.txt")
        if text and f"[{group}]" in text:
            found += (InstalledPoint(name, value, info) for name, value in _lines(text, group))
    return found


def installed_distribution(name: str) -> Texts | None:
    """The distribution of this name; None where it is not installed."""
    folders = _folders(sys.path)
    if folders is None:
        from importlib.metadata import PackageNotFoundError, distribution

        try:
            return distribution(name)
        except PackageNotFoundError:
            return None
    return next((info for info in folders if info.key == comparable(name)), None)


def comparable(name: str) -> str:
    """*name* as names of distributions are compared."""
    return re.sub(r"[-_.]+", "-", name).casefold()


def _folders(path: Iterable[str]) -> list[InfoFolder] | None:
    """Folders of metadata on *path*, in its order; None where it holds anything but folders."""
    finders = (finder for finder in sys.meta_path if finder is not PathFinder)
    if any(hasattr(finder, "find_distributions") for finder in finders):
        return None
    found: list[InfoFolder] = []
    for entry in dict.fromkeys(path):
        folder = entry or "."
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 (fast)
        except (FileNotFoundError, PermissionError):
            continue
        except OSError:  # a zip, or what only another finder understands
            return None
        found += (InfoFolder(f"{folder}/{name}") for name in names if name.endswith(_INFO))
    return found


def _lines(text: str, group: str) -> Iterator[tuple[str, str]]:
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[]").strip()
        elif section == group and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield name.strip(), value.strip()
