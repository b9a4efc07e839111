"""What daily rows show of a lever that was moved."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl
import pytest

from advisor.experiment.noticed import _ends, _steps
from advisor.metrics import metric_of
from tests.core import WORDS

FIRST = date(2026, 9, 1)


def spend(values: Mapping[str, Sequence[float | None]], shop: str = "corner") -> pl.DataFrame:
    """The spend of subjects by day; None is a day without a row."""
    rows = [
        {"shop": shop, "key": key, "from": FIRST + timedelta(days=at), "spend": value}
        for key, several in values.items()
        for at, value in enumerate(several)
        if value is not None
    ]
    return pl.DataFrame(rows)


def found(frame: pl.DataFrame) -> list[tuple[str, int]]:
    return [(key, (day - FIRST).days) for _, key, day in frame.sort("key", "day").iter_rows()]


@pytest.mark.parametrize(
    ("values", "days"),
    [
        ([10.0] * 8 + [20.0] * 8, [8]),
        (
            [10.0] * 8 + [20.0] * 7,
            [7],
        ),  # a week after the last old day, not yet after the first new
        ([10.0] * 8 + [20.0] * 6, []),
        ([10.0] * 7 + [15.0] + [20.0] * 8, [8]),
        ([10.0] * 8 + [12.0] * 8, []),
        ([10.0] * 8 + [20.0] * 3 + [10.0] + [20.0] * 4, []),
        ([10.0] * 8 + [20.0] * 3 + [None] + [20.0] * 4, []),  # a day that nobody knows
        ([20.0] * 8 + [10.0] * 8, []),  # the other way
    ],
)
def test_a_level_lasts_for_a_week_on_both_sides(
    values: list[float | None], days: list[int]
) -> None:
    frame = spend({"a": values, "b": [10.0] * 20})

    steps = _steps(frame, metric_of("spend", WORDS), up=True, total=True)

    assert found(steps) == [("a", day) for day in days]


def test_a_season_of_all_is_no_step() -> None:
    low_then_high = [10.0] * 8 + [20.0] * 8
    frame = spend({"a": low_then_high, "b": low_then_high})

    assert found(_steps(frame, metric_of("spend", WORDS), up=True, total=True)) == []


def test_one_that_ends_is_told_from_a_file_that_ends() -> None:
    on, off = [10.0] * 20, [10.0] * 10

    assert found(_ends(spend({"a": off, "b": on, "c": on}), "spend")) == [("a", 10)]
    assert found(_ends(spend({"a": off, "b": off, "c": on}), "spend")) == []
    assert found(_ends(spend({"a": [10.0] * 14, "b": on}), "spend")) == []


def test_shops_of_a_block_are_seen_as_each_of_them_alone() -> None:
    shops = {
        "a": spend({"x": [10.0] * 8 + [20.0] * 8, "y": [10.0] * 20}, "a"),
        "b": spend({"x": [10.0] * 10, "y": [9.0] * 20, "z": [8.0] * 20}, "b"),
        "c": spend({"x": [10.0] * 8 + [20.0] * 8, "y": [10.0] * 8 + [20.0] * 8}, "c"),
    }
    metric = metric_of("spend", WORDS)

    def seen(frame: pl.DataFrame) -> list[tuple[object, ...]]:
        steps = _steps(frame, metric, up=True, total=True)
        return sorted(pl.concat([steps, _ends(frame, "spend")]).iter_rows())

    alone = [row for frame in shops.values() for row in seen(frame)]
    assert seen(pl.concat(shops.values())) == alone
    assert [row[:2] for row in alone] == [("a", "x"), ("b", "x")]
