"""Makes the schemas of the files that people write, for their editors: rules, bands, cases,
vocabularies, kinds of files and advisor.toml: `python -m advisor.testing.file_schemas`.

The classes that files are read into say keys, types and what is required; FACTS adds what types
cannot say, and conditions are described here. Names of metrics, subjects and levers are open, since
plugins bring their own: `advisor rules test` checks those.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import advisor.document
from advisor.document import DEFS, ClassSchemas, Schema, schema_text, whole_schema
from advisor.knowledge import ID, MOST_EFFORT, LimitsFile, RuleTable
from advisor.model import (
    LEVELS,
    TRENDS,
    Against,
    Agency,
    BandFile,
    Quantifier,
    Settings,
    Size,
    VocabularyFile,
)
from advisor.tabular import Kind
from advisor.testing.cases import CaseTable

FOLDER = Path(advisor.document.__file__).parent / "schema"

_COUNTRY = {"pattern": "^[A-Z]{2}$"}
_CURRENCY = {"pattern": "^[A-Z]{3}$"}
_TEXT = {"minLength": 1}
_SIZE = {"enum": [size.value for size in Size]}
_LEVEL = {"enum": list(LEVELS)}
_ONE_EDGE = [{"required": [key]} for key in ("low", "high", "over-margin", "margin-of")]

# By class and TOML key; a value that is a list of one may be written as the one.
FACTS: Mapping[str, Mapping[str, Any]] = {
    "Action.done": {"additionalProperties": {"$ref": f"{DEFS}levels"}},
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
        *(
            f"RuleTable.{key}"
            for key in ("aliases", "explains", "guide", "needs", "region", "tags")
        ),
        "AfterTable.finding",
    }
)


def schemas() -> Mapping[str, Schema]:
    """Each schema by the name of its file."""
    return {
        "rule.schema.json": rule(),
        "bands.schema.json": bands(),
        "cases.schema.json": cases(),
        "vocabulary.schema.json": vocabulary(),
        "kind.schema.json": kind(),
        "advisor-toml.schema.json": advisor_toml(),
        "agency-toml.schema.json": agency_toml(),
        "limits.schema.json": limits(),
    }


def schema_texts() -> Mapping[Path, str]:
    """What each schema file holds."""
    return {FOLDER / name: schema_text(made) for name, made in schemas().items()}


def rule() -> Schema:
    """A rule: its table, and the conditions."""
    top, definitions = _made(RuleTable)
    definitions |= _conditions()
    top["properties"] |= {
        "when": {"$ref": f"{DEFS}conditions"},
        "unless": {"$ref": f"{DEFS}unless"},
        "with": {"type": "object", "additionalProperties": {"$ref": f"{DEFS}related"}},
    }
    top["required"] = [*top["required"], "action"]
    asks = [{"required": [key]} for key in ("when", "with", "after")]
    return _whole("a rule of shop-advisor", {**top, "anyOf": asks}, definitions)


def bands() -> Schema:
    """The bands.toml of a pack."""
    top, definitions = _made(BandFile)
    definitions["Band"]["anyOf"] = _ONE_EDGE
    return _whole("bands of shop-advisor", top, definitions)


def limits() -> Schema:
    """The limits.toml of a pack."""
    top, definitions = _made(LimitsFile)
    return _whole("limits of shop-advisor", top, definitions)


def cases() -> Schema:
    """The cases of a rule, each a table by its name."""
    case, definitions = _made(CaseTable)
    counts = {
        "properties": {"name": {"type": "string"}},
        "additionalProperties": {"type": "number"},
    }
    subject = {"type": "object", **counts}
    listed = {"type": "array", "items": {"$ref": f"{DEFS}subject"}}
    joined = {"type": "array", "items": {"$ref": f"{DEFS}joined"}}
    three = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 4}
    case["properties"] |= {
        **{key: {"$ref": f"{DEFS}subject"} for key in ("subject", "before", "parent")},
        "siblings": listed,
        "days": listed,
        "related": {"type": "object", "additionalProperties": joined},
        "metrics": {
            "type": "object",
            "additionalProperties": {"anyOf": [{"type": "number"}, three]},
        },
    }
    case["if"] = {"properties": {"outcome": {"const": "fires"}}, "required": ["outcome"]}
    case["then"] = {"required": ["finding"]}
    case["else"] = {"properties": {"finding": False}}
    with_before = {"name": {"type": "string"}, "before": {"$ref": f"{DEFS}subject"}}
    definitions |= {
        "subject": subject,
        "joined": {**subject, "properties": with_before},
        "case": case,
    }
    top = {
        "type": "object",
        "additionalProperties": {"$ref": f"{DEFS}case"},
        "minProperties": 1,
    }
    return _whole("cases of a rule of shop-advisor", top, definitions)


def vocabulary() -> Schema:
    """The vocabulary.toml of a plugin."""
    top, definitions = _made(VocabularyFile)
    return _whole("a vocabulary of shop-advisor", top, definitions)


def kind() -> Schema:
    """A kind of file, one of a provider's kinds/*.toml."""
    top, definitions = _made(Kind)
    return _whole("a kind of file of shop-advisor", top, definitions)


def advisor_toml() -> Schema:
    """The advisor.toml of a shop."""
    top, definitions = _made(Settings)
    definitions["OwnBand"]["anyOf"] = _ONE_EDGE[:2]
    return _whole("advisor.toml", top, definitions)


def agency_toml() -> Schema:
    """The agency.toml beside the folders of an agency's shops."""
    top, definitions = _made(Agency)
    return _whole("agency.toml", top, definitions)


def _made(cls: type) -> tuple[Schema, Schema]:
    """The schema of *cls*, and those of the classes in it."""
    classes = ClassSchemas(FACTS, listed=LISTED, toml=True)
    return classes.of_class(cls), classes.definitions


def _whole(title: str, top: Schema, definitions: Schema) -> Schema:
    """The schema of a file, which its title describes."""
    undescribed = {key: value for key, value in top.items() if key != "description"}
    return whole_schema(title, undescribed, definitions)


def _conditions() -> Schema:
    """What stands in [when], [with] and [unless]: any name, with a test on it."""
    test, number = {"$ref": f"{DEFS}test"}, {"$ref": f"{DEFS}number"}
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
    before = {"type": "object", "additionalProperties": test, "minProperties": 1}
    keys = {"is": word, "at-least": number, "at-most": number, "for": number}
    each = {**table, "properties": keys, "required": ["for"]}
    lasting = {"type": "object", "additionalProperties": each, "minProperties": 1}
    days = {"type": "array", "items": lasting, "minItems": 1}
    past = {"trend": trend, "before": before, "days": days}
    tests = {
        "type": "object",
        "properties": past,
        "additionalProperties": test,
        "minProperties": 1,
    }
    any_of = {"type": "array", "items": {"$ref": f"{DEFS}tests"}, "minItems": 2}
    return {
        "levels": {"anyOf": [_LEVEL, {"type": "array", "items": _LEVEL, "minItems": 1}]},
        "test": {"anyOf": [*word["anyOf"], table]},
        # A number, or the name of a limit.
        "number": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{ID.pattern}$"}]},
        "tests": tests,
        "some": {
            **tests,
            "properties": {
                "trend": trend,
                "at-least": number,
                "share": number,
                "of": {"type": "string"},
            },
            "dependentRequired": {"of": ["share"]},
        },
        "related": {
            "type": "object",
            "properties": {
                **{q.value: {"$ref": f"{DEFS}tests"} for q in Quantifier},
                Quantifier.ANY.value: {"$ref": f"{DEFS}some"},
            },
            "additionalProperties": False,
            "minProperties": 1,
        },
        "conditions": {**tests, "properties": {**past, "any": any_of}},
        "unless": {
            **tests,
            "properties": {**past, "any": any_of},
            "additionalProperties": {"anyOf": [test, {"$ref": f"{DEFS}related"}]},
        },
    }


if __name__ == "__main__":
    for path, text in schema_texts().items():
        path.write_text(text, encoding="utf-8", newline="\n")
