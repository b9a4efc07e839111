"""Spend that brings no conversion is told where the other ads convert, and not by chance."""

import polars as pl
import pytest

from advisor_tiktok_ads.without_results import for_conversions, lost_conversions

Ad = tuple[float, float, float | None]  # spend, conversions, days


def lost(*ads: Ad) -> dict[str, float]:
    spend, conversions, days = zip(*ads, strict=True)
    keys = [str(i) for i in range(len(ads))]
    frame = pl.DataFrame(
        {
            "shop": "s",
            "key": keys,
            "name": keys,
            "days": pl.Series(days, dtype=pl.Float64),
            "spend": spend,
            "conversions": conversions,
        }
    )
    found = lost_conversions(frame.lazy()).collect()
    return dict(found.select("key", "lost_conversions").rows())


@pytest.mark.parametrize(
    ("ad", "said"),
    [
        ((1_000.0, 0.0, 28.0), 20.0),
        ((1_000.0, 0.0, None), 20.0),
        ((1_000.0, 1.0, 28.0), 0.0),
        ((150.0, 0.0, 28.0), None),  # three expected, of two ads: one account in ten by chance
        ((1_000.0, 0.0, 6.0), None),
        ((0.0, 0.0, 28.0), None),
    ],
)
def test_spend_at_which_others_convert_is_lost(ad: Ad, said: float | None) -> None:
    assert lost((5_000.0, 100.0, 28.0), ad).get("1") == said


def test_nothing_is_said_where_no_ad_converts() -> None:
    assert lost((5_000.0, 0.0, 28.0), (5_000.0, 0.0, 28.0)) == {}


def test_more_ads_need_more_evidence() -> None:
    ad = (250.0, 0.0, 28.0)
    assert "0" in lost(ad, *[(5_000.0, 100.0, 28.0)] * 3)
    assert "0" not in lost(ad, *[(5_000.0, 100.0, 28.0)] * 60)


def test_one_ad_that_counts_a_cheap_event_makes_no_other_a_failure() -> None:
    usual = [(1_000.0, 10.0, 28.0)] * 3
    assert "0" not in lost((250.0, 0.0, 28.0), (1_000.0, 5_000.0, 28.0), *usual)


def test_few_conversions_of_the_others_are_a_weak_yardstick() -> None:
    assert "0" not in lost((250.0, 0.0, 28.0), (100.0, 2.0, 28.0))
    assert lost((5_000.0, 0.0, 28.0), (100.0, 2.0, 28.0))["0"] == 100.0


@pytest.mark.parametrize(
    ("name", "campaign", "kept"),
    [
        ("Hollow", "Autumn sales", True),
        ("Hollow", "Reach Q4", False),
        ("Hollow VV", "Autumn", False),
        ("Brand awareness", None, False),
        ("Reaching out", "Autumn", True),
    ],
)
def test_ads_for_another_goal_are_no_failures(name: str, campaign: str | None, kept: bool) -> None:
    ads = pl.DataFrame({"shop": ["s"], "key": ["1"], "name": [name]})
    names = ads.with_columns(pl.lit(campaign, pl.String).alias("parent.campaign"))

    assert for_conversions(ads.lazy(), names).collect().height == int(kept)
