"""Make plan.schema.json from the classes of the document.

Run it with `python -m advisor.document.json_schema`.

The classes say names and types; FACTS adds what types cannot say.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from advisor.document import class_schema
from advisor.document.class_schema import ClassSchemas, Schema, whole_schema
from advisor.document.whole import SCHEMA_VERSION, Document
from advisor.model import Part, Severity, Status

SCHEMA_FILE = Path(__file__).parent / "schema" / "plan.schema.json"

_DAY = {"pattern": r"^\d{4}-\d{2}-\d{2}$"}
_SEVERITY = {"enum": [severity.value for severity in Severity]}
_LEVELS = {"items": {"type": "string", "enum": ["low", "good", "high"]}, "uniqueItems": True}
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


def schema() -> Schema:
    """The schema of the document: every field is there, and no other."""
    classes = ClassSchemas(FACTS)
    top = classes.of_class(Document)
    return whole_schema("shop-advisor result document", top, classes.definitions)


def schema_text() -> str:
    """What plan.schema.json holds."""
    return class_schema.schema_text(schema())


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8", newline="\n")
