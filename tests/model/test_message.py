"""Messages: English where they are made, another language where they are read."""

import copy
import math
import pickle
from datetime import date

import pytest

from advisor.model import (
    Catalogue,
    Days,
    Language,
    Listed,
    Message,
    Quantity,
    Unit,
    lazy_gettext,
    lazy_ngettext,
    message_data,
    read_message,
)

SPANISH = Language(
    "es",
    catalogue=Catalogue(
        {"{what}: {share}, {days}, {day}, {names}": "{what} = {share}, {days}, {day}, {names}",
         "sales": "ventas"},
        {"{n} row": ("{n} fila", "{n} filas"), "{names} and {n} more": ("{names} y {n} más",) * 2},
    ),
)  # fmt: skip
WHOLE = lazy_gettext(
    "{what}: {share}, {days}, {day}, {names}",
    what=lazy_gettext("sales"),
    share=Quantity(0.125, Unit.SHARE),
    days=Days(date(2026, 10, 4), date(2026, 10, 31)),
    day=date(2026, 11, 9),
    names=Listed(("a", lazy_gettext("sales"), "c"), 2),
)


def plain(text: str) -> str:
    """*text* with ordinary spaces: Babel prints thin and fixed ones."""
    return " ".join(text.split())


def test_a_message_is_its_english_text() -> None:
    assert plain(WHOLE) == "sales: 12.5%, Oct 4 – 31, 2026, Nov 9, 2026, a, sales and 1 more"
    assert lazy_ngettext("{n} row", "{n} rows", 1) == "1 row"
    assert lazy_ngettext("{n} row", "{n} rows", 1200) == "1,200 rows"


def test_it_is_made_again_in_another_language_with_all_its_parts() -> None:
    said = plain(SPANISH.say(WHOLE))
    assert said == "ventas = 12,5 %, 4–31 oct 2026, 9 nov 2026, a, ventas y 1 más"
    assert SPANISH.say(lazy_ngettext("{n} row", "{n} rows", 1)) == "1 fila"
    assert SPANISH.say("sales") == "sales"  # no message: a name in a file, say


@pytest.mark.parametrize("message", [WHOLE, lazy_ngettext("{n} row", "{n} rows", 3)])
def test_copies_and_plain_data_keep_what_it_was_made_of(message: Message) -> None:
    for again in (
        copy.deepcopy(message),
        pickle.loads(pickle.dumps(message)),
        read_message(message_data(message)),
    ):
        assert isinstance(again, Message)
        assert again == message
        assert SPANISH.say(again) == SPANISH.say(message)
    assert read_message(message_data("plain")) == "plain"


@pytest.mark.parametrize(
    "data",
    [
        None,
        7,
        {"text": "x"},
        {"text": 1, "plural": "", "number": 0, "values": {}},
        {"text": "x", "plural": "", "number": 0, "values": {"a": None}},
        {"text": "x", "plural": "", "number": 0, "values": {"a": {"day": "no day"}}},
        {"text": "x", "plural": "", "number": 0, "values": {"a": {"names": "ab", "most": 1}}},
        {"text": "x", "plural": "", "number": 0, "values": {"a": {"unit": "x", "currency": None}}},
        {"text": "x", "plural": "y", "number": math.nan, "values": {}},
        {"text": "x", "plural": "", "number": 0, "values": {"a": math.inf}},
        {
            "text": "x",
            "plural": "",
            "number": 0,
            "values": {"a": {"value": math.nan, "unit": "money", "currency": None}},
        },
    ],
)
def test_other_data_is_refused(data: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_message(data)
