"""What changed since an earlier run, from the history."""

from collections import Counter
from collections.abc import Iterator, Mapping

import polars as pl

from advisor.document.findings import SubjectInfo
from advisor.document.since import FindingChange, SinceInfo
from advisor.history import (
    Change,
    Past,
    Reason,
    RunInfo,
    compare,
    findings_frame,
    has_same_period,
    reason,
    row_of,
)
from advisor.history import Run as HistoryRun
from advisor.metrics import metric_of
from advisor.model import Severity, Vocabulary, text

_ORDER = tuple(Change)
_STILL = (Change.UNCHANGED, Change.UNSURE)
_WORDS = {
    Reason.RULES: "rules or targets",
    Reason.SETTINGS: "your settings",
    Reason.VERSION: "the version of shop-advisor",
}


def since(
    run: HistoryRun, past: Past, vocabulary: Vocabulary, currency: str | None
) -> SinceInfo | None:
    """What changed from the run in *past* to *run*; None where there is none."""
    now = findings_frame([(run.info.shop, *row_of(row)) for row in run.findings])
    return since_frame(run.info, now, past, vocabulary, currency)


def since_frame(
    info: RunInfo,
    now: pl.DataFrame,
    past: Past,
    vocabulary: Vocabulary,
    currency: str | None,
) -> SinceInfo | None:
    """The same of a run with the findings in the frame *now*."""
    then = past.runs.get(info.shop)
    if then is None:
        return None
    same = has_same_period(info, then)
    changed = compare(now, past.findings, (info.shop,) if same else ())
    counts = Counter(changed["change"].to_list())
    other = tuple(_other(info, then))
    rows = changed.join(now, on=("shop", "id"), how="left").join(
        past.findings, on=("shop", "id"), how="left", suffix="_then"
    )
    found = sorted(
        (_finding(row, info, then, vocabulary, currency) for row in rows.iter_rows(named=True)),
        key=lambda one: (_ORDER.index(Change(one.change)), Severity(one.severity).rank, one.id),
    )
    still = counts[Change.UNCHANGED.value] + counts[Change.UNSURE.value]
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
        text=_text(then, counts, still, other, same=same),
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
    row: Mapping[str, object],
    now: RunInfo,
    then: RunInfo,
    vocabulary: Vocabulary,
    currency: str | None,
) -> FindingChange:
    def at(name: str) -> object:
        value = row.get(name)
        return row.get(f"{name}_then") if value is None else value

    rule, change = str(at("rule")), Change(str(row["change"]))
    return FindingChange(
        id=str(row["id"]),
        rule=rule,
        severity=str(at("severity")),
        subject=SubjectInfo(str(at("kind")), str(at("key")), str(at("name"))),
        change=change.value,
        reason="" if change in _STILL else reason(rule, now, then).value,
        since=str(at("opened")),
        text=_line(row, change, vocabulary, currency),
    )


def _line(
    row: Mapping[str, object], change: Change, vocabulary: Vocabulary, currency: str | None
) -> str:
    """`Summer: CTR 0.55 % (was 0.61 %, target 1 %)`."""
    name = text.shorten(str(row["name"] or row["name_then"]))
    metric_id = row["metric"] or row["metric_then"]
    if not isinstance(metric_id, str) or metric_id not in vocabulary.metrics:
        return f"{name}: {row['rule'] or row['rule_then']}"
    metric = metric_of(metric_id, vocabulary)

    def shown(column: str) -> str | None:
        value = text.finite(row[column])
        return None if value is None else text.number(value, metric.unit, currency)

    before, after = shown("value_then"), shown("value")
    target = shown("target") or shown("target_then")
    marks = [
        *([f"was {before}"] if before and before != after and change is not Change.NEW else []),
        *([f"target {target}"] if target else []),
    ]
    words = [metric.title, *([after] if after else [])]
    said = f"{name}: {' '.join(words)}"
    return f"{said} ({', '.join(marks)})" if marks else said


def _text(
    then: RunInfo, counts: Mapping[str, int], still: int, other: tuple[str, ...], *, same: bool
) -> str:
    parts = [
        (counts[Change.NEW.value], "new"),
        (counts[Change.WORSE.value], "worse"),
        (counts[Change.BETTER.value], "better"),
        (counts[Change.SOLVED.value], "solved"),
        (still, "still open"),
        (counts[Change.NOT_SEEN.value], "not checked this time"),
    ]
    said = ", ".join(f"{many} {word}" for many, word in parts if many)
    lines = [f"Since {then.day}: {said or 'nothing found then or now'}."]
    if same:
        lines.append("The period is the same as last time.")
    if other:
        words = [_WORDS[Reason(one)] for one in other]
        lines.append(
            f"Changed since then: {text.listed(words, len(words))}. "
            "Some of these changes may come from that."
        )
    return " ".join(lines)
