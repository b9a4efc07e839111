"""Whether advice is fit to be given: nothing forbidden, and never more money as the only way.

What is forbidden is data (`advice.toml`): patterns of words, why, and what to write instead. A
sentence that forbids it ("never buy reviews") is allowed advice.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

import attrs

from advisor.errors import Mistakes, unknown
from advisor.model import Lever, Rule, frozen, parse_toml, structure

FILE = "advice.toml"
SPENDS_ONLY = "spends-only"

_BETWEEN = r"[\s,()\"“”/]+"
_WORD = r"[^\s,()\"“”/]+"
_MOST = {"..": 5, "~": 4}  # words in a gap
_NAME = re.compile(r"<(\w+)>")
_SENTENCE = re.compile(r"[.;:!?](?=\s|$)|\s[–—-]\s")
_NOT = re.compile(
    r"\b(?:no|not|never|nothing|neither|nor|without|don['’]t|instead of|rather than)\b",
    re.IGNORECASE,
)
# Forbids what follows, wherever it stands in the sentence …
_NEVER = re.compile(
    r"\b(?:never|nobody|no one|nor|neither|without|instead of|rather than"
    r"|(?:must|may|should|shall|can|need) ?not|(?:must|should|can)n['’]t|can['’]t|not to"
    r"|refuse|reject|report|avoid|forbid\w*|ban)\b",
    re.IGNORECASE,
)
# … or only at the beginning of what is asked: "sales do not rise" forbids nothing.
_DO_NOT = re.compile(
    r"(?:^|[,(]|\b(?:and|but|or|then|please|always|also))\s*\b(?:do not|don['’]t|not|stop|remove"
    r"|take down|take out|delete|drop|end|appeal|(?:look|watch|check \w+|search \w+) for)\b",
    re.IGNORECASE,
)
# … or right before it: "no fake discounts".
_NO = re.compile(
    r"\b(?:no|not|zero)\s+(?:more\s+)?$", re.IGNORECASE
)  # right before it: "no fake discounts"
_TURNS = re.compile(
    r"\b(?:but|then|instead(?! of)|only|just|hesitate|afraid|forget|wait|until)\b", re.IGNORECASE
)
_IF = re.compile(
    r"(?:^|[,(]\s*)(?:if|when|where|because|since|as|while|once|whether)\b[^,]*$", re.IGNORECASE
)
_CONDEMNED = re.compile(
    r"\b(?:is|are|counts? as|would be)\b[^,]{0,40}\b(?:forbidden|prohibited|banned|illegal"
    r"|punished|not allowed|against|violations?|fraud|deception|deceptive)\b"
    r"|\band (?:report|remove|delete)\b",
    re.IGNORECASE,
)


@frozen
class Told:
    """Who forbids it."""

    title: str
    url: str = ""
    date: str = ""


@frozen
class Prohibited:
    """One thing that no advice may ask for. *patterns* find it in a sentence, in the words of the
    file; *unless* are regular expressions that take the sentence out."""

    id: str
    what: str
    why: str
    instead: str
    source: Told
    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()


@frozen
class AdviceFile:
    """advice.toml: what is prohibited, and the *words* that its patterns are made of."""

    words: Mapping[str, tuple[str, ...]]
    prohibited: tuple[Prohibited, ...]


@frozen
class Objection:
    """A sentence of a rule's advice that should not be there."""

    rule: str
    file: str
    place: str
    sentence: str
    id: str
    what: str
    why: str
    instead: str
    source: str = ""

    def __str__(self) -> str:
        source = f" ({self.source})" if self.source else ""
        return (
            f"{self.rule}, {self.file}, {self.place}: “{self.sentence}” is {self.what}. "
            f"{self.why}{source} Instead: {self.instead}"
        )


def advice_file(text: str, *, where: str) -> AdviceFile:
    """Reads what is prohibited; raises Mistakes with everything that is wrong in it."""
    file = structure(parse_toml(text, where=where), AdviceFile, where=where)
    wrong: list[str] = []
    for item in file.prohibited:
        for i, pattern in enumerate(item.patterns):
            wrong += _wrong(f"{item.id}.patterns[{i}]", pattern, file.words)
        for i, pattern in enumerate(item.unless):
            wrong += _wrong(f"{item.id}.unless[{i}]", pattern, None)
    if wrong:
        raise Mistakes(wrong, where=where)
    return file


@cache
def bundled() -> AdviceFile:
    """What comes with the package."""
    text = (files("advisor.knowledge") / FILE).read_text(encoding="utf-8")
    return advice_file(text, where=FILE)


def objections(rules: Iterable[Rule], levers: Mapping[str, Lever]) -> list[Objection]:
    """Everything that the actions of *rules* should not say, rule by rule."""
    return [found for rule in rules for found in _of(rule, levers)]


def prohibited_in(text: str) -> Iterator[tuple[Prohibited, str]]:
    """What is prohibited in *text*, each with the sentence of it that says so."""
    for sentence in filter(None, (part.strip() for part in _SENTENCE.split(text))):
        for item, patterns, unless in _compiled():
            if any(pattern.search(sentence) for pattern in unless):
                continue
            if any(_asks(sentence, found) for p in patterns for found in p.finditer(sentence)):
                yield item, sentence


def _of(rule: Rule, levers: Mapping[str, Lever]) -> Iterator[Objection]:
    for i, action in enumerate(rule.every_action):
        at = f"action[{i}]"
        texts = {f"{at}.do": action.do, f"{at}.stop": action.stop}
        texts |= {f"{at}.steps[{j}]": step for j, step in enumerate(action.steps)}
        for place, text in texts.items():
            for item, sentence in prohibited_in(text):
                source = ", ".join(filter(None, attrs.astuple(item.source)))
                yield Objection(
                    rule.id, rule.file, place, sentence, item.id, item.what, item.why, item.instead,
                    source,
                )  # fmt: skip
    asked = [levers[a.lever].spends for a in rule.actions if a.lever in levers]
    if asked and all(a.direction in spends for a, spends in zip(rule.actions, asked, strict=True)):
        yield Objection(
            rule=rule.id,
            file=rule.file,
            place="action[0].direction",
            sentence=rule.actions[0].do,
            id=SPENDS_ONLY,
            what="the rule's only way, and asks for more money",
            why="Advice that can only ask for more is followed until the money is gone.",
            instead=(
                "add an action before it that needs none, or take the money from where it brings "
                "less (another direction of the lever)."
            ),
        )


def _asks(sentence: str, found: re.Match[str]) -> bool:
    """Whether the sentence asks for what was found in it, and does not forbid it."""
    if any(gap and _NOT.search(gap) for gap in found.groups()):
        return False
    before, after = sentence[: found.start()], sentence[found.start() :]
    if _NO.search(before) or _CONDEMNED.search(sentence[found.end() :]):
        return False
    return not any(
        _reaches(before, no, after) for p in (_NEVER, _DO_NOT) for no in p.finditer(before)
    )


def _reaches(before: str, no: re.Match[str], after: str) -> bool:
    """Whether a word that forbids still holds where the thing is said."""
    if _IF.search(before[: no.start()]):
        return False
    gap = before[no.end() :]
    if _TURNS.search(gap):
        return False
    # Beyond a comma it holds in a list (ask for, buy or trade) and after an aside (never, ever, …).
    aside = gap.startswith(",") and gap.count(",") > 1
    return "," not in gap or aside or bool(re.search(r"\b(?:or|nor)\b", gap + after, re.IGNORECASE))


@cache
def _compiled() -> tuple[
    tuple[Prohibited, tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]], ...
]:
    file = bundled()
    return tuple(
        (
            item,
            tuple(
                re.compile(_regex(pattern, file.words), re.IGNORECASE) for pattern in item.patterns
            ),
            tuple(re.compile(pattern, re.IGNORECASE) for pattern in item.unless),
        )
        for item in file.prohibited
    )


def _wrong(place: str, pattern: str, words: Mapping[str, tuple[str, ...]] | None) -> Iterator[str]:
    """What is wrong with a pattern in *words*, or with a regular expression without them."""
    try:
        re.compile(pattern if words is None else _regex(pattern, words))
    except KeyError as error:
        yield f"{place}: {unknown('word', error.args[0], words or ())}"
    except re.error as error:
        yield f"{place}: no regular expression: {error}"


def _regex(pattern: str, words: Mapping[str, tuple[str, ...]]) -> str:
    """The regular expression of a pattern; what stands in its gaps is its groups."""

    def any_of(name: str) -> str:
        return f"(?:{'|'.join(words[name])})"

    made = ""
    for piece in _pieces(pattern):
        if piece in _MOST:
            word = _WORD if piece == ".." else any_of("small")
            made += f"((?:{word}{_BETWEEN}){{0,{_MOST[piece]}}}?)"
        else:
            spelt = _NAME.sub(lambda found: any_of(found[1]), piece)
            made += rf"(?<![\w-])(?:{spelt})(?![\w-]){_BETWEEN}"
    return made.removesuffix(_BETWEEN)


def _pieces(pattern: str) -> Iterator[str]:
    """The pieces between spaces; a space inside a bracket belongs to its piece."""
    piece, depth = "", 0
    for sign in pattern:
        depth += (sign in "([") - (sign in ")]")
        if sign == " " and depth == 0:
            yield piece
            piece = ""
        else:
            piece += sign
    yield piece
