"""Actions that were done, and whether they worked, as parts of the document."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import attrs

from advisor.diagnosis import Diagnosis
from advisor.document.actions import DoneResult, Money
from advisor.document.compose.actions import money
from advisor.history import DoneRow, Mark, Verdict, VerdictRow
from advisor.judge import subject_id
from advisor.metrics import metric_of
from advisor.model import Unit, text
from advisor.plan import Gain

TRIES = 3  # verdicts without a gain, after which an action is no longer asked for
_IN_VAIN = (Verdict.NO_DIFFERENCE, Verdict.HURT)
_WORDS = {
    Verdict.HELPED: "Helped",
    Verdict.NO_DIFFERENCE: "Made no difference",
    Verdict.HURT: "Hurt",
    Verdict.CANNOT_TELL: "Can't be told",
}


def new_verdicts(marks: Sequence[Mark], diagnosis: Diagnosis) -> Mapping[int, VerdictRow]:
    """What this run says of the marks that were not called before, by their numbers."""
    if all(mark.verdict is not None for mark in marks):
        return {}
    from advisor.experiment import verdicts  # few runs have anything to call

    return verdicts(marks, diagnosis)


def with_verdicts(marks: Sequence[Mark], said: Mapping[int, VerdictRow]) -> tuple[Mark, ...]:
    """*marks* with what is *said* of them now."""
    return tuple(attrs.evolve(one, verdict=one.verdict or said.get(one.number)) for one in marks)


def not_asked(marks: Sequence[Mark], diagnosis: Diagnosis) -> Mapping[str, frozenset[str]]:
    """The subjects for which an action is not asked for, by its id: it is in progress there, or was
    tried in vain often enough."""
    found: dict[str, set[str]] = {}
    vain = _in_vain(marks)
    for mark in marks:
        early = mark.verdict is not None and mark.verdict.verdict is Verdict.TOO_EARLY
        for key in mark.done.subjects:
            if early or vain[mark.done.action, key] >= TRIES:
                subject = subject_id(mark.done.kind, diagnosis.id, key)
                found.setdefault(mark.done.action, set()).add(subject)
    return {action: frozenset(subjects) for action, subjects in found.items()}


def done_results(marks: Sequence[Mark], diagnosis: Diagnosis) -> Iterator[DoneResult]:
    """Each action that was done, newest first."""
    vain = _in_vain(marks)
    for mark in sorted(marks, key=lambda one: (one.done.day, one.number), reverse=True):
        if mark.verdict is not None:
            often = [vain[mark.done.action, key] for key in mark.done.subjects]
            stopped = bool(often) and min(often) >= TRIES
            yield _result(mark.done, mark.verdict, diagnosis, stopped=stopped)


def _in_vain(marks: Sequence[Mark]) -> Counter[tuple[str, str]]:
    """How often each action was tried in vain on each subject."""
    return Counter(
        (mark.done.action, key)
        for mark in marks
        if mark.verdict is not None and mark.verdict.verdict in _IN_VAIN
        for key in mark.done.subjects
    )


def _result(done: DoneRow, said: VerdictRow, diagnosis: Diagnosis, *, stopped: bool) -> DoneResult:
    names = tuple(diagnosis.block.name_of(done.kind, diagnosis.id, key) for key in done.subjects)
    return DoneResult(
        action=done.action,
        rule=done.rule,
        do=done.what,
        kind=done.kind,
        subjects=names,
        day=done.day.isoformat(),
        due=done.due.isoformat(),
        note=done.note,
        verdict=said.verdict.value,
        because=said.because,
        metric=done.metric,
        before=said.before,
        after=said.after,
        times=said.times,
        low=said.low,
        high=said.high,
        promised=_promised(done, diagnosis),
        gained=_gained(done, said, diagnosis),
        stopped=stopped,
        text=_text(done, said, names, diagnosis, stopped=stopped),
    )


def _promised(done: DoneRow, diagnosis: Diagnosis) -> Money | None:
    if done.low is None or done.mid is None or done.high is None:
        return None
    if done.currency != diagnosis.business.currency:
        return None
    return money(Gain(done.low, done.mid, done.high, done.money), diagnosis)


def _gained(done: DoneRow, said: VerdictRow, diagnosis: Diagnosis) -> Money | None:
    """What the action brought: as much of the promise as of the way to the target."""
    promised = _promised(done, diagnosis)
    if promised is None or said.times is None or said.low is None or said.high is None:
        return None
    if not done.now or done.target is None or done.target == done.now:
        return None
    way = done.target / done.now - 1
    parts = sorted((one - 1) / way * promised.mid for one in (said.low, said.times, said.high))
    return money(Gain(parts[0], parts[1], parts[2], done.money), diagnosis)


def _text(
    done: DoneRow,
    said: VerdictRow,
    names: Sequence[str],
    diagnosis: Diagnosis,
    *,
    stopped: bool,
) -> str:
    subjects = text.listed(map(text.shorten, names), 3)
    head = f"{done.what} ({subjects}), {done.day}"
    if said.verdict is Verdict.TOO_EARLY:
        return f"{head}: in progress, result on {done.due}."
    parts = [f"{head}: {_WORDS[said.verdict].lower()}"]
    if said.because:
        parts.append(f", because {said.because}")
    parts.append(".")
    if done.metric is not None and said.after is not None and said.before is not None:
        metric = metric_of(done.metric, diagnosis.vocabulary)
        values = [
            text.number(value, metric.unit, diagnosis.business.currency)
            for value in (said.before, said.after)
        ]
        parts.append(f" {metric.title}: {values[0]} before, {values[1]} after.")
    if said.times is not None and said.low is not None and said.high is not None:
        low, middle, high = (_percent(one) for one in (said.low, said.times, said.high))
        parts.append(
            f" Effect: {middle} (95% confidence interval {low} to {high}), "
            f"compared with untouched {diagnosis.vocabulary.subjects[done.kind].plural}."
        )
        if said.placebos:
            parts.append(
                f" {said.larger} of {said.placebos} untouched ones changed as much by themselves."
            )
    if said.others:
        parts.append(f" In the same time: {text.listed(said.others, 3)}.")
    if stopped:
        parts.append(f" Tried {TRIES} times without a gain, so the plan no longer asks for it.")
    return "".join(parts)


def _percent(times: float) -> str:
    change = text.number(round(abs(times - 1), 3), Unit.SHARE)
    return f"{'+' if times >= 1 else '-'}{change}"
