"""The columns of a kind, read from a grid's body and turned into values."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs
import polars as pl

from advisor.model import (
    Container,
    Period,
    Quantity,
    Unit,
    frozen,
    lazy_gettext,
    lazy_ngettext,
)
from advisor.plugin import ReadContext
from advisor.tabular import cells
from advisor.tabular.amounts import (
    Amounts,
    Point,
    Spelling,
    currencies,
    settle,
    settled,
    shares,
    take_apart,
)
from advisor.tabular.cells import Parsed
from advisor.tabular.dates import Order, days, plain_day, spans
from advisor.tabular.kind import CellType, ColumnSpec, Kind, Percent, Role
from advisor.tabular.notes import quotable

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
_TOGETHER = 1 << 19  # cells that are taken apart in one step
_MOST_DECIMALS = 8
_QUOTED = 60  # letters of a cell that a note quotes
_KEPT_AS_TEXT = r"^['’`]|\.0$"  # what a spreadsheet does to an id
_THOUSAND = 1000
_EXACT = (Container.JSON, Container.JSON_LINES, Container.TABLES)  # a dot is never a thousand
_NOISE = 1e-6  # what floating point adds to a printed decimal

RATE_UNIT_UNKNOWN = "rate-unit-unknown"  # the code of a note
# Begin columns beside the texts.
_NAME, _DAY, _DOTTED, _WIDE = "__name ", "__day ", "__dotted ", "__wide "

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
    language: str = ""

    def read(self, body: pl.DataFrame, currency: str | None) -> Values:
        rows = body["_row"]
        schema = body.schema
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
            elif schema[f"c{at}"] == pl.Float64:
                plain[name] = body[f"c{at}"]
            elif spec.type in _AMOUNTS and spec.role in (None, Role.CHECK):
                worded.append(name)
            elif spec.type is CellType.DURATION:
                timed.append(name)
            else:
                named.append(name)
        known, names, plain_days = self._texts(body, (*worded, *timed, *dated), named, dated)
        texts = {name: known[name] for name in named}
        for name, column in plain.items():
            numbers[name] = self._bare(self.kind.columns[name], column, name, rows)
        for name in timed:
            found = cells.parsed(known[name], cells.durations(known[name]), rows)
            numbers[name] = self._counted(name, self._told(name, found), rows)
        together = max(1, _TOGETHER // max(1, body.height))
        batches = [worded[at : at + together] for at in range(0, len(worded), together)]
        taken = [
            (batch, take_apart([known[n] for n in batch], lambda: self._languages(currency)))
            for batch in batches
        ]
        signs = set[str]().union(*(currencies(amounts) for _, amounts in taken))
        sign = signs.pop() if len(signs) == 1 else None
        known_currency = currency or sign or self.kind.default_currency or self.context.currency
        file = sum((each for _, amounts in taken for each in amounts.spellings), Spelling())
        rounded: set[str] = set()
        for batch, amounts in taken:
            points = [
                self._point(name, spelling, file, known_currency)
                for name, spelling in zip(batch, amounts.spellings, strict=True)
            ]
            numbers |= self._amounts(batch, amounts, points, rows)
            if amounts.shortened:
                rounded |= self._shortened(batch, amounts, numbers, rows)
        dates: dict[str, pl.Series] = {}
        ends: dict[str, pl.Series] = {}
        for name in dated:
            dates[name], last = self._date(
                name, known[name], plain_days[name], rows, known_currency
            )
            if last is not None:
                ends[name] = last
            texts[name] = known[name]  # the start of a LIVE is a part of its key
        return Values(numbers, texts, dates, sign, ends, names, frozenset(rounded))

    def _languages(self, currency: str | None) -> frozenset[str]:
        """The languages that decide what a word behind a number stands for."""
        from advisor.tabular.shortened import languages_of

        of_money = currency or self.context.currency
        return languages_of(of_money) | {self.language}

    def _texts(
        self, body: pl.DataFrame, known: Sequence[str], named: Sequence[str], dated: Sequence[str]
    ) -> tuple[dict[str, pl.Series], dict[str, pl.Series], dict[str, pl.Series]]:
        """Columns of text in one step: those of *known*, null where a cell says that the value is
        missing, and *named*, ids the same way and others as they are; the names of subjects, null
        where they say so; and the days of *dated* that are spelled plainly."""
        if not known and not named:
            return {}, {}, {}
        schema = body.schema
        of_subjects = {subject.name for subject in self.kind.subject if subject.name}
        cells_: list[pl.Expr] = []
        ids: list[str] = []
        wordy: list[str] = []
        for name in (*known, *named):
            column = f"c{self.columns[name]}"
            text = pl.col(column)
            if schema[column] != pl.String:
                text = text.cast(pl.String)
            if name not in known:
                if self.kind.columns[name].type is CellType.ID:
                    ids.append(name)
                else:
                    cells_.append(text.alias(name))
                    if name in of_subjects:
                        wordy.append(name)
                        cells_.append(cells.known(text).alias(_NAME + name))
                    continue
            cells_.append(cells.known(text).alias(name))
        frame = (
            body.lazy()
            .select(cells_)
            .with_columns(
                *(plain_day(pl.col(name)).alias(_DAY + name) for name in dated),
                *(cells.is_wide(pl.col(name)).any().alias(_WIDE + name) for name in known),
                *(
                    pl.col(name)
                    .head(_SAMPLE)
                    .str.contains(_KEPT_AS_TEXT)
                    .any()
                    .alias(_DOTTED + name)
                    for name in ids
                ),
            )
            .collect(engine="in-memory")
        )
        wide = [name for name in known if frame.height and frame[_WIDE + name][0]]
        if wide:
            others = cells.in_ascii_digits(frame[wide])
            days_ = (plain_day(pl.col(n)).alias(_DAY + n) for n in dated if n in wide)
            frame = frame.with_columns(others.get_columns()).with_columns(days_)
        texts = {name: frame[name] for name in (*known, *named)}
        for name in ids:
            if frame.height and frame[_DOTTED + name][0]:
                as_it_was = cells.identifiers(pl.col(name))
                texts[name] = frame.select(as_it_was)[name]
        names = {name: texts[name] for name in of_subjects & texts.keys() - {*wordy}}
        names |= {name: frame[_NAME + name].alias(name) for name in wordy}
        return texts, names, {name: frame[_DAY + name].alias(name) for name in dated}

    def _point(self, name: str, spelling: Spelling, file: Spelling, currency: str | None) -> Point:
        spec = self.kind.columns[name]
        exact = self.kind.decimal or self.container in _EXACT
        # What is no plain count may have decimals in any currency.
        whole = spec.type is CellType.MONEY or (spec.count is not None and not spec.of)
        if exact or (not whole and not spelling.comma):
            return Point.DECIMAL
        return settle(spelling, file, currency)

    def _amounts(
        self, names: Sequence[str], amounts: Amounts, points: Sequence[Point], rows: pl.Series
    ) -> dict[str, pl.Series]:
        """The values of columns that were taken apart together."""
        bare: dict[Percent, list[int]] = {}  # what it is in which columns of rates
        for at, name in enumerate(names):
            spec = self.kind.columns[name]
            if spec.type is CellType.RATE:
                percent = spec.percent or percent_of(self.kind, self.container)
                bare.setdefault(percent, []).append(at)
        rates = [at for columns in bare.values() for at in columns]
        value, column, percent_sign = pl.col("value"), pl.col("column"), pl.col("percent")
        used: pl.Expr = pl.when(~percent_sign).then(value)
        for meaning, columns in bare.items():
            share = shares(value, percent_sign, meaning)
            used = pl.when(column.is_in(columns)).then(share).otherwise(used)
        is_rate = column.is_in(rates)
        # What may mean several numbers has a note of its own.
        several = (pl.col("spelled") == "").fill_null(value=False)
        said = (several if amounts.shortened else pl.lit(value=False)).alias("said")
        frame = (
            amounts.parts.lazy()
            .select("text", "column", "percent", said, settled(amounts, points).alias("value"))
            .with_columns(cells.plausible(pl.col("value")))
            .with_columns(used.alias("used"))
            .with_columns(
                (
                    pl.col("text").is_not_null()
                    & ~pl.col("said")
                    & pl.when(is_rate).then(value).otherwise("used").is_null()
                ).alias("bad"),
                (is_rate & value.is_not_null() & pl.col("used").is_null()).alias("unclear"),
            )
            .collect(engine="in-memory")
        )
        odd = frame["bad"].any() or frame["unclear"].any()
        found: dict[str, pl.Series] = {}
        for at, name in enumerate(names):
            place = at * len(rows), len(rows)
            if odd:
                self._odd(name, frame.slice(*place), rows)
            found[name] = self._counted(name, frame["used"].slice(*place).alias(name), rows)
        return found

    def _shortened(
        self,
        names: Sequence[str],
        amounts: Amounts,
        numbers: Mapping[str, pl.Series],
        rows: pl.Series,
    ) -> set[str]:
        """Says which columns have shortened numbers, how far off these may be, and which of them
        are not read, as they may mean several numbers; returns the columns."""
        from advisor.tabular.shortened import rounded_off

        found: set[str] = set()
        for at, name in enumerate(names):
            of = amounts.parts.slice(at * len(rows), len(rows)).select("text", "spelled")
            of = of.with_columns(numbers[name].alias("value"), rows.alias("row"))
            of = of.drop_nulls("spelled")
            read = of.filter((pl.col("spelled") != "") & pl.col("value").is_not_null())
            open_ = of.filter(pl.col("spelled") == "")
            if read.height:
                found.add(name)
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
        return found

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
            bare = spec.percent or percent_of(self.kind, self.container)
            values = values / 100 if bare is Percent.NUMBER else values
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

    def _told(self, name: str, found: Parsed) -> pl.Series:
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
    ) -> tuple[pl.Series, pl.Series | None]:
        order = Order(self.kind.day_first, self.period, self.context.region, currency)
        spec, last = self.kind.columns[name], None
        if spec.role is Role.DAY:
            found, last = spans(text, rows, order, self.context.today, spec.covers, plain)
        else:
            found = days(text, rows, order, self.context.today, plain)
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
        return self._told(name, found.parsed), last


def decimals(columns: Sequence[pl.Series]) -> list[int]:
    """How many decimals columns of one height are printed with, at most (up to 8)."""
    if not columns:
        return []
    samples = [column.slice(0, _SAMPLE).alias("v") for column in columns]
    scaled = [pl.col("v") * 10.0**places for places in range(_MOST_DECIMALS)]
    column = pl.int_range(pl.len(), dtype=pl.UInt32) // max(1, len(samples[0]))
    # Judged row by row first: inside groups only plain aggregates are fast.
    fitting = (
        ((each - each.round(0)).abs() <= _NOISE * each.abs().clip(1.0)).alias(str(places))
        for places, each in enumerate(scaled)
    )
    found = (
        pl.concat(samples, rechunk=False)
        .to_frame()
        .lazy()
        .select(column.alias("c"), pl.col("v").is_not_null().alias("known"), *fitting)
        .filter("known")
        .group_by("c")
        .agg(pl.col(str(places)).all() for places in range(_MOST_DECIMALS))
        .collect(engine="in-memory")
    )
    exact = {column: fits for column, *fits in found.iter_rows()}
    places = [exact.get(column, [True]) for column in range(len(samples))]
    return [fits.index(True) if True in fits else _MOST_DECIMALS for fits in places]


def reread(body: pl.DataFrame, head: Iterable[Iterable[str]], numbers: Iterable[int]) -> set[int]:
    """Of columns that came as numbers: those in which 1.234 may be a thousand after all, because
    the head of the file showed no dot and the rest has some."""
    dotted: set[int] = set()
    for row in head:
        dotted |= {at for at, cell in enumerate(row) if "." in cell}
    schema = body.schema
    asked = [at for at in numbers if schema[f"c{at}"] == pl.Float64 and at not in dotted]
    if not asked:
        return set()
    column = pl.col([f"c{at}" for at in asked])
    thousandths = column * _THOUSAND
    broken = (column != column.floor()) & (column.abs() < _THOUSAND)
    whole = (thousandths - thousandths.round(0)).abs() < _NOISE
    found = body.select(broken.any() & (whole | ~broken).all())
    return {at for at, again in zip(asked, found.row(0), strict=True) if again}
