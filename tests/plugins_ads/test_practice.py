"""Max delivery, how many videos a campaign has to show, and ads of a kind that was replaced."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from advisor import derive
from advisor.model.reading import File, Grain, Period, Reading, Table
from advisor_tiktok_ads.creatives import live_creatives
from advisor_tiktok_ads.legacy import ad_types
from advisor_tiktok_ads.steering import steering
from tests.blocks import block
from tests.plugins_ads.test_steering import WINDOW, budget, found, reading, result


def modes(*days: int, on: bool = True) -> Reading:
    return reading("modes", *((day, {"max_delivery": float(on)}) for day in days))


def test_days_in_max_delivery_are_counted() -> None:
    assert found(modes(3, 4, 5))["max_delivery_days"] == 3
    assert found(modes(3, 4, on=False))["max_delivery_days"] == 0


def test_without_a_mode_nothing_is_said_of_it() -> None:
    assert "max_delivery_days" not in found(reading("budgets", budget(3, 100, 4)))


def test_a_day_in_max_delivery_is_owed_no_credit() -> None:
    results = reading("results", result(3, 100, 30, 200), result(4, 100, 30, 200))
    budgets = reading("budgets", budget(3, 100, 4), budget(4, 100, 4))
    owed = found(results, budgets)
    less = found(results, budgets, modes(3))

    assert owed["roi_credit_days"] == 2
    assert less["roi_credit_days"] == 1
    assert less["roi_credit"] == pytest.approx(owed["roi_credit"] / 2)


def list_of(rows: Sequence[tuple[str, str, float]], to: date = WINDOW.last) -> Reading:
    """Creatives: key, campaign and impressions."""
    frame = pl.DataFrame(
        rows, ["key", "parent.campaign", "gmv_max_impressions"], orient="row"
    ).with_columns(pl.lit(WINDOW.first).alias("from"), pl.lit(to).alias("to"))
    file = File(Path("creatives"), "creatives", 0, "creatives")
    table = Table("creative", "gmv-max", Grain.PERIOD, frame)
    return Reading(file, "test", "creatives", "creatives", (table,), len(rows))


def shown(*readings: Reading, window: Period | None = WINDOW) -> dict[str, float]:
    return {
        row["key"]: row["live_creatives"]
        for derived in derive(live_creatives(block(*readings, window=window).counts))
        for row in derived.frame.to_dicts()
    }


def test_videos_that_are_shown_are_counted_by_campaign() -> None:
    told = shown(
        list_of(
            [
                ("7|1|a", "7", 10.0),
                ("7|1|b", "7", 1.0),
                ("7|1|c", "7", 0.0),  # never shown
                ("7|1|N/A", "7", 50.0),  # a product card
                ("8|1|a", "8", 0.0),
                ("9|1|N/A", "9", 50.0),  # a campaign of product cards alone
            ]
        )
    )

    assert told == {"7": 2, "8": 0}


def test_the_newest_list_counts_and_one_outside_the_window_does_not() -> None:
    old = list_of([("7|1|a", "7", 9.0), ("7|1|b", "7", 9.0)], date(2026, 10, 10))
    new = list_of([("7|1|a", "7", 9.0)])

    assert shown(old, new) == {"7": 1}
    assert shown(new, window=Period(date(2026, 12, 1), date(2026, 12, 28))) == {}
    assert shown() == {}


def ads(name: str, day: date, spend: float = 5.0, campaign: str = "") -> Reading:
    frame = pl.DataFrame(
        {
            "key": ["1"],
            "name": [name],
            "parent.campaign": [campaign],
            "from": [day],
            "to": [day],
            "spend": [spend],
            "clicks": [3.0],
        }
    )
    file = File(Path("ads"), "ads", 0, "ads")
    return Reading(file, "test", "ads", "ads", (Table("ad", "ads", Grain.DAY, frame),), 1)


def kind_of(one: Reading, window: Period | None = WINDOW) -> str | None:
    told = list(derive(ad_types(block(one, window=window).counts)))
    return told[0].frame["ads.type"][0] if told else None


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("VSA | serum | broad", "legacy-shop"),
        ("serum_lsa_2", "legacy-shop"),
        ("Video Shopping serum", "legacy-shop"),
        ("live-shopping friday", "legacy-shop"),
        ("PSA", "legacy-shop"),
        ("VSAX", "other"),  # part of a word
        ("Serum website", "other"),
    ],
)
def test_the_name_says_which_kind_of_ad_it_is(name: str, word: str) -> None:
    assert kind_of(ads(name, date(2026, 10, 5))) == word


def test_the_campaign_may_say_it_too() -> None:
    assert kind_of(ads("serum", date(2026, 10, 5), campaign="PSA always on")) == "legacy-shop"


@pytest.mark.parametrize(
    ("day", "spend"), [(date(2025, 8, 31), 5.0), (date(2026, 10, 5), 0.0), (date(2026, 9, 5), 5.0)]
)
def test_before_it_was_replaced_without_spend_or_before_the_window_nothing_is_said(
    day: date, spend: float
) -> None:
    assert kind_of(ads("VSA", day, spend)) is None


def test_max_delivery_is_read_from_the_list_of_budgets() -> None:
    given = block(modes(3), window=WINDOW)
    assert [d.subject for d in derive(steering(given.counts, given.context))] == ["campaign"]


def test_the_budget_is_told_in_bids_of_the_newest_day() -> None:
    told = found(
        reading(
            "budgets",
            (3, {"daily_budget": 100.0, "bid": 10.0}),
            (9, {"daily_budget": 90.0, "bid": 30.0}),
        )
    )

    assert told["budget_of_bids"] == 3
    assert "budget_of_bids" not in found(reading("b", (3, {"daily_budget": 9.0, "bid": 0.0})))
