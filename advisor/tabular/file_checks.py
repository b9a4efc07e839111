"""A file against itself, said to the reader of the plan."""

from collections.abc import Collection, Iterable, Mapping

import attrs
import polars as pl

from advisor.model import Listed, frozen, lazy_gettext
from advisor.plugin import Steps
from advisor.tabular import checks
from advisor.tabular.columns import ColumnReader, Values, decimals
from advisor.tabular.kind import CellType, Kind
from advisor.tabular.notes import SHOWN, Notes, silent
from advisor.tabular.rows import Rows


@frozen(eq=False)
class FileChecks:
    """Holds what a file of *kind* prints against what its rows say; *not_additive* counts are not
    checked against totals."""

    kind: Kind
    headers: Mapping[str, str]
    notes: Notes
    not_additive: Collection[str]

    def ratios(self, rows: Rows, values: Values, counts: Mapping[str, pl.Series]) -> Steps[None]:
        """Holds printed ratios against the *counts* that they are made of."""
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
        held = [
            checks.Printed(self.headers[name], check, column, digits)
            for (name, (check, _)), column, digits in zip(
                printed.items(), numbers, places, strict=True
            )
        ]
        for said in checks.identities(held, counts, rows.data["_row"]):
            self.notes.say("identity-disagrees", said)

    def totals(
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
        total = yield from attrs.evolve(reader, say=silent).read(totals, currency)
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

    def unchecked(self) -> None:
        """Says which rates have no counts that they could be checked against."""
        rates = [
            f"“{self.headers[name]}”"
            for name in self.headers
            if (check := self.kind.columns[name].check) is not None
            and not self._countable((*check.numerator, *check.denominator))
        ]
        if rates:
            text = lazy_gettext(
                "rates not checked, because the file lacks the numbers they are calculated from: "
                "{columns}",
                columns=Listed(tuple(rates), SHOWN),
            )
            self.notes.say("unchecked-rates", text)

    def _countable(self, counts: Iterable[str]) -> bool:
        present = {self.kind.columns[name].count for name in self.headers}
        return all(count in present for count in counts)
