"""A new rule says what it may say, and its lever is that of the rule that asks most alike."""

from collections.abc import Sequence
from functools import cache

import attrs
import pytest

from advisor.cli.scaffold.rule import NewRule, new_rule, read_conditions
from advisor.cli.scaffold.write import toml
from advisor.knowledge import installed_rules
from advisor.knowledge.lint_advice import objections
from advisor.model.rule import Rule
from advisor.model.vocabulary import Vocabulary
from advisor.plugin.loading import load_plugins


@attrs.frozen
class Installed:
    """What new rules are made with."""

    vocabulary: Vocabulary
    rules: Sequence[Rule]


@cache
def installed() -> Installed:
    registry = load_plugins()
    rules = [rule for rules in installed_rules(registry).values() for rule in rules]
    return Installed(registry.vocabulary(), rules)


def made(subject: str, *asks: str, known: Sequence[Rule] | None = None) -> NewRule:
    head = {"id": "mine", "subject": subject, "severity": "high", "goal": None}
    own = installed()
    rules = own.rules if known is None else known
    return new_rule(head, read_conditions(asks), "own", own.vocabulary, rules)


@pytest.mark.parametrize(
    ("subject", "asks"),
    [
        ("ad", ["ctr=low,good", "cpc=high"]),
        ("ad", ["roas=low"]),
        ("ad", ["cpc=rising", "spend>=50", "ctr<=0.02"]),
        ("ad", ["cpc=high", "cpc.driver=ctr"]),
        ("campaign", ["budget_use>=0.9"]),
    ],
    ids=str,
)
def test_the_rule_asks_what_was_asked(subject: str, asks: list[str]) -> None:
    found = {
        f"{test.name}{how}"
        for test in made(subject, *asks).rule.when.tests
        for how in (
            f"={','.join(test.is_)}" if test.is_ else "",
            f"={test.trend}" if test.trend else "",
            f">={test.at_least:g}" if test.at_least is not None else "",
            f"<={test.at_most:g}" if test.at_most is not None else "",
        )
        if how
    }
    assert found == set(asks)


def test_the_lever_is_that_of_the_rule_that_asks_most_alike() -> None:
    assert made("ad", "cpc=high", "ctr=low").rule.actions[0].lever == "creative.hook"
    assert made("product", "ctor=low").rule.actions[0].lever == "page.content"


@pytest.mark.parametrize("known", [None, []], ids=["beside others", "the first"])
def test_a_new_rule_says_when_to_stop_and_asks_for_nothing_forbidden(
    known: Sequence[Rule] | None,
) -> None:
    own = installed()
    rule = made("ad", "ctr=low", known=known).rule

    assert objections([rule], own.vocabulary.levers) == []
    assert rule.actions[0].stop
    assert rule.actions[0].owner in own.vocabulary.roles


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('a "b"\n\\', '"a \\"b\\" \\\\"'),
        (6_000.0, "6_000"),
        (0.05, "0.05"),
        (("low",), '"low"'),
        (("low", "good"), '["low", "good"]'),
        ({"at-least": 5.0, "a.b": "x"}, '{ at-least = 5, "a.b" = "x" }'),
    ],
)
def test_values_are_written_as_toml(value: object, text: str) -> None:
    assert toml(value) == text
