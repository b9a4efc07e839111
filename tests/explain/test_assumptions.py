"""What would be if a metric were another number: it is that number, and what follows follows."""

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.errors import AdvisorError, Mistakes
from advisor.explain.assumptions import as_if, supposing
from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import measure
from advisor.metrics.required import RequiredMetrics
from tests.core import WINDOW, WORDS, counted

WANTED = RequiredMetrics(frozenset(("ctr", "order_rate", "cpc", "aov", "roas", "gmv")))
ADS = (
    {"key": "a", "impressions": 1_000, "clicks": 10, "orders": 2, "gmv": 50, "spend": 20},
    {"key": "b", "impressions": 3_000, "clicks": 60, "orders": 3, "gmv": 90, "spend": 40},
)
SHOP = ({"key": "here", "gmv": 1_000, "orders": 40},)


def measured(kind: str, *texts: str, rows: Sequence[CountedRows] = ()) -> pl.DataFrame:
    sources = tuple(rows) or (counted("ad", ADS), counted("shop", SHOP))
    made = as_if(supposing(texts, WORDS), WORDS)(sources, WINDOW)
    return measure(made, {kind: WANTED}, WINDOW, WORDS)[kind].frame


def test_the_metric_is_what_it_is_set_to_and_what_follows_keeps_its_rates() -> None:
    was, now = measured("ad"), measured("ad", "ad.ctr=3%")

    assert now["ctr"].to_list() == pytest.approx([0.03, 0.03])
    assert now["gmv"].to_list() == pytest.approx([150.0, 135.0])
    for same in ("order_rate", "aov"):
        assert now[same].to_list() == pytest.approx(was[same].to_list())


def test_a_cost_changes_what_the_same_money_buys() -> None:
    now = measured("ad", "ad.cpc=exactly:1")

    assert now["cpc"].to_list() == pytest.approx([1.0, 1.0])
    assert now["cpc.x"].to_list() == [20.0, 40.0]
    assert now["roas"].to_list() == pytest.approx([5.0, 1.5])


def test_one_subject_is_named_by_its_key_and_the_others_stay() -> None:
    was, now = measured("ad"), measured("ad", "ad[a].ctr=3%")

    assert now["ctr"].to_list() == pytest.approx([0.03, 0.02])
    assert now["gmv"][1] == was["gmv"][1]


def test_the_shop_gets_the_difference_of_what_it_has_too() -> None:
    assert measured("shop", "ad.ctr=3%")["gmv"].to_list() == pytest.approx([1_145.0])


def test_suppositions_come_one_upon_the_other() -> None:
    now = measured("ad", "ad.ctr=3%", "ad.order_rate=exactly:10%")

    assert now["ctr"].to_list() == pytest.approx([0.03, 0.03])
    assert now["order_rate"].to_list() == pytest.approx([0.1, 0.1])


def test_the_window_before_stays() -> None:
    rows = [counted("ad", [{"day": d, "impressions": 100, "clicks": 1} for d in (-3, 5)])]
    wanted = {"ad": RequiredMetrics(frozenset(("ctr",)), frozenset(("ctr",)))}
    made = as_if(supposing(("ad.ctr=5%",), WORDS), WORDS)(tuple(rows), WINDOW)

    frame = measure(made, wanted, WINDOW, WORDS)["ad"].frame
    assert frame["ctr"].to_list() == pytest.approx([0.05])
    assert frame.select(pl.col("ctr.before.x") / pl.col("ctr.before.d")).item() == pytest.approx(
        0.01
    )


def test_from_nothing_nothing_grows() -> None:
    rows = [counted("ad", [{"impressions": 100, "clicks": 0, "orders": 0}])]

    assert measured("ad", "ad.ctr=5%", rows=rows)["ctr"].to_list() == [0.0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 10_000), st.integers(1, 500), st.integers(0, 50)),
        min_size=1,
        max_size=5,
    ),
    st.floats(0.001, 0.9),
)
def test_whatever_the_counts_the_metric_is_the_value_and_no_rate_after_it_moves(
    ads: list[tuple[int, int, int]], value: float
) -> None:
    rows = [
        counted(
            "ad",
            [
                {"key": str(i), "impressions": seen + clicks, "clicks": clicks, "orders": orders}
                for i, (seen, clicks, orders) in enumerate(ads)
            ],
        )
    ]
    was, now = measured("ad", rows=rows), measured("ad", f"ad.ctr=exactly:{value}", rows=rows)

    assert now["ctr"].to_list() == pytest.approx([value] * len(ads))
    assert now["order_rate"].to_list() == pytest.approx(was["order_rate"].to_list())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("adds.ctr=1%", "'adds.ctr=1%': unknown kind 'adds'; did you mean 'ad'?"),
        ("ad.ctrr=1%", "'ad.ctrr=1%': unknown metric 'ctrr'; did you mean 'ctr'?"),
        ("ad.ctr=x", "'ad.ctr=x': 'x' is no number"),
        ("ad.ctr=180%", "'ad.ctr=180%': CTR cannot be 180%; write 1.8 % as 1.8%"),
        ("ad.cpc=0", "'ad.cpc=0': CPC cannot be 0: nothing is had for nothing"),
        ("ad.cpc=5%", "'ad.cpc=5%': CPC is no share; write it without %"),
        ("ctr", "'ctr' names no kind, metric and value"),
    ],
)
def test_what_cannot_be_set_says_why(text: str, says: str) -> None:
    with pytest.raises(Mistakes) as caught:
        supposing(("ad.ctr=1%", text), WORDS)

    assert caught.value.mistakes == (says,)


def test_a_metric_that_no_file_has_is_a_mistake() -> None:
    with pytest.raises(AdvisorError) as caught:
        measured("ad", "ad.engagement=5%")

    assert caught.value.message == "no file has Engagement of ads here"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("ad.ctr=1.5%", [0.015, 0.02]),  # higher is better
        ("ad.ctr=exactly:1.5%", [0.015, 0.015]),
        ("ad[b].ctr=1.5%", [0.01, 0.015]),
        ("ad.cpc=1", [1.0, 40 / 60]),  # lower is better
        ("ad.cpc=exactly:1", [1.0, 1.0]),
    ],
)
def test_without_a_key_only_those_that_are_worse_change(
    setting: str, expected: Sequence[float]
) -> None:
    metric = setting.partition("=")[0].rpartition(".")[2]
    assert measured("ad", setting)[metric].to_list() == pytest.approx(expected)


@given(st.floats(0.001, 0.5))
def test_a_wish_never_lowers_sales(wish: float) -> None:
    was, now = measured("shop"), measured("shop", f"ad.ctr={wish}")
    assert now["gmv"][0] >= was["gmv"][0] - 1e-9
