"""Files of the shop's own, mapped in advisor.toml: each `[[source]]` is a kind made at run time."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from advisor.errors import Mistakes, nearest, unknown
from advisor.model import (
    CountUnit,
    Grain,
    Grid,
    Reading,
    Source,
    SourceSection,
    Vocabulary,
    frozen,
    mask_personal,
    one_grid,
)
from advisor.plugin import KindInfo, Match, ReadContext, Steps, alone
from advisor.tabular.header_text import header_text
from advisor.tabular.kind import CellType, Check, ColumnSpec, Kind, Percent, Role, SubjectSpec
from advisor.tabular.reader import TabularProvider

NAME = "advisor.toml"
FAMILY = "own"
ORDERS = {"day-first": True, "month-first": False}
SHOP = "shop"

_RATIO = re.compile(r"^(?:(?P<scale>[0-9.]+)\s*\*\s*)?(?P<top>[\w.-]+)\s*/\s*(?P<bottom>[\w.-]+)$")
_STRONGEST = 1_000_000  # what the user says wins over what anybody recognises
_TYPES = {CountUnit.MONEY: CellType.MONEY, CountUnit.SECONDS: CellType.DURATION}


@frozen
class Ratio:
    """A printed ratio of two counts: `1000 * spend / impressions`."""

    top: str
    bottom: str
    scale: float = 1.0

    def __str__(self) -> str:
        scale = "" if self.scale == 1 else f"{self.scale:g} * "
        return f"{scale}{self.top} / {self.bottom}"


def meaning(text: str) -> Ratio | str:
    """What a column is said to mean: a ratio of counts, or the id of one."""
    found = _RATIO.match(text.strip())
    if found is None:
        return text.strip()
    return Ratio(found["top"], found["bottom"], float(found["scale"] or 1))


def source_mistakes(sources: Sequence[SourceSection], vocabulary: Vocabulary) -> Iterator[str]:
    """Everything in the sections that cannot be meant."""
    for number, source in enumerate(sources, start=1):
        at = f"source {number} ({source.file or 'no file'})"
        if not source.file:
            yield f"{at}.file: give the name of the file; * stands for any letters"
        if source.subject not in vocabulary.subjects:
            yield f"{at}.subject: {unknown('subject', source.subject, vocabulary.subjects)}"
        elif source.subject != SHOP and not (source.key or source.name):
            yield f"{at}.key: say which column tells one {source.subject} from another"
        for name, known in (
            ("percent", [one.value for one in Percent]),
            ("day_order", list(ORDERS)),
            ("grain", [one.value for one in Grain]),
        ):
            value = getattr(source, name)
            if value is not None and value not in known:
                yield f"{at}.{name}: {unknown('value', value, known)}"
        if source.grain == Grain.DAY.value and source.day is None:
            yield f"{at}.day: rows of days need the column of the day"
        yield from _column_mistakes(at, source, vocabulary)


def _column_mistakes(at: str, source: SourceSection, vocabulary: Vocabulary) -> Iterator[str]:
    counts = {what for what in map(meaning, source.columns.values()) if isinstance(what, str)}
    if not counts:
        yield f"{at}.columns: map at least one column to a count"
    for header, text in source.columns.items():
        place = f"{at}.columns.{header!r}"
        what = meaning(text)
        if header in (source.key, source.name, source.day):
            yield f"{place}: this column is the key, name or day already"
        if isinstance(what, str):
            if what not in vocabulary.counts:
                yield f"{place}: {unknown('count', what, vocabulary.counts)}"
            continue
        for count in (what.top, what.bottom):
            if count not in vocabulary.counts:
                yield f"{place}: {unknown('count', count, vocabulary.counts)}"
            elif count not in counts:
                yield f"{place}: no column is mapped to {count!r}"
    seen: dict[str, str] = {}
    for header, text in source.columns.items():
        if isinstance(meaning(text), str) and text in seen:
            yield f"{at}.columns.{header!r}: {seen[text]!r} is {text!r} already"
        seen[text] = header


def kind_of_source(number: int, source: SourceSection, vocabulary: Vocabulary) -> Kind:
    """The kind that a section without mistakes describes."""
    roles = {
        "day": (source.day, Role.DAY, CellType.DATE),
        "key": (source.key or source.name, Role.TEXT, CellType.ID),
        "name": (source.name if source.key else None, Role.TEXT, CellType.TEXT),
    }
    columns = {
        name: ColumnSpec({"own": (header,)}, type=kind, role=role)
        for name, (header, role, kind) in roles.items()
        if header is not None
    }
    for at, (header, text) in enumerate(source.columns.items()):
        columns[f"column-{at}"] = _spec(header, meaning(text), vocabulary)
    subject = SubjectSpec(
        source.subject,
        key=("key",) if source.subject != SHOP else (),
        name="name" if "name" in columns else None,
    )
    grain = Grain(source.grain) if source.grain else Grain.DAY if source.day else Grain.PERIOD
    return Kind(
        id=f"own-{number}",
        title=f"Your own file {source.file}",
        where="advisor.toml",
        family=source.family,
        grain=grain,
        subject=(subject,),
        columns=columns,
        requires=tuple(columns),
        percent=Percent(source.percent or Percent.SIGN),
        totals=(r"^\W*(grand )?(total|sum|summe|suma|jumlah|gesamt)\b",),
        day_first=ORDERS.get(source.day_order or ""),
        default_currency=source.currency,
    )


def _spec(header: str, what: Ratio | str, vocabulary: Vocabulary) -> ColumnSpec:
    names = {"own": (header,)}
    if isinstance(what, str):
        unit = vocabulary.counts[what].unit
        return ColumnSpec(names, type=_TYPES.get(unit, CellType.NUMBER), count=what)
    check = Check((what.top,), (what.bottom,), scale=what.scale)
    return ColumnSpec(names, type=_ratio_type(what, vocabulary), check=check)


def _ratio_type(ratio: Ratio, vocabulary: Vocabulary) -> CellType:
    if vocabulary.counts[ratio.top].unit is CountUnit.MONEY:
        return CellType.NUMBER
    return CellType.RATE if ratio.scale == 1 else CellType.NUMBER


class OwnSources:
    """The provider of the files that advisor.toml maps."""

    name = NAME

    def __init__(self, sources: Sequence[SourceSection], vocabulary: Vocabulary) -> None:
        self._sources = {f"own-{number}": source for number, source in enumerate(sources, start=1)}
        self._tables = TabularProvider(
            NAME,
            [
                kind_of_source(number, source, vocabulary)
                for number, source in enumerate(sources, start=1)
            ],
            not_additive=[
                count.id
                for count in vocabulary.counts.values()
                if count.unit in (CountUnit.PEOPLE, CountUnit.STATE)
            ],
        )

    @property
    def kinds(self) -> Mapping[str, KindInfo]:
        """What is mapped."""
        return self._tables.kinds

    def recognise(self, source: Source) -> Sequence[Match]:
        """A claim above all others on the files that a section names."""
        return [
            Match(kind, _STRONGEST, grid=_grid(source, section).name)
            for kind, section in self._sources.items()
            if _is_named(source.file.name, section.file) and source.grids
        ]

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        """Reads the mapped columns; raises Mistakes with every one that the file has not."""
        return alone(self.reading(source, match, context))

    def reading(self, source: Source, match: Match, context: ReadContext) -> Steps[Reading]:
        """What `read` gives, in steps."""
        section = self._sources[match.kind]
        grid = _grid(source, section)
        headers = [section.key, section.name, section.day, *section.columns]
        wrong = list(_absent([header for header in headers if header], grid))
        if wrong:
            raise Mistakes(wrong, where=source.file.name, hint="fix [[source]] in advisor.toml")
        return (yield from self._tables.reading(one_grid(source, grid), match, context))


def _is_named(name: str, pattern: str) -> bool:
    bare = PurePosixPath(name.rsplit(" > ", 1)[-1]).name
    return any(fnmatchcase(one.casefold(), pattern.casefold()) for one in (name, bare))


def _grid(source: Source, section: SourceSection) -> Grid:
    sheet = "" if section.sheet is None else section.sheet.casefold()
    for grid in source.grids:
        # A proposed section has the name with what is personal in it masked.
        if sheet and sheet in {grid.name.casefold(), mask_personal(grid.name).casefold()}:
            return grid
    return source.grids[0]


def _absent(headers: Sequence[str], grid: Grid) -> Iterator[str]:
    rows = [{header_text(cell).key: cell for cell in row if cell} for row in grid.head]
    wanted = {header_text(header).key for header in headers}
    best: Mapping[str, str] = max(rows, key=lambda row: len(wanted & row.keys()), default={})
    for header in headers:
        if header_text(header).key not in best:
            near = nearest(header, best.values())
            text = f"no column {header!r}"
            yield f"{text}; did you mean {near!r}?" if near else text
