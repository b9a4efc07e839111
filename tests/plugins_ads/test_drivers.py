"""The part of an identity that explains a gap is named, and none where chance may explain it."""

import math

import polars as pl
import pytest

from advisor_tiktok_ads.drivers import cpc_driver, roas_driver, weak_attention

CPC = ("spend", "impressions", "clicks")
ROAS = ("spend", "clicks", "purchases", "ad_revenue")
PLAYS = ("impressions", "plays_2s", "plays_6s")


def ads(counts: tuple[str, ...], *rows: tuple[float, ...]) -> pl.DataFrame:
    columns = {c: [float(row[i]) for row in rows] for i, c in enumerate(counts)}
    return pl.DataFrame({"shop": "s", "key": [str(i) for i in range(len(rows))], **columns})


def said(frame: pl.DataFrame) -> dict[str, str]:
    return dict(frame.drop("shop").rows())


@pytest.mark.parametrize(
    ("ad", "driver"),
    [
        ((2_000, 100_000, 1_000), "cpm"),
        ((1_000, 100_000, 500), "ctr"),
        ((2_000, 140_000, 700), "both"),
        ((1_000, 100_000, 1_000), None),
        ((500, 100_000, 1_000), None),
        ((10, 500, 5), None),
        ((900, 90_000, 0), None),
    ],
)
def test_a_dear_click_has_the_part_that_makes_it_dear(
    ad: tuple[float, float, float], driver: str | None
) -> None:
    found = cpc_driver(ads(CPC, ad, (4_000, 400_000, 4_000), (6_000, 600_000, 6_000))).collect()
    assert said(found).get("0") == driver


@pytest.mark.parametrize(
    ("ad", "driver"),
    [
        ((1_000, 1_000, 20, 1_000), "cvr"),
        ((1_000, 1_000, 50, 1_000), "aov"),
        ((2_500, 1_000, 50, 2_500), "cpc"),
        ((1_600, 1_000, 32, 1_000), "several"),
        ((1_000, 1_000, 0, 0), "cvr"),
        ((30, 30, 0, 0), None),
        ((1_000, 1_000, 50, 2_500), None),
        ((1_000, 1_000, 50, 5_000), None),
        ((50, 50, 2, 50), None),
    ],
)
def test_a_low_return_has_the_part_that_makes_it_low(
    ad: tuple[float, float, float, float], driver: str | None
) -> None:
    others = ((4_000, 4_000, 200, 10_000), (6_000, 6_000, 300, 15_000))
    assert said(roas_driver(ads(ROAS, ad, *others)).collect()).get("0") == driver


@pytest.mark.parametrize(
    ("ad", "weak"),
    [
        ((10_000, 1_500, 900), "opening"),
        ((10_000, 3_000, 900), "body"),
        ((10_000, 1_500, 450), "both"),
        ((10_000, 3_000, 1_800), "neither"),
        ((10_000, 2_400, 1_440), "neither"),
        ((30, 4, 2), "neither"),
        ((0, 0, 0), None),
    ],
)
def test_attention_is_weak_where_a_quarter_fewer_stay_than_elsewhere(
    ad: tuple[float, float, float], weak: str | None
) -> None:
    others = ((100_000, 30_000, 18_000), (50_000, 15_000, 9_000))
    assert said(weak_attention(ads(PLAYS, ad, *others)).collect()).get("0") == weak


def test_one_ad_alone_is_compared_with_nothing() -> None:
    assert cpc_driver(ads(CPC, (2_000, 100_000, 100))).collect().is_empty()
    assert roas_driver(ads(ROAS, (2_000, 1_000, 1, 10))).collect().is_empty()
    assert weak_attention(ads(PLAYS, (10_000, 10, 1))).collect().is_empty()


def test_the_parts_of_a_gap_add_up_to_it() -> None:
    spend, impressions, clicks = 2_000.0, 140_000.0, 700.0
    gap = math.log(spend / clicks) - math.log(1.0)
    cpm = math.log(spend / impressions) - math.log(10_000 / 1_000_000)
    ctr = math.log(clicks / impressions) - math.log(10_000 / 1_000_000)
    assert gap == pytest.approx(cpm - ctr)
    assert 1 / 3 < cpm / gap < 2 / 3
