"""Proposing how to read a table that nobody knows: by its headers, and by what its numbers prove.

Names are compared with every header of every known kind, in all languages. Numbers prove more:
where one column is another divided by a third in every row, and two of the three are known, so is
the third.
"""

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import permutations

import attrs
import polars as pl

from advisor.model import (
    CountUnit,
    Grid,
    Metric,
    SourceSection,
    Vocabulary,
    define,
    frozen,
    mask_personal,
)
from advisor.plugin import alone
from advisor.tabular import cells
from advisor.tabular.amounts import Asked, Spelling, amounts_of, settle, take_apart
from advisor.tabular.columns import decimals
from advisor.tabular.custom.mapping import SHOP, Ratio
from advisor.tabular.dates import days
from advisor.tabular.day_order import Order
from advisor.tabular.header_text import header_text
from advisor.tabular.kind import Kind, Role

_ROWS = 500  # rows that identities are tried on
_WIDEST = 24  # columns of numbers that are tried against each other
_MOST = 0.9  # of the filled cells decide what a column is
_HOLDS = 0.95  # of the rows in which an identity has to hold
_LEAST = 3  # rows, and different values, that prove anything
_NEAR = 0.82  # how alike two names have to be
_SCALES = (1.0, 100.0, 1000.0)
_ID_DIGITS = 12
# What no column is called: an amount, a day, an id or a telephone number, or a mail address.
_VALUE = re.compile(r"\s*(?:\W{0,3}\d[\d\s.,:;/()%+-]*\W?|\S+@\S+\.\S+)\s*")


@frozen
class Guess:
    """What a column seems to be, and why."""

    header: str
    means: str
    why: str


@frozen
class Proposal:
    """A section for advisor.toml, what speaks for each of its lines, and what stays unknown."""

    section: SourceSection
    guesses: tuple[Guess, ...]
    unknown: tuple[str, ...]
    row: int  # of the header, 1-based
    rows: int
    headed: bool = True  # else that row has values in it, which nobody quotes

    def toml(self) -> str:
        """The section as it stands in advisor.toml."""
        lines = ["[[source]]"]
        for field in attrs.fields(SourceSection):
            value = getattr(self.section, field.name)
            if field.name != "columns" and value != field.default and value is not None:
                lines.append(f"{field.name} = {_quoted(value)}")
        lines.append("[source.columns]")
        lines += [f"{_quoted(k)} = {_quoted(v)}" for k, v in self.section.columns.items()]
        return "\n".join(lines) + "\n"


@frozen
class _Held:
    """In the rows tried, column *ratio* is *scale* x *top* / *bottom*."""

    top: int
    bottom: int
    ratio: int
    scale: float
    rows: int


def propose(
    file: str,
    grid: Grid,
    kinds: Iterable[Kind],
    vocabulary: Vocabulary,
    today: date,
    *,
    sheet: str | None = None,
) -> Proposal:
    """A mapping for *grid* of *file*."""
    row = _header_row(grid)
    if any(map(_VALUE.fullmatch, grid.head[row])):
        nothing = SourceSection(file=file, columns={}, sheet=sheet)
        return Proposal(nothing, (), (), row + 1, 0, headed=False)
    header = [mask_personal(cell) for cell in grid.head[row]]
    names = _Names(kinds, header)
    places = [at for at, cell in enumerate(header) if cell]
    body = grid.body(row, places)
    texts = {at: cells.known_only(body[f"c{at}"]) for at in places}
    dated = {at for at in places if _is_day(texts[at], body["_row"], today)}
    numbers, percents = _numbers({at: text for at, text in texts.items() if at not in dated})
    wordy = [at for at in places if at not in dated and at not in numbers]
    found = _Found(header, numbers, vocabulary, names)
    found.look_up()
    found.by_identity(list(_identities(numbers)))
    found.by_name()
    subject, key, name = _subject(header, wordy, texts, names, vocabulary)
    day = min(dated, default=None)
    roles = {"key": key, "name": name, "day": day}
    why = {
        "key": f"named like the key of a {subject}",
        "name": f"named like the name of a {subject}",
        "day": "its cells are dates",
    }
    guesses = [Guess(header[at], role, why[role]) for role, at in roles.items() if at is not None]
    mapped = list(found.guesses())
    guesses += mapped
    taken = {guess.header for guess in guesses}
    section = SourceSection(
        file=file,
        columns={guess.header: guess.means for guess in mapped},
        sheet=sheet,
        subject=subject,
        key=header[key] if key is not None else None,
        name=header[name] if name is not None else None,
        day=header[day] if day is not None else None,
        currency=next(filter(None, (header_text(cell).currency for cell in header)), None),
        percent="number" if found.hundredfold - percents else None,
    )
    unknown = tuple(header[at] for at in places if header[at] not in taken)
    return Proposal(section, tuple(guesses), unknown, row + 1, body.height)


def _quoted(text: object) -> str:
    return json.dumps(text, ensure_ascii=False)


def _header_row(grid: Grid) -> int:
    """The first of the rows with most cells of words."""
    widths = [
        sum(bool(cell) and not any(c.isdigit() for c in cell[:1]) for cell in row)
        for row in grid.head
    ]
    return widths.index(max(widths)) if widths else 0


def _is_day(text: pl.Series, rows: pl.Series, today: date) -> bool:
    known = len(text) - text.null_count()
    # Bare digits are numbers first, although 20261101 can be a day.
    if not known or bool(text.drop_nulls().str.contains(r"^[0-9.,]{0,7}$|^[0-9]{9,}$").any()):
        return False
    values = alone(days(text, rows, Order(), today)).parsed.values
    return len(values) - values.null_count() >= _MOST * known


def _numbers(texts: Mapping[int, pl.Series]) -> tuple[dict[int, pl.Series], set[int]]:
    """The columns that are numbers, and those of them that are printed with a percent sign."""
    if not texts:
        return {}, set()
    taken = alone(take_apart(list(texts.values())))
    together = sum((one.spelling for one in taken), Spelling())
    asked = [Asked(one, settle(one.spelling, together, None)) for one in taken]
    values = alone(amounts_of(asked))
    numbers: dict[int, pl.Series] = {}
    percents: set[int] = set()
    for (at, text), one, read in zip(texts.items(), taken, values, strict=True):
        column = read.value
        known = len(text) - text.null_count()
        ids = text.str.contains(rf"^[0-9]{{{_ID_DIGITS},}}$").sum()
        if known and len(column) - column.null_count() >= _MOST * known and 2 * ids < known:
            numbers[at] = column
            if one.own["percent"].any():
                percents.add(at)
    return numbers, percents


def _identities(numbers: Mapping[int, pl.Series]) -> Iterator[_Held]:
    """Every column that is one divided by another, perhaps times 100 or 1000."""
    columns = list(numbers)[:_WIDEST]
    frame = pl.DataFrame({str(at): numbers[at].head(_ROWS) for at in columns})
    if frame.height < _LEAST:
        return
    places = dict(zip(columns, alone(decimals([numbers[at] for at in columns])), strict=True))
    varied = {at for at in columns if frame[str(at)].n_unique() >= _LEAST}
    for top, bottom in permutations(columns, 2):
        tried = {
            f"{ratio} {scale}": (ratio, scale)
            for ratio in varied - {top, bottom}
            for scale in _SCALES
        }
        exact = pl.col(str(top)) / pl.col(str(bottom))
        usable = frame.filter(pl.col(str(bottom)) > 0, pl.col(str(top)) != 0)
        if usable.height < _LEAST or not tried:
            continue
        sums = usable.select(
            _agrees(pl.col(str(ratio)), scale * exact, places[ratio]).alias(name)
            for name, (ratio, scale) in tried.items()
        ).row(0)
        for (ratio, scale), good in zip(tried.values(), sums, strict=True):
            if good is not None and good >= max(_LEAST, _HOLDS * usable.height):
                yield _Held(top, bottom, ratio, scale, int(good))


def _agrees(printed: pl.Expr, exact: pl.Expr, places: int) -> pl.Expr:
    """In how many rows *printed* is *exact*; in none where rounding alone would explain it."""
    unit = 0.5 * 10.0**-places * 1.001 + 1e-9
    good = ((printed - exact).abs() <= unit + 0.001 * exact.abs()).sum()
    return pl.when(unit < 0.1 * exact.abs().mean()).then(good)


class _Names:
    """Every header of every known kind: what it means, and how much speaks for it: a kind that has
    more of the headers *asked* about says more."""

    def __init__(self, kinds: Iterable[Kind], asked: Iterable[str]) -> None:
        cells_ = {header_text(cell).key for cell in asked if cell}
        self.counts: dict[str, Counter[str]] = {}
        self.ratios: dict[str, Counter[tuple[str, str]]] = {}
        self.keys: dict[str, Counter[str]] = {}
        self.titles: dict[str, Counter[str]] = {}
        self.shown: dict[str, str] = {}
        for kind in kinds:
            keys = {one.key[0]: one.kind for one in kind.subject[::-1] if len(one.key) == 1}
            titles = {one.name: one.kind for one in kind.subject[::-1] if one.name}
            own = {
                header_text(h).key
                for c in kind.columns.values()
                for n in c.headers.values()
                for h in n
            }
            weight = 1 + len(own & cells_) ** 2
            for name, spec in kind.columns.items():
                for header in (h for names in spec.headers.values() for h in names if h):
                    at = header_text(header).key
                    self.shown.setdefault(at, header)
                    if spec.count and not spec.of:
                        self._vote(self.counts, at, spec.count.split(".")[0], weight)
                    if spec.check and len(spec.check.numerator + spec.check.denominator) == 2:
                        pair = (spec.check.numerator[0], spec.check.denominator[0])
                        self.ratios.setdefault(at, Counter())[pair] += 1
                    if spec.role in (Role.TEXT, None) and name in keys:
                        self._vote(self.keys, at, keys[name], weight)
                    if name in titles:
                        self._vote(self.titles, at, titles[name], weight)

    @staticmethod
    def _vote(votes: dict[str, Counter[str]], header: str, what: str, weight: int) -> None:
        seen = votes.setdefault(header, Counter())
        seen[what] = max(seen[what], weight)

    def near(self, header: str, known: Mapping[str, object]) -> str | None:
        """The known header that *header* is, or resembles."""
        at = header_text(header).key
        if at in known:
            return at
        close = difflib.get_close_matches(at, known, n=1, cutoff=_NEAR)
        return close[0] if close else None


@define
class _Found:
    """Columns of numbers on their way to meanings."""

    header: Sequence[str]
    numbers: Mapping[int, pl.Series]
    vocabulary: Vocabulary
    names: _Names
    counts: dict[int, str] = attrs.field(factory=dict)
    ratios: dict[int, Ratio] = attrs.field(factory=dict)
    why: dict[int, str] = attrs.field(factory=dict)
    hundredfold: set[int] = attrs.field(factory=set)  # ratios printed as percent numbers
    _named: dict[int, list[str]] = attrs.field(factory=dict)  # what a name may mean, likely first

    def look_up(self) -> None:
        """What each column may be by its name alone."""
        for at in self.numbers:
            ratio = self.names.near(self.header[at], self.names.ratios)
            near = self.names.near(self.header[at], self.names.counts)
            if near is None or (ratio is not None and header_text(self.header[at]).key == ratio):
                continue
            votes = [count for count, _ in self.names.counts[near].most_common()]
            self._named[at] = [count for count in votes if count in self.vocabulary.counts]
            self.why[at] = f"named like {self.names.shown[near]!r}"

    def by_name(self) -> None:
        """What no number decided is what it is called most often."""
        for at, named in self._named.items():
            free = [count for count in named if count not in self.counts.values()]
            if at not in self.counts and at not in self.ratios and free:
                self.counts[at] = free[0]

    def by_identity(self, held: Sequence[_Held]) -> None:
        """Until nothing more follows: what an identity says of its three columns."""
        waiting = list(held)
        while waiting:
            scored = [(self._best(one), one) for one in waiting]
            (score, metric), one = max(scored, key=lambda pair: (pair[0][0], pair[1].rows))
            if metric is None or score < 1:
                return
            waiting.remove(one)
            self._settle(one, metric)

    def _best(self, held: _Held) -> tuple[int, Metric | None]:
        fitting = [
            (score, metric)
            for metric in self.vocabulary.metrics.values()
            if (score := self._score(held, metric)) > 0
        ]
        most = max((score for score, _ in fitting), default=0)
        best = {(m.numerator, m.denominator): m for score, m in fitting if score == most}
        return (most, next(iter(best.values()))) if len(best) == 1 else (0, None)

    def _score(self, held: _Held, metric: Metric) -> int:
        """How many of the three columns are known to be what *metric* is made of; 0 where one is
        known not to be."""
        if len(metric.numerator) != 1 or len(metric.denominator) != 1 or metric.derived:
            return 0
        top, bottom = metric.numerator[0], metric.denominator[0]
        if held.scale not in (metric.scale, 100 * metric.scale) or held.ratio in self.counts:
            return 0
        if held.ratio in self.ratios or "?" in top + bottom:
            return 0
        score = 0
        for at, count in ((held.top, top), (held.bottom, bottom)):
            known = self.counts.get(at)
            if known == count:
                score += 2
            elif known is not None or count in self.counts.values() or not self._may(at, count):
                return 0
            elif count in self._named.get(at, ()):
                score += 1
            elif at in self._named:
                return 0
        near = self.names.near(self.header[held.ratio], self.names.ratios)
        if near is not None:
            if (top, bottom) in self.names.ratios[near]:
                score += 1
            elif score < 3:
                return 0
        return score + (held.scale == 1000)

    def _may(self, at: int, count: str) -> bool:
        """Whether a column can be a count: events are whole."""
        unit = self.vocabulary.counts[count].unit
        values = self.numbers[at]
        whole = bool((values == values.round(0)).all())
        return at not in self.ratios and (unit in (CountUnit.MONEY, CountUnit.SECONDS) or whole)

    def _settle(self, held: _Held, metric: Metric) -> None:
        top, bottom = metric.numerator[0], metric.denominator[0]
        scale = "" if held.scale == 1 else f"{held.scale:g} x "
        line = (
            f"{self.header[held.ratio]!r} = {scale}{self.header[held.top]!r} / "
            f"{self.header[held.bottom]!r} in {held.rows} rows"
        )
        for at, count in ((held.top, top), (held.bottom, bottom)):
            self.counts[at] = count
            self.why[at] = f"{self.why[at]}; {line}" if at in self.why else line
        self.ratios[held.ratio] = Ratio(top, bottom, metric.scale)
        self.why[held.ratio] = line
        if held.scale == 100 * metric.scale:
            self.hundredfold.add(held.ratio)

    def guesses(self) -> Iterator[Guess]:
        for at in self.numbers:
            if at in self.counts:
                yield Guess(self.header[at], self.counts[at], self.why[at])
            elif at in self.ratios:
                yield Guess(self.header[at], str(self.ratios[at]), self.why[at])


def _subject(
    header: Sequence[str],
    wordy: Sequence[int],
    texts: Mapping[int, pl.Series],
    names: _Names,
    vocabulary: Vocabulary,
) -> tuple[str, int | None, int | None]:
    """What rows are about, and the columns of its key and name."""
    keys: dict[int, str] = {}
    titles: dict[int, str] = {}
    for at in wordy:
        for votes, found in ((names.keys, keys), (names.titles, titles)):
            near = names.near(header[at], votes)
            kinds = votes[near] if near else Counter()
            known = [kind for kind, _ in kinds.most_common() if kind in vocabulary.subjects]
            if known:
                found[at] = known[0]
    candidates = {**titles, **keys}
    if not candidates:
        return SHOP, None, None
    # The finest is the one with most different values.
    finest = max(candidates, key=lambda at: (texts[at].n_unique(), at in keys))
    subject = candidates[finest]
    key = next((at for at, kind in keys.items() if kind == subject), None)
    name = next((at for at, kind in titles.items() if kind == subject and at != key), None)
    return (subject, name, None) if key is None else (subject, key, name)
