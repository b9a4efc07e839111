"""What to aim at in the quarter: where the shop's own history leads, beside today's level, the
market's growth and the owner's own targets."""

import math
from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document.numbers import QuarterTarget
from advisor.metrics import metric_of
from advisor.model import Course, Period
from advisor.stats import QUARTER, History, Projection, next_target, project

YEAR = 365


def due(course: Course, diagnosis: Diagnosis) -> bool:
    """Whether shops of this size have a target; one of unknown size may have one."""
    return diagnosis.business.size in course.target


def quarter_target(course: Course, history: History, diagnosis: Diagnosis) -> QuarterTarget | None:
    """The target of *course*; None for shops of a size that has none, and without a trend."""
    last = history.last
    size = diagnosis.business.size
    if last is None or not (size is None or size in course.target) or not course.target:
        return None
    period = next_target(last)
    ahead = project(history, period)
    if ahead is None or not math.isfinite(ahead.high):
        return None
    market = _market(ahead, last, diagnosis)
    stated, of_months = _stated(course, period, diagnosis)
    aim = max(ahead.mid, ahead.level, market or 0.0)
    whole = stated if of_months == QUARTER else None
    return QuarterTarget(
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        known=ahead.known,
        known_days=ahead.known_days,
        low=ahead.low,
        mid=ahead.mid,
        high=ahead.high,
        level=ahead.level,
        target=aim,
        stated=whole,
        says=tuple(_render_target(course, ahead, market, aim, whole, of_months, diagnosis)),
    )


def _market(ahead: Projection, last: date, diagnosis: Diagnosis) -> float | None:
    """What the quarter comes to if today's level grows as the owner says that the market does."""
    yearly = diagnosis.request.settings.goal.market_growth
    if yearly is None:
        return None
    first = max(ahead.period.first, last + timedelta(days=1))
    middle = (first - last).days + (ahead.period.last - first).days / 2
    grown = float((1 + yearly) ** (middle / YEAR))
    return ahead.known + (ahead.level - ahead.known) * grown


def _stated(course: Course, period: Period, diagnosis: Diagnosis) -> tuple[float, int]:
    """The owner's targets for the months of *period*, added up, and how many months have one."""
    inside = pl.col("from").is_between(period.first, period.last)
    for rows in diagnosis.rows:
        if rows.subject == course.subject and course.stated in rows.frame.columns:
            own = rows.frame.filter(inside & (pl.col("to") <= period.last))[course.stated]
            if own.drop_nulls().len():
                return float(own.sum()), own.drop_nulls().len()
    return 0.0, 0


def _render_target(
    course: Course,
    ahead: Projection,
    market: float | None,
    aim: float,
    stated: float | None,
    of_months: int,
    diagnosis: Diagnosis,
) -> Iterator[str]:
    unit, currency = metric_of(course.count, diagnosis.vocabulary).unit, diagnosis.business.currency
    language = diagnosis.language

    def words(value: float) -> str:
        return language.number(_rounded(value), unit, currency)

    named = {"quarter": language.days(ahead.period.first, ahead.period.last), "target": words(aim)}
    if aim <= ahead.mid:
        yield language.gettext("Target for {quarter}: {target}, where the trend leads.", **named)
    elif market is not None and aim == market:
        yield language.gettext(
            "Target for {quarter}: {target}, today's level plus the market growth you set.", **named
        )
    else:
        yield language.gettext(
            "Target for {quarter}: {target}, today's level, which is more than the trend gives.",
            **named,
        )
    yield language.gettext(
        "If the trend continues: {trend} (likely {range}). At today's level: {level}.",
        trend=words(ahead.mid),
        range=language.span(_rounded(ahead.low), _rounded(ahead.high), unit, currency),
        level=words(ahead.level),
    )
    if ahead.known_days:
        yield language.ngettext(
            "{amount} of it is already in, from {n} day.",
            "{amount} of it is already in, from {n} days.",
            ahead.known_days,
            amount=words(ahead.known),
        )
    if market is None:
        yield language.gettext(
            "Market growth is not included; set market_growth in advisor.toml to add it."
        )
    if stated is not None:
        named = {"amount": words(stated)}
        if stated > ahead.high:
            yield language.gettext(
                "Your own targets add up to {amount}: above the likely range.", **named
            )
        elif stated < ahead.low:
            yield language.gettext(
                "Your own targets add up to {amount}: below the likely range.", **named
            )
        else:
            yield language.gettext(
                "Your own targets add up to {amount}: within the likely range.", **named
            )
    elif of_months:
        yield language.ngettext(
            "Only {n} of its three months has a target of your own.",
            "Only {n} of its three months have a target of your own.",
            of_months,
        )


def _rounded(value: float) -> float:
    """Three digits that count: a projection knows no more."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, 2 - math.floor(math.log10(abs(value))))
