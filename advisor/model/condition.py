"""Conditions: what a rule asks of one subject, as a small tree.

A name is a metric, a count (judged as an exact value) or a symbol. Every distinct Test of all
loaded rules is graded once, into one truth column.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Any, TypeVar

import attrs

from advisor.model.record import frozen

MOST_DAYS = 14  # that a condition may ask of one by one; longer is a window
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


Named = tuple[tuple[str, str], ...]
"""Which numbers of a question are limits with a name: pairs of a field and that name."""


@frozen
class Test:
    """One question about one name: its levels, its own limits, its symbol's values or its trend.
    *earlier*: of the window before, held against the band of today. *days*: of each of so many days
    at the end of the window. *named*: the limits that a layer above the rule may set."""

    name: str
    is_: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    against: Against = Against.BAND
    trend: str | None = None
    earlier: bool = False
    days: float | None = None
    named: Named = attrs.field(default=(), eq=False)

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
        if self.days is not None:
            text = f"{text} on each of the last {self.days:g} days"
        return text if self.against is Against.BAND else f"{text} against its {self.against}"


@frozen
class Related:
    """Tests on the subjects that *relation* leads to. *kind* is their kind.

    Of ANY, *at_least* so many must pass, and a *share* of them: of their number, or of the count
    *of*. *named*: see Test.
    """

    relation: str
    kind: str
    quantifier: Quantifier
    tests: tuple[Test, ...]
    at_least: float = 1
    share: float | None = None
    of: str | None = None
    named: Named = attrs.field(default=(), eq=False)

    @property
    def joins(self) -> bool:
        """Whether one subject that passes is enough: the rule is then joined with it."""
        return self.quantifier is Quantifier.ANY and self.at_least <= 1 and self.share is None


Question = TypeVar("Question", Test, Related)


@frozen
class Conditions:
    """All of *tests*, one of *alternatives* (where there are any), and all of *related*."""

    tests: tuple[Test, ...] = ()
    alternatives: tuple[tuple[Test, ...], ...] = ()
    related: tuple[Related, ...] = ()

    def own(self) -> tuple[Test, ...]:
        """Every test on the subject itself."""
        return self._own

    @cached_property
    def _own(self) -> tuple[Test, ...]:
        return self.tests + tuple(test for branch in self.alternatives for test in branch)

    def with_limits(self, limits: Mapping[str, float]) -> "Conditions":
        """The same conditions with these values of the limits that have a name."""
        return Conditions(
            tuple(_limited(test, limits) for test in self.tests),
            tuple(tuple(_limited(test, limits) for test in one) for one in self.alternatives),
            tuple(
                attrs.evolve(
                    _limited(related, limits),
                    tests=tuple(_limited(test, limits) for test in related.tests),
                )
                for related in self.related
            ),
        )

    def __bool__(self) -> bool:
        return bool(self.tests or self.alternatives or self.related)


def _limited(question: Question, limits: Mapping[str, float]) -> Question:
    changed: dict[str, Any] = {
        field: limits[name] for field, name in question.named if name in limits
    }
    return attrs.evolve(question, **changed) if changed else question
