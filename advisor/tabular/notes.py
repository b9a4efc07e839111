"""Collecting what a reader of the plan must know about a file."""

from collections.abc import Iterable

import attrs

from advisor.model import Note, define
from advisor.tabular.kind import Kind, Role

SHOWN = 5  # names in one note


def quotable(kind: Kind, columns: Iterable[str]) -> bool:
    """Whether notes may quote cells of a file with these *columns* of *kind*: not beside personal
    ones, as a broken row may hold a person's name anywhere."""
    return all(kind.columns[name].role is not Role.PERSONAL for name in columns)


def silent(_code: str, _text: str) -> None:
    """Says nothing."""


@define
class Notes:
    """Notes about one file, each said once."""

    file: str
    _said: dict[tuple[str, str], Note] = attrs.field(factory=dict, init=False)

    def say(self, code: str, text: str) -> None:
        """Adds a note."""
        self._said.setdefault((code, text), Note(code, text, self.file))

    def said(self, code: str) -> bool:
        """Whether there is a note with *code*."""
        return any(known == code for known, _ in self._said)

    def forget(self, code: str) -> None:
        """Takes back what was said with *code*."""
        self._said = {place: note for place, note in self._said.items() if place[0] != code}

    def all(self) -> tuple[Note, ...]:
        """Every note, in the order of saying."""
        return tuple(self._said.values())
