"""findings.csv: complete, and no spreadsheet runs it."""

import csv
import io

import attrs

from advisor.document import Document, PriceInfo
from advisor.report.escape import clean
from advisor.report.formats import render_csv
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


def test_a_line_says_what_its_money_is_made_of_and_which_action_explains_it() -> None:
    price = PriceInfo("ctr", 0.006, 0.01, "the near edge", 9e4, 1.2, 1.0, 1.0, "90,000 x (1 - 2)")
    cause, effect = documents.finding("a", 1), documents.finding("b", 2)
    document = attrs.evolve(
        documents.empty(),
        findings=(attrs.evolve(cause, price=price), effect),
        plan=(documents.action((cause,), 3, also_explains=(effect.id,)),),
    )
    found = {row["finding_id"]: row for row in rows(document)}
    asked = ("action_rank", "explained_under", "target", "target_origin", "price")

    assert [found[cause.id][name] for name in asked] == [
        "3",
        "",
        "0.01",
        "the near edge",
        "90,000 x (1 - 2)",
    ]
    assert [found[effect.id][name] for name in asked] == ["", "3", "", "", ""]


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
