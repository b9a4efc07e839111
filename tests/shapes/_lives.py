# ruff: noqa: E501 - one line a column, with its headers in every language
"""Seller Center's LIVE tables: by day, the session list, and the creator's LIVE performance.

Canonical names: creator_id, creator_name, nickname, title, started, duration (seconds), gmv,
direct_gmv, indirect_gmv, products_added, products_sold, created_sku_orders, sku_orders,
items_sold, customers, viewers, views, impressions (of the LIVE), watch_seconds (all viewers
together), comments, shares, likes, new_followers, product_impressions, product_clicks; by day:
date, streams, streams_with_gmv.
"""

from collections.abc import Sequence
from datetime import date

from tests.shapes._cells import Cell, Language, Row, Style
from tests.shapes._table import Form, between, body, columns, headers, seller_file
from tests.shapes._videos import direct

_DAILY = """
date day | Time | Hora
gmv money | LIVE-attributed GMV ({unit}) | GMV atribuido a LIVE ({unit})
direct_gmv money | LIVE GMV ({unit}) | GMV de LIVE ({unit})
indirect_gmv money | LIVE indirect GMV ({unit}) | GMV indirecto de LIVE ({unit})
show_gpm money gmv/impressions*1000 | Show GPM ({unit}) | GPM de exhibición ({unit})
streams int | LIVE streams | Transmisiones LIVE
streams_with_gmv int | The number of LIVE streams that generated GMV. | Número de transmisiones LIVE que generaron GMV.
items_sold int | LIVE-attributed items sold | Ventas de artículos atribuidas a LIVE
direct_items int | LIVE items sold | Artículos vendidos en LIVE
indirect_items int | LIVE indirect items sold | Artículos vendidos indirectamente desde LIVE
sku_orders int | Attributed SKU orders | Pedidos con SKU atribuidos
direct_sku_orders int | LIVE SKU orders | Pedidos con SKU de LIVE
indirect_sku_orders int | LIVE indirect SKU orders | Pedidos con SKU indirectos de LIVE
customers int | Customers | Clientes (búsqueda)
ctr pct product_clicks/product_impressions | Click-through rate (LIVE) | Tasa de clics (LIVE)
ctor pct sku_orders/product_clicks | CTOR (SKU order) (LIVE) | CTOR (pedido con SKU) (LIVE)
views int | LIVE Views | Vistas de LIVE
avg_seconds int watch_seconds/views | Average viewing duration (LIVE streams) | Duración vista prom. (transmisiones LIVE)
"""
_EMPTY_WITHOUT_DATA = ("gmv", "streams", "streams_with_gmv", "items_sold", "sku_orders", "views")

_SESSIONS = """
creator_id id | Creator ID | ID Kreator
creator_name text | Creator | Kreator
nickname text | Nickname | Nama panggilan
started minute | Launched Time | Waktu Live
duration duration | Duration | Durasi
gmv money | LIVE-attributed GMV ({unit}) | GMV dari LIVE ({unit})
direct_gmv money | LIVE GMV ({unit}) | GMV LIVE ({unit})
indirect_gmv money | LIVE indirect GMV ({unit}) | GMV tidak langsung dari LIVE ({unit})
products_added int | Products added | Produk yang ditambahkan
products_sold int | Different Products Sold | Produk Terjual
created_sku_orders int | Created SKU orders | Pemesanan
sku_orders int | SKU orders | Pesanan Dibayar
items_sold int | LIVE-attributed items sold | Produk yang terjual melalui LIVE
direct_items int | LIVE items sold | Produk yang terjual dari LIVE
indirect_items int | LIVE indirect items sold | Produk yang terjual dari LIVE secara tidak langsung
customers int | Unique customers | Pembeli unik
avg_price money gmv/items_sold | Avg price ({unit}) | Harga Rata-Rata ({unit})
ctor pct sku_orders/product_clicks | CTOR | CTOR
viewers int | Viewers | Penonton
views int | Views | Live Stream Dilihat
avg_seconds int watch_seconds/views | Avg viewing duration | Durasi menonton rata-rata (Siaran LIVE)
comments int | Comments | Komentar
shares int | Shares | Live Dibagikan
likes int | Likes | Suka pada LIVE
new_followers int | New followers | Pengikut baru (Video kreator)
product_impressions int | Product Impressions | Produk Dilihat
product_clicks int | Product Clicks | Klik Produk
ctr pct product_clicks/views | CTR | CTR
"""

_PERFORMANCE = """
title text | Livestream
started minute | Start time
duration int | Duration
gmv dollar | Attributed GMV
items_sold int | Attributed items sold
customers int | Customers
aov dollar gmv/orders | AOV
orders int | Attributed orders
sku_orders int | Attributed SKU orders
views int | Views
impressions int | LIVE impressions
impressions_per_hour int impressions/duration*3600 | Impressions per hour
gmv_per_hour dollar gmv/duration*3600 | GMV Per Hour
show_gpm dollar gmv/impressions*1000 | Show GPM
avg_seconds frac6 watch_seconds/views | Avg. viewing duration
enter_rate frac6 views/impressions | Tap-through rate
ctr frac6 product_clicks/views | CTR
ctor frac6 orders/product_clicks | CTOR
live_ctr frac6? product_clicks/product_impressions | LIVE CTR
sku_order_rate frac6 sku_orders/views | SKU order rate
product_clicks int | Product clicks
sku_ctor frac6 sku_orders/product_clicks | CTOR (SKU order)
avg_viewer_seconds int watch_seconds/viewers | Avg. viewing duration per viewer
product_impressions int | Product impressions
watch_gpm dollar gmv/views*1000 | Watch GPM
new_followers int | New followers
follow_rate frac6 new_followers/viewers | Follow rate
comment_rate frac6 comments/viewers | Comment rate
share_rate frac6 shares/viewers | Share rate
like_rate frac6 likes/viewers | Like rate
likes int | Likes
comments int | Comments
shares int | Shares
ads_roas two | Ads ROAS
ads_spend dollar | Ads Cost
ads_gmv dollar | Ads GMV
"""

_RANGE = {"en": "Date range", "es": "Rango de fechas"}


def live_core_stats(
    rows: Sequence[Row],
    first: date,
    last: date,
    *,
    language: Language = "en",
    currency: str = "USD",
    form: Form = "xlsx",
) -> bytes:
    """One row per day. A row with no more than its date is a day without data: empty and N/A."""
    style = Style(language, currency, missing="N/A")
    cols = columns(_DAILY, language, unit=style.unit)

    def line(row: Row) -> list[Cell]:
        if len(row) > 1:
            return body([direct(row)], cols, style)[0]
        empty: list[Cell] = ["" if c.key in _EMPTY_WITHOUT_DATA else "N/A" for c in cols[1:]]
        return [cols[0].cell(row, style), *empty]

    return seller_file(
        [
            [f"{_RANGE[language]}: {between(first, last)}\n"],
            [],
            headers(cols),
            *map(line, rows),
        ],
        form,
    )


def live_sessions(
    rows: Sequence[Row],
    first: date,
    last: date,
    *,
    language: Language = "en",
    currency: str = "USD",
    form: Form = "xlsx",
) -> bytes:
    """Live Analysis: one row per LIVE; its CTR is product clicks per view."""
    style = Style(language, currency)
    cols = columns(_SESSIONS, language, ("en", "id"), unit=style.unit)
    label = {"en": "[Date range]", "id": "[Rentang tanggal]"}[language]
    return seller_file(
        [
            [f"{label}: {between(first, last)}\n"],
            [],
            headers(cols),
            *body([direct(row) for row in rows], cols, style),
        ],
        form,
    )


def creator_live_performance(
    rows: Sequence[Row], first: date, last: date, *, form: Form = "xlsx"
) -> bytes:
    """One row per LIVE, English and $ whatever the shop: seconds, and shares of six digits."""
    cols = columns(_PERFORMANCE, "en")
    ads: Row = {"ads_roas": None, "ads_spend": None, "ads_gmv": None}
    filled = [{"orders": row.get("sku_orders", 0), **ads, **row} for row in rows]
    grid = body(filled, cols, Style(missing=""))
    return seller_file([[between(first, last)], [], headers(cols), *grid], form)


def live_core_stats_name(downloaded: date) -> str:
    return f"Live Performance Core Stats_{downloaded:%Y%m%d}102040.xlsx"


def live_sessions_name(downloaded: date) -> str:
    return f"Live Analysis_{downloaded:%Y%m%d}102104.xlsx"


def creator_live_performance_name(downloaded: date) -> str:
    return f"Creator-Live-Performance_{downloaded:%Y%m%d}102130.xlsx"
