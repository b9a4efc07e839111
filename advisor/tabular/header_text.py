"""Names of columns in the form in which they are compared."""

import functools
import re
import unicodedata

from advisor.model import frozen
from advisor.tabular.words import fold, words

_BRACKET = re.compile(r"\s*\(([^()]{1,5})\)$")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\ufeff\u2060"))
_ZONE = re.compile(r"\s*\(utc[^()]*\)$")  # of the times below, not a part of the name
_TIGHT = re.compile(r"(?<=\w)\(")  # Clicks（destination）, where the wide bracket is its own blank
_IDENTIFIER = re.compile(r"[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*")
_LONGEST = 200  # characters; a longer cell is a text, not a header


@frozen
class HeaderText:
    """A header cell: *key* to compare by, and the currency that its brackets named."""

    key: str
    currency: str | None = None


def plain_header(cell: str) -> str:
    """A header without case, quotes, double blanks, full-width letters and zones of times."""
    # Thousands of names are compared in each run, most of them plain.
    text = cell if cell.isascii() else unicodedata.normalize("NFKC", cell).translate(_INVISIBLE)
    text = " ".join(text.split()).strip("\"'“”‘’ ").casefold()
    return _ZONE.sub("", text) if "(utc" in text else text


@functools.lru_cache(maxsize=1 << 12)  # all known headers; cells that are none leave again
def header_text(cell: str) -> HeaderText:
    """A header without case, quotes, double blanks, full-width letters and trailing currency.

    Names of machines are compared without underscores and hyphens: `stat_time_day`,
    `STAT_TIME_DAY`, `statTimeDay` and `stat-time-day` are one, and so are `video_views_p_25` and
    `video_views_p25`.
    """
    if len(cell) > _LONGEST:
        return HeaderText("")
    text = plain_header(cell)
    if ("_" in text or "-" in text) and _IDENTIFIER.fullmatch(text):
        return HeaderText(text.replace("_", "").replace("-", "") or text)
    if "(" in text:
        text = _TIGHT.sub(" (", text)
    found = _BRACKET.search(text) if text.endswith(")") else None
    if found and (word := fold(found[1].strip())) in words().currency:
        return HeaderText(text[: found.start()], words().currency[word])
    return HeaderText(text)
