# ruff: noqa: E501 - one line a column
"""Orders and returns, with made-up buyers: one row per SKU, ids and times end with a TAB.

Canonical names of orders: order_id, sku_id, product_name, status, quantity, returned, price (of one,
before discounts), platform_discount, seller_discount (of the row), created, buyer, place. Of returns:
return_id, order_id, sku_id, product_name, refund (whole), quantity, requested, refunded, status, buyer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from tests.shapes._cells import Cell, Row, number
from tests.shapes._table import Form, Grid, csv_bytes
from tests.shapes._xlsx import workbook

Region = Literal["US", "ID", "TH", "MX", "BR", "SG"]

PERSONAL = {
    "Buyer Message": "please ring twice at the blue door",
    "Recipient": "Rosalind Quimby",
    "Phone #": "(+62)81234509876",
    "Zipcode": "94110-7733",
    "Country": "Freedonia",
    "Detail Address": "17 Wisteria Crescent, flat 4",
    "Additional address information": "behind the bakery",
    "Tracking ID": "JX5550001112223",
    "Seller Note": "Rosalind is the cousin of the owner",
}
_FIRST = """
Order ID | Platform unique order ID.
Order Status | Current order status, check the API document for details.
Order Substatus | Current order substatus.
Cancelation/Return Type | Whether the order was cancelled or returned.
Normal or Pre-order | Whether the order is a pre-order.
SKU ID | Platform unique SKU ID.
Seller SKU | SKU of the seller.
Product Name | Name of the product.
Variation | Variation of the product.
Quantity | SKU sold quantity in the order.
Sku Quantity of return | SKU returned quantity in the order.
SKU Unit Original Price | Price of one SKU before discounts.
SKU Subtotal Before Discount | Quantity times price.
SKU Platform Discount | Discount paid by the platform.
SKU Seller Discount | Discount paid by the seller.
SKU Subtotal After Discount | What the buyer paid for the SKU.
Shipping Fee After Discount | Shipping fee paid by the buyer.
Original Shipping Fee | Shipping fee before discounts.
Shipping Fee Seller Discount | Paid by the seller.
Shipping Fee Platform Discount | Paid by the platform.
"""
_ID_FEES = """
Distance Shipping Fee | Fee for the distance.
Distance Fee | Fee for the distance.
"""
_MONEY = """
Order Refund Amount | Refund of the whole order.
Payment platform discount | Discount of the payment.
Buyer Service Fee | Fee of the buyer.
Handling Fee | Handling fee.
Shipping Insurance | Insurance.
Item Insurance | Insurance.
Taxes | Taxes of the order.
Order Amount | Amount of the whole order.
"""
_TIMES = """
Created Time | Order created time
Paid Time | Order paid time
RTS Time | Order ready to ship time.
Shipped Time | Order shipped time.
Delivered Time | Order delivered time.
Cancelled Time | Order cancelled time.
Cancel By | Who cancelled.
Cancel Reason | Why.
Fulfillment Type | How it is fulfilled.
Warehouse Name | Warehouse.
Tracking ID | The order's tracking number.
Delivery Option | Delivery option.
Shipping Provider Name | Carrier.
Buyer Message | Message from the buyer.
Buyer Username | Username of the buyer.
Recipient | Name of the recipient.
Phone # | Phone of the recipient.
Zipcode | Zipcode.
Country | Country.
"""
_ADDRESS = {
    "ID": ("Province", "Regency and City", "Districts", "Villages", "Detail Address"),
    "other": ("State", "City", "Detail Address", "Address Line 1", "Address Line 2"),
}
_LAST = """
Additional address information | More of the address.
Payment Method | Payment method.
Weight(kg) | Weight of the package.
Product Category | Category of the product.
Package ID | Package.
Purchase Channel | Where it was bought.
Seller Note | Note of the seller.
Checked Status | Whether it was checked.
Checked Marked by | Who checked it.
"""
_ID_LAST = """
Tokopedia Invoice Number | Invoice.
Order Channel | Channel.
Creator Handle | Creator.
"""
STATUSES = {
    "US": ("Completed", "Canceled", "Unpaid"),
    "SG": ("Completed", "Cancelled", "Unpaid"),
    "ID": ("Selesai", "Dibatalkan", "Belum dibayar"),
    "TH": ("เสร็จสมบูรณ์", "ยกเลิกแล้ว", "รอการชำระเงิน"),
    "MX": ("Completado", "Cancelado", "Pendiente de pago"),
    "BR": ("Concluído", "Cancelado", "Aguardando pagamento"),
}
_COMPLETED, _CANCELLED, _UNPAID = "completed", "cancelled", "unpaid"


def _columns(region: Region) -> list[tuple[str, str]]:
    address = _ADDRESS["ID" if region == "ID" else "other"]
    lines = [*_FIRST.splitlines(), *(_ID_FEES.splitlines() if region == "ID" else ())]
    lines += [*_MONEY.splitlines(), *_TIMES.splitlines()]
    lines += [f"{name} | Part of the address." for name in address]
    lines += [*_LAST.splitlines(), *(_ID_LAST.splitlines() if region == "ID" else ())]
    pairs = [line.split(" | ") for line in lines if line]
    skipped = {"Taxes"} if region == "ID" else set()
    return [(name, text) for name, text in pairs if name not in skipped]


def time_text(value: object, region: Region) -> str:
    """A time of an order: the month comes first in the United States alone."""
    if not isinstance(value, datetime):
        return ""
    if region == "US":
        hour = value.strftime("%I").lstrip("0")
        return f"{value:%m/%d/%Y} {hour}:{value:%M:%S %p}\t"
    return f"{value:%d/%m/%Y %H:%M:%S}\t"


def orders(
    rows: Sequence[Row], *, region: Region = "US", form: Form = "csv", description_row: bool = True
) -> bytes:
    """All orders; amounts of the whole order come back on each of its rows."""
    amounts: dict[str, float] = {}
    for row in rows:
        key = str(row["order_id"])
        amounts[key] = amounts.get(key, 0.0) + _paid(row)
    cols = _columns(region)
    grid: Grid = [[name for name, _ in cols]]
    if description_row:
        grid.append([text for _, text in cols])
    grid += [[_order_cell(name, row, region, amounts) for name, _ in cols] for row in rows]
    if form == "xlsx":
        return workbook(grid, sheet="OrderSKUList")
    return csv_bytes(grid, bom=True)


def _paid(row: Row) -> float:
    before = number(row.get("price", 10)) * number(row.get("quantity", 1))
    discounts = ("platform_discount", "seller_discount")
    return before - sum(number(row.get(name, 0)) for name in discounts)


def _order_cell(name: str, row: Row, region: Region, amounts: dict[str, float]) -> Cell:
    order = str(row["order_id"])
    status = str(row.get("status", _COMPLETED))
    known = dict(zip((_COMPLETED, _CANCELLED, _UNPAID), STATUSES[region], strict=True))
    price, quantity = number(row.get("price", 10)), number(row.get("quantity", 1))
    made: dict[str, Cell] = {
        "Order ID": f"{order}\t",
        "Order Status": known.get(status, status),
        "Normal or Pre-order": "Normal",
        "SKU ID": f"{row['sku_id']}\t",
        "Product Name": str(row.get("product_name", "Serum")),
        "Variation": "30 ml",
        "Quantity": int(quantity),
        "Sku Quantity of return": int(number(row.get("returned", 0))),
        "SKU Unit Original Price": f"{price:.2f}",
        "SKU Subtotal Before Discount": f"{price * quantity:.2f}",
        "SKU Platform Discount": f"{number(row.get('platform_discount', 0)):.2f}",
        "SKU Seller Discount": f"{number(row.get('seller_discount', 0)):.2f}",
        "SKU Subtotal After Discount": f"{_paid(row):.2f}",
        "Order Amount": f"{amounts[order] + 5:.2f}",
        "Shipping Fee After Discount": "5.00",
        "Created Time": time_text(row["created"], region),
        "Paid Time": "" if status == _UNPAID else time_text(row["created"], region),
        "Fulfillment Type": "Fulfilled by seller",
        "Buyer Username": str(row.get("buyer", "")),
        "State": str(row.get("place", "")),
        "Province": str(row.get("place", "")),
        "Weight(kg)": "0.30",
        "Purchase Channel": "TikTok",
    }
    return made.get(name, PERSONAL.get(name, ""))


def orders_name(region: Region, downloaded: datetime) -> str:
    start = {"ID": "Semua pesanan", "MX": "Todo pedido"}.get(region, "All order")
    return f"{start}-{downloaded:%Y-%m-%d-%H_%M}.csv"


_RETURNS = """
Return Order ID
Order ID
Order Amount
Order Status
Order Substatus
Payment Method
SKU ID
Seller SKU
Product Name
SKU Name
Buyer Username
Return Type
Time Requested
Return Reason
Return unit price
Return Quantity
Return Logistics Tracking ID
Return Status
Return Sub Status
Refund Time
Dispute Status
Appeal Status
Compensation Status
Compensation Amount
Buyer Note
"""
_LATER = (
    "Return Quantity",
    "Return Sub Status",
    "Refund Time",
    "Compensation Status",
    "Compensation Amount",
    "Return Logistics Tracking ID",
)
NOTE = "it smelled of my aunt Petronella"


def returns(
    rows: Sequence[Row], *, region: Region = "BR", form: Form = "csv", short: bool = False
) -> bytes:
    """Returns, 25 columns, or 19 with *short*; every second amount is written with its currency."""
    names = [name for name in filter(None, _RETURNS.splitlines()) if not (short and name in _LATER)]
    grid: Grid = [[*names]]
    for at, row in enumerate(rows):
        refund = number(row.get("refund", 0))
        local = f"R$ {refund:.2f}".replace(".", ",")
        made: dict[str, Cell] = {
            "Return Order ID": f"{row['return_id']}\t",
            "Order ID": f"{row['order_id']}\t",
            "Order Amount": f"{refund:.2f}",
            "SKU ID": f"{row['sku_id']}\t",
            "Product Name": str(row.get("product_name", "Serum")),
            "Buyer Username": str(row.get("buyer", "")),
            "Return Type": "Return and refund",
            "Time Requested": time_text(row["requested"], region),
            "Return unit price": local if at % 2 and region == "BR" else f"{refund:.1f}",
            "Return Quantity": str(row.get("quantity", 1)),
            "Return Status": str(row.get("status", "Completed")),
            "Refund Time": time_text(row.get("refunded"), region),
            "Buyer Note": NOTE,
        }
        grid.append([made.get(name, "") for name in names])
    if form == "xlsx":
        return workbook(grid, sheet="Returns")
    return csv_bytes(grid)
