"""How rules ended: outcomes for subjects, and findings."""

from collections.abc import Mapping
from enum import IntEnum
from functools import cached_property

import attrs
import polars as pl

from advisor.judge.grade import Graded
from advisor.model import Rule, Truth


class Outcome(IntEnum):
    """How a rule ended for one subject. MISSING is for lack of data; ERROR where it could not be
    judged because something failed."""

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
    heard: pl.DataFrame  # shop, key, code, unless, failed
    fired: pl.DataFrame  # row, p, stand
    measured_as: str | None = None

    @cached_property
    def outcomes(self) -> pl.DataFrame:
        """`shop`, `key`, `outcome`, `p`, `code` and `unless`; a row for each row of graded."""
        code = pl.col("code")
        # Without the engine's word nothing fires, however true.
        settled = (
            pl.when(code == int(Truth.TRUE))
            .then(int(Outcome.CLEAR))
            .when((code == int(Truth.MISSING)) & pl.col("failed"))
            .then(int(Outcome.ERROR))
            .otherwise(code)
        )
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
    """Everything the rules said. *lost* are metrics and symbols that a plugin failed to compute,
    *failed* the rules that could not be judged at all because that raised; each with why."""

    verdicts: tuple[Verdicts, ...]
    firings: tuple[Firing, ...]
    lost: Mapping[str, str] = attrs.field(factory=dict)
    failed: Mapping[str, str] = attrs.field(factory=dict)

    def why_failed(self, rule: Rule, rules: Mapping[str, Rule]) -> str:
        """What failed, so that *rule* could not be judged; "" where nothing did. *rules* are those
        that it may come after, by id."""
        if rule.id in self.failed:
            return self.failed[rule.id]
        tests = (*rule.own_tests(), *(test for one in rule.when.related for test in one.tests))
        for test in tests:
            if test.name in self.lost:
                return self.lost[test.name]
        for finding in rule.after.findings if rule.after else ():
            why = self.why_failed(rules[finding], rules) if finding in rules else ""
            why = why or self.failed.get(finding, "")
            if why:
                return f"it comes after {finding}: {why}"
        return ""
