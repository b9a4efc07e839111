"""The numbers of the whole shop: over all subjects of the coarsest kind that has them."""

import attrs
import pytest

from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.kpis import Total, totals
from advisor.model.reading import Grain, Period
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


def test_subjects_that_overlap_are_not_added_up_and_the_largest_speaks() -> None:
    kind = attrs.evolve(WORDS.subjects["ad"], overlap=True)
    words = attrs.evolve(WORDS, subjects={**WORDS.subjects, "ad": kind})
    rows: list[Row] = [
        {"day": d, "key": key, "clicks": clicks, "impressions": seen}
        for d in range(1, 8)
        for key, clicks, seen in (("inner", 9, 20), ("outer", 5, 100))
    ]

    found = totals(["ctr"], [counted("ad", rows, grain=Grain.DAY)], WINDOW, words)[SHOP]["ctr"]

    assert (found.row["ctr"], found.of) == (0.05, "outer")


@pytest.mark.parametrize("overlap", [False, True])
def test_the_only_subject_of_a_kind_below_the_shop_is_named(*, overlap: bool) -> None:
    kind = attrs.evolve(WORDS.subjects["ad"], overlap=overlap)
    words = attrs.evolve(WORDS, subjects={**WORDS.subjects, "ad": kind})
    ad = counted("ad", [{"key": "a", "clicks": 7, "impressions": 70}])
    shop = counted("shop", [{"clicks": 30, "impressions": 100}])

    of_one = totals(["ctr"], [ad], WINDOW, words)[SHOP]["ctr"]
    of_shop = totals(["ctr"], [ad, shop], WINDOW, words)[SHOP]["ctr"]

    assert (of_one.of, of_shop.of) == ("a", "")


def test_a_total_says_its_days() -> None:
    days: list[Row] = [{"day": d, "clicks": 1, "impressions": 9} for d in range(5, 12)]
    gaps: list[Row] = [{"day": d, "clicks": 1, "impressions": 9} for d in (5, 11)]
    long = counted("ad", [{"from": day(-90), "to": day(9), "clicks": 1, "impressions": 9}])
    undated = counted("ad", [{"from": None, "to": None, "clicks": 1, "impressions": 9}])

    found = [
        total("ctr", counted("ad", days, grain=Grain.DAY)),
        total("ctr", counted("ad", gaps, grain=Grain.DAY)),
        total("ctr", long),
        total("ctr", undated),
    ]

    spans = [Period(day(5), day(11)), Period(day(5), day(11)), Period(day(-90), day(9)), None]
    assert [one.days for one in found] == spans
    assert [one.every_day for one in found[:2]] == [True, False]
