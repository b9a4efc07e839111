"""What one more is worth, and what an action asks for where a setting decides."""

import attrs
import pytest

from advisor.model import ENGLISH
from advisor.plan import worth_of_one
from advisor.plan.actions import either, together
from advisor.plan.money import Factor
from tests.plan.making import found, price, ruled


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
