"""Mail addresses, telephone numbers and postal addresses in texts: nobody's business.

Columns that hold them by their nature are never read. These patterns find what stands where nobody
expects it: in the name of an ad, in a header, in a message that quotes a cell. They are strict, as
an id, a date or the title of a video is none of them.
"""

import hashlib
import re
from collections.abc import Callable

from advisor.model.message import Listed, Message, Value
from advisor.model.personal_patterns import find_personal

_WORDS = {"mail": "e-mail", "phone": "phone", "address": "address"}


def mask_personal(text: str) -> str:
    """*text* with a word and a short digest in the place of what is personal in it, so that two of
    them nearly always stay two: `[e-mail 1f3a]`. So many addresses and numbers share a digest that
    short that it tells none of them."""
    masked = _without(text, _masked)
    if masked == text or not isinstance(text, Message):
        return masked
    values = {name: _masked_value(value) for name, value in text.values.items()}
    return Message(masked, text.template, values, text.plural, text.number)


def pattern_for(name: str) -> str:
    """A pattern that fits the file with this *name*, without what is personal in it."""
    stem, dot, suffix = name.rpartition(".")
    return _without(stem, lambda found, _: "?" * len(found[0])) + dot + suffix


def _without(text: str, instead: Callable[[re.Match[str], str], str]) -> str:
    """*text* with *instead*, of a match and how it is written, in the place of what is personal."""
    parts: list[str] = []
    end = 0
    for found in find_personal(text):
        parts += (text[end : found.start()], instead(found, text[found.start() : found.end()]))
        end = found.end()
    return "".join((*parts, text[end:])) if parts else text


def _masked_value(value: Value) -> Value:
    if isinstance(value, Listed):
        return Listed(tuple(map(mask_personal, value.names)), value.most)
    return mask_personal(value) if isinstance(value, str) else value


def _masked(found: re.Match[str], written: str) -> str:
    digest = hashlib.blake2s(written.encode(errors="replace"), digest_size=2).hexdigest()
    return f"[{_WORDS[str(found.lastgroup)]} {digest}]"
