"""How rules ended: outcomes for subjects, and findings."""

from enum import IntEnum

import attrs
import polars as pl

from advisor.grade import Graded
from advisor.rule import Rule


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
