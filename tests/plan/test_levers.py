"""Of two actions that contradict each other the weaker one is set aside, where they do."""

import attrs

from advisor.model.rule import Severity
from advisor.plan import plan
from tests.plan.making import WORDS_OF_LEVERS, found, numbered, price, ruled

UP = ruled("up", lever="budget", direction="raise")
DOWN = ruled("down", lever="budget", direction="lower")


def test_the_one_whose_evidence_and_gain_weigh_more_stays() -> None:
    made = plan(
        numbered(found(UP, price=price(10)), found(DOWN, price=price(11), p=0.01)), WORDS_OF_LEVERS
    )

    assert [i.planned.rule for i in made.actions] == [DOWN]
    assert [(a.action.rule, a.kept) for a in made.set_aside] == [(UP, made.actions[0].planned.id)]


def test_only_on_the_subjects_where_they_contradict() -> None:
    made = plan(
        numbered(
            found(UP, "a", price=price(10)), found(UP, "b", price=price(10)), found(DOWN, "b")
        ),
        WORDS_OF_LEVERS,
    )

    (aside,) = made.set_aside
    assert [f.subject for i in made.actions for f in i.planned.findings] == [
        "ad|here|a",
        "ad|here|b",
    ]
    assert aside.subjects == ("ad|here|b",)


def test_what_is_left_of_an_action_is_priced_anew() -> None:
    made = plan(
        numbered(
            found(UP, "a", price=price(10)),
            found(UP, "b", price=price(5)),
            found(DOWN, "b", price=price(100)),
        ),
        WORDS_OF_LEVERS,
    )

    assert {i.planned.rule.short_id: i.planned.mid for i in made.actions} == {
        "up": 10.0,
        "down": 100.0,
    }


def test_a_subject_and_what_holds_it_are_not_pulled_apart() -> None:
    made = plan(
        numbered(
            found(UP, "c", kind="campaign", price=price(10)),
            found(DOWN, "a", price=price(1), inside=("campaign|here|c",)),
        ),
        WORDS_OF_LEVERS,
    )

    assert [i.planned.rule for i in made.actions] == [UP]


ALSO = ruled("also", lever="budget", direction="raise")


def test_the_same_direction_on_other_subjects_is_no_contradiction() -> None:
    made = plan(numbered(found(UP, "a"), found(ALSO, "b")), WORDS_OF_LEVERS)

    assert (len(made.actions), made.set_aside) == (2, ())


def test_two_rules_on_one_lever_and_subject_are_one_action() -> None:
    urgent = ruled("urgent", lever="budget", direction="raise", severity=Severity.CRITICAL)
    made = plan(numbered(found(UP), found(urgent)), WORDS_OF_LEVERS)

    (only,) = (item.planned for item in made.actions)
    assert only.rule == urgent
    assert [f.rule for f in only.explained] == [UP]
    assert only.action.steps == (*urgent.actions[0].steps,)


def test_what_the_other_rule_asks_for_becomes_a_step() -> None:
    other = attrs.evolve(ALSO, actions=(attrs.evolve(ALSO.actions[0], do="Write it down"),))
    (item,) = plan(numbered(found(UP), found(other)), WORDS_OF_LEVERS).actions

    asked = {item.planned.action.do, *item.planned.action.steps}
    assert {UP.actions[0].do, "Write it down"} <= asked


def test_on_the_subjects_that_it_alone_is_about_the_other_rule_keeps_its_action() -> None:
    made = plan(
        numbered(found(UP, "a", price=price(9)), found(ALSO, "a"), found(ALSO, "b")),
        WORDS_OF_LEVERS,
    )

    assert [[f.subject for f in item.planned.findings] for item in made.actions] == [
        ["ad|here|a"],
        ["ad|here|b"],
    ]


def test_two_gaps_of_one_subject_are_two_actions() -> None:
    made = plan(
        numbered(found(UP, price=price(9, "ctr")), found(ALSO, price=price(5, "order_rate"))),
        WORDS_OF_LEVERS,
    )

    assert len(made.actions) == 2


def test_what_it_explains_goes_aside_with_its_cause() -> None:
    effects = [found("effect", key, by=("test/up",)) for key in ("a", "b")]
    made = plan(
        numbered(found(UP, "a", price=price(9)), found(UP, "b"), found(DOWN, "b", price=price(99)))
        + [attrs.evolve(f, index=3 + i) for i, f in enumerate(effects)],
        WORDS_OF_LEVERS,
    )

    (aside,) = made.set_aside
    assert {i.planned.rule.short_id: i.planned.also_explains for i in made.actions} == {
        "up": (3,),
        "down": (),
    }
    assert aside.action.also_explains == (4,)


def test_what_a_group_told_together_stands_under_the_action_of_those_that_told_it_alone() -> None:
    made = plan(
        numbered(
            found(UP, "c", kind="campaign", price=price(20)),
            found(UP, "a", inside=("campaign|here|c",), price=price(10)),
        ),
        WORDS_OF_LEVERS,
    )

    (item,) = made.actions
    assert [f.subject for f in item.planned.findings] == ["ad|here|a"]
    assert [f.subject for f in item.planned.explained] == ["campaign|here|c"]
