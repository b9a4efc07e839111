"""A folder of texts that is nowhere on the disk: what a plugin in a child brings."""

from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from io import BytesIO, StringIO
from typing import IO, Any

import attrs

from advisor.model import frozen

_MOST = 10_000  # files
_LARGEST = 2**20  # bytes of one: rules, cases and templates are texts of a page
_KEPT = (".toml", ".j2", ".po")


@frozen
class TextFolder(Traversable):
    """*texts* by their path inside the folder, with `/` between its parts."""

    _name: str
    texts: Mapping[str, str] = attrs.field(eq=False)
    _inside: str = ""

    @classmethod
    def read(cls, folder: Traversable) -> "TextFolder":
        """The texts of *folder*: TOML files, templates and catalogues."""
        return cls(folder.name, dict(_texts(folder)))

    @property
    def name(self) -> str:
        return self._inside.rpartition("/")[2] or self._name

    def is_file(self) -> bool:
        return self._inside in self.texts

    def is_dir(self) -> bool:
        return not self.is_file() and (
            not self._inside or any(path.startswith(f"{self._inside}/") for path in self.texts)
        )

    def iterdir(self) -> Iterator["TextFolder"]:
        start = f"{self._inside}/" if self._inside else ""
        inside = (path.removeprefix(start) for path in self.texts if path.startswith(start))
        for part in sorted({path.partition("/")[0] for path in inside}):
            yield self.joinpath(part)

    def joinpath(self, *descendants: Any) -> "TextFolder":
        parts = [
            part for one in descendants for part in str(one).split("/") if part not in ("", ".")
        ]
        if ".." in parts:
            raise FileNotFoundError("/".join(parts))
        inside = "/".join((*filter(None, (self._inside,)), *parts))
        return attrs.evolve(self, inside=inside)

    def __truediv__(self, child: Any) -> "TextFolder":
        return self.joinpath(child)

    def open(self, mode: str = "r", *args: Any, **kwargs: Any) -> IO[Any]:  # noqa: ARG002
        """A stream of its text, or of its bytes; nothing is ever written."""
        return BytesIO(self.read_bytes()) if "b" in mode else StringIO(self.read_text())

    def read_bytes(self) -> bytes:
        try:
            return self.texts[self._inside].encode("utf-8", "surrogateescape")
        except KeyError:
            raise FileNotFoundError(str(self)) from None

    def read_text(self, encoding: str | None = None) -> str:
        return self.read_bytes().decode(encoding or "utf-8")

    def __str__(self) -> str:
        return "/".join(filter(None, (self._name, self._inside)))


def _texts(folder: Traversable, inside: str = "") -> Iterator[tuple[str, str]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        path = f"{inside}{item.name}"
        if item.is_dir():
            yield from _texts(item, f"{path}/")
        elif item.is_file() and item.name.endswith(_KEPT):
            data = item.read_bytes()
            if len(data) > _LARGEST:
                raise ValueError(f"{path} is larger than {_LARGEST // 2**20} MiB")
            # What is no UTF-8 stays as it is: whoever reads it says so, as of any file.
            yield path, data.decode("utf-8", "surrogateescape")
