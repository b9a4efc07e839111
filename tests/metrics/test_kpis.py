"""The numbers of the whole shop: over all subjects of the coarsest kind that has them."""

import pytest

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.kpis import Total, totals
from advisor.model.reading import Grain
from advisor.model.window import NO_WINDOW, Window
from tests.core import SHOP, WINDOW, WORDS, counted, day

Row = dict[str, object]


def total(name: str, *sources: CountedRows, window: Window = WINDOW) -> Total:
    (found,) = totals([name], sources, window, WORDS).values()
    return found[name]


def test_a_kpi_is_the_ratio_of_sums_over_all_subjects() -> None:
    rows: list[Row] = [
        {"key": "a", "clicks": 50, "impressions": 100},
        {"key": "b", "clicks": 50, "impressions": 9_900},
    ]

    assert total("ctr", counted("ad", rows)).row["ctr"] == 0.01


def test_the_coarsest_kind_speaks_for_the_shop() -> None:
    ads = counted("ad", [{"clicks": 1, "impressions": 10}])
    shop = counted("shop", [{"clicks": 30, "impressions": 100}])

    found = total("ctr", ads, shop)

    assert (found.kind, found.row["ctr"]) == ("shop", 0.3)


def test_days_speak_before_a_period() -> None:
    period = counted("ad", [{"clicks": 1, "impressions": 10}])
    days = counted("ad", [{"day": 3, "clicks": 3, "impressions": 10}], grain=Grain.DAY)

    assert total("ctr", period, days).row["ctr"] == 0.3


def test_a_source_whose_counts_are_all_missing_does_not_speak() -> None:
    empty = counted("shop", [{"clicks": 1, "impressions": None}])
    ads = counted("ad", [{"clicks": 1, "impressions": 10}])

    assert total("ctr", empty, ads).kind == "ad"
    assert totals(["ctr"], [empty], WINDOW, WORDS) == {}


def test_the_window_before_stands_beside_it() -> None:
    rows: list[Row] = [
        {"day": d, "clicks": 2 if d > 0 else 1, "impressions": 10} for d in range(-27, 29)
    ]

    row = total("ctr", counted("ad", rows, grain=Grain.DAY)).row

    assert (row["ctr"], row["ctr.before"]) == (0.2, 0.1)


def test_the_series_has_each_day_of_both_windows_once() -> None:
    rows: list[Row] = [
        {"day": d, "key": key, "clicks": d + 60, "impressions": 1_000}
        for d in range(-40, 40)
        for key in "ab"
    ]

    series = total("ctr", counted("ad", rows, grain=Grain.DAY)).series

    assert [at for at, _ in series] == [day(d).isoformat() for d in range(-27, 29)]
    assert series[0][1] == pytest.approx(0.033)


def test_periods_are_a_series_too() -> None:
    rows: list[Row] = [
        {"from": day(a), "to": day(b), "clicks": n, "impressions": 10}
        for n, (a, b) in enumerate([(-27, 0), (1, 28)], start=1)
    ]

    found = total("ctr", counted("ad", rows), window=NO_WINDOW)

    assert found.series == ((day(-27).isoformat(), 0.1), (day(1).isoformat(), 0.2))
    assert (found.row["ctr"], found.row["ctr.before"]) == (0.2, 0.1)


def test_states_of_several_subjects_are_not_added_up() -> None:
    rows: list[Row] = [
        {"day": 1, "key": "a", "stock": 500},
        {"day": 2, "key": "a", "stock": 400},
        {"day": 2, "key": "b", "stock": 30},
    ]

    found = total("stock", counted("product", rows, grain=Grain.DAY))

    assert (found.row["stock"], found.of) == (400, "a")


def test_a_metric_that_no_file_has_is_not_there() -> None:
    ads = counted("ad", [{"clicks": 1}])

    assert totals(["ctr", "clicks"], [ads], WINDOW, WORDS)[SHOP].keys() == {"clicks"}
