"""The counts of one kind of subject at one grain."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property

import attrs
import polars as pl

from advisor.ingest import Counted
from advisor.metrics.subject_sums import IDENTITY, SubjectSums
from advisor.metrics.window_rows import Span, days_of, in_periods, in_window, periods_of
from advisor.metrics.windows import Windows
from advisor.model import (
    NO_WINDOW,
    WINDOW_DAYS,
    CountUnit,
    Grain,
    Period,
    Vocabulary,
    Window,
    before,
    frozen,
    is_count,
    newest,
)
from advisor.stats import has_one_value


@frozen(eq=False)
class CountedRows:
    """Rows of counts of one subject kind, family and grain, in which nothing is there twice.

    *alike*: the days behind a sum are known to vary by chance alone, as in a rule's case.
    *states*: all counts are states, of which the newest holds.
    """

    subject: str
    family: str
    grain: Grain
    frame: pl.DataFrame
    alike: bool = False
    states: bool = False
    _within: dict[Hashable, pl.DataFrame] = attrs.field(factory=dict, init=False, repr=False)
    _sums: dict[int, SubjectSums] = attrs.field(factory=dict, init=False, repr=False)

    @cached_property
    def shops(self) -> tuple[str, ...]:
        """The shops that have rows here."""
        shops = self.frame["shop"]
        if has_one_value(shops):
            return (shops[0],)
        return tuple(shops.unique(maintain_order=True))

    @property
    def last_days(self) -> pl.LazyFrame:
        """`shop`, `to` and `_file`: the different last days of each shop's rows, by file."""
        shop, day, file = pl.col("shop"), pl.col("to"), pl.col("_file")
        if len(self.shops) != 1 or not has_one_value(self.frame["_file"]):
            return self.frame.lazy().select(shop, day, file).unique()
        return self.frame.lazy().select(shop.first(), day.unique(), file.first())

    @cached_property
    def known(self) -> Mapping[str, frozenset[str]]:
        """The columns in which each shop has a value."""
        return known_columns(self.frame)

    @cached_property
    def above_zero(self) -> Mapping[str, frozenset[str]]:
        """The counts of which each shop has some."""
        counts = [column for column in self.frame.columns if is_count(column)]
        if len(self.shops) == 1:
            some = (c for c in counts if any((self.frame[c].min(), self.frame[c].max())))
            return {self.shops[0]: frozenset(some)}
        return _shops_where(self.frame[["shop", *counts]], lambda values: (values != 0).any())

    def within(self, window: Window | Windows, *, earlier: bool = False) -> pl.DataFrame:
        """The rows that speak of the window, or of the one before it; see in_window."""
        return self._rows(window, earlier=earlier, later=False)

    def held(self, window: Window | Windows) -> pl.DataFrame:
        """The rows that speak of the window; of states also what was noted after it, up to the day
        until which it holds."""
        return self._rows(window, earlier=False, later=self.states)

    def own(self, windows: Windows, *, earlier: bool = False) -> pl.DataFrame | None:
        """The rows of the subjects that have a window of their own in it (or in the days before
        it); None where none has."""
        if windows.subjects is None or self.grain is not Grain.DAY:
            return None
        others = windows.subjects.lazy().filter(pl.col("kind") == self.subject).drop("kind")
        first, end = pl.col("own_first"), pl.col("last")
        if earlier:
            first, end = pl.col("own_before_first"), pl.col("own_first") - pl.duration(days=1)
        last = windows.frame.lazy().select("shop", "last")
        return (
            self.frame.lazy()
            .join(others, on=IDENTITY, how="inner", maintain_order="left")
            .join(last, on="shop", how="left", maintain_order="left")
            .filter(pl.col("from").is_between(first, end))
            .select(self.frame.columns)
            .collect(engine="in-memory")
        )

    def _rows(self, window: Window | Windows, *, earlier: bool, later: bool) -> pl.DataFrame:
        asked: Hashable = (window, earlier, later)
        if self.grain is Grain.DAY:  # two windows of the same days have the same rows
            asked = days_of(window, earlier=earlier, later=later) or asked
        if asked not in self._within:
            self._within[asked] = (
                in_window(self.frame, self.grain, window, earlier=earlier, later=later)
                if self.grain is Grain.DAY
                else in_periods(self.frame, self._periods, window, earlier=earlier, later=later)
            )
        return self._within[asked]

    def subject_sums(self, rows: pl.DataFrame) -> SubjectSums:
        """What the subjects of some of these *rows* come to."""
        if id(rows) not in self._sums:
            self._sums[id(rows)] = SubjectSums(rows, self.grain is Grain.DAY)
        return self._sums[id(rows)]

    @cached_property
    def _periods(self) -> Sequence[Span]:
        return periods_of(self.frame)


def known_columns(frame: pl.DataFrame) -> Mapping[str, frozenset[str]]:
    """The columns of *frame* in which each shop has a value."""
    if has_one_value(frame["shop"]):  # then its columns tell it by themselves
        held = (c for c in frame.columns if frame[c].null_count() < frame.height)
        return {frame["shop"][0]: frozenset(held) - {"shop"}}
    return _shops_where(frame, lambda values: values.is_not_null().any())


def _shops_where(
    frame: pl.DataFrame, holds: Callable[[pl.Expr], pl.Expr]
) -> Mapping[str, frozenset[str]]:
    """For each shop of *frame* the columns of which something *holds*."""
    columns = [column for column in frame.columns if column != "shop"]
    asked = [holds(pl.col(column)).fill_null(value=False).alias(column) for column in columns]
    found = frame.lazy().group_by("shop").agg(asked).collect(engine="in-memory")
    return {
        shop: frozenset(column for column, held in zip(columns, here, strict=True) if held)
        for shop, *here in found.iter_rows()
    }


def as_counted_rows(
    counted: Counted, names: Mapping[str, str], vocabulary: Vocabulary
) -> Iterable[CountedRows]:
    """The sets of counts, one for each grain. What is broken down is not a subject's whole. *names*
    are those of the shops, by id."""
    for one in counted.sets:
        if one.breakdowns:
            continue
        for grain, frame in one.by_grain():
            if not any(map(is_count, frame.columns)):
                continue  # it only says what subjects are called
            states = _states_alone(frame, vocabulary)
            if one.subject == "shop":  # one row a shop, whatever a file calls it
                name = pl.col("shop").replace_strict(names, return_dtype=pl.String)
                whole = frame.with_columns(pl.col("shop").alias("key"), name.alias("name"))
                yield CountedRows(one.subject, one.family, grain, whole, states=states)
            else:
                yield CountedRows(one.subject, one.family, grain, frame, states=states)


def choose_windows(
    rows: Iterable[CountedRows],
    shops: Iterable[str],
    asked: Period | None,
    today: date,
    vocabulary: Vocabulary,
    counted: Counted | None = None,
) -> Windows:
    """The window of each of *shops*: the days that the user *asked* for, else the newest full ones
    of the shop's data. What was noted after them holds up to the day of the run, unless the user
    asked for days after which the data go on. *counted* has the files that *rows* are of.

    A table with gaps (LIVEs) says nothing about where the data end, unless there is no other: then
    they end where its file says that it ends. With neither, the newest report without days is the
    window; else a list that the owner keeps (violations, samples) is complete up to the day before
    the run, and one of states alone (stock, a score) up to its newest day.
    """
    rows = tuple(rows)
    days = [one for one in rows if one.grain is Grain.DAY]
    found = _newest_days(days, today, vocabulary, counted) if days else {}
    periods: dict[str, Period] = {}
    if asked is None and any(ends.sure is None for ends in found.values()):
        hands = counted.by_hand if counted else ()
        periods = _newest_periods(rows, today, [at for at, own in enumerate(hands) if own])
    windows: dict[str, Window] = {}
    for shop in shops:
        ends = found.get(shop, _NO_ENDS)
        period = periods.get(shop) if shop in found and ends.sure is None else None
        if period is not None:
            windows[shop] = Window(period, before(period), until=today)
        else:
            windows[shop] = _window(asked, ends.sure or ends.listed or ends.noted, today)
    return Windows(windows)


@frozen
class _Ends:
    """The last day of a shop's data: *sure* by files that show it, *listed* in lists that the owner
    keeps, *noted* in states."""

    sure: date | None
    listed: date | None
    noted: date | None


_NO_ENDS = _Ends(None, None, None)


def _newest_days(
    tables: Sequence[CountedRows], today: date, vocabulary: Vocabulary, counted: Counted | None
) -> Mapping[str, _Ends]:
    yesterday = today - timedelta(days=1)
    stated = counted.ends if counted else ()
    hands = counted.by_hand if counted else ()
    files = pl.LazyFrame(
        {"_file": range(len(stated)), "stated": stated, "listed": hands},
        schema={"_file": pl.UInt32, "stated": pl.Date, "listed": pl.Boolean},
    )
    last, day = pl.col("to").max(), pl.col("to")
    near = day.filter(day > last - pl.duration(days=WINDOW_DAYS)).n_unique()
    capped = pl.when(pl.col("stated") <= yesterday).then("stated").otherwise(pl.lit(yesterday))
    said = pl.max_horizontal("to", pl.when(pl.col("stated").is_not_null()).then(capped))
    own = pl.col("listed").fill_null(value=False)
    ends = [
        one.last_days.filter(day < today)
        .join(files, on="_file", how="left")
        .group_by("shop")
        .agg(
            last.alias("last"),
            said.filter(~own).max().alias("said"),
            pl.when(own.any()).then(pl.lit(yesterday)).alias("listed"),
            (~own.any() & (near >= WINDOW_DAYS // 2)).alias("dense"),
            pl.lit(_states_alone(one.frame, vocabulary)).alias("states"),
        )
        for one in tables
    ]
    states, dense = pl.col("states"), pl.col("dense")
    table = (
        pl.concat(ends)
        .group_by("shop")
        .agg(
            pl.coalesce(
                pl.col("last").filter(dense & ~states).max(),
                pl.col("said").filter(~states).max(),
            ).alias("sure"),
            pl.col("listed").filter(~states).max(),
            pl.col("last").filter(states).max().alias("noted"),
        )
        .collect(engine="in-memory")
    )
    return {shop: _Ends(*values) for shop, *values in table.iter_rows()}


def _newest_periods(
    rows: Sequence[CountedRows], today: date, by_hand: Sequence[int]
) -> dict[str, Period]:
    """The newest report without days of each shop that ends before *today*, of files that are not
    kept *by_hand*."""
    parts = [
        one.frame.lazy()
        .filter(pl.col("to") < today, pl.col("from").is_not_null(), ~pl.col("_file").is_in(by_hand))
        .select("shop", "from", "to")
        .unique()
        for one in rows
        if one.grain is Grain.PERIOD
    ]
    if not parts:
        return {}
    newest_last = (
        pl.concat(parts)
        .unique()
        .sort("to", "from")
        .group_by("shop")
        .agg(pl.col("from").last(), pl.col("to").last())
    )
    spans = newest_last.collect(engine="in-memory").iter_rows()
    return {shop: Period(first, last) for shop, first, last in spans}


def _window(asked: Period | None, last: date | None, today: date) -> Window:
    if asked is not None:
        past = last is not None and last > asked.last
        return Window(asked, before(asked), until=None if past else today)
    if last is None:
        return NO_WINDOW
    return attrs.evolve(newest((last,), today), until=today)


def _states_alone(frame: pl.DataFrame, vocabulary: Vocabulary) -> bool:
    counts = (vocabulary.counts[c] for c in frame.columns if c in vocabulary.counts)
    return all(count.unit is CountUnit.STATE for count in counts)


def with_pools(rows: Iterable[CountedRows], vocabulary: Vocabulary) -> Iterator[CountedRows]:
    """*rows*, and again the rows of every kind that another kind pools, as that kind's one
    subject."""
    pools = {kind.pools: kind for kind in vocabulary.subjects.values() if kind.pools}
    for one in rows:
        yield one
        kind = pools.get(one.subject)
        if kind is None:
            continue
        frame = one.frame.with_columns(
            pl.lit(one.subject).alias("key"), pl.lit(kind.title).alias("name")
        )
        parents = [column for column in frame.columns if column.startswith("parent.")]
        yield attrs.evolve(one, subject=kind.id, frame=frame.drop(parents))
