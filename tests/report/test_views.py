"""What templates may ask of the document."""

import pytest

from advisor.report import views
from advisor.report.parts import Part


@pytest.mark.parametrize(
    ("text", "said"),
    [("add iPhone sales", "Add iPhone sales."), ("Why?", "Why?"), ("", ""), ("éa.", "Éa.")],
)
def test_a_sentence_has_a_capital_and_an_end(text: str, said: str) -> None:
    assert views.sentence(text) == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (1000, "1,000 files")]
)
def test_numbers_and_their_nouns_agree(number: int, said: str) -> None:
    assert views.counted(number, "file") == said


@pytest.mark.parametrize(
    ("counts", "said"),
    [({}, "0"), ({"copy": 0}, "0"), ({"total": 2, "copy": 1200}, "total: 2, copy: 1,200")],
)
def test_rows_left_out_are_said_by_reason(counts: dict[str, int], said: str) -> None:
    assert views.left_out(counts) == said


def test_findings_come_in_the_order_of_their_ids() -> None:
    findings = [{"id": "a"}, {"id": "b"}, {"id": "c"}]

    assert views.of(findings, ("c", "a", "gone")) == [{"id": "c"}, {"id": "a"}]


def test_the_goal_comes_first_then_impact_then_the_given_order() -> None:
    kpis: list[Part] = [
        {"metric": "views", "goal": None, "impact": False},
        {"metric": "gmv", "goal": "sales", "impact": True},
        {"metric": "reach", "goal": "reach", "impact": False},
    ]

    ordered = [kpi["metric"] for kpi in views.for_goal(kpis, "reach")]
    assert ordered == ["reach", "gmv", "views"]
    assert [kpi["metric"] for kpi in views.for_goal(kpis, None)] == ["gmv", "views", "reach"]


def test_one_remedy_is_said_once() -> None:
    one, two, three = ({"remedy": remedy} for remedy in ("add ads", "", "add ads"))

    assert views.by_remedy((one, two, three)) == [("add ads", [one, three]), ("", [two])]


def test_a_name_that_is_waited_for_has_one_line() -> None:
    named = (("1", "1 (Oct 1)"), ("1b", "1 (Oct 8)"), ("2", "2"))
    one, again, two = ({"kind": "live", "key": key, "name": name} for key, name in named)
    waiting = [
        {"rule": "a", "subject": one, "text": "CPC $1", "days": 2},
        {"rule": "b", "subject": again, "text": "CPM $1", "days": 2},
        {"rule": "c", "subject": two, "text": "CTR 1%", "days": 1},
    ]
    assert [item["rule"] for item in views.soonest(waiting, 5)] == ["c", "a"]
