"""Values, intervals and standard errors of metrics, from their sums.

The metrics of all frames are worked out one below the other, those of one formula in one step: to
plan an expression takes longer than to work it out for the subjects of a shop.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from advisor.metrics.steps import Steps
from advisor.model import Metric, MetricKind, Varies, frozen
from advisor.stats import intervals as evidence

VALUES = ("", ".lo", ".hi", ".n", ".se")

_Limits = tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr, pl.Expr]  # VALUES
_PARTS = ("x", "d", "e", "phi", "cv2")
_EACH = "each"
_BORROWED = "borrowed"  # of how many other events that is told
_WORTH = (_EACH, _BORROWED)
_BLOCK = "__block"
# Where a total has no such part: without a word on events it is its own number of events.
_PLAIN = {"phi": 1.0, "cv2": 0.0}


@frozen(eq=False)
class _Block:
    """The rows of one metric of one frame, on their way through a formula."""

    frame: int
    name: str
    metric: Metric
    parts: Mapping[str, pl.Series]

    @property
    def height(self) -> int:
        return len(self.parts["x"])


def with_values(
    frame: pl.DataFrame, metrics: Mapping[str, Metric], by: Sequence[str] = ("shop",)
) -> pl.DataFrame:
    """Adds value, limits, events and standard error of each named metric from its parts. Subjects
    that are alike in *by* tell what an event is worth where there was none."""
    return all_with_values([(frame, metrics)], by)[0]


def all_with_values(
    frames: Sequence[tuple[pl.DataFrame, Mapping[str, Metric]]], by: Sequence[str] = ("shop",)
) -> list[pl.DataFrame]:
    """The same of several frames in as few steps as of one."""
    blocks = [
        _block(at, frame, name, metric)
        for at, (frame, metrics) in enumerate(frames)
        for name, metric in metrics.items()
    ]
    borrowing = [block for block in blocks if _borrows(block)]
    labels = [[frames[block.frame][0][column] for column in by] for block in borrowing]
    worth = _cut(borrowing, _worth(borrowing, labels, by))
    each = {(block.frame, block.name): found for block, found in worth}
    added: list[list[pl.Series]] = [[] for _ in frames]
    for (at, name), told in each.items():
        parts = zip(told, _WORTH, strict=True)
        added[at] += [column.alias(f"{name}.{part}") for column, part in parts]
    formulas: dict[_Formula, list[_Block]] = {}
    for block in blocks:
        formulas.setdefault(_formula(block.metric), []).append(block)
    in_order = [block for alike in formulas.values() for block in alike]
    found = _cut(in_order, _worked_out(formulas, each))
    values = {(block.frame, block.name): columns for block, columns in found}
    for block in blocks:
        columns = zip(values[block.frame, block.name], VALUES, strict=True)
        added[block.frame] += [column.alias(f"{block.name}{of}") for column, of in columns]
    return [_with(frame, own) for (frame, _), own in zip(frames, added, strict=True)]


def with_value(frame: pl.LazyFrame, metrics: Mapping[str, Metric]) -> pl.LazyFrame:
    """Adds the value alone of each named metric from its parts."""
    return frame.with_columns(
        _value(metric, pl.col(f"{name}.x"), pl.col(f"{name}.d")).alias(name)
        for name, metric in metrics.items()
    )


def _block(at: int, frame: pl.DataFrame, name: str, metric: Metric) -> _Block:
    columns = frame.columns
    parts = {
        part: frame[f"{name}.{part}"].cast(pl.Float64)
        for part in _PARTS
        if f"{name}.{part}" in columns
    }
    if metric.kind is MetricKind.EXACT:
        parts.setdefault("e", parts["x"])
    return _Block(at, name, metric, parts)


def _borrows(block: _Block) -> bool:
    if block.metric.kind is MetricKind.EXACT:
        return "cv2" in block.parts
    return block.metric.kind is MetricKind.MONEY and block.metric.varies is Varies.BOTH


def _worth(
    blocks: Sequence[_Block], labels: Sequence[Sequence[pl.Series]], by: Sequence[str]
) -> pl.DataFrame:
    """What one event of each row is worth, see evidence.worth_of_one, and how many events beside
    its own tell it."""
    if not blocks:
        return pl.DataFrame({part: [] for part in _WORTH}, schema=dict.fromkeys(_WORTH, pl.Float64))
    columns = {name: _one_below_the_other([of[at] for of in labels]) for at, name in enumerate(by)}
    twins = {(block.frame, block.name): block for block in blocks}
    others = [twins.get((block.frame, _twin(block.name))) for block in blocks]
    for part in ("x", "e"):
        columns[f"other.{part}"] = _one_below_the_other(
            [
                _same(None, block.height) if other is None else other.parts[part]
                for block, other in zip(blocks, others, strict=True)
            ]
        )
    long = pl.DataFrame({**columns, **_long(blocks, ("x", "e")), _BLOCK: _numbers(blocks)})
    x, e = pl.col("x"), pl.col("e")
    together = x.sum().over(_BLOCK, *by) / e.sum().over(_BLOCK, *by)
    # What a subject sells, it sold in the other window too.
    value, events = (
        pl.col(part).fill_null(0.0) + pl.col(f"other.{part}").fill_null(0.0) for part in ("x", "e")
    )
    there = e.sum().over(_BLOCK, *by) + pl.col("other.e").fill_null(0.0) - e.fill_null(0.0)
    return long.select(
        evidence.worth_of_one(value, events, together).alias(_EACH),
        there.clip(0.0, evidence.BORROWED).alias(_BORROWED),
    )


def _twin(name: str) -> str:
    """The same metric in the other window."""
    return name.removesuffix(".before") if name.endswith(".before") else f"{name}.before"


def _worked_out(
    formulas: Mapping["_Formula", Sequence[_Block]],
    each: Mapping[tuple[int, str], Sequence[pl.Series]],
) -> pl.DataFrame:
    """The values of all blocks, those of one formula after those of another."""
    if not formulas:
        return pl.DataFrame({of: [] for of in VALUES})
    values = [_by_formula(formula, blocks, each) for formula, blocks in formulas.items()]
    return pl.concat(values).collect(engine="in-memory")


def _by_formula(
    formula: "_Formula",
    blocks: Sequence[_Block],
    each: Mapping[tuple[int, str], Sequence[pl.Series]],
) -> pl.LazyFrame:
    columns = _long(blocks, _PARTS)
    columns["scale"] = _repeated(blocks, [block.metric.scale for block in blocks])
    if formula is _of_worth:
        worth = [each[block.frame, block.name] for block in blocks]
        for at, part in enumerate(_WORTH):
            columns[part] = _one_below_the_other([of[at] for of in worth])
    steps = Steps()
    values = formula(steps)
    named = [value.alias(f"value{of}") for value, of in zip(values, VALUES, strict=True)]
    counted = pl.LazyFrame(columns).with_columns(_counted(part) for part in ("x", "d", "e"))
    return counted.with_columns(steps.columns()).select(named)


_NOTHING = 1e-9  # less is what sums of decimals leave of nothing, and by it a ratio is infinite


def _counted(part: str) -> pl.Expr:
    count = pl.col(part)
    return pl.when(count.abs() < _NOTHING).then(0.0).otherwise(count).alias(part)


def _long(blocks: Sequence[_Block], parts: Iterable[str]) -> dict[str, pl.Series]:
    """The parts of all *blocks*, one below the other."""
    return {
        part: _one_below_the_other(
            [
                block.parts[part] if part in block.parts else _same(_PLAIN.get(part), block.height)
                for block in blocks
            ]
        )
        for part in parts
    }


def _one_below_the_other(columns: Sequence[pl.Series]) -> pl.Series:
    # In one piece: Polars divides by a piece of length 1 as by a number, with other last digits.
    return pl.concat(columns, rechunk=True)


def _same(value: float | None, height: int) -> pl.Series:
    return pl.Series([value], dtype=pl.Float64).new_from_index(0, height)


def _repeated(blocks: Sequence[_Block], values: Sequence[float]) -> pl.Series:
    pairs = zip(values, blocks, strict=True)
    return _one_below_the_other([_same(value, block.height) for value, block in pairs])


def _numbers(blocks: Sequence[_Block]) -> pl.Series:
    numbers = enumerate(blocks)
    return _one_below_the_other(
        [pl.Series([at], dtype=pl.UInt32).new_from_index(0, block.height) for at, block in numbers]
    )


def _cut(blocks: Sequence[_Block], long: pl.DataFrame) -> Iterable[tuple[_Block, list[pl.Series]]]:
    """What each of *blocks* has of what was worked out for all."""
    columns = long.get_columns()
    start = 0
    for block in blocks:
        yield block, [column.slice(start, block.height) for column in columns]
        start += block.height


def _with(frame: pl.DataFrame, columns: list[pl.Series]) -> pl.DataFrame:
    # Side by side is no query; a column that is there already is replaced, which is one.
    if {column.name for column in columns}.isdisjoint(frame.columns):
        return frame.hstack(columns)
    return frame.with_columns(columns)


_Formula = Callable[[Steps], _Limits]


def _formula(metric: Metric) -> _Formula:
    if metric.kind is MetricKind.MONEY:
        return {Varies.EVENTS: _of_events, Varies.VALUES: _of_values, Varies.BOTH: _of_worth}[
            metric.varies
        ]
    return {
        MetricKind.EXACT: _exact,
        MetricKind.PROPORTION: _proportion,
        MetricKind.RATE: _rate,
    }[metric.kind]


def _columns() -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
    x, d, e, phi, spread, scale = map(pl.col, (*_PARTS, "scale"))
    return x, d, e, phi, spread, scale


def _value(metric: Metric, x: pl.Expr, d: pl.Expr) -> pl.Expr:
    if metric.kind is MetricKind.EXACT:
        return x * metric.scale
    return pl.when(d >= _NOTHING).then(metric.scale * x / d)


def _exact(_: Steps) -> _Limits:
    x, _d, n, phi, spread, scale = _columns()
    se = pl.when(n > 0).then(((phi + spread) / n).sqrt())
    return x * scale, x * scale, x * scale, n, se


def _ratio() -> pl.Expr:
    x, d, *_, scale = _columns()
    return pl.when(d > 0).then(scale * x / d)


def _proportion(steps: Steps) -> _Limits:
    x, d, _e, phi, _spread, scale = _columns()
    # More than all can be in a file; it is a note there, and no reason to fail here.
    few, many = evidence.wilson(steps.of(pl.min_horizontal(x, d) / phi), steps.of(d / phi))
    low, high = _or_anything(d, few * scale, many * scale)
    se = pl.when(x > 0).then((phi * (1 - x / d).clip(0.0) / x).sqrt())
    return _ratio(), low, high, d, se


def _rate(steps: Steps) -> _Limits:
    x, d, _e, phi, _spread, scale = _columns()
    few, many = (v * phi * scale / d for v in evidence.byar(steps.of(x / phi)))
    low, high = _or_anything(d, few, many)
    return _ratio(), low, high, d, pl.when(x > 0).then((phi / x).sqrt())


def _of_events(steps: Steps) -> _Limits:
    """Of money that is given, for events that come by chance: limits of the events, turned over."""
    x, _d, e, phi, _spread, scale = _columns()
    few, many = (steps.of(v * phi) for v in evidence.byar(e / phi))
    low, high = _or_anything(x, scale * x / many, scale * x / few)  # no events: no upper limit
    return _ratio(), low, high, e, pl.when(e > 0).then((phi / e).sqrt())


def _of_values(_: Steps) -> _Limits:
    """Of events that are given, each worth another amount."""
    _x, _d, e, _phi, spread, _scale = _columns()
    se = pl.when(e > 0).then((spread / e).sqrt())
    return _ratio(), *_or_anything(e, *evidence.lognormal(_ratio(), se)), e, se


def _of_worth(steps: Steps) -> _Limits:
    """Of events that come by chance, each worth another amount."""
    x, d, e, phi, spread, scale = _columns()
    each = pl.col(_EACH)
    worth = phi + spread  # an order counts for 1 / worth independent equal ones
    # So many events of what one is worth would have come to as much.
    alike = pl.when(e > 0).then(x / each).otherwise(e)
    few, many = (v * worth for v in evidence.byar(steps.of(alike / worth)))
    # So few orders may all be small ones, or large: the wider of these limits and those of their
    # number, which is worth as much as it is known to be.
    mean, unsure = map(steps.of, evidence.worth_told(x, e, spread, each, pl.col(_BORROWED)))
    fewer, more = (v * phi * mean for v in evidence.byar(steps.of(e / phi), unsure=unsure))
    few, many = pl.min_horizontal(few * each, fewer), pl.max_horizontal(many * each, more)
    # Without any order anywhere there is no order value, and no upper limit.
    least = pl.when(e > 0).then(scale * few / d).when(e == 0).then(0.0)
    # Orders that are all worth nothing tell as little of the next.
    most = pl.when(each > 0).then(scale * many / d).fill_nan(None).fill_null(float("inf"))
    # Money without an order is a contradiction in the file, from which nothing follows.
    low, high = _or_anything(pl.when((e > 0) | (x <= 0)).then(d).otherwise(0.0), least, most)
    low, high = pl.when(e.is_not_null()).then(low), pl.when(e.is_not_null()).then(high)
    return _ratio(), low, high, e, pl.when(e > 0).then((worth / e).sqrt())


def _or_anything(n: pl.Expr, low: pl.Expr, high: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The limits; where nothing has happened yet (*n* is 0) they exclude nothing."""
    nothing = n == 0
    return (
        pl.when(nothing).then(0.0).when(n > 0).then(low),
        pl.when(nothing).then(float("inf")).when(n > 0).then(high),
    )
