"""Whether the fields of a value are of the types that its class declares: plugins are not always
checked by a type checker."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import attrs


def wrong_field(value: Any) -> str:
    """The first field of *value* (an attrs value), or of values in it, that is of another type than
    declared, and what was expected; "" where all are as they should be."""
    if _all_fit(value):
        return ""
    return next(_wrong(value, ""), "")


def _all_fit(value: Any) -> bool:
    cls: Any = type(value)
    return all(fits(getattr(value, name)) for name, fits in _checks(cls))


@cache
def _checks(cls: Any) -> tuple[tuple[str, Callable[[Any], bool]], ...]:
    return tuple((name, _check(declared)) for name, declared in _declared(cls))


@cache
def _check(declared: Any) -> Callable[[Any], bool]:
    """What says whether a value is as `_unlike` wants it, which knows why: most values are."""
    origin, parts = get_origin(declared), get_args(declared)
    if origin in (Union, UnionType):
        checks = [_check(part) for part in parts]
        return lambda found: any(fits(found) for fits in checks)
    kind = declared if origin is None else origin
    if not isinstance(kind, type) or kind is object:
        return lambda _: True
    if kind is float:
        return lambda found: type(found) is int or isinstance(found, float)
    if kind is int:
        return lambda found: isinstance(found, int) and not isinstance(found, bool)
    if issubclass(kind, tuple) and len(parts) == 2 and parts[1] is Ellipsis:
        member = _check(parts[0])
        return lambda found: isinstance(found, kind) and all(map(member, found))
    if issubclass(kind, Mapping) and len(parts) == 2:
        key, item = map(_check, parts)
        return lambda found: (
            isinstance(found, kind) and all(map(key, found)) and all(map(item, found.values()))
        )
    if attrs.has(kind):
        return lambda found: isinstance(found, kind) and _all_fit(found)
    # Also of a Sequence: `_unlike` looks into what is found to be a tuple.
    if len(parts) == 2:
        return lambda found: next(_unlike(found, declared, ""), None) is None
    return lambda found: isinstance(found, kind)


def _wrong(value: Any, at: str) -> Iterator[str]:
    cls: Any = type(value)
    for name, declared in _declared(cls):
        found = getattr(value, name)
        if type(found) is not declared or attrs.has(declared):
            yield from _unlike(found, declared, f"{at}{name}")


@cache
def _declared(cls: Any) -> tuple[tuple[str, Any], ...]:
    # An annotation in quotes names what its module does not import; frames are known here.
    types = ((a.name, _frame() if a.type == "pl.DataFrame" else a.type) for a in attrs.fields(cls))
    return tuple((name, declared) for name, declared in types if not isinstance(declared, str))


def _frame() -> type:
    import polars as pl

    return pl.DataFrame


@cache
def _taken_apart(declared: Any) -> tuple[Any, tuple[Any, ...]]:
    return get_origin(declared), get_args(declared)


def _unlike(found: object, declared: Any, at: str) -> Iterator[str]:
    origin, parts = _taken_apart(declared)
    if origin in (Union, UnionType):
        if not any(next(_unlike(found, part, at), None) is None for part in parts):
            yield f"{at} is {_name(type(found))}, expected {' or '.join(map(_name, parts))}"
        return
    kind = declared if origin is None else origin
    if not isinstance(kind, type) or kind is object:
        return
    if kind is float and type(found) is int:
        return
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        yield f"{at} is {_name(type(found))}, expected {_name(kind)}"
    elif isinstance(found, tuple) and len(parts) == 2 and parts[1] is Ellipsis:
        for i, member in enumerate(found):
            yield from _unlike(member, parts[0], f"{at}[{i}]")
    elif isinstance(found, Mapping) and len(parts) == 2:
        for key, member in found.items():
            yield from _unlike(key, parts[0], f"a key of {at}")
            yield from _unlike(member, parts[1], f"{at}[{key!r:.40}]")
    elif attrs.has(kind):
        yield from _wrong(found, f"{at}.")


def _name(kind: Any) -> str:
    return "None" if kind is NoneType else str(getattr(kind, "__name__", kind))
