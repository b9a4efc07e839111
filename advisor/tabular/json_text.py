"""JSON as values whose numbers are the texts that they were, so that ids keep all their digits."""

import json
import re
from typing import Any

# Half of a letter of two (`\ud800` alone), which JSON can write and no text can hold.
_HALF = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]"
)


def read_json(text: str) -> Any:
    """The values of JSON. Half of a letter is a question mark, and what is no number is null.

    Raises json.JSONDecodeError where *text* is none, RecursionError where it is nested too deeply.
    """
    value = json.loads(text, parse_int=str, parse_float=str, parse_constant=lambda _: None)
    if _HALF.search(text):
        whole = json.dumps(value, ensure_ascii=False).encode(errors="replace")
        value = json.loads(whole)
    return value
