"""Reports in other languages: all of their texts are in catalogs, and each says the same."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from advisor.diagnosis import Diagnosis
from advisor.document import compose_document
from advisor.errors import AdvisorError
from advisor.knowledge import bands_of, installed_rules
from advisor.model import Language, Settings, Unit, make_settings, text
from advisor.plugin import Registry
from advisor.report import render
from advisor.testing.case_runner import CaseRunner
from advisor.testing.cases import pack_cases
from advisor.testing.catalogues import check, completeness, languages_of, package_texts
from tests.end_to_end.runs import diagnosis, document, registry
from tests.report.pseudo import pseudo_language, unmarked

EXAMPLE = Path("examples/luna-beauty")
PACKAGES = tuple(place for place in registry().text_folders() if isinstance(place, Path))
LANGUAGES = ("es", "id", "pt_BR")
# What is long is tried in one language in ordinary runs.
ONE_OF_THEM = [
    pytest.param(name, marks=() if name == "pt_BR" else pytest.mark.slow) for name in LANGUAGES
]
# What is of the shop's own: names and files; ids, and codes that are the same everywhere.
OWN = re.compile(r"\[\]\([^)]*\)|\b(guide|operator)/[\w-]+|\b(MXN|USD|LIVEs|SHA-256)\b")


def files(told: Diagnosis) -> Mapping[str, str]:
    made = compose_document(told)
    languages, formats = told.language, registry().report_formats()
    found = render(made, ("md", "html"), registry().templates(), formats, language=languages)
    return {name: str(content) for name, content in found.items()}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda place: place.name)
def test_every_catalog_is_up_to_date_and_holds(package: Path) -> None:
    assert languages_of(package) == LANGUAGES
    check(package)


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_plan_in_a_language_says_the_same_numbers(name: str) -> None:
    told = document(EXAMPLE, language=name)
    english = document(EXAMPLE)

    assert (told.language, english.language) == (name, "en")
    assert [one.id for one in told.plan] == [one.id for one in english.plan]
    assert [one.gain and one.gain.mid for one in told.plan] == [
        one.gain and one.gain.mid for one in english.plan
    ]
    assert [one.id for one in told.findings] == [one.id for one in english.findings]
    assert [one.value for one in told.kpis] == [one.value for one in english.kpis]


def test_the_same_language_gives_the_same_bytes() -> None:
    assert files(diagnosis(EXAMPLE, language="es")) == files(diagnosis(EXAMPLE, language="es"))


def test_numbers_and_dates_are_those_of_the_language_and_its_region() -> None:
    settings = {"shop": {"currency": "MXN", "region": "MX"}, "report": {"language": "es"}}
    mexican = diagnosis(EXAMPLE, settings=make_settings(settings)).language
    plain = diagnosis(EXAMPLE, settings=make_settings({"report": {"language": "pt-br"}})).language

    assert (mexican.code, mexican.number(0.0055, Unit.SHARE)) == ("es", "0.55%")
    assert mexican.number(145_000.0, Unit.MONEY, "MXN") == "$145,000"
    assert (plain.code, plain.number(0.0055, Unit.SHARE)) == ("pt_BR", "0,55%")


@pytest.mark.parametrize("name", ["ess", "de"])
def test_a_language_that_nobody_knows_is_refused_with_the_list(name: str) -> None:
    with pytest.raises(AdvisorError) as refused:
        diagnosis(EXAMPLE, settings=make_settings({"report": {"language": name}}))

    assert f"unknown language '{name}'" in str(refused.value)
    assert "en, es, id, pt_BR" in str(refused.value)


def test_no_text_of_a_plan_is_outside_of_the_catalogs(monkeypatch: pytest.MonkeyPatch) -> None:
    language = pseudo_language(registry())
    monkeypatch.setattr(Registry, "language", lambda *_, **__: language)
    made = files(diagnosis(EXAMPLE))
    page = made["plan.html"].partition("<h1")[2].partition('id="appendix"')[0]
    page = re.sub(r"<style.*?</style>|<[^>]+>", "\n", page, flags=re.DOTALL)
    assert made["plan.md"].strip()
    assert page.strip()
    own = {finding.subject.name for finding in document(EXAMPLE).findings}
    own |= {one.subject.name for one in document(EXAMPLE).watch}
    left = []
    for line in [*made["plan.md"].splitlines(), *page.splitlines()]:
        rest = OWN.sub("", unmarked(line))
        for name_ in own:
            rest = rest.replace(name_, "").replace(text.shorten(name_), "")
        if re.search(r"\b(the|of|and|is|to|in|for|no|not|your)\b", rest):
            left.append(rest)

    assert left == []


@pytest.mark.parametrize("name", ONE_OF_THEM)
def test_each_rule_makes_its_sentence_in_each_language(name: str) -> None:
    language = registry().language(name, None)
    every = installed_rules(registry())
    bands, vocabulary = bands_of(Settings(), registry()), registry().vocabulary()
    rules = {rule.id: rule for own in every.values() for rule in own}
    runner = CaseRunner(vocabulary, bands, tuple(rules.values()), language=language)
    for pack in every:
        for rule_id, cases in pack_cases(pack, vocabulary=vocabulary).items():
            fires = next((case for case in cases if case.outcome == "fires"), None)
            if fires is not None and rule_id in rules:
                said = runner.judge(rules[rule_id], fires).finding
                assert said, rule_id
                assert not re.search(r"[{}]", said), said


@pytest.mark.parametrize("name", ONE_OF_THEM)
def test_a_complete_language_leaves_no_english_sentence_in_the_plan(name: str) -> None:
    language: Language = registry().language(name, None)
    told = files(diagnosis(EXAMPLE, language=name))["plan.md"]
    for package in PACKAGES:
        (done,) = (one for one in completeness(package) if one.language == name)
        if done.done < done.all:
            continue
        for one in package_texts(package):
            sentence = len(one.text.split()) > 3 and "{" not in one.text and "%(" not in one.text
            if sentence and language.gettext(one.text) != one.text:
                assert one.text not in told
