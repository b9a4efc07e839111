"""`frozen`: attrs classes that are made when they are first used.

For each class attrs writes and compiles a constructor, a comparison, a hash and a representation,
which for the 350 classes of a run takes longer than importing most libraries, and half of them are
never used in it. Here a class stays as it is written until its first instance is made or its fields
are asked for, and all classes share one comparison, hash and representation; what the type checker
sees is `attrs.frozen`.
"""

from operator import attrgetter
from threading import RLock
from typing import TYPE_CHECKING, Any

import attrs

TRANSLATED = {"translated": True}
"""The metadata of a field whose text readers of reports see: catalogues have it."""

if TYPE_CHECKING:
    from attrs import frozen as frozen  # noqa: PLC0414 (given on)
else:

    def frozen(cls: type | None = None, *, eq: bool = True) -> Any:
        """As attrs.frozen: immutable, compared and hashed by its fields unless *eq* is False; made
        at its first use, and without slots, since those make another class."""

        def made(cls: type) -> type:
            if "__repr__" not in cls.__dict__:
                cls.__repr__ = _repr
            if eq and "__eq__" not in cls.__dict__:
                cls.__eq__ = _eq
                cls.__hash__ = _hash
            cls.__attrs_attrs__ = _Fields()
            cls.__init__ = _first(cls)
            return cls

        return made if cls is None else made(cls)


_MAKING = RLock()


class _Fields:
    """The fields of a class that is not made yet."""

    def __get__(self, instance: object, cls: Any) -> Any:
        for base in reversed(cls.__mro__):  # a class that has none of its own has its base's
            _make(base)
        return cls.__attrs_attrs__


def _first(cls: Any) -> Any:
    """The constructor of *cls* until it is made."""

    def constructor(self: Any, *values: Any, **named: Any) -> None:
        _make(cls)
        cls.__init__(self, *values, **named)

    return constructor


def _make(cls: Any) -> None:
    with _MAKING:
        if not isinstance(cls.__dict__.get("__attrs_attrs__"), _Fields):
            return  # it is none of these, or made already
        # Other threads may ask meanwhile: they wait here, as what leads here is only replaced.
        attrs.frozen(cls, init=True, eq=False, repr=False, slots=False)


_VALUES: dict[type, Any] = {}


def _values(cls: Any) -> Any:
    """What gets the values that *cls* is compared by."""
    if cls not in _VALUES:
        names = [field.name for field in attrs.fields(cls) if field.eq]
        _VALUES[cls] = attrgetter(*names) if names else lambda _: ()
    return _VALUES[cls]


_HASHED: dict[type, Any] = {}


def _hashed(cls: Any) -> Any:
    """What gets the values that *cls* is hashed by: fields may be compared and not hashed."""
    if cls not in _HASHED:
        fields = attrs.fields(cls)
        names = [f.name for f in fields if (f.eq if f.hash is None else f.hash)]
        _HASHED[cls] = attrgetter(*names) if names else lambda _: ()
    return _HASHED[cls]


def _eq(self: Any, other: object) -> Any:
    cls = self.__class__
    if other.__class__ is not cls:
        return NotImplemented
    values = _values(cls)
    return values(self) == values(other)


def _hash(self: Any) -> int:
    cls = self.__class__
    return hash((cls, _hashed(cls)(self)))


def _repr(self: Any) -> str:
    fields = attrs.fields(self.__class__)
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields if field.repr)
    return f"{self.__class__.__qualname__.rpartition('>.')[2]}({', '.join(shown)})"


def short_digest(*parts: object) -> str:
    """Eight digits that differ where *parts*, as they print, do."""
    import hashlib  # not needed to start

    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]
