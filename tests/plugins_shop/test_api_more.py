"""The Partner API's further answers: what each is about, what it counts, and by what."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

import attrs
import pytest

from advisor.model.reading import Grain, Reading
from tests.plugins_shop.reads import claims, counts_of, read, written
from tests.shapes import Row, api, api_more

ID = "7646166143702453001"
PRODUCT_ID = "1730829974117385001"
NAMED = f"performance_{ID}.json"
DAYS: tuple[Row, ...] = tuple(
    {
        "date": date(2026, 10, day),
        "gmv": 120,
        "orders": 3,
        "sku_orders": 4,
        "items_sold": 5,
        "customers": 3,
        "visitors": 90,
        "views": 10_000,
        "likes": 300,
        "comments": 12,
        "shares": 20,
        "new_followers": 9,
        "product_impressions": 9000,
        "product_clicks": 150,
        "page_views": 100,
    }
    for day in (13, 14)
)
HOURS: tuple[Row, ...] = tuple(
    {"hour": hour, "gmv": 10, "items_sold": 1, "visitors": 7, "customers": 1} for hour in range(24)
)
MINUTES: tuple[Row, ...] = tuple(
    {
        **DAYS[0],
        "minute": datetime(2026, 10, 13, 15, minute),
        "impressions": 500,
        "viewers": 90,
        "created_sku_orders": 6,
    }
    for minute in (0, 1)
)
SOLD: Row = {
    **DAYS[0],
    "product_id": PRODUCT_ID,
    "sku_id": "1730829974117395001",
    "product_name": "Serum",
    "direct_gmv": 80,
    "created_sku_orders": 6,
    "add_to_cart": 8,
}


@attrs.frozen
class Answer:
    kind: str
    subject: str
    family: str
    grain: Grain
    write: Callable[[], bytes]
    counts: Mapping[str, float]
    key: str
    breakdown: str = ""
    name: str = "performance.json"


_VIDEO = {"gmv": 240, "customers": 6, "views": 20_000, "product_clicks": 300}
_NESTED = {
    **_VIDEO,
    "items_sold": 10,
    "product_impressions": 18_000,
    "likes": 600,
    "comments": 24,
    "shares": 40,
    "new_followers": 18,
}
_MINUTES = {
    **_NESTED,
    "orders": 6,
    "sku_orders": 8,
    "created_sku_orders": 12,
    "viewers": 180,
    "live_impressions": 1000,
}
_SKU = {"gmv": 120, "sku_orders": 4, "items_sold": 5}
_DAY, _PERIOD = Grain.DAY, Grain.PERIOD

ANSWERS = {
    "SKUs of 202406": Answer(
        "api-shop-skus",
        "sku",
        "shop-sku",
        _PERIOD,
        lambda: api_more.skus([SOLD]),
        _SKU,
        "1730829974117395001",
    ),
    "SKUs of 202509": Answer(
        "api-shop-skus",
        "sku",
        "shop-sku",
        _PERIOD,
        lambda: api_more.skus([SOLD], version="202509"),
        _SKU,
        "1730829974117395001",
    ),
    "hours of a day": Answer(
        "api-shop-hours",
        "shop",
        "shop-hours",
        _PERIOD,
        lambda: api_more.shop_hours(HOURS),
        {"gmv": 240, "items_sold": 24, "visitors": 168, "customers": 24},
        "",
        "hour",
        "performance_per_hour_2026-10-13.json",
    ),
    "one product, 202405": Answer(
        "api-shop-product-detail",
        "product",
        "shop-product",
        _DAY,
        lambda: api_more.product_detail(DAYS),
        {
            "gmv": 240,
            "orders": 6,
            "items_sold": 10,
            "product_impressions": 18_000,
            "page_views": 200,
            "visitors": 180,
            "product_clicks": 300,
        },
        ID,
        name=NAMED,
    ),
    "one product, 202509": Answer(
        "api-shop-product-detail",
        "product",
        "shop-product",
        _DAY,
        lambda: api_more.product_detail(DAYS, version="202509"),
        {"gmv": 240, "orders": 6, "items_sold": 10},
        ID,
        name=NAMED,
    ),
    "one video, 202409": Answer(
        "api-shop-video-detail",
        "video",
        "shop-video",
        _DAY,
        lambda: api.video_detail(DAYS),
        _VIDEO,
        ID,
        name=NAMED,
    ),
    "one video, 202509": Answer(
        "api-shop-video-detail",
        "video",
        "shop-video",
        _DAY,
        lambda: api_more.video_detail_nested(DAYS),
        _NESTED,
        ID,
        name=NAMED,
    ),
    "all videos, 202409": Answer(
        "api-shop-video-days",
        "channel",
        "channel-video",
        _DAY,
        lambda: api_more.video_overview(DAYS),
        {"gmv": 240, "sku_orders": 8, "items_sold": 10},
        "video",
    ),
    "all videos, 202509": Answer(
        "api-shop-video-days",
        "channel",
        "channel-video",
        _DAY,
        lambda: api_more.video_overview(DAYS, version="202509"),
        {"gmv": 240, "sku_orders": 8, "items_sold": 10},
        "video",
    ),
    "products of a video": Answer(
        "api-shop-video-products",
        "product",
        "shop-product-video",
        _PERIOD,
        lambda: api_more.video_products([SOLD]),
        {"gmv": 120, "items_sold": 5},
        PRODUCT_ID,
        "video",
        NAMED,
    ),
    "all LIVEs": Answer(
        "api-shop-live-days",
        "channel",
        "channel-live",
        _DAY,
        lambda: api_more.live_overview(DAYS),
        {"gmv": 240, "sku_orders": 8, "customers": 6, "items_sold": 10},
        "live",
    ),
    "a LIVE by minute": Answer(
        "api-shop-live-minutes",
        "live",
        "shop-live-minutes",
        _DAY,
        lambda: api_more.live_minutes(MINUTES),
        _MINUTES,
        ID,
        "minute",
        NAMED,
    ),
    "products of a LIVE": Answer(
        "api-shop-live-products",
        "product",
        "shop-product-live",
        _PERIOD,
        lambda: api_more.live_products([SOLD]),
        {
            "direct_gmv": 80,
            "items_sold": 5,
            "customers": 3,
            "orders": 3,
            "sku_orders": 4,
            "created_sku_orders": 6,
            "product_impressions": 9000,
            "product_clicks": 150,
            "cart_adds": 8,
        },
        PRODUCT_ID,
        "live",
        NAMED,
    ),
}
every_answer = pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())


def _read(answer: Answer, folder: Path) -> Reading:
    return read(written(folder, answer.name, answer.write()))


@every_answer
def test_an_answer_gives_its_counts_about_its_subject(answer: Answer, tmp_path: Path) -> None:
    reading = _read(answer, tmp_path)
    assert reading.kind == answer.kind
    assert counts_of(reading, answer.subject) == pytest.approx(answer.counts, rel=1e-4)
    (table,) = reading.tables
    assert (table.family, table.grain) == (answer.family, answer.grain)
    assert set(table.frame["key"]) == {answer.key}
    broken = [column for column in table.frame.columns if column.startswith("by.")]
    assert broken == ([f"by.{answer.breakdown}"] if answer.breakdown else [])
    assert reading.currency == "USD"
    assert [note for note in reading.notes if "disagree" in note.code] == []


@every_answer
def test_exactly_one_kind_claims_an_answer_whole(answer: Answer, tmp_path: Path) -> None:
    path = written(tmp_path, answer.name, answer.write())
    assert [match.kind for match, _ in claims(path) if not match.lacks] == [answer.kind]


@pytest.mark.parametrize("name", [n for n, answer in ANSWERS.items() if answer.name == NAMED])
def test_without_an_id_in_its_name_an_answer_goes_by_its_file_and_says_so(
    name: str, tmp_path: Path
) -> None:
    reading = read(written(tmp_path, "answer.json", ANSWERS[name].write()))
    (note,) = (note for note in reading.notes if note.code == "unnamed-subject")
    assert "Put the ID into the file's name" in note.text


def test_a_sku_belongs_to_its_product(tmp_path: Path) -> None:
    (table,) = _read(ANSWERS["SKUs of 202406"], tmp_path).tables
    assert table.frame["parent.product"].to_list() == [PRODUCT_ID]


def test_the_day_of_the_hours_is_in_the_name_of_the_file_or_not_known(tmp_path: Path) -> None:
    answer = ANSWERS["hours of a day"]
    (dated,) = _read(answer, tmp_path).tables
    (undated,) = read(written(tmp_path, "hours.json", answer.write())).tables
    assert set(dated.frame["from"]) == {date(2026, 10, 13)}
    assert set(undated.frame["from"]) == {None}


def test_mean_buyers_of_several_days_are_no_customers(tmp_path: Path) -> None:
    data = api_more.product_detail(DAYS[:1], days=7)
    (table,) = read(written(tmp_path, NAMED, data)).tables
    assert table.frame["visitors"].to_list() == [None]
    assert table.frame["page_views"].to_list() == [100]
