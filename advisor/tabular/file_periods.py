"""The period of a file: above its header, in its name, or what its rows span."""

from collections.abc import Sequence
from datetime import date

import attrs
import polars as pl

from advisor.model import Days, Grain, Period, lazy_gettext
from advisor.plugin import ReadContext, Steps
from advisor.tabular.dates import Order, name_text, period_of
from advisor.tabular.headers import Found
from advisor.tabular.kind import Kind
from advisor.tabular.notes import Notes


@attrs.frozen(eq=False)
class FilePeriods:
    """Finds the days that a file states outside its rows."""

    kind: Kind
    found: Found
    name: str
    context: ReadContext
    notes: Notes

    def above(self) -> Steps[Period | None]:
        """The period that stands above the header."""
        return (yield from self._in(self.found.grid.head[: self.found.first_row]))

    def in_name(self) -> Steps[Period | None]:
        """The period in the name of the file, in the order of days that the file has."""
        return (yield from self._in([[name_text(self.name)]]))

    def whole(
        self, period: Period | None, base: pl.DataFrame, lines: pl.DataFrame | None
    ) -> Steps[Period | None]:
        """The period of all rows of *base*: what is said in the *lines* above them where they lie
        in it, else what they span."""
        said = [] if period is None else [period]
        for line in [] if lines is None else lines["line"]:  # of files that were put together
            further = yield from self._in([[line]])
            said += [] if further is None else [further]
        first, last = base["from"].min(), base["to"].max()
        if not (isinstance(first, date) and isinstance(last, date)):
            return _around(said) if said else None
        around = _around(said) if said else Period(first, last)
        return around if around.first <= first and last <= around.last else Period(first, last)

    def _in(self, lines: Sequence[Sequence[str]]) -> Steps[Period | None]:
        order = Order(self.kind.day_first, None, self.context.region, self.found.currency)
        return (yield from period_of(lines, order, self.context.today))

    def for_rows(
        self, period: Period | None, base: pl.DataFrame, lines: pl.DataFrame | None
    ) -> Steps[tuple[Period | None, pl.DataFrame]]:
        """*base* with days where its rows have none of their own: those of the file's period, if it
        says one, or of the one that stands above their part of it."""
        dated = base["from"].null_count() < base.height
        if dated or self.kind.grain is Grain.LIFETIME:
            return period, base
        if period is None:
            period = yield from self.in_name()
            if period is None:
                return None, base
            text = lazy_gettext(
                "the file has no dates; its period is taken from its name: {days}",
                days=Days(period.first, period.last),
            )
            self.notes.say("period-from-file-name", text)
        parts = [(0, period.first, period.last)]
        for row, line in lines.iter_rows() if lines is not None else ():
            own = yield from self._in([[line]])
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


def _around(periods: Sequence[Period]) -> Period:
    return Period(min(p.first for p in periods), max(p.last for p in periods))
