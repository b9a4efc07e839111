"""Every answer of the public client's version of the Partner API, held against the kinds.

The answers are made from the models of `tiktok-shop-api`, which follow the platform's own pages.
 A field that no kind reads or knows, and an answer that no kind takes, is a failure.
"""

import json
import re
from datetime import UTC, date, datetime
from importlib import import_module
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import attrs
import pytest

from advisor.model import Period
from advisor.model.reading import Reading
from tests.plugins_shop.partner_api import answer
from tests.plugins_shop.reads import CONTEXT, claims, read, source_of, sums, table_of, written

VERSION = "0.1.0"
ANSWERS = {
    "GetShopPerformanceResponse": "api-shop-performance",
    "GetShopPerformancePerHourResponse": "api-shop-hours",
    "GetShopProductPerformanceListResponse": "api-shop-products",
    "GetShopProductPerformanceDetailResponse": "api-shop-product-detail",
    "GetShopSKUPerformanceListResponse": "api-shop-skus",
    "GetShopSKUPerformanceDetailResponse": "api-shop-sku-detail",
    "GetShopLIVEPerformanceListResponse": "api-shop-lives",
    "GetShopLIVEPerformanceOverviewResponse": "api-shop-live-overview",
    "GetShopLIVEMinutePerformanceResponse": "api-shop-live-minutes",
    "GetShopLIVEProductsPerformanceListResponse": "api-shop-live-products",
    "GetShopVideoPerformanceListResponse": "api-shop-videos",
    "GetShopVideoPerformanceOverviewResponse": "api-shop-video-overview",
    "GetShopVideoPerformanceDetailsResponse": "api-shop-video-detail",
    "GetShopVideosPerformanceDetailsResponse": "api-shop-video-batch",
    "GetShopVideoProductPerformanceListResponse": "api-shop-video-products",
    "GetSPSOverviewResponse": "api-shop-score",
    "GetSPSMetricsResponse": "api-shop-score-metrics",
    "GetCustomerServicePerformanceResponse": "api-service",
    "GetOrderListResponse": "api-orders",
    "GetOrderDetailResponse": "api-orders",
    "SearchReturnsResponse": "api-returns",
    "SearchCancellationsResponse": "api-cancellations",
    "GetStatementsResponse": "api-statements",
    "GetPaymentsResponse": "api-payments",
    "GetVideoPerformancesResponse": "api-video-sales",
    "GetLiveRoomCoreStatsResponse": "api-live-room",
    "GetLiveRoomProductStatsResponse": "api-live-room-products",
    "GetTransactionsByStatementResponse": "api-statement-transactions",
    "GetTransactionsByOrderResponse": "api-statement-transactions",
    "GetUnsettledTransactionsResponse": "api-unsettled-orders",
    "SearchSellerAffiliateOrdersResponse": "api-affiliate-orders",
}
_OTHERS = "rankings of other shops"
_MOMENTS = "a curve or split of one LIVE while it is on air, with codes that are not explained"
NOT_READ = {
    "GetSellerFinancialTransactionsResponse": "withdrawals from the account, no income",
    "GetOrderPriceDetailsResponse": "prices of one order, which the orders have",
    "GetSPSMetricDiagnosisResponse": "texts about a metric of the score",
    "GetSPSMetricProblemDetailsResponse": "single orders and chats, with names of customers",
    "GetSPSMetricTopItemsResponse": "products and carriers behind a metric of the score",
    "GetBestsellingCreatorsResponse": _OTHERS,
    "GetBestsellingLIVESessionsResponse": _OTHERS,
    "GetBestsellingProductsResponse": _OTHERS,
    "GetBestsellingVideosResponse": _OTHERS,
    "GetLiveRoomGMVAndOrderTrendsResponse": _MOMENTS,
    "GetLiveRoomInteractiveTrendsResponse": _MOMENTS,
    "GetLiveRoomTrafficPerformanceResponse": _MOMENTS,
    "GetLiveRoomUserPortraitsResponse": _MOMENTS,
    "GetLiveRoomViewTrendsResponse": _MOMENTS,
    "GetTradeInAccountTransactionsResponse": "a supplier's account for devices traded in",
    "GetTradeInSupplierAccountBalanceResponse": "a supplier's account for devices traded in",
}
# All that the client's version answers about figures, money and what came back.
WHOLE_AREAS = ("analytics", "finance")


def read_answer(folder: Path, body: object, name: str = "answer.json") -> tuple[Reading, list[str]]:
    """The reading of an answer, and the headers that nobody knows."""
    path = written(folder, name, json.dumps(body).encode())
    match, provider = claims(path)[0]
    assert not match.lacks, f"nearest is {match.kind} without {match.lacks}"
    reading = provider.read(source_of(path), match, CONTEXT)
    explain = provider.explain  # type: ignore[attr-defined]
    return reading, [c.header for c in explain(reading) if not c.means]


def test_the_client_is_the_version_that_the_kinds_were_held_against() -> None:
    assert version("tiktok-shop-api") == VERSION


@pytest.mark.parametrize("area", WHOLE_AREAS)
def test_every_answer_of_an_area_is_read_or_has_a_reason_why_not(area: str) -> None:
    folder = files("tiktok_shop_api.generated.api") / area
    calls = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name[:1] != "_"]
    named = re.compile(r"import (\w+Response)$", re.MULTILINE)
    answers = {name for call in calls for name in named.findall(call)}
    assert len(answers) == len(calls)
    assert answers <= {*ANSWERS, *NOT_READ}


def test_no_other_answer_is_taken_for_one_that_is_read(tmp_path: Path) -> None:
    models = vars(import_module("tiktok_shop_api.generated.models"))
    others = [name for name in models if name.endswith("Response") and name not in ANSWERS]
    taken = {}
    for model in others:
        if "data" in attrs.fields_dict(models[model]):
            path = written(tmp_path, "answer.json", json.dumps(answer(model)).encode())
            taken[model] = {match.kind for match, _ in claims(path) if not match.lacks}
    assert len(taken) > 200
    assert {model: kinds for model, kinds in taken.items() if kinds} == {}


@pytest.mark.parametrize("model", ANSWERS)
def test_an_answer_is_read_and_every_field_of_it_is_known(model: str, tmp_path: Path) -> None:
    reading, unknown = read_answer(tmp_path, answer(model))
    assert reading.kind == ANSWERS[model]
    assert unknown == []
    assert reading.tables
    assert all(table.counts for table in reading.tables)


@pytest.mark.parametrize("model", ANSWERS)
def test_nothing_about_a_person_is_read(model: str, tmp_path: Path) -> None:
    secret = "Xaver Geheim"
    fields = ("buyer_email", "buyer_nickname", "cpf", "cpf_name", "phone_number", "user_id")
    body = answer(model, **dict.fromkeys(fields, secret), buyer_message=secret, seller_note=secret)
    reading, _ = read_answer(tmp_path, body)
    frames = [table.frame.write_json() for table in reading.tables]
    assert not any(secret in text for text in (*frames, *(note.text for note in reading.notes)))


def at(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())


def order(number: int, status: str, *, items: int = 1, **more: Any) -> dict[str, Any]:
    item = {
        "id": "1",
        "product_id": "1731",
        "product_name": "Mug",
        "sku_id": "1732",
        "sale_price": "8.00",
        "platform_discount": "0.50",
        "seller_discount": "1.50",
        "currency": "GBP",
        "display_status": status,
        "is_gift": False,
    }
    created = at(date(2026, 9, number))
    lines = [{**item, "id": str(n)} for n in range(items)]
    head = {"id": f"57800000000000000{number}", "status": status, "create_time": created}
    return {**head, "line_items": lines, **more}


def test_orders_count_units_that_were_sold_and_nothing_else(tmp_path: Path) -> None:
    orders = [
        order(1, "COMPLETED", items=2),
        order(2, "AWAITING_SHIPMENT"),
        order(3, "CANCELLED"),
        order(4, "UNPAID"),
        order(5, "IN_TRANSIT", cancel_time=at(date(2026, 9, 6))),
        order(6, "DELIVERED", is_sample_order=True),
    ]
    body = {"code": 0, "data": {"next_page_token": "", "orders": orders}}
    reading, _ = read_answer(tmp_path, body)
    (shop,) = (t for t in reading.tables if "by.product" not in t.frame.columns)
    assert sums(shop) == pytest.approx(
        {
            "orders": 2,
            "sku_orders": 3,
            "items_sold": 3,
            "gmv": 25.5,
            "platform_discount": 1.5,
            "seller_discount": 4.5,
        }
    )
    assert reading.currency == "GBP"
    assert reading.left_out == {"cancelled order": 2, "sample": 1, "unpaid order": 1}
    assert reading.rows + sum(reading.left_out.values()) == 7


@pytest.mark.parametrize("name", ["orders.json", "orders.jsonl", "tiktok_shop_orders.jsonl"])
def test_orders_are_read_as_a_bare_list_as_lines_and_as_a_stream(name: str, tmp_path: Path) -> None:
    orders = [order(1, "COMPLETED", items=2), order(2, "CANCELLED")]
    stream = {"type": "RECORD", "stream": "tiktok_shop_orders"}
    lines = [{**stream, "record": o} if name.startswith("tiktok") else o for o in orders]
    text = json.dumps(orders) if name.endswith(".json") else "\n".join(map(json.dumps, lines))
    reading = read(written(tmp_path, name, text.encode()))
    assert (reading.kind, reading.rows) == ("api-orders", 2)
    assert reading.left_out == {"cancelled order": 1}


def test_returns_count_what_was_refunded(tmp_path: Path) -> None:
    def one(number: int, status: str, kind: str = "REFUND") -> dict[str, Any]:
        refund = {"currency": "USD", "refund_total": "10.00"}
        line = {"return_line_item_id": "1", "product_name": "Mug", "refund_amount": refund}
        return {
            "return_id": f"40000000000000000{number}",
            "order_id": f"57800000000000000{number}",
            "return_type": kind,
            "return_status": status,
            "create_time": at(date(2026, 9, number)),
            "return_line_items": [line],
        }

    returns = [
        one(1, "RETURN_OR_REFUND_REQUEST_COMPLETE"),
        one(2, "RETURN_OR_REFUND_REQUEST_SUCCESS", "RETURN_AND_REFUND"),
        one(3, "REFUND_OR_RETURN_REQUEST_REJECT"),
        one(4, "RETURN_OR_REFUND_REQUEST_CANCEL"),
        one(5, "AWAITING_BUYER_SHIP"),
        one(6, "REPLACEMENT_REQUEST_COMPLETE", "REPLACEMENT"),
    ]
    reading, _ = read_answer(tmp_path, {"code": 0, "data": {"return_orders": returns}})
    (shop,) = (t for t in reading.tables if "by.product" not in t.frame.columns)
    assert sums(shop) == {"refunded_orders": 2, "refunds": 20, "items_refunded": 2}
    assert sum(reading.left_out.values()) == 4


def test_what_one_answer_is_about_goes_by_the_file_where_no_id_is_named(tmp_path: Path) -> None:
    body = answer("GetShopVideoPerformanceDetailsResponse")
    unnamed, _ = read_answer(tmp_path, body, "my video.json")
    named, _ = read_answer(tmp_path, body, "video_7646166143702453001.json")
    assert set(table_of(unnamed, "video").frame["key"]) == {"my video"}
    assert "unnamed-subject" in {note.code for note in unnamed.notes}
    assert set(table_of(named, "video").frame["key"]) == {"7646166143702453001"}
    assert "unnamed-subject" not in {note.code for note in named.notes}


def test_a_day_that_is_not_over_is_left_out(tmp_path: Path) -> None:
    body = answer("GetShopVideoPerformanceOverviewResponse")
    (interval,) = body["data"]["performance"]["intervals"]
    body["data"]["performance"]["intervals"] = [
        {**interval, "today": False},
        {**interval, "start_date": "2026-10-14", "end_date": "2026-10-15", "today": True},
    ]
    reading, _ = read_answer(tmp_path, body)
    assert (reading.rows, reading.left_out) == (1, {"day that is not over": 1})


def test_the_score_comes_with_its_scale_its_tier_and_the_shops_below(tmp_path: Path) -> None:
    body = answer("GetSPSOverviewResponse", sps_score="3.9", sps_tier="GOOD", peer_percentile="64")
    reading, _ = read_answer(tmp_path, body)
    assert sums(table_of(reading, "shop")) == {
        "shop_performance_score": 3.9,
        "shop_performance_score_scale": 5,
        "peer_percentile": 64,
    }
    assert "Shop Performance Score: good tier" in {note.text for note in reading.notes}
    assert reading.period == Period(date(2026, 10, 13), date(2026, 10, 13))


def test_payments_count_once_they_were_made_and_on_that_day(tmp_path: Path) -> None:
    def one(number: int, status: str, paid: int, value: str) -> dict[str, Any]:
        return {
            "id": f"35000000000000000{number}",
            "status": status,
            "create_time": at(date(2026, 9, 1)),
            "paid_time": paid,
            "amount": {"value": value, "currency": "USD"},
            "bank_account": "*4321",
        }

    payments = [
        one(1, "PAID", at(date(2026, 9, 3)), "100.5"),
        one(2, "PAID", 0, "20"),
        one(3, "FAILED", 0, "7"),
        one(4, "PROCESSING", 0, "8"),
    ]
    reading, _ = read_answer(tmp_path, {"code": 0, "data": {"payments": payments}})
    frame = table_of(reading, "shop").frame.sort("from")
    assert frame["paid_out"].to_list() == [20, 100.5]
    assert frame["from"].to_list() == [date(2026, 9, 1), date(2026, 9, 3)]
    assert reading.left_out == {"payment that was not made": 2}
    assert "4321" not in str(reading)


def test_a_cancellation_counts_once_it_was_granted(tmp_path: Path) -> None:
    def one(number: int, status: str, role: str, order: int | None = None) -> dict[str, Any]:
        return {
            "cancel_id": f"40000000000000000{number}",
            "order_id": f"5780000000000000{order or number}",
            "cancel_status": f"CANCELLATION_REQUEST_{status}",
            "role": role,
            "create_time": at(date(2026, 9, 3)),
            "refund_amount": {"currency": "USD", "refund_total": "10.00"},
        }

    requests = [
        one(1, "COMPLETE", "SELLER"),
        one(2, "SUCCESS", "BUYER"),
        one(3, "PENDING", "BUYER"),
        one(4, "CANCEL", "BUYER"),
        one(5, "COMPLETE", "SYSTEM", order=2),
    ]
    reading, _ = read_answer(tmp_path, {"code": 0, "data": {"cancellations": requests}})
    assert sums(table_of(reading, "shop")) == {
        "cancelled_orders": 2,
        "cancelled_by_seller": 1,
        "cancelled_value": 20,
    }
    assert reading.rows + sum(reading.left_out.values()) == 5
