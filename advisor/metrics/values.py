"""Values, intervals and standard errors of metrics, from their sums."""

from collections.abc import Mapping, Sequence

import polars as pl

from advisor.metrics.steps import Steps, without
from advisor.model import Metric, MetricKind, Varies
from advisor.stats import intervals as evidence

VALUES = ("", ".lo", ".hi", ".n", ".se")


def with_values(
    frame: pl.DataFrame, metrics: Mapping[str, Metric], by: Sequence[str] = ("shop",)
) -> pl.DataFrame:
    """Adds value, limits, events and standard error of each named metric from its parts. Subjects
    that are alike in *by* tell what an event is worth where there was none."""
    columns = frame.columns
    steps = Steps()
    borrowed = [
        _borrowed(name, by).alias(f"{name}.each")
        for name, metric in metrics.items()
        if (metric.kind is MetricKind.MONEY and metric.varies is Varies.BOTH)
        or (metric.kind is MetricKind.EXACT and f"{name}.cv2" in columns)
    ]
    values = [
        expr for name, metric in metrics.items() for expr in _values(name, metric, columns, steps)
    ]
    first = borrowed + steps.columns()
    frame = frame.with_columns(first) if first else frame
    return without(frame.with_columns(values), steps.names())


def with_value(frame: pl.DataFrame, metrics: Mapping[str, Metric]) -> pl.DataFrame:
    """Adds the value alone of each named metric from its parts."""
    return frame.with_columns(_value(name, metric).alias(name) for name, metric in metrics.items())


def _value(name: str, metric: Metric) -> pl.Expr:
    x, d = pl.col(f"{name}.x"), pl.col(f"{name}.d")
    if metric.kind is MetricKind.EXACT:
        return x * metric.scale
    return pl.when(d > 0).then(metric.scale * x / d)


def _borrowed(name: str, by: Sequence[str]) -> pl.Expr:
    x, e = pl.col(f"{name}.x"), pl.col(f"{name}.e")
    together = x.sum().over(by) / e.sum().over(by)
    return evidence.worth_of_one(x, e, together)


def _values(name: str, metric: Metric, columns: Sequence[str], steps: Steps) -> list[pl.Expr]:
    x, d, e = (pl.col(f"{name}.{part}") for part in "xde")
    scale = metric.scale
    value = _value(name, metric)
    if metric.kind is MetricKind.EXACT:
        n = e if f"{name}.e" in columns else x
        spread = pl.col(f"{name}.cv2") if f"{name}.cv2" in columns else pl.lit(0.0)
        phi = pl.col(f"{name}.phi") if f"{name}.phi" in columns else pl.lit(1.0)
        se = pl.when(n > 0).then((phi * (1 + spread) / n).sqrt())
        return _named(name, value, value, value, n, se)
    phi = pl.col(f"{name}.phi")
    if metric.kind is MetricKind.PROPORTION:
        # More than all can be in a file; it is a note there, and no reason to fail here.
        few, many = evidence.wilson(steps.of(pl.min_horizontal(x, d) / phi), steps.of(d / phi))
        low, high = _or_anything(d, few * scale, many * scale)
        n, events = d, x
    elif metric.kind is MetricKind.RATE:
        few, many = (v * phi * scale / d for v in evidence.byar(steps.of(x / phi)))
        low, high = _or_anything(d, few, many)
        n, events = d, x
    else:
        return _money_values(name, metric, value, steps)
    se = pl.when(events > 0).then((phi / events).sqrt())
    if metric.kind is MetricKind.PROPORTION:
        se = pl.when(events > 0).then((phi * (1 - x / d).clip(0.0) / events).sqrt())
    return _named(name, value, low, high, n, se)


def _money_values(name: str, metric: Metric, value: pl.Expr, steps: Steps) -> list[pl.Expr]:
    x, d, e = (pl.col(f"{name}.{part}") for part in "xde")
    phi = pl.col(f"{name}.phi")
    scale = metric.scale
    if metric.varies is Varies.EVENTS:
        # The money is given and the events come by chance: limits of the events, turned over.
        few, many = (steps.of(v * phi) for v in evidence.byar(e / phi))
        low, high = _or_anything(x, scale * x / many, scale * x / few)  # no events: no upper limit
        se = pl.when(e > 0).then((phi / e).sqrt())
        return _named(name, value, low, high, e, se)
    spread = pl.col(f"{name}.cv2")
    if metric.varies is Varies.VALUES:
        se = pl.when(e > 0).then((spread / e).sqrt())
        low, high = _or_anything(e, *evidence.lognormal(value, se))
        return _named(name, value, low, high, e, se)
    worth = steps.of(phi * (1 + spread))  # an order counts for 1 / worth independent equal ones
    each = pl.col(f"{name}.each")
    # So many events of what one is worth would have come to as much.
    alike = pl.when(e > 0).then(x / each).otherwise(e)
    few, many = (v * worth for v in evidence.byar(alike / (phi * (1 + spread))))
    # Without any order anywhere there is no order value, and no upper limit.
    least = pl.when(e > 0).then(scale * few * each / d).when(e == 0).then(0.0)
    most = (scale * many * each / d).fill_nan(None).fill_null(float("inf"))
    # Money without an order is a contradiction in the file, from which nothing follows.
    low, high = _or_anything(pl.when((e > 0) | (x <= 0)).then(d).otherwise(0.0), least, most)
    low, high = pl.when(e.is_not_null()).then(low), pl.when(e.is_not_null()).then(high)
    se = pl.when(e > 0).then((worth / e).sqrt())
    return _named(name, value, low, high, e, se)


def _or_anything(n: pl.Expr, low: pl.Expr, high: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The limits; where nothing has happened yet (*n* is 0) they exclude nothing."""
    nothing = n == 0
    return (
        pl.when(nothing).then(0.0).when(n > 0).then(low),
        pl.when(nothing).then(float("inf")).when(n > 0).then(high),
    )


def _named(
    name: str, value: pl.Expr, low: pl.Expr, high: pl.Expr, n: pl.Expr, se: pl.Expr
) -> list[pl.Expr]:
    exprs = zip((value, low, high, n, se), VALUES, strict=True)
    return [expr.alias(f"{name}{suffix}") for expr, suffix in exprs]
