"""Shared money is counted once."""

import pytest

from advisor.plan import Priced, plan
from advisor.plan.shared import follows_on
from tests.core import WORDS
from tests.plan.making import WORDS_OF_LEVERS, found, numbered, price, ruled

SHOP = ("shop|here|s",)


def adds(*findings: Priced) -> dict[str, float]:
    made = plan(numbered(*findings), WORDS_OF_LEVERS)
    return {i.planned.rule.short_id: i.adds.mid for i in made.actions if i.adds is not None}


def test_two_gaps_of_one_subject_that_lose_the_same_orders_are_one() -> None:
    assert adds(
        found("large", price=price(100, "order_rate")), found("small", price=price(60, "roas"))
    ) == {"large": 100.0, "small": 0.0}


def test_steps_of_the_funnel_that_follow_each_other_add_up() -> None:
    assert adds(
        found("clicks", price=price(100, "ctr")), found("orders", price=price(60, "order_rate"))
    ) == {"clicks": 100.0, "orders": 60.0}


def test_other_subjects_have_other_money() -> None:
    assert adds(found("a", "a", price=price(100)), found("b", "b", price=price(60))) == {
        "a": 100.0,
        "b": 60.0,
    }


def test_what_holds_a_subject_adds_only_what_is_left() -> None:
    assert adds(
        found("video", "v", kind="video", price=price(100), inside=SHOP),
        found(ruled("shop", effort=40), "s", kind="shop", price=price(150)),
    ) == {"video": 100.0, "shop": 50.0}


def test_what_lies_inside_uses_up_the_claim_of_the_whole_once() -> None:
    assert adds(
        found(ruled("shop", effort=1), "s", kind="shop", price=price(50)),
        found("a", "a", kind="video", price=price(30), inside=SHOP),
        found("b", "b", kind="video", price=price(29), inside=SHOP),
    ) == {"shop": 50.0, "a": 0.0, "b": pytest.approx(9.0)}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("ctr", "order_rate", True),
        ("order_rate", "ctr", True),
        ("order_rate", "aov", True),
        ("ctr", "aov", True),
        ("ctr", "ctr", False),
        ("ctr", "roas", False),
        ("cpc", "order_rate", False),
    ],
)
def test_which_metrics_follow_each_other_in_the_funnel(
    one: str, other: str, *, expected: bool
) -> None:
    assert follows_on(WORDS)(one, other) is expected
