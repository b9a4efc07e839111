"""Findings that the owner muted in advisor.toml."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

import attrs
import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document.findings import FindingInfo, SuppressedInfo
from advisor.model import MuteSection, Note, Severity, finite, frozen

CODE = "mute"


@frozen
class Muted:
    """The mute of each finding that has one, by its id, and notes on mutes that mute nothing."""

    by_finding: Mapping[str, MuteSection] = attrs.field(factory=dict)
    notes: tuple[Note, ...] = ()


def mute(findings: Sequence[FindingInfo], diagnosis: Diagnosis) -> Muted:
    """Which of *findings* are muted. A mute that is over, or meets no finding, is a note."""
    by_finding: dict[str, MuteSection] = {}
    notes: list[Note] = []
    today = diagnosis.request.today
    for one in diagnosis.request.settings.mute:
        if one.until is not None and one.until < today:
            notes.append(Note(CODE, f"{_name(one)} ended on {one.until}; remove it or extend it"))
            continue
        met = [finding for finding in findings if _meets(one, finding)]
        kept = [finding for finding in met if finding.severity == Severity.CRITICAL.value]
        if kept and not one.force:
            text = "does not hold for critical findings; add force = true if you mean it"
            notes.append(Note(CODE, f"{_name(one)} {text}"))
            met = [finding for finding in met if finding not in kept]
        elif not met:
            notes.append(Note(CODE, f"{_name(one)} matches no finding; remove it if it is done"))
        for finding, holds in zip(met, _holds(one, met, diagnosis), strict=True):
            if holds:
                by_finding.setdefault(finding.id, one)
    return Muted(by_finding, tuple(notes))


def suppressed(findings: Iterable[FindingInfo], muted: Muted) -> tuple[SuppressedInfo, ...]:
    """The findings that are muted, as the document has them."""
    found = (
        (finding, one)
        for finding in findings
        if (one := muted.by_finding.get(finding.id)) is not None
    )
    return tuple(
        SuppressedInfo(finding, one.reason, None if one.until is None else one.until.isoformat())
        for finding, one in sorted(found, key=lambda pair: pair[0].id)
    )


def _meets(one: MuteSection, finding: FindingInfo) -> bool:
    rules = (finding.rule, finding.rule.partition("/")[2])
    subjects = (finding.subject.key, finding.subject.name)
    return _any(one.rule, rules) and _any(one.subject, subjects)


def _any(pattern: str | None, names: Iterable[str]) -> bool:
    return pattern is None or any(name == pattern or fnmatchcase(name, pattern) for name in names)


def _holds(
    one: MuteSection, findings: Sequence[FindingInfo], diagnosis: Diagnosis
) -> Iterator[bool]:
    """Whether what a mute holds `while` is true of each subject; what is not measured is not."""
    for finding in findings:
        measured = diagnosis.measured.get(finding.subject.kind)
        if not one.while_:
            yield True
            continue
        if measured is None or not one.while_.keys() <= set(measured.frame.columns):
            yield False
            continue
        row = measured.frame.filter(pl.col("key") == finding.subject.key)
        values = {name: finite(row[name][0]) if row.height else None for name in one.while_}
        yield all(
            (value := values[name]) is not None
            and (limit.at_least is None or value >= limit.at_least)
            and (limit.at_most is None or value <= limit.at_most)
            for name, limit in one.while_.items()
        )


def _name(one: MuteSection) -> str:
    what = " on ".join(part for part in (one.rule, one.subject) if part)
    return f"the mute of {what} in advisor.toml"
