"""What the document holds for readers beside findings: funnels, daily series, due days, exports."""

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from advisor.document import Document
from advisor.model.rule import Start
from examples.generate import FOLDER
from tests.cli.exports import PROFILE, ads_file
from tests.end_to_end.runs import TODAY, diagnosis, document

INTERVAL = {
    "start_date": "2026-10-30",
    "end_date": "2026-10-31",
    "gmv": {"amount": "90.00", "currency": "USD"},
    "orders": 3,
    "sku_orders": 3,
    "units_sold": 4,
    "buyers": 3,
    "product_page_views": 80,
    "avg_product_page_visitors": 70,
}
ANSWER = {"code": 0, "data": {"performance": {"intervals": [INTERVAL]}}}


@cache
def made() -> Document:
    return document(FOLDER)


def test_a_funnel_adds_up_one_family_in_the_window() -> None:
    funnels = {one.id: one for one in made().funnels}
    frame = next(r for r in diagnosis(FOLDER).rows if (r.subject, r.family) == ("shop", "shop"))
    window = frame.frame.filter(
        frame.frame["from"].is_between(date(2026, 10, 4), date(2026, 10, 31))
    )

    steps = {step.title: step for step in funnels["shop"].steps}
    assert list(steps) == ["product impressions", "product clicks", "SKU orders"]
    assert steps["product clicks"].value == window["product_clicks"].sum()
    assert steps["product impressions"].share is None
    assert steps["SKU orders"].share == pytest.approx(
        steps["SKU orders"].value / steps["product clicks"].value
    )
    assert [len(one.steps) for one in funnels.values()] == [3, 3]


def test_a_count_that_no_file_has_is_left_out_of_a_funnel(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_text(
        "By Day,Ad name,Ad ID,Cost,Impressions,Clicks (destination),Conversions\n"
        "2026-10-30,One,31,10,1000,20,1\n",
        encoding="utf-8",
    )
    (tmp_path / "advisor.toml").write_text(PROFILE, encoding="utf-8")

    (funnel,) = document(tmp_path).funnels
    assert [step.title for step in funnel.steps] == ["ad impressions", "destination clicks"]


def test_without_a_file_of_its_counts_there_is_no_funnel(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(json.dumps(ANSWER), encoding="utf-8")
    (tmp_path / "advisor.toml").write_text(PROFILE, encoding="utf-8")

    assert document(tmp_path).funnels == ()


def test_a_course_has_its_days_and_a_trend_of_the_same_days() -> None:
    (course,) = made().courses

    assert [one.day for one in course.series] == [one.day for one in course.trend]
    assert len(course.series) == course.days
    values = [one.value or 0.0 for one in course.trend]
    growth = (values[-1] / values[-31]) - 1
    assert growth == pytest.approx(course.growth, abs=0.005)
    assert sum(values) == pytest.approx(sum(one.value or 0.0 for one in course.series), rel=0.05)


def test_an_action_is_due_after_its_start() -> None:
    days = {Start.NOW: 0, Start.THIS_WEEK: 7, Start.THIS_MONTH: 30}

    for action in made().plan:
        assert action.due == (TODAY + timedelta(days=days[Start(action.start or "")])).isoformat()


def test_old_data_give_no_due_day(tmp_path: Path) -> None:
    ads_file(tmp_path)
    (tmp_path / "advisor.toml").write_text(PROFILE, encoding="utf-8")

    assert {one.due for one in document(tmp_path, today=date(2027, 3, 1)).plan} == {None}


def test_a_target_says_where_it_comes_from() -> None:
    banded = [kpi for kpi in made().kpis if kpi.band_text]

    assert banded
    for kpi in banded:
        assert kpi.band is not None
        assert kpi.band.text == kpi.band_text
        assert kpi.band.origin
    assert all(kpi.band is None for kpi in made().kpis if not kpi.band_text)


def test_an_export_is_named_for_rules_that_wait_for_it_alone_each_once() -> None:
    waiting = {one.rule: set(one.exports) for one in made().coverage}
    counted = [rule for one in made().exports for rule in one.rules]

    assert counted
    assert len(counted) == len(set(counted))
    for one in made().exports:
        assert all(one.kind in waiting[rule] for rule in one.rules)


def test_an_api_is_asked_for_only_where_a_file_is_from_one(tmp_path: Path) -> None:
    assert not any(one.api for one in made().exports)

    (tmp_path / "answer.json").write_text(json.dumps(ANSWER), encoding="utf-8")
    (tmp_path / "advisor.toml").write_text(PROFILE, encoding="utf-8")
    assert any(one.api for one in document(tmp_path).exports)


def test_what_would_be_told_in_days_says_in_how_many() -> None:
    assert any(one.days for one in made().watch)
    assert all((one.days is None) or one.days > 0 for one in made().watch)
