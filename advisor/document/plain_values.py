"""The document as JSON-ready values."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from advisor.document.whole import Document
from advisor.model import field_names


def as_json(document: Document) -> dict[str, Any]:
    """The document as JSON-ready dictionaries and lists, in a fixed order."""
    whole: dict[str, Any] = plain(document)
    return whole


def one_level(value: Any) -> dict[str, Any]:
    """A part of the document, or a mapping, as a dictionary of what it holds. Raises TypeError for
    anything else."""
    names = _names(value.__class__)
    if names is None:
        return dict(value)
    found: dict[str, Any] = {}
    for name in names:
        held = getattr(value, name)
        kind = type(held)
        if kind is float:
            found[name] = significant(held)
        elif (kind is tuple or kind is list) and held and _names(held[0].__class__) is None:
            found[name] = held if _are_ranges(held) else plain(held)
        else:
            found[name] = held
    return found


def _are_ranges(values: Sequence[Any]) -> bool:
    """Whether these are pairs of rows, of which a finding has hundreds, and nothing is rounded."""
    first = values[0]
    return type(first) is tuple and len(first) == 2 and type(first[0]) is type(first[1]) is int


def plain(value: Any) -> Any:
    """A part of the document, and all that it holds, as JSON-ready values."""
    kind = type(value)
    if kind is float:
        return significant(value)
    if kind in _EXACT:
        return value
    if kind is tuple or kind is list:
        return [item if type(item) in _EXACT else plain(item) for item in value]
    # attrs.asdict says the same, but takes too long on a hundred thousand findings
    names = _names(value.__class__)
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value if isinstance(value, str | int | float) else [plain(item) for item in value]


def significant(number: float) -> float:
    """*number* with 12 significant digits: the last of the 17 that a float has differ between
    versions of libraries and kinds of processors."""
    return float(f"{number:.12g}")


_EXACT = frozenset((str, int, bool, type(None)))


_names = cache(field_names)  # of a class of the document; None of any other class
