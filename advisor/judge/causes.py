"""Which finding is the cause of which."""

from collections.abc import Sequence

import attrs

from advisor.judge.engine.program import After, Clause, Engine, FindingFact, Pattern, SubjectFact
from advisor.judge.outcome import Match
from advisor.judge.relations import Relations, subject_id
from advisor.model import Rule


def explained(
    rules: Sequence[Rule], matches: list[Match], relations: Relations, engine: Engine
) -> list[Match]:
    """*matches* with their causes: a finding is explained by another one on the same subject, on
    one above it, or over a relation, where the other's rule says that it explains it."""
    by_subject = {(m.rule.id, subject_id(m.kind, m.shop, m.key)): m for m in matches}
    fired: dict[str, set[str]] = {}
    for match in matches:
        fired.setdefault(match.rule.id, set()).add(match.kind)
    pairs = [(r.id, effect) for r in rules for effect in r.explains if {r.id, effect} <= set(fired)]
    if not pairs:
        return matches
    involved = {rule for pair in pairs for rule in pair}
    findings = [FindingFact(rule, subject) for rule, subject in by_subject if rule in involved]
    on = {f.subject: by_subject[f.rule, f.subject].kind for f in findings}
    subjects = [SubjectFact(subject, kind, frozenset()) for subject, kind in on.items()]
    links = list(relations.near(on))
    ways: set[tuple[str | None, str, str]] = {
        (link.relation, on[link.source], on[link.target]) for link in links
    }
    ways |= {(None, kind, kind) for kind in set(on.values())}
    clauses = [
        Clause(
            head=f"explained by {cause}",
            rule=effect,
            subject=Pattern(kind, frozenset()),
            after=(After(effect), After(cause, relation)),
        )
        for cause, effect in pairs
        for kind, relation in sorted(
            {(at, over) for over, at, to in ways if at in fired[effect] and to in fired[cause]},
            key=lambda way: (way[0], way[1] or ""),
        )
    ]
    because: dict[tuple[str, str], set[str]] = {}
    for derivation in engine.derive(clauses, subjects, links, findings):
        cause = derivation.head.removeprefix("explained by ")
        because.setdefault((derivation.rule, derivation.subject), set()).add(cause)
    return [
        attrs.evolve(match, explained_by=tuple(sorted(because.get(at, ()))))
        for at, match in by_subject.items()
    ]
