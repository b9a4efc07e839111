"""The columns of a kind, read from a grid's body and turned into values."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs
import polars as pl

from advisor.model import (
    Container,
    Period,
    Quantity,
    Unit,
    define,
    frozen,
    lazy_gettext,
    lazy_ngettext,
)
from advisor.plugin import ReadContext, Steps, step
from advisor.tabular import cells
from advisor.tabular.amounts import (
    Amounts,
    Asked,
    Point,
    Spelling,
    amounts_of,
    settle,
    spelled_out,
    take_apart,
)
from advisor.tabular.cells import Parsed
from advisor.tabular.dates import days, plain_days
from advisor.tabular.day_order import Order
from advisor.tabular.kind import CellType, ColumnSpec, Kind, Percent, Role
from advisor.tabular.notes import quotable
from advisor.tabular.spans import spans
from advisor.tabular.stacked import (
    Place,
    below_each_other,
    collected,
    each_cell,
    flat,
    numbered,
    shared,
)

_AMOUNTS = (CellType.NUMBER, CellType.MONEY, CellType.RATE)

_EXPECTED = {
    CellType.NUMBER: lazy_gettext("a number"),
    CellType.MONEY: lazy_gettext("an amount of money"),
    CellType.RATE: lazy_gettext("a rate"),
    CellType.DURATION: lazy_gettext("a duration"),
    CellType.DATE: lazy_gettext("a date"),
    CellType.ID: lazy_gettext("a date"),  # an id or a text is only parsed where its role is a day
    CellType.TEXT: lazy_gettext("a date"),
}

_SAMPLE = 10_000  # cells of a column that are looked at where a few tell
_MOST_DECIMALS = 8
_QUOTED = 60  # letters of a cell that a note quotes
_THOUSAND = 1000
_EXACT = (Container.JSON, Container.JSON_LINES, Container.TABLES)  # a dot is never a thousand
_NOISE = 1e-6  # what floating point adds to a printed decimal

RATE_UNIT_UNKNOWN = "rate-unit-unknown"  # the code of a note

Say = Callable[[str, str], None]  # code and text of a note


@frozen(eq=False)
class Values:
    """Columns of values, all of one height; *currency* is the sign beside the amounts."""

    numbers: Mapping[str, pl.Series]
    texts: Mapping[str, pl.Series]
    dates: Mapping[str, pl.Series]
    currency: str | None
    ends: Mapping[str, pl.Series] = attrs.field(factory=dict)  # of days that begin something longer
    names: Mapping[str, pl.Series] = attrs.field(factory=dict)  # texts, null where they say so
    rounded: frozenset[str] = frozenset()  # columns with shortened numbers (1.2K)
    ruined: frozenset[str] = frozenset()  # columns of ids that a spreadsheet has destroyed

    def filter(self, keep: pl.Series) -> "Values":
        """The rows that *keep* says."""

        def some(columns: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
            return {name: column.filter(keep) for name, column in columns.items()}

        return attrs.evolve(
            self,
            numbers=some(self.numbers),
            texts=some(self.texts),
            dates=some(self.dates),
            ends=some(self.ends),
            names=some(self.names),
        )


def plain_numbers(kind: Kind, columns: Mapping[str, int], bare: Percent) -> set[int]:
    """Columns of the grid that may come as numbers, if that is how the file spells them."""
    return {
        at
        for name, at in columns.items()
        if kind.columns[name].type in (CellType.NUMBER, CellType.MONEY, CellType.DURATION)
        or (
            kind.columns[name].type is CellType.RATE
            and (kind.columns[name].percent or bare) is not Percent.SIGN
        )
        if kind.columns[name].role in (None, Role.CHECK)
    }


def percent_of(kind: Kind, container: Container) -> Percent:
    """What a bare number in a rate column means in this container."""
    if container is Container.XLSX and kind.percent_xlsx is not None:
        return kind.percent_xlsx
    return kind.percent


@define
class ColumnReader:
    """Turns the body of a grid into values, and says what could not be read."""

    kind: Kind
    columns: Mapping[str, int]
    headers: Mapping[str, str]
    container: Container
    context: ReadContext
    period: Period | None
    say: Say
    language: str = ""

    def read(self, body: pl.DataFrame, currency: str | None) -> Steps[Values]:
        """The values of *body*."""
        rows = body["_row"]
        numbers: dict[str, pl.Series] = {}
        plain: dict[str, pl.Series] = {}
        worded: list[str] = []  # amounts in words and signs
        timed: list[str] = []
        dated: list[str] = []
        named: list[str] = []
        for name, at in self.columns.items():
            spec = self.kind.columns[name]
            if spec.role is Role.PERSONAL:
                continue  # it is not even in the body
            if spec.type is CellType.DATE or spec.role in (Role.DAY, Role.FROM, Role.TO):
                dated.append(name)
            elif body[f"c{at}"].dtype == pl.Float64:
                plain[name] = body[f"c{at}"]
            elif spec.type in _AMOUNTS and spec.role in (None, Role.CHECK):
                worded.append(name)
            elif spec.type is CellType.DURATION:
                timed.append(name)
            else:
                named.append(name)
        known, names, ruined = yield from self._texts(body, (*worded, *timed, *dated), named)
        texts = {name: known[name] for name in named}
        for name, column in plain.items():
            numbers[name] = self._bare(self.kind.columns[name], column, name, rows)
        if timed:
            spans_ = yield from cells.durations([known[name] for name in timed])
            for name, seconds in zip(timed, spans_, strict=True):
                found = cells.parsed(known[name], seconds, rows)
                numbers[name] = self._counted(name, self._noted(name, found), rows)
        amounts, shortened = yield from self._taken_apart(worded, known, currency)
        signs = set[str]().union(*(one.currencies for one in amounts.values()))
        sign = signs.pop() if len(signs) == 1 else None
        known_currency = currency or sign or self.kind.default_currency or self.context.currency
        if amounts:
            numbers |= yield from self._amounts(amounts, shortened, known, known_currency, rows)
        dates: dict[str, pl.Series] = {}
        ends: dict[str, pl.Series] = {}
        if dated:
            days_ = yield from plain_days([known[name] for name in dated])
            for name, plain_day in zip(dated, days_, strict=True):
                dates[name], last = yield from self._date(
                    name, known[name], plain_day, rows, known_currency
                )
                if last is not None:
                    ends[name] = last
                texts[name] = known[name]  # the start of a LIVE is a part of its key
        rounded = frozenset(
            name
            for name, spelled in shortened.items()
            if self._say_shortened(name, known[name], spelled, numbers[name], rows)
        )
        return Values(numbers, texts, dates, sign, ends, names, rounded, ruined)

    def _taken_apart(
        self, names: Sequence[str], texts: Mapping[str, pl.Series], currency: str | None
    ) -> Steps[tuple[dict[str, Amounts], dict[str, pl.Series]]]:
        """Columns of amounts taken apart, and how shortened numbers in some of them are read."""
        if not names:
            return {}, {}
        taken = yield from take_apart([texts[name] for name in names])
        amounts = dict(zip(names, taken, strict=True))
        shortened = self._spelled_out(amounts, currency)
        if shortened:
            full = [_in_full(texts[name], spelled) for name, spelled in shortened.items()]
            again = yield from take_apart(full)
            amounts |= zip(shortened, again, strict=True)
        return amounts, shortened

    def _spelled_out(
        self, amounts: Mapping[str, Amounts], currency: str | None
    ) -> dict[str, pl.Series]:
        """How shortened numbers are read, in the columns that have some."""
        unread = {name: one for name, one in amounts.items() if one.has_unread}
        if not unread:
            return {}
        from advisor.tabular.shortened import languages_of

        languages = languages_of(currency or self.context.currency) | {self.language}
        found = {name: spelled_out(one, languages) for name, one in unread.items()}
        return {name: spelled for name, spelled in found.items() if spelled is not None}

    def _texts(
        self, body: pl.DataFrame, known: Sequence[str], named: Sequence[str]
    ) -> Steps[tuple[dict[str, pl.Series], dict[str, pl.Series], frozenset[str]]]:
        """Columns of text: those of *known*, null where a cell says that the value is missing, and
        *named*, ids the same way and others as they are; the names of subjects, null where they
        say so; and the columns of ids that a spreadsheet has destroyed."""
        of_subjects = {subject.name for subject in self.kind.subject if subject.name}
        ids = [name for name in named if self.kind.columns[name].type is CellType.ID]
        wordy = [name for name in named if name in of_subjects and name not in ids]
        texts: dict[str, pl.Series] = {}
        for name in (*known, *named):
            column = body[f"c{self.columns[name]}"]
            texts[name] = column if column.dtype == pl.String else column.cast(pl.String)
        asked = [*known, *ids, *wordy]
        if not asked:
            return texts, {}, frozenset()
        told = yield from cells.known_cells([texts[name] for name in asked])
        found = dict(zip(asked, told, strict=True))
        texts |= {name: found[name].text for name in (*known, *ids)}
        wide = [name for name in known if found[name].wide]
        if wide:
            others = cells.in_ascii_digits(pl.DataFrame({name: texts[name] for name in wide}))
            texts |= {name: others[name] for name in wide}
        ruined = frozenset[str]()
        if ids:
            kept = yield from cells.kept_as_text([texts[name] for name in ids])
            for name, dotted in zip(ids, kept, strict=True):
                if dotted:
                    as_it_was = cells.identifiers(pl.col(name))
                    texts[name] = pl.DataFrame({name: texts[name]}).select(as_it_was)[name]
            spoilt = yield from cells.ruined_ids([texts[name] for name in ids])
            ruined = frozenset(name for name, lost in zip(ids, spoilt, strict=True) if lost)
        names = {name: texts[name] for name in of_subjects & texts.keys() - {*wordy}}
        names |= {name: found[name].text for name in wordy}
        return texts, names, ruined

    def _point(self, name: str, spelling: Spelling, file: Spelling, currency: str | None) -> Point:
        spec = self.kind.columns[name]
        exact = self.kind.decimal or self.container in _EXACT
        # What is no plain count may have decimals in any currency.
        whole = spec.type is CellType.MONEY or (spec.count is not None and not spec.of)
        if exact or (not whole and not spelling.comma):
            return Point.DECIMAL
        return settle(spelling, file, currency)

    def _amounts(
        self,
        amounts: Mapping[str, Amounts],
        shortened: Mapping[str, pl.Series],
        texts: Mapping[str, pl.Series],
        currency: str | None,
        rows: pl.Series,
    ) -> Steps[dict[str, pl.Series]]:
        """The values of columns that were taken apart."""
        file = sum((one.spelling for one in amounts.values()), Spelling())
        asked = [
            Asked(one, self._point(name, one.spelling, file, currency), self._bare_rate(name))
            for name, one in amounts.items()
        ]
        values = yield from amounts_of(asked)
        found: dict[str, pl.Series] = {}
        for name, column in zip(amounts, values, strict=True):
            if column.odd:
                frame = column.frame
                if name in shortened:  # what may mean several numbers has a note of its own
                    several = (shortened[name] == "").fill_null(value=False)
                    frame = frame.with_columns(texts[name].alias("text"), pl.col("bad") & ~several)
                self._odd(name, frame, rows)
            found[name] = self._counted(name, column.value, rows)
        return found

    def _bare_rate(self, name: str) -> Percent | None:
        """What a bare number is in a column of rates; None in others."""
        spec = self.kind.columns[name]
        if spec.type is not CellType.RATE:
            return None
        return spec.percent or percent_of(self.kind, self.container)

    def _say_shortened(
        self, name: str, text: pl.Series, spelled: pl.Series, values: pl.Series, rows: pl.Series
    ) -> bool:
        """Says that a column has shortened numbers, how far off these may be, and which of them
        are not read, as they may mean several numbers; returns whether any is read."""
        from advisor.tabular.shortened import rounded_off

        of = pl.DataFrame({"text": text, "spelled": spelled, "value": values, "row": rows})
        of = of.drop_nulls("spelled")
        read = of.filter((pl.col("spelled") != "") & pl.col("value").is_not_null())
        open_ = of.filter(pl.col("spelled") == "")
        if read.height:
            off = read.select(rounded_off(pl.col("spelled"), pl.col("value")).sum()).item()
            said = lazy_ngettext(
                "“{header}” has {n} shortened number ('{cell}' in row {row}): it is rounded "
                "and may be off by {off}",
                "“{header}” has {n} shortened numbers (first: '{cell}' in row {row}): they are "
                "rounded and together may be off by {off}",
                read.height,
                header=self.headers[name],
                cell=read["text"][0],
                row=str(read["row"][0]),
                off=Quantity(float(off), Unit.NUMBER),
            )
            self.say("shortened-number", said)
        if open_.height:
            said = lazy_ngettext(
                "“{header}” has {n} shortened number that can be read in several ways "
                "('{cell}' in row {row}); it counts as unknown, export it in full",
                "“{header}” has {n} shortened numbers that can be read in several ways (first: "
                "'{cell}' in row {row}); they count as unknown, export them in full",
                open_.height,
                header=self.headers[name],
                cell=open_["text"][0],
                row=str(open_["row"][0]),
            )
            self.say("shortened-number", said)
        return bool(read.height)

    def _odd(self, name: str, column: pl.DataFrame, rows: pl.Series) -> None:
        """Says which cells of a column are no amounts, or rates of which the unit is not known."""
        text, unclear, bad = column["text"], column["unclear"], column["bad"]
        if self.kind.columns[name].count and unclear.any():
            said = lazy_ngettext(
                "“{header}” has {n} rate without a percent sign, in row {row}: '{cell}'; it is "
                "not used",
                "“{header}” has {n} rates without a percent sign, the first in row {row}: "
                "'{cell}'; they are not used",
                int(unclear.sum()),
                header=self.headers[name],
                row=str(rows.filter(unclear)[0]),
                cell=text.filter(unclear)[0],
            )
            self.say(RATE_UNIT_UNKNOWN, said)
        if bad.any():
            self._bad(name, int(bad.sum()), text.filter(bad)[0], rows.filter(bad)[0])

    def _bare(self, spec: ColumnSpec, column: pl.Series, name: str, rows: pl.Series) -> pl.Series:
        values = cells.finite(column)
        if values.null_count() > column.null_count():
            wrong = column.is_not_null() & values.is_null()
            self._bad(name, int(wrong.sum()), str(column.filter(wrong)[0]), rows.filter(wrong)[0])
        if spec.type is CellType.RATE:
            values = values / 100 if self._bare_rate(name) is Percent.NUMBER else values
        return self._counted(name, values, rows)

    def _counted(self, name: str, values: pl.Series, rows: pl.Series) -> pl.Series:
        """Values without negative ones, where there cannot be any."""
        spec = self.kind.columns[name]
        usual = spec.type is CellType.MONEY or (spec.count or "_change").endswith("_change")
        if usual if spec.signed is None else spec.signed:
            return values
        least = values.min()
        if not isinstance(least, float) or least >= 0:
            return values
        wrong = (values < 0).fill_null(value=False)
        text = lazy_ngettext(
            "“{header}” is negative in {n} row (row {row}); it counts as unknown there",
            "“{header}” is negative in {n} rows (first: row {row}); it counts as unknown there",
            int(wrong.sum()),
            header=self.headers[name],
            row=str(rows.filter(wrong)[0]),
        )
        self.say("negative-count", text)
        return pl.select(pl.when(~pl.lit(wrong)).then(pl.lit(values)).alias("v"))["v"]

    def _noted(self, name: str, found: Parsed) -> pl.Series:
        if found.bad:
            self._bad(name, found.bad, found.example, found.first)
        return found.values

    def _bad(self, name: str, count: int, example: str, row: int) -> None:
        where = {
            "header": self.headers[name],
            "expected": _EXPECTED[self.kind.columns[name].type],
            "row": str(row),
        }
        if quotable(self.kind, self.columns):
            cell = example if len(example) <= _QUOTED else f"{example[:_QUOTED]}…"
            text = lazy_ngettext(
                "“{header}” has {n} cell that isn't {expected}, in row {row}: '{cell}'; it counts "
                "as unknown",
                "“{header}” has {n} cells that aren't {expected}, the first in row {row}: "
                "'{cell}'; they count as unknown",
                count,
                cell=cell,
                **where,
            )
        else:
            text = lazy_ngettext(
                "“{header}” has {n} cell that isn't {expected}, in row {row}; it counts as unknown",
                "“{header}” has {n} cells that aren't {expected}, the first in row {row}; they "
                "count as unknown",
                count,
                **where,
            )
        self.say("unreadable-cell", text)

    def _date(
        self, name: str, text: pl.Series, plain: pl.Series, rows: pl.Series, currency: str | None
    ) -> Steps[tuple[pl.Series, pl.Series | None]]:
        order = Order(self.kind.day_first, self.period, self.context.region, currency)
        spec, last = self.kind.columns[name], None
        if spec.role is Role.DAY:
            found, last = yield from spans(
                text, rows, order, self.context.today, spec.covers, plain
            )
        else:
            found = yield from days(text, rows, order, self.context.today, plain)
        if found.assumed:
            header = self.headers[name]
            text_ = (
                lazy_gettext(
                    "the dates in “{header}” can be read two ways; read as day before month",
                    header=header,
                )
                if order.usual
                else lazy_gettext(
                    "the dates in “{header}” can be read two ways; read as month before day",
                    header=header,
                )
            )
            self.say("date-order-assumed", text_)
        return self._noted(name, found.parsed), last


def _in_full(text: pl.Series, spelled: pl.Series) -> pl.Series:
    """*text* with shortened numbers as they are read."""
    read = pl.when(pl.col("s") != "").then("s").otherwise("t")
    return pl.DataFrame({"t": text, "s": spelled}).select(read.alias("t"))["t"]


@step(Place.DECIMALS)
def decimals(asked: Sequence[Sequence[pl.Series]]) -> list[list[int]]:
    """Find how many decimals columns are printed with, at most (up to 8)."""
    samples = [column.slice(0, _SAMPLE) for column in flat(asked)]
    if not samples:
        return [[] for _ in asked]
    scaled = [pl.col("t") * 10.0**places for places in range(_MOST_DECIMALS)]
    # Judged row by row first: inside groups only plain aggregates are fast.
    fitting = (
        ((each - each.round(0)).abs() <= _NOISE * each.abs().clip(1.0)).alias(str(places))
        for places, each in enumerate(scaled)
    )
    (found,) = collected(
        [
            pl.LazyFrame([below_each_other(samples), numbered(samples)])
            .select("column", pl.col("t").is_not_null().alias("known"), *fitting)
            .filter("known")
            .group_by("column")
            .agg(pl.col(str(places)).all() for places in range(_MOST_DECIMALS))
        ]
    )
    exact = {column: fits for column, *fits in found.iter_rows()}
    places = [exact.get(column, [True]) for column in range(len(samples))]
    most = [fits.index(True) if True in fits else _MOST_DECIMALS for fits in places]
    return shared(asked, most)


def reread(
    body: pl.DataFrame, head: Iterable[Iterable[str]], numbers: Iterable[int]
) -> Steps[set[int]]:
    """Of columns that came as numbers: those in which 1.234 may be a thousand after all, because
    the head of the file showed no dot and the rest has some."""
    dotted: set[int] = set()
    for row in head:
        dotted |= {at for at, cell in enumerate(row) if "." in cell}
    columns = {at: body[f"c{at}"] for at in numbers if at not in dotted}
    asked = {at: column for at, column in columns.items() if column.dtype == pl.Float64}
    if not asked:
        return set()
    again = yield from _thousandths(list(asked.values()))
    return {at for at, may_be in zip(asked, again, strict=True) if may_be}


@step(Place.REREAD)
def _thousandths(asked: Sequence[Sequence[pl.Series]]) -> list[list[bool]]:
    """Tell in which columns some numbers, and all that are not whole, are below 1000 and have three
    decimals at most."""
    number = pl.col("t")
    thousandths = number * _THOUSAND
    broken = (number != number.floor()) & (number.abs() < _THOUSAND)
    whole = (thousandths - thousandths.round(0)).abs() < _NOISE
    columns = flat(asked)
    # Nearly all are whole, of which nothing else is to be asked.
    found = [bool(frame["broken"].any()) for frame in each_cell(columns, {"broken": broken})]
    some = [column for column, any_broken in zip(columns, found, strict=True) if any_broken]
    fits = iter(each_cell(some, {"fits": whole | ~broken}))
    return shared(asked, [one and bool(next(fits)["fits"].all()) for one in found])
