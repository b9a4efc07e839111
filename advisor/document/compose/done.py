"""Actions that were done, and whether they worked, as parts of the document."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from advisor.diagnosis import Diagnosis
from advisor.document.actions import DoneResult, ExperimentInfo, Money
from advisor.document.compose.actions import money
from advisor.history import DoneRow, ExperimentRow, LeverRow, Mark, Verdict, VerdictRow
from advisor.judge import subject_id
from advisor.metrics import metric_of
from advisor.model import Action, Business, Failure, Language, Rule, StopAfter, Unit, text
from advisor.plan import MARGIN, SALES, SPEND, Experience, Gain, Tries

DEFAULT = StopAfter(3)  # where a rule does not say it: ours
_IN_VAIN = {
    Failure.NO_DIFFERENCE: (Verdict.NO_DIFFERENCE, Verdict.HURT),
    Failure.HURT: (Verdict.HURT,),
}
Rules = Mapping[str, Rule]  # by id


def experience(
    marks: Sequence[Mark], levers: Sequence[LeverRow], shop: Business, rules: Iterable[Rule]
) -> Experience:
    """What *marks* of a shop, and how actions on *levers* ended, teach its plan; *rules* say when
    to stop."""
    by_id = {rule.id: rule for rule in rules}
    return Experience(_not_asked(marks, shop.id, by_id), tries_of(levers, shop))


def tries_of(levers: Iterable[LeverRow], shop: Business) -> Mapping[str, Tries]:
    """By lever, how actions ended in shops of the niche and size of *shop*, and in others."""
    own = (shop.niche or "", shop.size or "")
    counts: dict[str, list[int]] = {}
    for row in levers:
        at = 0 if (row.niche, row.size) == own else 2
        many = counts.setdefault(row.lever, [0, 0, 0, 0])
        many[at] += row.helped
        many[at + 1] += row.called
    return {lever: Tries(*many) for lever, many in counts.items()}


def _action(done: DoneRow, rules: Rules) -> Action | None:
    """The action that was done, where its rule is still in force."""
    known = rules[done.rule].actions if done.rule in rules else ()
    return next((one for one in known if one.lever == done.lever), None)


def _stop_after(done: DoneRow, rules: Rules) -> StopAfter:
    action = _action(done, rules)
    return DEFAULT if action is None or action.stop_after is None else action.stop_after


def _not_asked(marks: Sequence[Mark], shop: str, rules: Rules) -> Mapping[str, frozenset[str]]:
    """The subjects for which an action is not asked for, by its id: it is in progress there, or was
    tried in vain often enough."""
    found: dict[str, set[str]] = {}
    vain = _in_vain(marks, rules)
    for mark in marks:
        most = _stop_after(mark.done, rules).tries
        early = mark.verdict is not None and mark.verdict.verdict is Verdict.TOO_EARLY
        for key in mark.done.subjects:
            if early or vain[mark.done.action, key] >= most:
                subject = subject_id(mark.done.kind, shop, key)
                found.setdefault(mark.done.action, set()).add(subject)
    return {action: frozenset(subjects) for action, subjects in found.items()}


def done_results(marks: Sequence[Mark], diagnosis: Diagnosis) -> Iterator[DoneResult]:
    """Each action that was done, newest first."""
    rules = {rule.id: rule for rule in diagnosis.rules.rules}
    vain = _in_vain(marks, rules)
    for mark in sorted(marks, key=lambda one: (one.done.day, one.number), reverse=True):
        if mark.verdict is not None:
            often = [vain[mark.done.action, key] for key in mark.done.subjects]
            stopped = bool(often) and min(often) >= _stop_after(mark.done, rules).tries
            action = _action(mark.done, rules)
            instead = action.stop if action is not None and stopped else ""
            reasons = _stopped(min(often), instead, diagnosis.language) if stopped else ()
            yield _result(mark.done, mark.verdict, diagnosis, tuple(reasons))


def experiment_infos(
    tests: Sequence[ExperimentRow], diagnosis: Diagnosis
) -> Iterator[ExperimentInfo]:
    """The tests that run, or wait to be read."""
    language = diagnosis.language
    for test in tests:
        ready = diagnosis.request.today >= test.due
        named = {"test": test.name, "day": language.full_day(test.due)}
        yield ExperimentInfo(
            name=test.name,
            metric=test.metric,
            versions=test.versions,
            start=test.start.isoformat(),
            due=test.due.isoformat(),
            ready=ready,
            text=language.gettext("{test}: can be read since {day}.", **named)
            if ready
            else language.gettext("{test}: running, can be read on {day}.", **named),
        )


def _in_vain(marks: Sequence[Mark], rules: Rules) -> Counter[tuple[str, str]]:
    """How often each action was tried in vain on each subject."""
    return Counter(
        (mark.done.action, key)
        for mark in marks
        if mark.verdict is not None
        and mark.verdict.verdict in _IN_VAIN[_stop_after(mark.done, rules).verdict]
        for key in mark.done.subjects
    )


def _result(
    done: DoneRow, said: VerdictRow, diagnosis: Diagnosis, stopped: Sequence[str]
) -> DoneResult:
    language = diagnosis.language
    names = tuple(diagnosis.name_of(done.kind, key) for key in done.subjects)
    because = _because(said, done, diagnosis)
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
        because=because,
        metric=done.metric,
        before=said.before,
        after=said.after,
        times=said.times,
        low=said.low,
        high=said.high,
        promised=_promised(done, diagnosis),
        gained=_gained(done, said, diagnosis),
        stopped=bool(stopped),
        text=" ".join(
            [
                _head(done, said, names, because, language),
                *([language.gettext("Noticed in your files.")] if done.noticed else []),
                *_values(done, said, diagnosis),
                *_effect(said, language),
                *_undo(done, said, language),
                *_others(said, language),
                *stopped,
            ]
        ),
    )


def _promised(done: DoneRow, diagnosis: Diagnosis) -> Money | None:
    if done.low is None or done.mid is None or done.high is None:
        return None
    if done.currency != diagnosis.business.currency or done.money not in (SALES, MARGIN, SPEND):
        return None
    return money(Gain(done.low, done.mid, done.high, done.money), diagnosis)


def _gained(done: DoneRow, said: VerdictRow, diagnosis: Diagnosis) -> Money | None:
    """What the action brought in 30 days."""
    if said.gained_low is None or said.gained is None or said.gained_high is None:
        return None
    if _promised(done, diagnosis) is None:
        return None
    return money(Gain(said.gained_low, said.gained, said.gained_high, done.money), diagnosis)


def _head(
    done: DoneRow, said: VerdictRow, names: Sequence[str], because: str, language: Language
) -> str:
    named = {
        "action": done.what,
        "subjects": language.listed(map(text.shorten, names), 3),
        "day": language.full_day(done.day),
        "due": language.full_day(done.due),
        "reason": because,
    }
    match said.verdict:
        case Verdict.TOO_EARLY:
            return language.gettext(
                "{action} ({subjects}): in progress since {day}, result by {due}.", **named
            )
        case Verdict.HELPED:
            return language.gettext("{action} ({subjects}), done {day}: it helped.", **named)
        case Verdict.HURT:
            return language.gettext("{action} ({subjects}), done {day}: it hurt.", **named)
        case Verdict.NO_DIFFERENCE:
            return language.gettext(
                "{action} ({subjects}), done {day}: it made no difference.", **named
            )
        case Verdict.CANNOT_TELL:
            return language.gettext(
                "{action} ({subjects}), done {day}: can't tell if it helped, because {reason}.",
                **named,
            )


def _because(said: VerdictRow, done: DoneRow, diagnosis: Diagnosis) -> str:
    """Why a result cannot be told, in words."""
    language = diagnosis.language
    code, _, value = said.because.partition(":")
    plural = diagnosis.vocabulary.subjects[done.kind].plural
    reasons: Mapping[str, Callable[[], str]] = {
        "no-rate": lambda: language.gettext(
            "it has no rate to measure it by, and totals also move with your budget"
        ),
        "no-days": lambda: language.gettext("no file has daily numbers of it"),
        "ends": lambda: language.gettext(
            "the files end on {day}; add newer ones", day=language.full_day(_day(value))
        ),
        "starts": lambda: language.gettext(
            "the files start on {day}; keep older ones in the folder",
            day=language.full_day(_day(value)),
        ),
        "few": lambda: language.gettext("there are too few numbers of it"),
        "untouched": lambda: language.gettext(
            "there are too few untouched {kinds} to compare with", kinds=plural
        ),
        "moving": lambda: language.gettext("it was already moving differently before"),
        "another": lambda: language.gettext("another action changed it in the same time"),
        "unclear": lambda: language.gettext("the numbers don't rule out either"),
    }
    return reasons[code]() if code in reasons else ""


def _day(value: str) -> date:
    return date.fromisoformat(value)


def _values(done: DoneRow, said: VerdictRow, diagnosis: Diagnosis) -> Iterator[str]:
    if done.metric is None or said.after is None or said.before is None:
        return
    metric = metric_of(done.metric, diagnosis.vocabulary)
    language, currency = diagnosis.language, diagnosis.business.currency
    yield language.gettext(
        "{metric}: {before} before, {after} after.",
        metric=metric.title,
        before=language.number(said.before, metric.unit, currency),
        after=language.number(said.after, metric.unit, currency),
    )


def _effect(said: VerdictRow, language: Language) -> Iterator[str]:
    if said.times is None or said.low is None or said.high is None:
        return
    yield language.gettext(
        "Effect compared with what you left untouched: {change} (95% confidence interval {low} to "
        "{high}).",
        change=_percent(said.times, language),
        low=_percent(said.low, language),
        high=_percent(said.high, language),
    )
    if said.placebos:
        yield language.ngettext(
            "{larger} of {n} untouched one changed as much by itself.",
            "{larger} of {n} untouched ones changed as much by themselves.",
            said.placebos,
            larger=said.larger,
        )


def _undo(done: DoneRow, said: VerdictRow, language: Language) -> Iterator[str]:
    """The way back from what hurt."""
    if said.verdict is Verdict.HURT:
        yield language.gettext(
            "Undo it: go back to what you had before {day}.", day=language.full_day(done.day)
        )


def _others(said: VerdictRow, language: Language) -> Iterator[str]:
    if said.others:
        yield language.gettext(
            "In the same time: {actions}.", actions=language.listed(said.others, 3)
        )


def _stopped(tries: int, instead: str, language: Language) -> Iterator[str]:
    yield language.ngettext(
        "Tried {n} time without a gain, so the plan no longer asks for it.",
        "Tried {n} times without a gain, so the plan no longer asks for it.",
        tries,
    )
    if instead:
        yield instead


def _percent(times: float, language: Language) -> str:
    change = language.number(round(abs(times - 1), 3), Unit.SHARE)
    return f"{'+' if times >= 1 else '−'}{change}"
