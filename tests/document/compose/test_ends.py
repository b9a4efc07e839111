"""What ends an action and what a month may bring, where no band says so or it is good already."""

from collections.abc import Mapping, Sequence

from advisor.document import ActionInfo, Document
from advisor.document.compose import compose_document
from advisor.testing import shop
from advisor.testing.assertions import diagnose_shop

AD = {"impressions": 100_000, "clicks": 1_500, "spend": 100.0, "purchases": 30, "ad_revenue": 900.0}
LIVE = {"views": 60_000, "product_clicks": 2_000, "sku_orders": 80, "gmv": 1_480.0}


def plan(subjects: Mapping[str, Sequence[Mapping[str, object]]]) -> Document:
    return compose_document(diagnose_shop(shop(subjects, size="small", currency="USD", margin=0.9)))


def only(made: Document, rule: str) -> ActionInfo:
    (action,) = (action for action in made.plan if action.rule == rule)
    return action


def weak_opening() -> Document:
    usual = [
        AD | {"name": f"Ad {i}", "plays_2s": 30_000 + 100 * i, "plays_6s": 9_000 + 30 * i}
        for i in range(9)
    ]
    return plan({"ad": [*usual, AD | {"name": "Weak", "plays_2s": 12_000, "plays_6s": 3_600}]})


def test_without_a_band_the_better_half_of_the_shop_says_when_it_is_done() -> None:
    (done,) = only(weak_opening(), "operator/weak-opening").done

    assert done.text.startswith(
        "hook rate is at least 30.5%, the average of the better half of your own (check after "
    )
    assert done.events


def test_without_a_band_a_test_runs_until_the_better_half_can_be_told() -> None:
    trial = only(weak_opening(), "operator/weak-opening").trial

    assert trial is not None
    assert "to tell hook rate of 12% from 30.5%" in trial.text


def test_without_a_band_the_goal_of_the_month_is_half_of_the_way_to_the_better_half() -> None:
    (goal,) = weak_opening().goals

    assert goal.text == ("Weak: hook rate from 12% to at least 21.2%, halfway to 30.5% (action #1)")


def test_what_fell_and_is_good_still_is_done_when_it_is_back() -> None:
    before = AD | {"clicks": 3_000, "purchases": 120, "ad_revenue": 4_000.0}
    now = AD | {"clicks": 3_000, "purchases": 60, "ad_revenue": 1_000.0}
    made = plan({"ad": [{"name": "Tired", **now, "before": before}]})
    (done,) = only(made, "guide/falling-roas").done

    assert done.text.startswith("ROAS is at least 40, the value in the previous period (check ")
    assert [goal.text for goal in made.goals] == [
        "Tired: ROAS from 10 to at least 25, halfway to 40 (action #1)"
    ]


def test_sales_that_fell_have_half_of_the_way_back_as_the_goal_of_the_month() -> None:
    before = {"gmv": 10_000.0, "orders": 400, "sku_orders": 400}
    now = {"gmv": 5_000.0, "orders": 200, "sku_orders": 200}
    made = plan({"shop": [{"name": "Here", **now, "before": before}]})
    (done,) = only(made, "guide/falling-sales").done
    (goal,) = made.goals

    assert done.text == "GMV is at least $10,000, the value in the previous period"
    assert goal.text == "shop: GMV from $5,000 to at least $7,500, halfway to $10,000 (action #1)"


def test_a_goal_for_what_is_over_is_one_for_the_next() -> None:
    usual = [LIVE | {"name": f"LIVE {i}"} for i in range(9)]
    made = plan({"live": [*usual, LIVE | {"name": "Sunday", "sku_orders": 20, "gmv": 300.0}]})

    (goal,) = made.goals

    assert goal.text == (
        "Next LIVE after Sunday: click-to-order rate (CTOR) from 1% to at least 2%, halfway to 3% "
        "(action #1)"
    )


def test_what_is_sold_out_is_not_asked_for_a_better_page() -> None:
    usual = {"product_clicks": 4_000, "sku_orders": 160, "gmv": 3_200.0}
    gone = {"product_clicks": 4_000, "sku_orders": 20, "gmv": 400.0, "gmv_max_cost": 300.0}
    others = [{"name": f"P{i}", "stock": 500, "gmv_max_cost": 0.0, **usual} for i in range(9)]
    made = plan({"product": [*others, {"name": "Gone", "stock": 0, **gone}]})

    assert [action.rule for action in made.plan] == ["operator/paid-and-out-of-stock"]
    (action,) = made.plan
    assert action.start == "now"
    assert len(action.also_explains) == 1


def test_a_goal_of_none_is_none() -> None:
    made = plan({"shop": [{"name": "Here", "violations": 2}]})

    assert [goal.text for goal in made.goals] == ["shop: violations from 2 to 0 (action #1)"]


def test_goals_stand_in_the_order_of_the_plan_and_none_is_named_twice() -> None:
    usual = [LIVE | {"name": f"LIVE {i}"} for i in range(9)]
    weak = [LIVE | {"name": f"Weak {i}", "sku_orders": 20, "gmv": 300.0} for i in range(3)]
    made = plan(
        {"shop": [{"name": "Here", "violations": 2}], "live": [*usual, *weak], "ad": [AD | {
            "name": "Dear", "clicks": 300, "purchases": 2, "ad_revenue": 50.0}]}
    )  # fmt: skip
    rank = {action.id: action.rank for action in made.plan}
    places = [rank[goal.action] for goal in made.goals]

    assert 2 <= len(places) <= 3
    assert places == sorted(set(places))
