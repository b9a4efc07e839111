# ruff: noqa: E501 - one line a column, with its headers in every language
"""Seller Center (Data Compass): the shop by day, its tab, products, videos and LIVEs.

The shop by day: date, gmv, orders, customers, items_sold, items_refunded, sku_orders,
gross_revenue, page_views, visitors, product_impressions, unique_product_impressions,
product_clicks, unique_clicks, and for each of creator_live, seller_live, creator_video,
seller_video: attributed_…_gmv, …_gmv, indirect_…_gmv.
The Shop tab by day: date, gmv, refunds, product_viewers, product_clickers, add_to_cart_users,
orders, customers, refunded_orders.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from tests.shapes._cells import Cell, Language, Row, Style, number
from tests.shapes._lives import (
    creator_live_performance,
    creator_live_performance_name,
    live_core_stats,
    live_core_stats_name,
    live_sessions,
    live_sessions_name,
)
from tests.shapes._products import (
    product_cards,
    product_cards_name,
    product_list,
    product_list_name,
    product_traffic,
    product_traffic_name,
)
from tests.shapes._table import Form, between, body, columns, headers, seller_file, totals
from tests.shapes._videos import (
    video_core_stats,
    video_core_stats_name,
    video_list,
    video_list_name,
)

__all__ = [
    "creator_live_performance",
    "creator_live_performance_name",
    "live_core_stats",
    "live_core_stats_name",
    "live_sessions",
    "live_sessions_name",
    "product_cards",
    "product_cards_name",
    "product_list",
    "product_list_name",
    "product_traffic",
    "product_traffic_name",
    "shop_analytics",
    "shop_analytics_name",
    "shop_tab",
    "shop_tab_name",
    "video_core_stats",
    "video_core_stats_name",
    "video_list",
    "video_list_name",
]

_KEY_METRICS = """
gmv money | GMV | GMV | GMV
orders int | Orders | Pedidos | Pesanan
customers int | Customers | Clientes | Pembeli
items_sold int | Items sold | Artículos vendidos | Produk terjual
items_refunded int | Items refunded | Artículos reembolsados | Produk yang dikembalikan dananya
sku_orders int | SKU orders | Pedidos con SKU | Pesanan SKU
gross_revenue money | Gross revenue | Ingresos brutos | Pendapatan bruto
page_views int | Page views | Vistas de página | Tayangan halaman
visitors int | Visitors | Visitantes | Pengunjung
conversion frac4 customers/visitors | Conversion rate | Tasa de conversión | Persentase konversi
product_impressions int | Product impressions | Impresiones del producto | Impresi produk
unique_product_impressions int | Unique product impressions | Impresiones únicas de productos | Impresi produk unik
product_clicks int | Product clicks | Clics en el producto | Klik produk
unique_clicks int | Unique clicks | Clics únicos | Klik unik
aov money? gmv/orders | AOV | AOV | AOV
attributed_creator_live_gmv money | Creator LIVE-attributed GMV | GMV atribuido al LIVE del creador | GMV dari LIVE kreator
creator_live_gmv money | Creator LIVE GMV | GMV de LIVE del creador | GMV LIVE kreator
indirect_creator_live_gmv money | Creator LIVE indirect GMV | GMV indirecto de LIVE del creador | GMV tidak langsung dari LIVE kreator
attributed_seller_live_gmv money | Linked account LIVE-attributed GMV | GMV atribuido a LIVE de cuentas vinculadas | GMV dari LIVE akun tertaut
seller_live_gmv money | Seller LIVE GMV | GMV de LIVE del vendedor | GMV LIVE penjual
indirect_seller_live_gmv money | Seller LIVE indirect GMV | GMV indirecto de LIVE de vendedor | GMV tidak langsung dari LIVE penjual
attributed_creator_video_gmv money | Creator video-attributed GMV | GMV atribuido a videos de afiliados | GMV dari video afiliasi
creator_video_gmv money | Creator video GMV | GMV de videos del creador | GMV video kreator
indirect_creator_video_gmv money | Creator video indirect GMV | GMV indirecto de video del creador | GMV tidak langsung dari video kreator
attributed_seller_video_gmv money | Linked account video-attributed GMV | GMV atribuido a videos de cuentas vinculadas | GMV dari video akun tertaut
seller_video_gmv money | Seller video GMV | GMV de videos de vendedor | GMV video penjual
indirect_seller_video_gmv money | Seller video indirect GMV | GMV indirecto de video de vendedor | GMV tidak langsung dari video penjual
"""

_DATES = {
    "en": ("Analysis date", "Comparison date"),
    "es": ("Fecha del análisis", "Fecha de comparación"),
    "id": ("Tanggal analisis", "Tanggal perbandingan"),
}
_BLOCKS = {
    "en": ("Data summary", "Total value", "Percentage change", "Daily data", ""),
    "es": ("Resumen de los datos", "Valor total", "Cambio porcentual", "Datos diarios", "Fecha"),
    "id": ("Ringkasan data", "Total nilai penjualan", "Perubahan (%)", "Data harian", ""),
}


def shop_analytics(
    rows: Sequence[Row],
    first: date,
    last: date,
    *,
    language: Language = "en",
    currency: str = "USD",
    people: Row | None = None,
    growth: Row | None = None,
    form: Form = "xlsx",
) -> bytes:
    """Key metrics: a summary with its growth, then the days under a second header.

    *people* gives the period's distinct counts (customers, visitors, unique clicks), which are not
    the sums of the days; *growth* fractions of the growth row, else a dash.
    """
    style = Style(language, currency)
    cols = columns(_KEY_METRICS, language)
    summary, total, change, daily, day = _BLOCKS[language]
    total_row = {**totals(rows, cols), **(people or {})}
    said = growth or {}
    grown: list[Cell] = [
        "-" if col.key not in said else f"{100 * number(said[col.key]):.2f}%" for col in cols
    ]
    earlier = (first - (last - first) - timedelta(days=1), first - timedelta(days=1))
    labels = _DATES[language]
    return seller_file(
        [
            [
                f"{labels[0]}: {between(first, last, '-', '%d/%m/%Y')}",
                f"{labels[1]}: {between(*earlier, '-', '%d/%m/%Y')}",
            ],
            [summary],
            ["", *headers(cols)],
            [total, *body([total_row], cols, style)[0]],
            [change, *grown],
            [],
            [],
            [daily],
            [day, *headers(cols)],
            *(
                [f"{row['date']:%d/%m/%Y}", *line]
                for row, line in zip(rows, body(rows, cols, style), strict=True)
            ),
        ],
        form,
    )


_TAB = """
date day | Time | Hora
gmv money | Shop Tab GMV ({unit}) | GMV de la pestaña Tienda ({unit})
gmv_per_customer money gmv/customers | Avg. GMV per customer ({unit}) | GMV por cliente prom. ({unit})
refunds money | Refunds ({unit}) | Importe reembolsado ({unit})
product_viewers int | Product viewers | Espectadores de productos
product_clickers int | Users' product clicks | Clics de los usuarios en productos
add_to_cart_users int | Add-to-cart visitors | Visitante que agregó al carrito
orders int | Orders | Pedidos
customers int | Buyers | Compradores
refunded_orders int | Refunded orders | Pedidos reembolsados
click_rate pct product_clickers/product_viewers | Impression-to-click rate | Tasa de conversión de impresiones a clic
ctor pct customers/product_clickers | Click-to-order rate | Tasa de clics por pedidos
view_to_pay pct customers/product_viewers | Impression-to-payment rate | Tasa de conversión de impresiones a pagos
"""


def shop_tab(
    rows: Sequence[Row],
    first: date,
    last: date,
    *,
    language: Language = "es",
    currency: str = "MXN",
    form: Form = "xlsx",
) -> bytes:
    """Core stats of the Shop tab by day; its rates count people."""
    style = Style(language, currency)
    cols = columns(_TAB, language, unit=style.unit)
    label = {"en": "[Date range]", "es": "[Rango de fechas]"}[language]
    return seller_file(
        [[f"{label}: {between(first, last)}\n"], [], headers(cols), *body(rows, cols, style)], form
    )


def shop_analytics_name(downloaded: date) -> str:
    return f"Shop Analytics_Key metrics_{downloaded:%Y%m%d}.xlsx"


def shop_tab_name(downloaded: date) -> str:
    return f"Core Stats_{downloaded:%Y%m%d}163705.xlsx"
