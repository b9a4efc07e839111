"""What passes between the run and a plugin in a child: JSON, and frames in Arrow's own format.

Nothing that a child says is ever run. Values come back as the frozen classes of `advisor.model` and
of the hooks, which check themselves, and nothing else can be named. What is a function on this side
(a grid's body, the rows of a table) is a number on the other, which asks for it to be called.
"""

import io
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import Enum
from importlib import import_module
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from advisor.errors import PluginError
from advisor.plugin.text_folder import TextFolder

if TYPE_CHECKING:
    import polars as pl

Function = Callable[..., Any]
_LENGTH = struct.Struct(">I")
_TAG = "$"
_PLACES = ("advisor.model.", "advisor.plugin.hookspecs", "advisor.plugin.counts")
_PLAIN = (bool, int, float, str, type(None))


class Writer:
    """Makes messages; *functions* collects those that the other side may ask for."""

    def __init__(self) -> None:
        self.functions: list[Function] = []

    def message(self, value: object) -> bytes:
        """*value* as bytes. Raises PluginError where something in it cannot be sent."""
        blobs: list[bytes] = []
        text = json.dumps({"value": self._plain(value, blobs), "blobs": [*map(len, blobs)]})
        head = text.encode()
        return b"".join((_LENGTH.pack(len(head)), head, *blobs))

    def _plain(self, value: Any, blobs: list[bytes]) -> Any:
        # An Enum of text is text too.
        if isinstance(value, Enum):
            return {_TAG: "enum", "of": _name(type(value)), "value": value.value}
        if type(value) in _PLAIN:
            return value
        if isinstance(value, str | int | float):
            return self._plain(
                next(t(value) for t in (str, int, float) if isinstance(value, t)), blobs
            )
        if isinstance(value, list | tuple | frozenset | set):
            of = "list" if isinstance(value, list) else "tuple"
            of = "set" if isinstance(value, frozenset | set) else of
            items = sorted(value, key=repr) if of == "set" else value
            return {_TAG: of, "items": [self._plain(item, blobs) for item in items]}
        if isinstance(value, Mapping):
            pairs = [[self._plain(each, blobs) for each in pair] for pair in value.items()]
            return {_TAG: "map", "items": pairs}
        return self._special(value, blobs)

    def _field(self, name: str, value: Any, blobs: list[bytes]) -> Any:
        if name == "folder" and isinstance(value, Traversable):
            return {_TAG: "folder", "name": value.name, "texts": TextFolder.read(value).texts}
        return self._plain(value, blobs)

    def _special(self, value: Any, blobs: list[bytes]) -> Any:
        if isinstance(value, date):
            return {_TAG: "date", "value": value.isoformat()[:10]}
        if attrs.has(type(value)) and type(value).__module__.startswith(_PLACES):
            fields = {
                one.alias: self._field(one.name, getattr(value, one.name), blobs)
                for one in attrs.fields(type(value))
                if one.init
            }
            return {_TAG: "class", "of": _name(type(value)), "fields": fields}
        if type(value).__name__ == "DataFrame" and hasattr(value, "write_ipc"):
            stream = io.BytesIO()
            value.write_ipc(stream)
            blobs.append(stream.getvalue())
            return {_TAG: "frame", "blob": len(blobs) - 1}
        if isinstance(value, Path):
            return {_TAG: "path", "value": str(value)}
        if callable(value):
            self.functions.append(value)
            return {_TAG: "function", "number": len(self.functions) - 1}
        raise PluginError(f"{type(value).__name__} cannot be handed to or from a plugin in a child")


def read_message(message: bytes, function: Callable[[int], Function] | None = None) -> Any:
    """The value in *message*; *function* makes what stands for a function of the other side.

    Raises PluginError for what no `Writer` makes.
    """
    try:
        (length,) = _LENGTH.unpack_from(message)
        start = _LENGTH.size + length
        head = json.loads(message[_LENGTH.size : start])
        blobs = []
        for size in head["blobs"]:
            blobs.append(message[start : start + size])
            start += size
        return _value(head["value"], blobs, function)
    except PluginError:
        raise
    except Exception as error:  # noqa: BLE001 (whatever the bytes were)
        raise PluginError(f"it gave what is no answer: {type(error).__name__}: {error}") from None


def _value(plain: Any, blobs: Sequence[bytes], function: Callable[[int], Function] | None) -> Any:
    def value(item: Any) -> Any:
        return _value(item, blobs, function)

    if not isinstance(plain, dict):
        return plain
    match plain[_TAG]:
        case "list":
            return [value(item) for item in plain["items"]]
        case "tuple":
            return tuple(value(item) for item in plain["items"])
        case "set":
            return frozenset(value(item) for item in plain["items"])
        case "map":
            return {value(key): value(item) for key, item in plain["items"]}
        case "enum":
            return _class(plain["of"])(value(plain["value"]))
        case "date":
            return date.fromisoformat(plain["value"])
        case "class":
            fields = {name: value(item) for name, item in plain["fields"].items()}
            return _class(plain["of"])(**fields)
        case "frame":
            return _frame(blobs[plain["blob"]])
        case "path":
            return Path(plain["value"])
        case "folder":
            return TextFolder(str(plain["name"]), plain["texts"])
        case "function" if function is not None:
            return function(int(plain["number"]))
    raise ValueError(f"nothing is called {plain[_TAG]!r}")


def _frame(blob: bytes) -> "pl.DataFrame":
    import polars as pl

    return pl.read_ipc(io.BytesIO(blob))


def _name(cls: type) -> str:
    return f"{cls.__module__}:{cls.__qualname__}"


def _class(name: str) -> type[Any]:
    module, _, word = str(name).partition(":")
    if not module.startswith(_PLACES) or "." in word:
        raise ValueError(f"{name} cannot be given")
    found: Any = getattr(import_module(module), word)
    if not isinstance(found, type) or not (attrs.has(found) or issubclass(found, Enum)):
        raise ValueError(f"{name} cannot be given")
    return found
