"""Texts that are made before it is known in which language they are read: notes about files, say.

A message is its English text, and remembers what it was made of: the text with its placeholders,
and what fills them. `Language.say` makes it again in another language.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Self

from advisor.model.record import frozen
from advisor.model.vocabulary import Unit


@frozen
class Quantity:
    """A number with its unit, as part of a message."""

    value: float
    unit: Unit
    currency: str | None = None


@frozen
class Days:
    """A period, as part of a message."""

    first: date
    last: date


@frozen
class Listed:
    """The first *most* of *names*, as part of a message: `a, b and 3 more`."""

    names: tuple["str", ...]
    most: int = 3


Value = str | int | float | date | Quantity | Days | Listed
"""What fills a placeholder; a `str` may be a message itself."""


class Message(str):
    """An English text that can be made again in another language."""

    __slots__ = ("number", "plural", "template", "values")

    template: str
    plural: str
    number: float
    values: Mapping[str, Value]

    def __new__(
        cls,
        text: str,
        template: str,
        values: Mapping[str, Value],
        plural: str = "",
        number: float = 0,
    ) -> Self:
        """Make the message with the English *text*."""
        made = super().__new__(cls, text)
        made.template, made.values, made.plural, made.number = template, values, plural, number
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        """Keep what it was made of in copies."""
        return str(self), self.template, self.values, self.plural, self.number


def message_data(text: str) -> object:
    """*text* as plain data: a message with what it was made of, another text as it is."""
    if not isinstance(text, Message):
        return text
    return {
        "text": text.template,
        "plural": text.plural,
        "number": text.number,
        "values": {name: _data(value) for name, value in text.values.items()},
    }


def message_from(data: object, make: Callable[..., str]) -> str:
    """The text that *data* holds, as `message_data` wrote it, built by *make*. Raises KeyError,
    TypeError or ValueError for anything else."""
    if isinstance(data, str):
        return data
    fields = _mapping(data)
    values = {name: _value(one, make) for name, one in _mapping(fields["values"]).items()}
    text, plural, number = fields["text"], fields["plural"], fields["number"]
    if not isinstance(text, str) or not isinstance(plural, str) or not _is_number(number):
        raise TypeError("not a message")
    return make(text, values, plural, number)


def _data(value: Value) -> object:
    match value:
        case str():
            return message_data(value)
        case date():
            return {"day": value.isoformat()}
        case Days():
            return {"first": value.first.isoformat(), "last": value.last.isoformat()}
        case Quantity():
            return {"value": value.value, "unit": value.unit.value, "currency": value.currency}
        case Listed():
            return {"names": [message_data(name) for name in value.names], "most": value.most}
    return value


def _value(data: object, make: Callable[..., str]) -> Value:
    if isinstance(data, str):
        return data
    if isinstance(data, int | float):
        if not math.isfinite(data):
            raise ValueError("not a number")
        return data
    fields = _mapping(data)
    if "day" in fields:
        return date.fromisoformat(fields["day"])
    if "first" in fields:
        return Days(date.fromisoformat(fields["first"]), date.fromisoformat(fields["last"]))
    if "unit" in fields:
        currency = fields["currency"]
        if not _is_number(fields["value"]) or not isinstance(currency, str | None):
            raise TypeError("not a quantity")
        return Quantity(fields["value"], Unit(fields["unit"]), currency)
    if "names" in fields:
        names: Sequence[object] = fields["names"]
        if not isinstance(names, list) or not isinstance(fields["most"], int):
            raise TypeError("not a list of names")
        return Listed(tuple(message_from(name, make) for name in names), fields["most"])
    return message_from(fields, make)


def _mapping(data: object) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise TypeError("not a mapping")
    return data


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return math.isfinite(value)
