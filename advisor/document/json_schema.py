"""Make plan.schema.json from the classes of the document.

Run it with `python -m advisor.document.json_schema`.

The classes say names and types; FACTS adds what types cannot say.
"""

import json
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

from advisor.document.whole import SCHEMA_VERSION, Document
from advisor.model import Part, Severity, Status

SCHEMA_FILE = Path(__file__).parent / "schema" / "plan.schema.json"
ID = "https://json-schema.org/draft/2020-12/schema"

_DAY = {"pattern": r"^\d{4}-\d{2}-\d{2}$"}
_SEVERITY = {"enum": [severity.value for severity in Severity]}
_LEVELS = {"items": {"enum": ["low", "good", "high"]}, "uniqueItems": True}
_SHARE = {"minimum": 0, "maximum": 1}
_COUNT = {"minimum": 0}
_NAMED = {"minLength": 1}

FACTS: Mapping[str, Mapping[str, Any]] = {
    "ActionInfo.confidence": _SHARE,
    "ActionInfo.findings": {"minItems": 1},
    "ActionInfo.id": _NAMED,
    "ActionInfo.rank": {"minimum": 1},
    "ActionInfo.severity": _SEVERITY,
    "CourseInfo.days": _COUNT,
    "CourseInfo.first": _DAY,
    "CourseInfo.last": _DAY,
    "CourseInfo.left_out": _COUNT,
    "Document.schema_version": {"const": SCHEMA_VERSION},
    "DoneInfo.levels": _LEVELS,
    "Evidence.levels": _LEVELS,
    "Evidence.n": _COUNT,
    "FindingInfo.confidence": _SHARE,
    "FindingInfo.id": _NAMED,
    "FindingInfo.pooled": _COUNT,
    "FindingInfo.severity": _SEVERITY,
    "FindingInfo.status": {"enum": [Status.EXPERIMENTAL.value, Status.STABLE.value]},
    "Healthy.subjects": _COUNT,
    "InputInfo.first": _DAY,
    "InputInfo.last": _DAY,
    "InputInfo.rows": _COUNT,
    "InputInfo.sha256": {"pattern": "^[0-9a-f]{64}$"},
    "Kpi.levels": _LEVELS,
    "MonthGoal.by": _DAY,
    "MonthInfo.days": {"minimum": 1},
    "MonthInfo.month": {"pattern": r"^\d{4}-\d{2}$"},
    "OutcomeCount.clear": _COUNT,
    "OutcomeCount.error": _COUNT,
    "OutcomeCount.fires": _COUNT,
    "OutcomeCount.missing": _COUNT,
    "OutcomeCount.not_applicable": _COUNT,
    "OutcomeCount.unsure": _COUNT,
    "PackInfo.rules": _COUNT,
    "PeriodInfo.before_first": _DAY,
    "PeriodInfo.before_last": _DAY,
    "PeriodInfo.first": _DAY,
    "PeriodInfo.last": _DAY,
    "PeriodInfo.today": _DAY,
    "Point.day": _DAY,
    "Ranked.n": _COUNT,
    "Ranking.best": {"maxItems": 5},
    "Ranking.subjects": _COUNT,
    "Ranking.worst": {"maxItems": 5},
    "Reconciliation.first": _DAY,
    "Reconciliation.last": _DAY,
    "Reconciliation.parts": {"minItems": 1},
    "TrialInfo.each": {"minimum": 1},
    "StoryLine.part": {"enum": [part.value for part in Part]},
    "StoryLine.subjects": {"minimum": 1},
    "ShopInfo.currency": {"pattern": "^[A-Z]{3}$"},
}

_PLAIN: Mapping[object, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def schema() -> dict[str, Any]:
    """The schema of the document: every field is there, and no other."""
    definitions: dict[str, Any] = {}
    _reference(Document, definitions)
    top = definitions.pop("Document")
    return {
        "$schema": ID,
        "title": "shop-advisor result document",
        **top,
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    """What plan.schema.json holds."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _reference(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    if cls.__name__ not in definitions:
        definitions[cls.__name__] = {}  # holds the place while its fields are looked at
        definitions[cls.__name__] = _object(cls, definitions)
    return {"$ref": f"#/$defs/{cls.__name__}"}


def _object(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(cls)
    properties = {}
    for field in attrs.fields(cls):
        described = _type(hints[field.name], definitions)
        properties[field.name] = _merge(described, FACTS.get(f"{cls.__name__}.{field.name}", {}))
    about = {"description": " ".join(cls.__doc__.split())} if cls.__doc__ else {}
    return {
        **about,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _merge(described: dict[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(described)
    for key, value in facts.items():
        both[key] = {**both[key], **value} if isinstance(both.get(key), dict) else value
    return both


def _type(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if attrs.has(hint):
        return _reference(hint, definitions)
    if origin in (types.UnionType, Union):
        return _optional([_type(argument, definitions) for argument in arguments])
    if origin is tuple and arguments[-1] is Ellipsis:
        return {"type": "array", "items": _type(arguments[0], definitions)}
    if origin is tuple:
        items = [_type(argument, definitions) for argument in arguments]
        return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _type(arguments[1], definitions)}
    raise TypeError(f"no JSON Schema for {hint!r}")


def _optional(choices: list[dict[str, Any]]) -> dict[str, Any]:
    if all(set(choice) == {"type"} for choice in choices):
        return {"type": [choice["type"] for choice in choices]}
    return {"anyOf": choices}


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8", newline="\n")
