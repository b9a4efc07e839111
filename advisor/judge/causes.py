"""Which finding is the cause of which."""

from collections.abc import Sequence

import attrs

from advisor.engine.program import After, Clause, Engine, FindingFact, Pattern, SubjectFact
from advisor.judge.outcome import Firing
from advisor.judge.relations import Relations, subject_id
from advisor.rule import Rule


def explained(
    rules: Sequence[Rule], firings: list[Firing], relations: Relations, engine: Engine
) -> list[Firing]:
    """*firings* with their causes: a finding is explained by another one on the same subject, on
    one above it, or over a relation, where the other's rule says that it explains it."""
    causes = {rule.id: rule.explains for rule in rules if rule.explains}
    if not causes or not firings:
        return firings
    found = {(f.rule.id, subject_id(f.kind, f.shop, f.key)): f for f in firings}
    on: dict[str, str] = {subject: f.kind for (_, subject), f in found.items()}
    subjects = [SubjectFact(subject, kind, frozenset()) for subject, kind in on.items()]
    links = list(relations.near(on))
    over = sorted({link.relation for link in links})
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
        for relation in (None, *over)
    ]
    findings = [FindingFact(rule, subject) for rule, subject in found]
    because: dict[tuple[str, str], set[str]] = {}
    for derivation in engine.derive(clauses, subjects, links, findings):
        cause = derivation.head.removeprefix("explained by ")
        because.setdefault((derivation.rule, derivation.subject), set()).add(cause)
    return [
        attrs.evolve(f, explained_by=tuple(sorted(because.get(at, ())))) for at, f in found.items()
    ]
