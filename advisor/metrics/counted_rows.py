"""The counts of one kind of subject at one grain."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

import attrs
import polars as pl

from advisor.ingest import Counted
from advisor.metrics.window_rows import in_window
from advisor.model import (
    NO_WINDOW,
    WINDOW_DAYS,
    CountUnit,
    Grain,
    Request,
    Vocabulary,
    Window,
    before,
    chosen,
    is_count,
    newest,
)

IDENTITY = ("shop", "key")


@attrs.frozen(eq=False)
class CountedRows:
    """Rows of counts of one subject kind, family and grain, in which nothing is there twice.

    *alike*: the days behind a sum are known to vary by chance alone, as in a rule's case.
    """

    subject: str
    family: str
    grain: Grain
    frame: pl.DataFrame
    alike: bool = False
    _within: dict[tuple[Window, bool], pl.DataFrame] = attrs.field(
        factory=dict, init=False, repr=False
    )

    def within(self, window: Window, *, earlier: bool = False) -> pl.DataFrame:
        """The rows that speak of the window, or of the one before it; see in_window."""
        asked = (window, earlier)
        if asked not in self._within:
            self._within[asked] = in_window(self.frame, self.grain, window, earlier=earlier)
        return self._within[asked]


def as_counted_rows(counted: Counted, shop_name: str) -> Iterable[CountedRows]:
    """The sets of counts, one for each grain. What is broken down is not a subject's whole."""
    for one in counted.sets:
        if one.breakdowns:
            continue
        grains = ((Grain.DAY, one.rows), (Grain.PERIOD, one.totals), (Grain.LIFETIME, one.lifetime))
        for grain, frame in grains:
            if frame is None or frame.height == 0:
                continue
            if not any(map(is_count, frame.columns)):
                continue  # it only says what subjects are called
            if one.subject == "shop":  # one row a shop, whatever a file calls it
                whole = frame.with_columns(
                    pl.col("shop").alias("key"), pl.lit(shop_name).alias("name")
                )
                yield CountedRows(one.subject, one.family, grain, whole)
            else:
                yield CountedRows(one.subject, one.family, grain, frame)


def window_of(rows: Sequence[CountedRows], request: Request, vocabulary: Vocabulary) -> Window:
    """The window that the user chose, else the newest full days of the shop's data.

    A table with gaps (violations, LIVEs) says nothing about where the data end, unless there is no
    other; one of states alone (stock, a rate that still holds) never does.
    """
    asked = chosen(request.first, request.last, request.month, request.today)
    if asked is not None:
        return Window(asked, before(asked))
    dense: list[date] = []
    sparse: list[date] = []
    for one in rows:
        if one.grain is Grain.DAY and not _states_alone(one, vocabulary):
            days = one.frame["to"].drop_nulls()
            full = days.filter(days < request.today).unique().sort()
            if full.len():
                last: date = full[-1]
                near = full.filter(full > last - timedelta(days=WINDOW_DAYS)).len()
                (dense if near >= WINDOW_DAYS // 2 else sparse).append(last)
    ends = dense or sparse
    return newest(ends, request.today) if ends else NO_WINDOW


def _states_alone(rows: CountedRows, vocabulary: Vocabulary) -> bool:
    counts = (vocabulary.counts[c] for c in rows.frame.columns if c in vocabulary.counts)
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
