"""A zero that was counted is a number: how many visits a shop had that sold nothing."""

from collections.abc import Sequence

import attrs
import pytest

from advisor import derive
from advisor.model.reading import Grain, Reading
from advisor_tiktok_shop.unsold import unsold
from tests.blocks import block
from tests.plugins_shop.test_standing import WINDOW, reading

Known = dict[str, float | None]


def found(
    *readings: Reading, family: str | None = None, name: str = "unsold_visits"
) -> tuple[float, float] | None:
    whole = {"shop": "shop", "product": "shop-product"}
    named: list[Reading] = []
    for one in readings:
        tables = (attrs.evolve(t, family=family or whole[t.subject]) for t in one.tables)
        named.append(attrs.evolve(one, tables=tuple(tables)))
    given = block(*named, window=WINDOW)
    rows = [row for one in derive(unsold(given.counts)) for row in one.frame.to_dicts()]
    days = {"unsold_visits": "unsold_days", "few_visits": "few_visits_days"}[name]
    known = [(row[name], row[days]) for row in rows if row.get(name) is not None]
    return known[0] if known else None


def daily(counts: Known, days: int = 14) -> Reading:
    return reading("shop", [("s", day, counts) for day in range(days)])


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"visitors": 40.0, "orders": 0.0}, (560.0, 14.0)),
        ({"page_views": 60.0, "gmv": 0.0}, (840.0, 14.0)),
        ({"visitors": 40.0, "page_views": 60.0, "customers": 0.0}, (560.0, 14.0)),
        ({"product_clicks": 50.0, "sku_orders": 0.0}, (700.0, 14.0)),
        ({"visitors": 40.0, "orders": 1.0}, (0.0, 0.0)),
        ({"visitors": 40.0, "orders": 0.0, "gmv": 9.0}, (0.0, 0.0)),
        ({"visitors": 40.0}, None),
        ({"orders": 0.0}, None),
        ({"visitors": 40.0, "orders": None}, None),
    ],
)
def test_visits_without_a_sale_are_counted_by_whatever_the_file_has(
    counts: Known, said: tuple[float, float] | None
) -> None:
    assert found(daily(counts)) == said


def test_too_few_visits_or_days_are_no_evidence() -> None:
    assert found(daily({"visitors": 60.0, "orders": 0.0}, 7)) == (420.0, 7.0)
    assert found(daily({"visitors": 100.0, "orders": 0.0}, 6)) is None
    assert found(daily({"visitors": 42.0, "orders": 0.0}, 7)) is None
    assert found(daily({"visitors": 42.0, "orders": 0.0}, 7), name="few_visits") == (294.0, 7.0)
    assert found(daily({"visitors": 42.0, "orders": 0.0}, 6), name="few_visits") is None
    assert found(daily({"visitors": 42.0, "orders": 1.0}, 7), name="few_visits") is None
    assert found(daily({"visitors": 60.0, "orders": 0.0}, 7), name="few_visits") is None


def products(*rows: Known) -> Reading:
    listed: Sequence[tuple[str, int, Known]] = [(str(i), 0, row) for i, row in enumerate(rows)]
    return reading("product", listed, Grain.PERIOD, days=28)


def test_a_list_of_products_speaks_for_the_shop() -> None:
    none: Known = {"page_views": 500.0, "items_sold": 0.0}
    assert found(products(none, none)) == (1_000.0, 28.0)
    assert found(products(none, {**none, "items_sold": 1.0})) == (0.0, 0.0)


def test_a_sale_in_any_file_contradicts_a_zero() -> None:
    sold = products({"page_views": 500.0, "items_sold": 2.0})
    assert found(daily({"visitors": 40.0, "orders": 0.0}), sold) == (0.0, 0.0)


def test_no_sale_in_one_program_or_channel_says_nothing_of_the_shop() -> None:
    none: Known = {"product_clicks": 500.0, "items_sold": 0.0}
    assert found(products(none)) == (500.0, 28.0)
    assert found(products(none), family="shop-product-affiliate") is None
    assert found(daily({"product_clicks": 50.0, "gmv": 0.0}), family="shop-video") is None
