"""Slopes and the test for one: against scipy, by what they must not depend on, and by how often
they see a trend where there is none."""

import math
import sys

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from advisor.stats.trend import (
    LEAST_POINTS,
    hamed_rao,
    kendall_variances,
    middle_slopes,
    neighbours,
    pairs_of,
    theil_sen,
    trend,
    trend_of,
    trends,
)
from tests.series import WEEK, logarithms

trend_module = sys.modules["advisor.stats.trend"]  # the function hides it in its package
# Whole numbers: ties are frequent, and sums are exact.
BY = ("series",)
VALUES = st.lists(st.integers(-50, 50), min_size=LEAST_POINTS, max_size=40)
SHUFFLED = st.integers(0, 10_000)
FEW = settings(deadline=None, max_examples=30)


def points(values: object, at: object = None) -> pl.DataFrame:
    listed = [float(v) for v in values]  # type: ignore[attr-defined]
    when = range(len(listed)) if at is None else at
    columns = {"at": [float(t) for t in when], "value": listed}  # type: ignore[attr-defined]
    return pl.DataFrame(columns).with_columns(series=0)


def limits(frame: pl.DataFrame, confidence: float = 0.95) -> pl.DataFrame:
    """What the pairs of one series tell, as if no neighbours went together."""
    variances = kendall_variances(frame, BY)
    return theil_sen(pairs_of(frame, BY), variances, BY, confidence=confidence).collect()


def inflation(correlation: float, n: int) -> float:
    frame = pl.DataFrame({"series": [0], "n": [n], "correlation": [correlation]})
    return float(hamed_rao(frame, BY).collect()["inflation"][0])


def correlation_of(frame: pl.DataFrame, slope: float) -> float:
    slopes = pl.DataFrame({"series": [0], "slope": [slope]})
    return float(neighbours(frame, slopes, BY).collect()["correlation"][0])


@FEW
@given(VALUES, st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_slope_and_limits_are_those_of_scipy(values: list[int], confidence: float) -> None:
    frame = points(values)
    ours = limits(frame, confidence)
    theirs = stats.theilslopes(values, np.arange(len(values)), alpha=confidence)
    assert theil(values) == pytest.approx(theirs.slope)
    assert (ours["slope_low"][0], ours["slope_high"][0]) == pytest.approx(
        (theirs.low_slope, theirs.high_slope)
    )


@FEW
@given(VALUES, st.data())
def test_ties_in_time_and_value_leave_the_variance_that_scipy_finds(
    values: list[int], data: st.DataObject
) -> None:
    at = data.draw(st.lists(st.integers(0, 9), min_size=len(values), max_size=len(values)))
    assume(len(set(at)) > 1 < len(set(values)))
    frame = points(values, at)
    score = int(pairs_of(frame, BY).collect()["sign"].sum())
    z = abs(score) / math.sqrt(kendall_variances(frame, BY).collect()["variance"][0])
    theirs = stats.kendalltau(at, values, method="asymptotic").pvalue
    assert 2 * stats.norm.sf(z) == pytest.approx(theirs, abs=1e-9)


@given(st.lists(st.integers(-20, 20), min_size=10, max_size=40, unique=True))
def test_without_ties_the_test_is_kendall_s_tau(values: list[int]) -> None:
    frame = points(values)
    n = len(values)
    score = float(stats.kendalltau(range(n), values)[0]) * n * (n - 1) / 2
    z = (abs(score) - 1) / math.sqrt(n * (n - 1) * (2 * n + 5) / 18) if round(score) else 0.0
    expected = 1.0 if round(score) == 0 else 2 * stats.norm.sf(z)
    assert math.erfc(limits(frame)["z"][0] / math.sqrt(2)) == pytest.approx(expected)


def test_ties_take_from_the_variance_what_they_cannot_order() -> None:
    # Kendall (1975): n = 10 with ties of 3 and 2 values.
    frame = points([1, 1, 1, 2, 3, 4, 5, 6, 6, 7])
    tied = (10 * 9 * 25 - 3 * 2 * 11 - 2 * 1 * 9) / 18
    assert kendall_variances(frame, BY).collect()["variance"][0] == pytest.approx(tied)


@FEW
@given(VALUES, SHUFFLED)
def test_the_order_of_the_points_says_nothing(values: list[int], seed: int) -> None:
    frame = points(values)
    assert trend(frame.sample(fraction=1.0, shuffle=True, seed=seed)) == trend(frame)


@FEW
@given(VALUES, st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_a_shift_in_value_or_time_changes_nothing(values: list[int], up: int, later: int) -> None:
    moved = points([v + up for v in values], [t + later for t in range(len(values))])
    assert trend(moved) == trend(points(values))


@FEW
@given(VALUES, st.sampled_from([0.25, 0.5, 2.0, 8.0]), st.sampled_from([0.5, 1.0, 4.0]))
def test_a_scale_is_that_of_the_slope(values: list[int], tall: float, long: float) -> None:
    plain = trend(points(values))
    scaled = trend(points([v * tall for v in values], [t * long for t in range(len(values))]))
    assert plain is not None
    assert scaled is not None
    for ours, theirs in zip(
        (scaled.slope.low, scaled.slope.value, scaled.slope.high),
        (plain.slope.low, plain.slope.value, plain.slope.high),
        strict=True,
    ):
        assert ours == pytest.approx(theirs * tall / long)
    assert (scaled.p, scaled.correlation) == (plain.p, plain.correlation)


@FEW
@given(VALUES, st.integers(-20, 20))
def test_a_line_added_is_added_to_the_slope(values: list[int], line: int) -> None:
    plain = trend(points(values))
    tilted = trend(points([v + line * t for t, v in enumerate(values)]))
    assert plain is not None
    assert tilted is not None
    assert tilted.slope.value == pytest.approx(plain.slope.value + line)


@FEW
@given(VALUES)
def test_backwards_in_time_a_trend_is_its_opposite(values: list[int]) -> None:
    plain, back = trend(points(values)), trend(points(values[::-1]))
    assert plain is not None
    assert back is not None
    assert back.p == pytest.approx(plain.p)
    assert back.slope.value == pytest.approx(-plain.slope.value)


@FEW
@given(VALUES)
def test_the_limits_hold_the_slope_and_tell_what_the_test_tells(values: list[int]) -> None:
    found = trend(points(values))
    assert found is not None
    assert found.slope.low <= found.slope.value <= found.slope.high
    assert 0 <= found.p <= 1
    if found.p < 0.04:  # the test's half step and the limits' whole places differ by little
        assert not found.slope.low < 0 < found.slope.high


def test_an_outlier_hardly_moves_the_slope() -> None:
    found = trend(points([10 + t + (500 if t == 25 else 0) for t in range(30)]))
    assert found is not None
    assert found.slope.value == pytest.approx(1.0)
    assert found.p < 1e-6


def test_a_zero_is_a_minus_infinite_logarithm_below_all_others() -> None:
    values = [float(v) for v in range(20)]
    values[5] = values[15] = -math.inf
    found = trend(points(values))
    assert found is not None
    assert found.slope.value == pytest.approx(1.0)


def test_many_zeros_have_no_trend_because_they_equal_each_other() -> None:
    assert trend(points([-math.inf] * 6 + [1.0] * 9)) is None


@pytest.mark.parametrize("values", [[], [1, 2], [1, 2, 3, 4], [None, 1, None, 2, 3, None, 4]])
def test_few_points_have_no_trend(values: list[float | None]) -> None:
    frame = pl.DataFrame(
        {"at": [float(t) for t in range(len(values))], "value": values},
        schema={"at": pl.Float64, "value": pl.Float64},
    )
    assert trend(frame) is None


def test_points_of_one_time_have_no_trend() -> None:
    assert trend(points([1, 2, 3, 4, 5, 6], [3] * 6)) is None


def test_a_series_that_never_changes_is_flat() -> None:
    found = trend(points([7] * 20))
    assert found is not None
    assert (found.slope.low, found.slope.value, found.slope.high, found.p) == (0, 0, 0, 1.0)


@given(st.floats(0.01, 0.9), st.integers(6, 300))
def test_what_goes_together_is_never_worth_more(correlation: float, n: int) -> None:
    assert inflation(correlation, n) > 1
    assert inflation(correlation, n) < (1 + correlation) / (1 - correlation) + 1e-9


def test_the_variance_of_a_series_that_goes_together_is_what_the_factor_says() -> None:
    rng = np.random.default_rng(8)
    days, runs, together = 60, 600, 0.5
    noise = np.empty((runs, days))
    last = rng.normal(size=runs)
    for at in range(days):
        last = together * last + np.sqrt(1 - together**2) * rng.normal(size=runs)
        noise[:, at] = last
    i, j = np.triu_indices(days, 1)
    scores = np.sign(noise[:, j] - noise[:, i]).sum(axis=1)
    plain = days * (days - 1) * (2 * days + 5) / 18
    assert scores.var() / plain == pytest.approx(inflation(together, days), rel=0.15)


def test_what_was_taken_out_before_counts_for_as_many_points_less() -> None:
    frame = points(logarithms(np.random.default_rng(9), 70))
    plain, less = trend(frame), trend(frame, taken_out=7)
    assert plain is not None
    assert less is not None
    assert less.inflation == pytest.approx(plain.inflation * 70 / 63)
    assert less.slope.low <= plain.slope.low <= plain.slope.high <= less.slope.high
    assert trend(frame, taken_out=66) is None


def test_the_correlation_of_neighbours_is_found_without_its_bias() -> None:
    rng = np.random.default_rng(7)
    weekday = WEEK[np.arange(42) % 7]
    for true in (0.3, 0.6):
        noise = [logarithms(rng, 42, together=true) - weekday for _ in range(150)]
        found = np.mean([correlation_of(points(one), theil(one)) for one in noise])
        # Without the correction it is 0.08 and 0.12 too low.
        assert found == pytest.approx(true, abs=0.05)


def theil(values: object) -> float:
    return float(middle_slopes(pairs_of(points(values), BY), BY).collect()["slope"][0])


def test_a_gap_has_no_neighbours_across_it() -> None:
    # Ups and downs in turn; every second day is missing, so what is left never goes together.
    values = [0, 9, 1, 8, 2, 9, 1, 8, 0, 9, 2, 8]
    assert correlation_of(points(values), 0.0) == 0.0
    assert correlation_of(points(values[::2] + values[1::2]), 0.0) > 0


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 1000))
def test_the_same_points_always_give_the_same_trend(seed: int) -> None:
    values = logarithms(np.random.default_rng(seed), 60)
    assert trend(points(values)) == trend(points(values))


@FEW
@given(st.lists(VALUES, min_size=2, max_size=5))
def test_series_say_the_same_together_as_each_alone(several: list[list[int]]) -> None:
    frames = [points(values).with_columns(series=at) for at, values in enumerate(several)]
    together = trends(pl.concat(frames), BY)
    alone = [trends(frame, BY) for frame in frames]
    assert together.equals(pl.concat(alone))
    assert [trend_of(row) for row in together.iter_rows(named=True)] == [
        told for values in several if (told := trend(points(values))) is not None
    ]


def test_many_series_are_worked_on_in_parts_of_whole_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trend_module, "MOST_PAIRS", 50)
    lengths = [5, 4, 3, 6, 2, 9, 1]
    frame = pl.concat(
        pl.DataFrame({"series": [at] * n, "at": range(n)}) for at, n in enumerate(lengths)
    )
    parts = list(trend_module._parts(frame, BY))
    assert pl.concat(parts).equals(frame)
    assert [part["series"].unique().to_list() for part in parts] == [[0, 1, 2], [3, 4], [5], [6]]
    assert next(iter(trend_module._parts(frame.head(7), BY))).height == 7
    assert list(trend_module._parts(frame.clear(), BY)) == []
