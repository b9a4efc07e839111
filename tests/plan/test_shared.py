"""Shared money is counted once."""

import random
from collections.abc import Sequence
from itertools import combinations

import pytest

from advisor.plan import PricedFinding, plan
from advisor.plan.money import Price, gain
from advisor.plan.shared import follows_on
from tests.core import WORDS
from tests.plan.making import WORDS_OF_LEVERS, found, numbered, price, ruled

SHOP = ("shop|here|s",)


def adds(*findings: PricedFinding) -> dict[str, float]:
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


def test_what_is_claimed_in_full_leaves_nothing_to_what_lies_inside_it() -> None:
    assert adds(
        found(ruled("shop", effort=1), "s", kind="shop", price=price(50)),
        found(ruled("product", effort=2), "p", kind="product", price=price(40), inside=SHOP),
        found(
            ruled("video", effort=9),
            "v",
            kind="video",
            price=price(30),
            inside=("product|here|p", *SHOP),
        ),
    ) == {"shop": 50.0, "product": 0.0, "video": 0.0}


def test_steps_that_follow_each_other_share_the_money_of_the_whole_once() -> None:
    assert adds(
        found(ruled("return", effort=1), price=price(100, "roas")),
        found(ruled("clicks", effort=2), price=price(60, "ctr")),
        found(ruled("orders", effort=3), price=price(60, "order_rate")),
    ) == {"return": 100.0, "clicks": 0.0, "orders": 20.0}


INSIDE = {
    ("shop", "s"): (),
    ("product", "p"): SHOP,
    ("product", "q"): SHOP,
    ("video", "a"): ("product|here|p", *SHOP),
    ("video", "b"): ("product|here|p", *SHOP),
    ("video", "c"): ("product|here|q", *SHOP),
}


def tree(chance: random.Random, metrics: Sequence[str]) -> list[PricedFinding]:
    made = []
    for number in range(chance.randint(2, 8)):
        kind, key = chance.choice(list(INSIDE))
        made.append(
            found(
                ruled(f"r{number}", effort=chance.choice([1, 4, 9])),
                key,
                kind=kind,
                price=price(chance.choice([10, 30, 50, 77, 100]), chance.choice(metrics)),
                inside=INSIDE[kind, key],
            )
        )
    return numbered(*made)


def best(findings: Sequence[PricedFinding]) -> float:
    """The most that gaps come to that share no money with each other: all choices are tried."""
    follows = follows_on(WORDS)

    def amount(one: PricedFinding) -> float:
        assert isinstance(one.price, Price)
        return gain([one.price]).mid

    def share(one: PricedFinding, other: PricedFinding) -> bool:
        assert isinstance(one.price, Price)
        assert isinstance(other.price, Price)
        near = one.subject in (other.subject, *other.places) or other.subject in one.places
        return near and not follows(one.price.metric, other.price.metric)

    most = 0.0
    for number in range(1 << len(findings)):
        chosen = [one for i, one in enumerate(findings) if number >> i & 1]
        if not any(share(*pair) for pair in combinations(chosen, 2)):
            most = max(most, sum(map(amount, chosen)))
    return most


@pytest.mark.parametrize("metrics", [("ctr",), ("ctr", "order_rate", "aov")])
def test_the_total_is_the_most_that_can_be_reached(metrics: Sequence[str]) -> None:
    chance = random.Random(5)
    for _ in range(250):
        findings = tree(chance, metrics)

        assert sum(adds(*findings).values()) == pytest.approx(best(findings))


def test_a_metric_over_several_steps_makes_the_total_at_most_a_little_larger() -> None:
    # One order is given, and what shares with two that do not share may be told of the wrong one.
    chance = random.Random(5)
    trees = [tree(chance, ("ctr", "order_rate", "roas")) for _ in range(250)]
    ratios = [sum(adds(*findings).values()) / best(findings) for findings in trees]

    assert min(ratios) == pytest.approx(1.0)
    assert sum(ratio > 1 + 1e-9 for ratio in ratios) <= 10
    assert sum(ratios) / len(ratios) < 1.01
