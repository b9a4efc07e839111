"""Rows have one order, whichever they come in."""

from datetime import date, timedelta

import polars as pl
import pytest

from advisor.ingest.row_order import _LONG, in_order
from advisor.stats import has_one_value, places_by_day, rises


def rows(days: int, ids: list[str], *, shop: str = "a") -> pl.DataFrame:
    """A row a day of each id, by day."""
    table = [(date(2026, 9, 1) + timedelta(days=day), id_) for day in range(days) for id_ in ids]
    frame = pl.DataFrame(table, schema={"from": pl.Date, "key": pl.String}, orient="row")
    number = pl.int_range(pl.len())
    return frame.with_columns(
        shop=pl.lit(shop),
        name=pl.lit("Ad ") + pl.col("key"),
        spend=(number * 7919 % 1009).cast(pl.Float64),
        clicks=(number % 13).cast(pl.Float64),
    )


MANY = [str(1_870_000_000_000_000_000 + 7 * at) for at in range(_LONG // 10)]


@pytest.mark.parametrize("ids", [MANY, ["2", "10", "9"], ["Mia", "Zoe"], ["7", "Mia", "12"]])
def test_the_order_in_a_file_does_not_matter(ids: list[str]) -> None:
    frame = rows(12, ids)
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=1)
    assert in_order(shuffled).equals(in_order(frame))
    assert in_order(frame)["from"].is_sorted()


def test_long_frames_have_the_order_of_short_ones() -> None:
    frame = rows(12, MANY)
    parts = [part for _, part in frame.group_by("from", maintain_order=True)]
    assert in_order(frame).equals(pl.concat([in_order(part) for part in parts]))
    assert in_order(frame).equals(frame)


def test_a_shop_has_the_order_that_it_has_alone() -> None:
    one, other = rows(12, MANY), rows(3, ["Mia", "5"], shop="b")
    both = in_order(pl.concat([other, one]).sample(fraction=1.0, shuffle=True, seed=2))
    assert both.equals(pl.concat([in_order(one), in_order(other)]))


def test_rows_of_one_id_and_day_are_told_apart_by_their_counts() -> None:
    frame = pl.concat([rows(12, MANY), rows(12, MANY[:1]).with_columns(clicks=99.0)])
    assert in_order(frame.reverse()).equals(in_order(frame))


def test_places_need_numbers_days_and_room() -> None:
    days = pl.Series([date(2026, 9, 1), date(2026, 9, 2)])
    places = places_by_day(days, pl.Series(["9", "8"]))
    assert places is not None
    assert rises(places)
    assert places_by_day(days, pl.Series(["9", "Mia"])) is None
    assert places_by_day(pl.Series([None, date(2026, 9, 2)]), pl.Series(["9", "8"])) is None
    assert places_by_day(days, pl.Series(["1", str(2**62)])) is None
    assert not rises(pl.Series([1, 1]))


def test_a_column_has_one_value() -> None:
    assert has_one_value(pl.Series(["a", "a"]))
    assert has_one_value(pl.Series([None, None], dtype=pl.String))
    assert not has_one_value(pl.Series(["a", "b"]))
    assert not has_one_value(pl.Series(["a", None]))
    assert not has_one_value(pl.Series([], dtype=pl.String))
