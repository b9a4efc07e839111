"""The period of a file: above its header, in its name, or what its rows span."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

import attrs
import polars as pl

from advisor.model import Days, Grain, Period, frozen, lazy_gettext
from advisor.plugin import ReadContext, Steps
from advisor.tabular.dates import days
from advisor.tabular.day_fields import BUDDHIST
from advisor.tabular.day_order import Order
from advisor.tabular.headers import Found
from advisor.tabular.kind import Kind
from advisor.tabular.notes import Notes
from advisor.tabular.words import fold, words


@frozen(eq=False)
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


_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@cache
def _tokens() -> re.Pattern[str]:
    month = words().any_month()
    return re.compile(
        r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|20\d{6}(?!\d)"
        rf"|(?:{month})\.?\s+\d{{1,2}},?\s+\d{{4}}"
        rf"|\d{{1,2}}\s+(?:de\s+)?(?:{month})\.?,?\s+(?:de\s+)?\d{{4}}"
        r"|\d{4}\s*[년年]\s*\d{1,2}\s*[월月]\s*\d{1,2}\s*[일日])",
        re.IGNORECASE,
    )


def period_of(rows: Sequence[Sequence[str]], order: Order, today: date) -> Steps[Period | None]:
    """The first period named in rows of text, such as those above a header; None without one."""
    for row in rows:
        for cell in row:
            found = _tokens().findall(fold(cell)) if cell else []
            if len(found) > 1:
                period = yield from _period(found[:2], order, today)
                if period is not None:
                    return period
    return None


_UNDERSCORES = re.compile(r"(?<![0-9])([0-9]{4})_([0-9]{1,2})_([0-9]{1,2})(?![0-9])")


def name_text(name: str) -> str:
    """The name of a file as text: 2026_10_31 in it is a day, other underscores are blanks."""
    return _UNDERSCORES.sub(r"\1-\2-\3", name).replace("_", " ")


def _period(ends: Sequence[str], order: Order, today: date) -> Steps[Period | None]:
    if all(_ISO.fullmatch(end) for end in ends):
        try:
            first, last = map(date.fromisoformat, ends)
        except ValueError:  # 2026-02-30
            return None
        if last.year <= BUDDHIST[0]:
            return Period(first, last) if first <= last else None
    text = pl.Series("t", list(ends))
    rows = pl.Series("r", [0, 0], pl.UInt32)
    for attempt in (order, attrs.evolve(order, day_first=not order.usual)):
        found = yield from days(text, rows, attempt, today)
        first, last = found.parsed.values
        if first is not None and last is not None and first <= last:
            return Period(first, last)
    return None
