"""What a file need not have may lack: each column and all of them, each key of an answer."""

import json
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from tests.fuzz.check import check_all
from tests.fuzz.inputs import FORMS, Form, documents
from tests.fuzz.trial import Made, columns_of_form

pytestmark = pytest.mark.slow


def test_no_column_but_those_that_are_required_is_missed() -> None:
    problems = check_all([made for form in FORMS for made in _with_fewer_columns(form)])
    assert [problem for problem in problems if problem] == []


def test_no_key_of_an_answer_is_missed() -> None:
    problems = check_all([made for _, tree in documents() for made in _with_fewer_keys(tree)])
    assert [problem for problem in problems if problem] == []


def _with_fewer_columns(form: Form) -> Iterator[Made]:
    required = [form.spec.columns[name] for name in form.spec.requires]
    optional = [
        at for at, spec in columns_of_form(form).items() if not any(spec is one for one in required)
    ]
    for lacking in (*([at] for at in optional), optional):
        head, rows = (
            [[cell for at, cell in enumerate(row) if at not in lacking] for row in some]
            for some in (form.head, form.rows)
        )
        fewer = attrs.evolve(form, head=head, rows=rows)
        yield Made("columns", {f"export{form.suffix}": fewer.write()})


def _with_fewer_keys(tree: Any) -> Iterator[Made]:
    for key in dict.fromkeys(_keys(tree)):
        yield Made("json", {"answer.json": json.dumps(_without(tree, key)).encode()})


def _keys(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield key
            yield from _keys(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _keys(value)


def _without(tree: Any, key: str) -> Any:
    if isinstance(tree, dict):
        return {name: _without(value, key) for name, value in tree.items() if name != key}
    return [_without(value, key) for value in tree] if isinstance(tree, list) else tree
