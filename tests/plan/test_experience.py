"""What former actions teach a plan."""

import pytest

from advisor.model.rule import Severity
from advisor.plan import Experience, Plan, PricedFinding, Tries, plan
from tests.plan.making import WORDS_OF_LEVERS, found, numbered, price, ruled


def made(*findings: PricedFinding, experience: Experience | None = None) -> Plan:
    return plan(numbered(*findings), WORDS_OF_LEVERS, experience=experience)


@pytest.mark.parametrize(
    ("helped", "called", "chance"), [(0, 0, 0.5), (1, 1, 2 / 3), (0, 2, 0.25), (8, 8, 0.9)]
)
def test_the_chance_starts_even(helped: int, called: int, chance: float) -> None:
    assert Tries(helped, called).chance == pytest.approx(chance)
    assert Tries(0, 0, helped, called).chance == pytest.approx(chance)  # only others tell


def test_other_shops_weigh_as_much_as_two_actions() -> None:
    assert Tries(3, 4, 0, 98).chance == pytest.approx((3 + 2 * 0.01) / 6)


@pytest.mark.parametrize(("severity", "left"), [(Severity.MEDIUM, 1), (Severity.CRITICAL, 2)])
def test_an_action_is_not_asked_for_where_it_is_in_progress_unless_it_is_critical(
    severity: Severity, left: int
) -> None:
    rule = ruled("hook", severity=severity)
    findings = [found(rule, "a", price=price(9)), found(rule, "b", price=price(9))]
    (before,) = made(*findings).actions
    one, two = (finding.subject for finding in before.planned.findings)

    after = made(*findings, experience=Experience({before.planned.id: {one}})).actions
    both = made(*findings, experience=Experience({before.planned.id: {one, two}})).actions

    assert len(after[0].planned.findings) == left
    assert two in [finding.subject for finding in after[0].planned.findings]
    assert len(both) == (severity is Severity.CRITICAL)


def test_what_was_tried_sets_the_chance_where_nothing_of_the_shop_tells() -> None:
    unknown, known = found("unknown", "a", price=price(9)), found("known", "b", chance=0.3)
    levers = [finding.rule.actions[0].lever for finding in (unknown, known)]
    experience = Experience(tries=dict.fromkeys(levers, Tries(0, 2)))

    plans = {
        item.planned.rule.short_id: item.planned
        for item in made(unknown, known, experience=experience).actions
    }

    assert (plans["unknown"].chance, plans["unknown"].tries) == (0.25, 2)
    assert (plans["known"].chance, plans["known"].tries) == (0.3, 0)
