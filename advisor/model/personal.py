"""Mail addresses, telephone numbers and postal addresses in texts: nobody's business.

Columns that hold them by their nature are never read. These patterns find what stands where nobody
expects it: in the name of an ad, in a header, in a message that quotes a cell. They are strict, as
an id, a date or the title of a video is none of them.
"""

import hashlib
import re

from advisor.model.message import Listed, Message, Value

_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_PHONE = (
    r"(?:\(?\+|\b00)\d[\d\s().-]{7,}\d\b"  # international
    r"|\(\d{3}\)\s?\d{3}[\s.-]\d{4}\b"
    r"|\b\d{3}[.-]\d{3}[.-]\d{4}\b"
    r"|\b0\d{2,3}[\s.-]\d{3,4}[\s.-]\d{3,5}\b"
)
# Digits alone may be an id, or a barcode: a word before them says that they are neither.
_CALLED = (
    r"\b(?i:tel|phone|mobile|cell|call|text|sms|whats ?app|wa|hp|telp|tel[eé]fono|telefone|celular)"
    r"[.:#]?\s?\d{9,14}\b"
)
_STREETS = "Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct"
_ROADS = r"Jl\.|Jalan|Calle|Avenida|Rua"
_ADDRESS = (
    rf"\b\d{{1,5}}\s(?:[A-Z][\w'.]*\s){{1,3}}(?:{_STREETS})\.?,\s[^\n|]{{0,60}}\d{{5}}\b"
    rf"|\b(?:{_ROADS})\s[A-Z][\w' ]{{2,40}}?,?\s(?:No\.?\s?|nº\s?|#\s?)?\d{{1,5}}\b"
)
# What every text that holds one has in it, in a form that is fast for millions of cells: without
# letters beyond ASCII and edges of words, in the syntax of Rust's regular expressions.
PERHAPS = (
    r"@[^@]*\.|\+[0-9]|\([0-9]{3}\)|[0-9]{3}[ .-][0-9]{3}|(?:^|[^0-9])00[1-9]"
    rf"|(?:{_STREETS})\.?, |(?:{_ROADS}) [A-Z]|[A-Za-z][.:#]? ?[0-9]{{9,14}}(?:[^0-9]|$)"
)
_PATTERN = re.compile(f"(?P<mail>{_MAIL})|(?P<phone>{_PHONE}|{_CALLED})|(?P<address>{_ADDRESS})")
_WORDS = {"mail": "e-mail", "phone": "phone", "address": "address"}


def mask_personal(text: str) -> str:
    """*text* with a word and a short digest in the place of what is personal in it, so that two of
    them nearly always stay two: `[e-mail 1f3a]`. So many addresses and numbers share a digest that
    short that it tells none of them."""
    if not _PATTERN.search(text):
        return text
    masked = _PATTERN.sub(_masked, text)
    if not isinstance(text, Message):
        return masked
    values = {name: _masked_value(value) for name, value in text.values.items()}
    return Message(masked, text.template, values, text.plural, text.number)


def _masked_value(value: Value) -> Value:
    if isinstance(value, Listed):
        return Listed(tuple(map(mask_personal, value.names)), value.most)
    return mask_personal(value) if isinstance(value, str) else value


def _masked(found: re.Match[str]) -> str:
    digest = hashlib.blake2s(found[0].encode(errors="replace"), digest_size=2).hexdigest()
    return f"[{_WORDS[str(found.lastgroup)]} {digest}]"
