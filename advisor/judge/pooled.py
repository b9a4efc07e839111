"""Subjects that cannot tell alone, pooled under their parents and evaluated together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from advisor.judge.evaluation import RuleEvaluation
from advisor.judge.grade import EVALUATION, Graded, Grader
from advisor.metrics import PARTS, SIDES, Measured, held_column, metric_of, pool, unpooled
from advisor.model import Against, Metric, MetricKind, Rule, Truth, define

ROWS_AT_ONCE = 200_000  # subjects times rules that are pooled in one step


def open_rows(outcomes: pl.DataFrame, evaluations: Sequence[RuleEvaluation]) -> pl.DataFrame:
    """`evaluation` and `row` of the subjects that cannot tell, and may yet fire."""
    numbers = [one.number for one in evaluations]
    return (
        outcomes.lazy()
        .filter(
            (pl.col("truth") == int(Truth.UNSURE))
            & (pl.col("blocked") != int(Truth.TRUE))
            & pl.col("evaluation").is_in(numbers)
        )
        .select("evaluation", "row")
        .collect(engine="in-memory")
    )


def is_pooled(rule: Rule, grader: Grader) -> bool:
    """Whether subjects tell together where they cannot alone: not over links or findings, and not
    where *rule* asks for the level of a total, as that of several is not one's."""
    if rule.when.related or rule.unless.related or rule.after:
        return False
    if any(test.days is not None for test in rule.own_tests()):
        return False  # days were measured of each subject alone
    return not any(
        grader.by_chance(test)
        and test.trend is None
        and metric_of(test.name, grader.vocabulary).kind is MetricKind.EXACT
        for test in rule.when.own()
    )


@define(eq=False)
class Pools:
    """The subjects of one kind that wait to be pooled, for several rules at once.

    *waiting* has a row for each rule (`EVALUATION` is the number of its first evaluation) and each
    subject, with what the rule needs; *metrics* are those of each rule.
    """

    kind: str
    grader: Grader
    rules: Mapping[int, Rule]
    metrics: Mapping[int, Mapping[str, Metric]]
    waiting: pl.DataFrame

    @classmethod
    def of_open(
        cls, evaluations: Sequence[RuleEvaluation], rows: pl.DataFrame, grader: Grader
    ) -> Iterator["Pools"]:
        """The open *rows* of *evaluations* of one kind, in portions that fit in memory."""
        by_number = {one.number: one for one in evaluations}
        portion: dict[int, pl.Series] = {}
        size = 0
        parts = rows.partition_by("evaluation", maintain_order=True)
        for part in parts:
            if portion and size + part.height > ROWS_AT_ONCE:
                yield cls._of([by_number[number] for number in portion], portion, grader)
                portion, size = {}, 0
            portion[int(part["evaluation"][0])] = part["row"]
            size += part.height
        if portion:
            yield cls._of([by_number[number] for number in portion], portion, grader)

    @classmethod
    def _of(
        cls,
        evaluations: Sequence[RuleEvaluation],
        rows: Mapping[int, pl.Series],
        grader: Grader,
    ) -> "Pools":
        graded, kind = evaluations[0].graded, evaluations[0].kind
        rules = {one.number: one.rule for one in evaluations}
        columns = graded.frame.columns
        rows = {n: _in_both_windows(rules[n], graded.frame, rows[n]) for n in rules}
        metrics = {n: _metrics(rule, kind, columns, grader) for n, rule in rules.items()}
        held = {n: _held(rule, kind, graded.frame, grader) for n, rule in rules.items()}
        there = [c for c in columns if c.startswith("parent.") or c in ("days", "before.days")]
        plain = ["shop", "key", *there]
        parts = []
        for number in rules:
            own = [*plain, *_parts(metrics[number], columns)]
            lazy = (
                graded.frame[own][rows[number]].lazy()
                if not held[number]
                else (graded.frame[rows[number]].lazy().select(*own, *held[number]))
            )
            parts.append(lazy.with_columns(pl.lit(number, pl.UInt32).alias(EVALUATION)))
        waiting = pl.concat(parts, how="diagonal").collect(engine="in-memory")
        return cls(kind, grader, rules, metrics, waiting)

    def levels(self) -> Iterator[str]:
        """The kinds above that may pool what waits, from the nearest on."""
        subjects = self.grader.vocabulary.subjects
        for parent in self.grader.vocabulary.ancestors(self.kind)[1:]:
            known = f"parent.{parent}" in self.waiting.columns or subjects[parent].parent is None
            if known and self.waiting.height > 1:
                yield parent

    def pool(
        self, parent: str, source: Measured, measured: Mapping[str, Measured]
    ) -> dict[int, Graded]:
        """What waits, pooled under *parent* and graded: by the number of the first evaluation.
        The parents are called as they are in *measured*."""
        vocabulary = self.grader.vocabulary
        plural, whole = vocabulary.subjects[self.kind].plural, vocabulary.subjects[parent]
        title = f"{{}} {plural} together" if whole.parent is None else f"{{}} {plural} of {{}}"
        parents = measured[parent].frame if parent in measured else None
        together = {name: m for metrics in self.metrics.values() for name, m in metrics.items()}
        frame = pool(self.waiting, parent, title, together, ("shop", EVALUATION), parents)
        if frame.height == 0:
            return {}
        numbers = sorted(set(frame[EVALUATION]))
        tests = {test: None for number in numbers for test in self.rules[number].own_tests()}
        names = frozenset(name for name in together if not name.endswith(".before"))
        graded = self.grader.grade(Measured(self.kind, frame, names, source.source), tests)
        return {
            number: self._of_rule(part, number, source)
            for part in graded.frame.partition_by(EVALUATION, maintain_order=True)
            for number in [int(part[EVALUATION][0])]
        }

    def _of_rule(self, frame: pl.DataFrame, number: int, source: Measured) -> Graded:
        """The rows of one rule, with its own metrics only."""
        metrics = self.metrics[number]
        others = {m for metrics in self.metrics.values() for m in metrics} - metrics.keys()
        own = [c for c in frame.columns if c != EVALUATION and _metric_of(c) not in others]
        names = frozenset(name for name in metrics if not name.endswith(".before"))
        own_frame = frame[own]
        return Graded(Measured(self.kind, own_frame, names, source.source), own_frame)

    def wait(
        self,
        parent: str,
        pooled: Mapping[int, Graded],
        open_: pl.DataFrame,
        firsts: Mapping[int, int],
    ) -> None:
        """Keeps what has no other to be pooled with under *parent*, and of *pooled* what is still
        *open_* (`evaluation`, `row`); *firsts* has the first evaluation of each of those."""
        left = [unpooled(self.waiting, parent, by=("shop", EVALUATION))]
        for part in open_.partition_by("evaluation", maintain_order=True):
            number = firsts[int(part["evaluation"][0])]
            frame = pooled[number].frame
            there = [c for c in frame.columns if c in self.waiting.columns or c == "pooled"]
            mark = pl.Series(EVALUATION, [number], dtype=pl.UInt32)
            rows = frame[there][part["row"]]
            left.append(rows.hstack([mark.new_from_index(0, rows.height)]))
        self.waiting = pl.concat(left, how="diagonal_relaxed")


def _metric_of(column: str) -> str:
    """The metric that *column* is of: `ctr` of `ctr.lo`, `ctr.before` of `ctr.before.x`."""
    if column.endswith(".before"):
        return column
    stem, _, last = column.rpartition(".")
    return stem if stem and last not in ("low", "high") else column


def _in_both_windows(rule: Rule, frame: pl.DataFrame, rows: pl.Series) -> pl.Series:
    """The *rows* without subjects that had nothing in one of the windows that *rule* compares: with
    them a pool would change by who is in it."""
    for test in rule.when.tests:
        if test.trend is None and test.against is not Against.PAST:
            continue
        for part in (f"{test.name}.d", f"{test.name}.before.d"):
            if part in frame.columns:
                rows = rows.filter(frame[part][rows] > 0)
    return rows


def _parts(metrics: Mapping[str, Metric], columns: Sequence[str]) -> list[str]:
    there = frozenset(columns)
    parts = (f"{name}.{part}" for name in metrics for part in (*PARTS, "days"))
    return [part for part in parts if part in there]


def _metrics(rule: Rule, kind: str, columns: Sequence[str], grader: Grader) -> Mapping[str, Metric]:
    """The metrics that *rule*, its bands and its prices need of a pool."""
    there = frozenset(columns)
    metrics = {}
    for test in rule.own_tests():
        for name in (test.name, f"{test.name}.before"):
            if f"{name}.x" in there:
                metrics[name] = metric_of(test.name, grader.vocabulary)
    for name in _beside(rule, kind, grader):
        if f"{name}.x" in there:
            metrics[name] = metric_of(name, grader.vocabulary)
    return metrics


def _beside(rule: Rule, kind: str, grader: Grader) -> Iterable[str]:
    """Metrics that a band or a price of the rule's own depends on."""
    names = {name: None for action in rule.actions for name in action.done}
    for name in (*dict.fromkeys(test.name for test in rule.own_tests()), *list(names)):
        if name in grader.vocabulary.symbols:
            continue
        names |= dict.fromkeys(sorted(grader.edges_of(name, kind)))
        money = metric_of(name, grader.vocabulary).money
        names |= {money: None} if money else {}
    return names


def _held(rule: Rule, kind: str, frame: pl.DataFrame, grader: Grader) -> list[pl.Expr]:
    """The edges that each subject was held to, where these depend on it."""
    columns: list[pl.Expr] = []
    names = dict.fromkeys(test.name for test in rule.own_tests())
    for name in names.keys() - grader.vocabulary.symbols.keys():
        if grader.depends_on(name, kind):
            sides = zip(grader.held_to(name, kind, frame.columns), SIDES, strict=True)
            columns += [edge.alias(held_column(name, side)) for edge, side in sides]
    return columns
