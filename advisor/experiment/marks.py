"""Marks of actions that were done: by hand, or noticed in the files."""

from collections.abc import Sequence
from datetime import date

from advisor.experiment.verdicts import due_day
from advisor.history import ActionRow, DoneRow, FindingRow
from advisor.model import Business, Vocabulary


def mark_of(
    action: ActionRow,
    findings: Sequence[FindingRow],
    chosen: Sequence[FindingRow],
    shop: Business,
    vocabulary: Vocabulary,
    *,
    day: date,
    planned: date,
    note: str = "",
    noticed: date | None = None,
) -> DoneRow:
    """The mark of *action*, which the plan of the day *planned* had for *findings*, as done on a
    *day* to the subjects of those that are *chosen*."""
    share = _share(findings, chosen)

    def part(amount: float | None) -> float | None:
        return None if amount is None else amount * share

    return DoneRow(
        action=action.id,
        day=day,
        due=due_day(day, vocabulary.metrics.get(action.metric or "")),
        planned=planned,
        rule=action.rule,
        lever=action.lever,
        what=action.what,
        kind=action.kind,
        subjects=tuple(sorted({row.key for row in chosen})),
        note=note,
        metric=action.metric,
        now=action.now,
        target=action.target,
        low=part(action.low),
        mid=part(action.mid),
        high=part(action.high),
        money=action.money,
        currency=action.currency,
        each=action.each,
        each_sd=action.each_sd,
        niche=shop.niche or "",
        size=shop.size or "",
        noticed=noticed,
    )


def _share(findings: Sequence[FindingRow], chosen: Sequence[FindingRow]) -> float:
    """The part of the promised gain that is of the chosen subjects."""
    total = sum(row.stake or 0.0 for row in findings)
    return sum(row.stake or 0.0 for row in chosen) / total if total > 0 else 1.0
