"""Columns whose cells may be longer than a day: months, quarters, weeks and ranges."""

from datetime import date

import polars as pl

from advisor.plugin import Steps
from advisor.tabular.cells import Parsed, parsed
from advisor.tabular.dates import Days, all_plain, days, plain_days, read_spelled
from advisor.tabular.day_fields import BUDDHIST
from advisor.tabular.day_order import Order
from advisor.tabular.kind import Covers
from advisor.tabular.months import months_of
from advisor.tabular.spellings import (
    EAST_MONTH,
    LONGER,
    MONTH,
    MONTH_LAST,
    NAMED_MONTH,
    QUARTERS,
    RANGE,
    TWO,
    WEEK,
    WEEK_FIRST,
    distinct_texts,
    spellings,
)


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
    if all_plain(text, plain):
        return Days(Parsed(plain)), _ends(plain, covers)
    texts = yield from spellings(distinct_texts(text))
    if not any(texts.met[name] for name in LONGER):
        found = yield from read_spelled(text, texts, rows, order, today)
        return found, _ends(found.parsed.values, covers)
    frame = pl.DataFrame({"t": text})
    t = pl.col("t")
    if texts.met["range"] or texts.met["two"]:
        first, last = (
            frame.select(pl.coalesce(t.str.extract(TWO, at), t.str.extract(RANGE, at), t))["t"]
            for at in (1, 2)
        )
        begins = yield from days(first, rows, order, today)
        ends = yield from days(last, rows, order, today)
        # From 09:00 to 09:59 of one day is an hour of a day.
        alike = ends.parsed.values.equals(begins.parsed.values)
        return begins, None if alike else ends.parsed.values
    number = months_of(frame["t"].str.extract(NAMED_MONTH, 1).unique().drop_nulls())
    named = t.str.extract(NAMED_MONTH, 1).replace_strict(
        list(number), list(number.values()), default=None, return_dtype=pl.Int32
    )
    year = pl.coalesce(
        t.str.extract(MONTH, 1),
        t.str.extract(MONTH_LAST, 2),
        t.str.extract(NAMED_MONTH, 2),
        t.str.extract(EAST_MONTH, 1),
    ).cast(pl.Int32)
    first_year, last_year, ahead = BUDDHIST
    year = pl.when(year.is_between(first_year, last_year)).then(year - ahead).otherwise(year)
    month = pl.coalesce(
        *(
            t.str.extract(pattern, at).cast(pl.Int32)
            for pattern, at in ((MONTH, 2), (MONTH_LAST, 1), (EAST_MONTH, 2))
        ),
        named,
    )
    weeks_year, weeks = (
        pl.coalesce(t.str.extract(WEEK, at), t.str.extract(WEEK_FIRST, 3 - at)).cast(pl.Int32)
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
    for pattern, year, places in QUARTERS:
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
