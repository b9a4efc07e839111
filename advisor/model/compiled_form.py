"""Knowledge in a form that loads fast: attrs values as JSON, in the user's cache folder.

Rules, words, bands and kinds of files are TOML for people. Reading, checking and building them
takes longer than importing a library, so the result is kept, under a name that holds a digest of
the sources and of the code that reads them: whoever changes either reads the TOML again. A file
that is missing, damaged or cannot be written costs time and nothing else. JSON cannot execute
anything, and only classes of the modules named here are built from it.

ADVISOR_CACHE_DIR names another folder; where it is empty, nothing is kept.
"""

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar
from weakref import finalize

import attrs

T = TypeVar("T")

VARIABLE = "ADVISOR_CACHE_DIR"
_FORMAT = "2"
_MARK = "§"  # the key of an object that is no plain mapping
_TUPLE, _SET, _DAY = "tuple", "set", "day"
_MOST = 100  # files that are kept; where sources or code change often, the oldest go
_MODULES = (
    "advisor.model.bands",
    "advisor.model.condition",
    "advisor.model.locale_style",
    "advisor.model.reading",
    "advisor.model.rule",
    "advisor.model.shop",
    "advisor.model.vocabulary",
    "advisor.model.vocabulary_files",
    "advisor.tabular.kind",
)
_NONE = object()  # no default
_PLAIN = (str, int, float, bool)
_Hook = Callable[[dict[str, Any]], Any]


class _Uncompiled(Exception):
    """A value has no compiled form."""


def compiled(name: str, sources: Iterable[str], make: Callable[[], T]) -> T:
    """What *make* makes of *sources*: as it was kept from an earlier run, else made and kept.

    *make* may depend on nothing else than *sources* and the code that `_code_digest` looks at.
    """
    folder, code = cache_folder(), _code_digest()
    if folder is None or code is None:
        return make()
    digest = hashlib.sha256(code)
    for source in (name, *sources):
        data = source.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    path = folder / f"{name}-{digest.hexdigest()[:40]}.json"
    try:
        kept: T = thaw(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        made = make()
        with contextlib.suppress(OSError, ValueError, _Uncompiled):
            _write(path, freeze(made))
        return made
    return kept


def digest_of(value: object) -> str | None:
    """A digest of *value* for the sources of what is made with it; None where it has none."""
    if isinstance(value, str):
        return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    if id(value) not in _DIGESTS:
        try:
            _remember(value, hashlib.sha256(freeze(value).encode()).hexdigest())
        except (_Uncompiled, ValueError, TypeError):
            return None
    return _DIGESTS[id(value)]


def remember_parts(value: object, parts: Iterable[object]) -> None:
    """Lets the digests of *parts*, which *value* is made of, stand for that of *value*."""
    digests = [digest_of(part) for part in parts]
    if None not in digests:
        _remember(value, hashlib.sha256(repr(digests).encode()).hexdigest())


_DIGESTS: dict[int, str] = {}


def _remember(value: object, digest: str) -> None:
    finalize(value, _DIGESTS.pop, id(value), None).atexit = False
    _DIGESTS[id(value)] = digest


def cache_folder() -> Path | None:
    """The folder in which compiled knowledge is kept; None where there is none."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "shop-advisor"
    local = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"
    base = os.environ.get(local, "")
    return (Path(base) if base else home / ".cache") / "shop-advisor"


def freeze(value: object) -> str:
    """*value* as text: a line about the classes in it, one of their defaults, and one of what it
    holds, each of JSON."""
    classes: dict[type, int] = {}
    body = _dumped(_frozen(value, classes))
    defaults = _dumped([_frozen(_defaults(cls), classes) for cls in list(classes)])
    known = [[cls.__module__, cls.__qualname__] for cls in classes]
    head = json.dumps({"classes": known, "sha256": _checksum(defaults, body)})
    return f"{head}\n{defaults}\n{body}"


def thaw(text: str) -> Any:
    """The value that `freeze` made *text* of; raises ValueError, TypeError, LookupError or
    AttributeError for any other text."""
    first, defaults, body = text.split("\n")
    head = json.loads(first)
    if head["sha256"] != _checksum(defaults, body):
        raise ValueError("damaged")
    classes = [_known_class(module, name) for module, name in head["classes"]]
    values = json.loads(defaults, object_hook=_hook(classes, ()))
    value = json.loads(body, object_hook=_hook(classes, values))
    return tuple(value) if type(value) is list else value


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _checksum(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _frozen(value: object, classes: dict[type, int]) -> object:
    if value is None or type(value) in _PLAIN:
        return value
    cls = type(value)
    if isinstance(value, Enum) or attrs.has(cls):
        if cls.__module__ not in _MODULES or "." in cls.__qualname__:
            raise _Uncompiled(cls.__qualname__)
        mark = classes.setdefault(cls, len(classes))
        if isinstance(value, Enum):
            return {_MARK: mark, "": value.value}
        return {_MARK: mark, **_fields(value, classes)}
    if cls is tuple:
        return [_inside(member, classes) for member in value]  # type: ignore[attr-defined]
    if cls is frozenset:
        members = sorted(value, key=repr)  # type: ignore[call-overload]
        return {_MARK: _SET, "": [_inside(member, classes) for member in members]}
    if isinstance(value, Mapping):
        if any(type(key) is not str for key in value) or _MARK in value:
            raise _Uncompiled("mapping")
        return {key: _frozen(member, classes) for key, member in value.items()}
    if cls is date:
        return {_MARK: _DAY, "": str(value)}
    raise _Uncompiled(cls.__qualname__)


def _inside(value: object, classes: dict[type, int]) -> object:
    """A member of a list: a list there is marked, so that the hook need not look for it."""
    frozen = _frozen(value, classes)
    return {_MARK: _TUPLE, "": frozen} if type(value) is tuple else frozen


def _fields(value: Any, classes: dict[type, int]) -> dict[str, object]:
    """What *value* holds, without defaults that are kept with its class."""
    cls: Any = type(value)
    found: dict[str, object] = {}
    defaults = _defaults(cls)
    for field in attrs.fields(cls):
        if not field.init:
            raise _Uncompiled(field.name)
        held, default = getattr(value, field.name), defaults.get(field.name, _NONE)
        if type(held) is not type(default) or held != default:
            found[field.name] = _frozen(held, classes)
    return found


@cache
def _defaults(cls: Hashable) -> Mapping[str, object]:
    """The defaults of *cls* that are not written again for each of its instances."""
    fields = attrs.fields(cls) if isinstance(cls, type) and attrs.has(cls) else ()
    return {field.name: field.default for field in fields if _is_simple(field.default)}


def _is_simple(default: object) -> bool:
    """Whether a default is a plain value, or a tuple or an Enum of them."""
    if isinstance(default, tuple):
        return all(map(_is_simple, default))
    own = isinstance(default, Enum) and type(default).__module__ in _MODULES
    return default is None or type(default) in _PLAIN or own


def _hook(classes: Sequence[Any], defaults: Sequence[Mapping[str, Any]]) -> _Hook:
    """What builds the values of JSON; instances of attrs classes as unpickling does it, without
    their constructor, which attrs would have to write first."""

    def build(found: dict[str, Any]) -> Any:
        mark = found.pop(_MARK, None)
        if mark.__class__ is int:
            cls = classes[mark]
            if "" in found:
                return cls(found[""])
            made = cls.__new__(cls)
            held = made.__dict__
            held.update(defaults[mark])
            held.update({n: tuple(v) if v.__class__ is list else v for n, v in found.items()})
            return made
        if mark is None:
            return {n: tuple(v) if v.__class__ is list else v for n, v in found.items()}
        if mark == _TUPLE:
            return tuple(found[""])
        return frozenset(found[""]) if mark == _SET else date.fromisoformat(found[""])

    return build


@cache
def _known_class(module: str, name: str) -> type:
    if module not in _MODULES:
        raise LookupError(module)
    cls: Any = vars(import_module(module))[name]
    if not (isinstance(cls, type) and ("__attrs_attrs__" in vars(cls) or issubclass(cls, Enum))):
        raise LookupError(name)
    return cls


@cache
def _code_digest() -> bytes | None:
    """A digest of the code that reads knowledge; None where its files cannot be read."""
    digest = hashlib.sha256(_FORMAT.encode())
    here = Path(__file__).parent
    others = [here.parent / "errors.py", here.parent / "tabular" / "kind.py"]
    others += [
        here.parent / "tabular" / "kinds.py",
        *sorted((here.parent / "knowledge").glob("*.py")),
    ]
    try:
        for path in (*sorted(here.glob("*.py")), *others):
            digest.update(path.name.encode() + path.read_bytes())
    except OSError:
        return None
    return digest.digest()


def _write(path: Path, text: str) -> None:
    """Writes *text* whole or not at all, and deletes the oldest of too many."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(made).replace(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):
        kept = sorted(path.parent.glob("*.json"), key=lambda file: file.stat().st_mtime)
        for old in kept[:-_MOST]:
            old.unlink()
