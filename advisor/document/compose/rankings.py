"""The best and the worst of each kind, by rates as far as their own data carry them.

A list of raw rates is led by those with the fewest events. Here stands who surely differs from the
others of its kind, in the order of the shrunken rate (advisor.stats.shrinkage).
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document.findings import SubjectInfo
from advisor.document.numbers import Ranked, Ranking
from advisor.model import Better


def rankings(diagnosis: Diagnosis) -> tuple[Ranking, ...]:
    """One for each kind and metric that ranks it, where enough subjects have a value."""
    return tuple(_each(diagnosis))


def _each(diagnosis: Diagnosis) -> Iterator[Ranking]:
    own = diagnosis.block.ranked.filter(pl.col("shop") == diagnosis.id)
    currency = diagnosis.business.currency
    for (kind, name), rows in groupby(
        own.iter_rows(named=True), key=lambda row: (row["kind"], row["metric"])
    ):
        several = list(rows)
        metric = diagnosis.vocabulary.metrics[name]
        sides = [
            tuple(
                _ranked(row, diagnosis)
                for row in several
                if row["key"] is not None and row["above"] is above
            )
            for above in (metric.better is not Better.LOWER, metric.better is Better.LOWER)
        ]
        usual = several[0]["usual"]
        yield Ranking(
            kind=kind,
            plural=diagnosis.vocabulary.subjects[kind].plural,
            metric=name,
            title=metric.title,
            definition=metric.definition,
            subjects=several[0]["subjects"],
            usual=usual,
            usual_text=diagnosis.language.number(usual, metric.unit, currency),
            best=sides[0],
            worst=sides[1],
        )


def _ranked(row: Mapping[str, Any], diagnosis: Diagnosis) -> Ranked:
    unit, currency = diagnosis.vocabulary.metrics[row["metric"]].unit, diagnosis.business.currency
    return Ranked(
        subject=SubjectInfo(row["kind"], row["key"], row["name"] or row["key"]),
        value=row["value"],
        n=row["n"],
        text=diagnosis.language.number(row["value"], unit, currency),
        shrunk=row["shrunk"],
        low=row["low"],
        high=row["high"],
        shrunk_text=diagnosis.language.number(row["shrunk"], unit, currency),
    )
