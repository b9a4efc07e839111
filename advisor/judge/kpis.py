"""The KPIs of shops, held against their bands and against the window before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from advisor.judge.grade import Grader
from advisor.judge.question import RELATIVE, change
from advisor.metrics import Measured, Total, Value, metric_of, value_of
from advisor.model import frozen


@frozen(eq=False)
class KpiValue:
    """A KPI of one shop over the subjects of *kind*. *trend* is the one direction that the limits
    of its change leave, or None; *total* is what it was summed from, None where a plugin computed
    it."""

    kind: str
    value: Value
    trend: str | None = None
    total: Total | None = None


def kpi_values(
    names: Iterable[str],
    totals: Mapping[str, Mapping[str, Total]],
    measured: Mapping[str, Measured],
    grader: Grader,
) -> dict[str, dict[str, KpiValue]]:
    """By shop, the KPIs *names* of a block: its *totals*, and what plugins computed of one subject
    where there is no total."""
    found: dict[str, dict[str, KpiValue]] = {shop: {} for shop in grader.businesses}
    for shop, total, row in _with_edges(totals, grader):
        name, kind = total.metric.id, total.kind
        trend = _trend(row[f"{name}.least"], row[f"{name}.most"])
        value = value_of(total.metric, row, origin=_origin(name, kind, shop, grader))
        found[shop][name] = KpiValue(kind, value, trend, total)
    for shop, name, kpi in _derived(names, measured, grader):
        found[shop].setdefault(name, kpi)
    return found


def _with_edges(
    totals: Mapping[str, Mapping[str, Total]], grader: Grader
) -> Iterator[tuple[str, Total, Mapping[str, object]]]:
    """Each total with its columns, the edges of its band, and the limits of its change."""
    by_kind: dict[str, list[tuple[str, Total]]] = {}
    for shop, own in totals.items():
        for total in own.values():
            by_kind.setdefault(total.kind, []).append((shop, total))
    lazy: list[pl.LazyFrame] = []
    places: dict[int, int] = {}
    for kind, several in by_kind.items():
        # The totals of a shop share a frame of one row.
        frames = {id(total.frame): total.frame.lazy() for _, total in several}
        places |= zip(frames, range(len(places), len(places) + len(frames)), strict=True)
        together = pl.concat(frames.values(), how="diagonal_relaxed")
        columns = together.collect_schema().names()
        names = dict.fromkeys(total.metric.id for _, total in several)
        limits = {name: change(name, columns)[1:] for name in names}
        lazy.append(
            grader.with_edges(together, names, kind).with_columns(
                limit.alias(f"{name}.{end}")
                for name, ends in limits.items()
                for end, limit in zip(("least", "most"), ends, strict=True)
            )
        )
    found = _rows(lazy)
    for several in by_kind.values():
        for shop, total in several:
            yield shop, total, found[places[id(total.frame)]]


def _derived(
    names: Iterable[str], measured: Mapping[str, Measured], grader: Grader
) -> Iterator[tuple[str, str, KpiValue]]:
    """What a plugin computed of *names*, where a shop has one subject of a kind with it."""
    lazy: list[pl.LazyFrame] = []
    for name in names:
        if not metric_of(name, grader.vocabulary).derived:
            continue
        known = pl.col(f"{name}.lo").is_not_null()
        for kind, one in sorted(measured.items()):
            columns = one.frame.columns
            if f"{name}.lo" not in columns:
                continue
            own = [c for c in columns if c == name or c.startswith(f"{name}.")]
            edges = [f"{name}.edge.{side}" for side in ("low", "high")]
            alone = grader.with_edges(one.frame, [name], kind).filter(
                known & (known.sum().over("shop") == 1)
            )
            about = (pl.lit(name).alias("__name"), pl.lit(kind).alias("__kind"))
            lazy.append(alone.select("shop", *own, *edges, *about))
    for row in _rows(lazy):
        shop, name, kind = str(row["shop"]), str(row["__name"]), str(row["__kind"])
        metric = metric_of(name, grader.vocabulary)
        value = value_of(metric, row, origin=_origin(name, kind, shop, grader))
        yield shop, name, KpiValue(kind, value)


def _rows(frames: Sequence[pl.LazyFrame]) -> Sequence[Mapping[str, object]]:
    """The rows of all *frames*, in one query."""
    if not frames:
        return ()
    together = pl.concat(frames, how="diagonal_relaxed")
    return together.collect(engine="in-memory").rows(named=True)


def _origin(name: str, kind: str, shop: str, grader: Grader) -> str | None:
    edges = grader.resolve(name, kind, shop).edges
    return edges[0].origin if edges else None


def _trend(low: object, high: object) -> str | None:
    if not isinstance(low, float) or not isinstance(high, float):
        return None
    if high < RELATIVE[0]:
        return "falling"
    if low > RELATIVE[1]:
        return "rising"
    return "flat" if low >= RELATIVE[0] and high <= RELATIVE[1] else None


KPIS: Mapping[str, pl.DataType] = {
    **dict.fromkeys(("shop", "metric", "kind"), pl.String()),
    **dict.fromkeys(("value", "low", "high", "before", "band_low", "band_high"), pl.Float64()),
    "trend": pl.String(),
    "levels": pl.List(pl.String),
}


def kpis_frame(kpis: Mapping[str, Mapping[str, KpiValue]]) -> pl.DataFrame:
    """A row for each KPI of each shop (see KPIS): its value with its limits, the value in the
    window before, the edges of its band, its trend, and the levels that its limits allow."""
    rows = [
        {
            "shop": shop,
            "metric": name,
            "kind": one.kind,
            "value": one.value.value,
            "low": one.value.low,
            "high": one.value.high,
            "before": one.value.before,
            "band_low": one.value.edge_low,
            "band_high": one.value.edge_high,
            "trend": one.trend,
            "levels": list(one.value.levels()),
        }
        for shop, own in kpis.items()
        for name, one in own.items()
    ]
    return pl.DataFrame(rows, schema=KPIS)
