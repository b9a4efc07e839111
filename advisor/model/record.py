"""`frozen`: attrs classes that take half the time to be made.

For each class attrs writes and compiles a comparison, a hash and a representation, which for the
250 classes of a run takes longer than importing most libraries. Here all classes share one of each;
what the type checker sees is `attrs.frozen`.
"""

from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs

TRANSLATED = {"translated": True}
"""The metadata of a field whose text readers of reports see: catalogues have it."""

if TYPE_CHECKING:
    from attrs import frozen as frozen  # noqa: PLC0414 (given on)
else:

    def frozen(cls: type | None = None, *, eq: bool = True) -> Any:
        """As attrs.frozen: slots, immutable, compared and hashed by its fields unless *eq* is
        False."""

        def made(cls: type) -> type:
            if "__repr__" not in cls.__dict__:
                cls.__repr__ = _repr
            if eq and "__eq__" not in cls.__dict__:
                cls.__eq__ = _eq
                cls.__hash__ = _hash
            return attrs.frozen(cls, eq=False, repr=False)

        return made if cls is None else made(cls)


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
