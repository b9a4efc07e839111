"""Catalogues of a package: extracting its texts, bringing translations up to date, checking them.

A package's texts are in its TOML (rules, vocabulary, kinds of files), its templates (`_("…")`,
`ngettext`, `{% trans %}`) and its code (`language.gettext("…")`). Its translations are
`locale/<language>/LC_MESSAGES/<package>.po`, one message a text, in the order of the files.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.errors import AdvisorError, Mistakes
from advisor.knowledge import CASES, rule_texts
from advisor.model import SOURCE, band_file, frozen, texts_of, vocabulary_file
from advisor.tabular import kind_of

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

FOLDER, MESSAGES = "locale", "LC_MESSAGES"
UNREVIEWED = "not yet reviewed by native speakers"
"""The team of a catalogue until one has reviewed it."""
MOST_TIMES, MOST_MORE = 1.6, 10  # how much longer a translation may be: fixed places have limits

_VOCABULARY, _BANDS, _KINDS = "vocabulary.toml", "bands.toml", "kinds"
_KEYWORDS: Mapping[str, Any] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
}
_TEMPLATE_OPTIONS = {
    "trimmed": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
    "silent": "false",
}
_HEADERS_OF_THE_DAY = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Report-Msgid-Bugs-To|Last-Translator)'
    r':.*\\n"\n',
    re.MULTILINE,
)
_BRACES = re.compile(r"\{[a-z][a-z0-9_.-]*\}")
_PERCENT = re.compile(r"%\([a-z_]+\)[a-z]")
_MARKUP = re.compile(
    r"`|\*\*|</?[a-z][^>]*>|https?://\S+|\[[a-z]+\]|[a-z_]+\.(?:toml|csv|json|md)\b"
)
_ENDS = (".", ":", "?", "!", "…")


@frozen
class Text:
    """One text of a package: *plural* is its form for many, *where* the file that has it."""

    text: str
    where: str
    plural: str = ""
    context: str = ""

    @property
    def id(self) -> str | tuple[str, str]:
        """What the catalogue calls it."""
        return (self.text, self.plural) if self.plural else self.text


@frozen
class Completeness:
    """How much of a catalogue is translated: *done* of *all* texts."""

    language: str
    done: int
    all: int
    reviewed: bool

    @property
    def share(self) -> float:
        return self.done / self.all if self.all else 1.0


def package_texts(package: Path) -> tuple[Text, ...]:
    """Every text of *package*, once, in the order of its files. Raises Mistakes for TOML that
    cannot be read."""
    found: dict[tuple[str, str], Text] = {}
    for text in _texts(package):
        key = (text.context, text.text)
        held = found.get(key)
        if held is None or (text.plural and not held.plural):
            found[key] = text
    return tuple(found.values())


def _texts(package: Path) -> Iterator[Text]:
    files = (file for file in package.rglob("*") if file.is_file())
    for file in sorted(files, key=lambda file: file.relative_to(package).parts):
        inside = file.relative_to(package)
        where = inside.as_posix()
        if inside.parts[0] == FOLDER or "scaffold" in inside.parts:
            continue
        if file.suffix == ".toml" and not file.name.endswith(CASES):
            yield from (Text(text, where) for text in _toml_texts(file, inside))
        elif file.suffix in (".py", ".j2"):
            yield from _marked_texts(file, where)


def _toml_texts(file: Path, inside: Path) -> Sequence[str]:
    text = file.read_text(encoding="utf-8")
    where = inside.as_posix()
    if file.name == _VOCABULARY:
        return texts_of(vocabulary_file(text, where=where))
    if file.name == _BANDS:
        return texts_of(band_file(text, where=where))
    if file.parent.name == _KINDS:
        kind = kind_of(text, where=where)
        return [*texts_of(kind), *kind.not_data]
    return rule_texts(text, where=where)


def _marked_texts(file: Path, where: str) -> Iterator[Text]:
    from babel.messages.extract import extract

    if file.suffix == ".py":
        method, options = "python", {}
    else:
        method, options = "jinja2.ext:babel_extract", _TEMPLATE_OPTIONS
    with file.open("rb") as stream:
        for _, message, _, context in extract(method, stream, keywords=_KEYWORDS, options=options):
            one, many = (message, "") if isinstance(message, str) else (message[0], message[1])
            if one:
                yield Text(str(one), where, str(many), context or "")


def catalogue_path(package: Path, language: str) -> Path:
    """Where the catalogue of *package* in *language* lies."""
    return package / FOLDER / language / MESSAGES / f"{package.name}.po"


def languages_of(package: Path) -> tuple[str, ...]:
    """The languages that *package* has a catalogue of."""
    folder = package / FOLDER
    found = folder.iterdir() if folder.is_dir() else ()
    names = (place.name for place in found)
    return tuple(sorted(name for name in names if catalogue_path(package, name).is_file()))


def update(package: Path, languages: Iterable[str] = ()) -> tuple[Path, ...]:
    """Bring the catalogues of *package* up to date with its texts: those that it has, and new ones
    for *languages*. Translations of texts that are gone stay in it as obsolete (`#~`)."""
    texts = package_texts(package)
    written = []
    for language in sorted({*languages_of(package), *languages}):
        if language == SOURCE:
            raise AdvisorError("texts are English already; name another language", where=language)
        path = catalogue_path(package, language)
        text = updated(texts, package.name, language, _read(path, language))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return tuple(written)


def updated(
    texts: Sequence[Text], package: str, language: str, known: "Catalog | None" = None
) -> str:
    """The PO file of *texts* in *language*, with the translations of *known*: the same input gives
    the same bytes."""
    from babel.core import Locale, UnknownLocaleError
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    try:
        Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        problem = "Babel knows no such locale; write it like es or pt_BR"
        raise AdvisorError(problem, where=language) from None
    made = Catalog(
        locale=language,
        project=package,
        version="",
        language_team=known.language_team if known is not None else UNREVIEWED,
        header_comment=f"# Texts of {package} in {language}.",
        fuzzy=False,
    )
    left = _all_of(known) if known is not None else {}
    for text in texts:
        old = left.pop((text.context, text.text), None)
        given = old.string if old is not None and _fits(old, text, made.num_plurals) else None
        made.add(
            text.id,
            given,
            locations=[(text.where, None)],  # type: ignore[list-item]  # a file, no line
            flags=["fuzzy"] if old is not None and old.fuzzy and given else (),
            context=text.context or None,
        )
    for old in left.values():
        if any([old.string] if isinstance(old.string, str) else old.string or ()):
            made.obsolete[made._key_for(old.id, old.context)] = old  # noqa: SLF001
    stream = BytesIO()
    write_po(stream, made, width=0, include_lineno=False)
    return _HEADERS_OF_THE_DAY.sub("", stream.getvalue().decode())


def _all_of(known: "Catalog") -> dict[tuple[str, str], "Message"]:
    """The messages of *known* by context and text; obsolete ones too, as a text may come back."""
    every = (*known.obsolete.values(), *(message for message in known if message.id))
    return {(message.context or "", _first(message.id)): message for message in every}


def _fits(old: "Message", text: Text, forms: int) -> bool:
    if not text.plural:
        return isinstance(old.string, str)
    return not isinstance(old.string, str) and len(old.string or ()) == forms


def _first(id_: Any) -> str:
    return id_ if isinstance(id_, str) else str(id_[0])


def _read(path: Path, language: str) -> "Catalog | None":
    from babel.messages.pofile import PoFileError, read_po

    if not path.is_file():
        return None
    try:
        return read_po(BytesIO(path.read_bytes()), locale=language, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise AdvisorError(f"no PO file: {error}", where=str(path)) from None


def completeness(package: Path) -> tuple[Completeness, ...]:
    """How much of *package* is translated, by language."""
    texts = {(text.context, text.text) for text in package_texts(package)}
    found = []
    for language in languages_of(package):
        known = _read(catalogue_path(package, language), language)
        if known is None:
            continue
        done = sum(
            (message.context or "", _first(message.id)) in texts and _is_done(message)
            for message in known
            if message.id
        )
        reviewed = UNREVIEWED not in (known.language_team or "")
        found.append(Completeness(language, done, len(texts), reviewed))
    return tuple(found)


def sum_up(packages: Sequence[Path]) -> tuple[Completeness, ...]:
    """How much of all *packages* is translated, by language; one that lacks a catalogue counts as
    not translated."""
    sizes = {package: len(package_texts(package)) for package in packages}
    known = [one for package in packages for one in completeness(package)]
    return tuple(
        Completeness(
            language,
            sum(one.done for one in known if one.language == language),
            sum(sizes.values()),
            all(one.reviewed for one in known if one.language == language),
        )
        for language in sorted({one.language for one in known})
    )


def _is_done(message: "Message") -> bool:
    return not message.fuzzy and all(_forms(message))


def _forms(message: "Message") -> tuple[str, ...]:
    given = message.string or ""
    return (given,) if isinstance(given, str) else tuple(given)


def check(package: Path) -> None:
    """Raise Mistakes with everything that is wrong in the catalogues of *package*."""
    texts = package_texts(package)
    wrong: list[str] = []
    for language in languages_of(package):
        path = catalogue_path(package, language)
        place = path.relative_to(package).as_posix()
        known = _read(path, language)
        if known is not None:
            wrong += [f"{place}: {line}" for line in _wrong(texts, known, language)]
            if path.read_text(encoding="utf-8") != updated(texts, package.name, language, known):
                command = f"advisor languages update {package}"
                wrong.append(f"{place}: is not up to date; run `{command}`")
    if wrong:
        raise Mistakes(wrong, where=str(package))


def _wrong(texts: Sequence[Text], known: "Catalog", language: str) -> Iterator[str]:
    from babel.messages.plurals import get_plural

    expected = get_plural(language)
    if (known.num_plurals, known.plural_expr) != (expected.num_plurals, expected.plural_expr):
        yield f"Plural-Forms: is not {expected.plural_forms}"
    messages = {(message.context or "", _first(message.id)): message for message in known}
    for text in texts:
        message = messages.get((text.context, text.text))
        if message is None or message.fuzzy or not any(_forms(message)):
            continue
        forms = _forms(message)
        if len(forms) != (known.num_plurals if text.plural else 1) or not all(forms):
            yield f"{_short(text.text)}: not every plural form is there"
            continue
        for form in forms:
            yield from (f"{_short(text.text)}: {why}" for why in wrong_translation(text, form))


def wrong_translation(text: Text, translation: str) -> Iterator[str]:
    """Everything in which *translation* differs from *text* where it may not."""
    english = text.plural or text.text
    for pattern in (_BRACES, _PERCENT):
        asked, given = set(pattern.findall(english)), set(pattern.findall(translation))
        if lost := sorted(asked - given):
            yield f"{', '.join(lost)} is missing"
        if more := sorted(given - asked - set(pattern.findall(text.text))):
            yield f"{', '.join(more)} is not in the English text"
    if _PERCENT.search(english) or "%%" in english:
        rest = _PERCENT.sub("", translation).replace("%%", "")
        if "%" in rest:
            yield "a % that is no placeholder is written %%"
    asked_markup, given_markup = (Counter(_MARKUP.findall(one)) for one in (english, translation))
    if asked_markup != given_markup:
        differing = (asked_markup - given_markup) + (given_markup - asked_markup)
        yield f"markup differs: {', '.join(sorted(differing))}"
    if len(translation) > MOST_TIMES * len(english) + MOST_MORE:
        yield f"{len(translation)} characters are too long for {len(english)}"
    if translation != translation.strip() and english == english.strip():
        yield "spaces around it"
    end = english[-1:] if english.endswith(_ENDS) else ""
    if end != (translation[-1:] if translation.endswith(_ENDS) else ""):
        yield f"it should end with {end!r}" if end else "it should not end with a mark"


def _short(text: str) -> str:
    return repr(text if len(text) <= 50 else f"{text[:49]}…")
