"""From metrics to truth: one column for each distinct test, for every subject at once.

A level is graded as the *set* of levels that the interval still allows. A test is true when the set
lies inside the wanted levels, false when it shares none with them, else unsure; without data it is
missing. The one-sided p of the edges that decide a test is worked out for what fires only.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

import attrs
import polars as pl

from advisor.judge.profiles import Profiles
from advisor.metrics import (
    AGO,
    Measured,
    Steps,
    by_profile,
    days_column,
    effective_edges,
    held_column,
    in_steps,
    metric_of,
    without,
)
from advisor.model import (
    LEVELS,
    TRENDS,
    Against,
    Bands,
    Business,
    Metric,
    MetricKind,
    Resolved,
    Test,
    Truth,
    Unit,
    Varies,
    Vocabulary,
    frozen,
)
from advisor.stats import intervals as evidence

# Against its past, parent or siblings, a metric within 10 % is "good" (a trend: "flat").
EVALUATION = "__evaluation"  # where pools of several rules stand in one frame: which one's
CERTAIN = 30.0  # the score of what chance has no part in
RELATIVE = (0.9, 1.1)


def truth_column(test: Test) -> str:
    """The name of a test's truth column; `.p` and `.centre` stand beside it."""
    limits = f"{test.at_least}|{test.at_most}"
    days = "" if test.days is None else f"|{test.days:g} days"
    return f"?{test.column}|{','.join(test.is_)}|{limits}|{test.against}|{test.trend}{days}"


def setting_column(test: Test) -> str:
    """The name of the column that says whether a setting may make *test* true."""
    return f"{truth_column(test)}.setting"


@frozen(eq=False)
class Graded:
    """A measured kind with its truth columns."""

    measured: Measured
    frame: pl.DataFrame

    @cached_property
    def columns(self) -> frozenset[str]:
        """Those of *frame*, of which there are hundreds."""
        return frozenset(self.frame.columns)


@frozen(eq=False)
class Grader:
    """Grades the subjects of a block of shops; *businesses* are the shops by id, one or many."""

    vocabulary: Vocabulary
    bands: Bands
    businesses: Mapping[str, Business]
    today: date
    _profiles: Profiles = attrs.field()

    @_profiles.default
    def _profiles_of_shops(self) -> Profiles:
        return Profiles.of_shops(self.bands, self.businesses, self.today)

    def of_shop(self, shop: str) -> "Grader":
        """The grader of one shop of the block."""
        businesses, profiles = {shop: self.businesses[shop]}, self._profiles.of_shop(shop)
        return Grader(self.vocabulary, self.bands, businesses, self.today, profiles)

    def grade(self, measured: Measured, tests: Iterable[Test]) -> Graded:
        """Every test on every subject of *measured*."""
        every = list(tests)
        asked = [test for test in every if test.days is None]
        frame, columns = measured.frame, frozenset(measured.frame.columns)
        centres = [
            self._centre(t, measured.kind, columns).alias(_centre_column(t))
            for t in asked
            if t.against in (Against.PARENT, Against.SIBLINGS) and f"{t.name}.lo" in columns
        ]
        steps = Steps()
        truths = [
            self._truth(test, columns, measured.kind, steps)
            .cast(pl.UInt8)
            .alias(truth_column(test))
            for test in asked
        ]
        truths += [
            self._by_setting(test, columns, measured.kind, steps).alias(setting_column(test))
            for test in asked
            if self.setting_of(test, measured.kind) and f"{test.column}.lo" in columns
        ]
        lazy = self._profiles.add_to(frame.lazy(), columns)
        graded = in_steps(lazy, centres, steps.columns(), truths)
        frame = self._with_days(without(graded, steps.names()), measured, every)
        return Graded(measured, frame)

    def _with_days(
        self, frame: pl.DataFrame, measured: Measured, tests: Iterable[Test]
    ) -> pl.DataFrame:
        """*frame* with the truth and the p of those of *tests* that ask of each of the last days.
        A day without data is not known; the least sure of the days says how sure all are."""
        asked = [test for test in tests if test.days is not None]
        if not asked:
            return frame
        answers = frame.lazy()
        if measured.daily is not None:
            plain = {test: attrs.evolve(test, days=None) for test in asked}
            each = self.grade(attrs.evolve(measured, frame=measured.daily), set(plain.values()))
            days = self.with_p(each.frame, set(plain.values()), measured.kind)
            told = [_of_days_asked(test, plain[test]) for test in asked]
            ends = days.lazy().group_by("shop", "key").agg(one for pair in told for one in pair)
            answers = answers.join(ends, on=["shop", "key"], how="left", maintain_order="left")
        missing = pl.lit(int(Truth.MISSING), pl.UInt8)
        known = answers.collect_schema().names()
        columns = [truth_column(test) for test in asked]
        return (
            answers.with_columns(
                (pl.col(name).fill_null(missing) if name in known else missing).alias(name)
                for name in columns
            )
            .collect(engine="in-memory")
            .rechunk()
        )

    def resolve(self, name: str, kind: str, shop: str | None = None) -> Resolved:
        """The band of *name* for subjects of *kind* in *shop*; without a *shop*, in the only one,
        or in all of them where they are alike."""
        return self._profiles.resolve(name, kind, shop)

    def depends_on(self, name: str, kind: str) -> frozenset[str]:
        """The metrics on which it depends which band of *name* holds for a subject of *kind*, in
        some shop of the block."""
        bands = self._profiles.resolve_all(name, kind)
        return frozenset(metric for band in bands for metric in _depends_on(band))

    def edges_of(self, name: str, kind: str) -> frozenset[str]:
        """The metrics that the edges of *name* are made of, for subjects of *kind*."""
        bands = self._profiles.resolve_all(name, kind)
        parts = (edges.part_of for band in bands for edges in band.edges)
        return self.depends_on(name, kind) | {part[1] for part in parts if part is not None}

    def setting_of(self, test: Test, kind: str) -> str:
        """The key of advisor.toml that would decide *test* for some shop; "" where none would."""
        if not test.is_ or test.against is not Against.BAND or test.name in self.vocabulary.symbols:
            return ""
        if test.days is not None:
            return ""
        bands = self._profiles.resolve_all(test.name, kind)
        return next((band.setting for band in bands if band.setting), "")

    def _by_setting(self, test: Test, columns: Collection[str], kind: str, steps: Steps) -> pl.Expr:
        """Whether *test* is true for some value of a setting that the shop does not state."""
        lo, hi = self._limits(test, columns, steps)
        bands = self._profiles.resolve_all(test.name, kind)
        none = by_profile([float(bool(band.setting) and not band.edges) for band in bands]) == 1
        question = self._questions(test, columns, kind, steps)[0]
        outer = pl.lit(None) if question.low is None else question.low, question.high
        inner = outer if question.narrow is None else question.narrow
        within = pl.lit(0.0) if question.within is None else question.within
        ever = [
            _lenient(outer, inner, (lo * (1 + off), hi * (1 + off)), question.wanted)
            for off in (-within, pl.lit(0.0), within)
        ]
        return (lo.is_not_null() & hi.is_not_null() & (none | pl.any_horizontal(ever))).fill_null(
            value=False
        )

    def _truth(self, test: Test, columns: Collection[str], kind: str, steps: Steps) -> pl.Expr:
        if test.name in self.vocabulary.symbols:
            return _symbol(test) if test.name in columns else pl.lit(int(Truth.MISSING))
        if f"{test.column}.lo" not in columns:
            return pl.lit(int(Truth.MISSING))
        return pl.min_horizontal(
            [
                _change(test.name, question.wanted, columns, steps)
                if question.low is None
                else _against_edges(question, question.low, self._limits(test, columns, steps))
                for question in self._questions(test, columns, kind, steps)
            ]
        )

    def _limits(
        self, test: Test, columns: Collection[str], steps: Steps
    ) -> tuple[pl.Expr, pl.Expr]:
        """The limits of the value that *test* asks about."""
        m = test.column
        if f"{m}.cv2" in columns and self.by_chance(test):
            metric = metric_of(test.name, self.vocabulary)
            if metric.kind is MetricKind.EXACT and test.trend is None:
                return _limits_of_total(m, metric.scale, steps)
        return pl.col(f"{m}.lo"), pl.col(f"{m}.hi")

    def _questions(
        self, test: Test, columns: Collection[str], kind: str, steps: Steps
    ) -> "list[_Question]":
        """What a test comes down to: wanted levels between edges, or of a change (no edges)."""
        asked: list[_Question] = []
        if test.trend is not None:
            asked.append(_Question((LEVELS[TRENDS.index(test.trend)],)))
        if test.is_:
            if test.against is Against.PAST:
                asked.append(_Question(test.is_))
            elif test.against is Against.BAND:
                low, high = map(steps.of, self.held_to(test.name, kind, columns))
                inner = self._narrow(test.name, kind, columns)
                narrow = (steps.of(inner[0]), steps.of(inner[1])) if inner else None
                within = self._within(test.name, kind)
                asked.append(_Question(test.is_, low, high, narrow, within))
            else:
                centre = pl.col(_centre_column(test))
                asked.append(_Question(test.is_, centre * RELATIVE[0], centre * RELATIVE[1]))
        if test.at_least is not None:
            asked.append(_Question(("good", "high"), pl.lit(test.at_least), pl.lit(None)))
        if test.at_most is not None:
            asked.append(_Question(("low", "good"), pl.lit(None), pl.lit(test.at_most)))
        return asked

    def _narrow(
        self, name: str, kind: str, columns: Collection[str]
    ) -> tuple[pl.Expr, pl.Expr] | None:
        """The edges of *name* inside of which a value is good whatever the shop's size; None where
        they are those of its band."""
        bands = self._profiles.resolve_all(name, kind)
        if not any(band.narrow for band in bands):
            return None
        inner = [attrs.evolve(b, edges=b.narrow) if b.narrow else b for b in bands]
        edges = effective_edges(inner, self._rates, columns, conservative=True)
        return self._or_held(name, kind, columns, edges)

    def _within(self, name: str, kind: str) -> pl.Expr | None:
        """How far off the edges of *name* may be, as a share of them; None where they are known."""
        shares = [band.within for band in self._profiles.resolve_all(name, kind)]
        return by_profile(shares) if any(shares) else None

    def by_chance(self, test: Test) -> bool:
        """Whether chance has a part in what *test* asks for. It has none in what is exact, except
        in the level of a total of events that are each worth something: what a LIVE sold is
        exact, and whether it is a LIVE that sells little is not."""
        if test.name in self.vocabulary.symbols:
            return False
        changes = test.trend is not None or test.against is Against.PAST
        metric = metric_of(test.name, self.vocabulary)
        level = bool(test.is_) and test.against is Against.BAND and metric.events is not None
        return changes or level or metric.kind is not MetricKind.EXACT

    def with_p(self, frame: pl.DataFrame, tests: Iterable[Test], kind: str) -> pl.DataFrame:
        """*frame*, rows of a graded one, with the one-sided p of each test: the chance to see as
        much if the truth lay on the edge."""
        columns = frozenset(frame.columns)
        steps = Steps()
        raw: list[pl.Expr] = []
        scores: list[pl.Expr] = []
        ps: list[pl.Expr] = []
        for test in tests:
            name = f"{truth_column(test)}.p"
            if test.days is not None:  # worked out with its truth
                ps.append(pl.col(name) if name in columns else pl.lit(0.0).alias(name))
                continue
            parts: list[str] = []
            m = test.column
            if test.name not in self.vocabulary.symbols and f"{m}.lo" in columns:
                metric = metric_of(test.name, self.vocabulary)
                changes = test.trend is not None or test.against is Against.PAST
                counted = metric.kind is not MetricKind.EXACT or f"{m}.cv2" in columns
                known = f"{test.name}.before" in columns if changes else counted
                chance = self.by_chance(test) and known
                questions = self._questions(test, columns, kind, steps) if chance else []
                for i, question in enumerate(questions):
                    for side, sign in question.sides():
                        parts.append(f"{name}.{i}.{side}")
                        score = _score(m, metric, question, side, columns, steps)
                        raw.append(score.alias(f"{parts[-1]}.raw"))
                        score = sign * _of_days(m, pl.col(f"{parts[-1]}.raw"), columns)
                        edge = question.edge(side)
                        if edge is not None:  # where there is none, nothing is left to chance
                            score = pl.when(edge.is_null()).then(math.inf).otherwise(score)
                        scores.append(score.cast(pl.Float64).alias(parts[-1]))
            ps.append((pl.max_horizontal(parts) if parts else pl.lit(0.0)).alias(name))
        if not scores:
            return frame.with_columns(ps)
        # In steps, and the tails of all scores at once: to plan a tree takes longer than to work
        # it out.
        lazy = self._profiles.add_to(frame.lazy(), columns)
        scored = in_steps(lazy, steps.columns(), raw, scores)
        names = [score.meta.output_name() for score in scores]
        below = pl.concat([scored[column].alias("z") for column in names]).to_frame()
        tail = below.select(evidence.upper_tail(pl.col("z"))).to_series()
        tails = [
            tail.slice(i * frame.height, frame.height).alias(column)
            for i, column in enumerate(names)
        ]
        return without(frame.hstack(tails).with_columns(ps), names)

    def with_edges(
        self, frame: pl.DataFrame | pl.LazyFrame, names: Iterable[str], kind: str
    ) -> pl.LazyFrame:
        """*frame* with the edges of the band of each metric as `….edge.low` and `….edge.high`: null
        where there is none, NaN where no band holds for a subject."""
        known = frame.collect_schema().names()
        edges: list[pl.Expr] = []
        for name in names:
            low, high = self._edges(name, kind, known)
            edges += [low.alias(f"{name}.edge.low"), high.alias(f"{name}.edge.high")]
        return self._profiles.add_to(frame.lazy(), known).with_columns(edges)

    def held_to(self, name: str, kind: str, columns: Collection[str]) -> tuple[pl.Expr, pl.Expr]:
        """The edges for the metric *name*, beyond which a value surely is beyond its band: those of
        the members, where subjects were pooled."""
        edges = self._edges(name, kind, columns, conservative=True)
        return self._or_held(name, kind, columns, edges)

    def _or_held(
        self, name: str, kind: str, columns: Collection[str], edges: tuple[pl.Expr, pl.Expr]
    ) -> tuple[pl.Expr, pl.Expr]:
        """*edges*, or those that the members of a pool were held to, in shops where these depend on
        the subject: others of the block have the edges that they have alone."""
        if held_column(name, "low") not in columns:
            return edges
        bands = self._profiles.resolve_all(name, kind)
        depends = by_profile([float(bool(_depends_on(band))) for band in bands]) == 1
        low, high = (
            pl.when(depends).then(held_column(name, side)).otherwise(edge)
            for side, edge in zip(("low", "high"), edges, strict=True)
        )
        return low, high

    def _edges(
        self, name: str, kind: str, columns: Collection[str], *, conservative: bool = False
    ) -> tuple[pl.Expr, pl.Expr]:
        bands = self._profiles.resolve_all(name, kind)
        return effective_edges(bands, self._rates, columns, conservative=conservative)

    def _rates(self, name: str) -> list[float | None]:
        """US dollars for a unit of the metric *name*, by profile."""
        if metric_of(name, self.vocabulary).unit is not Unit.MONEY:
            return [1.0] * len(self._profiles.businesses)
        return [business.rate() for business in self._profiles.businesses]

    def _centre(self, test: Test, kind: str, columns: Collection[str]) -> pl.Expr:
        """What the others of the nearest parent that has several come to; NaN where none has."""
        parents = (f"parent.{parent}" for parent in self.vocabulary.ancestors(kind)[1:])
        above = [column for column in parents if column in columns]
        centre = pl.lit(float("nan"))
        whole = [column for column in ("shop", EVALUATION) if column in columns]
        for nearest in reversed(above) if above else ("",):
            family = [*whole, nearest] if nearest else whole
            several = pl.col(test.name).count().over(family) > 1
            others = self._others(test, family, columns)
            centre = pl.when(several).then(others).otherwise(centre)
        if LEVELS[2] in test.is_:
            return centre
        # Nothing is lower than 0: where the others have none, nobody can say that one has less.
        return pl.when(centre != 0).then(centre).otherwise(float("nan"))

    def _others(self, test: Test, family: Sequence[str], columns: Collection[str]) -> pl.Expr:
        m = test.name
        if test.against is Against.SIBLINGS:
            return pl.col(m).median().over(family)
        if f"{m}.d" not in columns:
            return pl.col(m).mean().over(family)
        others = pl.col(f"{m}.x").sum().over(family) - pl.col(f"{m}.x")
        base = pl.col(f"{m}.d").sum().over(family) - pl.col(f"{m}.d")
        return metric_of(m, self.vocabulary).scale * others / base


def allowed(low: pl.Expr, high: pl.Expr, lo: pl.Expr, hi: pl.Expr) -> dict[str, pl.Expr]:
    """Which of low, good and high the limits *lo* to *hi* still allow, for edges *low* and *high*
    (null: no such edge). An edge belongs to good."""
    below = (lo < low).fill_null(value=False)
    above = (hi > high).fill_null(value=False)
    good = (hi >= low).fill_null(value=True) & (lo <= high).fill_null(value=True)
    return {"low": below, "good": good, "high": above}


@frozen(eq=False)
class _Question:
    """Wanted levels between two edges; without edges, of the change since the window before.
    *narrow*: edges inside of which a value surely is good. *within*: how far off the edges may be,
    as a share of them."""

    wanted: tuple[str, ...]
    low: pl.Expr | None = None
    high: pl.Expr | None = None
    narrow: tuple[pl.Expr, pl.Expr] | None = None
    within: pl.Expr | None = None

    def sides(self) -> list[tuple[str, float]]:
        """The edges that decide, and on which side of each the value has to lie."""
        first, middle, last = (level in self.wanted for level in LEVELS)
        found = []
        if first != middle:
            found.append(("low", -1.0 if first else 1.0))
        if middle != last:
            found.append(("high", 1.0 if last else -1.0))
        return found

    def edge(self, side: str) -> pl.Expr | None:
        """The edge on this side, where it is hardest to be beyond it; None where the question is of
        a change."""
        edge = self.low if side == "low" else self.high
        above = dict(self.sides()).get(side) == 1.0
        if self.narrow is not None and above == (side == "low"):
            edge = self.narrow[side != "low"]
        if edge is None or self.within is None:
            return edge
        return edge / (1 - self.within) if above else edge / (1 + self.within)


def _depends_on(band: Resolved) -> frozenset[str]:
    """The metrics on which it depends which edges of *band* hold for a subject."""
    return frozenset(edges.of.metric for edges in band.edges if edges.of is not None)


def _against_edges(question: _Question, low: pl.Expr, limits: tuple[pl.Expr, pl.Expr]) -> pl.Expr:
    lo, hi = limits
    if question.within is not None:
        lo, hi = lo - lo.abs() * question.within, hi + hi.abs() * question.within
    high = pl.lit(None) if question.high is None else question.high
    no_band = low.is_nan().fill_null(value=False) & high.is_nan().fill_null(value=False)
    known = lo.is_not_null() & hi.is_not_null() & ~no_band
    levels = allowed(low, high, lo, hi)
    if question.narrow is not None:
        inner = allowed(*question.narrow, lo, hi)
        levels = {"low": inner["low"], "good": levels["good"], "high": inner["high"]}
    return _truth(levels, question.wanted, known)


def _lenient(
    outer: Sequence[pl.Expr | None],
    inner: Sequence[pl.Expr | None],
    limits: tuple[pl.Expr, pl.Expr],
    wanted: tuple[str, ...],
) -> pl.Expr:
    """Whether a value with these limits surely is on the *wanted* levels of some band between the
    *outer* edges and the *inner* ones."""
    known = [[pl.lit(None) if edge is None else edge for edge in side] for side in (outer, inner)]
    beyond, inside = (allowed(low, high, *limits) for low, high in known)
    levels = {"low": beyond["low"], "good": inside["good"], "high": beyond["high"]}
    no_band = known[0][0].is_nan().fill_null(value=False) & known[0][1].is_nan().fill_null(
        value=False
    )
    others = [levels[level] for level in levels if level not in wanted]
    return ~pl.any_horizontal(others) & ~no_band if others else ~no_band


def _truth(levels: Mapping[str, pl.Expr], wanted: tuple[str, ...], known: pl.Expr) -> pl.Expr:
    inside = pl.any_horizontal([levels[level] for level in levels if level in wanted])
    others = [levels[level] for level in levels if level not in wanted]
    outside = pl.any_horizontal(others) if others else pl.lit(value=False)
    return (
        pl.when(~known)
        .then(int(Truth.MISSING))
        .when(~inside)
        .then(int(Truth.FALSE))
        .when(outside)
        .then(int(Truth.UNSURE))
        .otherwise(int(Truth.TRUE))
    )


def _score(
    m: str, metric: Metric, question: _Question, side: str, columns: Collection[str], steps: Steps
) -> pl.Expr:
    """Standard score of a metric's value, in the columns of *m*, against an edge; positive above
    it."""
    if question.low is None:
        ratio, _, _ = change(m, columns)
        edge = RELATIVE[0] if side == "low" else RELATIVE[1]
        se = (pl.col(f"{m}.se") ** 2 + pl.col(f"{m}.before.se") ** 2).sqrt()
        return (ratio / edge).log() / se
    at = question.edge(side)
    if at is None:
        return pl.lit(0.0)
    if metric.kind is MetricKind.EXACT:
        worth, each, events = map(steps.of, _worth(m))
        score = evidence.byar_z(events / worth, at / metric.scale / each / worth)
        fact = pl.when(pl.col(m) > at).then(CERTAIN).otherwise(-CERTAIN)
        return pl.when(each.is_not_null()).then(score).otherwise(fact)
    if metric.derived:  # only its limits are known
        return evidence.limits_z(pl.col(m), pl.col(f"{m}.lo"), pl.col(f"{m}.hi"), at)
    x, d, e = (pl.col(f"{m}.{part}") for part in "xde")
    phi = pl.col(f"{m}.phi")
    at = at / metric.scale
    if metric.kind is MetricKind.PROPORTION:
        return evidence.wilson_z(pl.min_horizontal(x, d) / phi, d / phi, at)
    if metric.kind is MetricKind.RATE:
        return evidence.byar_z(x / phi, at * d / phi)
    if metric.varies is Varies.EVENTS:  # dearer than the edge: fewer events than it implies
        return -evidence.byar_z(e / phi, x / at / phi)
    if metric.varies is Varies.VALUES:
        return (x / d / at).log() / pl.col(f"{m}.se")
    worth = phi + pl.col(f"{m}.cv2")
    each = pl.col(f"{m}.each")
    alike = pl.when((e > 0) & (each > 0)).then(x / each).otherwise(e)
    score = evidence.byar_z(alike / worth, at * d / each / worth)
    told = evidence.worth_told(x, e, pl.col(f"{m}.cv2"), each, pl.col(f"{m}.borrowed"))
    mean, unsure = map(steps.of, told)
    by_number = evidence.byar_z(e / phi, at * d / mean / phi, unsure)
    # Where all orders are worth nothing, no number of them would do: the sum alone tells.
    return evidence.weaker(score, pl.when(mean == 0).then(score).otherwise(by_number))


def _worth(m: str) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """How many events of a total count as one, what one is worth, and how many of those would have
    come to as much."""
    x, e, each = (pl.col(f"{m}.{part}") for part in ("x", "e", "each"))
    alike = pl.when((e > 0) & (each > 0)).then(x / each).otherwise(e)
    return pl.col(f"{m}.phi") + pl.col(f"{m}.cv2"), each, alike


def _limits_of_total(m: str, scale: float, steps: Steps) -> tuple[pl.Expr, pl.Expr]:
    """Limits of what would be expected of a total of events that are each worth something."""
    worth, each, events = map(steps.of, _worth(m))
    few, many = (v * worth * each * scale for v in evidence.byar(events / worth))
    # Where nobody sold anything nothing is known of what one sale would be: the total stands.
    known = pl.col(f"{m}.e").is_not_null() & each.is_not_null()
    value = pl.col(m)
    most = pl.when(many.is_nan()).then(math.inf).otherwise(many)
    least = pl.when(pl.col(f"{m}.e") > 0).then(few).otherwise(0.0)
    return (
        pl.when(known).then(least).otherwise(value),
        pl.when(known).then(most).otherwise(value),
    )


def _of_days(m: str, score: pl.Expr, columns: Collection[str]) -> pl.Expr:
    """*score*, where the spread of the days was estimated from these days."""
    if f"{m}.phi" not in columns:
        return score
    days = pl.col(days_column(m, columns))
    told = (pl.col(f"{m}.phi") > 1) & (days >= evidence.ENOUGH_DAYS)
    return pl.when(told).then(evidence.student(score, days - 1)).otherwise(score)


def change(name: str, columns: Collection[str]) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """The metric over itself in the window before, a day's worth each where it is a total, with
    its limits; null where either window is not known."""
    if f"{name}.before" not in columns:
        null = pl.lit(None, pl.Float64)
        return null, null, null
    now, then = pl.col(name), pl.col(f"{name}.before")
    se = (pl.col(f"{name}.se") ** 2 + pl.col(f"{name}.before.se") ** 2).sqrt()
    ratio = now / then
    if f"{name}.d" not in columns:  # a total: windows may differ in length
        then_days, days = (days_column(n, columns) for n in (f"{name}.before", name))
        ratio = ratio * pl.col(then_days) / pl.col(days)
    low, high = evidence.lognormal(ratio, se)
    return ratio, low, high


def _change(name: str, wanted: tuple[str, ...], columns: Collection[str], steps: Steps) -> pl.Expr:
    if f"{name}.before" not in columns:
        return pl.lit(int(Truth.MISSING))
    _, *limits = change(name, columns)
    lo, hi = map(steps.of, limits)
    low, high = (pl.lit(edge) for edge in RELATIVE)
    both = pl.col(f"{name}.lo").is_not_null() & pl.col(f"{name}.before.lo").is_not_null()
    sure = lo.is_not_null() & hi.is_not_null()
    truth = _truth(allowed(low, high, lo, hi), wanted, both)
    return pl.when(both & ~sure).then(int(Truth.UNSURE)).otherwise(truth)


def _of_days_asked(test: Test, plain: Test) -> tuple[pl.Expr, pl.Expr]:
    """The truth and the p of *test* over the days of a subject, of which *plain* was asked."""
    inside = pl.col(AGO) < (test.days or 0)
    least = pl.col(truth_column(plain)).filter(inside).min()
    every = inside.sum() >= int(test.days or 0)
    truth = pl.when(every | (least == int(Truth.FALSE))).then(least).otherwise(int(Truth.MISSING))
    p = pl.col(f"{truth_column(plain)}.p").filter(inside).max()
    return truth.cast(pl.UInt8).alias(truth_column(test)), p.alias(f"{truth_column(test)}.p")


def _centre_column(test: Test) -> str:
    return f"{truth_column(test)}.centre"


def _symbol(test: Test) -> pl.Expr:
    value = pl.col(test.name)
    return (
        pl.when(value.is_null())
        .then(int(Truth.MISSING))
        .when(value.is_in(list(test.is_)))
        .then(int(Truth.TRUE))
        .otherwise(int(Truth.FALSE))
    )
