"""Absurd amounts of money are held back; what merely varies is not."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.ingest.implausible import FEWEST, hold_back, money_per_event
from advisor.model import Vocabulary
from advisor.plugin import load_plugins

FIRST = date(2026, 3, 2)


@cache
def words() -> Vocabulary:
    return load_plugins().vocabulary()


@cache
def compared() -> Mapping[str, Sequence[str]]:
    return money_per_event(words())


def ads(values: Sequence[Sequence[float]], *, purchases: float = 2.0) -> pl.DataFrame:
    """One ad a list, one day a value: the revenue of that day, from *purchases* purchases."""
    rows = [
        (f"ad {key}", FIRST + timedelta(days=day), value)
        for key, days in enumerate(values)
        for day, value in enumerate(days)
    ]
    return pl.DataFrame(
        {
            "shop": ["one"] * len(rows),
            "key": [key for key, _, _ in rows],
            "name": [key for key, _, _ in rows],
            "from": [day for _, day, _ in rows],
            "to": [day for _, day, _ in rows],
            "_file": pl.Series([0] * len(rows), dtype=pl.UInt32),
            "_row": pl.Series(range(2, len(rows) + 2), dtype=pl.UInt32),
            "purchases": [purchases] * len(rows),
            "ad_revenue": [value for _, _, value in rows],
        }
    )


def test_money_is_compared_by_the_events_of_its_ratios() -> None:
    pairs = money_per_event(words())

    assert "purchases" in pairs["ad_revenue"]
    assert {"clicks", "impressions", "purchases"} <= set(pairs["spend"])
    assert "gmv_max_orders" in pairs["gmv_max_revenue"]


@pytest.mark.parametrize("times", [10, 1e3, 1e6])
def test_one_absurd_day_is_missing_and_told(times: float) -> None:
    frame = ads([[80.0] * 28, [75.0, 90.0] * 14])
    absurd = frame.with_columns(
        pl.when(pl.col("_row") == 9).then(80 * times).otherwise("ad_revenue").alias("ad_revenue")
    )

    kept, held = hold_back(absurd, compared())

    assert kept.filter(pl.col("_row") == 9)["ad_revenue"].to_list() == [None]
    assert kept.filter(pl.col("_row") != 9).equals(frame.filter(pl.col("_row") != 9))
    (amount,) = held
    assert (amount.name, amount.amount, amount.events) == ("ad 0", 80 * times, 2.0)
    assert amount.usual == pytest.approx(40.0, rel=0.2)


def test_one_row_of_a_subject_is_held_to_those_of_the_others() -> None:
    frame = ads([[70.0 + at] for at in range(12)] + [[9e7]])

    kept, (amount,) = hold_back(frame, compared())

    assert (amount.name, amount.amount) == ("ad 12", 9e7)
    assert kept["ad_revenue"].null_count() == 1
    assert hold_back(ads([[10.0 * 2**at] for at in range(12)]), compared())[1] == ()


def test_a_product_that_costs_more_is_no_absurd_value() -> None:
    frame = ads([[20.0] * 28, [20.0] * 28, [900.0] * 28])

    assert hold_back(frame, compared())[1] == ()


def test_a_day_of_many_orders_is_no_absurd_value() -> None:
    frame = ads([[100.0] * 28]).with_columns(
        pl.when(pl.col("_row") == 9).then(5000.0).otherwise("ad_revenue").alias("ad_revenue"),
        pl.when(pl.col("_row") == 9).then(100.0).otherwise("purchases").alias("purchases"),
    )

    assert hold_back(frame, compared())[1] == ()


def test_too_few_rows_say_nothing() -> None:
    frame = ads([[1.0] * (FEWEST - 2) + [250.0]])

    assert hold_back(frame, compared())[1] == ()
    assert hold_back(ads([[1.0, 1e9, 1e9]]), compared())[1] == ()


@pytest.mark.parametrize("times", [1e3, 1e6])
def test_of_few_rows_only_what_is_hundreds_of_times_the_others_is_held_back(times: float) -> None:
    (held,) = hold_back(ads([[19.0, 22.0, 20.0, 21.0 * times, 24.0]]), compared())[1]

    assert held.amount == 21.0 * times


def test_zero_and_missing_stay_what_they_are() -> None:
    frame = ads([[0.0] * 10 + [50.0] * 10 + [5e7]]).with_columns(
        pl.when(pl.col("_row") == 3).then(None).otherwise("ad_revenue").alias("ad_revenue")
    )

    kept, held = hold_back(frame, compared())

    assert len(held) == 1
    assert kept["ad_revenue"].null_count() == 2
    assert (kept["ad_revenue"] == 0).sum() == 9


@pytest.mark.parametrize("shape", ["lognormal", "pareto"])
@pytest.mark.parametrize("seed", range(8))
def test_of_heavy_tailed_orders_at_most_one_in_a_hundred_is_held_back(
    shape: str, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    draw = chance.lognormal(3, 1.2, 4000) if shape == "lognormal" else 20 * chance.pareto(1.2, 4000)
    frame = ads((draw + 1).reshape(100, 40).tolist(), purchases=1.0)

    assert len(hold_back(frame, compared())[1]) <= 40


@given(st.permutations(range(30)), st.sampled_from([0.01, 1.0, 15_000.0]))
def test_neither_order_nor_currency_matters(order: list[int], rate: float) -> None:
    values = [50.0 + at % 7 for at in range(29)] + [9e6]
    frame = ads([values]).with_columns(pl.col("ad_revenue") * rate)

    kept, held = hold_back(frame[order], compared())

    assert [amount.row for amount in held] == [31]
    assert kept.sort("_row").equals(hold_back(frame, compared())[0])


def test_one_shop_says_nothing_of_another() -> None:
    usual = ads([[40.0] * 20])
    rich = ads([[4e6] * 20]).with_columns(pl.lit("two").alias("shop"))

    assert hold_back(pl.concat([usual, rich]), compared())[1] == ()


def test_an_absurd_value_does_not_hide_in_the_spread_of_its_own_ad() -> None:
    draw = np.random.default_rng(7)
    usual = [list(np.exp(draw.normal(13.0, 1.0, 20))) for _ in range(6)]
    usual[0][4] = 5.2e8  # a thousand times the usual, in the ad's own sums

    frame, held = hold_back(ads(usual), compared())

    assert [one.amount for one in held] == [5.2e8]
    assert frame["ad_revenue"].null_count() == 1
