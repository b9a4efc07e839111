"""Combined counts of tests: what a plugin's `advisor_metrics` gets in a run."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from advisor.ingest import combine
from advisor.metrics import (
    Windows,
    as_counted_rows,
    context_for_plugins,
    counts_for_plugins,
    with_pools,
)
from advisor.model import NO_WINDOW, Business, Period, Reading, Window, before, frozen
from advisor.plugin import Counts, CountTable, MetricsContext, Within
from advisor.testing.installed import registry_with


@frozen(eq=False)
class Block:
    """The *counts* of some shops and the *context*, to call `advisor_metrics` with."""

    counts: Counts
    context: MetricsContext

    def only(self, shops: Sequence[str]) -> "Block":
        """Some of the shops."""
        return Block(self.counts.only(shops), self.context.only(shops))


def counts_of(
    readings: Sequence[Reading],
    *,
    today: date | None = None,
    window: Period | None = None,
    shop: str = "shop",
    region: str | None = None,
    currency: str | None = None,
    plugins: Sequence[object] = (),
) -> Block:
    """The combined counts of one shop's *readings*, as a run would have them.

    *today* is the day after the last day of the readings, if it is not given. *plugins* (modules or
    objects with hooks) bring words beside those that are installed.
    """
    vocabulary = registry_with(tuple(plugins)).vocabulary()
    day = today or _after(readings)
    within = NO_WINDOW if window is None else Window(window, before(window), until=day)
    windows = Windows({shop: within})
    counted = combine(readings, vocabulary, shop=shop, currency=currency)
    counts = counts_for_plugins(
        with_pools(as_counted_rows(counted, {shop: shop}, vocabulary), vocabulary),
        windows,
        vocabulary,
        sets=counted.sets,
        links=counted.links,
        readings={shop: readings},
    )
    business = Business(id=shop, currency=currency, region=region)
    context = context_for_plugins(day, (business,), windows)
    return Block(counts, context)


def block_of(shops: Sequence[Block]) -> Block:
    """The counts of several shops as those of one block."""
    tables: dict[tuple[object, ...], list[CountTable]] = {}
    links: dict[str, list[pl.DataFrame]] = {}
    for one in shops:
        for table in one.counts.tables:
            place = (table.subject, table.family, table.grain, table.breakdowns)
            tables.setdefault(place, []).append(table)
        for relation, frame in one.counts.links.items():
            links.setdefault(relation, []).append(frame)
    counts = Counts(
        tuple(map(_stacked, tables.values())),
        {relation: pl.concat(frames) for relation, frames in links.items()},
        tuple(of for one in shops for of in one.counts.coverage),
        frozenset().union(*(one.counts.states for one in shops)),
    )
    frames = [one.context.shops for one in shops]
    return Block(counts, MetricsContext(shops[0].context.today, pl.concat(frames)))


def _after(readings: Sequence[Reading]) -> date:
    """The day after the last one that *readings* know of."""
    ends = (table.frame["to"].max() for reading in readings for table in reading.tables)
    known = [end for end in ends if isinstance(end, date)]
    return max(known, default=date(2026, 1, 28)) + timedelta(days=1)


def _stacked(tables: Sequence[CountTable]) -> CountTable:
    """Tables of the same counts of several shops as one."""

    def select(within: Within) -> pl.DataFrame:
        return pl.concat([table.rows(within) for table in tables], how="diagonal")

    first = tables[0]
    columns = frozenset().union(*(table.columns for table in tables))
    return CountTable(first.subject, first.family, first.grain, first.breakdowns, columns, select)
