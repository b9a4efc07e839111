"""What the actions of both bundled packs have in common: one can do them, and knows when to end."""

from functools import cache

import pytest

from advisor.document.compose.actions import action_infos
from advisor.document.compose.findings import compose_findings
from advisor.judge.engine.reference import ReferenceEngine
from advisor.knowledge.load import bands_of
from advisor.knowledge.pack import load_pack
from advisor.model.rule import Action, Rule, RulePack
from advisor.model.settings import Settings
from advisor.model.vocabulary import Vocabulary
from advisor.testing.case_runner import CaseRunner
from advisor.testing.cases import Outcome, pack_cases
from tests.end_to_end.runs import registry

HOURS = {0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24}  # finer than that nobody can tell
MORE = ("ads.budget/raise", "ads.budget/move")


def words() -> Vocabulary:
    return registry().vocabulary()


@cache
def rules() -> dict[str, Rule]:
    found = (r for pack in registry().rule_packs() for r in load_pack(pack, words()))
    return {rule.id: rule for rule in found}


def actions(rule_id: str) -> tuple[Action, ...]:
    return rules()[rule_id].actions


def first(*levers: str) -> set[str]:
    """What is moved only after one of *levers*, with and without its direction."""
    return {name.rstrip("?") for lever in levers for name in words().levers[lever].before}


@pytest.mark.parametrize("rule_id", list(rules()))
def test_an_action_says_its_hours_whose_it_is_and_when_to_stop(rule_id: str) -> None:
    for action in actions(rule_id):
        assert action.effort in HOURS
        assert action.owner in words().roles
        assert action.stop.endswith(".")
        assert action.stop[0].isupper()
        assert len(action.stop) <= 140


@pytest.mark.parametrize("rule_id", list(rules()))
def test_steps_are_lines_of_a_list_and_not_paragraphs(rule_id: str) -> None:
    for action in actions(rule_id):
        assert not any(text.endswith(".") for text in (action.do, *action.steps))
        assert 2 <= len(action.steps) <= 5


def test_levels_that_end_an_action_can_be_reached() -> None:
    everything = {"low", "good", "high"}
    for rule in rules().values():
        for action in rule.actions:
            assert all(set(levels) < everything for levels in action.done.values())


def test_what_ends_an_action_is_what_its_rule_found() -> None:
    # Else the plan would ask for one thing and be done with another. Levels are asked of what is
    # named in the rule; only of visitors who buy too, where the finding is money that was lost.
    for rule in rules().values():
        named = {test.name for test in rule.own_tests()} | {"conversion"}
        assert all(set(action.done) <= named for action in rule.actions)


def test_only_money_that_comes_from_elsewhere_is_added() -> None:
    spending = [
        rule.id
        for rule in rules().values()
        for action in rule.actions
        if action.direction in words().levers[action.lever].spends
    ]

    assert spending == []


@pytest.mark.parametrize(
    "lever",
    ["account.standing", "stock.cover", "page.content", "offer.promise", "orders.limit",
     "orders.dispatch", "ads.target", "ads.products", "ads.creatives", "posting.frequency"],
)  # fmt: skip
def test_what_more_budget_would_multiply_is_mended_before_it(lever: str) -> None:
    assert set(MORE) <= first(lever)


@pytest.mark.parametrize("lever", ["creative.hook", "creative.format", "creative.call-to-action"])
def test_content_comes_before_more_money(lever: str) -> None:
    assert "ads.budget/raise" in first(lever)


def test_the_standing_of_the_account_comes_before_growth() -> None:
    growth = {"posting.frequency/raise", "live.hours/raise", "affiliate.roster", "ads.creatives"}

    assert growth | set(MORE) <= first("account.standing")


def test_what_is_set_is_set_before_it_is_left_alone() -> None:
    assert "ads.edits" in first("ads.budget") & first("ads.target")


def test_money_is_not_moved_to_what_gets_less() -> None:
    assert ("move", "lower") in words().levers["ads.budget"].opposed


@cache
def runner() -> CaseRunner:
    bands = bands_of(Settings(), registry())
    return CaseRunner(words(), bands, list(rules().values()), engine=ReferenceEngine())


@pytest.mark.parametrize("pack", registry().rule_packs(), ids=lambda pack: pack.id)
def test_what_ends_an_action_is_a_number(pack: RulePack) -> None:
    for rule_id, cases in pack_cases(pack, vocabulary=words()).items():
        rule = rules()[rule_id]
        fires = next((case for case in cases if case.outcome is Outcome.FIRES), None)
        if fires is None or not any(action.done for action in rule.actions):
            continue
        diagnosis = runner().diagnose(rule, fires)
        infos = action_infos(diagnosis.plan.plan, compose_findings(diagnosis), diagnosis)
        own = [action for action in infos if action.rule == rule_id]
        assert all(action.done for action in own), rule_id
        assert all(done.target is not None for action in own for done in action.done), rule_id
