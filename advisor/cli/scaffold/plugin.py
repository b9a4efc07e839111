"""A new distribution for plugins of one kind: a tree of files that installs and passes its tests.

The templates are the tree itself, under `templates/plugin/`: `common` and the kind's own. In the
names of folders and files `PACKAGE` and `PLUGIN` stand for those names; each ends in `.j2` beside
its own ending.
"""

import keyword
import re
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import PurePosixPath

from advisor.cli.scaffold.write import place, render
from advisor.errors import Mistakes, unknown
from advisor.model import frozen

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_OURS = ("shop-advisor-", "advisor-")  # what names of such distributions usually begin with
_SUFFIX = ".j2"


class Kind(StrEnum):
    """What a new distribution brings, to begin with."""

    RULES = "rules"
    PROVIDER = "provider"
    REPORT = "report"


@frozen
class NewPlugin:
    """What is made: *name* is the distribution's, *plugin* the name that `advisor plugins list`
    shows and `allow` in advisor.toml asks for, *package* what Python imports."""

    name: str
    kind: Kind
    plugin: str
    package: str


def new_plugin(name: str, kind: str) -> NewPlugin:
    """The names of a distribution called *name*; raises Mistakes with all that cannot be."""
    wrong: list[str] = []
    kinds = [one.value for one in Kind]
    if kind not in kinds:
        wrong.append(f"--kind: {unknown('kind', kind, kinds)}")
    short = name
    for prefix in _OURS:
        short = short.removeprefix(prefix)
    package = name.replace("-", "_")
    if not _NAME.fullmatch(name) or not short:
        wrong.append(f"NAME: {name!r}; small letters, digits and hyphens, like advisor-acme")
    elif keyword.iskeyword(package) or package in sys.stdlib_module_names or package == "advisor":
        wrong.append(f"NAME: {package!r} is a module of Python or of shop-advisor; choose another")
    elif _taken(package):
        wrong.append(f"NAME: a package {package!r} is installed already; choose another")
    if wrong:
        raise Mistakes(wrong, where="the new plugin")
    return NewPlugin(name, Kind(kind), short, package)


def tree(new: NewPlugin) -> Mapping[PurePosixPath, str]:
    """The files of the distribution, by their paths in it."""
    context = {
        "name": new.name,
        "kind": new.kind.value,
        "plugin": new.plugin,
        "package": new.package,
        "filters": new.plugin.replace("-", "_"),
        "title": new.plugin.replace("-", " ").capitalize(),
    }
    found: dict[PurePosixPath, str] = {}
    for part in ("common", new.kind.value):
        folder = f"plugin/{part}"
        for path in _files(place(folder)):
            named = path.replace("PACKAGE", new.package).replace("PLUGIN", new.plugin)
            target = PurePosixPath(named)
            found[target.with_name(target.name.removesuffix(_SUFFIX))] = render(
                f"{folder}/{path}", context
            )
    found[PurePosixPath("src", new.package, "py.typed")] = ""
    return dict(sorted(found.items()))


def _files(folder: Traversable, inside: str = "") -> Iterator[str]:
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.is_dir():
            yield from _files(item, f"{inside}{item.name}/")
        elif item.name.endswith(_SUFFIX):
            yield f"{inside}{item.name}"


def _taken(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):
        return False
