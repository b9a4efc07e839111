"""The story: what comes into which part, in which order, and what is left out."""

from typing import Any

import attrs

from advisor.document import FindingInfo, Healthy, OutcomeCount, StoryLine
from advisor.document.compose.story import story
from advisor.model.condition import Conditions
from advisor.model.rule import Part, Rule, Says, Severity, Story
from tests.report import documents

STALLS = Story(finding=Part.STALLS, healthy=Part.SHINES)
FRUSTRATES = Story(finding=Part.FRUSTRATES, healthy=Part.EXCITES)


def rule(id_: str, told: Story, severity: Severity = Severity.MEDIUM) -> Rule:
    says = Says(f"{id_} is well", "It is not", "So.")
    return Rule(id_, "ad", severity, Conditions(), says, (), story=told)


def found(rule_id: str, name: str, **changes: Any) -> FindingInfo:
    made = attrs.evolve(documents.finding(name), rule=rule_id, id=f"{rule_id}-{name}")
    return attrs.evolve(made, **changes)


def ends(rule_id: str, *, clear: int, unsure: int = 0) -> tuple[Healthy, OutcomeCount]:
    healthy = Healthy(rule_id, f"{rule_id} is well", "ad", clear)
    return healthy, OutcomeCount(rule_id, "", "ad", 0, clear, unsure, 0, 0, 0)


def apart(
    well: list[tuple[Healthy, OutcomeCount]],
) -> tuple[list[Healthy], list[OutcomeCount]]:
    return [healthy for healthy, _ in well], [count for _, count in well]


def test_a_rule_tells_its_first_finding_and_how_many_there_are() -> None:
    findings = [found("a/x", "Worst"), found("a/x", "Second")]

    assert story([rule("a/x", STALLS)], findings, (), ()) == (
        StoryLine("stalls", findings[0].message.text, "a/x", "a/x-Worst", "ad", 2),
    )


def test_what_another_finding_explains_is_not_told_twice() -> None:
    cause, effect = found("a/x", "Ad"), found("a/y", "Ad", explained_by=("a/x-Ad",))
    told = story([rule("a/x", STALLS), rule("a/y", STALLS)], [cause, effect], (), ())

    assert [line.rule for line in told] == ["a/x"]


def test_the_audience_comes_before_the_shop_and_good_before_bad() -> None:
    rules = [
        rule(f"a/{n}", told) for n, told in enumerate((STALLS, FRUSTRATES, STALLS, FRUSTRATES))
    ]
    well = [ends("a/2", clear=3), ends("a/3", clear=3)]
    told = story(rules, [found("a/0", "Ad"), found("a/1", "Ad")], *apart(well))

    assert [line.part for line in told] == ["excites", "frustrates", "shines", "stalls"]


def test_what_is_clear_on_few_of_many_is_no_praise() -> None:
    well = [ends("a/x", clear=5, unsure=5), ends("a/y", clear=1, unsure=12)]
    told = story([rule("a/x", STALLS), rule("a/y", STALLS)], (), *apart(well))

    assert told == (StoryLine("shines", "a/x is well", "a/x", None, "ad", 5),)


def test_the_graver_rule_s_health_is_told_first() -> None:
    rules = [rule("a/x", STALLS, Severity.LOW), rule("a/y", STALLS, Severity.HIGH)]
    well = [ends("a/x", clear=9), ends("a/y", clear=1)]

    assert [line.rule for line in story(rules, (), *apart(well))] == ["a/y", "a/x"]


def test_a_rule_without_a_part_is_not_in_the_story() -> None:
    healthy, counts = ends("a/y", clear=3)
    rules = [rule("a/x", Story()), rule("a/y", Story(finding=Part.STALLS))]

    assert story(rules, [found("a/x", "Ad")], (healthy,), (counts,)) == ()
