"""A guest's provider as files are offered to it: lent what it cannot spoil, given up when late."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeVar

import attrs
import polars as pl

from advisor.errors import unknown
from advisor.model import Container, File, Grid, Reading, Source, Vocabulary
from advisor.plugin.contracts import contract_breaks
from advisor.plugin.guest import GuestFault, run
from advisor.plugin.guest_readings import Lent
from advisor.plugin.hookspecs import KindInfo, Match, Provider, ReadContext, Together

T = TypeVar("T")

_PATIENCE = 3  # times a provider may hang before it is not asked any more
_GIVEN_UP = f"hung {_PATIENCE} times, and was not asked again"


@attrs.define(eq=False)
class GuestProvider:
    """*provider* within *limit* seconds for each file; what it gives is checked for its types and
    for words that *vocabulary* does not know.

    All methods raise GuestFault for whatever the provider does wrong, `read` also AdvisorError
    where the provider says that the file is broken.
    """

    provider: Provider
    owner: str
    limit: float
    vocabulary: Vocabulary
    name: str = attrs.field(init=False)
    kinds: Mapping[str, KindInfo] = attrs.field(init=False)
    sees_all: bool = attrs.field(init=False)  # whether it looks at all its readings together
    _hung: int = 0

    def __attrs_post_init__(self) -> None:
        self.name = self.provider.name
        self.kinds = dict(self.provider.kinds)
        self.sees_all = isinstance(self.provider, Together)

    def recognise(self, source: Source) -> Sequence[Match]:
        """Its claims on *source*."""
        lent = _lend(source)
        grids = {grid.name for grid in lent.grids}

        def ask() -> list[Match]:
            return [_checked(match, self.kinds, grids) for match in self.provider.recognise(lent)]

        return self._run(ask)

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        """What it makes of *source*."""
        lent = _lend(source)

        def ask() -> Reading:
            reading = self.provider.read(lent, match, context)
            if not isinstance(reading, Reading):
                raise GuestFault(f"returned {type(reading).__name__} where a Reading is expected")
            if attrs.astuple(lent.file) != attrs.astuple(source.file):
                raise GuestFault("changed what it was told of the file")
            if reading.file.sha256 != source.file.sha256:
                raise GuestFault(f"returned a reading of another file: {reading.file.name}")
            if match.kind != reading.kind:
                raise GuestFault(f"read kind {reading.kind} where it claimed {match.kind}")
            self._check_words(reading)
            return reading

        return self._run(ask)

    def together(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """What it makes of all its readings, where it has anything to say about them."""
        provider = self.provider
        if not readings or not isinstance(provider, Together):
            return readings
        lent = Lent(readings)

        def ask() -> Sequence[Reading]:
            given = tuple(provider.together(lent.readings))
            if len(given) != len(readings):
                raise GuestFault(f"gave {len(given)} readings back where it got {len(readings)}")
            for own, reading in zip(readings, given, strict=True):
                if not isinstance(reading, Reading):
                    raise GuestFault(f"gave {type(reading).__name__} back for a Reading")
                if (reading.file, reading.kind, reading.rows) != (own.file, own.kind, own.rows):
                    raise GuestFault(f"gave another reading back for that of {own.file.name}")
                self._check_words(reading)
            return given

        return self._run(ask)

    def _check_words(self, reading: Reading) -> None:
        wrong = contract_breaks(reading) or list(_unknown_words(reading, self.vocabulary))
        if wrong:
            raise GuestFault("; ".join(wrong))

    def _run(self, ask: Callable[[], T]) -> T:
        if self._hung >= _PATIENCE:
            raise GuestFault(_GIVEN_UP, hung=True)
        try:
            return run(ask, self.limit)
        except GuestFault as fault:
            self._hung += fault.hung
            raise


@attrs.frozen(eq=False)
class _LentGrid:
    """A grid whose head cannot be changed, and whose body is a frame of the borrower's own."""

    name: str
    head: tuple[tuple[str, ...], ...]
    _grid: Grid

    def body(
        self, after: int, columns: Sequence[int], numbers: Collection[int] = ()
    ) -> pl.DataFrame:
        return self._grid.body(after, columns, numbers).clone()


@attrs.frozen(eq=False)
class _LentSource:
    file: File
    container: Container
    grids: tuple[_LentGrid, ...]


def _lend(source: Source) -> _LentSource:
    grids = (_LentGrid(g.name, tuple(map(tuple, g.head)), g) for g in source.grids)
    return _LentSource(attrs.evolve(source.file), source.container, tuple(grids))


def _unknown_words(reading: Reading, vocabulary: Vocabulary) -> Iterator[str]:
    """Words that nothing would ever ask for: what they name would be lost without a line."""
    for table in reading.tables:
        if table.subject not in vocabulary.subjects:
            yield unknown("subject", table.subject, vocabulary.subjects)
        for count in table.counts:
            if count not in vocabulary.counts:
                yield unknown("count", count, vocabulary.counts)
        for column in table.frame.columns:
            kind = column.removeprefix("parent.")
            if kind != column and kind not in vocabulary.subjects:
                yield unknown("subject", kind, vocabulary.subjects)
    for links in reading.links:
        if links.relation not in vocabulary.relations:
            yield unknown("relation", links.relation, vocabulary.relations)


def _checked(match: object, kinds: Collection[str], grids: Collection[str]) -> Match:
    if not isinstance(match, Match):
        raise GuestFault(f"recognise gave {type(match).__name__} where Match is expected")
    if match.kind not in kinds:
        raise GuestFault(f"recognise claims a kind that the provider does not have: {match.kind}")
    if type(match.strength) is not int:
        raise GuestFault(f"the strength of a claim is {type(match.strength).__name__}, not int")
    if match.grid is not None and match.grid not in grids:
        raise GuestFault(f"recognise claims a grid that the file does not have: {match.grid}")
    return attrs.evolve(match, lacks=tuple(map(str, match.lacks)))
