"""Affiliate orders: what brought no sale is left out, and what was paid goes before estimates."""

from datetime import date
from pathlib import Path

import attrs
import polars as pl
import pytest

from advisor.model import Period
from advisor.model.reading import Reading
from tests.plugins_shop.reads import CONTEXT, read, sums, table_of, written

EN = (
    "Order ID,Product ID,Product Name,SKU ID,Price,Payment Amount,Currency,Quantity,"
    "Fully returned or refunded,Order Status,Creator Username,Content Type,"
    "Est. standard commission payment,Actual Commission Payment,Est. Shop Ads commission payment,"
    "Actual Shop Ads commission payment,Est. co-funded creator bonus,Time Created"
)
ID = (
    "ID Pesanan,ID Produk,Produk,ID Sku,Harga,Payment Amount,Mata Uang,Kuantitas,"
    "Fully returned or refunded,Status Pesanan,Nama pengguna kreator,Jenis Konten,"
    "Perkiraan pembayaran komisi standar,Pembayaran Komisi Aktual,"
    "Perkiraan pembayaran komisi Iklan Toko,Pembayaran komisi Iklan Toko aktual,"
    "Perkiraan bonus kreator,Waktu Dibuat"
)
ROWS = """
577000000000000001,1729,Lamp,1,50,50,GBP,1,No,Settled,ada,Video,5,4,0,0,1,05/03/2026 10:00:00
577000000000000002,1729,Lamp,1,50,50,GBP,1,No,Pending,ada,Video,5,0,2,0,,06/03/2026 10:00:00
577000000000000003,1729,Lamp,1,50,50,GBP,1,Yes,Settled,ada,Video,5,,,,,07/03/2026 10:00:00
577000000000000004,1729,Lamp,1,50,50,GBP,1,No,Ineligible,ada,Video,5,,,,,08/03/2026 10:00:00
577000000000000005,1729,Lamp,1,0,0,GBP,1,No,Settled,ada,Video,0,,,,,09/03/2026 10:00:00
577000000000000006,1729,Lamp,1,50,50,GBP,2,No,Settled,bo,LIVE,,,3,2.5,,09/03/2026 11:00:00
"""


def orders(folder: Path, header: str, region: str | None = None) -> Reading:
    path = written(folder, "affiliate_orders_1.csv", f"{header}{ROWS}".encode())
    return read(path, attrs.evolve(CONTEXT, region=region))


@pytest.mark.parametrize("header", [EN, ID], ids=["en", "id"])
def test_refunded_ineligible_and_free_orders_are_no_sales(header: str, tmp_path: Path) -> None:
    reading = orders(tmp_path, header)
    assert reading.left_out == {
        "fully returned or refunded": 1,
        "ineligible order": 1,
        "sample": 1,
    }
    assert reading.currency == "GBP"
    counted = sums(table_of(reading, "creator"))
    assert (counted["gmv"], counted["orders"], counted["items_sold"]) == (150, 3, 4)


@pytest.mark.parametrize(
    ("items", "money", "returned"),
    [("3", "0", 1), ("0", "3", 1), ("1", "1", 0), ("0", "0", 0), ("Ya", "", 1), ("Tidak", "-", 0)],
)
def test_an_order_of_which_all_items_came_back_is_no_sale(
    items: str, money: str, returned: int, tmp_path: Path
) -> None:
    header = ID.replace("Fully returned or refunded", "Pengembalian barang,Pengembalian dana")
    row = (
        f"577000000000000001,1729,Lampu,1,50,150,IDR,3,{items},{money},Selesai,ani,Video,5,,,,,"
        "05/03/2026 10:00:00"
    )
    kept = row.replace("5770", "5780").replace(f"3,{items},{money}", "3,0,0")
    reading = read(written(tmp_path, "a.csv", f"{header}\n{row}\n{kept}\n".encode()))
    assert reading.left_out.get("fully returned or refunded", 0) == returned


def test_each_part_of_the_commission_is_what_was_paid_else_the_estimate(tmp_path: Path) -> None:
    frame = table_of(orders(tmp_path, EN), "creator").frame
    paid = frame.group_by("key").agg(pl.col("commission", "ads_commission").sum()).sort("key")
    # ada: 4 paid and a bonus of 1, then 5 and 2 estimated.
    assert paid.rows() == [("ada", 12, 2), ("bo", 2.5, 2.5)]


@pytest.mark.parametrize("region", [None, "US", "GB"])
def test_days_come_first_in_every_region(region: str | None, tmp_path: Path) -> None:
    reading = orders(tmp_path, EN, region)
    assert reading.period == Period(date(2026, 3, 5), date(2026, 3, 9))


SPANISH = """ID de pedido,ID de producto,Nombre del producto,ID de SKU,Precio,Importe del pago,\
Moneda,Cantidad,Devuelto o reembolsado en su totalidad,Estado del pedido,\
Nombre de usuario del creador,Tipo de contenido,Pago de la comisión estándar estimada,\
Pago de comisión real,Fecha/hora de creación
577000000000000001,1729,Aceite,1,"12,50","12,50",EUR,1,No,Liquidado,luz,Vídeo,"1,25","1,20",\
14/02/2026 10:00:00
577000000000000002,1729,Aceite,1,"12,50","12,50",EUR,1,Sí,Liquidado,luz,Vídeo,"1,25","0,00",\
15/02/2026 10:00:00
"""


def test_spanish_orders_in_euros_are_read(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "pedidos.csv", SPANISH.encode()))
    assert (reading.kind, reading.currency) == ("affiliate-orders", "EUR")
    assert reading.left_out == {"fully returned or refunded": 1}
    counted = sums(table_of(reading, "creator"))
    assert (counted["gmv"], counted["commission"]) == (12.5, 1.2)
