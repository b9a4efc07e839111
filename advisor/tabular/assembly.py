"""One file on its way to a reading."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

import attrs
import polars as pl

from advisor.model import (
    Column,
    Days,
    Grain,
    Listed,
    Period,
    Quantity,
    Reading,
    Source,
    Unit,
    lazy_gettext,
    lazy_ngettext,
    time_zone_named,
)
from advisor.plugin import ReadContext, Steps, alone
from advisor.tabular import cells, checks
from advisor.tabular.columns import (
    RATE_UNIT_UNKNOWN,
    ColumnReader,
    Values,
    decimals,
    percent_of,
    plain_numbers,
    reread,
)
from advisor.tabular.containers.documents import RecordGrid
from advisor.tabular.containers.text import TextGrid
from advisor.tabular.dates import Order, name_text, period_of, spans
from advisor.tabular.header_text import header_text
from advisor.tabular.headers import Found
from advisor.tabular.kind import CellType, Kind, Percent, Role
from advisor.tabular.layouts import in_one_layout
from advisor.tabular.notes import Notes
from advisor.tabular.platforms import platforms
from advisor.tabular.rows import Rows, rows_between, sort_out
from advisor.tabular.states import states
from advisor.tabular.subjects import SubjectReader
from advisor.tabular.words import fold, words

_SHOWN = 5  # names in one note
_ID = 1e11  # ids have at least as many digits
_DAYS = 366  # no hour, day or week of a calendar is larger


@attrs.define(eq=False)
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

    def __attrs_post_init__(self) -> None:
        self.notes = Notes(self.source.file.name)
        self._day_by_its_values()
        header = self.found.grid.head[self.found.row]
        self.headers = {name: header[at] for name, at in self.found.columns.items()}

    def read(self) -> Steps[Reading]:
        """The reading; raises AdvisorError where no column says what a row is about."""
        period = yield from self._period_line()
        rows = yield from self._rows()
        self._structure_notes(rows)
        row_currency = self._column(rows.data, Role.CURRENCY)
        stated = _single(row_currency) or self.found.currency or self._currency_above()
        of_name = None
        if period is None:
            of_name = yield from self._period_in(name_text(self.source.file.name))
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
        counts = yield from self._counts(values)
        yield from self._check_ratios(rows, values, counts)
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
            period, base = yield from self._without_days(period, base, rows.lines)
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
            yield from self._check_totals(
                rows.totals, whole, parts, every_value, rounded, reader, stated
            )
        further = yield from self._further_periods(rows.lines)
        return Reading(
            file=self.source.file,
            provider=self.provider,
            kind=self.kind.id,
            title=self.kind.title,
            tables=made.tables,
            rows=sum(table.frame.height for table in made.tables),
            left_out={reason: count for reason, count in left_out.items() if count},
            links=made.links,
            period=_of_rows(_around([*further, period]), _span(base)),
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

    def _day_by_its_values(self) -> None:
        """Takes the one column of dates that has no known name for the day, where the file's kind
        has one and this file none: where one subject has rows of several dates."""
        kind, found = self.kind, self.found
        roles = {name: spec.role for name, spec in kind.columns.items()}
        told = (Role.DAY, Role.FROM, Role.TO)
        day = next((n for n, role in roles.items() if role is Role.DAY), None)
        if day is None or any(roles[name] in told for name in found.columns):
            return
        used, header = set(found.columns.values()), found.grid.head[found.row]
        dated = [
            at
            for at, cell in enumerate(header)
            if at not in used
            and not (_is_stamp(cell) or _is_of_a_loader(cell))
            and self._holds_dates([_cell(row, at) for row in found.grid.head[found.row + 1 :]])
        ]
        if len(dated) != 1:
            return
        (at,) = dated
        labels = [column for name, column in found.columns.items() if roles[name] is Role.TEXT]
        body = found.grid.body(found.row, [*labels, at]).drop_nulls(f"c{at}")
        days = body.group_by([f"c{column}" for column in labels] or [pl.lit(0)]).agg(
            pl.col(f"c{at}").n_unique().alias("days")
        )
        if (days["days"] > 1).any():
            self.found = attrs.evolve(found, columns={**found.columns, day: at})
            text = lazy_gettext(
                "“{header}” is an unknown column; it has dates, so it is read as the day",
                header=header[at],
            )
            self.notes.say("day-by-values", text)

    def _holds_dates(self, sample: Sequence[str]) -> bool:
        text = pl.DataFrame({"t": [cell or None for cell in sample]}, schema={"t": pl.String})
        filled = cells.in_ascii_digits(text)["t"].drop_nulls()
        if len(filled) < 2 or not bool(filled.str.contains(_LIKE_A_DATE).any()):
            return False
        order = Order(self.kind.day_first, None, self.context.region, self.found.currency)
        rows = pl.Series("r", range(len(filled)), pl.UInt32)
        found, _ = alone(spans(filled, rows, order, self.context.today, None))
        values = found.parsed.values
        # The last row may be a total.
        return len(filled) - 1 <= len(values) - values.null_count() and values.n_unique() > 1

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
                others=Listed(tuple(others), _SHOWN),
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
        stamps = [at for at, cell in enumerate(header) if _is_stamp(cell)]
        places = [
            at
            for at in range(len(header))
            if at not in counts
            and at not in stamps
            and at not in self._personal()
            and not (at not in self.found.columns.values() and _is_of_a_loader(header[at]))
        ]
        known = set(self.found.columns.values())
        body = self.found.grid.body(self.found.row, [*places, *stamps])
        aspects = [f"c{at}" for at in places if at in known or not _like_a_count(body[f"c{at}"])]
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

    def _period_line(self) -> Steps[Period | None]:
        above = self.found.grid.head[: self.found.first_row]
        order = Order(self.kind.day_first, None, self.context.region, self.found.currency)
        return (yield from period_of(above, order, self.context.today))

    def _further_periods(self, lines: pl.DataFrame | None) -> Steps[list[Period]]:
        """The periods that stand above further headers, in files that were put together."""
        found: list[Period] = []
        for line in [] if lines is None else lines["line"]:
            period = yield from self._period_in(line)
            found += [] if period is None else [period]
        return found

    def _period_in(self, line: str) -> Steps[Period | None]:
        order = Order(self.kind.day_first, None, self.context.region, self.found.currency)
        return (yield from period_of([[line]], order, self.context.today))

    def _without_days(
        self, period: Period | None, base: pl.DataFrame, lines: pl.DataFrame | None
    ) -> Steps[tuple[Period | None, pl.DataFrame]]:
        """Rows without a day of their own: their period is that of the file, if it says one, or
        the one that stands above their part of it."""
        dated = base["from"].null_count() < base.height
        if dated or self.kind.grain is Grain.LIFETIME:
            return period, base
        if period is None:
            name = name_text(self.source.file.name)
            period = yield from period_of([[name]], Order(), self.context.today)
            if period is None:
                return None, base
            text = lazy_gettext(
                "the file has no dates; its period is taken from its name: {days}",
                days=Days(period.first, period.last),
            )
            self.notes.say("period-from-file-name", text)
        parts = [(0, period.first, period.last)]
        for row, line in lines.iter_rows() if lines is not None else ():
            own = yield from self._period_in(line)
            parts += [(row, own.first, own.last)] if own is not None else []
        if len(parts) == 1:
            ends = {"from": period.first, "to": period.last}
            alike = {name: pl.Series(name, [end]) for name, end in ends.items()}
            same = (
                alike[column.name].new_from_index(0, base.height)
                if column.name in alike
                else column
                for column in base.get_columns()
            )
            return period, pl.DataFrame(same)
        schema = {"_row": pl.UInt32, "from": pl.Date, "to": pl.Date}
        of_parts = pl.DataFrame(parts, schema=schema, orient="row")
        bare = base.drop("from", "to")
        return period, bare.join_asof(of_parts, on="_row").select(base.columns)

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
        silent = attrs.evolve(reader, kind=fractions, say=_silent)
        tried = yield from silent.read(body, currency)
        columns, counts = self.kind.columns, self._plain_counts(tried)
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

    def _plain_counts(self, values: Values) -> dict[str, pl.Series]:
        counts: dict[str, pl.Series] = {}
        columns = self.kind.columns
        for name in sorted(values.numbers, key=list(columns).index):
            spec = columns[name]
            if spec.count and not spec.of:
                _add(counts, spec.count, values.numbers[name])
        return counts

    def _counts(self, values: Values) -> Steps[dict[str, pl.Series]]:
        """Counts as printed, and those that a printed rate or mean makes with its base."""
        columns = self.kind.columns
        counts = self._plain_counts(values)
        # In the order of the kind: what is exact stands before what a rounded ratio makes.
        for name in sorted(values.numbers, key=list(columns).index):
            spec, column = columns[name], values.numbers[name]
            if not spec.count or not spec.of:
                continue
            base = counts.get(spec.of)
            if base is None:
                base = values.numbers.get(spec.of)
            if base is None:
                said = lazy_gettext(
                    "“{header}” is a rate or an average without the number it is calculated from; "
                    "it is not used",
                    header=self.headers[name],
                )
                self.notes.say("rate-without-base", said)
            else:
                before = counts.get(spec.count)
                _add(counts, spec.count, column * base)
                if spec.type is CellType.NUMBER:
                    yield from self._say_rounded(name, column, base, before)
        for name, text in values.texts.items():
            when = columns[name].clock
            if when is not None:
                _add(counts, when, cells.clock(text))
            flags = columns[name].flags
            if flags is not None:
                _add(counts, flags, _flagged(text, columns[name].flagged))
        for name, state in self._states(values).items():
            _add(counts, name, state)
        return counts

    def _say_rounded(
        self, name: str, ratio: pl.Series, base: pl.Series, before: pl.Series | None
    ) -> Steps[None]:
        """Says of which rows a count is a rounded *ratio* times its *base*, and how far off it may
        be; *before* is what was known of it exactly."""
        made = ratio.is_not_null() & base.is_not_null()
        rows = made if before is None else made & before.is_null()
        if not (ratio.filter(rows) > 0).any():
            return
        (digits,) = yield from decimals([ratio.filter(rows)])
        off = float(base.filter(rows).abs().sum()) * 0.5 * 10.0**-digits
        count = int(rows.sum())
        self.notes.say(
            "rebuilt-from-ratio",
            lazy_ngettext(
                "revenue of {n} row comes from “{header}”, a rounded ratio, for no column has it "
                "exactly; it may be off by {off}",
                "revenue of {n} rows comes from “{header}”, a rounded ratio, for no column has it "
                "exactly; all together it may be off by {off}",
                count,
                header=self.headers[name],
                off=Quantity(off, Unit.NUMBER),
            ),
        )

    def _states(self, values: Values) -> dict[str, pl.Series]:
        """Whether what a row is about runs, by the count that says so; all columns of a status
        together, as a campaign's tells of its ads."""
        columns = self.kind.columns
        by_count: dict[str, list[str]] = {}
        for name in values.texts:
            count = columns[name].runs
            if count is not None:
                by_count.setdefault(count, []).append(name)
        found: dict[str, pl.Series] = {}
        for count, names in by_count.items():
            told = states(values.texts[name] for name in names)
            found[count] = told.running
            if told.unknown:
                text = lazy_ngettext(
                    "{columns}: unknown status {words} ({n} row); read as running",
                    "{columns}: unknown status {words} ({n} rows); read as running",
                    told.unknown,
                    columns=Listed(tuple(f"“{self.headers[name]}”" for name in names), _SHOWN),
                    words=Listed(tuple(f"“{word}”" for word in told.words), _SHOWN),
                )
                self.notes.say("status-unknown", text)
        return found

    def _check_ratios(
        self, rows: Rows, values: Values, counts: Mapping[str, pl.Series]
    ) -> Steps[None]:
        columns = self.kind.columns
        rounded = {*values.rounded, *(columns[name].count for name in values.rounded)}
        printed = {
            name: (check, values.numbers[name])
            for name in values.numbers
            if (check := columns[name].check) is not None
            and rounded.isdisjoint((name, *check.numerator, *check.denominator))
        }
        if not printed:
            return
        rates = {name: of for name, of in printed.items() if columns[name].type is CellType.RATE}
        scaled = checks.scaled(rates, counts)
        numbers = [scaled.get(name, column) for name, (_, column) in printed.items()]
        places = yield from decimals(numbers)
        ratios = [
            checks.Printed(self.headers[name], check, column, digits)
            for (name, (check, _)), column, digits in zip(
                printed.items(), numbers, places, strict=True
            )
        ]
        for said in checks.identities(ratios, counts, rows.data["_row"]):
            self.notes.say("identity-disagrees", said)

    def _check_totals(
        self,
        totals: pl.DataFrame,
        kept: pl.Series,
        parts: checks.Parts | None,
        numbers: Mapping[str, pl.Series],
        rounded: frozenset[str],
        reader: ColumnReader,
        currency: str | None,
    ) -> Steps[None]:
        """Holds the printed totals against the rows that were *kept*, after all drops, where
        neither are *rounded*."""
        if not kept.any():
            return
        # What is odd in the totals row itself is not worth a note.
        total = yield from attrs.evolve(reader, say=_silent).read(totals, currency)
        stated, rounded = total.numbers, rounded | total.rounded
        summed = [name for name in numbers if self._summed(name) and name not in rounded]
        columns = [numbers[name].filter(kept) for name in summed]
        places = yield from decimals(columns)
        for name, column, digits in zip(summed, columns, places, strict=True):
            if name not in stated:
                continue
            # Each part of files that were put together may have a totals row.
            printed = (stated[name][0], float(stated[name].sum() or 0.0))
            said = [checks.total(self.headers[name], column, one, digits) for one in printed]
            if all(said) and not (parts and parts.agree(column, stated[name], digits)):
                self.notes.say("totals-disagree", said[0])

    def _summed(self, name: str) -> bool:
        """Whether the rows of a column add up to its total."""
        spec = self.kind.columns[name]
        if not spec.count or spec.of or spec.type is CellType.RATE:
            return False
        return spec.count not in self.not_additive

    def _structure_notes(self, rows: Rows) -> None:
        if rows.data.is_empty():
            text = lazy_gettext("the file has a header and no rows of data")
            self.notes.say("no-rows", text)
        for header in self.found.repeated:
            text = lazy_gettext(
                "several columns are called “{header}”; the first is read", header=header
            )
            self.notes.say("repeated-header", text)
        rates = [
            f"“{self.headers[name]}”"
            for name in self.found.columns
            if (check := self.kind.columns[name].check) is not None
            and not self._countable((*check.numerator, *check.denominator))
        ]
        if rates:
            text = lazy_gettext(
                "rates not checked, because the file lacks the numbers they are calculated from: "
                "{columns}",
                columns=Listed(tuple(rates), _SHOWN),
            )
            self.notes.say("unchecked-rates", text)

    def _countable(self, counts: Iterable[str]) -> bool:
        present = {self.kind.columns[name].count for name in self.found.columns}
        return all(count in present for count in counts)

    def _columns(self) -> tuple[Column, ...]:
        names = {at: name for name, at in self.found.columns.items()}
        header = self.found.grid.head[self.found.row]
        return tuple(
            Column(cell, self._means(names.get(at)))
            for at, cell in enumerate(header)
            if cell or at in names
        )

    def unknown_amounts(self) -> list[str]:
        """The headers of columns that are not known and hold amounts, as far as the head shows. Of
        files with groups of columns the other groups are known, and not read."""
        if self.kind.groups:
            return []
        head, used = self.found.grid.head, set(self.found.columns.values())
        below = head[self.found.row + 1 :]
        return [
            cell
            for at, cell in enumerate(head[self.found.row])
            if cell
            and at not in used
            and not _MACHINE.match(cell)
            and not (_is_stamp(cell) or _is_of_a_loader(cell))
            and _are_amounts([_cell(row, at) for row in below])
        ]

    def _means(self, name: str | None) -> str:
        if name is None:
            return ""
        spec = self.kind.columns[name]
        return spec.count or (spec.role.value if spec.role else "check")


# Plain numbers and amounts are no dates.
_LIKE_A_DATE = (
    r"[0-9].*[^0-9.,\s].*[0-9]|^[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}|^20[0-9]{6}$|^\p{L}+\s?[1-4]\W+20"
)
_STAMPS = frozenset(
    header_text(name).key
    for name in (
        *("_fivetran_synced", "_airbyte_extracted_at", "_airbyte_emitted_at", "_sdc_batched_at"),
        *("_sdc_extracted_at", "_sdc_received_at", "_dlt_load_id", "_loaded_at", "loaded_at"),
        *("extracted_at", "_extracted_at", "synced_at", "_synced_at", "updated_at", "last updated"),
        *("ingested_at", "_ingested_at", "inserted_at", "exported_at", "export time", "load_time"),
        *("download time", "attribution date", "attribution_date", "snapshot_date", "_batch_time"),
    )
)


def _is_stamp(header: str) -> bool:
    """Whether a column says when its rows were loaded."""
    return header_text(header).key in _STAMPS


_NUMBERING = frozenset(
    header_text(name).key
    for name in (
        *("row", "row id", "row_id", "row number", "row_number", "no", "no.", "#", "index", "uuid"),
        *("record id", "record_id", "_id", "surrogate_key", "hash", "row_hash", "unnamed: 0"),
        *("request_id", "batch_id", "job_id", "source_file", "file_name", "filename", "_file"),
        *("_line", "_modified", "unique_key"),
    )
)
_OF_LOADERS = ("_airbyte", "_sdc", "_fivetran", "_dlt", "_ab_", "_meltano", "_hevo", "_daton")


def _is_of_a_loader(header: str) -> bool:
    """Whether a column numbers its rows or says how they were loaded: no part of what they mean."""
    key = header_text(header).key
    return not key or key in _NUMBERING or header.strip().lower().startswith(_OF_LOADERS)


def _like_a_count(cells: pl.Series) -> bool:
    """Whether a column without a name that is known holds amounts: an hour or an id is none."""
    if cells.dtype != pl.String:
        return True
    found = cells.drop_nulls()
    values = found.str.strip_chars("%").str.replace_all(",", "").cast(pl.Float64, strict=False)
    if found.is_empty() or values.null_count():
        return False
    fraction = bool((values != values.floor()).any())
    return bool((values.abs() < _ID).all()) and (fraction or bool((values > _DAYS).any()))


# Names of machines are those of an API, whose fields are many and documented; a % is a rate.
_MACHINE = re.compile(r"^[A-Za-z0-9]*[._][A-Za-z0-9._]*$")
_AMOUNT = re.compile(r"^[^\w]{0,3}[A-Za-z]{0,3}[^\w]{0,3}[0-9][0-9.,\s]{0,14}\s?[€$£¥₫฿]?$")


def _are_amounts(sample: Sequence[str]) -> bool:
    filled = [cell for cell in sample if cell not in ("", *words().missing)]
    return bool(filled) and all(map(_AMOUNT.match, filled))


def _cell(row: Sequence[str], at: int) -> str:
    return row[at] if at < len(row) else ""


def _silent(_code: str, _text: str) -> None:
    return


def _unclosed(rows: Sequence[int]) -> str:
    return lazy_ngettext(
        "a quotation mark in row {rows} is never closed; it is read as closed at the end of its "
        "cell, so that the rows after it aren't lost",
        "quotation marks in rows {rows} are never closed; they are read as closed at the end of "
        "their cells, so that the rows after them aren't lost",
        len(rows),
        rows=Listed(tuple(map(str, rows)), _SHOWN),
    )


def _add(counts: dict[str, pl.Series], name: str, column: pl.Series) -> None:
    counts[name] = counts[name].fill_null(column) if name in counts else column


def _flagged(text: pl.Series, parts: Sequence[str]) -> pl.Series:
    """1 where *text* has one of *parts*, 0 where nothing is said, unless the column says nothing
    anywhere; words that we do not know tell nothing."""
    if text.null_count() == len(text):
        return pl.repeat(None, len(text), dtype=pl.Float64, eager=True)
    said = text.str.contains_any([*parts], ascii_case_insensitive=True).fill_null(value=False)
    return said.cast(pl.Float64).set(~said & text.is_not_null(), None)


def _single(column: pl.Series | None) -> str | None:
    """The one value of a column of currencies; None where there are several or none."""
    if column is None:
        return None
    alike = column.n_unique() == 1  # as in nearly all files, which is no query
    each = column.slice(0, 1) if alike else column.unique()
    found = {str(v).upper() for v in each if v is not None and v not in words().missing}
    return found.pop() if len(found) == 1 else None


def _the_one(names: pl.Series) -> str | None:
    """The only name in a column; None where there are several or none."""
    found = names.unique().drop_nulls()
    return str(found[0]) if len(found) == 1 else None


def _around(periods: Iterable[Period | None]) -> Period | None:
    known = [period for period in periods if period is not None]
    if not known:
        return None
    return Period(min(p.first for p in known), max(p.last for p in known))


def _of_rows(said: Period | None, rows: Period | None) -> Period | None:
    """The period that is *said* above the rows, where all of them lie in it; else that of the
    *rows*."""
    if said is None or rows is None:
        return said or rows
    return said if said.first <= rows.first and rows.last <= said.last else rows


def _span(base: pl.DataFrame) -> Period | None:
    first, last = base["from"].min(), base["to"].max()
    return Period(first, last) if isinstance(first, date) and isinstance(last, date) else None
