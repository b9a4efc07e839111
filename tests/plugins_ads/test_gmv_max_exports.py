"""GMV Max exports as they are downloaded: a row a campaign, languages, totals rows of dashes."""

from datetime import date
from pathlib import Path

import pytest

from advisor.model import Period
from advisor.model.reading import Reading
from tests.plugins_ads.reads import claims, only_table, read, sums, written

PRODUCT = """Campaign ID,Campaign name,Cost,ROI protection,Active upgrades,Net Cost,Current budget,\
SKU orders,Cost per order,Gross revenue,ROI,Currency
1871000000000011,Soap,200.50,Eligible,-,190.50,40.00,20,10.03,900.00,4.49,USD
1871000000000012,Towels,50.00,-,-,50.00,10.00,2,25.00,60.00,1.20,USD
-,-,250.50,-,-,240.50,-,22,11.39,960.00,3.83,USD
"""
LIVE = """Campaign ID,Campaign name,Cost,Net Cost,SKU orders,Cost per order,Gross revenue,ROI,\
LIVE views,10-second LIVE views,LIVE follows,Currency
1872000000000021,Sunday,80,75,4,20,320,4,1500,400,12,GBP
-,-,80,75,4,20,320,4,1500,400,12,GBP
"""
PORTUGUESE = """ID da campanha;Nome da campanha;Custo;Pedidos de SKU;Receita bruta;ROI;Moeda
1873000000000031;Verão;R$ 1.234,56;10;R$ 4.321,00;3,5;BRL
-;-;R$ 1.234,56;10;R$ 4.321,00;3,5;BRL
"""
OVERVIEWS = {
    "vi": "Theo ngày,Chi phí,Số lượng đơn hàng SKU (Cửa hàng hiện tại),"
    "Chi phí mỗi đơn hàng (Cửa hàng hiện tại),Doanh thu gộp (Cửa hàng hiện tại),"
    "ROI (Cửa hàng hiện tại),Tiền tệ",
    "th": "ตามวัน,ต้นทุน,คำสั่งซื้อ SKU (ร้านค้าปัจจุบัน),ค่าใช้จ่ายต่อคำสั่งซื้อ (ร้านค้าปัจจุบัน),"
    "รายได้ขั้นต้น (ร้านค้าปัจจุบัน),ROI (ร้านค้าปัจจุบัน),สกุลเงิน",
    "pt": "Por dia,Custo do GMV máximo,Pedidos de SKU (loja atual),Custo por pedido (loja atual),"
    "Receita bruta (Loja atual),ROI,Moeda",
    "es": "Por día,Costo,Pedidos con SKU,Costo por pedido,Ingresos brutos,ROI,Moneda",
    "en, older": "Date,Cost,Orders (SKU) (Current shop),Cost per order (Current shop),"
    "Gross revenue (Current shop),ROI (Current shop),Currency",
}


def read_text(folder: Path, name: str, text: str) -> Reading:
    return read(written(folder, name, text.encode()))


def test_product_campaigns_are_read_and_the_row_of_dashes_is_their_total(tmp_path: Path) -> None:
    name = "Product campaign data 20260803 - 20260809.csv"
    reading = read_text(tmp_path, name, PRODUCT)
    assert reading.kind == "gmv-max-campaigns"
    assert (reading.rows, reading.left_out) == (2, {"totals row": 1})
    assert reading.period == Period(date(2026, 8, 3), date(2026, 8, 9))
    assert reading.currency == "USD"
    assert sums(only_table(reading, "campaign")) == {
        "gmv_max_cost": 250.5,
        "gmv_max_net_cost": 240.5,
        "gmv_max_orders": 22,
        "gmv_max_revenue": 960,
    }
    assert {note.code for note in reading.notes} == {"period-from-file-name"}


def test_live_campaigns_count_views_too(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "Live campaign data 2026-08-01 - 2026-08-31.csv", LIVE)
    counted = sums(only_table(reading, "campaign"))
    assert (reading.kind, reading.rows) == ("gmv-max-campaigns", 1)
    assert counted["gmv_max_live_views"] == 1500
    assert counted["gmv_max_live_views_10s"] == 400
    assert counted["gmv_max_follows"] == 12


def test_portuguese_money_with_signs_is_read(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "Dados 2026-08-01 - 2026-08-31.csv", PORTUGUESE)
    counted = sums(only_table(reading, "campaign"))
    assert (counted["gmv_max_cost"], counted["gmv_max_revenue"]) == (1234.56, 4321)


@pytest.mark.parametrize("header", OVERVIEWS.values(), ids=OVERVIEWS)
def test_the_overview_is_read_in_every_language_that_was_seen(header: str, tmp_path: Path) -> None:
    rows = "2026-08-01 00:00:00,30.5,3,10.17,90,2.95,USD\n2026-08-02 00:00:00,20,2,10,50,2.5,USD\n"
    text = f"{header}\n{rows}-,50.5,5,10.1,140,2.77,USD\n"
    reading = read_text(tmp_path, "overview.csv", text)
    assert (reading.kind, reading.rows) == ("gmv-max-overview", 2)
    assert sums(only_table(reading, "shop")) == {
        "gmv_max_cost": 50.5,
        "gmv_max_orders": 5,
        "gmv_max_revenue": 140,
    }


@pytest.mark.parametrize(
    ("head", "cells", "last"),
    [
        ("By Month", ("2026-07", "2026-08"), date(2026, 8, 31)),
        ("Theo tuần", ("2026-07-27 - 2026-08-02", "2026-08-03 - 2026-08-09"), date(2026, 8, 9)),
        ("By Hour", ("2026-08-01 00:00:00", "2026-08-01 01:00:00"), date(2026, 8, 1)),
    ],
)
def test_the_overview_is_read_by_hour_week_and_month(
    head: str, cells: tuple[str, str], last: date, tmp_path: Path
) -> None:
    header = OVERVIEWS["vi"].replace("Theo ngày", head)
    rows = "".join(f"{cell},30,3,10,90,3,VND\n" for cell in cells)
    reading = read_text(tmp_path, "overview.csv", f"{header}\n{rows}-,60,6,10,180,3,VND\n")
    assert (reading.kind, reading.rows) == ("gmv-max-overview", 2)
    assert reading.period is not None
    assert reading.period.last == last


def test_vietnamese_lives_without_a_campaign_are_lives(tmp_path: Path) -> None:
    text = (
        "Tên phiên LIVE,Trạng thái,Thời gian ra mắt,Thời lượng,Chi phí,Chi phí ròng,"
        "Đơn hàng (SKU),Doanh thu gộp,ROI,Số lượt xem phiên LIVE,Số lượt theo dõi\n"
        "Tối thứ sáu,Đã kết thúc,2026-08-07 20:00,2h,100000,90000,5,700000,7,900,11\n"
    )
    reading = read_text(tmp_path, "live.csv", text)
    assert reading.kind == "gmv-max-lives"
    assert sums(only_table(reading, "live"))["gmv_max_revenue"] == 700_000


def test_names_that_nobody_has_seen_recognize_no_file_alone(tmp_path: Path) -> None:
    text = "Kampagnen-ID,SKU-Bestellungen,Spesa,Bruttoumsatz\n1873000000000031,2,30,90\n"
    best = claims(written(tmp_path, "k.csv", text.encode()))[0]
    assert best.kind == "gmv-max-campaigns"
    assert best.lacks == ("a column name that was seen in a real export",)


STATED = {
    "ja": "全3件の結果",
    "fr": "Total de 3 résultats",
    "de": "Insgesamt 3 Ergebnisse",
    "none of ours": "3 skupaj",
}


@pytest.mark.parametrize("label", STATED.values(), ids=STATED)
def test_a_total_that_states_how_many_rows_it_sums_is_none_of_them(
    label: str, tmp_path: Path
) -> None:
    rows = "".join(f"Camp {n},active,{n},100,{n}\n" for n in (1, 2, 3))
    text = f"Campaign name,Primary status,Cost,Impressions,Clicks (destination)\n{rows}"
    reading = read_text(tmp_path, "ads.csv", f"{text}{label},-,6,300,6\n")
    assert (reading.rows, reading.left_out) == (3, {"totals row": 1})
    assert sums(only_table(reading, "campaign"))["spend"] == 6


def test_a_campaign_with_a_number_in_its_name_is_no_total(tmp_path: Path) -> None:
    rows = "".join(f"Camp {n},active,{n},100,{n}\n" for n in (0, 1, 2, 3))
    text = f"Campaign name,Primary status,Cost,Impressions,Clicks (destination)\n{rows}"
    assert read_text(tmp_path, "ads.csv", text).rows == 4
    names = "".join(f"Camp {n},{n},100,{n}\n" for n in (0, 1, 2, 3))
    alone = f"Campaign name,Cost,Impressions,Clicks (destination)\n{names}"
    assert read_text(tmp_path, "names.csv", alone).rows == 4


def test_exports_put_together_in_another_order_and_language_are_one(tmp_path: Path) -> None:
    first = "By Day,Cost,SKU orders,Gross revenue,Currency\n2026-08-01,30,3,90,USD\n"
    second = "Moneda,Ingresos brutos,Pedidos con SKU,Costo,Fecha\nUSD,70,2,20,2026-08-02\n"
    reading = read_text(tmp_path, "overview.csv", f"{first}-,30,3,90,USD\n{second}USD,70,2,20,-\n")
    assert (reading.rows, reading.left_out["repeated header"]) == (2, 1)
    assert reading.period == Period(date(2026, 8, 1), date(2026, 8, 2))
    assert sums(only_table(reading, "shop")) == {
        "gmv_max_cost": 50,
        "gmv_max_orders": 5,
        "gmv_max_revenue": 160,
    }
