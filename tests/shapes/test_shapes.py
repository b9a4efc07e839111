"""The writers keep to what is known of the real files."""

import csv
import io
import json
import re
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from tests.shapes import (
    Language,
    Row,
    ads_manager,
    affiliate,
    api,
    gmv_max,
    seller_center,
    studio,
    violations,
)
from tests.shapes._xlsx import column_name
from tests.shapes.large import write_ads_manager_csv

MAY = (date(2026, 5, 1), date(2026, 5, 31))
AD_DAYS: tuple[Row, ...] = tuple(
    {
        "date": date(2026, 5, day),
        "campaign_name": "Spring | hats",
        "campaign_id": "1850000000000001",
        "ad_group_name": "18-34, ladies",
        "ad_group_id": "1860000000000001",
        "ad_name": "Hat.mp4",
        "ad_id": "1870000000000001",
        "spend": 100.5 + day,
        "impressions": 9000,
        "clicks": 130,
        "reach": 7000,
        "conversions": 5,
        "purchases": 5,
        "revenue": 400.25,
    }
    for day in (1, 2, 3)
)


def cells(content: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))


def sheet(content: bytes) -> list[tuple[str, ...]]:
    table = fastexcel.read_excel(content).load_sheet(0, header_row=None, dtypes="string")
    return table.to_polars().fill_null("").rows()


def xml(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize(
    ("era", "language", "first", "label"),
    [
        ("2024", "en", "Campaign name", "Total of 3 results"),
        ("2026", "en", "By Day", "Total of 3 results"),
        ("2026", "ko", "일별", "총 3개 결과"),
    ],
)
def test_ads_csv_has_a_bom_a_header_in_the_first_row_and_a_totals_row(
    era: ads_manager.Era, language: Language, first: str, label: str
) -> None:
    content = ads_manager.daily_csv(AD_DAYS, era=era, language=language)
    rows = cells(content)
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert rows[0][0] == first
    assert rows[-1][0] == label
    assert {len(row) for row in rows} == {len(rows[0])}


def test_ads_csv_totals_are_the_sums_of_the_rows_but_not_for_reach() -> None:
    header, *rows, total = cells(ads_manager.daily_csv(AD_DAYS))
    for name, expected in (
        ("Cost", 307.5),
        ("Impressions", 27000),
        ("Gross revenue (Shop)", 1200.75),
    ):
        at = header.index(name)
        assert float(total[at]) == pytest.approx(sum(float(row[at]) for row in rows))
        assert float(total[at]) == expected
    assert float(total[header.index("Reach")]) == 7000


def test_ads_csv_prints_percent_numbers_and_dearest_days_first() -> None:
    header, *rows, _ = cells(ads_manager.daily_csv(AD_DAYS))
    assert [row[0] for row in rows] == ["2026-05-03", "2026-05-02", "2026-05-01"]
    assert rows[0][header.index("CTR (destination)")] == "1.44"


def test_ads_csv_truncates_money_without_decimals() -> None:
    header, *rows, _ = cells(ads_manager.daily_csv(AD_DAYS, era="2024", currency="IDR"))
    assert rows[0][header.index("Cost")] == "103"
    assert rows[0][header.index("CPM")] == "11"


def test_korean_ads_csv_repeats_one_name_for_count_and_value() -> None:
    rows: list[Row] = [{**row, "all_purchases": 5, "all_value": 400} for row in AD_DAYS]
    header, first, *_ = cells(ads_manager.daily_csv(rows, language="ko", currency="KRW"))
    twice = [n for n, name in enumerate(header) if name == "총 구매 수(모든 채널)"]
    assert [first[n] for n in twice] == ["5", "400"]


@pytest.mark.parametrize("level", ["ad", "campaign"])
def test_ads_xlsx_lies_about_its_dimension(level: ads_manager.Level) -> None:
    content = ads_manager.table_xlsx(AD_DAYS, level=level)
    assert '<dimension ref="A1">' in xml(content)
    assert len(sheet(content)) == 5


def test_ads_xlsx_holds_fractions_texts_for_roas_and_no_date() -> None:
    content = ads_manager.table_xlsx(AD_DAYS, language="ko", currency="KRW")
    header, first, *_ = sheet(content)
    ctr = header.index("CTR(목적지)")
    assert first[ctr] == "0.0144"
    assert f'<c r="{column_name(ctr)}2" s="1"><v>0.0144</v>' in xml(content)
    assert first[header.index("ROAS(상점)")] == "3.87"
    assert first[header.index("광고 ID")] == "1870000000000001"
    assert "일별" not in header


CREATIVES: tuple[Row, ...] = (
    {
        "campaign_name": "teh",
        "campaign_id": "1865607983072722",
        "product_id": "1730829974117385557",
        "video_id": "7603411239343082772",
        "posted": datetime(2026, 2, 5, 22, 58),
        "spend": 161074,
        "sku_orders": 51,
        "revenue": 929035.4,
        "product_impressions": 29803,
        "product_clicks": 2177,
    },
    {"campaign_name": "teh", "product_id": "1730829974117385557", "spend": 1663, "sku_orders": 7},
)


@pytest.mark.parametrize(
    ("language", "first", "cards"),
    [
        ("en", "Campaign name", "Product card"),
        ("id", "Nama kampanye", "Kartu produk"),
        ("zh", "广告计划名称", "商品卡"),
    ],
)
def test_gmv_max_creatives_keep_product_cards_without_a_video(
    language: Language, first: str, cards: str
) -> None:
    header, video, card = sheet(gmv_max.creatives_xlsx(CREATIVES, language=language))
    assert header[0] == first and len(header) == 26
    assert video[10] == "161074.000" and video[17] == "7.30%"
    assert (card[3], card[4], card[5], card[20]) == (cards, "-", "N/A", "-")


def test_gmv_max_paste_wraps_every_cell_in_a_formula() -> None:
    lines = gmv_max.creatives_tsv(CREATIVES).decode().splitlines()
    assert all(re.fullmatch(r'="[^"]*"', cell) for line in lines for cell in line.split("\t"))


def test_gmv_max_overview_ends_with_a_total_that_has_a_dash_for_its_day() -> None:
    rows: list[Row] = [
        {"date": date(2026, 5, day), "spend": 10.5, "sku_orders": 2, "revenue": 50}
        for day in (1, 2)
    ]
    _, first, _, total = sheet(gmv_max.overview_xlsx(rows))
    assert first[0] == "2026-05-01 00:00:00" and first[1] == "10.50"
    assert total[0] == "-" and total[1] == "21.00"


DAYS: tuple[Row, ...] = (
    {"date": date(2026, 5, 1), "gmv": 120.5, "orders": 2, "customers": 2, "visitors": 80},
    {"date": date(2026, 5, 2), "gmv": 0, "visitors": 41, "items_refunded": None},
)


@pytest.mark.parametrize(
    ("language", "total", "daily", "day"),
    [
        ("en", "Total value", "Daily data", ""),
        ("es", "Valor total", "Datos diarios", "Fecha"),
        ("id", "Total nilai penjualan", "Data harian", ""),
    ],
)
def test_shop_analytics_has_a_summary_above_a_second_header(
    language: Language, total: str, daily: str, day: str
) -> None:
    rows = cells(seller_center.shop_analytics(DAYS, *MAY, language=language, form="csv"))
    assert rows[2][0] == "" and rows[3][0] == total
    assert rows[7][0] == daily and rows[8][0] == day
    assert rows[2][1:] == rows[8][1:]
    assert rows[9][0] == "01/05/2026"
    assert rows[10][rows[8].index("AOV")] == "-"
    assert float(rows[3][1]) == 120.5


@pytest.mark.parametrize(("language", "group"), [("en", "All"), ("es", "Todo"), ("id", "Semua")])
def test_product_list_repeats_names_in_groups_of_176_columns(
    language: Language, group: str
) -> None:
    rows: list[Row] = [
        {"product_name": "Hat, red", "product_id": "1735443868584347338", "gmv": 1234.5}
    ]
    content = seller_center.product_list(rows, *MAY, language=language, currency="MXN", form="csv")
    _, blank, groups, header, first = cells(content)
    assert len(header) == 176 and not any(blank)
    assert groups[4:51] == [group] * 47
    assert header.count("CTR") == 5
    assert first[4] == "MX$1,234.50" and first[1] == "1735443868584347338"


def test_merged_groups_are_named_once() -> None:
    groups = cells(seller_center.product_list([], *MAY, form="csv", merged=True))[2]
    assert [name for name in groups if name] == [
        "All",
        "Seller LIVE",
        "Seller video",
        "Affiliate",
        "Seller product card",
    ]


def test_product_traffic_has_154_columns_a_total_and_a_growth_row() -> None:
    content = seller_center.product_traffic({"product_clicks": 10}, *MAY, form="csv")
    rows = cells(content)
    assert len(rows[5]) == 154 and [row[0] for row in rows[6:]] == ["Valor total", "Crecimiento"]
    assert set(rows[7][1:]) == {"--"}


@pytest.mark.parametrize("language", ["en", "es", "id"])
def test_video_list_starts_with_a_date_cell_that_holds_a_newline(
    language: Language,
) -> None:
    rows: list[Row] = [
        {
            "video_id": "7646166143702453524",
            "title": "Hats,\nhats",
            "posted": datetime(2026, 5, 31, 15, 9, 53),
            "views": 272,
            "product_clicks": 4,
        }
    ]
    date_row, blank, header, first = cells(
        seller_center.video_list(rows, *MAY, language=language, form="csv")
    )
    assert date_row[0].endswith("]: 2026-05-01 ~ 2026-05-31\n") and not any(blank)
    assert len(header) == 30
    assert first[4] == "2026/05/31 15:09:53" and first[25] == "1.47%"


def test_video_days_print_clicks_per_impression_as_a_bare_fraction() -> None:
    rows: list[Row] = [
        {"date": date(2026, 5, 1), "views": 1174, "product_impressions": 1170, "product_clicks": 7}
    ]
    assert cells(seller_center.video_core_stats(rows, *MAY, form="csv"))[3][13] == "0.0060"


def test_live_days_without_data_mix_empty_cells_and_na() -> None:
    rows: list[Row] = [
        {"date": date(2026, 5, 1), "views": 445, "streams": 1},
        {"date": date(2026, 5, 3)},
    ]
    *_, with_data, without = cells(seller_center.live_core_stats(rows, *MAY, form="csv"))
    assert with_data[16] == "445" and with_data[1] == "0"
    assert without[1:5] == ["", "N/A", "N/A", "N/A"] and without[17] == "N/A"


LIVE: Row = {
    "live_id": "7500000000000000001",
    "creator_id": "7241715178701194245",
    "title": "New, now",
    "started": datetime(2026, 5, 22, 15, 0),
    "duration": 11_520,
    "gmv": 50,
    "sku_orders": 2,
    "views": 558,
    "viewers": 543,
    "product_clicks": 11,
    "comments": 63,
}


@pytest.mark.parametrize(("language", "first"), [("en", "Creator ID"), ("id", "ID Kreator")])
def test_live_sessions_have_28_columns_and_durations_in_words(
    language: Language, first: str
) -> None:
    rows = cells(seller_center.live_sessions([LIVE], *MAY, language=language, form="csv"))
    assert rows[2][0] == first and len(rows[2]) == 28
    assert rows[3][4] == "3h 12min" and rows[3][27] == "1.97%"


def test_creator_live_performance_has_a_bare_dollar_and_empty_ads() -> None:
    rows = cells(seller_center.creator_live_performance([LIVE], *MAY, form="csv"))
    header, first = rows[2], rows[3]
    assert len(header) == 36
    assert first[3] == "$50.00" and first[16] == "0.019713" and first[33:] == ["", "", ""]
    assert first[header.index("LIVE CTR")] == ""


def test_shop_tab_and_product_cards_start_their_header_in_the_third_row() -> None:
    tab = cells(seller_center.shop_tab([{"date": date(2026, 5, 1)}], *MAY, form="csv"))
    cards = cells(seller_center.product_cards([{"product_id": "1"}], *MAY, form="csv"))
    assert tab[2][0] == "Hora" and cards[2][0] == "ID del producto"


def test_english_creator_list_explains_its_columns_under_the_header() -> None:
    rows: list[Row] = [
        {"creator_name": "ana", "gmv": 1234.56, "product_clicks": 97, "product_impressions": 10_000}
    ]
    english = sheet(affiliate.creator_list(rows))
    indonesian = sheet(affiliate.creator_list(rows, language="id", currency="IDR"))
    assert len(english) == 3 and len(english[0]) == 23
    assert english[2][1] == "$1,234.56" and english[2][16] == "0.97%"
    assert len(indonesian) == 2 and len(indonesian[0]) == 22
    assert indonesian[1][1] == "Rp1.235"


HISTORY: tuple[Row, ...] = tuple(
    {"date": date(2026, 5, 1) + timedelta(days=n), "followers": count}
    for n, count in enumerate((483, 482, 490))
)


def test_studio_csv_quotes_every_cell_and_shifts_the_difference() -> None:
    content = studio.follower_history(HISTORY)
    assert content.startswith(b'\xef\xbb\xbf"Date"') and not content.endswith(b"\n")
    assert [row[2] for row in cells(content)[1:]] == ["-1", "8", "0"]
    assert cells(content)[1][0] == "May 1"


def test_studio_xlsx_holds_texts_only() -> None:
    content = studio.overview([{"date": date(2026, 5, 1), "views": 12}], form="xlsx")
    assert sheet(content)[1][1] == "12"
    assert xml(content).count("<c ") == xml(content).count(' t="s"') == 12


def test_studio_viewers_end_with_undefined() -> None:
    rows: list[Row] = [{"date": date(2026, 5, day), "viewers": 3} for day in (1, 2)]
    assert cells(studio.viewers(rows))[-1] == ["May 2", "undefined", "undefined", "undefined"]


def test_studio_content_has_its_ids_in_links_only() -> None:
    rows: list[Row] = [
        {"date": MAY[1], "posted": MAY[0], "video_id": "7629867741511486734", "title": "a"}
    ]
    header, first = cells(studio.content(rows, "luna"))
    assert first[2] == "https://www.tiktok.com/@luna/video/7629867741511486734"
    assert len(header) == 8


def test_audience_files_hold_fractions() -> None:
    assert cells(studio.follower_gender({"Male": 0.72}))[1] == ["Male", "0.72"]
    assert cells(studio.follower_territories({"US": 0.755}))[1] == ["US", "0.755"]


def test_no_violations_are_a_header_alone() -> None:
    assert violations.violations([]).decode() == (
        "date,violation_id,type,subject_kind,subject_id,subject_name,status,points,deadline,note\n"
    )


def test_marketing_api_answers_in_texts_page_by_page() -> None:
    pages = [json.loads(page) for page in api.marketing_pages(AD_DAYS, page_size=2)]
    assert [len(page["data"]["list"]) for page in pages] == [2, 1]
    assert pages[0]["data"]["list"][0]["metrics"]["ctr"] == "1.44"
    assert "list" not in json.loads(api.marketing_pages([])[0])["data"]


def test_shop_api_spells_rates_by_endpoint() -> None:
    product = json.loads(api.product_performance([{"product_id": "1732333333333333629"}]))
    live = json.loads(api.live_performance([LIVE]))["data"]["live_stream_sessions"][0]
    video = json.loads(
        api.video_performance(
            [{"video_id": "1", "posted": datetime(2026, 5, 1), "views": 100, "product_clicks": 2}]
        )
    )
    assert product["data"]["products"][0]["id"] == 1732333333333333629
    assert live["sales_performance"]["click_to_order_rate"] == "18.18%"
    assert live["start_time"] == "1779462000"
    assert video["data"]["videos"][0]["click_through_rate"] == "0.0200"


def test_shop_api_ends_an_interval_on_the_day_after() -> None:
    answer = json.loads(api.shop_performance([{"date": date(2026, 5, 31), "gmv": 5}]))
    (interval,) = answer["data"]["performance"]["intervals"]
    assert (interval["start_date"], interval["end_date"]) == ("2026-05-31", "2026-06-01")
    assert interval["gmv"] == {"amount": "5.00", "currency": "USD"}


def test_video_detail_adds_up_its_engagement() -> None:
    rows: list[Row] = [{"date": MAY[0], "likes": 2}, {"date": MAY[1], "likes": 3}]
    assert json.loads(api.video_detail(rows))["data"]["engagement_data"]["total_likes"] == 5


def test_gmv_max_report_and_flattened_rows_carry_the_same_spend() -> None:
    report = json.loads(api.gmv_max_report([{"video_id": "1", "spend": 2.5, "revenue": 5}]))
    flat = json.loads(api.marketing_flattened(AD_DAYS))
    assert report["data"]["list"][0]["metrics"]["roi"] == "2.00"
    assert flat["totals"]["spend"] == sum(row["spend"] for row in flat["rows"])


def test_loaders_keep_ids_as_numbers_and_hourly_tables_have_crlf() -> None:
    record = json.loads(api.airbyte_jsonl(AD_DAYS).splitlines()[0])
    hourly = api.fivetran_report_hourly([{"campaign_id": "1", "hour": datetime(2026, 5, 1, 5)}])
    history = api.fivetran_history(
        [{"campaign_id": "1", "updated": datetime(2026, 5, 1)}], lower=True
    )
    assert record["data"]["ad_id"] == 1870000000000001
    assert cells(hourly)[0][0] == "CAMPAIGN_ID" and b"\r\n" in hourly
    assert cells(hourly)[1][9] == "-"
    assert cells(history)[0][0] == "campaign_id"


def test_large_csv_has_its_totals_row_and_share_of_weak_hooks(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    sick = write_ads_manager_csv(path, rows=5_600, subjects=100, sick_share=0.05)
    table = pl.read_csv(path, schema_overrides={"Ad ID": pl.String})
    days = table.filter(pl.col("Ad ID") != "-")
    ads = days.group_by("Ad ID").agg(
        pl.len(),
        (pl.sum("Cost") / pl.sum("Clicks (destination)")).alias("cpc"),
        (pl.sum("Clicks (destination)") / pl.sum("Impressions")).alias("ctr"),
    )
    assert sick == 5
    assert ads.filter((pl.col("cpc") > 1.5) & (pl.col("ctr") < 0.01)).height == sick
    assert ads["len"].unique().to_list() == [56]
    assert table["By Day"][-1] == "Total of 5600 results"
    assert table["Cost"][-1] == pytest.approx(days["Cost"].sum())


def test_large_csv_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        write_ads_manager_csv(path, rows=500, subjects=20, seed=seed)
    first, again, other = (path.read_bytes() for path in paths)
    assert first == again != other
