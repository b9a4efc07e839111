"""Affiliate Center: the creator list of the transaction analysis.

Canonical names: creator_name, gmv, live_gmv, video_gmv, card_gmv, refunds, orders, items_sold,
items_refunded, live_streams, videos, sample_content, samples_shipped, showcase_products,
product_impressions, product_clicks (the file prints only the rates of it), video_views, customers,
products_sold, commission, flat_fee.
"""

from collections.abc import Sequence
from datetime import date

from tests.shapes._cells import Language, Row, Style
from tests.shapes._table import body, columns, headers
from tests.shapes._xlsx import workbook

_CREATORS = """
creator_name text | Creator name | Creator name
gmv signed | Creator-attributed GMV | GMV dari kreator
live_gmv signed | Creator LIVE-attributed GMV | GMV dari LIVE kreator
video_gmv signed | Creator video-attributed GMV | GMV dari video afiliasi
refunds signed | Refunds | Pengembalian dana
orders int | Attributed orders | Pesanan teratribusi
items_sold int | Creator-attributed items sold | Produk yang terjual dari kreator
items_refunded int | Items refunded | Produk yang dikembalikan dananya
aov signed gmv/orders | AOV | AOV
card_gmv signed | Affiliate product card-attributed GMV | GMV dari kartu produk afiliasi
ctor pct orders/product_clicks | CTOR | CTOR
live_streams int | LIVE streams | Siaran LIVE
videos int | Videos | Video
sample_content int | Total sample content | Jumlah konten sampel
samples_shipped int | Samples shipped | Sampel terkirim
showcase_products int | Products added to showcase | Produk yang ditambahkan ke showcase
ctr pct product_clicks/product_impressions | CTR | CTR
product_impressions int | Product impressions | Impresi produk
video_views int | Video views | Tayangan video
customers int | Customers | Pembeli
products_sold int | Products sold | Produk terjual
commission signed | Est. commission | Perkiraan komisi
flat_fee signed | Est. flat fee | Est. flat fee
"""
_DESCRIPTIONS = {
    "creator_name": "The username of the creator who promoted your products.",
    "gmv": "The total value of paid orders that creators brought in.",
    "orders": "The number of paid orders that creators brought in.",
    "ctor": "Orders divided by product clicks.",
    "ctr": "Product clicks divided by product impressions.",
    "commission": "An estimate, before returns and refunds.",
}


def creator_list(
    rows: Sequence[Row],
    *,
    language: Language = "en",
    currency: str = "USD",
    description_row: bool | None = None,
) -> bytes:
    """One row per creator; the English file explains each column right under the header."""
    cols = columns(_CREATORS, language, ("en", "id"))
    if language == "id":
        cols = cols[:-1]
    explained = language == "en" if description_row is None else description_row
    text = [[_DESCRIPTIONS.get(c.key, f"{c.header} in the selected dates.") for c in cols]]
    return workbook(
        [
            headers(cols),
            *([list(line) for line in text] if explained else []),
            *body(rows, cols, Style(language, currency)),
        ]
    )


def creator_list_name(first: date, last: date) -> str:
    return f"Transaction_Analysis_Creator_List_{first:%Y%m%d}-{last:%Y%m%d}.xlsx"
