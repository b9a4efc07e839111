"""What an engine is given, and what it gives back.

Numbers never come this far: grading has turned them into conditions, and a fact carries the ids
of the conditions that are true of one subject. A clause is therefore equalities and joins only.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from advisor.model import frozen


@frozen
class SubjectFact:
    """One subject and what is true of it.

    *subject* is an id unique over the whole run (all kinds, one shop or many); *true* holds ids of
    conditions. What is not in *true* is false, unsure or missing: the engine need not know which.
    """

    subject: str
    kind: str
    true: frozenset[str]


@frozen
class LinkFact:
    """*source* stands in *relation* to *target*; both are ids of subjects."""

    relation: str
    source: str
    target: str


@frozen
class FindingFact:
    """A rule that is known to have fired on a subject, from an earlier stratum."""

    rule: str
    subject: str


@frozen
class Pattern:
    """A subject of *kind* of which every condition in *true* holds."""

    kind: str
    true: frozenset[str]


@frozen
class Join:
    """The subject stands in *relation* to another one that matches *pattern*."""

    relation: str
    pattern: Pattern


@frozen
class After:
    """*rule* has fired on the same subject, or over *relation* on a subject it is linked to."""

    rule: str
    relation: str | None = None


@frozen
class Clause:
    """If *subject* matches, every join has a partner and every finding is there, derive *head*.

    *head* and *rule* are opaque to the engine: ("fires", rule), ("blocked", rule),
    ("explained", rule) … Several clauses may derive the same head: that is how alternatives are
    written.
    """

    head: str
    rule: str
    subject: Pattern
    joins: tuple[Join, ...] = ()
    after: tuple[After, ...] = ()


@frozen
class Derivation:
    """*head* of *rule* holds for *subject*; *partners* are the subjects its joins were met by, in
    the order of the clause's joins."""

    head: str
    rule: str
    subject: str
    partners: tuple[str, ...] = ()


class Engine(Protocol):
    """Finds every derivation of one stratum's clauses."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def derive(
        self,
        clauses: Sequence[Clause],
        subjects: Iterable[SubjectFact],
        links: Iterable[LinkFact] = (),
        findings: Iterable[FindingFact] = (),
    ) -> frozenset[Derivation]:
        """Every derivation, once. The order of the arguments never matters."""
        ...
