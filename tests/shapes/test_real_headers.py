"""The writers' headers against files that TikTok wrote, where those are at hand."""

import csv
import io
from datetime import date
from pathlib import Path

import fastexcel
import pytest

from tests.shapes import ads_manager, affiliate, gmv_max, seller_center, studio

REAL = Path(__file__).resolve().parents[3] / "shared" / "real-exports"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="no real exports at hand")

MAY = (date(2026, 5, 1), date(2026, 5, 31))


def rows(content: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))


WRITTEN = {
    "es_mx_shop_analytics_key_metrics.csv": (
        seller_center.shop_analytics([], *MAY, language="es", form="csv"),
        (2, 8),
    ),
    "es_mx_product_list_176col.csv": (
        seller_center.product_list([], *MAY, language="es", form="csv"),
        (2, 3),
    ),
    "es_mx_product_traffic_total_key_metrics.csv": (
        seller_center.product_traffic({}, *MAY, form="csv"),
        (0, 3, 4, 5),
    ),
    "es_mx_products_card_list.csv": (
        seller_center.product_cards([], *MAY, form="csv"),
        (0, 1, 2),
    ),
    "es_mx_core_stats_shop_tab.csv": (
        seller_center.shop_tab([], MAY[0], date(2026, 5, 29), form="csv"),
        (0, 1, 2),
    ),
    "es_mx_video_performance_list.csv": (
        seller_center.video_list([], *MAY, language="es", currency="MXN", form="csv"),
        (0, 1, 2),
    ),
    "es_mx_video_performance_core_stats.csv": (
        seller_center.video_core_stats([], *MAY, form="csv"),
        (0, 1, 2),
    ),
    "es_mx_live_performance_core_stats.csv": (
        seller_center.live_core_stats([], *MAY, language="es", currency="MXN", form="csv"),
        (0, 1, 2),
    ),
    "es_mx_creator_live_performance.csv": (
        seller_center.creator_live_performance(
            [], date(2026, 5, 7), date(2026, 6, 3), form="csv"
        ),
        (0, 1, 2),
    ),
    "ads_manager_ad_by_day_idr_a.csv": (
        ads_manager.daily_csv([], era="2024", totals_row=False),
        (0,),
    ),
    "tiktok_studio_content.csv": (studio.content([], "luna"), (0,)),
    "tiktok_studio_follower_history.csv": (
        studio.follower_history([{"date": MAY[0], "followers": 1}]),
        (0,),
    ),
    "tiktok_studio_follower_gender.csv": (studio.follower_gender({}), (0,)),
    "tiktok_studio_follower_top_territories.csv": (studio.follower_territories({}), (0,)),
    "tiktok_studio_viewers.csv": (studio.viewers([], undefined_last=False), (0,)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_preamble_and_header_are_those_of_the_real_file(name: str) -> None:
    content, lines = WRITTEN[name]
    real, written = rows((REAL / name).read_bytes()), rows(content)
    assert [written[n] for n in lines] == [real[n] for n in lines]
    assert content[:3] == b"\xef\xbb\xbf" or not (REAL / name).read_bytes().startswith(b"\xef")


def test_pasted_creatives_have_the_real_header() -> None:
    written = gmv_max.creatives_tsv([]).decode().splitlines()[0]
    real = (REAL / "id_gmvmax_creative_data_product_campaigns.tsv").read_text("utf-8-sig")
    assert written == real.splitlines()[0]


def test_creator_list_has_the_real_header() -> None:
    table = fastexcel.read_excel(affiliate.creator_list([])).load_sheet(0).to_polars()
    real = rows((REAL / "us_affiliate_creator_list_cleaned.csv").read_bytes())[0]
    assert table.columns == real


def test_korean_names_of_ads_columns_are_real() -> None:
    written = rows(ads_manager.daily_csv([], language="ko", totals_row=False))[0]
    real = rows((REAL / "ads_manager_ad_by_day_ko_krw_853col.csv").read_bytes())[0]
    assert [name for name in written if name not in real] == []
    assert written[:20] == real[:20]


@pytest.mark.parametrize(
    ("level", "name"),
    [
        ("ad", "ads_manager_ad_report_ko_krw.xlsx"),
        ("campaign", "ads_manager_campaign_report_ko_krw_37col.xlsx"),
    ],
)
def test_korean_names_of_table_columns_are_real(level: ads_manager.Level, name: str) -> None:
    content = ads_manager.table_xlsx([], level=level, language="ko", totals_row=False)
    written, real = (
        [str(cell) for cell in book.load_sheet(0, header_row=None).to_polars().row(0)]
        for book in (fastexcel.read_excel(content), fastexcel.read_excel(REAL / name))
    )
    daily = rows((REAL / "ads_manager_ad_by_day_ko_krw_853col.csv").read_bytes())[0]
    assert [column for column in written if column not in {*real, *daily}] == []
    assert level == "ad" or written == real
