"""Settlements, unsettled orders and statements: signs as printed, and parts that add up."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from advisor.ingest.combination import combine
from advisor.ingest.gathering import gather
from advisor.model import Period
from advisor.model.reading import Reading
from advisor.plugin import ReadContext
from docs.generate import bundled
from tests.plugins_shop.reads import read, sums, table_of, written
from tests.shapes._xlsx import workbook

EN = (
    "Order/adjustment ID  ,Type ,Order created time(UTC),Order settled time(UTC),Currency,"
    "Total settlement amount,Total Revenue,Subtotal after seller discounts,"
    "Refund subtotal after seller discounts,Total Fees,Platform commission fee,Shipping cost,"
    "Affiliate Commission,GMV Max ad fee,Ajustment amount,Related order ID  ,Shopping center items"
)
ID = (
    "ID Pesanan/Penyesuaian,Jenis transaksi,Waktu pemesanan,Waktu pembayaran pesanan,Mata uang,"
    "Jumlah penyelesaian pembayaran,Total Pendapatan,Subtotal setelah diskon penjual,"
    "Subtotal pengembalian dana setelah diskon penjual,Total Biaya,Biaya komisi platform,Ongkir,"
    "Komisi Afiliasi,Biaya iklan GMV Max,Jumlah penyesuaian,ID pesanan terkait,"
    "Detail produk terjual"
)
ROWS = """
584000000000000001,{order},2026/09/01,2026/09/09,IDR,70000,100000,100000,0,-30000,-8000,-2000,\
-15000,-5000,0,/,1731000000000000001 * 2;
584000000000000002,{order},2026/09/02,2026/09/09,IDR,0,0,50000,-50000,0,0,0,0,0,0,/,\
1731000000000000002 * 1;
584000000000000003,{order},2026/09/03,2026/09/10,IDR,44000,50000,50000,0,-6000,-4000,0,0,0,0,/,\
1731000000000000001 * 1;1731000000000000002 * 1;
7400000000000000001,{ads},2026/09/10,2026/09/10,IDR,-20000,0,0,0,0,0,0,0,0,-20000,/,/
7400000000000000002,{other},2026/09/10,2026/09/10,IDR,3000,0,0,0,0,0,0,0,0,3000,/,/
"""
TYPES = {
    "en": (
        EN,
        {
            "order": "Order",
            "ads": "GMV payment for TikTok Ads",
            "other": "Platform reimbursement",
        },
    ),
    "id": (
        ID,
        {
            "order": "Pesanan",
            "ads": "Pembayaran GMV untuk Iklan TikTok",
            "other": "Penggantian dana oleh platform",
        },
    ),
}
SETTLED = {
    "settlement": 97_000,
    "settlement_before_ads": 122_000,
    "settled_revenue": 150_000,
    "settled_sales": 200_000,
    "settled_refunds": -50_000,
    "settlement_fees": -36_000,
    "platform_fee": -12_000,
    "affiliate_fee": -15_000,
    "ad_fee": -25_000,
    "other_fee": -2_000,
    "settled_shipping": -2_000,
    "settled_adjustments": 3_000,
    "settled_orders": 2,
}


def read_text(folder: Path, name: str, text: str) -> Reading:
    return read(written(folder, name, text.encode()))


def income(language: str) -> str:
    header, words = TYPES[language]
    return header + ROWS.format(**words)


@pytest.mark.parametrize("language", TYPES)
def test_an_income_export_tells_what_becomes_of_the_revenue(language: str, tmp_path: Path) -> None:
    reading = read_text(tmp_path, "income.csv", income(language))
    assert (reading.kind, reading.rows, reading.left_out) == ("income", 5, {})
    assert reading.currency == "IDR"
    assert reading.period == Period(date(2026, 9, 9), date(2026, 9, 10))
    assert sums(table_of(reading, "shop")) == SETTLED
    assert [note.code for note in reading.notes] == []


def test_the_parts_of_a_settlement_add_up_to_it(tmp_path: Path) -> None:
    counted = sums(table_of(read_text(tmp_path, "income.csv", income("en")), "shop"))
    parts = ("settled_revenue", "platform_fee", "affiliate_fee", "ad_fee", "other_fee")
    whole = sum(counted[part] for part in (*parts, "settled_shipping", "settled_adjustments"))
    assert whole == counted["settlement"]
    assert counted["settled_revenue"] == counted["settled_sales"] + counted["settled_refunds"]


def test_net_of_a_product_is_of_the_orders_that_have_no_other(tmp_path: Path) -> None:
    frame = table_of(read_text(tmp_path, "income.csv", income("en")), "product").frame
    net = frame.group_by("key").agg(pl.col("settlement").sum()).sort("key")
    assert dict(net.iter_rows()) == {"1731000000000000001": 70_000, "1731000000000000002": 0}


def test_a_workbook_with_lines_above_its_header_is_read(tmp_path: Path) -> None:
    grid = [line.split(",") for line in income("en").strip().split("\n")]
    above = [["Estimates may change"], ["Download time", "2026-09-12"], ["Total", "5"], []]
    data = workbook([*above, *grid], sheet="Order details")
    reading = read(written(tmp_path, "income_20260912.xlsx", data))
    assert sums(table_of(reading, "shop")) == SETTLED


UK = """Type,Order/adjustment ID,Statement date,Currency,Total settlement amount,SKU ID,Quantity,\
Product name,Net sales,Gross sales,Gross sales refund,Seller discount,Seller discount refund,Fees,\
TikTok Shop commission fee,Affiliate commission,Smart Promotion fee,VAT,Shipping,Adjustment amount
Order,577000000000000001,2026/08/03,GBP,15.75,1729,1,Candle,20.00,22.00,0,-2.00,0,-3.25,-1.80,-1.00,\
-0.25,-0.20,-1.00,0
Order,577000000000000001,2026/08/03,GBP,8.10,1730,1,Soap,9.00,9.00,0,0,0,-0.90,-0.90,0,0,0,0,0
Order,577000000000000002,2026/08/04,GBP,-4.50,1730,1,Soap,-5.00,0,-6.00,0,1.00,0.50,0.50,0,0,0,0,0
"""


def test_outside_south_east_asia_shipping_stands_beside_the_fees(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "income(UTC+1).csv", UK)
    counted = sums(table_of(reading, "shop"))
    assert counted["settlement"] == 19.35
    assert counted["settled_shipping"] == -1
    assert counted["platform_fee"] == -2.2
    assert counted["other_fee"] == pytest.approx(-0.45)
    assert (counted["settled_sales"], counted["settled_refunds"]) == (29, -5)
    assert [note.code for note in reading.notes] == []
    frame = table_of(reading, "product").frame
    assert dict(frame.group_by("name").agg(pl.col("settlement").sum()).iter_rows()) == {
        "Candle": 15.75,
        "Soap": pytest.approx(3.6),
    }


def test_a_settlement_that_its_parts_do_not_make_is_taken_as_printed_and_told(
    tmp_path: Path,
) -> None:
    reading = read_text(tmp_path, "income.csv", UK.replace("15.75", "17.75"))
    assert sums(table_of(reading, "shop"))["settlement"] == pytest.approx(21.35)
    (note,) = reading.notes
    assert note.code == "settlement-disagrees"
    assert "in 1 of 3 rows (row 2)" in note.text


BR = """Statement date,Statement ID,Payment ID,Status,Type,Currency,Order/adjustment ID,\
Total settlement amount,Net sales,Fees,TikTok Shop commission fee,Affiliate commission,\
SFP service fee,Shipping,Adjustment amount
2026/09/04,1,2,Paid,Order,BRL,583000000000000001,"BRL 30,50","BRL 40,00","BRL -9,50","BRL -4,00",\
"BRL -3,00","BRL -2,50","BRL 0,00","BRL 0,00"
"""


def test_brazilian_money_has_its_code_and_a_comma(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "statement.csv", BR)
    counted = sums(table_of(reading, "shop"))
    assert reading.currency == "BRL"
    assert (counted["settlement"], counted["settlement_fees"]) == (30.5, -9.5)


UNSETTLED = """These amounts are estimates
Download time,2026-09-20
Total Transactions,2

Type,Order/adjustment ID,creation date,Currency,Total estimated settlement amount,\
Estimated Settle time,unsettled reasons,Related order ID,Order created date,SKU ID,Quantity,\
Product name,Net sales,Gross sales,Fees,Referral fee,Sales tax on referral fees,Shipping,\
Adjustment amount,Adjustment reason,Related order ID
Order,576000000000000001,2026/09/18,USD,18.00,Delivered + 1 days,Waiting for package delivery,/,\
2026/09/17,1,1,Mug,20.00,20.00,-2.00,-1.80,-0.20,0,0,/,/
Order,576000000000000002,2026/09/18,USD,9.00,Delivered + 1 days,Waiting for package delivery,/,\
2026/09/18,2,1,Cup,10.00,10.00,-1.00,-0.90,-0.10,0,0,/,/
"""


def test_unsettled_orders_are_estimates_and_never_a_settlement(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "Onhold-unsettled-orders.csv", UNSETTLED)
    counted = sums(table_of(reading, "shop"))
    assert (reading.kind, reading.rows) == ("unsettled-orders", 2)
    assert reading.period == Period(date(2026, 9, 17), date(2026, 9, 18))
    assert counted["unsettled"] == 27
    assert counted["unsettled_platform_fee"] == -2.7
    assert "settlement" not in counted
    assert [note.code for note in reading.notes] == []


PROFIT = """Order ID,SKU ID,Product name,Order Income,Order Cost,Net Order Margin,Sold Quantity,\
Order paid date,Order settled date,linked statement id,linked payout id,Order status,\
Sample order type,Referral fee,Affiliate commission
576000000000000003,1,Mug,20.00,-4.00,16.00,1,20260901,20260909,1,2,Completed,,-1.20,-2.80
576000000000000004,1,Mug,0.00,-3.00,-3.00,1,20260901,20260909,1,2,Completed,\
free sample from seller,0,0
"""


def test_samples_in_a_profit_and_loss_statement_are_no_sales(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "merchant_statement_profit_loss_1.csv", PROFIT)
    assert (reading.kind, reading.rows, reading.left_out) == (
        "profit-and-loss",
        1,
        {"sample": 1},
    )
    assert sums(table_of(reading, "shop"))["settlement"] == 16


def at(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def test_transactions_of_a_statement_take_the_currency_above_them(tmp_path: Path) -> None:
    answer = {
        "code": 0,
        "data": {
            "id": "7440000000000000001",
            "currency": "THB",
            "total_count": 2,
            "transactions": [
                {
                    "id": "1",
                    "type": "ORDER",
                    "order_id": "585000000000000001",
                    "order_create_time": at(date(2026, 9, 1)),
                    "settlement_amount": "80",
                    "revenue_amount": "100",
                    "fee_tax_amount": "-20",
                    "fee_tax_breakdown": {
                        "fee": {
                            "platform_commission_amount": "-6",
                            "affiliate_commission_amount": "-10",
                            "gmv_max_ad_fee_amount": "-3",
                        }
                    },
                },
                {
                    "id": "2",
                    "type": "GMV_PAYMENT_FOR_ADS",
                    "adjustment_id": "7440000000000000009",
                    "order_create_time": at(date(2026, 9, 2)),
                    "adjustment_amount": "-40",
                    "settlement_amount": "-40",
                    "revenue_amount": "0",
                    "fee_tax_amount": "0",
                },
            ],
        },
    }
    reading = read_text(tmp_path, "transactions.json", json.dumps(answer))
    counted = sums(table_of(reading, "shop"))
    assert (reading.kind, reading.currency) == ("api-statement-transactions", "THB")
    assert counted["settlement"] == 40
    assert counted["ad_fee"] == -43
    assert counted["other_fee"] == -1
    assert counted["settled_adjustments"] == 0


def test_a_statement_is_of_the_day_before_its_time(tmp_path: Path) -> None:
    statement = {
        "id": "7441",
        "statement_time": at(date(2026, 9, 3)),
        "currency": "USD",
        "settlement_amount": "70.5",
        "net_sales_amount": "100",
        "fee_amount": "-20",
        "shipping_cost_amount": "-9.5",
        "adjustment_amount": "0",
        "payment_status": "PAID",
    }
    answer = {"code": 0, "data": {"next_page_token": "", "statements": [statement]}}
    reading = read_text(tmp_path, "statements.json", json.dumps(answer))
    assert reading.period == Period(date(2026, 9, 2), date(2026, 9, 2))
    counted = sums(table_of(reading, "shop"))
    assert (counted["settlement"], counted["settled_shipping"]) == (70.5, -9.5)


REPORT = [
    ["", "Payout report"],
    [],
    ["", "Time period:", "", "", "", "2026/08/01-2026/08/31"],
    ["", "Currency", "", "", "", "VND"],
    ["", "Total settlement amount", "", "", "", "8,000,000"],
    ["", "", "Total Revenue", "", "", "12,000,000"],
    ["", "", "", "Subtotal after seller discounts", "", "13,000,000"],
    ["", "", "", "", "Subtotal before discounts", "14,000,000"],
    ["", "", "", "Refund subtotal after seller discounts", "", "-1,000,000"],
    ["", "", "Total Fees", "", "", "-3,000,000"],
    ["", "", "", "Transaction fee", "", "-500,000"],
    ["", "", "", "TikTok Shop commission fee", "", "-1,000,000"],
    ["", "", "", "Shipping cost", "", "-300,000"],
    ["", "", "", "Affiliate Commission", "", "-800,000"],
    ["", "", "", "VAT withheld by TikTok Shop", "", "-400,000"],
    ["", "", "Total adjustments", "", "", "-1,000,000"],
    ["", "", "", "GMV Payment for TikTok Ads", "", "-1,200,000"],
    ["", "", "", "Platform reimbursement", "", "200,000"],
]


def test_a_report_has_its_names_below_each_other_and_a_period_in_each_column(
    tmp_path: Path,
) -> None:
    july = {"2026/08/01-2026/08/31": "2026/07/01-2026/07/31", "8,000,000": "7,000,000"}
    rows = [[*row, july.get(row[-1], row[-1])] if len(row) > 2 else row for row in REPORT]
    rows[5][-1] = "11,000,000"
    reading = read(written(tmp_path, "income.xlsx", workbook(rows, sheet="Reports")))
    assert (reading.kind, reading.rows, reading.left_out) == ("income-report", 2, {})
    assert reading.period == Period(date(2026, 7, 1), date(2026, 8, 31))
    assert [note.code for note in reading.notes] == []
    frame = table_of(reading, "shop").frame.sort("from")
    assert frame["to"].to_list() == [date(2026, 7, 31), date(2026, 8, 31)]
    assert frame["settlement"].to_list() == [7_000_000, 8_000_000]
    newest = frame.to_dicts()[-1]
    assert newest["ad_fee"] == -1_200_000
    assert newest["settled_adjustments"] == 200_000
    assert newest["settlement_before_ads"] == 9_200_000
    assert newest["other_fee"] == -400_000
    assert newest["platform_fee"] == -1_500_000
    parts = ("settled_revenue", "platform_fee", "affiliate_fee", "ad_fee", "other_fee")
    whole = sum(newest[part] for part in (*parts, "settled_shipping", "settled_adjustments"))
    assert whole == newest["settlement"]


def test_a_report_is_not_added_to_the_orders_of_its_period(tmp_path: Path) -> None:
    orders = [line.split(",") for line in income("en").strip().split("\n")]
    totals = [
        ["Time period:", "2026/09/09-2026/09/10"],
        ["Total settlement amount", "97000"],
        ["Total Revenue", "150000"],
        ["Total Fees", "-36000"],
    ]
    (tmp_path / "income.xlsx").write_bytes(workbook(orders, sheet="Order details"))
    (tmp_path / "report.xlsx").write_bytes(workbook(totals, sheet="Reports"))
    registry = bundled()
    context = ReadContext(today=date(2026, 11, 22))
    gathered = gather([tmp_path], registry.providers(), context)
    assert {reading.kind for reading in gathered.readings} == {"income", "income-report"}
    counted = combine(gathered.readings, registry.vocabulary())
    (settled,) = (one for one in counted.of("shop") if one.family == "shop-finance")
    assert settled.rows is not None
    assert settled.rows["settlement"].sum() == 97_000
    assert settled.totals is None


ADJUSTMENTS = """Statement,,,,,,,
Download time,2026-09-20,,,,,,
,,,,,,,
Adjustment ID,Adjustment Type,Adjustment reason,Adjustment amount,Adjustment create time,\
Adjustment settlement time,linked statement id,llinked payout id
7400000000000000001,Platform reimbursement,Lost package,12.50,20260901,20260909,1,2
7400000000000000002,GMV Payment for TikTok Ads,,-300,20260902,20260909,1,2
7400000000000000003,Net earnings balance,,50,20260902,20260910,1,2
7400000000000000003,Net earnings deduction,,-50,20260902,20260910,1,2
"""


def test_adjustments_of_a_statement_stand_beside_its_orders(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "adjustment.csv", ADJUSTMENTS)
    assert (reading.kind, reading.rows, reading.left_out) == ("profit-and-loss-adjustments", 4, {})
    assert reading.period == Period(date(2026, 9, 9), date(2026, 9, 10))
    table = table_of(reading, "shop")
    assert table.family == "shop-finance-adjustments"
    assert sums(table) == {"statement_adjustments": 12.5, "statement_ad_payments": -300}
