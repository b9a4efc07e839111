"""Daily totals over their whole history, in words: the trend, the week and the months."""

from collections.abc import Iterator, Sequence

from advisor.diagnosis import Diagnosis
from advisor.document.compose.targets import due, quarter_target
from advisor.document.numbers import CourseInfo, MonthInfo, Point
from advisor.metrics import metric_of, value_of
from advisor.model import Course, Language, Unit, finite
from advisor.stats import LEAST_DAYS, Growth, History, growth, trend_line

_UNEVEN = 1.1  # strongest over weakest weekday; below it the days are as good as alike


def courses(diagnosis: Diagnosis) -> tuple[CourseInfo, ...]:
    """Every course that some daily file has; where a target is due, also one that none has."""
    infos = []
    for course in diagnosis.vocabulary.courses.values():
        history = diagnosis.block.daily.history(diagnosis.id, course)
        if history.days.height or due(course, diagnosis):
            infos.append(_info(course, history, diagnosis))
    return tuple(infos)


def _info(course: Course, history: History, diagnosis: Diagnosis) -> CourseInfo:
    grown = growth(history.trend)
    first, last = history.first, history.last
    return CourseInfo(
        id=course.id,
        title=course.title,
        first=first.isoformat() if first else None,
        last=last.isoformat() if last else None,
        days=history.days.height,
        left_out=history.left_out,
        growth=grown.value if grown else None,
        low=finite(grown.low) if grown else None,
        high=finite(grown.high) if grown else None,
        weekdays=tuple(history.pattern["factor"].to_list()) if history.pattern.height == 7 else (),
        months=tuple(_months(course, diagnosis)),
        target=quarter_target(course, history, diagnosis),
        says=(
            *_render_course(course, history, grown, diagnosis.language),
            *_derived(course, grown, diagnosis),
        ),
        needs=_needs(course, history, diagnosis),
        series=_points(history, history.days["value"].to_list()),
        trend=_points(history, trend_line(history)),
    )


def _points(history: History, values: Sequence[float]) -> tuple[Point, ...]:
    """*values* on the days of *history*, in the cents that they are known to."""
    pairs = zip(history.days["day"], values, strict=False)
    return tuple(Point(day.isoformat(), finite(round(value, 2))) for day, value in pairs)


def _render_course(
    course: Course, history: History, grown: Growth | None, language: Language
) -> Iterator[str]:
    title = _capital(course.title)
    if grown is not None and history.trend is not None:
        yield _trend(title, grown, language)
        if history.step > 1:
            yield language.ngettext(
                "Trend: robust slope over {n} day, week by week because many days are 0.",
                "Trend: robust slope over {n} days, week by week because many days are 0.",
                history.days.height,
            )
        else:
            yield language.ngettext(
                "Trend: robust slope over {n} day.",
                "Trend: robust slope over {n} days.",
                history.days.height,
            )
    factors = history.pattern["factor"] if history.pattern.height == 7 else None
    if factors is not None:
        low, high = float(factors.min() or 0.0), float(factors.max() or 0.0)  # type: ignore[arg-type]
        if low > 0 and high / low >= _UNEVEN:
            yield language.gettext(
                "Best weekday: {best}, {times} times the weakest ({worst}).",
                best=language.weekday(factors.arg_max() or 0),
                times=language.number(high / low, Unit.RATIO),
                worst=language.weekday(factors.arg_min() or 0),
            )
    if history.left_out:
        yield language.ngettext(
            "The newest {n} day is left out: its numbers are not final yet.",
            "The newest {n} days are left out: their numbers are not final yet.",
            history.left_out,
        )


def _trend(title: str, grown: Growth, language: Language) -> str:
    if grown.low > 0:
        value = language.number(grown.value, Unit.SHARE)
        limits = language.span(grown.low, grown.high, Unit.SHARE)
        return language.gettext(
            "{title}: up {value} a month (likely {range}).", title=title, value=value, range=limits
        )
    if grown.high < 0:
        value = language.number(-grown.value, Unit.SHARE)
        limits = language.span(-grown.high, -grown.low, Unit.SHARE)
        return language.gettext(
            "{title}: down {value} a month (likely {range}).",
            title=title,
            value=value,
            range=limits,
        )
    return language.gettext(
        "{title}: no clear trend, {value} a month (likely {range}).",
        title=title,
        value=language.number(grown.value, Unit.SHARE),
        range=language.span(grown.low, grown.high, Unit.SHARE),
    )


def _capital(title: str) -> str:
    return f"{title[:1].upper()}{title[1:]}"


def _derived(course: Course, grown: Growth | None, diagnosis: Diagnosis) -> Iterator[str]:
    """What plugins derived of it: of its growth where its days are too few, and what is beside."""
    own = () if grown is not None or course.growth is None else (course.growth,)
    currency, language = diagnosis.business.currency, diagnosis.language
    for name in (*own, *course.beside):
        metric = metric_of(name, diagnosis.vocabulary)
        for row in diagnosis.block.of_one_subject(name).get(diagnosis.id, ()):
            value = value_of(metric, row)
            named = {
                "title": _capital(metric.title),
                "value": value.words(language, currency),
                "range": value.limits(language, currency),
            }
            if value.n is None:
                yield language.gettext("{title}: {value} (likely {range}).", **named)
            else:
                yield language.gettext(
                    "{title}: {value} (likely {range}), from {count}.",
                    **named,
                    count=language.integer(value.n),
                )


def _months(course: Course, diagnosis: Diagnosis) -> Iterator[MonthInfo]:
    unit, language = metric_of(course.count, diagnosis.vocabulary).unit, diagnosis.language
    for row in diagnosis.block.daily.months(diagnosis.id, course):
        change = row["change"]
        yield MonthInfo(
            month=f"{row['month']:%Y-%m}",
            days=row["days"],
            whole=row["whole"],
            value=row["value"],
            text=language.number(row["value"], unit, diagnosis.business.currency),
            change=change,
            change_text=None if change is None else language.number(change, Unit.SHARE),
        )


def _needs(course: Course, history: History, diagnosis: Diagnosis) -> str:
    """What is missing for a trend, and with it for a target; empty where nothing is."""
    if history.trend is not None:
        return ""
    language, have = diagnosis.language, history.days.height
    both = due(course, diagnosis)
    if have >= LEAST_DAYS:
        return language.gettext(
            "The trend of {title} needs more data: too many days between {first} and {last} are "
            "missing or 0.",
            title=course.title,
            first=history.first,
            last=history.last,
        )
    named = {"title": _capital(course.title), "least": LEAST_DAYS, "have": have}
    if both:
        return language.ngettext(
            "{title}: a trend and a quarterly target need {least} days with final numbers; {have} "
            "found, {n} more day needed. Older downloads of the same file count too.",
            "{title}: a trend and a quarterly target need {least} days with final numbers; {have} "
            "found, {n} more days needed. Older downloads of the same file count too.",
            LEAST_DAYS - have,
            **named,
        )
    return language.ngettext(
        "{title}: a trend needs {least} days with final numbers; {have} found, {n} more day "
        "needed. Older downloads of the same file count too.",
        "{title}: a trend needs {least} days with final numbers; {have} found, {n} more days "
        "needed. Older downloads of the same file count too.",
        LEAST_DAYS - have,
        **named,
    )
