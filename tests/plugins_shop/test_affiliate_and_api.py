"""Affiliate creators, old and new names, and the answers of the Partner API."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from advisor.model.reading import Grain, Period
from tests.plugins_shop.reads import CONTEXT, claims, read, source_of, sums, table_of, written
from tests.shapes import Language, Row, affiliate, api

OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
CREATORS: tuple[Row, ...] = (
    {
        "creator_name": "luna",
        "gmv": 1234.5,
        "video_gmv": 1234.5,
        "orders": 20,
        "items_sold": 25,
        "product_impressions": 10_000,
        "product_clicks": 250,
        "video_views": 9000,
        "videos": 4,
        "customers": 18,
        "commission": 123.45,
    },
    {"creator_name": "sol", "product_impressions": 500, "videos": 1},
)


@pytest.mark.parametrize("language", ["en", "id"])
def test_creators_are_read_in_both_languages_with_clicks_read_back_from_ctr(
    language: Language, tmp_path: Path
) -> None:
    data = affiliate.creator_list(CREATORS, language=language)
    reading = read(written(tmp_path, affiliate.creator_list_name(*OCTOBER), data))
    assert reading.kind == "affiliate-creators"
    got = sums(table_of(reading, "creator"))
    assert got["gmv"] == 1234.5
    assert got["product_clicks"] == pytest.approx(250)
    assert got["orders"] == 20
    assert [note for note in reading.notes if "disagree" in note.code] == []


def test_a_row_that_explains_the_columns_is_no_creator(tmp_path: Path) -> None:
    data = affiliate.creator_list(CREATORS, language="en", description_row=True)
    reading = read(written(tmp_path, "creators.xlsx", data))
    assert reading.rows == 2
    assert sum(reading.left_out.values()) == 1
    assert table_of(reading, "creator").frame["key"].to_list() == ["luna", "sol"]


def test_the_name_of_the_file_is_the_only_place_that_says_when(tmp_path: Path) -> None:
    data = affiliate.creator_list(CREATORS)
    dated = read(written(tmp_path, affiliate.creator_list_name(*OCTOBER), data))
    assert dated.period == Period(*OCTOBER)
    assert "period-from-file-name" in [note.code for note in dated.notes]
    assert read(written(tmp_path, "creators.xlsx", data)).period is None


def test_the_names_of_older_affiliate_files_are_known(tmp_path: Path) -> None:
    header = "Creator username,Affiliate GMV,Affiliate LIVE GMV,Affiliate-attributed items sold"
    reading = read(written(tmp_path, "old.csv", f"{header}\nluna,$20.50,$0.00,3\n".encode()))
    assert reading.kind == "affiliate-creators"
    assert sums(table_of(reading, "creator")) == {"gmv": 20.5, "items_sold": 3}


def test_a_rate_of_a_creator_is_a_percentage_with_a_sign_and_a_fraction_without(
    tmp_path: Path,
) -> None:
    header = "Creator name,Creator-attributed GMV,Product impressions,CTR"
    signed = read(written(tmp_path, "a.csv", f"{header}\nluna,$1.00,1000,0.97%\n".encode()))
    cleaned = read(written(tmp_path, "b.csv", f"{header}\nluna,1.0,1000,0.0097\n".encode()))
    clicks = [sums(table_of(r, "creator"))["product_clicks"] for r in (signed, cleaned)]
    assert clicks == pytest.approx([9.7, 9.7])


DAYS: tuple[Row, ...] = (
    {"date": date(2026, 10, 13), "gmv": 250, "orders": 5, "sku_orders": 6, "visitors": 200},
    {"date": date(2026, 10, 14), "gmv": 100, "orders": 2, "sku_orders": 2, "visitors": 90},
)


def test_intervals_of_one_day_are_days(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "shop.json", api.shop_performance(DAYS)))
    table = table_of(reading, "shop")
    assert (reading.kind, table.family, table.grain) == ("api-shop-performance", "shop", Grain.DAY)
    assert table.frame["from"].to_list() == table.frame["to"].to_list()
    assert table.frame["from"].to_list() == [day["date"] for day in DAYS]
    assert sums(table)["visitors"] == 290


def test_a_mean_of_days_is_no_count_of_a_longer_interval(tmp_path: Path) -> None:
    answer = json.loads(api.shop_performance(DAYS[:1]))
    answer["data"]["performance"]["intervals"][0]["end_date"] = "2026-10-20"
    table = table_of(read(written(tmp_path, "shop.json", json.dumps(answer).encode())), "shop")
    assert table.grain is Grain.PERIOD
    assert table.frame["to"].to_list() == [date(2026, 10, 19)]
    assert table.frame["visitors"].to_list() == [None]
    assert table.frame["gmv"].to_list() == [250]


def test_the_answer_about_one_video_is_not_taken_for_the_shop(tmp_path: Path) -> None:
    data = api.video_detail([{"date": date(2026, 10, 13), "gmv": 5, "views": 100}])
    whole = [match for match, _ in claims(written(tmp_path, "v.json", data)) if not match.lacks]
    assert [match.kind for match in whole] == ["api-shop-video-detail"]


def test_a_product_id_of_an_api_keeps_every_digit(tmp_path: Path) -> None:
    rows: tuple[Row, ...] = ({"product_id": "1732333333333333629", "gmv": 3, "items_sold": 1},)
    reading = read(written(tmp_path, "p.json", api.product_performance(rows)))
    table = table_of(reading, "product")
    assert table.frame["key"].to_list() == ["1732333333333333629"]
    assert (table.family, reading.currency) == ("shop-product", "USD")


def test_rates_are_decimals_for_videos_and_percent_texts_for_lives(tmp_path: Path) -> None:
    video: Row = {
        "video_id": "7646166143702453001",
        "title": "One",
        "creator_name": "luna",
        "posted": datetime(2026, 9, 20),
        "views": 10_000,
        "product_clicks": 150,
        "product_id": "1730829974117385001",
    }
    live: Row = {
        "live_id": "7546166143702453001",
        "title": "New clothes",
        "started": datetime(2026, 10, 13, 15, 0),
        "duration": 3600,
        "views": 500,
        "product_clicks": 20,
        "watch_seconds": 20_000,
    }
    videos = read(written(tmp_path, "v.json", api.video_performance([video])))
    lives = read(written(tmp_path, "l.json", api.live_performance([live])))
    assert b'"0.0150"' in api.video_performance([video])
    assert b'"4.00%"' in api.live_performance([live])
    assert sums(table_of(videos, "video"))["product_clicks"] == pytest.approx(150)
    assert [link.frame.rows() for link in videos.links] == [
        [("7646166143702453001", "1730829974117385001")]
    ]
    assert sums(table_of(lives, "live"))["product_clicks"] == 20
    assert table_of(lives, "live").frame["from"].to_list() == [date(2026, 10, 13)]


def test_a_comparison_interval_is_not_read(tmp_path: Path) -> None:
    answer = json.loads(api.shop_performance(DAYS))
    performance = answer["data"]["performance"]
    performance["comparison_intervals"] = performance["intervals"] * 3
    reading = read(written(tmp_path, "shop.json", json.dumps(answer).encode()))
    assert reading.rows == len(DAYS)


def test_a_provider_says_what_its_kinds_can_give(tmp_path: Path) -> None:
    path = written(tmp_path, "shop.json", api.shop_performance(DAYS))
    match, provider = claims(path)[0]
    promised = provider.kinds[match.kind]
    reading = provider.read(source_of(path), match, CONTEXT)
    assert set(reading.tables[0].counts) <= set(promised.counts)
    assert promised.subjects == ("shop",)
