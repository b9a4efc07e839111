"""Conditions: what a rule asks of one subject, as a small tree.

A name is a metric, a count (judged as an exact value) or a symbol. Every distinct Test of all
loaded rules is graded once, into one truth column.
"""

from enum import IntEnum, StrEnum

from advisor.model.record import frozen

LEVELS = ("low", "good", "high")
TRENDS = ("falling", "flat", "rising")


class Truth(IntEnum):
    """What is known of a condition; the order makes "all" a minimum and "any" a maximum."""

    FALSE = 0
    MISSING = 1
    UNSURE = 2
    TRUE = 3


class Against(StrEnum):
    """What a level is taken against."""

    BAND = "band"
    PAST = "past"
    PARENT = "parent"
    SIBLINGS = "siblings"


class Quantifier(StrEnum):
    """Of how many related subjects the tests must hold."""

    ANY = "any"
    ALL = "all"
    NONE = "none"


@frozen
class Test:
    """One question about one name: its levels, its own limits, its symbol's values or its trend.
    *earlier*: of the window before, held against the band of today."""

    name: str
    is_: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    against: Against = Against.BAND
    trend: str | None = None
    earlier: bool = False

    @property
    def column(self) -> str:
        """The name that the columns of what it asks about begin with."""
        return f"{self.name}.before" if self.earlier else self.name

    def asks_past(self) -> bool:
        """Whether it asks about the window before."""
        return self.earlier or self.trend is not None or self.against is Against.PAST

    def __str__(self) -> str:
        parts = []
        if self.trend:
            parts.append(f"is {self.trend}")
        if self.is_:
            parts.append("is " + " or ".join(self.is_))
        if self.at_least is not None:
            parts.append(f"is at least {self.at_least:g}")
        if self.at_most is not None:
            parts.append(f"is at most {self.at_most:g}")
        text = f"{self.column} {' and '.join(parts)}"
        return text if self.against is Against.BAND else f"{text} against its {self.against}"


@frozen
class Related:
    """Tests on the subjects that *relation* leads to. *kind* is their kind."""

    relation: str
    kind: str
    quantifier: Quantifier
    tests: tuple[Test, ...]


@frozen
class Conditions:
    """All of *tests*, one of *alternatives* (where there are any), and all of *related*."""

    tests: tuple[Test, ...] = ()
    alternatives: tuple[tuple[Test, ...], ...] = ()
    related: tuple[Related, ...] = ()

    def own(self) -> tuple[Test, ...]:
        """Every test on the subject itself."""
        return self.tests + tuple(test for branch in self.alternatives for test in branch)

    def __bool__(self) -> bool:
        return bool(self.tests or self.alternatives or self.related)
