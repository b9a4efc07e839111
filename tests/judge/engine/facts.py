"""Short ways to write what an engine is given."""

from advisor.judge.engine import Clause, Derivation, Join, Pattern, SubjectFact


def subject(key: str, *true: str, kind: str = "ad") -> SubjectFact:
    """A subject of *kind* of which *true* holds."""
    return SubjectFact(key, kind, frozenset(true))


def pattern(*true: str, kind: str = "ad") -> Pattern:
    """A subject of *kind* of which at least *true* holds."""
    return Pattern(kind, frozenset(true))


def join(relation: str, *true: str, kind: str = "product") -> Join:
    """A partner of *kind* over *relation*."""
    return Join(relation, pattern(*true, kind=kind))


def fires(rule: str, *true: str, kind: str = "ad") -> Clause:
    """*rule* fires on a subject of *kind* of which *true* holds."""
    return Clause("fires", rule, pattern(*true, kind=kind))


def fired(rule: str, key: str, *partners: str) -> Derivation:
    """*rule* fires on *key*, its joins met by *partners*."""
    return Derivation("fires", rule, key, partners)
