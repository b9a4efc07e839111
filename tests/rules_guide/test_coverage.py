"""What of the guide is encoded: nothing is left out in silence, nothing is claimed that is not."""

from importlib import import_module

import pytest

import advisor_rules_guide
from advisor import hookimpl
from advisor.errors import Mistakes
from advisor.knowledge.guide_coverage import Coverage, Covered, coverage, guide_file, guides
from advisor.model.vocabulary import Goal, Niche
from advisor.model.vocabulary_files import VocabularyFile
from advisor.plugin.loading import add
from advisor.plugin.registry import Registry
from docs.generate import bundled

# What has no encoder, and what has some and needs more; guide.toml says what.
NOT_YET: set[str] = set()
IN_PART: set[str] = set()


@pytest.fixture(scope="module")
def found() -> Coverage:
    return coverage(bundled())


def test_every_item_is_encoded_or_listed_as_open(found: Coverage) -> None:
    states = {item.id: item.state for item in found.items}

    assert {id_ for id_, state in states.items() if state == "nothing"} == set()
    assert {id_ for id_, state in states.items() if state == "not yet"} == NOT_YET
    assert {id_ for id_, state in states.items() if state == "in part"} == IN_PART


def test_no_encoder_names_an_item_that_is_not_there(found: Coverage) -> None:
    assert found.wrong == ()
    assert found.holds


def test_the_index_has_the_guide_s_forty_items_in_six_families(found: Coverage) -> None:
    families: dict[str, int] = {}
    for item in found.items:
        family = item.id.partition(".")[0]
        families[family] = families.get(family, 0) + 1

    assert families == {
        "idea": 3, "metric": 12, "size": 3, "niche": 3, "goal": 6, "diag": 7, "practice": 6,
    }  # fmt: skip


def test_every_feature_is_a_part_of_the_program() -> None:
    features = [
        f for file in guides(advisor_rules_guide.advisor_rule_packs()) for f in file.feature
    ]
    places = [one.by.split(":") for one in features]

    assert [p for p in places if not hasattr(import_module(p[0]), p[1])] == []
    assert features


@pytest.fixture
def registry() -> Registry:
    return bundled()


class Stray:
    """A plugin that names an item nobody has."""

    @hookimpl
    def advisor_vocabulary(self) -> list[VocabularyFile]:
        return [
            VocabularyFile(
                niche=(Niche("pets", "pets", guide=("niche.pets",)),),
                goal=(Goal("rest", "rest", (), guide=("goal.salse",)),),
            )
        ]


def test_an_encoder_with_an_unknown_item_is_named_with_the_nearest(registry: Registry) -> None:
    add(registry, Stray(), "stray")
    wrong = coverage(registry).wrong

    assert any(line.startswith("niche pets: unknown item 'niche.pets'") for line in wrong)
    assert any("did you mean 'goal.sales'?" in line for line in wrong)
    assert not coverage(registry).holds


def test_an_item_that_nothing_encodes_and_nobody_admits_does_not_hold(found: Coverage) -> None:
    assert not Coverage((*found.items, Covered("idea.new", "something new", ())), ()).holds


def test_a_feature_or_a_gap_of_an_unknown_item_is_a_mistake() -> None:
    text = """
[items]
"idea.kpi" = "a number that decides"
[[feature]]
id = "idea.kpj"
by = "advisor.knowledge.guide_coverage:coverage"
says = "so"
[[not-yet]]
id = "idea.x"
what = "all of it"
"""
    with pytest.raises(Mistakes) as caught:
        guide_file(text, where="guide.toml")

    assert len(caught.value.mistakes) == 2
    assert "did you mean 'idea.kpi'?" in caught.value.mistakes[0]
