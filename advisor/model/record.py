"""`frozen`: attrs classes that are made when that pays.

For each class attrs writes and compiles a constructor, a comparison, a hash and a representation,
which for the 350 classes of a run takes longer than importing most libraries; most of them have few
instances, and half of them none. Here a class stays as it is written until its fields are asked for
or it has had some instances, and all classes share one comparison, hash and representation; what
the type checker sees is `attrs.frozen`.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from threading import RLock
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

TRANSLATED = {"translated": True}
"""The metadata of a field whose text readers of reports see: catalogues have it."""

if TYPE_CHECKING:
    from attrs import define as define  # noqa: PLC0414 (given on)
    from attrs import frozen as frozen  # noqa: PLC0414
else:

    def frozen(cls: type | None = None, *, eq: bool = True) -> Any:
        """As attrs.frozen: immutable, compared and hashed by its fields unless *eq* is False; made
        when it pays, and without slots, since those make another class."""

        def made(cls: type) -> type:
            cls.__setattr__ = cls.__delattr__ = _refuse
            return _unmade(cls, attrs.frozen, eq=eq)

        return made if cls is None else made(cls)

    def define(cls: type | None = None, *, eq: bool = True) -> Any:
        """As attrs.define, for values that change: without a hash."""

        def made(cls: type) -> type:
            made = _unmade(cls, attrs.define, eq=eq)
            if eq:
                made.__hash__ = None
            return made

        return made if cls is None else made(cls)


def _unmade(cls: Any, decorator: Any, *, eq: bool) -> Any:
    if "__repr__" not in cls.__dict__:
        cls.__repr__ = _repr
    if eq and "__eq__" not in cls.__dict__:
        cls.__eq__ = _eq
        cls.__hash__ = _hash
    cls.__attrs_attrs__ = _Fields(decorator)
    cls.__init__ = _first(cls)
    return cls


_MAKING = RLock()
_FEW = 200  # instances, which take as long as compiling a constructor for them
_FIELD = type(attrs.field())


class _Fields:
    """The fields of a class that *decorator* has not made yet."""

    def __init__(self, decorator: Any) -> None:
        self.decorator = decorator

    def __get__(self, instance: object, cls: Any) -> Any:
        for base in reversed(cls.__mro__):  # a class that has none of its own has its base's
            _make(base)
        return cls.__attrs_attrs__


def _refuse(*_: object) -> None:
    raise attrs.exceptions.FrozenInstanceError


def _first(cls: Any) -> Any:
    """The constructor of *cls* until it is made: looks at the class when it is first called."""

    def constructor(self: Any, *values: Any, **named: Any) -> None:
        with _MAKING:
            if cls.__dict__["__init__"] is constructor:  # no other thread was faster
                fields = _plain_fields(cls)
                if fields is None:
                    _make(cls)
                else:
                    cls.__init__ = _of_few(cls, *fields)
        cls.__init__(self, *values, **named)

    return constructor


def _of_few(cls: Any, names: tuple[str, ...], defaults: Mapping[str, object]) -> Any:
    """A constructor for the first instances of *cls*, whose fields are plain."""
    left, known = _FEW, frozenset(names)

    def constructor(self: Any, *values: Any, **named: Any) -> None:
        nonlocal left
        left -= 1
        held = self.__dict__
        if left >= 0 and len(values) <= len(names):
            given = dict(zip(names, values, strict=False))
            if not (given and named and given.keys() & named.keys()):
                held.update(defaults)
                held.update(given)
                held.update(named)
                if held.keys() == known:
                    return
                held.clear()  # attrs says what is wrong
        _make(cls)
        cls.__init__(self, *values, **named)

    return constructor


_Plain = tuple[tuple[str, ...], Mapping[str, object]]
_PLAIN: dict[type, _Plain | None] = {}


def _plain_fields(cls: Any) -> _Plain | None:
    """The names and defaults of *cls* where its annotations say everything, else None."""
    if cls not in _PLAIN:
        _PLAIN[cls] = _look_at(cls)
    return _PLAIN[cls]


def _look_at(cls: Any) -> _Plain | None:
    if sys.version_info >= (3, 14):  # annotations are worked out when they are asked for
        return None
    names: dict[str, None] = {}
    defaults: dict[str, object] = {}
    for base in reversed(cls.__mro__[:-1]):
        own = base.__dict__
        if not isinstance(own.get("__attrs_attrs__"), _Fields) or "__attrs_post_init__" in own:
            return None
        for name, annotation in own.get("__annotations__", {}).items():
            if ClassVar in (annotation, getattr(annotation, "__origin__", None)):
                continue
            if isinstance(annotation, str) or isinstance(own.get(name), _FIELD) or name[0] == "_":
                return None
            names[name] = None
            if name in own:
                defaults[name] = own[name]
    return tuple(names), defaults


def field_names(cls: Any) -> tuple[str, ...] | None:
    """The names of the fields of an attrs class, which is not made for it where it is `frozen`;
    None for any other class."""
    if not any("__attrs_attrs__" in vars(base) for base in cls.__mro__):
        return None
    plain = _plain_fields(cls)
    return plain[0] if plain else tuple(field.name for field in attrs.fields(cls))


def _make(cls: Any) -> None:
    with _MAKING:
        fields = cls.__dict__.get("__attrs_attrs__")
        if not isinstance(fields, _Fields):
            return  # it is none of these, or made already
        _PLAIN[cls] = None  # attrs takes the defaults away
        # Other threads may ask meanwhile: they wait here, as what leads here is only replaced.
        if fields.decorator is attrs.frozen:
            del cls.__setattr__, cls.__delattr__
        fields.decorator(cls, init=True, eq=False, repr=False, slots=False)


def _names(cls: Any, is_asked: Callable[[Any], bool]) -> Sequence[str]:
    """The fields of *cls* that are asked for; all of them where they are plain."""
    plain = _plain_fields(cls)
    return plain[0] if plain else [field.name for field in attrs.fields(cls) if is_asked(field)]


@cache
def _values(cls: Any) -> Any:
    """What gets the values that *cls* is compared by."""
    return _getter(_names(cls, lambda field: field.eq))


@cache
def _hashed(cls: Any) -> Any:
    """What gets the values that *cls* is hashed by: fields may be compared and not hashed."""
    return _getter(_names(cls, lambda field: field.eq if field.hash is None else field.hash))


def _getter(names: Sequence[str]) -> Any:
    return attrgetter(*names) if names else lambda _: ()


def _eq(self: Any, other: object) -> Any:
    values: Any = _values(self.__class__)
    if other.__class__ is not self.__class__:
        return NotImplemented
    return values(self) == values(other)


def _hash(self: Any) -> int:
    cls: Any = self.__class__
    return hash((cls, _hashed(cls)(self)))


def _repr(self: Any) -> str:
    names = _names(self.__class__, lambda field: field.repr)
    shown = (f"{name}={getattr(self, name)!r}" for name in names)
    return f"{self.__class__.__qualname__.rpartition('>.')[2]}({', '.join(shown)})"


def short_digest(*parts: object) -> str:
    """Eight digits that differ where *parts*, as they print, do."""
    import hashlib  # not needed to start

    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]
