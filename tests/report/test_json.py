"""plan.json: what its schema promises, strictly."""

import copy
import json
import math
from collections.abc import Callable
from typing import Any

import attrs
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.document import Document, as_json
from advisor.document.json_schema import FACTS, SCHEMA_FILE, schema, schema_text
from advisor.report.formats import render_json
from tests.report import documents

VALIDATOR = jsonschema.Draft202012Validator(schema())


def problems(value: object) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(value)]


def small() -> Any:
    return json.loads(render_json(documents.small()))


def test_the_schema_file_is_what_the_document_is_today() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_every_fact_of_the_schema_is_about_a_field() -> None:
    made = {"Document": schema(), **schema()["$defs"]}
    fields = {f"{name}.{field}" for name, cls in made.items() for field in cls["properties"]}

    assert set(FACTS) <= fields


@pytest.mark.parametrize(
    "make",
    [documents.empty, documents.quiet, documents.small, documents.large, documents.hostile],
)
def test_every_document_keeps_to_the_schema(make: Callable[[], Document]) -> None:
    assert problems(json.loads(render_json(make()))) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema_version",), 2),
        (("surprise",), 1),
        (("findings", 0, "severity"), "urgent"),
        (("findings", 0, "confidence"), 1.1),
        (("findings", 0, "evidence", 0, "levels"), ["medium"]),
        (("findings", 0, "evidence", 0, "rows"), [[1]]),
        (("findings", 0, "evidence", 0, "rows"), [[1, 2, 3]]),
        (("plan", 0, "rank"), 0),
        (("plan", 0, "gain"), 12),
        (("outcomes", 0, "maybe"), 1),
        (("outcomes", 0, "unsure"), -1),
        (("inputs", 0, "sha256"), "abc"),
        (("period", "today"), "yesterday"),
        (("shop", "currency"), "$"),
    ],
)
def test_the_schema_refuses_what_a_document_cannot_be(path: tuple[Any, ...], value: object) -> None:
    document = small()
    part = document
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value

    assert problems(document)


def test_the_schema_refuses_a_missing_field() -> None:
    complete = small()
    for name in complete:
        lacking = copy.copy(complete)
        del lacking[name]

        assert problems(lacking) == ["$"]


def test_json_says_the_document_and_nothing_else() -> None:
    document = documents.hostile()

    assert json.loads(render_json(document)) == as_json(document)


def test_json_begins_with_its_marks_and_ends_with_a_newline() -> None:
    text = render_json(documents.small())

    assert text.startswith('{\n  "schema_version": 1,\n  "advisor": {')
    assert text.endswith("}\n")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_json_has_no_numbers_that_json_has_not(number: float) -> None:
    document = documents.small()
    wrong = attrs.evolve(document, kpis=(attrs.evolve(document.kpis[0], value=number),))

    with pytest.raises(ValueError, match="not JSON compliant"):
        render_json(wrong)


@settings(deadline=None)
@given(st.text())
def test_json_can_be_written_and_shown_whatever_the_names(name: str) -> None:
    text = render_json(documents.hostile((name,)))

    text.encode()
    assert not {c for c in text if (c != "\n" and ord(c) < 32) or 0x7F <= ord(c) < 0xA0}
