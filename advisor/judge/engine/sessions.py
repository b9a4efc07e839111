"""Facts in small portions that no join crosses: the engine slows as a session grows."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

SESSION = 2_000


class Components:
    """Which of the numbers 0 … *size* - 1 are linked, directly or over others."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def link(self, one: int, other: int) -> None:
        """Say that *one* and *other* belong together."""
        one, other = self.root(one), self.root(other)
        if one != other:
            self._parent[max(one, other)] = min(one, other)

    def root(self, number: int) -> int:
        """The number that stands for all that *number* is linked to."""
        parent = self._parent
        while parent[number] != number:
            # Halving the path on the way keeps every later walk short.
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number


def pack(groups: Iterable[Sequence[T]], limit: int) -> Iterator[list[T]]:
    """Whole groups together, up to *limit* items; a larger group goes alone."""
    session: list[T] = []
    for group in groups:
        if session and len(session) + len(group) > limit:
            yield session
            session = []
        session.extend(group)
    if session:
        yield session
