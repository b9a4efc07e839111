"""A broken plugin is out, whole, with one line; the run goes on."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest

from advisor import Counts, MetricsContext
from advisor.errors import AdvisorError, Mistakes
from advisor.knowledge.load import load_rules
from advisor.model.bands import Band, BandFile
from advisor.model.rule import RulePack
from advisor.model.settings import Settings
from advisor.model.shop import Business
from advisor.model.vocabulary import Count
from advisor.model.vocabulary_files import VocabularyFile
from advisor.plugin.hookspecs import Hooks, hookimpl
from advisor.plugin.loading import add, empty, load_plugins
from advisor.plugin.registry import Registry
from tests.core import TODAY


def plugin(**hooks: object) -> ModuleType:
    """A plugin module whose hooks return these values, or call them."""
    module = ModuleType("stranger")
    for name, value in hooks.items():
        given = value if callable(value) else _returning(value)
        setattr(module, name, hookimpl(given))  # type: ignore[type-var]  # strangers may do anything
    return module


def _returning(value: object) -> Callable[[], object]:
    def hook() -> object:
        return value

    return hook


def fails() -> Sequence[object]:
    raise RuntimeError("no network")


def registry(**plugins: ModuleType) -> Registry:
    made = empty()
    for name, module in plugins.items():
        add(made, module, name.replace("_", "-"))
    return made


def problems(of: Registry) -> list[str]:
    return [note.text for note in of.problems]


CLICKS = VocabularyFile(count=(Count("clicks", "clicks"),))
TAPS = VocabularyFile(count=(Count("taps", "taps"),))
SALES = VocabularyFile(count=(Count("sales", "sales"),))


def test_what_several_plugins_bring_is_there_together() -> None:
    found = registry(
        one=plugin(advisor_vocabulary=[CLICKS]), two=plugin(advisor_vocabulary=[SALES])
    )

    assert set(found.vocabulary().counts) == {"clicks", "sales"}
    assert [(p.name, p.hooks, p.problem) for p in found.plugins] == [
        ("one", ("advisor_vocabulary",), None),
        ("two", ("advisor_vocabulary",), None),
    ]


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group="advisor")


def test_a_plugin_that_cannot_be_imported_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_plugin.py").write_text("import nothing_that_exists\n")
    (tmp_path / "sound_plugin.py").write_text(
        "from advisor.plugin.hookspecs import hookimpl\n"
        "from advisor.model.vocabulary import Count\n"
        "from advisor.model.vocabulary_files import VocabularyFile\n"
        "@hookimpl\ndef advisor_vocabulary():\n"
        "    return [VocabularyFile(count=(Count('clicks', 'clicks'),))]\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))

    found = load_plugins([point("broken", "broken_plugin"), point("sound", "sound_plugin")])

    text = "plugin broken is not used: import failed: ModuleNotFoundError: No module named"
    assert problems(found) == [f"{text} 'nothing_that_exists'"]
    assert set(found.vocabulary().counts) == {"clicks"}
    assert [(p.name, bool(p.problem)) for p in found.plugins] == [
        ("broken", True),
        ("sound", False),
    ]


def test_a_plugin_may_even_end_the_process_while_it_is_imported_by_an_error() -> None:
    found = load_plugins([point("gone", "tests.core:not_there")])

    assert "has no attribute 'not_there'" in problems(found)[0]


HOOKS = {
    "advisor_vocabulary": "vocabulary",
    "advisor_metric_providers": "providers",
    "advisor_rule_packs": "rule_packs",
    "advisor_benchmarks": "band_files",
    "advisor_report_formats": "report_formats",
    "advisor_templates": "templates",
}


def test_every_hook_is_tried_here() -> None:
    specified = {name for name in dir(Hooks) if name.startswith("advisor_")}

    assert {*HOOKS, "advisor_metrics"} == specified


@pytest.mark.parametrize("hook", [*HOOKS, "advisor_metrics"])
@pytest.mark.parametrize(
    ("given", "says"),
    [
        (fails, "failed: RuntimeError: no network"),
        ([object()], "gave object where"),
        (None, "failed: TypeError: 'NoneType' object is not iterable"),
        (7, "failed: TypeError: 'int' object is not iterable"),
    ],
    ids=["raises", "wrong type", "none", "no list"],
)
def test_a_hook_that_fails_is_one_line_and_the_others_are_asked(
    hook: str, given: object, says: str
) -> None:
    found = registry(bad=plugin(**{hook: given}), good=plugin(advisor_vocabulary=[CLICKS]))

    if hook == "advisor_metrics":
        context = MetricsContext.of_one(date(2026, 11, 2), "s")
        (text,) = found.derived(Counts(), context).lines("s")
        assert text.startswith(f"plugin bad: {hook} ")
    else:
        getattr(found, HOOKS[hook])()
        (text,) = problems(found)
        assert text.startswith(f"plugin bad is not used: {hook} ")
    assert says in text
    assert set(found.vocabulary().counts) == {"clicks"}


class Moody:
    """Has everything a provider has, and its name cannot be asked for."""

    kinds: ClassVar[dict[str, object]] = {}

    @property
    def name(self) -> str:
        raise RuntimeError("not today")

    def recognise(self, source: object) -> tuple[()]:
        return ()

    def read(self, source: object, match: object, context: object) -> None: ...


def test_a_provider_whose_name_cannot_be_asked_for_ends_no_run() -> None:
    found = registry(moody=plugin(advisor_metric_providers=[Moody()]))

    assert len(found.providers()) == 1 - len(problems(found))


def _unmarked() -> ModuleType:
    module = ModuleType("stranger")
    vars(module)["advisor_rule_packs"] = list
    return module


def _asks_for_more(colour: str) -> list[object]:
    return [colour]


@pytest.mark.parametrize(
    ("module", "says"),
    [
        (
            plugin(advisor_vocabulary=_asks_for_more),
            "advisor_vocabulary asks for colour; it is given nothing",
        ),
        (
            plugin(advisor_rule_pack=[]),
            "unknown hook 'advisor_rule_pack'; did you mean 'advisor_rule_packs'?",
        ),
        (_unmarked(), "advisor_rule_packs is not marked; write @hookimpl above it"),
    ],
    ids=["wrong signature", "unknown hook", "not marked"],
)
def test_a_plugin_that_implements_a_hook_wrongly_is_left_out(module: ModuleType, says: str) -> None:
    found = registry(bad=module, good=plugin(advisor_vocabulary=[CLICKS]))

    (text,) = problems(found)
    assert text.startswith("plugin bad is not used: ")
    assert says in text
    assert [p.problem is None for p in found.plugins] == [False, True]
    assert set(found.vocabulary().counts) == {"clicks"}


def test_a_second_plugin_of_the_same_name_does_not_drive_out_the_first() -> None:
    made = empty()
    add(made, plugin(advisor_vocabulary=[CLICKS]), "twin")
    add(made, plugin(advisor_vocabulary=[SALES]), "twin")

    assert set(made.vocabulary().counts) == {"clicks"}
    (text,) = problems(made)
    assert text == (
        "plugin twin is not used: module and module both bring a plugin of this name; the first is "
        "used"
    )


def test_a_clash_of_words_names_both_plugins_and_costs_the_later_one_all_it_brings(
    tmp_path: Path,
) -> None:
    other = VocabularyFile(count=(Count("clicks", "taps"),))
    two = plugin(advisor_vocabulary=[other], advisor_rule_packs=[RulePack("two", "Two", tmp_path)])
    found = registry(one=plugin(advisor_vocabulary=[CLICKS]), two=two)

    assert found.vocabulary().counts["clicks"].title == "clicks"
    assert found.rule_packs() == []
    said = "plugin two is not used: count 'clicks' is declared by one and by two"
    assert problems(found) == [said]


def test_the_same_words_twice_are_no_clash() -> None:
    found = registry(
        one=plugin(advisor_vocabulary=[CLICKS]), two=plugin(advisor_vocabulary=[CLICKS])
    )

    assert set(found.vocabulary().counts) == {"clicks"}


def test_of_two_packs_with_one_id_the_one_that_was_there_first_is_used(tmp_path: Path) -> None:
    ours, theirs = (RulePack("guide", title, tmp_path) for title in ("ours", "theirs"))
    found = registry(
        ours=plugin(advisor_rule_packs=[ours]), theirs=plugin(advisor_rule_packs=[theirs])
    )

    assert found.rule_packs() == [ours]
    assert problems(found) == [
        "plugin theirs is not used: rule pack 'guide' is brought by ours already"
    ]


def test_a_band_file_with_mistakes_costs_its_plugin() -> None:
    good = BandFile("good", "Good", (Band("ctr", low=0.01),))
    bad = BandFile("bad", "Bad", (Band("ctrr", low=0.01),))
    from tests.core import WORDS

    words = VocabularyFile(
        subject=tuple(WORDS.subjects.values()),
        count=tuple(WORDS.counts.values()),
        metric=tuple(WORDS.metrics.values()),
    )
    found = registry(
        one=plugin(advisor_vocabulary=[words], advisor_benchmarks=[good]),
        two=plugin(advisor_vocabulary=[TAPS], advisor_benchmarks=[good, bad]),
    )

    assert found.band_files() == [good]
    assert "taps" not in found.vocabulary().counts
    (text,) = problems(found)
    assert text.startswith("plugin two is not used: bad: 1 mistake")
    assert "did you mean 'ctr'?" in text


RULE = """
id = "{id}"
subject = "ad"
severity = "low"
{more}
[when]
clicks = {{ at-least = 1 }}
[says]
healthy = "Well"
finding = "So"
why = "So."
[[action]]
lever = "hook"
direction = "change"
do = "Do"
steps = ["One"]
owner = "you"
effort = 4
"""


def pack(folder: Path, name: str, **rules: str) -> RulePack:
    (folder / name).mkdir()
    for rule_id, more in rules.items():
        text = RULE.format(id=rule_id, more=more)
        (folder / name / f"{rule_id}.toml").write_text(text)
    return RulePack(name, name, folder / name)


def loaded(*packs: RulePack, folders: Sequence[Path] = ()) -> tuple[list[str], list[str]]:
    from tests.core import WORDS

    words = VocabularyFile(
        subject=tuple(WORDS.subjects.values()),
        count=tuple(WORDS.counts.values()),
        metric=tuple(WORDS.metrics.values()),
        lever=tuple(WORDS.levers.values()),
        goal=tuple(WORDS.goals.values()),
        relation=tuple(WORDS.relations.values()),
    )
    found = registry(one=plugin(advisor_vocabulary=[words], advisor_rule_packs=list(packs)))
    rules = load_rules(found, Settings(), Business(), TODAY, folders=folders)
    return sorted(rule.id for rule in rules.rules), [note.text for note in rules.notes]


def test_a_pack_with_mistakes_is_left_out_whole_with_one_note(tmp_path: Path) -> None:
    bad = pack(tmp_path, "bad", one='goal = "adz"\nseverty = "low"', sound="")

    ids, notes = loaded(bad, pack(tmp_path, "good", one=""))

    assert ids == ["good/one"]
    (note,) = notes
    assert note == (
        "rule pack bad is not used: one.toml: unknown key 'severty'; did you mean 'severity'?; "
        "one.toml: goal: unknown goal 'adz'; did you mean 'ads'?"
    )


def test_of_a_pack_with_many_mistakes_the_first_are_named(tmp_path: Path) -> None:
    bad = pack(tmp_path, "bad", **{f"r{i}": 'goal = "adz"' for i in range(9)})

    _, (note,) = loaded(bad)

    assert note.endswith("did you mean 'ads'?; and 6 more, see `advisor rules test`")
    assert note.count("adz") == 3


def test_a_rule_that_is_in_two_files_costs_its_pack_and_both_are_named(tmp_path: Path) -> None:
    mine = pack(tmp_path, "mine", one="")
    (tmp_path / "mine" / "other").mkdir()
    text = (tmp_path / "mine" / "one.toml").read_text()
    (tmp_path / "mine" / "other" / "one.toml").write_text(text)

    ids, (note,) = loaded(mine)

    assert ids == []
    assert note.endswith("the id 'one' is in two files: one.toml and other/one.toml")


def test_a_pack_whose_folder_is_gone_is_left_out(tmp_path: Path) -> None:
    gone = RulePack("gone", "Gone", tmp_path / "nowhere")

    ids, notes = loaded(gone, pack(tmp_path, "good", one=""))

    assert ids == ["good/one"]
    assert notes[0].startswith("rule pack gone is not used: ")


def test_a_pack_that_refers_to_rules_that_are_not_there_is_left_out_with_those_that_lean_on_it(
    tmp_path: Path,
) -> None:
    first = pack(tmp_path, "first", one='explains = ["nowhere/rule"]', sound="")
    leans_on_it = pack(tmp_path, "second", two='after = { finding = "first/one" }')

    ids, notes = loaded(first, leans_on_it, pack(tmp_path, "good", one=""))

    assert ids == ["good/one"]
    assert [re.sub(r"; .*", "", note) for note in notes] == [
        "rule pack first is not used: first/one: explains: unknown rule 'nowhere/rule'",
        "rule pack second is not used: second/two: after: unknown rule 'first/one'",
    ]


def test_the_users_own_folder_with_mistakes_is_an_error(tmp_path: Path) -> None:
    own = pack(tmp_path, "own", one='explains = ["nowhere/rule"]')

    with pytest.raises(Mistakes, match="unknown rule 'nowhere/rule'"):
        loaded(folders=[Path(str(own.folder))])


@pytest.mark.parametrize("word", ["after", "explains"])
def test_rules_that_need_each_other_in_a_circle_are_an_error_with_the_path(
    tmp_path: Path, word: str
) -> None:
    def refer(to: str) -> str:
        return f'after = {{ finding = "{to}" }}' if word == "after" else f'explains = "{to}"'

    own = pack(tmp_path, "own", one=refer("two"), two=refer("three"), three=refer("one"))

    with pytest.raises(AdvisorError, match=r"own/one → own/\w+ → own/\w+ → own/one"):
        loaded(folders=[Path(str(own.folder))])


def test_an_object_may_be_a_plugin() -> None:
    thing: Any = SimpleNamespace()

    add(made := empty(), thing, "thing")

    assert (made.plugins[0].module, made.plugins[0].problem) == ("SimpleNamespace", None)
