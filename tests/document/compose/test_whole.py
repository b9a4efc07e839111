"""What nearly all subjects share is one action; what is a check is none; ranges are possible."""

from collections.abc import Sequence

import pytest

from advisor.document import Document
from advisor.document.compose import compose_document
from advisor.metrics import Value
from advisor.model import ENGLISH, Vocabulary
from advisor.plan.actions import LEAST_ALL
from advisor.testing import shop
from advisor.testing.assertions import diagnose_shop

RULE = "guide/ad-call-to-action"
WITHOUT_ORDERS = "operator/creative-without-orders"


def ads(weak: int, fine: int) -> Document:
    rows = [
        {"name": f"ad {n}", "impressions": 200_000, "clicks": 700 if n < weak else 4_000}
        | {"spend": 1_000.0}
        for n in range(weak + fine)
    ]
    return compose_document(diagnose_shop(shop({"ad": rows}, size="small", currency="USD")))


def levers(document: Document) -> Sequence[tuple[str, str]]:
    return [(action.lever, action.scope) for action in document.plan if action.rule == RULE]


def test_where_nearly_all_ads_fail_there_is_one_action_about_what_they_share() -> None:
    ((lever, scope),) = levers(ads(weak=17, fine=3))

    assert lever == "ads.offer"
    assert scope.startswith("17 of 20 ads")


@pytest.mark.parametrize(("weak", "fine"), [(12, 8), (LEAST_ALL - 1, 0)])
def test_some_ads_or_few_are_each_told_what_to_do(weak: int, fine: int) -> None:
    assert levers(ads(weak, fine)) == [("creative.call-to-action", "")]


def test_a_rule_whose_symptom_is_there_is_not_called_healthy() -> None:
    document = ads(weak=12, fine=8)  # their clicks are cheap, so that the hook is not at fault

    assert "guide/weak-hook" not in {one.rule for one in document.healthy}


@pytest.mark.parametrize(("cost", "told"), [(2.0, True), (180.0, False)])
def test_creatives_that_cost_much_and_could_not_be_judged_leave_nothing_to_affirm(
    cost: float, *, told: bool
) -> None:
    sells = {"gmv_max_cost": 63.0, "gmv_max_orders": 3.0, "gmv_max_revenue": 300.0}
    sells |= {"gmv_max_clicks": 80.0, "gmv_max_impressions": 4_000.0}
    none = {**sells, "gmv_max_cost": cost, "gmv_max_orders": 0.0, "gmv_max_revenue": 0.0}
    rows = [{"name": f"video {n}", **(none if n < 2 else sells)} for n in range(9)]

    document = compose_document(diagnose_shop(shop({"creative": rows}, currency="USD")))

    (ends,) = (one for one in document.outcomes if one.rule == WITHOUT_ORDERS)
    assert (ends.clear, ends.fires) == (7, 0)
    assert (WITHOUT_ORDERS in {one.rule for one in document.healthy}) is told


def test_of_what_is_wasted_no_text_says_more_than_was_spent() -> None:
    sells = {"gmv_max_cost": 900.0, "gmv_max_orders": 60.0, "gmv_max_revenue": 9_000.0}
    none = {**sells, "gmv_max_orders": 0.0, "gmv_max_revenue": 0.0}
    rows = [{"name": f"video {n}", **(none if n < 1 else sells)} for n in range(9)]

    document = compose_document(diagnose_shop(shop({"creative": rows}, currency="USD")))

    (action,) = (one for one in document.plan if one.rule == WITHOUT_ORDERS)
    assert action.gain is not None
    assert action.gain.low < action.gain.mid < action.gain.high
    least, _, rest = action.gain.range.partition("$")
    assert (least, int(rest) < action.gain.mid) == ("likely at least ", True)


def test_a_check_is_no_action() -> None:
    campaign = {"name": "One", "roi_credit": 120.0, "roi_credit_days": 2.0, "target_roi": 4.0}
    document = compose_document(diagnose_shop(shop({"campaign": [campaign]}, currency="USD")))

    (check,) = document.checks
    assert (check.rule, len(check.findings)) == ("operator/credit-to-claim", 1)
    assert check.rule not in {action.rule for action in document.plan}
    assert check.steps


def test_the_range_of_a_share_ends_at_all_of_it() -> None:
    vocabulary: Vocabulary = diagnose_shop(shop({"ad": {"name": "ad", "clicks": 1}})).vocabulary
    ctor = vocabulary.metrics["ctor"]

    assert Value(ctor, 0.9, 0.7, 1.2, 40).limits(ENGLISH, None) == "70–100%"
    assert Value(ctor, 1.1, 0.9, 1.3, 40).limits(ENGLISH, None) == "90–130%"


def test_a_test_and_its_end_say_the_same_number_of_days() -> None:
    for action in ads(weak=12, fine=8).plan:
        for done in action.done:
            if action.trial is not None and action.trial.metric == done.metric:
                assert (done.events, done.days) == (action.trial.each, action.trial.days)
