"""Findings in the forms that build servers and code hosts read: SARIF 2.1.0, JUnit XML, JSON lines.

SARIF: https://docs.oasis-open.org/sarif/sarif/v2.1.0/. JUnit: the schema of Jenkins' xUnit plugin.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from advisor.document import Document, FindingInfo, plain
from advisor.report.escape import clean, clean_lines, json_text

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_NOT_IN_XML = "\ufffe\uffff"
_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}


def render_sarif(document: Document) -> str:
    """plan.sarif: a result a finding, with its file and rows where a file gave it."""
    titles = {one.rule: one.title for one in document.outcomes}
    rules = sorted({finding.rule for finding in document.findings})
    driver = {
        "name": "shop-advisor",
        "version": document.advisor.version,
        "rules": [
            {"id": rule, "shortDescription": {"text": clean(titles.get(rule, rule))}}
            for rule in rules
        ],
    }
    places = {rule: at for at, rule in enumerate(rules)}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, places) for finding in document.findings],
    }
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return _json(log, indent=2) + "\n"


def _result(finding: FindingInfo, places: Mapping[str, int]) -> Mapping[str, Any]:
    subject = finding.subject
    logical = {
        "name": clean(subject.name or subject.key),
        "fullyQualifiedName": clean(f"{subject.kind}/{subject.key}"),
        "kind": "resource",
    }
    files = {one.file: one for one in reversed(finding.evidence) if one.file}
    location: dict[str, Any] = {"logicalLocations": [logical]}
    if files:
        name, evidence = min(files.items())
        physical: dict[str, Any] = {"artifactLocation": {"uri": quote(name)}}
        if evidence.rows:
            first, last = evidence.rows[0]
            physical["region"] = {"startLine": first, "endLine": last}
        location["physicalLocation"] = physical
    stake = {} if finding.stake is None else {"stake": finding.stake}
    return {
        "ruleId": finding.rule,
        "ruleIndex": places[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": clean(finding.message.text)},
        "locations": [location],
        "partialFingerprints": {"finding/v1": finding.id},
        "properties": {"severity": finding.severity, "confidence": finding.confidence, **stake},
    }


def render_junit(document: Document) -> str:
    """plan.junit.xml: a test for a rule on a kind of subject, which fails where the rule fired and
    is skipped where nothing could be checked."""
    from xml.etree import ElementTree as ET

    messages: dict[tuple[str, str], list[str]] = {}
    for finding in document.findings:
        found = messages.setdefault((finding.rule, finding.subject.kind), [])
        found.append(finding.message.text)
    suite = ET.Element("testsuite", name=_xml(document.shop.name or document.shop.id))
    failures = skipped = 0
    for outcome in sorted(document.outcomes, key=lambda one: (one.rule, one.kind)):
        pack, _, _ = outcome.rule.partition("/")
        name = _xml(f"{outcome.rule}, {outcome.kind}: {outcome.title}")
        case = ET.SubElement(suite, "testcase", classname=_xml(pack), name=name)
        lines = messages.get((outcome.rule, outcome.kind), [])
        if lines:
            failures += 1
            count = "1 finding" if len(lines) == 1 else f"{len(lines)} findings"
            failure = ET.SubElement(case, "failure", message=count)
            failure.text = _xml("\n".join(lines))
        elif not outcome.fires and not outcome.clear:
            skipped += 1
            ET.SubElement(case, "skipped")
    tests = str(len(document.outcomes))
    counts = {"tests": tests, "failures": str(failures), "skipped": str(skipped), "errors": "0"}
    suite.attrib |= counts
    root = ET.Element("testsuites", {"name": "shop-advisor"})
    root.append(suite)
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def render_json_lines(document: Document) -> str:
    """plan.jsonl: a line for the shop, then one for each action, finding and KPI; each has its
    *type* and the shop's id."""
    shop = document.shop.id
    head = {"tool": "shop-advisor", "shop": plain(document.shop), "period": plain(document.period)}
    parts: Iterable[tuple[str, Any]] = (
        ("run", head),
        *(("action", plain(one)) for one in document.plan),
        *(("finding", plain(one)) for one in document.findings),
        *(("kpi", plain(one)) for one in document.kpis),
    )
    return "".join(_json({"type": name, "shop_id": shop, **part}) + "\n" for name, part in parts)


def _json(value: Any, indent: int | None = None) -> str:
    return json_text(json.dumps(value, ensure_ascii=False, indent=indent))


def _xml(text: str) -> str:
    """*text* without what XML 1.0 cannot hold."""
    return "".join(c for c in clean_lines(text) if c not in _NOT_IN_XML)
