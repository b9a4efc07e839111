"""GMV Max creatives against those of the same product and campaign."""

from collections.abc import Mapping, Sequence

import polars as pl
import pytest

from advisor_tiktok_ads.gmv_max_creatives import (
    card_share,
    lost_orders,
    orders_due,
    orders_per_click,
    product_roi,
    top_share,
    weak_part,
)

USUAL: Mapping[str, float] = {
    "gmv_max_cost": 300.0,
    "gmv_max_orders": 40.0,
    "gmv_max_revenue": 1_200.0,
    "gmv_max_impressions": 60_000.0,
    "gmv_max_clicks": 900.0,
    "gmv_max_plays_2s": 24_000.0,
    "gmv_max_plays_6s": 9_000.0,
}


def creative(
    name: str, counts: Mapping[str, float] | None = None, *, product: str = "p1"
) -> Mapping[str, object]:
    place = {"shop": "s", "key": name, "parent.campaign": "c1", "parent.product": product}
    return {**place, "days": 28.0, **USUAL, **(counts or {})}


def lost(rows: Sequence[Mapping[str, object]]) -> dict[str, float]:
    frame = pl.LazyFrame(rows)
    return dict(
        lost_orders(frame, frame).collect().select("key", "lost_gmv_max_orders").iter_rows()
    )


def test_a_creative_without_orders_lost_those_that_its_clicks_would_have_brought() -> None:
    usual = [creative(f"v{n}") for n in range(4)]
    empty = creative("empty", {"gmv_max_orders": 0, "gmv_max_revenue": 0.0, "gmv_max_clicks": 450})

    # 450 clicks at 40 orders for 900; by its cost it would be 40.
    assert lost([*usual, empty]) == {"v0": 0, "v1": 0, "v2": 0, "v3": 0, "empty": pytest.approx(20)}


@pytest.mark.parametrize(
    "counts",
    [
        {"gmv_max_cost": 20.0, "gmv_max_clicks": 60},
        {"gmv_max_cost": 300.0, "gmv_max_clicks": 30},
    ],
)
def test_little_cost_or_few_clicks_without_an_order_say_nothing(counts: dict[str, float]) -> None:
    usual = [creative(f"v{n}") for n in range(4)]
    empty = creative("empty", {"gmv_max_orders": 0, "gmv_max_revenue": 0.0, **counts})

    assert "empty" not in lost([*usual, empty])


def due(*rows: tuple[str, float, float, float | None]) -> dict[str, float]:
    names = ("key", "gmv_max_cost", "gmv_max_orders", "days")
    frame = pl.LazyFrame(
        rows, schema=dict(zip(names, (pl.String, *[pl.Float64] * 3), strict=True)), orient="row"
    )
    found = orders_due(frame.with_columns(shop=pl.lit("s"))).collect()
    assert found["gmv_max_orders_due"].equals(found["gmv_max_orders_due.hi"], check_names=False)
    return dict(found.select("key", "gmv_max_orders_due").iter_rows())


def test_a_campaign_or_product_without_orders_is_held_against_those_that_sell() -> None:
    sold = [("a", 600.0, 60.0, 28.0), ("b", 500.0, 50.0, 28.0)]
    assert due(*sold, ("none", 900.0, 0.0, 28.0)) == {"a": 0, "b": 0, "none": pytest.approx(90)}
    assert "none" not in due(*sold, ("none", 900.0, 0.0, 5.0))  # it may still learn
    assert "none" not in due(*sold, ("none", 30.0, 0.0, 28.0))  # it may be chance
    assert due(("x", 900.0, 0.0, 28.0), ("y", 900.0, 0.0, 28.0)) == {}


def test_only_creatives_of_the_same_product_and_campaign_are_others() -> None:
    others = [creative(f"v{n}", product="p2") for n in range(4)]
    empty = creative("empty", {"gmv_max_orders": 0, "gmv_max_revenue": 0.0})

    assert "empty" not in lost([*others, empty])


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ({"gmv_max_plays_2s": 9_000, "gmv_max_plays_6s": 3_400}, "hook"),
        ({"gmv_max_plays_6s": 4_000}, "middle"),
        ({"gmv_max_clicks": 300}, "click"),
        ({"gmv_max_clicks": 0}, "click"),
        ({}, "none"),
    ],
)
def test_the_first_part_that_loses_people_is_named(counts: dict[str, float], word: str) -> None:
    rows = [*(creative(f"v{n}") for n in range(4)), creative("odd", counts)]

    weak = weak_part(pl.LazyFrame(rows)).collect()
    assert dict(weak.select("key", "creative.weak").iter_rows())["odd"] == word


def test_shares_and_sums_of_a_campaign() -> None:
    card = creative("N/A", {"gmv_max_cost": 900.0})
    rows = [card, creative("v1", {"gmv_max_cost": 100.0, "gmv_max_revenue": 6_000.0})]

    frame = pl.LazyFrame(rows)
    (best,) = top_share(frame).collect().to_dicts()

    assert card_share(frame).collect()["card_cost_share"].to_list() == [pytest.approx(0.9)]
    assert best["top_video_share"] == pytest.approx(6_000 / 7_200)
    assert best["top_video_share.lo"] < 6_000 / 7_200 < best["top_video_share.hi"]
    assert orders_per_click(frame).collect()["orders_per_ad_click"].to_list() == [
        pytest.approx(80 / 1_800)
    ]


def test_a_product_is_held_to_what_it_returns_and_takes() -> None:
    rows = [creative("p1", {"gmv_max_cost": 600.0, "gmv_max_revenue": 2_400.0}), creative("p2")]
    rows.append(creative("p3", {"gmv_max_orders": 0.0, "gmv_max_revenue": 0.0}))

    found = {row["key"]: row for row in product_roi(pl.LazyFrame(rows)).collect().to_dicts()}

    assert found["p1"]["product_roi"] == found["p2"]["product_roi"] == pytest.approx(4.0)
    assert found["p1"]["gmv_max_cost_share"] == pytest.approx(0.5)
    assert found["p3"]["product_roi"] is None  # a ratio of nothing has no limits
    assert found["p3"]["gmv_max_cost_share"] == pytest.approx(0.25)
