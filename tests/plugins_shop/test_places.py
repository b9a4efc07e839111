"""Whose buyers live elsewhere: by province, and without a word about which province or who."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from advisor.model.reading import File, Grain, Period, Reading, Table
from advisor_tiktok_shop.places import ENOUGH, REST, buyers_apart, by_place
from advisor_tiktok_shop.words import PLACED_ORDERS
from tests.blocks import block, derived_of
from tests.plugins_shop.reads import read, written
from tests.shapes import Row, orders

PERIOD = Period(date(2026, 10, 1), date(2026, 10, 31))


def sales(counts: Mapping[tuple[str, str | None], int]) -> pl.DataFrame:
    """So many orders of each product from each place, one row each."""
    rows = [(product, place) for (product, place), count in counts.items() for _ in range(count)]
    return pl.DataFrame(
        {
            "product": [product for product, _ in rows],
            "place": [place for _, place in rows],
            "by.order_id": [str(number) for number in range(len(rows))],
            "_row": pl.Series(range(2, len(rows) + 2), dtype=pl.UInt32),
        },
        schema_overrides={"place": pl.String},
    )


def reading(*tables: Table) -> Reading:
    return Reading(File(Path("o"), "o", 0, "o"), "test", "orders", "Orders", tables, 0)


def apart(counts: Mapping[tuple[str, str | None], int]) -> dict[str, tuple[float, float, float]]:
    """`buyers_apart` of each product, with its limits."""
    table = by_place(sales(counts), PERIOD, "a")
    derived = derived_of(buyers_apart(block(reading(table)).counts)) if table else None
    rows: Sequence[Mapping[str, float]] = derived.frame.to_dicts() if derived else ()
    values = ("buyers_apart.lo", "buyers_apart", "buyers_apart.hi")
    return {str(row["key"]): tuple(row[v] for v in values) for row in rows}  # type: ignore[misc]


Orders = Mapping[tuple[str, str | None], int]
ELSEWHERE: Orders = {
    ("jar", "north"): 150,
    ("jar", "south"): 150,
    ("jar", "coast"): 10,
    ("poncho", "coast"): 180,
    ("poncho", "north"): 20,
    ("mug", "north"): 300,
    ("mug", "south"): 300,
    ("mug", "coast"): 20,
}


def test_a_product_bought_where_the_others_are_not_stands_apart() -> None:
    low, value, high = apart(ELSEWHERE)["poncho"]

    # 90 % of its orders are from the coast, where 3 % of the others are.
    assert low < value < 0.87 < high
    assert low > 0.7


def test_only_one_product_has_no_others_to_be_held_against() -> None:
    assert apart({("mug", "north"): 300, ("mug", "south"): 300}) == {}


def test_chance_alone_takes_no_buyers_apart() -> None:
    chance = np.random.default_rng(3)
    shares = chance.dirichlet(np.full(30, 2.0))
    surely = 0
    for _ in range(40):
        drawn: Orders = {
            (f"p{product}", f"place {place}"): int(count)
            for product in range(8)
            for place, count in enumerate(chance.multinomial(150, shares))
        }
        surely += sum(low >= 0.02 for low, _, _ in apart(drawn).values())

    assert surely <= 0.05 * 40 * 8


def test_a_place_of_few_orders_is_one_of_the_rest_and_none_is_named() -> None:
    few: Orders = {("mug", f"hamlet {n}"): ENOUGH - 1 for n in range(3)}
    table = by_place(sales({**ELSEWHERE, **few, ("mug", None): 50}), PERIOD, "a")

    assert table is not None
    assert (table.subject, table.grain) == ("shop", Grain.PERIOD)
    assert set(table.frame["by.place"]) == {"1", "2", "3", REST}
    rest = table.frame.filter(pl.col("by.place") == REST)
    assert rest[PLACED_ORDERS].to_list() == [3.0 * (ENOUGH - 1)]
    assert table.frame[PLACED_ORDERS].sum() == 1_130 + 27


def test_where_nobody_says_where_they_live_nothing_is_kept() -> None:
    assert by_place(sales({("mug", None): 90}), PERIOD, "a") is None
    assert by_place(sales({("mug", "north"): 90}), PERIOD, "a") is None
    assert by_place(sales({("mug", f"hamlet {n}"): 5 for n in range(20)}), PERIOD, "a") is None


def test_a_product_goes_by_the_key_that_other_files_give_its_name() -> None:
    table = by_place(sales(ELSEWHERE), PERIOD, "a")
    assert table is not None
    names = pl.DataFrame({"key": ["17", "18", "19"], "name": ["poncho", "mug", "mug"]})
    listed = Table("product", "list", Grain.PERIOD, names)

    derived = derived_of(buyers_apart(block(reading(table, listed)).counts))

    assert derived is not None
    assert sorted(derived.frame["key"]) == ["17", "jar", "mug"]  # two products are called mug


def test_one_odd_product_does_not_make_the_others_odd() -> None:
    alike: Orders = {(p, w): 100 for p in ("mug", "cup", "jar") for w in ("north", "south")}

    found = apart({**alike, ("poncho", "coast"): 180, ("poncho", "north"): 20})

    assert found["poncho"][0] > 0.7
    assert all(found[name][1] == 0 for name in ("mug", "cup", "jar"))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_newest_file_speaks(order: tuple[int, int]) -> None:
    old = by_place(sales(ELSEWHERE), Period(date(2026, 8, 1), date(2026, 8, 31)), "a")
    new = by_place(
        sales({(p, w): 100 for p in ("poncho", "mug", "jar") for w in ("north", "coast")}),
        PERIOD,
        "b",
    )
    assert old is not None
    assert new is not None
    both = [reading(old), reading(new)]

    derived = derived_of(buyers_apart(block(*(both[at] for at in order)).counts))

    assert derived is not None
    assert derived.frame["buyers_apart"].to_list() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("region", ["US", "ID"])
def test_an_export_of_orders_is_counted_by_place_and_keeps_no_name_of_one(
    region: orders.Region, tmp_path: Path
) -> None:
    rows: list[Row] = [
        {
            "order_id": f"5770000000000{number:05d}",
            "sku_id": f"1729{number % 2:014d}",
            "product_name": ("Poncho", "Mug")[number % 2],
            "created": datetime(2026, 10, 1 + number % 28, 12),
            "buyer": f"buyer {number}",
            "place": ("Freedonia Coast", "Sylvania")[number % 2 if number < 80 else 0],
        }
        for number in range(100)
    ]
    found = read(written(tmp_path, "All order.csv", orders.orders(rows, region=region)))

    (table,) = (t for t in found.tables if "by.place" in t.frame.columns)
    counted = dict(table.frame.group_by("by.product").agg(pl.col(PLACED_ORDERS).sum()).rows())
    assert counted == {"Poncho": 50, "Mug": 50}
    assert set(table.frame["by.place"]) == {"1", "2"}
    assert not any("reedonia" in str(t.frame.to_dicts()) for t in found.tables)
    derived = derived_of(buyers_apart(block(found).counts))
    assert derived is not None
    assert derived.frame["buyers_apart.lo"].min() > 0.4  # type: ignore[operator]
