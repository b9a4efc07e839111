"""A language: its texts, its plural forms, its numbers and dates."""

from datetime import date

import pytest
from babel.dates import format_interval, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from advisor.model import (
    ENGLISH,
    TRANSLATED,
    Catalogue,
    Language,
    read_catalogue,
    texts_of,
    vocabulary_file,
)
from advisor.model.locale_style import best_locale
from advisor.model.vocabulary import Unit

LOCALES = {
    ("en", None): "en",
    ("en", "US"): "en_US",
    ("en", "MX"): "en",
    ("es", None): "es",
    ("es", "MX"): "es_MX",
    ("pt_BR", "BR"): "pt_BR",
    ("pt_BR", "US"): "pt_BR",
    ("id", "ID"): "id_ID",
    ("hi", "IN"): "hi_IN",
    ("fr", "CA"): "fr_CA",
}
LANGUAGES = [Language(code, region) for code, region in LOCALES]
PO = """
msgid ""
msgstr ""
"Language: es\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "no action"
msgstr "ninguna acción"

#, fuzzy
msgid "not sure"
msgstr "no seguro"

msgid "{n} day of {shop}"
msgid_plural "{n} days of {shop}"
msgstr[0] "{n} día de {shop}"
msgstr[1] "{n} días de {shop}"

msgctxt "month"
msgid "May"
msgstr "mayo"

msgid "not translated"
msgstr ""
"""
SPANISH = Language("es", None, read_catalogue([PO]))


@pytest.mark.parametrize(("asked", "locale"), LOCALES.items())
def test_a_language_is_written_as_in_the_region_where_it_is_known_there(
    asked: tuple[str, str | None], locale: str
) -> None:
    assert best_locale(*asked) == locale


@given(st.sampled_from(LANGUAGES), st.integers(-(10**9), 10**9))
def test_whole_numbers_are_those_of_babel(language: Language, number: int) -> None:
    locale = language.style.locale
    assert language.integer(number) == format_decimal(number, locale=locale)
    shown = language.number(float(number), Unit.MONEY, "USD")
    if abs(number) >= 1000 and language.style.symbols.get("USD") != "USD":
        pattern = format_currency(number, "USD", locale=locale, currency_digits=False, format=None)
        assert shown == pattern.replace(f"{language.style.decimal}00", "")


@given(st.sampled_from(LANGUAGES), st.integers(-99, 99))
def test_shares_are_those_of_babel(language: Language, percent: int) -> None:
    locale = language.style.locale
    assert language.number(percent / 100, Unit.SHARE) == format_percent(
        percent / 100, locale=locale
    )


@given(
    st.sampled_from(LANGUAGES), st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(0, 900)
)
def test_dates_are_those_of_babel(language: Language, first: date, later: int) -> None:
    locale = language.style.locale
    last = date.fromordinal(first.toordinal() + later)
    assert language.day(first) == format_skeleton("MMMd", first, locale=locale)
    assert language.full_day(first) == format_skeleton("yMMMd", first, locale=locale)
    assert language.month(first) == format_skeleton("yMMM", first, locale=locale)
    if later:
        assert language.days(first, last) == format_interval(first, last, "yMMMd", locale=locale)
    else:
        assert language.days(first, last) == language.full_day(first)


def test_a_code_of_a_currency_is_parted_from_the_amount() -> None:
    assert ENGLISH.number(93_581_721.0, Unit.MONEY, "IDR") == "IDR\xa093,581,721"
    assert Language("id", "ID").number(93_581_721.0, Unit.MONEY, "IDR") == "Rp93.581.721"


def test_a_text_is_looked_up_and_stays_english_where_it_is_missing_or_uncertain() -> None:
    assert SPANISH.gettext("no action") == "ninguna acción"
    assert SPANISH.gettext("not translated") == "not translated"
    assert SPANISH.gettext("not sure") == "not sure"
    assert SPANISH.pgettext("month", "May") == "mayo"
    assert SPANISH.pgettext("verb", "May") == "May"


@pytest.mark.parametrize(
    ("n", "said"),
    [(0, "0 días"), (1, "1 día"), (2, "2 días"), (1234, "1.234 días"), (1.5, "1,5 días")],
)
def test_the_plural_form_is_that_of_the_language(n: float, said: str) -> None:
    shown = SPANISH.ngettext("{n} day of {shop}", "{n} days of {shop}", n, shop="{n}")

    assert shown == f"{said} de {{n}}"  # what a name holds is never filled in


def test_a_plural_without_translation_is_english() -> None:
    assert SPANISH.ngettext("{n} ad", "{n} ads", 1) == "1 ad"
    assert SPANISH.ngettext("{n} ad", "{n} ads", 2) == "2 ads"


def test_of_two_catalogues_the_first_says_a_text() -> None:
    other = PO.replace("ninguna acción", "nada")

    assert read_catalogue([other, PO]).texts["no action"] == "nada"
    assert read_catalogue([PO, other]).texts["no action"] == "ninguna acción"


def test_what_is_no_po_file_is_refused() -> None:
    with pytest.raises(ValueError, match="misformatted"):
        read_catalogue(["no PO file at all"])


def test_knowledge_is_translated_where_its_fields_are_text() -> None:
    words = vocabulary_file(
        '[[count]]\nid = "clicks"\ntitle = "clicks"\n[[count]]\nid = "views"\ntitle = "views"\n',
        where="x",
    )
    language = Language("es", None, Catalogue({"clicks": "clics", "views": "vistas"}))
    told = language.translate(words)

    assert [(one.id, one.title) for one in told.count] == [("clicks", "clics"), ("views", "vistas")]
    assert texts_of(words) == ["clicks", "views"]
    assert ENGLISH.translate(words) is words
    assert TRANSLATED
