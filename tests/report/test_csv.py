"""findings.csv: complete, and no spreadsheet runs it."""

import csv
import io

import attrs

from advisor.document import Document
from advisor.report import render_csv
from advisor.report.escape import clean
from tests.report import documents


def rows(document: Document) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render_csv(document), newline="")))


def test_the_first_line_marks_the_file_as_ours() -> None:
    assert render_csv(documents.empty()).startswith("finding_id,rule,")


def test_every_measured_value_of_every_finding_has_a_line() -> None:
    document = documents.large(500)

    assert [row["finding_id"] for row in rows(document)] == [
        finding.id for finding in document.findings for _ in finding.evidence
    ]


def test_a_line_says_what_its_finding_says() -> None:
    row = rows(documents.small())[1]

    assert {name: row[name] for name in ("action_rank", "metric", "value", "levels", "rows")} == {
        "action_rank": "2",
        "metric": "ctr",
        "value": "0.006",
        "levels": "low",
        "rows": "2-29; 42",
    }
    assert (row["band_low"], row["band_high"], row["stake"]) == ("0.01", "0.03", "310.0")


def test_what_is_not_known_is_empty_and_not_zero() -> None:
    row = rows(documents.small())[0]

    assert (row["stake"], row["n"], row["band_low"]) == ("", "", "")


def test_a_finding_without_evidence_has_its_line() -> None:
    bare = attrs.evolve(documents.finding("Serum"), evidence=())
    document = attrs.evolve(documents.empty(), findings=(bare,))

    (row,) = rows(document)
    assert (row["subject"], row["metric"], row["currency"]) == ("Serum", "", "")
    assert row["message"] == bare.message.text
    assert None not in row.values()


def test_no_text_is_a_formula_in_any_spreadsheet() -> None:
    text = render_csv(documents.hostile())
    names = [row["subject"] for row in rows(documents.hostile())]

    assert len(text.splitlines()) == 1 + 2 * len(documents.HOSTILE_NAMES)
    assert not [name for name in names if name.startswith(("=", "+", "-", "@"))]
    assert {name.removeprefix("'") for name in names} == {
        clean(name) for name in documents.HOSTILE_NAMES
    }
