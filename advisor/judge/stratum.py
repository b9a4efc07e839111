"""One stratum of rules: their conditions, the engine's word, and the outcomes.

Stratified evaluation: a rule is in the first stratum in which all is decided that it comes after.
"""

from collections.abc import Collection, Mapping, Sequence

import attrs
import polars as pl

from advisor.judge.conditions import ConditionEvaluator, Earlier
from advisor.judge.engine.program import Engine, FindingFact
from advisor.judge.evaluation import RuleEvaluation
from advisor.judge.facts import facts_of, fired_rows
from advisor.judge.false_discovery import FALSE_DISCOVERIES, benjamini_hochberg, p_values
from advisor.judge.grade import Graded, Grader
from advisor.judge.outcome import Match, Outcome, matches_of
from advisor.judge.pooled import Pools, is_pooled, open_rows
from advisor.judge.relations import Relations, subject_id
from advisor.metrics import Measured
from advisor.model import Rule, Truth, define, frozen
from advisor.stats import partitions


@define(eq=False)
class Evaluated:
    """Everything that was decided so far. *outcomes* has a frame for each stratum."""

    evaluations: list[RuleEvaluation] = attrs.field(factory=list)
    outcomes: list[pl.DataFrame] = attrs.field(factory=list)
    matches: list[Match] = attrs.field(factory=list)
    by_rule: dict[str, list[tuple[RuleEvaluation, pl.DataFrame]]] = attrs.field(factory=dict)
    _made: int = 0
    _rows: int = 0

    def evaluation(
        self, rule: Rule, kind: str, graded: Graded, measured_as: str | None = None
    ) -> RuleEvaluation:
        """A further evaluation, whose outcomes follow on those of the one before."""
        made = RuleEvaluation(self._made, self._rows, rule, kind, graded, measured_as)
        self._made += 1
        self._rows += made.height
        return made

    def add(
        self,
        evaluations: Sequence[RuleEvaluation],
        outcomes: pl.DataFrame,
        matches: Sequence[Match],
    ) -> None:
        """Adds a stratum: its *evaluations* in the order of rules, its *outcomes* and *matches*."""
        start = min(one.start for one in evaluations)
        for one in evaluations:
            part = outcomes.slice(one.start - start, one.height)
            self.by_rule.setdefault(one.rule.id, []).append((one, part))
        self.evaluations += evaluations
        self.outcomes.append(outcomes)
        self.matches += matches


@frozen(eq=False)
class Setting:
    """The data and tools of a judgement. *kinds* says on which kind each rule is judged; *screen*,
    *prefilter* and *lost*: see advisor.judge.judge; *stronger*: see ConditionEvaluator."""

    measured: Mapping[str, Measured]
    relations: Relations
    grader: Grader
    engine: Engine
    kinds: Mapping[str, str]
    screen: bool
    prefilter: bool
    lost: Collection[str] = ()
    stronger: Mapping[str, str] = attrs.field(factory=dict)


def evaluate_stratum(rules: Sequence[Rule], done: Evaluated, setting: Setting) -> None:
    """Evaluates *rules*, which come after rules that are *done* already, and adds them."""
    graded = setting.relations.graded
    kinds = {rule.id: setting.kinds[rule.id] for rule in rules if rule.id in setting.kinds}
    first = [
        done.evaluation(rule, kinds[rule.id], graded[kinds[rule.id]])
        for rule in rules
        if rule.id in kinds
    ]
    if not first:
        return
    earlier = Earlier(done.by_rule)
    evaluator = ConditionEvaluator(
        setting.relations,
        earlier,
        pl.Enum(sorted(setting.grader.vocabulary.subjects)),
        pl.Enum(sorted(setting.kinds)),
        setting.lost,
        setting.stronger,
    )
    outcomes = [evaluator.evaluate(first)]
    pooled = _evaluate_pooled(first, outcomes, evaluator, done, setting)
    stratum = pl.concat(outcomes)
    evaluations = [one for f in first for one in (f, *pooled.get(f.number, ()))]
    matches = _matches(stratum, evaluations, earlier, done.matches, setting)
    if not matches.height:
        done.add(evaluations, stratum, ())
        return
    ends = stratum["outcome"].rechunk()
    codes = pl.Series([int(Outcome.UNSURE), int(Outcome.FIRES)], dtype=pl.UInt8)
    ends.scatter(matches["place"] - first[0].start, codes[matches["significant"].cast(pl.UInt32)])
    stratum = stratum.with_columns(ends)
    order = {one.number: place for place, one in enumerate(evaluations)}
    by_number = {one.number: one for one in evaluations}
    significant = matches_of(matches.filter("significant"), by_number, setting.stronger)
    done.add(
        evaluations, stratum, sorted(significant, key=lambda match: order[match.evaluation.number])
    )


def _evaluate_pooled(
    first: Sequence[RuleEvaluation],
    outcomes: list[pl.DataFrame],
    evaluator: ConditionEvaluator,
    done: Evaluated,
    setting: Setting,
) -> Mapping[int, Sequence[RuleEvaluation]]:
    """The evaluations of subjects that cannot tell alone, pooled under their parents: by the number
    of the first evaluation. Adds their outcomes to *outcomes*."""
    pooled: dict[int, list[RuleEvaluation]] = {}
    by_kind: dict[str, list[RuleEvaluation]] = {}
    for one in first:
        if is_pooled(one.rule, setting.grader):
            by_kind.setdefault(one.kind, []).append(one)
    waiting = open_rows(outcomes[0], [one for several in by_kind.values() for one in several])
    rows = partitions(waiting, ["evaluation"])
    for kind, several in by_kind.items():
        parts = [rows[one.number,] for one in several if (one.number,) in rows]
        if not parts:
            continue
        source = setting.measured[kind]
        for pools in Pools.of_open(several, pl.concat(parts), setting.grader):
            for parent in pools.levels():
                frames = pools.pool(parent, source, setting.measured)
                if not frames:
                    continue
                made = [
                    (number, done.evaluation(pools.rules[number], parent, graded, kind))
                    for number, graded in frames.items()
                ]
                here = [one for _, one in made]
                outcomes.append(evaluator.evaluate(here))
                for number, one in made:
                    pooled.setdefault(number, []).append(one)
                firsts = {one.number: number for number, one in made}
                pools.wait(parent, frames, open_rows(outcomes[-1], here), firsts)
    return pooled


def _matches(
    outcomes: pl.DataFrame,
    evaluations: Sequence[RuleEvaluation],
    earlier: Earlier,
    matches: Sequence[Match],
    setting: Setting,
) -> pl.DataFrame:
    """The rows on which the engine says that a rule fires: `evaluation`, `row`, `place`, `shop`,
    `key`, `blocked`, `asked`, `partners`, `p`, and whether they are `significant`."""
    columns = ["evaluation", "row", "shop", "key", "blocked", "asked"]
    # By their places: to filter millions of rows takes longer than to evaluate them.
    places = outcomes.select(pl.arg_where(pl.col("truth") == int(Truth.TRUE))).to_series()
    true_rows = outcomes[columns][places]
    asserted = true_rows if setting.prefilter else outcomes[columns]
    facts = facts_of(asserted, evaluations, setting.relations, earlier)
    clauses = [clause for one in evaluations for clause in one.clauses()]
    findings = [FindingFact(m.rule.id, subject_id(m.kind, m.shop, m.key)) for m in matches]
    derived = (
        setting.engine.derive(clauses, facts.subjects, facts.links, findings)
        if facts.subjects
        else ()
    )
    fired = fired_rows(true_rows, derived, facts.members, evaluations)
    if not fired.height:
        return fired
    p = _p_of(fired, evaluations, setting.grader)
    return _significant(fired.hstack([p]), outcomes, evaluations, setting)


def _p_of(fired: pl.DataFrame, evaluations: Sequence[RuleEvaluation], grader: Grader) -> pl.Series:
    """The p of each row of *fired*, whose rows stand in the order of evaluations."""
    by_number = {one.number: one for one in evaluations}
    rows = {
        int(part["evaluation"][0]): part["row"].to_list()
        for part in fired.partition_by("evaluation", maintain_order=True)
    }
    by_frame: dict[int, list[RuleEvaluation]] = {}
    for number in rows:
        by_frame.setdefault(id(by_number[number].graded), []).append(by_number[number])
    values: dict[int, pl.Series] = {}
    for several in by_frame.values():
        together = sorted({row for one in several for row in rows[one.number]})
        ps = p_values(several[0].graded, [one.rule for one in several], together, grader)
        values |= {one.number: ps.of(one.rule, rows[one.number]) for one in several}
    return pl.concat([values[number] for number in rows])


def _significant(
    fired: pl.DataFrame,
    outcomes: pl.DataFrame,
    evaluations: Sequence[RuleEvaluation],
    setting: Setting,
) -> pl.DataFrame:
    """*fired* with `significant`, by everything that was judged of its shop. What is no chance at
    all is significant, and is not counted."""
    by_chance = [
        one
        for one in evaluations
        if any(setting.grader.by_chance(test) for test in one.rule.when.own())
    ]
    numbers = [one.number for one in by_chance]
    most = sum(one.height for one in by_chance)
    tried = pl.col("evaluation").is_in(numbers)
    # Surer than the surest has to be, however many were judged, all of them are.
    least = (
        fired.select(pl.col("p").filter(tried).max()).item() if setting.screen and most else None
    )
    if least is None or least <= FALSE_DISCOVERIES / most:
        return fired.with_columns(significant=True)
    told = outcomes.lazy().filter(tried & (pl.col("truth") != int(Truth.MISSING)))
    judged = told.group_by("shop").agg(pl.len().alias("judged"))
    screened = benjamini_hochberg(fired.lazy().filter(tried), judged).drop("judged")
    others = fired.lazy().filter(~tried).with_columns(significant=True)
    return pl.concat([screened, others]).sort("evaluation", "row").collect(engine="in-memory")
