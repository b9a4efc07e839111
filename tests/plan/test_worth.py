"""What one more is worth, and what an action asks for where a setting decides."""

import attrs
import pytest

from advisor.model import ENGLISH
from advisor.plan import plan, worth_of_one
from advisor.plan.actions import either, together
from advisor.plan.money import SALES, SPEND, Factor, TargetOrigin
from advisor.plan.price_text import arithmetic
from tests.core import WORDS
from tests.plan.making import WORDS_OF_LEVERS, found, numbered, price, ruled


def test_one_more_is_worth_the_average_of_the_volumes() -> None:
    small = attrs.evolve(price(10.0), volume=Factor(50.0), worth=Factor(10.0, 2.0), kept=0.5)
    large = attrs.evolve(price(30.0), volume=Factor(150.0), worth=Factor(30.0, 4.0))
    other = price(99.0, "ctr")
    priced = {"small": small, "large": large, "other": other}
    findings = [found(name, price=one) for name, one in priced.items()]
    worth = worth_of_one("order_rate", findings)
    assert worth is not None
    assert worth.mean == pytest.approx((50 * 0.5 * 10 + 150 * 30) / 200)
    assert worth.sd == pytest.approx((50 * 0.5 * 2 + 150 * 4) / 200)
    assert worth_of_one("ctr", findings) == Factor(99.0, 0.0)
    assert worth_of_one("cpc", findings) is None


def test_an_action_says_both_where_a_setting_decides() -> None:
    plain, stronger = ruled("plain"), ruled("stronger")
    assert either(found(plain), "Is it so?", ENGLISH) == plain.actions
    asked = attrs.evolve(found(plain), instead=stronger)
    (action,) = either(asked, "Is it so?", ENGLISH)
    first, other = stronger.actions[0].do, plain.actions[0].do
    small = other[0].lower() + other[1:]
    assert action.do == f"{first}, or {small}"
    assert action.steps[0] == "Is it so?"
    assert action.steps[-1] == f"If it isn't: {small}"


def test_what_is_asked_of_all_is_done_when_the_first_action_is() -> None:
    plain = ruled("plain")
    assert together(plain) is None
    (action,) = plain.actions
    whole = attrs.evolve(action, do="Change all of them", done={})
    known = {"order_rate": ("good",)}
    rule = attrs.evolve(
        plain, whole=whole, actions=(attrs.evolve(action, done=known), attrs.evolve(action))
    )
    asked = together(rule)
    assert asked is not None
    assert asked.do == "Change all of them"
    assert asked.done == known


@pytest.mark.parametrize("origin", [one for one in TargetOrigin if one is not TargetOrigin.NOTHING])
def test_a_price_is_a_sum_of_what_it_is_made_of(origin: TargetOrigin) -> None:
    metric = WORDS.metrics["order_rate"]
    plain = price(25.0)
    one = attrs.evolve(plain, target=attrs.evolve(plain.target, origin=origin), kept=0.4)
    text = arithmetic(one, metric, WORDS, ENGLISH, "USD")
    assert text.startswith("100 ")
    for part in ("(2% − 1%)", "$25 for each one", "40% margin", "; 2% is "):
        assert part in text


def test_what_is_wasted_is_the_sum_itself() -> None:
    plain = price(1.0)
    target = attrs.evolve(plain.target, origin=TargetOrigin.NOTHING)
    one = attrs.evolve(plain, target=target, value=Factor(12.0), volume=Factor(3.0))
    text = arithmetic(one, WORDS.metrics["order_rate"], WORDS, ENGLISH, "USD")
    assert text.startswith("$36 of ")


def test_kinds_of_money_are_added_up_apart() -> None:
    findings = numbered(
        *(found(name, name, price=price(10.0 * at)) for at, name in enumerate("ab", 1)),
        *(found(name, name, price=price(7.0 * at, what=SPEND)) for at, name in enumerate("cd", 1)),
    )
    total = plan(findings, WORDS_OF_LEVERS, None).total
    assert {one.what: one.mid for one in total} == pytest.approx({SALES: 30.0, SPEND: 21.0})
