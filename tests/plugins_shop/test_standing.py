"""What a plugin computes in columns of LIVEs, creators, stock, promotions and sales."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from advisor import derive
from advisor.model.reading import File, Grain, Period, Reading, Table
from advisor_tiktok_shop.live_chain import entry, live_chain
from advisor_tiktok_shop.standing import days_at_limit, gmv_driver, standing
from tests.blocks import block, derived_of

FIRST = date(2026, 10, 1)
WINDOW = Period(FIRST, date(2026, 10, 28))


def reading(
    subject: str,
    rows: Sequence[tuple[str, int, Mapping[str, float | None]]],
    grain: Grain = Grain.DAY,
    days: int = 1,
) -> Reading:
    """Rows of key, day after the first of October, and counts."""
    frame = pl.DataFrame(
        [
            {
                "key": key,
                "name": key,
                "from": FIRST + timedelta(days=day),
                "to": FIRST + timedelta(days=day + days - 1),
                "currency": None,
                **counts,
                "_row": number,
            }
            for number, (key, day, counts) in enumerate(rows, start=2)
        ],
        infer_schema_length=None,
    )
    file = File(Path(subject), subject, 0, subject)
    return Reading(file, "test", subject, subject, (Table(subject, "t", grain, frame),), len(rows))


def found(metric: str, *readings: Reading) -> dict[str, float]:
    given = block(*readings, window=WINDOW)
    for derived in derive(standing(given.counts, given.context)):
        if metric in derived.frame.columns:
            rows = derived.frame.to_dicts()
            assert all(r[f"{metric}.lo"] <= r[metric] <= r[f"{metric}.hi"] for r in rows)
            return {row["key"]: row[metric] for row in rows}
    return {}


def lives(
    impressions: float, views: float, seconds: float, clicks: float, orders: float
) -> Reading:
    usual = {
        "live_impressions": 10_000.0,
        "views": 1_000.0,
        "watch_seconds": 60_000.0,
        "product_clicks": 200.0,
        "sku_orders": 40.0,
    }
    own = dict(zip(usual, (impressions, views, seconds, clicks, orders), strict=True))
    rows = [("own", 0, own), *((f"other {i}", i, usual) for i in range(1, 6))]
    return reading("live", rows)


@pytest.mark.parametrize(
    ("counts", "link"),
    [
        ((20_000, 800, 48_000, 160, 32), "enter"),
        ((10_000, 1_000, 20_000, 60, 12), "stay"),
        ((10_000, 1_000, 60_000, 60, 12), "click"),
        ((10_000, 1_000, 60_000, 200, 4), "buy"),
        ((10_000, 1_000, 60_000, 200, 0), "buy"),
        ((10_000, 1_000, 60_000, 200, 40), "none"),
        ((10_000, 900, 50_000, 150, 28), "none"),
        ((30, 3, 60, 0, 0), None),
    ],
)
def test_the_first_link_that_is_surely_broken_is_named(
    counts: tuple[float, float, float, float, float], link: str | None
) -> None:
    derived = derived_of(live_chain(block(lives(*counts), window=WINDOW).counts))
    assert derived is not None
    assert dict(derived.frame.drop("shop").rows()).get("own") == link


@pytest.mark.parametrize(
    ("rates", "sure"),
    [
        ((4.0, 9.0, 9.1, 8.9, 9.0, 9.2, 8.8), True),  # alike but for one
        ((4.0, 4.2, 9.1, 8.9, 9.0, 9.2, 8.8), True),  # a second one does not make it usual
        ((4.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0), False),  # they differ that much
        ((6.6, 8.0, 8.6, 9.0, 9.4, 10.0, 11.0), False),
    ],
)
def test_a_live_that_few_enter_is_told_by_how_much_the_others_differ(
    rates: tuple[float, ...], sure: bool
) -> None:
    rows = [
        (str(n), n, {"views": 2_000 * rate, "live_impressions": 200_000.0, "sku_orders": 2.0})
        for n, rate in enumerate(rates)
    ]

    found = derived_of(entry(block(reading("live", rows), window=WINDOW).counts))
    assert found is not None
    first = found.frame.filter(pl.col("key") == "0").row(0, named=True)
    assert first["entry_ratio"] == pytest.approx(rates[0] / sorted(rates)[3])
    assert first["entry_ratio.lo"] < first["entry_ratio"] < first["entry_ratio.hi"]
    assert (first["entry_ratio.hi"] < 0.7) is sure
    assert derived_of(entry(block(reading("live", rows[:5]), window=WINDOW).counts)) is None


def test_one_live_alone_is_compared_with_nothing() -> None:
    one = reading("live", [("own", 0, {"views": 9.0, "product_clicks": 1.0, "sku_orders": 0.0})])
    assert derived_of(live_chain(block(one, window=WINDOW).counts)) is None
    assert derived_of(live_chain(block(window=WINDOW).counts)) is None


def test_a_creators_share_is_of_all_creators_sales() -> None:
    rows = [
        (key, 0, {"gmv": gmv, "items_sold": gmv / 10})
        for key, gmv in (("a", 800.0), ("b", 150.0), ("c", 50.0))
    ]
    shares = found("creator_share", reading("creator", rows, Grain.PERIOD, 28))
    assert shares == pytest.approx({"a": 0.8, "b": 0.15, "c": 0.05})
    assert found("creator_share", reading("creator", rows[:2], Grain.PERIOD, 28)) == {}


def test_stock_and_goods_on_their_way_are_set_against_the_time_to_restock() -> None:
    stock = reading(
        "product",
        [
            ("p", 3, {"stock": 500.0, "lead_days": 14.0, "incoming_stock": None}),
            ("p", 27, {"stock": 60.0, "lead_days": 14.0, "incoming_stock": 10.0}),
        ],
    )
    sold = reading("product", [("p", 0, {"items_sold": 280.0})], Grain.PERIOD, 28)
    assert found("restock_cover", stock, sold) == pytest.approx({"p": 70 / 10 / 14})
    assert found("restock_cover", stock) == {}


@pytest.mark.parametrize(("day", "left"), [(29, 20), (40, 60)])
def test_stock_that_was_counted_after_the_last_sale_holds_up_to_the_day_of_the_run(
    day: int, left: float
) -> None:
    stock = reading(
        "product",
        [
            ("p", 3, {"stock": 60.0, "lead_days": 7.0, "incoming_stock": 0.0}),
            ("p", day, {"stock": 20.0, "lead_days": 7.0, "incoming_stock": 0.0}),
        ],
    )
    sold = reading("product", [("p", 0, {"items_sold": 280.0})], Grain.PERIOD, 28)
    given = block(stock, sold, window=WINDOW, today=FIRST + timedelta(days=32))

    latest = given.counts.newest("product", ("stock",), within="window")
    assert latest["stock"].to_list() == [left]
    assert given.counts.sums("product", ("stock",))["stock"].to_list() == [left]
    assert given.counts.days("product", ("stock",))["stock"].to_list() == [60.0]
    (cover,) = (
        one.frame
        for one in derive(standing(given.counts, given.context))
        if "restock_cover" in one.frame.columns
    )
    assert cover["restock_cover"].to_list() == pytest.approx([left / 10 / 7])


def test_days_with_a_promotion_are_a_share_of_the_window() -> None:
    days = reading("shop", [("", day, {"promotions": 1.0}) for day in range(21)])
    assert found("promotion_days", days) == {"shop": 21 / 28}


@pytest.mark.parametrize(
    ("orders", "days"),
    [((100, 100, 100, 80), 3), ((100, 100, 101), 0), ((97, 97, 97), 0), ((50,), 1)],
)
def test_days_at_a_limit_count_only_where_there_never_were_more(
    orders: tuple[int, ...], days: int
) -> None:
    frame = pl.DataFrame(
        {"shop": "s", "key": ["s"] * len(orders), "orders": [float(o) for o in orders]}
    )
    assert days_at_limit(frame.lazy()).collect()["days_at_limit"].to_list() == [days]


def month(gmv: float, customers: float, visitors: float) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "shop": ["s"],
            "key": ["s"],
            "gmv": [gmv],
            "customers": [customers],
            "visitors": [visitors],
        }
    )


@pytest.mark.parametrize(
    ("now", "driver"),
    [
        ((500, 25, 500), "visitors"),
        ((500, 25, 1_000), "conversion"),
        ((500, 50, 1_000), "basket"),
        ((500, 35, 700), "several"),
        ((950, 50, 1_000), None),
        ((1_500, 75, 1_500), None),
        ((0, 0, 900), None),
    ],
)
def test_a_fall_of_sales_has_the_part_that_explains_it(
    now: tuple[float, float, float], driver: str | None
) -> None:
    said = gmv_driver(month(*now), month(1_000, 50, 1_000)).collect()
    assert (said["gmv.driver"].item() if said.height else None) == driver
