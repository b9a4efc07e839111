"""Metrics are ratios of sums with honest limits; what is missing is not zero."""

import math
from collections.abc import Mapping
from typing import Any

import attrs
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.metrics.measured import measure
from advisor.metrics.pooling import pool
from advisor.metrics.required import RequiredMetrics, metric_of
from advisor.metrics.windows import Windows
from advisor.model.reading import Grain
from advisor.model.vocabulary import Unit
from advisor.model.window import NO_WINDOW
from advisor.stats import intervals as evidence
from tests.core import SHOP, WINDOW, WORDS, counted, day, measured, one

Row = dict[str, object]


def test_a_metric_over_rows_is_the_ratio_of_sums_not_the_mean_of_ratios() -> None:
    rows: list[Row] = [
        {"day": 1, "impressions": 100, "clicks": 50},
        {"day": 2, "impressions": 900, "clicks": 9},
    ]

    found = one(counted("ad", rows, grain=Grain.DAY), metrics=["ctr"])

    assert found["ctr"] == pytest.approx(59 / 1_000)
    assert found["days"] == 2


def test_a_row_that_lacks_one_of_its_counts_is_in_neither_sum() -> None:
    rows: list[Row] = [
        {"day": 1, "impressions": 100, "clicks": 5},
        {"day": 2, "impressions": 900, "clicks": None},
        {"day": 3, "impressions": None, "clicks": 70},
    ]

    found = one(counted("ad", rows, grain=Grain.DAY), metrics=["ctr"])

    assert (found["ctr.x"], found["ctr.d"]) == (5, 100)


def test_a_ratio_to_next_to_nothing_is_not_known() -> None:
    found = one(counted("ad", [{"impressions": 1e-320, "clicks": 2}]), metrics=["ctr"])

    assert found["ctr"] is None


def test_zero_is_a_value_and_null_is_none() -> None:
    rows: list[Row] = [
        {"key": "a", "impressions": 100, "clicks": 0},
        {"key": "b", "impressions": 100, "clicks": None},
    ]

    frame = measured(counted("ad", rows), metrics=["ctr"])["ad"].frame

    assert frame["ctr"].to_list() == [0.0, None]
    assert frame["ctr.hi"].to_list() == [pytest.approx(0.037, abs=1e-3), None]


def test_an_optional_count_is_added_where_it_is_and_does_no_harm_where_not() -> None:
    rows: list[Row] = [
        {"day": 1, "impressions": 100, "likes": 10, "shares": 2},
        {"day": 2, "impressions": 100, "likes": 10, "shares": None},
    ]

    with_shares = one(counted("ad", rows, grain=Grain.DAY), metrics=["engagement"])
    without = one(
        counted(
            "ad", [{k: v for k, v in row.items() if k != "shares"} for row in rows], grain=Grain.DAY
        ),
        metrics=["engagement"],
    )

    assert (with_shares["engagement.x"], without["engagement.x"]) == (22, 20)


def test_a_metric_whose_counts_no_file_has_gets_no_columns() -> None:
    found = measured(counted("ad", [{"clicks": 5}]), metrics=["ctr"])["ad"]

    assert found.metrics == frozenset()
    assert not [c for c in found.frame.columns if c.startswith("ctr")]


@pytest.mark.parametrize(("row", "expected"), [({"likes": 4}, 4.0), ({"clicks": 4}, None)])
def test_of_counts_that_are_all_optional_one_is_enough_and_none_is_none(
    row: Row, expected: float | None
) -> None:
    assert one(counted("ad", [row]), metrics=["reactions"]).get("reactions") == expected


@pytest.mark.parametrize(
    ("grain", "expected"),
    [(Grain.DAY, 15.0), (Grain.PERIOD, 20.0)],
    ids=["the mean of days", "the newest period"],
)
def test_people_are_never_added_up(grain: Grain, expected: float) -> None:
    days: list[Row] = [{"day": 1, "visitors": 10}, {"day": 2, "visitors": 20}]
    if grain is Grain.PERIOD:
        days = [{"from": day(d), "to": day(d), "visitors": d * 10} for d in (1, 2)]

    assert one(counted("ad", days, grain=grain), metrics=["visitors"])["visitors"] == expected


def test_a_state_is_the_newest_one_known() -> None:
    rows: list[Row] = [
        {"day": 2, "stock": 7},
        {"day": 3, "stock": None},
        {"day": 1, "stock": 40},
    ]

    assert one(counted("product", rows, grain=Grain.DAY), metrics=["stock"])["stock"] == 7


@pytest.mark.parametrize("grain", [Grain.DAY, Grain.PERIOD])
@pytest.mark.parametrize(
    ("until", "expected"),
    [(28, 40), (30, 40), (31, 7), (32, 7), (33, 9), (None, 40)],
)
def test_a_state_noted_after_the_window_holds_up_to_the_day_of_the_run(
    grain: Grain, until: int | None, expected: float
) -> None:
    rows: list[Row] = [
        {"day": 33, "stock": 9},
        {"day": 20, "stock": 40},
        {"day": 31, "stock": 7},
    ]
    window = attrs.evolve(WINDOW, until=None if until is None else day(until))
    states = attrs.evolve(counted("product", rows, grain=grain), states=True)

    for days in (window, Windows({SHOP: window}), Windows({SHOP: window, "other": NO_WINDOW})):
        found = measure([states], {"product": RequiredMetrics(frozenset({"stock"}))}, days, WORDS)
        assert found["product"].frame["stock"].to_list() == [expected]


def test_what_happened_after_the_window_is_no_part_of_it() -> None:
    rows: list[Row] = [{"day": 28, "clicks": 4}, {"day": 29, "clicks": 9}]
    window = attrs.evolve(WINDOW, until=day(40))

    found = measured(counted("ad", rows, grain=Grain.DAY), metrics=["clicks"], window=window)

    assert found["ad"].frame["clicks"].to_list() == [4]


def test_only_days_of_the_window_count_and_the_window_before_is_apart() -> None:
    rows: list[Row] = [
        {"day": 28, "impressions": 100, "clicks": 4},
        {"day": 29, "impressions": 1, "clicks": 1},
        {"day": 0, "impressions": 200, "clicks": 2},
        {"day": -28, "impressions": 1, "clicks": 1},
    ]

    found = one(counted("ad", rows, grain=Grain.DAY), before=["ctr"])

    assert (found["ctr"], found["ctr.before"]) == (0.04, 0.01)


def test_of_periods_the_newest_counts_and_before_is_the_last_that_ended_earlier() -> None:
    spans = [(-60, -31), (-30, 0), (-5, 10), (1, 28)]
    rows: list[Row] = [
        {"from": day(a), "to": day(b), "impressions": 100, "clicks": n}
        for n, (a, b) in enumerate(spans, start=1)
    ]

    found = one(counted("ad", rows), before=["ctr"])

    assert (found["ctr"], found["ctr.before"]) == (0.04, 0.02)


def test_a_period_without_dates_gives_way_to_one_that_has_them() -> None:
    rows: list[Row] = [
        {"from": None, "to": None, "impressions": 100, "clicks": 9},
        {"impressions": 100, "clicks": 1},
    ]

    assert one(counted("ad", rows), metrics=["ctr"])["ctr"] == 0.01


def test_a_period_without_dates_is_judged_where_there_is_no_other() -> None:
    rows: list[Row] = [{"from": None, "to": None, "impressions": 100, "clicks": 9}]

    found = measured(counted("ad", rows), before=["ctr"], window=NO_WINDOW)["ad"].frame

    assert found["ctr"].to_list() == [0.09]
    assert found["days"].to_list() == [None]


def test_days_are_nothing_without_a_window() -> None:
    rows: list[Row] = [{"day": 1, "impressions": 100, "clicks": 9}]

    source = counted("ad", rows, grain=Grain.DAY)

    assert measured(source, metrics=["ctr"], window=NO_WINDOW) == {}


def test_a_numerator_of_one_source_never_meets_a_denominator_of_another() -> None:
    first: list[Row] = [
        {"key": "a", "impressions": 100, "clicks": None, "likes": 3},
        {"key": "b", "impressions": 100, "clicks": 2, "likes": None},
    ]
    second: list[Row] = [
        {"key": "a", "impressions": 1_000, "clicks": 50, "likes": 500},
        {"key": "c", "impressions": 1_000, "clicks": 10, "likes": None},
    ]

    found = measured(
        counted("ad", first, family="a"),
        counted("ad", second, family="b"),
        metrics=["ctr", "engagement"],
    )["ad"].frame

    assert found["key"].to_list() == ["a", "b", "c"]
    assert found["ctr"].to_list() == [0.05, 0.02, 0.01]
    assert found["ctr.d"].to_list() == [1_000, 100, 1_000]
    assert found["engagement"].to_list() == [0.03, None, None]


def test_each_metric_keeps_the_length_of_the_rows_that_it_was_measured_on() -> None:
    daily = counted(
        "ad",
        [{"day": d, "impressions": 100, "clicks": 5} for d in range(1, 8)],
        family="a",
        grain=Grain.DAY,
    )
    whole = counted("ad", [{"clicks": 700, "orders": 14}], family="b")

    found = one(daily, whole, metrics=["ctr", "order_rate"])

    assert (found["ctr.days"], found["order_rate.days"]) == (7, 28)


@pytest.mark.parametrize("metric", ["ctr", "order_rate", "cpc", "aov", "roas"])
def test_where_nothing_has_happened_yet_anything_is_possible(metric: str) -> None:
    nothing: Row = dict.fromkeys(("impressions", "clicks", "orders", "spend", "gmv"), 0)

    found = one(counted("ad", [nothing]), metrics=[metric])

    assert found[metric] is None
    assert (found[f"{metric}.lo"], found[f"{metric}.hi"]) == (0.0, math.inf)


def test_money_spent_without_a_click_has_a_least_price_and_no_highest() -> None:
    found = one(counted("ad", [{"spend": 50, "clicks": 0}]), metrics=["cpc"])

    assert found["cpc"] is None
    assert found["cpc.lo"] == pytest.approx(50 / 3.7, rel=0.02)  # 3.7: the most that 0 leaves
    assert found["cpc.hi"] == math.inf


def test_the_limits_of_cpc_are_those_of_the_clicks_turned_over() -> None:
    found = one(counted("ad", [{"spend": 50, "clicks": 100}]), metrics=["cpc"])
    few, many = _byar(100)

    assert (found["cpc.lo"], found["cpc.hi"]) == (
        pytest.approx(50 / many),
        pytest.approx(50 / few),
    )


def _byar(x: float) -> tuple[Any, ...]:
    low, high = evidence.byar(pl.lit(x))
    return pl.select(low.alias("a"), high.alias("b")).row(0)


def test_without_an_order_the_value_of_one_is_borrowed_from_the_others() -> None:
    rows: list[Row] = [
        {"key": "a", "spend": 100, "gmv": 0, "orders": 0},
        {"key": "b", "spend": 100, "gmv": 400, "orders": 10},
    ]

    frame = measured(counted("ad", rows), metrics=["roas"])["ad"].frame

    assert frame["roas.each"].to_list() == [40.0, 40.0]
    assert frame["roas.lo"][0] == 0.0
    # Of orders as spread as by default, each counts for half of an equal one.
    assert frame["roas.hi"][0] == pytest.approx(_byar(0)[1] * 2 * 40 / 100)


def test_a_single_order_hardly_tells_what_an_order_is_worth() -> None:
    """Its value may be a tenth of the next: of 46 such ones nobody knows that they were due."""
    found = one(counted("ad", [{"spend": 50, "gmv": 2.41, "orders": 1}]), metrics=["roas"])

    assert found["roas.lo"] < 2.41 / 50 < found["roas.hi"]
    assert found["roas.hi"] > 46 * 2.41 / 50


def test_many_orders_tell_what_an_order_is_worth_as_well_as_they_come() -> None:
    found = one(counted("ad", [{"spend": 100, "gmv": 4000, "orders": 100}]), metrics=["roas"])
    few, many = _byar(50)

    assert found["roas.lo"] == pytest.approx(few / 50 * 40, rel=0.03)
    assert found["roas.hi"] == pytest.approx(many / 50 * 40, rel=0.03)


def test_without_an_order_anywhere_sales_have_no_upper_limit() -> None:
    found = one(counted("ad", [{"spend": 100, "gmv": 0, "orders": 0}]), metrics=["roas"])

    assert (found["roas"], found["roas.lo"], found["roas.hi"]) == (0.0, 0.0, math.inf)


@pytest.mark.parametrize(
    "row",
    [{"spend": 100, "gmv": 900}, {"spend": 100, "gmv": 900, "orders": None}],
    ids=["no column", "no value"],
)
def test_sales_whose_orders_are_not_known_have_a_value_and_no_limits(row: Row) -> None:
    others: Row = {"key": "2", "spend": 100, "gmv": 400, "orders": 10}
    rows = [row, others] if "orders" in row else [row]

    frame = measured(counted("ad", rows), metrics=["roas"])["ad"].frame

    assert frame["roas"][0] == 9.0
    assert frame["roas.lo"][0] is None
    assert frame["roas.hi"][0] is None


def test_sales_without_an_order_contradict_themselves_and_exclude_nothing() -> None:
    rows: list[Row] = [
        {"key": "a", "spend": 100, "gmv": 900, "orders": 0},
        {"key": "b", "spend": 100, "gmv": 400, "orders": 100},
    ]

    frame = measured(counted("ad", rows), metrics=["roas"])["ad"].frame

    assert frame["roas.lo"][0] <= 9.0 <= frame["roas.hi"][0]


def test_days_that_vary_widen_the_limits() -> None:
    calm: list[Row] = [{"day": d, "impressions": 100, "clicks": 5} for d in range(1, 15)]
    wild: list[Row] = [{"day": d, "impressions": 100, "clicks": 10 * (d % 2)} for d in range(1, 15)]

    narrow, wide = (one(counted("ad", r, grain=Grain.DAY), metrics=["ctr"]) for r in (calm, wild))

    assert narrow["ctr"] == wide["ctr"]
    assert wide["ctr.phi"] > 2
    assert wide["ctr.hi"] - wide["ctr.lo"] > 1.4 * (narrow["ctr.hi"] - narrow["ctr.lo"])


def test_more_clicks_than_impressions_are_all_of_them_and_no_crash() -> None:
    found = one(counted("ad", [{"impressions": 10, "clicks": 20}]), metrics=["ctr"])

    assert found["ctr"] == 2.0
    assert found["ctr.hi"] == 1.0


def test_a_count_is_an_exact_metric_of_itself() -> None:
    metric = metric_of("spend", WORDS)

    assert (metric.numerator, metric.unit) == (("spend",), Unit.MONEY)
    found = one(counted("ad", [{"spend": 3.5}, {"spend": None}]), metrics=["spend"])
    assert (found["spend"], found["spend.lo"], found["spend.hi"]) == (3.5, 3.5, 3.5)


events = st.fixed_dictionaries(
    {
        "impressions": st.none() | st.integers(0, 10_000).map(float),
        "clicks": st.none() | st.integers(0, 500).map(float),
        "orders": st.none() | st.integers(0, 50).map(float),
        "spend": st.none() | st.integers(0, 5_000).map(float),
        "gmv": st.none() | st.integers(0, 50_000).map(float),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(events, min_size=1, max_size=6), st.integers(2, 4))
def test_splitting_rows_does_not_change_a_value(
    rows: list[Mapping[str, float | None]], parts: int
) -> None:
    names = ["ctr", "order_rate", "cpc", "roas", "sales"]
    whole: list[Row] = [dict(row) for row in rows]
    split: list[Row] = [
        {name: None if value is None else value / parts for name, value in row.items()}
        for row in rows
        for _ in range(parts)
    ]

    one_way = one(counted("ad", whole), metrics=names)
    other = one(counted("ad", split), metrics=names)

    for name in names:
        for part in ("", ".lo", ".hi") if name != "roas" else ("",):
            assert other[f"{name}{part}"] == pytest.approx(one_way[f"{name}{part}"]), (name, part)


@settings(max_examples=60, deadline=None)
@given(st.lists(events, min_size=2, max_size=6))
def test_pooled_subjects_are_measured_as_their_rows_together_would_be(
    rows: list[Mapping[str, float | None]],
) -> None:
    names = ["ctr", "order_rate", "cpc"]
    apart: list[Row] = [
        {"key": str(n), "parent.ad-group": "g", **row} for n, row in enumerate(rows)
    ]
    together: list[Row] = [{"key": "g", **row} for row in rows]
    metrics = {name: WORDS.metrics[name] for name in names}

    frame = measured(counted("ad", apart), metrics=names)["ad"].frame
    pooled = pool(frame, "ad-group", "{} ads", metrics).row(0, named=True)
    union = one(counted("ad", together), metrics=names)

    assert (pooled["key"], pooled["name"], pooled["pooled"]) == ("g", f"{len(rows)} ads", len(rows))
    for name in names:
        for part in ("", ".lo", ".hi", ".n"):
            assert pooled[f"{name}{part}"] == pytest.approx(union[f"{name}{part}"]), (name, part)
