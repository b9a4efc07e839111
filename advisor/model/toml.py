"""TOML data into attrs values: every mistake of a file at once, each with its place."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

import attrs

from advisor.errors import Mistakes, unknown

if TYPE_CHECKING:
    import cattrs

# cattrs and tomli are imported where TOML is read: compiled knowledge needs neither.

T = TypeVar("T")

_DEEPEST = 32  # levels; the deepest of our own files has six
_LARGEST = 2**63  # TOML's own bound of whole numbers
_TOO_DEEP = "nested too deeply to be settings"


def field_key(name: str, cls: type[Any] | None = None) -> str:
    """The TOML key of a field: with hyphens, unless the class sets `toml_underscores`."""
    key = name.rstrip("_")
    return key if getattr(cls, "toml_underscores", False) else key.replace("_", "-")


@cache
def _converter(*, detailed: bool) -> "cattrs.Converter":
    """A strict converter: unknown keys are mistakes, hyphens in TOML are underscores in Python.

    One that is not *detailed* ends at the first mistake, and is about twice as fast.
    """
    import cattrs
    from cattrs.cols import (
        homogenous_tuple_structure_factory,
        is_mapping,
        mapping_structure_factory,
    )
    from cattrs.gen import make_dict_structure_fn

    conv = cattrs.Converter(forbid_extra_keys=True, detailed_validation=detailed)

    def hyphens(cls: type[Any]) -> Callable[..., Any]:
        renames = {
            a.name: cattrs.override(rename=field_key(a.name, cls))
            for a in attrs.fields(cls)
            if field_key(a.name, cls) != a.name
        }
        return of_table(
            make_dict_structure_fn(
                cls,
                conv,
                _cattrs_forbid_extra_keys=True,
                **renames,  # type: ignore[arg-type]
            )
        )

    def of_table(make: Callable[..., Any]) -> Callable[..., Any]:
        """*make*, with a line where it gets no table; without details any error will do."""

        def checked(value: Any, cls: type[Any]) -> Any:
            if not isinstance(value, Mapping):
                raise TypeError(f"expected a table, found {_TYPES.get(type(value), 'a value')}")
            return make(value, cls)

        return checked if detailed else make

    conv.register_structure_hook_factory(attrs.has, hyphens)
    conv.register_structure_hook_factory(
        is_mapping, lambda cls: of_table(mapping_structure_factory(cls, conv))
    )

    def choice(value: Any, cls: type[Any]) -> Any:
        try:
            return cls(value)
        except ValueError:
            known = [member.value for member in cls]
            raise ValueError(unknown("value", str(value), known)) from None

    def text(value: Any, cls: type[Any]) -> Any:
        if cls is not str and _is_enum(cls):  # an enum of words is text too, for cattrs
            return choice(value, cls)
        if not isinstance(value, str):
            raise TypeError(f"expected text, found {value!r}")
        return value

    def number(value: Any, _: type[float]) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"expected a number, found {value!r}")
        if isinstance(value, int) and abs(value) >= _LARGEST:
            raise ValueError(f"expected a number, found {_short(value)}")
        return float(value)

    def whole(value: Any, _: type[int]) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"expected a whole number, found {value!r}")
        if abs(value) >= _LARGEST:
            raise ValueError(f"expected a whole number, found {_short(value)}")
        return value

    def yes_no(value: Any, _: type[bool]) -> bool:
        if not isinstance(value, bool):
            raise TypeError(f"expected true or false, found {value!r}")
        return value

    def day(value: Any, _: type[date]) -> date:
        if not isinstance(value, date):
            raise TypeError(f"expected a date like 2026-01-31, found {value!r}")
        return value

    def listed(cls: type[Any]) -> Callable[..., Any]:
        members = homogenous_tuple_structure_factory(cls, conv)

        def members_of(value: Any, cls: type[Any]) -> Any:
            if not isinstance(value, list | tuple):  # text would be cut into its letters
                raise TypeError(f"expected a list, found {value!r}")
            return members(value, cls)

        return members_of

    conv.register_structure_hook_factory(_is_list, listed)
    # By class: cattrs asks its own hooks for these classes before any predicate.
    conv.register_structure_hook(str, text)
    conv.register_structure_hook(float, number)
    conv.register_structure_hook(int, whole)
    conv.register_structure_hook(bool, yes_no)
    conv.register_structure_hook(date, day)
    return conv


# Not the value: a text may be the address of a database, with its password.
_TYPES = {list: "a list", str: "text", int: "a number", float: "a number", bool: "true or false"}


def _short(value: float) -> str:
    text = repr(value)
    return text if len(text) <= 20 else f"one of {len(text):,} digits"


def _is_list(cls: Any) -> bool:
    return get_origin(cls) is tuple and get_args(cls)[-1] is Ellipsis


def _is_enum(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, Enum)


def _describe(error: BaseException, _: type | None) -> str:
    from cattrs.errors import ForbiddenExtraKeysError

    if isinstance(error, ForbiddenExtraKeysError):
        cls = error.cl
        known = [field_key(a.name, cls) for a in attrs.fields(cls)] if attrs.has(cls) else []
        return "; ".join(unknown("key", key, known) for key in sorted(error.extra_fields))
    if isinstance(error, KeyError):
        return f"required key {str(error.args[0])!r} is missing"
    if isinstance(error, TypeError | ValueError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def parse_toml(text: str, *, where: str) -> dict[str, Any]:
    """TOML text to a dictionary; a syntax error names its line."""
    import tomli

    try:
        found = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise Mistakes([f"not valid TOML: {error}"], where=where) from None
    except RecursionError:
        raise Mistakes([_TOO_DEEP], where=where) from None
    except ValueError:  # Python's limit of digits
        raise Mistakes(["not valid TOML: a number has too many digits"], where=where) from None
    level: list[Any] = [found]
    for _ in range(_DEEPEST):
        level = [inner for value in level for inner in _inner(value)]
        if not level:
            return found
    raise Mistakes([_TOO_DEEP], where=where)


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def structure(raw: Mapping[str, Any], cls: type[T], *, where: str) -> T:
    """*raw* as a *cls*; raises Mistakes with every problem found, each with its path."""
    with suppress(Exception):  # whatever it is, it is told in full below
        return _converter(detailed=False).structure(raw, cls)
    from cattrs.errors import ClassValidationError, IterableValidationError
    from cattrs.v import transform_error

    try:
        return _converter(detailed=True).structure(raw, cls)
    except (ClassValidationError, IterableValidationError) as error:
        lines = transform_error(error, path="", format_exception=_describe)
        raise Mistakes([_tidy(line) for line in lines], where=where) from None
    except TypeError as error:  # no table at all
        raise Mistakes([str(error)], where=where) from None


def _tidy(line: str) -> str:
    what, _, place = line.rpartition(" @ ")
    place = place.lstrip(".")
    return f"{place}: {what}" if what and place else (what or line)
