"""Places of marks in the page's pictures."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.document import as_json
from advisor_report_plan import charts
from tests.report import documents

NUMBERS = st.floats(-1e9, 1e9)


def small() -> dict[str, Any]:
    return as_json(documents.small())


def test_worth_lies_on_one_scale_that_ends_at_the_largest() -> None:
    actions: list[Any] = [
        {"gain": {"low": 10.0, "mid": 20.0, "high": 40.0}},
        {"gain": None},
        {"gain": {"low": 5.0, "mid": 8.0, "high": 10.0}},
    ]
    top = charts.top_worth(actions)

    assert top == 40.0
    assert charts.worth(actions[0]["gain"], top) == {"low": 25.0, "mid": 50.0, "wide": 75.0}
    assert charts.worth(actions[2]["gain"], top) == {"low": 12.5, "mid": 20.0, "wide": 12.5}
    assert charts.top_worth([]) == 0.0


def test_a_day_that_is_not_known_breaks_the_line_and_is_no_zero() -> None:
    (kpi, *_) = [one for one in small()["kpis"] if one["band"]]
    values = [1.0, 2.0, 3.0, None, 5.0, 6.0, 7.0, 8.0]
    series = [{"day": f"2025-11-{n:02}", "value": v} for n, v in enumerate(values, start=1)]

    drawn = charts.line({**kpi, "series": series})
    assert [len(part.split()) for part in drawn["lines"]] == [3, 4]
    assert charts.line({**kpi, "series": series[:6]})["lines"] == []


def test_the_stripe_of_a_target_without_an_upper_edge_reaches_the_top() -> None:
    (kpi, *_) = [one for one in small()["kpis"] if one["band"]]
    drawn = charts.line({**kpi, "band": {"low": 3.0, "high": None}})

    assert drawn["band"]["y"] == 0.0
    assert charts.line({**kpi, "band": None})["band"] is None


def test_columns_of_sales_reach_from_the_strongest_day_down() -> None:
    (course, empty) = small()["courses"]
    drawn = charts.days(course)

    assert drawn["top"] == 1020.0
    assert drawn["columns"][-1]["high"] == 100.0
    assert len(drawn["line"].split()) == len(drawn["columns"]) == 20
    assert charts.days(empty) == {"columns": [], "line": "", "top": 0.0}


def test_a_change_ends_where_the_total_is() -> None:
    (change,) = small()["changes"]
    bars = charts.change({**change, "total": {**change["total"], "steps": [880.5, 619.5]}})

    assert [bar["kind"] for bar in bars] == ["total", "up", "up", "total"]
    assert bars[2]["x"] + bars[2]["wide"] == pytest.approx(bars[-1]["wide"], abs=0.02)


@given(start=NUMBERS, moves=st.lists(NUMBERS, max_size=6))
def test_every_bar_of_a_waterfall_lies_in_its_room(start: float, moves: list[float]) -> None:
    change = {
        "then": start,
        "now": start + sum(moves),
        "steps": [str(at) for at, _ in enumerate(moves)],
        "total": {
            "steps": moves,
            "step_texts": [str(one) for one in moves],
            "other": 0.0,
            "other_text": "0",
        },
    }
    for bar in charts.change(change):
        assert 0 <= bar["x"] <= 100
        assert 0 < bar["wide"] <= 100
        assert bar["x"] + bar["wide"] <= 101


@given(value=NUMBERS, low=st.none() | NUMBERS, high=st.none() | NUMBERS)
def test_a_value_beside_its_target_lies_in_its_room(
    value: float, low: float | None, high: float | None
) -> None:
    drawn = charts.bullet({"value": value, "band": {"low": low, "high": high}})
    if drawn is not None:
        assert 0 <= drawn["value"] <= 100
        assert 0 <= drawn["low"] <= 100
        assert drawn["wide"] >= 1


def test_a_funnel_is_drawn_by_logarithms_and_zero_is_nothing() -> None:
    wide = charts.funnel([{"value": 1e6 - 1}, {"value": 1e3 - 1}, {"value": 0.0}])

    assert wide == [100.0, 50.0, 0.0]
