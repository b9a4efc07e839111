"""The combined counts of a block of shops: what metrics of plugins are made of.

Overlap is decided before: of two files with the same days each event is in here once. A plugin
never has to choose between files.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import attrs

from advisor.model import NO_WINDOW, Grain, Period, Window, frozen, is_count

if TYPE_CHECKING:
    import polars as pl
else:  # the words of plugins are wanted without their numbers too
    import lazy_loader

    pl = lazy_loader.load("polars")

Within = Literal["window", "held", "before", "always"]
Select = Callable[[Within], "pl.DataFrame"]
AddUp = Callable[[Within, Sequence[str]], "pl.DataFrame"]
_LABELS = ("shop", "key", "name")
_SUBJECT = ("shop", "key")
_DAYS = "days"


@frozen(eq=False)
class MetricsContext:
    """What a plugin may know beside the counts. *today* is the day of the run.

    *shops* has a row a shop: `shop`, `currency`, `region`, `first` and `last` of its window,
    `before_first` and `before_last` of the window before; null where that is not known.
    """

    today: date
    shops: pl.DataFrame

    @classmethod
    def of_one(
        cls,
        today: date,
        shop: str = "",
        currency: str | None = None,
        region: str | None = None,
        window: Window = NO_WINDOW,
    ) -> MetricsContext:
        """The context of one shop."""
        days = [
            day
            for period in (window.current, window.before)
            for day in ((period.first, period.last) if period else (None, None))
        ]
        types: dict[str, type[pl.DataType]]
        types = dict.fromkeys(("shop", "currency", "region"), pl.String)
        types |= dict.fromkeys(("first", "last", "before_first", "before_last"), pl.Date)
        row = [shop, currency, region, *days]
        return cls(today, pl.DataFrame([row], schema=types, orient="row"))

    def only(self, shops: Collection[str]) -> MetricsContext:
        """The context of some of the shops."""
        return MetricsContext(self.today, self.shops.filter(pl.col("shop").is_in(sorted(shops))))

    @property
    def currency(self) -> str | None:
        """The currency of the shop, for a hook that is called once a shop."""
        return self._text("currency")

    @property
    def region(self) -> str | None:
        """The region of the shop, for a hook that is called once a shop."""
        return self._text("region")

    @property
    def window(self) -> Period | None:
        """The window of the shop, for a hook that is called once a shop."""
        first, last = self._of_one("first"), self._of_one("last")
        return None if first is None or last is None else Period(first, last)

    def _text(self, column: str) -> str | None:
        value = self._of_one(column)
        return None if value is None else str(value)

    def _of_one(self, column: str) -> Any:
        if self.shops.height != 1:
            raise ValueError(f"{self.shops.height} shops have no one {column}; see context.shops")
        return self.shops[column][0]


@frozen(eq=False)
class CountTable:
    """Counts about one kind of *subject*, from one *family* of files, at one *grain*.

    Tables of two families count in two ways and are never added up. One with *breakdowns* divides
    a whole that another table counts.
    """

    subject: str
    family: str
    grain: Grain
    breakdowns: tuple[str, ...]
    columns: frozenset[str]
    _select: Select = attrs.field(repr=False)
    _add_up: AddUp | None = attrs.field(default=None, repr=False)
    _sums: dict[Within, pl.DataFrame] = attrs.field(factory=dict, init=False, repr=False)

    def rows(self, within: Within = "window") -> pl.DataFrame:
        """The rows of the window, of the one *before* it, or of all days. With *held*, those of the
        window and of states also what was noted after it, up to the day of the run.

        Columns: `shop`, `key`, `name`, `parent.<kind>`, `from`, `to`, `by.<breakdown>`,
        `currency`, one a count (null: missing), `_file` and `_row`. Of tables without days, the
        rows of the window are those of the newest report that the window can be judged by.
        """
        return self._select(within).clone()  # columns added to it in place stay out of the host's

    def sums(self, counts: Sequence[str], within: Within, states: frozenset[str]) -> pl.DataFrame:
        """`shop`, `key`, `name`, `days` and *counts* added up over the rows that have them all; of
        *states* the newest values. Sorted by shop and key."""
        frame = self._select(within)
        lacking = [count for count in counts if frame[count].null_count()]
        if lacking or not states.isdisjoint(counts):
            return self._added(frame.lazy().drop_nulls(lacking), counts, states)
        if within not in self._sums:
            # What every row has is added up over the same rows for whoever asks: once for all.
            whole = [
                column
                for column in frame.columns
                if is_count(column) and column not in states and not frame[column].null_count()
            ]
            self._sums[within] = (
                self._added(frame.lazy(), whole, states)
                if self._add_up is None
                else self._add_up(within, whole)
            )
        return self._sums[within][[*_LABELS, _DAYS, *counts]]

    def _added(
        self, rows: pl.LazyFrame, counts: Sequence[str], states: Collection[str]
    ) -> pl.DataFrame:
        length = (pl.col("to") - pl.col("from")).dt.total_days().max() + 1
        span = pl.col("from").n_unique() if self.grain is Grain.DAY else length
        return (
            rows.group_by(_SUBJECT)
            .agg(
                pl.col("name").last(),
                # A span cannot be split over threads, whose parts would be added in any order.
                span.cast(pl.Float64).alias(_DAYS),
                *_together(counts, states),
            )
            .select(*_LABELS, _DAYS, *counts)
            .sort(_SUBJECT)
            .collect(engine="in-memory")
        )


@frozen
class Coverage:
    """The days of a file: it has *counts* of a kind of *subject* in them, be they 0."""

    shop: str
    subject: str
    family: str
    counts: frozenset[str]
    period: Period


@frozen(eq=False)
class Counts:
    """The combined counts of a block of shops, each event once.

    Every frame has a `shop` column; of the kind `shop` the key is the shop's id. *links* are pairs
    of keys by relation (`shop`, `from`, `to`), *coverage* the days of the files, *states* the
    counts that are levels at a moment (stock, a budget) and are never added up.

    Methods give what is known of all counts that they are asked for. As with metrics of the
    vocabulary, each subject's rows come from one source alone: days before periods before
    lifetimes, and among these the first family by name that has some. So a count is the same
    number here and in a metric of the vocabulary.
    """

    tables: tuple[CountTable, ...] = ()
    links: Mapping[str, pl.DataFrame] = attrs.field(factory=dict)
    coverage: tuple[Coverage, ...] = ()
    states: frozenset[str] = frozenset()

    def only(self, shops: Collection[str]) -> Counts:
        """The counts of some of the shops."""
        among = pl.col("shop").is_in(sorted(shops))
        return attrs.evolve(
            self,
            tables=tuple(_only(table, among) for table in self.tables),
            links={relation: frame.filter(among) for relation, frame in self.links.items()},
            coverage=tuple(one for one in self.coverage if one.shop in shops),
        )

    def having(
        self,
        subject: str,
        counts: Sequence[str] = (),
        *,
        families: Collection[str] = (),
        grains: Collection[Grain] = tuple(Grain),
        breakdowns: Sequence[str] = (),
    ) -> tuple[CountTable, ...]:
        """The tables about *subject* that have all of *counts*, in the order in which they are
        believed. Of *families* alone, if any are named; broken down by *breakdowns* and nothing
        else."""
        order = list(Grain)
        asked = tuple(sorted(breakdowns))
        found = [
            table
            for table in self.tables
            if table.subject == subject
            and table.columns.issuperset(counts)
            and table.breakdowns == asked
            and table.grain in grains
            and (not families or table.family in families)
        ]
        return tuple(sorted(found, key=lambda table: (order.index(table.grain), table.family)))

    def rows(
        self,
        subject: str,
        counts: Sequence[str],
        *,
        within: Within = "window",
        families: Collection[str] = (),
        grains: Collection[Grain] = tuple(Grain),
        breakdowns: Sequence[str] = (),
        labels: Sequence[str] = (),
    ) -> pl.DataFrame:
        """`shop`, `key`, `name`, `from`, `to`, *labels* (`parent.campaign`; null where a table has
        none), `by.<breakdown>` and *counts*: the rows in which all counts are known."""
        found = self._rows(
            subject, counts, within, families, grains, breakdowns=breakdowns, labels=labels
        )
        if found is None:
            broken = (f"by.{breakdown}" for breakdown in breakdowns)
            return _empty([*_LABELS, "from", "to", *labels, *broken, *counts], counts)
        return found.collect(engine="in-memory")

    def days(
        self,
        subject: str,
        counts: Sequence[str],
        *,
        within: Within = "window",
        families: Collection[str] = (),
    ) -> pl.DataFrame:
        """`shop`, `key`, `name`, `from` and *counts*: one row for each subject and day on which
        all are known, in this order."""
        rows = self._rows(subject, counts, within, families, (Grain.DAY,))
        if rows is None:
            return _empty([*_LABELS, "from", *counts], counts)
        days = rows.group_by(*_SUBJECT, "from", maintain_order=True).agg(
            pl.col("name").last(), *_together(counts, self.states)
        )
        return (
            days.select(*_LABELS, "from", *counts)
            .sort(*_SUBJECT, "from")
            .collect(engine="in-memory")
        )

    def sums(
        self,
        subject: str,
        counts: Sequence[str],
        *,
        within: Within = "window",
        families: Collection[str] = (),
    ) -> pl.DataFrame:
        """`shop`, `key`, `name`, how many `days` (null where not known) and *counts* added up: one
        row a subject. Of a state, its newest value."""
        newest = within == "window" and self.states.issuperset(counts)
        told: Within = "held" if newest else within
        frames = [
            table.sums(counts, told, self.states)
            for table in self.having(subject, counts, families=families)
        ]
        if not frames:
            return _empty((*_LABELS, _DAYS, *counts), (_DAYS, *counts))
        if len(frames) == 1:
            return frames[0]
        together = pl.concat([frame.lazy() for frame in frames])
        first = together.unique(_SUBJECT, keep="first", maintain_order=True)
        return first.sort(_SUBJECT).collect(engine="in-memory")

    def newest(
        self,
        subject: str,
        counts: Sequence[str],
        *,
        until: date | None = None,
        within: Within = "always",
    ) -> pl.DataFrame:
        """`shop`, `key`, `name`, `from` and *counts*: of each subject the newest day on which all
        are known, not after *until*. Of the window, states that were noted after it count too, up
        to the day of the run."""
        days = self.days(subject, counts, within="held" if within == "window" else within)
        if until is not None:
            days = days.filter(pl.col("from") <= until)
        return days.unique(_SUBJECT, keep="last", maintain_order=True)

    def covered(self, subject: str, count: str, *, families: Collection[str] = ()) -> pl.DataFrame:
        """`shop` and `day`: the days of the files that have *count* of *subject*. On these a row
        that is not there is none; on all others it is missing."""
        found = {
            (one.shop, one.period.first, one.period.last)
            for one in self.coverage
            if one.subject == subject
            and count in one.counts
            and (not families or one.family in families)
        }
        schema = {"shop": pl.String, "first": pl.Date, "last": pl.Date}
        spans = pl.DataFrame(sorted(found), schema=schema, orient="row")
        days = pl.date_ranges("first", "last").alias("day")
        each = (
            spans.select("shop", days).explode("day")
            if spans.height
            else spans.select("shop", day="first")
        )
        return each.unique().sort("shop", "day")

    def _rows(
        self,
        subject: str,
        counts: Sequence[str],
        within: Within,
        families: Collection[str],
        grains: Collection[Grain],
        *,
        breakdowns: Sequence[str] = (),
        labels: Sequence[str] = (),
    ) -> pl.LazyFrame | None:
        """What `rows` gives, where any table has these counts."""
        texts = [*labels, *(f"by.{breakdown}" for breakdown in breakdowns)]
        frames = [
            _known(table.rows(within), counts).select(
                *_LABELS,
                "from",
                "to",
                *(
                    text if text in table.columns else pl.lit(None, pl.String).alias(text)
                    for text in texts
                ),
                *counts,
                pl.lit(at, pl.UInt32).alias("_source"),
            )
            for at, table in enumerate(
                self.having(
                    subject, counts, families=families, grains=grains, breakdowns=breakdowns
                )
            )
        ]
        if not frames:
            return None
        if len(frames) == 1:
            return frames[0].drop("_source")
        # Of each subject the first source alone.
        first = pl.col("_source") == pl.col("_source").min().over(_SUBJECT)
        return pl.concat(frames).filter(first).drop("_source")


def _together(counts: Sequence[str], states: Collection[str]) -> list[pl.Expr]:
    """Each of *counts* over the rows of a group."""
    return [
        pl.col(count).sort_by("to").last() if count in states else pl.col(count).sum()
        for count in counts
    ]


def _known(frame: pl.DataFrame, counts: Sequence[str]) -> pl.LazyFrame:
    """The rows in which all of *counts* are known."""
    lacking = [count for count in counts if frame[count].null_count()]
    return frame.lazy().drop_nulls(lacking) if lacking else frame.lazy()


def _empty(columns: Sequence[str], numbers: Collection[str]) -> pl.DataFrame:
    types: dict[str, type[pl.DataType]] = dict.fromkeys(columns, pl.String)
    types |= {name: pl.Date for name in ("from", "to") if name in types}
    return pl.DataFrame(schema=types | dict.fromkeys(numbers, pl.Float64))


def _only(table: CountTable, among: pl.Expr) -> CountTable:
    def select(within: Within) -> pl.DataFrame:
        return table.rows(within).filter(among)

    return CountTable(
        table.subject, table.family, table.grain, table.breakdowns, table.columns, select
    )
