"""Give plugins the combined counts, and join what they computed to the measured subjects."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

import attrs
import polars as pl

from advisor.ingest import CountSet
from advisor.metrics.counted_rows import CountedRows
from advisor.metrics.measured import Measured
from advisor.metrics.subject_sums import IDENTITY, Aggregate
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
    return MetricsContext(
        today, shops.join(windows.frame.drop("until"), on="shop", maintain_order="left")
    )


def _table(rows: CountedRows, breakdowns: tuple[str, ...], windows: Windows) -> CountTable:
    without = [shop for shop, window in windows.by_shop.items() if window.current is None]

    def select(within: Within) -> pl.DataFrame:
        if within == "always":
            return rows.frame
        if within == "held":
            inside = rows.held(windows)
        else:
            inside = rows.within(windows, earlier=within == "before")
        if within in ("window", "held") and rows.grain is Grain.DAY and without:
            every_day = rows.frame.filter(pl.col("shop").is_in(without))
            inside = pl.concat([inside, every_day])
        return inside

    def add_up(within: Within, counts: Sequence[str]) -> pl.DataFrame:
        sums = rows.subject_sums(select(within))
        found = sums.of_subjects(Aggregate(count, pl.col(count)) for count in counts)
        chosen = found.select(*IDENTITY, "name", "days", *counts).sort(IDENTITY)
        return chosen.collect(engine="in-memory")

    columns = frozenset(rows.frame.columns)
    return CountTable(rows.subject, rows.family, rows.grain, breakdowns, columns, select, add_up)


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
    by_kind: dict[str, list[pl.DataFrame]] = {}
    for one in derived:
        if one.frame.height:
            by_kind.setdefault(one.subject, []).append(one.frame)
    words = vocabulary.metrics.keys() | vocabulary.symbols.keys()
    for kind, frames in by_kind.items():
        at = found.get(kind)
        held = set(at.frame.columns) if at is not None else set()
        joined = at.frame.lazy() if at is not None else None
        names: set[str] = set()
        for frame in frames:
            own = _completed(frame, kind, vocabulary)
            columns = [c for c in own.collect_schema().names() if c not in held]
            names |= words & set(frame.columns)
            held |= {*columns, *IDENTITY}
            if joined is None:
                joined = own
            else:
                labels = ("name", "days") if at is not None else ()
                extra = own.select(*IDENTITY, *(c for c in columns if c not in labels + IDENTITY))
                joined = joined.join(extra, on=IDENTITY, how="full", coalesce=True)
        if joined is None:
            continue
        named = joined.with_columns(pl.col("name").fill_null(pl.col("key")))
        whole = named.sort(IDENTITY).collect(engine="in-memory").rechunk()
        if at is None:
            found[kind] = Measured(kind, whole, frozenset(names), ())
        else:
            found[kind] = attrs.evolve(at, frame=whole, metrics=at.metrics | names)
    return found


def told_apart(measured: Mapping[str, Measured]) -> dict[str, Measured]:
    """Adds to the name of each subject that, as it is printed, is also that of another one of its
    shop and kind the rest of its key: an id, a LIVE's time, or the names above it."""
    if not measured:
        return {}
    names = pl.concat(
        one.frame.lazy().select(pl.lit(kind).alias("kind"), "shop", "key", "name")
        for kind, one in measured.items()
    )
    shared = names.select(
        pl.col("kind").filter(pl.struct("kind", "shop", _SHOWN).is_duplicated() & _NAMED).unique()
    ).collect(engine="in-memory")
    kinds = set(shared["kind"])
    return {
        kind: attrs.evolve(one, frame=one.frame.with_columns(_LONG_NAME)) if kind in kinds else one
        for kind, one in measured.items()
    }


_PRINTED = 60  # letters of a name, see advisor.model.text.shorten
_SHOWN = pl.col("name").str.head(_PRINTED - 1)
_NAMED = pl.col("name") != pl.col("key")
_SHARED = pl.struct("shop", _SHOWN).is_duplicated() & _NAMED
_ABOVE = pl.col("key").str.strip_suffix(pl.format(" / {}", "name"))
# Of a long key the last part is its own: a campaign or a product stands before it.
_OWN = _ABOVE.str.split(" / ").list.last().str.tail(_PRINTED // 2)
_REST = pl.when(_ABOVE.str.len_chars() > _PRINTED // 2).then(_OWN).otherwise(_ABOVE)
_ROOM = _PRINTED - 3 - _REST.str.len_chars().cast(pl.Int64)
_LONG_NAME = (
    pl.when(_SHARED & (pl.col("name").str.len_chars() > _ROOM))
    .then(pl.format("{}… ({})", pl.col("name").str.head(_ROOM - 1), _REST))
    .when(_SHARED)
    .then(pl.format("{} ({})", "name", _REST))
    .otherwise("name")
    .alias("name")
)


def _completed(frame: pl.DataFrame, kind: str, vocabulary: Vocabulary) -> pl.LazyFrame:
    """*frame* with what measured subjects have: a name, days, standard errors and events."""
    columns = set(frame.columns)
    added: list[pl.Expr] = []
    if kind == "shop":
        added.append(pl.col("shop").alias("key"))
    if "name" not in columns:
        added.append(pl.lit(None, pl.String).alias("name"))
    if "days" not in columns:
        added.append(pl.lit(None, pl.Float64).alias("days"))
    for name in sorted(columns & vocabulary.metrics.keys()):
        # A ratio to next to nothing is infinite: it says nothing, and nothing is said of it.
        known = pl.col(name).is_finite()
        parts = [part for part in (name, f"{name}.lo", f"{name}.hi") if part in columns]
        added += [pl.when(known).then(pl.col(part)).alias(part) for part in parts]
        if f"{name}.se" not in columns:
            spread = (pl.col(f"{name}.hi") - pl.col(f"{name}.lo")) / (2 * 1.96)
            added.append(pl.when(known).then((spread / pl.col(name)).abs()).alias(f"{name}.se"))
        if f"{name}.n" not in columns:
            added.append(pl.lit(None, pl.Float64).alias(f"{name}.n"))
    return frame.lazy().with_columns(added)
