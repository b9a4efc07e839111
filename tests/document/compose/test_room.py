"""How many more orders, or points, until a value leaves its band: whole ones."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.metrics.value import Value
from advisor.model.vocabulary import Better, Metric, MetricKind, Unit

LATE = Metric(
    id="late",
    title="late",
    kind=MetricKind.EXACT,
    unit=Unit.SHARE,
    numerator=("late",),
    definition="",
    better=Better.LOWER,
)
VALID = attrs.evolve(LATE, better=Better.HIGHER)


def value(
    metric: Metric, at: float, n: float | None, low: float | None, high: float | None
) -> Value:
    return Value(metric, at, at, at, n, edge_low=low, edge_high=high, origin="a line")


@pytest.mark.parametrize(
    ("late", "orders", "line", "room"),
    [
        (3, 100, 0.04, 2),  # the fourth is on the line, the fifth crosses it
        (4, 100, 0.04, 1),
        (5, 100, 0.04, 0),
        (0, 10, 0.04, 1),  # of ten orders a single one breaks it
        (0, 1_000, 0.04, 41),
        (7, 70, 0.1, 1),
    ],
)
def test_late_orders_are_counted_until_one_crosses_the_line(
    late: int, orders: int, line: float, room: int
) -> None:
    assert value(LATE, late / orders, float(orders), None, line).room() == room


@pytest.mark.parametrize(("missed", "room"), [(0, 6), (5, 1), (6, 0)])
def test_where_more_is_better_the_missed_ones_are_counted(missed: int, room: int) -> None:
    assert value(VALID, 1 - missed / 100, 100.0, 0.95, None).room() == room


@given(st.integers(1, 5_000), st.data())
def test_one_order_less_than_the_room_stays_within_the_line(
    orders: int, data: st.DataObject
) -> None:
    late = data.draw(st.integers(0, orders))
    percent = data.draw(st.integers(0, 100))
    room = value(LATE, late / orders, float(orders), None, percent / 100).room()

    assert room is not None
    if room:
        assert (late + room - 1) * 100 <= percent * orders < (late + room) * 100
    else:
        assert late * 100 > percent * orders


def test_points_are_counted_where_there_are_no_orders() -> None:
    assert value(VALID, 210.0, None, 200.0, None).room() == 11


def test_without_a_line_on_the_worse_side_there_is_no_room_to_tell() -> None:
    assert value(LATE, 0.03, 100.0, 0.01, None).room() is None
    assert value(VALID, 0.03, 100.0, None, 0.5).room() is None
