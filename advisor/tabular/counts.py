"""What the columns of a file count."""

from collections.abc import Mapping, Sequence

import polars as pl

from advisor.model import Listed, Quantity, Unit, frozen, lazy_gettext, lazy_ngettext
from advisor.plugin import Steps
from advisor.tabular import cells
from advisor.tabular.columns import Values, decimals
from advisor.tabular.kind import CellType, Kind
from advisor.tabular.notes import SHOWN, Notes
from advisor.tabular.states import states


@frozen(eq=False)
class CountReader:
    """Makes the counts of a file of *kind* of the values of its columns."""

    kind: Kind
    headers: Mapping[str, str]
    notes: Notes

    def plain(self, values: Values) -> dict[str, pl.Series]:
        """Counts as printed."""
        counts: dict[str, pl.Series] = {}
        columns = self.kind.columns
        for name in sorted(values.numbers, key=list(columns).index):
            spec = columns[name]
            if spec.count and not spec.of:
                _add(counts, spec.count, values.numbers[name])
        return counts

    def counted(self, values: Values) -> Steps[dict[str, pl.Series]]:
        """Counts as printed, and those that a printed rate or mean makes with its base."""
        columns = self.kind.columns
        counts = self.plain(values)
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
        if before is not None and not before.null_count():
            return
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
                    columns=Listed(tuple(f"“{self.headers[name]}”" for name in names), SHOWN),
                    words=Listed(tuple(f"“{word}”" for word in told.words), SHOWN),
                )
                self.notes.say("status-unknown", text)
        return found


def _flagged(text: pl.Series, parts: Sequence[str]) -> pl.Series:
    """1 where *text* has one of *parts*, 0 where nothing is said, unless the column says nothing
    anywhere; words that we do not know tell nothing."""
    if text.null_count() == len(text):
        return pl.repeat(None, len(text), dtype=pl.Float64, eager=True)
    said = text.str.contains_any([*parts], ascii_case_insensitive=True).fill_null(value=False)
    return said.cast(pl.Float64).set(~said & text.is_not_null(), None)


def _add(counts: dict[str, pl.Series], name: str, column: pl.Series) -> None:
    counts[name] = counts[name].fill_null(column) if name in counts else column
