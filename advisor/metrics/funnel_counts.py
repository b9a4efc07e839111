"""Totals of counts that lead to each other, in the current window."""

from collections.abc import Iterator, Sequence

from advisor.metrics.counted_rows import CountedRows
from advisor.model import Funnel, Grain, Period, Vocabulary, Window, frozen

_LEAST = 2  # one count alone leads to nothing


@frozen
class FunnelTotals:
    """The counts of *what* that the files have, with their totals on the days of *period*."""

    what: Funnel
    period: Period
    totals: tuple[tuple[str, float], ...]


def funnel_totals(
    counted: Sequence[CountedRows], window: Window, vocabulary: Vocabulary
) -> Iterator[FunnelTotals]:
    """Every declared funnel of which the files have two counts or more, day by day. All counts of
    a funnel are from one family, the one with the most of them."""
    if window.current is None:
        return
    for what in vocabulary.funnels.values():
        found = [
            totals
            for kind in what.subject
            for rows in counted
            if rows.subject == kind
            and rows.grain is Grain.DAY
            and (not what.family or rows.family in what.family)
            and len(totals := _totals(what, rows, window)) >= _LEAST
        ]
        if found:
            yield FunnelTotals(what, window.current, max(found, key=len))


def _totals(what: Funnel, rows: CountedRows, window: Window) -> tuple[tuple[str, float], ...]:
    frame = rows.held(window)
    present = [
        count
        for count in what.counts
        if count in frame.columns and frame[count].null_count() == 0 and frame.height
    ]
    totals = tuple((count, float(frame[count].sum())) for count in present)
    return totals if totals and totals[0][1] > 0 else ()
