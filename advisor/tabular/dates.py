"""Days out of text: every spelling met, settled over a whole column.

Whether 03/04/2026 is April or March cannot be told from one cell: the column decides, then the
period of the file, then where the shop is.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache

import attrs
import polars as pl

from advisor.model import Period, frozen
from advisor.plugin import Steps, step
from advisor.tabular.cells import Parsed, parsed
from advisor.tabular.kind import Covers
from advisor.tabular.months import months_of
from advisor.tabular.stacked import Place, collected, each, each_cell, flat, shared
from advisor.tabular.words import fold, words

MONTH_FIRST_REGIONS = frozenset({"US"})
MONTH_FIRST_CURRENCIES = frozenset({"USD"})
_MONTHS = 12
_PLAIN_LENGTH = len("2026-10-31")
_CENTURY = 100
_BUDDHIST = (2400, 2700, 543)  # years of Thailand's calendar, and how far it is ahead
_IN_A_ROW = 5  # days that follow each other are evidence; one day a month is none


@frozen(eq=False)
class Days:
    """A column of dates. *assumed* says that the order of day and month is a guess."""

    parsed: Parsed
    assumed: bool = False


@frozen
class Order:
    """What is known about the order of day and month before the column is looked at."""

    day_first: bool | None = None  # stated by the kind of file
    period: Period | None = None
    region: str | None = None
    currency: str | None = None

    @property
    def usual(self) -> bool:
        """Day first, unless the shop is where months come first."""
        if self.region:
            return self.region.upper() not in MONTH_FIRST_REGIONS
        return self.currency not in MONTH_FIRST_CURRENCIES


_YMD = r"^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[^0-9]|$)"
_COMPACT = r"^(20[0-9]{2})([01][0-9])([0-3][0-9])$"
_NUMERIC = r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[2-3][0-9])(?:[^0-9/.-]|$)"
_DAY_NUMBER = r"^(?:4[0-9]{4}|5[0-4][0-9]{3})(?:\.[0-9]+)?$"  # 2009 to 2050
_DAY_ZERO = date(1899, 12, 30)  # of spreadsheets
# Wed, Jul 1, 2026 and Wed 01 Jul 2026 and Wed Jul 01 2026 00:00:00 GMT+0700
_WEEKDAY = (
    r"^(?:\p{L}[\p{L}\p{M}.]*,\s+|\p{L}[\p{L}\p{M}]{1,2}\.?\s+)"
    r"([0-9\p{L}][\p{L}\p{M}0-9.]*[\s-]+[0-9\p{L}][\p{L}\p{M}0-9.]*,?[\s-]+[0-9]{4}.*)$"
)
_EAST = r"^(?:([0-9]{4})\s*[년年]\s*)?([0-9]{1,2})\s*[월月]\s*([0-9]{1,2})\s*[일日]"
_UNIX = r"^([0-9]{10})(?:[0-9]{3})?$"
_TIME_BEHIND = r"[0-9]{1,2}:[0-9]{2}"
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TWELVE_HOURS = r"(?i)[0-9]\s?[ap]m$"


# A month's name before its day, and behind it, in any language.
_NAME = r"(?:(?:tháng|thg)\s+(?:mười\s+một|mười\s+hai|[\p{L}]+|[0-9]{1,2})|[\p{L}\p{M}][^\s0-9,]*)"
_YEAR = r"(?:,?\s+(?:de\s+|del\s+|năm\s+)?([0-9]{4}))?(?:\s*г\.?)?(?:[^0-9\p{L}]|$)"
_BEFORE = rf"(?i)^({_NAME})\s+([0-9]{{1,2}})(?:st|nd|rd|th)?\.?{_YEAR}"
_AFTER = (
    rf"(?i)^(?:ngày\s+)?([0-9]{{1,2}})(?:er|º|ª)?(?:\.\s*|\s+|-)(?:de\s+)?"
    rf"({_NAME}){_YEAR}"
)


@step(Place.PLAIN_DAYS)
def plain_days(asked: Sequence[Sequence[pl.Series]]) -> list[list[pl.Series]]:
    """Find the days of cells that are spelled 2026-10-31, as all are in most files."""
    day = pl.col("t").str.to_date("%Y-%m-%d", strict=False)
    plain = pl.when(pl.col("t").str.len_bytes() == _PLAIN_LENGTH).then(day)
    return shared(asked, [frame["v"] for frame in each_cell(flat(asked), {"v": plain})])


def _all_plain(text: pl.Series, day: pl.Series) -> bool:
    """Whether *day*, plain_day of *text*, has the day of every cell."""
    last = day.max()
    ours = isinstance(last, date) and last.year <= _BUDDHIST[0]
    return ours and day.null_count() == text.null_count()


def days(
    text: pl.Series, rows: pl.Series, order: Order, today: date, plain: pl.Series | None = None
) -> Steps[Days]:
    """A column of text as dates (times of day are left off); see the module. *plain* are its
    plain_days, where they are known already."""
    if plain is None:
        (plain,) = yield from plain_days([text])
    if _all_plain(text, plain):
        return Days(Parsed(plain))
    texts = yield from _spellings(_distinct(text))
    return (yield from _spelled(text, texts, rows, order, today))


def _distinct(text: pl.Series) -> pl.Series:
    """The texts, each once where many occur twice."""
    return text.unique() if text.n_unique() * 2 < len(text) else text


@frozen(eq=False)
class _Texts:
    """Texts as they are and normalized, and which spellings of days are among them."""

    raw: pl.Series
    text: pl.Series
    met: Mapping[str, bool]


_LONGER = ("month", "named", "quarter", "week", "range", "two")  # than a day


@step(Place.SPELLINGS)
def _spellings(asked: Sequence[pl.Series]) -> list[_Texts]:
    t = pl.col("t").str.normalize("NFC")
    patterns = {
        "ymd": _YMD,
        "compact": _COMPACT,
        "numeric": _NUMERIC,
        "unix": _UNIX,
        "letters": r"\p{L}",
        "twelve hours": _TWELVE_HOURS,
        "named": _NAMED_MONTH,
    }
    tests = {name: t.str.contains(pattern) for name, pattern in patterns.items()}
    tests["no day number"] = ~t.str.contains(_DAY_NUMBER)
    months = (_MONTH, _MONTH_LAST, _EAST_MONTH)
    tests["month"] = pl.any_horizontal(t.str.contains(pattern) for pattern in months)
    tests["quarter"] = pl.any_horizontal(t.str.contains(pattern) for pattern, *_ in _QUARTERS)
    tests["week"] = t.str.contains(_WEEK) | t.str.contains(_WEEK_FIRST)
    tests["range"] = t.str.contains(_RANGE) & ~t.str.contains(_TIME_BEHIND)
    tests["two"] = t.str.contains(_TWO)
    frames = each_cell(asked, {"text": t, **tests})
    return [
        _Texts(raw, frame["text"], {name: bool(frame[name].any()) for name in tests})
        for raw, frame in zip(asked, frames, strict=True)
    ]


def _spelled(
    text: pl.Series, texts: _Texts, rows: pl.Series, order: Order, today: date
) -> Steps[Days]:
    """Dates in any spelling."""
    if not texts.met["no day number"] and text.null_count() < len(text):
        return Days(Parsed(_of_spreadsheet(text)))
    values, assumed = yield from _in_order(texts, order, today)
    if len(values) < len(text):
        table = pl.LazyFrame({"raw": texts.raw, "d": values})
        found = pl.LazyFrame({"raw": text}).join(
            table, on="raw", how="left", nulls_equal=True, maintain_order="left"
        )
        values = found.collect(engine="in-memory")["d"]
    return Days(parsed(text, values, rows), assumed)


def _of_spreadsheet(text: pl.Series) -> pl.Series:
    """Dates where all cells are days of a spreadsheet's calendar (46204), as its CSV may have
    them."""
    number = pl.col("t").cast(pl.Float64).floor().cast(pl.Int32)
    day = pl.lit(_DAY_ZERO) + pl.duration(days=number)
    return pl.DataFrame({"t": text}).select(day.cast(pl.Date).alias("d"))["d"]


def _in_order(texts: _Texts, order: Order, today: date) -> Steps[tuple[pl.Series, bool]]:
    """The days, and whether the order of day and month in them is a guess."""
    months: Mapping[str, int | None] = {}
    text, met = texts.text, texts.met
    if met["letters"]:
        found = yield from _in_words(text)
        text, met, numbers = found.text, {**met, **found.met}, months_of(found.months)
        months = {name: numbers.get(name) for name in found.months}
    fields = yield from _fields(_Spelled(text, met, months))
    day_first, assumed = True, False
    if met["numeric"]:
        if order.day_first is None and met["twelve hours"]:
            order = attrs.evolve(order, day_first=False)  # only US exports have AM and PM
        day_first, assumed = _day_first(fields, order, today)
    known_year = yield from _with_order((fields, day_first))
    values = known_year["v"]
    if known_year["year"].null_count() == known_year["unix"].null_count():
        values = values.fill_null(_with_years(known_year, today, order.period))
    return values, assumed and values.null_count() < len(values)


@step(Place.DATES)
def _with_order(asked: Sequence[tuple[pl.DataFrame, bool]]) -> list[pl.DataFrame]:
    """Find `year`, `month`, `day` and `unix` of each cell, and the day `v` that they make; told
    whether the day comes first."""
    frames = [fields for fields, _ in asked]
    day_first = pl.concat(
        pl.Series("first", [first]).new_from_index(0, len(fields)) for fields, first in asked
    )
    month, day = (pl.when("first").then(one).otherwise(other) for one, other in ("ba", "ab"))
    (found,) = collected(
        [
            pl.concat(frames)
            .hstack([day_first])
            .lazy()
            .select(
                year=pl.coalesce("y", "y3"),
                month=pl.coalesce("m", month),
                day=pl.coalesce("d", day),
                unix="unix",
            )
            .with_columns(_date())
        ]
    )
    return each(found, [frame["y"] for frame in frames])


_MONTH = r"^(20[0-9]{2})[-/. ]?(0[1-9]|1[0-2])$"
_MONTH_LAST = r"^(0?[1-9]|1[0-2])[-/.](20[0-9]{2})$"
# Q2 2026 in English, T2 in Romance languages; each with the places of its year and its quarter.
_QUARTER_NAMED = (
    r"(?i)^(?:quarter|quartal|quý|trimestre|triwulan|kuartal|ไตรมาส)\s*([1-4])"
    r"[-/, ]+(?:de\s+)?(20[0-9]{2})$"
)
_QUARTERS: tuple[tuple[str, int, tuple[int, ...]], ...] = (
    (r"(?i)^(20[0-9]{2})[-/. ]?[QT]([1-4])$", 1, (2,)),
    (r"(?i)^(?:[QT]([1-4])|([1-4])[QT])[-/., ]{0,2}(20[0-9]{2})$", 3, (1, 2)),
    (r"^(20[0-9]{2})\s*[年년]\s*第?\s*([1-4])\s*(?:季度|四半期|분기)$", 1, (2,)),
    (_QUARTER_NAMED, 2, (1,)),
)
_NAMED_MONTH = (
    rf"(?i)^({_NAME})(?:\s*[-/,]\s*|\s+)(?:de\s+|del\s+|năm\s+)?(2[0-9]{{3}})(?:\s*г\.?)?$"
)
_EAST_MONTH = r"^([0-9]{4})\s*[년年]\s*([0-9]{1,2})\s*[월月](?:份|분)?$"
_WEEK = r"(?i)^(20[0-9]{2})[- ]?W([0-5]?[0-9])$"
_WEEK_FIRST = r"(?i)^(?:w|kw|week)\s?([0-5]?[0-9])[\s,/-]+(20[0-9]{2})$"
_FULL = (
    r"([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}|20[0-9]{6})"
    r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
_TWO = rf"^[^0-9]{{0,12}}{_FULL}\s*[^0-9]{{1,8}}{_FULL}$"  # two days, whatever stands between
_RANGE = r"^(.*?[0-9])\s*(?:~|–|—|\s-|\bto\b|至|から)\s*(\S.*[0-9].*)$"


def spans(
    text: pl.Series,
    rows: pl.Series,
    order: Order,
    today: date,
    covers: Covers | None,
    plain: pl.Series | None = None,
) -> Steps[tuple[Days, pl.Series | None]]:
    """The first days of a column, and the last ones where its cells are longer than a day: a month
    (2026-05), a quarter (2026-Q2), a week (2026-W21) or a range; *covers* says what a bare day in
    it begins. *plain* are its plain_days, where they are known already."""
    if plain is None:
        (plain,) = yield from plain_days([text])
    if _all_plain(text, plain):
        return Days(Parsed(plain)), _ends(plain, covers)
    texts = yield from _spellings(_distinct(text))
    if not any(texts.met[name] for name in _LONGER):
        found = yield from _spelled(text, texts, rows, order, today)
        return found, _ends(found.parsed.values, covers)
    frame = pl.DataFrame({"t": text})
    t = pl.col("t")
    if texts.met["range"] or texts.met["two"]:
        first, last = (
            frame.select(pl.coalesce(t.str.extract(_TWO, at), t.str.extract(_RANGE, at), t))["t"]
            for at in (1, 2)
        )
        begins = yield from days(first, rows, order, today)
        ends = yield from days(last, rows, order, today)
        # From 09:00 to 09:59 of one day is an hour of a day.
        alike = ends.parsed.values.equals(begins.parsed.values)
        return begins, None if alike else ends.parsed.values
    number = months_of(frame["t"].str.extract(_NAMED_MONTH, 1).unique().drop_nulls())
    named = t.str.extract(_NAMED_MONTH, 1).replace_strict(
        list(number), list(number.values()), default=None, return_dtype=pl.Int32
    )
    year = pl.coalesce(
        t.str.extract(_MONTH, 1),
        t.str.extract(_MONTH_LAST, 2),
        t.str.extract(_NAMED_MONTH, 2),
        t.str.extract(_EAST_MONTH, 1),
    ).cast(pl.Int32)
    first_year, last_year, ahead = _BUDDHIST
    year = pl.when(year.is_between(first_year, last_year)).then(year - ahead).otherwise(year)
    month = pl.coalesce(
        *(
            t.str.extract(pattern, at).cast(pl.Int32)
            for pattern, at in ((_MONTH, 2), (_MONTH_LAST, 1), (_EAST_MONTH, 2))
        ),
        named,
    )
    weeks_year, weeks = (
        pl.coalesce(t.str.extract(_WEEK, at), t.str.extract(_WEEK_FIRST, 3 - at)).cast(pl.Int32)
        for at in (1, 2)
    )
    monday = pl.date(weeks_year, 1, 4).dt.truncate("1w")
    week = monday + pl.duration(weeks=weeks - 1)
    quarter = _quarter(t) if texts.met["quarter"] else pl.lit(None, pl.Date)
    starts = frame.select(
        first=pl.coalesce(pl.date(year, month, 1), quarter, week),
        last=pl.coalesce(
            pl.date(year, month, 1).dt.month_end(),
            quarter.dt.offset_by("2mo").dt.month_end(),
            week + pl.duration(days=6),
        ),
    )
    return Days(parsed(text, starts["first"], rows)), starts["last"]


def _quarter(t: pl.Expr) -> pl.Expr:
    """The first day of the quarter that a cell names."""
    found = []
    for pattern, year, places in _QUARTERS:
        number = pl.coalesce(t.str.extract(pattern, at) for at in places).cast(pl.Int32)
        found.append(pl.date(t.str.extract(pattern, year).cast(pl.Int32), 3 * number - 2, 1))
    return pl.coalesce(found)


def _ends(first: pl.Series, covers: Covers | None) -> pl.Series | None:
    if covers is None:
        return None
    day = pl.col("d")
    last = {
        Covers.WEEK: day + pl.duration(days=6),
        Covers.MONTH: day.dt.month_end(),
        Covers.QUARTER: day.dt.offset_by("2mo").dt.month_end(),
    }[covers]
    return pl.DataFrame({"d": first}).select(last)["d"]


@frozen(eq=False)
class _InWords:
    """Texts without names of weekdays, which spellings with names of months are among them, and
    the names that stand where a month's does."""

    text: pl.Series
    met: Mapping[str, bool]
    months: frozenset[str]


@step(Place.MONTHS)
def _in_words(asked: Sequence[pl.Series]) -> list[_InWords]:
    t = pl.col("t").str.replace(_WEEKDAY, "$1")
    patterns = {"ymd": _YMD, "compact": _COMPACT, "numeric": _NUMERIC}
    patterns |= {"before": _BEFORE, "after": _AFTER, "east": _EAST}
    tests = {name: t.str.contains(pattern) for name, pattern in patterns.items()}
    names = {"m1": t.str.extract(_BEFORE, 1), "m2": t.str.extract(_AFTER, 2)}
    frames = each_cell(asked, {"text": t, **tests, **names})
    return [
        _InWords(
            frame["text"],
            {name: bool(frame[name].any()) for name in tests},
            frozenset(
                name for column in names for name in frame[column].to_list() if name is not None
            ),
        )
        for frame in frames
    ]


@frozen(eq=False)
class _Spelled:
    """Texts, the spellings of days that are among them, and the numbers of the *months* in them."""

    text: pl.Series
    met: Mapping[str, bool]
    months: Mapping[str, int | None]


@step(Place.FIELDS)
def _fields(asked: Sequence[_Spelled]) -> list[pl.DataFrame]:
    """Find year, month, day where each is certain; a, b and y3 of dates whose order is open."""
    found: dict[int, pl.DataFrame] = {}
    waiting = list(range(len(asked)))
    while waiting:
        # Languages differ in what a name means, hardly ever in one run.
        months: dict[str, int | None] = {}
        alike: list[int] = []
        for at in waiting:
            own = asked[at].months
            if all(months.get(name, number) == number for name, number in own.items()):
                months |= own
                alike.append(at)
        met = {name for at in alike for name, there in asked[at].met.items() if there}
        frames = each_cell([asked[at].text for at in alike], _field_expressions(met, months))
        found |= dict(zip(alike, frames, strict=True))
        waiting = [at for at in waiting if at not in found]
    return [found[at] for at in range(len(asked))]


def _field_expressions(
    met: Collection[str], months: Mapping[str, int | None]
) -> dict[str, pl.Expr]:
    patterns = {"ymd": _YMD, "compact": _COMPACT, "numeric": _NUMERIC}
    patterns |= {"before": _BEFORE, "after": _AFTER, "east": _EAST}
    none = pl.lit(None, pl.Int32)

    def at(*places: tuple[str, int]) -> pl.Expr:
        found = [
            pl.col("t").str.extract(patterns[name], group).cast(pl.Int32, strict=False)
            for name, group in places
            if name in met
        ]
        return pl.coalesce(found) if found else none

    def month(name: str, group: int) -> pl.Expr:
        if name not in met:
            return none
        word = pl.col("t").str.extract(patterns[name], group)
        numbers = list(months.values())
        return word.replace_strict(list(months), numbers, default=None).cast(pl.Int32)

    unix = pl.col("t").str.extract(_UNIX) if "unix" in met else none
    # Expressions of literals alone would be one row: the text gives the height.
    return {
        "t": pl.col("t"),
        "y": at(("ymd", 1), ("compact", 1), ("before", 3), ("after", 3), ("east", 1)),
        "m": pl.coalesce(
            at(("ymd", 2), ("compact", 2)), month("before", 1), month("after", 2), at(("east", 2))
        ),
        "d": at(("ymd", 3), ("compact", 3), ("before", 2), ("after", 1), ("east", 3)),
        "a": at(("numeric", 1)),
        "b": at(("numeric", 2)),
        "y3": at(("numeric", 3)),
        "unix": unix.cast(pl.Int64, strict=False),
    }


def _date() -> pl.Expr:
    """`v`, the day of `year`, `month` and `day`, or of `unix`."""
    first, last, ahead = _BUDDHIST
    year = pl.when(pl.col("year") < _CENTURY).then(pl.col("year") + 2000).otherwise("year")
    # Through text: an impossible day is null, not an error.
    text = pl.format(
        "{}-{}-{}",
        pl.when(year.is_between(first, last)).then(year - ahead).otherwise(year),
        pl.col("month").cast(pl.String).str.zfill(2),
        pl.col("day").cast(pl.String).str.zfill(2),
    )
    return pl.coalesce(
        text.str.to_date("%Y-%m-%d", strict=False),
        pl.from_epoch(pl.col("unix"), time_unit="s").cast(pl.Date),
    ).alias("v")


def _day_first(fields: pl.DataFrame, order: Order, today: date) -> tuple[bool, bool]:
    """Whether the day comes first in 03/04/2026, and whether that is a guess."""
    open_ = fields[["a", "b", "y3"]]
    if open_["a"].null_count():
        open_ = open_.drop_nulls()
    if open_.is_empty():
        return True, False
    # Comparisons of columns are no queries.
    a, b = open_["a"], open_["b"]
    over_a, over_b = int((a > _MONTHS).sum()), int((b > _MONTHS).sum())
    same = bool((a == b).all())
    if over_a != over_b:
        return over_a > over_b, False
    told = _day_first_by_order(open_, today)
    if told is not None:
        return told, False
    if order.day_first is not None:
        return order.day_first, False
    if order.period is not None:
        day_month = _inside(open_, "a", "b", order.period)
        month_day = _inside(open_, "b", "a", order.period)
        if day_month != month_day:
            return day_month > month_day, False
    return order.usual, not same


def _day_first_by_order(fields: pl.DataFrame, today: date) -> bool | None:
    """Whether the day comes first, where the days themselves tell: one way they follow each other,
    the other way they are months apart."""
    by_day = _longest_run(_ordered(fields, "a", "b"), today)
    by_month = _longest_run(_ordered(fields, "b", "a"), today)
    if by_day >= _IN_A_ROW > by_month:
        return True
    if by_month >= _IN_A_ROW > by_day:
        return False
    return None


def _longest_run(days: pl.Series, today: date) -> int:
    """How many days follow each other, at most; none where one is still to come."""
    known = days.drop_nulls().unique().sort()
    if known.is_empty() or bool((known > today).any()):
        return 0
    steps = pl.DataFrame({"d": known}).select(
        (pl.col("d").diff().dt.total_days().fill_null(1) != 1).cum_sum().alias("r")
    )
    return int(steps.group_by("r").len().select(pl.col("len").max()).item())


def _ordered(fields: pl.DataFrame, day: str, month: str) -> pl.Series:
    columns = fields.lazy().select(year="y3", month=month, day=day, unix=pl.lit(None, pl.Int64))
    return columns.select(_date()).collect(engine="in-memory")["v"]


def _inside(fields: pl.DataFrame, day: str, month: str, period: Period) -> int:
    return int(_ordered(fields, day, month).is_between(period.first, period.last).sum())


def _with_years(fields: pl.DataFrame, today: date, period: Period | None) -> pl.Series:
    """Dates without a year: that of the period, else the latest in which the day is not after
    *today*. The order of the rows says nothing."""
    code = fields.select(c=pl.col("month") * 100 + pl.col("day"))["c"]
    if code.null_count() == len(code):
        return pl.Series("v", [None] * len(fields), pl.Date)
    last = today
    if period is not None and period.last < today:
        last = period.last
    now = last.month * 100 + last.day
    latest = pl.when(pl.lit(code) <= now).then(last.year).otherwise(last.year - 1)
    return _dated(fields, fields.select(y=latest)["y"])


def _dated(fields: pl.DataFrame, years: pl.Series) -> pl.Series:
    """With these years, or the last before them in which 29 February exists, if that is asked."""
    dated = fields[["month", "day", "unix"]].hstack([years.alias("year")])
    tried: list[pl.Series] = []
    for back in range(4):
        before = dated.lazy().with_columns(pl.col("year") - back)
        tried.append(before.select(_date()).collect(engine="in-memory")["v"])
        if tried[-1].null_count() == fields["day"].null_count():
            return tried[-1]
    return tried[0]


@cache
def _tokens() -> re.Pattern[str]:
    month = words().any_month()
    return re.compile(
        r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|20\d{6}(?!\d)"
        rf"|(?:{month})\.?\s+\d{{1,2}},?\s+\d{{4}}"
        rf"|\d{{1,2}}\s+(?:de\s+)?(?:{month})\.?,?\s+(?:de\s+)?\d{{4}}"
        r"|\d{4}\s*[년年]\s*\d{1,2}\s*[월月]\s*\d{1,2}\s*[일日])",
        re.IGNORECASE,
    )


def period_of(
    rows: Sequence[Sequence[str]], order: Order | None = None, today: date | None = None
) -> Steps[Period | None]:
    """The first period named in rows of text, such as those above a header; None without one."""
    for row in rows:
        for cell in row:
            found = _tokens().findall(fold(cell)) if cell else []
            if len(found) > 1:
                period = yield from _period(found[:2], order or Order(), today or date.max)
                if period is not None:
                    return period
    return None


_UNDERSCORES = re.compile(r"(?<![0-9])([0-9]{4})_([0-9]{1,2})_([0-9]{1,2})(?![0-9])")


def name_text(name: str) -> str:
    """The name of a file as text: 2026_10_31 in it is a day, other underscores are blanks."""
    return _UNDERSCORES.sub(r"\1-\2-\3", name).replace("_", " ")


def _period(ends: Sequence[str], order: Order, today: date) -> Steps[Period | None]:
    if all(_ISO.fullmatch(end) for end in ends):
        try:
            first, last = map(date.fromisoformat, ends)
        except ValueError:  # 2026-02-30
            return None
        if last.year <= _BUDDHIST[0]:
            return Period(first, last) if first <= last else None
    text = pl.Series("t", list(ends))
    rows = pl.Series("r", [0, 0], pl.UInt32)
    for attempt in (order, attrs.evolve(order, day_first=not order.usual)):
        found = yield from days(text, rows, attempt, today)
        first, last = found.parsed.values
        if first is not None and last is not None and first <= last:
            return Period(first, last)
    return None
