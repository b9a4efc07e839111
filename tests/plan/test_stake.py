"""A finding is worth the gap to its band's edge, times what passes through it, for a month."""

from collections.abc import Mapping
from typing import Any

import attrs
import pytest

from advisor.business import Business
from advisor.plan.stake import Edge, NoStake, Stake, edge_of, stake
from tests.core import US, WORDS


@pytest.mark.parametrize(
    ("value", "wanted", "expected"),
    [
        (0.005, ("good", "high"), Edge(0.01, above=False)),
        (0.01, ("good", "high"), None),
        (0.02, ("good",), None),
        (0.05, ("good",), Edge(0.03, above=True)),
        (0.05, ("good", "high"), None),
        (0.005, ("low", "good"), None),
    ],
)
def test_the_edge_is_the_one_that_the_value_has_to_reach(
    value: float, wanted: tuple[str, ...], expected: Edge | None
) -> None:
    assert edge_of(wanted, 0.01, 0.03, value) == expected


@pytest.mark.parametrize("wanted", [("good",), ("high",), ("low",)])
def test_without_a_band_there_is_no_edge(wanted: tuple[str, ...]) -> None:
    assert edge_of(wanted, None, None, 1.0) is None


CTR: Mapping[str, object] = {"ctr": 0.01, "ctr.lo": 0.008, "ctr.hi": 0.012, "ctr.d": 10_000.0}
CPC: Mapping[str, object] = {"cpc": 3.0, "cpc.lo": 2.5, "cpc.hi": 4.0, "cpc.d": 100.0}


def about(low: float, mid: float, high: float, what: str) -> Any:
    limits: list[Any] = [pytest.approx(v) for v in (low, mid, high)]
    return Stake(limits[0], limits[1], limits[2], what)


def of(
    metric: str,
    row: Mapping[str, object],
    edge: Edge | None,
    *,
    worth: float | None = 5.0,
    days: float | None = 15.0,
    business: Business = US,
) -> Stake | NoStake:
    return stake(WORDS.metrics[metric], row, edge, business, WORDS, worth=worth, days=days)


def test_a_share_is_worth_its_gap_times_volume_times_what_one_more_brings() -> None:
    found = of("ctr", CTR, Edge(0.02, above=False))

    # Two fortnights of a hundred more clicks, each worth 5.
    assert found == about(800.0, 1_000.0, 1_200.0, "sales")


def test_a_cost_is_worth_what_is_paid_above_the_edge() -> None:
    found = of("cpc", CPC, Edge(2.0, above=True), worth=None)

    assert found == about(100.0, 200.0, 400.0, "ad spend")


def test_sales_count_with_the_margin_where_it_is_stated_and_spend_does_not() -> None:
    half = attrs.evolve(US, margin=0.5)

    sales = of("ctr", CTR, Edge(0.02, above=False), business=half)
    spend = of("cpc", CPC, Edge(2.0, above=True), business=half)

    assert (sales, spend) == (
        about(400.0, 500.0, 600.0, "margin"),
        about(100.0, 200.0, 400.0, "ad spend"),
    )


@pytest.mark.parametrize(
    ("row", "edge", "worth", "days"),
    [
        (CTR, None, 5.0, 15.0),
        (CTR, Edge(0.02, above=False), 5.0, None),
        (CTR, Edge(0.02, above=False), 5.0, 0.0),
        (CTR, Edge(0.02, above=False), None, 15.0),
        ({**CTR, "ctr": None}, Edge(0.02, above=False), 5.0, 15.0),
        ({**CTR, "ctr.d": None}, Edge(0.02, above=False), 5.0, 15.0),
    ],
    ids=["inside", "no days", "zero days", "no price", "no value", "no volume"],
)
def test_what_cannot_be_priced_says_why(
    row: Mapping[str, object], edge: Edge | None, worth: float | None, days: float | None
) -> None:
    found = of("ctr", row, edge, worth=worth, days=days)

    assert isinstance(found, NoStake)
    assert found.because


def test_a_limit_without_end_promises_no_more_than_the_value() -> None:
    row = {**CPC, "cpc.hi": float("inf")}

    found = of("cpc", row, Edge(2.0, above=True), worth=None)

    assert isinstance(found, Stake)
    assert found.high == pytest.approx(200.0)
