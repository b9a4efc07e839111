"""Cases that hold: counts are tried, and the rule itself says how it ends on them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import attrs

from advisor.cli.scaffold.counts import counts_for, used, usual
from advisor.cli.scaffold.wish import edges
from advisor.errors import AdvisorError
from advisor.metrics import metric_of
from advisor.model import (
    LEVELS,
    TRENDS,
    Bands,
    Business,
    Metric,
    MetricKind,
    Rule,
    Test,
    Vocabulary,
    frozen,
)
from advisor.testing.case_runner import LAST_DAY, CaseRunner
from advisor.testing.cases import Case, CaseSubject, Outcome

_SIZES = (30_000.0, 300_000.0, 3_000.0, 3_000_000.0, 300.0, 30.0)
_SMALL = (1_000.0, 300.0, 100.0, 30.0, 10.0, 5.0, 3.0)
_OFF = (0.6, 0.3, 0.1, 0.003)  # how far off an edge a value lies, as a share of it
_WIDE = 20.0  # how far the limits of a derived metric lie apart where it is unsure

Ends = tuple[float | None, float | None]


@frozen
class _Values:
    """What a case is to show: a value of each metric, now and before, and of each symbol."""

    now: Mapping[str, float]
    before: Mapping[str, float]
    symbols: Mapping[str, str]


@frozen
class Prover:
    """Looks for cases of *rule*, with the shop and the bands that they are held against."""

    rule: Rule
    shop: Business
    bands: Bands
    vocabulary: Vocabulary
    runner: CaseRunner

    def cases(self) -> list[Case]:
        """A case that fires, one that is clear for each condition, one that is unsure and one that
        lacks a count; those that cannot be are left out.

        Raises AdvisorError where no case was found that fires.
        """
        fires = self._first(self._firing(), "every number is as the rule asks", Outcome.FIRES)
        if fires is None:
            raise AdvisorError(
                "no counts were found with which all of them are true at once",
                where="conditions",
                hint="loosen one of them, or write the rule and its cases by hand",
            )
        found = [fires]
        for test in self._tests():
            name = f"{test.name} is not {test.trend or ' or '.join(test.is_) or 'beyond its limit'}"
            found += self._found(self._cleared(test), name, Outcome.CLEAR)
        found += self._found(self._small(fires), "too few data to tell", Outcome.UNSURE)
        for lacking, case in _lacking(fires):
            missing = self._first([case], f"no {lacking}", Outcome.MISSING)
            if missing is not None:
                return [*found, missing]
        return found

    def _tests(self) -> tuple[Test, ...]:
        return self.rule.when.tests

    def _found(self, tried: Iterable[Case], name: str, outcome: Outcome) -> list[Case]:
        found = self._first(tried, name, outcome)
        return [] if found is None else [found]

    def _first(self, tried: Iterable[Case], name: str, outcome: Outcome) -> Case | None:
        """The first that ends as *outcome*, with the sentence that the rule then says."""
        for case in tried:
            judged = self.runner.judge(self.rule, case)
            if judged.outcome == outcome:
                return attrs.evolve(case, name=name, outcome=outcome, finding=judged.finding)
        return None

    def _firing(self) -> Iterator[Case]:
        for step in range(len(_OFF)):
            for size in _SIZES:
                yield from self._made(self._values(step, size), size)

    def _cleared(self, test: Test) -> Iterator[Case]:
        for step in range(len(_OFF)):
            for size in _SIZES:
                values = self._values(step, size)
                for other in self._false(test, step, size, values):
                    yield from self._made(other, size)

    def _small(self, fires: Case) -> Iterator[Case]:
        for size in _SMALL:
            for step in range(len(_OFF)):
                yield from self._made(self._values(step, size), size)
        for step in range(len(_OFF)):  # where there must be many, near an edge
            for size in _SIZES:
                yield from self._made(self._values(step, size, near=True), size)
        wide = {m: (v, v / _WIDE, v * _WIDE) for m, (v, _, _) in fires.metrics.items()}
        if wide:
            yield attrs.evolve(fires, metrics=wide)

    def _values(self, step: int, size: float, *, near: bool = False) -> _Values:
        """Values with which every test is true; the further the *step*, the clearer."""
        now: dict[str, float] = {}
        before: dict[str, float] = {}
        symbols: dict[str, str] = {}
        trends: dict[str, float] = {}
        for test in self._tests():
            if test.name in self.vocabulary.symbols:
                symbols[test.name] = test.is_[0]
            elif test.trend is not None:
                trends[test.name] = (0.5, 1.0, 2.0)[TRENDS.index(test.trend)]
            else:
                metric = self._metric(test.name)
                now[test.name] = _inside(self._ends(test), metric, size, step, near=near)
        for name, ratio in trends.items():
            now.setdefault(name, usual(self._metric(name), size))
            before[name] = now[name] / ratio
        return _Values(now, before, symbols)

    def _false(self, test: Test, step: int, size: float, true: _Values) -> Iterator[_Values]:
        """*true* with *test* turned around."""
        name = test.name
        if name in self.vocabulary.symbols:
            others = [v for v in self.vocabulary.symbols[name].values if v not in test.is_]
            yield from (attrs.evolve(true, symbols={**true.symbols, name: v}) for v in others)
        elif test.trend is not None:
            for ratio in {"falling": (1.0, 2.0), "flat": (0.5,), "rising": (1.0, 0.5)}[test.trend]:
                yield attrs.evolve(true, before={**true.before, name: true.now[name] / ratio})
        else:
            for value in _outside(self._ends(test), self._metric(name), step, size):
                yield attrs.evolve(true, now={**true.now, name: value})

    def _made(self, values: _Values, size: float) -> Iterator[Case]:
        """The case that shows *values*, where there are such counts."""
        metrics = {name: self._metric(name) for name in {**values.now, **values.before}}
        derived = {name: v for name, v in values.now.items() if metrics[name].derived}
        counted = {name: v for name, v in values.now.items() if not metrics[name].derived}
        counts = self.vocabulary.counts
        now = counts_for(counted, metrics, counts, size)
        earlier = None
        if values.before:
            earlier = counts_for({**counted, **values.before}, metrics, counts, size)
            if earlier is None:
                return
        if now is None:
            return
        name = f"Example {self.vocabulary.subjects[self.rule.subject].title}"
        yield Case(
            name="",
            business=self.shop,
            subject=CaseSubject(name, now),
            outcome=Outcome.FIRES,
            before=None if earlier is None else CaseSubject(name, earlier),
            symbols=values.symbols,
            metrics={name: (v, v, v) for name, v in derived.items()},
        )

    def _metric(self, name: str) -> Metric:
        return metric_of(name, self.vocabulary)

    def _ends(self, test: Test) -> Ends:
        """Between which values *test* is true; None: no end."""
        low, high = test.at_least, test.at_most
        band = edges(test.name, self.rule.subject, self.bands, self.shop, LAST_DAY)
        if not test.is_ or band is None:
            return low, high
        ends = {
            LEVELS[0]: (None, band[0]),
            LEVELS[1]: band,
            LEVELS[2]: (band[1], None),
        }
        asked = [ends[level] for level in LEVELS if level in test.is_]
        joined = asked[0]
        for below, above in pairwise(asked):
            if below[1] == above[0]:  # else a gap lies between: the first is enough
                joined = (joined[0], above[1])
        return _larger(low, joined[0]), _smaller(high, joined[1])


def _lacking(case: Case) -> Iterator[tuple[str, Case]]:
    """*case* without one thing that it gives, the last first."""
    for name in reversed(tuple(case.subject.counts)):
        rest = {n: v for n, v in case.subject.counts.items() if n != name}
        yield f"{name} column", attrs.evolve(case, subject=CaseSubject(case.subject.name, rest))
    if case.metrics:
        yield f"{next(iter(case.metrics))} measured", attrs.evolve(case, metrics={})
    if case.symbols:
        yield f"{next(iter(case.symbols))} told", attrs.evolve(case, symbols={})


def _inside(ends: Ends, metric: Metric, size: float, step: int, *, near: bool) -> float:
    """A value between *ends*, off the edges by a share that grows with *step*."""
    low, high = ends
    off = 0.97 if near else _OFF[step]
    if low is not None and high is not None:
        return high if low == high else low + (high - low) * (0.02 if near else 0.5)
    if high is not None:
        none = step == len(_OFF) - 1 and metric.kind is MetricKind.EXACT
        return 0.0 if none and high > 0 else high * off
    if low is not None:
        beyond = low / off if low > 0 else (size if metric.kind is not MetricKind.EXACT else 5.0)
        most = 1.0 if metric.kind is MetricKind.PROPORTION else beyond
        return min(beyond, (low + most) / 2) if beyond > most else beyond
    return usual(metric, size)


def _outside(ends: Ends, metric: Metric, step: int, size: float) -> Iterator[float]:
    """Values beyond either end: the nearest first, for a case just on the other side."""
    low, high = ends
    off = _OFF[step]
    if high is not None:
        yield _inside((high, None), metric, size, step, near=False)
    if low is not None:
        yield low * off
        if metric.kind is MetricKind.EXACT:
            yield 0.0


def _larger(one: float | None, other: float | None) -> float | None:
    known = [value for value in (one, other) if value is not None]
    return max(known, default=None)


def _smaller(one: float | None, other: float | None) -> float | None:
    known = [value for value in (one, other) if value is not None]
    return min(known, default=None)


def counts_not_given(metrics: Sequence[Metric], given: Iterable[str]) -> tuple[str, ...]:
    """The counts of *metrics* that are not *given* by any known export."""
    known = set(given)
    needed = [name for metric in metrics for side in used(metric) for name in side]
    return tuple(dict.fromkeys(name for name in needed if name not in known))
