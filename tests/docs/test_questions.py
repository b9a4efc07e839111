"""Every question that sellers and agencies ask is answered by rules that are there."""

from functools import cache

import pytest

from advisor.errors import Mistakes
from docs.questions import Answered, answers, question_file
from tests.end_to_end.runs import registry

ASKED = 36


@cache
def answered() -> tuple[Answered, ...]:
    return answers(registry())


def test_all_the_questions_are_there_in_their_order() -> None:
    assert [one.question.id for one in answered()] == list(range(1, ASKED + 1))


@pytest.mark.parametrize("at", range(ASKED))
def test_a_question_has_rules_that_say_who_says_so(at: int) -> None:
    one = answered()[at]

    assert len(one.rules) == len(one.question.rules)
    for rule in one.rules:
        assert (rule.origin is not None and rule.origin.title) or rule.guide
        assert rule.says.misleading_when or rule.guide


def test_every_rule_of_the_pack_answers_a_question() -> None:
    from tests.rules_operator.test_pack import rules

    named = {rule.id for one in answered() for rule in one.rules}

    assert sorted(set(rules()) - named) == []


def test_a_policy_names_its_region_and_its_source() -> None:
    policies = [rule for one in answered() for rule in one.rules if rule.region]

    assert len({rule.id for rule in policies}) >= 15
    for rule in policies:
        assert rule.origin is not None
        assert rule.origin.url


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('question = [{ id = 1, asks = "?", rules = [] }]', "question 1: no rule answers it"),
        ('question = [{ id = 1, asks = " ", rules = ["a"] }]', "question 1: asks nothing"),
        (
            '[[question]]\nid = 1\nasks = "a"\nrules = ["a"]\n' * 2,
            "question 1 stands twice",
        ),
    ],
)
def test_a_wrong_table_says_what_is_wrong(text: str, mistake: str) -> None:
    with pytest.raises(Mistakes, match=mistake):
        question_file(text, where="questions.toml")
