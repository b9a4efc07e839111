"""JSON Schemas of attrs classes: their names and types, and facts that types cannot say."""

import json
import types
from collections.abc import Container, Mapping
from datetime import date
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

from advisor.model import field_key

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DEFS = "#/$defs/"
Schema = dict[str, Any]

_PLAIN: Mapping[object, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    date: {"type": "string", "format": "date"},
    Any: {},
}


class ClassSchemas:
    """Makes schemas of classes; those of nested classes stand in *definitions*.

    *facts* are added to a field, by class and key; a list whose class and key is *listed* may be
    written as its only item. With *toml* keys are those of TOML, where fields with a default may be
    left out and nothing is null.
    """

    def __init__(
        self,
        facts: Mapping[str, Mapping[str, Any]],
        *,
        listed: Container[str] = (),
        toml: bool = False,
    ) -> None:
        self.definitions: Schema = {}
        self._facts = facts
        self._listed = listed
        self._toml = toml

    def of_class(self, cls: type) -> Schema:
        """The schema of the object that is read into *cls*, or written from it."""
        hints = get_type_hints(cls)
        properties: Schema = {}
        required: list[str] = []
        for field in attrs.fields(cls):
            key = field_key(field.name, cls) if self._toml else field.name
            place = f"{cls.__name__}.{key}"
            described = {**self._type(hints[field.name]), **self._facts.get(place, {})}
            if place in self._listed:
                described = {"anyOf": [described["items"], described]}
            properties[key] = described
            if not self._toml or field.default is attrs.NOTHING:
                required.append(key)
        about = {"description": " ".join(cls.__doc__.split())} if cls.__doc__ else {}
        return {
            **about,
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }

    def _type(self, hint: Any) -> Schema:
        origin, arguments = get_origin(hint), get_args(hint)
        if hint in _PLAIN:
            return dict(_PLAIN[hint])
        if isinstance(hint, type) and issubclass(hint, Enum):
            return {"enum": [member.value for member in hint]}
        if attrs.has(hint):
            if hint.__name__ not in self.definitions:
                self.definitions[hint.__name__] = {}  # holds the place while its fields are made
                self.definitions[hint.__name__] = self.of_class(hint)
            return {"$ref": f"{DEFS}{hint.__name__}"}
        if origin in (types.UnionType, Union):
            return self._union([a for a in arguments if not (self._toml and a is type(None))])
        # A validator that ignores `prefixItems`, as that of an editor may, would accept no pair.
        if origin is tuple and (self._toml or arguments[-1] is Ellipsis):
            return {"type": "array", "items": self._type(arguments[0])}
        if origin is tuple:
            items = [self._type(argument) for argument in arguments]
            return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}
        if origin is not None and issubclass(origin, Mapping):
            inside = self._type(arguments[1])
            return {"type": "object", **({"additionalProperties": inside} if inside else {})}
        raise TypeError(f"no JSON Schema for {hint!r}")

    def _union(self, arguments: list[Any]) -> Schema:
        choices = [self._type(argument) for argument in arguments]
        if len(choices) == 1:
            return choices[0]
        if all(set(choice) == {"type"} for choice in choices):
            return {"type": [choice["type"] for choice in choices]}
        return {"anyOf": choices}


def whole_schema(title: str, top: Schema, definitions: Schema) -> Schema:
    """The schema of a file: *top*, and the *definitions* that it refers to."""
    named = {"$defs": dict(sorted(definitions.items()))} if definitions else {}
    return {"$schema": DIALECT, "title": title, **top, **named}


def schema_text(schema: Schema) -> str:
    """What the file of *schema* holds."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
