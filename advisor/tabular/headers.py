"""Finding a kind's columns in the head of a grid: by their names in every language."""

import difflib
import re
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

import attrs

from advisor.model import Container, Grid, Source, frozen
from advisor.tabular.header_text import header_text, plain_header
from advisor.tabular.kind import ColumnSpec, Kind, Role
from advisor.tabular.platforms import platforms

# Names and ids of levels that ads have on every platform.
_NAMES = frozenset(
    header_text(f"{level}{sep}{what}").key
    for level in ("campaign", "ad group", "ad_group", "ad", "account")
    for sep in (" ", "_")
    for what in ("id", "name")
)
_HEADERS = 16  # of a kind that are remembered
_NUMERAL = re.compile(r"[0-9.,:%/]{1,40}")  # as most cells are, and compared as it stands
_LIKE = 2  # columns, from which on a file is like a kind
_UNSEEN = "a column name that was seen in a real export"


@frozen(eq=False)
class _Head:
    """The texts of the head of a grid as names are compared: of each row, and of all rows."""

    rows: tuple[frozenset[str], ...]
    texts: frozenset[str]


_HEADS: "weakref.WeakKeyDictionary[Grid, _Head]" = weakref.WeakKeyDictionary()


def _head(grid: Grid) -> _Head:
    if grid not in _HEADS:
        rows = grid.head
        keys = {
            cell: cell if _NUMERAL.fullmatch(cell) else header_text(cell).key
            for cell in frozenset[str]().union(*rows)
        }
        in_rows = (frozenset(map(keys.__getitem__, row)) for row in rows)
        _HEADS[grid] = _Head(tuple(in_rows), frozenset(keys.values()))
    return _HEADS[grid]


def texts_of(grid: Grid) -> frozenset[str]:
    """The texts of all rows of the head of *grid*, as names are compared."""
    return _head(grid).texts


@frozen(eq=False)
class Found:
    """A kind's columns in a grid: the row of its header (0-based) and each column's place."""

    grid: Grid
    row: int
    columns: Mapping[str, int]
    currency: str | None
    repeated: tuple[str, ...]  # headers that occur more often than the kind tells apart
    first_row: int  # where the header occurs first; differs from *row* in files with two tables
    guessed: frozenset[str] = frozenset()  # columns that only an unconfirmed name was found for
    language: str = ""  # that of most of its names
    counted_from: int | None = None  # first row above the header that is in the account


@frozen(eq=False)
class _Named:
    """What the header's row tells of the columns of a kind: see Found."""

    columns: Mapping[str, int]
    currency: str | None
    repeated: tuple[str, ...]
    guessed: frozenset[str]
    language: str


@frozen(eq=False)
class Located:
    """What a source has of a kind; *lacks* is empty where it is one of the kind."""

    found: Found
    lacks: tuple[str, ...]
    refused: str = ""

    @property
    def strength(self) -> int:
        return len(self.found.columns)


@frozen
class _Name:
    spec: str
    language: str
    rank: int
    guessed: bool


class Recogniser:
    """Looks for one kind in sources."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._grid = re.compile(kind.grid, re.IGNORECASE) if kind.grid else None
        self._required = [self._keys_for(need) for need in kind.requires]
        self.required = frozenset[str]().union(*self._required)

    def _ways(self, need: str) -> Sequence[str]:
        """The columns that give what is required: a day may also come as an hour, week or month."""
        columns = self._kind.columns
        if columns[need].role is not Role.DAY:
            return (need,)
        others = (name for name, spec in columns.items() if spec.role is Role.DAY and name != need)
        return (need, *others)

    def _keys_for(self, need: str) -> frozenset[str]:
        return frozenset[str]().union(*(_keys_of(self._kind.columns[n]) for n in self._ways(need)))

    def _lacking(self, found: "Found") -> tuple[str, ...]:
        """The required columns that *found* has in no way."""
        return tuple(
            first_name(self._kind.columns[need])
            for need in self._kind.requires
            if found.columns.keys().isdisjoint(self._ways(need))
        )

    # Most kinds are not what a file is, which their required columns tell: the rest can wait.
    @cached_property
    def _names(self) -> Mapping[str, Sequence[_Name]]:
        names: dict[str, list[_Name]] = {}
        for spec, column in self._kind.columns.items():
            for guessed, language, rank, name in _names_of(column):
                of_name = _Name(spec, language, rank, guessed)
                names.setdefault(header_text(name).key, []).append(of_name)
        return names

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(self._names)

    @cached_property
    def _shown(self) -> Mapping[str, str]:
        """Each name as people write it."""
        columns = self._kind.columns.values()
        names = [name for column in columns for *_, name in _names_of(column)]
        return {header_text(name).key: name for name in reversed(names)}

    @cached_property
    def _ignored(self) -> frozenset[str]:
        ignores = self._kind.ignores.values()
        return frozenset(header_text(name).key for names in ignores for name in names)

    @cached_property
    def _not_used(self) -> Sequence[tuple[str, re.Pattern[str], str]]:
        """For each reason a pattern of all that it may hold for, where anything stands for the long
        parts that patterns name, and the whole pattern, which takes ten times as long to
        compile."""
        parts = self._kind.pattern_parts
        anything = dict.fromkeys(parts, ".*")
        return [
            (reason, re.compile(_any_of(patterns, anything), re.DOTALL), _any_of(patterns, parts))
            for reason, patterns in self._kind.not_used.items()
        ]

    @cached_property
    def _groups(self) -> Mapping[str, frozenset[str]]:
        return {
            group: frozenset(header_text(n).key for names in languages.values() for n in names)
            for group, languages in self._kind.groups.items()
        }

    def locate(self, source: Source) -> Located | None:
        """The grid of *source* that has most of the kind; None where it has next to nothing."""
        from advisor.tabular.containers.documents import RecordGrid  # needs Polars
        from advisor.tabular.containers.lines import lines_of

        kind = self._kind
        best: Located | None = None
        for grid in source.grids:
            if isinstance(grid, RecordGrid):
                if not self._may_be_in(source.container, grid.name):
                    continue
                grid = grid.of_items(kind.items, above=kind.above)  # noqa: PLW2901
                if self._is_hopeless(texts_of(grid)):
                    continue
            elif not self.may_be(source.container, grid.name, texts_of(grid)):
                continue
            if kind.lines:
                turned = lines_of(grid)
                if turned is None or self._is_hopeless(texts_of(turned)):
                    continue
                grid = turned  # noqa: PLW2901
            found = self._in(grid)
            if found is None or any(column in found.columns for column in kind.forbids):
                continue
            lacks = self._lacking(found)
            if lacks and 2 * len(lacks) > len(kind.requires):
                continue
            if not lacks and self._only_guessed(found):
                lacks = (_UNSEEN,)  # a translation of ours alone recognises nothing
            located = Located(found, lacks, self._refused(source, found))
            if best is None or _better(located, best):
                best = located
        return best

    def may_be(self, container: Container, name: str, texts: frozenset[str]) -> bool:
        """Whether the kind may be in a table of this *name* that has these *texts* in its head: it
        is seen without looking for the header's row."""
        return (
            not self._kind.items
            and self._may_be_in(container, name)
            and not self._is_hopeless(texts)
        )

    def _may_be_in(self, container: Container, name: str) -> bool:
        """Whether the kind may be in a grid of this name. A bare list, or a stream of a loader that
        the list is part of the name of, is what people save of an answer."""
        if self._kind.containers and container.value not in self._kind.containers:
            return False
        if self._grid is None or self._grid.search(name):
            return True
        if name == "":
            return self._kind.items is not None
        stream = name.removeprefix("stream:")
        return stream != name and bool(self._grid.search(stream.replace("_", ".")))

    def resemblance(self, grid: Grid) -> Located | None:
        """What *grid* has of the kind, however little; None where that is not even two columns."""
        found = self._in(grid)
        if found is None or len(found.columns) < _LIKE:
            return None
        return Located(found, self._lacking(found) or (_UNSEEN,))

    def _only_guessed(self, found: Found) -> bool:
        """Whether no required column has a name that was seen in a real export."""
        ways = {name for need in self._kind.requires for name in self._ways(need)}
        return found.guessed.issuperset(ways & found.columns.keys())

    def _refused(self, source: Source, found: Found) -> str:
        """Why a table with the columns of the kind is none of it, or not surely; "" where it is."""
        own = self._kind.platform
        if not own:
            return ""
        known = platforms()
        headers = [header_text(cell).key for cell in found.grid.head[found.row]]
        signs = {known.columns[key] for key in headers if key in known.columns}
        signs |= self._named_in_cells(found, headers) & {own}
        table, file = known.named(found.grid.name), known.named(source.file.name)
        # The name of a table or stream is the word of whoever made it: it stands before columns.
        if own in table or (own in signs and not table):
            return ""
        others = [name for name in (*table, *sorted(signs)) if name != own]
        telling = {
            key
            for name, at in found.columns.items()
            if self._kind.columns[name].role is not Role.CHECK
            and (key := headers[at]) not in known.generic
        }
        if not others and own not in file and not telling - _NAMES:
            others = list(file)
        if others:
            return f"is of {others[0]}, another platform"
        # A required column of a name that any platform has is not what tells this one.
        vague = any(
            headers[found.columns[name]] in known.generic
            for name in found.guessed.intersection(self._kind.requires)
        )
        if (telling and not vague) or own in file or self._grid is not None:
            return ""
        return "has only columns that tables of any platform have, and no id or name of its own"

    @staticmethod
    def _named_in_cells(found: Found, headers: Sequence[str]) -> set[str]:
        """The platforms that a column of platforms names in the rows of the head."""
        known, below = platforms(), found.grid.head[found.row + 1 :]
        places = [at for at, key in enumerate(headers) if key in known.column_of_platforms]
        cells = {row[at] for at in places for row in below if at < len(row)}
        return {name for cell in cells for name in known.in_cell(cell)}

    def _is_hopeless(self, texts: frozenset[str]) -> bool:
        """Whether more than half of what is required is nowhere among *texts*, as with most
        kinds."""
        lacks = sum(keys.isdisjoint(texts) for keys in self._required)
        return 2 * lacks > len(self._required)

    def _in(self, grid: Grid) -> Found | None:
        hits = [len(self._keys & row) for row in _head(grid).rows]
        most = max(hits, default=0)
        if most == 0:
            return None
        # Group rows and descriptions can share words with the header: try each good row.
        tried: list[Found] = []
        for row, count in enumerate(hits):
            if 2 * count >= most and count > 0:
                tried.append(self._match(grid, row))
        full = max(len(found.columns) for found in tried)
        same = [found for found in tried if len(found.columns) >= full]
        if not self._kind.last_header:
            return attrs.evolve(same[0], counted_from=min(tried[0].row, same[0].row))
        # The first cell of one of the two headers may be empty, which counts as a column.
        near = [found for found in tried if len(found.columns) >= full - 1]
        # More than two are files put together: each has a summary, then rows.
        return attrs.evolve(near[min(1, len(near) - 1)], first_row=near[0].row)

    def _match(self, grid: Grid, row: int) -> Found:
        above = tuple(grid.head[row - 1]) if self._groups and row else None
        named = self._named(tuple(grid.head[row]), above)
        return Found(
            grid,
            row,
            named.columns,
            named.currency,
            named.repeated,
            row,
            named.guessed,
            named.language,
        )

    @cached_property
    def _named(self) -> Callable[[tuple[str, ...], tuple[str, ...] | None], _Named]:
        # Downloads of many shops have the same header.
        return lru_cache(maxsize=_HEADERS)(self._name)

    def _name(self, header: Sequence[str], above: Sequence[str] | None) -> _Named:
        """The columns in *header*, and groups of them in the row *above* it, if any is looked
        for."""
        kind = self._kind
        cells: dict[str, list[int]] = {}
        for at, cell in enumerate(header):
            cells.setdefault(header_text(cell).key, []).append(at)
        groups = None if above is None else self._group_of(above)
        present = self._keys & cells.keys()
        dominant = self._dominant(present)
        wishes = sorted(
            (
                (name.guessed, name.language != dominant, name.rank, order, key, name.spec)
                for order, key in enumerate(sorted(present, key=lambda k: cells[k][0]))
                for name in self._names[key]
            ),
        )
        columns: dict[str, int] = {}
        taken: set[int] = set()
        told_apart: dict[str, int] = {}
        unsure: set[str] = set()
        for guessed, _, _, _, key, spec in wishes:
            column = kind.columns[spec]
            places = self._places(key, cells[key], column, groups)
            told_apart[key] = max(told_apart.get(key, 1), column.occurrence)
            if spec in columns or len(places) < column.occurrence:
                continue
            place = places[column.occurrence - 1]
            if place not in taken:
                columns[spec] = place
                taken.add(place)
                if guessed:
                    unsure.add(spec)
        used = {at: spec for spec, at in columns.items()}
        repeated = tuple(
            header[places[0]]
            for key, places in cells.items()
            if key in present
            and len(places) > told_apart.get(key, 1)
            and not groups
            and any(at in used for at in places)
        )
        named = (header_text(cell).currency for cell in header)
        currency = next(filter(None, named), None)
        return _Named(columns, currency, repeated, frozenset(unsure), dominant)

    def _places(
        self,
        key: str,
        places: list[int],
        column: ColumnSpec,
        groups: Mapping[str, Sequence[int]] | None,
    ) -> list[int]:
        if key == "":  # a nameless column is only ever the first one
            places = [at for at in places if at == 0]
        if column.group is None:
            return places
        if groups is None:  # no row of groups: as if all columns were of the first group
            return places if column.group == next(iter(self._groups), None) else []
        return [at for at in places if at in groups.get(column.group, ())]

    def _group_of(self, above: Sequence[str]) -> Mapping[str, Sequence[int]] | None:
        """Group → its columns, from the row above the header; merged cells are filled on."""
        found: dict[str, list[int]] = {}
        current = ""
        for index, cell in enumerate(above):
            current = header_text(cell).key or current
            for group, names in self._groups.items():
                if current in names:
                    found.setdefault(group, []).append(index)
        return found or None

    def _dominant(self, present: Iterable[str]) -> str:
        votes: dict[str, int] = {}
        for key in present:
            for language in {name.language for name in self._names[key]}:
                votes[language] = votes.get(language, 0) + 1
        return max(votes, key=lambda language: votes[language], default="en")

    def why_not_used(self, header: str) -> str | None:
        """Why *header* is known and of no use, "" where nobody says; None where it is not known."""
        if header_text(header).key in self._ignored:
            return ""
        text = plain_header(header)
        return next(
            (
                why
                for why, perhaps, pattern in self._not_used
                if perhaps.search(text) and re.search(pattern, text)
            ),
            None,
        )

    def nearest(self, header: str) -> str:
        """The known header that *header* resembles, or ""."""
        key = header_text(header).key
        close = difflib.get_close_matches(key, self._keys, n=1, cutoff=0.75) if key else []
        return self._shown[close[0]].casefold() if close else ""

    def related(self, header: str) -> str:
        """The known header that has most words in common with *header*, or ""."""
        own = name_words(header) if header_text(header).key not in self._keys else frozenset()
        best, most = "", 0.0
        for key, shown in self._shown.items() if own else ():
            theirs = name_words(key)
            shared = len(own & theirs) / len(own | theirs)
            if shared > most:
                best, most = shown, shared
        return best


_SPLIT = re.compile(r"[\W\d_]+")
_LITTLE = frozenset(
    {"the", "and", "for", "per", "with", "from", "los", "las", "del", "der", "die", "das", "und"}
    | {"des", "les", "por", "para", "com", "dos", "and", "yang", "dan", "dari"}
)


@lru_cache(maxsize=1 << 11)  # asked of each unknown column for each rule that lacks a count
def name_words(name: str) -> frozenset[str]:
    """The words of a name that may tell what it is of."""
    return frozenset(w for w in _SPLIT.split(plain_header(name)) if len(w) > 2) - _LITTLE


def _names_of(column: ColumnSpec) -> Iterator[tuple[bool, str, int, str]]:
    """Whether it is guessed, its language, its place among those of the language, and the name."""
    for guessed, headers in enumerate((column.headers, column.guesses)):
        for language, names in headers.items():
            for rank, name in enumerate(names):
                yield bool(guessed), language, rank, name


def whole_pattern(pattern: str, parts: Mapping[str, str]) -> str:
    """A pattern with the *parts* that it names."""
    for name, part in parts.items():
        pattern = pattern.replace(f"<{name}>", part)
    return pattern


def _any_of(patterns: Sequence[str], parts: Mapping[str, str]) -> str:
    return "|".join(f"(?:{whole_pattern(pattern, parts)})" for pattern in patterns)


def _keys_of(column: ColumnSpec) -> frozenset[str]:
    return frozenset(header_text(name).key for *_, name in _names_of(column))


def _better(one: Located, other: Located) -> bool:
    return _order(one) > _order(other)


def _order(located: Located) -> tuple[bool, int]:
    return not (located.lacks or located.refused), located.strength


def first_name(column: ColumnSpec) -> str:
    """The name of a column for people: the first English one, else any."""
    names = column.headers.get("en") or next(iter(column.headers.values()), ("?",))
    return next((name for name in names if name), "?")
