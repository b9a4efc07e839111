"""JSON of the Marketing and Shop Partner APIs, and the tables that loaders make of them.

Canonical names are those of the matching export: spend, impressions, clicks, conversions, reach,
purchases, revenue for ads; gmv, orders, sku_orders, items_sold, views, product_clicks … for a shop.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from tests.shapes._cells import Row, Style, moment, number
from tests.shapes._table import Grid, body, columns, csv_bytes, headers

Json = Mapping[str, object]
DataLevel = Literal["campaign", "ad"]
Channel = Literal["LIVE", "VIDEO", "PRODUCT_CARD"]

_REQUEST = "20261102101500000000000000000001"


def _dump(document: object, indent: int | None = 1) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=indent).encode()


def _count(row: Row, key: str) -> int:
    return round(number(row.get(key, 0)))


def _ratio(top: float, bottom: float, digits: int = 2) -> str:
    return f"{top / bottom if bottom else 0:.{digits}f}"


def _metrics(row: Row) -> dict[str, object]:
    """The Marketing API's metrics of one row; all of them texts, rates as percent numbers."""
    spend, impressions = number(row.get("spend", 0)), number(row.get("impressions", 0))
    clicks, reach = number(row.get("clicks", 0)), number(row.get("reach", 0))
    conversions = number(row.get("conversions", 0))
    purchases, revenue = number(row.get("purchases", 0)), number(row.get("revenue", 0))
    return {
        "spend": f"{spend:.3f}",
        "impressions": f"{impressions:.0f}",
        "clicks": f"{clicks:.0f}",
        "ctr": _ratio(100 * clicks, impressions),
        "cpc": _ratio(spend, clicks, 3),
        "cpm": _ratio(1000 * spend, impressions, 3),
        "reach": f"{reach:.0f}",
        "frequency": _ratio(impressions, reach),
        "cost_per_1000_reached": _ratio(1000 * spend, reach, 3),
        "conversion": f"{conversions:.0f}",
        "cost_per_conversion": _ratio(spend, conversions, 3),
        "conversion_rate": _ratio(100 * conversions, clicks),
        "onsite_shopping": f"{purchases:.0f}",
        "total_onsite_shopping_value": f"{revenue:.2f}",
        "onsite_shopping_roas": _ratio(revenue, spend),
        "video_play_actions": str(_count(row, "video_views")),
        "likes": str(_count(row, "likes")),
        "comments": str(_count(row, "comments")),
        "shares": str(_count(row, "shares")),
        "follows": str(_count(row, "follows")),
        "secondary_goal_result": None,
    }


def marketing_pages(
    rows: Sequence[Row], *, level: DataLevel = "ad", page_size: int = 1000
) -> tuple[bytes, ...]:
    """Answers of report/integrated/get, one for each page; no rows, one answer without a list."""
    pages = max(1, -(-len(rows) // page_size))
    answers = []
    for page in range(pages):
        part = rows[page * page_size : (page + 1) * page_size]
        listed = [
            {
                "dimensions": {
                    f"{level}_id": str(row[f"{level}_id"]),
                    "stat_time_day": f"{moment(row['date']):%Y-%m-%d} 00:00:00",
                },
                "metrics": {f"{level}_name": row.get(f"{level}_name"), **_metrics(row)},
            }
            for row in part
        ]
        info = {
            "page": page + 1,
            "page_size": page_size,
            "total_number": len(rows),
            "total_page": pages,
        }
        data = {**({"list": listed} if listed else {}), "page_info": info}
        answers.append(
            _dump({"code": 0, "message": "OK", "request_id": _REQUEST, "data": data}, None)
        )
    return tuple(answers)


def marketing_flattened(rows: Sequence[Row], *, level: DataLevel = "campaign") -> bytes:
    """What people save of it: numbers in flat rows, with the metrics' names and totals around."""
    names = ("spend", "impressions", "clicks", "conversions", "purchases", "revenue")
    flat = [
        {
            "report_date": f"{moment(row['date']):%Y-%m-%d}",
            f"{level}_id": str(row[f"{level}_id"]),
            f"{level}_name": row.get(f"{level}_name"),
            "spend": number(row.get("spend", 0)),
            "impressions": _count(row, "impressions"),
            "clicks": _count(row, "clicks"),
            "conversion": _count(row, "conversions"),
            "onsite_shopping": _count(row, "purchases"),
            "total_onsite_shopping_value": number(row.get("revenue", 0)),
        }
        for row in rows
    ]
    sums = {name: round(sum(number(row.get(name, 0)) for row in rows), 2) for name in names}
    metrics = list(flat[0])[3:] if flat else []
    return _dump({"metrics": metrics, "rows": flat, "totals": sums})


def gmv_max_report(rows: Sequence[Row], *, currency: str = "USD") -> bytes:
    """The answer of gmv_max/report/get by post; everything is text."""
    listed = []
    for row in rows:
        spend, revenue = number(row.get("spend", 0)), number(row.get("revenue", 0))
        orders = number(row.get("sku_orders", 0))
        shown = number(row.get("product_impressions", 0))
        clicks = number(row.get("product_clicks", 0))
        dimensions: dict[str, object] = {"item_id": str(row["video_id"])}
        if "date" in row:
            dimensions["stat_time_day"] = f"{moment(row['date']):%Y-%m-%d} 00:00:00"
        metrics = {
            "ad_click_rate": _ratio(100 * clicks, shown),
            "ad_conversion_rate": _ratio(100 * orders, clicks),
            "cost": f"{spend:.2f}",
            "cost_per_order": _ratio(spend, orders),
            "creative_delivery_status": "DELIVERING",
            "currency": currency,
            "gross_revenue": f"{revenue:.2f}",
            "orders": f"{orders:.0f}",
            "product_click_rate": _ratio(100 * clicks, shown),
            "product_clicks": f"{clicks:.0f}",
            "product_impressions": f"{shown:.0f}",
            "roi": _ratio(revenue, spend),
        }
        listed.append({"dimensions": dimensions, "metrics": metrics})
    info = {"page": 1, "page_size": 1000, "total_number": len(rows), "total_page": 1}
    data = {"list": listed, "page_info": info}
    return _dump({"code": 0, "message": "OK", "request_id": _REQUEST, "data": data}, None)


def _amount(row: Row, key: str, currency: str) -> Json:
    return {"amount": f"{number(row.get(key, 0)):.2f}", "currency": currency}


def answer(data: Json, available: str = "2026-11-01") -> bytes:
    """The envelope of every answer."""
    return _dump(
        {
            "code": 0,
            "data": {**data, "latest_available_date": available},
            "message": "Success",
            "request_id": _REQUEST,
        }
    )


def list_answer(name: str, items: Sequence[Json]) -> bytes:
    """A page of a list."""
    return answer({name: items, "next_page_token": "", "total_count": len(items)})


def _by_channel(row: Row, key: str) -> list[Json]:
    channels: tuple[Channel, ...] = ("LIVE", "VIDEO", "PRODUCT_CARD")
    return [{"amount": _count(row, f"{key}.{c}"), "type": c} for c in channels]


def shop_performance(rows: Iterable[Row], *, currency: str = "USD") -> bytes:
    """By day; end_date is the day after the last. Channel parts are named gmv.LIVE and so on."""
    intervals = []
    for row in rows:
        day = moment(row["date"])
        gmv = [
            {"amount": f"{number(row.get(f'gmv.{c}', 0)):.2f}", "currency": currency, "type": c}
            for c in ("LIVE", "VIDEO", "PRODUCT_CARD")
        ]
        orders = number(row.get("orders", 0))
        aov = _ratio(number(row.get("gmv", 0)), orders)
        intervals.append(
            {
                "start_date": f"{day:%Y-%m-%d}",
                "end_date": f"{day + timedelta(days=1):%Y-%m-%d}",
                "gmv": _amount(row, "gmv", currency),
                "gmv_breakdowns": gmv,
                "sku_orders": _count(row, "sku_orders"),
                "orders": _count(row, "orders"),
                "avg_order_value": {"amount": aov, "currency": currency},
                "units_sold": _count(row, "items_sold"),
                "buyers": _count(row, "customers"),
                "buyer_breakdowns": _by_channel(row, "customers"),
                "product_impressions": _count(row, "product_impressions"),
                "product_impression_breakdowns": _by_channel(row, "product_impressions"),
                "product_page_views": _count(row, "page_views"),
                "product_page_view_breakdowns": _by_channel(row, "page_views"),
                "avg_product_page_visitors": _count(row, "visitors"),
                "avg_product_page_visitor_breakdowns": _by_channel(row, "visitors"),
                "refunds": _amount(row, "refunds", currency),
                "cancellations_and_returns": _count(row, "items_refunded"),
            }
        )
    return answer({"performance": {"intervals": intervals, "comparison_intervals": []}})


def product_performance(rows: Iterable[Row], *, currency: str = "USD") -> bytes:
    """The product list; ids are integers above 2**53, and the rate is a decimal text."""
    items: list[Json] = [
        {
            "id": int(str(row["product_id"])),
            "gmv": _amount(row, "gmv", currency),
            "orders": _count(row, "orders"),
            "units_sold": _count(row, "items_sold"),
            "click_through_rate": _ratio(
                number(row.get("product_clicks", 0)), number(row.get("product_impressions", 0)), 4
            ),
        }
        for row in rows
    ]
    return list_answer("products", items)


def video_performance(rows: Iterable[Row], *, currency: str = "USD") -> bytes:
    """The video list; its rate is product clicks per view, as a decimal text."""
    items: list[Json] = [
        {
            "id": str(row["video_id"]),
            "title": row.get("title", ""),
            "username": row.get("creator_name", ""),
            "gmv": _amount(row, "gmv", currency),
            "sku_orders": _count(row, "sku_orders"),
            "units_sold": _count(row, "items_sold"),
            "views": _count(row, "views"),
            "click_through_rate": _ratio(
                number(row.get("product_clicks", 0)), number(row.get("views", 0)), 4
            ),
            "products": (
                [{"id": str(row["product_id"]), "name": row.get("product_name", "")}]
                if "product_id" in row
                else []
            ),
            "video_post_time": f"{moment(row['posted']):%Y-%m-%d %H:%M:%S}",
        }
        for row in rows
    ]
    return list_answer("videos", items)


def video_detail(rows: Iterable[Row], *, currency: str = "USD") -> bytes:
    """One video by day, with its engagement so far."""
    days = list(rows)
    intervals = [
        {
            "start_date": f"{moment(row['date']):%Y-%m-%d}",
            "end_date": f"{moment(row['date']) + timedelta(days=1):%Y-%m-%d}",
            "gmv": _amount(row, "gmv", currency),
            "click_through_rate": _ratio(
                number(row.get("product_clicks", 0)), number(row.get("views", 0)), 4
            ),
            "daily_avg_buyers": _count(row, "customers"),
            "views": _count(row, "views"),
        }
        for row in days
    ]
    engagement = {
        f"total_{key}": sum(_count(row, key) for row in days)
        for key in ("likes", "shares", "comments", "views")
    }
    return answer({"performance": {"intervals": intervals}, "engagement_data": engagement})


def _unix(value: datetime) -> str:
    return str(int(value.replace(tzinfo=UTC).timestamp()))


def live_performance(rows: Iterable[Row], *, currency: str = "USD") -> bytes:
    """LIVE sessions; percentages are texts with a sign, times are seconds since 1970 as text."""
    items: list[Json] = []
    for row in rows:
        started = row["started"]
        if not isinstance(started, datetime):
            raise TypeError(f"a time was expected, found {started!r}")
        ended = started + timedelta(seconds=number(row.get("duration", 0)))
        clicks, views = number(row.get("product_clicks", 0)), number(row.get("views", 0))
        items.append(
            {
                "id": str(row["live_id"]),
                "title": row.get("title", ""),
                "username": row.get("creator_name", ""),
                "start_time": _unix(started),
                "end_time": _unix(ended),
                "sales_performance": {
                    "gmv": _amount(row, "gmv", currency),
                    "products_added": _count(row, "products_added"),
                    "different_products_sold": _count(row, "products_sold"),
                    "created_sku_orders": _count(row, "created_sku_orders"),
                    "sku_orders": _count(row, "sku_orders"),
                    "unit_sold": _count(row, "items_sold"),
                    "customers": _count(row, "customers"),
                    "avg_price": {
                        "amount": _ratio(
                            number(row.get("gmv", 0)), number(row.get("items_sold", 0))
                        ),
                        "currency": currency,
                    },
                    "click_to_order_rate": _ratio(100 * _count(row, "sku_orders"), clicks) + "%",
                    "24h_live_gmv": _amount(row, "gmv", currency),
                },
                "interaction_performance": {
                    "acu": _count(row, "acu"),
                    "pcu": _count(row, "pcu"),
                    "viewers": _count(row, "viewers"),
                    "views": _count(row, "views"),
                    "avg_viewing_duration": _ratio(number(row.get("watch_seconds", 0)), views, 0),
                    "comments": _count(row, "comments"),
                    "shares": _count(row, "shares"),
                    "likes": _count(row, "likes"),
                    "new_followers": _count(row, "new_followers"),
                    "product_impressions": _count(row, "product_impressions"),
                    "product_clicks": _count(row, "product_clicks"),
                    "click_through_rate": _ratio(100 * clicks, views) + "%",
                },
            }
        )
    return list_answer("live_stream_sessions", items)


def airbyte_jsonl(rows: Sequence[Row], *, level: DataLevel = "ad") -> bytes:
    """Records of Airbyte's stream <level>s_reports_daily: metrics as texts, ids as numbers."""
    lines = []
    for row in rows:
        keys = {
            "stat_time_day": f"{moment(row['date']):%Y-%m-%d} 00:00:00",
            f"{level}_id": int(str(row[f"{level}_id"])),
        }
        metrics = {**_metrics(row), f"{level}_name": row.get(f"{level}_name")}
        record = {
            "stream": f"{level}s_reports_daily",
            "data": {"metrics": metrics, "dimensions": keys, **keys},
            "emitted_at": 1_793_577_600_000,
        }
        lines.append(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
    return ("\n".join(lines) + "\n").encode()


_HOURLY = """
{level}_id id | {LEVEL}_ID
hour stamp | STAT_TIME_HOUR
cost_per_conversion two spend/conversions | COST_PER_CONVERSION
cpc two spend/clicks | CPC
video_views digits | VIDEO_PLAY_ACTIONS
impressions digits | IMPRESSIONS
comments digits | COMMENTS
conversions digits | CONVERSION
shares digits | SHARES
secondary text | SECONDARY_GOAL_RESULT
clicks digits | CLICKS
reach digits | REACH
cpm two spend/impressions*1000 | CPM
ctr pctnum clicks/impressions | CTR
views_2s digits | VIDEO_WATCHED_2_S
views_6s digits | VIDEO_WATCHED_6_S
follows digits | FOLLOWS
spend two | SPEND
likes digits | LIKES
website_value two | TOTAL_PURCHASE_VALUE
leads two | TOTAL_SALES_LEAD_VALUE
synced stamp | _FIVETRAN_SYNCED
"""
_HISTORY = """
{level}_id id | {LEVEL}_ID
updated stamp | UPDATED_AT
advertiser_id id | ADVERTISER_ID
{level}_name text | {LEVEL}_NAME
status text | OPERATION_STATUS
created stamp | CREATE_TIME
synced stamp | _FIVETRAN_SYNCED
"""


def _fivetran(lines: str, rows: Sequence[Row], level: DataLevel, lower: bool) -> bytes:
    named = lines.replace("{level}", level).replace("{LEVEL}", level.upper())
    cols = columns(named, "en")
    synced = datetime(2026, 11, 1, 5, 0, 0)
    filled = [{"secondary": None, "synced": synced, "status": "ENABLE", **row} for row in rows]
    top = headers(cols)
    grid: Grid = [[str(h).lower() for h in top] if lower else top, *body(filled, cols, Style())]
    return csv_bytes(grid, newline="\r\n")


def fivetran_report_hourly(
    rows: Sequence[Row], *, level: DataLevel = "campaign", lower: bool = False
) -> bytes:
    """The table <level>_report_hourly; rows give `hour`. Snowflake shouts, BigQuery does not."""
    return _fivetran(_HOURLY, rows, level, lower)


def fivetran_history(
    rows: Sequence[Row], *, level: DataLevel = "campaign", lower: bool = False
) -> bytes:
    """The table <level>_history: several rows an id, the last `updated` holds."""
    return _fivetran(_HISTORY, rows, level, lower)
