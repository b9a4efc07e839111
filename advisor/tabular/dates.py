"""Days out of text: every spelling met, settled over a whole column.

Whether 03/04/2026 is April or March cannot be told from one cell: the column decides, then the
period of the file, then where the shop is.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

import attrs
import polars as pl

from advisor.model import Period, frozen
from advisor.tabular.cells import Parsed, parsed
from advisor.tabular.words import fold, words

MONTH_FIRST_REGIONS = frozenset({"US"})
MONTH_FIRST_CURRENCIES = frozenset({"USD"})
_MONTHS = 12
_PLAIN_LENGTH = len("2026-10-31")
_HALF_YEAR = 600  # in months times 100 plus days


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
_NUMERIC = r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?:[^0-9]|$)"
_EAST = r"^(?:([0-9]{4})\s*[년年]\s*)?([0-9]{1,2})\s*[월月]\s*([0-9]{1,2})\s*[일日]"
_UNIX = r"^([0-9]{10})(?:[0-9]{3})?$"
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TWELVE_HOURS = r"(?i)[0-9]\s?[ap]m$"


@cache
def _named() -> tuple[str, str]:
    """Patterns of a month's name before its day, and behind it."""
    month = words().any_month()
    year = r"(?:,?\s+(?:de\s+|năm\s+|del\s+)?([0-9]{4}))?"
    before = rf"(?i)^({month})\.?\s+([0-9]{{1,2}})(?:st|nd|rd|th)?{year}(?:[^0-9\p{{L}}]|$)"
    after = (
        rf"(?i)^(?:ngày\s+)?([0-9]{{1,2}})[.\s]\s*(?:de\s+)?({month})\.?{year}(?:[^0-9\p{{L}}]|$)"
    )
    return before, after


def days(text: pl.Series, rows: pl.Series, order: Order, today: date) -> Days:
    """A column of text as dates (times of day are left off); see the module."""
    plain = _plain(text)
    if plain is not None:
        return Days(Parsed(plain))
    unique = text.unique()
    if len(unique) * 2 < len(text) and not _yearless(unique):
        small = days(unique, pl.zeros(len(unique), pl.UInt32, eager=True), order, today)
        table = pl.DataFrame({"t": unique, "d": small.parsed.values})
        joined = pl.DataFrame({"t": text}).join(
            table, on="t", how="left", nulls_equal=True, maintain_order="left"
        )
        return Days(parsed(text, joined["d"], rows), small.assumed)
    fields = _fields(text)
    if order.day_first is None and bool(text.str.contains(_TWELVE_HOURS).any()):
        order = attrs.evolve(order, day_first=False)  # only US exports have AM and PM
    day_first, assumed = _day_first(fields, order)
    first = "day" if day_first else "month"
    known_year = fields.select(
        year=pl.coalesce("y", "y3"),
        month=pl.coalesce("m", "a" if first == "month" else "b"),
        day=pl.coalesce("d", "a" if first == "day" else "b"),
        unix="unix",
    )
    values = _dates(known_year)
    if known_year["year"].null_count() == len(text) - int(known_year["unix"].is_not_null().sum()):
        values = values.fill_null(_with_years(known_year, today))
    return Days(parsed(text, values, rows), assumed and values.null_count() < len(values))


def _plain(text: pl.Series) -> pl.Series | None:
    """Dates where all are spelled 2026-10-31, as in most files; else None."""
    length = pl.col("t").str.len_bytes()
    frame = pl.DataFrame({"t": text}).select(
        pl.col("t").str.to_date("%Y-%m-%d", strict=False).alias("d"),
        (length == _PLAIN_LENGTH).all().alias("plain"),
    )
    known = len(text) - text.null_count()
    if known == 0 or not frame["plain"][0] or frame["d"].null_count() != text.null_count():
        return None
    return frame["d"]


def _yearless(text: pl.Series) -> bool:
    sample = text.drop_nulls().head(20).str.normalize("NFC")
    if bool(sample.str.contains(r"[0-9]{4}").any()):
        return False
    return any(bool(sample.str.contains(pattern).any()) for pattern in (*_named(), _EAST))


def _fields(text: pl.Series) -> pl.DataFrame:
    """Year, month, day where each is certain; a, b and y3 of dates whose order is open."""
    frame = pl.DataFrame({"t": text}).with_columns(pl.col("t").str.normalize("NFC"))
    patterns = {"ymd": _YMD, "compact": _COMPACT, "numeric": _NUMERIC, "unix": _UNIX}
    if bool(frame["t"].str.contains(r"\p{L}").any()):
        before, after = _named()
        patterns |= {"before": before, "after": after, "east": _EAST}
    # Patterns with the months of all languages take longest to build: only those that are met.
    met = frame.select(
        pl.col("t").str.contains(pattern).any().alias(name) for name, pattern in patterns.items()
    ).row(0, named=True)
    number = words().month
    names = list(number)

    def at(*places: tuple[str, int]) -> pl.Expr:
        found = [
            pl.col("t").str.extract(patterns[name], group).cast(pl.Int32, strict=False)
            for name, group in places
            if met.get(name)
        ]
        return pl.coalesce(found) if found else pl.lit(None, pl.Int32)

    def month(name: str, group: int) -> pl.Expr:
        if not met.get(name):
            return pl.lit(None, pl.Int32)
        word = pl.col("t").str.extract(patterns[name], group).str.to_lowercase()
        return word.replace_strict(names, [number[n] for n in names], default=None).cast(pl.Int32)

    # An expression of literals alone would be one row: the text gives the height.
    return frame.with_columns(
        y=at(("ymd", 1), ("compact", 1), ("before", 3), ("after", 3), ("east", 1)),
        m=pl.coalesce(
            at(("ymd", 2), ("compact", 2)), month("before", 1), month("after", 2), at(("east", 2))
        ),
        d=at(("ymd", 3), ("compact", 3), ("before", 2), ("after", 1), ("east", 3)),
        a=at(("numeric", 1)),
        b=at(("numeric", 2)),
        y3=at(("numeric", 3)),
        unix=pl.col("t").str.extract(_UNIX).cast(pl.Int64, strict=False)
        if met["unix"]
        else pl.lit(None, pl.Int64),
    ).drop("t")


def _dates(fields: pl.DataFrame) -> pl.Series:
    # Through text: an impossible day is null, not an error.
    text = pl.format(
        "{}-{}-{}",
        pl.col("year"),
        pl.col("month").cast(pl.String).str.zfill(2),
        pl.col("day").cast(pl.String).str.zfill(2),
    )
    return fields.select(
        v=pl.coalesce(
            text.str.to_date("%Y-%m-%d", strict=False),
            pl.from_epoch(pl.col("unix"), time_unit="s").cast(pl.Date),
        )
    )["v"]


def _day_first(fields: pl.DataFrame, order: Order) -> tuple[bool, bool]:
    """Whether the day comes first in 03/04/2026, and whether that is a guess."""
    open_ = fields.select("a", "b", "y3").drop_nulls()
    if open_.is_empty():
        return True, False
    over_a, over_b = int((open_["a"] > _MONTHS).sum()), int((open_["b"] > _MONTHS).sum())
    if over_a != over_b:
        return over_a > over_b, False
    if order.day_first is not None:
        return order.day_first, False
    if order.period is not None:
        day_month = _inside(open_, "a", "b", order.period)
        month_day = _inside(open_, "b", "a", order.period)
        if day_month != month_day:
            return day_month > month_day, False
    same = bool((open_["a"] == open_["b"]).all())
    return order.usual, not same


def _inside(fields: pl.DataFrame, day: str, month: str, period: Period) -> int:
    named = fields.select(year="y3", month=month, day=day, unix=pl.lit(None, pl.Int64))
    return int(_dates(named).is_between(period.first, period.last).sum())


def _with_years(fields: pl.DataFrame, today: date) -> pl.Series:
    """Dates without a year: the newest is at most *today*, and a series keeps its order."""
    code = fields.select(c=pl.col("month") * 100 + pl.col("day"))["c"]
    if code.null_count() == len(code):
        return pl.Series("v", [None] * len(fields), pl.Date)
    now = today.month * 100 + today.day
    series = [
        _dated(fields, years)
        for years in (_forward(code, now, today.year), _backward(code, now, today.year))
        if years is not None
    ]
    if series:
        return min(series, key=_length)
    latest = pl.when(pl.lit(code) <= now).then(today.year).otherwise(today.year - 1)
    return _dated(fields, fields.select(y=latest)["y"])


def _forward(code: pl.Series, now: int, year: int) -> pl.Series | None:
    """The years of a series that goes forward in time; None where it does not."""
    step = code.forward_fill().diff().fill_null(0)
    back = step < 0
    # A step back of half a year and more is a New Year; any other is a list without order.
    if bool((back & (step > -_HALF_YEAR)).any()):
        return None
    wraps = back.cast(pl.Int32).cum_sum()
    newest = year if code.drop_nulls()[-1] <= now else year - 1
    return wraps - int(back.sum()) + newest


def _backward(code: pl.Series, now: int, year: int) -> pl.Series | None:
    years = _forward(code.reverse(), now, year)
    return None if years is None else years.reverse()


def _dated(fields: pl.DataFrame, years: pl.Series) -> pl.Series:
    """With these years, or the last before them in which 29 February exists, if that is asked."""
    dated = fields.with_columns(years.alias("year"))
    tried = [_dates(dated.with_columns(pl.col("year") - back)) for back in range(4)]
    known = [values for values in tried if values.null_count() == fields["day"].null_count()]
    return known[0] if known else tried[0]


def _length(days: pl.Series) -> int:
    spans = pl.DataFrame({"d": days}).select(
        (pl.col("d").max() - pl.col("d").min()).dt.total_days()
    )
    return int(spans.item() or 0)


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
) -> Period | None:
    """The first period named in rows of text, such as those above a header; None without one."""
    for row in rows:
        for cell in row:
            found = _tokens().findall(fold(cell)) if cell else []
            if len(found) > 1:
                period = _period(found[:2], order or Order(), today or date.max)
                if period is not None:
                    return period
    return None


def _period(ends: Sequence[str], order: Order, today: date) -> Period | None:
    if all(_ISO.fullmatch(end) for end in ends):
        try:
            first, last = map(date.fromisoformat, ends)
        except ValueError:  # 2026-02-30
            return None
        return Period(first, last) if first <= last else None
    text = pl.Series("t", list(ends))
    rows = pl.Series("r", [0, 0], pl.UInt32)
    for attempt in (order, attrs.evolve(order, day_first=not order.usual)):
        first, last = days(text, rows, attempt, today).parsed.values
        if first is not None and last is not None and first <= last:
            return Period(first, last)
    return None
