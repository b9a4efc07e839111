"""The columns of a kind, read from a grid's body and turned into values."""

from collections.abc import Callable, Iterable, Mapping

import attrs
import polars as pl

from advisor.hookspecs import ReadContext
from advisor.reading import Period
from advisor.source import Container
from advisor.tabular import cells
from advisor.tabular.cells import Amounts, Parsed, Spelling
from advisor.tabular.dates import Order, days
from advisor.tabular.kind import CellType, ColumnSpec, Kind, Percent, Role

_AMOUNTS = (CellType.NUMBER, CellType.MONEY, CellType.RATE)

_EXPECTED = {
    CellType.NUMBER: "a number",
    CellType.MONEY: "an amount of money",
    CellType.RATE: "a rate",
    CellType.DURATION: "a duration",
    CellType.DATE: "a date",
    CellType.ID: "a date",  # an id or a text is only ever parsed where its role is a day
    CellType.TEXT: "a date",
}

_THOUSAND = 1000
_NOISE = 1e-6  # what floating point adds to a printed decimal

Say = Callable[[str, str], None]  # code and text of a note


@attrs.frozen(eq=False)
class Values:
    """Columns of values, all of one height; *currency* is the sign beside the amounts."""

    numbers: Mapping[str, pl.Series]
    texts: Mapping[str, pl.Series]
    dates: Mapping[str, pl.Series]
    places: Mapping[str, int]  # decimals that a column of numbers is printed with, at most
    currency: str | None

    def filter(self, keep: pl.Series) -> "Values":
        """The rows that *keep* says."""

        def some(columns: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
            return {name: column.filter(keep) for name, column in columns.items()}

        return attrs.evolve(
            self, numbers=some(self.numbers), texts=some(self.texts), dates=some(self.dates)
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


@attrs.define
class ColumnReader:
    """Turns the body of a grid into values, and says what could not be read."""

    kind: Kind
    columns: Mapping[str, int]
    headers: Mapping[str, str]
    container: Container
    context: ReadContext
    period: Period | None
    say: Say

    def read(self, body: pl.DataFrame, currency: str | None) -> Values:
        rows = body["_row"]
        numbers: dict[str, pl.Series] = {}
        texts: dict[str, pl.Series] = {}
        dates: dict[str, pl.Series] = {}
        raw: dict[str, Amounts] = {}
        text_of: dict[str, pl.Series] = {}
        for name, at in self.columns.items():
            spec = self.kind.columns[name]
            if spec.role is Role.PERSONAL:
                continue  # it is not even in the body
            column = body[f"c{at}"]
            if spec.type is CellType.DATE or spec.role in (Role.DAY, Role.FROM, Role.TO):
                text_of[name] = cells.known_only(column)
            elif column.dtype == pl.Float64:
                numbers[name] = self._bare(spec, column, name, rows)
            elif spec.type in _AMOUNTS and spec.role in (None, Role.CHECK):
                text_of[name] = cells.known_only(column)
                raw[name] = cells.amounts(text_of[name])
            elif spec.type is CellType.DURATION:
                known = cells.known_only(column)
                found = cells.parsed(known, cells.durations(known), rows)
                numbers[name] = self._counted(name, self._told(name, found), rows)
            else:
                texts[name] = _text(spec, column)
        signs = set().union(*(cells.currencies(a.sign) for a in raw.values()), set())
        sign = signs.pop() if len(signs) == 1 else None
        known_currency = currency or sign or self.kind.default_currency or self.context.currency
        together = sum((a.spelling for a in raw.values()), Spelling())
        for name, taken in raw.items():
            numbers[name] = self._amount(name, taken, text_of[name], together, known_currency, rows)
        for name, text in text_of.items():
            if name not in raw:
                dates[name] = self._date(name, text, rows, known_currency)
                texts[name] = text  # the start of a LIVE is a part of its key
        places = {name: decimals(column) for name, column in numbers.items()}
        return Values(numbers, texts, dates, places, sign)

    def _amount(
        self,
        name: str,
        taken: Amounts,
        text: pl.Series,
        together: Spelling,
        currency: str | None,
        rows: pl.Series,
    ) -> pl.Series:
        spec = self.kind.columns[name]
        exact = self.container in (Container.JSON, Container.JSON_LINES)
        # What is no plain count may have decimals in any currency.
        whole = spec.type is CellType.MONEY or (spec.count is not None and not spec.of)
        point = (
            cells.Point.DECIMAL
            if exact or (not whole and not taken.spelling.comma)
            else cells.settle(taken.spelling, together, currency)
        )
        values = cells.settled(taken, point)
        if spec.type is CellType.RATE:
            bare = spec.percent or percent_of(self.kind, self.container)
            found = cells.parsed(text, values, rows)
            unit = cells.shares(values, taken.percent, bare)
            unclear = found.values.is_not_null() & unit.is_null()
            if spec.count and unclear.any():
                self.say(
                    "rate-unit-unknown",
                    f"{self.headers[name]!r} has {int(unclear.sum())} rates without a percent "
                    f"sign, the first in row {rows.filter(unclear)[0]}: "
                    f"{text.filter(unclear)[0]!r}; they are not used",
                )
            self._told(name, found)
            return self._counted(name, unit, rows)
        values = pl.select(pl.when(~pl.lit(taken.percent)).then(pl.lit(values)).alias("v"))["v"]
        return self._counted(name, self._told(name, cells.parsed(text, values, rows)), rows)

    def _bare(self, spec: ColumnSpec, column: pl.Series, name: str, rows: pl.Series) -> pl.Series:
        values = cells.finite(column)
        if values.null_count() > column.null_count():
            wrong = column.is_not_null() & values.is_null()
            self._bad(name, int(wrong.sum()), str(column.filter(wrong)[0]), rows.filter(wrong)[0])
        if spec.type is CellType.RATE:
            bare = spec.percent or percent_of(self.kind, self.container)
            values = values / 100 if bare is Percent.NUMBER else values
        return self._counted(name, values, rows)

    def _counted(self, name: str, values: pl.Series, rows: pl.Series) -> pl.Series:
        """Values without negative ones, where there cannot be any."""
        spec = self.kind.columns[name]
        signed = spec.type is CellType.MONEY or (spec.count or "_change").endswith("_change")
        if signed:
            return values
        least = values.min()
        if not isinstance(least, float) or least >= 0:
            return values
        wrong = (values < 0).fill_null(value=False)
        self.say(
            "negative-count",
            f"{self.headers[name]!r} is negative in {int(wrong.sum())} rows, the first is row "
            f"{rows.filter(wrong)[0]}; it is taken as not known there",
        )
        return pl.select(pl.when(~pl.lit(wrong)).then(pl.lit(values)).alias("v"))["v"]

    def _told(self, name: str, found: Parsed) -> pl.Series:
        if found.bad:
            self._bad(name, found.bad, found.example, found.first)
        return found.values

    def _bad(self, name: str, count: int, example: str, row: int) -> None:
        cells_ = "1 cell" if count == 1 else f"{count} cells"
        self.say(
            "unreadable-cell",
            f"{self.headers[name]!r} has {cells_} that cannot be read as "
            f"{_EXPECTED[self.kind.columns[name].type]}, the first in row {row}: {example!r}; "
            "taken as not known",
        )

    def _date(self, name: str, text: pl.Series, rows: pl.Series, currency: str | None) -> pl.Series:
        order = Order(self.kind.day_first, self.period, self.context.region, currency)
        found = days(text, rows, order, self.context.today)
        if found.assumed:
            usual = "day before month" if order.usual else "month before day"
            self.say(
                "date-order-assumed",
                f"the dates in {self.headers[name]!r} can be read two ways; read as {usual}",
            )
        return self._told(name, found.parsed)


def _text(spec: ColumnSpec, column: pl.Series) -> pl.Series:
    text = column if column.dtype == pl.String else column.cast(pl.String)
    if spec.type is not CellType.ID:
        return text
    text = cells.known_only(text)
    if bool(text.head(10_000).str.ends_with(".0").any()):
        text = pl.DataFrame({"t": text}).select(cells.identifiers(pl.col("t")))["t"]
    return text


def decimals(values: pl.Series) -> int:
    """How many decimals a column of numbers is printed with, at most (up to 8)."""
    sample = values.head(5_000).drop_nulls()
    for places in range(9):
        scaled = sample * 10.0**places
        if bool(((scaled - scaled.round(0)).abs() <= _NOISE * scaled.abs().clip(1.0)).all()):
            return places
    return 8


def reread(body: pl.DataFrame, head: Iterable[Iterable[str]], numbers: Iterable[int]) -> set[int]:
    """Of columns that came as numbers: those in which 1.234 may be a thousand after all, because
    the head of the file showed no dot and the rest has some."""
    dotted: set[int] = set()
    for row in head:
        dotted |= {at for at, cell in enumerate(row) if "." in cell}
    again: set[int] = set()
    for at in numbers:
        column = body[f"c{at}"]
        if column.dtype != pl.Float64 or at in dotted:
            continue
        broken = column.filter((column != column.floor()) & (column.abs() < _THOUSAND))
        thousandths = broken * _THOUSAND
        if len(broken) and bool(((thousandths - thousandths.round(0)).abs() < _NOISE).all()):
            again.add(at)
    return again
