"""What stays where the words of a plugin are lost, and what is said of the rest."""

from collections.abc import Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.errors import Mistakes, unknown, unknown_word
from advisor.knowledge.load import load_rules
from advisor.knowledge.packs import read_pack
from advisor.model.settings import Settings
from advisor.model.shop import Business
from advisor.model.vocabulary import VocabularyFile, merge
from advisor.plugin.hookspecs import PROJECT
from advisor.plugin.lost_words import LostWords, because, file_words, module_words
from advisor.plugin.prune import prune
from advisor.plugin.registry import load_plugins
from tests.core import TODAY, WORDS
from tests.plugin.test_registry import pack

Files = list[tuple[str, VocabularyFile]]


@given(st.sampled_from(["metric", "kind or relation", "metric, count or symbol"]), st.text())
def test_what_is_said_of_an_unknown_word_can_be_read_back(what: str, word: str) -> None:
    for known in ([], ["ctr"], [f"{word}x", word[1:]]):
        assert unknown_word(f"when.{word[:1].strip()}: {unknown(what, word, known)}") == (
            what,
            word,
        )


def test_other_mistakes_name_no_unknown_word() -> None:
    assert unknown_word("action: is missing; a rule says what to do, in [[action]]") is None


@cache
def bundled() -> Files:
    return list(load_plugins().once("advisor_vocabulary", VocabularyFile))


def without(files: Iterable[tuple[str, VocabularyFile]], lost: set[tuple[str, str]]) -> Files:
    """*files* without the items that are *lost*: parts and ids."""

    def kept(file: VocabularyFile) -> VocabularyFile:
        parts = {
            part.name: tuple(i for i in getattr(file, part.name) if (part.name, i.id) not in lost)
            for part in attrs.fields(VocabularyFile)
        }
        return attrs.evolve(file, **parts)

    return [(owner, kept(file)) for owner, file in files]


def items(files: Files) -> list[tuple[str, str]]:
    return [
        (part.name, item.id)
        for _, file in files
        for part in attrs.fields(VocabularyFile)
        for item in getattr(file, part.name)
    ]


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_whatever_words_are_lost_what_stays_is_a_vocabulary(data: st.DataObject) -> None:
    every = sorted(set(items(bundled())))
    lost = data.draw(st.sets(st.sampled_from(every), min_size=1, max_size=40))
    left = without(bundled(), lost)
    words = {word for _, word in lost}

    kept, out = prune(left, words.__contains__)

    merge(kept)  # raises where something dangles
    assert set(items(kept)) <= set(items(left))
    assert {word for _, word, _ in out} == {word for _, word in set(items(left)) - set(items(kept))}


def test_where_nothing_is_lost_nothing_is_taken_out() -> None:
    kept, out = prune(bundled(), lambda _: False)

    assert (kept, out) == (bundled(), [])


def test_an_unknown_word_that_nobody_lost_stays_a_mistake() -> None:
    left = without(bundled(), {("count", "impressions")})

    kept, _ = prune(left, lambda _: False)

    with pytest.raises(Mistakes, match="unknown count 'impressions'"):
        merge(kept)


@pytest.mark.parametrize("name", ["tiktok-ads", "tiktok-shop", "tiktok-studio", "guide-rules"])
def test_a_bundled_plugin_that_fails_is_the_first_thing_told_and_costs_no_error(name: str) -> None:
    points = [
        EntryPoint(one.name, f"{one.value}:gone", PROJECT)._for(one.dist)  # type: ignore[attr-defined]
        if one.name == name
        else one
        for one in entry_points(group=PROJECT)
    ]
    every = load_rules(load_plugins(), Settings(), Business(), TODAY)
    registry = load_plugins(points)

    loaded = load_rules(registry, Settings(), Business(), TODAY)

    reason, *rest = registry.failures()
    assert reason.startswith(f"plugin {name} cannot be imported: AttributeError: ")
    assert [line for line in rest if "unknown" in line] == []
    assert all(f"plugin {name} would have brought (" in line for line in rest), rest
    before, after = ({rule.id for rule in one.rules} for one in (every, loaded))
    assert after <= before
    resting = sum(int(line.split()[0]) for line in rest if " of pack " in line)
    gone = {one for one in before if name != "guide-rules" or not one.startswith("guide/")}
    known = {rule.id for rule in (*every.rules, *(rule for rule, _ in every.resting))}
    left = {rule.id for rule in (*loaded.rules, *(rule for rule, _ in loaded.resting))}
    assert gone - after <= known - left
    if name != "guide-rules":
        assert len(known - left) == resting


def test_a_rule_with_a_slip_of_its_own_is_broken_though_another_plugin_failed(
    tmp_path: Path,
) -> None:
    mine = pack(tmp_path, "mine", one='goal = "adz"', two='goal = "glow"', sound="")
    lost = LostWords({"agency": frozenset({"glow"})})

    read = read_pack(mine, WORDS, lost)

    assert [rule.id for rule in read.rules] == ["mine/sound"]
    assert list(read.lines(mine)) == [
        "rule mine/one is left out: mine/one.toml: goal: unknown goal 'adz'; did you mean 'ads'?",
        (
            "1 rule of pack mine rests because it uses words that plugin agency would have brought "
            "(glow)"
        ),
    ]
    assert read.gone == {"mine/one", "mine/two"}


def test_a_rule_that_is_in_two_files_is_used_once_and_both_are_named(tmp_path: Path) -> None:
    mine = pack(tmp_path, "mine", one="")
    (tmp_path / "mine" / "other").mkdir()
    text = (tmp_path / "mine" / "one.toml").read_text()
    (tmp_path / "mine" / "other" / "one.toml").write_text(text)

    read = read_pack(mine, WORDS, LostWords())

    assert [rule.file for rule in read.rules] == ["one.toml"]
    (line,) = read.lines(mine)
    assert line.endswith("the id 'one' is in two files: one.toml and other/one.toml")


def test_words_of_a_plugin_are_read_from_its_files_without_running_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    codes = {
        "wordy_one": ("1 / 0  # advisor_vocabulary", '[[metric]]\nid = "glow"\ntypo = 1'),
        "wordy_two": ("1 / 0  # advisor_vocabulary", "[[metric"),
        "wordy_three": ("1 / 0  # advisor_vocabulary", None),
        "wordy_four": ("1 / 0", None),
    }
    for name, (code, vocabulary) in codes.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(code)
        if vocabulary is not None:
            (tmp_path / name / "vocabulary.toml").write_text(vocabulary)

    assert module_words("wordy_one:plugin") == frozenset({"glow"})
    assert module_words("wordy_two") is None
    assert module_words("wordy_three") is None
    assert module_words("wordy_four") == frozenset()
    assert module_words("wordy_nowhere") is None


def test_a_word_is_put_on_whom_it_surely_was_of_before_those_who_may_have_had_it() -> None:
    lost = LostWords({"one": frozenset({"glow"}), "two": None}, {"sheen": ("one",)})

    assert lost.whose("glow") == ("one",)
    assert lost.whose("ctrr") == ("two",)
    assert lost.whose("sheen") == ("one",)
    assert LostWords({"one": frozenset({"glow"})}).whose("ctrr") == ()
    assert because(["b", "a"], ["two", "one"], one=False) == (
        "rest because they use words that plugins one or two would have brought (a, b)"
    )


def test_every_bundled_word_is_among_those_of_its_file() -> None:
    assert {word for _, word in items(bundled())} == {
        word for _, file in bundled() for word in file_words(file)
    }
