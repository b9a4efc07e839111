"""Files of the further kinds with made-up numbers, and what reading them must give."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from tests.plugins_shop.samples import FIRST, LAST, Sample
from tests.shapes import Form, Language, Row, more

PRODUCT: Row = {
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
}
_OTHER: Row = {**PRODUCT, "product_name": "Brush", "product_id": "1730829974117385002"}
_TRAFFIC: tuple[Row, ...] = (
    {**PRODUCT, "channel": "All", "gmv": 5000},
    {**PRODUCT, "channel": "Seller LIVE"},
    {**PRODUCT, "channel": "Product card", "gmv": 10},
)
_FOUND: Row = {
    **PRODUCT,
    "product_viewers": 500,
    "product_clickers": 30,
    "diagnosis": "Información de producto deficiente",
}
_CHATS: tuple[Row, ...] = tuple(
    {
        "agent": f"721{agent}",
        "alias": "Rosalind",
        "date": date(2026, 10, 13),
        "chats": 20,
        "chats_to_answer": 10,
        "chats_answered": 9,
        "late_chats": 1,
        "unanswered_chats": 0,
        "satisfaction": 0.875,
        "first_response": 70_230,
    }
    for agent in (1, 2)
)
_SOLD: Row = {**PRODUCT, "gross_revenue": 80, "commission": 8, "unit_sales": 4}
_SHOP: Row = {
    "shop_name": "Corner",
    "gmv": 5000,
    "items_sold": 120,
    "affiliate_gmv": 900,
    "refunds": 20,
    "product_impressions": 90_000,
    "customers": 80,
    "visitors": 4000,
}
AFFILIATE: Row = {
    **PRODUCT,
    "refunds": 5,
    "items_refunded": 1,
    "videos": 7,
    "streams": 2,
    "sample_content": 3,
    "samples_shipped": 4,
    "selling_videos": 2,
    "selling_streams": 1,
    "posting_creators": 5,
    "selling_creators": 3,
    "commission": 9,
}
_VIDEO: Row = {
    **PRODUCT,
    "title": "One, two",
    "video_id": "7646166143702453001",
    "link": "https://www.tiktok.com/@luna/video/7646166143702453001",
    "creator_name": "luna",
    "posted": date(2026, 10, 2),
    "refunds": 5,
    "items_refunded": 1,
    "commission": 9,
    "likes": 300,
    "comments": 12,
    "shares": 20,
    "finish_rate": 0.25,
    "views": 10_000,
}
_LIVE: Row = {**_VIDEO, "live_id": "7546166143702453001"}
_ORDERS: tuple[Row, ...] = tuple(
    {
        "order_id": f"57700000000000000{at}",
        "creator_name": "luna",
        "content_type": "Video",
        "gmv": 30,
        "items_sold": 1,
        "commission": 3,
        "ads_commission": 1,
        "paid_commission": paid,
        "status": status,
        "date": datetime(2026, 10, 13, 9, 30),
    }
    for at, (status, paid) in enumerate(
        (("Completed", 2.5), ("To ship", None), ("Canceled", None), ("Unpaid", None))
    )
)
STORE: tuple[Row, ...] = tuple(
    {
        "date": date(2026, 10, day),
        "gmv": 60,
        "items_sold": 4,
        "customers": 3,
        "visitors": 100,
        "page_views": 250,
        "clickers": 40,
        "clicks": 70,
        "visit_seconds": 13,
    }
    for day in (13, 14)
)
CAMPAIGNS: tuple[Row, ...] = tuple(
    {
        "date": date(2026, 10, day),
        "campaign_id": "1865607983072001",
        "campaign_name": "Autumn",
        "gmv": 50,
        "orders": 2,
        "commission": 4.5,
    }
    for day in (13, 14)
)


def _of(kind: str, *rows: Row) -> Callable[[Language, Form], bytes]:
    def write(language: Language, form: Form) -> bytes:
        return more.table(kind, rows, FIRST, LAST, language=language, form=form)

    return write


def _store(language: Language, form: Form) -> bytes:
    return more.store_page(STORE, FIRST, LAST, language=language, form=form)


def _campaigns(_language: Language, form: Form) -> bytes:
    return more.partner_report(CAMPAIGNS, form=form)


_TRAFFIC_COUNTS = {
    "gmv": 100,
    "orders": 6,
    "sku_orders": 6,
    "items_sold": 8,
    "customers": 6,
    "product_impressions": 2000,
    "product_clicks": 80,
    "cart_adds": 16,
}
_THAI_VIDEO = {
    "gmv": 90,
    "items_sold": 4,
    "commission": 9,
    "flat_fee": 0,
    "orders": 3,
    "product_impressions": 1000,
    "items_refunded": 1,
    "refunds": 5,
    "comments": 12,
    "likes": 300,
    "shares": 20,
    "product_clicks": 40,
    "complete_plays": 2500,
    "views": 10_000,
}

MORE: Sequence[Sample] = (
    Sample(
        "product-list-classic",
        "product",
        _of("product-list-classic", PRODUCT, _OTHER),
        ("en", "es"),
        {"gmv": 180, "items_sold": 8, "orders": 6},
        2,
        "Orders",
        "orders",
    ),
    Sample(
        "product-traffic-list",
        "channel",
        _of("product-traffic-list", *_TRAFFIC),
        ("en", "es", "id"),
        _TRAFFIC_COUNTS,
        3,
        "Orders",
        "orders",
    ),
    Sample(
        "search-product-list",
        "product",
        _of("search-product-list", _FOUND),
        ("en", "es"),
        {
            "product_viewers": 500,
            "product_clickers": 30,
            "customers": 3,
            "sku_orders": 3,
            "gmv": 90,
            "poor_information": 1,
        },
        2,
        "Orders",
        "sku_orders",
    ),
    Sample(
        "store-page-daily",
        "channel",
        _store,
        ("en", "es"),
        {"gmv": 120, "items_sold": 8, "customers": 6, "visitors": 200, "page_views": 500},
        7,
        "Items sold",
        "items_sold",
    ),
    Sample(
        "service-daily",
        "shop",
        _of("service-daily", *_CHATS),
        ("en", "es"),
        {
            "chats": 40,
            "chats_to_answer": 20,
            "chats_answered": 18,
            "late_chats": 2,
            "unanswered_chats": 0,
        },
        2,
        "Chats with late response",
        "late_chats",
    ),
    Sample(
        "creator-products",
        "product",
        _of("creator-products", _SOLD),
        ("en",),
        {"gross_revenue": 80, "commission": 8, "items_sold": 4},
        2,
        "Commission",
        "commission",
    ),
    Sample(
        "partner-shops",
        "client-shop",
        _of("partner-shops", _SHOP),
        ("en",),
        {"gmv": 5000, "items_sold": 120, "refunds": 20, "product_impressions": 90_000},
        2,
        "Refunds",
        "refunds",
    ),
    Sample(
        "affiliate-products",
        "product",
        _of("affiliate-products", AFFILIATE),
        ("en", "id"),
        {
            name: value
            for name, value in AFFILIATE.items()
            if isinstance(value, int) and name not in ("sku_orders", "add_to_cart")
        },
        0,
        "Items refunded",
        "items_refunded",
        dated=False,
    ),
    Sample(
        "affiliate-videos",
        "video",
        _of("affiliate-videos", _VIDEO),
        ("en", "th"),
        _THAI_VIDEO,
        0,
        "Likes",
        "likes",
        dated=False,
    ),
    Sample(
        "affiliate-lives",
        "live",
        _of("affiliate-lives", _LIVE),
        ("en",),
        {
            "gmv": 90,
            "orders": 3,
            "product_impressions": 1000,
            "product_clicks": 40,
            "views": 10_000,
            "commission": 9,
        },
        0,
        "LIVE views",
        "views",
        dated=False,
    ),
    Sample(
        "affiliate-orders",
        "creator",
        _of("affiliate-orders", *_ORDERS),
        ("en",),
        {"gmv": 60, "items_sold": 2, "commission": 7.5, "ads_commission": 2, "orders": 2},
        0,
        "Quantity",
        "items_sold",
    ),
    Sample(
        "partner-campaigns",
        "partner-campaign",
        _campaigns,
        ("en",),
        {"gmv": 100, "orders": 4, "commission": 9},
        0,
        "Orders",
        "orders",
    ),
)
