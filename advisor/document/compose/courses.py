"""Daily totals over their whole history, in words: the trend, the week and the months."""

from collections.abc import Iterator, Sequence

import polars as pl

from advisor.diagnosis import Diagnosis
from advisor.document.compose.targets import due, quarter_target
from advisor.document.numbers import CourseInfo, MonthInfo, Point
from advisor.metrics import metric_of, value_of
from advisor.model import Course, Grain, Unit, text
from advisor.stats import LEAST_DAYS, Growth, History, growth, history, months, trend_line

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UNEVEN = 1.1  # strongest over weakest weekday; below it the days are as good as alike


def courses(diagnosis: Diagnosis) -> tuple[CourseInfo, ...]:
    """Every course that some daily file has; where a target is due, also one that none has."""
    found = []
    for course in diagnosis.vocabulary.courses.values():
        told = _history(course, diagnosis)
        if told.days.height or due(course, diagnosis):
            found.append(_info(course, told, diagnosis))
    return tuple(found)


def _history(course: Course, diagnosis: Diagnosis) -> History:
    """From the family with the most days: two families are never put behind each other."""
    frames = [
        rows.frame.select("from", pl.col(course.count)).drop_nulls()
        for rows in diagnosis.rows
        if rows.subject == course.subject
        and rows.grain is Grain.DAY
        and course.count in rows.frame.columns
        and (not course.family or rows.family in course.family)
    ]
    none = pl.DataFrame(schema={"from": pl.Date, course.count: pl.Float64})
    longest = max(frames, key=lambda frame: frame["from"].n_unique(), default=none)
    window = diagnosis.window.current
    return history(
        longest.group_by(pl.col("from").alias("day")).agg(
            pl.col(course.count).sum().alias("value")
        ),
        matures=diagnosis.vocabulary.counts[course.count].matures,
        today=diagnosis.request.today,
        last=window.last if window else None,
    )


def _info(course: Course, told: History, diagnosis: Diagnosis) -> CourseInfo:
    grown = growth(told.trend)
    first, last = told.first, told.last
    return CourseInfo(
        id=course.id,
        title=course.title,
        first=first.isoformat() if first else None,
        last=last.isoformat() if last else None,
        days=told.days.height,
        left_out=told.left_out,
        growth=grown.value if grown else None,
        low=text.finite(grown.low) if grown else None,
        high=text.finite(grown.high) if grown else None,
        weekdays=tuple(told.pattern["factor"].to_list()) if told.pattern.height == 7 else (),
        months=tuple(_months(course, told, diagnosis)),
        target=quarter_target(course, told, diagnosis),
        says=(*_says(course, told, grown), *_derived(course, grown, diagnosis)),
        needs=_needs(course, told, diagnosis),
        series=_points(told, told.days["value"].to_list()),
        trend=_points(told, trend_line(told)),
    )


def _points(told: History, values: Sequence[float]) -> tuple[Point, ...]:
    """*values* on the days of *told*, in the cents that they are known to."""
    pairs = zip(told.days["day"], values, strict=False)
    return tuple(Point(day.isoformat(), text.finite(round(value, 2))) for day, value in pairs)


def _says(course: Course, told: History, grown: Growth | None) -> Iterator[str]:
    title = f"{course.title[:1].upper()}{course.title[1:]}"
    if grown is not None and told.trend is not None:
        of = f"by the robust slope of {told.days.height} days"
        if told.step > 1:
            of += ", week by week because many of them are 0"
        if grown.low > 0 or grown.high < 0:
            word, sign = ("rise", 1) if grown.low > 0 else ("fall", -1)
            low, high = sorted((sign * grown.low, sign * grown.high))
            limits = text.span(low, high, Unit.SHARE)
            value = text.number(sign * grown.value, Unit.SHARE)
            yield f"{title} {word} by {value} a month ({limits}), {of}."
        else:
            value = text.number(grown.value, Unit.SHARE)
            limits = text.span(grown.low, grown.high, Unit.SHARE)
            yield (
                f"{title} neither surely rise nor surely fall: {value} a month "
                f"({limits} is possible), {of}."
            )
    factors = told.pattern["factor"] if told.pattern.height == 7 else None
    if factors is not None:
        low, high = float(factors.min() or 0.0), float(factors.max() or 0.0)  # type: ignore[arg-type]
        best = WEEKDAYS[factors.arg_max() or 0]
        worst = WEEKDAYS[factors.arg_min() or 0]
        if low > 0 and high / low >= _UNEVEN:
            yield (
                f"{best} is the strongest weekday, with {text.number(high / low, Unit.RATIO)} "
                f"times what {worst} brings, the weakest."
            )
    if told.left_out:
        many = "day is" if told.left_out == 1 else f"{told.left_out} days are"
        yield f"The newest {many} left out: what they bring is not settled yet."


def _derived(course: Course, grown: Growth | None, diagnosis: Diagnosis) -> Iterator[str]:
    """What plugins derived of it: of its growth where its days are too few, and what is beside."""
    own = () if grown is not None or course.growth is None else (course.growth,)
    currency = diagnosis.business.currency
    for name in (*own, *course.beside):
        metric = metric_of(name, diagnosis.vocabulary)
        for _, measured in sorted(diagnosis.measured.items()):
            if name not in measured.metrics or name not in measured.frame.columns:
                continue
            rows = measured.frame.drop_nulls(name)
            if rows.height != 1:  # of several there is no one number
                continue
            value = value_of(metric, rows.row(0, named=True))
            of = "" if value.n is None else f", over {value.n:,.0f}"
            title = f"{metric.title[:1].upper()}{metric.title[1:]}"
            yield f"{title}: {value.words(currency)} ({value.limits(currency)}){of}."


def _months(course: Course, told: History, diagnosis: Diagnosis) -> Iterator[MonthInfo]:
    unit = metric_of(course.count, diagnosis.vocabulary).unit
    for row in months(told.days).iter_rows(named=True):
        change = row["change"]
        yield MonthInfo(
            month=f"{row['month']:%Y-%m}",
            days=row["days"],
            whole=row["whole"],
            value=row["value"],
            text=text.number(row["value"], unit, diagnosis.business.currency),
            change=change,
            change_text=None if change is None else text.number(change, Unit.SHARE),
        )


def _needs(course: Course, told: History, diagnosis: Diagnosis) -> str:
    """What is missing for a trend, and with it for a target; empty where nothing is."""
    if told.trend is not None:
        return ""
    both = due(course, diagnosis)
    what = f"A trend of {course.title}"
    what += " and a target for the quarter take" if both else " takes"
    have = told.days.height
    if have < LEAST_DAYS:
        days = "1 day" if have == 1 else f"{have} days"
        return (
            f"{what} {LEAST_DAYS} settled days: {days} can be read, {LEAST_DAYS - have} are "
            "missing. Older downloads of the same file do as well."
        )
    return (
        f"{what} more: too many days are missing between {told.first} and {told.last}, or too "
        "many of them are 0."
    )
