"""Whether actions that were done worked, told from the shop's own files and untouched subjects.

Each action is called once, on a day that was fixed when it was marked: from the 28 days after it
and the 28 before, the day itself left out, after as many days more as it takes until sales are
attributed. So looking at it every week does not make it look good sooner or later.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

import attrs
import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.experiment.arms import Arm, log_variance
from advisor.experiment.before_after import Change
from advisor.experiment.shop import change_of
from advisor.history import DoneRow, Mark, Verdict, VerdictRow
from advisor.metrics import CountedRows, Wanted, measure, metric_of
from advisor.model import Better, Grain, Metric, MetricKind, Period, Varies, Window
from advisor.stats import WEEK, BeforeAfter, Difference, benjamini_hochberg, difference, parallel

DAYS = 28  # before and after: whole weeks
LEAST_DAYS = 14  # that the files must reach back before the action
LATE = 7  # days until what was sold by a click is attributed to it
SOON = 1  # for clicks and views
_LEAST = 1e-12  # variance of values that are known exactly
_LARGEST = 0.5  # of the promised change: within it there is no difference that matters


def due_day(day: date, metric: Metric | None) -> date:
    """The day on which an action of *day* that is to move *metric* is called. Where it has no rate
    to be called by, it is asked for again after a week, if its finding is still there."""
    if not has_rate(metric):
        return day + timedelta(days=WEEK + 1)
    late = LATE if metric is not None and metric.kind is MetricKind.MONEY else SOON
    return day + timedelta(days=DAYS + late + 1)


def has_rate(metric: Metric | None) -> bool:
    """Whether an action that is to move *metric* can be called: totals move with the budget."""
    return metric is not None and metric.kind is not MetricKind.EXACT and bool(metric.denominator)


def verdicts(marks: Sequence[Mark], diagnosis: Diagnosis) -> Mapping[int, VerdictRow]:
    """What can be said of each mark that was not called yet, by its number. Those that are called
    together are held to one false discovery rate."""
    today = diagnosis.request.today
    found: dict[int, VerdictRow] = {}
    measured: dict[int, tuple[Difference, VerdictRow]] = {}
    for mark in marks:
        if mark.verdict is not None:
            continue
        done = mark.done
        if today < done.due:
            found[mark.number] = VerdictRow(today, Verdict.TOO_EARLY, "")
            continue
        told = _measured(done, marks, diagnosis)
        if isinstance(told, str):
            found[mark.number] = VerdictRow(today, Verdict.CANNOT_TELL, told)
        elif told[0] is None:
            found[mark.number] = told[1]
        else:
            measured[mark.number] = (told[0], told[1])
    significant = benjamini_hochberg([effect.p for effect, _ in measured.values()])
    by_number = {mark.number: mark.done for mark in marks}
    for (number, (effect, row)), is_sure in zip(measured.items(), significant, strict=True):
        found[number] = _called(effect, row, by_number[number], diagnosis, is_sure=is_sure)
    return found


def is_final(row: VerdictRow) -> bool:
    """Whether *row* is a call, which stands: numbers were there to tell from."""
    return row.times is not None


def _measured(
    done: DoneRow, marks: Sequence[Mark], diagnosis: Diagnosis
) -> tuple[Difference | None, VerdictRow] | str:
    """The effect and the row that it makes; why there is none."""
    vocabulary, today = diagnosis.vocabulary, diagnosis.request.today
    metric = None if done.metric is None else metric_of(done.metric, vocabulary)
    if metric is None or not has_rate(metric):
        return "no-rate"
    after = Period(done.day + timedelta(days=1), done.day + timedelta(days=DAYS))
    window = Window(
        after,
        Period(done.day - timedelta(days=DAYS), done.day - timedelta(days=1)),
    )
    daily = _daily(diagnosis.rows, done.kind, metric)
    ends = _span(daily)
    if ends is None:
        return "no-days"
    if ends[1] < after.last:
        return f"ends:{ends[1]}"
    if ends[0] > done.day - timedelta(days=LEAST_DAYS):
        return f"starts:{ends[0]}"
    rows = _changes(daily, window, done.kind, metric, diagnosis)
    touched = {
        key
        for other in marks
        if other.done.kind == done.kind and abs((other.done.day - done.day).days) <= DAYS
        for key in other.done.subjects
    }
    treated = {key: row for key, row in rows.items() if key in done.subjects}
    untouched = {key: row for key, row in rows.items() if key not in touched}
    total = _together(list(treated.values()))
    others = tuple(
        f"{other.done.what} ({other.done.day})"
        for other in marks
        if other.done != done
        and abs((other.done.day - done.day).days) <= DAYS
        and (other.done.kind != done.kind or set(other.done.subjects) & set(done.subjects))
    )
    shown = VerdictRow(
        day=today,
        verdict=Verdict.CANNOT_TELL,
        because="",
        before=total.before.value(metric) if total else None,
        after=total.after.value(metric) if total else None,
        others=others,
    )
    ours = [one for row in treated.values() if (one := _logs(row, metric)) is not None]
    theirs = [one for row in untouched.values() if (one := _logs(row, metric)) is not None]
    if not ours:
        return None, attrs.evolve(shown, because="few")
    effect = difference(ours, theirs, slope=_slope(metric))
    if effect is None:
        return None, attrs.evolve(shown, because=f"untouched:{len(theirs)}")
    if not _parallel(daily, done, treated.keys(), untouched.keys(), metric, diagnosis):
        return None, attrs.evolve(shown, because="moving")
    larger = sum(abs(one) >= abs(effect.effect) for one in effect.placebos)
    return effect, attrs.evolve(
        shown,
        times=math.exp(effect.effect),
        low=math.exp(effect.low),
        high=math.exp(effect.high),
        own=math.exp(effect.own),
        placebos=len(effect.placebos),
        larger=larger,
    )


def _called(
    effect: Difference, row: VerdictRow, done: DoneRow, diagnosis: Diagnosis, *, is_sure: bool
) -> VerdictRow:
    metric = metric_of(done.metric or "", diagnosis.vocabulary)
    if is_sure:
        rose = effect.effect > 0
        verdict = Verdict.HELPED if rose is _is_up_good(done, metric) else Verdict.HURT
        return attrs.evolve(row, verdict=verdict)
    if done.now and done.target and done.now > 0 and done.target > 0:
        margin = _LARGEST * abs(math.log(done.target / done.now))
        if -margin < effect.low and effect.high < margin:
            return attrs.evolve(row, verdict=Verdict.NO_DIFFERENCE)
    return attrs.evolve(row, verdict=Verdict.CANNOT_TELL, because="unclear")


def _is_up_good(done: DoneRow, metric: Metric) -> bool:
    if done.now is not None and done.target is not None and done.now != done.target:
        return done.target > done.now
    return metric.better is not Better.LOWER


def _daily(rows: Sequence[CountedRows], kind: str, metric: Metric) -> tuple[CountedRows, ...]:
    required = set(metric.required())
    return tuple(
        one
        for one in rows
        if one.subject == kind and one.grain is Grain.DAY and required <= set(one.frame.columns)
    )


def _span(daily: Sequence[CountedRows]) -> tuple[date, date] | None:
    """The first and the last day of daily rows."""
    days = [
        day
        for one in daily
        for day in one.frame.select(pl.col("from").min(), pl.col("to").max()).row(0)
    ]
    known = [day for day in days if isinstance(day, date)]
    return (min(known), max(known)) if known else None


def _changes(
    daily: Sequence[CountedRows], window: Window, kind: str, metric: Metric, diagnosis: Diagnosis
) -> dict[str, Change]:
    """The counts of each subject before and after, by its key."""
    asked = Wanted(frozenset([metric.id]), frozenset([metric.id]))
    found = measure(daily, {kind: asked}, window, diagnosis.vocabulary).get(kind)
    if found is None or f"{metric.id}.before.x" not in found.frame.columns:
        return {}
    rows = found.frame.sort("key").iter_rows(named=True)
    return {str(row["key"]): change_of(metric, row) for row in rows}


def _parallel(
    daily: Sequence[CountedRows],
    done: DoneRow,
    treated: Collection[str],
    untouched: Collection[str],
    metric: Metric,
    diagnosis: Diagnosis,
) -> bool:
    """Whether both moved together in the two halves of the time before."""
    half = DAYS // 2
    window = Window(
        Period(done.day - timedelta(days=half), done.day - timedelta(days=1)),
        Period(done.day - timedelta(days=DAYS), done.day - timedelta(days=half + 1)),
    )
    rows = _changes(daily, window, done.kind, metric, diagnosis)
    logs = {key: one for key, row in rows.items() if (one := _logs(row, metric)) is not None}
    return parallel(
        [one for key, one in logs.items() if key in treated],
        [one for key, one in logs.items() if key in untouched],
    )


def _together(changes: Sequence[Change]) -> Change | None:
    """Several subjects as one: the sums of their counts."""
    if not changes:
        return None

    def summed(arms: Sequence[Arm]) -> Arm:
        top, bottom = (sum(arm.top for arm in arms), sum(arm.bottom for arm in arms))
        return attrs.evolve(arms[0], top=top, bottom=bottom)

    return Change(summed([one.before for one in changes]), summed([one.after for one in changes]))


def _logs(change: Change, metric: Metric) -> BeforeAfter | None:
    values = [one.value(metric) for one in (change.before, change.after)]
    variances = [log_variance(metric, one) for one in (change.before, change.after)]
    if not all(values) or None in variances:
        return None
    before, after = (math.log(value) for value in values if value)
    chance, later = (max(one, _LEAST) for one in variances if one is not None)
    return BeforeAfter(before, chance, after, later)


def _slope(metric: Metric) -> int:
    """Whether a value grows (1) or falls (-1) with the events that carry its chance."""
    if metric.kind is not MetricKind.MONEY:
        return 1
    return {Varies.EVENTS: -1, Varies.VALUES: 0, Varies.BOTH: 1}[metric.varies]
