"""A plugin adds; it replaces only what advisor.toml lets it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import attrs
import pytest

from advisor.errors import AdvisorError, Mistakes
from advisor.knowledge.load import RuleSet, bands_of, load_rules
from advisor.model.bands import Band, BandFile, Where
from advisor.model.rule import RulePack
from advisor.model.settings import PluginsSection, RulesSection, Settings
from advisor.model.shop import Business
from advisor.model.vocabulary import Niche
from advisor.model.vocabulary_files import VocabularyFile
from advisor.plugin.hookspecs import Templates
from advisor.plugin.loading import add, empty
from advisor.plugin.overrides import Override, order_templates
from advisor.plugin.registry import Registry
from tests.core import TODAY
from tests.plugin.test_calls import hookimpl
from tests.plugin.test_contracts import words
from tests.plugin.test_registry import pack


def brings(**hooks: Sequence[object]) -> ModuleType:
    """A plugin whose hooks give these."""
    module = ModuleType("stranger")
    for name, given in hooks.items():
        vars(module)[name] = hookimpl(_giving(given))
    return module


def _giving(given: Sequence[object]) -> Callable[[], Sequence[object]]:
    def hook() -> Sequence[object]:
        return given

    return hook


def registry(
    host: RulePack | None = None, own_bands: Sequence[BandFile] = (), **others: Any
) -> Registry:
    """A registry with our own words, pack and bands, and *others* by name."""
    made = empty()
    packs = [host] if host else []
    dist = SimpleNamespace(read_text=lambda _: "Name: shop-advisor\nVersion: 1\n")
    entry: Any = SimpleNamespace(dist=dist, value="ours")
    ours = brings(
        advisor_vocabulary=[lever(words())],
        advisor_rule_packs=packs,
        advisor_benchmarks=own_bands,
    )
    add(made, ours, "ours", entry)
    for name, other in others.items():
        add(made, other, name)
    assert made.failures() == []
    return made


def lever(file: VocabularyFile) -> VocabularyFile:
    from tests.core import WORDS

    return attrs.evolve(
        file, lever=tuple(WORDS.levers.values()), niche=(Niche("beauty", "Beauty"),)
    )


def rules_of(
    made: Registry,
    *,
    allow: Sequence[str] = (),
    disable: Sequence[str] = (),
    folders: Sequence[Path] = (),
) -> RuleSet:
    settings = Settings(
        plugins=PluginsSection(allow=tuple(allow)), rules=RulesSection(disable=tuple(disable))
    )
    return load_rules(made, settings, Business(), TODAY, folders=folders)


def ids(loaded: RuleSet) -> list[str]:
    return sorted(rule.id for rule in loaded.rules)


def resting(loaded: RuleSet) -> dict[str, str]:
    return {rule.id: reason for rule, reason in loaded.inactive}


OVER = 'overrides = "guide/weak"'


@pytest.fixture
def guide(tmp_path: Path) -> RulePack:
    return pack(
        tmp_path, "guide", weak="", other='explains = "weak"', later='after = {finding = "weak"}'
    )


def agency(folder: Path, name: str = "agency", more: str = OVER) -> Any:
    return brings(advisor_rule_packs=[pack(folder, name, own=more)])


def test_without_leave_the_other_rule_stays_and_a_note_says_which_line_to_add(
    tmp_path: Path, guide: RulePack
) -> None:
    loaded = rules_of(registry(guide, agency=agency(tmp_path)))

    assert ids(loaded) == ["guide/later", "guide/other", "guide/weak"]
    assert resting(loaded) == {
        "agency/own": "it would replace guide/weak, which advisor.toml doesn't allow"
    }
    (note,) = loaded.notes
    assert note.text.endswith('to allow it, add `allow = ["agency"]` to [plugins] in advisor.toml')
    assert loaded.overrides == ()


def test_with_leave_it_is_judged_instead_and_answers_to_the_other_s_id(
    tmp_path: Path, guide: RulePack
) -> None:
    loaded = rules_of(registry(guide, agency=agency(tmp_path)), allow=["agency"])

    assert ids(loaded) == ["agency/own", "guide/later", "guide/other"]
    assert resting(loaded) == {"guide/weak": "replaced by agency/own"}
    assert loaded.overrides == (Override("guide/weak", "agency/own"),)
    by_id = {rule.id: rule for rule in loaded.rules}
    assert by_id["guide/other"].explains == ("agency/own",)
    assert by_id["guide/later"].after is not None
    assert by_id["guide/later"].after.findings == ("agency/own",)
    assert [note.text for note in loaded.notes] == ["rule guide/weak is replaced by agency/own"]


def test_what_replaces_a_rule_is_disabled_by_its_name(tmp_path: Path, guide: RulePack) -> None:
    made = registry(guide, agency=agency(tmp_path))

    loaded = rules_of(made, allow=["agency"], disable=["guide/weak"])

    assert ids(loaded) == ["guide/later", "guide/other"]
    assert loaded.overrides == ()


def test_what_rests_itself_replaces_nothing(tmp_path: Path, guide: RulePack) -> None:
    made = registry(guide, agency=agency(tmp_path))

    loaded = rules_of(made, allow=["agency"], disable=["agency/own"])

    assert ids(loaded) == ["guide/later", "guide/other", "guide/weak"]


def test_of_two_that_are_allowed_the_one_that_is_listed_first_replaces(
    tmp_path: Path, guide: RulePack
) -> None:
    made = registry(guide, one=agency(tmp_path, "one"), two=agency(tmp_path, "two"))

    loaded = rules_of(made, allow=["two", "one"])

    assert ids(loaded) == ["guide/later", "guide/other", "two/own"]
    assert resting(loaded)["one/own"] == "guide/weak is replaced by two/own already"
    assert len(loaded.notes) == 2


def test_the_user_s_own_folder_needs_no_leave_and_comes_first(
    tmp_path: Path, guide: RulePack
) -> None:
    own = pack(tmp_path, "mine", own=OVER)
    made = registry(guide, agency=agency(tmp_path))

    loaded = rules_of(made, allow=["agency"], folders=[Path(str(own.folder))])

    assert ids(loaded) == ["guide/later", "guide/other", "mine/own"]


MISTAKES = {
    "a short id": ('overrides = "weak"', "'weak' is no full id; write it as pack/rule"),
    "one of its own pack": ('overrides = "mine/own"', "mine/own is of this pack; change its file"),
    "an unknown rule": ('overrides = "guide/waek"', "did you mean 'guide/weak'?"),
}


@pytest.mark.parametrize(("more", "says"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_overrides_is_named(
    more: str, says: str, tmp_path: Path, guide: RulePack
) -> None:
    own = pack(tmp_path, "mine", own=more)

    with pytest.raises(Mistakes) as caught:
        rules_of(registry(guide), folders=[Path(str(own.folder))])

    assert says in str(caught.value)


MISFITS = {
    "takes the id of another's rule": 'aliases = ["guide/weak"]',
    "replaces what replaces itself": 'overrides = "first/own"',
    "waits for itself": 'after = { finding = "own" }',
    "explains itself": 'explains = "own"',
}


@pytest.mark.parametrize("more", MISFITS.values(), ids=MISFITS)
def test_a_third_party_s_pack_that_does_not_fit_is_left_out_alone(
    more: str, tmp_path: Path, guide: RulePack
) -> None:
    first, second = agency(tmp_path, "first"), agency(tmp_path, "second", more)
    made = registry(guide, first=first, second=second)

    loaded = rules_of(made, allow=["first", "second"])

    assert ids(loaded) == ["first/own", "guide/later", "guide/other"]
    (line,) = made.failures()
    assert line.startswith("rule pack second is not used: ")


def test_a_pack_that_replaces_what_is_not_there_is_left_out_whole(
    tmp_path: Path, guide: RulePack
) -> None:
    mine = pack(tmp_path, "agency", own='overrides = "guide/strong"', sound="")
    made = registry(guide, agency=brings(advisor_rule_packs=[mine]))

    loaded = rules_of(made, allow=["agency"])

    assert ids(loaded) == ["guide/later", "guide/other", "guide/weak"]
    (line,) = made.failures()
    assert line.startswith(
        "rule pack agency is not used: agency/own: overrides: unknown rule 'guide/strong'"
    )


def test_a_circle_through_a_replaced_rule_costs_the_pack_that_made_it(tmp_path: Path) -> None:
    host = pack(tmp_path, "guide", weak="", later='after = { finding = "weak" }')
    more = f'{OVER}\nafter = {{ finding = "guide/later" }}'
    made = registry(host, agency=agency(tmp_path, more=more))

    loaded = rules_of(made, allow=["agency"])

    assert ids(loaded) == ["guide/later", "guide/weak"]
    assert "agency/own → guide/later → agency/own" in made.failures()[0].replace(
        "guide/later → agency/own → guide/later", "agency/own → guide/later → agency/own"
    )


def test_the_user_s_own_mistake_is_not_put_on_a_plugin(tmp_path: Path, guide: RulePack) -> None:
    own = pack(tmp_path, "mine", own='after = { finding = "own" }')
    made = registry(guide, agency=agency(tmp_path))

    with pytest.raises(AdvisorError):
        rules_of(made, folders=[Path(str(own.folder))])


def test_a_pack_whose_folder_is_none_is_left_out(tmp_path: Path, guide: RulePack) -> None:
    odd: Any = None
    made = registry(guide, agency=brings(advisor_rule_packs=[RulePack("odd", "Odd", odd)]))

    assert ids(rules_of(made)) == ["guide/later", "guide/other", "guide/weak"]
    (line,) = made.failures()
    assert line.endswith("gave a RulePack that is none: folder is None, expected Traversable")


# Bands


def bands(*lows: tuple[str | None, float], title: str) -> BandFile:
    listed = tuple(Band("ctr", low=low, where=Where(niche=niche)) for niche, low in lows)
    return BandFile(title, title, listed, layer=5)


OWN_NICHE = VocabularyFile(niche=(Niche("vintage", "Vintage"),))


@pytest.mark.parametrize(
    ("allow", "niche", "low"),
    [
        ((), None, 0.01),  # ours
        (("agency",), None, 0.02),
        ((), "beauty", 0.01),  # a niche of ours: even a finer band of theirs waits for leave
        (("agency",), "beauty", 0.03),
        ((), "vintage", 0.04),  # a niche that only they bring
        (("agency",), "vintage", 0.04),
    ],
)
def test_whose_band_holds(allow: tuple[str, ...], niche: str | None, low: float) -> None:
    ours = attrs.evolve(bands((None, 0.01), title="ours"), layer=0)
    theirs = bands((None, 0.02), ("beauty", 0.03), ("vintage", 0.04), title="theirs")
    agency = brings(advisor_vocabulary=[OWN_NICHE], advisor_benchmarks=[theirs])
    made = registry(own_bands=[ours], agency=agency)
    settings = Settings(plugins=PluginsSection(allow=allow))

    found = bands_of(settings, made).resolve("ctr", "ad", Business(niche=niche), TODAY)

    assert [edges.low for edges in found.edges] == [low]
    notes = made.ordered_bands(allow)[1]
    assert [note.text.split(":")[0] for note in notes] == [
        "targets of agency come before the bundled ones"
        if allow
        else "plugin agency has targets that apply only where no bundled target does"
    ]


def test_a_third_party_s_band_holds_where_there_is_no_other() -> None:
    theirs = bands((None, 0.02), title="theirs")
    made = registry(agency=brings(advisor_benchmarks=[theirs]))

    found = bands_of(Settings(), made).resolve("ctr", "ad", Business(), TODAY)

    assert [edges.low for edges in found.edges] == [0.02]
    assert made.ordered_bands()[1] == []


def test_the_shop_s_own_band_holds_before_all() -> None:
    from advisor.model.settings import OwnBand

    theirs = bands((None, 0.02), title="theirs")
    made = registry(agency=brings(advisor_benchmarks=[theirs]))
    settings = Settings(bands={"ctr": OwnBand(low=0.5)}, plugins=PluginsSection(allow=("agency",)))

    found = bands_of(settings, made).resolve("ctr", "ad", Business(), TODAY)

    assert [edges.low for edges in found.edges] == [0.5]


# Templates


def theme(folder: Path, name: str, *files: str) -> Templates:
    (folder / name).mkdir()
    for file in files:
        (folder / name / file).write_text(name)
    return Templates(name, folder / name)


def test_templates_of_others_are_searched_last_and_of_allowed_ones_first(tmp_path: Path) -> None:
    host = theme(tmp_path, "host", "plan.md.j2")
    one = theme(tmp_path, "one", "plan.md.j2", "one.md.j2")
    two = theme(tmp_path, "two", "plan.md.j2")
    others = [("one", one), ("two", two)]

    plain, notes = order_templates([host], others, [])
    allowed, fewer = order_templates([host], others, ["two"])

    assert plain == [host, one, two]
    assert [note.text.split(";")[0] for note in notes] == [
        "plugin one would replace templates: plan.md.j2",
        "plugin two would replace templates: plan.md.j2",
    ]
    assert allowed == [two, host, one]
    assert len(fewer) == 1
    assert 'allow = ["two", "one"]' in fewer[0].text


def test_a_folder_that_is_not_there_has_no_templates(tmp_path: Path) -> None:
    gone = Templates("gone", tmp_path / "gone")

    assert order_templates([], [("gone", gone)], []) == ([gone], [])
