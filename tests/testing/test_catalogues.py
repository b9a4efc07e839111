"""Catalogues of a package: extracted, brought up to date, checked."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from advisor.errors import AdvisorError, Mistakes
from advisor.testing.catalogues import (
    Text,
    catalogue_path,
    check,
    completeness,
    package_texts,
    update,
    wrong_translation,
)

RULE = """
id = "slow"
subject = "ad"
severity = "low"
[when]
ctr = "low"
[says]
healthy = "CTR is on target"
finding = "{ad.name}: {ctr} CTR"
why = "Nobody clicks."
[[action]]
lever = "x"
direction = "change"
do = "Test a hook"
steps = ["Cut it", "Run it"]
owner = "you"
effort = 1
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "my_rules"
    (folder / "ads").mkdir(parents=True)
    (folder / "ads" / "slow.toml").write_text(RULE)
    (folder / "ads" / "slow.cases.toml").write_text('["a case"]\nfinding = "never"\n')
    (folder / "vocabulary.toml").write_text('[[count]]\nid = "n"\ntitle = "notes"\n')
    (folder / "page.j2").write_text(
        '<p title="{{ _("Hello") }}">{% trans n=3 %}\n  {{ n }} left\n{% endtrans %}</p>'
    )
    (folder / "code.py").write_text(
        'def f(language, n):\n    return language.ngettext("{n} day", "{n} days", n)\n'
    )
    return folder


def put(package: Path, language: str, said: dict[str, str]) -> None:
    path = catalogue_path(package, language)
    text = path.read_text()
    for english, translated in said.items():
        text = text.replace(
            f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{translated}"'
        )
    path.write_text(text)


def test_texts_are_those_of_rules_words_templates_and_code(package: Path) -> None:
    texts = package_texts(package)

    assert [one.text for one in texts] == [
        *("CTR is on target", "{ad.name}: {ctr} CTR", "Nobody clicks."),
        *("Test a hook", "Cut it", "Run it"),
        *("{n} day", "Hello", "%(n)s left", "notes"),
    ]
    assert next(one.plural for one in texts if one.plural) == "{n} days"


def test_the_same_texts_make_the_same_bytes(package: Path) -> None:
    (path,) = update(package, ["es"])
    first = path.read_bytes()
    update(package)

    assert path.read_bytes() == first
    assert b"Date" not in first
    check(package)


def test_translations_stay_and_those_of_gone_texts_are_kept_aside(package: Path) -> None:
    update(package, ["es"])
    put(package, "es", {"Hello": "Hola", "Cut it": "Córtalo"})
    (package / "page.j2").write_text('{{ _("Bye") }}')
    with pytest.raises(Mistakes, match="not up to date"):
        check(package)
    update(package)
    with catalogue_path(package, "es").open("rb") as file:
        known = read_po(file)

    kept = known.get("Cut it")
    assert kept is not None
    assert kept.string == "Córtalo"
    assert known.get("Hello") is None
    assert [message.string for message in known.obsolete.values()] == ["Hola"]
    (package / "page.j2").write_text('{{ _("Hello") }}')
    update(package)
    assert 'msgid "Hello"\nmsgstr "Hola"' in catalogue_path(package, "es").read_text()
    check(package)


def test_how_complete_a_catalogue_is(package: Path) -> None:
    update(package, ["es", "pt_BR"])
    put(package, "es", {"Hello": "Hola"})
    spanish, portuguese = completeness(package)

    assert (spanish.language, spanish.done, spanish.all, spanish.reviewed) == ("es", 1, 10, False)
    assert (portuguese.done, portuguese.share) == (0, 0.0)


def test_english_and_languages_that_nobody_knows_are_refused(package: Path) -> None:
    for name in ("en", "xx_YY", "../es"):
        with pytest.raises(AdvisorError):
            update(package, [name])


@pytest.mark.parametrize(
    ("english", "translation", "wrong"),
    [
        ("{ctr} CTR", "CTR de {ctr}", []),
        ("{ctr} CTR", "CTR", ["{ctr} is missing"]),
        ("{ctr} CTR", "{ctr} {cpc}", ["{cpc} is not in the English text"]),
        ("%(n)s left", "quedan %(n)s", []),
        (
            "%(n)s left",
            "queda un 5%",
            ["%(n)s is missing", "a % that is no placeholder is written %%"],
        ),
        ("Set `size`", "Pon `size`", []),
        ("Set `size`", "Pon size", ["markup differs: `"]),
        ("Stop.", "Para", ["it should end with '.'"]),
        ("Stop", "Para.", ["it should not end with a mark"]),
        ("Stop", "Para ", ["spaces around it"]),
        ("Stop", "Detén todo lo que haces ahora", ["29 characters are too long for 4"]),
    ],
)
def test_a_translation_keeps_what_the_text_has(
    english: str, translation: str, wrong: list[str]
) -> None:
    assert list(wrong_translation(Text(english, "x"), translation)) == wrong


def test_a_missing_plural_form_is_told(package: Path) -> None:
    update(package, ["es"])
    path = catalogue_path(package, "es")
    path.write_text(path.read_text().replace('msgstr[0] ""', 'msgstr[0] "{n} día"'))

    with pytest.raises(Mistakes, match="not every plural form"):
        check(package)
