"""How far a match can be chance: its p, and which stand among all that was asked of a shop."""

from collections.abc import Mapping, Sequence

import polars as pl

from advisor.judge.grade import Graded, Grader
from advisor.judge.question import truth_column
from advisor.model import Rule, Test, Truth, frozen

FALSE_DISCOVERIES = 0.05  # of the findings of one shop, at most this share by chance
_MIN, _MAX = pl.min_horizontal, pl.max_horizontal


@frozen(eq=False)
class PValues:
    """The p of some rules on some rows of one graded frame."""

    places: Mapping[int, int]
    values: pl.DataFrame  # a column for each rule

    def of(self, rule: Rule, rows: Sequence[int]) -> pl.Series:
        """The p of *rule* on each of *rows*."""
        return self.values[rule.id][[self.places[row] for row in rows]].alias("p")


def p_values(graded: Graded, rules: Sequence[Rule], rows: Sequence[int], grader: Grader) -> PValues:
    """The p of each of *rules* on *rows* of *graded*."""
    tests = list(dict.fromkeys(test for rule in rules for test in rule.when.own()))
    frame = grader.with_p(graded.frame[list(rows)], tests, graded.measured.kind)
    values = frame.select(_p_of_rule(rule).alias(rule.id) for rule in rules)
    return PValues({row: place for place, row in enumerate(rows)}, values)


def _p_of_rule(rule: Rule) -> pl.Expr:
    when = rule.when
    parts = [_p_of(when.tests)] if when.tests else []
    if when.alternatives:  # the surest of those that hold
        parts.append(_MIN(*(_p_of(branch) for branch in when.alternatives)))
    if not parts:
        return pl.repeat(0.0, pl.len())
    return _MAX(*parts).fill_null(0.0)


def _p_of(tests: Sequence[Test]) -> pl.Expr:
    """The p of tests that must all hold; 1 where they do not."""
    columns = [truth_column(test) for test in tests]
    hold = _MIN(*(pl.col(c) for c in columns)) == int(Truth.TRUE)
    p = _MAX(*(pl.col(f"{c}.p").fill_null(0.0) for c in columns))
    return pl.when(hold).then(p).otherwise(1.0)


def benjamini_hochberg(matches: pl.LazyFrame, judged: pl.LazyFrame) -> pl.LazyFrame:
    """*matches* (`shop`, `p`) with `significant`, after Benjamini and Hochberg (1995) over
    everything that was asked of a shop: of all rules and all subjects that chance has a part in,
    the k-th smallest p of m *judged* (`shop`, `judged`) must not exceed k/m of the rate; all up to
    the largest that does not are significant."""
    p = pl.col("p")
    ok = p <= FALSE_DISCOVERIES * p.rank("max").over("shop") / pl.col("judged")
    largest = pl.when(ok).then(p).max().over("shop")
    return matches.join(judged, on="shop", how="left", maintain_order="left").with_columns(
        (p <= largest).fill_null(value=False).alias("significant")
    )
