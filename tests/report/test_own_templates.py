"""Templates of a shop's own cost their plan, and never more than their limits."""

from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest

from advisor.document import Document
from advisor.errors import AdvisorError
from advisor.model import ENGLISH
from advisor.plugin import MIB, Templates, TextFolder
from advisor.report import render, render_with_own
from advisor.report.own_templates import LIMITS
from tests.end_to_end.runs import document, registry

NESTED = "{% for i in range(99999) %}" * 3 + "{}" + "{% endfor %}" * 3
LARGE = (
    '{% set ns = namespace(t="x" * 99999) %}' + "{% set ns.t = ns.t ~ ns.t %}" * 30 + "{{ ns.t }}"
)


@pytest.fixture(scope="module")
def made() -> Document:
    return document(Path(__file__).parents[2] / "examples" / "luna-beauty")


def rendered(made: Document, text: str, **limits: float) -> Mapping[str, str | bytes]:
    own = Templates("own", TextFolder("my-templates", {"plan.md.j2": text}))
    failed: list[str] = []
    bounds = attrs.evolve(LIMITS, **limits)  # type: ignore[arg-type]
    files = render_with_own(
        made, ("md", "json", "xlsx"), [own], (), failed=failed, language=ENGLISH, limits=bounds
    )
    assert failed == []
    return files


def test_a_plan_with_own_templates_is_as_it_was_rendered_here(made: Document) -> None:
    files = rendered(made, '{% extends "plan.md.j2" %}')
    ours = render(made, ("md", "json", "xlsx"), registry().templates(), language=ENGLISH)
    assert {**files, "plan.xlsx": b""} == {**ours, "plan.xlsx": b""}
    assert isinstance(files["plan.xlsx"], bytes)


def test_a_mistake_in_one_is_said_with_its_line(made: Document) -> None:
    with pytest.raises(AdvisorError, match=r"my-templates/plan\.md\.j2, line 2: .*nothing"):
        rendered(made, "Plan\n{{ nothing.of_it }}")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "limits", "told"),
    [
        (NESTED, {"seconds": 8.0}, "it took longer than 8 s"),
        (LARGE, {}, "MemoryError"),
        ("{{ 'x' * 99999 }}" * 30, {"output": MIB}, "it gave more than 1 MiB"),
    ],
)
def test_one_that_never_ends_takes_all_or_gives_too_much_is_ended(
    made: Document, text: str, limits: Mapping[str, float], told: str
) -> None:
    with pytest.raises(AdvisorError, match=told):
        rendered(made, text, **limits)
