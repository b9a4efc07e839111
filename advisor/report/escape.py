"""Makes a stranger's text harmless, per format.

Names, captions and file names come from anybody. Every function here first makes the text one
clean line and then takes the power from what its format would read as markup. A terminal obeys
nothing that `clean` leaves; there it is printed as `rich.text.Text`, which knows no markup.
"""

import html as html_module
import re
import unicodedata
from functools import lru_cache

NAME_LENGTH = 80

_ZERO_WIDTH_JOINER = "\u200d"
_PICTURES = ("So", "Sk")  # emoji, and their skin tones
_SPACING = re.compile(r"[ \t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")
# What a terminal obeys: ESC, CSI and the rest up to the byte that ends them.
_TERMINAL_SEQUENCE = re.compile(
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """*text* on one line, without control, bidi and zero-width characters; emoji stay whole."""
    if text.isprintable():  # the usual case: nothing hidden, and no spacing but spaces
        return _SPACING.sub(" ", text).strip() if "  " in text else text.strip()
    text = _TERMINAL_SEQUENCE.sub("", text)
    text = _SPACING.sub(" ", text)
    text = _SURROGATE.sub("\ufffd", text)
    kept = [
        character
        for position, character in enumerate(text)
        if not _is_hidden(character) or _joins_emoji(text, position)
    ]
    return _SPACING.sub(" ", "".join(kept)).strip()


def clean_lines(text: str) -> str:
    """Each line of *text*, clean."""
    return "\n".join(map(clean, text.split("\n")))


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf")


def _joins_emoji(text: str, position: int) -> bool:
    """Whether the character is the joiner inside an emoji made of several."""
    if text[position] != _ZERO_WIDTH_JOINER or not 0 < position < len(text) - 1:
        return False
    before = text[position - 1]
    if before == "\ufe0f" and position > 1:  # the emoji variant of the character before it
        before = text[position - 2]
    after = text[position + 1]
    return all(unicodedata.category(character) in _PICTURES for character in (before, after))


def shorten(text: str, length: int = NAME_LENGTH) -> str:
    """*text*, clean and at most *length* characters long; a cut is shown as `…`."""
    text = clean(text)
    if len(text) <= length:
        return text
    end = length - 1
    while end > 1 and _clings(text[end]):  # do not part a letter from its accent
        end -= 1
    return text[:end].rstrip().rstrip(_ZERO_WIDTH_JOINER) + "…"


def _clings(character: str) -> bool:
    return character == _ZERO_WIDTH_JOINER or unicodedata.category(character).startswith(
        ("M", "Sk")
    )


_MARKUP = re.compile(
    r"""[\\`*~<|\[\]]           # code, emphasis, strikes, HTML, table cells, links
      | (?<![^\W_])_            # an underscore, unless letters stand on both sides
      | _(?![^\W_])
      | \$(?!\d)                # mathematics, but not money
      | &(?=\#?\w+;)            # entities
      | (?<=\w)@(?=\w)          # mail addresses
      | :(?=//)                 # addresses
      | (?<=mailto):
      | (?<=xmpp):
      | (?<=[wW]{3})\.
      | \#(?=\#*$)              # would close a heading
    """,
    re.VERBOSE,
)
_LINE_START = re.compile(r"(?=[#>]|[-+=:](?!\w))")
_LIST_NUMBER = re.compile(r"^(\d{1,9})(?=[.)](?:\s|$))")


@lru_cache(maxsize=1 << 12)  # most texts are those of rules and columns
def markdown(text: str) -> str:
    """*text* as inline Markdown that shows exactly *text*, anywhere in a document."""
    text = _MARKUP.sub(r"\\\g<0>", clean(text))
    if _LINE_START.match(text):
        return "\\" + text
    return _LIST_NUMBER.sub(r"\1\\", text)


def html(text: str) -> str:
    """*text* for HTML, in text and in quoted attributes."""
    return html_module.escape(clean(text), quote=True)


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def csv_cell(text: str) -> str:
    """*text* as one quoted CSV cell that a spreadsheet takes for text, never for a formula."""
    guard = "'" if text.startswith(_FORMULA_STARTS) else ""
    line = clean(text)
    if line.startswith(_FORMULA_STARTS):
        guard = "'"
    return '"' + guard + line.replace('"', '""') + '"'


_UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def json_text(text: str) -> str:
    """JSON *text* with unseen characters written as `\\uXXXX`, which means the same."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
