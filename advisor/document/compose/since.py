"""What changed since an earlier run, from the history."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from advisor.document.findings import SubjectInfo
from advisor.document.since import FindingChange, SinceInfo
from advisor.history import Change, Reason, RunInfo, has_same_period
from advisor.metrics import metric_of
from advisor.model import Language, Severity, Vocabulary, text

_ORDER = tuple(Change)


def since_info(
    now: RunInfo,
    then: RunInfo,
    changed: pl.DataFrame,
    vocabulary: Vocabulary,
    language: Language,
    currency: str | None,
) -> SinceInfo:
    """What changed from the run *then* to the run *now* of a shop; *changed* are its findings (see
    advisor.history.changes_since)."""
    counts = Counter(changed["change"].to_list())
    other = tuple(_other(now, then))
    found = sorted(
        (_finding(row, vocabulary, language, currency) for row in changed.iter_rows(named=True)),
        key=lambda one: (_ORDER.index(Change(one.change)), Severity(one.severity).rank, one.id),
    )
    still = counts[Change.UNCHANGED.value] + counts[Change.UNSURE.value]
    same = has_same_period(now, then)
    return SinceInfo(
        day=then.day.isoformat(),
        first=then.first.isoformat() if then.first else None,
        last=then.last.isoformat() if then.last else None,
        same_period=same,
        other=other,
        new=counts[Change.NEW.value],
        worse=counts[Change.WORSE.value],
        better=counts[Change.BETTER.value],
        open=still,
        solved=counts[Change.SOLVED.value],
        not_seen=counts[Change.NOT_SEEN.value],
        text=_text(then, counts, still, other, language, same=same),
        findings=tuple(found),
    )


def _other(now: RunInfo, then: RunInfo) -> Iterator[str]:
    if now.rules != then.rules:
        yield Reason.RULES.value
    if now.config != then.config:
        yield Reason.SETTINGS.value
    if now.version != then.version:
        yield Reason.VERSION.value


def _finding(
    row: Mapping[str, Any], vocabulary: Vocabulary, language: Language, currency: str | None
) -> FindingChange:
    change = Change(row["change"])
    return FindingChange(
        id=row["id"],
        rule=row["rule"],
        severity=row["severity"],
        subject=SubjectInfo(row["kind"], row["key"], row["name"]),
        change=change.value,
        reason=row["reason"],
        since=row["opened"].isoformat(),
        text=_line(row, change, vocabulary, language, currency),
    )


def _line(
    row: Mapping[str, Any],
    change: Change,
    vocabulary: Vocabulary,
    language: Language,
    currency: str | None,
) -> str:
    """`Summer: CTR 0.55 % (was 0.61 %, target 1 %)`."""
    name = text.shorten(row["name"])
    metric_id = row["metric"] or row["metric_then"]
    if metric_id not in vocabulary.metrics:
        return f"{name}: {row['rule']}"
    metric = metric_of(metric_id, vocabulary)

    def shown(column: str) -> str | None:
        value = text.finite(row[column])
        return None if value is None else language.number(value, metric.unit, currency)

    before, after = shown("value_then"), shown("value")
    target = shown("target") or shown("target_then")
    marks = []
    if before and before != after and change is not Change.NEW:
        marks.append(language.gettext("was {value}", value=before))
    if target:
        marks.append(language.gettext("target {value}", value=target))
    words = [metric.title, *([after] if after else [])]
    said = f"{name}: {' '.join(words)}"
    return f"{said} ({', '.join(marks)})" if marks else said


def _counted(change: Change, many: int, language: Language) -> str:
    match change:
        case Change.NEW:
            return language.ngettext("{n} new", "{n} new", many)
        case Change.WORSE:
            return language.ngettext("{n} worse", "{n} worse", many)
        case Change.BETTER:
            return language.ngettext("{n} better", "{n} better", many)
        case Change.SOLVED:
            return language.ngettext("{n} solved", "{n} solved", many)
        case Change.NOT_SEEN:
            return language.ngettext("{n} not checked this time", "{n} not checked this time", many)
    return language.ngettext("{n} still open", "{n} still open", many)


def _reason(why: Reason, language: Language) -> str:
    match why:
        case Reason.RULES:
            return language.gettext("rules or targets")
        case Reason.SETTINGS:
            return language.gettext("your settings")
    return language.gettext("the version of shop-advisor")


def _text(
    then: RunInfo,
    counts: Mapping[str, int],
    still: int,
    other: tuple[str, ...],
    language: Language,
    *,
    same: bool,
) -> str:
    parts = [
        _counted(change, counts[change.value], language)
        for change in (Change.NEW, Change.WORSE, Change.BETTER, Change.SOLVED)
        if counts[change.value]
    ]
    if still:
        parts.append(_counted(Change.UNCHANGED, still, language))
    if counts[Change.NOT_SEEN.value]:
        parts.append(_counted(Change.NOT_SEEN, counts[Change.NOT_SEEN.value], language))
    day = language.full_day(then.day)
    if parts:
        said = language.gettext("Since {day}: {changes}.", day=day, changes=", ".join(parts))
    else:
        said = language.gettext("Since {day}: nothing found then or now.", day=day)
    lines = [said]
    if same:
        lines.append(language.gettext("The period is the same as last time."))
    if other:
        lines.append(
            language.gettext(
                "Changed since then: {what}. Some of these changes may come from that.",
                what=language.all_of([_reason(Reason(one), language) for one in other]),
            )
        )
    return " ".join(lines)
