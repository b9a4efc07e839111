"""Findings that the owner muted in advisor.toml."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase

import attrs
import polars as pl

from advisor.judge import split_subject_id
from advisor.metrics import Measured
from advisor.model import MuteSection, Note, Severity, finite, frozen, lazy_gettext
from advisor.plan.findings import PricedFinding

CODE = "mute"


@frozen
class Muted:
    """The mute of each finding that has one, by its id, and notes on mutes that mute nothing."""

    by_finding: Mapping[str, MuteSection] = attrs.field(factory=dict)
    notes: tuple[Note, ...] = ()


def mute(
    findings: Sequence[PricedFinding],
    mutes: Iterable[MuteSection],
    today: date,
    measured: Mapping[str, Measured],
) -> Muted:
    """Which *findings* of a shop are muted. A mute that is over, or meets no finding, is a note.
    *measured* are the subjects of its block."""
    by_finding: dict[str, MuteSection] = {}
    notes: list[Note] = []
    for one in mutes:
        if one.until is not None and one.until < today:
            text = lazy_gettext(
                "the mute of {what} in advisor.toml ended on {day}; remove it or extend it",
                what=_name(one),
                day=one.until,
            )
            notes.append(Note(CODE, text))
            continue
        met = [finding for finding in findings if _meets(one, finding)]
        kept = [finding for finding in met if finding.rule.severity is Severity.CRITICAL]
        if kept and not one.force:
            text = lazy_gettext(
                "the mute of {what} in advisor.toml doesn't apply to critical findings; add "
                "“force = true” if you mean it",
                what=_name(one),
            )
            notes.append(Note(CODE, text))
            met = [finding for finding in met if finding not in kept]
        elif not met:
            text = lazy_gettext(
                "the mute of {what} in advisor.toml matches no finding; remove it if it is done",
                what=_name(one),
            )
            notes.append(Note(CODE, text))
        for finding, holds in zip(met, _holds(one, met, measured), strict=True):
            if holds:
                by_finding.setdefault(finding.id, one)
    return Muted(by_finding, tuple(notes))


def _meets(one: MuteSection, finding: PricedFinding) -> bool:
    rules = (finding.rule.id, finding.rule.id.partition("/")[2])
    subjects = (finding.key, finding.name)
    return _any(one.rule, rules) and _any(one.subject, subjects)


def _any(pattern: str | None, names: Iterable[str]) -> bool:
    return pattern is None or any(name == pattern or fnmatchcase(name, pattern) for name in names)


def _holds(
    one: MuteSection, findings: Sequence[PricedFinding], measured: Mapping[str, Measured]
) -> Iterator[bool]:
    """Whether what a mute holds `while` is true of each subject; what is not measured is not."""
    for finding in findings:
        kind, shop, key = split_subject_id(finding.subject)
        subjects = measured.get(kind)
        if not one.while_:
            yield True
            continue
        if subjects is None or not one.while_.keys() <= set(subjects.frame.columns):
            yield False
            continue
        row = subjects.frame.filter((pl.col("shop") == shop) & (pl.col("key") == key))
        values = {name: finite(row[name][0]) if row.height else None for name in one.while_}
        yield all(
            (value := values[name]) is not None
            and (limit.at_least is None or value >= limit.at_least)
            and (limit.at_most is None or value <= limit.at_most)
            for name, limit in one.while_.items()
        )


def _name(one: MuteSection) -> str:
    if one.rule and one.subject:
        return lazy_gettext("{rule} on {subject}", rule=one.rule, subject=one.subject)
    return one.rule or one.subject or ""
