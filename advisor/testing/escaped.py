"""Whether a stranger's names did anything in a report but stand there."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_COMPUTED = re.compile(r"7[,.]?006[,.]?652")  # 1234 * 5678
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[-+]?[\d.,]+\s*%?$")
# What has a meaning to Markdown, unless each mark has a backslash before it.
_MARKDOWN = {
    "an HTML tag": re.compile(r"(?<!\\)<(?:script|img)\b", re.IGNORECASE),
    "a link": re.compile(r"(?<!\\)\[[^\]\\]*(?<!\\)\]\((?:javascript|http)"),
    "a picture": re.compile(r"(?<!\\)!(?<!\\)\[i(?<!\\)\]\("),
    "an address": re.compile(r"https?://evil\.example|www\.evil\.example"),
    "a heading": re.compile(r"^# and a heading", re.MULTILINE),
    "a table cell": re.compile(r"a (?<!\\)\| cell (?<!\\)\| more"),
    "code": re.compile(r"(?<!\\)`code(?<!\\)`"),
    "emphasis": re.compile(r"(?<!\\)\*bold(?<!\\)\*|(?<!\\)__strong__|(?<!\\)~~gone~~"),
    "an entity": re.compile(r"(?<!\\)&lt;b&gt;"),
    "a list": re.compile(r"^- \[ \] not a task", re.MULTILINE),
}


def unescaped(suffix: str, text: str, plain: str) -> Iterator[str]:
    """What names did in the report *text* of files that end in *suffix*; *plain* is the same report
    with names that can do nothing."""
    hidden = _HIDDEN.search(text)
    if hidden is not None:
        around = text[max(hidden.start() - 20, 0) : hidden.end() + 20]
        yield f"holds a character that steers or hides: {around!r}"
    if _COMPUTED.search(text):
        yield "a template in a name was filled in"
    check = _CHECKS.get(suffix.casefold(), _plain)
    yield from check(text, plain)


def _plain(text: str, plain: str) -> Iterator[str]:
    if "two\nlines" in text:
        yield "a name goes on in a new line"
    del plain


def _markdown(text: str, plain: str) -> Iterator[str]:
    yield from _plain(text, plain)
    for what, pattern in _MARKDOWN.items():
        found = pattern.search(text)
        if found is not None and not pattern.search(plain):
            yield f"a name makes {what}: {_line_of(text, found.start())}"


def _html(text: str, plain: str) -> Iterator[str]:
    hostile, harmless = _Page(text).tags, _Page(plain).tags
    if hostile == harmless:
        return
    pairs = zip(hostile, harmless, strict=False)
    first = next((one for one, other in pairs if one != other), None)
    tag, names = first or (hostile[len(harmless) :] or [("nothing", ())])[0]
    shown = " ".join((tag, *names))
    yield f"a name makes other tags; the first that differs is <{shown}>"


def _table(text: str, plain: str) -> Iterator[str]:
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    rows, others = (
        list(csv.reader(io.StringIO(one.lstrip("\ufeff")), delimiter=delimiter))
        for one in (text, plain)
    )
    if [len(row) for row in rows] != [len(row) for row in others]:
        yield "a name makes other rows or cells"
    for number, row in enumerate(rows, start=1):
        for cell in row:
            if cell.startswith(_FORMULA) and not _NUMBER.match(cell):
                yield f"row {number}: a spreadsheet takes {cell[:40]!r} for a formula"


def _json(text: str, plain: str) -> Iterator[str]:
    del plain
    try:
        json.loads(text)
    except ValueError as error:
        yield f"is no JSON: {error}"


_CHECKS: Mapping[str, Callable[[str, str], Iterator[str]]] = {
    "md": _markdown,
    "html": _html,
    "htm": _html,
    "csv": _table,
    "tsv": _table,
    "json": _json,
}


class _Page(HTMLParser):
    """The tags of a page with the names of their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))


def _line_of(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    return text[start:].partition("\n")[0][:100]
