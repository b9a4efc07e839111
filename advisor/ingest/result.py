"""What gathering gives: readings, the files that gave none, and the contract of both."""

from collections.abc import Sequence

from advisor.model import File, Note, Reading, frozen

_SHOWN = 10  # headers that a message lists


@frozen
class Unread:
    """A file that gave nothing, and why; *nearest* is the title of what it nearly was, *lacks* the
    headers it would have needed for that."""

    file: File
    reason: str
    nearest: str | None = None
    lacks: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"{self.file.name}: {self.reason}"
        return f"{text}; {_nearly(self.nearest, self.lacks)}" if self.nearest else text


@frozen(eq=False)
class Gathered:
    """All files: understood, not understood, and what a reader must know about both. *faults*
    has a line for each failure of a provider."""

    readings: tuple[Reading, ...]
    unread: tuple[Unread, ...] = ()
    notes: tuple[Note, ...] = ()
    faults: tuple[str, ...] = ()


def _nearly(nearest: str | None, lacks: Sequence[str]) -> str:
    if not lacks:
        return f"nearest: {nearest}"
    more = f" and {len(lacks) - _SHOWN} more" if len(lacks) > _SHOWN else ""
    return f"nearest: {nearest}, but without {', '.join(lacks[:_SHOWN])}{more}"
