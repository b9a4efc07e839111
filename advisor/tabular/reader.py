"""A provider made of kinds: recognises and reads every file that a kind describes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache

import attrs

from advisor.errors import AdvisorError
from advisor.model import (
    Column,
    Container,
    Grid,
    Listed,
    Note,
    Reading,
    Source,
    lazy_gettext,
    one_grid,
)
from advisor.plugin import KindInfo, Match, ReadContext, Steps, alone
from advisor.tabular.headers import Recogniser, first_name, texts_of
from advisor.tabular.kind import Kind
from advisor.tabular.notes import SHOWN

_REMEMBERED = 256  # names and headers of files
_DOCUMENTS = frozenset((Container.JSON, Container.JSON_LINES))
_MOST = 40  # unknown columns that are compared with the known ones
NOT_USED = "known, not used"
_RECORDS = {"json", "jsonl"}  # what an API answers with


class TabularProvider:
    """Reads the files that its kinds describe.

    *not_additive* names the counts that no total of a file can be checked against: distinct people,
    and states such as followers. A subclass may override `finish`; *adds* are the counts that this
    gives beside those of a kind's columns, by kind.
    """

    def __init__(
        self,
        name: str,
        kinds: Sequence[Kind],
        *,
        not_additive: Iterable[str] = (),
        adds: Mapping[str, Sequence[str]] = {},
    ) -> None:
        self.name = name
        self.not_additive = frozenset(not_additive)
        self.adds = adds
        self._kinds = {kind.id: kind for kind in kinds}
        self._recognisers: dict[str, Recogniser] = {}

    @property
    def kinds(self) -> Mapping[str, KindInfo]:
        """What it reads."""
        return self._offered

    @cached_property
    def _offered(self) -> Mapping[str, KindInfo]:
        return {kind.id: info(kind, self.adds.get(kind.id, ())) for kind in self._kinds.values()}

    @property
    def described(self) -> tuple[Kind, ...]:
        """Its kinds, as they are described."""
        return tuple(self._kinds.values())

    def recognise(self, source: Source) -> Sequence[Match]:
        """A claim for each grid and each kind that it is, or nearly is, then with what it lacks."""
        claims = []
        for grid in source.grids:
            alone = one_grid(source, grid)
            for name in self._possible(source.container, grid):
                located = self._recogniser(name).locate(alone)
                if located is not None:
                    claims.append(
                        Match(name, located.strength, located.lacks, grid.name, located.refused)
                    )
        return claims

    def _possible(self, container: Container, grid: Grid) -> Iterable[str]:
        """The kinds that *grid* may be one of, as far as names that they require tell."""
        if container in _DOCUMENTS:  # of which a kind may look at a part
            return self._kinds
        return self._possible_by(container, grid.name, texts_of(grid) & self._required)

    @cached_property
    def _required(self) -> frozenset[str]:
        """The names of all columns that some kind requires."""
        return frozenset[str]().union(*(self._recogniser(name).required for name in self._kinds))

    @cached_property
    def _possible_by(self) -> Callable[[Container, str, frozenset[str]], Sequence[str]]:
        # Most kinds are not what a file is, and most files are like one that was there before.
        @lru_cache(maxsize=_REMEMBERED)
        def possible(container: Container, name: str, texts: frozenset[str]) -> Sequence[str]:
            return [
                kind
                for kind in self._kinds
                if self._recogniser(kind).may_be(container, name, texts)
            ]

        return possible

    def resembling(self, source: Source) -> Sequence[Match]:
        """For each grid that no kind claims, what it lacks of the kind that it is most like: the
        one of which it has most columns, where those that are required count twice."""
        found: list[Match] = []
        for grid in source.grids:
            best: tuple[tuple[int, int], Match] | None = None
            for name, kind in self._kinds.items():
                located = None if kind.template else self._recogniser(name).resemblance(grid)
                if located is None:
                    continue
                required = len(kind.requires) - len(located.lacks)
                has = required + located.strength, required
                if best is None or has > best[0]:
                    best = has, Match(name, has[0], located.lacks, grid.name)
            found += [] if best is None else [best[1]]
        return found

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        """The counts of *source* as *match*.kind; raises AdvisorError where it is not one."""
        return alone(self.reading(source, match, context))

    def reading(self, source: Source, match: Match, context: ReadContext) -> Steps[Reading]:
        """What `read` gives, in steps that many files take together. A subclass that changes what
        is read overrides this."""
        kind = self._kinds[match.kind]
        for grid in source.grids:
            if grid.name == match.grid:
                source = one_grid(source, grid)
                break
        located = self._recogniser(kind.id).locate(source)
        if located is None or located.lacks:
            lacks = ", ".join(repr(name) for name in located.lacks) if located else "its columns"
            raise AdvisorError(
                f"this is no {kind.title}: {lacks} not found",
                where=source.file.name,
                hint=f"export it again: {kind.where}",
            )
        from advisor.tabular.assembly import FileReader
        from advisor.tabular.unknown_columns import unknown_amounts

        reader = FileReader(self.name, kind, source, located.found, context, self.not_additive)
        reading = yield from reader.read()
        unknown = [] if kind.template else unknown_amounts(kind, reader.found)
        return self.finish(kind, self._with_unknown(reading, unknown), context)

    def _with_unknown(self, reading: Reading, headers: Sequence[str]) -> Reading:
        """*reading* with the nearest known header of each column of amounts that is not known."""
        recogniser = self._recogniser(reading.kind)
        near = {
            header: related
            for header in headers[:_MOST]
            if recogniser.why_not_used(header) is None and (related := recogniser.related(header))
        }
        if not near:
            return reading
        named = tuple(
            lazy_gettext("“{header}” (nearest: “{related}”)", header=header, related=related)
            for header, related in near.items()
        )
        text = lazy_gettext(
            "unknown columns with amounts, not read: {columns}", columns=Listed(named, SHOWN)
        )
        columns = (
            attrs.evolve(column, nearest=near[column.header])
            if column.header in near and not column.means
            else column
            for column in reading.columns
        )
        note = Note("unknown-columns", text, reading.file.name)
        return attrs.evolve(reading, columns=tuple(columns), notes=(*reading.notes, note))

    def finish(self, kind: Kind, reading: Reading, context: ReadContext) -> Reading:  # noqa: ARG002
        """Called with every reading before it is handed on; a subclass may change it here."""
        return reading

    def explain(self, reading: Reading) -> tuple[Column, ...]:
        """The columns of a reading, each unknown one with the known header that it resembles.

        Looking for those costs time in a file of hundreds of columns, so reading does not do it.
        """
        recogniser = self._recogniser(reading.kind)

        def with_meaning(column: Column) -> Column:
            if column.means:
                return column
            why = recogniser.why_not_used(column.header)
            if why is not None:
                return attrs.evolve(column, means=f"{NOT_USED}: {why}" if why else NOT_USED)
            return attrs.evolve(column, nearest=recogniser.nearest(column.header))

        return tuple(with_meaning(column) for column in reading.columns)

    def _recogniser(self, kind: str) -> Recogniser:
        if kind not in self._recognisers:
            self._recognisers[kind] = Recogniser(self._kinds[kind])
        return self._recognisers[kind]


def info(kind: Kind, adds: Sequence[str] = ()) -> KindInfo:
    """What a kind offers, as a provider tells it that *adds* counts to those of its columns."""
    counts = dict.fromkeys(spec.count for spec in kind.columns.values() if spec.count)
    counts |= dict.fromkeys(spec.clock for spec in kind.columns.values() if spec.clock)
    counts |= dict.fromkeys(spec.runs for spec in kind.columns.values() if spec.runs)
    counts |= dict.fromkeys(spec.flags for spec in kind.columns.values() if spec.flags)
    counts |= dict.fromkeys(adds)
    subjects = dict.fromkeys(subject.kind for subject in kind.subject)
    template = tuple(first_name(spec) for spec in kind.columns.values()) if kind.template else ()
    return KindInfo(
        kind.title,
        kind.where,
        tuple(subjects),
        tuple(counts),
        template,
        kind.documentation,
        api=kind.api or (bool(kind.containers) and set(kind.containers) <= _RECORDS),
    )
