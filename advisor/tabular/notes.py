"""Collecting what a reader of the plan must know about a file."""

import attrs

from advisor.reading import Note


@attrs.define
class Notes:
    """Notes about one file, each said once."""

    file: str
    _said: dict[tuple[str, str], Note] = attrs.field(factory=dict, init=False)

    def say(self, code: str, text: str) -> None:
        """Adds a note."""
        self._said.setdefault((code, text), Note(code, text, self.file))

    def all(self) -> tuple[Note, ...]:
        """Every note, in the order of saying."""
        return tuple(self._said.values())
