"""What advice may not ask for, in many wordings, and sentences that read alike and are honest."""

import tomllib
from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import Mistakes
from advisor.knowledge.lint_advice import (
    FILE,
    SPENDS_ONLY,
    advice_file,
    bundled,
    objections,
    prohibited_in,
)
from advisor.knowledge.pack import load_pack
from advisor.model.condition import Conditions
from advisor.model.rule import Action, Rule, RulePack, Says, Severity
from advisor.model.vocabulary import Lever
from advisor.plugin.loading import load_plugins

SENTENCES = tomllib.loads(Path(__file__).with_name("advice_sentences.toml").read_text("utf-8"))
CAUGHT: dict[str, list[str]] = SENTENCES["caught"]
HONEST: list[str] = SENTENCES["honest"]

LEVERS = {
    "ads.budget": Lever("ads.budget", "the budget", spends=("raise",)),
    "page": Lever("page", "the page"),
}


def action(do: str = "Look", lever: str = "page", direction: str = "change") -> Action:
    return Action(lever, direction, do, ("Look closely",), "ads", 1)


def rule(*actions: Action) -> Rule:
    says = Says("It is well", "It is not", "Because")
    return Rule("mine/one", "ad", Severity.LOW, Conditions(), says, actions, file="one.toml")


@pytest.mark.parametrize(
    ("what", "sentence"), [(what, s) for what, sentences in CAUGHT.items() for s in sentences]
)
def test_what_is_prohibited_is_found_in_many_wordings(what: str, sentence: str) -> None:
    assert what in {item.id for item, _ in prohibited_in(sentence)}


@pytest.mark.parametrize("sentence", HONEST)
def test_honest_advice_that_reads_alike_passes(sentence: str) -> None:
    assert [item.id for item, _ in prohibited_in(sentence)] == []


def test_each_prohibited_thing_is_tried() -> None:
    assert [item.id for item in bundled().prohibited] == list(CAUGHT)


@given(
    bad=st.sampled_from([s for sentences in CAUGHT.values() for s in sentences]),
    around=st.tuples(st.sampled_from(HONEST), st.sampled_from(HONEST)),
    case=st.sampled_from([str.upper, str.lower, str]),
)
def test_what_stands_around_a_prohibited_sentence_does_not_hide_it(
    bad: str, around: tuple[str, str], case: Callable[[str], str]
) -> None:
    before, after = around

    assert list(prohibited_in(case(f"{before}. {bad}. {after}.")))


@given(st.permutations(HONEST))
def test_honest_sentences_together_are_honest(sentences: list[str]) -> None:
    for one, other in pairwise(sentences[:6]):
        assert list(prohibited_in(f"{one}. {other}")) == []


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert all(sentence in text for _, sentence in prohibited_in(text))


def test_an_objection_says_where_what_why_and_what_to_write_instead() -> None:
    wrong = attrs.evolve(action(), steps=("Film it", "Then rest. Buy 500 followers; go on"))
    (found,) = objections([rule(action(), wrong)], LEVERS)

    assert (found.place, found.sentence) == ("action[1].steps[1]", "Buy 500 followers")
    said = str(found)
    for part in ("mine/one", "one.toml", found.what, found.why, "Instead: ", "16 CFR Part 465"):
        assert part in said


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (action("Buy reviews"), "action[0].do"),
        (attrs.evolve(action(), stop="Buy reviews"), "action[0].stop"),
    ],
)
def test_every_sentence_of_an_action_is_read(wrong: Action, place: str) -> None:
    assert [found.place for found in objections([rule(wrong)], LEVERS)] == [place]


@pytest.mark.parametrize(
    ("actions", "objected"),
    [
        ([action(lever="ads.budget", direction="raise")], True),
        ([action(lever="ads.budget", direction="raise")] * 2, True),
        ([action(lever="ads.budget", direction="lower")], False),
        ([action(), action(lever="ads.budget", direction="raise")], False),
        ([action()], False),
        ([action(lever="of-another-plugin")], False),
        ([], False),
    ],
)
def test_more_money_is_never_the_only_way(actions: list[Action], *, objected: bool) -> None:
    assert [o.id for o in objections([rule(*actions)], LEVERS)] == [SPENDS_ONLY] * objected


def bundled_packs() -> list[RulePack]:
    return load_plugins().rule_packs()


@pytest.mark.parametrize("pack", bundled_packs(), ids=lambda pack: pack.id)
def test_bundled_advice_has_nothing_to_object_to(pack: RulePack) -> None:
    vocabulary = load_plugins().vocabulary()

    assert objections(load_pack(pack, vocabulary), vocabulary.levers) == []


def test_all_mistakes_of_the_file_are_told_with_the_nearest_word() -> None:
    text = (files("advisor.knowledge") / FILE).read_text(encoding="utf-8")
    wrong = text.replace('"<buy> ~ <praise>"', '"<buy> ~ <prais>"', 1)
    wrong = wrong.replace('"miracles?"', '"(miracles"', 1)
    with pytest.raises(Mistakes) as caught:
        advice_file(wrong, where=FILE)

    first, second = caught.value.mistakes
    assert first == "bought-reviews.patterns[0]: unknown word 'prais'; did you mean 'praise'?"
    assert second.startswith("prohibited-claim.patterns[")
    assert "no regular expression" in second
