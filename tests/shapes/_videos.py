# ruff: noqa: E501 - one line a column, with its headers in every language
"""Seller Center's video tables.

Canonical names: creator_name, creator_id, title, video_id, posted, products (as in
`Name(product id)`), views, likes, comments, shares, new_followers, to_live_clicks,
product_impressions, product_clicks, customers, sku_orders, items_sold, gmv (each attributed, with
direct_… and indirect_… parts), finish_rate; by day: date, daily_customers, product_viewers.
"""

from collections.abc import Sequence
from datetime import date

from tests.shapes._cells import Language, Row, Style
from tests.shapes._table import Form, between, body, columns, headers, seller_file

_LIST = """
creator_name text | Creator name | Nombre del creador | Nama Kreator
creator_id id | Creator ID | ID del Creador | ID Kreator
title text | Video Info | Información del video | Informasi Video
video_id id | Video ID | ID del video | ID Video
posted slashstamp | Time | Hora | Waktu
products text | Products | Productos | Produk
views int | VV | VV | VV
likes int | Likes | Me gusta | Likes
comments int | Comments | Comentarios | Komentar
shares int | Shares | Compartidos | Dibagikan
new_followers int | New followers | Seguidores nuevos | Pengikut baru
to_live_clicks int | V-to-L clicks | Clics de video a transmisión en vivo | Klik Video ke LIVE
product_impressions int | Product Impressions | Impresiones de productos | Produk Dilihat
product_clicks int | Product Clicks | Clics de productos | Klik Produk
customers int | Unique customers | Clientes únicos | Pembeli unik
sku_orders int | Attributed SKU orders | Pedidos con SKU atribuidos | Pesanan SKU teratribusi
direct_sku_orders int | Video SKU orders | Pedidos con SKU de videos | Pesanan SKU dari video
indirect_sku_orders int | Indirect video SKU orders | Pedidos con SKU indirectos de videos | Pesanan SKU tidak langsung dari video
items_sold int | Video-attributed items sold | Ventas de artículos atribuidas a videos | Produk yang terjual melalui video
direct_items int | Video items sold | Artículos de video vendidos | Produk yang terjual dari video
indirect_items int | Indirect video items sold | Artículos vendidos indirectamente desde videos | Produk yang terjual dari video secara tidak langsung
gmv money | Video-attributed GMV ({unit}) | GMV atribuido al video ({unit}) | GMV dari video ({unit})
direct_gmv money | Video GMV ({unit}) | GMV de videos ({unit}) | GMV video ({unit})
indirect_gmv money | Video indirect GMV ({unit}) | GMV indirecto de video ({unit}) | GMV tidak langsung dari video ({unit})
gpm money gmv/views*1000 | GPM ({unit}) | GPM ({unit}) | GPM ({unit})
ctr pct product_clicks/views | Click-through rate (Video) | Tasa de clics (video) | Rasio klik tayang (Video)
to_live_rate pct to_live_clicks/views | V-to-L rate | Tasa de video a transmisión | Rasio Video ke LIVE
finish_rate pct | Video Finish Rate | Tasa de finalización de videos | Persentase Video yang Ditonton Hingga Selesai
ctor pct sku_orders/product_clicks | CTOR (SKU order) | CTOR (pedido con SKU) | CTOR (pesanan SKU)
diagnosis text | Diagnosis | Diagnóstico | Diagnosis
"""

_DAILY = """
date day | Time | Hora
gmv money | Video-attributed GMV ({unit}) | GMV atribuido al video ({unit})
direct_gmv money | Video GMV ({unit}) | GMV de videos ({unit})
indirect_gmv money | Video indirect GMV ({unit}) | GMV indirecto de video ({unit})
views int | VV | VV
gpm money gmv/views*1000 | GPM ({unit}) | GPM ({unit})
sku_orders int | Attributed SKU orders | Pedidos con SKU atribuidos
direct_sku_orders int | Video SKU orders | Pedidos con SKU de videos
indirect_sku_orders int | Indirect video SKU orders | Pedidos con SKU indirectos de videos
daily_customers int | Avg. daily customers | Clientes diarios prom.
product_viewers int | Video product viewers | Espectadores de productos de videos
product_impressions int | Product Impressions | Impresiones de productos
product_clicks int | Product Clicks | Clics de productos
ctr frac4 product_clicks/product_impressions | Click-through rate (Video) | Tasa de clics (video)
ctor frac4 sku_orders/product_clicks | CTOR (SKU order) | CTOR (pedido con SKU)
"""

DATE_RANGE = {"en": "[Date range]", "es": "[Rango de fechas]", "id": "[Rentang tanggal]"}


def direct(row: Row) -> Row:
    """A row whose attributed figures are all direct, unless it says otherwise."""
    return {
        "direct_gmv": row.get("gmv", 0),
        "direct_sku_orders": row.get("sku_orders", 0),
        "direct_items": row.get("items_sold", 0),
        **row,
    }


def video_list(
    rows: Sequence[Row],
    first: date,
    last: date,
    *,
    language: Language = "en",
    currency: str = "USD",
    form: Form = "xlsx",
) -> bytes:
    """One row per video; its CTR is product clicks per view."""
    style = Style(language, currency)
    cols = columns(_LIST, language, unit=style.unit)
    filled = [{"diagnosis": "No issues", **direct(row)} for row in rows]
    return seller_file(
        [
            [f"{DATE_RANGE[language]}: {between(first, last)}\n"],
            [],
            headers(cols),
            *body(filled, cols, style),
        ],
        form,
    )


def video_core_stats(
    rows: Sequence[Row],
    first: date,
    last: date,
    *,
    language: Language = "es",
    currency: str = "MXN",
    form: Form = "xlsx",
) -> bytes:
    """One row per day; its CTR is product clicks per product impression, as a bare fraction."""
    style = Style(language, currency)
    cols = columns(_DAILY, language, unit=style.unit)
    return seller_file(
        [
            [f"{DATE_RANGE[language]}: {between(first, last)}\n"],
            [],
            headers(cols),
            *body([direct(row) for row in rows], cols, style),
        ],
        form,
    )


def video_list_name(downloaded: date) -> str:
    return f"Video Performance List_{downloaded:%Y%m%d}101500.xlsx"


def video_core_stats_name(downloaded: date) -> str:
    return f"Video Performance Core Stats_{downloaded:%Y%m%d}101512.xlsx"
