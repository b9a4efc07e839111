"""The rest of the Partner API's analytics: SKUs, one product, video or LIVE, and all of a channel.

Canonical names are those of the tables; `hour` and `minute` (a datetime) of parts of a day.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from tests.shapes._cells import Row, moment, number
from tests.shapes.api import Json, answer, list_answer

Version = Literal["202405", "202409", "202509"]


def _money(row: Row, key: str, currency: str = "USD") -> Json:
    return {"amount": f"{number(row.get(key, 0)):.2f}", "currency": currency}


def _count(row: Row, key: str) -> int:
    return round(number(row.get(key, 0)))


def _rate(row: Row, top: str, bottom: str) -> float:
    below = number(row.get(bottom, 0))
    return number(row.get(top, 0)) / below if below else 0.0


def _decimal(row: Row, top: str, bottom: str) -> str:
    return f"{_rate(row, top, bottom):.6f}"


def _percent(row: Row, top: str, bottom: str) -> str:
    return f"{100 * _rate(row, top, bottom):.2f}%"


def _span(row: Row, days: int) -> Json:
    first = moment(row["date"])
    return {
        "start_date": f"{first:%Y-%m-%d}",
        "end_date": f"{first + timedelta(days=days):%Y-%m-%d}",
    }


def _intervals(intervals: Sequence[Json], **beside: object) -> bytes:
    return answer({"performance": {"intervals": intervals, **beside}})


def skus(rows: Iterable[Row], *, version: Version = "202405") -> bytes:
    """SKUs; ids are integers above 2**53 in the older version."""
    old = version != "202509"
    items: list[Json] = [
        {
            "id": int(str(row["sku_id"])) if old else str(row["sku_id"]),
            "product_id": int(str(row["product_id"])) if old else str(row["product_id"]),
            "gmv": _money(row, "gmv"),
            "sku_orders": _count(row, "sku_orders"),
            "units_sold" if old else "items_sold": _count(row, "items_sold"),
        }
        for row in rows
    ]
    return list_answer("skus", items)


def shop_hours(rows: Iterable[Row]) -> bytes:
    """The hours of one day; which day it is stands in the request alone."""
    hours: list[Json] = [
        {
            "index": _count(row, "hour"),
            "gmv": _money(row, "gmv"),
            "items_sold": _count(row, "items_sold"),
            "visitors": _count(row, "visitors"),
            "customers": _count(row, "customers"),
        }
        for row in rows
    ]
    overall = {"gmv": _money({}, "gmv"), "items_sold": 0, "visitors": 0, "customers": 0}
    return _intervals(hours, overall=overall)


def product_detail(rows: Iterable[Row], *, version: Version = "202405", days: int = 1) -> bytes:
    """One product by interval; the newer version nests its sales and has no page views outside
    its breakdowns."""
    intervals: list[Json] = []
    for row in rows:
        if version == "202509":
            sales = {
                "gmv": _money(row, "gmv"),
                "items_sold": _count(row, "items_sold"),
                "orders": _count(row, "orders"),
                "breakdowns": [],
            }
            lost = {"canceled": 0, "refunded": 0, "replacements": 0, "returned": 0}
            intervals.append(
                {**_span(row, days), "sales": sales, "traffic": {}, "cancel_and_refunds": lost}
            )
            continue
        parts = [{"amount": 0, "type": "LIVE"}]
        intervals.append(
            {
                **_span(row, days),
                "gmv": _money(row, "gmv"),
                "gmv_breakdowns": [{**_money(row, "gmv"), "type": "LIVE"}],
                "orders": _count(row, "orders"),
                "units_sold": _count(row, "items_sold"),
                "unit_sold_breakdowns": parts,
                "impressions": _count(row, "product_impressions"),
                "impression_breakdowns": parts,
                "page_views": _count(row, "page_views"),
                "page_view_breakdowns": parts,
                "avg_page_visitors": _count(row, "visitors"),
                "avg_page_visitor_breakdowns": parts,
                "click_through_rate": _decimal(row, "product_clicks", "product_impressions"),
                "click_through_rate_breakdowns": parts,
            }
        )
    return _intervals(intervals, comparison_intervals=[])


def video_detail_nested(rows: Iterable[Row], *, days: int = 1) -> bytes:
    """One video by interval as version 202509 says it."""
    intervals: list[Json] = [
        {
            **_span(row, days),
            "sales": {
                "overall": {
                    "ctr": _decimal(row, "product_clicks", "views"),
                    "customers": _count(row, "customers"),
                    "gmv": _money(row, "gmv"),
                    "gpm": _money(row, "gpm"),
                    "items_sold": _count(row, "items_sold"),
                    "product_clicks": _count(row, "product_clicks"),
                    "product_impressions": _count(row, "product_impressions"),
                },
                "breakdowns": [],
            },
            "traffic": {
                name: _count(row, name)
                for name in ("comments", "likes", "new_followers", "shares", "views")
            },
        }
        for row in rows
    ]
    return _intervals(intervals, viewer_profile=[])


def video_overview(rows: Iterable[Row], *, version: Version = "202409", days: int = 1) -> bytes:
    """All videos by interval; the rate comes without its counts."""
    intervals: list[Json] = [
        {
            **_span(row, days),
            "gmv": _money(row, "gmv"),
            "click_through_rate": _decimal(row, "product_clicks", "views"),
            "sku_orders": _count(row, "sku_orders"),
            "units_sold" if version != "202509" else "items_sold": _count(row, "items_sold"),
        }
        for row in rows
    ]
    return _intervals(intervals)


def video_products(rows: Iterable[Row]) -> bytes:
    """The products of one video."""
    items: list[Json] = [
        {
            "id": str(row["product_id"]),
            "name": row.get("product_name", ""),
            "gmv": _money(row, "gmv"),
            "units_sold": _count(row, "items_sold"),
            "daily_avg_buyers": _count(row, "customers"),
        }
        for row in rows
    ]
    return list_answer("products", items)


def live_overview(rows: Iterable[Row], *, days: int = 1) -> bytes:
    """All LIVEs by interval; rates are texts with a percent sign."""
    intervals: list[Json] = [
        {
            **_span(row, days),
            "gmv": _money(row, "gmv"),
            "sku_orders": _count(row, "sku_orders"),
            "customers": _count(row, "customers"),
            "units_sold": _count(row, "items_sold"),
            "click_to_order_rate": _percent(row, "sku_orders", "product_clicks"),
            "click_through_rate": _percent(row, "product_clicks", "views"),
        }
        for row in rows
    ]
    return _intervals(intervals)


def _unix(value: object) -> int:
    if not isinstance(value, datetime):
        raise TypeError(f"a time was expected, found {value!r}")
    return int(value.replace(tzinfo=UTC).timestamp())


def live_minutes(rows: Iterable[Row]) -> bytes:
    """One LIVE by minute, with its misspelled clicks."""
    minutes: list[Json] = [
        {
            "start_time": _unix(row["minute"]),
            "end_time": _unix(row["minute"]) + 60,
            "sales": {
                "gmv": _money(row, "gmv"),
                "items_sold": _count(row, "items_sold"),
                "customers": _count(row, "customers"),
                "main_orders": _count(row, "orders"),
                "sku_orders": _count(row, "sku_orders"),
            },
            "traffic": {
                "views": _count(row, "views"),
                "viewers": _count(row, "viewers"),
                "impressions": _count(row, "impressions"),
                "product_impressions": _count(row, "product_impressions"),
                "produt_clicks": _count(row, "product_clicks"),
                "ctr": _percent(row, "product_clicks", "product_impressions"),
                "enter_room_rate": _percent(row, "views", "impressions"),
            },
            "interactions": {
                **{n: _count(row, n) for n in ("comments", "likes", "new_followers", "shares")},
                "like_rate": "0%",
            },
            "conversion": {
                "avg_price": _money(row, "price"),
                "click_to_order_rate": {"main_order_ctor": "0%", "sku_order_ctor": "0%"},
                "created_sku_orders": _count(row, "created_sku_orders"),
                "gpm": {"show_gpm": "0", "watch_gpm": "0"},
                "sku_order_rate": "0%",
            },
        }
        for row in rows
    ]
    return _intervals(minutes, overall={"live_title": "", "duration": 60})


def live_products(rows: Iterable[Row]) -> bytes:
    """The products of one LIVE, with their misspelled clicks."""
    items: list[Json] = [
        {
            "id": str(row["product_id"]),
            "name": row.get("product_name", ""),
            "sales": {
                "avg_price": _money(row, "price"),
                "created_sku_orders": _count(row, "created_sku_orders"),
                "customers": _count(row, "customers"),
                "direct_gmv": _money(row, "direct_gmv"),
                "items_sold": _count(row, "items_sold"),
                "main_orders": _count(row, "orders"),
                "payment_rate": "0%",
                "sku_orders": _count(row, "sku_orders"),
            },
            "traffic": {
                "add_to_cart_count": _count(row, "add_to_cart"),
                "click_to_order_rate": {"main_order_ctor": "0%", "sku_order_ctor": "0%"},
                "ctr": _percent(row, "product_clicks", "product_impressions"),
                "gpm": {"watch_gpm": "0"},
                "product_impressions": _count(row, "product_impressions"),
                "produt_clicks": _count(row, "product_clicks"),
            },
        }
        for row in rows
    ]
    return list_answer("products", items)
