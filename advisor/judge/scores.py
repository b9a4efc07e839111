"""How far beyond an edge a value lies, as the standard score of chance."""

import math
from collections.abc import Collection

import polars as pl

from advisor.judge.question import RELATIVE, Question, change
from advisor.metrics import Steps, days_column
from advisor.model import Metric, MetricKind, Varies
from advisor.stats import intervals as evidence

CERTAIN = 30.0  # the score of what chance has no part in


def score_against(
    m: str, metric: Metric, question: Question, side: str, columns: Collection[str], steps: Steps
) -> pl.Expr:
    """Standard score of a metric's value, in the columns of *m*, against an edge; positive above
    it."""
    if question.low is None:
        ratio, _, _ = change(m, columns)
        edge = RELATIVE[0] if side == "low" else RELATIVE[1]
        se = (pl.col(f"{m}.se") ** 2 + pl.col(f"{m}.before.se") ** 2).sqrt()
        return (ratio / edge).log() / se
    at = question.edge(side)
    if at is None:
        return pl.lit(0.0)
    if metric.kind is MetricKind.EXACT:
        worth, each, events = map(steps.of, _worth(m))
        score = evidence.byar_z(events / worth, at / metric.scale / each / worth)
        fact = pl.when(pl.col(m) > at).then(CERTAIN).otherwise(-CERTAIN)
        return pl.when(each.is_not_null()).then(score).otherwise(fact)
    if metric.derived:  # only its limits are known
        return evidence.limits_z(pl.col(m), pl.col(f"{m}.lo"), pl.col(f"{m}.hi"), at)
    x, d, e = (pl.col(f"{m}.{part}") for part in "xde")
    phi = pl.col(f"{m}.phi")
    at = at / metric.scale
    if metric.kind is MetricKind.PROPORTION:
        return evidence.wilson_z(pl.min_horizontal(x, d) / phi, d / phi, at)
    if metric.kind is MetricKind.RATE:
        return evidence.byar_z(x / phi, at * d / phi)
    if metric.varies is Varies.EVENTS:  # dearer than the edge: fewer events than it implies
        return -evidence.byar_z(e / phi, x / at / phi)
    if metric.varies is Varies.VALUES:
        return (x / d / at).log() / pl.col(f"{m}.se")
    worth = phi + pl.col(f"{m}.cv2")
    each = pl.col(f"{m}.each")
    alike = pl.when((e > 0) & (each > 0)).then(x / each).otherwise(e)
    score = evidence.byar_z(alike / worth, at * d / each / worth)
    told = evidence.worth_told(x, e, pl.col(f"{m}.cv2"), each, pl.col(f"{m}.borrowed"))
    mean, unsure = map(steps.of, told)
    by_number = evidence.byar_z(e / phi, at * d / mean / phi, unsure)
    # Where all orders are worth nothing, no number of them would do: the sum alone tells.
    return evidence.weaker(score, pl.when(mean == 0).then(score).otherwise(by_number))


def _worth(m: str) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """How many events of a total count as one, what one is worth, and how many of those would have
    come to as much."""
    x, e, each = (pl.col(f"{m}.{part}") for part in ("x", "e", "each"))
    alike = pl.when((e > 0) & (each > 0)).then(x / each).otherwise(e)
    return pl.col(f"{m}.phi") + pl.col(f"{m}.cv2"), each, alike


def limits_of_total(m: str, scale: float, steps: Steps) -> tuple[pl.Expr, pl.Expr]:
    """Limits of what would be expected of a total of events that are each worth something."""
    worth, each, events = map(steps.of, _worth(m))
    few, many = (v * worth * each * scale for v in evidence.byar(events / worth))
    # Where nobody sold anything nothing is known of what one sale would be: the total stands.
    known = pl.col(f"{m}.e").is_not_null() & each.is_not_null()
    value = pl.col(m)
    most = pl.when(many.is_nan()).then(math.inf).otherwise(many)
    least = pl.when(pl.col(f"{m}.e") > 0).then(few).otherwise(0.0)
    return (
        pl.when(known).then(least).otherwise(value),
        pl.when(known).then(most).otherwise(value),
    )


def score_of_days(m: str, score: pl.Expr, columns: Collection[str]) -> pl.Expr:
    """*score*, where the spread of the days was estimated from these days."""
    if f"{m}.phi" not in columns:
        return score
    days = pl.col(days_column(m, columns))
    told = (pl.col(f"{m}.phi") > 1) & (days >= evidence.ENOUGH_DAYS)
    return pl.when(told).then(evidence.student(score, days - 1)).otherwise(score)
