"""TOML becomes values strictly: nothing is converted in silence, all mistakes come at once."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

import attrs
import pytest

from advisor.errors import Mistakes
from advisor.model.toml import parse_toml, structure


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen
class Inner:
    toml_underscores: ClassVar[bool] = True

    a_word: str = ""


@attrs.frozen
class Outer:
    word: str
    colour: Colour = Colour.RED
    number: float | None = None
    whole: int = 0
    yes: bool = False
    day: date | None = None
    many: tuple[str, ...] = ()
    inner: tuple[Inner, ...] = ()
    two_words: str = ""


def read(text: str) -> Outer:
    return structure(parse_toml(text, where="x.toml"), Outer, where="x.toml")


def test_a_whole_file_is_read() -> None:
    found = read(
        'word = "w"\ncolour = "blue"\nnumber = 1\nwhole = 2\nyes = true\nday = 2026-01-31\n'
        'many = ["a", "b"]\ntwo-words = "t"\n[[inner]]\na_word = "i"'
    )

    assert found == Outer(
        "w", Colour.BLUE, 1.0, 2, True, date(2026, 1, 31), ("a", "b"), (Inner("i"),), "t"
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("word = 3", "word: expected text, found 3"),
        ('colour = "read"', "colour: unknown value 'read'; did you mean 'red'?"),
        ('number = "1"', "number: expected a number, found '1'"),
        ("number = true", "number: expected a number, found True"),
        ("whole = 1.5", "whole: expected a whole number, found 1.5"),
        ("whole = true", "whole: expected a whole number, found True"),
        ("yes = 1", "yes: expected true or false, found 1"),
        ('day = "2026-01-31"', "day: expected a date like 2026-01-31, found '2026-01-31'"),
        ('many = "letters"', "many: expected a list, found 'letters'"),
        ("many = [1]", "many[0]: expected text, found 1"),
        ('two_words = "t"', "unknown key 'two_words'; did you mean 'two-words'?"),
        ('inner = [{ a-word = "i" }]', "inner[0]: unknown key 'a-word'; did you mean 'a_word'?"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(line: str, expected: str) -> None:
    text = line if line.startswith("word") else f'word = "w"\n{line}'

    with pytest.raises(Mistakes) as caught:
        read(text)

    assert caught.value.mistakes == (expected,)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Mistakes) as caught:
        read('number = "1"\nwhole = "2"\nwrod = "w"')

    assert set(caught.value.mistakes) == {
        "word: required key 'word' is missing",
        "number: expected a number, found '1'",
        "whole: expected a whole number, found '2'",
        "unknown key 'wrod'; did you mean 'word'?",
    }


def test_a_syntax_error_names_its_line() -> None:
    with pytest.raises(Mistakes) as caught:
        parse_toml("a = 1\nb = c\n", where="x.toml")

    assert "line 2" in str(caught.value)
    assert caught.value.where == "x.toml"
