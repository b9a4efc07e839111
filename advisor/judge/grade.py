"""From metrics to truth: one column for each distinct test, for every subject at once.

The one-sided p of the edges that decide a test is worked out for what fires only.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

import attrs
import polars as pl

from advisor.judge.profiles import Profiles
from advisor.judge.question import (
    RELATIVE,
    Question,
    perhaps_true,
    setting_column,
    truth_between,
    truth_column,
    truth_of_change,
    truth_of_symbol,
)
from advisor.judge.scores import limits_of_total, score_against, score_of_days
from advisor.metrics import (
    AGO,
    Measured,
    Steps,
    by_profile,
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
    MetricKind,
    Resolved,
    Test,
    Truth,
    Unit,
    Vocabulary,
    frozen,
)
from advisor.stats import intervals as evidence

EVALUATION = "__evaluation"  # where pools of several rules stand in one frame: which one's


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
            perhaps_true(outer, inner, (lo * (1 + off), hi * (1 + off)), question.wanted)
            for off in (-within, pl.lit(0.0), within)
        ]
        return (lo.is_not_null() & hi.is_not_null() & (none | pl.any_horizontal(ever))).fill_null(
            value=False
        )

    def _truth(self, test: Test, columns: Collection[str], kind: str, steps: Steps) -> pl.Expr:
        if test.name in self.vocabulary.symbols:
            return truth_of_symbol(test) if test.name in columns else pl.lit(int(Truth.MISSING))
        if f"{test.column}.lo" not in columns:
            return pl.lit(int(Truth.MISSING))
        return pl.min_horizontal(
            [
                truth_of_change(test.name, question.wanted, columns, steps)
                if question.low is None
                else truth_between(question, question.low, self._limits(test, columns, steps))
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
                return limits_of_total(m, metric.scale, steps)
        return pl.col(f"{m}.lo"), pl.col(f"{m}.hi")

    def _questions(
        self, test: Test, columns: Collection[str], kind: str, steps: Steps
    ) -> list[Question]:
        """What a test comes down to: wanted levels between edges, or of a change (no edges)."""
        asked: list[Question] = []
        if test.trend is not None:
            asked.append(Question((LEVELS[TRENDS.index(test.trend)],)))
        if test.is_:
            if test.against is Against.PAST:
                asked.append(Question(test.is_))
            elif test.against is Against.BAND:
                low, high = map(steps.of, self.held_to(test.name, kind, columns))
                inner = self._narrow(test.name, kind, columns)
                narrow = (steps.of(inner[0]), steps.of(inner[1])) if inner else None
                within = self._within(test.name, kind)
                asked.append(Question(test.is_, low, high, narrow, within))
            else:
                centre = pl.col(_centre_column(test))
                asked.append(Question(test.is_, centre * RELATIVE[0], centre * RELATIVE[1]))
        if test.at_least is not None:
            asked.append(Question(("good", "high"), pl.lit(test.at_least), pl.lit(None)))
        if test.at_most is not None:
            asked.append(Question(("low", "good"), pl.lit(None), pl.lit(test.at_most)))
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
                        score = score_against(m, metric, question, side, columns, steps)
                        raw.append(score.alias(f"{parts[-1]}.raw"))
                        score = sign * score_of_days(m, pl.col(f"{parts[-1]}.raw"), columns)
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


def _depends_on(band: Resolved) -> frozenset[str]:
    """The metrics on which it depends which edges of *band* hold for a subject."""
    return frozenset(edges.of.metric for edges in band.edges if edges.of is not None)


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
