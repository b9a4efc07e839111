"""The best and the worst of each kind, by rates as far as their own data carry them.

A list of raw rates is led by those with the fewest events. Here stands who surely differs from the
others of its kind, in the order of the shrunken rate (advisor.stats.shrinkage).
"""

from collections.abc import Iterator

import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document.findings import SubjectInfo
from advisor.document.numbers import Ranked, Ranking
from advisor.model import Better, Metric, SubjectKind, text
from advisor.stats import shrunk

LEAST = 8  # subjects: of fewer, a best and a worst say nothing
MOST = 5  # on each side
EIGHTY = 1.2815515655446004  # an interval that holds 80 of 100 true values: ours


def rankings(diagnosis: Diagnosis) -> tuple[Ranking, ...]:
    """One for each kind and metric that ranks it, where enough subjects have a value."""
    return tuple(_each(diagnosis))


def _each(diagnosis: Diagnosis) -> Iterator[Ranking]:
    for kind in diagnosis.vocabulary.subjects.values():
        measured = diagnosis.measured.get(kind.id)
        if measured is None or measured.frame.height < LEAST:
            continue
        for name in kind.ranked_by:
            if name in measured.metrics and f"{name}.x" in measured.frame.columns:
                metric = diagnosis.vocabulary.metrics[name]
                found = _ranking(kind, metric, measured.frame, diagnosis.business.currency)
                if found is not None:
                    yield found


def _ranking(
    kind: SubjectKind, metric: Metric, frame: pl.DataFrame, currency: str | None
) -> Ranking | None:
    m = metric.id
    value, se, usual = (pl.col(f"{m}.shrunk{part}") for part in ("", ".se", ".to"))
    columns = frame.select(
        "shop", "key", "name", *(c for c in frame.columns if c == m or c.startswith(f"{m}."))
    )
    low, high = value - EIGHTY * se, value + EIGHTY * se
    rated = (
        shrunk(columns, metric)
        .with_columns(low.clip(0.0).alias("low"), high.alias("high"))
        .drop_nulls((f"{m}.shrunk.to", "low"))
    )
    if rated.height < LEAST:
        return None
    higher, lower = rated.filter(pl.col("low") > usual), rated.filter(pl.col("high") < usual)
    sides = [
        tuple(_ranked(kind, metric, row, currency) for row in _first(side, m, descending=down))
        for side, down in ((higher, True), (lower, False))
    ]
    if metric.better is Better.LOWER:
        sides.reverse()
    mean = float(rated[f"{m}.shrunk.to"][0])
    return Ranking(
        kind=kind.id,
        plural=kind.plural,
        metric=m,
        title=metric.title,
        definition=metric.definition,
        subjects=rated.height,
        usual=mean,
        usual_text=text.number(mean, metric.unit, currency),
        best=sides[0],
        worst=sides[1],
    )


def _first(side: pl.DataFrame, m: str, *, descending: bool) -> Iterator[dict[str, object]]:
    ordered = side.sort(f"{m}.shrunk", "key", descending=[descending, False])
    return ordered.head(MOST).iter_rows(named=True)


def _ranked(
    kind: SubjectKind, metric: Metric, row: dict[str, object], currency: str | None
) -> Ranked:
    m = metric.id
    value, mean, low, high = (float(str(row[c])) for c in (m, f"{m}.shrunk", "low", "high"))
    n = row[f"{m}.n"]
    return Ranked(
        subject=SubjectInfo(kind.id, str(row["key"]), str(row["name"] or row["key"])),
        value=value,
        n=None if n is None else float(str(n)),
        text=text.number(value, metric.unit, currency),
        shrunk=mean,
        low=low,
        high=high,
        shrunk_text=text.number(mean, metric.unit, currency),
    )
