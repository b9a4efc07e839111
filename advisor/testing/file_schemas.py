"""Makes the schemas of the files that people write, for their editors: rules, bands, cases,
vocabularies, kinds of files and advisor.toml: `python -m advisor.testing.file_schemas`.

The classes that files are read into say keys, types and what is required; FACTS adds what types
cannot say, and conditions are described here. Names of metrics, subjects and levers are open, since
plugins bring their own: `advisor rules test` checks those.
"""

import json
import types
from collections.abc import Mapping
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

import advisor.document
from advisor.knowledge import ID, MOST_EFFORT, RuleTable
from advisor.model import (
    LEVELS,
    TRENDS,
    Against,
    BandFile,
    Quantifier,
    Settings,
    Size,
    VocabularyFile,
    field_key,
)
from advisor.tabular import Kind
from advisor.testing.cases import CaseTable

FOLDER = Path(advisor.document.__file__).parent / "schema"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

_DEFS = "#/$defs/"
_COUNTRY = {"pattern": "^[A-Z]{2}$"}
_CURRENCY = {"pattern": "^[A-Z]{3}$"}
_TEXT = {"minLength": 1}
_SIZE = {"enum": [size.value for size in Size]}
_LEVEL = {"enum": list(LEVELS)}
_ONE_EDGE = [{"required": [key]} for key in ("low", "high", "over-margin", "margin-of")]

# By class and TOML key; a value that is a list of one may be written as the one.
FACTS: Mapping[str, Mapping[str, Any]] = {
    "Action.done": {"additionalProperties": {"$ref": f"{_DEFS}levels"}},
    "Action.effort": {"exclusiveMinimum": 0, "maximum": MOST_EFFORT},
    "Action.steps": {"minItems": 1},
    "RuleTable.action": {"minItems": 1},
    "RuleTable.id": {"pattern": f"^{ID.pattern}$"},
    "RuleTable.region": {"items": {"type": "string", **_COUNTRY}},
    "Says.finding": _TEXT,
    "Says.healthy": _TEXT,
    "Says.why": _TEXT,
    "ShopSection.currency": _CURRENCY,
    "ShopSection.margin": {"exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "ShopSection.region": _COUNTRY,
    "ShopSection.size": _SIZE,
    "ShopSection.usd_rate": {"exclusiveMinimum": 0},
    "SourceSection.currency": _CURRENCY,
    "Where.region": _COUNTRY,
    "Where.size": _SIZE,
}
LISTED = frozenset(
    {
        *(f"RuleTable.{key}" for key in ("aliases", "explains", "guide", "needs", "region")),
        "AfterTable.finding",
    }
)
_PLAIN: Mapping[object, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    date: "string",
}


def schemas() -> Mapping[str, Schema]:
    """Each schema by the name of its file."""
    return {
        "rule.schema.json": rule(),
        "bands.schema.json": bands(),
        "cases.schema.json": cases(),
        "vocabulary.schema.json": vocabulary(),
        "kind.schema.json": kind(),
        "advisor-toml.schema.json": advisor_toml(),
    }


def schema_texts() -> Mapping[Path, str]:
    """What each schema file holds."""
    return {
        FOLDER / name: json.dumps(made, indent=2, ensure_ascii=False) + "\n"
        for name, made in schemas().items()
    }


def rule() -> Schema:
    """A rule: its table, and the conditions."""
    definitions = _conditions()
    top = _object(RuleTable, definitions)
    top["properties"] |= {
        "when": {"$ref": f"{_DEFS}conditions"},
        "unless": {"$ref": f"{_DEFS}unless"},
        "with": {"type": "object", "additionalProperties": {"$ref": f"{_DEFS}related"}},
    }
    top["required"] = [*top["required"], "action"]
    asks = [{"required": [key]} for key in ("when", "with", "after")]
    return _whole("a rule of shop-advisor", {**top, "anyOf": asks}, definitions)


def bands() -> Schema:
    """The bands.toml of a pack."""
    definitions: Schema = {}
    top = _object(BandFile, definitions)
    definitions["Band"]["anyOf"] = _ONE_EDGE
    return _whole("bands of shop-advisor", top, definitions)


def cases() -> Schema:
    """The cases of a rule, each a table by its name."""
    definitions: Schema = {}
    case = _object(CaseTable, definitions)
    counts = {
        "properties": {"name": {"type": "string"}},
        "additionalProperties": {"type": "number"},
    }
    subject = {"type": "object", **counts}
    listed = {"type": "array", "items": {"$ref": f"{_DEFS}subject"}}
    three = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 4}
    case["properties"] |= {
        **{key: {"$ref": f"{_DEFS}subject"} for key in ("subject", "before", "parent")},
        "siblings": listed,
        "related": {"type": "object", "additionalProperties": listed},
        "metrics": {
            "type": "object",
            "additionalProperties": {"anyOf": [{"type": "number"}, three]},
        },
    }
    case["if"] = {"properties": {"outcome": {"const": "fires"}}, "required": ["outcome"]}
    case["then"] = {"required": ["finding"]}
    case["else"] = {"properties": {"finding": False}}
    definitions |= {"subject": subject, "case": case}
    top = {
        "type": "object",
        "additionalProperties": {"$ref": f"{_DEFS}case"},
        "minProperties": 1,
    }
    return _whole("cases of a rule of shop-advisor", top, definitions)


def vocabulary() -> Schema:
    """The vocabulary.toml of a plugin."""
    definitions: Schema = {}
    top = _object(VocabularyFile, definitions)
    return _whole("a vocabulary of shop-advisor", top, definitions)


def kind() -> Schema:
    """A kind of file, one of a provider's kinds/*.toml."""
    definitions: Schema = {}
    top = _object(Kind, definitions)
    return _whole("a kind of file of shop-advisor", top, definitions)


def advisor_toml() -> Schema:
    """The advisor.toml of a shop."""
    definitions: Schema = {}
    top = _object(Settings, definitions)
    definitions["OwnBand"]["anyOf"] = _ONE_EDGE[:2]
    return _whole("advisor.toml", top, definitions)


def _whole(title: str, top: Schema, definitions: Schema) -> Schema:
    named = {"$defs": dict(sorted(definitions.items()))} if definitions else {}
    top = {key: value for key, value in top.items() if key != "description"}
    return {"$schema": DIALECT, "title": title, **top, **named}


def _conditions() -> Schema:
    """What stands in [when], [with] and [unless]: any name, with a test on it."""
    test, number = {"$ref": f"{_DEFS}test"}, {"type": "number"}
    words = {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True}
    word = {"anyOf": [{"type": "string"}, words]}
    table = {
        "type": "object",
        "properties": {
            "is": word,
            "at-least": number,
            "at-most": number,
            "against": {"enum": [against.value for against in Against]},
        },
        "additionalProperties": False,
        "anyOf": [{"required": [key]} for key in ("is", "at-least", "at-most")],
    }
    trend = {"type": "object", "additionalProperties": {"enum": list(TRENDS)}}
    tests = {
        "type": "object",
        "properties": {"trend": trend},
        "additionalProperties": test,
        "minProperties": 1,
    }
    any_of = {"type": "array", "items": {"$ref": f"{_DEFS}tests"}, "minItems": 2}
    return {
        "levels": {"anyOf": [_LEVEL, {"type": "array", "items": _LEVEL, "minItems": 1}]},
        "test": {"anyOf": [*word["anyOf"], table]},
        "tests": tests,
        "related": {
            "type": "object",
            "properties": {q.value: {"$ref": f"{_DEFS}tests"} for q in Quantifier},
            "additionalProperties": False,
            "minProperties": 1,
        },
        "conditions": {**tests, "properties": {"trend": trend, "any": any_of}},
        "unless": {
            **tests,
            "properties": {"trend": trend, "any": any_of},
            "additionalProperties": {"anyOf": [test, {"$ref": f"{_DEFS}related"}]},
        },
    }


def _object(cls: type, definitions: Schema) -> Schema:
    hints = get_type_hints(cls)
    properties: Schema = {}
    required: list[str] = []
    for field in attrs.fields(cls):
        key = field_key(field.name, cls)
        place = f"{cls.__name__}.{key}"
        described = {**_type(hints[field.name], definitions), **FACTS.get(place, {})}
        if place in LISTED:
            described = {"anyOf": [described["items"], described]}
        properties[key] = described
        if field.default is attrs.NOTHING:
            required.append(key)
    about = {"description": " ".join(cls.__doc__.split())} if cls.__doc__ else {}
    return {
        **about,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _type(hint: Any, definitions: Schema) -> Schema:
    """The schema of a type; nothing in TOML is null, so None is only a key that is left out."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        dated = {"format": "date"} if hint is date else {}
        return {"type": _PLAIN[hint], **dated}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    if attrs.has(hint):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}  # holds the place while its fields are looked at
            definitions[hint.__name__] = _object(hint, definitions)
        return {"$ref": f"{_DEFS}{hint.__name__}"}
    if origin in (types.UnionType, Union):
        (only,) = (argument for argument in arguments if argument is not type(None))
        return _type(only, definitions)
    if origin is tuple:
        return {"type": "array", "items": _type(arguments[0], definitions)}
    if origin is dict or (origin is not None and issubclass(origin, Mapping)):
        value = arguments[1]
        inside = {} if value is Any else {"additionalProperties": _type(value, definitions)}
        return {"type": "object", **inside}
    raise TypeError(f"no JSON Schema for {hint!r}")


if __name__ == "__main__":
    for path, text in schema_texts().items():
        path.write_text(text, encoding="utf-8", newline="\n")
