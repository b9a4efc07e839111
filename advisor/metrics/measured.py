"""From counts to metrics: ratios of sums for each subject, with their intervals.

A measured frame has one row a subject: `shop`, `key`, `name`, `parent.*`, and for each metric m

    m.x m.d m.e       sums of its numerator, denominator and events
    m.phi m.cv2       dispersion of the days, squared spread of the values
    m.each            what one event is worth (of others, where it had none)
    m.borrowed        of how many events beside its own that is told
    m m.lo m.hi       value and 95 % limits (null where it cannot be computed)
    m.n m.se          events it rests on; standard error of its logarithm

and the same as `m.before…` for the window before, where a rule asks for it. `days` is how many days
the row covers, and `m.days` those of a metric where several sources were measured.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, reduce
from operator import and_
from typing import Any

import attrs
import polars as pl

from advisor.metrics.counted_rows import CountedRows, known_columns
from advisor.metrics.required import RequiredMetrics, metric_of, possible, required_metrics
from advisor.metrics.subject_sums import IDENTITY, Aggregate, SubjectSums, grouped, span
from advisor.metrics.values import all_with_values
from advisor.metrics.windows import DAYS, Windows, with_days
from advisor.model import (
    Bands,
    CountUnit,
    Grain,
    Metric,
    MetricKind,
    Rule,
    Varies,
    Vocabulary,
    Window,
    define,
    frozen,
)
from advisor.stats import intervals as evidence

MEDIAN_SQUARE = 0.4549364  # of a standard normal
PARTS = ("x", "d", "e", "phi", "cv2")
AGO = "ago"
OWN_DAYS, OWN_FIRST = "own_days", "own_first"
_TWIN = "__twin"  # ends the columns of a further family


@frozen(eq=False)
class Measured:
    """All subjects of one kind. *metrics* are those that have columns in *frame*; *source* are the
    rows that were measured, for the lineage. *daily* has a row for each subject and each of the
    last days of the window, of which AGO says how many days before its end it is."""

    kind: str
    frame: pl.DataFrame
    metrics: frozenset[str]
    source: tuple[CountedRows, ...]
    daily: pl.DataFrame | None = None

    @cached_property
    def known(self) -> Mapping[str, frozenset[str]]:
        """The low limits that each shop has: `m.lo`, by which it is known whether m is."""
        limits = [column for column in self.frame.columns if column.endswith(".lo")]
        return known_columns(self.frame[["shop", *limits]])


def alone_with(
    name: str, measured: Mapping[str, Measured]
) -> Mapping[str, list[Mapping[str, Any]]]:
    """By shop, for each kind of which only one subject has the metric *name*, the row of it; of
    several there is no one number."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for _, one in sorted(measured.items()):
        if name not in one.metrics or name not in one.frame.columns:
            continue
        columns = [c for c in one.frame.columns if c == name or c.startswith(f"{name}.")]
        rows = one.frame.lazy().select("shop", *columns).drop_nulls(name)
        alone = rows.filter(pl.len().over("shop") == 1).collect(engine="in-memory")
        for row in alone.iter_rows(named=True):
            found.setdefault(row["shop"], []).append(row)
    return found


def sum_up(
    counted: Iterable[CountedRows],
    rules: Sequence[Rule],
    bands: Bands,
    windows: Windows,
    vocabulary: Vocabulary,
) -> None:
    """Works out what metrics and plugins will ask of long rows, which are grouped once for both."""
    long = [one for one in counted if one.subject_sums(one.held(windows)).lasts]
    if not long:
        return
    wanted = required_metrics(rules, vocabulary, bands)
    for rows in long:
        ask = possible(wanted.get(rows.subject, RequiredMetrics()), rows.subject, vocabulary)
        by_day = rows.grain is Grain.DAY
        for frame, own in (
            (rows.held(windows), ask.metrics),
            (rows.within(windows, earlier=True), ask.before),
        ):
            metrics = [metric_of(name, vocabulary) for name in sorted(own)]
            kept = rows.subject_sums(frame)
            sums(frame, metrics, vocabulary, by_day=by_day, alike=rows.alike, kept=kept)


def measure(
    counted: Iterable[CountedRows],
    wanted: Mapping[str, RequiredMetrics],
    window: Window | Windows,
    vocabulary: Vocabulary,
) -> dict[str, Measured]:
    """Every wanted metric of every kind that has rows."""
    by_kind: dict[str, list[CountedRows]] = {}
    for rows in counted:
        by_kind.setdefault(rows.subject, []).append(rows)
    kinds: list[str] = []
    kept: list[tuple[CountedRows, ...]] = []
    frames: list[tuple[pl.DataFrame, Mapping[str, Metric]]] = []
    by_day: dict[str, tuple[pl.DataFrame, Mapping[str, Metric]]] = {}
    for kind, sources in by_kind.items():
        sources.sort(key=lambda rows: (list(Grain).index(rows.grain), rows.family))
        ask = possible(wanted.get(kind, RequiredMetrics()), kind, vocabulary)
        own = [(rows, _measure_rows(rows, ask, window, vocabulary)) for rows in sources]
        sums_of = [frame for _, frame in own if frame is not None]
        if not sums_of:
            continue
        lazy = _coalesce(sums_of).sort(IDENTITY)
        known = frozenset(lazy.collect_schema().names())
        names = [*ask.metrics, *(f"{m}.before" for m in ask.before)]
        columns = sorted({n for n in names if f"{n}.x" in known})
        lazy = lazy.with_columns(_shared_spreads(known, columns))
        frame = lazy.collect(engine="in-memory").rechunk()
        metrics = {n: metric_of(n.removesuffix(".before"), vocabulary) for n in columns}
        kinds.append(kind)
        kept.append(tuple(rows for rows, frame in own if frame is not None))
        frames.append((frame, metrics))
        days = _measure_days(sources, ask, window, vocabulary)
        if days is not None:
            by_day[kind] = days
    daily = dict(zip(by_day, all_with_values(list(by_day.values())), strict=True))
    return {
        kind: Measured(
            kind=kind,
            frame=frame,
            metrics=frozenset(n for n in names if not n.endswith(".before")),
            source=source,
            daily=daily.get(kind),
        )
        for kind, source, (_, names), frame in zip(
            kinds, kept, frames, all_with_values(frames), strict=True
        )
    }


def _measure_rows(
    rows: CountedRows, ask: RequiredMetrics, window: Window | Windows, vocabulary: Vocabulary
) -> pl.LazyFrame | None:
    current = rows.held(window)
    if current.height == 0:
        return None
    metrics = [metric_of(name, vocabulary) for name in sorted(ask.metrics)]
    by_day = rows.grain is Grain.DAY
    # What is held once, as a LIVE, is its one day.
    once = any(kind.pools == rows.subject for kind in vocabulary.subjects.values())
    alike = rows.alike or (by_day and once)
    kept = rows.subject_sums(current)
    frame = sums(current, metrics, vocabulary, by_day=by_day, alike=alike, kept=kept)
    frame = _by_own_window(frame, rows, metrics, window, vocabulary)
    past = [metric_of(name, vocabulary) for name in sorted(ask.before)]
    if past:
        earlier = rows.within(window, earlier=True)
        if earlier.height:
            kept = rows.subject_sums(earlier)
            before = sums(earlier, past, vocabulary, by_day=by_day, alike=alike, kept=kept)
            before = _by_own_window(before, rows, past, window, vocabulary, earlier=True)
            columns = [c for c in before.collect_schema().names() if c.rpartition(".")[2] in PARTS]
            frame = frame.join(
                before.select(
                    *IDENTITY,
                    pl.col("days").alias("before.days"),
                    *(pl.col(c).alias(_before(c)) for c in columns),
                ),
                on=IDENTITY,
                how="left",
            )
    return frame


def _by_own_window(
    frame: pl.LazyFrame,
    rows: CountedRows,
    metrics: Sequence[Metric],
    window: Window | Windows,
    vocabulary: Vocabulary,
    *,
    earlier: bool = False,
) -> pl.LazyFrame:
    """*frame* of *rows*, with the rates of subjects that have a window of their own by its days:
    so many OWN_DAYS, from OWN_FIRST on. Totals, and all of other subjects, stay."""
    own = rows.own(window, earlier=earlier) if isinstance(window, Windows) else None
    if own is None or not isinstance(window, Windows) or window.subjects is None:
        return frame
    rates = [metric for metric in metrics if metric.kind is not MetricKind.EXACT]
    parts = sums(own, rates, vocabulary, by_day=True)
    there = set(parts.collect_schema().names())
    known = frame.collect_schema().names()
    twins = {
        f"{metric.id}.{part}": f"{metric.id}.{part}{_TWIN}"
        for metric in rates
        for part in PARTS
        if f"{metric.id}.{part}" in known and f"{metric.id}.{part}" in there
    }
    others = parts.select(
        *IDENTITY, pl.col("days").alias(OWN_DAYS), *(pl.col(c).alias(t) for c, t in twins.items())
    )
    first = window.subjects.lazy().filter(pl.col("kind") == rows.subject)
    since = first.select(*IDENTITY, pl.col("own_first").alias(OWN_FIRST))
    joined = frame.join(since, on=IDENTITY, how="left").join(others, on=IDENTITY, how="left")
    moved = [
        pl.when(pl.col(OWN_FIRST).is_not_null()).then(twin).otherwise(column).alias(column)
        for column, twin in twins.items()
    ]
    days = pl.coalesce(OWN_DAYS, "days")
    each = [days.alias(f"{metric.id}.days") for metric in rates if f"{metric.id}.x" in known]
    return joined.with_columns(*moved, *each).drop(twins.values())


def _measure_days(
    sources: Sequence[CountedRows],
    ask: RequiredMetrics,
    window: Window | Windows,
    vocabulary: Vocabulary,
) -> tuple[pl.DataFrame, Mapping[str, Metric]] | None:
    """The parts of daily metrics for each subject and each of the last days that *ask* wants, each
    metric from the first of *sources* that has it by day; None where none has."""
    left = {name: metric_of(name, vocabulary) for name in sorted(ask.daily)}
    found: pl.LazyFrame | None = None
    by = (*IDENTITY, "from")
    known: dict[str, Metric] = {}
    for rows in sources:
        current = rows.within(window) if rows.grain is Grain.DAY else rows.frame.clear()
        own = {n: m for n, m in left.items() if _counted(m, current.columns) and not m.derived}
        if not own or not current.height:
            continue
        last_days = _with_ago(current.lazy(), window).filter(pl.col(AGO) < ask.days)
        daily = list(own.values())
        frame = sums(current, daily, vocabulary, by_day=True, by=by, of=last_days)
        frame = frame.drop("name", "days")
        if found is not None:
            frame = frame.drop(c for c in frame.collect_schema().names() if c.startswith("parent."))
        found = frame if found is None else found.join(frame, on=by, how="full", coalesce=True)
        known |= own
        left = {n: m for n, m in left.items() if n not in own}
    if found is None:
        return None
    days = _with_ago(found.sort(by), window).with_columns(pl.lit(1.0).alias("days"))
    spreads = _shared_spreads(frozenset(days.collect_schema().names()), sorted(known))
    return days.with_columns(spreads).collect(engine="in-memory").rechunk(), known


def _with_ago(rows: pl.LazyFrame, window: Window | Windows) -> pl.LazyFrame:
    ago = (pl.col("last") - pl.col("from")).dt.total_days()
    return with_days(rows, window).with_columns(ago.alias(AGO)).drop(DAYS)


def _before(column: str) -> str:
    metric, _, part = column.rpartition(".")
    return f"{metric}.before.{part}"


def sums(
    frame: pl.DataFrame,
    metrics: Sequence[Metric],
    vocabulary: Vocabulary,
    *,
    by_day: bool,
    alike: bool = False,
    by: Sequence[str] = IDENTITY,
    of: pl.LazyFrame | None = None,
    kept: SubjectSums | None = None,
) -> pl.LazyFrame:
    """The parts of *metrics* for each subject (or each group of *by*) of rows of counts; *by_day*:
    a row is a day, *alike*: days that are not known, or too few to tell, do not vary beside
    chance. *of*: those rows of *frame* alone. *kept* are sums of *frame* that others asked for."""
    columns = frozenset(frame.columns)
    usable = [m for m in metrics if _counted(m, columns) and not m.derived]
    counts = {c for m in usable for c in m.counts() if c in columns}
    terms = _Terms.of_counts(frame, sorted(counts), alike=alike)
    parts = [p for m in usable for p in _parts(m, columns, vocabulary, terms, by_day=by_day)]
    labels: list[str] = []
    if "key" in by:
        labels = ["name", *(c for c in frame.columns if c.startswith("parent."))]
    asked = terms.aggregates()
    kept = kept or SubjectSums(frame, by_day)
    if of is None and by == IDENTITY:
        found = kept.of_subjects(asked)
    else:
        about = [*(pl.col(label).last() for label in labels), span(by_day=by_day)]
        found = grouped(frame.lazy() if of is None else of, by, asked, about)
    return found.select(*by, *labels, "days", *parts)


@define
class _Terms:
    """What is needed of each group: sums of terms of a row, and other aggregates, each once.

    *whole* are the counts that every row has, *positive* those of them that are never 0: what is
    asked of all rows needs no term of its own. *alike*: see sums.
    """

    whole: frozenset[str]
    positive: frozenset[str]
    alike: bool
    _summed: dict[str, tuple[str, pl.Expr]] = attrs.field(factory=dict)
    _others: dict[str, tuple[str, pl.Expr]] = attrs.field(factory=dict)

    @classmethod
    def of_counts(cls, frame: pl.DataFrame, counts: Sequence[str], *, alike: bool) -> "_Terms":
        """Terms of the rows of *frame*, of which *counts* are looked at."""
        whole = [c for c in counts if frame[c].null_count() == 0]
        above = (c for c in whole if frame.height and _least(frame[c]) > 0)
        return cls(frozenset(whole), frozenset(above), alike)

    def known(self, names: Iterable[str]) -> pl.Expr | None:
        """Which rows have all of *names*; None where every row does."""
        asked = [pl.col(name).is_not_null() for name in names if name not in self.whole]
        return reduce(and_, asked) if asked else None

    def above(self, expr: pl.Expr, valid: pl.Expr | None) -> pl.Expr | None:
        """Which *valid* rows have a sum of counts above 0; None where every row does."""
        if self.positive.issuperset(expr.meta.root_names()):
            return valid
        return expr > 0 if valid is None else valid & (expr > 0)

    def sum_where(self, rows: pl.Expr | None, term: pl.Expr) -> pl.Expr:
        """The sum of *term* over some rows of a group, or all of them."""
        return self.sum(term if rows is None else pl.when(rows).then(term))

    def count(self, rows: pl.Expr | None) -> pl.Expr:
        """How many rows of a group these are, or all of them."""
        return self.of(pl.len()) if rows is None else self.sum(rows)

    def sum(self, term: pl.Expr) -> pl.Expr:
        """The sum of *term* over the rows of a group, where it is not null."""
        name, _ = self._summed.setdefault(str(term), (f"__sum_{len(self._summed)}", term))
        return pl.col(name)

    def of(self, aggregate: pl.Expr) -> pl.Expr:
        """Any other aggregate of a group."""
        name, _ = self._others.setdefault(
            str(aggregate), (f"__aggregate_{len(self._others)}", aggregate)
        )
        return pl.col(name)

    def aggregates(self) -> list[Aggregate]:
        return [
            *(Aggregate(name, term=term) for name, term in self._summed.values()),
            *(Aggregate(name, value=value) for name, value in self._others.values()),
        ]


def _least(counts: pl.Series) -> float:
    least = counts.min()  # of a series it is no query
    return least if isinstance(least, int | float) else 0.0


def _counted(metric: Metric, columns: Collection[str]) -> bool:
    """Whether every count that *metric* requires is there, and one at least above and below."""
    sides = filter(None, (metric.numerator, metric.denominator))
    return all(name in columns for name in metric.required()) and all(
        any(name.rstrip("?") in columns for name in side) for side in sides
    )


def _parts(
    metric: Metric,
    columns: Collection[str],
    vocabulary: Vocabulary,
    terms: _Terms,
    *,
    by_day: bool,
) -> list[pl.Expr]:
    valid = terms.known(metric.required())

    def total(expr: pl.Expr) -> pl.Expr:
        if valid is None:
            return terms.sum(expr)
        return pl.when(terms.sum(valid) > 0).then(terms.sum(pl.when(valid).then(expr)))

    m = metric.id
    top = _added(metric.numerator, columns)
    if metric.kind is MetricKind.EXACT:
        return _exact_parts(metric, top, columns, vocabulary, terms, total, by_day=by_day)
    bottom = _added(metric.denominator, columns)
    parts = [total(top).alias(f"{m}.x"), total(bottom).alias(f"{m}.d")]
    if metric.kind is not MetricKind.MONEY:
        parts.append(total(top if metric.kind is MetricKind.RATE else bottom).alias(f"{m}.e"))
        parts.append(_phi(metric, top, bottom, valid, terms, by_day=by_day).alias(f"{m}.phi"))
        return parts
    of = metric.events or ""
    if of not in columns:
        ones = (pl.lit(1.0).alias(f"{m}.{part}") for part in ("phi", "cv2"))
        return [*parts, pl.lit(None, pl.Float64).alias(f"{m}.e"), *ones]
    events = pl.col(of)
    # Sales without a word on orders are not sales without an order.
    told = terms.known((*metric.required(), of))
    e = total(events) if told is None else pl.when(terms.sum(told) > 0).then(total(events))
    parts.append(e.alias(f"{m}.e"))
    exposure = top if metric.events in metric.denominator else bottom
    if metric.varies is Varies.VALUES:
        parts.append(pl.lit(1.0).alias(f"{m}.phi"))
    else:
        least = _least_dispersion(metric, e, total(bottom), vocabulary)
        phi = _phi(metric, events, exposure, valid, terms, by_day=by_day, least=least)
        parts.append(phi.alias(f"{m}.phi"))
    if metric.varies is not Varies.EVENTS:
        parts.append(_spread(top, events, valid, terms).alias(f"{m}.cv2"))
    return parts


def _exact_parts(
    metric: Metric,
    top: pl.Expr,
    columns: Collection[str],
    vocabulary: Vocabulary,
    terms: _Terms,
    total: Callable[[pl.Expr], pl.Expr],
    *,
    by_day: bool,
) -> list[pl.Expr]:
    m = metric.id
    unit = vocabulary.counts[metric.numerator[0].rstrip("?")].unit
    if unit is CountUnit.STATE:  # a level at a moment: the newest one
        value = terms.of(top.sort_by("to").drop_nulls().last())
    elif unit is CountUnit.PEOPLE and by_day:  # people are never added up: their daily mean
        value = terms.of(top.mean())
    else:
        value = total(top)
    parts = [value.alias(f"{m}.x")]
    if unit in (CountUnit.PEOPLE, CountUnit.STATE):  # of one: more days do not make it more
        parts.append(pl.lit(1.0).alias(f"{m}.d"))
    if metric.events is not None and metric.events in columns:
        events = pl.col(metric.events)
        parts += [
            terms.sum(events).alias(f"{m}.e"),
            _spread(top, events, None, terms).alias(f"{m}.cv2"),
        ]
        parts.append(
            _phi(metric, events, _one(events), None, terms, by_day=by_day).alias(f"{m}.phi")
        )
    elif unit in (CountUnit.MONEY, CountUnit.STATE):  # how much it varies is not known
        parts.append(pl.lit(None, pl.Float64).alias(f"{m}.e"))
    else:
        parts.append(_phi(metric, top, _one(top), None, terms, by_day=by_day).alias(f"{m}.phi"))
    return parts


def _one(of: pl.Expr) -> pl.Expr:
    """A day's exposure for each row that has a value."""
    return of * 0.0 + 1.0


def _added(names: Sequence[str], columns: Collection[str]) -> pl.Expr:
    present = [n for n in names if n[-1] != "?"]
    present += [n.rstrip("?") for n in names if n[-1] == "?" and n.rstrip("?") in columns]
    terms = [pl.col(n) if n in names else pl.col(n).fill_null(0.0) for n in present]
    added = terms[0]
    for term in terms[1:]:
        added = added + term
    return added


def _least_dispersion(
    metric: Metric, events: pl.Expr, units: pl.Expr, vocabulary: Vocabulary
) -> pl.Expr | None:
    """The least that *events* of so many *units* vary by, over what independent ones do: where
    each unit has at most one (a binomial count), or at least one (a shifted Poisson count)."""
    units_of = {vocabulary.counts[name.rstrip("?")].unit for name in metric.denominator}
    if metric.events in metric.denominator or not units_of <= {CountUnit.EVENTS, CountUnit.PEOPLE}:
        return None
    return 1.0 - pl.min_horizontal(events / units, units / events)


def _phi(
    metric: Metric,
    x: pl.Expr,
    n: pl.Expr,
    valid: pl.Expr | None,
    terms: _Terms,
    *,
    by_day: bool,
    least: pl.Expr | None = None,
) -> pl.Expr:
    if not by_day and terms.alike:
        return pl.lit(1.0)
    use = terms.above(n, valid)
    proportion = metric.kind is MetricKind.PROPORTION
    exact = metric.kind is MetricKind.EXACT
    x_of, n_of = terms.sum_where(use, x), terms.sum_where(use, n)
    many = terms.count(use) if by_day else pl.col("days")
    unseen = evidence.unseen_dispersion(
        x_of,
        n_of,
        many,
        proportion=proportion,
        spread=evidence.UNSEEN_TRAFFIC if exact else evidence.UNSEEN_SPREAD,
    )
    if not by_day:
        return unseen
    seen = evidence.dispersion(
        terms.sum_where(use, x * x / n),
        x_of,
        n_of,
        many,
        proportion=proportion,
        least=least,
    )
    if terms.alike:
        return seen
    return pl.when(many < evidence.ENOUGH_DAYS).then(unseen).otherwise(seen)


def _spread(value: pl.Expr, events: pl.Expr, valid: pl.Expr | None, terms: _Terms) -> pl.Expr:
    use = terms.above(events, valid)
    return evidence.value_spread(
        terms.sum_where(use, value * value / events),
        terms.sum_where(use, value),
        terms.sum_where(use, events),
        terms.count(use),
    )


def _shared_spreads(columns: Collection[str], names: Iterable[str]) -> Iterator[pl.Expr]:
    """The spread of the values of each metric: at least the mean of the shop's subjects that can
    tell it, because the large order that is to come is in nobody's own rows yet. Where none can,
    as LIVEs with one row each, what their sums show, if that is below what is assumed."""
    for name in names:
        x, e, spread = (f"{name}.{part}" for part in ("x", "e", "cv2"))
        if not {x, e, spread} <= set(columns):
            continue
        known = pl.col(x).is_not_null() & (pl.col(e) > 0)
        value, events = pl.when(known).then(x), pl.when(known).then(e)
        told = pl.when(known & (pl.col(spread) != evidence.DEFAULT_SPREAD**2)).then(e)
        mean = (told * pl.col(spread)).sum().over("shop") / told.sum().over("shop")
        # Their median, so that one that sells something else does not speak for all.
        middle = (value / events).median().over("shop")
        squares = events * (value / events / middle - 1) ** 2
        many = known.sum().over("shop")
        shown = pl.when(many >= evidence.ENOUGH_DAYS).then(
            evidence.told_and_assumed(squares.median().over("shop") / MEDIAN_SQUARE, many)
        )
        yield (
            pl.when(mean.is_finite())
            .then(pl.max_horizontal(pl.when(told.is_not_null()).then(spread), mean))
            .otherwise(pl.min_horizontal(pl.when(shown.is_finite()).then(shown), spread))
            .alias(spread)
        )


def _coalesce(frames: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """One row a subject over families; each metric wholly from the first family that has it."""
    if len(frames) == 1:
        return frames[0]
    named = [_with_days(frame) for frame in frames]
    merged, held = named[0]
    for other, columns in named[1:]:
        twins = [c for c in columns if c in held and c not in IDENTITY]
        chosen: list[pl.Expr] = []
        for column in twins:
            stem, _, part = column.rpartition(".")
            of_metric = part in (*PARTS, "days") and f"{stem}.x" in held
            known = pl.col(f"{stem}.x" if of_metric else column).is_not_null()
            twin = pl.col(f"{column}{_TWIN}")
            chosen.append(pl.when(known).then(pl.col(column)).otherwise(twin).alias(column))
        held = [*held, *(c for c in columns if c not in held)]
        merged = (
            merged.join(other, on=IDENTITY, how="full", coalesce=True, suffix=_TWIN)
            .with_columns(chosen)
            .select(held)
        )
    return merged


def _with_days(frame: pl.LazyFrame) -> tuple[pl.LazyFrame, list[str]]:
    """The rows' days again for each metric, as families may cover different ones; and all
    columns."""
    columns = frame.collect_schema().names()
    names = [c.removesuffix(".x") for c in columns if c.endswith(".x")]
    days = {f"{n}.days": "before.days" if n.endswith(".before") else "days" for n in names}
    days = {name: of for name, of in days.items() if name not in columns}
    copies = (pl.col(of).alias(name) for name, of in days.items())
    return frame.with_columns(copies), [*columns, *days]


def days_column(name: str, columns: Collection[str]) -> str:
    """Which column says how many days the metric *name* covers (`….before`: the window before)."""
    own = f"{name}.days"
    if own in columns:
        return own
    return "before.days" if name.endswith(".before") else "days"
