"""Days out of text: every spelling met, settled over a whole column."""

from collections.abc import Mapping, Sequence
from datetime import date

import attrs
import polars as pl

from advisor.model import Period, frozen
from advisor.plugin import Steps, step
from advisor.tabular.cells import Parsed, parsed
from advisor.tabular.day_fields import BUDDHIST, Spelled, date_of_fields, fields_of, in_words
from advisor.tabular.day_order import Order, day_comes_first
from advisor.tabular.months import months_of
from advisor.tabular.spellings import Texts, distinct_texts, spellings
from advisor.tabular.stacked import Place, collected, each, each_cell, flat, shared

_PLAIN_LENGTH = len("2026-10-31")
_DAY_ZERO = date(1899, 12, 30)  # of spreadsheets


@frozen(eq=False)
class Days:
    """A column of dates. *assumed* says that the order of day and month is a guess."""

    parsed: Parsed
    assumed: bool = False


@step(Place.PLAIN_DAYS)
def plain_days(asked: Sequence[Sequence[pl.Series]]) -> list[list[pl.Series]]:
    """Find the days of cells that are spelled 2026-10-31, as all are in most files."""
    day = pl.col("t").str.to_date("%Y-%m-%d", strict=False)
    plain = pl.when(pl.col("t").str.len_bytes() == _PLAIN_LENGTH).then(day)
    return shared(asked, [frame["v"] for frame in each_cell(flat(asked), {"v": plain})])


def all_plain(text: pl.Series, day: pl.Series) -> bool:
    """Whether *day*, plain_day of *text*, has the day of every cell."""
    last = day.max()
    ours = isinstance(last, date) and last.year <= BUDDHIST[0]
    return ours and day.null_count() == text.null_count()


def days(
    text: pl.Series, rows: pl.Series, order: Order, today: date, plain: pl.Series | None = None
) -> Steps[Days]:
    """A column of text as dates (times of day are left off); see the module. *plain* are its
    plain_days, where they are known already."""
    if plain is None:
        (plain,) = yield from plain_days([text])
    if all_plain(text, plain):
        return Days(Parsed(plain))
    texts = yield from spellings(distinct_texts(text))
    return (yield from read_spelled(text, texts, rows, order, today))


def read_spelled(
    text: pl.Series, texts: Texts, rows: pl.Series, order: Order, today: date
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


def _in_order(texts: Texts, order: Order, today: date) -> Steps[tuple[pl.Series, bool]]:
    """The days, and whether the order of day and month in them is a guess."""
    months: Mapping[str, int | None] = {}
    text, met = texts.text, texts.met
    if met["letters"]:
        found = yield from in_words(text)
        text, met, numbers = found.text, {**met, **found.met}, months_of(found.months)
        months = {name: numbers.get(name) for name in found.months}
    fields = yield from fields_of(Spelled(text, met, months))
    day_first, assumed = True, False
    if met["numeric"]:
        if order.day_first is None and met["twelve hours"]:
            order = attrs.evolve(order, day_first=False)  # only US exports have AM and PM
        day_first, assumed = day_comes_first(fields, order, today)
    known_year = yield from _with_order((fields, day_first))
    values = known_year["v"]
    undated = known_year["year"].null_count() == known_year["unix"].null_count()
    if undated and known_year["day"].null_count() < len(values):
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
            .with_columns(date_of_fields())
        ]
    )
    return each(found, [frame["y"] for frame in frames])


def _with_years(fields: pl.DataFrame, today: date, period: Period | None) -> pl.Series:
    """Dates without a year: that of the period, else the latest in which the day is not after
    *today*. The order of the rows says nothing."""
    code = fields.select(c=pl.col("month") * 100 + pl.col("day"))["c"]
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
        tried.append(before.select(date_of_fields()).collect(engine="in-memory")["v"])
        if tried[-1].null_count() == fields["day"].null_count():
            return tried[-1]
    return tried[0]
