"""One file on its way to a reading."""

from collections.abc import Collection, Sequence
from datetime import date

import attrs
import polars as pl

from advisor.model import (
    Column,
    Grain,
    Listed,
    Reading,
    Source,
    define,
    lazy_gettext,
    lazy_ngettext,
    time_zone_named,
)
from advisor.plugin import ReadContext, Steps
from advisor.stats import has_one_value
from advisor.tabular import cells, checks
from advisor.tabular.columns import (
    RATE_UNIT_UNKNOWN,
    ColumnReader,
    Values,
    percent_of,
    plain_numbers,
    reread,
)
from advisor.tabular.containers.documents import RecordGrid
from advisor.tabular.containers.text import TextGrid
from advisor.tabular.counts import CountReader
from advisor.tabular.file_checks import FileChecks
from advisor.tabular.file_periods import FilePeriods
from advisor.tabular.header_text import header_text
from advisor.tabular.headers import Found
from advisor.tabular.kind import CellType, Kind, Percent, Role
from advisor.tabular.layouts import in_one_layout
from advisor.tabular.notes import SHOWN, Notes, silent
from advisor.tabular.platforms import platforms
from advisor.tabular.rows import Rows, rows_between, sort_out
from advisor.tabular.subjects import SubjectReader
from advisor.tabular.unknown_columns import (
    is_of_a_loader,
    is_stamp,
    like_a_count,
    with_day_by_values,
)
from advisor.tabular.words import fold, words

_ID = 1e11  # ids have at least as many digits
# A spreadsheet's day 0 is no day, nor is a clock's, and Python knows no year after 9999.
_EARLIEST, _LATEST = date(1970, 1, 1), date(9998, 12, 31)
_DAYS = 366  # no hour, day or week of a calendar is larger


@define(eq=False)
class FileReader:
    """Reads one source as one kind; *not_additive* counts are not checked against totals."""

    provider: str
    kind: Kind
    source: Source
    found: Found
    context: ReadContext
    not_additive: Collection[str]
    notes: Notes = attrs.field(init=False)
    headers: dict[str, str] = attrs.field(init=False)
    periods: FilePeriods = attrs.field(init=False)
    counts: CountReader = attrs.field(init=False)
    checks: FileChecks = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.notes = Notes(self.source.file.name)
        self.found = with_day_by_values(self.kind, self.found, self.context, self.notes)
        header = self.found.grid.head[self.found.row]
        self.headers = {name: header[at] for name, at in self.found.columns.items()}
        self.periods = FilePeriods(
            self.kind, self.found, self.source.file.name, self.context, self.notes
        )
        self.counts = CountReader(self.kind, self.headers, self.notes)
        self.checks = FileChecks(self.kind, self.headers, self.notes, self.not_additive)

    def read(self) -> Steps[Reading]:
        """The reading; raises AdvisorError where no column says what a row is about."""
        period = yield from self.periods.above()
        rows = yield from self._rows()
        self._structure_notes(rows)
        row_currency = self._column(rows.data, Role.CURRENCY)
        stated = _single(row_currency) or self.found.currency or self._currency_above()
        of_name = None
        if period is None:
            of_name = yield from self.periods.in_name()
        reader = ColumnReader(
            kind=self.kind,
            columns=self.found.columns,
            headers=self.headers,
            container=self.source.container,
            context=self.context,
            period=period or of_name,
            say=self.notes.say,
            language=self.found.language,
        )
        values = yield from self._with_rates(reader, rows.data, stated)
        days = {name: _possible(dates) for name, dates in values.dates.items()}
        values = attrs.evolve(values, dates=days)
        counts = yield from self.counts.counted(values)
        yield from self.checks.ratios(rows, values, counts)
        every_row, every_value = rows.data["_row"], values.numbers
        base = self._base(rows.data, values, row_currency, stated)
        base = base.hstack([column.alias(name) for name, column in counts.items()])
        zones, accounts = self._zones(values), self._accounts(values)
        base = base.hstack([] if accounts is None else [accounts])
        zone = None if zones is None else _the_one(zones)
        base = base.hstack([zones] if zones is not None and zone is None else [])
        day = self._day(values)
        left_out = dict(rows.left_out)
        if day is not None:
            left_out["without a date"] = day.null_count()
            if day.null_count():
                keep = day.is_not_null()
                base, values = base.filter(keep), values.filter(keep)
        else:
            period, base = yield from self.periods.for_rows(period, base, rows.lines)
        grain = Grain.DAY if day is not None else self.kind.grain
        spread = values.ends and (base["from"] != base["to"]).any()
        if grain is Grain.DAY and (day is None or spread):
            grain = Grain.PERIOD
        made = SubjectReader(
            self.kind, self.headers, self.notes, self._whole, self._aspects
        ).tables(base, values, grain)
        for reason, count in made.left_out.items():
            left_out[reason] = left_out.get(reason, 0) + count
        if rows.totals is not None and rows.totals.height:
            kept = pl.concat([table.frame["_row"] for table in made.tables])
            whole = every_row.is_in(kept.implode())
            parts = checks.Parts.of(rows.totals, rows.headers, every_row.filter(whole))
            rounded = values.rounded
            yield from self.checks.totals(
                rows.totals, whole, parts, every_value, rounded, reader, stated
            )
        whole_period = yield from self.periods.whole(period, base, rows.lines)
        return Reading(
            file=self.source.file,
            provider=self.provider,
            kind=self.kind.id,
            title=self.kind.title,
            tables=made.tables,
            rows=sum(table.frame.height for table in made.tables),
            left_out={reason: count for reason, count in left_out.items() if count},
            links=made.links,
            period=whole_period,
            currency=_single(base["currency"]),
            columns=self._columns(),
            notes=self.notes.all(),
            time_zone=zone,
        )

    def _zones(self, values: Values) -> pl.Series | None:
        """The time zone of each row, where a column of the file names them."""
        columns = self.kind.columns
        column = next((n for n in values.texts if columns[n].role is Role.ZONE), None)
        if column is None:
            return None
        texts = cells.known_only(values.texts[column])
        named = {text: time_zone_named(str(text)) for text in texts.unique().drop_nulls()}
        return texts.replace_strict(
            list(named), list(named.values()), default=None, return_dtype=pl.String
        ).alias("_zone")

    def _accounts(self, values: Values) -> pl.Series | None:
        columns = self.kind.columns
        column = next((n for n in values.texts if columns[n].role is Role.ACCOUNT), None)
        return None if column is None else values.texts[column].alias("_account")

    def _rows(self) -> Steps[Rows]:
        kind, found = self.kind, self.found
        wanted = {
            at for name, at in found.columns.items() if kind.columns[name].role is not Role.PERSONAL
        }
        # The first cell tells what a row is, whether or not its column is known.
        places = sorted(wanted | {0} - self._personal())
        bare = percent_of(kind, self.source.container)
        numbers = plain_numbers(kind, found.columns, bare) - {0}
        after = found.row
        described = kind.description_row and self._described(after + 1)
        grid = found.grid
        body = grid.body(after + described, places, numbers)
        again = set[int]()
        if not kind.decimal:
            again = yield from reread(body, grid.head[after + 1 :], numbers)
        if again:
            as_text = grid.body(after + described, sorted(again))
            body = body.with_columns(as_text[f"c{at}"] for at in sorted(again))
        header = grid.head[found.row]
        above = {f"c{at}": header[at] for at in places if at < len(header)}
        body = in_one_layout(body, kind, found.columns, self._numeric(), above)
        rows = sort_out(body, kind, self._numeric(), above, self._labels())
        rows = self._of_platform(rows, after + described)
        if described:
            rows.left_out["description row"] = 1
        for code, text in getattr(grid, "remarks", ()):
            self.notes.say(code, text)
        if isinstance(grid, TextGrid) and grid.unclosed:
            self.notes.say("unclosed-quote", _unclosed(grid.unclosed))
        return self._with_rows_above(rows, places)

    def _with_rows_above(self, rows: Rows, places: Sequence[int]) -> Rows:
        """*rows* with what stands between the first header, or what looks like it, and the one
        whose rows are read."""
        found = self.found
        first = found.first_row if found.counted_from is None else found.counted_from
        if first >= found.row:
            return rows
        between = found.grid.head[first + 1 : found.row]
        totals, left_out = rows_between(between, places, self.kind)
        for reason, count in {**left_out, "repeated header": 1}.items():
            rows.left_out[reason] = rows.left_out.get(reason, 0) + count
        return attrs.evolve(rows, totals=totals) if rows.totals is None else rows

    def _of_platform(self, rows: Rows, after: int) -> Rows:
        """The rows of the kind's own platform, where a column that is no key names others."""
        known = platforms()
        keys = {part for subject in self.kind.subject for part in subject.key}
        used = {at for name, at in self.found.columns.items() if name in keys} | self._personal()
        for at, cell in enumerate(self.found.grid.head[self.found.row]):
            if (
                not self.kind.platform
                or at in used
                or header_text(cell).key not in known.column_of_platforms
            ):
                continue
            values = self.found.grid.body(after, [at]).select("_row", pl.col(f"c{at}").alias("of"))
            named = {
                value: known.in_cell(value) for value in values["of"].unique() if value is not None
            }
            others = sorted(
                {name for names in named.values() for name in names} - {self.kind.platform}
            )
            if any(named.values()):  # what names platforms tells no parts of this one
                columns = {name: place for name, place in self.found.columns.items() if place != at}
                self.found = attrs.evolve(self.found, columns=columns)
            if not others:
                continue
            own = [value for value, names in named.items() if self.kind.platform in names]
            kept = rows.data.join(
                values.filter(pl.col("of").is_in(own)), on="_row", how="semi", maintain_order="left"
            )
            lost = rows.data.height - kept.height
            text = lazy_ngettext(
                "“{header}” names platforms: {n} row skipped (of {others}, or of none)",
                "“{header}” names platforms: {n} rows skipped (of {others}, or of none)",
                lost,
                header=cell,
                others=Listed(tuple(others), SHOWN),
            )
            self.notes.say("other-platforms", text)
            left_out = {**rows.left_out, "of another platform": lost}
            # Sums over all platforms are none of this one.
            rows = attrs.evolve(rows, data=kept, totals=None, left_out=left_out)
        return rows

    def _personal(self) -> set[int]:
        return {
            at
            for name, at in self.found.columns.items()
            if self.kind.columns[name].role is Role.PERSONAL
        }

    def _numeric(self) -> list[str]:
        columns = self.kind.columns
        return [
            f"c{at}"
            for name, at in self.found.columns.items()
            if columns[name].role in (None, Role.CHECK) and columns[name].type is not CellType.TEXT
        ]

    def _currency_above(self) -> str | None:
        """The currency that a JSON document states once for all rows."""
        grid = self.found.grid
        said = grid.above.get("currency", "") if isinstance(grid, RecordGrid) else ""
        return words().currency.get(fold(said))

    def _labels(self) -> list[str]:
        """Columns that say what a row is about, from left to right."""
        roles = (Role.TEXT, Role.DAY, Role.FROM, Role.TO, Role.BREAKDOWN)
        columns = self.kind.columns
        places = (
            at
            for name, at in self.found.columns.items()
            if columns[name].role in roles
            and columns[name].type in (CellType.TEXT, CellType.ID, CellType.DATE)
        )
        return [f"c{at}" for at in sorted(places)]

    def _whole(self) -> pl.DataFrame:
        """A hash of all cells of every row; personal columns are not looked at."""
        width = len(self.found.grid.head[self.found.row])
        places = [at for at in range(width) if at not in self._personal()]
        body = self.found.grid.body(self.found.row, places)
        return body.select("_row", pl.struct(pl.exclude("_row")).hash().alias("_cells"))

    def _aspects(self) -> pl.DataFrame:
        """`_row`, `_aspect`: a hash of every cell that is no count, and `_loaded`: when a loader
        wrote the row, null where no column says so."""
        header = self.found.grid.head[self.found.row]
        counts = {
            at
            for name, at in self.found.columns.items()
            if self.kind.columns[name].role in (None, Role.CHECK)
        }
        stamps = [at for at, cell in enumerate(header) if is_stamp(cell)]
        places = [
            at
            for at in range(len(header))
            if at not in counts
            and at not in stamps
            and at not in self._personal()
            and not (at not in self.found.columns.values() and is_of_a_loader(header[at]))
        ]
        known = set(self.found.columns.values())
        body = self.found.grid.body(self.found.row, [*places, *stamps])
        aspects = [f"c{at}" for at in places if at in known or not like_a_count(body[f"c{at}"])]
        loaded = pl.col(f"c{stamps[0]}") if stamps else pl.lit(None, pl.String)
        return body.select(
            "_row",
            (pl.struct(aspects).hash() if aspects else pl.lit(0)).alias("_aspect"),
            loaded.cast(pl.String).alias("_loaded"),
        )

    def _described(self, row: int) -> bool:
        """Whether a row of the head explains the columns instead of holding values."""
        head = self.found.grid.head
        if row >= len(head):
            return False
        filled = [
            head[row][at]
            for name, at in self.found.columns.items()
            if self.kind.columns[name].type is not CellType.TEXT
            and at < len(head[row])
            and head[row][at] not in ("", *words().missing)
        ]
        wordy = [cell for cell in filled if not any(letter.isdigit() for letter in cell)]
        return 2 * len(wordy) > len(filled)

    def _column(self, body: pl.DataFrame, role: Role) -> pl.Series | None:
        for name, at in self.found.columns.items():
            if self.kind.columns[name].role is role:
                return body[f"c{at}"]
        return None

    def _base(
        self,
        body: pl.DataFrame,
        values: Values,
        row_currency: pl.Series | None,
        stated: str | None,
    ) -> pl.DataFrame:
        """`_row`, `currency`, `from`, `to` and the breakdowns of every row."""
        kind = self.kind
        otherwise = (
            self.found.currency or values.currency or kind.default_currency or self.context.currency
        )
        if row_currency is None or (stated and not row_currency.null_count()):
            alike = pl.Series([stated or otherwise], dtype=pl.String)
            currency = alike.new_from_index(0, body.height)
        else:
            of_row = cells.known(pl.col("t")).str.to_uppercase()
            stated_by_row = pl.DataFrame({"t": row_currency}).select(
                of_row.fill_null(pl.lit(otherwise, pl.String))
            )
            currency = stated_by_row.to_series()
        columns = {name: kind.columns[name].role for name in self.found.columns}
        days = {columns[name]: column for name, column in values.dates.items()}
        none = pl.Series([None], dtype=pl.Date).new_from_index(0, body.height)
        first, last = days.get(Role.FROM, none), days.get(Role.TO, none)
        if kind.end_exclusive:  # one that ends on its first day is that day
            ends = pl.DataFrame({"first": first, "last": last.dt.offset_by("-1d")})
            last = ends.select(pl.max_horizontal("first", "last").alias("last"))["last"]
        day = self._day(values)
        if day is not None:
            first, last = day, self._last_day(values, day)
        hours = self._hours(values, first) if kind.hours and day is not None else {}
        return pl.DataFrame(
            {
                "_row": body["_row"].cast(pl.UInt32),
                "currency": currency,
                "from": first,
                "to": last,
                **hours,
                **{
                    f"by.{name}": values.texts[name]
                    for name, role in columns.items()
                    if role is Role.BREAKDOWN and name in values.texts
                },
            }
        )

    def _day(self, values: Values) -> pl.Series | None:
        if self.kind.grain is Grain.LIFETIME:
            return None
        columns = self.kind.columns
        named = [name for name in values.dates if columns[name].role is Role.DAY]
        # The finest one, wherever it stands.
        order = {name: (columns[name].covers is not None, at) for at, name in enumerate(columns)}
        return values.dates[min(named, key=lambda name: order[name])] if named else None

    def _hours(self, values: Values, day: pl.Series) -> dict[str, pl.Series]:
        """`_hour`: when the hour of each row begins, where the rows are hours."""
        for name in values.dates:
            if self.kind.columns[name].role is not Role.DAY or name in values.ends:
                continue
            hour = cells.clock(values.texts[name])
            if hour.null_count() < len(hour):
                frame = pl.DataFrame({"day": day, "hour": hour})
                start = pl.col("day").cast(pl.Datetime("ms")) + pl.duration(hours=pl.col("hour"))
                return {"_hour": frame.select(start)["day"]}
        return {}

    def _last_day(self, values: Values, day: pl.Series) -> pl.Series:
        ends = [end for name, end in values.ends.items() if values.dates[name] is day]
        return ends[0] if ends else day

    def _with_rates(
        self, reader: ColumnReader, body: pl.DataFrame, currency: str | None
    ) -> Steps[Values]:
        """The values of *body*; where rates have no sign, what they are is told by those of the
        same file whose counts are there too."""
        values = yield from reader.read(body, currency)
        if not self.notes.said(RATE_UNIT_UNKNOWN):
            return values
        fractions = attrs.evolve(self.kind, percent=Percent.FRACTION, percent_xlsx=None)
        quiet = attrs.evolve(reader, kind=fractions, say=silent)
        tried = yield from quiet.read(body, currency)
        columns, counts = self.kind.columns, self.counts.plain(tried)
        rates = {
            name: (check, tried.numbers[name])
            for name in tried.numbers
            if (check := columns[name].check) is not None and columns[name].type is CellType.RATE
        }
        factors = {*checks.scales(rates, counts).values()} - {None}
        if factors not in ({1.0}, {0.01}):
            return values
        self.notes.forget(RATE_UNIT_UNKNOWN)
        percent = Percent.FRACTION if factors == {1.0} else Percent.NUMBER
        known = attrs.evolve(self.kind, percent=percent, percent_xlsx=None)
        return (yield from attrs.evolve(reader, kind=known).read(body, currency))

    def _structure_notes(self, rows: Rows) -> None:
        if rows.data.is_empty():
            text = lazy_gettext("the file has a header and no rows of data")
            self.notes.say("no-rows", text)
        for header in self.found.repeated:
            text = lazy_gettext(
                "several columns are called “{header}”; the first is read", header=header
            )
            self.notes.say("repeated-header", text)
        self.checks.unchecked()

    def _columns(self) -> tuple[Column, ...]:
        names = {at: name for name, at in self.found.columns.items()}
        header = self.found.grid.head[self.found.row]
        return tuple(
            Column(cell, self._means(names.get(at)))
            for at, cell in enumerate(header)
            if cell or at in names
        )

    def _means(self, name: str | None) -> str:
        if name is None:
            return ""
        spec = self.kind.columns[name]
        return spec.count or (spec.role.value if spec.role else "check")


def _unclosed(rows: Sequence[int]) -> str:
    return lazy_ngettext(
        "a quotation mark in row {rows} is never closed; it is read as closed at the end of its "
        "cell, so that the rows after it aren't lost",
        "quotation marks in rows {rows} are never closed; they are read as closed at the end of "
        "their cells, so that the rows after them aren't lost",
        len(rows),
        rows=Listed(tuple(map(str, rows)), SHOWN),
    )


def _single(column: pl.Series | None) -> str | None:
    """The one value of a column of currencies; None where there are several or none."""
    if column is None:
        return None
    alike = has_one_value(column)  # as in nearly all files
    each = column.slice(0, 1) if alike else column.unique()
    found = {str(v).upper() for v in each if v is not None and v not in words().missing}
    return found.pop() if len(found) == 1 else None


def _the_one(names: pl.Series) -> str | None:
    """The only name in a column; None where there are several or none."""
    found = names.unique().drop_nulls()
    return str(found[0]) if len(found) == 1 else None


def _possible(dates: pl.Series) -> pl.Series:
    """*dates*, null where they lie before or after anything that is counted."""
    if dates.dtype != pl.Date or _all_between(dates, _EARLIEST, _LATEST):
        return dates
    of = pl.col(dates.name)
    possible = pl.when(of.is_between(_EARLIEST, _LATEST)).then(of)
    return dates.to_frame().select(possible).to_series()


def _all_between(dates: pl.Series, first: date, last: date) -> bool:
    try:
        ends = (dates.min(), dates.max())
    except ValueError:  # a year that Python does not know
        return False
    return all(not isinstance(end, date) or first <= end <= last for end in ends)
