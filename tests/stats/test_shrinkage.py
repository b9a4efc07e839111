"""Shrunken rates lie between the own rate and the siblings', and are as sure as they say."""

from collections.abc import Sequence

import attrs
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.metrics.required import metric_of
from advisor.metrics.values import with_values
from advisor.model.vocabulary import Metric
from advisor.stats.shrinkage import ENOUGH, rates_of, shrunk, shrunk_rates
from tests.core import WORDS

ORDER_RATE, CTR, ROAS, AOV, SALES = (
    metric_of(name, WORDS) for name in ("order_rate", "ctr", "roas", "aov", "sales")
)
Counts = Sequence[tuple[float | None, float | None]]
EIGHTY = 1.2816  # of a normal distribution, 80 % lie within as many standard deviations


def measured(metric: Metric, counts: Counts, shops: Sequence[str] | None = None) -> pl.DataFrame:
    """A measured frame of subjects with these numerators and denominators; an event is worth 10."""
    m = metric.id
    frame = pl.DataFrame(
        {
            "shop": shops or ["here"] * len(counts),
            "key": [str(number) for number in range(len(counts))],
            f"{m}.x": [x for x, _ in counts],
            f"{m}.d": [d for _, d in counts],
        },
        schema_overrides={f"{m}.x": pl.Float64, f"{m}.d": pl.Float64},
    ).with_columns(
        (pl.col(f"{m}.x") / 10 if metric.events else pl.col(f"{m}.x")).alias(f"{m}.e"),
        pl.lit(1.0).alias(f"{m}.phi"),
        pl.lit(1.0).alias(f"{m}.cv2"),
    )
    return with_values(frame, {m: metric})


def means(metric: Metric, counts: Counts, shops: Sequence[str] | None = None) -> list[float | None]:
    return shrunk(measured(metric, counts, shops), metric)[f"{metric.id}.shrunk"].to_list()


subjects = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 5_000)), min_size=5, max_size=40)


@settings(max_examples=100, deadline=None)
@given(subjects)
def test_a_shrunken_rate_lies_between_its_own_and_the_siblings(counts: Counts) -> None:
    found = shrunk(measured(ORDER_RATE, counts), ORDER_RATE)

    for own, to, value, se in found.select(
        "order_rate", "order_rate.shrunk.to", "order_rate.shrunk", "order_rate.shrunk.se"
    ).iter_rows():
        assert min(own, to) - 1e-9 <= value <= max(own, to) + 1e-9
        assert se > 0
    assert found["order_rate"].min() <= found["order_rate.shrunk.to"][0] + 1e-9
    assert found["order_rate"].max() >= found["order_rate.shrunk.to"][0] - 1e-9


@settings(max_examples=100, deadline=None)
@given(subjects, st.integers(1, 20), st.integers(2, 50))
def test_of_two_equal_rates_the_one_with_more_behind_it_stays_nearer_to_itself(
    counts: list[tuple[int, int]], events: int, times: int
) -> None:
    twins = [*counts, (events, 40 * events), (events * times, 40 * events * times)]

    small, large = means(ORDER_RATE, twins)[-2:]

    assert small is not None
    assert large is not None
    assert abs(large - 1 / 40) <= abs(small - 1 / 40) + 1e-12


@settings(max_examples=60, deadline=None)
@given(subjects, st.sampled_from([0.01, 1_000.0]))
def test_another_currency_or_unit_changes_nothing_else(counts: Counts, factor: float) -> None:
    scaled = attrs.evolve(ROAS, scale=factor)

    plain = shrunk(measured(ROAS, counts), ROAS)
    other = shrunk(measured(scaled, counts), scaled)

    for column in ("roas.shrunk", "roas.shrunk.se", "roas.shrunk.to"):
        for a, b in zip(plain[column], other[column], strict=True):
            assert b == (None if a is None else pytest.approx(a * factor, rel=1e-9))


@settings(max_examples=60, deadline=None)
@given(subjects, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(
    counts: list[tuple[int, int]], chance: object
) -> None:
    order = list(range(len(counts)))
    chance.shuffle(order)  # type: ignore[attr-defined]

    given_order = means(ORDER_RATE, counts)
    mixed = means(ORDER_RATE, [counts[at] for at in order])

    assert mixed == pytest.approx([given_order[at] for at in order], rel=1e-9)


def test_three_lucky_clicks_lead_no_list() -> None:
    counts = [(3, 40), *((c, 10_000) for c in (100, 120, 150, 180, 250, 300, 310, 330))]

    found = shrunk(measured(CTR, counts), CTR)

    sure = pl.col("ctr.shrunk") - EIGHTY * pl.col("ctr.shrunk.se")
    assert found.sort("ctr", descending=True)["key"][0] == "0"
    assert found.sort(sure, descending=True)["key"][0] == "8"


def test_shops_are_no_siblings_of_each_other() -> None:
    rich = [(50, 100), (60, 100), (55, 100), (52, 100), (58, 100)]
    poor = [(1, 100), (2, 100), (3, 100), (2, 100), (1, 100)]

    together = means(ORDER_RATE, [*rich, *poor], ["rich"] * 5 + ["poor"] * 5)

    assert together == pytest.approx([*means(ORDER_RATE, rich), *means(ORDER_RATE, poor)])


@pytest.mark.parametrize("metric", [ORDER_RATE, CTR, ROAS, AOV], ids=lambda m: m.id)
def test_too_few_siblings_say_nothing(metric: Metric) -> None:
    counts = [(5, 100), (20, 100), (60, 100), (0, 100)]
    assert len(counts) < ENOUGH
    before = measured(metric, counts)

    found = shrunk(before, metric)

    m = metric.id
    assert found[f"{m}.shrunk"].to_list() == before[m].to_list()
    assert found[f"{m}.shrunk.se"][0] == pytest.approx(before[m][0] * before[f"{m}.se"][0])
    assert found[f"{m}.shrunk.to"].null_count() == len(counts)


def test_no_order_of_a_hundred_clicks_is_as_unsure_as_one() -> None:
    found = shrunk(measured(ORDER_RATE, [(0, 100)]), ORDER_RATE)

    assert found["order_rate.shrunk"][0] == 0
    assert found["order_rate.shrunk.se"][0] == pytest.approx(0.01)


def test_missing_stays_missing_and_is_no_sibling() -> None:
    counts: Counts = [(1, 100), (2, 100), (3, 100), (4, 100), (5, 100)]

    with_gaps = means(ORDER_RATE, [*counts, (None, 100), (3, None), (0, 0)])

    assert with_gaps[5:] == [None, None, None]
    assert with_gaps[:5] == pytest.approx(means(ORDER_RATE, counts))


def test_where_nobody_sold_anything_a_rate_is_nothing_but_not_surely() -> None:
    found = shrunk(measured(ORDER_RATE, [(0, 100)] * 6), ORDER_RATE)

    assert found["order_rate.shrunk"].to_list() == [0.0] * 6
    assert found["order_rate.shrunk.se"].min() > 0  # type: ignore[operator]


def test_money_without_a_word_on_its_events_is_left_as_it_is() -> None:
    frame = measured(ROAS, [(50, 100), (60, 10), (20, 30), (10, 10), (70, 20)]).with_columns(
        pl.lit(None, pl.Float64).alias("roas.se")
    )

    found = shrunk(frame, ROAS)

    assert found["roas.shrunk"].to_list() == frame["roas"].to_list()
    assert found["roas.shrunk.se"].null_count() == 5


def test_a_total_has_no_siblings_to_lean_on() -> None:
    frame = measured(SALES, [(50, 1), (10, 1), (30, 1), (20, 1), (70, 1)])

    found = shrunk(frame, SALES)

    assert found["sales.shrunk"].to_list() == [50, 10, 30, 20, 70]


@pytest.mark.parametrize(
    ("differ", "subjects_each", "seed"),
    [(0.2, 8, 1), (0.5, 8, 2), (0.3, 30, 3), (0.6, 30, 4), (0.5, 120, 5)],
)
def test_the_80_percent_interval_holds_the_truth_80_times_of_100_even_of_the_worst(
    differ: float, subjects_each: int, seed: int
) -> None:
    """True rates are drawn, then clicks, then orders, on denominators of very different sizes."""
    chance = np.random.default_rng(seed)
    size = (1_500, subjects_each)
    true = chance.gamma(1 / differ**2, 0.03 * differ**2, size)
    clicks = np.maximum(1, np.round(chance.lognormal(np.log(1_500), 1.2, size)))
    orders = chance.poisson(true * clicks)
    frame = pl.DataFrame(
        {
            "shop": np.repeat([f"{n:04}" for n in range(size[0])], subjects_each),
            "key": np.tile([f"{n:04}" for n in range(subjects_each)], size[0]),
            "order_rate.x": orders.ravel().astype(float),
            "order_rate.d": clicks.ravel(),
            "true": true.ravel(),
        }
    ).with_columns(pl.lit(1.0).alias("order_rate.phi"))

    found = shrunk(with_values(frame, {"order_rate": ORDER_RATE}), ORDER_RATE)

    value = pl.col("order_rate.shrunk")
    holds = (pl.col("true") - value).abs() <= EIGHTY * pl.col("order_rate.shrunk.se")
    worst = value == value.min().over("shop")
    best = value == value.max().over("shop")
    every = found.select(holds.mean()).item()
    assert 0.75 <= every <= 0.85
    assert 0.75 <= found.filter(worst).select(holds.mean()).item() <= 0.85
    assert 0.75 <= found.filter(best).select(holds.mean()).item() <= 0.85


def test_shrunken_rates_are_nearer_to_the_truth_than_raw_ones() -> None:
    chance = np.random.default_rng(7)
    true = chance.gamma(4, 0.03 / 4, 2_000)
    clicks = np.maximum(1, np.round(chance.lognormal(np.log(300), 1.2, 2_000)))
    orders = chance.poisson(true * clicks)

    found = shrunk(
        measured(ORDER_RATE, list(zip(orders.astype(float), clicks, strict=True))), ORDER_RATE
    )

    def missed(column: str) -> float:
        return float(np.mean((found[column].to_numpy() - true) ** 2))

    assert missed("order_rate.shrunk") < 0.5 * missed("order_rate")


def test_what_is_usual_counts_for_little_where_many_siblings_refute_it() -> None:
    counts = [(20.0, 400.0)] * 400
    rates = rates_of(measured(ORDER_RATE, counts), ORDER_RATE).with_columns(pl.lit(1).alias("all"))

    plain, usual = (
        shrunk_rates(rates, by="all", usual=share)["shrunk.se"][0] for share in (0.0, 0.4)
    )

    assert 1 < usual / plain < 2
