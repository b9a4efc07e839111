"""Sentences: placeholders of rule texts, and what fills them.

A placeholder is a name in braces, from a closed list:

    {<kind>.name}                  the subject, its parents and the subjects it is joined with
    {<metric>}                     the value
    {<metric>.band}                what is usual, in words
    {<metric>.low} {<metric>.high} the ends of its interval
    {<metric>.n}                   how much it rests on
    {<metric>.before}              the value in the window before
    {<metric>.room}                how many more orders, chats or points until it leaves the band
    {<count>} {<symbol>}

A clause in square brackets is left out where one of its placeholders is not known.

Nothing in a text is executed: it is cut at its placeholders and put together again.
"""

import math
import re
from collections.abc import Container, Iterable, Mapping
from functools import lru_cache

from advisor.errors import unknown

PARTS = ("band", "low", "high", "n", "before", "room")  # what may follow a metric and a point
NOT_KNOWN = "not known"
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_.-]*)\}")
_CLAUSE = re.compile(r"\[([^\[\]]*\{[^\[\]]*)\]")  # in brackets, with a placeholder


@lru_cache(maxsize=1 << 10)
def placeholders(text: str) -> tuple[str, ...]:
    """The names of *text*'s placeholders, each once, in their order."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))


def check(text: str, allowed: Iterable[str]) -> list[str]:
    """What is wrong with the placeholders of *text*; empty where all are in *allowed*."""
    known = frozenset(allowed)
    wrong = [
        unknown("placeholder", name, known) for name in placeholders(text) if name not in known
    ]
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        wrong.append("a brace that belongs to no placeholder; write a name in braces, like {ctr}")
    return wrong


def without_unknown(text: str, known: Container[str]) -> str:
    """*text* without its brackets: with the clauses in them of which everything is *known*."""
    if "[" not in text:
        return text

    def kept(clause: re.Match[str]) -> str:
        names = placeholders(clause[1])
        return clause[1] if all(name in known for name in names) else ""

    return _CLAUSE.sub(kept, text)


def render(text: str, values: Mapping[str, str], missing: str = NOT_KNOWN) -> str:
    """*text* with its placeholders filled in; one without a value reads as *missing*."""
    parts = list(_parts(text))
    for place in range(1, len(parts), 2):
        parts[place] = values.get(parts[place], missing)
    return "".join(parts)


@lru_cache(maxsize=1 << 10)
def _parts(text: str) -> tuple[str, ...]:
    """*text* cut at its placeholders: plain text and names by turns."""
    return tuple(_PLACEHOLDER.split(text))


def shorten(name: str, most: int = 60) -> str:
    """*name* on one line, cut at *most* characters: captions run to hundreds."""
    line = " ".join(name.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def listed(names: Iterable[str], most: int, separator: str = ", ") -> str:
    """List the first *most* of *names*: `a, b, c and 3 more`."""
    every = list(names)
    shown, more = separator.join(every[:most]), len(every) - most
    comma = "" if separator == ", " else separator.rstrip()
    return f"{shown}{comma} and {more:,} more" if more > 0 else shown


def finite(value: object) -> float | None:
    """Return *value* where it is a number that can be printed and held by JSON, else None."""
    if type(value) is float:  # as nearly all are
        return value if math.isfinite(value) else None
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
