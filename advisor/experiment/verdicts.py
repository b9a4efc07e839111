"""Whether actions that were done worked, told from the shop's own files and untouched subjects.

From the 28 days before it and the days after, the day itself left out, and as many days more as
it takes until sales are attributed. An action is looked at after 14, 21 and 28 days. Each look
spends a part of the chance of a false call, so that looking every week does not make it look good
sooner or later; the first call stands. After 28 days it is called in any case, and its gain is
told.
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
from advisor.metrics import CountedRows, RequiredMetrics, measure, metric_of
from advisor.model import Better, Grain, Metric, MetricKind, Period, Varies, Window, frozen
from advisor.stats import (
    ALPHA,
    MONTH,
    WEEK,
    BeforeAfter,
    Difference,
    benjamini_hochberg,
    difference,
    parallel,
    spent,
)

DAYS = 28  # before and after: whole weeks
LOOKS = (14, 21, DAYS)  # days after it
BEFORE = (DAYS, 14, 7)  # days before it: fewer where its subjects moved apart in them
LEAST_DAYS = 14  # that the files must reach back before the action
LATE = 7  # days until what was sold by a click is attributed to it
SOON = 1  # for clicks and views
_LEAST = 1e-12  # variance of values that are known exactly
_DRIFT = 0.15  # of what one more brings, from the plan to the result: ours
_LARGEST = 0.5  # of the promised change: within it there is no difference that matters


def due_day(day: date, metric: Metric | None) -> date:
    """The day on which an action of *day* that is to move *metric* is called at the latest. Where
    it has no rate to be called by, it is asked for again after a week, if its finding is still
    there."""
    if not has_rate(metric):
        return day + timedelta(days=WEEK + 1)
    return day + timedelta(days=DAYS + _late(metric) + 1)


def _late(metric: Metric | None) -> int:
    return LATE if metric is not None and metric.kind is MetricKind.MONEY else SOON


def has_rate(metric: Metric | None) -> bool:
    """Whether an action that is to move *metric* can be called: totals move with the budget."""
    return metric is not None and metric.kind is not MetricKind.EXACT and bool(metric.denominator)


@frozen
class _Look:
    """What a look saw: the *effect*, and the *row* that it makes. Its p value is held to the part
    *alpha* of the chance of a false call that it may spend."""

    mark: Mark
    effect: Difference
    row: VerdictRow
    alpha: float

    @property
    def is_last(self) -> bool:
        return self.row.days == DAYS


def verdicts(marks: Sequence[Mark], diagnosis: Diagnosis) -> Mapping[int, VerdictRow]:
    """What this run sees of each mark that is not settled yet, by its number. Those that are looked
    at together are held to one false discovery rate."""
    today = diagnosis.request.today
    found: dict[int, VerdictRow] = {}
    looks: list[_Look] = []
    for mark in marks:
        said = None if mark.verdict is None else mark.verdict.verdict
        is_called = said is not None and said is not Verdict.TOO_EARLY
        if mark.seen == DAYS:
            continue
        metric = metric_of(mark.done.metric, diagnosis.vocabulary) if mark.done.metric else None
        days = _days(mark, metric, today, is_called=is_called)
        told = _measured(mark.done, marks, diagnosis, days) if days else ""
        effect, row = (None, told) if isinstance(told, str) else told
        if effect is not None and isinstance(row, VerdictRow):
            if is_called and said is not None:
                found[mark.number] = attrs.evolve(row, verdict=said)
                continue
            alpha = spent(row.days / DAYS) - spent(mark.seen / DAYS)
            looks.append(_Look(mark, effect, row, alpha))
        elif not is_called and today < mark.done.due:
            found[mark.number] = VerdictRow(today, Verdict.TOO_EARLY, "")
        elif not is_called:
            cannot = VerdictRow(today, Verdict.CANNOT_TELL, row) if isinstance(row, str) else row
            found[mark.number] = cannot
    chances = [min(look.effect.p * ALPHA / look.alpha, 1.0) for look in looks]
    for look, is_sure in zip(looks, benjamini_hochberg(chances), strict=True):
        found[look.mark.number] = _called(look, diagnosis, is_sure=is_sure)
    return found


def _days(mark: Mark, metric: Metric | None, today: date, *, is_called: bool) -> int:
    """How many days after an action are looked at now; 0 where there is nothing to look at yet.
    What was called is looked at once more when all its days are there."""
    if not has_rate(metric) or today >= mark.done.due:
        return DAYS
    over = (today - mark.done.day).days - _late(metric) - 1
    there = [days for days in LOOKS if mark.seen < days <= over]
    return 0 if is_called else max(there, default=0)


def is_final(row: VerdictRow) -> bool:
    """Whether *row* is a look that is kept: numbers were there to tell from."""
    return row.times is not None


def _measured(
    done: DoneRow, marks: Sequence[Mark], diagnosis: Diagnosis, days: int
) -> tuple[Difference | None, VerdictRow] | str:
    """The effect after so many *days*, and the row that it makes; why there is none."""
    vocabulary, today = diagnosis.vocabulary, diagnosis.request.today
    metric = None if done.metric is None else metric_of(done.metric, vocabulary)
    if metric is None or not has_rate(metric):
        return "no-rate"
    earlier, later = _room(done, marks)
    lengths = [many for many in BEFORE if many <= earlier]
    length = max((many for many in LOOKS if many <= min(days, later)), default=0)
    if not lengths or not length or length < days < DAYS:
        return "another"
    after = _span_after(done.day, 1, length)
    daily = _daily(diagnosis.rows, done.kind, metric)
    ends = _span(daily)
    if ends is None:
        return "no-days"
    if ends[1] < after.last:
        return f"ends:{ends[1]}"
    if ends[0] > done.day - timedelta(days=LEAST_DAYS):
        return f"starts:{ends[0]}"
    touched = {
        key
        for other in marks
        if other.done.kind == done.kind and abs((other.done.day - done.day).days) <= DAYS
        for key in other.done.subjects
    }
    together = _Together(daily, done, touched, metric, diagnosis)
    before = next((many for many in lengths[:-1] if together.agree(-many, -1)), lengths[-1])
    rows = together.rows(_span_after(done.day, -before, -1), after)
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
    if not ours or total is None:
        return None, attrs.evolve(shown, because="few")
    effect = difference(ours, theirs, slope=_slope(metric))
    if effect is None:
        return None, attrs.evolve(shown, because=f"untouched:{len(theirs)}")
    if not together.agree(1, length):
        return None, attrs.evolve(shown, because="moving")
    larger = sum(abs(one) >= abs(effect.effect) for one in effect.placebos)
    row = attrs.evolve(
        shown,
        times=math.exp(effect.effect),
        low=math.exp(effect.low),
        high=math.exp(effect.high),
        own=math.exp(effect.own),
        placebos=len(effect.placebos),
        larger=larger,
        days=days,
    )
    if days < DAYS:
        return effect, row
    return effect, _with_gain(effect, row, done, total.after, length, metric)


def _room(done: DoneRow, marks: Sequence[Mark]) -> tuple[int, int]:
    """How many full days before an action and after it no other one was done to its subjects, nor
    the same lever moved on subjects of another kind, which may be of the same thing."""
    days = [
        (mark.done.day - done.day).days
        for mark in marks
        if mark.done != done
        and (
            bool(set(mark.done.subjects) & set(done.subjects))
            if mark.done.kind == done.kind
            else mark.done.lever == done.lever
        )
    ]
    before = min((-day - 1 for day in days if day <= 0), default=DAYS)
    return before, min((day - 1 for day in days if day > 0), default=DAYS)


def _with_gain(
    effect: Difference, row: VerdictRow, done: DoneRow, after: Arm, days: int, metric: Metric
) -> VerdictRow:
    """*row* with the money that the action brought in 30 days; *after* is of so many *days*."""
    value = after.value(metric)
    if done.each is None or value is None:
        return row
    unit = done.each * after.bottom * MONTH / days / metric.scale
    if not _is_up_good(done, metric):
        unit = -unit
    known = math.hypot(done.each_sd / done.each, _DRIFT) if done.each and done.each_sd else 0.0
    low, mid, high = sorted(part * unit for part in effect.brought(value, known))
    return attrs.evolve(row, gained_low=low, gained=mid, gained_high=high)


def _called(look: _Look, diagnosis: Diagnosis, *, is_sure: bool) -> VerdictRow:
    effect, row, done = look.effect, look.row, look.mark.done
    metric = metric_of(done.metric or "", diagnosis.vocabulary)
    if is_sure:
        rose = effect.effect > 0
        verdict = Verdict.HELPED if rose is _is_up_good(done, metric) else Verdict.HURT
        return attrs.evolve(row, verdict=verdict)
    if not look.is_last:
        return attrs.evolve(row, verdict=Verdict.TOO_EARLY)
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


def _span_after(day: date, first: int, last: int) -> Period:
    """From so many days after *day* (before it: negative) to so many."""
    return Period(day + timedelta(days=first), day + timedelta(days=last))


@frozen(eq=False)
class _Together:
    """The treated subjects and the untouched, day by day."""

    daily: Sequence[CountedRows]
    done: DoneRow
    touched: Collection[str]
    metric: Metric
    diagnosis: Diagnosis

    def rows(self, before: Period, after: Period) -> dict[str, Change]:
        """The counts of each subject before and after, by its key."""
        metric, kind = self.metric, self.done.kind
        asked = RequiredMetrics(frozenset([metric.id]), frozenset([metric.id]))
        window = Window(after, before)
        found = measure(self.daily, {kind: asked}, window, self.diagnosis.vocabulary).get(kind)
        if found is None or f"{metric.id}.before.x" not in found.frame.columns:
            return {}
        rows = found.frame.sort("key").iter_rows(named=True)
        return {str(row["key"]): change_of(metric, row) for row in rows}

    def agree(self, first: int, last: int) -> bool:
        """Whether both moved together in the two halves of the days from *first* to *last* after
        the action."""
        day, middle = self.done.day, (first + last) // 2
        rows = self.rows(_span_after(day, first, middle), _span_after(day, middle + 1, last))
        changes = {key: _logs(row, self.metric) for key, row in rows.items()}
        logs = {key: one for key, one in changes.items() if one is not None}
        return parallel(
            [one for key, one in logs.items() if key in self.done.subjects],
            [one for key, one in logs.items() if key not in self.touched],
        )


def _together(changes: Sequence[Change]) -> Change | None:
    """Several subjects as one: the sums of their counts."""
    if not changes:
        return None

    def summed(arms: Sequence[Arm]) -> Arm:
        top, bottom = (math.fsum(getattr(arm, end) for arm in arms) for end in ("top", "bottom"))
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
