"""A provider made of kinds: recognises and reads every file that a kind describes."""

from collections.abc import Iterable, Mapping, Sequence

import attrs
import polars as pl

from advisor.errors import AdvisorError
from advisor.hookspecs import KindInfo, Match, ReadContext
from advisor.reading import Column, Grain, Links, Note, Period, Reading, Table
from advisor.source import Grid, Source
from advisor.tabular import cells, checks
from advisor.tabular.columns import (
    ColumnReader,
    Values,
    percent_of,
    plain_numbers,
    reread,
)
from advisor.tabular.dates import Order, period_of
from advisor.tabular.headers import Found, Recogniser, first_name
from advisor.tabular.kind import CellType, Kind, Role, SubjectSpec
from advisor.tabular.rows import Rows, sort_out
from advisor.tabular.words import words


class TabularProvider:
    """Reads the files that its kinds describe.

    *not_additive* names the counts that no total of a file can be checked against: distinct people,
    and states such as followers. A subclass may override `finish`.
    """

    def __init__(
        self, name: str, kinds: Sequence[Kind], *, not_additive: Iterable[str] = ()
    ) -> None:
        self.name = name
        self.not_additive = frozenset(not_additive)
        self._kinds = {kind.id: kind for kind in kinds}
        self._recognisers: dict[str, Recogniser] = {}

    @property
    def kinds(self) -> Mapping[str, KindInfo]:
        return {kind.id: info(kind) for kind in self._kinds.values()}

    def recognise(self, source: Source) -> Sequence[Match]:
        """A claim for each kind that *source* is, or nearly is (then with what it lacks)."""
        claims = []
        for name in self._kinds:
            located = self._recogniser(name).locate(source)
            if located is not None:
                claims.append(Match(name, located.strength, located.lacks))
        return claims

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        """The counts of *source*; raises AdvisorError where it has no rows or is broken."""
        kind = self._kinds[match.kind]
        located = self._recogniser(kind.id).locate(source)
        if located is None or located.lacks:
            lacks = ", ".join(repr(name) for name in located.lacks) if located else "its columns"
            raise AdvisorError(
                f"this is no {kind.title}: {lacks} not found",
                where=source.file.name,
                hint=f"export it again: {kind.where}",
            )
        reading = _FileReader(self, kind, source, located.found, context).read()
        return self.finish(kind, reading, context)

    def finish(self, kind: Kind, reading: Reading, context: ReadContext) -> Reading:
        """Called with every reading before it is handed on; a small reader changes it here."""
        return reading

    def explain(self, reading: Reading) -> tuple[Column, ...]:
        """The columns of a reading; each unknown one with the known header that it resembles."""
        recogniser = self._recogniser(reading.kind)
        return tuple(
            column if column.means else attrs.evolve(column, nearest=recogniser.nearest(column.header))
            for column in reading.columns
        )

    def _recogniser(self, kind: str) -> Recogniser:
        if kind not in self._recognisers:
            self._recognisers[kind] = Recogniser(self._kinds[kind])
        return self._recognisers[kind]


def info(kind: Kind) -> KindInfo:
    """What a kind offers, as a provider tells it."""
    counts = dict.fromkeys(spec.count for spec in kind.columns.values() if spec.count)
    subjects = dict.fromkeys(subject.kind for subject in kind.subject)
    return KindInfo(kind.title, kind.where, tuple(subjects), tuple(counts))


class _FileReader:
    """One file on its way to a reading."""

    def __init__(
        self,
        provider: TabularProvider,
        kind: Kind,
        source: Source,
        found: Found,
        context: ReadContext,
    ) -> None:
        self._provider = provider
        self._kind = kind
        self._source = source
        self._found = found
        self._context = context
        self._notes: dict[tuple[str, str], Note] = {}
        header = found.grid.head[found.row]
        self._headers = {name: header[at] for name, at in found.columns.items()}

    def read(self) -> Reading:
        kind, found = self._kind, self._found
        period = self._period_line()
        rows = self._rows()
        self._structure_notes()
        reader = ColumnReader(
            kind, found.columns, self._headers, self._source.container, self._context, period,
            self._say,
        )
        row_currency = self._column(rows.data, Role.CURRENCY)
        only_currency = _single(row_currency) or found.currency
        values = reader.read(rows.data, only_currency)
        base = self._base(rows.data, values, row_currency, only_currency)
        counts = self._counts(values)
        self._check(rows, values, counts, reader)
        left_out = dict(rows.left_out)
        day = self._days(values)
        if day is None:
            period, base = self._file_period(period, base)
        else:
            base = base.with_columns(day.alias("from"), day.alias("to"))
            keep = day.is_not_null()
            if not keep.all():
                left_out["without a date"] = int((~keep).sum())
                base, values, counts = _kept(keep, base, values, counts)
        grain = Grain.DAY if day is not None else kind.grain
        if grain is Grain.DAY and day is None:
            grain = Grain.PERIOD
        tables, links, more = self._tables(base, values, counts, grain)
        for reason, count in more.items():
            left_out[reason] = left_out.get(reason, 0) + count
        return Reading(
            file=self._source.file,
            provider=self._provider.name,
            kind=kind.id,
            title=kind.title,
            tables=tuple(tables),
            rows=sum(table.frame.height for table in tables),
            left_out={reason: count for reason, count in left_out.items() if count},
            links=tuple(links),
            period=period or _span(base),
            currency=_single(base["currency"]),
            columns=self._columns(),
            notes=tuple(self._notes.values()),
        )

    def _say(self, code: str, text: str) -> None:
        self._notes.setdefault((code, text), Note(code, text, self._source.file.name))

    def _rows(self) -> Rows:
        found, kind = self._found, self._kind
        bare = percent_of(kind, self._source.container)
        wanted = {
            at for name, at in found.columns.items() if kind.columns[name].role is not Role.PERSONAL
        }
        # The first cell tells what a row is, whether or not its column is known.
        places = sorted(wanted | {0})
        texts = {0} if 0 not in wanted else set()
        numbers = plain_numbers(kind, found.columns, bare) - {0} - texts
        after = found.row
        described = kind.description_row and self._described(after + 1)
        grid = found.grid
        body = grid.body(after + described, places, numbers)
        again = reread(body, grid.head[after + 1 :], numbers)
        if again:
            as_text = grid.body(after + described, sorted(again))
            body = body.with_columns(as_text[f"c{at}"] for at in sorted(again))
        first_is_personal = 0 not in wanted and 0 in found.columns.values()
        rows = sort_out(body, kind, self._numeric(), look_first=not first_is_personal)
        if described:
            rows.left_out["description row"] = 1
        return rows

    def _numeric(self) -> list[str]:
        kind = self._kind
        return [
            f"c{at}"
            for name, at in self._found.columns.items()
            if kind.columns[name].role in (None, Role.CHECK)
            and kind.columns[name].type is not CellType.TEXT
        ]

    def _described(self, row: int) -> bool:
        """Whether a row of the head explains the columns instead of holding values."""
        head = self._found.grid.head
        if row >= len(head):
            return False
        kind = self._kind
        filled = [
            head[row][at]
            for name, at in self._found.columns.items()
            if kind.columns[name].type is not CellType.TEXT
            and at < len(head[row])
            and head[row][at] not in ("", *words().missing)
        ]
        wordy = [cell for cell in filled if not any(letter.isdigit() for letter in cell)]
        return bool(wordy) and 2 * len(wordy) > len(filled)

    def _period_line(self) -> Period | None:
        head = self._found.grid.head[: self._found.first_row]
        order = Order(self._kind.day_first, None, self._context.region, self._found.currency)
        return period_of(head, order, self._context.today)

    def _file_period(
        self, period: Period | None, base: pl.DataFrame
    ) -> tuple[Period | None, pl.DataFrame]:
        """The period of rows without a day: of the line above the header, else of the name."""
        if base["from"].null_count() < base.height:
            return period, base
        if period is None and self._kind.grain is not Grain.LIFETIME:
            name = self._source.file.name.replace("_", " ")
            period = period_of([[name]], Order(), self._context.today)
            if period is not None:
                self._say(
                    "period-from-file-name",
                    f"the file has no dates; {period} is taken from its name",
                )
        if period is None or self._kind.grain is Grain.LIFETIME:
            return period, base
        return period, base.with_columns(
            pl.lit(period.first).alias("from"), pl.lit(period.last).alias("to")
        )

    def _column(self, body: pl.DataFrame, role: Role) -> pl.Series | None:
        for name, at in self._found.columns.items():
            if self._kind.columns[name].role is role:
                return body[f"c{at}"]
        return None

    def _base(
        self,
        body: pl.DataFrame,
        values: Values,
        row_currency: pl.Series | None,
        header_currency: str | None,
    ) -> pl.DataFrame:
        """`_row`, `currency`, `from`, `to` and the breakdowns of every row."""
        kind = self._kind
        otherwise = (
            self._found.currency or values.currency or kind.default_currency
            or self._context.currency
        )
        if row_currency is None:
            currency = pl.lit(otherwise, pl.String)
        else:
            currency = pl.coalesce(
                cells.known(pl.lit(row_currency)).str.to_uppercase(), pl.lit(otherwise, pl.String)
            )
        none = pl.lit(None, pl.Date)
        breakdowns = [
            pl.lit(values.texts[name]).alias(f"by.{name}")
            for name in self._found.columns
            if kind.columns[name].role is Role.BREAKDOWN and name in values.texts
        ]
        frame = body.select(
            pl.col("_row").cast(pl.UInt32),
            currency.alias("currency"),
            none.alias("from"),
            none.alias("to"),
            *breakdowns,
        )
        for role in (Role.FROM, Role.TO):
            for name, column in values.dates.items():
                if kind.columns[name].role is role:
                    frame = frame.with_columns(column.alias(role.value))
        if kind.end_exclusive:
            frame = frame.with_columns(pl.col("to").dt.offset_by("-1d"))
        return frame

    def _days(self, values: Values) -> pl.Series | None:
        if self._kind.grain is Grain.LIFETIME:
            return None
        for name, column in values.dates.items():
            if self._kind.columns[name].role is Role.DAY:
                return column
        return None

    def _counts(self, values: Values) -> dict[str, pl.Series]:
        kind = self._kind
        counts: dict[str, pl.Series] = {}
        for name, column in values.numbers.items():
            spec = kind.columns[name]
            if spec.count and not spec.of:
                _add(counts, spec.count, column)
        for name, column in values.numbers.items():
            spec = kind.columns[name]
            if not spec.count or not spec.of:
                continue
            base = counts.get(spec.of)
            if base is None and spec.of in values.numbers:
                base = values.numbers[spec.of]
            if base is None:
                self._say(
                    "rate-without-base",
                    f"{self._headers[name]!r} is a rate or mean whose base is not in the file; "
                    "it is not used",
                )
                continue
            _add(counts, spec.count, column * base)
        return counts

    def _check(
        self,
        rows: Rows,
        values: Values,
        counts: Mapping[str, pl.Series],
        reader: ColumnReader,
    ) -> None:
        kind = self._kind
        for name, column in values.numbers.items():
            spec = kind.columns[name]
            if spec.check is None:
                continue
            said = checks.identity(
                self._headers[name], spec.check, column, counts, rows.data["_row"],
                values.places[name],
            )
            if said:
                self._say("identity-disagrees", said)
        summary = rows.totals
        if summary is None or summary.is_empty():
            return
        quiet = attrs.evolve(reader, say=lambda code, text: None)
        printed = quiet.read(summary.head(1), None)
        for name, column in printed.numbers.items():
            spec = kind.columns[name]
            if not spec.count or spec.of or spec.count in self._provider.not_additive:
                continue
            if spec.type is CellType.RATE or name not in values.numbers:
                continue
            said = checks.total(
                self._headers[name], values.numbers[name], column[0], values.places[name]
            )
            if said:
                self._say("totals-disagree", said)

    def _tables(
        self,
        base: pl.DataFrame,
        values: Values,
        counts: Mapping[str, pl.Series],
        grain: Grain,
    ) -> tuple[list[Table], list[Links], dict[str, int]]:
        kind = self._kind
        frame = base.with_columns(column.alias(name) for name, column in counts.items())
        rest = pl.Series("rest", [True]).new_from_index(0, frame.height) if frame.height else (
            pl.Series("rest", [], pl.Boolean)
        )
        tables: list[Table] = []
        links: list[Links] = []
        left: dict[str, int] = {}
        for subject in self._subjects(values):
            mask = rest
            for column, wanted in subject.only.items():
                named = values.texts[column].str.to_lowercase()
                mask = mask & named.is_in([w.casefold() for w in wanted]).fill_null(False)
            rest = rest & ~mask
            table, keys, lost = self._table(subject, frame, values, mask)
            tables.append(Table(subject.kind, kind.family, grain, table))
            links += self._links(keys, values, mask)
            for reason, count in lost.items():
                left[reason] = left.get(reason, 0) + count
            if not subject.only:
                break
        left["about something else"] = int(rest.sum())
        return tables, links, left

    def _subjects(self, values: Values) -> list[SubjectSpec]:
        """The subjects whose keys the file has; without any, the first one by its name."""
        usable = []
        for subject in self._kind.subject:
            needed = (*subject.key, *subject.only)
            if any(part not in values.texts for part in needed):
                continue
            spoilt = [part for part in subject.key if self._spoilt(part, values)]
            if spoilt:
                continue
            usable.append(subject)
        if usable:
            return usable
        for subject in self._kind.subject:
            if subject.name and subject.name in values.texts:
                return [attrs.evolve(subject, key=(subject.name,), only={})]
        names = " or ".join(
            repr(first_name(self._kind.columns[part]))
            for subject in self._kind.subject
            for part in subject.key
        )
        raise AdvisorError(
            f"no column says what a row is about: {names} not usable",
            where=self._source.file.name,
            hint=f"export it again with ids: {self._kind.where}",
        )

    def _spoilt(self, column: str, values: Values) -> bool:
        if self._kind.columns[column].type is not CellType.ID:
            return False
        if not cells.ruined(values.texts[column]):
            return False
        self._say(
            "ids-ruined",
            f"the ids in {self._headers[column]!r} were cut by a spreadsheet "
            f"(such as {values.texts[column].drop_nulls()[0]}); names are used instead",
        )
        return True

    def _table(
        self, subject: SubjectSpec, frame: pl.DataFrame, values: Values, mask: pl.Series
    ) -> tuple[pl.DataFrame, pl.Series, dict[str, int]]:
        key = self._key(subject.key, values, frame.height)
        name = self._name(subject, values, key)
        if len(subject.key) == 1 and subject.name and key.null_count():
            key = key.fill_null(name)
        parents = {
            kind: self._key(columns, values, frame.height)
            for kind, columns in subject.parents.items()
            if all(column in values.texts for column in columns)
        }
        whole = frame.with_columns(
            key.alias("key"),
            name.fill_null(key).alias("name"),
            *(column.alias(f"parent.{kind}") for kind, column in parents.items()),
        )
        picked = whole if mask.all() else whole.filter(mask)
        height = picked.height
        if picked["key"].null_count():
            picked = picked.filter(pl.col("key").is_not_null())
        lost = {"without a key": height - picked.height}
        by_id = any(self._kind.columns[part].type is CellType.ID for part in subject.key)
        if by_id:
            alike = [column for column in picked.columns if column != "_row"]
            distinct = _distinct(picked, alike)
            lost["identical row"] = picked.height - distinct.height
            picked = distinct
        order = ["key", "name", *(f"parent.{kind}" for kind in parents), "from", "to"]
        broken = [column for column in picked.columns if column.startswith("by.")]
        rest = [
            c for c in picked.columns if c not in (*order, *broken, "currency", "_row")
        ]
        return picked.select(*order, *broken, "currency", *rest, "_row"), key, lost

    def _key(self, columns: Sequence[str], values: Values, height: int) -> pl.Series:
        if not columns:
            return pl.Series("key", [""]).new_from_index(0, height) if height else (
                pl.Series("key", [], pl.String)
            )
        parts = [values.texts[column] for column in columns]
        if len(parts) == 1:
            return parts[0]
        absent = parts[0].is_null()
        for part in parts[1:]:
            absent = absent & part.is_null()
        joined = pl.select(
            pl.concat_str([pl.lit(p).fill_null("-") for p in parts], separator=" / ").alias("key")
        )["key"]
        return joined if not absent.any() else pl.select(
            pl.when(~pl.lit(absent)).then(pl.lit(joined)).alias("key")
        )["key"]

    def _name(self, subject: SubjectSpec, values: Values, key: pl.Series) -> pl.Series:
        if subject.name is None or subject.name not in values.texts:
            return key
        return pl.select(cells.known(pl.lit(values.texts[subject.name])).alias("name"))["name"]

    def _links(self, keys: pl.Series, values: Values, mask: pl.Series) -> list[Links]:
        found = []
        for relation, column in self._kind.links.items():
            if column not in values.texts:
                continue
            text = pl.col("text")
            ids = pl.when(text.str.starts_with("[")).then(
                text.str.extract_all(r'"id":\s*"?[0-9]+')
            ).otherwise(text.str.extract_all(r"[(（][0-9]{6,}[)）]"))
            frame = (
                pl.DataFrame({"from": keys, "text": values.texts[column]})
                .filter(mask)
                .select("from", ids.alias("to"))
                .explode("to")
                .drop_nulls()
                .with_columns(pl.col("to").str.extract(r"([0-9]+)[^0-9]*$"))
                .unique(maintain_order=True)
            )
            found.append(Links(relation, frame))
        return found

    def _structure_notes(self) -> None:
        for header in self._found.repeated:
            self._say(
                "repeated-header", f"the header {header!r} occurs more than once; the first is read"
            )
        others = [
            grid.name for grid in self._source.grids
            if grid is not self._found.grid and _has_rows(grid)
        ]
        if others:
            named = ", ".join(repr(name) for name in others[:5])
            self._say("other-tables", f"the file holds further tables that are not read: {named}")
        rates = [
            self._headers[name]
            for name in self._found.columns
            if (check := self._kind.columns[name].check) is not None
            and not self._countable((*check.numerator, *check.denominator))
        ]
        if rates:
            shown = ", ".join(rates[:5]) + (", …" if len(rates) > 5 else "")
            self._say(
                "unchecked-rates",
                f"printed rates that cannot be recomputed, as their counts are missing: {shown}",
            )

    def _countable(self, counts: Iterable[str]) -> bool:
        present = {self._kind.columns[name].count for name in self._found.columns}
        return all(count in present for count in counts)

    def _columns(self) -> tuple[Column, ...]:
        by_place = {at: name for name, at in self._found.columns.items()}
        columns = []
        for at, header in enumerate(self._found.grid.head[self._found.row]):
            if not header and at not in by_place:
                continue
            columns.append(Column(header, self._means(by_place.get(at))))
        return tuple(columns)

    def _means(self, name: str | None) -> str:
        if name is None:
            return ""
        spec = self._kind.columns[name]
        if spec.count:
            return spec.count
        return spec.role.value if spec.role else "check"


def _has_rows(grid: Grid) -> bool:
    return len(grid.head) > 1


def _add(counts: dict[str, pl.Series], name: str, column: pl.Series) -> None:
    counts[name] = counts[name].fill_null(column) if name in counts else column


def _single(column: pl.Series | None) -> str | None:
    """The one value of a column of currencies; None where there are several or none."""
    if column is None:
        return None
    found = {str(v).upper() for v in column.drop_nulls().unique() if v not in words().missing}
    return found.pop() if len(found) == 1 else None


def _span(base: pl.DataFrame) -> Period | None:
    first, last = base["from"].min(), base["to"].max()
    return Period(first, last) if first and last else None  # type: ignore[arg-type]


def _kept(
    keep: pl.Series, base: pl.DataFrame, values: Values, counts: Mapping[str, pl.Series]
) -> tuple[pl.DataFrame, Values, dict[str, pl.Series]]:
    def all_of(columns: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
        return {name: column.filter(keep) for name, column in columns.items()}

    fewer = attrs.evolve(
        values,
        numbers=all_of(values.numbers),
        texts=all_of(values.texts),
        dates=all_of(values.dates),
    )
    return base.filter(keep), fewer, all_of(counts)


def _distinct(frame: pl.DataFrame, alike: list[str]) -> pl.DataFrame:
    """Rows of which no earlier one is the same in all of *alike*."""
    near = [column for column in ("key", "from", "to") if column in alike]
    near += [column for column in alike if column.startswith("by.")]
    if frame.select(pl.struct(near).n_unique()).item() == frame.height:
        return frame
    return frame.unique(subset=alike, keep="first", maintain_order=True)
