"""Growth over months, from exports as Seller Center and the Partner API write them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from advisor import Counts, MetricsContext, derive
from advisor.model.reading import File, Grain, Period, Reading, Table
from advisor.testing import Block
from advisor_tiktok_shop.growth import LEAST_LIVES, LEAST_MONTHS, growths, live_growth, sales_growth
from tests.blocks import block
from tests.plugins_shop.reads import read, written
from tests.series import FIRST, logarithms
from tests.shapes import Row, seller_center

TODAY = date(2027, 1, 1)


def shop_days(folder: Path, values: Sequence[float], first: date = FIRST) -> Reading:
    """Shop Analytics, key metrics by day, with *values* as GMV."""
    rows: list[Row] = [
        {
            "date": first + timedelta(days=at),
            "gmv": round(float(value), 2),
            "orders": max(1, round(value / 20)),
            "customers": 9,
            "items_sold": 12,
            "visitors": 300,
        }
        for at, value in enumerate(values)
    ]
    last = first + timedelta(days=len(values) - 1)
    name = f"Shop Analytics_{first:%Y%m%d}_{len(values)}.xlsx"
    return read(written(folder, name, seller_center.shop_analytics(rows, first, last)))


def sales(*readings: Reading, last: date | None = None) -> tuple[float, float, float, float] | None:
    return _row(sales_growth, "sales_growth", block(*readings, today=TODAY, window=_until(last)))


def _until(last: date | None) -> Period | None:
    return None if last is None else Period(last - timedelta(days=27), last)


def _row(
    find: Callable[[Counts, MetricsContext], pl.LazyFrame], metric: str, given: Block
) -> tuple[float, float, float, float] | None:
    """Low, value, high and events of the one row that is found."""
    found = find(given.counts, given.context)
    columns = [f"{metric}{end}" for end in (".lo", "", ".hi", ".n")]
    rows = found.select(columns).collect().rows()
    return rows[0] if rows else None


def test_sales_of_seller_center_have_a_growth_a_month(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    found = sales(shop_days(tmp_path, np.exp(logarithms(rng, 150, monthly=-0.1, together=0.3))))

    assert found is not None
    low, value, high, days = found
    assert low < -0.1 < high < 0
    assert value == pytest.approx(-0.1, abs=0.05)
    assert days == 148  # two are not settled


def test_two_exports_that_overlap_are_one_history(tmp_path: Path) -> None:
    values = np.exp(logarithms(np.random.default_rng(2), 120, monthly=0.1))
    whole = sales(shop_days(tmp_path, values))
    parts = [
        shop_days(tmp_path, values[:70]),
        shop_days(tmp_path, values[50:], FIRST + timedelta(days=50)),
    ]
    assert sales(*parts) == whole
    assert sales(*reversed(parts)) == whole


def test_a_window_in_the_past_has_the_history_up_to_its_end(tmp_path: Path) -> None:
    values = np.exp(logarithms(np.random.default_rng(3), 150, monthly=0.1))
    early = shop_days(tmp_path, values[:102])
    assert sales(shop_days(tmp_path, values), last=FIRST + timedelta(days=99)) == sales(early)


def test_seven_weeks_have_no_growth(tmp_path: Path) -> None:
    assert sales(shop_days(tmp_path, [100.0] * 50)) is None
    given = block(shop_days(tmp_path, [100.0] * 50), today=TODAY)
    assert derive(growths(given.counts, given.context)) == ()


def test_orders_and_key_metrics_are_never_one_series(tmp_path: Path) -> None:
    values = np.exp(logarithms(np.random.default_rng(4), 100))
    shop = shop_days(tmp_path, values)
    frame = shop.tables[0].frame.select("key", "name", "from", "to", pl.col("gmv") * 0.5, "_row")
    later = frame.with_columns(pl.col("from", "to") + timedelta(days=100)).head(40)
    orders = Reading(
        File(tmp_path / "orders.csv", "orders.csv", 0, "1"),
        "test",
        "orders",
        "orders",
        (Table("shop", "shop-orders", Grain.DAY, later),),
        40,
    )
    assert sales(shop, orders) == sales(shop)


def monthly(worth: Sequence[float], first: date = date(2026, 1, 1)) -> Reading:
    """Reports of whole months, with *worth* a day."""
    starts = [(first + timedelta(days=31 * at)).replace(day=1) for at in range(len(worth) + 1)]
    ends = [start - timedelta(days=1) for start in starts[1:]]
    days = [(end - start).days + 1 for start, end in zip(starts, ends, strict=False)]
    frame = pl.DataFrame(
        {
            "key": ["shop"] * len(worth),
            "name": ["shop"] * len(worth),
            "from": starts[:-1],
            "to": ends,
            "gmv": [each * of for each, of in zip(worth, days, strict=True)],
        }
    )
    file = File(Path("m"), "m", 0, "m")
    return Reading(
        file, "test", "m", "m", (Table("shop", "shop", Grain.PERIOD, frame),), len(worth)
    )


def test_whole_months_have_a_growth_where_there_are_no_days() -> None:
    found = sales(monthly([100 * 1.2**at for at in range(8)]))
    assert found is not None
    _, value, _, days = found
    assert value == pytest.approx(0.2, abs=0.01)
    assert days == 243


def test_a_month_that_is_longer_is_no_growth() -> None:
    found = sales(monthly([100.0] * 9))
    assert found is not None
    assert found[:3] == pytest.approx((0, 0, 0))


def test_few_months_have_no_growth() -> None:
    assert sales(monthly([100.0] * (LEAST_MONTHS - 1))) is None
    assert sales(monthly([100.0] * 9), last=date(2026, 4, 30)) is None


def live_list(folder: Path, values: Sequence[float], days_apart: int = 2) -> Reading:
    """The session list of LIVEs, one each *days_apart* days."""
    evening = datetime(2026, 3, 1, 19, 30)
    rows: list[Row] = [
        {
            "creator_id": "7200000000000000001",
            "creator_name": "luna",
            "nickname": "Luna",
            "started": evening + timedelta(days=days_apart * at),
            "duration": 7200,
            "gmv": round(float(value), 2),
            "sku_orders": 10,
            "views": 900,
            "product_clicks": 90,
        }
        for at, value in enumerate(values)
    ]
    first, last = evening.date(), evening.date() + timedelta(days=days_apart * (len(values) - 1))
    name = f"Live Analysis {len(values)} {days_apart}.xlsx"
    return read(written(folder, name, seller_center.live_sessions(rows, first, last)))


def lives(*readings: Reading) -> tuple[float, float, float, float] | None:
    return _row(live_growth, "live_growth", block(*readings, today=TODAY))


def test_lives_grow_from_one_to_the_next_however_far_apart(tmp_path: Path) -> None:
    values = [300 * 1.03**at for at in range(20)]
    dense, rare = (lives(live_list(tmp_path, values, apart)) for apart in (1, 5))
    assert dense is not None
    assert rare is not None
    assert dense[1] == pytest.approx(0.03, abs=1e-3)
    assert rare[1] == pytest.approx(0.03, abs=1e-3)
    assert (dense[3], rare[3]) == (18, 19)  # those of the last two days are not settled


def test_lives_of_which_some_sold_nothing_have_a_growth_all_the_same(tmp_path: Path) -> None:
    values = [500 * 0.95**at * (0 if at % 12 == 3 else 1) for at in range(30)]
    found = lives(live_list(tmp_path, values))
    assert found is not None
    assert found[1] == pytest.approx(-0.05, abs=0.01)


def test_few_lives_have_no_growth(tmp_path: Path) -> None:
    assert lives(live_list(tmp_path, [100.0] * LEAST_LIVES)) is None  # one is not settled
    assert lives(live_list(tmp_path, [100.0] * (LEAST_LIVES + 1))) is not None


def test_without_a_list_the_days_of_the_channel_tell(tmp_path: Path) -> None:
    first = date(2026, 3, 1)
    rows: list[Row] = [
        {
            "date": first + timedelta(days=at),
            "gmv": 400 * 0.9**at * (1 + at % 2),
            "streams": 1 + at % 2,
            "streams_with_gmv": 1,
            "sku_orders": 9,
            "views": 800,
        }
        for at in range(20)
    ]
    last = first + timedelta(days=19)
    data = seller_center.live_core_stats(rows, first, last)
    found = lives(read(written(tmp_path, "Live Performance Core Stats.xlsx", data)))
    assert found is not None
    # A tenth a day, at three LIVEs in two days.
    assert found[1] == pytest.approx(0.9 ** (1 / 1.5) - 1, abs=0.01)
    assert found[3] == 27


def test_lives_with_nothing_but_chance_seldom_seem_to_shrink() -> None:
    rng = np.random.default_rng(6)
    shops, seen = 150, 0
    for _ in range(shops):
        values = np.exp(6 + 0.6 * rng.normal(size=24))
        frame = pl.DataFrame(
            {
                "key": [f"{at:02}" for at in range(24)],
                "name": ["LIVE"] * 24,
                "from": [date(2026, 3, 1) + timedelta(days=2 * at) for at in range(24)],
                "to": [date(2026, 3, 1) + timedelta(days=2 * at) for at in range(24)],
                "gmv": values,
            }
        )
        table = Table("live", "shop-live", Grain.DAY, frame)
        file = File(Path("l"), "l", 0, "l")
        found = lives(Reading(file, "test", "l", "l", (table,), 24))
        assert found is not None
        seen += found[2] <= -0.01  # what the rule asks for
    assert seen / shops <= 0.05


def test_what_is_derived_names_its_subjects(tmp_path: Path) -> None:
    readings = [shop_days(tmp_path, [50.0] * 80), live_list(tmp_path, [100.0] * 30)]
    window = Period(date(2026, 3, 1), date(2026, 3, 28))
    given = block(*readings, today=TODAY, window=window)
    derived = derive(growths(given.counts, given.context))
    found = {one.subject: one.frame.to_dicts()[0] for one in derived}

    assert found["shop"]["sales_growth"] == 0
    assert found["channel"]["key"] == "live"
    assert found["channel"]["live_growth.n"] == 14  # up to the end of the window
