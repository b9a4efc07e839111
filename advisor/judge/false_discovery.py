"""How far a firing can be chance: its p, and whether it stands among all that was asked of a shop.

The p of every rule that fired on a kind is worked out at once; most rules fire nowhere.
"""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from advisor.judge.grade import Graded, Grader, truth_column
from advisor.model import Rule, Test, Truth

FALSE_DISCOVERIES = 0.05  # of the findings of one shop, at most this share by chance
_MIN, _MAX = pl.min_horizontal, pl.max_horizontal


@attrs.frozen(eq=False)
class Chances:
    """The p of some rules on some rows of one graded frame."""

    place: Mapping[int, int]
    values: pl.DataFrame  # a column for each rule

    def of(self, rule: Rule, rows: Sequence[int]) -> pl.Series:
        """The p of *rule* on each of *rows*."""
        return self.values[rule.id].gather([self.place[row] for row in rows])


def chances(graded: Graded, fired: Sequence[tuple[Rule, Sequence[int]]], grader: Grader) -> Chances:
    """The p of each rule of *fired* on its rows of *graded*."""
    rows = sorted({row for _, some in fired for row in some})
    tests = list(dict.fromkeys(test for rule, _ in fired for test in rule.when.own()))
    frame = grader.with_p(graded.frame[rows], tests, graded.measured.kind)
    values = frame.select(_p_of_rule(rule).alias(rule.id) for rule, _ in fired)
    return Chances({row: place for place, row in enumerate(rows)}, values)


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


def stands(
    ps: Sequence[pl.Series], shops: Sequence[pl.Series], judged: Mapping[str, int]
) -> list[pl.Series]:
    """Benjamini and Hochberg (1995) over everything that was asked of a shop: of all rules and all
    subjects that chance has a part in, the k-th smallest p of m judged must not exceed k/m of the
    rate; all up to the largest that does not stand.

    *ps* and *shops* are those of one rule on one kind each, and so are the answers.
    """
    p = pl.concat(ps) if ps else pl.Series(dtype=pl.Float64)
    least = FALSE_DISCOVERIES / max(judged.values(), default=1)
    if not p.len() or float(p.max() or 0.0) <= least:  # type: ignore[arg-type]
        return [pl.repeat(value=True, n=one.len(), eager=True) for one in ps]
    frame = pl.DataFrame({"p": p, "shop": pl.concat(shops)}).with_columns(
        pl.col("shop").replace_strict(judged, return_dtype=pl.Float64).alias("judged")
    )
    value = pl.col("p")
    ok = value <= FALSE_DISCOVERIES * value.rank("max").over("shop") / pl.col("judged")
    largest = pl.when(ok).then(value).max().over("shop")
    stay = frame.select((value <= largest).fill_null(value=False))["p"]
    lengths = [one.len() for one in ps]
    return [stay.slice(sum(lengths[:i]), length) for i, length in enumerate(lengths)]
