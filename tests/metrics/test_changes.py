"""Why a total changed is told from the shop's rows: exact, and only of windows alike."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl
import pytest

from advisor.errors import Mistakes
from advisor.metrics.changes import Explained, split_changes
from advisor.metrics.counted_rows import CountedRows
from advisor.model.reading import Grain, Period
from advisor.model.vocabulary import Vocabulary
from advisor.model.vocabulary_files import merge, vocabulary_file
from advisor.model.window import NO_WINDOW, Window, before

TEXT = """
subject = [
  { id = "shop", title = "shop", plural = "shops" },
  { id = "channel", title = "channel", plural = "channels", parent = "shop" },
  { id = "product", title = "product", plural = "products", parent = "shop" },
]
count = [
  { id = "gmv", title = "GMV", unit = "money" },
  { id = "views", title = "views" },
  { id = "buyers", title = "buyers" },
]

[[change]]
id = "steps"
title = "by step"
subject = "shop"
stages = ["views", "buyers", "gmv"]
steps = ["came", "bought", "spent"]

[[change]]
id = "channels"
title = "by channel"
subject = "channel"
steps = ["watched", "worth"]
total = { subject = ["shop"], count = "gmv" }
part = [
  { key = "live", title = "LIVEs", stages = ["views", "gmv"] },
  { key = "video", title = "videos", stages = ["views", "gmv"] },
]

[[change]]
id = "products"
title = "by product"
subject = "product"
stages = ["views", "gmv"]
steps = ["all views", "which product", "worth"]
mix = true
"""
LAST = date(2026, 5, 28)
NOW = Period(LAST - timedelta(days=27), LAST)
WINDOW = Window(NOW, before(NOW))


def words(text: str = TEXT) -> Vocabulary:
    return merge([("test", vocabulary_file(text, where="vocabulary.toml"))])


def days(
    subject: str, key: str, now: Mapping[str, float], then: Mapping[str, float], count: int = 28
) -> CountedRows:
    """*count* equal days at the end of each window."""
    rows = [
        {
            "shop": "s",
            "key": key,
            "name": key.title(),
            "from": last - timedelta(days=i),
            "to": last - timedelta(days=i),
            **counts,
        }
        for last, counts in ((LAST, now), (LAST - timedelta(days=28), then))
        for i in range(count)
    ]
    return CountedRows(subject, f"{subject}-{key}", Grain.DAY, pl.DataFrame(rows))


def told(rows: Sequence[CountedRows], id_: str) -> Explained | None:
    return next((c for c in split_changes(rows, WINDOW, words()) if c.what.id == id_), None)


SHOP = days(
    "shop",
    "s",
    {"views": 100.0, "buyers": 4.0, "gmv": 120.0},
    {"views": 50.0, "buyers": 2.0, "gmv": 60.0},
)


def test_twice_the_visitors_is_all_of_twice_the_sales() -> None:
    found = told([SHOP], "steps")

    assert found is not None
    (row,) = found.rows
    assert row.change == pytest.approx(28 * 60)
    assert row.steps == pytest.approx((28 * 60, 0, 0))
    assert found.rest is None
    assert (found.now, found.then) == (WINDOW.current, WINDOW.before)


def test_channels_and_what_they_leave_add_up_to_the_shop() -> None:
    live = days("channel", "live", {"views": 10.0, "gmv": 30.0}, {"views": 20.0, "gmv": 40.0})
    found = told([SHOP, live], "channels")

    assert found is not None
    assert found.rest is not None
    assert [row.name for row in found.rows] == ["LIVEs"]
    assert found.rest.change == pytest.approx(28 * 70)
    assert found.total.change == pytest.approx(28 * 60)
    total = found.total
    assert sum(total.steps) + total.other == pytest.approx(total.change)


def test_a_channel_that_is_not_there_every_day_had_nothing_on_the_others() -> None:
    rows = days("channel", "live", {"views": 10.0, "gmv": 30.0}, {"views": 20.0, "gmv": 40.0}, 24)
    lives = CountedRows("channel", "lives", Grain.DAY, rows.frame.gather_every(2))

    found = told([SHOP, lives], "channels")

    assert found is not None
    assert found.rows[0].now == pytest.approx(12 * 30)


def test_a_file_that_begins_in_the_middle_of_the_window_before_is_not_compared() -> None:
    late = SHOP.frame.filter(pl.col("from") >= LAST - timedelta(days=40))
    rows = CountedRows("shop", "shop", Grain.DAY, late)

    assert told([rows], "steps") is None


def test_two_days_say_nothing() -> None:
    few = days("shop", "s", {"views": 9.0, "gmv": 9.0}, {"views": 3.0, "gmv": 1.0}, 2)

    assert split_changes([few], WINDOW, words()) == ()


def test_without_a_window_there_is_no_change() -> None:
    assert split_changes([SHOP], NO_WINDOW, words()) == ()


def product(key: str, span: Period, views: float, gmv: float) -> dict[str, object]:
    counts = {"views": views, "gmv": gmv}
    return {"shop": "s", "key": key, "name": key, "from": span.first, "to": span.last, **counts}


def test_months_of_products_are_compared_and_the_mix_stands_apart() -> None:
    april = Period(date(2026, 4, 1), date(2026, 4, 30))
    may = Period(date(2026, 5, 1), date(2026, 5, 31))
    frame = pl.DataFrame(
        [
            product("dear", may, 900.0, 9_000.0),
            product("cheap", may, 100.0, 100.0),
            product("dear", april, 100.0, 1_000.0),
            product("cheap", april, 900.0, 900.0),
        ]
    )
    found = told([CountedRows("product", "list", Grain.PERIOD, frame)], "products")

    assert found is not None
    assert (found.now, found.then) == (may, april)
    volume, mix, worth = found.total.steps
    assert (volume, worth) == pytest.approx((0, 0), abs=1e-6)
    assert mix == pytest.approx(7_200)


def test_a_new_product_came_by_the_mix() -> None:
    april = Period(date(2026, 4, 1), date(2026, 4, 30))
    may = Period(date(2026, 5, 1), date(2026, 5, 30))
    frame = pl.DataFrame(
        [
            product("old", may, 100.0, 100.0),
            product("new", may, 100.0, 300.0),
            product("old", april, 200.0, 200.0),
        ]
    )
    found = told([CountedRows("product", "list", Grain.PERIOD, frame)], "products")

    assert found is not None
    new = next(row for row in found.rows if row.key == "new")
    assert new.steps == pytest.approx((0, 300, 0))


def test_stages_and_steps_that_do_not_fit_are_a_mistake() -> None:
    with pytest.raises(Mistakes, match="change steps: 3 stages and 2 steps do not fit"):
        words(TEXT.replace('["came", "bought", "spent"]', '["came", "bought"]'))
