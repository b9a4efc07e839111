"""Counts that lead to each other, in words."""

from collections.abc import Iterator
from math import isfinite

from advisor.diagnosis import Diagnosis
from advisor.document.numbers import FunnelInfo, FunnelStep
from advisor.metrics import FunnelTotals, funnel_totals, metric_of
from advisor.model import Unit


def funnels(diagnosis: Diagnosis) -> tuple[FunnelInfo, ...]:
    """Every funnel that the files allow, in the order in which they are declared."""
    found = funnel_totals(diagnosis.rows, diagnosis.window, diagnosis.vocabulary)
    return tuple(_info(one, diagnosis) for one in found)


def _info(one: FunnelTotals, diagnosis: Diagnosis) -> FunnelInfo:
    return FunnelInfo(
        id=one.what.id,
        title=one.what.title,
        first=one.period.first.isoformat(),
        last=one.period.last.isoformat(),
        steps=tuple(_steps(one, diagnosis)),
    )


def _steps(one: FunnelTotals, diagnosis: Diagnosis) -> Iterator[FunnelStep]:
    before: float | None = None
    for count, value in one.totals:
        share = value / before if before and isfinite(value / before) else None
        unit = metric_of(count, diagnosis.vocabulary).unit
        yield FunnelStep(
            title=diagnosis.vocabulary.counts[count].title,
            value=value,
            text=diagnosis.language.number(value, unit, diagnosis.business.currency),
            share=share,
            share_text=None if share is None else diagnosis.language.number(share, Unit.SHARE),
        )
        before = value
