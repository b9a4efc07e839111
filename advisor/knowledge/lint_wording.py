"""Plain words: texts that readers meet avoid the words of `wording.toml`, and stay short."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from importlib.resources import files

from advisor.errors import Mistakes
from advisor.model import BandFile, Rule, frozen, parse_toml, structure

FILE = "wording.toml"
MOST_TITLE = 80
MOST_FINDING = 160  # without its placeholders

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_CODE = re.compile(r"`[^`]*`")


class Audience(StrEnum):
    """Who reads a text: anyone, or a seller who knows none of the program's terms."""

    ANYONE = "anyone"
    SELLER = "seller"


@frozen
class Avoided:
    """Words that texts avoid, as regular expressions, and what to write *instead*."""

    words: tuple[str, ...]
    instead: str
    audience: Audience = Audience.ANYONE


@frozen
class WordingFile:
    """wording.toml: everything that texts avoid."""

    avoid: tuple[Avoided, ...]


@frozen
class Text:
    """A text and its *place*; *most* is how long it may be, without placeholders."""

    place: str
    text: str
    most: int | None = None


@frozen
class Wording:
    """A text that is hard to read, and what to write instead."""

    place: str
    text: str
    instead: str

    def __str__(self) -> str:
        return f"{self.place}: “{self.text}”: {self.instead}"


def wording_file(text: str, *, where: str) -> WordingFile:
    """Read the words to avoid; raises Mistakes with everything that is wrong in the file."""
    file = structure(parse_toml(text, where=where), WordingFile, where=where)
    wrong = [
        f"avoid[{i}].words[{j}]: no regular expression: {error}"
        for i, item in enumerate(file.avoid)
        for j, word in enumerate(item.words)
        if (error := _regex_error(word))
    ]
    if wrong:
        raise Mistakes(wrong, where=where)
    return file


def check_wording(texts: Iterable[Text], audience: Audience) -> list[Wording]:
    """Every word that *texts* should not use, and every text that is too long."""
    return [found for text in texts for found in _of(text, audience)]


def rule_wording(rules: Iterable[Rule]) -> list[Wording]:
    """What the sentences of *rules* should say in plainer or fewer words."""
    return check_wording((text for rule in rules for text in _rule_texts(rule)), Audience.SELLER)


def band_wording(band_files: Iterable[BandFile]) -> list[Wording]:
    """What the notes and sources of targets should say in plainer words."""
    texts = (
        Text(f"bands of {file.id}, {band.metric}, {key}", text)
        for file in band_files
        for band in file.band
        for key, text in (("note", band.note), ("origin", band.origin.title if band.origin else ""))
    )
    return check_wording(texts, Audience.SELLER)


def _rule_texts(rule: Rule) -> Iterator[Text]:
    at = f"{rule.id}, {rule.file}, "
    says = rule.says
    yield Text(f"{at}says.healthy", says.healthy, MOST_TITLE)
    yield Text(f"{at}says.finding", says.finding, MOST_FINDING)
    yield Text(f"{at}says.why", says.why)
    yield Text(f"{at}says.misleading_when", says.misleading_when)
    for i, action in enumerate(rule.actions):
        yield Text(f"{at}action[{i}].do", action.do, MOST_TITLE)
        for j, step in enumerate(action.steps):
            yield Text(f"{at}action[{i}].steps[{j}]", step)
        yield Text(f"{at}action[{i}].stop", action.stop)


def _of(text: Text, audience: Audience) -> Iterator[Wording]:
    prose = _CODE.sub(" ", _PLACEHOLDER.sub(" ", text.text))
    for pattern, item in _compiled():
        if item.audience is Audience.ANYONE or item.audience is audience:
            for found in pattern.finditer(prose):
                yield Wording(text.place, found[0], f"write {item.instead}")
    length = len(_PLACEHOLDER.sub("", text.text))
    if text.most is not None and length > text.most:
        too_long = f"{length} characters; at most {text.most} without placeholders"
        yield Wording(text.place, text.text, too_long)


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], Avoided], ...]:
    text = (files("advisor.knowledge") / FILE).read_text(encoding="utf-8")
    return tuple(
        (re.compile(rf"(?<![\w-])(?:{'|'.join(item.words)})(?![\w-])", re.IGNORECASE), item)
        for item in wording_file(text, where=FILE).avoid
    )


def _regex_error(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return None
