"""Why a total changed: the steps' shares are exact, whatever the order and wherever there are
zeros."""

import math
from itertools import permutations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.stats.decomposition import contributions, lmdi, rounded, shapley, step_column

STAGES = ("visitors", "buyers", "gmv")
above = st.floats(1e-3, 1e6, allow_nan=False)
any_count = st.one_of(st.just(0.0), st.floats(0.5, 1e6))


def shares(
    now: tuple[float, ...], then: tuple[float, ...], method: str = "lmdi"
) -> tuple[float | None, ...]:
    find = {"lmdi": lmdi, "shapley": shapley}[method]
    frame = pl.DataFrame({f"n{i}": [v] for i, v in enumerate(now)}).with_columns(
        pl.lit(v).alias(f"t{i}") for i, v in enumerate(then)
    )
    told = find(
        [pl.col(f"n{i}") for i in range(len(now))], [pl.col(f"t{i}") for i in range(len(then))]
    )
    return frame.select(share.alias(str(i)) for i, share in enumerate(told)).row(0)


def chain(
    rows: list[tuple[tuple[float, ...], tuple[float, ...]]], *, mix: bool = False
) -> pl.DataFrame:
    columns = {
        f"{stage}{end}": [row[at][i] for row in rows]
        for i, stage in enumerate(STAGES)
        for at, end in enumerate(("", ".before"))
    }
    return contributions(
        pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Float64)), STAGES, mix=mix
    )


VIEWS = ((140_000.0, 0.014, 0.03, 42.0), (100_000.0, 0.02, 0.04, 40.0))


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("lmdi", (948.5, -1005.5, -811.0, 137.5)),
        ("shapley", (981.5, -1025.2, -828.1, 141.5)),
    ],
)
def test_the_published_example_comes_out(method: str, expected: tuple[float, ...]) -> None:
    told = shares(*VIEWS, method)

    assert [round(share or 0.0, 1) for share in told] == list(expected)
    assert math.fsum(share or 0.0 for share in told) == pytest.approx(-730.4, abs=1e-9)


@given(st.lists(st.tuples(above, above), min_size=1, max_size=5))
def test_the_shares_add_up_to_the_change(factors: list[tuple[float, float]]) -> None:
    now, then = (tuple(pair[i] for pair in factors) for i in (0, 1))
    change = math.prod(now) - math.prod(then)
    size = max(math.prod(now), math.prod(then))
    for method in ("lmdi", "shapley"):
        told = [share or 0.0 for share in shares(now, then, method)]
        assert math.fsum(told) == pytest.approx(change, abs=1e-9 * max(size, *map(abs, told)))


@given(st.lists(st.tuples(above, above), min_size=2, max_size=3))
def test_the_order_of_the_steps_does_not_matter(factors: list[tuple[float, float]]) -> None:
    def told(ordered: tuple[tuple[float, float], ...]) -> dict[tuple[float, float], float]:
        now, then = (tuple(pair[i] for pair in ordered) for i in (0, 1))
        found = shares(now, then)
        return {pair: share or 0.0 for pair, share in zip(ordered, found, strict=True)}

    first = told(tuple(factors))
    for other in permutations(factors):
        again = told(other)
        assert all(again[pair] == pytest.approx(first[pair], rel=1e-6, abs=1e-6) for pair in first)


@given(st.lists(st.tuples(above, above), min_size=1, max_size=4))
def test_the_way_back_is_the_way_there_with_the_sign_turned(
    factors: list[tuple[float, float]],
) -> None:
    now, then = (tuple(pair[i] for pair in factors) for i in (0, 1))
    there, back = shares(now, then), shares(then, now)

    size = max(1.0, math.prod(now), math.prod(then))
    for a, b in zip(there, back, strict=True):
        assert (a or 0.0) == pytest.approx(-(b or 0.0), rel=1e-6, abs=1e-9 * size)


def test_without_a_positive_factor_the_logarithms_say_nothing() -> None:
    assert shares((0.0, 2.0), (1.0, 2.0)) == (None, None)


rows = st.lists(
    st.tuples(
        st.tuples(any_count, any_count, any_count), st.tuples(any_count, any_count, any_count)
    ),
    min_size=1,
    max_size=4,
)


@given(rows, st.booleans())
def test_each_row_adds_up_whatever_is_zero(
    parts: list[tuple[tuple[float, ...], tuple[float, ...]]], mix: bool
) -> None:
    found = chain(parts, mix=mix)
    told = [c for c in found.columns if c.startswith("step.")]

    for row, (now, then) in zip(found.iter_rows(named=True), parts, strict=True):
        added = math.fsum([*(row[c] for c in told), row["other"]])
        scale = max(1.0, now[-1], then[-1], *(abs(row[c]) for c in told))
        assert added == pytest.approx(now[-1] - then[-1], abs=1e-7 * scale)


def test_a_part_that_was_not_there_before_came_by_its_visitors() -> None:
    found = chain([((1_000.0, 50.0, 2_000.0), (0.0, 0.0, 0.0))])

    assert found.select("step.0", "step.1", "step.2", "other").row(0) == (2_000, 0, 0, 0)


def test_where_nobody_buys_any_more_the_loss_lies_at_the_purchase() -> None:
    visitors, conversion, basket = (
        chain([((1_000.0, 0.0, 0.0), (1_000.0, 50.0, 2_000.0))])
        .select("step.0", "step.1", "step.2")
        .row(0)
    )

    assert (visitors, conversion, basket) == (0, -2_000, 0)


def test_sales_of_nobody_are_unexplained() -> None:
    found = chain([((0.0, 5.0, 300.0), (10.0, 5.0, 200.0))])

    assert found.select("step.0", "step.1", "step.2", "other").row(0) == (0, 0, 0, 100)


def test_a_count_that_is_not_known_leaves_the_change_unexplained() -> None:
    frame = pl.DataFrame(
        {"a": [None], "a.before": [1.0], "g": [3.0], "g.before": [2.0]},
        schema=dict.fromkeys(("a", "a.before", "g", "g.before"), pl.Float64),
    )

    assert contributions(frame, ("a", "g")).select("step.0", "step.1", "other").row(0) == (0, 0, 1)


def test_a_rate_that_rises_because_every_part_fell_is_mix() -> None:
    """Every part converts worse than before, and all of them together better."""
    found = chain(
        [
            ((9_000.0, 900.0, 9_000.0), (1_000.0, 110.0, 1_100.0)),
            ((1_000.0, 10.0, 100.0), (9_000.0, 99.0, 990.0)),
        ],
        mix=True,
    )
    volume, mix, conversion, basket = (math.fsum(found[step_column(i)]) for i in range(4))

    assert volume == pytest.approx(0.0, abs=1e-9)  # as many visitors as before
    assert mix > 0
    assert conversion < 0
    assert basket == pytest.approx(0.0, abs=1e-9)
    assert mix + conversion == pytest.approx(9_100 - 2_090)


@given(st.lists(st.floats(-1e7, 1e7), min_size=1, max_size=12))
def test_rounded_amounts_add_up_to_the_rounded_sum(amounts: list[float]) -> None:
    found = rounded(amounts)

    cents = sum(round(x * 100) for x in found)
    assert cents == pytest.approx(math.fsum(amounts) * 100, abs=0.500001)
    assert all(abs(a - b) <= 0.01 + 1e-9 for a, b in zip(found, amounts, strict=True))
