"""How rules ended: outcomes for subjects, and findings."""

from enum import IntEnum
from functools import cached_property

import attrs
import polars as pl

from advisor.condition import Truth
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
    """One rule on the subjects of one kind.

    *kind* is what the subjects are; *measured_as* the finer kind whose subjects were pooled, where
    they were. *heard* has the conditions' `code` and `unless` for each row of graded; *fired* the
    rows on which the engine said that it fires, their `p`, and whether they `stand`.
    """

    rule: Rule
    kind: str
    graded: Graded
    heard: pl.DataFrame  # shop, key, code, unless
    fired: pl.DataFrame  # row, p, stand
    measured_as: str | None = None

    @cached_property
    def outcomes(self) -> pl.DataFrame:
        """`shop`, `key`, `outcome`, `p`, `code` and `unless`; a row for each row of graded."""
        code = pl.col("code")
        # Without the engine's word nothing fires, however true.
        settled = pl.when(code == int(Truth.TRUE)).then(int(Outcome.CLEAR)).otherwise(code)
        outcomes = self.heard.select(
            "shop",
            "key",
            settled.cast(pl.UInt8).alias("outcome"),
            pl.lit(None, pl.Float64).alias("p"),
            "code",
            "unless",
        )
        if self.fired.height == 0:
            return outcomes
        stands = pl.when("stand").then(int(Outcome.FIRES)).otherwise(int(Outcome.UNSURE))
        told = self.fired.select(stands.cast(pl.UInt8)).to_series()
        rows = self.fired["row"]
        return outcomes.with_columns(
            outcomes["outcome"].scatter(rows, told), outcomes["p"].scatter(rows, self.fired["p"])
        )


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
