# ruff: noqa: E501 - one line a column, with its headers in every language
"""The rest of Seller Center, the Affiliate Center and the Partner Center: one table each.

Canonical names are those of the other writers: product_name, product_id, gmv, orders, sku_orders,
items_sold, customers, refunds, items_refunded, product_impressions, product_clicks, add_to_cart,
views, likes, comments, shares, commission, finish_rate; what a table has beside them is named like
its English header.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import attrs

from tests.shapes._cells import Language, Row, Style
from tests.shapes._table import Form, Grid, between, body, columns, headers, seller_file, totals


@attrs.frozen
class Shape:
    """One table: its columns, their languages, and the rows *above* them."""

    lines: str
    languages: tuple[Language, ...] = ("en",)
    currency: str = "USD"
    missing: str = "-"
    above: Callable[[date, date, Language], Grid] = lambda _first, _last, _language: []
    description: bool = False  # the English file explains each column under the header


_RANGE: Mapping[Language, str] = {
    "en": "Date range",
    "es": "Rango de fechas",
    "id": "Rentang tanggal",
}


def _range(first: date, last: date, language: Language) -> Grid:
    return [[f"[{_RANGE[language]}]: {between(first, last)}\n"], []]


def _bare(first: date, last: date, _language: Language) -> Grid:
    return [[between(first, last)], []]


def _starts(first: date, last: date, _language: Language) -> Grid:
    return [[f"Date Start: {first} - Date End: {last}"], []]


def _traffic(first: date, last: date, _language: Language) -> Grid:
    span = between(first, last, "-", "%d/%m/%Y")
    return [["Content type: All"], [f"Analysis date: {span}"], []]


SHAPES: Mapping[str, Shape] = {
    "product-list-classic": Shape(
        """
product_id id | ID | ID
product_name text | Product | Producto
status text | Status | Estado
gmv signed | GMV | GMV
items_sold int | Items sold | Artículos vendidos
orders int | Orders | Pedidos
tab_gmv signed | Shop Tab GMV | GMV de la pestaña Tienda
tab_items int | Shop Tab items sold | Artículos vendidos en la pestaña Tienda
tab_impressions int | Shop Tab listing impressions | Impresiones de listado de la pestaña Tienda
tab_page_views int | Shop Tab page views | Vistas de página de la pestaña Tienda
tab_visitors int | Shop Tab unique page views | Vistas de página únicas de la pestaña Tienda
tab_customers int | Shop Tab unique product customers | Clientes de productos únicos de la pestaña Tienda
tab_ctr pct? tab_page_views/tab_impressions | Shop Tab click-through rate | Tasa de clics de la pestaña Tienda
tab_conversion pct tab_customers/tab_visitors | Shop Tab conversion rate | Tasa de conversión de la pestaña Tienda
live_gmv signed | LIVE GMV | GMV atribuido a LIVE
live_items int | LIVE items sold | Ventas de artículos atribuidas a LIVE
live_impressions int | LIVE impressions | Impresiones en el LIVE
video_gmv signed | Video GMV | GMV atribuido al video
card_gmv signed | Product card GMV | GMV atribuido a tarjetas de productos
""",
        ("en", "es"),
        above=_bare,
    ),
    "product-traffic-list": Shape(
        """
channel text |  |  |
gmv signed | GMV | GMV | GMV
orders int | Orders | Pedidos | Pesanan
sku_orders int | SKU orders | Pedidos con SKU | Pesanan SKU
items_sold int | Items sold | Artículos vendidos | Produk terjual
customers int | Est. customers | Clientes estimados | Est. pembeli
aov signed? gmv/sku_orders | AOV (SKU orders) | AOV (pedidos con SKU) | AOV (pesanan SKU)
product_impressions int | Product impressions | Impresiones del producto | Impresi produk
product_clicks int | Product clicks | Clics en el producto | Klik produk
ctr pct product_clicks/product_impressions | CTR | CTR | CTR
add_to_cart int | Add-to-cart count | Cantidad de adiciones al carrito | Jumlah tambahkan ke keranjang
cart_rate two add_to_cart/product_clicks | Add-to-cart rate | Tasa de adición al carrito | Persentase tambahkan ke keranjang
ctor pct sku_orders/product_clicks | CTOR (SKU order) | CTOR (pedido con SKU) | CTOR (pesanan SKU)
""",
        ("en", "es", "id"),
        above=_traffic,
    ),
    "search-product-list": Shape(
        """
product_id id | Product ID | ID del producto
product_name text | Product name | Nombre del producto
product_viewers int | Product viewers | Espectadores de productos
product_clickers int | Users' product clicks | Clics de los usuarios en productos
customers int | Buyers | Compradores
ctor pct customers/product_clickers | Click-to-order rate | Tasa de clics por pedidos
sku_orders int | Orders | Pedidos
gmv money | Shop Tab GMV ({unit}) | GMV de la pestaña Tienda ({unit})
diagnosis text | Product diagnosis | Diagnóstico del producto
""",
        ("en", "es"),
        above=_range,
    ),
    "service-daily": Shape(
        """
agent id | Agent ID | Identificación del agente
alias text | Alias | Alias
date day | Date | Fecha
chats int | Chats assigned | Chats asignados
chats_to_answer int | Chats requiring human response | Chats que requieren respuesta humana
chats_answered int | Chats responded by a live agent within 24h | Chats respondidos por un agente en vivo en un plazo de 24h
response_rate onepct? chats_answered/chats_to_answer | Live agent response rate within 24 hours | Tasa de respuesta del agente en vivo en un plazo de 24 horas
late_chats int | Chats with late response | Chats con respuesta tardía
unanswered_chats int | Chats without response | Chats sin respuesta
satisfaction onepct | Satisfaction rate | Tasa de satisfacción
first_response minutes | Average first response time | Tiempo promedio de la primera respuesta
""",
        ("en", "es"),
        missing="--",
        above=_bare,
    ),
    "creator-products": Shape(
        """
product_id id | Product info
product_name text | Product info
gross_revenue dollar | Gross revenue
commission dollar | Commission
unit_sales int | Unit sales
""",
        above=_starts,
    ),
    "partner-shops": Shape(
        """
shop_name text | Shop name
gmv signed | GMV
items_sold int | Items sold
live_gmv signed | LIVE-attributed GMV
video_gmv signed | Video-attributed GMV
nameless int |
affiliate_gmv signed | Affiliate GMV
customers int | Avg customers
refunds signed | Refunds
product_impressions int | Impressions
visitors int | Avg visitors
conversion pct customers/visitors | Avg conversion rate
""",
        above=_bare,
    ),
    "affiliate-products": Shape(
        """
product_name text | Product name | Product name
product_id id | Product ID | Product ID
category text | Product category | Product category
gmv signed | Creator-attributed GMV | GMV dari kreator
items_sold int | Creator-attributed items sold | Produk yang terjual dari kreator
refunds signed | Refunds | Pengembalian dana
items_refunded int | Items refunded | Produk yang dikembalikan dananya
orders int | Attributed orders | Pesanan teratribusi
ctor pct orders/product_clicks | CTOR | CTOR
videos int | Videos | Video
streams int | LIVE streams | Siaran LIVE
sample_content int | Total sample content | Jumlah konten sampel
samples_shipped int | Samples shipped | Sampel terkirim
selling_videos int | Videos with sales | Video dengan penjualan
selling_streams int | LIVE streams with sales | Siaran LIVE dengan penjualan
ctr pct product_clicks/product_impressions | CTR | CTR
product_impressions int | Product impressions | Impresi produk
product_clicks int | Product clicks | Klik produk
posting_creators int | Creators posted content | Kreator yang memosting konten
selling_creators int | Creators with sales | Kreator dengan penjualan
customers int | Customers | Pembeli
commission signed | Est. commission | Perkiraan komisi
""",
        ("en", "id"),
        description=True,
    ),
    "affiliate-videos": Shape(
        """
title text | Video title | ชื่อวิดีโอ
link text | Video link | ลิงก์วิดีโอ
posted day | Post date | วันที่โพสต์วิดีโอ
creator_name text | Creator username | ชื่อผู้ใช้ของครีเอเตอร์
gmv signed | Creator video-attributed GMV | GMV จากวิดีโอขายสินค้าของแอฟฟิลิเอต
items_sold int | Video-attributed items sold | จำนวนที่ขายได้จากแอฟฟิลิเอต
aov signed gmv/orders | AOV | มูลค่าคำสั่งซื้อเฉลี่ยจากวิดีโอขายสินค้า
commission signed | Est. commission | ค่าคอมมิชชั่นโดยประมาณ
flat_fee signed | Est. flat fee | ค่าธรรมเนียมคงที่โดยประมาณ
orders int | Video-attributed orders | คำสั่งซื้อแอฟฟิลิเอต
product_impressions int | Video product impressions | ยอดการแสดงผลวิดีโอขายสินค้า
ctr pct product_clicks/product_impressions | CTR | CTR จากแอฟฟิลิเอต
gpm signed gmv/views*1000 | Video GPM | GPM จากวิดีโอขายสินค้า
items_refunded int | Items refunded | จำนวนสินค้าแอฟฟิลิเอตที่คืนเงิน
refunds signed | Refunds | GMV ของการคืนเงินจากแอฟฟิลิเอต
comments int | Comments | ความคิดเห็นในวิดีโอขายสินค้า
likes int | Likes | การกดถูกใจในวิดีโอขายสินค้า
video_id id | Video ID | Video ID
product_name text | Product name | Product name
product_id id | Product ID | Product ID
gmv_each signed gmv/customers | Avg. GMV per customer | Avg. GMV per customer
shares int | Shares | Shares
product_clicks int | Video product clicks | Video product clicks
finish_rate pct | Completion rate | Completion rate
views int | Video views | Video views
engagement int | Engagement | Engagement
""",
        ("en", "th"),
        description=True,
    ),
    "affiliate-lives": Shape(
        """
title text | LIVE title
live_id id | LIVE ID
gmv signed | Creator LIVE-attributed GMV
orders int | LIVE-attributed orders
product_impressions int | LIVE product impressions
product_clicks int | LIVE product clicks
views int | LIVE views
commission signed | Est. commission
""",
        description=True,
    ),
    "affiliate-orders": Shape(
        """
order_id id | Order ID
product_name text | Product name
sku text | SKU
product_id id | Product ID
creator_name text | Creator Username
content_type text | Content Type
content_id id | Content ID
gmv signed | Payment Amount
commission signed | Est. standard commission payment
ads_commission signed | Est. Shop Ads commission payment
paid_commission signed | Actual Commission Payment
status text | Order Status
seller_sku text | Seller Sku
items_sold int | Quantity
date slashstamp | Time Created
""",
    ),
}
STORE_PAGE = """
gmv signed | GMV | GMV
items_sold int | Items sold | Artículos vendidos
customers int | Buyers | Compradores
aov signed gmv/customers | Average GMV | GMV promedio
visitors int | Visitors | Visitantes
page_views int | Page views | Vistas de página
view_to_click pct clickers/visitors | View-to-click rate | Tasa de vistas a clics
click_to_payment pct customers/clickers | Click-to-payment rate | Tasa de clics a pagos
clicks_each two clicks/visitors | Average product clicks | Clics promedio en productos
pages_each two page_views/visitors | PV or UV | PV o UV
visit_seconds secs | Visit duration | Duración Tiempo de visita
"""
PARTNER_REPORT = """
date day | Date
campaign_id id | Campaign ID
campaign_name text | Campaign name
gmv signed | GMV
orders int | Orders
commission signed | Estimated affiliate partner commission
"""
_BLOCKS = {
    "en": ("Data summary", "Total value", "Percentage change", "Daily data", "Date"),
    "es": ("Resumen de los datos", "Valor total", "Cambio porcentual", "Datos diarios", "Fecha"),
}


def table(
    kind: str,
    rows: Sequence[Row],
    first: date,
    last: date,
    *,
    language: Language = "en",
    form: Form = "xlsx",
) -> bytes:
    """The table of one *kind*, as its Shape says."""
    shape = SHAPES[kind]
    style = Style(language, shape.currency, shape.missing)
    cols = columns(shape.lines, language, shape.languages, unit=style.unit)
    grid: Grid = [*shape.above(first, last, language), headers(cols)]
    if shape.description and language == "en":
        grid.append([f"{col.header} in the selected dates." for col in cols])
    return seller_file([*grid, *body(rows, cols, style)], form)


def store_page(
    rows: Sequence[Row],
    first: date,
    last: date,
    *,
    language: Language = "en",
    form: Form = "xlsx",
) -> bytes:
    """The store page: a summary with its growth, then the days (`May 2, 2026`)."""
    style = Style(language, "USD")
    cols = columns(STORE_PAGE, language, ("en", "es"))
    summary, total, change, daily, day = _BLOCKS[language]
    span = f"{first:%b} {first.day}, {first.year} ~ {last:%b} {last.day}, {last.year}"
    # People and shares of a period are no sums of its days.
    total_row = totals(rows, cols, skip=("customers", "visitors", "visit_seconds"))
    return seller_file(
        [
            [f"[{_RANGE[language]}]: {span}"],
            [summary],
            ["", *headers(cols)],
            [total, *body([total_row], cols, style)[0]],
            [change, *["-"] * len(cols)],
            [],
            [daily],
            [day, *headers(cols)],
            *(
                [_named_day(row["date"]), *line]
                for row, line in zip(rows, body(rows, cols, style), strict=True)
            ),
        ],
        form,
    )


def _named_day(value: object) -> str:
    if not isinstance(value, date):
        raise TypeError(f"a date was expected, found {value!r}")
    return f"{value:%b} {value.day}, {value.year}"


def partner_report(rows: Sequence[Row], *, form: Form = "xlsx") -> bytes:
    """The affiliate partner's own report: a header that ends with a blank, and a `Summary` row."""
    style = Style("en", "USD")
    cols = columns(PARTNER_REPORT, "en", ("en",))
    names = [f"{name} " if name == cols[-1].header else name for name in headers(cols)]
    summary = body([totals(rows, cols)], cols, style)[0]
    return seller_file([names, *body(rows, cols, style), ["Summary", "", "", *summary[3:]]], form)
