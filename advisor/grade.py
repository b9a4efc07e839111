"""From metrics to truth: one column for each distinct test, for every subject at once.

A level is graded as the *set* of levels that the interval still allows. A test is true when the set
lies inside the wanted levels, false when it shares none with them, else unsure; without data it is
missing. Beside each truth column stands the one-sided p of the edges that decide it.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import attrs
import polars as pl

from advisor import evidence
from advisor.bands import Bands, Edges, Resolved
from advisor.business import Business
from advisor.condition import LEVELS, TRENDS, Against, Test, Truth
from advisor.measure import Measured, metric_of
from advisor.vocabulary import Metric, MetricKind, Unit, Varies, Vocabulary

# Against its past, parent or siblings, a metric within 10 % is "good" (a trend: "flat").
RELATIVE = (0.9, 1.1)


def truth_column(test: Test) -> str:
    """The name of a test's truth column; its p stands in the same name with `.p`."""
    limits = f"{test.at_least}|{test.at_most}"
    return f"?{test.name}|{','.join(test.is_)}|{limits}|{test.against}|{test.trend}"


@attrs.frozen(eq=False)
class Graded:
    """A measured kind with its truth columns; *bands* says which band each metric was held to."""

    measured: Measured
    frame: pl.DataFrame
    bands: Mapping[str, Resolved]


@attrs.frozen
class Grader:
    """What grading needs to know of the run."""

    vocabulary: Vocabulary
    bands: Bands
    business: Business
    day: date

    def grade(self, measured: Measured, tests: Iterable[Test]) -> Graded:
        """Every test on every subject of *measured*."""
        frame = measured.frame
        used: dict[str, Resolved] = {}
        exprs: list[pl.Expr] = []
        for test in tests:
            if test.name not in self.vocabulary.symbols and test.name not in used:
                used[test.name] = self.resolve(test.name, measured.kind)
            truth, p = self._test(test, frame, used.get(test.name, Resolved()))
            exprs += [
                truth.cast(pl.UInt8).alias(truth_column(test)),
                p.cast(pl.Float64).alias(f"{truth_column(test)}.p"),
            ]
        return Graded(measured, frame.with_columns(exprs), used)

    def resolve(self, name: str, kind: str) -> Resolved:
        """The band of *name* for subjects of *kind*."""
        return self.bands.resolve(name, kind, self.business, self.day)

    def _test(
        self, test: Test, frame: pl.DataFrame, band: Resolved
    ) -> tuple[pl.Expr, pl.Expr]:
        missing = pl.lit(int(Truth.MISSING)), pl.lit(None)
        if test.name in self.vocabulary.symbols:
            return _symbol(test, frame) if test.name in frame.columns else missing
        if f"{test.name}.lo" not in frame.columns:
            return missing
        metric = metric_of(test.name, self.vocabulary)
        truths: list[pl.Expr] = []
        ps: list[pl.Expr] = []
        if test.trend is not None:
            truth, p = _change(test.name, (test.trend,), TRENDS, frame)
            truths.append(truth)
            ps.append(p)
        if test.is_:
            truth, p = self._levels(test, metric, frame, band)
            truths.append(truth)
            ps.append(p)
        for limit, side in ((test.at_least, 1), (test.at_most, -1)):
            if limit is not None:
                edge = pl.lit(limit)
                wanted = ("good", "high") if side > 0 else ("low", "good")
                low, high = (edge, pl.lit(None)) if side > 0 else (pl.lit(None), edge)
                truth, p = _against_edges(metric, wanted, low, high)
                truths.append(truth)
                ps.append(p)
        return pl.min_horizontal(truths), pl.max_horizontal(ps)

    def _levels(
        self, test: Test, metric: Metric, frame: pl.DataFrame, band: Resolved
    ) -> tuple[pl.Expr, pl.Expr]:
        if test.against is Against.PAST:
            return _change(test.name, test.is_, LEVELS, frame)
        if test.against is Against.BAND:
            low, high = self.edges(band, frame)
            return _against_edges(metric, test.is_, low, high)
        centre = _centre(metric, test.against, frame)
        return _against_edges(metric, test.is_, centre * RELATIVE[0], centre * RELATIVE[1])

    def edges(self, band: Resolved, frame: pl.DataFrame) -> tuple[pl.Expr, pl.Expr]:
        """The low and high edge for each subject; null where there is none, NaN where no band
        holds for it."""
        if not band.edges:
            return pl.lit(float("nan")), pl.lit(float("nan"))
        low: pl.Expr = pl.lit(float("nan"))
        high: pl.Expr = pl.lit(float("nan"))
        for edges in reversed(band.edges):
            low_here = pl.lit(edges.low, pl.Float64)
            high_here = pl.lit(edges.high, pl.Float64)
            if edges.of is None:
                low, high = low_here, high_here
                continue
            holds = self._holds(edges, frame)
            low = pl.when(holds).then(low_here).otherwise(low)
            high = pl.when(holds).then(high_here).otherwise(high)
        return low, high

    def _holds(self, edges: Edges, frame: pl.DataFrame) -> pl.Expr:
        of = edges.of
        if of is None or of.metric not in frame.columns:
            return pl.lit(False)
        money = metric_of(of.metric, self.vocabulary).unit is Unit.MONEY
        rate = self.business.rate() if money else 1.0
        if rate is None:
            return pl.lit(False)
        value = pl.col(of.metric) * rate
        holds = value.is_not_null()
        if of.at_least is not None:
            holds = holds & (value >= of.at_least)
        if of.below is not None:
            holds = holds & (value < of.below)
        return holds


def allowed(low: pl.Expr, high: pl.Expr, lo: pl.Expr, hi: pl.Expr) -> dict[str, pl.Expr]:
    """Which of low, good and high the limits *lo* to *hi* still allow, for edges *low* and *high*
    (null: no such edge). An edge belongs to good."""
    below = (lo < low).fill_null(False)
    above = (hi > high).fill_null(False)
    good = (hi >= low).fill_null(True) & (lo <= high).fill_null(True)
    return {"low": below, "good": good, "high": above}


def _against_edges(
    metric: Metric, wanted: tuple[str, ...], low: pl.Expr, high: pl.Expr
) -> tuple[pl.Expr, pl.Expr]:
    m = metric.id
    lo, hi = pl.col(f"{m}.lo"), pl.col(f"{m}.hi")
    levels = allowed(low, high, lo, hi)
    no_band = low.is_nan().fill_null(False) & high.is_nan().fill_null(False)
    known = lo.is_not_null() & hi.is_not_null() & ~no_band
    p = _p(wanted, _score(metric, low), _score(metric, high), exact=metric.kind is MetricKind.EXACT)
    return _truth(levels, wanted, known), p


def _truth(levels: Mapping[str, pl.Expr], wanted: tuple[str, ...], known: pl.Expr) -> pl.Expr:
    inside = pl.any_horizontal([levels[level] for level in levels if level in wanted])
    others = [levels[level] for level in levels if level not in wanted]
    outside = pl.any_horizontal(others) if others else pl.lit(False)
    return (
        pl.when(~known)
        .then(int(Truth.MISSING))
        .when(~inside)
        .then(int(Truth.FALSE))
        .when(outside)
        .then(int(Truth.UNSURE))
        .otherwise(int(Truth.TRUE))
    )


def _p(wanted: tuple[str, ...], low: pl.Expr, high: pl.Expr, *, exact: bool) -> pl.Expr:
    """One-sided p against the edges between wanted and unwanted levels; *low* and *high* are the
    scores of the value against them."""
    first, middle, last = (level in wanted for level in LEVELS)
    tails: list[pl.Expr] = []
    if first != middle:
        tails.append(evidence.upper_tail(-low if first else low))
    if middle != last:
        tails.append(evidence.upper_tail(high if last else -high))
    if exact or not tails:
        return pl.lit(0.0)
    return pl.max_horizontal(tails)


def _score(metric: Metric, edge: pl.Expr) -> pl.Expr:
    """Standard score of a metric's value against *edge*; positive above it."""
    m = metric.id
    if metric.kind is MetricKind.EXACT:
        return pl.lit(0.0)
    if metric.derived:  # only its limits are known
        return 2 * evidence.Z * (pl.col(m) - edge) / (pl.col(f"{m}.hi") - pl.col(f"{m}.lo"))
    x, d, e = (pl.col(f"{m}.{part}") for part in "xde")
    phi = pl.col(f"{m}.phi")
    at = edge / metric.scale
    if metric.kind is MetricKind.PROPORTION:
        return evidence.wilson_z(pl.min_horizontal(x, d) / phi, d / phi, at)
    if metric.kind is MetricKind.RATE:
        return evidence.byar_z(x / phi, at * d / phi)
    if metric.varies is Varies.EVENTS:  # dearer than the edge: fewer events than it implies
        return -evidence.byar_z(e / phi, x / at / phi)
    if metric.varies is Varies.VALUES:
        return (pl.col(m) / edge).log() / pl.col(f"{m}.se")
    worth = phi * (1 + pl.col(f"{m}.cv2"))
    together = x.sum() / e.sum()
    each = pl.when(e > 0).then(x / e).otherwise(together)
    return evidence.byar_z(e / worth, at * d / each / worth)


def change(name: str, frame: pl.DataFrame) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """The metric over itself in the window before, a day's worth each where it is a total, with
    its limits; null where either window is not known."""
    if f"{name}.before" not in frame.columns:
        null = pl.lit(None, pl.Float64)
        return null, null, null
    now, then = pl.col(name), pl.col(f"{name}.before")
    se = (pl.col(f"{name}.se") ** 2 + pl.col(f"{name}.before.se") ** 2).sqrt()
    ratio = now / then
    if f"{name}.d" not in frame.columns:  # a total: windows may differ in length
        ratio = ratio * pl.col("before.days") / pl.col("days")
    low, high = evidence.lognormal(ratio, se)
    return ratio, low, high


def _change(
    name: str, wanted: tuple[str, ...], names: tuple[str, ...], frame: pl.DataFrame
) -> tuple[pl.Expr, pl.Expr]:
    ratio, lo, hi = change(name, frame)
    low, high = (pl.lit(edge) for edge in RELATIVE)
    levels = dict(zip(names, allowed(low, high, lo, hi).values(), strict=True))
    if f"{name}.before" not in frame.columns:
        return pl.lit(int(Truth.MISSING)), pl.lit(None)
    both = pl.col(f"{name}.lo").is_not_null() & pl.col(f"{name}.before.lo").is_not_null()
    sure = lo.is_not_null() & hi.is_not_null()
    truth = (
        pl.when(both & ~sure)
        .then(int(Truth.UNSURE))
        .otherwise(_truth(levels, wanted, both))
    )
    se = (pl.col(f"{name}.se") ** 2 + pl.col(f"{name}.before.se") ** 2).sqrt()
    scores = [(ratio / edge).log() / se for edge in RELATIVE]
    as_levels = tuple(LEVELS[names.index(level)] for level in wanted)
    return truth, _p(as_levels, scores[0], scores[1], exact=False)


def _centre(metric: Metric, against: Against, frame: pl.DataFrame) -> pl.Expr:
    m = metric.id
    parents = [c for c in frame.columns if c.startswith("parent.")]
    family = ["shop", *parents[:1]]
    if against is Against.SIBLINGS:
        return pl.col(m).median().over(family)
    if f"{m}.d" not in frame.columns:
        return pl.col(m).mean().over(family)
    others = pl.col(f"{m}.x").sum().over(family) - pl.col(f"{m}.x")
    return metric.scale * others / (pl.col(f"{m}.d").sum().over(family) - pl.col(f"{m}.d"))


def _symbol(test: Test, frame: pl.DataFrame) -> tuple[pl.Expr, pl.Expr]:
    value = pl.col(test.name)
    truth = (
        pl.when(value.is_null())
        .then(int(Truth.MISSING))
        .when(value.is_in(list(test.is_)))
        .then(int(Truth.TRUE))
        .otherwise(int(Truth.FALSE))
    )
    return truth, pl.lit(0.0)
