"""Mail addresses, telephone numbers and postal addresses in texts: nobody's business.

Columns that hold them by their nature are never read. These patterns find what stands where nobody
expects it: in the name of an ad, in a header, in a message that quotes a cell. They are strict, as
an id, a date or the title of a video is none of them.
"""

import hashlib
import re

from advisor.model.message import Listed, Message, Value

_MAIL = r"[\w.+-]+[@\uff20][\w-]+(?:\.[\w-]+)+"
_YEAR = r"(?:19|20)\d\d\b"
_PHONE = (
    r"(?:\(?\+|\b00)\d[\d\s().-]{7,}\d\b"  # international
    r"|\(\d{2,5}\)\s?\d{3,5}[\s.-]\d{3,5}\b"  # (212) 555-0143, (11) 91234-5678
    r"|\b\d{3}[\s.-]\d{3}[\s.-]\d{4}\b"
    r"|\b0\d{2,3}[\s.-]\d{3,4}[\s.-]\d{3,5}\b"
    r"|\b0\d{2,4}[\s/]\d{6,8}\b"  # 07700 900123
    r"|\b0\d(?: \d{2}){4}\b"  # 06 12 34 56 78
    r"|\b[679]\d{2}(?: \d{2}){3}\b"  # 612 34 56 78
    rf"|\b\d{{2}}\s(?!{_YEAR})\d{{4}}\s(?!{_YEAR})\d{{4}}\b"  # 55 1234 5678
)
# Digits alone may be an id, or a barcode: a word before them says that they are neither.
_CALLED = (
    r"\b(?i:tel|phone|mobile|cell|call|text|sms|whats ?app|wa|hp|telp|tel[eé]fono|telefone|celular)"
    r"[.:#]?\s?\d{9,14}\b"
)
_STREETS = (
    "Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Terrace|Ter|Place|Pl|"
    "Square|Sq|Highway|Hwy|Parkway|Pkwy|Crescent|Gardens|Mews"
)
_ROADS = r"Jl\.|Jln\.|Jalan|Calle|Carrera|Avenida|Av\.|Rua|Travessa"
_POSTCODE = r"(?:\d{5}|[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2})"  # of the USA, of Great Britain
_ADDRESS = (
    rf"\b\d{{1,5}}[A-Z]?\s(?:[A-Z][\w'.]*\s){{1,3}}(?:{_STREETS})\.?,\s[^\n|]{{0,60}}{_POSTCODE}\b"
    rf"|\b(?:{_ROADS})\s(?:(?:d[aeo]s?|del|el|la|los|las)\s)*[A-Z][\w' ]{{2,40}}?,?\s"
    r"(?:[Nn]o\.?\s?|nº\s?|#\s?)?\d{1,5}\b"
)
# What every text that holds one has in it, in a form that is fast for millions of cells: without
# letters beyond ASCII and edges of words, in the syntax of Rust's regular expressions.
PERHAPS = (
    r"[@\uff20][^@]*\.|\+[0-9]|\([0-9]{3}\)|[0-9]{3}[ ./-][0-9]{3}|(?:^|[^0-9])00[1-9]"
    r"|[0-9]{2} [0-9]{2} [0-9]{2}"
    rf"|(?:{_STREETS})\.?, |(?:{_ROADS}) [A-Za-z]|[A-Za-z][.:#]? ?[0-9]{{9,14}}(?:[^0-9]|$)"
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


def pattern_for(name: str) -> str:
    """A pattern that fits the file with this *name*, without what is personal in it."""
    stem, dot, suffix = name.rpartition(".")
    return _PATTERN.sub(lambda found: "?" * len(found[0]), stem) + dot + suffix


def _masked_value(value: Value) -> Value:
    if isinstance(value, Listed):
        return Listed(tuple(map(mask_personal, value.names)), value.most)
    return mask_personal(value) if isinstance(value, str) else value


def _masked(found: re.Match[str]) -> str:
    digest = hashlib.blake2s(found[0].encode(errors="replace"), digest_size=2).hexdigest()
    return f"[{_WORDS[str(found.lastgroup)]} {digest}]"
