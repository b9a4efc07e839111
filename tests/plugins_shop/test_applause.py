"""What draws far more than usual, set against the shop's others."""

from collections.abc import Mapping

import pytest

from advisor import derive
from advisor_tiktok_shop.applause import LEAST, applause
from tests.blocks import block
from tests.plugins_shop.test_standing import WINDOW, reading

Counts = Mapping[str, float | None]
USUAL: Counts = {
    "views": 1_000.0,
    "likes": 500.0,
    "comments": 20.0,
    "shares": 10.0,
    "gmv": 200.0,
    "sku_orders": 10.0,
}
HIT: Counts = {**USUAL, "views": 10_000.0, "comments": 800.0, "shares": 100.0, "likes": 15_000.0}


def ratios(own: Counts, others: int = 9, kind: str = "live") -> dict[str, float | None]:
    """What is said of the subject `own` beside *others* usual ones; empty where nothing is."""
    rows = [("own", 3, own), *((f"usual {n}", n, USUAL) for n in range(others))]
    for derived in derive(applause(block(reading(kind, rows), window=WINDOW).counts)):
        assert derived.subject == kind
        return {r["key"]: r for r in derived.frame.to_dicts()}["own"]
    return {}


def test_a_hit_is_as_many_times_the_usual_as_it_is() -> None:
    found = ratios(HIT)

    assert found["views_ratio"] == found["views_ratio.lo"] == found["views_ratio.hi"] == 10
    assert found["answers_ratio"] == pytest.approx(3)  # 9 % where the others have 3 %
    assert found["sales_ratio"] == pytest.approx(0.1)


@pytest.mark.parametrize("name", ["answers_ratio", "sales_ratio"])
def test_the_limits_hold_the_value_and_close_in_on_it(name: str) -> None:
    few, many = ratios(HIT), ratios({c: n and n * 100 for c, n in HIT.items()})

    def width(found: dict[str, float | None]) -> float:
        low, value, high = (found[f"{name}{end}"] for end in (".lo", "", ".hi"))
        assert low is not None
        assert value is not None
        assert high is not None
        assert low < value < high
        return high / low

    assert width(many) < width(few)


def test_likes_of_a_live_are_no_answers_and_those_of_a_video_are() -> None:
    liked = {**USUAL, "likes": 5_000.0}

    assert ratios(liked, kind="live")["answers_ratio"] == pytest.approx(1)
    assert ratios(liked, kind="video")["answers_ratio"] == pytest.approx(5_030 / 530)


def test_without_an_order_sales_are_surely_less_only_where_many_came() -> None:
    full = ratios({**HIT, "gmv": 0.0, "sku_orders": 0.0})
    empty = ratios({**USUAL, "views": 100.0, "gmv": 0.0, "sku_orders": 0.0})

    assert (full["sales_ratio"], empty["sales_ratio"]) == (0, 0)
    assert full["sales_ratio.hi"] is not None
    assert full["sales_ratio.hi"] < 0.5
    assert empty["sales_ratio.hi"] is not None
    assert empty["sales_ratio.hi"] > 1


def test_a_shop_that_sold_nothing_has_no_usual_sales() -> None:
    rows = [(str(n), n, {**USUAL, "gmv": 0.0, "sku_orders": 0.0}) for n in range(9)]
    (derived,) = derive(applause(block(reading("live", rows), window=WINDOW).counts))

    assert derived.frame["sales_ratio"].null_count() == 9
    assert derived.frame["sales_ratio.hi"].null_count() == 9
    assert derived.frame["views_ratio"].to_list() == [1.0] * 9


def test_a_few_lives_have_no_usual() -> None:
    assert ratios(HIT, others=LEAST - 1)
    assert ratios(HIT, others=LEAST - 2) == {}
    assert derive(applause(block(window=WINDOW).counts)) == ()
