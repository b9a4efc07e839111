"""From truths to outcomes: each rule ends in one outcome for each subject it applies to.

Columns say how certain each rule is; what fires, joins, chains, blocks and explains is decided by
the rules engine. A subject is kept from the engine only where no rule can fire on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import IntEnum

import attrs
import polars as pl

from advisor.condition import Conditions, Quantifier, Related, Test, Truth
from advisor.engine.program import (
    After,
    Clause,
    Derivation,
    Engine,
    FindingFact,
    Join,
    LinkFact,
    Pattern,
    SubjectFact,
)
from advisor.engine.strata import strata
from advisor.grade import Graded, Grader, truth_column
from advisor.measure import Measured, metric_of, pool, unpooled
from advisor.rule import Rule

FALSE_DISCOVERIES = 0.05  # of the findings of one rule on one kind, at most this share by chance
_MIN, _MAX = pl.min_horizontal, pl.max_horizontal


class Outcome(IntEnum):
    """How a rule ended for one subject."""

    CLEAR = 0
    MISSING = 1
    UNSURE = 2
    FIRES = 3
    NOT_APPLICABLE = 4
    ERROR = 5


@attrs.frozen(eq=False)
class Verdicts:
    """One rule on the subjects of one kind: the graded rows with `outcome` (UInt8) and `p`.

    *kind* is what the subjects are; *measured_as* the finer kind whose subjects were pooled, where
    they were.
    """

    rule: Rule
    kind: str
    graded: Graded
    outcomes: pl.DataFrame  # shop, key, outcome, p, code, unless; a row for each row of graded
    measured_as: str | None = None
    reason: str = ""  # why nothing could be judged, where that is so for all


@attrs.frozen
class Firing:
    """A rule that fired on a subject. *row* is its row in the graded frame."""

    rule: Rule
    verdicts: Verdicts = attrs.field(eq=False)
    row: int
    shop: str
    key: str
    p: float
    unchecked: tuple[str, ...]
    partners: tuple[str, ...]
    explained_by: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return self.verdicts.kind


@attrs.frozen(eq=False)
class Judgement:
    """Everything the rules said."""

    verdicts: tuple[Verdicts, ...]
    firings: tuple[Firing, ...]


def rung(rule: Rule, measured: Mapping[str, Measured], grader: Grader) -> str | None:
    """The finest kind that *rule* can be judged on: the first of those that may stand for its own
    whose rows have every metric it asks for, else the one that has most of them."""
    names = {test.name for test in rule.when.own()}
    best: tuple[int, str] | None = None
    linked = rule.when.related or rule.unless.related or (rule.after and rule.after.over)
    # Relations lead away from the rule's own kind, and from no other.
    rungs = (rule.subject,) if linked else grader.vocabulary.stand_ins(rule.subject)
    for kind in rungs:
        if kind not in measured:
            continue
        columns = measured[kind].frame.columns
        have = sum(f"{name}.lo" in columns or name in columns for name in names)
        if have == len(names):
            return kind
        if best is None or have > best[0]:
            best = (have, kind)
    if best is None or (best[0] == 0 and best[1] != rule.subject):
        return None
    return best[1]


def tests_for(
    rules: Sequence[Rule], measured: Mapping[str, Measured], grader: Grader
) -> dict[str, list[Test]]:
    """Every test to grade, by kind, each once."""
    wanted: dict[str, dict[Test, None]] = {kind: {} for kind in measured}
    for rule in rules:
        kind = rung(rule, measured, grader)
        if kind is None:
            continue
        for at, tests in rule.tests_by_kind(kind).items():
            if at in wanted:
                wanted[at].update(dict.fromkeys(tests))
    return {kind: list(tests) for kind, tests in wanted.items()}


def judge(
    rules: Sequence[Rule],
    measured: Mapping[str, Measured],
    links: Mapping[str, pl.DataFrame],
    grader: Grader,
    engine: Engine,
    *,
    screen: bool = True,
    prefilter: bool = True,
) -> Judgement:
    """Judges every rule on every subject. *links* are pairs of keys (`from`, `to`) by relation.

    *screen* turns the control of false discoveries off, *prefilter* the leaving out of subjects on
    which nothing can fire: both for proofs.
    """
    tests = tests_for(rules, measured, grader)
    graded = {kind: grader.grade(frame, tests[kind]) for kind, frame in measured.items()}
    court = _Court(measured, graded, links, grader, engine, screen, prefilter)
    needs = {rule.id: frozenset(rule.after.findings if rule.after else ()) for rule in rules}
    by_id = {rule.id: rule for rule in rules}
    for stratum in strata(needs):
        court.sit([by_id[rule_id] for rule_id in sorted(stratum) if rule_id in by_id])
    return Judgement(tuple(court.verdicts), tuple(court.explain(rules)))


@attrs.define(eq=False)
class _Court:
    measured: Mapping[str, Measured]
    graded: Mapping[str, Graded]
    links: Mapping[str, pl.DataFrame]
    grader: Grader
    engine: Engine
    screen: bool
    prefilter: bool
    verdicts: list[Verdicts] = attrs.field(factory=list)
    firings: list[Firing] = attrs.field(factory=list)

    def sit(self, rules: Sequence[Rule]) -> None:
        """One stratum: what every condition came to, then the engine's word, then the outcomes."""
        hearings: list[_Hearing] = []
        for rule in rules:
            hearings += self._hear(rule)
        clauses = [clause for hearing in hearings for clause in hearing.clauses()]
        subjects, links = self._facts(hearings)
        findings = [FindingFact(f.rule.id, _subject(f.kind, f.shop, f.key)) for f in self.firings]
        nothing: frozenset[Derivation] = frozenset()
        derived = self.engine.derive(clauses, subjects, links, findings) if subjects else nothing
        by_rule: dict[str, list[Derivation]] = {}
        for derivation in derived:
            by_rule.setdefault(derivation.rule, []).append(derivation)
        for hearing in hearings:
            verdicts, firings = self._decide(hearing, by_rule.get(hearing.rule.id, ()))
            self.verdicts.append(verdicts)
            self.firings += firings

    def _hear(self, rule: Rule) -> "list[_Hearing]":
        kind = rung(rule, self.measured, self.grader)
        if kind is None:
            return []
        graded = self.graded[kind]
        first = self._hearing(rule, kind, graded, None)
        hearings = [first]
        if rule.when.related or rule.unless.related or rule.after:
            return hearings
        subjects = self.grader.vocabulary.subjects
        waiting = first.open()
        for parent in self.grader.vocabulary.ladder(kind)[1:]:
            known = f"parent.{parent}" in waiting.columns or subjects[parent].parent is None
            if not known or waiting.height < 2:
                continue
            pooled = self._pool(rule, kind, waiting, parent)
            if pooled is None:
                continue
            hearings.append(self._hearing(rule, parent, pooled, kind))
            left = [unpooled(waiting, parent), hearings[-1].open()]
            waiting = pl.concat(left, how="diagonal_relaxed")
        return hearings

    def _pool(self, rule: Rule, kind: str, unsure: pl.DataFrame, parent: str) -> Graded | None:
        columns = unsure.columns
        metrics = {}
        for test in rule.own_tests():
            for name in (test.name, f"{test.name}.before"):
                if f"{name}.x" in columns:
                    metrics[name] = metric_of(test.name, self.grader.vocabulary)
        for name in self._beside(rule, kind):  # bands and prices may depend on another metric
            if f"{name}.x" in columns:
                metrics[name] = metric_of(name, self.grader.vocabulary)
        title = f"{{}} {self.grader.vocabulary.subjects[kind].plural} of one {parent} together"
        frame = pool(unsure, parent, title, metrics)
        if frame.height == 0:
            return None
        names = frozenset(n for n in metrics if not n.endswith(".before"))
        source = self.measured[kind].source
        return self.grader.grade(Measured(kind, frame, names, source), rule.own_tests())

    def _beside(self, rule: Rule, kind: str) -> set[str]:
        names = {name for action in rule.actions for name in action.done}
        for name in {test.name for test in rule.own_tests()} | names:
            if name in self.grader.vocabulary.symbols:
                continue
            band = self.grader.resolve(name, kind)
            names |= {edges.of.metric for edges in band.edges if edges.of is not None}
            money = metric_of(name, self.grader.vocabulary).money
            names |= {money} if money else set()
        return names

    def _hearing(
        self, rule: Rule, kind: str, graded: Graded, measured_as: str | None
    ) -> "_Hearing":
        frame = graded.frame
        code = self._code(rule.when)
        if rule.after is not None:
            frame, after = self._after(rule, kind, frame)
            code = _MIN(code, after)
        for need in rule.needs:
            there = f"{need}.lo" in frame.columns
            known = pl.col(f"{need}.lo").is_not_null() if there else pl.lit(value=False)
            code = _MIN(code, pl.when(known).then(int(Truth.TRUE)).otherwise(int(Truth.MISSING)))
        unless = self._code(rule.unless) if rule.unless else pl.lit(int(Truth.FALSE), pl.UInt8)
        frame, whens = self._with_related(rule, "when", rule.when, frame, kind)
        frame, blocks = self._with_related(rule, "unless", rule.unless, frame, kind)
        if whens:
            code = _MIN(code, *(pl.col(c) for c in whens.values()))
        if blocks:
            unless = _MIN(unless, *(pl.col(c) for c in blocks.values()))
        frame = frame.with_columns(
            code.cast(pl.UInt8).alias("code"),
            unless.cast(pl.UInt8).alias("unless"),
        )
        return _Hearing(rule, kind, graded, frame, whens, blocks, measured_as)

    def _code(self, conditions: Conditions) -> pl.Expr:
        truth = int(Truth.TRUE)
        parts = [pl.col(truth_column(test)) for test in conditions.tests]
        if conditions.alternatives:
            branches = conditions.alternatives
            parts.append(_MAX(*(_MIN(*(pl.col(truth_column(t)) for t in b)) for b in branches)))
        return _MIN(*parts) if parts else pl.lit(truth, pl.UInt8)

    def _with_related(
        self, rule: Rule, part: str, conditions: Conditions, frame: pl.DataFrame, kind: str
    ) -> tuple[pl.DataFrame, dict[Related, str]]:
        """A truth column for each question over a relation."""
        columns: dict[Related, str] = {}
        for i, related in enumerate(conditions.related):
            name = f"?{rule.id}|{part}|{i}"
            columns[related] = name
            pairs = self._pairs(related.relation, kind, related.kind)
            other = self.graded.get(related.kind)
            if pairs is None or other is None:
                frame = frame.with_columns(pl.lit(int(Truth.MISSING), pl.UInt8).alias(name))
                continue
            each = _MIN(*(pl.col(truth_column(t)) for t in related.tests))
            partners = other.frame.select("shop", pl.col("key").alias("to"), each.alias("each"))
            answer = (
                pairs.join(partners, on=["shop", "to"], how="left")
                .with_columns(pl.col("each").fill_null(int(Truth.MISSING)))
                .group_by("shop", "from")
                .agg(_quantified(related.quantifier).cast(pl.UInt8).alias(name))
            )
            frame = frame.join(
                answer,
                left_on=["shop", "key"],
                right_on=["shop", "from"],
                how="left",
                maintain_order="left",  # rows are known by their place in the graded frame
            ).with_columns(pl.col(name).fill_null(int(Truth.MISSING)))
        return frame, columns

    def _pairs(self, relation: str, kind: str, other: str) -> pl.DataFrame | None:
        """Pairs of `from` and `to` in *relation*, as seen from *kind*, with their shop."""
        if relation == "parent":
            column = f"parent.{other}"
            frame = self.graded[kind].frame
            if column not in frame.columns:
                if other != "shop":
                    return None
                frame = frame.with_columns(pl.col("shop").alias(column))
            return frame.select("shop", pl.col("key").alias("from"), pl.col(column).alias("to"))
        if relation == "children":
            up = self._pairs("parent", other, kind) if other in self.graded else None
            return None if up is None else _turned(up)
        pairs = self.links.get(relation.removeprefix("~"))
        if pairs is None:
            return None
        return _turned(pairs) if relation.startswith("~") else pairs.select("shop", "from", "to")

    def _after(self, rule: Rule, kind: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.Expr]:
        """What is known of the findings that *rule* comes after, as a truth column."""
        if rule.after is None:
            return frame, pl.lit(int(Truth.TRUE), pl.UInt8)
        columns: list[str] = []
        for i, finding in enumerate(rule.after.findings):
            column = f"?{rule.id}|after|{i}"
            columns.append(column)
            told = self._told(finding, kind, rule.after.over, column)
            if not told:
                frame = frame.with_columns(pl.lit(int(Truth.MISSING), pl.UInt8).alias(column))
                continue
            known = pl.concat(told).group_by("shop", "key").agg(pl.col(column).max())
            frame = frame.join(
                known, on=["shop", "key"], how="left", maintain_order="left"
            ).with_columns(pl.col(column).fill_null(int(Truth.FALSE)).cast(pl.UInt8))
        return frame, _MIN(*(pl.col(c) for c in columns))

    def _told(self, finding: str, kind: str, over: str | None, column: str) -> list[pl.DataFrame]:
        """How the rule *finding* ended on subjects of *kind*, or on those that *over* leads to."""
        # Not applicable is as good as not there; the other codes are the same as a truth's.
        outcome = pl.col("outcome").replace(int(Outcome.NOT_APPLICABLE), int(Outcome.CLEAR))
        found: list[pl.DataFrame] = []
        for verdicts in self.verdicts:
            if verdicts.rule.id != finding:
                continue
            known = verdicts.outcomes.select("shop", "key", outcome.alias(column))
            if over is None:
                found += [known] if verdicts.kind == kind else []
                continue
            pairs = self._pairs(over, kind, verdicts.kind)
            if pairs is not None:
                there = pairs.join(
                    known, left_on=["shop", "to"], right_on=["shop", "key"], how="left"
                )
                found.append(there.select("shop", pl.col("from").alias("key"), column))
        return found

    def _facts(self, hearings: "Sequence[_Hearing]") -> tuple[list[SubjectFact], list[LinkFact]]:
        """The subjects on which a rule can fire, those they are linked to, and the links."""
        rows: dict[tuple[str, str], dict[str, set[str]]] = {}
        links: dict[LinkFact, None] = {}
        for hearing in hearings:
            frame = hearing.frame
            if self.prefilter:
                frame = frame.filter(pl.col("code") == int(Truth.TRUE))
            if frame.height == 0:
                continue
            symbols = hearing.symbols()
            subjects = rows.setdefault((hearing.label, hearing.kind), {})
            _collect(subjects, frame, symbols, hearing.prefix)
            for related in (*hearing.whens, *hearing.blocks):
                pairs = self._pairs(related.relation, hearing.kind, related.kind)
                other = self.graded.get(related.kind)
                if related.quantifier is not Quantifier.ANY or pairs is None or other is None:
                    continue
                mine = frame.select("shop", pl.col("key").alias("from"))
                near = pairs.join(mine, on=["shop", "from"], how="semi")
                theirs = near.select("shop", pl.col("to").alias("key"))
                partners = other.frame.join(theirs, on=["shop", "key"], how="semi")
                tests = {truth_column(t): truth_column(t) for t in related.tests}
                at = rows.setdefault((related.kind, related.kind), {})
                _collect(at, partners, tests, related.kind)
                links.update(_links(near, related.relation, hearing.prefix, related.kind))
            self._link_findings(hearing, frame, links)
        facts = [
            SubjectFact(subject, label, frozenset(true))
            for (label, _), subjects in rows.items()
            for subject, true in subjects.items()
        ]
        return facts, list(links)

    def _link_findings(
        self, hearing: "_Hearing", frame: pl.DataFrame, links: dict[LinkFact, None]
    ) -> None:
        """The links over which a rule comes after another's finding."""
        after = hearing.rule.after
        if after is None or after.over is None:
            return
        kinds = sorted({v.kind for v in self.verdicts if v.rule.id in after.findings})
        mine = frame.select("shop", pl.col("key").alias("from"))
        for kind in kinds:
            pairs = self._pairs(after.over, hearing.kind, kind)
            if pairs is not None:
                near = pairs.join(mine, on=["shop", "from"], how="semi")
                links.update(_links(near, after.over, hearing.prefix, kind))

    def _decide(
        self, hearing: "_Hearing", derived: Iterable[Derivation]
    ) -> tuple[Verdicts, list[Firing]]:
        rule = hearing.rule
        fires: dict[str, set[str]] = {}
        blocked: set[str] = set()
        prefix = f"{hearing.prefix}|"
        for derivation in derived:
            if not derivation.subject.startswith(prefix):
                continue
            if derivation.head == "fires":
                fires.setdefault(derivation.subject, set()).update(derivation.partners)
            elif derivation.head == "blocked":
                blocked.add(derivation.subject)
        if not fires:
            return self._clear(hearing), []
        frame = hearing.frame.select("shop", "key", "code", "unless").with_row_index("_i")
        fired = self._screened(hearing, frame, fires.keys() - blocked)
        outcome = (
            pl.when("_kept")
            .then(int(Outcome.FIRES))
            .when(pl.col("_kept").is_not_null())
            .then(int(Outcome.UNSURE))
            .when(pl.col("code") == int(Truth.TRUE))
            .then(int(Outcome.CLEAR))
            .otherwise(pl.col("code"))
        )
        told = fired.select("_i", "_kept", "p")
        frame = frame.join(told, on="_i", how="left", maintain_order="left").with_columns(
            outcome.cast(pl.UInt8).alias("outcome")
        )
        verdicts = Verdicts(
            rule=rule,
            kind=hearing.kind,
            graded=hearing.graded,
            outcomes=frame.select("shop", "key", "outcome", "p", "code", "unless"),
            measured_as=hearing.measured_as,
        )
        unchecked = tuple(str(t) for t in rule.unless.own())
        unchecked += tuple(
            f"{r.kind}: {' and '.join(str(t) for t in r.tests)}" for r in rule.unless.related
        )
        open_ = {int(Truth.MISSING), int(Truth.UNSURE)}
        kept = fired.filter("_kept").select("_i", "shop", "key", "p", "unless", "_subject")
        firings = [
            Firing(
                rule=rule,
                verdicts=verdicts,
                row=row,
                shop=shop,
                key=key,
                p=p,
                unchecked=unchecked if unless in open_ else (),
                partners=tuple(sorted(fires[subject])),
            )
            for row, shop, key, p, unless, subject in kept.iter_rows()
        ]
        return verdicts, firings

    def _clear(self, hearing: "_Hearing") -> Verdicts:
        """The verdicts of a rule that fires nowhere."""
        code = pl.col("code")
        fires = code == int(Truth.TRUE)
        outcome = pl.when(fires).then(int(Outcome.CLEAR)).otherwise(code).cast(pl.UInt8)
        outcomes = hearing.frame.select(
            "shop",
            "key",
            outcome.alias("outcome"),
            pl.lit(None, pl.Float64).alias("p"),
            "code",
            "unless",
        )
        return Verdicts(
            rule=hearing.rule,
            kind=hearing.kind,
            graded=hearing.graded,
            outcomes=outcomes,
            measured_as=hearing.measured_as,
        )

    def _screened(
        self, hearing: "_Hearing", frame: pl.DataFrame, subjects: AbstractSet[str]
    ) -> pl.DataFrame:
        """The rows that fired, with their p, and `_kept`: whether they stand among so many."""
        judged = pl.col("code") != int(Truth.MISSING)
        told = frame.group_by("shop").agg(judged.sum().alias("_judged"))
        name = pl.format(f"{hearing.prefix}|{{}}|{{}}", "shop", "key")
        fired = (
            frame.filter(pl.col("code") == int(Truth.TRUE))
            .with_columns(name.alias("_subject"))
            .filter(pl.col("_subject").is_in(sorted(subjects)))
            .join(told, on="shop", how="left", maintain_order="left")
        )
        when = hearing.rule.when
        tests = tuple(dict.fromkeys(when.own()))
        if not tests or fired.height == 0:
            return fired.with_columns(pl.lit(0.0).alias("p"), pl.lit(value=True).alias("_kept"))
        rows = hearing.frame[fired["_i"].to_list()]
        rows = self.grader.with_p(rows, tests, hearing.graded.measured.kind)
        parts = [_p_of(when.tests)] if when.tests else []
        if when.alternatives:  # the surest of those that hold
            parts.append(_MIN(*(_p_of(branch) for branch in when.alternatives)))
        p = rows.select(_MAX(*parts).fill_null(0.0).alias("p"))
        fired = fired.with_columns(p["p"])
        kept = _stands() if self.screen else pl.lit(value=True)
        return fired.with_columns(kept.alias("_kept"))

    def explain(self, rules: Sequence[Rule]) -> list[Firing]:
        """Which finding is the cause of which: on the same subject, on one above it, or over a
        relation."""
        causes = {rule.id: rule.explains for rule in rules if rule.explains}
        if not causes or not self.firings:
            return self.firings
        found = {(f.rule.id, _subject(f.kind, f.shop, f.key)): f for f in self.firings}
        on: dict[str, str] = {subject: f.kind for (_, subject), f in found.items()}
        subjects = [SubjectFact(subject, kind, frozenset()) for subject, kind in on.items()]
        links = list(self._upward(on)) + list(self._sideways(on))
        relations = sorted({link.relation for link in links})
        kinds = sorted(set(on.values()))
        clauses = [
            Clause(
                head=f"explained by {cause}",
                rule=effect,
                subject=Pattern(kind, frozenset()),
                after=(After(effect), After(cause, relation)),
            )
            for cause, effects in causes.items()
            for effect in effects
            for kind in kinds
            for relation in (None, *relations)
        ]
        findings = [FindingFact(rule, subject) for rule, subject in found]
        explained: dict[tuple[str, str], set[str]] = {}
        for derivation in self.engine.derive(clauses, subjects, links, findings):
            cause = derivation.head.removeprefix("explained by ")
            explained.setdefault((derivation.rule, derivation.subject), set()).add(cause)
        return [
            attrs.evolve(f, explained_by=tuple(sorted(explained.get(at, ()))))
            for at, f in found.items()
        ]

    def _upward(self, on: Mapping[str, str]) -> Iterable[LinkFact]:
        for kind in sorted(set(on.values())):
            graded = self.graded.get(kind)
            if graded is None:
                continue
            for above in self.grader.vocabulary.ladder(kind)[1:]:
                pairs = self._pairs("parent", kind, above)
                if pairs is not None:
                    yield from _between(pairs, kind, above, "parent", on)

    def _sideways(self, on: Mapping[str, str]) -> Iterable[LinkFact]:
        for relation in self.grader.vocabulary.relations.values():
            pairs = self._pairs(relation.id, relation.from_, relation.to)
            if pairs is None:
                continue
            yield from _between(pairs, relation.from_, relation.to, relation.id, on)
            back = f"~{relation.id}"
            yield from _between(_turned(pairs), relation.to, relation.from_, back, on)


@attrs.frozen(eq=False)
class _Hearing:
    """One rule on one kind: its rows with `code` and `unless`."""

    rule: Rule
    kind: str
    graded: Graded
    frame: pl.DataFrame
    whens: Mapping[Related, str]
    blocks: Mapping[Related, str]
    measured_as: str | None

    @property
    def prefix(self) -> str:
        """Begins the ids of its subjects; pooled ones are the rule's own."""
        return self.kind if self.measured_as is None else f"{self.kind}<{self.rule.id}"

    @property
    def label(self) -> str:
        """The kind that its facts carry."""
        return self.prefix

    def open(self) -> pl.DataFrame:
        """The subjects that could not tell, and may yet fire."""
        may_fire = pl.col("unless") != int(Truth.TRUE)
        return self.frame.filter((pl.col("code") == int(Truth.UNSURE)) & may_fire)

    def symbols(self) -> dict[str, str]:
        """The columns whose truth its facts carry, by condition id."""
        tests = {truth_column(t): truth_column(t) for t in self.rule.own_tests()}
        wholes = {
            c: c
            for r, c in {**self.whens, **self.blocks}.items()
            if r.quantifier is not Quantifier.ANY
        }
        return {**tests, **wholes}

    def clauses(self) -> list[Clause]:
        """What it takes to fire and to be blocked; alternatives are clauses of their own."""
        found = self._of("fires", self.rule.when, self.whens)
        if self.rule.unless:
            found += self._of("blocked", self.rule.unless, self.blocks)
        return found

    def _of(
        self, head: str, conditions: Conditions, columns: Mapping[Related, str]
    ) -> list[Clause]:
        always = [truth_column(t) for t in conditions.tests]
        always += [c for r, c in columns.items() if r.quantifier is not Quantifier.ANY]
        joins = tuple(
            Join(r.relation, Pattern(r.kind, frozenset(truth_column(t) for t in r.tests)))
            for r in columns
            if r.quantifier is Quantifier.ANY
        )
        after: tuple[After, ...] = ()
        if head == "fires" and self.rule.after is not None:
            over = self.rule.after.over
            after = tuple(After(rule, over) for rule in self.rule.after.findings)
        return [
            Clause(
                head=head,
                rule=self.rule.id,
                subject=Pattern(self.label, frozenset(always) | {truth_column(t) for t in branch}),
                joins=joins,
                after=after,
            )
            for branch in conditions.alternatives or ((),)
        ]


def _turned(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.select("shop", pl.col("to").alias("from"), pl.col("from").alias("to"))


def _subject(kind: str, shop: str, key: str) -> str:
    return f"{kind}|{shop}|{key}"


def _collect(
    subjects: dict[str, set[str]], frame: pl.DataFrame, symbols: Mapping[str, str], prefix: str
) -> None:
    """Adds what is true of each row of *frame* to *subjects*."""
    names = [f"{prefix}|{shop}|{key}" for shop, key in frame.select("shop", "key").iter_rows()]
    for name in names:
        subjects.setdefault(name, set())
    for symbol, column in symbols.items():
        if column in frame.columns:
            true = (frame[column] == int(Truth.TRUE)).fill_null(value=False)
            for i in true.arg_true():
                subjects[names[i]].add(symbol)


def _links(pairs: pl.DataFrame, relation: str, prefix: str, kind: str) -> dict[LinkFact, None]:
    return {
        LinkFact(relation, f"{prefix}|{shop}|{source}", _subject(kind, shop, target)): None
        for shop, source, target in pairs.select("shop", "from", "to").iter_rows()
    }


def _quantified(quantifier: Quantifier) -> pl.Expr:
    each = pl.col("each")
    if quantifier is Quantifier.ANY:
        return each.max()
    if quantifier is Quantifier.ALL:
        return each.min()
    most = each.max()
    return (
        pl.when(most == int(Truth.FALSE))
        .then(int(Truth.TRUE))
        .when(most == int(Truth.TRUE))
        .then(int(Truth.FALSE))
        .otherwise(most)
    )


def _p_of(tests: Sequence[Test]) -> pl.Expr:
    """The p of tests that must all hold; 1 where they do not."""
    columns = [truth_column(test) for test in tests]
    hold = _MIN(*(pl.col(c) for c in columns)) == int(Truth.TRUE)
    return (
        pl.when(hold).then(_MAX(*(pl.col(f"{c}.p").fill_null(0.0) for c in columns))).otherwise(1.0)
    )


def _stands() -> pl.Expr:
    """Benjamini and Hochberg (1995) over one rule, kind and shop: the k-th smallest p of m judged
    subjects must not exceed k/m of the rate; all up to the largest that does not stand."""
    p = pl.col("p")
    ok = p <= FALSE_DISCOVERIES * p.rank("max").over("shop") / pl.col("_judged")
    largest = pl.when(ok).then(p).max().over("shop")
    return (p <= largest).fill_null(value=False)


def _between(
    pairs: pl.DataFrame, kind: str, other: str, relation: str, on: Mapping[str, str]
) -> Iterable[LinkFact]:
    mine = [s.split("|", 2)[2] for s, k in on.items() if k == kind]
    theirs = [s.split("|", 2)[2] for s, k in on.items() if k == other]
    near = pairs.filter(pl.col("from").is_in(mine) & pl.col("to").is_in(theirs))
    yield from _links(near.unique(maintain_order=True), relation, kind, other)
