"""One stratum after another: what can fire goes to the engine, and its word becomes outcomes."""

from collections.abc import Collection, Mapping, Sequence

import attrs
import polars as pl

from advisor.judge.conditions import Examiner
from advisor.judge.engine.program import Derivation, Engine, FindingFact, LinkFact, SubjectFact
from advisor.judge.evaluation import Hearing
from advisor.judge.false_discovery import FALSE_DISCOVERIES, Chances, chances, stands
from advisor.judge.grade import Graded, Grader, truth_column
from advisor.judge.outcome import Firing, Verdicts
from advisor.judge.relations import Relations, link_facts, subject_id
from advisor.metrics import Measured
from advisor.model import Quantifier, Rule, Truth


@attrs.frozen(eq=False)
class _Fired:
    """Where the engine says that a rule fires, and nothing blocks it: rows and partners."""

    rows: list[int]
    partners: list[tuple[str, ...]]


@attrs.define(eq=False)
class Court:
    """Judges strata of rules in their order. *screen*, *prefilter*, *lost* and *failed*: see
    advisor.judge.judge."""

    measured: Mapping[str, Measured]
    graded: Mapping[str, Graded]
    relations: Relations
    grader: Grader
    engine: Engine
    screen: bool
    prefilter: bool
    lost: Collection[str] = ()
    failed: Collection[str] = ()
    verdicts: list[Verdicts] = attrs.field(factory=list)
    firings: list[Firing] = attrs.field(factory=list)

    def sit(self, rules: Sequence[Rule]) -> None:
        """One stratum: what every condition came to, then the engine's word, then the outcomes."""
        examiner = Examiner(
            self.measured,
            self.graded,
            self.relations,
            self.grader,
            self.verdicts,
            self.lost,
            self.failed,
        )
        hearings = [hearing for rule in rules for hearing in examiner.hear(rule)]
        clauses = [clause for hearing in hearings for clause in hearing.clauses()]
        subjects, links = self._facts(hearings)
        findings = [FindingFact(f.rule.id, subject_id(f.kind, f.shop, f.key)) for f in self.firings]
        nothing: frozenset[Derivation] = frozenset()
        derived = self.engine.derive(clauses, subjects, links, findings) if subjects else nothing
        by_rule: dict[str, list[Derivation]] = {}
        for derivation in derived:
            by_rule.setdefault(derivation.rule, []).append(derivation)
        fired = [_fired(hearing, by_rule.get(hearing.rule.id, ())) for hearing in hearings]
        chance = self._chances(hearings, fired)
        ps = [
            chance[id(hearing.graded)].of(hearing.rule, where.rows)
            if where.rows
            else pl.Series("p", dtype=pl.Float64)
            for hearing, where in zip(hearings, fired, strict=True)
        ]
        stay = self._stand(hearings, fired, ps)
        for hearing, where, p, stand in zip(hearings, fired, ps, stay, strict=True):
            verdicts, firings = _decide(hearing, where, p, stand)
            self.verdicts.append(verdicts)
            self.firings += firings

    def _facts(self, hearings: Sequence[Hearing]) -> tuple[list[SubjectFact], list[LinkFact]]:
        """The subjects on which a rule can fire, those they are linked to, and the links."""
        rows: dict[tuple[str, str], dict[str, set[str]]] = {}
        links: dict[LinkFact, None] = {}
        for hearing in hearings:
            chosen = hearing.rows if self.prefilter else list(range(hearing.frame.height))
            if not chosen:
                continue
            subjects = rows.setdefault((hearing.label, hearing.kind), {})
            names = hearing.called if self.prefilter else hearing.names(chosen)
            _collect(subjects, names, hearing.frame, hearing.symbols(), chosen)
            if not (hearing.whens or hearing.blocks or hearing.rule.after):
                continue
            frame = hearing.frame.select("shop", "key")[chosen]
            for related in (*hearing.whens, *hearing.blocks):
                pairs = self.relations.pairs(related.relation, hearing.kind, related.kind)
                other = self.graded.get(related.kind)
                if related.quantifier is not Quantifier.ANY or pairs is None or other is None:
                    continue
                mine = frame.select("shop", pl.col("key").alias("from"))
                near = pairs.join(mine, on=["shop", "from"], how="semi")
                theirs = near.select("shop", pl.col("to").alias("key"))
                partners = other.frame.join(theirs, on=["shop", "key"], how="semi")
                tests = {truth_column(t) for t in related.tests}
                at = rows.setdefault((related.kind, related.kind), {})
                pairs_of = partners.select("shop", "key").iter_rows()
                called = [subject_id(related.kind, shop, key) for shop, key in pairs_of]
                _collect(at, called, partners, tests, list(range(partners.height)))
                links.update(link_facts(near, related.relation, hearing.prefix, related.kind))
            self._link_findings(hearing, frame, links)
        facts = [
            SubjectFact(subject, label, frozenset(true))
            for (label, _), subjects in rows.items()
            for subject, true in subjects.items()
        ]
        return facts, list(links)

    def _link_findings(
        self, hearing: Hearing, frame: pl.DataFrame, links: dict[LinkFact, None]
    ) -> None:
        """The links over which a rule comes after another's finding."""
        after = hearing.rule.after
        if after is None or after.over is None:
            return
        kinds = sorted({v.kind for v in self.verdicts if v.rule.id in after.findings})
        mine = frame.select("shop", pl.col("key").alias("from"))
        for kind in kinds:
            pairs = self.relations.pairs(after.over, hearing.kind, kind)
            if pairs is not None:
                near = pairs.join(mine, on=["shop", "from"], how="semi")
                links.update(link_facts(near, after.over, hearing.prefix, kind))

    def _chances(
        self, hearings: Sequence[Hearing], fired: Sequence[_Fired]
    ) -> Mapping[int, Chances]:
        """The p of all that fired, by the graded frame it fired on."""
        groups: dict[int, tuple[Graded, list[tuple[Rule, list[int]]]]] = {}
        for hearing, where in zip(hearings, fired, strict=True):
            if where.rows:
                _, rules = groups.setdefault(id(hearing.graded), (hearing.graded, []))
                rules.append((hearing.rule, where.rows))
        return {at: chances(graded, rules, self.grader) for at, (graded, rules) in groups.items()}

    def _stand(
        self, hearings: Sequence[Hearing], fired: Sequence[_Fired], ps: Sequence[pl.Series]
    ) -> list[pl.Series]:
        """Which of what fired stands among everything that was judged of its shop. What is no
        chance at all stands, and is not counted."""
        stay = [pl.repeat(value=True, n=p.len(), eager=True) for p in ps]
        tried = [i for i, hearing in enumerate(hearings) if self._by_chance(hearing)]
        if not self.screen or not any(fired[i].rows for i in tried):
            return stay
        most = sum(hearings[i].frame.height for i in tried)
        if max(float(ps[i].max() or 0.0) for i in tried) <= FALSE_DISCOVERIES / most:  # type: ignore[arg-type]
            return stay  # surer than the surest has to be, however many were judged
        codes = pl.concat([hearings[i].frame[["shop", "code"]] for i in tried], rechunk=False)
        told = (pl.col("code") != int(Truth.MISSING)).sum()
        judged: dict[str, int] = dict(codes.group_by("shop").agg(told).iter_rows())
        shops = [hearings[i].frame["shop"].gather(fired[i].rows) for i in tried]
        for i, stands_ in zip(tried, stands([ps[i] for i in tried], shops, judged), strict=True):
            stay[i] = stands_
        return stay

    def _by_chance(self, hearing: Hearing) -> bool:
        return any(self.grader.by_chance(test) for test in hearing.rule.when.own())


def _decide(
    hearing: Hearing, where: _Fired, p: pl.Series, stand: pl.Series
) -> tuple[Verdicts, list[Firing]]:
    rule, rows = hearing.rule, where.rows
    heard = hearing.frame[["shop", "key", "code", "unless", "failed"]]
    verdicts = Verdicts(
        rule=rule,
        kind=hearing.kind,
        graded=hearing.graded,
        heard=heard,
        fired=pl.DataFrame(
            {"row": rows, "p": p, "stand": stand},
            schema={"row": pl.UInt32, "p": pl.Float64, "stand": pl.Boolean},
        ),
        measured_as=hearing.measured_as,
    )
    if not rows:
        return verdicts, []
    open_ = {int(Truth.MISSING), int(Truth.UNSURE)}
    unchecked = _unchecked(rule)
    at = heard[["shop", "key", "unless"]][rows].iter_rows()
    firings = [
        Firing(
            rule=rule,
            verdicts=verdicts,
            row=row,
            shop=shop,
            key=key,
            p=chance_of,
            unchecked=unchecked if unless in open_ else (),
            partners=with_,
        )
        for row, (shop, key, unless), chance_of, with_, stays in zip(
            rows, at, p.to_list(), where.partners, stand.to_list(), strict=True
        )
        if stays
    ]
    return verdicts, firings


def _fired(hearing: Hearing, derived: Collection[Derivation]) -> _Fired:
    """The rows on which *hearing*'s rule fires, with the partners of its joins."""
    fires: dict[str, set[str]] = {}
    blocked: set[str] = set()
    for derivation in derived:
        if derivation.head == "fires":
            fires.setdefault(derivation.subject, set()).update(derivation.partners)
        elif derivation.head == "blocked":
            blocked.add(derivation.subject)
    if not fires:
        return _Fired([], [])
    # Only where every condition is true can a rule fire; the engine is the one who says so.
    named = zip(hearing.called, hearing.rows, strict=True)
    found = [(row, fires[name]) for name, row in named if name in fires and name not in blocked]
    return _Fired([row for row, _ in found], [tuple(sorted(with_)) for _, with_ in found])


def _unchecked(rule: Rule) -> tuple[str, ...]:
    """What would have kept *rule* from firing, had it been known."""
    own = tuple(str(test) for test in rule.unless.own())
    return own + tuple(
        f"{related.kind}: {' and '.join(str(test) for test in related.tests)}"
        for related in rule.unless.related
    )


def _collect(
    subjects: dict[str, set[str]],
    names: Sequence[str],
    frame: pl.DataFrame,
    symbols: Collection[str],
    rows: Sequence[int],
) -> None:
    """Adds what is true of each of *rows* to the subjects of that *names*."""
    for name in names:
        subjects.setdefault(name, set())
    for symbol in symbols:
        if symbol in frame.columns:
            for i in (frame[symbol].gather(list(rows)) == int(Truth.TRUE)).arg_true():
                subjects[names[i]].add(symbol)
