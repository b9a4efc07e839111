"""Give plugins the combined counts, and join what they computed to the measured subjects."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

import attrs
import polars as pl

from advisor.ingest import CountSet
from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import Measured
from advisor.metrics.windows import Windows
from advisor.model import Business, CountUnit, Grain, Reading, Vocabulary, is_count
from advisor.plugin import Counts, CountTable, Coverage, Derived, MetricsContext, Within


def counts_for_plugins(
    rows: Iterable[CountedRows],
    windows: Windows,
    vocabulary: Vocabulary,
    *,
    sets: Iterable[CountSet] = (),
    links: Mapping[str, pl.DataFrame] = MappingProxyType({}),
    readings: Mapping[str, Sequence[Reading]] = MappingProxyType({}),
) -> Counts:
    """The combined counts as plugins get them: *rows*, which metrics of the vocabulary are measured
    from, and those of *sets* that divide a whole or only name subjects. *readings* are those of
    each shop."""
    tables = [_table(one, (), windows) for one in rows]
    for one in sets:
        for grain, frame in one.by_grain():
            if one.breakdowns or not any(map(is_count, frame.columns)):
                whole = one.subject == "shop"
                keyed = frame.with_columns(key=pl.col("shop")) if whole else frame
                apart = CountedRows(one.subject, one.family, grain, keyed)
                tables.append(_table(apart, one.breakdowns, windows))
    states = (c.id for c in vocabulary.counts.values() if c.unit is CountUnit.STATE)
    return Counts(tuple(tables), links, tuple(_coverage(readings)), frozenset(states))


def context_for_plugins(
    today: date, businesses: Iterable[Business], windows: Windows
) -> MetricsContext:
    """What plugins may know of each shop beside its counts."""
    about = [(one.id, one.currency, one.region) for one in businesses]
    texts = dict.fromkeys(("shop", "currency", "region"), pl.String)
    shops = pl.DataFrame(about, schema=texts, orient="row")
    return MetricsContext(today, shops.join(windows.frame, on="shop", maintain_order="left"))


def _table(rows: CountedRows, breakdowns: tuple[str, ...], windows: Windows) -> CountTable:
    without = [shop for shop, window in windows.by_shop.items() if window.current is None]

    def select(within: Within) -> pl.DataFrame:
        if within == "always":
            return rows.frame
        inside = rows.within(windows, earlier=within == "before")
        if within == "window" and rows.grain is Grain.DAY and without:
            every_day = rows.frame.filter(pl.col("shop").is_in(without))
            inside = pl.concat([inside, every_day])
        return inside

    columns = frozenset(rows.frame.columns)
    return CountTable(rows.subject, rows.family, rows.grain, breakdowns, columns, select)


def _coverage(readings: Mapping[str, Sequence[Reading]]) -> Iterator[Coverage]:
    for shop, of in readings.items():
        for reading in of:
            if reading.period is not None:
                for table in reading.tables:
                    counts = frozenset(table.counts)
                    yield Coverage(shop, table.subject, table.family, counts, reading.period)


def with_derived(
    measured: Mapping[str, Measured], derived: Sequence[Derived], vocabulary: Vocabulary
) -> dict[str, Measured]:
    """Joins what plugins computed to the subjects; a subject that only they know is added."""
    found = dict(measured)
    for one in derived:
        frame = one.frame
        if frame.height == 0:
            continue
        if one.subject == "shop":
            frame = frame.with_columns(pl.col("shop").alias("key"))
        names = {c for c in frame.columns if c in vocabulary.metrics or c in vocabulary.symbols}
        for name in sorted(names & vocabulary.metrics.keys()):
            if f"{name}.se" not in frame.columns:
                spread = (pl.col(f"{name}.hi") - pl.col(f"{name}.lo")) / (2 * 1.96)
                frame = frame.with_columns((spread / pl.col(name)).abs().alias(f"{name}.se"))
            if f"{name}.n" not in frame.columns:
                frame = frame.with_columns(pl.lit(None, pl.Float64).alias(f"{name}.n"))
        at = found.get(one.subject)
        if at is None:
            name = "name" if "name" in frame.columns else "key"
            frame = frame.with_columns(pl.col(name).fill_null(pl.col("key")).alias("name"))
            if "days" not in frame.columns:
                frame = frame.with_columns(pl.lit(None, pl.Float64).alias("days"))
            found[one.subject] = Measured(
                one.subject, frame.sort("shop", "key"), frozenset(names), ()
            )
            continue
        extra = frame.drop([c for c in ("name", "days") if c in frame.columns])
        extra = extra.drop(
            [c for c in extra.columns if c in at.frame.columns and c not in ("shop", "key")]
        )
        joined = at.frame.join(extra, on=["shop", "key"], how="full", coalesce=True)
        named = joined.with_columns(pl.col("name").fill_null(pl.col("key"))).sort("shop", "key")
        found[one.subject] = attrs.evolve(at, frame=named, metrics=at.metrics | names)
    return found
