"""Files of every kind with made-up numbers, and what reading them must give."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import attrs

from tests.shapes import Form, Language, Row, seller_center

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)


@attrs.frozen
class Sample:
    """*write* gives the file in a language and form; *header* is its record with the columns."""

    kind: str
    subject: str
    write: Callable[[Language, Form], bytes]
    languages: Sequence[Language]
    counts: Mapping[str, float]
    header: int
    optional: str  # a column that a file may lack, in English, and the count that goes with it
    optional_count: str
    dated: bool = True  # whether the file itself says which days it covers


_DAYS: tuple[Row, ...] = (
    {
        "date": date(2026, 10, 13),
        "gmv": 250,
        "orders": 5,
        "customers": 4,
        "items_sold": 7,
        "items_refunded": 1,
        "sku_orders": 6,
        "gross_revenue": 240,
        "page_views": 300,
        "visitors": 200,
        "product_impressions": 4000,
        "unique_product_impressions": 2500,
        "product_clicks": 120,
        "unique_clicks": 100,
    },
    {
        "date": date(2026, 10, 14),
        "gmv": 100,
        "orders": 2,
        "customers": 2,
        "items_sold": 2,
        "sku_orders": 2,
        "gross_revenue": 90,
        "page_views": 150,
        "visitors": 90,
        "product_impressions": 2000,
        "unique_product_impressions": 1500,
        "product_clicks": 50,
        "unique_clicks": 45,
    },
)
_PRODUCTS: tuple[Row, ...] = (
    {
        "product_name": "Serum, 30 ml",
        "product_id": "1730829974117385001",
        "gmv": 90,
        "orders": 3,
        "sku_orders": 3,
        "items_sold": 4,
        "customers": 3,
        "product_impressions": 1000,
        "product_clicks": 40,
        "add_to_cart": 8,
        "unique_product_impressions": 700,
        "unique_clicks": 35,
        "add_to_cart_users": 7,
        "refunds": 10,
        "items_refunded": 1,
        "seller_video.product_impressions": 600,
    },
    {
        "product_name": "Brush",
        "product_id": "1730829974117385002",
        "product_impressions": 500,
        "product_clicks": 5,
        "unique_product_impressions": 450,
        "unique_clicks": 5,
    },
)
_CARDS: tuple[Row, ...] = (
    {
        "product_name": "Serum",
        "product_id": "1730829974117385001",
        "viewers": 400,
        "views": 550,
        "unique_clicks": 40,
        "product_clicks": 52,
        "sku_orders": 3,
        "customers": 2,
        "add_to_cart_users": 6,
        "add_to_cart": 9,
        "gmv": 75,
    },
)
_TAB: tuple[Row, ...] = (
    {
        "date": date(2026, 10, 13),
        "gmv": 60,
        "refunds": 5,
        "product_viewers": 300,
        "product_clickers": 30,
        "add_to_cart_users": 6,
        "orders": 3,
        "customers": 2,
        "refunded_orders": 1,
    },
)
_VIDEOS: tuple[Row, ...] = (
    {
        "creator_name": "luna",
        "creator_id": "7241715178701194001",
        "title": "One, two",
        "video_id": "7646166143702453001",
        "posted": datetime(2026, 9, 20, 15, 9, 53),
        "products": "Serum(1730829974117385001),Brush (big)(1730829974117385002)",
        "views": 10_000,
        "likes": 300,
        "comments": 12,
        "shares": 20,
        "new_followers": 9,
        "to_live_clicks": 2,
        "product_impressions": 9000,
        "product_clicks": 150,
        "customers": 3,
        "sku_orders": 4,
        "items_sold": 5,
        "gmv": 120,
        "finish_rate": 0.25,
    },
)
_VIDEO_DAYS: tuple[Row, ...] = (
    {
        "date": date(2026, 10, 13),
        "gmv": 120,
        "views": 10_000,
        "sku_orders": 4,
        "daily_customers": 3,
        "product_viewers": 8000,
        "product_impressions": 9000,
        "product_clicks": 150,
    },
)
_LIVE_DAYS: tuple[Row, ...] = (
    {
        "date": date(2026, 10, 13),
        "gmv": 40,
        "streams": 1,
        "streams_with_gmv": 1,
        "items_sold": 2,
        "sku_orders": 2,
        "customers": 2,
        "views": 500,
        "impressions": 4000,
        "watch_seconds": 20_000,
        "product_clicks": 20,
        "product_impressions": 400,
    },
    {"date": date(2026, 10, 14)},
)
_LIVES: tuple[Row, ...] = (
    {
        "creator_id": "7241715178701194001",
        "creator_name": "luna",
        "nickname": "Luna of the shop",
        "title": "New clothes",
        "started": datetime(2026, 10, 13, 15, 0),
        "duration": 3600,
        "gmv": 40,
        "created_sku_orders": 3,
        "sku_orders": 2,
        "orders": 2,
        "items_sold": 2,
        "customers": 2,
        "viewers": 400,
        "views": 500,
        "impressions": 4000,
        "watch_seconds": 20_000,
        "comments": 30,
        "shares": 3,
        "likes": 900,
        "new_followers": 4,
        "product_impressions": 400,
        "product_clicks": 20,
    },
)

SAMPLES = (
    Sample(
        kind="shop-analytics-daily",
        subject="shop",
        write=lambda language, form: seller_center.shop_analytics(
            _DAYS,
            FIRST,
            LAST,
            language=language,
            form=form,
        ),
        languages=("en", "es", "id"),
        counts={
            "gmv": 350,
            "orders": 7,
            "customers": 6,
            "items_sold": 9,
            "items_refunded": 1,
            "sku_orders": 8,
            "gross_revenue": 330,
            "page_views": 450,
            "visitors": 290,
            "product_impressions": 6000,
            "product_viewers": 4000,
            "product_clicks": 170,
            "product_clickers": 145,
        },
        header=8,
        optional="SKU orders",
        optional_count="sku_orders",
    ),
    Sample(
        kind="product-list",
        subject="product",
        write=lambda language, form: seller_center.product_list(
            _PRODUCTS,
            FIRST,
            LAST,
            language=language,
            form=form,
        ),
        languages=("en", "es", "id"),
        counts={
            "listed": 2,
            "gmv": 90,
            "orders": 3,
            "sku_orders": 3,
            "items_sold": 4,
            "customers": 3,
            "product_impressions": 1500,
            "product_clicks": 45,
            "cart_adds": 8,
            "product_viewers": 1150,
            "product_clickers": 40,
            "cart_users": 7,
            "refunds": 10,
            "items_refunded": 1,
        },
        header=3,
        optional="Orders",
        optional_count="orders",
    ),
    Sample(
        kind="product-traffic-total",
        subject="shop",
        write=lambda language, form: seller_center.product_traffic(
            _PRODUCTS[0],
            FIRST,
            LAST,
            language=language,
            form=form,
        ),
        languages=("en", "es"),
        counts={
            "gmv": 90,
            "orders": 3,
            "sku_orders": 3,
            "items_sold": 4,
            "customers": 3,
            "product_impressions": 1000,
            "product_clicks": 40,
            "cart_adds": 8,
            "product_viewers": 700,
            "product_clickers": 35,
            "cart_users": 7,
            "refunds": 10,
            "items_refunded": 1,
        },
        header=5,
        optional="Orders",
        optional_count="orders",
    ),
    Sample(
        kind="product-card-list",
        subject="product",
        write=lambda language, form: seller_center.product_cards(
            _CARDS,
            FIRST,
            LAST,
            language=language,
            form=form,
        ),
        languages=("en", "es"),
        counts={
            "card_viewers": 400,
            "card_views": 550,
            "card_clickers": 40,
            "card_clicks": 52,
            "card_sku_orders": 3,
            "customers": 2,
            "cart_users": 6,
            "card_gmv": 75,
        },
        header=2,
        optional="SKU orders",
        optional_count="card_sku_orders",
    ),
    Sample(
        kind="shop-tab-daily",
        subject="channel",
        write=lambda language, form: seller_center.shop_tab(
            _TAB,
            FIRST,
            LAST,
            language=language,
            form=form,
        ),
        languages=("en", "es"),
        counts={
            "gmv": 60,
            "refunds": 5,
            "product_viewers": 300,
            "product_clickers": 30,
            "cart_users": 6,
            "sku_orders": 3,
            "customers": 2,
            "refunded_orders": 1,
        },
        header=2,
        optional="Refunded orders",
        optional_count="refunded_orders",
    ),
    Sample(
        kind="video-list",
        subject="video",
        write=lambda language, form: seller_center.video_list(
            _VIDEOS,
            FIRST,
            LAST,
            language=language,
            form=form,
        ),
        languages=("en", "es", "id"),
        counts={
            "views": 10_000,
            "likes": 300,
            "comments": 12,
            "shares": 20,
            "new_followers": 9,
            "live_clicks": 2,
            "product_impressions": 9000,
            "product_clicks": 150,
            "customers": 3,
            "sku_orders": 4,
            "items_sold": 5,
            "gmv": 120,
            "direct_gmv": 120,
            "complete_plays": 2500,
        },
        header=2,
        optional="Likes",
        optional_count="likes",
    ),
    Sample(
        kind="video-daily",
        subject="channel",
        write=lambda language, form: seller_center.video_core_stats(
            _VIDEO_DAYS,
            FIRST,
            LAST,
            language=language,
            form=form,
        ),
        languages=("en", "es"),
        counts={
            "gmv": 120,
            "direct_gmv": 120,
            "views": 10_000,
            "sku_orders": 4,
            "customers": 3,
            "product_viewers": 8000,
            "product_impressions": 9000,
            "product_clicks": 150,
        },
        header=2,
        optional="Avg. daily customers",
        optional_count="customers",
    ),
    Sample(
        kind="live-daily",
        subject="channel",
        write=lambda language, form: seller_center.live_core_stats(
            _LIVE_DAYS,
            FIRST,
            LAST,
            language=language,
            form=form,
        ),
        languages=("en", "es"),
        counts={
            "gmv": 40,
            "direct_gmv": 40,
            "streams": 1,
            "selling_streams": 1,
            "items_sold": 2,
            "sku_orders": 2,
            "customers": 2,
            "views": 500,
            "watch_seconds": 20_000,
        },
        header=2,
        optional="Customers",
        optional_count="customers",
    ),
    Sample(
        kind="live-sessions",
        subject="live",
        write=lambda language, form: seller_center.live_sessions(
            _LIVES,
            FIRST,
            LAST,
            language=language,
            form=form,
        ),
        languages=("en", "id"),
        counts={
            "live_seconds": 3600,
            "gmv": 40,
            "direct_gmv": 40,
            "created_sku_orders": 3,
            "sku_orders": 2,
            "items_sold": 2,
            "customers": 2,
            "viewers": 400,
            "views": 500,
            "watch_seconds": 20_000,
            "comments": 30,
            "shares": 3,
            "likes": 900,
            "new_followers": 4,
            "product_impressions": 400,
            "product_clicks": 20,
        },
        header=2,
        optional="Shares",
        optional_count="shares",
    ),
    Sample(
        kind="creator-live",
        subject="live",
        write=lambda language, form: seller_center.creator_live_performance(
            _LIVES, FIRST, LAST, form=form
        ),
        languages=("en",),
        counts={
            "live_seconds": 3600,
            "gmv": 40,
            "items_sold": 2,
            "customers": 2,
            "orders": 2,
            "sku_orders": 2,
            "views": 500,
            "live_impressions": 4000,
            "watch_seconds": 20_000,
            "product_clicks": 20,
            "product_impressions": 400,
            "new_followers": 4,
            "likes": 900,
            "comments": 30,
            "shares": 3,
        },
        header=2,
        optional="Shares",
        optional_count="shares",
    ),
)

Records = list[list[str]]


def records(data: bytes) -> Records:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def as_csv(rows: Records) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def columns_moved(rows: Records, header: int) -> Records:
    """All columns but the first in the opposite order; the lines above keep their text."""
    width = len(rows[header])
    order = [0, *range(width - 1, 0, -1)]
    text = [row for row in rows if len([cell for cell in row if cell]) <= 3]
    return [row if row in text else [row[at] for at in order] for row in rows]


def column_added(rows: Records, header: int) -> Records:
    """A column that nobody knows at the end."""
    return [[*row, "Moon phase" if at == header else "7"] for at, row in enumerate(rows)]


def column_dropped(rows: Records, header: int, name: str) -> Records:
    """Without the first column called *name*."""
    at = rows[header].index(name)
    return [[*row[:at], *row[at + 1 :]] for row in rows]


def preamble_grown(rows: Records) -> Records:
    """Two more lines above everything."""
    blank = [""] * len(rows[0])
    return [["Exported by Luna", *blank[1:]], blank, *rows]
