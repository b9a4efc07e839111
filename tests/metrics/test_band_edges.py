"""Edges that depend on another metric are as unsure as that metric."""

import math
from typing import Any

import polars as pl
import pytest

from advisor.metrics.band_edges import effective_edges, held
from advisor.model.bands import Edges, OfSubject, Resolved
from advisor.stats.intervals import UNSEEN_SPREAD, limits_z, unseen_dispersion

CHEAP = Edges(None, 5.0, OfSubject("aov", below=25), "cheap")
MIDDLE = Edges(None, 20.0, OfSubject("aov", at_least=25, below=100), "middle")


def high(value: float | None, lo: float | None, hi: float | None, *edges: Edges) -> Any:
    frame = pl.DataFrame({"aov": [value], "aov.lo": [lo], "aov.hi": [hi]}, strict=False).cast(
        pl.Float64
    )
    _, edge = effective_edges([Resolved(edges)], lambda _: [1.0], frame.columns, conservative=True)
    return frame.select(edge).item()


@pytest.mark.parametrize(
    ("value", "lo", "hi", "expected"),
    [
        (20, 18, 22, 5),
        (50, 40, 60, 20),
        (24, 22, 26, 20),  # it may be of the middle
        (26, 24, 28, 20),
        (90, 70, 120, 20),  # above the middle there is no band, and the value lies in it
    ],
)
def test_the_widest_of_the_edges_holds_that_may_be_meant(
    value: float, lo: float, hi: float, expected: float
) -> None:
    assert high(value, lo, hi, CHEAP, MIDDLE) == expected


@pytest.mark.parametrize("limits", [(120, 90, 150), (None, None, None)])
def test_outside_of_all_parts_no_band_holds(
    limits: tuple[float | None, float | None, float | None],
) -> None:
    assert math.isnan(high(*limits, CHEAP, MIDDLE))


def test_outside_of_all_parts_the_general_band_holds() -> None:
    assert high(120, 110, 150, CHEAP, MIDDLE, Edges(None, 40.0, None, "all")) == 40


def test_an_edge_that_is_a_part_of_another_metric_is_taken_at_its_upper_limit() -> None:
    assert high(50, 40, 60, Edges(None, None, None, "own", part_of=(0.4, "aov"))) == 24


def test_a_pool_is_held_to_the_widest_edges_of_its_members() -> None:
    frame = pl.DataFrame({"cpp.held.low": [1.0, None], "cpp.held.high": [5.0, 20.0]})

    assert frame.select(held(frame.columns)).row(0) == (None, 20.0)


def z(value: float, lo: float, hi: float, edge_at: float) -> float:
    exprs = (pl.lit(v, pl.Float64) for v in (value, lo, hi, edge_at))
    found: float = pl.select(limits_z(*exprs)).item()
    return found


def test_a_score_from_limits_is_196_where_the_edge_is_the_limit() -> None:
    assert z(1.0, 0.5, 3.0, 0.5) == pytest.approx(1.96, abs=1e-4)
    assert z(1.0, 0.5, 3.0, 3.0) == pytest.approx(-1.96, abs=1e-4)
    assert z(-0.1, -0.2, -0.05, -0.05) == pytest.approx(-1.96, abs=1e-4)


def test_a_score_from_limits_is_that_of_the_wide_side_and_of_the_nearer_scale() -> None:
    # By difference to a mean of both limits it would be 2.4 times 1.96.
    assert z(1.0, 0.2, 2.0, 3.0) == pytest.approx(-1.96 * math.log(3) / math.log(2), abs=1e-3)


def test_days_that_nobody_sees_vary_by_a_quarter() -> None:
    def phi(x: float, n: float, days: float | None, *, proportion: bool) -> float:
        exprs = (pl.lit(v, pl.Float64) for v in (x, n, days))
        found: float = pl.select(unseen_dispersion(*exprs, proportion=proportion)).item()
        return found

    over_a_month = UNSEEN_SPREAD**2 / 28
    assert phi(0, 100, 28, proportion=True) == 1
    assert phi(1_000, 50_000, 28, proportion=False) == pytest.approx(1 + 1_000 * over_a_month)
    assert phi(1_000, 50_000, None, proportion=False) == phi(1_000, 50_000, 28, proportion=False)
    # However much there is of it, the relative error never falls below that of the days.
    error = math.sqrt(phi(1e9, 5e10, 28, proportion=False) / 1e9)
    assert error == pytest.approx(UNSEEN_SPREAD / math.sqrt(28), rel=1e-3)
